//! Reads the names of tables as each dialect writes them. Never looks one up.

use sqlparser::ast::{Ident, ObjectName};

use super::idents;
use crate::rephrase::FILES;
use crate::{Dialect, TableName};

/// File formats that stand before a path in place of a schema.
const FORMATS: [&str; 8] = ["json", "csv", "parquet", "orc", "avro", "text", "delta", "binaryfile"];

/// The parts of a name.
pub(crate) fn words(name: &ObjectName, dialect: Dialect) -> Vec<String> {
    let mut parts = Vec::with_capacity(3);
    for ident in idents(name) {
        if dialect.quotes_paths() && ident.quote_style.is_some() {
            parts.extend(ident.value.split('.').filter(|part| !part.is_empty()).map(str::to_owned));
        } else {
            parts.push(ident.value.clone());
        }
    }
    // `database..table` leaves the schema out; before and after the dots there is always a name.
    let last = parts.len().saturating_sub(1);
    let mut at = 0;
    parts.retain(|part| {
        at += 1;
        !part.is_empty() || (at > 1 && at <= last)
    });
    if dialect.quotes_paths()
        && let Some(last) = parts.last_mut()
    {
        *last = unsharded(last);
    }
    parts
}

/// The files that a name means, as in ``json.`path` ``.
pub(crate) fn path(name: &ObjectName, dialect: Dialect) -> Option<TableName> {
    let parts: Vec<&Ident> = idents(name).collect();
    match parts.as_slice() {
        [format, path] if dialect.reads_paths() && path.quote_style.is_some() => {
            let known = FORMATS.contains(&format.value.to_lowercase().as_str());
            known.then(|| TableName::location(path.value.clone()))
        }
        // The parser may have cut the address at its dots.
        [files, ..] if files.value.starts_with(FILES) => {
            let address: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
            Some(TableName::location(address.join(".").trim_start_matches(FILES)))
        }
        [stage] if dialect == Dialect::Snowflake && stage.value.starts_with('@') => {
            Some(TableName::location(stage.value.clone()))
        }
        [path] if dialect == Dialect::DuckDb && path.quote_style == Some('\'') => {
            Some(TableName::location(path.value.clone()))
        }
        _ => None,
    }
}

/// One name for the shards and partitions of a table: `t$20240101` is `t`, `t_20240101` and `t_2024*` are `t_yyyymmdd`.
fn unsharded(name: &str) -> String {
    let name = name.split_once('$').map_or(name, |(table, _)| table);
    let Some((table, shard)) = name.rsplit_once('_') else { return name.to_owned() };
    let digits = shard.strip_suffix('*').unwrap_or(shard);
    let whole = digits.len() == 8 && digits.starts_with(['1', '2']);
    let sharded = digits.bytes().all(|byte| byte.is_ascii_digit()) && (whole || shard.ends_with('*'));
    if sharded && !table.is_empty() { format!("{table}_yyyymmdd") } else { name.to_owned() }
}
