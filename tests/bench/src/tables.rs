//! Tables as they come out of Trino, built by the Trino connector's own code. Runs natively and in the sandbox alike.

use metahost_plugin_sdk::entities::Table;
use metahost_plugin_trino::columns::{self, Source as Column};
use metahost_plugin_trino::relations::{Kind, Relation};
use metahost_plugin_trino::table::{self, Source};

/// The catalog they are in.
pub const CATALOG: &str = "bench";
/// The schema they are in.
pub const SCHEMA: &str = "made";

/// What columns are mostly made of.
const SIMPLE: [&str; 12] = [
    "bigint",
    "integer",
    "boolean",
    "double",
    "date",
    "varchar",
    "varchar(40)",
    "decimal(18, 2)",
    "timestamp(3)",
    "timestamp(6) with time zone",
    "uuid",
    "json",
];
/// One column in ten.
const NESTED: [&str; 4] = [
    "array(varchar)",
    "row(street varchar(80), city varchar, point row(lat double, lon double))",
    "array(row(sku varchar(20), qty integer, price decimal(12, 2)))",
    "map(varchar, row(since timestamp(3), tags array(varchar)))",
];

/// A table with so many columns, one in ten nested, one in three with a comment.
pub fn typical(number: u32, width: usize) -> Table {
    let kind = |at: usize| if at % 10 == 9 { nth(&NESTED, number, at / 10) } else { nth(&SIMPLE, number, at) };
    let columns = (0..width).map(|at| column(format!("col_{at:02}"), kind(at).to_owned(), at % 3 == 0));
    build(format!("table_{number:06}"), columns)
}

fn nth<'a>(kinds: &[&'a str], number: u32, at: usize) -> &'a str {
    kinds.get((number as usize + at) % kinds.len()).copied().unwrap_or_default()
}

/// One table whose columns come in groups of a hundred: an array of rows, in it nine arrays of rows of ten fields.
pub fn nested(groups: usize) -> Table {
    let fields: Vec<String> = (0..10).map(|at| format!("leaf_{at} decimal(12, {at})")).collect();
    let inner = format!("array(row({}))", fields.join(", "));
    let middle: Vec<String> = (0..9).map(|at| format!("middle_{at} {inner}")).collect();
    let outer = format!("array(row({}))", middle.join(", "));
    build("nested".to_owned(), (0..groups).map(|at| column(format!("outer_{at:02}"), outer.clone(), true)))
}

fn build(name: String, all: impl Iterator<Item = Column>) -> Table {
    let mut columns = Vec::new();
    all.for_each(|column| columns::append(&mut columns, column));
    let relation = Relation { kind: Kind::Table, comment: Some(format!("What {name} is about, in a few words")) };
    table::table(Source { catalog: CATALOG, schema: SCHEMA, name, relation, columns, ..Source::default() })
}

fn column(name: String, kind: String, commented: bool) -> Column {
    let comment = commented.then(|| format!("{name}, a {}", &kind[..kind.len().min(12)]));
    Column { name, kind, nullable: Some(true), default: None, comment }
}
