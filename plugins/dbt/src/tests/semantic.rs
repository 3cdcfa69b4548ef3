//! The semantic layer: metrics as entities, semantic models on their tables, saved queries with what they fill.

use metahost_plugin_sdk::entities::{Entity, Other};
use serde_json::{Value, json};

use super::{Records, fixture};

fn metrics(records: &Records) -> Vec<&Other> {
    let all = records.entities.iter();
    all.filter_map(|entity| if let Entity::Other(other) = entity { Some(other) } else { None }).collect()
}

fn metric<'a>(records: &'a Records, name: &str) -> (&'a Other, Value) {
    let found = metrics(records).into_iter().find(|metric| metric.common.path == [name]).unwrap();
    assert_eq!(found.entity_type, "metric");
    (found, serde_json::from_str(&found.body).unwrap())
}

const ON: &str = r#"{"metrics": true}"#;

#[test]
fn a_metric_is_an_entity_with_its_formula() {
    for version in ["1.8-duck", "1.10-duck", "1.11-pg"] {
        let records = Records::read(&fixture(version), ON).unwrap();
        assert_eq!(metrics(&records).len(), 3, "{version}");
        let (revenue, body) = metric(&records, "revenue");
        let formula = json!({ "language": "SQL", "code": "sum(amount)" });
        assert_eq!(
            body,
            json!({ "metricType": "SUM", "metricExpression": formula, "granularity": "DAY" }),
            "{version}"
        );
        assert_eq!(
            (revenue.common.display_name.as_deref(), &revenue.common.owners[..]),
            (Some("Revenue"), &["finance".to_owned()][..])
        );
        let (_, count) = metric(&records, "order_count");
        assert_eq!((&count["metricType"], &count["unitOfMeasurement"]), (&json!("COUNT"), &json!("COUNT")));
        assert_eq!(count["metricExpression"]["code"], "count(order_id)");
    }
}

#[test]
fn a_ratio_comes_after_what_it_is_made_of() {
    let records = Records::read(&fixture("1.11-pg"), ON).unwrap();
    assert_eq!(metrics(&records).last().unwrap().common.path, ["avg_order_value"]);
    let (_, body) = metric(&records, "avg_order_value");
    let formula = json!({ "language": "SQL", "code": "revenue / order_count" });
    let related = json!(["revenue", "order_count"]);
    assert_eq!(body, json!({ "metricType": "RATIO", "metricExpression": formula, "relatedMetrics": related }));
}

#[test]
fn a_metric_tells_its_tables_and_who_asks_for_it() {
    let records = Records::read(&fixture("1.11-pg"), ON).unwrap();
    let text = metric(&records, "revenue").0.common.description.clone().unwrap();
    assert!(text.starts_with("Total revenue\n\nComputed from `warehouse.dbt_lab_shop_marts.fct_orders`."), "{text}");
    assert!(text.contains("- revenue_daily by `TimeDimension('order_id__ordered_at', 'day')`"), "{text}");
}

