//! The connector over what a real Dagster 1.13 said (`fixtures`; only the `with` of a test changes an answer by hand).

use std::cell::RefCell;
use std::rc::Rc;

use metahost_plugin_sdk::activity::Status;
use metahost_plugin_sdk::connector::{Mode, Window};
use metahost_plugin_sdk::entities::Pipeline;
use metahost_plugin_sdk::testing::{self, Collected};
use metahost_plugin_sdk::{Result, protocol, unavailable};
use serde_json::{Value, json};

use crate::Dagster;
use crate::config::Config;
use crate::graphql::Ask;

/// Answers as the recorded server did, and keeps what it was asked.
#[derive(Clone, Default)]
struct Recorded {
    asked: Rc<RefCell<Vec<(String, Value)>>>,
    workspace: Option<Value>,
    broken_group: Option<&'static str>,
    down: bool,
}

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

impl Recorded {
    /// Names of the operations it was asked for.
    fn operations(&self) -> Vec<String> {
        self.asked.borrow().iter().map(|(name, _)| name.clone()).collect()
    }

    fn assets(&self, group: &str) -> Result<Value> {
        if self.broken_group == Some(group) {
            return Err(protocol("Dagster refuses the query: a partition key is missing"));
        }
        let all = fixture(include_str!("../fixtures/assets.json"));
        let of: Vec<&Value> = all.as_array().unwrap().iter().filter(|asset| asset["groupName"] == group).collect();
        Ok(json!({ "assetNodes": of }))
    }

    /// Pages as Dagster does: what follows the run named by the cursor.
    fn runs(variables: &Value) -> Value {
        let all = fixture(include_str!("../fixtures/runs.json"));
        let after = variables["filter"]["updatedAfter"].as_f64().unwrap_or(0.0);
        let wanted: Vec<&Value> =
            all.as_array().unwrap().iter().filter(|run| run["updateTime"].as_f64().unwrap() > after).collect();
        let from = wanted.iter().position(|run| run["runId"] == variables["cursor"]).map_or(0, |at| at + 1);
        let limit = usize::try_from(variables["limit"].as_u64().unwrap()).unwrap();
        let page: Vec<_> = wanted.into_iter().skip(from).take(limit).collect();
        json!({ "runsOrError": { "__typename": "Runs", "results": page } })
    }
}

impl Ask for Recorded {
    fn ask(&self, query: &str, variables: Value) -> Result<Value> {
        let name = query.split(['{', '(']).next().unwrap().trim_start_matches("query metahost").to_owned();
        self.asked.borrow_mut().push((name.clone(), variables.clone()));
        if self.down {
            return Err(unavailable("connection refused"));
        }
        match name.as_str() {
            "Workspace" => {
                Ok(self.workspace.clone().unwrap_or_else(|| fixture(include_str!("../fixtures/workspace.json"))))
            }
            "Assets" => self.assets(variables["group"]["groupName"].as_str().unwrap()),
            "Job" => Ok(fixture(include_str!("../fixtures/job.json"))),
            "Schedules" => Ok(fixture(include_str!("../fixtures/schedules.json"))),
            "Sensors" => Ok(fixture(include_str!("../fixtures/sensors.json"))),
            "Runs" => Ok(Self::runs(&variables)),
            other => panic!("nothing is recorded for {other}"),
        }
    }
}

fn read(server: &Recorded, more: &str, cursor: Option<&str>) -> (Result<()>, Collected) {
    let config =
        Config::parse(&format!(r#"{{"url": "http://dagster:3000/", "ui-url": "https://ui.example.org"{more}}}"#));
    let dagster = Dagster { config: config.unwrap(), server: Box::new(server.clone()) };
    let mut request = testing::request(Mode::Entities, cursor);
    request.window = Window { since: None, until: None };
    let mut out = Collected::default();
    let done = dagster.read_into(&request, &mut out);
    (done, out)
}

fn whole(more: &str) -> Collected {
    let (done, out) = read(&Recorded::default(), more, None);
    done.unwrap();
    out
}

fn pipeline<'o>(out: &'o Collected, name: &str) -> &'o Pipeline {
    out.pipelines().into_iter().find(|pipeline| pipeline.common.path == [name]).unwrap()
}

