//! Buckets and what lies in them.

use metahost_model::{Container, Fqn};
use serde_json::{Value, json};

use super::{Body, Context, columns, set, set_list, set_some};

/// Formats the server has a name for.
const FORMATS: [&str; 8] = ["zip", "gz", "zstd", "csv", "tsv", "json", "parquet", "avro"];

impl Context<'_> {
    pub(super) fn container(&self, body: &mut Body, container: &Container, above: &Fqn) {
        set(body, "service", self.service.fqn().as_str());
        set_some(body, "prefix", Some(&container.prefix));
        for (key, value) in [("size", container.size_bytes), ("numberOfObjects", container.objects)] {
            if let Some(value) = value {
                set(body, key, value);
            }
        }
        set_list(body, "fileFormats", self.formats(&container.formats));
        if !container.fields.is_empty() {
            set(body, "dataModel", json!({ "isPartitioned": false, "columns": columns(self, &container.fields) }));
        }
        if let Some(parent) = self.resolved.container(above) {
            set(body, "parent", json!({ "id": parent, "type": "container" }));
        }
    }

    fn formats(&self, found: &[String]) -> Vec<Value> {
        let known = found.iter().filter_map(|format| {
            let name = FORMATS.iter().find(|name| name.eq_ignore_ascii_case(format));
            if name.is_none() {
                self.left_out("the file format", format, "it was left out");
            }
            name.map(|name| Value::from(*name))
        });
        known.collect()
    }
}
