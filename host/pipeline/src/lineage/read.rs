//! One query in, what flows from which table to which out. Pure: what it would have to know first, it names.

use std::cell::RefCell;
use std::collections::BTreeSet;

use metahost_lineage::{Analysis, Dialect, EdgeKind, Request, Schemas, Source, TableName, Verdict, analyse};
use metahost_model::{ColumnEdge, ColumnNames, Endpoint, EntityKind, EntityPath, Query};

use super::joins::joins;
use super::table_index::{IndexedTable, Look, Place, TableIndex};

/// Longer expressions are not shown on an edge.
const EXPRESSION: usize = 1_000;

/// Data flows from one end to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flow {
    pub(crate) from: Endpoint,
    pub(crate) to: Endpoint,
    pub(crate) columns: Vec<ColumnEdge>,
}

/// A column of a table.
pub(crate) type ColumnEnd = (Endpoint, String);

/// What a query says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The service in which it ran, where that could be told.
    pub(crate) service: Option<String>,
    pub(crate) flows: Vec<Flow>,
    /// The tables that it reads or writes and that are there.
    pub(crate) tables: Vec<Endpoint>,
    /// Those of them that it reads.
    pub(crate) reads: Vec<Endpoint>,
    /// Columns of two tables that it puts together.
    pub(crate) joins: BTreeSet<(ColumnEnd, ColumnEnd)>,
    pub(crate) verdict: Verdict,
    pub(crate) reasons: Vec<String>,
    /// Another service has all of its tables, too.
    pub(crate) rival: Option<String>,
}

/// The outcome of a reading.
#[derive(Debug)]
pub(crate) enum Reading {
    Found(Found),
    /// These must be listed first.
    Lacks(BTreeSet<Place>),
}

/// Reads queries of one source.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    /// The service that names without one belong to.
    pub(crate) own: String,
    /// All services, to find the one that has the tables of a query which can't name it.
    pub(crate) services: Vec<String>,
    /// Whether names that nobody has are kept, since the catalog can't be asked.
    pub(crate) blind: bool,
}

impl Reader {
    pub(crate) fn read(&self, query: &Query, index: &TableIndex) -> Reading {
        let searches = query.service.as_deref() == Some(Endpoint::ANY_SERVICE) && !self.blind;
        let named = || vec![query.service.clone().unwrap_or_else(|| self.own.clone())];
        let candidates = if searches { self.services.clone() } else { named() };
        let known = Known { index, candidates: &candidates, searches, blind: self.blind, lacks: RefCell::default() };
        let dialect = Dialect::from_name(&query.dialect).unwrap_or_default();
        let schema = query.schema.as_deref().or_else(|| usual_schema(dialect));
        let request = Request::new(&query.sql, dialect).within(query.database.as_deref(), schema).with_schemas(&known);
        let analysis = analyse(&request);
        let ranked = known.ranked(&analysis);
        if !known.lacks.borrow().is_empty() {
            return Reading::Lacks(known.lacks.into_inner());
        }
        let Some((service, rival)) = ranked else { return Reading::Found(nothing(&analysis)) };
        let told = Told { reader: self, known: &known, service, query, analysis: &analysis };
        Reading::Found(Found {
            service: Some(service.to_owned()),
            flows: told.flows(),
            tables: told.there(analysis.inputs.iter().chain(&analysis.outputs)),
            reads: told.there(analysis.inputs.iter()),
            joins: told.joins(),
            rival: rival.map(str::to_owned),
            ..nothing(&analysis)
        })
    }
}

fn nothing(analysis: &Analysis) -> Found {
    Found {
        service: None,
        flows: Vec::new(),
        tables: Vec::new(),
        reads: Vec::new(),
        joins: BTreeSet::new(),
        verdict: analysis.verdict,
        reasons: analysis.reasons.iter().map(|reason| reason.text.clone()).collect(),
        rival: None,
    }
}

/// What an unqualified name means where nobody says otherwise.
fn usual_schema(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Postgres | Dialect::Redshift => Some("public"),
        Dialect::TSql => Some("dbo"),
        Dialect::DuckDb => Some("main"),
        _ => None,
    }
}

/// What the services of one query have; notes what must be listed to know.
struct Known<'k> {
    index: &'k TableIndex,
    candidates: &'k [String],
    /// Whether the service must be found by its tables.
    searches: bool,
    blind: bool,
    lacks: RefCell<BTreeSet<Place>>,
}

impl Known<'_> {
    /// The service that has most tables of a query, and another one that has as many. A service that was named is the one.
    fn ranked(&self, analysis: &Analysis) -> Option<(&str, Option<&str>)> {
        let hits = |service: &String| {
            let tables = analysis.inputs.iter().chain(&analysis.outputs);
            tables.filter(|table| self.find(service, table).is_some()).count()
        };
        let mut ranked: Vec<(usize, &String)> = self.candidates.iter().map(|name| (hits(name), name)).collect();
        ranked.sort_by_key(|(hits, _)| core::cmp::Reverse(*hits));
        let (most, best) = *ranked.first()?;
        let rival = ranked.get(1).filter(|(hits, _)| *hits == most && most > 0);
        let is_told = most > 0 || !self.searches;
        is_told.then(|| (best.as_str(), rival.map(|(_, name)| name.as_str())))
    }

    /// Under its own name, or that of the finished table where it is one that a tool only builds with.
    fn find(&self, service: &str, name: &TableName) -> Option<&IndexedTable> {
        self.look(service, name).or_else(|| {
            let finished = name.finished();
            if finished == *name { None } else { self.look(service, &finished) }
        })
    }

    fn look(&self, service: &str, name: &TableName) -> Option<&IndexedTable> {
        match self.index.look(service, name) {
            Look::Found(table) => Some(table),
            Look::Unlisted(places) => {
                self.lacks.borrow_mut().extend(places);
                None
            }
            Look::Absent => None,
        }
    }
}

