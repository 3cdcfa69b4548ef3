//! Galaxy's metadata over answers made by hand after what Starburst's own clients of this API expect; no real Galaxy was asked.

use std::collections::BTreeMap;

use metahost_plugin_sdk::Error;
use metahost_plugin_sdk::activity::Outcome;
use metahost_plugin_sdk::connector::Mode;
use metahost_plugin_sdk::entities::{Common, Entity};
use metahost_plugin_sdk::testing::{ByHeart, Collected, name};
use serde_json::{Value, json};

use super::{Galaxy, SLOT};
use crate::Trino;
use crate::config::{Galaxy as Config, Owners};
use crate::testing::{Scripted, request, trino};

const TABLES: &str = "/public/api/v1/catalog/c-2/schema/my%20s/table?pageSize=100";
const COLUMNS: &str = "/public/api/v1/catalog/c-2/schema/my%20s/table/t/column?pageSize=100";
const CATALOGS: &str = "/public/api/v1/catalog?pageSize=100";

fn api() -> ByHeart {
    let answers: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../../fixtures/hand-made/galaxy.json")).unwrap();
    answers.iter().fold(ByHeart::new("Starburst Galaxy", SLOT), |api, (path, body)| api.json(path, body))
}

fn config() -> Config {
    Config { url: "http://galaxy".to_owned(), column_tags: true, checks: true, owners: Owners::default() }
}

fn connector(api: &ByHeart, config: Config) -> Trino {
    let columns = json!([
        ["a.b/\"::\" 🚚", "x", "bigint", "YES", null, null],
        ["plain", "a", "bigint", "YES", null, null],
        ["t", "a", "bigint", "NO", null, null],
        ["t", "b", "row(a bigint)", "YES", null, null],
        ["t", "c", "varchar", "YES", null, null]
    ]);
    let listed = json!([["t", "BASE TABLE"], ["plain", "BASE TABLE"], ["a.b/\"::\" 🚚", "VIEW"]]);
    let server = Scripted::default()
        .rows("information_schema.tables", listed)
        .rows("SELECT connector_name", json!([["iceberg"]]))
        .rows("information_schema.views", json!([["a.b/\"::\" 🚚", "SELECT 1 x"]]))
        .rows("materialized_views", json!([]))
        .rows("table_comments", json!([["plain", "of SQL"]]))
        .rows("information_schema.schemata", json!([["my s"], ["raw"], ["unknown"]]))
        .rows("information_schema.columns", columns)
        .rows("\"t\"", json!([["CREATE TABLE t (\n   a bigint\n)\nWITH (\n   location = 's3://b/t'\n)"]]))
        .rows("\"plain\"", json!([["CREATE TABLE plain (\n   a bigint\n)\nWITH (\n   location = 's3://b/p'\n)"]]));
    Trino { galaxy: Some(Galaxy::new(Box::new(api.clone()), config)), ..trino(&server, "") }
}

fn read(api: &ByHeart) -> Collected {
    let mut out = Collected::default();
    connector(api, config()).read_into(&request(Mode::Entities, &["lake", "my s"]), &mut out).unwrap();
    out
}

/// `table: its tags; column: its tags`, for what has any.
fn tags(out: &Collected) -> Vec<String> {
    let mut told = Vec::new();
    for table in out.tables() {
        let of_table = (!table.common.tags.is_empty()).then_some((name(&table.common), &table.common.tags));
        let columns = table.columns.iter().filter(|column| !column.tags.is_empty());
        let of_columns = columns.map(|column| (column.name.as_str(), &column.tags));
        told.extend(of_table.into_iter().chain(of_columns).map(|(name, tags)| format!("{name}: {}", tags.join(", "))));
    }
    told
}

const ALL: [&str; 5] = [
    "a.b/\"::\" 🚚: GalaxyTags.gold",
    "x: GalaxyTags.pii",
    "t: GalaxyTags.gold, GalaxyTags.\"v1.2\"",
    "a: GalaxyTags.pii",
    "c: GalaxyTags.pii",
];

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[test]
fn tables_and_columns_have_the_tags_of_all_pages() {
    let out = read(&api());
    assert_eq!(sorted(tags(&out)), sorted(ALL.map(str::to_owned).to_vec()));
    assert_eq!(out.complete, [("lake/my s".to_owned(), "table".to_owned(), Some(3))]);
    assert!(out.skipped.is_empty() && out.notes.is_empty(), "{:?} {:?}", out.skipped, out.notes);
    // Each table keeps its own answer of SHOW CREATE; a field of a row has not the tags of a column of its name.
    let place = |wanted: &str| out.tables().into_iter().find(|it| name(&it.common) == wanted).unwrap().location.clone();
    assert_eq!((place("t").as_deref(), place("plain").as_deref()), (Some("s3://b/t"), Some("s3://b/p")));
    let row = out.tables().into_iter().flat_map(|table| &table.columns).find(|column| column.parent.is_some()).unwrap();
    assert_eq!((row.name.as_str(), row.tags.len()), ("a", 0));
}

