//! Statements that the host has a source answer. Never writes one: the profiler does.

use metahost_gateway::Client;
use tokio_util::sync::CancellationToken;

use crate::bindings::metahost::source::types;
use crate::bindings::sql::exports::metahost::source::sql as wit;
use crate::error::{Error, ErrorKind};
use crate::source::{Source, close};

/// A statement and its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text.
    pub sql: String,
    /// At most so many rows come back.
    pub max_rows: u32,
    /// Past this the source ends it.
    pub budget_ms: Option<u64>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Name and type of each column.
    pub columns: Vec<(String, String)>,
    /// Cells as text in the dialect's own form, none for NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// Bytes read for it, where the source tells.
    pub scanned_bytes: Option<u64>,
    /// Time it took, where the source tells.
    pub elapsed_ms: Option<u64>,
}

impl Source {
    /// Whether it answers SQL.
    pub fn answers_sql(&self) -> bool {
        self.plugin.descriptor().answers_sql
    }

    /// The dialect of its statements.
    pub async fn dialect(&self, cancel: &CancellationToken) -> Result<String, Error> {
        let mut instance = self.open(None, cancel).await?;
        let said = instance.call_sql(async |store, guest| guest.call_dialect(store).await).await?;
        close(&mut instance).await?;
        Ok(said)
    }

    /// Has the source answer one statement, in an instance of its own.
    pub async fn execute(&self, statement: &Statement, cancel: &CancellationToken) -> Result<Answer, Error> {
        let mut instance = self.open(None, cancel).await?;
        let wanted =
            wit::Statement { sql: statement.sql.clone(), max_rows: statement.max_rows, budget_ms: statement.budget_ms };
        let said = instance.call_sql(async |store, guest| guest.call_execute(store, &wanted).await).await?;
        close(&mut instance).await?;
        let rows = said.map_err(|error| self.ended(statement, cancel, error))?;
        Ok(Answer {
            columns: rows.columns,
            rows: rows.cells,
            scanned_bytes: rows.scanned_bytes,
            elapsed_ms: rows.elapsed_ms,
        })
    }

    /// A guest says "cancelled" of a statement that went on for too long, too.
    fn ended(&self, statement: &Statement, cancel: &CancellationToken, error: types::Error) -> Error {
        match (error, statement.budget_ms) {
            (types::Error::Cancelled, Some(budget)) if !cancel.is_cancelled() => {
                Error::new(ErrorKind::Budget, format!("the query took longer than {budget} ms and was cancelled"))
            }
            (error, _) => self.rights.failed(error),
        }
    }

    /// Its way out: what it was granted, and its credentials.
    pub fn client(&self) -> Option<&Client> {
        self.rights.client.as_ref()
    }
}
