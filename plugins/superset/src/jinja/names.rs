//! The names that a template may use: those of the dataset, those that Superset gives to every template, and any other as
//! a value that is not there. Never empty-handed.

use std::sync::{Arc, PoisonError};

use minijinja::value::{Object, Value};

use super::absent::Absent;
use super::{Scope, Unknown};

/// What Superset gives to templates and has no value for while nobody looks.
const KNOWN: [&str; 17] = [
    "from_dttm",
    "to_dttm",
    "time_column",
    "time_grain",
    "row_limit",
    "row_offset",
    "form_data",
    "request",
    "user",
    "get_time_filter",
    "current_user_id",
    "current_username",
    "current_user_email",
    "presto",
    "hive",
    "trino",
    "spark",
];
/// Lists that are empty while nobody looks.
const EMPTY: [&str; 3] = ["metrics", "filter", "extras"];
/// Columns of the query that a chart makes: any of the dataset's.
const COLUMNS: [&str; 3] = ["columns", "groupby", "table_columns"];

/// All that a template may name.
#[derive(Debug)]
pub struct Names {
    scope: Scope,
    unknown: Unknown,
}

impl Names {
    /// Those of a dataset.
    pub fn new(scope: Scope, unknown: Unknown) -> Self {
        Self { scope, unknown }
    }

    fn note(&self, name: &str) -> Value {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        Absent::unknown(name)
    }
}

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if let Some(parameter) = self.scope.parameters.get(name) {
            return Some(parameter.clone());
        }
        match name {
            "dataset_id" => Some(Value::from(self.scope.dataset)),
            _ if super::functions::NAMES.contains(&name) => None,
            _ if COLUMNS.contains(&name) => Some(Value::from(self.scope.columns.clone())),
            _ if EMPTY.contains(&name) => Some(Value::from(Vec::<Value>::new())),
            _ if KNOWN.contains(&name) => Some(Absent::known(name)),
            _ => Some(self.note(name)),
        }
    }
}
