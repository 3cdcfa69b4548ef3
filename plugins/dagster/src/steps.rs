//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::output::Host;
use metahost_plugin_sdk::{Error, Result, protocol, test_step};
use serde_json::json;

use crate::config::Config;
use crate::graphql::Ask;
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
pub fn run(step: &str, server: &dyn Ask, config: &Config) -> Result<String> {
    match step {
        "CheckAccess" => {
            let data = server.ask(queries::VERSION, json!({}))?;
            Ok(format!("Dagster {}", data["version"].as_str().unwrap_or("of an unknown version")))
        }
        "GetWorkspace" => {
            let found = workspace::code(server, &mut Host::default())?;
            let names: Vec<_> = found.code.iter().map(workspace::Code::prefix).collect();
            let loaded = format!("loaded: {}", names.join(", "));
            if found.whole { Ok(loaded) } else { Err(protocol(format!("not every code location is loaded; {loaded}"))) }
        }
        "GetAssets" => {
            let found = workspace::code(server, &mut Host::default())?;
            let mut count = 0;
            for code in &found.code {
                for group in code.groups(config) {
                    count += assets::read(server, config, code, group)?
                        .iter()
                        .map(|group| group.assets.len())
                        .sum::<usize>();
                }
            }
            Ok(format!("{count} assets"))
        }
        "GetRuns" => {
            let data = server.ask(queries::RUNS, json!({ "limit": 1, "filter": {} }))?;
            let found = data["runsOrError"]["results"].as_array();
            found.map(|runs| format!("{} of the newest", runs.len())).ok_or_else(|| protocol("Dagster tells no runs"))
        }
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}
