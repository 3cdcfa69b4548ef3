"""Creating, reading and the refusals every kind of entity shares."""

from urllib.parse import quote

import pytest
from conftest import PERSON


def test_first_put_creates_and_the_same_again_changes_nothing(lab):
    body = {"name": "other", "database": "lab.db", "description": "d"}
    first, second = lab.put("/databaseSchemas", body), lab.put("/databaseSchemas", body)
    assert (first.status, first.change, first.body["version"]) == (201, "entityCreated", 0.1)
    assert (second.status, second.change, second.body["version"]) == (200, "entityNoChange", 0.1)
    assert first.body["fullyQualifiedName"] == "lab.db.other"
    assert first.body["database"]["fullyQualifiedName"] == "lab.db"
    assert first.body["service"]["name"] == "lab"
    assert first.body["serviceType"] == "Trino"


def test_post_of_what_exists_conflicts(lab):
    answer = lab.post("/databases", {"name": "db", "service": "lab"})
    assert (answer.status, answer.message) == (409, "Entity already exists")


def test_unknown_parent_is_not_found(lab):
    answer = lab.put("/databaseSchemas", {"name": "x", "database": "lab.nope"})
    assert (answer.status, answer.message) == (404, "database instance for lab.nope not found")


def test_dotted_names_are_quoted(lab):
    table = lab.table("has.dot table")
    assert table["fullyQualifiedName"] == 'lab.db.mart."has.dot table"'
    assert table["columns"][0]["fullyQualifiedName"] == 'lab.db.mart."has.dot table".id'
    found = lab.get("/tables/name/" + quote(table["fullyQualifiedName"], safe=""))
    assert found.body["id"] == table["id"]


def test_names_are_case_sensitive(lab):
    assert lab.table("users")["id"] != lab.table("Users")["id"]


@pytest.mark.parametrize(("name", "part"), [("a::b", "must match"), ("n" * 257, "size must be"), ("", "size must be"),
                                            ('a"b', "Invalid name")])
def test_names_out_of_bounds_are_refused(lab, name, part):
    answer = lab.put("/databases", {"name": name, "service": "lab"})
    assert answer.status == 400
    assert part in answer.message


@pytest.mark.parametrize(("body", "message"), [
    ({"name": "x", "databaseSchema": "lab.db.mart"}, "[columns must not be null]"),
    ({"name": "x", "databaseSchema": "lab.db.mart", "columns": [], "foo": 1}, 'Unrecognized field "foo"'),
    ({"name": "x", "databaseSchema": "lab.db.mart", "columns": [{"name": "c", "dataType": "FANCY"}]}, "problem: FANCY"),
    ("text", "Input should be"),
])
def test_bodies_the_model_refuses(lab, body, message):
    answer = lab.put("/tables", body)
    assert answer.status == 400
    assert message in answer.message


def test_connection_with_an_unknown_key_names_it(lab):
    config = {"type": "Trino", "username": "u", "hostPort": "x:1", "bogus": 1}
    body = {"name": "t", "serviceType": "Trino", "connection": {"config": config}}
    answer = lab.put("/services/databaseServices", body)
    assert answer.status == 400
    assert "'Trino'" in answer.message and "'bogus'" in answer.message


def test_wrong_content_type_path_and_method(lab):
    assert lab.put("/tables", {}, kind="text/plain").status == 415
    assert lab.post("/nosuch", {}).status == 404
    assert lab.delete("/system/version").status == 405
    assert lab.put("/tables", b"{not json").status == 400


def test_tokens(lab):
    assert lab.get("/tables", token=None).body == {"code": 401, "message": "Not Authorized! Token not present"}
    assert lab.get("/tables", token="other").body == {"code": 401, "message": "Invalid token"}
    assert lab.get("/users/loggedInUser").body["isBot"] is True
    assert lab.get("/users/loggedInUser", token=PERSON).body["name"] == "admin"


def test_only_the_bot_reads_a_connection(lab):
    config = {"type": "Trino", "username": "u", "hostPort": "x:1", "authType": {"password": "s3cret"}}
    lab.made("/services/databaseServices", {"name": "t", "serviceType": "Trino", "connection": {"config": config}})
    path = "/services/databaseServices/name/t"
    assert lab.get(path).body["connection"]["config"]["authType"]["password"] == "s3cret"
    assert "s3cret" not in str(lab.get(path, token=PERSON).body)
    assert "s3cret" not in str(lab.control("GET", "/entities?collection=services/databaseServices").body)


