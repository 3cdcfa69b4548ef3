//! Lists, page by page. A page past the end is an error in Redash, so its own count says when to stop.

use std::collections::BTreeSet;

use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{ErrorExt, Result, protocol};

use crate::answer::Row;

/// Queries.
pub const QUERIES: &str = "queries";
/// Archived queries.
pub const ARCHIVE: &str = "queries/archive";
/// Dashboards.
pub const DASHBOARDS: &str = "dashboards";

/// What a list holds.
pub struct Found {
    /// Its rows, each once.
    pub rows: Vec<Row>,
    /// Whether as many came as Redash counts.
    pub whole: bool,
}

/// The path of one page, the first being 1.
pub fn page(list: &str, number: usize, size: usize) -> String {
    format!("/api/{list}?page={number}&page_size={size}")
}

/// Every row.
pub fn read(server: &dyn Api, list: &str, size: usize, out: &mut dyn Output) -> Result<Found> {
    let mut found = Found { rows: Vec::new(), whole: true };
    let mut seen = BTreeSet::new();
    for number in 1.. {
        let mut answer = server.get(&page(list, number, size)).with("list", list)?;
        let count = answer["count"].as_u64().ok_or_else(|| protocol("a list without a count")).with("list", list)?;
        let rows: Vec<Row> = parse(list, answer["results"].take()).with("list", list)?;
        let is_last = rows.is_empty() || (number * size) as u64 >= count;
        found.rows.extend(rows.into_iter().filter(|row| seen.insert(row.id)));
        out.progress(list, seen.len() as u64, Some(count));
        if is_last {
            // Rows that move between pages while they are read may be missed: then nothing counts as gone.
            found.whole = seen.len() as u64 >= count;
            if !found.whole {
                out.skipped(
                    &[list],
                    &format!("Redash counts {count}, {} came; the next run reads them again", seen.len()),
                );
            }
            break;
        }
    }
    Ok(found)
}

/// How many there are.
pub fn count(server: &dyn Api, list: &str) -> Result<u64> {
    let answer = server.get(&page(list, 1, 1))?;
    answer["count"].as_u64().ok_or_else(|| protocol("a list without a count"))
}
