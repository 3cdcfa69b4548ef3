//! What the stage needs of the source whose tables it profiles. Never says how: a plugin answers, or the gateway reads.

use core::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use metahost_profile::ByteRanges;

/// A statement and its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text.
    pub sql: String,
    /// At most so many rows come back.
    pub max_rows: u32,
    /// Past this the source ends it.
    pub budget: Option<Duration>,
}

/// What came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatementAnswer {
    /// Cells as text, none for NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// Bytes read for it, where the source tells.
    pub scanned_bytes: Option<u64>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataErrorKind {
    /// It took longer than it may, and was ended in the source.
    OverBudget,
    /// The source forbids it.
    Denied,
    /// The run was asked to end.
    Cancelled,
    /// Anything else.
    Failed,
}

/// Why there is no answer, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError {
    /// What went wrong.
    pub kind: DataErrorKind,
    /// In words.
    pub message: String,
}

impl DataError {
    /// None of the particular reasons.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { kind: DataErrorKind::Failed, message: message.into() }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for DataError {}

impl From<metahost_profile::Error> for DataError {
    fn from(error: metahost_profile::Error) -> Self {
        let kind = match error.kind() {
            metahost_profile::ErrorKind::Denied => DataErrorKind::Denied,
            _ => DataErrorKind::Failed,
        };
        Self { kind, message: error.to_string() }
    }
}

/// The source whose tables are profiled.
#[async_trait]
pub trait TableData: Send + Sync + fmt::Debug {
    /// The dialect in which it answers statements; none where it answers none.
    fn dialect(&self) -> Option<&str>;

    /// Has the source answer a statement.
    async fn query(&self, statement: &Statement) -> Result<StatementAnswer, DataError>;

    /// A file of a table, read by range with the credential of a slot. Nothing is read yet.
    fn file(&self, url: &str, credential: Option<&str>, length: Option<u64>) -> Result<Arc<dyn ByteRanges>, DataError>;
}
