//! SQL Lab's history by the time of change, which is when a query ended. Each page begins where the last one ended, so that
//! none is missed while others are added.

use std::collections::BTreeSet;

use metahost_plugin_sdk::connector::{Mode, ReadRequest, Window};
use metahost_plugin_sdk::lineage::Query;
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, encode, parse};
use metahost_plugin_sdk::{Result, time};
use serde_json::Value;

use super::{Position, page};
use crate::answer::Ran;
use crate::config::Config;
use crate::databases::Databases;
use crate::jinja;
use crate::people::People;
use crate::virtual_sql::{Filler, query};

const LIST: &str = "query";
/// So many of what was left out are named.
const NAMED: usize = 10;
/// Words of which one is in every statement that moves data.
const MOVES: [&str; 6] = ["insert", "create", "merge", "update", "replace", "into"];

/// Emits the queries that ended in the window asked for; for lineage, only what may move data.
pub fn read(server: &dyn Api, config: &Config, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
    let known = Position::read(request.cursor.as_deref())?.map(|position| position.changed_on);
    let since = request.window.since.and_then(time::format).map(|text| text.trim_end_matches('Z').to_owned());
    let mut reading = Reading {
        server,
        config,
        window: request.window,
        moves_only: request.split.mode == Mode::Lineage,
        databases: Databases::default(),
        people: People::default(),
        filler: Filler::new(server),
        seen: BTreeSet::new(),
        total: 0,
        untold: BTreeSet::new(),
    };
    let mut after = known.clone().max(since).unwrap_or_else(|| "1970-01-01T00:00:00".to_owned());
    let (mut number, mut read) = (0, 0);
    while let Some(page) = page(server, &path(&after, number, config.page_size), LIST, out)? {
        read += page.rows.len() as u64;
        let is_last = page.rows.is_empty() || read >= page.count;
        let some = rows_of(page.rows, out)?;
        let (done, ends_here) = reading.emit(&some, out)?;
        match next(&some[..done], is_last || ends_here).filter(|next| *next > after) {
            Some(next) => {
                Position::keep(&next, out)?;
                (after, number, read) = (next, 0, 0);
            }
            // All of it changed at the same time, and so does what may follow.
            None => number += 1,
        }
        if is_last || ends_here {
            break;
        }
    }
    reading.tell(out);
    Ok(())
}

/// The path of a page of what changed after a time.
pub fn path(after: &str, page: usize, size: usize) -> String {
    let after: String = after.chars().filter(|one| !matches!(one, '\'' | '!')).collect();
    let filter = format!("filters:!((col:changed_on,opr:gt,value:'{after}'))");
    let order = "order_column:changed_on,order_direction:asc";
    format!("/api/v1/{LIST}/?q={}", encode(&format!("({filter},{order},page:{page},page_size:{size})")))
}

fn rows_of(rows: Vec<Value>, out: &mut dyn Output) -> Result<Vec<Ran>> {
    let mut some = Vec::new();
    for row in rows {
        let id = row["id"].to_string();
        some.extend(or_skip(out, &[LIST, &id], parse::<Ran>("the query", row))?);
    }
    Ok(some)
}

/// After what time the next page begins. Others of the newest time may follow: it begins before these, and nowhere yet if
/// all are of one time.
fn next(rows: &[Ran], is_end: bool) -> Option<String> {
    let times: BTreeSet<&str> = rows.iter().filter_map(|ran| ran.changed_on.as_deref()).collect();
    let mut newest_first = times.into_iter().rev();
    let newest = newest_first.next()?;
    if is_end { Some(newest.to_owned()) } else { newest_first.next().map(str::to_owned) }
}

struct Reading<'r> {
    server: &'r dyn Api,
    config: &'r Config,
    window: Window,
    moves_only: bool,
    databases: Databases,
    people: People,
    filler: Filler<'r>,
    /// Of this page and the one before it.
    seen: BTreeSet<u64>,
    total: u64,
    /// Queries of which nobody can say how they ended, or where they ran.
    untold: BTreeSet<u64>,
}

