//! Queries that read the results of other queries: from the chart of the one to the charts of the other. Never reads
//! which tables a query reads; the host does, from its SQL.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::lineage::{Edge, EdgeSource};
use metahost_plugin_sdk::output::Output;

use crate::chart::end;

/// What reads what, as far as it was read.
#[derive(Default)]
pub struct Lineage {
    /// The first chart of each query.
    first: BTreeMap<u64, String>,
    readers: Vec<Reader>,
}

/// A query that reads others.
struct Reader {
    id: u64,
    name: String,
    charts: Vec<String>,
    reads: BTreeSet<u64>,
}

impl Lineage {
    /// Notes a query with its charts, and the queries it reads.
    pub fn note(&mut self, id: u64, name: &str, charts: Vec<String>, reads: BTreeSet<u64>) {
        if let Some(chart) = charts.first() {
            self.first.entry(id).or_insert_with(|| chart.clone());
        }
        if !reads.is_empty() && !charts.is_empty() {
            self.readers.push(Reader { id, name: name.to_owned(), charts, reads });
        }
    }

    /// Emits the edges, once all queries are noted.
    pub fn emit(&self, out: &mut dyn Output) -> Result<()> {
        for reader in &self.readers {
            for read in reader.reads.iter().filter(|read| **read != reader.id) {
                let Some(from) = self.first.get(read) else {
                    let reason = format!("it reads query {read}, which has no chart or is not read here");
                    out.skipped(&["queries", &reader.name], &reason);
                    continue;
                };
                reader.charts.iter().try_for_each(|to| out.edge(edge(from, to)))?;
            }
        }
        Ok(())
    }
}

fn edge(from: &str, to: &str) -> Edge {
    Edge {
        upstream: end(from),
        downstream: end(to),
        columns: Vec::new(),
        source: EdgeSource::Dashboard,
        sql: None,
        pipeline: None,
    }
}
