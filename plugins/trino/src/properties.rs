//! Reads the `WITH (...)` of a `SHOW CREATE` answer: properties, partitioning, sort order, location, format.
//! Never runs on a connector that has none of these.

use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::{KeyKind, PartitionColumn, TableKey};
use serde_json::{Map, Value};

use crate::scan;

/// What a table was created with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Properties {
    /// By name, as JSON.
    pub values: BTreeMap<String, Value>,
    /// The whole statement.
    pub ddl: String,
}

/// Reads a `CREATE` statement that Trino printed.
pub fn parse(ddl: &str) -> Properties {
    let values = clause(ddl).map(|inside| scan::split(inside, ',').into_iter().filter_map(pair).collect());
    Properties { values: values.unwrap_or_default(), ddl: ddl.to_owned() }
}

/// The inside of the first `WITH (...)` outside quotes and other parentheses that begins a line, as Trino prints it.
fn clause(ddl: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, symbol) in scan::symbols(ddl) {
        match symbol {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            'W' if depth == 0 && at > 0 && ddl[..at].ends_with('\n') && ddl[at..].starts_with("WITH (") => {
                let open = at + "WITH ".len();
                return Some(&ddl[open + 1..scan::closing(ddl, open)?]);
            }
            // The query of a view may have a WITH of its own.
            'A' if depth == 0 && ddl[at..].starts_with("AS\n") && ddl[..at].ends_with([' ', '\n']) => return None,
            _ => {}
        }
    }
    None
}

fn pair(text: &str) -> Option<(String, Value)> {
    let (name, value) = text.split_once('=')?;
    let name = name.trim();
    let name = scan::quoted(name).map_or_else(|| name.to_owned(), |(name, _)| name);
    Some((name, value_of(value.trim())))
}

