//! Two edges between the same ends as one, and columns as the catalog spells them. Pure.

use std::collections::{BTreeMap, BTreeSet};

use metahost_model::{Executions, Fqn, Timestamp};
use serde_json::{Map, Value};
use time::OffsetDateTime;

/// So many users are named on an edge.
const NAMED: usize = 5;

/// The details of an answer. They stand below `edge`, in some versions one level deeper.
pub fn details_of(answer: Value) -> Map<String, Value> {
    let edge = answer.get("edge").cloned().unwrap_or(answer);
    let details = match edge.get("lineageDetails") {
        Some(details) => details.clone(),
        None => edge,
    };
    match details {
        Value::Object(details) => details,
        _ => Map::new(),
    }
}

/// How [`told`] begins: by that a description is known to be of this program.
const TOLD: &str = "Seen in the query log: ";

/// What a query log says of an edge, as its description.
pub fn told(executions: &Executions) -> String {
    let times = if executions.count == 1 { "once".to_owned() } else { format!("{} times", executions.count) };
    let names: Vec<&str> = executions.users.iter().take(NAMED).map(String::as_str).collect();
    let more = if executions.users.len() > NAMED { " and others" } else { "" };
    let by = if names.is_empty() { String::new() } else { format!(", by {}{more}", names.join(", ")) };
    let last = executions.last_at.and_then(date).map(|day| format!(", last on {day}")).unwrap_or_default();
    format!("{TOLD}{times}{by}{last}")
}

fn date(at: Timestamp) -> Option<String> {
    let seconds = i64::try_from(at / 1_000).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok().map(|at| at.date().to_string())
}

/// Adds the description to an edge that is written for another reason: what changes with every run is none of its own.
/// Of what people wrote nothing is replaced.
pub fn describe(edge: &mut Map<String, Value>, old: Option<&Map<String, Value>>, text: Option<&str>) {
    let Some(text) = text.filter(|_| old != Some(edge)) else { return };
    let is_free = |known: &str| known.is_empty() || known.starts_with(TOLD);
    if edge.get("description").and_then(Value::as_str).is_none_or(is_free) {
        edge.insert("description".into(), text.into());
    }
}

/// The edge with what both say. Where only one value fits, the older stays unless it came from the same kind of source.
pub fn merge(old: Option<&Map<String, Value>>, new: &Map<String, Value>) -> Map<String, Value> {
    let Some(old) = old else { return new.clone() };
    let mut merged = old.clone();
    merged.retain(|_, value| !value.is_null());
    let is_same_source = old.get("source") == new.get("source");
    for key in ["source", "sqlQuery", "pipeline"] {
        let is_empty = merged.get(key).is_none_or(|value| value.as_str() == Some(""));
        if let Some(value) = new.get(key)
            && (is_empty || is_same_source)
            && !is_same_reference(merged.get(key), value)
        {
            merged.insert(key.to_owned(), value.clone());
        }
    }
    let columns = merge_columns(columns_of(old), columns_of(new));
    if !columns.is_empty() {
        merged.insert("columnsLineage".into(), Value::Array(columns));
    }
    merged
}

/// References to the same thing differ in what the server adds to them.
fn is_same_reference(old: Option<&Value>, new: &Value) -> bool {
    let id = |value: &Value| value.get("id").cloned();
    old.and_then(id).is_some_and(|old| Some(old) == id(new))
}

