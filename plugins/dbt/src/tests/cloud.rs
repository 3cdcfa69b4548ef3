//! dbt Cloud: hand-made lists of jobs and runs (`fixtures/hand-made`), which hand out artifacts of real runs of dbt.

use std::fs;

use metahost_plugin_sdk::activity::Outcome;
use metahost_plugin_sdk::testing::{ByHeart, Collected};
use metahost_plugin_sdk::time::millis;
use serde_json::{Value, json};

use super::{Records, fixture, words};
use crate::config::Config;
use crate::location::Location;
use crate::location::cloud::Cloud;

const JOBS: &str = "/jobs/?limit=100&offset=0";
const STEPS: &str = "?include_related=%5B%22run_steps%22%5D";

fn made(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(format!("{}/cloud/{name}.json", fixture("hand-made"))).unwrap()).unwrap()
}

fn real(name: &str) -> Vec<u8> {
    fs::read(format!("{}/{name}", fixture("1.11-pg"))).unwrap()
}

fn runs_of(job: u64) -> String {
    format!("/runs/?job_definition_id={job}&order_by=-finished_at&limit=100&offset=0")
}

fn names(of: &[&str]) -> Value {
    json!({ "status": { "code": 200 }, "data": of })
}

/// An hourly job whose newest run failed before dbt began, one that wrote documentation last night, one of pull requests,
/// and one in another environment that never ran.
fn account() -> ByHeart {
    let mut server = ByHeart::new("dbt Cloud", "artifacts").json(JOBS, &made("jobs"));
    for job in [11, 12, 21] {
        server = server.json(&runs_of(job), &made(&format!("runs-{job}")));
    }
    server
        .json(&format!("/runs/102/{STEPS}"), &made("run-102"))
        .json(&format!("/runs/101/{STEPS}"), &made("run-101"))
        .json("/runs/102/artifacts/", &names(&["manifest.json", "run_results.json", "compiled/a.sql"]))
        .json("/runs/101/artifacts/", &names(&["manifest.json", "run_results.json", "sources.json"]))
        .json("/runs/90/artifacts/", &names(&["manifest.json", "run_results.json", "catalog.json"]))
        .with("/runs/102/artifacts/manifest.json", 200, real("manifest.json"))
        .with("/runs/90/artifacts/catalog.json", 200, real("catalog.json"))
        .with("/runs/101/artifacts/sources.json", 200, real("sources.json"))
        .with("/runs/101/artifacts/run_results.json?step=5", 200, real("runs/1/run_results.json"))
        .with("/runs/102/artifacts/run_results.json?step=4", 200, real("runs/2/run_results.json"))
        .with("/runs/90/artifacts/run_results.json", 200, real("run_results.json"))
}

const CONFIG: &str = r#"{"cloud": {"url": "https://ab123.us1.dbt.com", "account": 1}}"#;

fn cloud(server: &ByHeart, config: &Config) -> Cloud<ByHeart> {
    let mut cloud = Cloud::new(config.cloud.clone().unwrap(), server.clone());
    cloud.since(millis("2026-11-23T00:00:00Z"));
    cloud
}

fn read(server: &ByHeart, config: &str) -> metahost_plugin_sdk::Result<Records> {
    let config = Config::parse(config).unwrap();
    Records::default().of(&cloud(server, &config), &config)
}

#[test]
fn the_newest_artifacts_of_all_jobs_are_one_project() {
    let server = account();
    let records = read(&server, CONFIG).unwrap();
    assert!(records.skipped.is_empty(), "{:?}", records.skipped);
    assert_eq!(records.annotations.len(), 17);
    let orders = records.annotation("warehouse.dbt_lab_shop_staging.stg_orders");
    assert_eq!(orders.owners, ["lab"], "the catalog is of the job that wrote documentation");
    assert!(records.tests.iter().any(|test| test.definition == "source_freshness"));
    assert_eq!(records.edges.len(), 20);
    let read_twice = server.asked().iter().filter(|path| path.ends_with("/manifest.json")).count();
    assert_eq!(read_twice, 2, "once for entities, once for lineage");
}

