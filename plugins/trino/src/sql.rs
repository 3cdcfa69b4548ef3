//! The statements this connector sends, and safe quoting. Never sends one per table where one per schema will do.

/// An identifier in quotes.
pub fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A string literal.
pub fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A qualified name.
pub fn path(parts: &[&str]) -> String {
    parts.iter().map(|part| name(part)).collect::<Vec<_>>().join(".")
}

/// What Trino has by its own: left out unless asked for.
const SYSTEM_CATALOG: &str = "system";
const SYSTEM_SCHEMA: &str = "information_schema";

/// Catalogs with the name of their connector.
pub fn catalogs(only: &[String], system: bool) -> String {
    let mut conditions = Vec::new();
    if !only.is_empty() {
        let all: Vec<String> = only.iter().map(|catalog| text(catalog)).collect();
        conditions.push(format!("catalog_name IN ({})", all.join(", ")));
    } else if !system {
        conditions.push(format!("catalog_name <> {}", text(SYSTEM_CATALOG)));
    }
    let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    format!("SELECT catalog_name, connector_name FROM system.metadata.catalogs{filter} ORDER BY catalog_name")
}

/// The connector of one catalog.
pub fn connector(catalog: &str) -> String {
    format!("SELECT connector_name FROM system.metadata.catalogs WHERE catalog_name = {}", text(catalog))
}

/// Schemas of a catalog.
pub fn schemas(catalog: &str, system: bool) -> String {
    let filter = if system { String::new() } else { format!(" WHERE schema_name <> {}", text(SYSTEM_SCHEMA)) };
    format!("SELECT schema_name FROM {}.information_schema.schemata{filter} ORDER BY schema_name", name(catalog))
}

/// Tables and views of a schema.
pub fn tables(catalog: &str, schema: &str) -> String {
    format!(
        "SELECT table_name, table_type FROM {}.information_schema.tables WHERE table_schema = {}",
        name(catalog),
        text(schema)
    )
}

/// Columns of a schema, table by table.
pub fn columns(catalog: &str, schema: &str) -> String {
    format!(
        "SELECT table_name, column_name, data_type, is_nullable, column_default, comment \
         FROM {}.information_schema.columns WHERE table_schema = {} ORDER BY table_name, ordinal_position",
        name(catalog),
        text(schema)
    )
}

/// Columns of one table, for when those of its schema can't be read at once.
pub fn show_columns(catalog: &str, schema: &str, table: &str) -> String {
    format!("SHOW COLUMNS FROM {}", path(&[catalog, schema, table]))
}

/// Comments of the tables of a schema.
pub fn comments(catalog: &str, schema: &str) -> String {
    format!(
        "SELECT table_name, comment FROM system.metadata.table_comments \
         WHERE catalog_name = {} AND schema_name = {} AND comment <> ''",
        text(catalog),
        text(schema)
    )
}

/// Definitions of the views of a schema.
pub fn views(catalog: &str, schema: &str) -> String {
    format!(
        "SELECT table_name, view_definition FROM {}.information_schema.views WHERE table_schema = {}",
        name(catalog),
        text(schema)
    )
}

/// Materialized views of a schema.
pub fn materialized_views(catalog: &str, schema: &str) -> String {
    format!(
        "SELECT name, definition, comment, freshness, CAST(last_fresh_time AS varchar), \
         storage_catalog, storage_schema, storage_table \
         FROM system.metadata.materialized_views WHERE catalog_name = {} AND schema_name = {}",
        text(catalog),
        text(schema)
    )
}

/// `what` is TABLE, VIEW or MATERIALIZED VIEW.
pub fn show_create(what: &str, catalog: &str, schema: &str, table: &str) -> String {
    format!("SHOW CREATE {what} {}", path(&[catalog, schema, table]))
}

/// Owner and properties of a schema.
pub fn show_create_schema(catalog: &str, schema: &str) -> String {
    format!("SHOW CREATE SCHEMA {}", path(&[catalog, schema]))
}

/// What the engine knows of a table's rows without reading them.
pub fn show_stats(catalog: &str, schema: &str, table: &str) -> String {
    format!("SHOW STATS FOR {}", path(&[catalog, schema, table]))
}

/// The newest snapshots of an Iceberg table, oldest first.
pub fn snapshots(catalog: &str, schema: &str, table: &str) -> String {
    let summary = |key: &str| format!("element_at(summary, {})", text(key));
    format!(
        "SELECT * FROM (SELECT CAST(to_unixtime(committed_at) * 1000 AS bigint) AS at, snapshot_id, parent_id, operation, \
         {}, {}, {}, {} FROM {} ORDER BY committed_at DESC LIMIT 1000) ORDER BY at",
        summary("added-records"),
        summary("deleted-records"),
        summary("added-position-deletes"),
        summary("total-files-size"),
        path(&[catalog, schema, &format!("{table}$snapshots")])
    )
}

/// The server's time in milliseconds: the connector has no clock.
pub const NOW: &str = "SELECT CAST(to_unixtime(current_timestamp) * 1000 AS bigint)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_names_and_values_can_not_break_out() {
        assert_eq!(
            views("we\"ird", "o'brien"),
            "SELECT table_name, view_definition FROM \"we\"\"ird\".information_schema.views WHERE table_schema = 'o''brien'"
        );
    }
}
