"""The table of collections: path, models, parent and the references each kind of entity holds."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Collection:
    """One kind of entity. Everything the engine needs to know about it is data, here."""

    path: str
    type: str
    create: str
    entity: str
    parent_field: str | None = None
    parent_type: str | None = None
    inherit: tuple[str, ...] = ()
    fqn_infix: tuple[str, ...] = ()
    lists: dict[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    display_types: bool = False
    bulk: bool = False
    defaults: dict = field(default_factory=dict)


def _service(kind: str, plural: str) -> Collection:
    name = kind[0].upper() + kind[1:]
    module = kind if kind != "mlmodelService" else "mlmodelService"
    creator = name if kind != "mlmodelService" else "MlModelService"
    return Collection(
        path=f"services/{plural}",
        type=kind,
        create=f"api.services.create{creator}:Create{creator}Request",
        entity=f"entity.services.{module}:{creator}",
    )


def _data(path: str, kind: str, name: str, **rest) -> Collection:
    module = {"storedProcedure": "storedProcedure"}.get(kind, kind)
    return Collection(
        path=path,
        type=kind,
        create=f"api.data.create{name}:Create{name}Request",
        entity=f"entity.data.{module}:{name}",
        **rest,
    )


SERVICES = (
    _service("databaseService", "databaseServices"),
    _service("pipelineService", "pipelineServices"),
    _service("dashboardService", "dashboardServices"),
    _service("storageService", "storageServices"),
    _service("messagingService", "messagingServices"),
    _service("searchService", "searchServices"),
    _service("mlmodelService", "mlmodelServices"),
    _service("metadataService", "metadataServices"),
)

_IN_SCHEMA = {
    "parent_field": "databaseSchema",
    "parent_type": "databaseSchema",
    "inherit": ("service", "database"),
}

DATA = (
    _data("databases", "database", "Database", parent_field="service", parent_type="databaseService",
          bulk=True, defaults={"default": False}),
    _data("databaseSchemas", "databaseSchema", "DatabaseSchema", parent_field="database",
          parent_type="database", inherit=("service",), bulk=True),
    _data("tables", "table", "Table", **_IN_SCHEMA, columns=("columns",), display_types=True, bulk=True,
          defaults={"tableType": "Regular"}),
    _data("storedProcedures", "storedProcedure", "StoredProcedure", **_IN_SCHEMA, bulk=True),
    _data("pipelines", "pipeline", "Pipeline", parent_field="service", parent_type="pipelineService"),
    _data("dashboards", "dashboard", "Dashboard", parent_field="service", parent_type="dashboardService",
          lists={"charts": "chart", "dataModels": "dashboardDataModel"}, bulk=True,
          defaults={"dashboardType": "Dashboard"}),
    _data("charts", "chart", "Chart", parent_field="service", parent_type="dashboardService",
          lists={"dashboards": "dashboard"}, bulk=True),
    _data("dashboard/datamodels", "dashboardDataModel", "DashboardDataModel", parent_field="service",
          parent_type="dashboardService", fqn_infix=("model",), columns=("columns",), display_types=True,
          bulk=True),
    _data("containers", "container", "Container", parent_field="service", parent_type="storageService",
          columns=("dataModel", "columns")),
    _data("topics", "topic", "Topic", parent_field="service", parent_type="messagingService", bulk=True),
    _data("queries", "query", "Query", parent_field="service", parent_type="databaseService",
          lists={"users": "user"}, bulk=True),
    _data("metrics", "metric", "Metric"),
    _data("glossaries", "glossary", "Glossary"),
    _data("glossaryTerms", "glossaryTerm", "GlossaryTerm", parent_field="glossary", parent_type="glossary",
          lists={"relatedTerms": "glossaryTerm"}, bulk=True),
)

GOVERNANCE = (
    Collection("classifications", "classification",
               "api.classification.createClassification:CreateClassificationRequest",
               "entity.classification.classification:Classification",
               defaults={"provider": "user", "mutuallyExclusive": False, "disabled": False}),
    Collection("tags", "tag", "api.classification.createTag:CreateTagRequest",
               "entity.classification.tag:Tag", parent_field="classification",
               parent_type="classification",
               defaults={"provider": "user", "mutuallyExclusive": False, "disabled": False}),
    Collection("domains", "domain", "api.domains.createDomain:CreateDomainRequest",
               "entity.domains.domain:Domain", lists={"experts": "user"}),
    Collection("dataProducts", "dataProduct", "api.domains.createDataProduct:CreateDataProductRequest",
               "entity.domains.dataProduct:DataProduct", lists={"experts": "user"}),
)

PEOPLE = (
    Collection("users", "user", "api.teams.createUser:CreateUserRequest", "entity.teams.user:User"),
    Collection("teams", "team", "api.teams.createTeam:CreateTeamRequest", "entity.teams.team:Team"),
)

QUALITY = (
    Collection("dataQuality/testDefinitions", "testDefinition",
               "api.tests.createTestDefinition:CreateTestDefinitionRequest",
               "tests.testDefinition:TestDefinition", defaults={"provider": "user"}),
    Collection("dataQuality/testSuites", "testSuite", "api.tests.createTestSuite:CreateTestSuiteRequest",
               "tests.testSuite:TestSuite"),
    Collection("dataQuality/testCases", "testCase", "api.tests.createTestCase:CreateTestCaseRequest",
               "tests.testCase:TestCase"),
)

RUNS = (
    Collection("services/ingestionPipelines", "ingestionPipeline",
               "api.services.ingestionPipelines.createIngestionPipeline:CreateIngestionPipelineRequest",
               "entity.services.ingestionPipelines.ingestionPipeline:IngestionPipeline",
               defaults={"deployed": False, "enabled": True, "provider": "user"}),
)

COLLECTIONS = (*SERVICES, *DATA, *GOVERNANCE, *PEOPLE, *QUALITY, *RUNS)
