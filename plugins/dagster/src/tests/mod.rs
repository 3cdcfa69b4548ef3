//! The connector over what a real Dagster 1.13 said (`fixtures`); what a test makes by hand is called so.

mod bad;
mod checks;
mod coverage;
mod pipelines;
mod runs;
mod server;
mod tables;

use metahost_plugin_sdk::connector::{Mode, Window};
use metahost_plugin_sdk::entities::Pipeline;
use metahost_plugin_sdk::testing::{self, Collected};
use metahost_plugin_sdk::{Connector, Result};

use crate::Dagster;
use crate::config::Config;
use crate::graphql::Server;
use crate::reading::Reading;
use server::Recorded;

/// One read with more configuration, from a cursor on.
fn read(server: &Recorded, more: &str, cursor: Option<&str>) -> (Result<()>, Collected) {
    let config =
        Config::parse(&format!(r#"{{"url": "http://dagster:3000/", "ui-url": "https://ui.example.org"{more}}}"#));
    let mut request = testing::request(Mode::Entities, cursor);
    request.window = Window { since: None, until: None };
    let mut out = Collected::default();
    let done = Reading::new(&Server::new(Box::new(server.clone())), &config.unwrap(), &mut out).run(&request);
    (done, out)
}

/// A read that ends well.
fn good(server: &Recorded, more: &str) -> Collected {
    let (done, out) = read(server, more, None);
    done.unwrap();
    out
}

/// A read of what was recorded.
fn whole(more: &str) -> Collected {
    good(&Recorded::default(), more)
}

fn pipeline<'o>(out: &'o Collected, name: &str) -> &'o Pipeline {
    out.pipelines().into_iter().find(|pipeline| pipeline.common.path == [name]).unwrap()
}

/// The description of a task.
fn told(out: &Collected, pipeline_name: &str, task: &str) -> String {
    let tasks = &pipeline(out, pipeline_name).tasks;
    tasks.iter().find(|found| found.name == task).unwrap().description.clone().unwrap_or_default()
}

/// How many pipelines the source says there are, if all were given.
fn counted(out: &Collected) -> Option<u64> {
    out.complete.first()?.2
}

#[test]
fn a_deployment_of_dagster_plus_is_its_path_and_its_own_header() {
    for url in [
        "https://team.dagster.cloud/prod",
        "https://team.dagster.cloud/prod/",
        "https://team.dagster.cloud/prod/graphql",
    ] {
        let config = Config::parse(&format!(r#"{{"url": "{url}"}}"#)).unwrap();
        assert_eq!(config.base(), "https://team.dagster.cloud/prod", "and `/graphql` behind it");
        assert_eq!(config.page("runs/1"), "https://team.dagster.cloud/prod/runs/1");
    }
    let descriptor = Dagster::describe();
    assert!(descriptor.credentials[0].kinds.contains(&"api-key".to_owned()) && !descriptor.credentials[0].required);
    assert!(descriptor.documentation.contains("header = \"Dagster-Cloud-Api-Token\""));
    let server = Recorded::default();
    good(&server, "");
    assert!(server.paths().iter().all(|path| path == "/graphql"));
}

#[test]
fn each_step_of_the_connection_test_tells_what_it_found() {
    let config = Config::parse(r#"{"url": "http://dagster:3000"}"#).unwrap();
    let mut out = Collected::default();
    let server = Server::new(Box::new(Recorded::default()));
    let mut step = |name| crate::steps::run(name, &server, &config, &mut out).unwrap();
    assert_eq!(step("CheckAccess"), "Dagster 1.13.27");
    assert_eq!(step("GetWorkspace"), "loaded: lab");
    assert_eq!(step("GetAssets"), "26 assets");
    assert_eq!(step("GetRuns"), "1 of the newest");
}
