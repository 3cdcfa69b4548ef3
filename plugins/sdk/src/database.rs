//! Queries to databases through the host. Never adds credentials: a query only names the slot.

use crate::bindings::metahost::source::database::run;
pub use crate::bindings::metahost::source::database::{Query, Rows};
use crate::error::{ErrorExt, Result, protocol};

/// Rows asked for at once.
const PAGE: u32 = 1_000;

/// Answers statements: a database, or answers by heart in a test.
pub trait Database {
    /// At most so many rows of a statement with these parameters.
    fn page(&self, sql: &str, parameters: &[&str], most: u32) -> Result<Rows>;

    /// All rows of a statement, page by page. Its last parameter is where a page begins: it must give only rows whose first column
    /// is greater, in the order of that column, whose values are all different and not empty.
    fn rows(&self, sql: &str, parameters: &[&str]) -> Result<Vec<Vec<Option<String>>>> {
        let (mut all, mut last): (Vec<Vec<Option<String>>>, _) = (Vec::new(), String::new());
        loop {
            let page = self.page(sql, &[parameters, &[last.as_str()]].concat(), PAGE)?;
            all.extend(page.cells);
            if !page.more {
                return Ok(all);
            }
            let next = all.last().and_then(|row| row.first().cloned().flatten()).filter(|next| *next != last);
            last = next.ok_or_else(|| protocol("the database says there are more rows, and not after which one"))?;
        }
    }
}

/// A database, by way of the host.
pub struct Remote {
    address: String,
    slot: &'static str,
}

impl Remote {
    /// The database at this address, whose user and password are in this slot.
    pub fn new(address: &str, slot: &'static str) -> Self {
        Self { address: address.to_owned(), slot }
    }
}

impl Database for Remote {
    fn page(&self, sql: &str, parameters: &[&str], most: u32) -> Result<Rows> {
        let query = Query {
            address: self.address.clone(),
            credential: Some(self.slot.to_owned()),
            sql: sql.to_owned(),
            parameters: parameters.iter().map(|value| Some((*value).to_owned())).collect(),
            max_rows: most,
            timeout_ms: None,
        };
        run(&query).with("database", self.address.as_str())
    }
}
