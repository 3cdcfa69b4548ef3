//! Saved queries, those that changed last first. Never says that one ran: nobody tells when.

use std::collections::BTreeSet;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::connector::ReadRequest;
use metahost_plugin_sdk::lineage::Query;
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, encode, parse};

use super::{Position, page};
use crate::answer::SavedQuery;
use crate::config::Config;
use crate::databases::Databases;
use crate::people::People;
use crate::virtual_sql::{Filler, query};

const LIST: &str = "saved_query";

/// Emits those that changed since the last run.
pub fn read(server: &dyn Api, config: &Config, request: &ReadRequest, out: &mut dyn Output) -> Result<()> {
    let known = Position::read(request.cursor.as_deref())?.map(|position| position.changed_on).unwrap_or_default();
    let mut newest = known.clone();
    let mut reading = Reading {
        server,
        config,
        databases: Databases::default(),
        people: People::default(),
        filler: Filler::new(server),
        seen: BTreeSet::new(),
    };
    let mut read = 0;
    for number in 0.. {
        let Some(page) = page(server, &path(number, config.page_size), LIST, out)? else { return Ok(()) };
        read += page.rows.len() as u64;
        let is_last = page.rows.is_empty() || read >= page.count;
        let mut some = Vec::new();
        for row in page.rows {
            let id = row["id"].to_string();
            some.extend(or_skip(out, &[LIST, &id], parse::<SavedQuery>("the saved query", row))?);
        }
        let changed = |saved: &SavedQuery| saved.changed_on.clone().unwrap_or_default();
        newest = some.iter().map(changed).chain([newest]).max().unwrap_or_default();
        let is_known = |saved: &SavedQuery| !known.is_empty() && changed(saved) <= known;
        let meets_known = some.iter().any(is_known);
        some.retain(|saved| !is_known(saved));
        reading.emit(&some, out)?;
        out.progress("saved queries", reading.seen.len() as u64, None);
        if is_last || meets_known {
            break;
        }
    }
    if newest.is_empty() { Ok(()) } else { Position::keep(&newest, out) }
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
    seen: BTreeSet<u64>,
}

impl Reading<'_> {
    fn emit(&mut self, some: &[SavedQuery], out: &mut dyn Output) -> Result<()> {
        self.people.find(self.server, some.iter().filter_map(|saved| saved.created_by.as_ref()), out)?;
        for saved in some {
            if self.seen.insert(saved.id)
                && let Some(query) = self.record(saved, out)?
            {
                out.query(query)?;
            }
        }
        Ok(())
    }

    /// None where nothing is written in it, or nobody tells in which database it would run.
    fn record(&mut self, saved: &SavedQuery, out: &mut dyn Output) -> Result<Option<Query>> {
        let text = saved.sql.as_deref().filter(|sql| !sql.trim().is_empty());
        let (Some(text), Some(database)) = (text, saved.database.as_ref()) else {
            let message = "a saved query without a text or a database is left out";
            out.note(Level::Warn, message, &[("query", saved.id.to_string())]);
            return Ok(None);
        };
        let names = (saved.catalog.as_deref(), saved.schema.as_deref());
        let place = self.databases.place(self.server, self.config, database, names, out)?;
        let person = saved.created_by.as_ref().or(saved.changed_by.as_ref());
        Ok(Some(Query {
            user: person.and_then(|person| self.people.name(person)),
            rows: saved.rows.and_then(|rows| u64::try_from(rows).ok()),
            ..query(self.filler.alone(text, &format!("saved query {}", saved.id), out)?, &place)
        }))
    }
}
