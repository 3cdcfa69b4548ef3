//! Queries that ran, page by page and day by day. Never a silent limit: a full page is followed by the next.

pub mod config;
mod statement;
pub mod time;

use metahost_plugin_sdk::connector::{Mode, ReadRequest, Split};
use metahost_plugin_sdk::lineage::Query;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{ErrorExt, Result, protocol};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::config::Config;
use crate::history::config::DAY_MS;
use crate::sql;
pub use statement::Statement;

/// Where a page ended: the next begins after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    time: String,
    id: String,
}

/// A row of the history, as the statement selects it.
#[derive(Debug, Deserialize)]
struct Row {
    time: String,
    id: String,
    query: Option<String>,
    user: Option<String>,
    started_ms: Option<i64>,
    ended_ms: Option<i64>,
    state: Option<String>,
    catalog: Option<String>,
    schema: Option<String>,
}

/// One split a day, the oldest first.
pub fn splits(client: &Client, config: &Config, mode: Mode) -> Result<Vec<Split>> {
    let now: Vec<(u64,)> = client.all(sql::NOW)?;
    let (now,) = now.first().ok_or_else(|| protocol("the server did not tell its time"))?;
    let days = u64::from(config.query_history.days);
    let first = (now / DAY_MS).saturating_sub(days);
    let split = |number: u64| {
        let word = if mode == Mode::Usage { "usage" } else { "lineage" };
        Split { id: format!("{word}:{}", time::day(number * DAY_MS)), path: Vec::new(), mode, weight: None }
    };
    Ok((first..=now / DAY_MS).map(split).collect())
}

/// Emits the queries of one day that lie in the window asked for.
pub fn read(client: &Client, config: &Config, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
    let day = request.split.id.rsplit(':').next().unwrap_or_default();
    let start =
        time::start_of(day).ok_or_else(|| protocol(format!("`{}` is no split of this connector", request.split.id)))?;
    let since = request.window.since.unwrap_or(0).max(start);
    let until = request.window.until.unwrap_or(u64::MAX).min(start + DAY_MS);
    if since >= until {
        return Ok(());
    }
    let mut after = position(request.cursor.as_deref())?;
    let statement = Statement::new(config, request.split.mode, since, until);
    let mut total = 0;
    loop {
        let page = page(client, &statement.sql(after.as_ref()), config, out).with("day", day)?;
        total += page.rows;
        out.progress(&format!("queries of {day}"), total as u64, None);
        match page.last {
            Some(last) if page.rows >= config.query_history.page_size as usize => {
                out.checkpoint(&encode(&last)?)?;
                after = Some(last);
            }
            Some(last) => return out.checkpoint(&encode(&last)?),
            None => return Ok(()),
        }
    }
}

struct Page {
    rows: usize,
    last: Option<Position>,
}

fn page(client: &Client, sql: &str, config: &Config, out: &mut dyn Output) -> Result<Page> {
    let mut cursor = client.query::<Row>(sql);
    let mut page = Page { rows: 0, last: None };
    while let Some(row) = cursor.next_row()? {
        page.rows += 1;
        page.last = Some(Position { time: row.time.clone(), id: row.id.clone() });
        if let Some(query) = record(row, &config.query_history.failed_states) {
            out.query(query)?;
        }
    }
    Ok(page)
}

fn record(row: Row, failed_states: &[String]) -> Option<Query> {
    let started = row.started_ms.and_then(|ms| u64::try_from(ms).ok());
    let duration =
        row.started_ms.zip(row.ended_ms).and_then(|(start, end)| u64::try_from(end.checked_sub(start)?).ok());
    let failed = row.state.is_some_and(|state| failed_states.iter().any(|word| word.eq_ignore_ascii_case(&state)));
    Some(Query {
        service: None,
        sql: row.query?,
        dialect: "trino".to_owned(),
        database: row.catalog,
        schema: row.schema,
        user: row.user,
        started_at: started,
        duration_ms: duration,
        rows: None,
        failed,
        target: None,
    })
}

fn position(cursor: Option<&[u8]>) -> Result<Option<Position>> {
    let read = cursor.map(serde_json::from_slice).transpose();
    read.map_err(|error| protocol(format!("the checkpoint is not one of this connector: {error}")))
}

fn encode(position: &Position) -> Result<Vec<u8>> {
    serde_json::to_vec(position).map_err(|error| protocol(format!("the checkpoint can't be written: {error}")))
}

#[cfg(test)]
mod tests {
    use metahost_plugin_sdk::testing::Collected;
    use serde_json::json;

    use super::*;
    use crate::testing::{Scripted, trino};

    fn row(time: &str, id: &str, state: &str) -> serde_json::Value {
        json!([time, id, "insert into t select 1", "ada", 1_000, 3_500, state, null, null])
    }

    fn request(cursor: Option<&str>, mode: Mode) -> ReadRequest {
        let mut request = metahost_plugin_sdk::testing::request(mode, cursor);
        request.split.id = "lineage:2026-11-23".to_owned();
        request
    }

    fn read(server: &Scripted, request: &ReadRequest, more: &str) -> Collected {
        let mut out = Collected::default();
        trino(server, more).read_into(request, &mut out).unwrap();
        out
    }

