"""People before bots, tags added up, patches exact, custom properties declared first."""

from conftest import PERSON

LABEL = {"source": "Classification", "labelType": "Automated", "state": "Confirmed"}


def put(api, token=None, **rest):
    body = {"name": "users", "databaseSchema": "lab.db.mart", "columns": [{"name": "id", "dataType": "BIGINT"}], **rest}
    return api.put("/tables", body, **({"token": token} if token else {}))


def test_the_bot_fills_an_empty_description_and_never_replaces_one(lab):
    put(lab)
    assert put(lab, description="first").body["version"] == 0.2
    second = put(lab, description="second")
    assert (second.change, second.body["description"]) == ("entityNoChange", "first")
    assert put(lab, token=PERSON, description="by a person").body["description"] == "by a person"
    assert put(lab, description="third", displayName="Users").body["description"] == "by a person"


def test_a_person_s_put_clears_what_it_leaves_out(lab):
    put(lab, description="d", displayName="Users")
    after = put(lab, token=PERSON, description="d").body
    assert "displayName" not in after


def test_owners_are_people_s_too(lab):
    ann = lab.made("/users", {"name": "ann", "email": "ann@example.com"})["id"]
    bob = lab.made("/users", {"name": "bob", "email": "bob@example.com"})["id"]
    put(lab, owners=[{"id": ann, "type": "user"}])
    for body in ({"owners": [{"id": bob, "type": "user"}]}, {}):
        assert [owner["name"] for owner in put(lab, **body).body["owners"]] == ["ann"]


def test_tags_are_added_up(lab):
    lab.made("/classifications", {"name": "dbtTags", "description": "d"})
    assert put(lab, tags=[{**LABEL, "tagFQN": "dbtTags.daily"}]).status == 404
    lab.made("/tags", {"name": "daily", "classification": "dbtTags", "description": "d"})
    put(lab, tags=[{**LABEL, "tagFQN": "dbtTags.daily"}])
    after = put(lab, tags=[{**LABEL, "tagFQN": "Tier.Tier1"}]).body
    assert [tag["tagFQN"] for tag in after["tags"]] == ["Tier.Tier1", "dbtTags.daily"]


def test_tags_that_exclude_each_other_are_refused(lab):
    answer = put(lab, tags=[{**LABEL, "tagFQN": "Tier.Tier1"}, {**LABEL, "tagFQN": "Tier.Tier2"}])
    assert answer.status == 400
    assert "mutually exclusive" in answer.message


def test_patch_is_exact(lab):
    table = put(lab, description="d").body
    path = f"/tables/{table['id']}"
    done = lab.patch(path, [{"op": "replace", "path": "/description", "value": "new"},
                            {"op": "add", "path": "/tags/0", "value": {**LABEL, "tagFQN": "PII.Sensitive"}}])
    assert (done.status, done.change, done.body["description"]) == (200, "entityUpdated", "new")
    gone = lab.patch(path, [{"op": "remove", "path": "/tags/0"}]).body
    assert "tags" not in gone
    by_name = lab.patch("/tables/name/lab.db.mart.users", [{"op": "add", "path": "/displayName", "value": "U"}])
    assert by_name.body["displayName"] == "U"


def test_a_patch_that_cannot_be_applied_is_a_server_error(lab):
    path = f"/tables/{put(lab).body['id']}"
    for operation in ({"op": "test", "path": "/version", "value": 99}, {"op": "remove", "path": "/nope"}):
        answer = lab.patch(path, [operation])
        assert answer.status == 500
        assert "responseMessage" in answer.body
    assert lab.patch(path, [{"op": "add", "path": "/foo", "value": 1}]).status == 400


def declare(api, name="criticality", kind="string"):
    field = api.get(f"/metadata/types/name/{kind}").body
    table = api.get("/metadata/types/name/table?category=field").body
    return api.put(f"/metadata/types/{table['id']}", {
        "name": name, "description": "d", "propertyType": {"id": field["id"], "type": "type"}})


def test_custom_properties_must_be_declared(lab):
    answer = put(lab, extension={"criticality": "high"})
    assert (answer.status, answer.message) == (400, "Unknown custom field criticality")
    assert declare(lab).status == 200
    assert put(lab, extension={"criticality": 7}).status == 400
    assert put(lab, extension={"criticality": "high"}).status == 201
    shown = lab.get("/metadata/types/name/table?fields=customProperties").body
    assert [prop["name"] for prop in shown["customProperties"]] == ["criticality"]


def test_a_bot_s_put_leaves_custom_properties_and_its_patch_sets_them(lab):
    declare(lab)
    table = put(lab, extension={"criticality": "high"}).body
    assert put(lab, extension={"criticality": "low"}).body["extension"] == {"criticality": "high"}
    done = lab.patch(f"/tables/{table['id']}", [{"op": "replace", "path": "/extension/criticality", "value": "low"}])
    assert done.body["extension"] == {"criticality": "low"}


def test_versions_are_kept(lab):
    table = put(lab).body
    put(lab, description="d")
    found = lab.get(f"/tables/{table['id']}/versions").body
    assert len(found["versions"]) == 2
    assert "description" not in lab.get(f"/tables/{table['id']}/versions/0.1").body
