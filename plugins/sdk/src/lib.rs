//! What every Rust connector shares: the contract's types, errors, configuration, HTTP and batched emitting.
//! Never holds a secret, never opens a socket: all of that is the host's.

pub mod bindings;
pub mod columns;
mod common;
mod config;
pub mod database;
mod emit;
mod error;
pub mod http;
pub mod names;
pub mod output;
mod register;
pub mod rest;
pub mod s3;
pub mod snapshots;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
pub mod time;

pub use bindings::exports::metahost::source::connector;
pub use bindings::metahost::source::{activity, enrichment, entities, lineage, log, sink, state, statistics, types};
pub use bindings::sql::exports::metahost::source::sql;
pub use common::{common, paragraphs, query, test_step};
pub use config::{parse_config, problem};
pub use emit::Emitter;
pub use error::{Error, ErrorExt, Result, protocol, unavailable};
pub use register::{Connector, Slot, SqlConnector};

/// The generated export macros; [`register!`] uses them.
#[doc(hidden)]
pub mod macros {
    pub use crate::bindings::export_connector;
    pub use crate::bindings::sql::export_sql;
}

/// Writes a line to the host's log.
pub fn log(level: log::Level, message: &str, fields: &[(&str, &str)]) {
    let fields: Vec<(String, String)> =
        fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    log::log(level, message, &fields);
}
