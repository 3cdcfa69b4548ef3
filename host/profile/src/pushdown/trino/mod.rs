//! What is asked of Trino, in its dialect.

mod facts;
mod select;
mod types;

pub use facts::expression as fact_expression;
pub use select::{Ask, What, asks, statement};
pub use types::{Leaf, find as find_leaf, leaves};

/// Columns of a schema's tables: table, column, type.
pub fn columns_of_schema(catalog: &str, schema: &str) -> String {
    format!(
        "SELECT table_name, column_name, data_type FROM {}.information_schema.columns WHERE table_schema = {} \
         ORDER BY table_name, ordinal_position",
        name(catalog),
        text(schema)
    )
}

/// What the engine knows of a table without reading it.
pub fn show_stats(table: &[String]) -> String {
    format!("SHOW STATS FOR {}", path(table))
}

/// Some rows of a table to look at, every cell as the engine writes it.
pub fn sample_rows(table: &[String], columns: &[String], restriction: Option<&str>, rows: u64) -> String {
    let cells: Vec<String> = columns.iter().map(|column| name(column)).collect();
    let filter = restriction.map(|restriction| format!(" WHERE {restriction}")).unwrap_or_default();
    format!("SELECT {} FROM {}{filter} LIMIT {rows}", cells.join(", "), path(table))
}

/// A name as it is written in a statement.
fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names from the outermost in.
fn path(parts: &[String]) -> String {
    parts.iter().map(|part| name(part)).collect::<Vec<_>>().join(".")
}

/// Text as it is written in a statement.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