#[test]
fn results_are_of_every_step_of_all_runs_since_the_last_time() {
    let server = account();
    let records = read(&server, CONFIG).unwrap();
    let failed = records.result("revenue_sums");
    assert!(matches!(failed.outcome, Outcome::Failed), "of a run that failed");
    assert!(records.note("run results are read").contains(r#"("files", "2")"#));
    let asked = server.asked();
    assert!(asked.contains(&"/runs/101/artifacts/run_results.json?step=4".to_owned()), "a step that left nothing");
    assert!(!asked.iter().any(|path| path.contains("step=6")), "documentation has no results");
    assert!(!asked.iter().any(|path| path.contains("/runs/100/?")), "older, and not the newest");
    assert!(!asked.iter().any(|path| path.contains("/runs/104/")), "it still runs");
}

#[test]
fn the_job_and_its_run_are_told() {
    let records = read(&account(), CONFIG).unwrap();
    let note = records.note("where the artifacts are from");
    for part in [
        "Hourly build, Nightly docs",
        r#"("run", "102")"#,
        "Error",
        "runs/102/",
        "8be7720",
        r#""left-out-trial-jobs", "1""#,
    ] {
        assert!(note.contains(part), "{part}: {note}");
    }
    let orders = records.annotation("warehouse.dbt_lab_shop_staging.stg_orders");
    assert!(orders.extension.contains(&("dbtJob".to_owned(), "\"Hourly build, Nightly docs\"".to_owned())));
}

#[test]
fn without_a_time_only_the_newest_run_of_each_job_counts() {
    let (server, config) = (account(), Config::parse(CONFIG).unwrap());
    let mut cloud = cloud(&server, &config);
    cloud.since(None);
    let records = Records::default().of(&cloud, &config).unwrap();
    assert!(!server.asked().iter().any(|path| path.contains("/runs/101/artifacts/run_results")));
    assert!(records.note("run results are read").contains(r#"("files", "1")"#));
}

#[test]
fn jobs_are_chosen_by_number_project_and_environment() {
    let jobs = |more: &str| {
        let config = Config::parse(&CONFIG.replace("\"account\": 1", &format!("\"account\": \"1\", {more}"))).unwrap();
        let server = account().json(&runs_of(13), &made("runs-21"));
        cloud(&server, &config).check().map_err(words)
    };
    assert!(jobs(r#""environment": 5"#).unwrap().contains("2 jobs in 1 environments; 1 more"));
    assert!(jobs(r#""projects": [70]"#).unwrap().contains("3 jobs in 2 environments; 1 more"));
    assert!(jobs(r#""jobs": [13]"#).unwrap().contains("1 jobs in 1 environments; 0 more"), "asked for by number");
    let gone = jobs(r#""jobs": [11, "99"]"#).unwrap();
    assert!(gone.contains("1 jobs") && gone.contains("job 99: dbt Cloud shows no such job"), "{gone}");
    let none = jobs(r#""projects": [71]"#).unwrap_err();
    assert!(none.contains("shows 4 jobs and none that is asked for") && none.contains("token"), "{none}");
}

#[test]
fn a_job_that_is_gone_or_odd_is_named_and_the_rest_is_read() {
    let mut jobs = made("jobs");
    jobs["data"][3] = json!({ "id": 21, "triggers": "odd" });
    let mut runs = made("runs-12");
    runs["data"].as_array_mut().unwrap().push(json!({ "id": 89, "finished_at": 7 }));
    runs["extra"] = Value::Null;
    let server = account().json(JOBS, &jobs).json(&runs_of(12), &runs);
    let records = read(&server, &CONFIG.replace("1}", r#"1, "jobs": [11, 12, 99]}"#)).unwrap();
    assert_eq!(records.annotations.len(), 17);
    let reasons = [records.reason("a job"), records.reason("job 99"), records.reason("a run of job 12")];
    assert!(
        reasons[0].contains("not as expected") && reasons[1].contains("no such job") && reasons[2].contains("a run")
    );
}

#[test]
fn lists_are_read_to_their_end() {
    let all = made("jobs");
    let page = |from: usize, to: usize| {
        let data = all["data"].as_array().unwrap()[from..to].to_vec();
        json!({ "data": data, "extra": { "pagination": { "count": to - from, "total_count": 4 } } })
    };
    let server = account().json(JOBS, &page(0, 3)).json("/jobs/?limit=100&offset=3", &page(3, 4));
    let config = Config::parse(CONFIG).unwrap();
    assert!(
        cloud(&server, &config).check().unwrap().contains("3 jobs in 2"),
        "a page may be shorter than was asked for"
    );
    let cut = account().json(JOBS, &page(0, 3)).json("/jobs/?limit=100&offset=3", &page(4, 4));
    let said = words(cloud(&cut, &config).check().unwrap_err());
    assert!(said.contains("counts 4 items and gave 3"), "{said}");
    let broken = account().json(JOBS, &page(0, 3)).with("/jobs/?limit=100&offset=3", 500, "oops");
    let said = words(cloud(&broken, &config).check().unwrap_err());
    assert!(said.contains("HTTP 500"), "{said}");
}

#[test]
fn nothing_to_see_is_an_error_that_asks_for_rights() {
    let empty = json!({ "data": [], "extra": { "pagination": { "count": 0, "total_count": 0 } } });
    let said = words(read(&account().json(JOBS, &empty), CONFIG).unwrap_err());
    assert!(said.contains("shows 0 jobs") && said.contains("token may read"), "{said}");
    let mut server = account();
    for job in [11, 12] {
        server = server.json(&runs_of(job), &empty);
    }
    let said = words(read(&server, CONFIG).unwrap_err());
    assert!(said.contains("no run of the jobs left one"), "{said}");
}

#[test]
fn refusals_and_faults_are_told_as_what_they_are() {
    let said = |server: ByHeart| words(read(&server, CONFIG).unwrap_err());
    let refused = r#"{"status": {"code": 401, "is_success": false, "user_message": "Invalid token"}}"#;
    let said_of_token = said(account().with(JOBS, 401, refused));
    assert!(
        said_of_token.contains("Invalid token") && said_of_token.contains("credentials.artifacts"),
        "{said_of_token}"
    );
    assert!(said(account().with(JOBS, 200, "<html>Sign in</html>")).contains("is this dbt Cloud?"));
    assert!(said(account().with(JOBS, 200, r#"{"data": [{"id""#)).contains("is no JSON"));
    assert!(said(account().with(&runs_of(11), 502, "bad gateway")).contains("HTTP 502"));
    assert!(said(account().with("/runs/102/artifacts/manifest.json", 403, "no")).contains("refuses"));
    assert!(said(account().with("/runs/102/artifacts/manifest.json", 200, "<html>")).contains("login or error page"));
    assert!(
        said(account().with("/runs/102/artifacts/manifest.json", 404, "")).contains("no `project-70-environment-5")
    );
}

#[test]
fn an_environment_that_refuses_does_not_hide_the_others() {
    let server = account().with(&runs_of(21), 403, "no rights in this project");
    let config = Config::parse(CONFIG).unwrap();
    let found = crate::project::load::manifests(&cloud(&server, &config), &config).unwrap();
    let names: Vec<_> = found.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["project-70-environment-5/manifest.json", "project-70-environment-6/manifest.json"]);
}

#[test]
fn the_connection_test_tells_what_is_there() {
    let (server, config) = (account(), Config::parse(CONFIG).unwrap());
    let step = |name: &str| {
        crate::steps::run(name, &cloud(&server, &config), &config, &mut Collected::default()).map_err(words)
    };
    assert!(step("CheckArtifacts").unwrap().contains("3 jobs in 2 environments; 1 more only try pull requests out"));
    assert!(step("GetManifest").unwrap().starts_with("project-70-environment-5/manifest.json: "));
    assert!(step("GetCatalog").unwrap().contains("relations"));
    assert!(step("GetRunResults").unwrap().contains("results of "));
    assert!(step("Guess").unwrap_err().contains("the test step `Guess`"));
}

#[test]
fn a_url_must_be_one() {
    let config = Config::parse(r#"{"cloud": {"url": "cloud.getdbt.com", "account": 1}}"#).unwrap();
    assert!(words(crate::location::open(&config).err().unwrap()).contains("/cloud/url"));
    let both = Config::parse(r#"{"cloud": {"url": "https://x", "account": 1}, "folder": "/a"}"#);
    assert!(words(both.unwrap_err()).contains("one of"));
}
