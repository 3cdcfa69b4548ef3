//! The tables of a source, as the profiler wants them: its plugin answers statements, the gateway reads files by range.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use metahost_gateway::{Bytes, Client, Request};
use metahost_pipeline::{DataError, DataErrorKind, Statement, StatementAnswer, TableData};
use metahost_profile::ByteRanges;
use metahost_runtime::{Error, ErrorKind, Source, Statement as Wanted};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// How much of a file is read at once where more will be wanted: a request costs more than bytes do.
const AT_ONCE: usize = 4 << 20;

/// The tables of a source.
pub(super) struct SourceTables {
    source: Arc<Source>,
    dialect: Option<String>,
    cancel: CancellationToken,
}

impl SourceTables {
    /// Asks the plugin for its dialect, if it answers SQL.
    pub(super) async fn of(source: Arc<Source>, cancel: CancellationToken) -> Result<Self, Error> {
        let dialect = if source.answers_sql() { Some(source.dialect(&cancel).await?) } else { None };
        Ok(Self { source, dialect, cancel })
    }
}

impl core::fmt::Debug for SourceTables {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SourceTables").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableData for SourceTables {
    fn dialect(&self) -> Option<&str> {
        self.dialect.as_deref()
    }

    async fn query(&self, statement: &Statement) -> Result<StatementAnswer, DataError> {
        let budget = statement.budget.map(|budget| u64::try_from(budget.as_millis()).unwrap_or(u64::MAX));
        let wanted = Wanted { sql: statement.sql.clone(), max_rows: statement.max_rows, budget_ms: budget };
        let answer = self.source.execute(&wanted, &self.cancel).await.map_err(|error| failed(&error))?;
        Ok(StatementAnswer { rows: answer.rows, scanned_bytes: answer.scanned_bytes })
    }

    fn file(&self, url: &str, credential: Option<&str>, length: Option<u64>) -> Result<Arc<dyn ByteRanges>, DataError> {
        let unknown = |message: &str| DataError::failed(format!("{url}: {message}"));
        let client = self.source.client().cloned().ok_or_else(|| unknown("the source has no way out"))?;
        let length = length.ok_or_else(|| unknown("the source does not say how long it is"))?;
        let credential = credential.map(str::to_owned);
        Ok(Arc::new(RemoteFile { url: url.to_owned(), credential, length, client, runtime: Handle::current() }))
    }
}

fn failed(error: &Error) -> DataError {
    let kind = match error.kind() {
        ErrorKind::Budget => DataErrorKind::OverBudget,
        ErrorKind::Denied => DataErrorKind::Denied,
        ErrorKind::Cancelled => DataErrorKind::Cancelled,
        _ => DataErrorKind::Failed,
    };
    DataError { kind, message: error.to_string() }
}

/// A file behind the gateway. Threads that compute wait here for bytes, so none of them may be the runtime's.
struct RemoteFile {
    url: String,
    credential: Option<String>,
    length: u64,
    client: Client,
    runtime: Handle,
}

impl ByteRanges for RemoteFile {
    fn name(&self) -> &str {
        &self.url
    }

    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, start: u64, length: usize) -> io::Result<Bytes> {
        if length == 0 {
            return Ok(Bytes::new());
        }
        self.runtime.block_on(self.fetch(start, length))
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }
}

impl RemoteFile {
    async fn fetch(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let last = start + length as u64 - 1;
        let mut request = Request::get(&self.url).header("Range", format!("bytes={start}-{last}"));
        request.credential.clone_from(&self.credential);
        let response = self.client.send(request).await.map_err(io::Error::other)?;
        match response.status {
            206 => {}
            200 if start == 0 && length as u64 == self.length => {}
            200 => return Err(io::Error::other("the store sends whole files only, and not by range")),
            403 => return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the store forbids it (HTTP 403)")),
            404 => return Err(io::Error::new(io::ErrorKind::NotFound, "it is gone (HTTP 404)")),
            status => return Err(io::Error::other(format!("the store answers HTTP {status}"))),
        }
        let bytes = response.body.collect(length).await.map_err(io::Error::other)?;
        if bytes.len() == length {
            return Ok(bytes);
        }
        let message = format!("{length} bytes were asked for from byte {start} on, the store sent {}", bytes.len());
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, message))
    }
}
