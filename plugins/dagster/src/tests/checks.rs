//! Checks and freshness as tests of tables.

use metahost_plugin_sdk::activity::Outcome;
use metahost_plugin_sdk::testing::Collected;
use serde_json::{Value, json};

use super::server::Recorded;
use super::{good, read, whole};

const MARTS: &str = r#", "tables": {"service": "trino", "mapping": {
    "marts/dim_customer": "lake.marts.dim_customer", "marts/dim_product": "lake.marts.dim_product"}}"#;

const LAKE: &str = r#", "tables": {"service": "*"}"#;

#[test]
fn a_check_is_a_test_of_its_assets_table_with_results() {
    let out = whole(MARTS);
    let test = |name: &str| out.tests.iter().find(|test| test.name == name).unwrap();
    let not_null = test("dim_customer_not_null");
    assert_eq!(
        (not_null.service.as_deref(), not_null.table.join(".").as_str()),
        (Some("trino"), "lake.marts.dim_customer")
    );
    assert_eq!((not_null.definition.as_str(), not_null.platform.as_str()), ("dagster_asset_check", "Dagster"));
    assert_eq!(not_null.description.as_deref(), Some("No null keys"));
    assert_eq!(not_null.owners, ["bob@example.org"]);
    let parameter = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(not_null.parameters, [parameter("asset", "marts/dim_customer"), parameter("blocking", "true")]);
    assert_eq!(test("dim_product_fresh").parameters[1], parameter("blocking", "false"));
    let results: Vec<_> = out.results.iter().map(|result| (result.test.as_str(), result.at, result.outcome)).collect();
    assert_eq!(
        results,
        [
            ("dim_customer_not_null", 1_795_411_350_000, Outcome::Success),
            ("dim_product_fresh", 1_795_411_350_000, Outcome::Aborted),
        ],
        "one that only warns did not fail"
    );
    assert!(out.results[1].values.contains(&parameter("severity", "WARN")));
    let none = whole(&MARTS.replace("\"mapping\"", "\"checks\": false, \"mapping\""));
    assert_eq!((none.tests.len(), none.results.len(), none.annotations.is_empty()), (0, 0, false));
}

#[test]
fn results_say_what_the_check_found() {
    let server = Recorded::checked();
    let out = good(&server, LAKE);
    let found = |test: &str| -> Vec<_> {
        let of = out.results.iter().filter(|result| result.test == test);
        of.map(|result| (result.at, result.outcome, result.failed_rows, result.message.as_deref())).collect()
    };
    assert_eq!(
        found("known_customers"),
        [
            (1_795_466_601_380, Outcome::Failed, Some(3), Some("3 orders without customer")),
            (1_795_466_600_767, Outcome::Failed, Some(3), Some("3 orders without customer")),
        ]
    );
    assert_eq!(found("fresh_enough")[0], (1_795_466_601_331, Outcome::Aborted, None, Some("older than a day")));
    assert_eq!(found("broken")[0].1, Outcome::Aborted);
    assert_eq!(found("not_null")[0].1, Outcome::Success);
    let all = out.results.iter().find(|result| result.test == "not_null").unwrap();
    let values: Vec<_> = all.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(values[..4], ["nulls=0", "ok=true", "share=0.5", "severity=ERROR"]);
    assert!(out.tests.iter().all(|test| test.service.as_deref() == Some("*")));
    let (done, again) = read(&server, LAKE, Some("1795466603"));
    done.unwrap();
    assert_eq!(
        (again.results.len(), again.tests.len()),
        (0, out.tests.len()),
        "nothing new, and every test still there"
    );
    let line = super::told(&out, "lab/made", "lake/sales/orders");
    assert!(line.contains("Freshness: at most 1 d old, a warning after 12 h\n\nChecks: broken, fresh_enough, known_customers, not_null (blocking)"), "{line}");
}

/// A table with checks of these names, made by hand.
fn checked(names: &[&str]) -> Value {
    let checks: Vec<Value> = names.iter().map(|name| json!({ "name": name, "blocking": false })).collect();
    json!({ "assetKey": { "path": ["db", "s", "t"] }, "opNames": ["make"],
        "assetChecksOrError": { "__typename": "AssetChecks", "checks": checks } })
}