    #[test]
    fn a_full_page_is_followed_by_the_next_from_where_it_ended() {
        let server = Scripted::default()
            .rows("TIMESTAMP '2026-11-23 01:00:01 UTC'", json!([row("2026-11-23 01:00:02 UTC", "c", "FAILED")]))
            .rows(
                "SELECT",
                json!([
                    row("2026-11-23 01:00:00 UTC", "a", "FINISHED"),
                    row("2026-11-23 01:00:01 UTC", "b", "FINISHED")
                ]),
            );
        let out = read(&server, &request(None, Mode::Lineage), r#", "query-history": {"page-size": 2}"#);
        let failed: Vec<_> = out.queries.iter().map(|query| query.failed).collect();
        assert_eq!(failed, [false, false, true]);
        assert_eq!((out.queries[0].started_at, out.queries[0].duration_ms), (Some(1_000), Some(2_500)));
        // A later run begins after the last checkpoint.
        let cursor = out.cursor.as_deref();
        let again = Scripted::default().rows("SELECT", json!([]));
        assert!(read(&again, &request(cursor, Mode::Lineage), "").queries.is_empty());
        assert!(again.statements()[0].contains("> TIMESTAMP '2026-11-23 01:00:02 UTC'"));
    }

    #[test]
    fn a_query_says_who_ran_it_when_how_long_where_and_whether_it_failed() {
        let told = json!([["t", "a", "insert into t select 1", "ada", 1_000, 3_500, "failed", "lake", "bronze"]]);
        let out = read(&Scripted::default().rows("SELECT", told), &request(None, Mode::Usage), "");
        let query = &out.queries[0];
        assert_eq!((query.sql.as_str(), query.dialect.as_str()), ("insert into t select 1", "trino"));
        assert_eq!((query.user.as_deref(), query.failed), (Some("ada"), true));
        assert_eq!((query.started_at, query.duration_ms), (Some(1_000), Some(2_500)));
        assert_eq!((query.database.as_deref(), query.schema.as_deref()), (Some("lake"), Some("bronze")));
    }

    #[test]
    fn what_a_history_does_not_know_is_left_out_and_not_made_up() {
        let told = json!([
            ["t", "a", "select 1", null, null, 3_500, null, null, null],
            ["t", "b", "select 2", null, 3_600, 3_500, null, null, null],
            ["t", "c", null, "ada", 1_000, 3_500, "FINISHED", null, null]
        ]);
        let out = read(&Scripted::default().rows("SELECT", told), &request(None, Mode::Usage), "");
        let told: Vec<_> =
            out.queries.iter().map(|query| (query.started_at, query.duration_ms, query.failed)).collect();
        assert_eq!(told, [(None, None, false), (Some(3_600), None, false)], "a clock that went back is no duration");
        assert!(out.queries.iter().all(|query| query.user.is_none() && query.database.is_none()));
    }

    #[test]
    fn exclusions_and_own_queries_are_left_to_the_server() {
        let server = Scripted::default().rows("SELECT", json!([]));
        read(&server, &request(None, Mode::Usage), r#", "query-history": {"exclude": ["GRANT %", "%o'b%"]}"#);
        let sql = &server.statements()[0];
        assert!(sql.contains(r#"NOT lower("query") LIKE lower('GRANT %') ESCAPE '\'"#), "{sql}");
        assert!(sql.contains("'%o''b%'") && sql.contains(r#""source" IS DISTINCT FROM 'metahost'"#), "{sql}");
        assert!(sql.contains(r#""end" >= TIMESTAMP '2026-11-23 00:00:00.000 UTC'"#), "{sql}");
        assert!(!sql.contains("%insert%"), "usage counts reads too: {sql}");
    }

    #[test]
    fn starburst_galaxy_has_its_own_table_and_names() {
        let server = Scripted::default().rows("SELECT", json!([]));
        read(&server, &request(None, Mode::Lineage), r#", "query-history": {"preset": "galaxy"}"#);
        let sql = &server.statements()[0];
        assert!(sql.contains(r#"FROM "galaxy_telemetry"."public"."query_history""#), "{sql}");
        for column in ["query", "email", "create_time", "end_time", "query_state"] {
            assert!(sql.contains(&format!("\"{column}\"")), "{column}: {sql}");
        }
        assert!(!sql.contains("\"source\"") && sql.contains("%insert%into%"), "{sql}");
    }

    #[test]
    fn another_table_needs_only_the_columns_that_are_named() {
        let server = Scripted::default().rows("SELECT", json!([]));
        let more = r#", "query-history": {"table": "ops.\"a.b\".log", "columns": {"query": "text", "catalog": "cat"}}"#;
        read(&server, &request(None, Mode::Lineage), more);
        let sql = &server.statements()[0];
        assert!(sql.contains(r#"FROM "ops"."a.b"."log""#) && sql.contains(r#"CAST("cat" AS varchar)"#), "{sql}");
        assert!(sql.contains(r#"md5(to_utf8("text"))"#) && !sql.contains("query_id"), "{sql}");
    }

    #[test]
    fn only_the_part_of_the_day_inside_the_window_is_read() {
        let server = Scripted::default().rows("SELECT", json!([]));
        let mut outside = request(None, Mode::Lineage);
        outside.window.until = Some(1_000);
        read(&server, &outside, "");
        assert!(server.statements().is_empty());
    }
}
