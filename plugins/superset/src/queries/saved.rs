//! Saved queries, those that changed last first. Never says that one ran: nobody tells when.

use std::collections::BTreeSet;

use metahost_plugin_sdk::connector::ReadRequest;
use metahost_plugin_sdk::lineage::Query;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, encode, parse};
use metahost_plugin_sdk::{Result, protocol};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Page, id, keep, page, position};
use crate::answer::SavedQuery;
use crate::config::Config;
use crate::databases::Databases;
use crate::people::People;
use crate::virtual_sql::{Filler, query};

const LIST: &str = "saved_query";

/// The newest change that was read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Position {
    changed_on: String,
    /// What has this time of change: another may come to have it, too.
    seen: BTreeSet<String>,
}

impl Position {
    fn has(&self, id: &str, changed: &str) -> bool {
        changed < self.changed_on.as_str() || (changed == self.changed_on && self.seen.contains(id))
    }

    fn add(&mut self, id: &str, changed: &str) {
        if changed > self.changed_on.as_str() {
            *self = Self { changed_on: changed.to_owned(), seen: BTreeSet::new() };
        }
        if changed == self.changed_on {
            self.seen.insert(id.to_owned());
        }
    }
}

/// Emits those that changed since the last run.
pub fn read(server: &dyn Api, config: &Config, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
    let known: Position = position(request.cursor.as_deref())?;
    let mut reading = Reading {
        server,
        config,
        databases: Databases::default(),
        people: People::default(),
        filler: Filler::new(server),
        newest: known.clone(),
        known,
        met: BTreeSet::new(),
        meets_known: false,
    };
    let mut first = None;
    for number in 0.. {
        let Some(Page { rows, count }) = page(server, &path(number, config.page_size), LIST, out)? else {
            return Ok(());
        };
        let count = *first.get_or_insert(count);
        let has_rows = !rows.is_empty();
        reading.take(rows, out)?;
        let met = reading.met.len() as u64;
        out.progress("saved queries", met, Some(count));
        // One page is of one moment. Between two, rows may move: then only the count tells that all came.
        if met >= count || (number == 0 && reading.meets_known) {
            break;
        }
        if !has_rows {
            out.skipped(&[LIST], &format!("Superset counts {count}, {met} came; the next run reads them again"));
            return Ok(());
        }
    }
    if reading.newest.changed_on.is_empty() { Ok(()) } else { keep(&reading.newest, out) }
}

/// The path of one page.
pub fn path(page: usize, size: usize) -> String {
    let order = "order_column:changed_on_delta_humanized,order_direction:desc";
    format!("/api/v1/{LIST}/?q={}", encode(&format!("({order},page:{page},page_size:{size})")))
}

struct Reading<'r> {
    server: &'r dyn Api,
    config: &'r Config,
    databases: Databases,
    people: People,
    filler: Filler<'r>,
    /// Where the last run ended.
    known: Position,
    /// Where this run ends.
    newest: Position,
    /// All rows that came.
    met: BTreeSet<String>,
    meets_known: bool,
}

impl Reading<'_> {
    /// Emits what of a page is new. A row that can't be read is told.
    fn take(&mut self, rows: Vec<Value>, out: &mut dyn Output) -> Result<()> {
        let mut some = Vec::new();
        for row in rows {
            let id = id(&row);
            let changed = row["changed_on"].as_str().unwrap_or_default().to_owned();
            let is_known = self.known.has(&id, &changed) && !changed.is_empty();
            self.meets_known |= is_known;
            if self.met.insert(id.clone()) && !is_known {
                some.extend(or_skip(out, &[LIST, &id], parse::<SavedQuery>("the saved query", row))?);
                self.newest.add(&id, &changed);
            }
        }
        self.emit(&some, out)
    }

    fn emit(&mut self, some: &[SavedQuery], out: &mut dyn Output) -> Result<()> {
        self.people.find(self.server, some.iter().filter_map(|saved| saved.created_by.as_ref()), out)?;
        for saved in some {
            let read = self.record(saved, out);
            if let Some(query) = or_skip(out, &[LIST, &saved.id.to_string()], read)? {
                out.query(query)?;
            }
        }
        Ok(())
    }

    fn record(&mut self, saved: &SavedQuery, out: &mut dyn Output) -> Result<Query> {
        let text =
            saved.sql.as_deref().filter(|sql| !sql.trim().is_empty()).ok_or_else(|| protocol("it has no SQL"))?;
        let database = saved.database.as_ref().ok_or_else(|| protocol("the database that it is for is not told"))?;
        let sql = self.filler.alone(text, &format!("{LIST} {}", saved.id), out)?;
        let names = (saved.catalog.as_deref(), saved.schema.as_deref());
        let place = self.databases.place(self.server, self.config, database, names, out)?;
        let person = saved.created_by.as_ref().or(saved.changed_by.as_ref());
        Ok(Query {
            user: person.and_then(|person| self.people.name(person)),
            rows: saved.rows.and_then(|rows| u64::try_from(rows).ok()),
            ..query(sql, &place)
        })
    }
}
