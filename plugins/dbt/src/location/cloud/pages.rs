//! Lists page by page, and what answers mean. Never takes a missing page for the end.

use metahost_plugin_sdk::rest::{Answer, Api, parse};
use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol};
use serde_json::Value;

use super::Cloud;
use super::answers::List;

/// Items a page; dbt Cloud gives no more.
const PAGE: usize = 100;

impl<A: Api> Cloud<A> {
    /// The first pages of several lists.
    pub(super) fn first_pages(&self, queries: &[String]) -> Vec<Result<Value>> {
        let paths: Vec<String> = queries.iter().map(|query| page(query, 0)).collect();
        self.api.get_all(&paths)
    }

    /// Every item of a list whose first page is there, until `take` has enough.
    pub(super) fn list(&self, query: &str, first: Value, take: &mut dyn FnMut(Value) -> Result<bool>) -> Result<()> {
        let (mut seen, mut first) = (0, Some(first));
        loop {
            let path = page(query, seen);
            let answer = first.take().map_or_else(|| self.api.get(&path), Ok)?;
            let page: List = parse("the list", answer).with("path", &path)?;
            let (count, total) = (page.data.len(), page.extra.pagination.total_count);
            seen += count;
            for item in page.data {
                if !take(item)? {
                    return Ok(());
                }
            }
            match total {
                Some(total) if seen >= total => return Ok(()),
                Some(total) if count == 0 => {
                    return Err(protocol(format!("dbt Cloud counts {total} items and gave {seen}")).with("path", path));
                }
                None if count < PAGE => return Ok(()),
                _ => {}
            }
        }
    }
}

/// The path of a page.
pub fn page(query: &str, seen: usize) -> String {
    format!("{query}limit={PAGE}&offset={seen}")
}

/// What an error says.
pub fn words(error: Error) -> String {
    match error {
        Error::Protocol(failure) => failure.message,
        other => format!("{other:?}"),
    }
}

/// The JSON; none for what is not there.
pub fn known_body(answer: &Answer) -> Result<Option<Value>> {
    if answer.status == 404 { Ok(None) } else { answer.json().map(Some) }
}