fn columns_of(details: &Map<String, Value>) -> &[Value] {
    details.get("columnsLineage").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether it says anything about columns.
pub fn has_columns(details: &Map<String, Value>) -> bool {
    !columns_of(details).is_empty()
}

fn merge_columns(old: &[Value], new: &[Value]) -> Vec<Value> {
    let mut merged = old.to_vec();
    for column in new {
        let target = column.get("toColumn");
        match merged.iter_mut().find(|known| known.get("toColumn") == target) {
            Some(known) => add_inputs(known, column),
            None => merged.push(column.clone()),
        }
    }
    merged
}

fn add_inputs(known: &mut Value, new: &Value) {
    let inputs = |value: &Value| value.get("fromColumns").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut all = inputs(known);
    for input in inputs(new) {
        if !all.contains(&input) {
            all.push(input);
        }
    }
    known["fromColumns"] = Value::Array(all);
    if known.get("function").is_none_or(Value::is_null)
        && let Some(function) = new.get("function")
    {
        known["function"] = function.clone();
    }
}

/// Keeps what leads from a known column to a known column, spelled as the catalog spells it; says how many were dropped.
pub fn keep_known(details: &mut Map<String, Value>, from: &BTreeMap<String, Fqn>, to: &BTreeMap<String, Fqn>) -> usize {
    let Some(Value::Array(columns)) = details.get_mut("columnsLineage") else { return 0 };
    let mut dropped = 0;
    columns.retain_mut(|column| {
        let output = column.get("toColumn").and_then(|name| spelled(name, to));
        let wanted = column.get("fromColumns").and_then(Value::as_array).cloned().unwrap_or_default();
        let inputs: BTreeSet<&Fqn> = wanted.iter().filter_map(|name| spelled(name, from)).collect();
        dropped += wanted.len() - inputs.len().min(wanted.len());
        let Some(output) = output.filter(|_| !inputs.is_empty()) else {
            dropped += inputs.len();
            return false;
        };
        column["toColumn"] = output.as_str().into();
        column["fromColumns"] = inputs.iter().map(|name| name.as_str()).collect();
        true
    });
    dropped
}

fn spelled<'n>(name: &Value, known: &'n BTreeMap<String, Fqn>) -> Option<&'n Fqn> {
    known.get(&name.as_str()?.to_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn what_others_put_on_an_edge_survives() {
        let old = object(&json!({
            "source": "ViewLineage", "sqlQuery": "theirs", "pipeline": { "id": "p", "type": "pipeline", "name": "n" },
            "description": "by hand", "createdBy": "anna",
            "columnsLineage": [{ "fromColumns": ["a.x"], "toColumn": "b.y" }],
        }));
        let new = object(&json!({
            "source": "DbtLineage", "sqlQuery": "ours",
            "columnsLineage": [
                { "fromColumns": ["a.z"], "toColumn": "b.y", "function": "f" }, { "fromColumns": ["a.q"], "toColumn": "b.q" },
            ],
        }));
        let merged = merge(Some(&old), &new);
        assert_eq!(
            Value::Object(merged.clone()),
            json!({
                "source": "ViewLineage", "sqlQuery": "theirs", "pipeline": { "id": "p", "type": "pipeline", "name": "n" },
                "description": "by hand", "createdBy": "anna",
                "columnsLineage": [
                    { "fromColumns": ["a.x", "a.z"], "toColumn": "b.y", "function": "f" },
                    { "fromColumns": ["a.q"], "toColumn": "b.q" },
                ],
            })
        );
        assert_eq!(merge(Some(&merged), &new), merged, "a second time nothing changes");
    }

    #[test]
    fn what_the_log_says_is_told_along_with_other_changes_only() {
        let users = ["anna", "ben"].map(str::to_owned).into();
        let day = Some(1_795_392_000_000);
        let ran =
            |count| told(&Executions { count, last_at: day, users: BTreeSet::clone(&users), ..Executions::default() });
        assert_eq!(ran(3), "Seen in the query log: 3 times, by anna, ben, last on 2026-11-23");
        let same = object(&json!({ "source": "QueryLineage", "description": ran(3) }));
        let with = |old: &Map<String, Value>, source: &str| {
            let mut edge = old.clone();
            edge.insert("source".into(), source.into());
            describe(&mut edge, Some(old), Some(&ran(4)));
            edge["description"].as_str().unwrap().to_owned()
        };
        assert_eq!(with(&same, "QueryLineage"), ran(3), "nothing else changed");
        assert_eq!(with(&same, "ViewLineage"), ran(4));
        let theirs = object(&json!({ "source": "QueryLineage", "description": "by hand" }));
        assert_eq!(with(&theirs, "ViewLineage"), "by hand");
    }

    #[test]
    fn our_own_sql_is_kept_up_to_date() {
        let old = object(&json!({ "source": "DbtLineage", "sqlQuery": "before" }));
        let new = object(&json!({ "source": "DbtLineage", "sqlQuery": "after" }));
        assert_eq!(merge(Some(&old), &new)["sqlQuery"], "after");
    }

    #[test]
    fn unknown_columns_go_and_the_rest_is_spelled_as_the_catalog_does() {
        let known = |names: &[&str]| names.iter().map(|name| (name.to_lowercase(), Fqn::parse(name))).collect();
        let mut details = object(&json!({ "columnsLineage": [
            { "fromColumns": ["a.ID", "a.gone"], "toColumn": "b.Id" },
            { "fromColumns": ["a.id"], "toColumn": "b.gone" },
        ] }));
        assert_eq!(keep_known(&mut details, &known(&["a.id"]), &known(&["b.id"])), 2);
        assert_eq!(details["columnsLineage"], json!([{ "fromColumns": ["a.id"], "toColumn": "b.id" }]));
    }
}