impl Schemas for Known<'_> {
    fn columns(&self, table: &TableName) -> Option<Vec<String>> {
        let found = self.candidates.iter().find_map(|service| self.look(service, table))?;
        Some(found.columns.iter().map(str::to_owned).collect())
    }
}

/// A query that was read, and the service that has its tables.
struct Told<'t> {
    reader: &'t Reader,
    known: &'t Known<'t>,
    service: &'t str,
    query: &'t Query,
    analysis: &'t Analysis,
}

impl Told<'_> {
    fn flows(&self) -> Vec<Flow> {
        let flows = match &self.query.target {
            Some(target) => self.to_target(target),
            None => self.analysis.flows().iter().filter_map(|(from, to)| self.between(from, to)).collect(),
        };
        flows.into_iter().filter(|flow| flow.from != flow.to).collect()
    }

    fn to_target(&self, target: &Endpoint) -> Vec<Flow> {
        let has_columns = matches!(target.kind, EntityKind::Table | EntityKind::DashboardDataModel);
        let made = |table: Option<&TableName>| has_columns && (table.is_none() || target.kind == EntityKind::Table);
        let columns = target_columns(self.known.index, &self.reader.own, target);
        let inputs = self.analysis.inputs.iter();
        inputs.filter_map(|from| self.flow(from, target.clone(), columns.as_ref(), &made)).collect()
    }

    fn between(&self, from: &TableName, to: &TableName) -> Option<Flow> {
        let columns = self.known.find(self.service, to).map(|table| &table.columns);
        self.flow(from, self.end(to)?, columns, &|table| table == Some(to))
    }

    fn flow(
        &self,
        from: &TableName,
        to: Endpoint,
        known: Option<&ColumnNames>,
        is_made: &dyn Fn(Option<&TableName>) -> bool,
    ) -> Option<Flow> {
        let source = self.known.find(self.service, from).map(|table| &table.columns);
        let made = self.analysis.columns.iter().filter(|column| is_made(column.table.as_ref()));
        let columns = made.filter_map(|column| {
            let read = column.sources.iter().filter(|input| input.table == *from);
            let inputs: BTreeSet<String> = read.filter_map(|input| spelled(source, &input.column)).collect();
            let output = spelled(known, &column.column).filter(|_| !inputs.is_empty())?;
            Some(ColumnEdge { inputs: inputs.into_iter().collect(), output, function: function(&column.kind) })
        });
        Some(Flow { from: self.end(from)?, to, columns: columns.collect() })
    }

    /// A table as an end of an edge; none for files and for what can't be a table's name.
    fn end(&self, name: &TableName) -> Option<Endpoint> {
        if name.is_location() {
            return None;
        }
        let path = match self.known.find(self.service, name) {
            Some(table) => table.path.clone(),
            None => EntityPath::new(name.finished().parts().to_vec()).ok()?,
        };
        let is_own = self.service == self.reader.own;
        Some(Endpoint { service: (!is_own).then(|| self.service.to_owned()), kind: EntityKind::Table, path })
    }

    fn joins(&self) -> BTreeSet<(ColumnEnd, ColumnEnd)> {
        let end = |source: &Source| {
            let table = self.known.find(self.service, &source.table);
            let column = spelled(table.map(|table| &table.columns), &source.column)?;
            (self.known.blind || table.is_some()).then_some((self.end(&source.table)?, column))
        };
        joins(self.analysis).into_iter().filter_map(|(one, other)| end(one).zip(end(other))).collect()
    }

    /// Those of these tables that are there, each once.
    fn there<'n>(&self, names: impl Iterator<Item = &'n TableName>) -> Vec<Endpoint> {
        let there = names.filter(|name| self.known.blind || self.known.find(self.service, name).is_some());
        let ends: BTreeSet<Endpoint> = there.filter_map(|name| self.end(name)).collect();
        ends.into_iter().collect()
    }
}

fn function(kind: &EdgeKind) -> Option<String> {
    match kind {
        EdgeKind::Derived(text) if text.len() <= EXPRESSION => Some(text.clone()),
        EdgeKind::Derived(_) | EdgeKind::Direct => None,
    }
}

fn target_columns(index: &TableIndex, own: &str, target: &Endpoint) -> Option<ColumnNames> {
    let service = target.service.as_deref().unwrap_or(own);
    match index.look(service, &TableName::new(target.path.parts().to_vec())) {
        Look::Found(table) => Some(table.columns.clone()),
        _ => None,
    }
}

/// A column as its table spells it; none if the table has no such column. Of a field the column that holds it.
fn spelled(known: Option<&ColumnNames>, column: &str) -> Option<String> {
    if column == "*" {
        return None;
    }
    let Some(known) = known.filter(|known| !known.is_empty()) else { return Some(column.to_owned()) };
    let outer = || column.split_once('.').and_then(|(outer, _)| known.spelled(outer));
    known.spelled(column).or_else(outer).map(str::to_owned)
}
