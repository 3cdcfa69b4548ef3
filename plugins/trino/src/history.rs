//! Queries that ran, page by page and day by day. Never a silent limit: a full page is followed by the next.

pub mod config;
mod statement;
pub mod time;

use metahost_plugin_sdk::connector::{Mode, ReadRequest, Split};
use metahost_plugin_sdk::lineage::Query;
use metahost_plugin_sdk::{ErrorExt, Result, protocol};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::config::Config;
use crate::history::config::DAY_MS;
use crate::output::Output;
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
        out.progress(&format!("queries of {day}"), total, total);
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
        sql: row.query?,
        dialect: "trino".to_owned(),
        database: row.catalog,
        schema: row.schema,
        user: row.user,
        started_at: started,
        duration_ms: duration,
        rows: None,
        failed,
    })
}

fn position(cursor: Option<&[u8]>) -> Result<Option<Position>> {
    let read = cursor.map(serde_json::from_slice).transpose();
    read.map_err(|error| protocol(format!("the checkpoint is not one of this connector: {error}")))
}

fn encode(position: &Position) -> Result<Vec<u8>> {
    serde_json::to_vec(position).map_err(|error| protocol(format!("the checkpoint can't be written: {error}")))
}
