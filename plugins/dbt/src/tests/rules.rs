//! The operator's rules over `meta` and query tags, and counts of rows. Projects are made by hand, counts are recorded.

use std::fs;

use super::{CAMPUS, Records, column, words};
use crate::config::Config;

const MANIFEST: &str = r#"{
  "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"},
  "nodes": {
    "model.a.m": {"resource_type": "model", "database": "d", "schema": "s", "name": "m", "package_name": "a", "description": "Said.",
      "tags": ["nightly"], "group": "crew",
      "meta": {"owner": "ada.l@example.org", "has_pii": true, "level": 2.5, "a.b": "plain", "teams": "core; growth; ",
        "governance": {"team_owner": "Finance", "steward": "uid-17:bob@example.org", "docs": "https://wiki.example.org/m"}},
      "config": {"query_tag": {"cost_center": "cc-42"}},
      "columns": {"id": {"name": "id", "meta": {"sensitivity": ["PII.High", "Legal"], "doc": "wiki/id"}}}},
    "model.a.w": {"resource_type": "model", "database": "d", "schema": "s", "name": "w", "package_name": "a", "group": "crew",
      "config": {"query_tag": "{\"cost_center\": \"cc-7\"}"}},
    "model.a.x": {"resource_type": "model", "database": "d", "schema": "s", "name": "x", "package_name": "a",
      "config": {"query_tag": "batch"}}
  },
  "groups": {"group.a.crew": {"name": "crew", "package_name": "a", "owner": {"email": "crew.lead@example.org"}}},
  "sources": {}
}"#;

fn read(config: &str) -> Records {
    Records::of_manifest(MANIFEST, config)
}

#[test]
fn rules_make_tags_terms_owners_domain_and_links_of_meta() {
    let records = read(
        r#"{"rules": [
            {"key": "has_pii", "match": "true$", "tag": "PII.Sensitive"},
            {"key": "has_pii", "match": "false", "tag": "PII.None"},
            {"key": "level", "match": "2\\.5", "tag": "level-$0"},
            {"key": "a.b", "tag": "$0"},
            {"key": "teams", "separator": ";", "term": "Teams.$0"},
            {"key": "governance.team_owner", "match": "Fin", "domain": "$0"},
            {"key": "governance.steward", "match": "uid-\\d+:(?<mail>.+)", "owner": "$mail"},
            {"key": "governance.docs", "link": "$0", "link-text": "Wiki"},
            {"key": "governance.nothing", "tag": "never"}
        ]}"#,
    );
    let model = records.annotation("d.s.m");
    assert_eq!(model.tags, ["dbtTags.nightly", "PII.Sensitive", "dbtTags.\"level-2.5\"", "dbtTags.plain"]);
    assert_eq!(
        (&model.glossary_terms[..], model.domain.as_deref()),
        (&["Teams.core".to_owned(), "Teams.growth".to_owned()][..], Some("Fin"))
    );
    assert_eq!(model.owners, ["ada.l@example.org", "bob@example.org"]);
    assert_eq!(model.description.as_deref(), Some("Said.\n\n[Wiki](https://wiki.example.org/m)"));
    assert_eq!(records.annotation("d.s.w").owners, ["crew.lead@example.org"], "no rule holds, so the group counts");
}

#[test]
fn rules_of_columns_see_only_columns() {
    let records = read(
        r#"{"rules": [
            {"key": "sensitivity", "on": "columns", "match": "PII\\.(\\w+)", "tag": "PII.$1", "term": "Privacy.$1"},
            {"key": "sensitivity", "on": "columns", "match": "Legal", "tag": "$0"},
            {"key": "doc", "on": "columns", "link": "https://example.org/$0"},
            {"key": "has_pii", "on": "columns", "tag": "never"},
            {"key": "sensitivity", "tag": "never"}
        ]}"#,
    );
    let model = records.annotation("d.s.m");
    let id = column(model, "id");
    assert_eq!(
        (&id.tags[..], &id.glossary_terms[..]),
        (&["PII.High".to_owned(), "dbtTags.Legal".to_owned()][..], &["Privacy.High".to_owned()][..])
    );
    assert_eq!(id.description.as_deref(), Some("[Documentation](https://example.org/wiki/id)"));
    assert_eq!(model.tags, ["dbtTags.nightly"]);
}

#[test]
fn query_tags_are_maps_json_or_words() {
    let records = read(
        r#"{"rules": [
            {"key": "cost_center", "on": "query-tags", "match": "cc-(\\d+)", "tag": "CostCenter.$1"},
            {"key": "tag", "on": "query-tags", "tag": "$0"}
        ]}"#,
    );
    let tags = |table: &str| records.annotation(table).tags.join(" ");
    assert_eq!(
        [tags("d.s.m"), tags("d.s.w"), tags("d.s.x")],
        ["dbtTags.nightly CostCenter.42", "CostCenter.7", "dbtTags.batch"]
    );
}

