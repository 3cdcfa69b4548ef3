//! The SQL of virtual datasets, ready for the host's lineage engine: templates filled, other datasets put in their place,
//! measures and calculated columns added. Never what the data model shows: that keeps the SQL as written.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use metahost_plugin_sdk::lineage::{Endpoint, Query};
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{self as sdk, Error, Result, protocol};

use crate::answer::Dataset;
use crate::databases::Place;
use crate::jinja::marks::{self, Mark};
use crate::jinja::{self, Scope};
use crate::{datasets, expressions, place};

/// Datasets inside each other.
const DEEPEST: usize = 8;
/// Datasets and measures put in their place in one text.
const MOST: usize = 200;

/// Why a text stays as it is, or the read ends.
enum Stop {
    Template(String),
    Source(Error),
}

type Filled<T> = core::result::Result<T, Stop>;

/// What was learnt on the way.
#[derive(Default)]
struct Told {
    unknown: BTreeSet<String>,
    /// Fields whose templates can't be filled, and why.
    left_out: Vec<(String, String)>,
    reads: BTreeSet<u64>,
    steps: usize,
}

impl Told {
    fn say(&self, label: &str, out: &mut dyn Output) {
        for (field, reason) in &self.left_out {
            let fields = [("in", label.to_owned()), ("field", field.clone()), ("reason", reason.clone())];
            out.note(Level::Warn, "the template of a field can't be filled, so there is no lineage of it", &fields);
        }
        if !self.unknown.is_empty() {
            let names = self.unknown.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            out.note(
                Level::Info,
                "a template uses what is unknown here",
                &[("in", label.to_owned()), ("names", names)],
            );
        }
    }
}

/// Fills templates, with the datasets that they name.
pub struct Filler<'s> {
    server: &'s dyn Api,
    named: BTreeMap<u64, Option<Rc<Dataset>>>,
}

impl<'s> Filler<'s> {
    /// One that asks this server for datasets that templates name.
    pub fn new(server: &'s dyn Api) -> Self {
        Self { server, named: BTreeMap::new() }
    }

    /// The SQL of a virtual dataset, and the datasets that it is made of. None, said by name, if its template can't be
    /// filled.
    pub fn query(
        &mut self,
        dataset: &Dataset,
        place: &Place,
        out: &mut dyn Output,
    ) -> Result<Option<(Query, BTreeSet<u64>)>> {
        let Some(written) = dataset.virtual_sql() else { return Ok(None) };
        let mut told = Told::default();
        let label = format!("dataset {} ({})", dataset.id, dataset.table_name);
        let sql = match self.fill(written, dataset, &[dataset.id], &mut told) {
            Ok(filled) => self.with_expressions(&filled, dataset, place, &mut told)?,
            Err(Stop::Template(reason)) => {
                let message = "a template can't be filled, so there is no lineage from its SQL";
                out.note(Level::Warn, message, &[("in", label), ("reason", reason)]);
                return Ok(None);
            }
            Err(Stop::Source(error)) => return Err(error),
        };
        told.say(&label, out);
        Ok(Some((record(sql, place, dataset.id), told.reads)))
    }

    /// A text of SQL that is in no dataset. The error says why its template can't be filled.
    pub fn alone(&mut self, sql: &str, label: &str, out: &mut dyn Output) -> Result<String> {
        let mut told = Told::default();
        match self.fill(sql, &Dataset::default(), &[], &mut told) {
            Ok(filled) => {
                told.say(label, out);
                Ok(filled)
            }
            Err(Stop::Template(reason)) => Err(protocol(format!("its template can't be filled: {reason}"))),
            Err(Stop::Source(error)) => Err(error),
        }
    }

    fn fill(&mut self, text: &str, dataset: &Dataset, trail: &[u64], told: &mut Told) -> Filled<String> {
        let rendered = jinja::render(text, scope(dataset)).map_err(Stop::Template)?;
        told.unknown.extend(rendered.unknown);
        marks::replace(&rendered.text, |mark, before, behind| match mark {
            Mark::Nothing(name) => Ok(marks::literal(name, before, behind)),
            Mark::Dataset(id) => self.table(*id, trail, told),
            Mark::Metric(id, name) => self.metric(*id, name, dataset, trail, told),
        })
    }

    /// Another dataset as a table, as Superset writes it.
    fn table(&mut self, id: u64, trail: &[u64], told: &mut Told) -> Filled<String> {
        let trail = further(id, trail, told)?;
        let Some(other) = self.dataset(id)? else {
            told.unknown.insert(format!("dataset({id})"));
            return Ok(format!("(SELECT NULL) AS dataset_{id}"));
        };
        told.reads.insert(id);
        let inner = match other.virtual_sql() {
            Some(sql) => self.fill(sql, &other, &trail, told)?,
            None => format!("SELECT * FROM {}", physical(&other)),
        };
        Ok(format!("(\n{}\n) AS dataset_{id}", statement(&inner)))
    }