fn value_of(text: &str) -> Value {
    if let Some(list) = text.strip_prefix("ARRAY[").and_then(|rest| rest.strip_suffix(']')) {
        let items = scan::split(list, ',').into_iter().map(str::trim).filter(|item| !item.is_empty());
        return items.map(value_of).collect();
    }
    if let Some(quoted) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Value::String(quoted.replace("''", "'"));
    }
    if let Some(arguments) = text.strip_prefix("MAP(").and_then(|rest| rest.strip_suffix(')')) {
        return map_of(arguments).unwrap_or_else(|| text.into());
    }
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn map_of(arguments: &str) -> Option<Value> {
    let [keys, values] = scan::split(arguments, ',')[..] else { return None };
    let (Value::Array(keys), Value::Array(values)) = (value_of(keys.trim()), value_of(values.trim())) else {
        return None;
    };
    let pairs = keys.into_iter().zip(values).map(|(key, value)| (plain(&key), value));
    Some(Value::Object(pairs.collect::<Map<_, _>>()))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Who owns a schema, where Trino's answer of `SHOW CREATE SCHEMA` names a user or a role on a line of its own.
fn authorization(ddl: &str) -> Option<String> {
    let named = ddl.lines().find_map(|line| line.strip_prefix("AUTHORIZATION "))?;
    let name = named.strip_prefix("USER ").or_else(|| named.strip_prefix("ROLE ")).unwrap_or(named);
    Some(unquoted(name.trim()))
}

impl Properties {
    /// Who owns it: the schema's authorization, or the owner that other engines write into a table's properties.
    pub fn owner(&self) -> Option<String> {
        let extra = || self.values.get("extra_properties")?.get("owner")?.as_str().map(str::to_owned);
        authorization(&self.ddl).or_else(|| self.text("owner")).or_else(extra).filter(|owner| !owner.is_empty())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Where the files lie.
    pub fn location(&self) -> Option<String> {
        self.text("location").or_else(|| self.text("external_location"))
    }

    /// Whether the files are not the connector's own (Hive).
    pub fn is_external(&self) -> bool {
        self.values.contains_key("external_location")
    }

    /// The format of the files, lower case.
    pub fn file_format(&self) -> Option<String> {
        self.text("format").map(|format| format.to_ascii_lowercase())
    }

    /// The table format where one catalog holds several: "iceberg", "hive", "delta".
    pub fn table_format(&self) -> Option<String> {
        self.text("type").map(|format| format.to_ascii_lowercase())
    }

    /// Partitioning, outermost first.
    pub fn partitioned_by(&self) -> Vec<PartitionColumn> {
        let transforms = self.list("partitioning").map(transform);
        transforms.chain(self.list("partitioned_by").map(by_value)).collect()
    }

    /// Sort order and buckets.
    pub fn keys(&self) -> Vec<TableKey> {
        let sorted: Vec<String> = self.list("sorted_by").map(sort_column).collect();
        let buckets: Vec<String> = self.list("bucketed_by").map(str::to_owned).collect();
        let keys = [(KeyKind::Sort, sorted), (KeyKind::Dist, buckets)];
        let key = |(kind, columns)| TableKey { kind, columns, refers_to: None, referred_columns: Vec::new() };
        keys.into_iter().filter(|(_, columns)| !columns.is_empty()).map(key).collect()
    }
}

fn by_value(column: &str) -> PartitionColumn {
    PartitionColumn { column: unquoted(column), interval_kind: "COLUMN-VALUE".to_owned(), interval: None }
}

/// Iceberg's `day(x)`, `bucket(x, 4)`, or `x` alone.
fn transform(text: &str) -> PartitionColumn {
    let call = text.strip_suffix(')').filter(|_| !text.starts_with('"')).and_then(|call| call.split_once('('));
    let Some((function, arguments)) = call else { return by_value(text) };
    let mut arguments = scan::split(arguments, ',').into_iter().map(str::trim);
    let column = unquoted(arguments.next().unwrap_or_default());
    let rest: Vec<&str> = arguments.collect();
    let time = matches!(function, "year" | "month" | "day" | "hour");
    let interval = if rest.is_empty() { function.to_owned() } else { format!("{function}({})", rest.join(", ")) };
    let interval_kind = if time { "TIME-UNIT" } else { "OTHER" };
    PartitionColumn { column, interval_kind: interval_kind.to_owned(), interval: Some(interval) }
}

/// The column of `x DESC NULLS FIRST`.
fn sort_column(text: &str) -> String {
    scan::quoted(text).map_or_else(|| text.split(' ').next().unwrap_or_default().to_owned(), |(name, _)| name)
}

fn unquoted(text: &str) -> String {
    scan::quoted(text).map_or_else(|| text.to_owned(), |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ICEBERG: &str = "CREATE TABLE c.s.t (\n   a bigint NOT NULL COMMENT 'it''s WITH (x = 1)',\n   \"W (\" date\n)\n\
        COMMENT 'two\nWITH (lines'\nWITH (\n   format = 'PARQUET',\n   format_version = 2,\n   \
        location = 's3://bucket/a,b',\n   partitioning = ARRAY['day(\"d t\")','bucket(a, 4)','b'],\n   \
        sorted_by = ARRAY['a DESC NULLS FIRST'],\n   object_store_layout_enabled = true\n)";

    #[test]
    fn an_iceberg_table_tells_partitioning_location_and_format() {
        let properties = parse(ICEBERG);
        assert_eq!(properties.values["format_version"], json!(2));
        assert_eq!(properties.values["object_store_layout_enabled"], json!(true));
        assert_eq!(properties.location().as_deref(), Some("s3://bucket/a,b"));
        assert_eq!(properties.file_format().as_deref(), Some("parquet"));
        let parts: Vec<_> = properties.partitioned_by();
        let parts: Vec<_> =
            parts.iter().map(|p| (p.column.as_str(), p.interval_kind.as_str(), p.interval.as_deref())).collect();
        assert_eq!(
            parts,
            [("d t", "TIME-UNIT", Some("day")), ("a", "OTHER", Some("bucket(4)")), ("b", "COLUMN-VALUE", None)]
        );
        assert_eq!(properties.keys()[0].columns, ["a"]);
    }

    #[test]
    fn a_hive_table_tells_buckets_and_that_it_is_external() {
        let ddl = "CREATE TABLE h.s.t (\n   a int\n)\nWITH (\n   external_location = 's3://x/y',\n   \
                   partitioned_by = ARRAY['ds'],\n   bucketed_by = ARRAY['a'],\n   bucket_count = 8\n)";
        let properties = parse(ddl);
        assert!(properties.is_external());
        assert_eq!(properties.partitioned_by()[0].column, "ds");
        assert_eq!(properties.keys()[0].kind, KeyKind::Dist);
    }

    #[test]
    fn a_materialized_views_own_query_is_not_taken_for_properties() {
        let ddl = "CREATE MATERIALIZED VIEW c.s.m AS\nWITH (\n a = 1)\nSELECT 1";
        assert!(parse(ddl).values.is_empty());
        let ddl = "CREATE MATERIALIZED VIEW c.s.m\nCOMMENT 'x'\nWITH (\n   format = 'ORC'\n) AS\nSELECT 1";
        assert_eq!(parse(ddl).file_format().as_deref(), Some("orc"));
    }

    #[test]
    fn owners_are_told_by_authorization_or_by_a_property() {
        let owner = |ddl: &str| parse(ddl).owner();
        let schema = |line: &str| format!("CREATE SCHEMA hive.raw\n{line}\nWITH (\n   location = 's3://b/raw'\n)");
        assert_eq!(owner(&schema("AUTHORIZATION USER ada")).as_deref(), Some("ada"));
        assert_eq!(owner(&schema("AUTHORIZATION ROLE \"data team\"")).as_deref(), Some("data team"));
        let table =
            "CREATE TABLE t (\n   a int\n)\nWITH (\n   extra_properties = MAP(ARRAY['owner'], ARRAY['spark'])\n)";
        assert_eq!(owner(table).as_deref(), Some("spark"));
        assert_eq!((owner("CREATE SCHEMA tpch.tiny"), owner(ICEBERG)), (None, None));
    }

    #[test]
    fn maps_and_unknown_values_are_kept() {
        let ddl = "CREATE TABLE t (\n   a int\n)\nWITH (\n   extra_properties = MAP(ARRAY['k','l'], ARRAY['v',''']),(''']),\n   x = DATE '2026-01-01'\n)";
        let properties = parse(ddl);
        assert_eq!(properties.values["extra_properties"], json!({"k": "v", "l": "']),('"}));
        assert_eq!(properties.values["x"], json!("DATE '2026-01-01'"));
    }
}