#[test]
fn owners_are_the_part_that_the_pattern_finds_and_tags_have_their_prefix() {
    let records = read(r#"{"owner-pattern": "(?P<owner>[a-z]+)\\.l@", "tag-prefix": "dbt:"}"#);
    assert_eq!(records.annotation("d.s.m").owners, ["ada"]);
    assert_eq!(records.annotation("d.s.w").owners, ["crew.lead@example.org"], "what does not match stays as it is");
    assert_eq!(records.annotation("d.s.m").tags, ["dbtTags.dbt:nightly"]);
    assert_eq!(read(r#"{"owner-pattern": "([^@]+)@"}"#).annotation("d.s.w").owners, ["crew.lead"]);
}

#[test]
fn a_rule_that_can_have_no_effect_is_refused() {
    let refused = |rules: &str| words(Config::parse(&format!(r#"{{"rules": [{rules}]}}"#)).unwrap_err());
    assert!(refused(r#"{"key": "a", "tag": "b"}, {"key": "a"}"#).contains("/rules/1"));
    assert!(refused(r#"{"key": "a", "on": "columns", "owner": "b"}"#).contains("neither owner nor domain"));
    assert!(refused(r#"{"key": "a", "tag": "b", "match": "("}"#).contains("`(` is no regular expression"));
}

#[test]
fn rows_are_counted_where_the_warehouse_counts_all_of_them() {
    let records = Records::read(CAMPUS, r#"{"row-counts": true}"#).unwrap();
    let rows = |table: &str| records.stats.iter().find(|(path, _)| path == table).map(|(_, stat)| stat.rows);
    assert_eq!(rows("iceberg/campus_seeds/country_codes"), Some(Some(5)), "dbt counts seeds");
    assert_eq!(rows("iceberg/campus_marts/dim_learners"), Some(Some(300)), "CREATE TABLE (300 rows)");
    assert_eq!(rows("iceberg/campus_marts/fct_enrollments"), None, "MERGE (0 rows) tells what was merged");
    assert_eq!(rows("iceberg/campus_staging/stg_learners"), None, "a view");
    assert!(records.stats.iter().all(|(_, stat)| stat.taken_at.is_some()));
    assert!(Records::read(CAMPUS, "{}").unwrap().stats.is_empty());
}

#[test]
fn a_model_tells_the_macros_of_its_project_and_packages() {
    let manifest = MANIFEST.replace(
        r#""config": {"query_tag": "batch"}"#,
        r#""depends_on": {"nodes": [], "macros": ["macro.dbt.run_query", "macro.a.cents", "macro.dbt_utils.star", "macro.dbt_trino.x"]}"#,
    );
    let manifest = manifest.replacen(r#""metadata": {"#, r#""metadata": {"adapter_type": "trino", "#, 1);
    let records = Records::of_manifest(&manifest, "{}");
    let macros = |table: &str| {
        let of = &records.annotation(table).extension;
        of.iter().find(|(name, _)| name == "dbtMacros").map(|(_, value)| value.clone())
    };
    assert_eq!(macros("d.s.x").as_deref(), Some(r#""a.cents, dbt_utils.star""#));
    assert_eq!(macros("d.s.w"), None);
    let recorded = Records::read(CAMPUS, "{}").unwrap();
    let payments = &recorded.annotation("iceberg.campus_staging.stg_payments").extension;
    assert!(
        payments.contains(&("dbtMacros".to_owned(), r#""campus.to_reporting_currency""#.to_owned())),
        "{payments:?}"
    );
}

#[test]
fn an_answer_that_counts_something_else_is_no_count() {
    let manifest = MANIFEST.replace(r#""config": {"query_tag": "batch"}"#, r#""config": {"materialized": "table"}"#);
    let count = |message: &str, status: &str| {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("manifest.json"), &manifest).unwrap();
        let result = serde_json::json!({"unique_id": "model.a.x", "status": status, "message": message, "adapter_response": {"rows_affected": 1}});
        let results = serde_json::json!({"metadata": {"generated_at": "2026-01-01T00:00:00Z"}, "results": [result]});
        fs::write(root.path().join("run_results.json"), results.to_string()).unwrap();
        Records::read(root.path().to_str().unwrap(), r#"{"row-counts": true}"#).unwrap().stats.len()
    };
    assert_eq!(count("SUCCESS 1", "success"), 0, "Snowflake's CREATE TABLE answers one row");
    assert_eq!(count("SELECT 1", "success"), 1, "PostgreSQL's counts those of the table");
    assert_eq!(count("CREATE TABLE (1 rows, 0 processed)", "success"), 1, "BigQuery's, too");
    assert_eq!(count("SELECT 1", "error"), 0);
}