fn execution(id: &str, status: &str, planned: f64, more: &Value) -> Value {
    json!({ "id": id, "runId": format!("run-{id}"), "status": status, "timestamp": planned, "evaluation": more })
}

#[test]
fn every_way_a_check_can_end_is_told() {
    let found = json!({ "timestamp": 1_795_411_360.5, "severity": "ERROR", "description": "3 orders without customer",
        "metadataEntries": [{ "label": "dagster_dbt/failed_row_count", "intRepr": "3" }, { "label": "share", "floatValue": 0.5 },
            { "label": "flags", "jsonString": "{\"a\":1}" }, { "label": "ok", "boolValue": false }, { "label": "none" }] });
    let (at, none) = (1_795_411_350.0, Value::Null);
    let server = Recorded::default().with_assets(&[checked(&["c"])]).with_executions(json!({ "db/s/t c": [
        execution("6", "NEW_STATE", at + 5.0, &none),
        execution("5", "IN_PROGRESS", at + 4.0, &none),
        execution("4", "EXECUTION_FAILED", at + 3.0, &none),
        execution("3", "SKIPPED", at + 2.0, &none),
        execution("2", "FAILED", at, &found),
        { "id": "1", "status": 7 },
    ] }));
    let out = good(&server, LAKE);
    let outcomes: Vec<_> =
        out.results.iter().map(|result| (result.outcome, result.message.as_deref().unwrap())).collect();
    assert_eq!(
        outcomes,
        [
            (Outcome::Aborted, "The check itself failed and told nothing."),
            (Outcome::Aborted, "The check was skipped."),
            (Outcome::Failed, "3 orders without customer"),
        ]
    );
    let failed = &out.results[2];
    assert_eq!((failed.at, failed.failed_rows, failed.service.as_deref()), (1_795_411_360_500, Some(3), Some("*")));
    let values: Vec<_> = failed.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        values,
        ["dagster_dbt/failed_row_count=3", "share=0.5", "flags={\"a\":1}", "ok=false", "severity=ERROR", "run=run-2"]
    );
    assert_eq!(out.skipped.len(), 2, "the one that is unknown and the one that is no execution: {:?}", out.skipped);
    assert!(out.skipped[0].contains("`NEW_STATE` is no state of a check"), "{:?}", out.skipped);
}

