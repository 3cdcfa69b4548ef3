"""Every published version starts, says which it is, and has the paths and fields of that version only."""

import pytest
from conftest import now_ms

import install

CASE = {"name": "id_not_null", "testDefinition": "columnValuesToBeNotNull",
        "entityLink": "<#E::table::lab.db.mart.users::columns::id>"}


@pytest.fixture(params=install.VERSIONS)
def each(request, servers):
    server = servers(request.param)
    server.control("POST", "/reset")
    server.lab()
    return server


def test_version_is_reported_without_a_token(each):
    answer = each.get("/system/version", token=None)
    assert answer.status == 200
    assert answer.body["version"] == ".".join(each.version.split(".")[:3])


def test_domain_became_domains_in_1_9(each):
    each.made("/domains", {"name": "Sales", "domainType": "Aggregate", "description": "d"})
    old = each.put("/databases", {"name": "one", "service": "lab", "domain": "Sales"})
    new = each.put("/databases", {"name": "two", "service": "lab", "domains": ["Sales"]})
    accepted = (old, new) if each.minor < (1, 9) else (new, old)
    assert [answer.status for answer in accepted] == [201, 400]
    assert "Unrecognized field" in accepted[1].message


def test_bulk_is_there_from_1_11(each):
    answer = each.put("/tables/bulk?async=false", [])
    assert answer.status == (200 if each.minor >= (1, 11) else 405)


def test_stale_delete_is_there_from_2_0(each):
    body = {"scopeFqn": "lab.db", "scopeEntityType": "database", "seenFqns": ["x"]}
    answer = each.call("DELETE", "/tables/deleteStale", body)
    assert answer.status == (200 if each.minor >= (2, 0) else 404)


def test_iceberg_service_type_is_gone_from_1_13(each):
    answer = each.put("/services/databaseServices", {"name": "ice", "serviceType": "Iceberg"})
    assert answer.status == (400 if each.minor >= (1, 13) else 201)


def test_suite_is_named_in_1_7_and_implicit_later(each):
    each.table()
    named = {**CASE, "testSuite": "lab.db.mart.users.testSuite"}
    if each.minor >= (1, 8):
        assert each.put("/dataQuality/testCases", named).status == 400
        assert each.put("/dataQuality/testCases", CASE).status == 201
        return
    assert each.put("/dataQuality/testCases", CASE).status == 400
    assert each.put("/dataQuality/testCases", named).status == 404
    suite = {"name": "lab.db.mart.users.testSuite", "executableEntityReference": "lab.db.mart.users"}
    assert each.put("/dataQuality/testSuites/executable", suite).status == 201
    assert each.put("/dataQuality/testCases", named).status == 201


def test_results_moved_in_1_8(each):
    each.table()
    suite = {"name": "s", "basicEntityReference": "lab.db.mart.users"}
    each.made("/dataQuality/testSuites/basic", suite)
    body = CASE if each.minor >= (1, 8) else {**CASE, "testSuite": "lab.db.mart.users.testSuite"}
    each.made("/dataQuality/testCases", body)
    fqn = "lab.db.mart.users.id.id_not_null"
    result = {"timestamp": now_ms(), "testCaseStatus": "Success", "testResultValue": []}
    before = each.put(f"/dataQuality/testCases/{fqn}/testCaseResult", result).status
    after = each.post(f"/dataQuality/testCases/testCaseResults/{fqn}", result).status
    assert (before, after) == ((404, 201) if each.minor >= (1, 8) else (201, 404))


def test_many_pipeline_statuses_from_1_11(each):
    each.made("/services/pipelineServices", {"name": "flow", "serviceType": "Dagster"})
    each.made("/pipelines", {"name": "load", "service": "flow"})
    statuses = [{"timestamp": now_ms(), "executionStatus": "Successful"}]
    answer = each.put("/pipelines/flow.load/status/bulk", statuses)
    assert answer.status == (200 if each.minor >= (1, 11) else 404)


def test_lineage_by_name_from_2_0(each):
    each.table("a")
    each.table("b")
    answer = each.put("/lineage/table/name/lab.db.mart.a/table/name/lab.db.mart.b", {"source": "DbtLineage"})
    assert answer.status == (200 if each.minor >= (2, 0) else 404)
