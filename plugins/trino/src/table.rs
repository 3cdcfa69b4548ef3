//! From what Trino tells to the contract's table. Pure: no I/O, so the same code can be measured natively.

use metahost_plugin_sdk::entities::{Column, Common, Database, Schema, Table, TableKind};
use serde_json::Value;

use crate::properties::Properties;
use crate::relations::{Kind, Materialized, Relation};
use crate::sql;

/// Everything known about one table.
#[derive(Debug, Default)]
pub struct Source<'a> {
    /// Its catalog.
    pub catalog: &'a str,
    /// Its schema.
    pub schema: &'a str,
    /// Its name.
    pub name: String,
    /// Name of the catalog's connector.
    pub connector: Option<&'a str>,
    /// What the schema's listings tell.
    pub relation: Relation,
    /// Flat, parents first.
    pub columns: Vec<Column>,
    /// What it was created with, if it was asked for.
    pub properties: Option<Properties>,
    /// The whole `CREATE VIEW`, where the listing had no query.
    pub create_view: Option<String>,
    /// Whether the DDL of a table becomes its definition.
    pub include_ddl: bool,
}

/// A catalog as a database.
pub fn database(catalog: &str, connector: Option<&str>) -> Database {
    let mut common = common(vec![catalog.to_owned()], None);
    common.extension.extend(connector.map(|name| extension("connectorName", name)));
    Database { common }
}

/// A schema, with what it was created with.
pub fn schema(catalog: &str, schema: &str, properties: &Properties) -> Schema {
    let mut common = common(vec![catalog.to_owned(), schema.to_owned()], None);
    common.owners.extend(properties.owner());
    common.extension.extend(all_of(properties).map(|all| ("schemaProperties".to_owned(), all)));
    Schema { common }
}

/// A table or view.
pub fn table(source: Source<'_>) -> Table {
    let kind = kind(&source);
    let definition = definition(&source);
    let path = vec![source.catalog.to_owned(), source.schema.to_owned(), source.name];
    let mut common = common(path, source.relation.comment);
    if let Kind::Materialized(view) = source.relation.kind {
        common.extension.extend(materialized(*view));
    }
    let properties = source.properties.unwrap_or_default();
    common.owners.extend(properties.owner());
    common.extension.extend(all_of(&properties).map(|all| ("tableProperties".to_owned(), all)));
    Table {
        common,
        kind,
        columns: source.columns,
        keys: properties.keys(),
        partitioned_by: properties.partitioned_by(),
        definition,
        location: properties.location(),
        file_format: properties.file_format(),
        retention: None,
        row_count: None,
        size_bytes: None,
        updated_at: None,
    }
}

/// All properties as JSON, if there are any.
fn all_of(properties: &Properties) -> Option<String> {
    let all: Value = properties.values.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    (!properties.values.is_empty()).then(|| all.to_string())
}

fn common(path: Vec<String>, description: Option<String>) -> Common {
    Common { description: description.filter(|text| !text.is_empty()), ..metahost_plugin_sdk::common(path) }
}

fn extension(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), Value::from(value).to_string())
}

fn materialized(view: Materialized) -> impl Iterator<Item = (String, String)> {
    let all = [("freshness", view.freshness), ("lastFreshTime", view.last_fresh), ("storageTable", view.storage)];
    all.into_iter().filter_map(|(name, value)| Some(extension(name, &value?)))
}

fn kind(source: &Source<'_>) -> TableKind {
    let format = source.properties.as_ref().and_then(Properties::table_format);
    match (&source.relation.kind, format.as_deref().or(source.connector)) {
        (Kind::View(_), _) => TableKind::View,
        (Kind::Materialized(_), _) => TableKind::MaterializedView,
        (Kind::Table, Some("iceberg")) => TableKind::Iceberg,
        (Kind::Table, _) if source.properties.as_ref().is_some_and(Properties::is_external) => TableKind::External,
        (Kind::Table, _) => TableKind::Regular,
    }
}

/// Trino tells only the query of a view; with its head it is a statement that lineage can be read from.
fn definition(source: &Source<'_>) -> Option<String> {
    let create = |what: &str, query: &str| {
        let path = sql::path(&[source.catalog, source.schema, &source.name]);
        format!("CREATE {what} {path} AS\n{}", query.trim_end())
    };
    match &source.relation.kind {
        Kind::View(query) => query.as_ref().map(|query| create("VIEW", query)).or_else(|| source.create_view.clone()),
        Kind::Materialized(view) => view.query.as_ref().map(|query| create("MATERIALIZED VIEW", query)),
        Kind::Table => source.properties.as_ref().filter(|_| source.include_ddl).map(|p| p.ddl.clone()),
    }
}
