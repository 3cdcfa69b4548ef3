//! A made-up Dagster: assets in ten groups, each made from the one before in its group. It has no runs, and never checks who asks.

use serde_json::{Value, json};

use super::Asked;

const GROUPS: usize = 10;

/// What one of so many entities answers.
pub fn answer(asked: &Asked, size: usize) -> String {
    let question: Value = serde_json::from_str(&asked.body).unwrap_or_default();
    let query = question["query"].as_str().unwrap_or_default();
    let variables = &question["variables"];
    let data = match query.split([' ', '(', '{']).nth(1).unwrap_or_default() {
        "metahostWorkspace" => workspace(),
        "metahostKeys" => keys(variables["group"]["groupName"].as_str().unwrap_or_default(), size / GROUPS),
        "metahostAssets" => assets(&variables["keys"]),
        "metahostSchedules" => json!({ "schedulesOrError": { "__typename": "Schedules", "results": [] } }),
        "metahostSensors" => json!({ "sensorsOrError": { "__typename": "Sensors", "results": [] } }),
        "metahostRuns" => json!({ "runsOrError": { "__typename": "Runs", "results": [] } }),
        _ => json!({ "version": "1.13.27" }),
    };
    json!({ "data": data }).to_string()
}

fn workspace() -> Value {
    let groups: Vec<Value> = (0..GROUPS).map(|n| json!({ "groupName": format!("g{n}") })).collect();
    let repository = json!({ "name": "__repository__", "assetGroups": groups, "jobs": [] });
    let code = json!({ "__typename": "RepositoryLocation", "repositories": [repository] });
    let location = json!({ "name": "lab", "loadStatus": "LOADED", "locationOrLoadError": code });
    json!({ "workspaceOrError": { "__typename": "Workspace", "locationEntries": [location] } })
}

fn keys(group: &str, count: usize) -> Value {
    let key = |n: usize| json!({ "assetKey": { "path": [group, n.to_string()] } });
    json!({ "assetNodes": (0..count).map(key).collect::<Vec<_>>() })
}

fn assets(keys: &Value) -> Value {
    json!({ "assetNodes": keys.as_array().into_iter().flatten().map(asset).collect::<Vec<_>>() })
}

fn asset(key: &Value) -> Value {
    let (group, number) = (&key["path"][0], key["path"][1].as_str().and_then(|text| text.parse::<usize>().ok()));
    let before = number.and_then(|number| number.checked_sub(1));
    let made_from: Vec<Value> = before.map(|n| json!({ "path": [group, n.to_string()] })).into_iter().collect();
    json!({ "assetKey": key, "description": "An asset", "opNames": ["op"], "jobNames": [], "dependencyKeys": made_from,
        "kinds": ["trino"], "tags": [], "owners": [], "isExecutable": true, "metadataEntries": [], "assetMaterializations": [] })
}
