//! Data sources: what SQL their queries are in, and which database that is. Never asks for their connections, which only
//! an administrator may see.

use std::collections::BTreeMap;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::parse;

use crate::answer::DataSource;
use crate::client::Client;
use crate::config::{Config, Place};
use crate::kinds;

/// Where they are listed.
pub const PATH: &str = "/api/data_sources";

/// One data source.
pub struct Source {
    /// Its name in Redash.
    pub name: String,
    /// Its dialect, unless its queries are no SQL that runs in a database.
    pub dialect: Option<String>,
    /// Whether its queries read other queries.
    pub reads_queries: bool,
    /// What the operator says of it.
    pub place: Place,
}

/// All of them by their number; none when the user may not see them.
pub struct Sources(Option<BTreeMap<u64, Source>>);

impl Sources {
    /// Reads them; when that fails it is told, and only queries are lost by it.
    pub fn read(client: &Client, config: &Config, out: &mut dyn Output) -> Result<Self> {
        let read = client.one(PATH).and_then(|all| parse::<Vec<DataSource>>("the list of data sources", all));
        let Some(all) = or_skip(out, &["data sources"], read)? else { return Ok(Self(None)) };
        for name in config.unknown(&all) {
            let message = "`data-sources` names what is neither name nor type of a data source";
            out.note(Level::Warn, message, &[("name", name.clone())]);
        }
        Ok(Self(Some(all.into_iter().map(|found| (found.id, source(found, config, out))).collect())))
    }

    /// One of them.
    pub fn get(&self, id: u64) -> Option<&Source> {
        self.0.as_ref()?.get(&id)
    }

    /// Whether they could be read, and this one is not among them.
    pub fn hide(&self, id: u64) -> bool {
        self.0.as_ref().is_some_and(|known| !known.contains_key(&id))
    }
}

fn source(found: DataSource, config: &Config, out: &mut dyn Output) -> Source {
    let place = config.place(&found);
    // Results of other queries lie in Redash itself, not in a database.
    let reads_queries = found.kind == kinds::RESULTS;
    let known = || kinds::dialect(&found.kind).map(str::to_owned);
    let dialect = place.dialect.clone().or_else(known).filter(|_| !reads_queries);
    if dialect.is_none() && !reads_queries && !kinds::is_no_sql(&found) {
        let reason = format!(
            "the dialect of its type `{}` is not known, so its queries are charts only; name it in `data-sources`",
            found.kind
        );
        out.skipped(&["data sources", &found.name], &reason);
    }
    Source { name: found.name, dialect, reads_queries, place }
}
