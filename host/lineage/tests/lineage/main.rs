//! What the lineage of SQL is, construct by construct.

mod bad_input;
mod budget;
mod cases;
mod dialects;
mod dml;
mod engine;
mod events;
mod exchanges;
mod explanations;
mod files;
mod idioms;
mod influences;
mod pictures;
mod properties;
mod roles;
mod scopes;
mod scripts;
mod stars;
mod steering;

use metahost_lineage::{Analysis, ColumnEdge, Dialect, Request, Schemas, TableName, analyse};

/// A small shop.
struct Shop;

impl Schemas for Shop {
    fn columns(&self, table: &TableName) -> Option<Vec<String>> {
        let columns = match table.name() {
            "orders" => "id customer total placed",
            "customers" => "id name city",
            "events" => "id tags props payload",
            "target" => "a b c",
            _ => return None,
        };
        Some(columns.split(' ').map(str::to_owned).collect())
    }
}

/// The analysis of a text that speaks of the shop.
fn read(dialect: Dialect, sql: &str) -> Analysis {
    analyse(&Request::new(sql, dialect).with_schemas(&Shop))
}

/// Which columns are made from which: `x <- t.a t.b; y <-`.
fn columns(dialect: Dialect, sql: &str) -> String {
    edges(&read(dialect, sql).columns)
}

fn edges(columns: &[ColumnEdge]) -> String {
    let one = |edge: &ColumnEdge| {
        let sources: Vec<String> =
            edge.sources.iter().map(|source| format!("{}.{}", source.table, source.column)).collect();
        format!("{} <- {}", edge.column, sources.join(" ")).trim().to_owned()
    };
    columns.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Which tables are read and written: `a b -> c`.
fn tables(dialect: Dialect, sql: &str) -> String {
    let found = read(dialect, sql);
    let names = |tables: &[TableName]| tables.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    format!("{} -> {}", names(&found.inputs), names(&found.outputs)).trim().to_owned()
}

/// Compares what is found for each text.
fn expect_columns(dialect: Dialect, cases: &[(&str, &str)]) {
    for (sql, expected) in cases {
        assert_eq!(columns(dialect, sql), *expected, "{sql}");
    }
}

/// Compares the tables of each text.
fn expect_tables(dialect: Dialect, cases: &[(&str, &str)]) {
    for (sql, expected) in cases {
        assert_eq!(tables(dialect, sql), *expected, "{sql}");
    }
}
