"""Paging, filters, soft and hard deletion, restoring, and stale entities in 2.0."""


def names(answer):
    return [item["name"] for item in answer.body["data"]]


def test_pages_cover_everything_once(lab):
    for number in range(7):
        lab.table(f"t{number}")
    seen, path = [], "/tables?limit=3&databaseSchema=lab.db.mart"
    answer = lab.get(path)
    while True:
        seen += names(answer)
        assert answer.body["paging"]["total"] == 7
        if "after" not in answer.body["paging"]:
            break
        answer = lab.get(f"{path}&after={answer.body['paging']['after']}")
    assert seen == [f"t{number}" for number in range(7)]
    back = lab.get(f"{path}&before={answer.body['paging']['before']}")
    assert names(back) == ["t3", "t4", "t5"]
    assert lab.get("/tables?limit=0").body == {"data": [], "paging": {"total": 7}}
    assert lab.get("/tables?limit=-1").status == 400


def test_filters(lab):
    lab.made("/databaseSchemas", {"name": "raw", "database": "lab.db"})
    lab.table("a")
    lab.made("/tables", {"name": "b", "databaseSchema": "lab.db.raw", "columns": []})
    assert names(lab.get("/tables?databaseSchema=lab.db.raw")) == ["b"]
    assert names(lab.get("/tables?database=lab.db")) == ["a", "b"]
    assert names(lab.get("/tables?service=nope")) == []
    assert names(lab.get("/databaseSchemas?service=lab")) == ["mart", "raw"]


def test_soft_delete_hides_and_a_put_restores(lab):
    table = lab.table()
    gone = lab.delete(f"/tables/{table['id']}")
    assert (gone.status, gone.change, gone.body["version"]) == (200, "entitySoftDeleted", 0.2)
    assert lab.get(f"/tables/{table['id']}").status == 404
    assert lab.get(f"/tables/{table['id']}?include=all").body["deleted"] is True
    assert names(lab.get("/tables")) == []
    assert names(lab.get("/tables?include=deleted")) == ["users"]
    back = lab.table()
    assert (back["id"], back["deleted"], back["version"]) == (table["id"], False, 0.3)


def test_hard_delete_and_restore(lab):
    table = lab.table()
    lab.delete(f"/tables/{table['id']}")
    restored = lab.put("/tables/restore", {"id": table["id"]})
    assert (restored.change, restored.body["deleted"]) == ("entityRestored", False)
    gone = lab.delete(f"/tables/{table['id']}?hardDelete=true&recursive=true")
    assert (gone.status, gone.change) == (200, "entityDeleted")
    assert lab.get(f"/tables/{table['id']}?include=all").status == 404


def test_a_parent_needs_recursive(lab):
    table = lab.table()
    schema = table["databaseSchema"]["id"]
    assert lab.delete(f"/databaseSchemas/{schema}").status == 400
    assert lab.delete(f"/databaseSchemas/{schema}?recursive=true").status == 200
    assert lab.get(f"/tables/{table['id']}?include=deleted").body["deleted"] is True
    orphan = lab.put("/tables", {"name": "x", "databaseSchema": "lab.db.mart", "columns": []})
    assert orphan.status == 404


def test_stale_delete(newest):
    for name in ("a", "b"):
        newest.table(name)
    body = {"scopeFqn": "lab.db.mart", "scopeEntityType": "databaseSchema", "seenFqns": []}
    for harmless in (body, {**body, "scopeFqn": "lab.no", "seenFqns": ["x"]}):
        assert newest.call("DELETE", "/tables/deleteStale", harmless).body["numberOfRowsPassed"] == 0
    body["seenFqns"] = ["lab.db.mart.a"]
    dry = newest.call("DELETE", "/tables/deleteStale", {**body, "dryRun": True}).body
    assert (dry["numberOfRowsPassed"], names(newest.get("/tables"))) == (1, ["a", "b"])
    done = newest.call("DELETE", "/tables/deleteStale", body).body
    assert done["successRequest"] == [{"request": "lab.db.mart.b", "status": 200}]
    assert names(newest.get("/tables")) == ["a"]
