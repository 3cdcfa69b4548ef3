"""Many at once (1.11 and later)."""


def table(name, kind="INT", **rest):
    return {"name": name, "databaseSchema": "lab.db.mart", "columns": [{"name": "c", "dataType": kind}], **rest}


def test_good_and_bad_items_are_told_apart(newest):
    body = [table("a"), table("b", "VARCHAR"), {**table("c"), "databaseSchema": "lab.no"}]
    result = newest.put("/tables/bulk?async=false", body).body
    assert result["status"] == "partialSuccess"
    assert (result["numberOfRowsProcessed"], result["numberOfRowsPassed"], result["numberOfRowsFailed"]) == (3, 1, 2)
    assert result["successRequest"] == [{"request": "lab.db.mart.a", "status": 200}]
    failed = {item["request"]: item["message"] for item in result["failedRequest"]}
    assert "dataLength" in failed["lab.db.mart.b"]
    assert "lab.no not found" in failed["lab.no.c"]


def test_all_good_and_all_bad(newest):
    assert newest.put("/tables/bulk", [table("a"), table("a")]).body["status"] == "success"
    assert newest.put("/tables/bulk", [table("b", "VARCHAR")]).body["status"] == "failure"


def test_a_malformed_item_refuses_the_whole_body(newest):
    assert newest.put("/tables/bulk", [table("a"), table("b", foo=1)]).status == 400
    assert newest.put("/tables/bulk", table("a")).status == 400
    assert newest.get("/tables").body["paging"]["total"] == 0


def test_override_lets_the_bot_replace_text(newest):
    newest.put("/tables/bulk", [table("a", description="old")])
    newest.put("/tables/bulk", [table("a", description="new")])
    assert newest.get("/tables/name/lab.db.mart.a").body["description"] == "old"
    newest.put("/tables/bulk?overrideMetadata=true", [table("a", description="new")])
    assert newest.get("/tables/name/lab.db.mart.a").body["description"] == "new"


def test_containers_and_pipelines_have_no_bulk(newest):
    for path in ("containers", "pipelines", "dataQuality/testCases", "services/databaseServices"):
        assert newest.put(f"/{path}/bulk", []).status in (404, 405)
