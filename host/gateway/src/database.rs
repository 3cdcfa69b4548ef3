//! Queries to databases under an owner's access, for metadata that is kept in tables. A query runs as a cursor in a transaction
//! that only reads, on a connection of its own, which goes only where the owner may. Nothing here is ever written.

mod address;
mod fault;
mod session;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::access::Access;
use crate::call::check_slot;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::{Place, timed_out};
use crate::live::Line;
use crate::retry;

use address::Address;
pub(crate) use tls::Tls;

/// Most rows of one answer, whatever is asked for: the rest is another query's.
const MOST_ROWS: u32 = 10_000;

/// One statement that reads.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// `postgresql://host:port/database[?sslmode=disable]`.
    pub address: String,
    /// The credential slot to log in with.
    pub credential: Option<String>,
    /// A SELECT.
    pub sql: String,
    /// Its parameters, as text.
    pub parameters: Vec<Option<String>>,
    /// At most so many rows.
    pub max_rows: u32,
    /// A shorter time-out than the owner's.
    pub timeout: Option<Duration>,
}

/// The answer to a query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Cells as text, none for NULL.
    pub cells: Vec<Vec<Option<String>>>,
    /// Whether there are more rows than these.
    pub more: bool,
}

/// A query that was checked: its address is granted, its slot exists.
pub(crate) struct Statement {
    pub(crate) address: Address,
    pub(crate) query: Query,
    timeout: Duration,
}

impl Statement {
    /// Checks a query against its owner's access. `slots_known` is false when replaying without credentials.
    pub(crate) fn new(access: &Access, mut query: Query, slots_known: bool) -> Result<Self> {
        let address = Address::parse(&query.address)?;
        access.check(&address.origin)?;
        if let Some(slot) = query.credential.as_ref().filter(|_| slots_known) {
            check_slot(access, slot)?;
        }
        query.max_rows = query.max_rows.min(MOST_ROWS);
        let timeout = query.timeout.unwrap_or(access.limits.timeout).min(access.limits.timeout);
        Ok(Self { address, query, timeout })
    }
}

impl Line<'_> {
    /// Runs a statement, again if the connection breaks, and says how often.
    pub(crate) async fn run(&self, statement: &Statement) -> Result<(Rows, u32)> {
        let (mut done, mut missed) = (0, None);
        loop {
            let outcome = self.run_once(statement, done + 1).await;
            let error = outcome.as_ref().err();
            let away = self.outage(&statement.address.origin, done, error, &mut missed);
            let wait = away.or_else(|| retry::pause_after(&self.access.limits, done, error?));
            done += 1;
            let Some(wait) = wait else { return outcome.map(|rows| (rows, done)) };
            self.tally.retry();
            tokio::time::sleep(wait).await;
        }
    }

    async fn run_once(&self, statement: &Statement, attempt: u32) -> Result<Rows> {
        let place = self.place_of(statement);
        let login = session::Login::of(self.access, statement, &place)?;
        self.tally.bytes_out(statement.query.sql.len());
        let _permit = self.shared.limiter(self.access, &statement.address.origin).enter().await?;
        let started = Instant::now();
        let asked = session::ask(self, statement, login, &place);
        let outcome = tokio::time::timeout(statement.timeout, asked).await;
        let outcome = outcome.unwrap_or_else(|_| Err(timed_out(&place, true)));
        let outcome = outcome.map_err(|error| self.named(statement, error));
        let (owner, url, ms) = (&place.owner, &place.url, started.elapsed().as_millis());
        match &outcome {
            Ok(rows) => tracing::debug!(%owner, %url, rows = rows.cells.len(), ms, attempt, "database"),
            Err(error) => tracing::debug!(%owner, %url, kind = ?error.kind(), ms, attempt, "database failed"),
        }
        outcome
    }

    /// A refusal says which credential was refused.
    fn named(&self, statement: &Statement, error: Error) -> Error {
        match &statement.query.credential {
            Some(slot) if error.kind() == ErrorKind::CredentialRefused => {
                error.with("setting", self.access.setting(&format!("credentials.{slot}")))
            }
            _ => error,
        }
    }

    /// Where the statement goes, for messages.
    pub(crate) fn place_of(&self, statement: &Statement) -> Arc<Place> {
        Arc::new(self.place_at(&statement.address.to_string(), statement.timeout))
    }
}
