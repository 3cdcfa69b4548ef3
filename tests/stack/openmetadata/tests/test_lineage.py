"""Edges: both ends and every column must exist, and a PUT replaces the details whole."""

import pytest

GHOST = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def pair(lab):
    return lab, lab.table("a")["id"], lab.table("b")["id"]


def edge(start, end, details=None, kind="table"):
    body = {"fromEntity": {"id": start, "type": "table"}, "toEntity": {"id": end, "type": kind}}
    return {"edge": body if details is None else {**body, "lineageDetails": details}}


def mapping(source="id", target="id"):
    return {"fromColumns": [f"lab.db.mart.a.{source}"], "toColumn": f"lab.db.mart.b.{target}"}


def test_a_put_replaces_everything(pair):
    api, a, b = pair
    details = {"sqlQuery": "insert", "source": "QueryLineage", "columnsLineage": [mapping()]}
    first = api.put("/lineage", edge(a, b, details))
    assert (first.status, first.body) == (200, None)
    kept = api.get(f"/lineage/getLineageEdge/{a}/{b}").body["edge"]
    assert (kept["sqlQuery"], len(kept["columnsLineage"])) == ("insert", 1)
    api.made("/services/pipelineServices", {"name": "flow", "serviceType": "Dagster"})
    pipeline = api.made("/pipelines", {"name": "load", "service": "flow"})
    api.put("/lineage", edge(a, b, {"pipeline": {"id": pipeline["id"], "type": "pipeline"}, "sqlQuery": "x"}))
    kept = api.get(f"/lineage/getLineageEdge/{a}/{b}").body["edge"]
    assert (kept["sqlQuery"], kept["columnsLineage"], kept["pipeline"]["name"]) == ("x", [], "load")


def test_what_does_not_exist_is_refused(pair):
    api, a, b = pair
    missing = api.put("/lineage", edge(a, GHOST))
    assert (missing.status, missing.message) == (404, f"table instance for {GHOST} not found")
    for wrong in (mapping(source="nope"), mapping(target="nope")):
        answer = api.put("/lineage", edge(a, b, {"columnsLineage": [wrong]}))
        assert answer.status == 400
        assert "Invalid fully qualified column name" in answer.message
    assert api.put("/lineage", edge(a, b, {"source": "Nonsense"})).status == 400
    assert api.get(f"/lineage/getLineageEdge/{a}/{b}").status == 404


def test_graph_patch_and_delete(pair):
    api, a, b = pair
    c = api.table("c")["id"]
    api.put("/lineage", edge(a, b, {"source": "DbtLineage"}))
    api.put("/lineage", edge(b, c))
    graph = api.get("/lineage/table/name/lab.db.mart.b?upstreamDepth=1&downstreamDepth=1").body
    assert [e["fromEntity"] for e in graph["upstreamEdges"]] == [a]
    assert [e["toEntity"] for e in graph["downstreamEdges"]] == [c]
    assert {node["id"] for node in graph["nodes"]} == {a, c}
    assert len(api.get(f"/lineage/table/{a}?downstreamDepth=2").body["downstreamEdges"]) == 2
    add = [{"op": "add", "path": "/columnsLineage/0", "value": mapping()}]
    assert api.patch(f"/lineage/table/{a}/table/{b}", add).status == 200
    assert len(api.get(f"/lineage/getLineageEdge/{a}/{b}").body["edge"]["columnsLineage"]) == 1
    assert api.delete(f"/lineage/table/{a}/table/{b}").status == 200
    assert api.delete(f"/lineage/table/{a}/table/{b}").status == 404
    api.delete(f"/tables/{c}?hardDelete=true")
    assert api.control("GET", "/edges").body["total"] == 0


def test_by_name_in_2_0(newest):
    newest.table("a")
    newest.table("b")
    path = "/lineage/table/name/lab.db.mart.a/table/name/lab.db.mart.b"
    assert newest.put(path, {"source": "DbtLineage", "columnsLineage": [mapping()]}).status == 200
    found = newest.get(path.replace("/lineage/", "/lineage/getLineageEdge/")).body["edge"]
    assert found["source"] == "DbtLineage"
    assert newest.put(path.replace("mart.a", "mart.z"), {}).status == 404
    assert newest.delete(path).status == 200
