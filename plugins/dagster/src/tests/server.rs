//! A server that answers as the recorded one did, keeps what it was asked, and can be made worse by hand.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::rest::{Answer, Api};
use serde_json::{Value, json};

use crate::answer::Key;

/// One request.
struct Asked {
    operation: String,
    text: String,
    path: String,
}

/// Answers by the name of the operation.
#[derive(Clone, Default)]
pub struct Recorded {
    asked: Rc<RefCell<Vec<Asked>>>,
    instead: BTreeMap<&'static str, (u16, String)>,
    later: BTreeMap<&'static str, (u16, String)>,
    assets: Option<Value>,
    executions: Option<Value>,
    runs: Option<Value>,
    refused: Vec<&'static str>,
    unknown: Vec<(&'static str, &'static str)>,
}

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

impl Recorded {
    /// Answers every operation of this name so.
    pub fn instead(mut self, operation: &'static str, status: u16, body: &str) -> Self {
        self.instead.insert(operation, (status, body.to_owned()));
        self
    }

    /// Answers this operation so from the second time on.
    pub fn later(mut self, operation: &'static str, status: u16, body: &str) -> Self {
        self.later.insert(operation, (status, body.to_owned()));
        self
    }

    /// Has the second recorded code, with checks and promises.
    pub fn checked() -> Self {
        let code = fixture(include_str!("../../fixtures/checked.json"));
        let server = Self::default().with_assets(code["assets"].as_array().unwrap());
        server.with_executions(code["executions"].clone()).with_runs(code["runs"].clone())
    }

    /// Has these assets, made by hand: what is given over the least that Dagster tells.
    pub fn with_assets(mut self, assets: &[Value]) -> Self {
        let least = json!({ "groupName": "made", "opNames": [], "jobNames": [], "dependencyKeys": [],
            "metadataEntries": [], "assetMaterializations": [] });
        let whole = assets.iter().map(|asset| {
            let mut whole = least.clone();
            whole.as_object_mut().unwrap().extend(asset.as_object().unwrap().clone());
            whole["groupName"] = json!("made");
            whole
        });
        self.assets = Some(whole.collect());
        self.instead(
            "Workspace",
            200,
            &json!({ "data": { "workspaceOrError": { "__typename": "Workspace",
            "locationEntries": [{ "name": "lab", "loadStatus": "LOADED", "locationOrLoadError": { "repositories": [
                { "name": "__repository__", "assetGroups": [{ "groupName": "made" }],
                  "jobs": [{ "name": "__ASSET_JOB" }, { "name": "nightly_etl" }] }] } }] } } })
            .to_string(),
        )
    }

    /// Has these executions by `asset/key check`, newest first.
    pub fn with_executions(mut self, executions: Value) -> Self {
        self.executions = Some(executions);
        self
    }

    /// Had these runs, newest first.
    pub fn with_runs(mut self, runs: Value) -> Self {
        self.runs = Some(runs);
        self
    }

    /// Can't tell this asset, or this check: its resolver fails.
    pub fn refusing(mut self, name: &'static str) -> Self {
        self.refused.push(name);
        self
    }

    /// Is too old to know this field of a type, or this type.
    pub fn without(mut self, kind: &'static str, field: &'static str) -> Self {
        self.unknown.push((kind, field));
        self
    }

    /// Names of the operations it was asked for.
    pub fn operations(&self) -> Vec<String> {
        self.asked.borrow().iter().map(|asked| asked.operation.clone()).collect()
    }

    /// How often it was asked for one.
    pub fn count(&self, operation: &str) -> usize {
        self.operations().iter().filter(|name| *name == operation).count()
    }

    /// The texts of one operation's queries.
    pub fn texts(&self, operation: &str) -> Vec<String> {
        self.asked
            .borrow()
            .iter()
            .filter(|asked| asked.operation == operation)
            .map(|asked| asked.text.clone())
            .collect()
    }

    /// The paths that were asked.
    pub fn paths(&self) -> Vec<String> {
        self.asked.borrow().iter().map(|asked| asked.path.clone()).collect()
    }

    fn nodes(&self, variables: &Value) -> Vec<Value> {
        let all = self.assets.clone().unwrap_or_else(|| fixture(include_str!("../../fixtures/assets.json")));
        let wanted = |asset: &Value| {
            asset["groupName"] == variables["group"]["groupName"]
                && variables["keys"].as_array().is_none_or(|keys| keys.contains(&asset["assetKey"]))
        };
        all.as_array().unwrap().iter().filter(|asset| wanted(asset)).cloned().collect()
    }

    fn key(asset: &Value) -> String {
        serde_json::from_value::<Key>(asset.clone()).unwrap().text()
    }

