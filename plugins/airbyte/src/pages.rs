//! Listings page by page. Never takes a listing for whole that its server says is longer.

use std::collections::BTreeSet;

use metahost_plugin_sdk::{Result, protocol};
use serde_json::Value;

/// One page.
pub struct Page {
    /// Its rows.
    pub rows: Vec<Value>,
    /// Whether more may follow.
    pub more: bool,
    /// How many rows the server says there are on all pages.
    pub total: Option<u64>,
}

/// A listing.
pub struct Listing {
    /// Its rows, each once.
    pub rows: Vec<Value>,
    /// What is not among them.
    pub rest: Rest,
}

/// What a listing does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Nothing: it is whole.
    Nothing,
    /// Older rows, beyond the limit that was asked for.
    BeyondLimit,
    /// Rows that the server counts and does not give: how many it counts.
    Lost(u64),
}

/// A listing, page by page. Rows that moved between two pages are known by their key and come once.
pub struct Pages<'a> {
    key: &'a str,
    ask: Box<dyn FnMut(usize) -> Result<Page> + 'a>,
    known: BTreeSet<String>,
    offset: usize,
    more: bool,
    total: Option<u64>,
}

impl<'a> Pages<'a> {
    /// Asks for each page by the offset it is given.
    pub fn new(key: &'a str, ask: impl FnMut(usize) -> Result<Page> + 'a) -> Self {
        Self { key, ask: Box::new(ask), known: BTreeSet::new(), offset: 0, more: true, total: None }
    }

    fn page(&mut self) -> Result<Vec<Value>> {
        let found = (self.ask)(self.offset)?;
        let (count, before) = (found.rows.len(), self.known.len());
        let is_new = |row: &Value| row.get(self.key).is_none_or(|id| self.known.insert(id.to_string()));
        let rows: Vec<Value> = found.rows.into_iter().filter(is_new).collect();
        self.offset += count;
        self.total = found.total;
        self.more = found.more && count > 0;
        if self.more && self.known.len() == before {
            let offset = self.offset;
            return Err(protocol(format!(
                "Airbyte gives the same rows again at offset {offset}; is paging supported?"
            )));
        }
        Ok(rows)
    }

    /// All rows, or the first so many.
    pub fn all(mut self, limit: Option<usize>) -> Result<Listing> {
        let (mut rows, limit) = (Vec::new(), limit.unwrap_or(usize::MAX));
        while let Some(page) = self.next() {
            rows.extend(page?);
            if rows.len() > limit || (rows.len() == limit && self.more) {
                rows.truncate(limit);
                return Ok(Listing { rows, rest: Rest::BeyondLimit });
            }
        }
        let lost = self.total.filter(|total| *total > rows.len() as u64);
        Ok(Listing { rows, rest: lost.map_or(Rest::Nothing, Rest::Lost) })
    }
}

/// Ends with the last page, or with one that can't be read.
impl Iterator for Pages<'_> {
    type Item = Result<Vec<Value>>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.more {
            return None;
        }
        let page = self.page();
        self.more &= page.is_ok();
        Some(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(ids: &[u64], more: bool, total: Option<u64>) -> Page {
        Page { rows: ids.iter().map(|id| json!({ "id": id })).collect(), more, total }
    }

    fn all(limit: Option<usize>, ask: impl FnMut(usize) -> Result<Page>) -> Result<Listing> {
        Pages::new("id", ask).all(limit)
    }

    fn ids(listing: &Listing) -> Vec<u64> {
        listing.rows.iter().map(|row| row["id"].as_u64().unwrap()).collect()
    }

    #[test]
    fn rows_that_move_to_the_next_page_come_once() {
        let pages = [[3, 2], [2, 1]];
        let listing = all(None, |offset| Ok(page(&pages[offset / 2], offset == 0, None))).unwrap();
        assert_eq!((ids(&listing), listing.rest), (vec![3, 2, 1], Rest::Nothing));
    }

    #[test]
    fn rows_that_are_counted_and_not_given_are_lost() {
        let listing = all(None, |offset| Ok(page(&[1, 2][offset.min(2)..], true, Some(5)))).unwrap();
        assert_eq!((ids(&listing), listing.rest), (vec![1, 2], Rest::Lost(5)));
    }

    #[test]
    fn a_limit_is_told_only_where_it_cuts() {
        let of = |limit| all(Some(limit), |_| Ok(page(&[3, 2, 1], false, Some(3)))).unwrap();
        assert_eq!((ids(&of(2)), of(2).rest), (vec![3, 2], Rest::BeyondLimit));
        assert_eq!((ids(&of(3)), of(3).rest), (vec![3, 2, 1], Rest::Nothing));
    }

    #[test]
    fn a_server_that_does_not_page_is_not_asked_for_ever() {
        let error = all(None, |_| Ok(page(&[1], true, None))).err().unwrap();
        assert!(format!("{error:?}").contains("the same rows again"));
    }
}
