//! One connection for one statement: a transaction that only reads, and a cursor that is fetched from once.

use std::sync::Arc;

use futures::StreamExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage, SimpleQueryRow};
use tokio_util::task::AbortOnDropHandle;

use super::{Rows, Statement, fault};
use crate::access::Access;
use crate::address::{AddressRefused, lookup};
use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::{Place, address_refused, error, unconnected};
use crate::live::Line;
use crate::secret::Secret;

/// Who logs in.
pub(super) struct Login<'a> {
    user: &'a str,
    password: &'a Secret,
}

impl<'a> Login<'a> {
    /// What is in the statement's slot.
    pub(super) fn of(access: &'a Access, statement: &Statement, place: &Place) -> Result<Self> {
        let slot = statement.query.credential.as_deref().unwrap_or_default();
        if let Some(Credential::Basic { username, password }) = access.credentials.get(slot) {
            return Ok(Self { user: username, password });
        }
        let setting = access.setting(&format!("credentials.{slot}"));
        let what = format!("a database wants a user and a password; configure `{setting}` with kind = \"basic\"");
        Err(Error::new(ErrorKind::UnknownCredential, what).with("url", &place.url))
    }
}

/// Asks on a new connection.
pub(super) async fn ask(line: &Line<'_>, statement: &Statement, login: Login<'_>, place: &Arc<Place>) -> Result<Rows> {
    let stream = connect(line, statement, place).await?;
    let mut config = Config::new();
    config.user(login.user).password(login.password.expose()).dbname(&statement.address.database);
    config.application_name(env!("CARGO_PKG_NAME"));
    let asking = Asking { line, statement, place };
    if statement.address.encrypted {
        let tls = line.shared.database_tls.connector()?;
        return asking.over(config.ssl_mode(SslMode::Require), stream, tls).await;
    }
    asking.over(config.ssl_mode(SslMode::Disable), stream, NoTls).await
}

/// A connection to where the owner may go: the address that was checked is the one that is dialled.
async fn connect(line: &Line<'_>, statement: &Statement, place: &Place) -> Result<TcpStream> {
    let origin = &statement.address.origin;
    let found = lookup(&origin.name(), origin.port(), line.reach(origin), false).await;
    let found = found.map_err(|cause| match cause.downcast::<AddressRefused>() {
        Ok(refused) => address_refused(&refused, place),
        Err(cause) => error(ErrorKind::Unreachable, "the host name cannot be resolved", place).caused_by(cause),
    })?;
    let connected = timeout(line.access.limits.connect_timeout, TcpStream::connect(found.as_slice())).await;
    let connected = connected
        .map_err(|_| error(ErrorKind::Timeout, "no connection in time", place).unsent())?
        .map_err(|cause| unconnected(Some(cause.kind()), place).caused_by(cause))?;
    // A statement is a few small packets, each waiting for its answer. A socket that can't be told so is only slower.
    let _slower = connected.set_nodelay(true);
    Ok(connected)
}

/// A statement on its way.
struct Asking<'a> {
    line: &'a Line<'a>,
    statement: &'a Statement,
    place: &'a Arc<Place>,
}

impl Asking<'_> {
    async fn over<T>(&self, config: &Config, stream: TcpStream, mut tls: T) -> Result<Rows>
    where
        T: MakeTlsConnect<TcpStream>,
        T::Stream: Send + 'static,
        T::TlsConnect: Send,
    {
        let host = self.statement.address.origin.name();
        let encrypt = tls.make_tls_connect(&host).map_err(|cause| {
            let what = "the host's name cannot be in a certificate";
            error(ErrorKind::Tls, what, self.place).caused_by(cause.into())
        })?;
        let connected = config.connect_raw(stream, encrypt).await;
        let (client, connection) = connected.map_err(|cause| self.failed(cause))?;
        let driver = AbortOnDropHandle::new(tokio::spawn(connection));
        let rows = self.rows(&client).await?;
        drop(client);
        // The rows are here; whether the farewell arrives changes nothing.
        let _farewell = driver.await;
        Ok(rows)
    }

    async fn rows(&self, client: &Client) -> Result<Rows> {
        let query = &self.statement.query;
        let patience = self.statement.timeout.as_millis().max(1);
        let begin = format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {patience}");
        client.batch_execute(&begin).await.map_err(|cause| self.failed(cause))?;
        self.declare(client).await?;
        let fetch = format!("FETCH FORWARD {} FROM metahost", query.max_rows + 1);
        let mut answer = Box::pin(client.simple_query_raw(&fetch).await.map_err(|cause| self.failed(cause))?);
        let (bounds, mut bytes, mut rows) = (self.line.bounds(Arc::clone(self.place)), 0_u64, Rows::default());
        while let Some(part) = answer.next().await {
            match part.map_err(|cause| self.failed(cause))? {
                SimpleQueryMessage::RowDescription(columns) => {
                    rows.columns = columns.iter().map(|column| column.name().to_owned()).collect();
                }
                SimpleQueryMessage::Row(_) if rows.cells.len() == query.max_rows as usize => rows.more = true,
                SimpleQueryMessage::Row(row) => {
                    let (cells, weight) = cells(&row);
                    bytes += weight as u64;
                    bounds.admit(weight, bytes)?;
                    rows.cells.push(cells);
                }
                _ => {}
            }
        }
        Ok(rows)
    }

    /// A cursor takes a SELECT and nothing else, by the database's own grammar; a prepared one takes a single statement.
    async fn declare(&self, client: &Client) -> Result<()> {
        let query = &self.statement.query;
        let declare = format!("DECLARE metahost NO SCROLL CURSOR FOR {}", query.sql);
        let types = vec![Type::TEXT; query.parameters.len()];
        let cursor = client.prepare_typed(&declare, &types).await.map_err(|cause| self.failed(cause))?;
        let parameters: Vec<&(dyn ToSql + Sync)> =
            query.parameters.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        client.execute(&cursor, &parameters).await.map(drop).map_err(|cause| self.failed(cause))
    }

    fn failed(&self, cause: tokio_postgres::Error) -> Error {
        fault::from_database(cause, &self.line.shared.redactor, self.place)
    }
}

fn cells(row: &SimpleQueryRow) -> (Vec<Option<String>>, usize) {
    let cells: Vec<Option<String>> = (0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect();
    let weight = cells.iter().flatten().map(String::len).sum();
    (cells, weight)
}