    /// Pages as Dagster does: what follows the execution named by the cursor.
    fn executions(&self, variables: &Value) -> Value {
        let all = self.executions.clone().unwrap_or_else(|| fixture(include_str!("../../fixtures/executions.json")));
        let mut data = json!({});
        for at in (0..).take_while(|at| variables[format!("k{at}")].is_object()) {
            let name = format!(
                "{} {}",
                Self::key(&variables[format!("k{at}")]),
                variables[format!("n{at}")].as_str().unwrap()
            );
            let of = all[name.as_str()].as_array().cloned().unwrap_or_default();
            data[format!("e{at}")] = page(&of, "id", &variables[format!("c{at}")], &variables["limit"]);
        }
        data
    }

    fn runs(&self, variables: &Value) -> Value {
        let all = self.runs.clone().unwrap_or_else(|| fixture(include_str!("../../fixtures/runs.json")));
        let after = variables["filter"]["updatedAfter"].as_f64().unwrap_or(0.0);
        let new = |run: &&Value| run["updateTime"].as_f64().unwrap_or_default() > after;
        let wanted: Vec<Value> = all.as_array().unwrap().iter().filter(new).cloned().collect();
        let page = page(&wanted, "runId", &variables["cursor"], &variables["limit"]);
        json!({ "runsOrError": { "__typename": "Runs", "results": page } })
    }

    fn data(&self, name: &str, variables: &Value) -> Value {
        match name {
            "Workspace" => fixture(include_str!("../../fixtures/workspace.json")),
            "Keys" => {
                let keys = self.nodes(variables).into_iter().map(|asset| json!({ "assetKey": asset["assetKey"] }));
                json!({ "assetNodes": keys.collect::<Vec<_>>() })
            }
            "Assets" => json!({ "assetNodes": self.nodes(variables) }),
            "Executions" => self.executions(variables),
            "Job" => fixture(include_str!("../../fixtures/job.json")),
            "Schedules" => fixture(include_str!("../../fixtures/schedules.json")),
            "Sensors" => fixture(include_str!("../../fixtures/sensors.json")),
            "Runs" => self.runs(variables),
            "Version" => json!({ "version": "1.13.27" }),
            other => panic!("nothing is recorded for {other}"),
        }
    }

    /// A real server names every field that it does not know, with HTTP 400.
    fn errors(&self, query: &str) -> Vec<Value> {
        let asks = |field: &str| query.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == field);
        let missing = self.unknown.iter().filter(|(kind, field)| asks(if field.is_empty() { kind } else { field }));
        let error = |(kind, field): &(&str, &str)| match *field {
            "" => format!("Unknown type '{kind}'. Did you mean 'Job'?"),
            field => format!("Cannot query field '{field}' on type '{kind}'. Did you mean 'id'?"),
        };
        missing
            .map(|missing| json!({ "message": error(missing), "locations": [{ "line": 1, "column": 18 }] }))
            .collect()
    }
}

fn page(all: &[Value], id: &str, cursor: &Value, limit: &Value) -> Value {
    let from = all.iter().position(|one| one[id] == *cursor).map_or(0, |at| at + 1);
    let limit = usize::try_from(limit.as_u64().unwrap()).unwrap();
    all.iter().skip(from).take(limit).cloned().collect()
}

impl Api for Recorded {
    fn call(&self, path: &str, body: Option<&Value>) -> Result<Answer> {
        let body = body.unwrap();
        let (query, variables) = (body["query"].as_str().unwrap(), &body["variables"]);
        let name = query.split(['{', '(']).next().unwrap().trim_start_matches("query metahost").to_owned();
        let before = self.count(&name);
        let asked = Asked { operation: name.clone(), text: query.to_owned(), path: path.to_owned() };
        self.asked.borrow_mut().push(asked);
        let answer = |status, body: String| Answer { product: "Dagster", slot: "dagster", status, body: body.into() };
        let made = self.instead.get(name.as_str()).or_else(|| self.later.get(name.as_str()).filter(|_| before > 0));
        if let Some((status, body)) = made {
            return Ok(answer(*status, body.clone()));
        }
        let errors = self.errors(query);
        if !errors.is_empty() {
            return Ok(answer(400, json!({ "data": null, "errors": errors }).to_string()));
        }
        let asked = variables.to_string();
        if let Some(refused) =
            self.refused.iter().find(|refused| name != "Keys" && asked.contains(&format!("\"{refused}\"")))
        {
            let errors = json!([{ "message": format!("cannot tell {refused}") }]);
            return Ok(answer(500, json!({ "data": null, "errors": errors }).to_string()));
        }
        Ok(answer(200, json!({ "data": self.data(&name, variables) }).to_string()))
    }
}
