//! Artifacts of other versions of dbt.

use metahost_plugin_sdk::activity::{Outcome, Status};

use super::{Records, column, fixture};

#[test]
fn real_artifacts_of_three_versions_give_the_same_shape() {
    for version in ["1.8-duck", "1.10-duck", "1.11-pg"] {
        let records = Records::read(&fixture(version), "{}").unwrap();
        assert_eq!(records.annotations.len(), 17, "{version}: 10 models, 5 seeds which are sources too, 2 snapshots");
        let tests = records.tests.iter().filter(|test| test.definition != "source_freshness").count();
        assert_eq!(tests, 24, "{version}: one of them a unit test");
        assert_eq!(records.queries.len(), 12, "{version}");
        assert_eq!(records.edges.len(), 20, "{version}: one to the table that a saved query fills");
    }
}

#[test]
fn results_of_docs_generate_do_not_hide_those_of_a_build() {
    let records = Records::read(&fixture("1.10-duck"), "{}").unwrap();
    let failed = records.result("daily_status_known_fails");
    assert!(matches!(failed.outcome, Outcome::Failed), "docs generate wrote `success` for it");
    let warned = records.result("status_known");
    assert!(matches!(warned.outcome, Outcome::Aborted));
    assert_eq!(warned.message.as_deref(), Some("Got 1 result, configured to warn if != 0"));
    assert!(records.notes.iter().any(|note| note.contains("generate")), "{:?}", records.notes);
}

#[test]
fn a_skipped_model_and_its_tests_are_told_apart_from_failures() {
    let records = Records::read(&fixture("1.11-pg"), "{}").unwrap();
    let revenue = records.annotation("warehouse.dbt_lab_shop_marts.agg_revenue_daily");
    let run = revenue.data_model.as_ref().unwrap().last_run.as_ref().unwrap();
    assert!(matches!(run.status, Status::Skipped));
    let test = records.result("daily_status_known_fails");
    assert!(matches!(test.outcome, Outcome::Aborted));
    assert!(test.message.as_deref().unwrap().contains("skipped"));
}

#[test]
fn a_seed_that_is_a_source_too_is_one_table() {
    let records = Records::read(&fixture("1.11-pg"), "{}").unwrap();
    let customers = records.annotation("warehouse.dbt_lab_shop_raw.raw_customers");
    assert_eq!(customers.data_model.as_ref().unwrap().resource_type, "seed");
    assert_eq!(customers.description.as_deref(), Some("Customers as extracted"), "only the source says it");
    assert_eq!(customers.tags, ["dbtTags.seed", "dbtTags.oltp", "dbtTags.source"]);
    assert_eq!(column(customers, "email").data_type.as_deref(), Some("text"));
}

#[test]
fn owners_come_from_the_group_where_meta_names_none() {
    let records = Records::read(&fixture("1.10-duck"), "{}").unwrap();
    let revenue = records.annotations.iter().find(|known| known.path[2] == "agg_revenue_daily").unwrap();
    assert_eq!(revenue.owners, ["finance@example.org"]);
    let warehouse = Records::read(&fixture("1.11-pg"), "{}").unwrap();
    assert_eq!(
        warehouse.annotation("warehouse.dbt_lab_shop_staging.stg_orders").owners,
        ["lab"],
        "the role in the catalog"
    );
    let without = Records::read(&fixture("1.11-pg"), r#"{"catalog-owners":false}"#).unwrap();
    assert!(without.annotation("warehouse.dbt_lab_shop_staging.stg_orders").owners.is_empty());
}

#[test]
fn an_old_manifest_is_read_by_its_old_keys() {
    let records = Records::read(&fixture("hand-made/old"), "{}").unwrap();
    let orders = records.annotation("shop.mart.orders");
    assert_eq!(orders.owners, ["alice"]);
    assert_eq!(orders.tags, ["dbtTags.daily"]);
    assert!(orders.data_model.as_ref().unwrap().compiled_sql.as_deref().unwrap().contains("orders_v2"));
    assert_eq!(records.upstream("shop.mart.orders"), ["shop.raw.orders_v2", "shop.raw.raw_lines"]);
    let test = records.test("relationships_orders_id");
    assert_eq!(test.table.join("."), "shop.mart.orders", "named by the argument `model` before dbt 1.5");
    assert!(records.notes.iter().any(|note| note.contains("operation")), "{:?}", records.notes);
}

#[test]
fn a_fusion_manifest_is_read_with_a_warning_and_without_its_broken_node() {
    let records = Records::read(&fixture("hand-made/fusion"), "{}").unwrap();
    let orders = records.annotation("lake.mart.orders");
    assert_eq!(orders.tags, ["dbtTags.daily", "Tier.Tier1"]);
    assert_eq!(orders.data_model.as_ref().unwrap().generated_at, Some(1_767_607_200_123));
    assert_eq!(records.upstream("lake.mart.orders"), ["lake.raw.orders"]);
    assert!(records.notes.iter().any(|note| note.contains("v20") && note.contains("v4 to v12")), "{:?}", records.notes);
    assert!(records.reason("model/shop/broken").contains("can't be read"));
}

#[test]
fn a_run_tells_its_rows_where_the_warehouse_does() {
    let records = Records::read(&fixture("1.11-pg"), "{}").unwrap();
    let rows = |name: &str| {
        let table = records.annotations.iter().find(|known| known.path[2] == name).unwrap();
        table.data_model.as_ref().unwrap().last_run.as_ref().unwrap().rows
    };
    assert_eq!((rows("dim_customers_v1"), rows("fct_orders")), (Some(59), Some(3)));
    assert_eq!(rows("stg_orders"), None, "a view has none: PostgreSQL says -1");
}
