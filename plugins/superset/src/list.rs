//! Lists, page by page. Superset caps a page at 100 rows without a word, so a list ends when its own count is reached.

use std::collections::BTreeSet;

use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::rest::{Api, encode, parse};
use metahost_plugin_sdk::{ErrorExt, Result, protocol};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A list of the API.
#[derive(Debug, Clone, Copy)]
pub struct List {
    /// Its name in paths: "dashboard".
    pub name: &'static str,
    /// A column that Superset sorts by, so that pages fit together.
    pub order: &'static str,
}

/// Dashboards.
pub const DASHBOARDS: List = List { name: "dashboard", order: "dashboard_title" };
/// Charts.
pub const CHARTS: List = List { name: "chart", order: "slice_name" };
/// Datasets.
pub const DATASETS: List = List { name: "dataset", order: "table_name" };
/// Databases.
pub const DATABASES: List = List { name: "database", order: "database_name" };

/// Rules of row level security.
pub const RULES: List = List { name: "rowlevelsecurity", order: "name" };

/// What a list holds.
pub struct Found<T> {
    /// Its rows, each once.
    pub rows: Vec<T>,
    /// Whether as many came as Superset counts.
    pub whole: bool,
}

impl List {
    /// The path of one page.
    pub fn page(self, page: usize, size: usize) -> String {
        let order = self.order;
        let query = format!("(order_column:{order},order_direction:asc,page:{page},page_size:{size})");
        format!("/api/v1/{}/?q={}", self.name, encode(&query))
    }

    /// Every row. A row that can't be read is told and left out.
    pub fn read<T: DeserializeOwned>(self, server: &dyn Api, size: usize, out: &mut dyn Output) -> Result<Found<T>> {
        let mut found = Found { rows: Vec::new(), whole: true };
        let mut seen = BTreeSet::new();
        for page in 0.. {
            let mut answer = server.get(&self.page(page, size)).with("list", self.name)?;
            let count =
                answer["count"].as_u64().ok_or_else(|| protocol("a list without a count")).with("list", self.name)?;
            let rows = answer["result"].as_array_mut().map(std::mem::take).unwrap_or_default();
            let is_last = rows.is_empty();
            for row in rows.into_iter().filter(|row| seen.insert(row["id"].as_u64())) {
                self.take(row, &mut found, out);
            }
            out.progress(self.name, seen.len() as u64, Some(count));
            if is_last || seen.len() as u64 >= count {
                self.compare(seen.len() as u64, count, &mut found, out);
                break;
            }
        }
        Ok(found)
    }

    fn take<T: DeserializeOwned>(self, row: Value, found: &mut Found<T>, out: &mut dyn Output) {
        let id = row["id"].to_string();
        match parse(self.name, row) {
            Ok(row) => found.rows.push(row),
            Err(error) => {
                found.whole = false;
                out.skipped(&[self.name, &id], &format!("{error:?}"));
            }
        }
    }

    /// Rows that move between pages while they are read may be missed: then nothing counts as gone.
    fn compare<T>(self, seen: u64, count: u64, found: &mut Found<T>, out: &mut dyn Output) {
        if seen < count {
            found.whole = false;
            out.skipped(&[self.name], &format!("Superset counts {count}, {seen} came; the next run reads them again"));
        }
    }
}

/// How many there are.
pub fn count(server: &dyn Api, list: List) -> Result<u64> {
    let answer = server.get(&list.page(0, 1))?;
    answer["count"].as_u64().ok_or_else(|| protocol("a list without a count"))
}
