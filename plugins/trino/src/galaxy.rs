//! What Starburst Galaxy's REST API tells of tables and SQL does not: their tags. Never a reason to leave a table out.

use std::cell::Cell;
use std::collections::BTreeMap;

use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, encode, parse};
use metahost_plugin_sdk::{Error, Result, names, protocol};
use serde::Deserialize;
use serde_json::Value;

/// The credential slot of the API.
pub const SLOT: &str = "galaxy";
/// The classification that its tags are put in.
const CLASSIFICATION: &str = "GalaxyTags";
const CATALOGS: &str = "/public/api/v1/catalog";

/// The API of one account.
pub struct Galaxy {
    api: Box<dyn Api>,
    column_tags: bool,
}

/// A page of any list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    result: Vec<Value>,
    /// Empty or none on the last.
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalog {
    catalog_id: String,
    catalog_name: String,
}

/// A table or a column; the id is its name.
#[derive(Deserialize)]
struct Item {
    #[serde(alias = "tableId", alias = "columnId")]
    name: String,
    tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}

/// Tags by the name of what they are on.
type Tags = BTreeMap<String, Vec<String>>;

/// The tags of one schema.
pub struct OfSchema<'g> {
    galaxy: &'g Galaxy,
    path: [&'g str; 2],
    /// Where its tables are listed; none if that is not to be had.
    tables_at: Option<String>,
    tables: Tags,
    has_told: Cell<bool>,
}

impl Galaxy {
    /// The API behind a server.
    pub fn new(api: Box<dyn Api>, column_tags: bool) -> Self {
        Self { api, column_tags }
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

    /// Reads the tags of a schema's tables.
    pub fn of_schema<'g>(&'g self, catalog: &'g str, schema: &'g str, out: &mut dyn Output) -> Result<OfSchema<'g>> {
        let path = [catalog, schema];
        let mut tags =
            OfSchema { galaxy: self, path, tables_at: None, tables: Tags::new(), has_told: Cell::new(false) };
        let Some(id) = tags.or_tell(&path, self.catalog(catalog), out)? else { return Ok(tags) };
        let Some(id) = id else {
            let fields = [("catalog", catalog.to_owned())];
            out.note(
                Level::Warn,
                "Starburst Galaxy lists no such catalog, or the role of its client may not see it",
                &fields,
            );
            return Ok(tags);
        };
        let at = format!("{CATALOGS}/{}/schema/{}/table", encode(&id), encode(schema));
        let read = self.each(&at, |item| collect(&mut tags.tables, item, &path, out));
        tags.tables_at = tags.or_tell(&path, read, out)?.map(|()| at);
        Ok(tags)
    }

    fn catalog(&self, name: &str) -> Result<Option<String>> {
        let mut id = None;
        self.each(CATALOGS, |item| {
            let found: Catalog = parse("a catalog", item)?;
            id = id.take().or((found.catalog_name == name).then_some(found.catalog_id));
            Ok(())
        })?;
        Ok(id)
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
}

impl OfSchema<'_> {
    /// The tags of a table.
    pub fn table(&mut self, name: &str) -> Vec<String> {
        self.tables.remove(name).unwrap_or_default()
    }

    /// The tags of the columns of each table, in their order.
    pub fn columns(&self, tables: &[&str], out: &mut dyn Output) -> Result<Vec<Tags>> {
        let Some(at) = self.tables_at.as_ref().filter(|_| self.galaxy.column_tags) else { return Ok(Vec::new()) };
        let lists: Vec<String> = tables.iter().map(|table| format!("{at}/{}/column", encode(table))).collect();
        let first = self.galaxy.api.get_all(&lists.iter().map(|list| page(list, "")).collect::<Vec<_>>());
        let all = tables.iter().zip(lists).zip(first);
        all.map(|((table, list), first)| {
            let path = [self.path[0], self.path[1], table];
            let mut tags = Tags::new();
            let read = self.galaxy.follow(&list, first, |item| collect(&mut tags, item, &path, out));
            self.or_tell(&path, read, out)?;
            Ok(tags)
        })
        .collect()
    }

    /// A client without the right to read tags is told once; what can't be read is named.
    fn or_tell<T>(&self, path: &[&str], read: Result<T>, out: &mut dyn Output) -> Result<Option<T>> {
        match read {
            Err(Error::Denied(failure)) => {
                if !self.has_told.replace(true) {
                    let fields = [("item", path.join(".")), ("reason", failure.message)];
                    out.note(
                        Level::Warn,
                        "Starburst Galaxy does not let its client read tags; its role needs rights",
                        &fields,
                    );
                }
                Ok(None)
            }
            other => or_skip(out, path, other),
        }
    }
}

fn page(list: &str, token: &str) -> String {
    let after = if token.is_empty() { String::new() } else { format!("&pageToken={}", encode(token)) };
    format!("{list}?pageSize=100{after}")
}

fn collect(tags: &mut Tags, item: Value, path: &[&str], out: &mut dyn Output) -> Result<()> {
    let Some(item) = or_skip(out, path, parse::<Item>("an item of Starburst Galaxy", item))? else { return Ok(()) };
    let found: Vec<String> = item.tags.into_iter().flatten().map(|tag| names::tag(CLASSIFICATION, &tag.name)).collect();
    if !found.is_empty() {
        tags.insert(item.name, found);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
