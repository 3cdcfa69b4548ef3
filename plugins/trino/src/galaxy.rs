//! What Starburst Galaxy's REST API tells and SQL does not: tags, owners, descriptions, data products, checks of data.
//! Never a reason to leave a table out.

mod answer;
mod catalog;
mod checks;
mod facts;
mod schema;

use std::cell::Cell;

use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, encode, parse};
use metahost_plugin_sdk::{Error, Result, protocol};
use serde_json::Value;

use crate::config::Galaxy as Config;
use answer::{Catalog, Page};

pub use catalog::OfCatalog;
pub use facts::Facts;
pub use schema::OfSchema;

/// The credential slot of the API.
pub const SLOT: &str = "galaxy";
const CATALOGS: &str = "/public/api/v1/catalog";

/// The API of one account.
pub struct Galaxy {
    api: Box<dyn Api>,
    config: Config,
    has_told: Cell<bool>,
}

impl Galaxy {
    /// The API behind a server.
    pub fn new(api: Box<dyn Api>, config: Config) -> Self {
        Self { api, config, has_told: Cell::new(false) }
    }

    /// Names of the catalogs that it lists.
    pub fn catalogs(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        self.each(CATALOGS, |item| {
            found.push(parse::<Catalog>("a catalog", item)?.catalog_name);
            Ok(())
        })?;
        Ok(found)
    }

    /// The id of a catalog; none, which is told, where its client may not see it.
    fn id(&self, name: &str, out: &mut dyn Output) -> Result<Option<String>> {
        let mut id = None;
        let read = self.each(CATALOGS, |item| {
            let found: Catalog = parse("a catalog", item)?;
            id = id.take().or((found.catalog_name == name).then_some(found.catalog_id));
            Ok(())
        });
        let read = self.or_tell(&[name], read, out)?;
        if read.is_some() && id.is_none() {
            let said = "Starburst Galaxy lists no such catalog, or the role of its client may not see it";
            out.note(Level::Warn, said, &[("catalog", name.to_owned())]);
        }
        Ok(id.filter(|_| read.is_some()))
    }

    fn each(&self, list: &str, take: impl FnMut(Value) -> Result<()>) -> Result<()> {
        self.follow(list, self.api.get(&page(list, "")), take)
    }

    /// All pages of a list of which the first was asked for.
    fn follow(&self, list: &str, first: Result<Value>, mut take: impl FnMut(Value) -> Result<()>) -> Result<()> {
        let mut token = String::new();
        let mut answer = first?;
        loop {
            let page: Page = parse(list, answer)?;
            page.result.into_iter().try_for_each(&mut take)?;
            let Some(next) = page.next_page_token.filter(|next| !next.is_empty()) else { return Ok(()) };
            if next == token {
                return Err(protocol(format!("{list} leads from a page to the same page")));
            }
            answer = self.api.get(&self::page(list, &next))?;
            token = next;
        }
    }

    /// A client without rights is told once; what can't be read is named.
    fn or_tell<T>(&self, path: &[&str], read: Result<T>, out: &mut dyn Output) -> Result<Option<T>> {
        match read {
            Err(Error::Denied(failure)) => {
                if !self.has_told.replace(true) {
                    let fields = [("item", path.join(".")), ("reason", failure.message)];
                    let said = "Starburst Galaxy does not let its client read all that it knows; its role needs rights";
                    out.note(Level::Warn, said, &fields);
                }
                Ok(None)
            }
            other => or_skip(out, path, other),
        }
    }

    /// The same for what not every account has: a line of the log is all that its absence costs.
    fn if_there<T>(&self, what: &str, read: Result<T>, out: &mut dyn Output) -> Result<Option<T>> {
        match read {
            Err(Error::Protocol(failure)) => {
                let fields = [("what", what.to_owned()), ("reason", failure.message)];
                out.note(Level::Warn, "Starburst Galaxy does not tell this", &fields);
                Ok(None)
            }
            other => self.or_tell(&[what], other, out),
        }
    }
}

/// A page of a list, which may have a query already.
fn page(list: &str, token: &str) -> String {
    let after = if token.is_empty() { String::new() } else { format!("&pageToken={}", encode(token)) };
    let sign = if list.contains('?') { '&' } else { '?' };
    format!("{list}{sign}pageSize=100{after}")
}

#[cfg(test)]
mod tests;
