//! What SQL Lab ran, as queries. Never leaves one out without a word.

use metahost_plugin_sdk::connector::{Mode, ReadRequest};
use metahost_plugin_sdk::lineage::Query;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::{Result, protocol};
use serde_json::Value;

use super::history::{History, LIST};
use crate::answer::Ran;
use crate::config::Config;
use crate::databases::Databases;
use crate::jinja;
use crate::people::People;
use crate::virtual_sql::{Filler, query};

/// Words of which one is in every statement that moves data.
const MOVES: [&str; 6] = ["insert", "create", "merge", "update", "replace", "into"];

/// Emits the queries that ended in the window asked for; for lineage, only what may move data.
pub fn read(server: &dyn Api, config: &Config, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
    let mut history = History::begin(server, config.page_size, request)?;
    let mut reading = Reading {
        server,
        config,
        moves_only: request.split.mode == Mode::Lineage,
        databases: Databases::default(),
        people: People::default(),
        filler: Filler::new(server),
        total: 0,
    };
    while let Some(some) = history.page(out)? {
        reading.emit(&some, out)?;
        history.keep(out)?;
    }
    Ok(())
}

struct Reading<'r> {
    server: &'r dyn Api,
    config: &'r Config,
    moves_only: bool,
    databases: Databases,
    people: People,
    filler: Filler<'r>,
    total: u64,
}

impl Reading<'_> {
    fn emit(&mut self, some: &[Ran], out: &mut dyn Output) -> Result<()> {
        self.people.find(self.server, some.iter().filter_map(|ran| ran.user.as_ref()), out)?;
        let moves_only = self.moves_only;
        for ran in some.iter().filter(|ran| !moves_only || text(ran).is_none_or(moves)) {
            let read = self.record(ran, out);
            if let Some(query) = or_skip(out, &[LIST, &ran.id.to_string()], read)? {
                self.total += 1;
                out.query(query)?;
            }
        }
        out.progress("queries", self.total, None);
        Ok(())
    }

    fn record(&mut self, ran: &Ran, out: &mut dyn Output) -> Result<Query> {
        let failed = has_failed(ran.status.as_deref().unwrap_or_default())?;
        let text = text(ran).ok_or_else(|| protocol("it has no SQL"))?;
        let database = ran.database.as_ref().ok_or_else(|| protocol("the database that it ran in is not told"))?;
        let sql = self.filler.alone(text, &format!("{LIST} {}", ran.id), out)?;
        let names = (ran.catalog.as_deref(), ran.schema.as_deref());
        let place = self.databases.place(self.server, self.config, database, names, out)?;
        let started = millis(&ran.start_running_time).or(millis(&ran.start_time));
        let duration = started.zip(millis(&ran.end_time)).and_then(|(start, end)| end.checked_sub(start));
        Ok(Query {
            user: ran.user.as_ref().and_then(|person| self.people.name(person)),
            started_at: started,
            duration_ms: duration,
            rows: ran.rows.and_then(|rows| u64::try_from(rows).ok()),
            failed,
            ..query(sql, &place)
        })
    }
}

fn has_failed(status: &str) -> Result<bool> {
    match status.to_ascii_lowercase().as_str() {
        "success" => Ok(false),
        "failed" | "timed_out" | "stopped" => Ok(true),
        _ => Err(protocol(format!("its status `{status}` is unknown, so nobody knows whether it ended"))),
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
