//! What a Trino, or what stands before it, must not do and does: refused and ended sign-ins, pages of HTML, answers that
//! break off, rate limits, names of every kind, nothing to see.

use metahost_plugin_sdk::connector::Mode;
use metahost_plugin_sdk::testing::{Collected, name};
use metahost_plugin_sdk::{Error, Result};
use serde_json::json;

use crate::testing::{Said, Scripted, request, trino};

/// The first page of a result, with a row.
const FIRST: (u16, &str) = (200, r#"{"id": "q", "nextUri": "{next}", "data": [["a", "BASE TABLE"]], "stats": {}}"#);

fn server(tables: Vec<(u16, &'static str)>) -> Scripted {
    Scripted::default()
        .says("information_schema.tables", Said::Raw(tables))
        .rows("SELECT connector_name", json!([["postgresql"]]))
        .rows("information_schema.views", json!([]))
        .rows("materialized_views", json!([]))
        .rows("table_comments", json!([]))
        .rows("information_schema.columns", json!([["a", "x", "bigint", "YES", null, null]]))
}

fn read(server: &Scripted) -> (Result<()>, Collected) {
    let mut out = Collected::default();
    (trino(server, "").read_into(&request(Mode::Entities, &["c", "s"]), &mut out), out)
}

/// The error that a schema ends with, of which nothing was given and nothing is taken for gone.
fn fails(answers: Vec<(u16, &'static str)>) -> Error {
    let (done, out) = read(&server(answers));
    assert!(out.entities.is_empty() && out.complete.is_empty() && out.skipped.is_empty(), "{out:?}");
    done.unwrap_err()
}

#[test]
fn a_refused_credential_is_named_with_its_slot() {
    for status in [401, 403] {
        let error = fails(vec![(status, "Invalid credentials")]);
        let Error::Denied(failure) = &error else { panic!("{error:?}") };
        assert!(
            failure.message.contains("Invalid credentials") && failure.message.contains("`credentials.trino`"),
            "{error:?}"
        );
    }
}

#[test]
fn a_token_that_ends_between_two_pages_ends_the_read_and_is_no_broken_table() {
    // The gateway renews a token that it was issued, and asks again; only a token that it can't renew comes this far.
    assert!(matches!(fails(vec![FIRST, (401, "JWT expired")]), Error::Denied(_)));
    let ended = || vec![(200, r#"{"id": "q", "nextUri": "{next}", "stats": {}}"#), (401, "JWT expired")];
    let columns = Scripted::default().says("information_schema.columns", Said::Raw(ended())).merge(whole());
    let (done, out) = read(&columns);
    assert!(matches!(done, Err(Error::Denied(_))) && out.skipped.is_empty() && out.complete.is_empty(), "{out:?}");
    assert!(
        columns.log().iter().any(|line| line.starts_with("DELETE")),
        "the statement is given up: {:?}",
        columns.log()
    );
    let optional = Scripted::default().says("table_comments", Said::Raw(ended())).merge(whole());
    assert!(matches!(read(&optional).0, Err(Error::Denied(_))), "not a schema without comments");
}

fn whole() -> Scripted {
    server(vec![FIRST, (200, r#"{"id": "q", "stats": {}}"#)])
}

#[test]
fn a_page_of_html_is_shown_and_asks_for_the_address() {
    for answers in [vec![(200, "<html>\n<title>Sign in</title>")], vec![FIRST, (200, "<html>\n<title>Sign in</title>")]]
    {
        let error = format!("{:?}", fails(answers));
        assert!(error.contains("does `url` point at Trino? It says: <html> <title>Sign in"), "{error}");
    }
}

#[test]
fn json_that_breaks_off_is_no_end_of_the_rows() {
    for body in [r#"{"id": "q", "data": [["b", "BASE"#, "", "{}", "null"] {
        assert!(matches!(fails(vec![FIRST, (200, body)]), Error::Protocol(_)), "{body}");
    }
}

#[test]
fn rate_limits_and_faults_of_the_way_end_the_read_for_a_later_try() {
    // The gateway asks again (429, 502 to 504); what comes here is what it gave up on, or a 500.
    for status in [429, 500, 502, 503, 504] {
        assert!(matches!(fails(vec![(status, "busy")]), Error::Unavailable(_)), "{status} at once");
        assert!(matches!(fails(vec![FIRST, (status, "busy")]), Error::Unavailable(_)), "{status} later");
    }
    assert!(matches!(fails(vec![FIRST, (404, "Query not found")]), Error::Protocol(_)));
}

#[test]
fn names_of_every_kind_are_asked_and_told_as_they_are() {
    let long = "n".repeat(300);
    let odd = ["a.b", "say \"hi\"", "it's", "x::y", "🚚 fracht", long.as_str()];
    let row = |name: &&str| json!([name, "BASE TABLE"]);
    let columns = odd.map(|name| json!([name, name, "bigint", "YES", null, name]));
    let server = Scripted::default()
        .rows("information_schema.tables", odd.iter().map(row).collect())
        .rows("SELECT connector_name", json!([["iceberg"]]))
        .rows("information_schema.columns", columns.to_vec().into())
        .rows("SHOW CREATE TABLE", json!([["CREATE TABLE t (\n   a bigint\n)"]]))
        .rows("", json!([]));
    let (done, out) = read(&server);
    done.unwrap();
    let told: Vec<_> = out.tables().iter().map(|table| (name(&table.common), table.columns[0].name.as_str())).collect();
    assert_eq!(told, odd.map(|name| (name, name)));
    assert!(out.tables().iter().all(|table| table.common.path.len() == 3));
    assert!(server.statements().contains(&r#"SHOW CREATE TABLE "c"."s"."say ""hi""""#.to_owned()));
    assert_eq!(out.complete, [("c/s".to_owned(), "table".to_owned(), Some(6))]);
}

#[test]
fn splits_of_odd_names_have_ids_of_their_own() {
    let server = Scripted::default()
        .rows("system.metadata.catalogs", json!([["a", "hive"], ["a.b", "hive"]]))
        .rows("\"a\".information_schema", json!([["b.c"]]))
        .rows("\"a.b\".information_schema", json!([["c"]]));
    let splits = trino(&server, "").splits(&[Mode::Entities], &mut Collected::default()).unwrap();
    let ids: std::collections::BTreeSet<_> = splits.iter().map(|split| split.id.clone()).collect();
    assert_eq!((ids.len(), splits.len()), (4, 4), "{ids:?}");
}

#[test]
fn a_server_with_nothing_to_see_asks_for_rights() {
    let empty = Scripted::default().rows("", json!([]));
    for mode in [Mode::Entities, Mode::Profile] {
        let error = trino(&empty, "").splits(&[mode], &mut Collected::default()).unwrap_err();
        assert!(format!("{error:?}").contains("has the user rights? Nothing is taken for gone"), "{error:?}");
    }
    let mut out = Collected::default();
    trino(&empty, "").read_into(&request(Mode::Entities, &["c"]), &mut out).unwrap();
    assert_eq!((out.entities.len(), out.complete.len(), out.notes.len()), (1, 0, 1), "{out:?}");
}

#[test]
fn an_empty_schema_is_one_without_tables() {
    let (done, out) = read(&Scripted::default().rows("", json!([])));
    done.unwrap();
    assert_eq!(out.complete, [("c/s".to_owned(), "table".to_owned(), Some(0))]);
}
