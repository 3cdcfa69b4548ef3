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
    /// The server demanded a user and was given one.
    named: bool,
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
            named: false,
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
        // Each statement of a batch learns it by itself: they were all sent before the first was answered.
        if matches!(self.state, State::Start) && !self.named && self.client.wants_user(reply) {
            self.named = true;
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
        self.take_rows(&page).with(answer::QUERY, &self.query)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{Said, Scripted, trino};

    type Text = (String,);

    fn texts(rows: Vec<Text>) -> Vec<String> {
        rows.into_iter().map(|(text,)| text).collect()
    }

    fn header<'a>(request: &'a metahost_plugin_sdk::http::Request, name: &str) -> Option<&'a str> {
        request.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn the_rows_of_all_pages_arrive() {
        let pages = vec![json!([["a"], ["b"]]), json!(null), json!([["c"]])];
        let server = Scripted::default().says("things", Said::Pages(pages));
        let rows = trino(&server, "").client.all::<Text>("SELECT things").unwrap();
        assert_eq!(texts(rows), ["a", "b", "c"]);
        assert!(!server.log().iter().any(|line| line.starts_with("DELETE")));
    }

    #[test]
    fn a_statement_given_up_early_is_cancelled_in_trino() {
        let server = Scripted::default().says("things", Said::Pages(vec![json!([["a"]]), json!([["b"]])]));
        let trino = trino(&server, "");
        let mut cursor = trino.client.query::<Text>("SELECT things");
        assert_eq!(cursor.next_row().unwrap().unwrap().0, "a");
        drop(cursor);
        assert_eq!(server.log().last().unwrap(), "DELETE http://trino/q/0/2");
    }

    #[test]
    fn a_row_of_another_shape_ends_the_statement_in_trino_too() {
        let server = Scripted::default().says("things", Said::Pages(vec![json!([[1]]), json!([["b"]])]));
        assert!(matches!(trino(&server, "").client.all::<Text>("SELECT things"), Err(Error::Protocol(_))));
        assert_eq!(server.log().last().unwrap(), "DELETE http://trino/q/0/2");
    }

    #[test]
    fn settings_go_along_as_headers() {
        let server = Scripted::default();
        let more = r#", "user": "ada", "client-tags": ["a", "b"], "roles": {"system": "sys admin"},
                      "session-properties": {"query_max_run_time": "5 m", "iceberg.x": 2}, "spooling": "off""#;
        trino(&server, more).client.all::<Text>("SELECT 1").unwrap();
        let asked = server.asked.borrow();
        assert_eq!(header(&asked[0], "X-Trino-User"), Some("ada"));
        assert_eq!(header(&asked[0], "X-Trino-Client-Tags"), Some("a,b"));
        assert_eq!(header(&asked[0], "X-Trino-Role"), Some("system=ROLE%7Bsys%20admin%7D"));
        assert_eq!(header(&asked[0], "X-Trino-Session"), Some("iceberg.x=2,query_max_run_time=5%20m"));
        assert_eq!(header(&asked[0], "X-Trino-Query-Data-Encoding"), None);
        assert_eq!(asked[0].credential.as_deref(), Some("trino"));
    }

    #[test]
    fn a_server_without_sign_in_gets_a_user_and_one_with_sign_in_does_not() {
        let open = Scripted::default().demanding_user();
        assert!(trino(&open, "").client.all::<Text>("SELECT 1").is_ok());
        assert_eq!(header(&open.asked.borrow()[1], "X-Trino-User"), Some("metahost"));
        let batch = Scripted::default().demanding_user();
        let statements = ["SELECT 1", "SELECT 2", "SELECT 3"].map(str::to_owned);
        assert!(trino(&batch, "").client.all_of::<Text>(&statements).iter().all(Result::is_ok), "all learn at once");
        let closed = Scripted::default();
        assert!(trino(&closed, "").client.all::<Text>("SELECT 1").is_ok());
        assert_eq!(header(&closed.asked.borrow()[0], "X-Trino-User"), None);
    }

    #[test]
    fn errors_of_a_statement_tell_the_host_what_they_are() {
        let server = Scripted::default()
            .says("secret", Said::Error("PERMISSION_DENIED", "USER_ERROR", "Access Denied: Cannot select"))
            .says("slow", Said::Error("ICEBERG_CATALOG_ERROR", "EXTERNAL", "catalog is down"))
            .says("selec", Said::Error("SYNTAX_ERROR", "USER_ERROR", "line 1:1: mismatched input"));
        let trino = trino(&server, "");
        let error = |sql: &str| trino.client.all::<Text>(sql).unwrap_err();
        assert!(matches!(error("SELECT secret"), Error::Denied(_)));
        assert!(matches!(error("SELECT slow"), Error::Unavailable(_)));
        let Error::Protocol(failure) = error("selec 1") else { panic!("a syntax error is not retried") };
        assert!(failure.message.contains("mismatched input"));
        assert!(failure.context.contains(&("sql".to_owned(), "selec 1".to_owned())));
    }

    #[test]
    fn many_statements_run_together_and_one_failure_stays_its_own() {
        let server = Scripted::default()
            .rows("one", json!([["1"]]))
            .rows("two", json!([["2"]]))
            .says("bad", Said::Error("TABLE_NOT_FOUND", "USER_ERROR", "no such table"));
        let statements = ["one", "bad", "two"].map(|what| format!("SELECT {what}"));
        let answers = trino(&server, "").client.all_of::<Text>(&statements);
        assert_eq!(answers[0].as_ref().unwrap()[0].0, "1");
        assert!(answers[1].is_err());
        assert_eq!(answers[2].as_ref().unwrap()[0].0, "2");
        // All are posted before the first page is fetched.
        assert!(server.log()[..3].iter().all(|line| line.starts_with("POST")));
    }

    fn spooled(name: &str, unpacked: Option<usize>) -> serde_json::Value {
        let uri = format!("http://storage/{name}?X-Amz-Signature=hush");
        json!({"type": "spooled", "uri": uri, "ackUri": "http://trino/ack", "headers": {"x-key": ["hushhush"]},
               "metadata": {"segmentSize": 1, "uncompressedSize": unpacked}})
    }

    fn inline(rows: &str) -> serde_json::Value {
        use base64::Engine;
        let data = base64::engine::general_purpose::STANDARD.encode(rows);
        json!({"type": "inline", "data": data, "metadata": {"segmentSize": rows.len()}})
    }

    fn page(segments: &[serde_json::Value]) -> serde_json::Value {
        json!({"encoding": "json+zstd", "segments": segments})
    }

    #[test]
    fn spooled_rows_come_from_storage_in_order_and_without_trinos_credentials() {
        let text = br#"[["b"],["c"]]"#;
        let packed = ruzstd::encoding::compress_to_vec(&text[..], ruzstd::encoding::CompressionLevel::Fastest);
        let pages = vec![page(&[inline(r#"[["a"]]"#)]), page(&[spooled("x", Some(text.len()))])];
        let server = Scripted::default().says("spooled", Said::Pages(pages)).stores("x", packed);
        assert_eq!(texts(trino(&server, "").client.all("SELECT spooled").unwrap()), ["a", "b", "c"]);
        let asked = server.asked.borrow();
        let stored = asked.iter().find(|request| request.url.contains("storage")).unwrap();
        assert_eq!((header(stored, "x-key"), stored.credential.as_ref()), (Some("hushhush"), None));
        assert_eq!(asked.last().unwrap().url, "http://trino/ack");
    }

    #[test]
    fn storage_out_of_reach_costs_no_row_and_doubles_none() {
        let pages = vec![page(&[inline(r#"[["a"]]"#)]), page(&[spooled("nowhere", None)])];
        let server = Scripted::default().says("spooled", Said::Pages(pages));
        let trino = trino(&server, "");
        assert_eq!(texts(trino.client.all("SELECT spooled").unwrap()), ["plain"]);
        // From here on the connector does not ask for it again.
        trino.client.all::<Text>("SELECT spooled").unwrap();
        assert_eq!(server.log().iter().filter(|line| line.contains("storage")).count(), 1);
    }

    #[test]
    fn a_segment_that_fails_does_not_show_its_signature() {
        let pages = vec![page(&[spooled("x", None)]), page(&[spooled("gone", None)])];
        let server = Scripted::default().says("spooled", Said::Pages(pages)).stores("x", b"[]".to_vec());
        let error = format!("{:?}", trino(&server, "").client.all::<Text>("SELECT spooled").unwrap_err());
        assert!(error.contains("http://storage/gone") && !error.contains("hush"), "{error}");
    }

    #[test]
    fn a_segment_that_lies_about_its_size_is_refused() {
        let packed = ruzstd::encoding::compress_to_vec(&b"[[\"a\"]]"[..], ruzstd::encoding::CompressionLevel::Fastest);
        for size in [3, 300] {
            let pages = vec![page(&[spooled("x", Some(size))])];
            let server = Scripted::default().says("spooled", Said::Pages(pages)).stores("x", packed.clone());
            assert!(matches!(trino(&server, "").client.all::<Text>("SELECT spooled"), Err(Error::Protocol(_))));
        }
    }

    #[test]
    fn a_statement_over_its_budget_is_cancelled_by_the_servers_own_clock() {
        let pages = vec![json!([["a"]]), json!([["b"]]), json!([["c"]])];
        let server = Scripted::default().slow(400).says("things", Said::Pages(pages));
        let trino = trino(&server, "");
        let cursor = trino.client.execute::<Text>("SELECT things").budget(Some(700));
        assert!(matches!(cursor.collect_rows(), Err(Error::Cancelled)));
        assert_eq!(server.log().last().unwrap(), "DELETE http://trino/q/0/3");
    }
}
