//! Bodies as the server gets them.

use metahost_model::{
    Column, Common, Constraint, Container, Dashboard, Entity, EntityPath, Fingerprint, KeyKind, PartitionColumn,
    Pipeline, Service, ServiceKind, Table, TableKey, TableKind, Task,
};
use serde_json::{Value, json};

use super::Context;
use crate::openmetadata::owners::Owner;
use crate::openmetadata::profile::Profile;
use crate::openmetadata::resolve::Resolved;
use crate::openmetadata::warnings::Warnings;

fn path(parts: &[&str]) -> EntityPath {
    EntityPath::new(parts.iter().map(|part| (*part).to_owned()).collect()).unwrap()
}

fn body(version: &str, resolved: &Resolved, entity: &Entity) -> (Value, Vec<(String, u64)>) {
    let service = Service {
        name: "my.trino".into(),
        kind: ServiceKind::DatabaseService,
        service_type: "Trino".into(),
        display_name: None,
        description: None,
        borrowed: false,
    };
    let (profile, warnings) = (Profile::for_version(version).unwrap(), Warnings::default());
    let context = Context { service: &service, profile: &profile, resolved, warnings: &warnings };
    let body = context.body(entity, &Fingerprint::from_text("f"));
    (Value::Object(body), warnings.all())
}

fn column(name: &str, data_type: &str) -> Column {
    Column { name: name.into(), data_type: data_type.into(), ..Column::default() }
}

