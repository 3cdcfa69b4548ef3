//! A real project on Trino: what lands on its tables.

use metahost_plugin_sdk::activity::{Outcome, Status};
use metahost_plugin_sdk::entities::{Constraint, KeyKind};

use super::{CAMPUS, Records, column};

fn campus() -> Records {
    Records::read(CAMPUS, "{}").unwrap()
}

#[test]
fn every_relation_is_annotated_once() {
    let records = campus();
    let paths: Vec<_> = records.annotations.iter().map(|annotation| annotation.path.join(".")).collect();
    let mut sorted = paths.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(paths, sorted);
    // 13 models with a table, 2 seeds, 1 snapshot, 5 sources.
    assert_eq!(paths.len(), 21, "{paths:?}");
    assert!(paths.contains(&"iceberg.campus_staging.platform_events".to_owned()), "an alias is the table's name");
    assert!(paths.contains(&"iceberg.bronze.page_events".to_owned()), "an identifier is the table's name");
    assert!(paths.contains(&"iceberg.campus_marts.dim_courses_v2".to_owned()), "a version is in the table's name");
}

#[test]
fn words_of_meta_land_on_the_table() {
    let records = campus();
    let learners = records.annotation("iceberg.campus_marts.dim_learners");
    assert_eq!(learners.description.as_deref(), Some("One row a learner"));
    assert_eq!(learners.owners, ["ada@example.org", "grace@example.org"]);
    assert!(learners.tags.contains(&"dbtTags.pii".to_owned()) && learners.tags.contains(&"Tier.Tier2".to_owned()));
    assert_eq!(learners.glossary_terms, ["Campus.Learner"]);
    assert_eq!(learners.domain.as_deref(), Some("Teaching"));
    let steward = ("steward".to_owned(), "\"Ada\"".to_owned());
    assert!(learners.extension.contains(&steward), "{:?}", learners.extension);
    let courses = records.annotation("iceberg.campus_marts.dim_courses_v2");
    assert_eq!(
        courses.owners,
        ["data-platform@example.org"],
        "of the project's own `meta`, which goes before the group"
    );
}

#[test]
fn columns_carry_types_words_tags_and_terms() {
    let records = campus();
    let learners = records.annotation("iceberg.campus_marts.dim_learners");
    let email = column(learners, "email");
    assert_eq!(email.description.as_deref(), Some("Lower case"));
    assert_eq!(email.data_type.as_deref(), Some("varchar"));
    assert_eq!(email.tags, ["dbtTags.pii"]);
    assert_eq!(email.glossary_terms, ["Campus.Email"]);
}

#[test]
fn a_contract_promises_keys_and_columns() {
    let records = campus();
    let courses = records.annotation("iceberg.campus_marts.dim_courses_v2");
    assert!(matches!(column(courses, "course_code").constraint, Some(Constraint::PrimaryKey)));
    assert!(matches!(courses.keys[0].kind, KeyKind::Primary) && courses.keys[0].columns == ["course_code"]);
    let learners = records.annotation("iceberg.campus_marts.dim_learners");
    assert!(learners.keys.is_empty() && column(learners, "learner_id").constraint.is_none(), "no contract, no promise");
}

#[test]
fn a_table_knows_its_model_and_its_last_run() {
    let records = campus();
    let model = records.annotation("iceberg.campus_marts.fct_enrollments").data_model.clone().unwrap();
    assert_eq!(model.resource_type, "model");
    assert_eq!(model.file.as_deref(), Some("models/marts/fct_enrollments.sql"));
    assert!(model.raw_sql.unwrap().contains("ref(") && model.compiled_sql.unwrap().contains("\"iceberg\"."));
    let run = model.last_run.unwrap();
    assert!(matches!(run.status, Status::Successful));
    assert_eq!(run.message.as_deref(), Some("MERGE (0 rows)"), "the second run, which is the newer");
    assert_eq!(run.rows, Some(0));
    assert!(run.started_at < run.ended_at);
    let upstream: Vec<_> = model.upstream.iter().map(|path| path.join(".")).collect();
    assert_eq!(upstream, ["iceberg.campus_staging.stg_enrollments", "iceberg.campus_staging.stg_payments"]);
    let courses = records.annotation("iceberg.campus_marts.dim_courses_v1").data_model.clone().unwrap();
    let old = courses.last_run.unwrap();
    assert_eq!(old.status_text, "success", "only the first run built it");
}

