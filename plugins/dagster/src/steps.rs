//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{Error, Result, protocol, test_step};
use serde_json::json;

use crate::answer::Runs;
use crate::config::Config;
use crate::graphql::{Server, case};
use crate::{assets, queries, workspace};

/// The steps in order.
pub fn all() -> Vec<TestStep> {
    vec![
        test_step("CheckAccess", "The web server answers and takes the token.", true),
        test_step("GetWorkspace", "Every code location is loaded.", true),
        test_step("GetAssets", "Assets can be read.", false),
        test_step("GetRuns", "Runs can be read.", false),
    ]
}

/// Runs one step; the text says what was found.
pub fn run(step: &str, server: &Server, config: &Config, out: &mut dyn Output) -> Result<String> {
    match step {
        "CheckAccess" => {
            let data = server.ask(queries::VERSION, &json!({}))?;
            Ok(format!("Dagster {}", data["version"].as_str().unwrap_or("of an unknown version")))
        }
        "GetWorkspace" => {
            let found = workspace::code(server, out)?;
            let names: Vec<_> = found.code.iter().map(workspace::Code::prefix).collect();
            let loaded = format!("loaded: {}", names.join(", "));
            if found.whole { Ok(loaded) } else { Err(protocol(format!("not every code location is loaded; {loaded}"))) }
        }
        "GetAssets" => assets(server, config, out),
        "GetRuns" => {
            let data = server.ask(queries::RUNS, &json!({ "limit": 1, "filter": {} }))?;
            Ok(format!("{} of the newest", case::<Runs>(data, "runsOrError", "Runs")?.results.len()))
        }
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}

fn assets(server: &Server, config: &Config, out: &mut dyn Output) -> Result<String> {
    let mut count = 0;
    for code in &workspace::code(server, out)?.code {
        for group in code.groups(config) {
            count += assets::keys(server, code, group)?.len();
        }
    }
    Ok(format!("{count} assets"))
}
