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

/// Reads page after page from the offset it is given. Rows that moved between two pages are known by `key`.
pub fn all(key: &str, limit: Option<usize>, mut page: impl FnMut(usize) -> Result<Page>) -> Result<Listing> {
    let (mut rows, mut known, mut offset) = (Vec::new(), BTreeSet::new(), 0);
    let limit = limit.unwrap_or(usize::MAX);
    loop {
        let found = page(offset)?;
        let (count, before) = (found.rows.len(), known.len());
        rows.extend(found.rows.into_iter().filter(|row| row.get(key).is_none_or(|id| known.insert(id.to_string()))));
        offset += count;
        if rows.len() > limit || (rows.len() == limit && found.more) {
            rows.truncate(limit);
            return Ok(Listing { rows, rest: Rest::BeyondLimit });
        }
        if count == 0 || !found.more {
            let lost = found.total.filter(|total| *total > rows.len() as u64);
            return Ok(Listing { rows, rest: lost.map_or(Rest::Nothing, Rest::Lost) });
        }
        if known.len() == before {
            return Err(protocol(format!(
                "Airbyte gives the same rows again at offset {offset}; is paging supported?"
            )));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(ids: &[u64], more: bool, total: Option<u64>) -> Page {
        Page { rows: ids.iter().map(|id| json!({ "id": id })).collect(), more, total }
    }

    fn ids(listing: &Listing) -> Vec<u64> {
        listing.rows.iter().map(|row| row["id"].as_u64().unwrap()).collect()
    }

    #[test]
    fn rows_that_move_to_the_next_page_come_once() {
        let pages = [[3, 2], [2, 1]];
        let listing = all("id", None, |offset| Ok(page(&pages[offset / 2], offset == 0, None))).unwrap();
        assert_eq!((ids(&listing), listing.rest), (vec![3, 2, 1], Rest::Nothing));
    }

    #[test]
    fn rows_that_are_counted_and_not_given_are_lost() {
        let listing = all("id", None, |offset| Ok(page(&[1, 2][offset.min(2)..], true, Some(5)))).unwrap();
        assert_eq!((ids(&listing), listing.rest), (vec![1, 2], Rest::Lost(5)));
    }

    #[test]
    fn a_limit_is_told_only_where_it_cuts() {
        let of = |limit| all("id", Some(limit), |_| Ok(page(&[3, 2, 1], false, Some(3)))).unwrap();
        assert_eq!((ids(&of(2)), of(2).rest), (vec![3, 2], Rest::BeyondLimit));
        assert_eq!((ids(&of(3)), of(3).rest), (vec![3, 2, 1], Rest::Nothing));
    }

    #[test]
    fn a_server_that_does_not_page_is_not_asked_for_ever() {
        let error = all("id", None, |_| Ok(page(&[1], true, None))).err().unwrap();
        assert!(format!("{error:?}").contains("the same rows again"));
    }
}
