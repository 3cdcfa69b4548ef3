//! What Galaxy says of the tables of one schema and of their columns. Never holds the columns of more than a few tables.

use std::collections::BTreeMap;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{encode, parse};
use serde_json::Value;

use super::answer::Item;
use super::{CATALOGS, Facts, Galaxy, page};
use crate::config::Owners;

/// Facts by the name of what they are about.
type ByName = BTreeMap<String, Facts>;

/// What is known of one schema's tables.
pub struct OfSchema<'g> {
    pub(super) galaxy: &'g Galaxy,
    pub(super) path: [&'g str; 2],
    /// The catalog's id; none if that is not to be had.
    pub(super) catalog: Option<String>,
    /// Where its tables are listed; none if that is not to be had.
    tables_at: Option<String>,
    tables: ByName,
}

impl Galaxy {
    /// Asks for the tables of a schema.
    pub fn of_schema<'g>(&'g self, catalog: &'g str, schema: &'g str, out: &mut dyn Output) -> Result<OfSchema<'g>> {
        let path = [catalog, schema];
        let id = self.id(catalog, out)?;
        let mut found = OfSchema { galaxy: self, path, catalog: id, tables_at: None, tables: ByName::new() };
        let Some(id) = &found.catalog else { return Ok(found) };
        let at = format!("{CATALOGS}/{}/schema/{}/table", encode(id), encode(schema));
        let read = self.each(&at, |item| collect(&mut found.tables, item, self.config.owners, &path, out));
        found.tables_at = self.or_tell(&path, read, out)?.map(|()| at);
        Ok(found)
    }
}

impl OfSchema<'_> {
    /// What is said of a table.
    pub fn table(&mut self, name: &str) -> Facts {
        self.tables.remove(name).unwrap_or_default()
    }

    /// What is said of the columns of each table, in their order.
    pub fn columns(&self, tables: &[&str], out: &mut dyn Output) -> Result<Vec<ByName>> {
        let galaxy = self.galaxy;
        let Some(at) = self.tables_at.as_ref().filter(|_| galaxy.config.column_tags) else { return Ok(Vec::new()) };
        let lists: Vec<String> = tables.iter().map(|table| format!("{at}/{}/column", encode(table))).collect();
        let first = galaxy.api.get_all(&lists.iter().map(|list| page(list, "")).collect::<Vec<_>>());
        let all = tables.iter().zip(lists).zip(first);
        all.map(|((table, list), first)| {
            let path = [self.path[0], self.path[1], table];
            let mut columns = ByName::new();
            let take = |item| collect(&mut columns, item, Owners::Contacts, &path, out);
            let read = galaxy.follow(&list, first, take);
            galaxy.or_tell(&path, read, out)?;
            Ok(columns)
        })
        .collect()
    }
}

fn collect(found: &mut ByName, item: Value, owners: Owners, path: &[&str], out: &mut dyn Output) -> Result<()> {
    let Some(item) = or_skip(out, path, parse::<Item>("an item of Starburst Galaxy", item))? else { return Ok(()) };
    let name = item.name.clone();
    let facts = Facts::of(item, owners);
    if !facts.is_empty() {
        found.insert(name, facts);
    }
    Ok(())
}
