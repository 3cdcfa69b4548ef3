//! The model that a table is built from.

use metahost_model::{DataModel, Fqn, encode_name};
use serde_json::Value;

use super::Merge;
use super::columns::find;
use crate::openmetadata::body::{Body, date_time, set, set_list, set_some};
use crate::openmetadata::profile::Profile;

impl Merge<'_> {
    /// The request's body, if the table does not show this model yet.
    pub(super) fn data_model(&self, profile: &Profile) -> Option<Value> {
        let model = self.new.data_model.as_ref()?;
        let mut body = self.model(model, profile);
        let now = self.now.get("dataModel").unwrap_or(&Value::Null);
        if covers(now, &Value::Object(body.clone())) {
            return None;
        }
        // Not compared: it changes with every build of the artifact, and alone it is not worth a call per table.
        set_some(&mut body, "generatedAt", model.generated_at.and_then(date_time).as_deref());
        Some(Value::Object(body))
    }

    fn model(&self, model: &DataModel, profile: &Profile) -> Body {
        let mut body = Body::new();
        set(&mut body, "modelType", "DBT");
        set_some(&mut body, "resourceType", Some(&model.resource_type));
        set_some(&mut body, "description", self.new.description.as_deref());
        set_some(&mut body, "path", model.file.as_deref());
        set_some(&mut body, "rawSql", model.raw_sql.as_deref());
        set_some(&mut body, "sql", model.compiled_sql.as_deref());
        if profile.has_dbt_project {
            set_some(&mut body, "dbtSourceProject", model.project.as_deref());
        }
        let upstream = model.upstream.iter().map(|path| Fqn::new(&self.service.name, path).as_str().into());
        set_list(&mut body, "upstream", upstream.collect());
        set_list(&mut body, "columns", self.model_columns());
        body
    }

    /// Columns of the first level, with the catalog's types: the tool's are its own words.
    fn model_columns(&self) -> Vec<Value> {
        let columns = self.now.get("columns").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let known = self.new.columns.iter().filter_map(|noted| {
            let [name] = noted.column.as_slice() else { return None };
            let column = find(columns, &encode_name(name))?;
            let mut body = Body::new();
            for key in ["name", "dataType", "dataLength", "arrayDataType", "dataTypeDisplay"] {
                if let Some(value) = column.get(key).filter(|value| !value.is_null()) {
                    set(&mut body, key, value.clone());
                }
            }
            set_some(&mut body, "description", noted.description.as_deref());
            Some(Value::Object(body))
        });
        known.collect()
    }
}

/// Whether everything that is wanted is there; the server adds fields of its own.
fn covers(there: &Value, wanted: &Value) -> bool {
    match (there, wanted) {
        (Value::Object(there), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| there.get(key).is_some_and(|there| covers(there, wanted)))
        }
        (Value::Array(there), Value::Array(wanted)) => {
            there.len() == wanted.len() && there.iter().zip(wanted).all(|(there, wanted)| covers(there, wanted))
        }
        _ => there == wanted,
    }
}
