//! One statement from its start to its last row. Never leaves one running: dropped early, it is cancelled in Trino.

use std::collections::VecDeque;

use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol, unavailable};
use serde::de::DeserializeOwned;

use crate::answer::{self, Answer, Column, Stats};
use crate::client::Client;
use crate::spool::Encoded;
use crate::transport::Reply;

enum State {
    /// Not sent yet.
    Start,
    /// The next page is there.
    At(String),
    /// No more pages.
    End,
}

/// The rows of a statement, page by page: at most one page is in memory.
pub struct Cursor<'a, T> {
    client: &'a Client,
    sql: String,
    read_only: bool,
    state: State,
    rows: VecDeque<T>,
    /// Rows wait here until storage is known to be in reach, because only then the statement need not start again.
    held: bool,
    failure: Option<Error>,
    query: String,
    limit_ms: Option<u64>,
    /// Name and type of the columns, once known.
    pub columns: Vec<Column>,
    /// How far the server is.
    pub stats: Stats,
}

impl<'a, T: DeserializeOwned> Cursor<'a, T> {
    pub(crate) fn new(client: &'a Client, sql: String, read_only: bool) -> Self {
        Self {
            client,
            sql,
            read_only,
            state: State::Start,
            rows: VecDeque::new(),
            held: false,
            failure: None,
            query: String::new(),
            limit_ms: None,
            columns: Vec::new(),
            stats: Stats::default(),
        }
    }

    /// Ends the statement with [`Error::Cancelled`] once the server has worked on it for so long.
    pub fn budget(mut self, milliseconds: Option<u64>) -> Self {
        self.limit_ms = milliseconds;
        self
    }

    /// The next row; none after the last.
    pub fn next_row(&mut self) -> Result<Option<T>> {
        loop {
            if !self.held
                && let Some(row) = self.rows.pop_front()
            {
                return Ok(Some(row));
            }
            match self.request() {
                Some(request) => {
                    let reply = self.client.transport.send(&request);
                    self.accept(reply);
                }
                None => return self.failure.take().map_or(Ok(None), Err),
            }
        }
    }

    /// All rows.
    pub fn collect_rows(mut self) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        while let Some(row) = self.next_row()? {
            rows.push(row);
        }
        Ok(rows)
    }

    /// What is to be sent next; none at the end or after a failure.
    pub(crate) fn request(&self) -> Option<metahost_plugin_sdk::http::Request> {
        match &self.state {
            _ if self.failure.is_some() => None,
            State::Start => Some(self.client.post(&self.sql, self.read_only)),
            State::At(uri) => Some(self.client.follow("GET", uri)),
            State::End => None,
        }
    }

    /// Takes the answer to [`Self::request`].
    pub(crate) fn accept(&mut self, reply: Result<Reply>) {
        let taken = reply.and_then(|reply| self.take_in(&reply));
        if let Err(error) = taken {
            self.fail(error);
        }
    }

    /// The rows of a statement that was driven to its end.
    pub(crate) fn into_rows(mut self) -> Result<Vec<T>> {
        match self.failure.take() {
            Some(error) => Err(error),
            None => Ok(core::mem::take(&mut self.rows).into()),
        }
    }

    fn take_in(&mut self, reply: &Reply) -> Result<()> {
        if matches!(self.state, State::Start) && self.client.wants_user(reply) {
            return Ok(());
        }
        let page = answer::parse(reply)?;
        self.client.remember_session(reply);
        self.query.clone_from(&page.id);
        self.stats = page.stats;
        self.state = page.next_uri.clone().map_or(State::End, State::At);
        if let Some(error) = page.error {
            self.state = State::End;
            return Err(error.into_error(&self.query));
        }
        if let Some(columns) = &page.columns {
            self.columns.clone_from(columns);
        }
        self.check_time()?;
        self.take_rows(&page)
    }

    fn take_rows(&mut self, page: &Answer<'_>) -> Result<()> {
        let unreadable = |error: serde_json::Error| protocol(format!("a row is not as expected: {error}"));
        match page.data.map(|data| data.get().trim_start()) {
            None => {}
            Some(rows) if rows.starts_with('[') => {
                self.rows.extend(serde_json::from_str::<Vec<T>>(rows).map_err(unreadable)?);
            }
            Some(encoded) => {
                let encoded: Encoded = serde_json::from_str(encoded).map_err(unreadable)?;
                return self.take_segments(&encoded);
            }
        }
        self.held &= !matches!(self.state, State::End);
        Ok(())
    }

    fn take_segments(&mut self, encoded: &Encoded) -> Result<()> {
        let client = self.client;
        let rows = &mut self.rows;
        let read =
            encoded.rows(client.transport.as_ref(), |uri| client.follow("GET", uri), |segment| rows.extend(segment));
        match read {
            Err(error) if is_out_of_reach(&error) && !client.storage_reached.get() => self.start_again(),
            Err(error) => return Err(error),
            Ok(()) => {
                client.storage_reached.set(client.storage_reached.get() || encoded.is_stored());
                self.held = !client.storage_reached.get() && !matches!(self.state, State::End);
            }
        }
        Ok(())
    }

    /// The storage can't be reached from here: have the rows come by way of the coordinator.
    fn start_again(&mut self) {
        self.cancel();
        self.client.spooling.set(false);
        self.rows.clear();
        self.held = false;
        self.state = State::Start;
    }

    /// The guest has no clock; the server tells how long it has been at it.
    fn check_time(&self) -> Result<()> {
        let elapsed = self.stats.elapsed_time_millis;
        if self.limit_ms.is_some_and(|limit| elapsed > limit) {
            return Err(Error::Cancelled);
        }
        if elapsed > self.client.timeout_ms && !matches!(self.state, State::End) {
            let seconds = self.client.timeout_ms / 1_000;
            return Err(unavailable(format!(
                "cancelled after {seconds} s, the limit `statement-timeout-seconds` sets"
            )));
        }
        Ok(())
    }

    fn fail(&mut self, error: Error) {
        self.cancel();
        self.rows.clear();
        let head: String = self.sql.chars().take(200).collect();
        self.failure = Some(error.with("sql", head));
    }
}

impl<T> Cursor<'_, T> {
    fn cancel(&mut self) {
        if let State::At(uri) = core::mem::replace(&mut self.state, State::End) {
            // The statement is given up anyway; a server that does not hear of it drops it by itself after a while.
            let _ = self.client.transport.send(&self.client.follow("DELETE", &uri));
        }
    }
}

impl<T> Drop for Cursor<'_, T> {
    fn drop(&mut self) {
        self.cancel();
    }
}

const fn is_out_of_reach(error: &Error) -> bool {
    matches!(error, Error::Denied(_) | Error::Unavailable(_))
}
