//! How the client works with a server that refuses, pages and fails.

mod scripted;

use metahost_model::{
    Common, Entity, EntityKind, EntityPath, Fingerprint, Fqn, KeyKind, Service, ServiceKind, Table, TableKey,
};
use scripted::{Call, Scripted};
use serde_json::{Value, json};

use crate::{Catalog, ErrorKind, Outcome, Write};

fn service() -> Service {
    Service {
        name: "s".into(),
        kind: ServiceKind::DatabaseService,
        service_type: "Trino".into(),
        display_name: None,
        description: None,
        borrowed: false,
    }
}

fn table(name: &str, keys: Vec<TableKey>) -> Write {
    let path = EntityPath::new(vec!["db".into(), "x".into(), name.into()]).unwrap();
    let entity = Entity::Table(Table { common: Common { path, ..Common::default() }, keys, ..Table::default() });
    let fingerprint = Fingerprint::of(&entity, &[]).unwrap();
    Write::Entity { fqn: Fqn::new("s", entity.path()), entity: Box::new(entity), fingerprint, known: None }
}

fn tables(names: &[&str]) -> Vec<Write> {
    names.iter().map(|name| table(name, vec![])).collect()
}

fn missing() -> (u16, Value) {
    (404, json!({ "code": 404, "message": "not there" }))
}

fn names(call: &Call) -> Vec<&str> {
    call.body.as_array().unwrap().iter().filter_map(|body| body["name"].as_str()).collect()
}

#[tokio::test]
async fn what_can_not_be_worked_with_is_said_at_once() {
    let old = Scripted::start("1.6.3", |_| (200, json!({}))).await;
    let error = old.connect().await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Version);
    assert!(error.to_string().contains("1.6.3"), "{error}");

    let closed = Scripted::start("2.0.7", |_| (401, json!({ "code": 401, "message": "Expired token!" }))).await;
    let error = closed.connect().await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.to_string().contains("Expired token!") && error.to_string().contains("ingestion-bot"), "{error}");

    let down = Scripted::start("2.0.7", |_| (503, json!({ "message": "warming up" }))).await;
    let error = down.connect().await.err().unwrap();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unreachable, true));
    assert!(error.to_string().contains("warming up"), "{error}");
}

#[tokio::test]
async fn every_page_is_read_and_deleted_ones_are_seen() {
    let server = Scripted::start("2.0.7", |call| {
        let item =
            |name: &str| json!({ "id": name, "fullyQualifiedName": name, "columns": [{ "name": "a", "big": "body" }] });
        if call.line.contains("fields=sourceHash") {
            return (400, json!({ "code": 400, "message": "Invalid field name sourceHash" }));
        }
        match call.line.as_str() {
            line if line.starts_with("GET databases?service=s&") => {
                (200, json!({ "data": [item("s.db"), item("s.db2")], "paging": { "total": 2 } }))
            }
            line if line.contains("tables?database=s.db&") && line.contains("after=p%2F2") => {
                let mut deleted = item("s.db.x.b");
                deleted["deleted"] = true.into();
                deleted["sourceHash"] = "h".into();
                (200, json!({ "data": [deleted], "paging": {} }))
            }
            line if line.contains("tables?database=s.db&") => {
                (200, json!({ "data": [item("s.db.x.a")], "paging": { "after": "p/2" } }))
            }
            line if line.contains("tables?database=s.db2&") => missing(),
            _ => (200, json!({ "data": [] })),
        }
    })
    .await;
    let catalog = server.connect().await.unwrap();
    let known = catalog.known(&service(), EntityKind::Table, &EntityPath::root()).await.unwrap();
    assert_eq!(known.keys().map(Fqn::as_str).collect::<Vec<_>>(), ["s.db.x.a", "s.db.x.b"]);
    let deleted = &known[&Fqn::parse("s.db.x.b")];
    assert!(deleted.deleted && deleted.fingerprint.as_ref().unwrap().as_str() == "h");
    assert_eq!(server.calls("GET tables").iter().filter(|call| call.line.contains("fields=")).count(), 1);
    assert!(server.calls("GET tables").iter().all(|call| call.line.contains("include=all")));
}

