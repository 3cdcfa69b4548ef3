//! Edges: read, merged, written. What somebody else put on an edge stays there.

mod merge;

use std::collections::BTreeMap;

use metahost_model::{Edge, EdgeSource, EntityKind, Fqn};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::server::Answer;
use super::{OpenMetadata, collection, mixed, parallel};
use crate::error::Error;
use crate::{EdgeWord, Outcome, Reference, Write};
use merge::{describe, details_of, has_columns, keep_known, merge, told};

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

    /// What the server says of an edge; none if there is no such edge.
    pub(super) async fn edge_word(&self, from: &Reference, to: &Reference) -> Result<Option<EdgeWord>, Error> {
        let details = self.details(from, to).await?;
        let text = |details: &Map<String, Value>, key| details.get(key).and_then(Value::as_str).map(str::to_owned);
        Ok(details.map(|details| EdgeWord {
            learnt: text(&details, "source").unwrap_or_else(|| "Manual".to_owned()),
            sql: text(&details, "sqlQuery"),
        }))
    }

    async fn details(&self, from: &Reference, to: &Reference) -> Result<Option<Map<String, Value>>, Error> {
        let answer = self.server.get(&format!("lineage/getLineageEdge/{}/{}", from.id, to.id)).await?;
        if answer.is_success() { Ok(Some(details_of(answer.json()?))) } else { Ok(None) }
    }

    async fn draw(&self, drawn: Drawn) -> Result<Outcome, Error> {
        let old = self.details(&drawn.from, &drawn.to).await?;
        let mut merged = merge(old.as_ref(), &ours(&drawn));
        describe(&mut merged, old.as_ref(), drawn.edge.executions.as_ref().map(told).as_deref());
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
