//! Groups, assets and jobs as pipelines.

use metahost_plugin_sdk::activity::Status;
use serde_json::json;

use super::server::Recorded;
use super::{counted, good, pipeline, told, whole};

#[test]
fn a_group_of_assets_is_a_pipeline_with_tasks_in_their_order() {
    let out = whole("");
    assert_eq!((out.pipelines().len(), counted(&out)), (7, Some(7)));
    let marts = pipeline(&out, "lab/marts");
    assert_eq!(marts.common.owners, ["bob@example.org"]);
    assert!(marts.common.tags.contains(&"DagsterKinds.postgres".to_owned()), "{:?}", marts.common.tags);
    assert_eq!(
        marts.common.source_url.as_deref(),
        Some("https://ui.example.org/locations/__repository__@lab/asset-groups/marts")
    );
    let sales = marts.tasks.iter().find(|task| task.name == "marts/fct_sales").unwrap();
    assert_eq!(sales.after, ["marts/dim_customer", "marts/dim_product"], "what it waits for, inside the pipeline");
    assert_eq!(sales.kind.as_deref(), Some("dbt, postgres"));
    assert_eq!(sales.description.as_deref(), Some("Daily sales facts\n\nPartitions: Daily, starting 2026-11-01 UTC."));
    assert!(marts.schedule.as_deref().unwrap().contains("condition eager"), "{:?}", marts.schedule);
    let raw = pipeline(&out, "lab/raw");
    assert_eq!(raw.schedule.as_deref(), Some("15 3 * * * (Europe/Paris)"));
    assert_eq!(raw.common.owners, ["alice@example.org", "data-eng"]);
    assert!(raw.common.tags.contains(&"DagsterTags.domain=sales".to_owned()), "{:?}", raw.common.tags);
}

