"""dbt models, profiles, sample rows, runs, test results, queries and usage."""

from conftest import now_ms


def test_dbt_model(lab):
    table = lab.table()
    model = {"modelType": "DBT", "sql": "select 1", "upstream": ["lab.db.mart.orders"], "path": "models/users.sql",
             "columns": [{"name": "id", "dataType": "BIGINT", "description": "from dbt"}]}
    answer = lab.put(f"/tables/{table['id']}/dataModel", model)
    assert (answer.status, answer.body["version"]) == (200, 0.1)
    found = lab.get(f"/tables/{table['id']}?fields=dataModel").body
    assert found["dataModel"]["upstream"] == ["lab.db.mart.orders"]
    assert "description" not in found["columns"][0]
    assert lab.put(f"/tables/{table['id']}/dataModel", {**model, "nope": 1}).status == 400
    again = lab.table(description="later")
    assert again["dataModel"]["sql"] == "select 1"


def test_profile(lab):
    table = lab.table()
    when = now_ms()
    body = {"tableProfile": {"timestamp": when, "rowCount": 5}, "columnProfile": [{"name": "id", "timestamp": when}]}
    assert lab.put(f"/tables/{table['id']}/tableProfile", body).status == 200
    assert lab.put(f"/tables/{table['id']}/tableProfile", {"tableProfile": {"rowCount": 1}}).status == 400
    body["columnProfile"][0]["name"] = "nope"
    assert lab.put(f"/tables/{table['id']}/tableProfile", body).status == 400
    points = lab.get(f"/tables/lab.db.mart.users/tableProfile?startTs={when - 1}&endTs={when}").body
    assert (points["paging"]["total"], points["data"][0]["rowCount"]) == (1, 5)
    latest = lab.get("/tables/lab.db.mart.users/tableProfile/latest").body
    assert latest["columns"][0]["profile"]["timestamp"] == when


def test_sample_rows(lab):
    path = f"/tables/{lab.table()['id']}/sampleData"
    assert lab.put(path, {"columns": ["id"], "rows": [[1], [2]]}).status == 200
    assert lab.put(path, {"columns": ["zzz"], "rows": []}).message == "Invalid column name zzz"
    assert lab.put(path, {"columns": ["id"], "rows": [[1, 2]]}).status == 400
    assert lab.get(path).body["sampleData"]["rows"] == [[1], [2]]


def test_pipeline_runs_and_tasks(lab):
    lab.made("/services/pipelineServices", {"name": "flow", "serviceType": "Dagster"})
    tasks = [{"name": "extract", "downstreamTasks": ["load"]}, {"name": "load"}]
    made = lab.made("/pipelines", {"name": "users", "service": "flow", "tasks": tasks})
    assert made["tasks"][0]["fullyQualifiedName"] == "flow.users.extract"
    fewer = lab.made("/pipelines", {"name": "users", "service": "flow", "tasks": tasks[:1]})
    assert (fewer["version"], len(fewer["tasks"])) == (0.2, 1)
    status = {"timestamp": now_ms(), "executionStatus": "Successful",
              "taskStatus": [{"name": "extract", "executionStatus": "Successful"}]}
    assert lab.put("/pipelines/flow.users/status", status).body["pipelineStatus"] == status
    status["taskStatus"][0]["name"] = "nope"
    assert lab.put("/pipelines/flow.users/status", status).message == "Invalid task name nope"
    assert lab.put("/pipelines/flow.users/status", {**status, "executionStatus": "Weird"}).status == 400
    assert lab.get("/pipelines/flow.users/status").body["paging"]["total"] == 1


def test_ingestion_runs_are_keyed_by_run_id(lab):
    service = lab.get("/services/databaseServices/name/lab").body["id"]
    body = {"name": "meta", "service": {"id": service, "type": "databaseService"}, "pipelineType": "metadata",
            "sourceConfig": {"config": {"type": "DatabaseMetadata"}}, "airflowConfig": {}}
    assert lab.made("/services/ingestionPipelines", body)["fullyQualifiedName"] == "lab.meta"
    path = "/services/ingestionPipelines/lab.meta/pipelineStatus"
    run = {"runId": "r1", "startDate": now_ms(), "timestamp": now_ms()}
    steps = [{"name": "Trino", "records": 3, "errors": 0}]
    assert lab.put(path, {**run, "pipelineState": "running"}).status == 201
    assert lab.put(path, {**run, "pipelineState": "success", "status": steps}).status == 201
    assert lab.get(f"{path}/r1").body["pipelineState"] == "success"
    assert lab.get(path).body["paging"]["total"] == 1
    assert lab.put(path, {**run, "pipelineState": "weird"}).status == 400


