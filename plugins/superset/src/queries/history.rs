//! SQL Lab's history page by page, by the time of change, which is when a query ended. Many may have one time, and one that
//! is written late has an earlier one: each page begins a second before the last one ended. Never gives a row twice.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::connector::{ReadRequest, Window};
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, encode, parse};
use metahost_plugin_sdk::{Result, time};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Page, id, keep, page, position};
use crate::answer::Ran;

/// The list's name.
pub const LIST: &str = "query";
/// States of what will change once more.
const UNFINISHED: [&str; 4] = ["pending", "scheduled", "running", "fetching"];

/// Up to where everything was read.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Position {
    /// A whole second, in milliseconds.
    after: u64,
    /// What was read behind it, with the time of change.
    seen: BTreeMap<String, u64>,
}

/// How far the history is read.
pub struct History<'h> {
    server: &'h dyn Api,
    size: usize,
    window: Window,
    position: Position,
    newest: u64,
    is_over: bool,
    /// The next page of those behind the position.
    number: usize,
    /// How many there are of those, as the first of these pages told.
    count: u64,
    /// Rows of these pages so far.
    came: u64,
    /// The rows, each once.
    met: BTreeSet<String>,
    /// Whether some of them still run: when such a row ends it leaves its page, and another moves to the page before.
    has_unfinished: bool,
    is_second_look: bool,
}

impl<'h> History<'h> {
    /// Begins where the last run ended, or where the window begins.
    pub fn begin(server: &'h dyn Api, size: usize, request: &ReadRequest) -> Result<Self> {
        let mut position: Position = position(request.cursor.as_deref())?;
        position.after = position.after.max(second_before(request.window.since.unwrap_or_default()));
        Ok(Self {
            server,
            size,
            window: request.window,
            position,
            newest: 0,
            is_over: false,
            number: 0,
            count: 0,
            came: 0,
            met: BTreeSet::new(),
            has_unfinished: false,
            is_second_look: false,
        })
    }

    /// What ended, of the next page, and was not given before; none at the end. A row that can't be read is told.
    pub fn page(&mut self, out: &mut dyn Output) -> Result<Option<Vec<Ran>>> {
        if self.is_over {
            return Ok(None);
        }
        let path = path(self.position.after, self.number, self.size);
        let Some(Page { rows, count }) = page(self.server, &path, LIST, out)? else { return Ok(None) };
        if self.number == 0 {
            self.count = count;
        }
        let has_rows = !rows.is_empty();
        let mut some = Vec::new();
        for row in rows {
            some.extend(self.take(row, out)?);
        }
        self.is_over |= !has_rows || self.came >= self.count;
        let is_short = !has_rows && self.came < self.count;
        self.advance(is_short || (self.met.len() as u64) < self.came, out);
        Ok(Some(some))
    }

    /// Remembers that all pages so far were emitted.
    pub fn keep(&self, out: &mut dyn Output) -> Result<()> {
        if self.newest == 0 { Ok(()) } else { keep(&self.position, out) }
    }

    fn take(&mut self, row: Value, out: &mut dyn Output) -> Result<Option<Ran>> {
        let id = id(&row);
        let changed = row["changed_on"].as_str().and_then(time::millis).unwrap_or(self.newest);
        self.is_over |= self.window.until.is_some_and(|until| changed >= until);
        self.came += 1;
        self.met.insert(id.clone());
        let since = self.position.after.max(self.window.since.unwrap_or_default());
        if self.is_over || changed < since {
            return Ok(None);
        }
        self.newest = self.newest.max(changed);
        if self.position.seen.contains_key(&id) {
            return Ok(None);
        }
        let ran = or_skip(out, &[LIST, &id], parse::<Ran>("the query", row))?;
        if ran.as_ref().is_some_and(is_unfinished) {
            self.has_unfinished = true;
            return Ok(None);
        }
        self.position.seen.insert(id, changed);
        Ok(ran)
    }

    /// The next page begins a second before the newest row, unless all of this page is of that time. Where rows moved
    /// between pages of one time, or may have, these are read again; then the next run has to.
    fn advance(&mut self, has_moved: bool, out: &mut dyn Output) {
        let after = second_before(self.newest).max(self.position.after);
        if !has_moved && !self.is_over && after == self.position.after {
            self.number += 1;
            return;
        }
        let looks_again = self.number > 0 && (has_moved || self.has_unfinished) && !self.is_second_look;
        if looks_again {
            self.is_over = false;
            self.newest = self.position.after;
        } else if has_moved {
            self.is_over = true;
            out.skipped(&[LIST], "rows moved between pages while they were read; the next run reads them again");
        } else {
            self.position.after = after;
            self.position.seen.retain(|_, changed| *changed >= after);
        }
        (self.number, self.came) = (0, 0);
        self.met.clear();
        (self.has_unfinished, self.is_second_look) = (false, looks_again);
    }
}

/// The path of a page of what changed after a time.
pub fn path(after: u64, number: usize, size: usize) -> String {
    let after = time::format(after).unwrap_or_default();
    let filter = format!("filters:!((col:changed_on,opr:gt,value:'{}'))", after.trim_end_matches('Z'));
    let order = "order_column:changed_on,order_direction:asc";
    format!("/api/v1/{LIST}/?q={}", encode(&format!("({filter},{order},page:{number},page_size:{size})")))
}

fn second_before(millis: u64) -> u64 {
    (millis / 1_000).saturating_sub(1) * 1_000
}

fn is_unfinished(ran: &Ran) -> bool {
    ran.status.as_deref().is_some_and(|status| UNFINISHED.iter().any(|one| status.eq_ignore_ascii_case(one)))
}
