//! What flows where: an edge for each stream whose source and destination the catalog knows. Never makes an edge with a
//! guessed end.

use std::collections::BTreeMap;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::lineage::{ColumnEdge, Edge, EdgeSource, Endpoint};
use metahost_plugin_sdk::output::{Output, or_skip};

use crate::airbyte::{Airbyte, Columns};
use crate::config::Config;
use crate::connection::{Side, Stream};
use crate::ends::Ends;
use crate::mapper::{Moved, moved};
use crate::pipeline::Named;
use crate::place::{self, Place};

/// How many sources' columns are held.
const HELD: usize = 100;

/// What edges are made with.
pub struct Lineage<'a> {
    airbyte: &'a dyn Airbyte,
    config: &'a Config,
    /// Of sources that were asked for theirs; without any where they can't be read.
    columns: BTreeMap<String, Columns>,
}

/// Both ends of a stream, or what is not known of one.
type Ways = core::result::Result<(Endpoint, Endpoint), String>;

impl<'a> Lineage<'a> {
    /// Nothing asked for yet.
    pub fn new(airbyte: &'a dyn Airbyte, config: &'a Config) -> Self {
        Self { airbyte, config, columns: BTreeMap::new() }
    }

    /// Emits the edges of one connection. Streams whose place is not known are told together.
    pub fn emit(&mut self, of: &Named, ends: &Ends, out: &mut dyn Output) -> Result<()> {
        let place = |side, id| place::find(&self.config.services, side, ends.get(side, id)?);
        let from = place(Side::Source, &of.connection.source);
        let to = place(Side::Destination, &of.connection.destination);
        let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
        let mut without = Vec::new();
        for stream in &of.connection.streams {
            match ways(of, stream, &from, &to) {
                Ok((upstream, downstream)) => {
                    let columns = self.edges(of, stream, &to, out)?;
                    let (source, pipeline) = (EdgeSource::Pipeline, Some(pipeline(&of.name)));
                    out.edge(Edge { upstream, downstream, columns, source, sql: None, pipeline })?;
                }
                Err(reason) => without.push(reason),
            }
        }
        if let Some(reason) = without.first() {
            let count = format!("{} of {} streams", without.len(), of.connection.streams.len());
            out.skipped(&[&of.name, "lineage"], &format!("{count} have no edge: {reason}"));
        }
        Ok(())
    }

    fn edges(&mut self, of: &Named, stream: &Stream, to: &Place<'_>, out: &mut dyn Output) -> Result<Vec<ColumnEdge>> {
        let columns = self.columns(of, stream, out)?;
        let edge = |column: Moved| ColumnEdge {
            inputs: vec![column.from],
            output: to.spelling.write(&column.to),
            function: column.function,
        };
        Ok(moved(&columns, &stream.mappers).into_iter().map(edge).collect())
    }

    /// The columns that are moved, by the connection's word or by the source's schema.
    fn columns(&mut self, of: &Named, stream: &Stream, out: &mut dyn Output) -> Result<Vec<String>> {
        if let Some(columns) = &stream.columns {
            return Ok(columns.clone());
        }
        let source = &of.connection.source;
        if self.config.schemas && !self.columns.contains_key(source) {
            if self.columns.len() >= HELD {
                self.columns.clear();
            }
            let found = or_skip(out, &["source", source, "columns"], self.airbyte.columns(source))?;
            self.columns.insert(source.clone(), found.unwrap_or_default());
        }
        let key = (stream.namespace.clone(), stream.name.clone());
        Ok(self.columns.get(source).and_then(|all| all.get(&key)).cloned().unwrap_or_default())
    }
}

/// Where a stream comes from and where it goes.
fn ways(of: &Named, stream: &Stream, from: &Place<'_>, to: &Place<'_>) -> Ways {
    let namespace = stream.namespace.as_deref();
    let target = of.connection.namespace.of(namespace);
    let name = format!("{}{}", of.connection.prefix, stream.name);
    let (upstream, downstream) = (from.endpoint(namespace, &stream.name)?, to.endpoint(target.as_deref(), &name)?);
    if upstream.service == downstream.service && upstream.path == downstream.path {
        return Err("source and destination are one place; give each in `services` by its name".to_owned());
    }
    Ok((upstream, downstream))
}

fn pipeline(name: &str) -> Endpoint {
    Endpoint { service: None, entity_type: "pipeline".to_owned(), path: vec![name.to_owned()] }
}