#[test]
fn what_has_no_field_of_its_own_is_a_line_of_the_task() {
    let out = whole("");
    assert_eq!(
        told(&out, "lab/raw", "raw/orders"),
        "Extracted table sales.orders\n\nRelation: shop.sales.orders\n\nLocation: postgres://127.0.0.1/shop/sales/orders"
    );
    assert_eq!(
        told(&out, "lab/marts", "marts/dim_customer"),
        "Checks: dim_customer_not_null (blocking)\n\nCode version: 3"
    );
    let out = whole(r#", "last-materialization": true"#);
    assert!(told(&out, "lab/raw", "raw/orders").contains("Last materialized: 2026-11-23T"));
    assert!(told(&out, "lab/raw", "raw/orders").ends_with(", 100 rows"));
}

/// Made by hand: nobody observed a recorded asset.
#[test]
fn an_observation_tells_what_nobody_made() {
    let seen = json!({ "timestamp": "1795413600000", "metadataEntries": [
        { "label": "dagster/row_count", "intRepr": "42" }, { "label": "dagster/uri", "url": "s3://lake/external" },
    ] });
    let asset = json!({ "assetKey": { "path": ["external"] }, "isObservable": true, "assetObservations": [seen] });
    let server = Recorded::default().with_assets(&[asset]);
    let lines = |more| told(&good(&server, more), "lab/made", "external").clone();
    assert_eq!(
        lines(r#", "last-materialization": true"#),
        "Location: s3://lake/external\n\nLast observed: 2026-11-23T06:00:00Z, 42 rows"
    );
    assert_eq!(lines(""), "Location: s3://lake/external");
}

#[test]
fn recorded_partitions_and_conditions_are_told() {
    let out = good(&Recorded::checked(), "");
    let line = |task| told(&out, "lab/made", task);
    assert!(line("lake/sales/customers").ends_with("Partitions: Dynamic partitions: \"customers\""));
    assert!(line("lake/sales/refunds").contains("Region: 'FR', 'DE'"), "{}", line("lake/sales/refunds"));
    let made = pipeline(&out, "lab/made");
    assert_eq!(made.schedule.as_deref(), Some("condition (missing) AND (on_cron(@daily, UTC))"));
    assert_eq!(made.tasks[1].kind.as_deref(), Some("observed"));
}

/// Made by hand: what the recorded code does not have.
#[test]
fn every_kind_of_partitioning_and_of_automation_is_told() {
    let asset = |name: &str, more: serde_json::Value| {
        let mut asset = json!({ "assetKey": { "path": [name] } });
        asset.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        asset
    };
    let many: Vec<String> = (0..5_000).map(|at| format!("'key_{at}'")).collect();
    let server = Recorded::default().with_assets(&[
        asset(
            "dynamic",
            json!({ "partitionDefinition": { "description": "Dynamic partitions: \"customers\"", "type": "DYNAMIC" } }),
        ),
        asset("many", json!({ "partitionDefinition": { "description": many.join(", "), "type": "STATIC" } })),
        asset(
            "multi",
            json!({ "partitionDefinition": { "description":
            "Multi-partitioned, with dimensions: \nDate: Daily\nRegion: 'FR', 'DE'\n", "type": "MULTIPARTITIONED" } }),
        ),
        asset("mute", json!({ "partitionDefinition": { "description": "", "type": "TIME_WINDOW" } })),
        asset("own", json!({ "automationCondition": { "label": null, "expandedLabel": ["(missing)", "AND", "(a)"] } })),
        asset("lazy", json!({ "autoMaterializePolicy": { "policyType": "LAZY" } })),
        asset("seen", json!({ "isObservable": true, "isExecutable": true })),
        asset(
            "other",
            json!({ "isExecutable": false, "tags": [{ "key": "dagster/storage_kind", "value": "snowflake" }] }),
        ),
    ]);
    let out = good(&server, "");
    let partitions = |task| told(&out, "lab/made", task);
    assert_eq!(partitions("dynamic"), "Partitions: Dynamic partitions: \"customers\"");
    assert!(partitions("many").starts_with("Partitions: 'key_0', 'key_1'") && partitions("many").ends_with('…'));
    assert!(partitions("many").len() < 400, "not all keys there are");
    assert!(partitions("multi").contains("Region: 'FR', 'DE'"));
    assert_eq!(partitions("mute"), "Partitions: time window");
    let made = pipeline(&out, "lab/made");
    assert_eq!(made.schedule.as_deref(), Some("condition (missing) AND (a); condition lazy"));
    let kind = |name| made.tasks.iter().find(|task| task.name == name).unwrap().kind.clone();
    assert_eq!(
        (kind("seen").as_deref(), kind("other").as_deref(), kind("own")),
        (Some("observed"), Some("external"), None)
    );
    assert_eq!(partitions("other"), "Storage: snowflake");
}

#[test]
fn groups_that_another_connector_describes_are_left_out() {
    let server = Recorded::default();
    let out = good(&server, r#", "exclude-groups": ["bi", "erp"]"#);
    assert_eq!(out.pipelines().len(), 5);
    assert_eq!(server.count("Keys"), 5, "and not asked for");
}

#[test]
fn a_large_group_is_asked_for_in_pages() {
    let (server, paged) = (Recorded::default(), Recorded::default());
    let (all, parts) = (good(&server, ""), good(&paged, r#", "asset-page-size": 2"#));
    assert_eq!((server.count("Assets"), paged.count("Assets")), (7, 15));
    assert_eq!(format!("{:?}", all.pipelines()), format!("{:?}", parts.pipelines()));
}

#[test]
fn an_asset_can_be_a_pipeline() {
    let out = whole(r#", "mode": "asset""#);
    assert_eq!((out.pipelines().len(), counted(&out)), (26, Some(26)));
    assert_eq!(pipeline(&out, "lab/marts/fct_sales").common.description.as_deref(), Some("Daily sales facts"));
    assert!(out.runs.iter().any(|run| run.pipeline == ["lab/ml/churn_scores"] && run.status == Status::Failed));
}

#[test]
fn a_job_is_a_pipeline_of_ops_and_not_of_the_graphs_around_them() {
    let out = whole(r#", "mode": "job""#);
    let job = pipeline(&out, "lab/nightly_etl");
    assert_eq!(job.common.owners, ["carol@example.org"]);
    let after = |name: &str| job.tasks.iter().find(|task| task.name == name).unwrap().after.clone();
    assert!(!job.tasks.iter().any(|task| task.name == "etl_inner"), "a nested graph is no step");
    assert_eq!(after("etl_inner.transform"), ["split"], "it waits for what the graph around it waits for");
    assert!(after("load").iter().all(|op| op.starts_with("etl_inner.")), "{:?}", after("load"));
    assert!(
        out.runs
            .iter()
            .any(|run| run.pipeline == ["lab/slow_job"] && run.tasks.iter().any(|task| task.task == "sleep_op"))
    );
}
