//! Edges: read, merged, written. What somebody else put on an edge stays there.

use std::collections::{BTreeMap, BTreeSet};

use metahost_model::{Edge, EdgeSource, EntityKind, Fqn};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::server::Answer;
use super::{OpenMetadata, collection, mixed, parallel};
use crate::error::Error;
use crate::{Outcome, Reference, Write};

/// A column with what lies below it, as far as names go.
#[derive(Deserialize)]
struct Column {
    name: String,
    #[serde(default)]
    children: Option<Vec<Column>>,
}

#[derive(Deserialize)]
struct Columns {
    #[serde(default)]
    columns: Option<Vec<Column>>,
}

/// An edge to draw.
struct Drawn {
    from: Reference,
    to: Reference,
    pipeline: Option<Reference>,
    edge: Box<Edge>,
}

impl OpenMetadata {
    pub(super) async fn write_edges(&self, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut drawn = Vec::with_capacity(batch.len());
        for write in batch {
            let Write::Edge { from, to, pipeline, edge } = write else { return Err(mixed()) };
            drawn.push(Drawn { from, to, pipeline, edge });
        }
        // Two sources may know of the same edge: the second merges with the first.
        let ends = |drawn: &Drawn| (drawn.from.id.clone(), drawn.to.id.clone());
        parallel::by_key(drawn, self.options.concurrency, ends, |drawn| self.draw(drawn)).await
    }

    async fn draw(&self, drawn: Drawn) -> Result<Outcome, Error> {
        let path = format!("lineage/getLineageEdge/{}/{}", drawn.from.id, drawn.to.id);
        let answer = self.server.get(&path).await?;
        let old = if answer.is_success() { Some(details_of(answer.json()?)) } else { None };
        let merged = merge(old.as_ref(), &ours(&drawn));
        if old.as_ref() == Some(&merged) {
            return Ok(Outcome::Unchanged);
        }
        let is_new = old.is_none();
        let answer = self.put_edge(&drawn, &merged).await?;
        let answer = match (answer.status, has_columns(&merged)) {
            (400 | 404, true) => match self.without_unknown_columns(&drawn, merged).await? {
                None => answer,
                Some(known) if old.as_ref() == Some(&known) => return Ok(Outcome::Unchanged),
                Some(known) => self.put_edge(&drawn, &known).await?,
            },
            _ => answer,
        };
        Ok(match answer.is_success() {
            true if is_new => Outcome::Created,
            true => Outcome::Updated,
            false => Outcome::Rejected(answer.rejection()),
        })
    }

    async fn put_edge(&self, drawn: &Drawn, details: &Map<String, Value>) -> Result<Answer, Error> {
        let end = |end: &Reference| json!({ "id": end.id, "type": end.kind.as_str() });
        let edge = json!({ "fromEntity": end(&drawn.from), "toEntity": end(&drawn.to), "lineageDetails": details });
        self.server.put("lineage", &json!({ "edge": edge })).await
    }

    /// The server refuses an edge with a column it does not have: the edge is worth more than the column. None when all
    /// columns are known, and the edge was refused for something else.
    async fn without_unknown_columns(
        &self,
        drawn: &Drawn,
        mut details: Map<String, Value>,
    ) -> Result<Option<Map<String, Value>>, Error> {
        let from = self.column_names(&drawn.from).await?;
        let to = self.column_names(&drawn.to).await?;
        let dropped = keep_known(&mut details, &from, &to);
        for _ in 0..dropped {
            self.warnings.add("columns of lineage edges that the catalog does not have were left out");
        }
        Ok((dropped > 0).then_some(details))
    }

    /// Full names of an entity's columns at every depth, under their names in lower case.
    async fn column_names(&self, end: &Reference) -> Result<BTreeMap<String, Fqn>, Error> {
        let mut names = BTreeMap::new();
        let Some(collection) = collection::of(end.kind) else { return Ok(names) };
        let fields = if end.kind == EntityKind::Table { "?fields=columns" } else { "" };
        let path = format!("{}/{}{fields}", collection.path, end.id);
        let found: Option<Columns> = self.server.get(&path).await?.found()?;
        collect(&found.and_then(|found| found.columns).unwrap_or_default(), &end.fqn, &mut names);
        Ok(names)
    }
}

fn collect(columns: &[Column], above: &Fqn, names: &mut BTreeMap<String, Fqn>) {
    for column in columns {
        let fqn = above.child(&column.name);
        collect(column.children.as_deref().unwrap_or_default(), &fqn, names);
        names.insert(fqn.as_str().to_lowercase(), fqn);
    }
}

/// The details of an answer. They stand below `edge`, in some versions one level deeper.
fn details_of(answer: Value) -> Map<String, Value> {
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

fn ours(drawn: &Drawn) -> Map<String, Value> {
    let mut details = Map::new();
    details.insert("source".into(), source_name(drawn.edge.source).into());
    if let Some(sql) = &drawn.edge.sql {
        details.insert("sqlQuery".into(), sql.as_str().into());
    }
    if let Some(pipeline) = &drawn.pipeline {
        details.insert("pipeline".into(), json!({ "id": pipeline.id, "type": pipeline.kind.as_str() }));
    }
    let columns: Vec<Value> = drawn
        .edge
        .columns
        .iter()
        .map(|column| {
            let inputs: Vec<_> = column.inputs.iter().map(|input| column_fqn(&drawn.from.fqn, input)).collect();
            let mut body = json!({ "fromColumns": inputs, "toColumn": column_fqn(&drawn.to.fqn, &column.output) });
            if let Some(function) = &column.function {
                body["function"] = function.as_str().into();
            }
            body
        })
        .collect();
    if !columns.is_empty() {
        details.insert("columnsLineage".into(), Value::Array(columns));
    }
    details
}

fn column_fqn(entity: &Fqn, column: &str) -> Fqn {
    entity.child(column)
}

/// OpenMetadata's name for where an edge was learnt.
const fn source_name(source: EdgeSource) -> &'static str {
    match source {
        EdgeSource::Manual | EdgeSource::Other => "Manual",
        EdgeSource::ViewLineage => "ViewLineage",
        EdgeSource::QueryLineage => "QueryLineage",
        EdgeSource::PipelineLineage => "PipelineLineage",
        EdgeSource::DashboardLineage => "DashboardLineage",
        EdgeSource::DbtLineage => "DbtLineage",
        EdgeSource::SparkLineage => "SparkLineage",
        EdgeSource::ExternalTableLineage => "ExternalTableLineage",
    }
}

/// The edge with what both say. Where only one value fits, the older stays unless it came from the same kind of source.
fn merge(old: Option<&Map<String, Value>>, new: &Map<String, Value>) -> Map<String, Value> {
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

fn has_columns(details: &Map<String, Value>) -> bool {
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
fn keep_known(details: &mut Map<String, Value>, from: &BTreeMap<String, Fqn>, to: &BTreeMap<String, Fqn>) -> usize {
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