    /// The expression of a measure.
    fn metric(&mut self, id: u64, name: &str, own: &Dataset, trail: &[u64], told: &mut Told) -> Filled<String> {
        told.steps += 1;
        if trail.len() >= DEEPEST || told.steps > MOST {
            return Err(Stop::Template(format!("the measure `{name}` is made of itself, or of too many others")));
        }
        let trail = [trail, &[id]].concat();
        let other = if id == own.id { None } else { self.dataset(id)? };
        let dataset = other.as_deref().unwrap_or(own);
        let found = dataset.metrics.iter().find(|metric| dataset.id == id && metric.name == name);
        if let Some(expression) = found.and_then(|metric| metric.expression.as_deref()) {
            return self.fill(expression, dataset, &trail, told);
        }
        told.unknown.insert(format!("metric('{name}')"));
        Ok("NULL".to_owned())
    }

    /// A dataset that a template names, asked for once.
    fn dataset(&mut self, id: u64) -> Filled<Option<Rc<Dataset>>> {
        if let Some(known) = self.named.get(&id) {
            return Ok(known.clone());
        }
        let answer = self.server.get(&format!("/api/v1/dataset/{id}"));
        let found = match answer.and_then(|mut answer| parse::<Dataset>("the dataset", answer["result"].take())) {
            Ok(dataset) => Some(Rc::new(dataset)),
            Err(Error::Protocol(_) | Error::Denied(_)) => None,
            Err(error) => return Err(Stop::Source(error)),
        };
        self.named.insert(id, found.clone());
        Ok(found)
    }

    /// The statement with the dataset's measures and calculated columns as further columns, as Superset itself asks for
    /// them: the host finds the columns that they are made of.
    fn with_expressions(&mut self, sql: &str, dataset: &Dataset, place: &Place, told: &mut Told) -> Result<String> {
        let inner = statement(sql);
        if inner.contains(';') {
            return Ok(sql.to_owned());
        }
        let mut added = Vec::new();
        for field in datasets::expressions(dataset) {
            match self.fill(field.expression, dataset, &[dataset.id], told) {
                Ok(expression) if expressions::is_whole(&expression) => {
                    added.push(format!(", {expression} AS {}", place::quoted(place.dialect, &field.name)));
                }
                Ok(_) => {}
                Err(Stop::Template(reason)) => told.left_out.push((field.name, reason)),
                Err(Stop::Source(error)) => return Err(error),
            }
        }
        let added = added.concat();
        Ok(if added.is_empty() { sql.to_owned() } else { format!("SELECT *{added} FROM (\n{inner}\n) virtual_table") })
    }
}

fn further(id: u64, trail: &[u64], told: &mut Told) -> Filled<Vec<u64>> {
    told.steps += 1;
    if trail.contains(&id) || trail.len() >= DEEPEST || told.steps > MOST {
        return Err(Stop::Template(format!("dataset {id} is made of itself, or of too many others")));
    }
    Ok([trail, &[id]].concat())
}

fn scope(dataset: &Dataset) -> Scope {
    let parameters = dataset.template_params.as_deref().and_then(|text| serde_json::from_str(text).ok());
    Scope {
        dataset: dataset.id,
        columns: dataset.columns.iter().map(|column| column.name.clone()).collect(),
        parameters: parameters.unwrap_or_default(),
    }
}

/// A statement without what ends it.
fn statement(sql: &str) -> &str {
    sql.trim_end_matches(|end: char| end.is_whitespace() || end == ';')
}

fn physical(dataset: &Dataset) -> String {
    let dialect = place::dialect(dataset.database.backend.as_deref().unwrap_or_default());
    let parts = [dataset.catalog.as_deref(), dataset.schema.as_deref(), Some(&dataset.table_name)];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.map(|part| place::quoted(dialect, part)).collect::<Vec<_>>().join(".")
}

fn record(sql: String, place: &Place, dataset: u64) -> Query {
    let target =
        Endpoint { service: None, entity_type: "dashboardDataModel".to_owned(), path: vec![dataset.to_string()] };
    Query { target: Some(target), ..query(sql, place) }
}

/// A text of SQL and where it runs, with nothing else known of it.
pub fn query(sql: String, place: &Place) -> Query {
    Query {
        service: Some(place.service.clone()),
        database: place.database.clone(),
        schema: place.schema.clone(),
        ..sdk::query(sql, place.dialect)
    }
}
