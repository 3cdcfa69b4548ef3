//! Lists, page by page. Never asks past the end, which is an error in Redash, and never gives a row twice.

use std::collections::BTreeSet;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::output::Output;
use serde_json::Value;

use crate::client::Client;

/// Queries.
pub const QUERIES: &str = "queries";
/// Archived queries.
pub const ARCHIVE: &str = "queries/archive";
/// Dashboards.
pub const DASHBOARDS: &str = "dashboards";

/// How many rows there were.
pub struct Walked {
    /// By Redash's count.
    pub listed: u64,
    /// As they came.
    pub seen: u64,
}

impl Walked {
    /// Whether all came; if not, that is told.
    pub fn is_whole(&self, list: &str, out: &mut dyn Output) -> bool {
        if self.seen < self.listed {
            let reason = format!("Redash counts {} and lists {}; none counts as gone", self.listed, self.seen);
            out.skipped(&[list], &reason);
        }
        self.seen >= self.listed
    }
}

/// Gives a list's rows, those of a page at once, with Redash's count.
pub fn walk(
    client: &Client,
    list: &str,
    size: u64,
    mut take: impl FnMut(Vec<Value>, &Walked) -> Result<()>,
) -> Result<Walked> {
    let mut walked = Walked { listed: 0, seen: 0 };
    let mut known = BTreeSet::new();
    for number in 1.. {
        let Some(page) = client.page(list, number, size)? else { break };
        walked.listed = page.count;
        let is_last = page.results.is_empty() || number.saturating_mul(size) >= page.count;
        let mut rows = page.results;
        rows.retain(|row| row["id"].as_u64().is_none_or(|id| known.insert(id)));
        walked.seen += rows.len() as u64;
        take(rows, &walked)?;
        if is_last {
            break;
        }
    }
    Ok(walked)
}