def test_fields_are_given_when_asked_for(lab):
    table = lab.table(sourceHash="0" * 32, tags=[{"tagFQN": "Tier.Tier1", "source": "Classification",
                                                  "labelType": "Automated", "state": "Confirmed"}])
    plain = lab.get(f"/tables/{table['id']}").body
    assert "sourceHash" not in plain and "tags" not in plain
    full = lab.get(f"/tables/{table['id']}?fields=sourceHash,tags").body
    assert full["sourceHash"] == "0" * 32
    assert full["tags"][0]["tagFQN"] == "Tier.Tier1"
    wrong = lab.get(f"/tables/{table['id']}?fields=owner")
    assert (wrong.status, wrong.message) == (400, "Invalid field name owner")


def test_source_hash_is_stored_without_a_new_version(lab):
    lab.table(sourceHash="0" * 32)
    again = lab.put("/tables", {"name": "users", "databaseSchema": "lab.db.mart", "sourceHash": "1" * 32, "columns": [
        {"name": "id", "dataType": "BIGINT"}, {"name": "email", "dataType": "VARCHAR", "dataLength": 64}]})
    assert (again.change, again.body["version"]) == ("entityNoChange", 0.1)
    assert lab.get("/tables/name/lab.db.mart.users?fields=sourceHash").body["sourceHash"] == "1" * 32


def test_owner_must_exist_and_be_a_user_or_team(lab):
    ghost = {"id": "00000000-0000-4000-8000-000000000000", "type": "user"}
    assert lab.put("/databases", {"name": "x", "service": "lab", "owners": [ghost]}).status == 404
    table = lab.table()
    answer = lab.put("/databases", {"name": "x", "service": "lab", "owners": [{"id": table["id"], "type": "table"}]})
    assert answer.status == 400


def test_every_service_and_its_children(lab):
    for path, kind in (("dashboard", "Superset"), ("storage", "S3"), ("pipeline", "Dagster"), ("messaging", "Kafka")):
        lab.made(f"/services/{path}Services", {"name": path, "serviceType": kind})
    chart = lab.made("/charts", {"name": "1", "service": "dashboard", "chartType": "Bar"})
    model = lab.made("/dashboard/datamodels", {"name": "ds", "service": "dashboard", "columns": [
        {"name": "a", "dataType": "INT"}], "dataModelType": "SupersetDataModel"})
    assert model["fullyQualifiedName"] == "dashboard.model.ds"
    board = lab.made("/dashboards", {"name": "10", "service": "dashboard", "charts": ["dashboard.1"],
                                     "dataModels": ["dashboard.model.ds"]})
    assert board["charts"][0]["id"] == chart["id"]
    wrong = lab.put("/dashboards", {"name": "11", "service": "dashboard", "charts": ["dashboard.zzz"]})
    assert (wrong.status, wrong.message) == (404, "chart instance for dashboard.zzz not found")
    bucket = lab.made("/containers", {"name": "ol-bucket", "service": "storage"})
    parent = {"id": bucket["id"], "type": "container"}
    inner = lab.made("/containers", {"name": "a.b", "service": "storage", "parent": parent})
    assert inner["fullyQualifiedName"] == 'storage.ol-bucket."a.b"'
    code = {"language": "SQL", "code": "select 1"}
    lab.made("/storedProcedures", {"name": "p", "databaseSchema": "lab.db.mart", "storedProcedureCode": code})
    lab.made("/glossaries", {"name": "G", "description": "d"})
    term = lab.made("/glossaryTerms", {"name": "T", "glossary": "G", "description": "d"})
    assert term["fullyQualifiedName"] == "G.T"
    assert lab.control("GET", "/check").body == {"problems": []}


def test_people_are_found_by_mail(lab):
    lab.made("/users", {"name": "Ann.Lee", "email": "ann.lee@example.com"})
    search = "/search/query?index=user_search_index&q=email.keyword:"
    hits = lab.get(f"{search}ann.lee@example.com&from=0&size=1").body["hits"]
    assert [hit["_source"]["name"] for hit in hits["hits"]] == ["ann.lee"]
    assert lab.get('/users/name/%22ann.lee%22').status == 200
    none = lab.get(f"{search}no@example.com").body["hits"]
    assert none["total"]["value"] == 0