#[test]
fn lineage_goes_through_ephemeral_models() {
    let records = campus();
    assert_eq!(
        records.upstream("iceberg.campus_marts.fct_course_performance"),
        [
            "iceberg.campus_marts.dim_courses_v2",
            "iceberg.campus_staging.stg_enrollments",
            "iceberg.campus_staging.stg_payments"
        ]
    );
    assert_eq!(records.upstream("iceberg.campus_staging.platform_events"), ["iceberg.bronze.page_events"]);
    assert_eq!(records.upstream("iceberg.campus_snapshots.learner_history").len(), 1);
    assert!(records.edges.iter().all(|edge| edge.upstream.path != edge.downstream.path));
}

#[test]
fn compiled_sql_is_handed_on_as_a_statement() {
    let records = campus();
    // Every model with a table and the snapshot; seeds have no SQL.
    assert_eq!(records.queries.len(), 14);
    let start = r#"create table "iceberg"."campus_marts"."dim_learners" as"#;
    let learners = records.queries.iter().find(|query| query.sql.starts_with(start)).unwrap();
    assert_eq!(learners.dialect, "trino");
    assert_eq!(learners.schema.as_deref(), Some("campus_marts"));
}

#[test]
fn every_test_has_its_table_its_column_and_its_newest_result() {
    let records = campus();
    let data_tests = records.tests.iter().filter(|test| test.definition != "source_freshness").count();
    assert_eq!(data_tests, 25, "one of them a unit test");
    let refund = records.test("no_refund_is_booked_as_payment");
    assert_eq!(refund.table.join("."), "iceberg.campus_marts.rpt_suspicious_payments");
    assert_eq!(refund.column.as_deref(), Some(&["amount".to_owned()][..]));
    assert_eq!(refund.definition, "at_least");
    assert!(refund.description.as_deref().unwrap().starts_with("Fails on purpose"));
    assert!(refund.parameters.contains(&("minimum".to_owned(), "0".to_owned())));
    assert!(refund.parameters.contains(&("severity".to_owned(), "error".to_owned())));
    let failed = records.result("no_refund_is_booked_as_payment");
    assert!(matches!(failed.outcome, Outcome::Failed));
    assert_eq!(failed.failed_rows, Some(1));
    assert_eq!(failed.message.as_deref(), Some("Got 1 result, configured to fail if != 0"));
    let of_source = records.test("source_unique_platform_learners_id");
    assert_eq!(of_source.table.join("."), "iceberg.bronze.learners");
    let singular = records.test("revenue_adds_up");
    assert_eq!((singular.definition.as_str(), singular.column.is_none()), ("singular", true));
    let between = records.tests.iter().find(|test| test.name.starts_with("relationships_fct_enrollments")).unwrap();
    assert_eq!(between.table.join("."), "iceberg.campus_marts.fct_enrollments", "not the table it points to");
    assert_eq!(records.results.len(), records.tests.len(), "every test ran");
}

#[test]
fn a_stale_source_is_a_test_that_tells_its_age() {
    let records = campus();
    let stale: Vec<_> = records.results.iter().filter(|result| result.test == "source_freshness").collect();
    assert!(!stale.is_empty());
    for result in stale {
        let said = result.message.as_deref().unwrap();
        assert!(said.contains("hours old"), "{said}");
        assert!(result.values.iter().any(|(name, _)| name == "max_loaded_at"));
    }
}

#[test]
fn an_exposure_without_an_entity_says_what_to_do() {
    let records = campus();
    assert!(records.note("exposure.campus.revenue_dashboard").contains("openmetadata.fqn"));
}

#[test]
fn what_is_as_it_should_be_is_counted_and_not_called_skipped() {
    let records = campus();
    assert!(records.skipped.is_empty(), "{:?}", records.skipped);
    let counts = records.note("becomes no record");
    assert!(counts.contains(r#"("ephemeral model", "2")"#) && counts.contains(r#"("disabled", "1")"#), "{counts}");
}

#[test]
fn names_follow_the_settings() {
    let config = r#"{"database-mapping":{"iceberg":"lake"},"tag-classification":"dbt","include-tests":false,
        "include-sources":false}"#;
    let records = Records::read(CAMPUS, config).unwrap();
    assert_eq!(records.annotations.len(), 16, "without sources");
    assert!(records.annotations.iter().all(|annotation| annotation.path[0] == "lake"));
    assert!(records.annotation("lake.campus_marts.dim_learners").tags.contains(&"dbt.pii".to_owned()));
    assert!(records.tests.is_empty() && records.results.is_empty());
    assert_eq!(records.upstream("lake.campus_staging.stg_learners"), ["lake.bronze.learners"]);
    assert!(records.queries.is_empty(), "their SQL names another database than the catalog has");
}

#[test]
fn two_readings_are_the_same() {
    assert_eq!(format!("{:?}", campus()), format!("{:?}", campus()));
}

#[test]
fn the_readme_says_which_fields_are_filled() {
    metahost_plugin_sdk::testing::assert_coverage(include_str!("../../README.md"), &[&campus()]);
}
