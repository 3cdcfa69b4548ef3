//! From the resolver's numbers to names: what a caller learns of a column and of what decides about rows.

use crate::resolve::{
    AGGREGATED, CONDITION, Column, Decision, Flow, MASKED, Resolver, SourceId, Step, TableId, WINDOW, base, roles,
};
use crate::{ColumnEdge, EdgeKind, Influence, Source, Stone, TableName, Use};

/// A column that a statement writes.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// The column.
    pub column: Column,
    /// The statement, by its place.
    pub statement: usize,
}

/// What a caller learns of a column.
pub(crate) fn edge(resolver: &Resolver, table: Option<TableId>, column: &Column, statement: usize) -> ColumnEdge {
    let flow = &column.flow;
    let (sources, uses) = reads(resolver, &flow.sources);
    ColumnEdge {
        table: table.map(|table| resolver.table_name(table).clone()),
        column: column.name.to_string(),
        sources,
        uses,
        kind: flow.text.as_ref().map_or(EdgeKind::Direct, |text| EdgeKind::Derived(text.to_string())),
        aggregated: flow.aggregated,
        confidence: flow.confidence,
        unresolved: flow.unresolved.iter().map(ToString::to_string).collect(),
        statement,
        stones: stones(resolver, flow),
    }
}

/// What a caller learns of what decides about rows.
pub(crate) fn influence(resolver: &Resolver, decision: &Decision, statements: &[usize]) -> Influence {
    let mut sources: Vec<Source> = decision.sources.iter().map(|source| public(resolver, *source)).collect();
    sources.sort_unstable();
    let expression = decision.text.as_ref().map(ToString::to_string);
    Influence { kind: decision.kind, sources, expression, statements: statements.to_vec() }
}

/// Each source once in the order of their names, with what it is read for where that is more than to be the value.
fn reads(resolver: &Resolver, ids: &[SourceId]) -> (Vec<Source>, Vec<Use>) {
    let mut ids = ids.to_vec();
    ids.sort_unstable_by_key(|id| name(resolver, *id));
    let mut uses = Vec::new();
    if ids.iter().any(|id| roles(*id) != 0) {
        for same in ids.chunk_by(|one, two| base(*one) == base(*two)) {
            uses.push(same.iter().map(|id| used(*id)).fold(Use::default(), both));
        }
        ids.dedup_by_key(|id| base(*id));
    }
    (ids.into_iter().map(|id| public(resolver, id)).collect(), uses)
}

fn name<'r>(resolver: &'r Resolver, id: SourceId) -> (&'r TableName, &'r str) {
    let (table, column) = resolver.source_name(id);
    (resolver.table_name(table), column.as_ref())
}

fn used(source: SourceId) -> Use {
    let is = |role| source & role != 0;
    let value = !is(WINDOW) && !is(CONDITION);
    Use {
        value,
        aggregated: value && is(AGGREGATED),
        masked: value && is(MASKED),
        window: is(WINDOW),
        condition: is(CONDITION),
    }
}

/// Two uses of one source: it is masked where each value that it is part of is.
fn both(one: Use, two: Use) -> Use {
    Use {
        value: one.value || two.value,
        aggregated: one.aggregated || two.aggregated,
        masked: (one.masked || !one.value) && (two.masked || !two.value) && (one.value || two.value),
        window: one.window || two.window,
        condition: one.condition || two.condition,
    }
}

fn stones(resolver: &Resolver, flow: &Flow) -> Vec<Stone> {
    let stone = |step: &Step| match step {
        Step::Named(name) => Stone::Named(name.to_string()),
        Step::Subquery(alias) => Stone::Subquery(alias.to_string()),
        Step::Table(table) => Stone::Table(resolver.table_name(*table).clone()),
    };
    flow.steps.all().iter().map(stone).collect()
}

fn public(resolver: &Resolver, source: SourceId) -> Source {
    let (table, column) = resolver.source_name(source);
    Source { table: resolver.table_name(table).clone(), column: column.to_string() }
}
