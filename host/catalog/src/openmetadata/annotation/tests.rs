//! What an annotation changes, and what it leaves alone.

use metahost_model::{Annotation, Service, ServiceKind};
use serde_json::{Value, json};

use super::{Merge, nothing};
use crate::openmetadata::owners::Owner;
use crate::openmetadata::profile::Profile;
use crate::openmetadata::resolve::Resolved;
use crate::openmetadata::warnings::Warnings;

fn noted(value: &Value) -> Annotation {
    let mut whole = json!({ "kind": "table", "path": ["db", "s", "t"] });
    whole.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

/// The patch, the data model's body and how many warnings there were.
fn merge(now: &Value, new: &Value, old: Option<&Value>) -> (Vec<Value>, Option<Value>, usize) {
    let service = Service {
        name: "trino".into(),
        kind: ServiceKind::DatabaseService,
        service_type: "Trino".into(),
        display_name: None,
        description: None,
        borrowed: true,
    };
    let owner = |name: &str| Owner { id: format!("id-{name}"), name: name.into(), is_team: false };
    let owners = vec![("anna", owner("anna")), ("ben", owner("ben"))];
    let resolved = Resolved::stand_in(&["dbt.a", "dbt.b", "Tier.Tier1"], &[("team", "string")], owners);
    let (new, warnings) = (noted(new), Warnings::default());
    let old = old.map_or_else(|| nothing(&new), noted);
    let merge = Merge {
        domain_key: "domains",
        service: &service,
        resolved: &resolved,
        warnings: &warnings,
        now,
        new: &new,
        old: &old,
    };
    let model = merge.data_model(&Profile::for_version("2.0.0").unwrap());
    (merge.patch().operations, model, warnings.all().len())
}

fn tag(name: &str, label_type: &str) -> Value {
    json!({ "tagFQN": name, "source": "Classification", "labelType": label_type, "state": "Confirmed" })
}

#[test]
fn what_is_empty_is_filled() {
    let now = json!({ "columns": [{ "name": "Id", "children": [{ "name": "x" }] }] });
    let new = json!({
        "description": "d", "owners": ["anna"], "tags": ["dbt.a"], "extension": { "team": "core" },
        "columns": [{ "column": ["id", "X"], "description": "deep", "constraint": "NOT_NULL" }],
        "keys": [{ "kind": "PRIMARY_KEY", "columns": ["id"] }],
    });
    let (operations, _, warnings) = merge(&now, &new, None);
    assert_eq!(
        Value::from(operations),
        json!([
            { "op": "add", "path": "/description", "value": "d" },
            { "op": "add", "path": "/tags", "value": [tag("dbt.a", "Automated")] },
            { "op": "add", "path": "/owners", "value": [{ "id": "id-anna", "type": "user" }] },
            { "op": "add", "path": "/extension", "value": { "team": "core" } },
            { "op": "add", "path": "/tableConstraints", "value": [{ "constraintType": "PRIMARY_KEY", "columns": ["Id"] }] },
            { "op": "test", "path": "/columns/0/children/0/name", "value": "x" },
            { "op": "add", "path": "/columns/0/children/0/description", "value": "deep" },
            { "op": "add", "path": "/columns/0/children/0/constraint", "value": "NOT_NULL" },
        ])
    );
    assert_eq!(warnings, 0);
}

#[test]
fn what_people_wrote_stays() {
    let now = json!({
        "description": "by hand", "displayName": "By Hand", "owners": [{ "id": "id-carla", "type": "user" }],
        "tags": [tag("dbt.old", "Manual"), tag("Tier.Tier2", "Manual")], "extension": { "team": "theirs" },
        "columns": [{ "name": "id", "description": "by hand", "constraint": "UNIQUE" }],
        "domains": [{ "id": "x", "fullyQualifiedName": "Sales" }],
    });
    let new = json!({
        "description": "d2", "displayName": "D", "owners": ["anna"], "tags": ["Tier.Tier1"], "domain": "Other",
        "extension": { "team": "core" },
        "columns": [{ "column": ["id"], "description": "c", "constraint": "NOT_NULL" }],
    });
    let old = json!({ "description": "d1", "tags": ["dbt.old"], "owners": ["ben"], "extension": { "team": "core" } });
    let (operations, ..) = merge(&now, &new, Some(&old));
    assert!(operations.is_empty(), "{operations:?}");
}

#[test]
fn what_we_wrote_is_renewed_and_taken_back() {
    let now = json!({
        "description": "d1", "displayName": "D", "owners": [{ "id": "id-ben", "type": "user", "name": "ben" }],
        "tags": [tag("dbt.a", "Automated"), tag("dbt.x", "Automated"), tag("PII.None", "Manual")],
        "columns": [{ "name": "id", "description": "c1", "tags": [tag("dbt.b", "Automated")] }],
        "tableConstraints": [{ "constraintType": "UNIQUE", "columns": ["id"] }],
    });
    let new = json!({ "description": "d2", "owners": ["anna"], "tags": ["dbt.b"] });
    let old = json!({
        "description": "d1", "displayName": "D", "owners": ["ben"], "tags": ["dbt.a"],
        "columns": [{ "column": ["id"], "description": "c1", "tags": ["dbt.b"] }],
        "keys": [{ "kind": "UNIQUE", "columns": ["id"] }],
    });
    let (operations, ..) = merge(&now, &new, Some(&old));
    assert_eq!(
        Value::from(operations),
        json!([
            { "op": "remove", "path": "/displayName" },
            { "op": "add", "path": "/description", "value": "d2" },
            { "op": "add", "path": "/tags", "value": [
                tag("dbt.x", "Automated"), tag("PII.None", "Manual"), tag("dbt.b", "Automated"),
            ] },
            { "op": "add", "path": "/owners", "value": [{ "id": "id-anna", "type": "user" }] },
            { "op": "add", "path": "/tableConstraints", "value": [] },
            { "op": "test", "path": "/columns/0/name", "value": "id" },
            { "op": "remove", "path": "/columns/0/description" },
            { "op": "add", "path": "/columns/0/tags", "value": [] },
        ])
    );
}

#[test]
fn columns_that_are_not_there_are_said() {
    let new = json!({
        "columns": [{ "column": ["gone"], "description": "c" }], "keys": [{ "kind": "UNIQUE", "columns": ["gone"] }],
    });
    let (operations, _, warnings) = merge(&json!({ "columns": [{ "name": "id" }] }), &new, None);
    assert_eq!((operations.len(), warnings), (0, 2));
}

#[test]
fn a_data_model_is_written_once() {
    let now =
        json!({ "columns": [{ "name": "ID", "dataType": "VARCHAR", "dataLength": 9, "fullyQualifiedName": "f" }] });
    let new = json!({
        "description": "d", "columns": [{ "column": ["id"], "dataType": "text", "description": "c" }],
        "dataModel": {
            "resourceType": "model", "project": "shop", "rawSql": "{{ x }}", "compiledSql": "x",
            "upstream": [["db", "s", "a.b"]], "generatedAt": 0,
        },
    });
    let (_, model, _) = merge(&now, &new, None);
    let model = model.unwrap();
    assert_eq!(
        model,
        json!({
            "modelType": "DBT", "resourceType": "model", "description": "d", "rawSql": "{{ x }}", "sql": "x",
            "dbtSourceProject": "shop", "upstream": ["trino.db.s.\"a.b\""], "generatedAt": "1970-01-01T00:00:00Z",
            "columns": [{ "name": "ID", "dataType": "VARCHAR", "dataLength": 9, "description": "c" }],
        })
    );
    let mut there = now;
    there["dataModel"] = model;
    there["dataModel"]["columns"][0]["fullyQualifiedName"] = "added by the server".into();
    let later = json!({ "dataModel": { "generatedAt": 99 } });
    let mut new = new;
    new["dataModel"]["generatedAt"] = later["dataModel"]["generatedAt"].clone();
    assert_eq!(merge(&there, &new, None).1, None);
    new["dataModel"]["compiledSql"] = "y".into();
    assert!(merge(&there, &new, None).1.is_some());
}