/// Made by hand: forty checks of five executions each.
#[test]
fn executions_come_in_pages_of_many_checks() {
    let names: Vec<String> = (0..40).map(|at| format!("c{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let five: Vec<Value> = (0..5)
        .map(|at| execution(&at.to_string(), "SUCCEEDED", 1_795_411_350.0 - f64::from(at), &Value::Null))
        .collect();
    let all: Value =
        names.iter().map(|name| (format!("db/s/t {name}"), json!(five))).collect::<serde_json::Map<_, _>>().into();
    let server = Recorded::default().with_assets(&[checked(&names)]).with_executions(all);
    let more = format!("{LAKE}, \"page-size\": 2");
    assert_eq!(good(&server, &more).results.len(), 200);
    assert_eq!(server.count("Executions"), 6, "three pages of twenty checks, twice");
    let (done, later) = read(&server, &more, Some("1795411349.5"));
    done.unwrap();
    assert_eq!(later.results.len(), 80, "only what is new");
    assert_eq!(server.count("Executions"), 6 + 4, "and no page more than that needs");
}

/// Made by hand: a run that began before the cursor and ended after it, and what it found on its way.
#[test]
fn what_a_long_run_found_before_the_cursor_is_told_when_the_run_ends() {
    let old = json!({ "timestamp": 1_500.0, "severity": "ERROR" });
    let server = Recorded::default()
        .with_assets(&[checked(&["c"])])
        .with_executions(json!({ "db/s/t c": [
            { "id": "3", "runId": "other", "status": "SUCCEEDED", "timestamp": 1_900.0, "evaluation": null },
            { "id": "2", "runId": "long", "status": "FAILED", "timestamp": 1_000.0, "evaluation": old },
            { "id": "1", "runId": "other", "status": "SUCCEEDED", "timestamp": 900.0, "evaluation": null },
        ] }))
        .with_runs(json!([{ "runId": "long", "status": "SUCCESS", "jobName": "__ASSET_JOB", "creationTime": 1_000.0,
            "startTime": 1_001.0, "endTime": 2_500.0, "updateTime": 2_500.0 }]));
    let (done, out) = read(&server, &format!("{LAKE}, \"page-size\": 1"), Some("2000"));
    done.unwrap();
    let found: Vec<_> = out.results.iter().map(|result| (result.at, result.outcome)).collect();
    assert_eq!(found, [(1_500_000, Outcome::Failed)]);
    assert_eq!(out.cursor.as_deref(), Some("2500"));
}

#[test]
fn a_check_that_cannot_be_told_does_not_take_the_others_with_it() {
    let server = Recorded::default().refusing("dim_customer_not_null");
    let out = good(&server, MARTS);
    assert_eq!(out.results.len(), 1);
    assert_eq!(
        out.skipped,
        ["marts/dim_customer/dim_customer_not_null: Dagster refuses the query: cannot tell dim_customer_not_null"]
    );
}

/// Made by hand.
#[test]
fn checks_that_the_server_cannot_tell_are_named_once() {
    let asset = |name: &str| {
        json!({ "assetKey": { "path": ["db", "s", name] }, "assetChecksOrError":
        { "__typename": "AssetCheckNeedsMigrationError", "message": "run `dagster instance migrate`" } })
    };
    let out = good(&Recorded::default().with_assets(&[asset("a"), asset("b")]), LAKE);
    assert_eq!(out.skipped, ["checks: run `dagster instance migrate`"]);
}

/// Made by hand, in both generations of policies.
#[test]
fn a_promise_of_freshness_is_a_test_with_a_result() {
    let day = 86_400;
    let window = json!({ "failWindowSeconds": day, "warnWindowSeconds": 43_200 });
    let cron = json!({ "deadlineCron": "0 9 * * *", "lowerBoundDeltaSeconds": 7_200, "timezone": "Europe/Paris" });
    let status = |status: &str| json!({ "freshnessStatus": status, "freshnessStatusMetadata": { "lastMaterializedTimestamp": 1_000.0 } });
    let newer = |name: &str, policy: &Value, told: &str| json!({ "assetKey": { "path": ["db", "s", name] }, "internalFreshnessPolicy": policy, "freshnessStatusInfo": status(told) });
    let older = |name: &str, late: f64| {
        json!({ "assetKey": { "path": ["db", "s", name] },
        "freshnessPolicy": { "maximumLagMinutes": 60.0, "cronSchedule": "@daily", "cronScheduleTimezone": null },
        "freshnessInfo": { "currentMinutesLate": late }, "assetMaterializations": [{ "timestamp": "1000000", "metadataEntries": [] }] })
    };
    let server = Recorded::default().with_assets(&[
        newer("fresh", &window, "HEALTHY"),
        newer("warns", &window, "WARNING"),
        newer("late", &cron, "DEGRADED"),
        newer("unknown", &window, "UNKNOWN"),
        older("old_fresh", 0.0),
        older("old_late", 5.0),
    ]);
    let out = good(&server, LAKE);
    assert_eq!(out.tests.len(), 6);
    assert!(out.tests.iter().all(|test| test.name == "dagster_freshness" && test.definition == "dagster_freshness"));
    let result = |out: &Collected, table: &str| {
        out.results.iter().find(|result| result.table[2] == table).map(|result| (result.outcome, result.at))
    };
    assert_eq!(result(&out, "fresh"), Some((Outcome::Success, 1_000_000)));
    assert_eq!(result(&out, "warns"), Some((Outcome::Aborted, 1_000_000 + 43_200_000)));
    assert_eq!(result(&out, "late"), Some((Outcome::Failed, 1_000_000 + 7_200_000)));
    assert_eq!(result(&out, "unknown"), None);
    assert_eq!(result(&out, "old_fresh"), Some((Outcome::Success, 1_000_000)));
    assert_eq!(result(&out, "old_late"), Some((Outcome::Failed, 1_000_000 + 3_600_000)));
    let lines: Vec<String> =
        ["fresh", "late", "old_late"].map(|name| super::told(&out, "lab/made", &format!("db/s/{name}"))).to_vec();
    assert_eq!(
        lines,
        [
            "Freshness: at most 1 d old, a warning after 12 h",
            "Freshness: made within 2 h before each `0 9 * * *` (Europe/Paris)",
            "Freshness: at most 1 h behind its sources at each `@daily`",
        ]
    );
}