def case(api, name="check", **rest):
    api.put("/dataQuality/testSuites/executable", {"name": "x", "executableEntityReference": "lab.db.mart.users"})
    suite = {} if api.minor >= (1, 8) else {"testSuite": "lab.db.mart.users.testSuite"}
    return api.put("/dataQuality/testCases", {"name": name, "testDefinition": "columnValuesToBeNotNull", **suite,
                                              "entityLink": "<#E::table::lab.db.mart.users::columns::id>", **rest})


def test_test_cases(lab):
    lab.table()
    made = case(lab)
    assert (made.status, made.body["fullyQualifiedName"]) == (201, "lab.db.mart.users.id.check")
    assert case(lab).change == "entityNoChange"
    assert case(lab, testDefinition="nope").message == "testDefinition instance for nope not found"
    assert case(lab, name="other", entityLink="<#E::table::lab.db.mart.users::columns::nope>").status == 201
    assert case(lab, name="third", entityLink="<#E::table::lab.db.mart.nope>").status == 404
    assert case(lab, name="fourth", parameterValues=[{"name": "p", "value": "1"}]).status == 400
    definition = {"name": "dbt_unique", "description": "d", "entityType": "COLUMN",
                  "testPlatforms": ["DBT" if lab.minor < (2, 0) else "dbt"],
                  "parameterDefinition": [{"name": "column", "dataType": "STRING", "required": True}]}
    lab.made("/dataQuality/testDefinitions", definition)
    assert case(lab, name="fifth", testDefinition="dbt_unique").status == 400
    assert case(lab, name="fifth", testDefinition="dbt_unique",
                parameterValues=[{"name": "column", "value": "id"}]).status == 201
    found = lab.get("/dataQuality/testCases?entityFQN=lab.db.mart.users.id&limit=50").body["data"]
    assert [item["name"] for item in found] == ["check", "fifth"]


def test_results(lab):
    lab.table()
    case(lab)
    fqn = "lab.db.mart.users.id.check"
    post = lab.minor >= (1, 8)
    path = f"/dataQuality/testCases/testCaseResults/{fqn}" if post else f"/dataQuality/testCases/{fqn}/testCaseResult"
    result = {"timestamp": now_ms(), "testCaseStatus": "Failed", "result": "3 nulls", "failedRows": 3,
              "testResultValue": [{"name": "nullCount", "value": "3"}]}
    write = lab.post if post else lab.put
    assert write(path, result).status == 201
    assert write(path, result).status == (409 if post else 201)
    assert lab.get(path).body["data"][0]["result"] == "3 nulls"
    assert write(path, {**result, "testCaseStatus": "Odd"}).status == 400
    shown = lab.get(f"/dataQuality/testCases/name/{fqn}?fields=testCaseResult").body
    assert shown["testCaseResult"]["testCaseStatus"] == "Failed"


def test_queries_are_named_by_their_text(lab):
    table = lab.table()
    body = {"query": "select * from mart.users", "service": "lab",
            "queryUsedIn": [{"id": table["id"], "type": "table"}]}
    made = lab.put("/queries", body)
    assert made.body["name"] == "6efd443fc399e0a7f68884c8aa67b9bf"
    assert lab.put("/queries", body).change == "entityNoChange"
    other = lab.table("orders")["id"]
    used = lab.put(f"/queries/{made.body['id']}/usage", [{"id": other, "type": "table"}])
    assert (used.status, len(used.body["entity"]["queryUsedIn"])) == (201, 2)
    assert len(lab.get(f"/queries?entityId={other}").body["data"]) == 1
    assert lab.put(f"/queries/{made.body['id']}/users", ["nobody"]).status == 404


def test_usage_adds_up(lab):
    table = lab.table()["id"]
    for count in (42, 42):
        assert lab.post(f"/usage/table/{table}", {"date": "2026-11-23", "count": count}).status == 201
    assert lab.get(f"/usage/table/{table}").body["usage"][0]["dailyStats"]["count"] == 84
    assert lab.post("/usage/compute.percentile/table/2026-11-23", {}).status == 201


def test_the_published_models_read_all_that_was_kept(lab):
    """After every write above on one server, each stored document fits its published entity model."""
    test_dbt_model(lab)
    test_profile(lab)
    test_pipeline_runs_and_tasks(lab)
    test_ingestion_runs_are_keyed_by_run_id(lab)
    test_test_cases(lab)
    test_queries_are_named_by_their_text(lab)
    assert lab.control("GET", "/check").body == {"problems": []}