#[test]
fn without_the_setting_metrics_are_counted_only() {
    let records = Records::read(&fixture("1.11-pg"), "{}").unwrap();
    assert!(records.entities.is_empty());
    assert!(records.note("becomes no record").contains(r#"("metric", "3")"#));
    assert!(records.note("becomes no record").contains(r#"("exposure (ml)", "1")"#));
}

#[test]
fn a_table_tells_the_semantic_model_on_it() {
    let records = Records::read(&fixture("1.11-pg"), "{}").unwrap();
    let orders = records.annotation("warehouse.dbt_lab_shop_marts.fct_orders");
    let (_, value) = orders.extension.iter().find(|(name, _)| name == "dbtSemanticModel").unwrap();
    let expected = "orders; entities order_id (primary), customer_id (foreign); dimensions ordered_at (time), status (categorical); \
                    measures order_count = count(order_id), revenue = sum(amount)";
    assert_eq!(serde_json::from_str::<String>(value).unwrap(), expected);
}

#[test]
fn the_table_that_a_saved_query_fills_flows_from_its_metrics() {
    let records = Records::read(&fixture("1.11-pg"), "{}").unwrap();
    let filled = "warehouse.dbt_lab_shop.revenue_daily";
    assert_eq!(records.upstream(filled), ["warehouse.dbt_lab_shop_marts.fct_orders"]);
}

/// Made by hand after dbt's schemas: other kinds of metrics, and how other versions write them.
const MANIFEST: &str = r#"{
  "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"},
  "nodes": {"model.a.m": {"resource_type": "model", "database": "d", "schema": "s", "name": "m", "package_name": "a"}},
  "sources": {},
  "groups": {"group.a.money": {"name": "money", "package_name": "a", "owner": {"email": "money@example.org"}}},
  "metrics": {
    "metric.a.a_growth": {"name": "a_growth", "package_name": "a", "type": "derived", "depends_on": {"nodes": ["metric.a.b.x"]},
      "type_params": {"expr": "now / before - 1", "metrics": [{"name": "b.x"}]}, "config": {"tags": ["kpi"], "group": "money"}},
    "metric.a.b.x": {"name": "b.x", "type": "simple", "time_granularity": "month", "filter": {"where_filters": [{"where_sql_template": "{{ Dimension('m__ok') }}"}]},
      "type_params": {"metric_aggregation_params": {"semantic_model": "m", "agg": "count_distinct"}, "expr": "id"},
      "config": {"meta": {"openmetadata": {"unit": "requests", "tags": ["Tier.Tier1"], "displayName": "X"}}}},
    "metric.a.old": {"name": "old", "calculation_method": "average", "expression": "price", "depends_on": {"nodes": ["model.a.m"]}},
    "metric.a.visits": {"name": "visits", "type": "conversion", "type_params": {"measure": null, "conversion_type_params": {}}},
    "metric.a.week": {"name": "week", "type": "cumulative", "type_params": {"measure": "sales", "window": {"count": 7}}},
    "metric.a.broken": {"name": 7}
  },
  "semantic_models": {"semantic_model.a.m": {"name": "m", "measures": [{"name": "sales", "agg": "sum_boolean"}]}},
  "saved_queries": {"saved_query.a.q": {"name": "q", "exports": [{"name": "nowhere"}]}}
}"#;

#[test]
fn every_kind_of_metric_is_read() {
    let records = Records::of_manifest(MANIFEST, ON);
    let code = |name: &str| {
        let (_, body) = metric(&records, name);
        (body["metricType"].clone(), body["metricExpression"]["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(code("a_growth"), (json!("OTHER"), "now / before - 1".to_owned()));
    assert_eq!(code("b.x"), (json!("COUNT"), "count(distinct id) where {{ Dimension('m__ok') }}".to_owned()));
    assert_eq!(code("old"), (json!("AVERAGE"), "avg(price)".to_owned()));
    assert_eq!(code("visits"), (json!("RATIO"), String::new()));
    assert_eq!(code("week"), (json!("SUM"), "sum(case when sales then 1 else 0 end)".to_owned()));
    let (growth, body) = metric(&records, "a_growth");
    assert_eq!(
        (&growth.common.owners[..], &growth.common.tags[..]),
        (&["money@example.org".to_owned()][..], &["dbtTags.kpi".to_owned()][..])
    );
    assert_eq!(body["relatedMetrics"], json!([r#""b.x""#]));
    let (x, body) = metric(&records, "b.x");
    assert_eq!((&body["granularity"], &body["unitOfMeasurement"]), (&json!("MONTH"), &json!("REQUESTS")));
    assert_eq!((x.common.display_name.as_deref(), &x.common.tags[..]), (Some("X"), &["Tier.Tier1".to_owned()][..]));
    assert!(records.reason("metric/a/broken").contains("can't be read"));
    assert!(records.reason("q/nowhere").contains("no database and schema"));
}