impl Reading<'_> {
    /// Emits rows up to the end of the window; says how many are done, and whether the end came.
    fn emit(&mut self, some: &[Ran], out: &mut dyn Output) -> Result<(usize, bool)> {
        self.people.find(self.server, some.iter().filter_map(|ran| ran.user.as_ref()), out)?;
        let before = std::mem::replace(&mut self.seen, some.iter().map(|ran| ran.id).collect());
        for (done, ran) in some.iter().enumerate() {
            let ended = millis(&ran.end_time);
            if ended.is_some_and(|ended| self.window.until.is_some_and(|until| ended >= until)) {
                return Ok((done, true));
            }
            let is_early = ended.is_some_and(|ended| self.window.since.is_some_and(|since| ended < since));
            if !is_early
                && !before.contains(&ran.id)
                && let Some(query) = self.record(ran, out)?
            {
                self.total += 1;
                out.query(query)?;
            }
        }
        out.progress("queries", self.total, None);
        Ok((some.len(), false))
    }

    /// None for what has not ended, and for what is not asked for.
    fn record(&mut self, ran: &Ran, out: &mut dyn Output) -> Result<Option<Query>> {
        let failed = match ran.status.as_deref().unwrap_or_default().to_ascii_lowercase().as_str() {
            "success" => false,
            "failed" | "timed_out" | "stopped" => true,
            "pending" | "running" | "scheduled" | "fetching" => return Ok(None),
            _ => return self.leave_out(ran),
        };
        let (Some(text), Some(database)) = (text(ran), ran.database.as_ref()) else { return self.leave_out(ran) };
        let sql = self.filler.alone(text, &format!("query {}", ran.id), out)?;
        if self.moves_only && !moves(&sql) {
            return Ok(None);
        }
        let names = (ran.catalog.as_deref(), ran.schema.as_deref());
        let place = self.databases.place(self.server, self.config, database, names, out)?;
        let started = millis(&ran.start_running_time).or(millis(&ran.start_time));
        let duration = started.zip(millis(&ran.end_time)).and_then(|(start, end)| end.checked_sub(start));
        Ok(Some(Query {
            user: ran.user.as_ref().and_then(|person| self.people.name(person)),
            started_at: started,
            duration_ms: duration,
            rows: ran.rows.and_then(|rows| u64::try_from(rows).ok()),
            failed,
            ..query(sql, &place)
        }))
    }
}

impl Reading<'_> {
    #[expect(clippy::unnecessary_wraps, reason = "it ends a function that can fail")]
    fn leave_out(&mut self, ran: &Ran) -> Result<Option<Query>> {
        self.untold.insert(ran.id);
        Ok(None)
    }

    /// Says which queries were left out.
    fn tell(&self, out: &mut dyn Output) {
        if !self.untold.is_empty() {
            let ids: Vec<String> = self.untold.iter().take(NAMED).map(u64::to_string).collect();
            let message = "queries without a text, a database or a known status are left out";
            out.note(Level::Warn, message, &[("queries", self.untold.len().to_string()), ("first", ids.join(", "))]);
        }
    }
}

/// What ran: the text as typed, unless a template was filled in it or a table made of it, which only the other text says.
fn text(ran: &Ran) -> Option<&str> {
    let some = |text: &'_ Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let is_changed = ran.select_as_cta == Some(true) || ran.sql.as_deref().is_none_or(jinja::is_template);
    let executed = ran.executed_sql.as_deref().filter(|_| some(&ran.executed_sql) && (is_changed || !some(&ran.sql)));
    executed.or(ran.sql.as_deref().filter(|_| some(&ran.sql)))
}

fn moves(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    sql.split(|one: char| !one.is_alphanumeric() && one != '_').any(|word| MOVES.contains(&word))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are positive and whole enough")]
fn millis(value: &Value) -> Option<u64> {
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    number.filter(|number: &f64| *number > 0.0).map(|number| number as u64)
}