/// How many pipelines the source says there are, if all were given.
fn counted(out: &Collected) -> Option<u64> {
    out.complete.first()?.2
}

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
fn groups_that_another_connector_describes_are_left_out() {
    let server = Recorded::default();
    let (done, out) = read(&server, r#", "exclude-groups": ["bi", "erp"]"#, None);
    done.unwrap();
    assert_eq!(out.pipelines().len(), 5);
    assert_eq!(server.operations().iter().filter(|name| *name == "Assets").count(), 5, "and not asked for");
}

#[test]
fn an_asset_can_be_a_pipeline() {
    let out = whole(r#", "mode": "asset""#);
    assert_eq!(out.pipelines().len(), 26);
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

#[test]
fn runs_have_their_states_and_times() {
    let out = whole("");
    let run = |status| out.runs.iter().find(|run| run.status == status).unwrap();
    let failed = run(Status::Failed);
    assert_eq!(failed.pipeline, ["lab/ml"]);
    assert_eq!((failed.started_at, failed.ended_at), (Some(1_795_411_566_683), Some(1_795_411_579_872)));
    assert_eq!((failed.tasks[0].task.as_str(), failed.tasks[0].status), ("ml/churn_scores", Status::Failed));
    assert_eq!(run(Status::Successful).tasks[0].task, "marts/agg_delivery");
    let jobs = whole(r#", "mode": "job""#);
    let states: Vec<Status> = jobs.runs.iter().map(|run| run.status).collect();
    assert!(states.contains(&Status::Pending) && states.contains(&Status::Skipped), "{states:?}");
}

#[test]
fn only_what_is_new_is_asked_for_and_small_pages_lose_nothing() {
    let all = whole("");
    let paged = whole(r#", "page-size": 1"#);
    assert_eq!(paged.runs.len(), all.runs.len());
    let cursor = all.cursor.unwrap();
    let (done, later) = read(&Recorded::default(), "", Some(&cursor));
    done.unwrap();
    assert_eq!(later.runs.len(), 0);
    assert_eq!(later.cursor, Some(cursor), "the cursor stays");
}

#[test]
fn assets_that_are_tables_have_edges_with_columns() {
    let mapping = r#", "tables": {"service": "trino", "mapping": {
        "staging/stg_customers": "lake.staging.stg_customers"}}"#;
    let out = whole(mapping);
    let edge = out.edges.iter().find(|edge| edge.downstream.path == ["lake", "staging", "stg_customers"]).unwrap();
    assert_eq!(edge.upstream.path, ["shop", "crm", "customers"], "named by the asset's metadata");
    assert_eq!(edge.upstream.service.as_deref(), Some("trino"));
    assert_eq!(
        (edge.columns[0].inputs.as_slice(), edge.columns[0].output.as_str()),
        (["id".to_owned()].as_slice(), "id")
    );
    assert_eq!(edge.pipeline.as_ref().unwrap().path, ["lab/staging"]);
}

#[test]
fn groups_feed_each_other_and_never_themselves() {
    let out = whole("");
    let edges: Vec<_> =
        out.edges.iter().map(|edge| (edge.upstream.path[0].as_str(), edge.downstream.path[0].as_str())).collect();
    assert!(edges.contains(&("lab/raw", "lab/staging")) && edges.contains(&("lab/staging", "lab/marts")), "{edges:?}");
    assert!(edges.iter().all(|(from, to)| from != to));
    assert!(out.edges.iter().all(|edge| edge.upstream.entity_type == "pipeline"), "no service is guessed");
}

#[test]
fn a_broken_code_location_is_told_and_nothing_counts_as_gone() {
    let workspace = Some(fixture(include_str!("../fixtures/workspace-broken.json")));
    let (done, out) = read(&Recorded { workspace, ..Recorded::default() }, "", None);
    done.unwrap();
    assert_eq!(counted(&out), None);
    assert!(out.skipped[0].starts_with("lab: the code location is not loaded"), "{:?}", out.skipped);
    assert!(out.skipped[0].contains("Could not"), "{:?}", out.skipped);
}

#[test]
fn a_group_that_cannot_be_read_does_not_take_the_others_with_it() {
    let (done, out) = read(&Recorded { broken_group: Some("raw"), ..Recorded::default() }, "", None);
    done.unwrap();
    assert_eq!((out.pipelines().len(), counted(&out)), (6, None));
    assert_eq!(out.skipped, ["lab/raw: Dagster refuses the query: a partition key is missing (group raw)"]);
}

#[test]
fn a_server_that_is_gone_ends_the_read() {
    let (done, out) = read(&Recorded { down: true, ..Recorded::default() }, "", None);
    assert!(format!("{:?}", done.unwrap_err()).contains("connection refused"));
    assert_eq!((counted(&out), out.cursor), (None, None));
}

#[test]
fn an_empty_workspace_is_not_taken_for_an_empty_catalog() {
    let empty = json!({ "workspaceOrError": { "__typename": "Workspace", "locationEntries": [] } });
    let (done, out) = read(&Recorded { workspace: Some(empty), ..Recorded::default() }, "", None);
    assert!(format!("{:?}", done.unwrap_err()).contains("no code location"));
    assert_eq!(counted(&out), None);
}