#[tokio::test]
async fn a_bad_entity_takes_no_other_with_it() {
    let server = Scripted::start("2.0.7", |call| match call.line.as_str() {
        "PUT tables/bulk?async=false" if names(call).contains(&"garbage") => {
            (400, json!({ "message": "Unrecognized" }))
        }
        "PUT tables/bulk?async=false" => {
            let failed: Vec<Value> = names(call)
                .iter()
                .filter(|name| **name == "bad")
                .map(|name| json!({ "request": format!("s.db.x.{name}"), "message": "short", "status": 400 }))
                .collect();
            (200, json!({ "status": "success", "numberOfRowsFailed": failed.len(), "failedRequest": failed }))
        }
        "PUT tables" if ["bad", "garbage"].contains(&call.body["name"].as_str().unwrap()) => {
            (400, json!({ "code": 400, "message": format!("no {}", call.body["name"]) }))
        }
        _ => (201, json!({ "id": "1" })),
    })
    .await;
    let catalog = server.connect().await.unwrap();
    let outcomes = catalog.write(&service(), tables(&["a", "bad", "c", "garbage", "e"])).await.unwrap();
    let words = |outcome: &Outcome| match outcome {
        Outcome::Rejected(why) => why.message.clone(),
        other => format!("{other:?}"),
    };
    let said: Vec<String> = outcomes.iter().map(words).collect();
    assert_eq!(said, ["Created", "no \"bad\"", "Created", "no \"garbage\"", "Created"]);
    assert_eq!(server.calls("PUT tables/bulk").len(), 3);
    assert_eq!(server.calls("PUT tables").len() - 3, 3, "only the batch that failed whole and the one that failed");
}

#[tokio::test]
async fn a_server_without_bulk_is_asked_for_it_once() {
    let server = Scripted::start("1.11.0", |call| match call.line.as_str() {
        "PUT tables/bulk?async=false" => (500, json!({ "responseMessage": "... [HTTP 405 Method Not Allowed] ..." })),
        _ => (201, json!({ "id": "1" })),
    })
    .await;
    let catalog = server.connect().await.unwrap();
    for _ in 0..2 {
        let outcomes = catalog.write(&service(), tables(&["a", "b"])).await.unwrap();
        assert_eq!(outcomes, [Outcome::Created, Outcome::Created]);
    }
    assert_eq!(server.calls("PUT tables/bulk").len(), 1);
}

#[tokio::test]
async fn a_key_to_a_table_that_is_not_there_yet_waits_for_the_next_run() {
    let server = Scripted::start("1.7.0", |call| match call.line.as_str() {
        "PUT tables" if call.body["tableConstraints"].as_array().is_some_and(|keys| keys.len() == 2) => missing(),
        _ => (201, json!({ "id": "1" })),
    })
    .await;
    let catalog = server.connect().await.unwrap();
    let key = |kind, refers_to| TableKey { kind, columns: vec!["id".into()], refers_to, referred_columns: vec![] };
    let other = EntityPath::new(vec!["db".into(), "x".into(), "later".into()]).unwrap();
    let keys = vec![key(KeyKind::PrimaryKey, None), key(KeyKind::ForeignKey, Some(other))];
    assert_eq!(catalog.write(&service(), vec![table("a", keys)]).await.unwrap(), [Outcome::Created]);
    let written = server.calls("PUT tables").pop().unwrap().body;
    assert_eq!(written["tableConstraints"], json!([{ "constraintType": "PRIMARY_KEY", "columns": ["id"] }]));
    assert_eq!(written.get("sourceHash"), None, "the next run has to see a difference");
    assert_eq!(catalog.warnings().len(), 1);
}

#[tokio::test]
async fn a_token_that_expires_stops_the_run() {
    let server = Scripted::start("1.7.0", |call| match call.line.as_str() {
        line if line.starts_with("PUT") => (401, json!({ "code": 401, "message": "Expired token!" })),
        _ => (200, json!({ "data": [] })),
    })
    .await;
    let catalog = server.connect().await.unwrap();
    let error = catalog.write(&service(), tables(&["a", "b"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}
