//! Queries for guests, through the gateway, which knows the grants, the credentials and the limits, and lets nothing be written.
//! This module only turns the contract's queries into the gateway's, and its answers back.

use core::time::Duration;

use super::http::refused;
use crate::bindings::metahost::source::database::{Host, Query, Rows};
use crate::bindings::metahost::source::types::Error;
use crate::instance::HostState;

impl Host for HostState {
    async fn run(&mut self, query: Query) -> wasmtime::Result<Result<Rows, Error>> {
        self.enter()?;
        self.usage.request()?;
        if self.must_end() {
            return Ok(Err(Error::Cancelled));
        }
        let Some(client) = self.rights.client.clone() else { return Ok(Err(Error::Cancelled)) };
        tokio::select! {
            rows = client.query(outgoing(query)) => Ok(rows.map(incoming).map_err(|error| refused(&error))),
            () = self.cancel.cancelled() => { self.told_to_end = true; Ok(Err(Error::Cancelled)) }
        }
    }
}

fn outgoing(query: Query) -> metahost_gateway::Query {
    metahost_gateway::Query {
        address: query.address,
        credential: query.credential,
        sql: query.sql,
        parameters: query.parameters,
        max_rows: query.max_rows,
        timeout: query.timeout_ms.map(|ms| Duration::from_millis(u64::from(ms))),
    }
}

fn incoming(rows: metahost_gateway::Rows) -> Rows {
    Rows { columns: rows.columns, cells: rows.cells, more: rows.more }
}
