//! Splits and what each emits: one for the namespaces, one for the tables and views of each.

use metahost_plugin_sdk::connector::{Mode, Split};
use metahost_plugin_sdk::entities::{Database, Entity, Schema};
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::parse;
use metahost_plugin_sdk::{Result, protocol};
use serde_json::Value;

use crate::catalog::Catalog;
use crate::metadata::{LoadedTable, LoadedView};
use crate::table::described;
use crate::{statistics, table, view};

/// Tables asked for at once.
const AT_ONCE: usize = 16;

/// What stands before the levels of a namespace in the split of its statistics.
const PROFILE: &str = "profile:";

/// One for the namespaces themselves, and one for each; for statistics only one for each.
pub fn splits(catalog: &Catalog<'_>, modes: &[Mode]) -> Result<Vec<Split>> {
    let database = catalog.config.database.clone();
    let namespaces = catalog.namespaces()?;
    let mut splits = Vec::new();
    for mode in modes {
        let split = |id: String, path| Split { id, path, mode: *mode, weight: None };
        let before = if *mode == Mode::Profile { PROFILE } else { "" };
        splits.extend((*mode == Mode::Entities).then(|| split("namespaces".to_owned(), vec![database.clone()])));
        splits.extend(namespaces.iter().map(|levels| {
            let path = vec![database.clone(), catalog.config.schema(levels)];
            split(format!("{before}{}", Value::from(levels.clone())), path)
        }));
    }
    Ok(splits)
}

/// The levels of the namespace that a split is about: two namespaces may give schemas of one name.
pub fn levels(id: &str) -> Result<Vec<String>> {
    serde_json::from_str(id.trim_start_matches(PROFILE))
        .map_err(|_| protocol(format!("`{id}` is no split of this connector")))
}

/// The database and its schemas.
pub fn namespaces(catalog: &Catalog<'_>, out: &mut dyn Output) -> Result<()> {
    let (config, mut whole) = (catalog.config, true);
    let database = described(config, vec![config.database.clone()], |_| None);
    out.entity(Entity::Database(Database { common: database }))?;
    let all = catalog.namespaces()?;
    for levels in &all {
        let name = config.schema(levels);
        let properties = or_skip(out, &["properties of", &name], catalog.properties(levels))?;
        whole &= properties.is_some();
        let properties = properties.unwrap_or_default();
        let property = |key: &str| properties[key].as_str().map(str::to_owned);
        let common = described(config, vec![config.database.clone(), name], property);
        out.entity(Entity::Schema(Schema { common }))?;
    }
    if whole {
        out.complete(std::slice::from_ref(&config.database), "databaseSchema", Some(all.len() as u64))
    } else {
        Ok(())
    }
}

/// The tables and views of one namespace.
pub fn namespace(catalog: &Catalog<'_>, levels: &[String], out: &mut dyn Output) -> Result<()> {
    let schema = catalog.config.schema(levels);
    let tables = catalog.tables(levels)?;
    let mut read = emit(catalog, levels, "tables", &tables, out)?;
    let views = or_skip(out, &[&schema, "views"], catalog.views(levels))?;
    let all = tables.len() + views.as_ref().map_or(0, Vec::len);
    read += emit(catalog, levels, "views", views.as_deref().unwrap_or_default(), out)?;
    if read < all || views.is_none() {
        return Ok(());
    }
    out.complete(&[catalog.config.database.clone(), schema], "table", Some(all as u64))
}

/// What the metadata of each table says of its rows.
pub fn profiles(catalog: &Catalog<'_>, levels: &[String], out: &mut dyn Output) -> Result<()> {
    let (database, schema) = (catalog.config.database.clone(), catalog.config.schema(levels));
    let tables = catalog.tables(levels)?;
    let mut read = 0;
    for some in tables.chunks(AT_ONCE) {
        for (name, answer) in some.iter().zip(catalog.load(levels, "tables", some)) {
            let loaded = answer.and_then(|answer| parse::<LoadedTable>("the table", answer));
            let loaded = or_skip(out, &[&database, &schema, name], allowed(loaded))?;
            if let Some(stats) = loaded.and_then(|loaded| statistics::of(&loaded.metadata)) {
                out.stats(&[database.clone(), schema.clone(), name.clone()], stats)?;
            }
            read += 1;
        }
        out.progress(&schema, read, Some(tables.len() as u64));
    }
    Ok(())
}

/// Emits what can be read, and says how many that were.
fn emit(catalog: &Catalog<'_>, levels: &[String], kind: &str, names: &[String], out: &mut dyn Output) -> Result<usize> {
    let schema = catalog.config.schema(levels);
    let mut read = 0;
    for some in names.chunks(AT_ONCE) {
        for (name, answer) in some.iter().zip(catalog.load(levels, kind, some)) {
            let path = vec![catalog.config.database.clone(), schema.clone(), name.clone()];
            let found = answer.and_then(|answer| entity(catalog, kind, path, answer));
            if let Some(found) = or_skip(out, &[&catalog.config.database, &schema, name], allowed(found))? {
                out.entity(Entity::Table(found))?;
                read += 1;
            }
        }
        out.progress(&schema, read as u64, Some(names.len() as u64));
    }
    Ok(read)
}

fn entity(
    catalog: &Catalog<'_>,
    kind: &str,
    path: Vec<String>,
    answer: Value,
) -> Result<metahost_plugin_sdk::entities::Table> {
    if kind == "views" {
        let loaded: LoadedView = parse("the view", answer)?;
        return view::entity(catalog.config, path, &loaded.metadata);
    }
    let loaded: LoadedTable = parse("the table", answer)?;
    table::entity(catalog.config, path, &loaded.metadata)
}

/// A single table may be forbidden (403), or its metadata file be gone (500): that is a fault of the table, not of the catalog.
/// A token that is over (401) is over for all of them.
fn allowed<T>(found: Result<T>) -> Result<T> {
    use metahost_plugin_sdk::Error;
    match found {
        Err(Error::Denied(failure)) if failure.message.contains("HTTP 403") => Err(Error::Protocol(failure)),
        Err(Error::Unavailable(retryable)) if retryable.failure.message.contains("HTTP 500") => {
            Err(Error::Protocol(retryable.failure))
        }
        other => other,
    }
}
