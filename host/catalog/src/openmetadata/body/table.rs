//! Tables and stored code.

use metahost_model::{Fqn, KeyKind, Routine, RoutineKind, Table, TableKey, encode_name};
use serde_json::{Value, json};

use super::{Body, Context, columns, life_cycle, set, set_list, set_some};

/// How the server says a column is partitioned by.
const INTERVALS: [&str; 7] =
    ["TIME-UNIT", "INTEGER-RANGE", "INGESTION-TIME", "COLUMN-VALUE", "INJECTED", "ENUM", "OTHER"];

impl Context<'_> {
    pub(super) fn table(&self, body: &mut Body, table: &Table, schema: &Fqn) {
        set(body, "databaseSchema", schema.as_str());
        set(body, "tableType", format!("{:?}", table.kind));
        set(body, "columns", columns(self, &table.columns));
        set_list(body, "tableConstraints", table.keys.iter().map(|key| constraint(&self.service.name, key)).collect());
        set_some(body, "schemaDefinition", table.definition.as_deref());
        set_some(body, "locationPath", table.location.as_deref());
        set_some(body, "retentionPeriod", table.retention.as_deref());
        if let Some(format) = table.file_format.as_deref() {
            self.file_format(body, format);
        }
        if let Some(updated) = table.updated_at {
            set(body, "lifeCycle", life_cycle(updated));
        }
        if !table.partitioned_by.is_empty() {
            set(body, "tablePartition", self.partition(table));
        }
    }

    fn file_format(&self, body: &mut Body, found: &str) {
        match [found.to_owned(), found.to_lowercase()].into_iter().find(|name| self.profile.has_file_format(name)) {
            Some(known) => set(body, "fileFormat", known),
            None => self.left_out("the file format", found, "it was left out"),
        }
    }

    fn partition(&self, table: &Table) -> Value {
        let columns: Vec<Value> = table
            .partitioned_by
            .iter()
            .map(|part| {
                let known = INTERVALS.iter().find(|name| **name == part.interval_kind);
                let kind = known.copied().unwrap_or_else(|| {
                    self.left_out("the partitioning", &part.interval_kind, "OTHER was written");
                    "OTHER"
                });
                let mut column = Body::new();
                set(&mut column, "columnName", encode_name(&part.column));
                set(&mut column, "intervalType", kind);
                set_some(&mut column, "interval", part.interval.as_deref());
                Value::Object(column)
            })
            .collect();
        json!({ "columns": columns })
    }

    pub(super) fn routine(body: &mut Body, routine: &Routine, schema: &Fqn) {
        let known = ["SQL", "Java", "JavaScript", "Python"];
        let language = known.iter().find(|name| name.eq_ignore_ascii_case(&routine.language)).unwrap_or(&"External");
        let kind = if routine.kind == RoutineKind::Function { "Function" } else { "StoredProcedure" };
        set(body, "databaseSchema", schema.as_str());
        set(body, "storedProcedureType", kind);
        set(body, "storedProcedureCode", json!({ "language": language, "code": routine.code }));
    }
}

/// A key over columns as the server writes it.
pub fn constraint(service: &str, key: &TableKey) -> Value {
    let mut body = Body::new();
    set(&mut body, "constraintType", key_kind(key.kind));
    set(&mut body, "columns", key.columns.iter().map(|column| encode_name(column)).collect::<Vec<_>>());
    if let Some(table) = &key.refers_to {
        let table = Fqn::new(service, table);
        let referred = key.referred_columns.iter().map(|column| table.child(column).as_str().into()).collect();
        set_list(&mut body, "referredColumns", referred);
    }
    Value::Object(body)
}

/// The server's name for a kind of key.
pub const fn key_kind(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::PrimaryKey => "PRIMARY_KEY",
        KeyKind::Unique => "UNIQUE",
        KeyKind::ForeignKey => "FOREIGN_KEY",
        KeyKind::SortKey => "SORT_KEY",
        KeyKind::DistKey => "DIST_KEY",
    }
}
