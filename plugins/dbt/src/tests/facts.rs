//! What dbt knows and OpenMetadata has no field for: access, versions, snapshots, contracts; unit tests; what changed.

use std::fs;

use metahost_plugin_sdk::activity::Outcome;
use metahost_plugin_sdk::enrichment::Annotation;

use super::{CAMPUS, Records, fixture};

const MART: &str = "warehouse.dbt_lab_shop_marts";

fn lab(config: &str) -> Records {
    Records::read(&fixture("1.11-pg"), config).unwrap()
}

fn property<'a>(annotation: &'a Annotation, name: &str) -> Option<&'a str> {
    let found = annotation.extension.iter().find(|(known, _)| known == name)?;
    Some(found.1.trim_matches('"'))
}

#[test]
fn a_model_tells_who_may_use_it_and_which_version_it_is() {
    let records = lab("{}");
    let old = records.annotation(&format!("{MART}.dim_customers_v1"));
    assert!(old.tags.contains(&"dbtAccess.public".to_owned()), "{:?}", old.tags);
    let expected = [
        ("dbtMaterialized", "table"),
        ("dbtAccess", "public"),
        ("dbtGroup", "growth"),
        ("dbtVersion", "1"),
        ("dbtLatestVersion", "2"),
        ("dbtDeprecationDate", "2026-12-31T00:00:00+00:00"),
        ("dbtContract", "enforced"),
    ];
    for (name, value) in expected {
        assert_eq!(property(old, name), Some(value), "{name}");
    }
    let staging = records.annotation("warehouse.dbt_lab_shop_staging.stg_orders");
    assert_eq!(property(staging, "dbtAccess"), Some("protected"));
    assert!(!staging.tags.iter().any(|tag| tag.starts_with("dbtAccess")), "protected is what every model is");
    assert!(property(staging, "dbtVersion").is_none() && property(staging, "dbtContract").is_none());
}

#[test]
fn people_can_do_without() {
    let records = lab(r#"{"properties": false, "access-classification": ""}"#);
    let old = records.annotation(&format!("{MART}.dim_customers_v1"));
    assert!(old.extension.is_empty() && !old.tags.iter().any(|tag| tag.contains("public")), "{old:?}");
}

#[test]
fn tests_of_a_versioned_model_are_there_once_a_version() {
    let records = lab("{}");
    let of =
        |table: &str| records.tests.iter().filter(|test| test.table.join(".") == format!("{MART}.{table}")).count();
    assert!(of("dim_customers_v1") > 0 && of("dim_customers_v1") == of("dim_customers_v2"));
    let mut keys: Vec<_> = records.tests.iter().map(|test| (test.table.join("."), &test.name)).collect();
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), all);
}

#[test]
fn a_snapshot_tells_how_it_keeps_history() {
    let records = lab("{}");
    let of = |name: &str| records.annotations.iter().find(|known| known.path[2] == name).unwrap();
    let by_time = of("customers_snapshot");
    assert_eq!(property(by_time, "dbtSnapshot"), Some("strategy: timestamp; unique key: id; updated at: updated_at"));
    assert_eq!(
        property(of("orders_snapshot"), "dbtSnapshot"),
        Some("strategy: check; unique key: id; compared columns: status")
    );
}

#[test]
fn an_incremental_model_tells_its_strategy() {
    let records = Records::read(CAMPUS, "{}").unwrap();
    let facts = records.annotation("iceberg.campus_marts.fct_enrollments");
    assert_eq!(property(facts, "dbtMaterialized"), Some("incremental (merge)"));
}

