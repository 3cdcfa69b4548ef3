//! Lineage as an event of `OpenLineage` (core 2-0-2, facets `columnLineage` 1-2-0 and `sql` 1-1-0): what is written reads
//! what, column by column, and what decides about its rows. Sends nothing, and knows no clock: the caller says when it was.
//!
//! Columns that only a schema could name (`*`) are left out, as the format has no name for them; the tables are there.

mod columns;

use serde::Serialize;

use self::columns::{ColumnLineage, lineage_of};
use crate::{Analysis, TableName};

/// Who says all this. No address: there is none to look at.
const PRODUCER: &str = concat!("urn:metahost:lineage:", env!("CARGO_PKG_VERSION"));

const EVENT: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const SQL: &str = "https://openlineage.io/spec/facets/1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet";
const COLUMNS: &str =
    "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet";

/// When and where a text of SQL is said to have run.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The run: a UUID.
    pub run_id: &'a str,
    /// When it ended, as RFC 3339 writes it.
    pub event_time: &'a str,
    /// Where the job and the tables are, as `OpenLineage` names it: `trino://host:port`.
    pub namespace: &'a str,
    /// What the job is called.
    pub job: &'a str,
    /// The text.
    pub sql: &'a str,
    /// Who speaks it.
    pub dialect: &'a str,
}

/// A run that is complete, with what it read and wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunEvent {
    event_type: &'static str,
    event_time: String,
    run: Run,
    job: Job,
    inputs: Vec<Dataset>,
    outputs: Vec<Dataset>,
    producer: &'static str,
    #[serde(rename = "schemaURL")]
    schema_url: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    run_id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Job {
    namespace: String,
    name: String,
    facets: JobFacets,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct JobFacets {
    sql: Facet<Sql>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Sql {
    query: String,
    dialect: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Dataset {
    #[serde(flatten)]
    name: DatasetName,
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<DatasetFacets>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct DatasetFacets {
    column_lineage: Facet<ColumnLineage>,
}

/// What every facet says of itself, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Facet<T> {
    #[serde(rename = "_producer")]
    producer: &'static str,
    #[serde(rename = "_schemaURL")]
    schema_url: &'static str,
    #[serde(flatten)]
    content: T,
}

impl<T> Facet<T> {
    fn new(schema_url: &'static str, content: T) -> Self {
        Self { producer: PRODUCER, schema_url, content }
    }
}

/// What `OpenLineage` calls a table or files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct DatasetName {
    namespace: String,
    name: String,
}

impl DatasetName {
    /// A table is in the namespace of the occasion; files are in that of their store, below its root.
    fn new(table: &TableName, namespace: &str) -> Self {
        let address = table.to_string();
        let store = address.split_once("://").filter(|_| table.is_location());
        if let Some((scheme, rest)) = store {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let path = if path.is_empty() { "/" } else { path };
            let namespace = if authority.is_empty() { scheme.to_owned() } else { format!("{scheme}://{authority}") };
            return Self { namespace, name: path.to_owned() };
        }
        Self { namespace: namespace.to_owned(), name: address }
    }
}

impl RunEvent {
    /// What an analysis found, as the end of a run.
    pub fn new(analysis: &Analysis, occasion: &Occasion) -> Self {
        let named = |table: &TableName| DatasetName::new(table, occasion.namespace);
        let input = |table: &TableName| Dataset { name: named(table), facets: None };
        let output = |table: &TableName| {
            let columns = lineage_of(analysis, table, occasion.namespace);
            let facets = columns.map(|found| DatasetFacets { column_lineage: Facet::new(COLUMNS, found) });
            Dataset { name: named(table), facets }
        };
        let sql = Sql { query: occasion.sql.to_owned(), dialect: occasion.dialect.to_owned() };
        Self {
            event_type: "COMPLETE",
            event_time: occasion.event_time.to_owned(),
            run: Run { run_id: occasion.run_id.to_owned() },
            job: Job {
                namespace: occasion.namespace.to_owned(),
                name: occasion.job.to_owned(),
                facets: JobFacets { sql: Facet::new(SQL, sql) },
            },
            inputs: analysis.inputs.iter().map(input).collect(),
            outputs: analysis.outputs.iter().map(output).collect(),
            producer: PRODUCER,
            schema_url: EVENT,
        }
    }
}
