"""Columns: what is refused, what an update keeps, what makes a major version."""

import pytest
from conftest import PERSON


def put(api, columns, **rest):
    return api.put("/tables", {"name": "t", "databaseSchema": "lab.db.mart", "columns": columns, **rest})


@pytest.mark.parametrize(("columns", "message"), [
    ([{"name": "c", "dataType": kind}], "dataLength must not be null")
    for kind in ("VARCHAR", "CHAR", "BINARY", "VARBINARY")
] + [
    ([{"name": "c", "dataType": "ARRAY"}], "arrayDataType must not be null"),
    ([{"name": "c", "dataType": "STRUCT"}], "children must not be null"),
    ([{"name": "c", "dataType": "INT"}] * 2, "Column name c is repeated"),
    ([{"name": "c", "dataType": "DECIMAL", "scale": 2}], "precision is not set"),
    ([{"name": "c", "dataType": "DECIMAL", "scale": 9, "precision": 2}], "greater than the precision"),
])
def test_refused(lab, columns, message):
    answer = put(lab, columns)
    assert answer.status == 400
    assert message in answer.message


def test_nested_columns_get_names_and_types(lab):
    inner = [{"name": "x.y", "dataType": "INT"}, {"name": "s", "dataType": "STRUCT", "children": [
        {"name": "deep", "dataType": "STRING"}]}]
    table = put(lab, [{"name": "rows", "dataType": "ARRAY", "arrayDataType": "STRUCT", "children": inner,
                       "dataTypeDisplay": "array<struct<...>>"}, {"name": "n", "dataType": "INT"}]).body
    children = table["columns"][0]["children"]
    assert children[0]["fullyQualifiedName"] == 'lab.db.mart.t.rows."x.y"'
    assert children[1]["children"][0]["fullyQualifiedName"] == "lab.db.mart.t.rows.s.deep"
    assert table["columns"][1]["dataTypeDisplay"] == "int"


def test_a_dropped_column_is_deleted_with_a_major_version(lab):
    put(lab, [{"name": "a", "dataType": "INT"}, {"name": "b", "dataType": "INT"}])
    after = put(lab, [{"name": "a", "dataType": "INT"}]).body
    assert after["version"] == 1.1
    assert [column["name"] for column in after["columns"]] == ["a"]
    assert after["changeDescription"]["fieldsDeleted"] == [{"name": "columns", "oldValue": ["b"]}]


def test_an_added_column_is_a_minor_change(lab):
    put(lab, [{"name": "a", "dataType": "INT"}])
    assert put(lab, [{"name": "a", "dataType": "INT"}, {"name": "b", "dataType": "INT"}]).body["version"] == 0.2


def test_a_column_that_changes_type_keeps_its_text(lab):
    put(lab, [{"name": "a", "dataType": "INT", "description": "kept"}])
    after = put(lab, [{"name": "a", "dataType": "BIGINT"}]).body
    assert after["version"] == 1.1
    assert after["columns"][0]["description"] == "kept"


def test_people_s_column_text_outlives_the_bot(lab):
    table = put(lab, [{"name": "a", "dataType": "INT"}]).body
    edit = [{"op": "add", "path": "/columns/0/description", "value": "by a person"}]
    assert lab.patch(f"/tables/{table['id']}", edit, token=PERSON).status == 200
    after = put(lab, [{"name": "a", "dataType": "INT", "description": "by the bot"}])
    assert (after.change, after.body["columns"][0]["description"]) == ("entityNoChange", "by a person")


def test_constraints_and_partitions_name_existing_columns(lab):
    columns = [{"name": "a", "dataType": "INT"}]
    key = [{"constraintType": "PRIMARY_KEY", "columns": ["nope"]}]
    assert put(lab, columns, tableConstraints=key).status == 400
    key[0]["columns"] = ["a"]
    assert put(lab, columns, tableConstraints=key).status == 201
    part = {"columns": [{"columnName": "nope", "intervalType": "COLUMN-VALUE"}]}
    assert put(lab, columns, tablePartition=part).status == 400