#[test]
fn a_unit_test_is_a_test_of_its_model() {
    let records = lab("{}");
    let test = records.test("revenue_sums");
    assert_eq!(
        (test.definition.as_str(), test.table.join(".")),
        ("dbt_unit_test", format!("{MART}.agg_revenue_daily"))
    );
    let given = ("given".to_owned(), "ref('fct_orders'): 2 rows".to_owned());
    assert_eq!(test.parameters, [given, ("expect".to_owned(), "result: 1 row".to_owned())]);
    let result = records.result("revenue_sums");
    assert!(matches!(result.outcome, Outcome::Failed));
    assert!(result.message.as_deref().unwrap().starts_with("actual differs from expected"));
    let duck = Records::read(&fixture("1.8-duck"), "{}").unwrap();
    assert!(matches!(duck.result("revenue_sums").outcome, Outcome::Success));
    assert!(lab(r#"{"include-tests": false}"#).tests.is_empty());
}

/// Made by hand: no recorded project keeps failing rows, has a query for freshness or rows of a unit test as text.
const MANIFEST: &str = r#"{
  "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"},
  "nodes": {
    "model.a.m": {"resource_type": "model", "database": "d", "schema": "s", "name": "m", "package_name": "a", "access": "private",
      "version": 1.5, "checksum": {"name": "sha256", "checksum": "0123456789abcdef0123"}},
    "model.a.e": {"resource_type": "model", "database": "d", "schema": "s", "name": "e", "package_name": "a",
      "config": {"materialized": "ephemeral"}, "depends_on": {"nodes": ["model.a.m"]}},
    "test.a.kept": {"resource_type": "test", "name": "kept", "attached_node": "model.a.m", "relation_name": "\"d\".\"audit\".\"kept\"",
      "config": {"severity": "warn", "store_failures": true}},
    "test.a.counted": {"resource_type": "test", "name": "counted", "attached_node": "model.a.m"}
  },
  "sources": {
    "source.a.raw.t": {"resource_type": "source", "database": "d", "schema": "raw", "name": "t", "loaded_at_query": "select max(at) from t",
      "freshness": {"warn_after": {"count": 1, "period": "day"}}}
  },
  "unit_tests": {
    "unit_test.a.e.as_csv": {"name": "as_csv", "depends_on": {"nodes": ["model.a.e"]}, "config": {"tags": "quick", "meta": {"owner": "ada"}},
      "given": [{"input": "ref('m')", "rows": "id\n1", "format": "csv"}], "expect": {"rows": null, "fixture": "expected"}},
    "unit_test.a.gone.lost": {"name": "lost", "depends_on": {"nodes": ["model.a.gone"]}}
  }
}"#;

const RESULTS: &str = r#"{"metadata": {"generated_at": "2026-01-01T00:00:00Z"}, "results": [
  {"unique_id": "test.a.kept", "status": "warn", "failures": 3, "message": "Got 3 results, configured to warn if != 0"},
  {"unique_id": "test.a.counted", "status": "fail", "failures": 2, "message": null}
]}"#;

fn made(manifest: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("manifest.json"), manifest).unwrap();
    fs::write(root.path().join("run_results.json"), RESULTS).unwrap();
    root
}

#[test]
fn a_warning_tells_its_count_and_where_the_rows_are() {
    let root = made(MANIFEST);
    let records = Records::read(root.path().to_str().unwrap(), "{}").unwrap();
    let kept = records.result("kept");
    assert!(matches!(kept.outcome, Outcome::Aborted));
    let strict = Records::read(root.path().to_str().unwrap(), r#"{"warnings-are-failures": true}"#).unwrap();
    assert!(matches!(strict.result("kept").outcome, Outcome::Failed));
    let said = r#"Got 3 results, configured to warn if != 0; the rows are in "d"."audit"."kept""#;
    assert_eq!((kept.message.as_deref(), kept.failed_rows), (Some(said), Some(3)));
    assert_eq!(records.test("kept").parameters[1], ("failures_in".to_owned(), r#""d"."audit"."kept""#.to_owned()));
    assert_eq!(records.result("counted").message.as_deref(), Some("dbt counts 2 failures"));
    let freshness = records.test("source_freshness");
    assert!(freshness.parameters.contains(&("loaded_at_query".to_owned(), "select max(at) from t".to_owned())));
}

#[test]
fn a_unit_test_of_an_ephemeral_model_is_on_the_table_behind_it() {
    let root = made(MANIFEST);
    let records = Records::read(root.path().to_str().unwrap(), "{}").unwrap();
    let test = records.test("as_csv");
    assert_eq!((test.table.join("."), test.parameters[0].1.as_str()), ("d.s.m".to_owned(), "ref('m')"));
    assert_eq!((test.owners.clone(), test.tags.clone()), (vec!["ada".to_owned()], vec!["dbtTags.quick".to_owned()]));
    assert!(records.note("unit_test.a.gone.lost").contains("no table"));
    let model = records.annotation("d.s.m");
    assert!(model.tags.contains(&"dbtAccess.private".to_owned()) && property(model, "dbtVersion") == Some("1.5"));
}

#[test]
fn what_changed_since_the_last_run_is_told() {
    let root = made(MANIFEST);
    let folder = root.path().to_str().unwrap();
    let first = Records::read(folder, "{}").unwrap();
    assert!(!first.notes.iter().any(|note| note.contains("since the last run")));
    let changed = MANIFEST.replace("0123456789abcdef", "fedcba9876543210").replace("model.a.e\"", "model.a.new\"");
    fs::write(root.path().join("manifest.json"), changed).unwrap();
    let again = first.again(folder, "{}").unwrap();
    let note = again.note("since the last run");
    for part in [r#"("changed", "1")"#, r#"("new", "1")"#, r#"("gone", "1")"#, r#"("first", "model.a.m")"#] {
        assert!(note.contains(part), "{note}");
    }
    let root = made(MANIFEST);
    let mut odd = Records::default();
    odd.0.cursor = Some("what is this".to_owned());
    assert!(odd.again(root.path().to_str().unwrap(), "{}").unwrap().cursor.as_ref().unwrap().contains("model.a.m"));
}