#[test]
fn tags_of_columns_can_be_left_out() {
    let api = api();
    let mut out = Collected::default();
    connector(&api, Config { column_tags: false, ..config() })
        .read_into(&request(Mode::Entities, &["lake", "my s"]), &mut out)
        .unwrap();
    assert_eq!(tags(&out).len(), 2);
    assert!(!api.asked().iter().any(|path| path.contains("/column")), "{:?}", api.asked());
}

#[test]
fn one_table_without_permission_costs_only_the_tags_of_its_columns() {
    let out = read(&api().with(COLUMNS, 403, r#"{"message": "not permitted"}"#));
    assert_eq!((out.tables().len(), tags(&out).len()), (3, 3));
    assert_eq!(out.notes.len(), 1);
    assert!(out.notes[0].contains("lake.my s.t") && out.notes[0].contains("not permitted"), "{:?}", out.notes);
}

#[test]
fn a_refused_client_is_told_and_its_test_step_fails() {
    let closed = api().with(CATALOGS, 401, "");
    let out = read(&closed);
    assert_eq!((out.tables().len(), tags(&out).len(), out.notes.len()), (3, 0, 1));
    let error = crate::steps::run(&connector(&closed, config()), "GetTags").unwrap_err();
    assert!(format!("{error:?}").contains("credentials.galaxy"), "{error:?}");
    assert_eq!(crate::steps::run(&connector(&api(), config()), "GetTags").unwrap(), "2 catalogs: other, lake");
}

#[test]
fn a_catalog_that_is_not_listed_is_no_catalog_without_tags() {
    let out = read(&api().json(CATALOGS, &json!({"result": []})));
    assert_eq!(out.tables().len(), 3);
    assert!(out.notes[0].contains("lists no such catalog") && out.notes[0].contains("lake"), "{:?}", out.notes);
}

#[test]
fn what_is_no_list_is_named_and_the_tables_are_given() {
    for body in ["<html>Sign in</html>", r#"{"result": [{"tableId": "t""#, r#"{"message": "gone"}"#] {
        let out = read(&api().with(TABLES, 200, body));
        assert_eq!((out.tables().len(), tags(&out).len(), out.skipped.len()), (3, 0, 1), "{body}");
        assert!(out.skipped[0].starts_with("lake/my s: "), "{:?}", out.skipped);
    }
    let again = json!({"result": [], "nextPageToken": "2"});
    let out = read(&api().json(&format!("{TABLES}&pageToken=2"), &again));
    assert!(out.skipped[0].contains("leads from a page to the same page"), "{:?}", out.skipped);
}

#[test]
fn an_item_that_can_not_be_read_is_named_and_the_others_keep_their_tags() {
    let odd = json!({"result": [{"tableId": 7}, {"tableId": "t", "tags": [{"name": "gold"}]}]});
    let out = read(&api().json(TABLES, &odd));
    assert_eq!((out.skipped.len(), tags(&out).contains(&"t: GalaxyTags.gold".to_owned())), (1, true));
}

#[test]
fn a_server_that_fails_ends_the_read_for_a_later_try() {
    let failing = api().with(&format!("{COLUMNS}&pageToken=2"), 503, "");
    let asked = request(Mode::Entities, &["lake", "my s"]);
    let error = connector(&failing, config()).read_into(&asked, &mut Collected::default()).unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
}

/// What is said of a catalog and its schemas, by the last part of their names.
fn catalog(api: &ByHeart, config: Config) -> (BTreeMap<String, Common>, Collected) {
    let mut out = Collected::default();
    connector(api, config).read_into(&request(Mode::Entities, &["lake"]), &mut out).unwrap();
    let common = |entity: &Entity| match entity {
        Entity::Database(found) => found.common.clone(),
        Entity::Schema(found) => found.common.clone(),
        other => panic!("{other:?}"),
    };
    let found = out.entities.iter().map(common).map(|common| (name(&common).to_owned(), common));
    (found.collect(), out)
}

fn property(common: &Common, wanted: &str) -> Option<String> {
    common.extension.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
}

#[test]
fn catalogs_and_schemas_have_tags_owners_descriptions_and_links() {
    let (found, out) = catalog(&api(), config());
    assert!(out.skipped.is_empty() && out.notes.is_empty(), "{:?} {:?}", out.skipped, out.notes);
    let (lake, raw) = (&found["lake"], &found["raw"]);
    assert_eq!(
        (lake.description.as_deref(), &lake.owners[..]),
        (Some("All that we keep."), &["accountadmin".into()][..])
    );
    assert_eq!(
        (&lake.tags[..], property(lake, "owningRole").as_deref()),
        (&["GalaxyTags.gold".to_owned()][..], Some("\"accountadmin\""))
    );
    assert_eq!(property(lake, "connectorName").as_deref(), Some("\"iceberg\""));
    assert_eq!(raw.description.as_deref(), Some("As it comes.\n\nLinks: [Runbook](https://wiki.example.org/raw)."));
    assert_eq!(
        (&raw.owners[..], property(raw, "owningRole").as_deref()),
        (&["ada@example.org".to_owned()][..], Some("\"loader\""))
    );
    assert!(found["unknown"].owners.is_empty() && found["unknown"].extension.is_empty());
}

#[test]
fn a_data_product_is_told_with_its_schema_and_that_of_another_catalog_is_not() {
    let (found, _) = catalog(&api(), config());
    let product = &found["my s"];
    let said = "Orders of the shop.\n\nOne row an order.\n\nLinks: [Guide](https://wiki.example.org/orders).";
    assert_eq!(
        (product.description.as_deref(), &product.owners[..]),
        (Some(said), &["bob@example.org".to_owned()][..])
    );
    assert_eq!(property(product, "dataProduct").as_deref(), Some("\"Orders\""));
    assert_eq!(property(product, "businessContext").as_deref(), Some("\"Revenue is net.\""));
}

#[test]
fn owners_are_whom_the_configuration_says() {
    let of = |owners| {
        let (found, _) = catalog(&api(), Config { owners, ..config() });
        ["lake", "raw", "my s"].map(|name| found[name].owners.join(", "))
    };
    assert_eq!(of(Owners::ContactsElseRoles), ["accountadmin", "ada@example.org", "bob@example.org"]);
    assert_eq!(of(Owners::Contacts), ["", "ada@example.org", "bob@example.org"]);
    assert_eq!(of(Owners::Roles), ["accountadmin", "loader", "accountadmin"]);
}

#[test]
fn an_account_that_does_not_know_a_list_costs_a_line_of_the_log() {
    let products = "/public/api/v1/dataProduct?pageSize=100";
    let old = api().with("/public/api/v1/catalog/c-2/catalogMetadata", 404, "").with(products, 404, "");
    let (found, out) = catalog(&old, config());
    assert_eq!((found.len(), out.skipped.len(), out.notes.len()), (4, 0, 2), "{:?}", out.notes);
    assert!(out.notes[1].contains("data products") && out.notes[1].contains("HTTP 404"), "{:?}", out.notes);
    assert_eq!((found["my s"].tags.len(), property(&found["my s"], "dataProduct")), (1, None));
    let (found, out) = catalog(&api().with(products, 403, ""), config());
    assert_eq!((found["raw"].owners.len(), out.notes.len(), out.complete.len()), (1, 1, 1), "{:?}", out.notes);
}

#[test]
fn tables_and_columns_have_descriptions_and_owners_where_sql_tells_none() {
    let out = read(&api());
    let table = |wanted: &str| out.tables().into_iter().find(|it| name(&it.common) == wanted).unwrap();
    let (t, view) = (table("t"), table("a.b/\"::\" 🚚"));
    assert_eq!(
        (t.common.description.as_deref(), &t.common.owners[..]),
        (Some("One row a thing."), &["accountadmin".into()][..])
    );
    assert_eq!(t.columns.iter().find(|it| it.name == "b").unwrap().description.as_deref(), Some("A pair."));
    assert_eq!(
        (&view.common.owners[..], table("plain").common.description.as_deref()),
        (&["ada@example.org".to_owned()][..], Some("of SQL"))
    );
}

#[test]
fn checks_of_data_quality_are_tests_with_the_results_of_the_window() {
    let mut out = Collected::default();
    let mut asked = request(Mode::Entities, &["lake", "my s"]);
    asked.window.since = metahost_plugin_sdk::time::millis("2026-11-20T00:00:00Z");
    connector(&api(), config()).read_into(&asked, &mut out).unwrap();
    let tests: Vec<_> = out.tests.iter().map(|test| (test.table.join("."), test.name.as_str())).collect();
    assert_eq!(tests, [("lake.my s.t".to_owned(), "rows"), ("lake.my s.plain".to_owned(), "fresh")]);
    assert_eq!((out.tests[0].sql.as_deref(), out.tests[0].parameters.len()), (Some("row_count > 0"), 3));
    let results: Vec<_> =
        out.results.iter().map(|it| (it.test.as_str(), it.outcome, it.message.as_deref().unwrap())).collect();
    let wanted = [
        ("rows", Outcome::Success, "PASSED: row_count > 0"),
        ("rows", Outcome::Failed, "FAILED: row_count > 0"),
        ("rows", Outcome::Aborted, "NO_STATS"),
        ("fresh", Outcome::Aborted, "FAILED"),
    ];
    assert_eq!(results, wanted);
}

#[test]
fn a_check_that_can_not_be_read_is_named_and_the_others_are_given() {
    let odd =
        json!({"name": "rows", "tableId": "t", "evaluations": [{"evaluatedAt": "yesterday", "status": "PASSED"}]});
    let out = read(&api().json("/public/api/v1/dataQualityCheck/q-1/evaluation", &odd));
    assert_eq!((out.tests.len(), out.results.len()), (2, 1));
    assert!(
        out.skipped[0].starts_with("lake/my s/rows: ") && out.skipped[0].contains("yesterday"),
        "{:?}",
        out.skipped
    );
    let out = read(&api().with("/public/api/v1/dataQualityCheck/q-1/evaluation", 404, ""));
    assert_eq!((out.tests.len(), out.tables().len(), out.skipped.len()), (1, 3, 1));
}
