//! The facet `columnLineage` of one table that is written.

use std::collections::BTreeMap;

use serde::Serialize;

use super::DatasetName;
use crate::{Analysis, ColumnEdge, Influence, InfluenceKind, Source, TableName, Use};

/// From which columns the columns of a table are made, and which decide about all its rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct ColumnLineage {
    fields: BTreeMap<String, Field>,
    #[serde(skip_serializing_if = "Inputs::is_empty")]
    dataset: Inputs,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    input_fields: Inputs,
}

/// Columns that are read, each once, with all that is done to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Inputs(BTreeMap<(DatasetName, String), Vec<Transformation>>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Transformation {
    #[serde(rename = "type")]
    kind: &'static str,
    subtype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    masking: bool,
}

/// A column that is read, as it is written down.
#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    dataset: &'a DatasetName,
    field: &'a str,
    transformations: &'a [Transformation],
}

impl Serialize for Inputs {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.0.iter();
        serializer.collect_seq(all.map(|((dataset, field), done)| Input { dataset, field, transformations: done }))
    }
}

impl Inputs {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what is done to a column; one that only a schema could name is left out.
    fn add(&mut self, source: &Source, namespace: &str, transformation: Transformation) {
        if source.column == "*" {
            return;
        }
        let dataset = DatasetName::new(&source.table, namespace);
        let done = self.0.entry((dataset, source.column.clone())).or_default();
        if !done.contains(&transformation) {
            done.push(transformation);
        }
    }
}

/// What is known of the columns of a table that is written; none where that is nothing.
pub(super) fn lineage_of(analysis: &Analysis, table: &TableName, namespace: &str) -> Option<ColumnLineage> {
    let mut found = ColumnLineage::default();
    let mine = analysis.columns.iter().filter(|edge| edge.table.as_ref() == Some(table) && edge.column != "*");
    for edge in mine {
        let field = found.fields.entry(edge.column.clone()).or_default();
        made_from(edge).for_each(|(source, done)| field.input_fields.add(source, namespace, done));
    }
    found.fields.retain(|_, field| !field.input_fields.is_empty());
    for influence in analysis.influences_on(Some(table)) {
        for source in &influence.sources {
            found.dataset.add(source, namespace, Transformation::deciding(influence));
        }
    }
    (!found.fields.is_empty() || !found.dataset.is_empty()).then_some(found)
}

/// What a column is made from, and what is done to each of its sources.
fn made_from(edge: &ColumnEdge) -> impl Iterator<Item = (&Source, Transformation)> {
    edge.reads().flat_map(|(source, used)| {
        let done = [
            Transformation::direct(edge, used),
            Transformation::window(edge, used),
            Transformation::condition(edge, used),
        ];
        done.into_iter().flatten().map(move |done| (source, done))
    })
}

impl Transformation {
    /// What makes a source part of the value.
    fn direct(edge: &ColumnEdge, used: Use) -> Option<Self> {
        let subtype = match edge.expression() {
            None => "IDENTITY",
            Some(_) if used.aggregated => "AGGREGATION",
            Some(_) => "TRANSFORMATION",
        };
        used.value.then(|| Self { kind: "DIRECT", masking: used.masked, ..Self::indirect(subtype, edge.expression()) })
    }

    fn window(edge: &ColumnEdge, used: Use) -> Option<Self> {
        used.window.then(|| Self::indirect("WINDOW", edge.expression()))
    }

    fn condition(edge: &ColumnEdge, used: Use) -> Option<Self> {
        used.condition.then(|| Self::indirect("CONDITIONAL", edge.expression()))
    }

    /// What decides about rows.
    fn deciding(influence: &Influence) -> Self {
        let subtype = match influence.kind {
            InfluenceKind::Filter => "FILTER",
            InfluenceKind::Join => "JOIN",
            InfluenceKind::Group => "GROUP_BY",
            InfluenceKind::Order => "SORT",
            InfluenceKind::Window => "WINDOW",
            InfluenceKind::Condition => "CONDITIONAL",
        };
        Self::indirect(subtype, influence.expression.as_deref())
    }

    fn indirect(subtype: &'static str, expression: Option<&str>) -> Self {
        Self { kind: "INDIRECT", subtype, description: expression.map(str::to_owned), masking: false }
    }
}