#[test]
fn a_table_carries_what_the_server_insists_on() {
    let list = Column { children: vec![column("x", "INT")], ..column("list", "ARRAY") };
    let table = Table {
        common: Common {
            path: path(&["db", "my.schema", "a::b"]),
            description: Some("words".into()),
            owners: vec!["anna".into(), "nobody".into(), "data".into()],
            tags: vec!["Known.Tag".into(), "Un.known".into()],
            extension: [("format".to_owned(), json!(2)), ("other".to_owned(), json!(1))].into(),
            ..Common::default()
        },
        kind: TableKind::MaterializedView,
        columns: vec![
            Column { constraint: Some(Constraint::NotNull), ..column("id", "VARCHAR") },
            list,
            column("s", "STRUCT"),
            column("odd", "HYPERCUBE"),
        ],
        keys: vec![TableKey {
            kind: KeyKind::ForeignKey,
            columns: vec!["id".into()],
            refers_to: Some(path(&["db", "my.schema", "other"])),
            referred_columns: vec!["key".into()],
        }],
        partitioned_by: vec![PartitionColumn {
            column: "id".into(),
            interval_kind: "BUCKET".into(),
            interval: Some("16".into()),
        }],
        file_format: Some("PARQUET".into()),
        updated_at: Some(5),
        ..Table::default()
    };
    let owner = |name: &str, is_team| Owner { id: format!("id-{name}"), name: name.into(), is_team };
    let owners = vec![("anna", owner("anna", false)), ("data", owner("data", true))];
    let resolved = Resolved::stand_in(&["Known.Tag"], &[("format", "string")], owners);
    let (body, warnings) = body("2.0.7", &resolved, &Entity::Table(table));
    assert_eq!(
        body,
        json!({
            "name": "a__reserved__colon__b",
            "databaseSchema": r#""my.trino".db."my.schema""#,
            "description": "words",
            "tableType": "MaterializedView",
            "owners": [{ "id": "id-anna", "type": "user" }],
            "tags": [
                { "tagFQN": "Known.Tag", "source": "Classification", "labelType": "Automated", "state": "Confirmed" },
            ],
            "extension": { "format": "2" },
            "columns": [
                { "name": "id", "dataType": "VARCHAR", "dataLength": 1, "constraint": "NOT_NULL", "ordinalPosition": 1 },
                {
                    "name": "list", "dataType": "ARRAY", "arrayDataType": "UNKNOWN", "ordinalPosition": 2,
                    "children": [{ "name": "x", "dataType": "INT" }],
                },
                { "name": "s", "dataType": "STRUCT", "children": [], "ordinalPosition": 3 },
                { "name": "odd", "dataType": "UNKNOWN", "ordinalPosition": 4 },
            ],
            "tableConstraints": [{
                "constraintType": "FOREIGN_KEY", "columns": ["id"],
                "referredColumns": [r#""my.trino".db."my.schema".other.key"#],
            }],
            "tablePartition": { "columns": [{ "columnName": "id", "intervalType": "OTHER", "interval": "16" }] },
            "fileFormat": "parquet",
            "lifeCycle": { "updated": { "timestamp": 5 } },
            "sourceHash": "f",
        })
    );
    let said: Vec<_> = warnings.iter().map(|(text, _)| text.as_str()).collect();
    assert!(said.iter().any(|text| text.contains("`nobody`")), "{said:?}");
    assert!(said.iter().any(|text| text.contains("HYPERCUBE")), "{said:?}");
    assert!(said.iter().any(|text| text.contains("BUCKET")), "{said:?}");
    assert!(said.iter().any(|text| text.contains("teams beside")), "{said:?}");
}

#[test]
fn tasks_point_at_those_that_wait_for_them() {
    let task = |name: &str, after: &[&str]| Task {
        name: name.into(),
        kind: None,
        description: None,
        sql: None,
        after: after.iter().map(|name| (*name).to_owned()).collect(),
        source_url: None,
    };
    let pipeline = Pipeline {
        common: Common { path: path(&["p"]), ..Common::default() },
        tasks: vec![task("extract", &[]), task("load", &["extract"]), task("check", &["extract", "load"])],
        schedule: Some("0 2 * * *".into()),
        started_at: Some(1_700_000_000_123),
    };
    let (body, _) = body("1.7.0", &Resolved::default(), &Entity::Pipeline(pipeline));
    assert_eq!(
        body,
        json!({
            "name": "p", "service": "\"my.trino\"", "sourceHash": "f", "scheduleInterval": "0 2 * * *",
            "startDate": "2023-11-14T22:13:20.123Z",
            "tasks": [
                { "name": "extract", "downstreamTasks": ["load", "check"] },
                { "name": "load", "downstreamTasks": ["check"] },
                { "name": "check" },
            ],
        })
    );
}

#[test]
fn an_old_server_gets_no_new_words() {
    let chart = Entity::Chart(metahost_model::Chart {
        common: Common { path: path(&["c"]), extension: [("x".to_owned(), json!(1))].into(), ..Common::default() },
        kind: "Heatmap".into(),
    });
    let resolved = Resolved::stand_in(&[], &[("x", "integer")], vec![]);
    let (old, warnings) = body("1.7.0", &resolved, &chart);
    assert_eq!(old, json!({ "name": "c", "service": "\"my.trino\"", "sourceHash": "f", "chartType": "Other" }));
    assert!(warnings[0].0.contains("extension"), "{warnings:?}");
    let (new, _) = body("2.0.0", &resolved, &chart);
    assert_eq!((&new["chartType"], &new["extension"]), (&json!("Heatmap"), &json!({ "x": 1 })));
}

#[test]
fn siblings_are_named_in_full() {
    let dashboard = Entity::Dashboard(Dashboard {
        common: Common { path: path(&["d"]), ..Common::default() },
        charts: vec![path(&["1.5"])],
        data_models: vec![path(&["model", "m"])],
    });
    let (body, _) = body("1.9.0", &Resolved::default(), &dashboard);
    assert_eq!(
        (&body["charts"], &body["dataModels"]),
        (&json!(["\"my.trino\".\"1.5\""]), &json!(["\"my.trino\".model.m"]))
    );
}

#[test]
fn a_bucket_has_no_parent_and_only_known_formats() {
    let container = Entity::Container(Container {
        common: Common { path: path(&["bucket"]), ..Common::default() },
        prefix: "/".into(),
        size_bytes: Some(9),
        objects: None,
        formats: vec!["Parquet".into(), "orc".into()],
        fields: vec![column("a", "INT")],
    });
    let (body, _) = body("2.0.0", &Resolved::default(), &container);
    assert_eq!(body["fileFormats"], json!(["parquet"]));
    assert_eq!(body["dataModel"]["columns"][0]["name"], "a");
    assert_eq!(body.get("parent"), None);
}
