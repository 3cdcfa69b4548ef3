//! Topics of message brokers.

use metahost_model::{Column, Topic, encode_name};
use serde_json::{Map, Value};

use super::{Body, Context, set, set_list, set_some};

/// Types that fields of messages may have.
const TYPES: [&str; 19] = [
    "RECORD",
    "NULL",
    "BOOLEAN",
    "INT",
    "LONG",
    "BYTES",
    "FLOAT",
    "DOUBLE",
    "TIMESTAMP",
    "TIMESTAMPZ",
    "TIME",
    "DATE",
    "STRING",
    "ARRAY",
    "MAP",
    "ENUM",
    "UNION",
    "FIXED",
    "ERROR",
];

impl Context<'_> {
    pub(super) fn topic(&self, body: &mut Body, topic: &Topic) {
        set(body, "service", self.service.fqn().as_str());
        set(body, "partitions", topic.partitions);
        if let Some(replicas) = topic.replication {
            set(body, "replicationFactor", replicas);
        }
        let config: Map<String, Value> =
            topic.config.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
        if !config.is_empty() {
            set(body, "topicConfig", config);
        }
        let known = ["Avro", "Protobuf", "JSON", "None"].iter().find(|name| **name == topic.schema_type);
        let mut schema = Body::new();
        set(&mut schema, "schemaType", *known.unwrap_or(&"Other"));
        set_some(&mut schema, "schemaText", topic.schema_text.as_deref());
        set_list(&mut schema, "schemaFields", topic.fields.iter().map(|one| self.field(one)).collect());
        set(body, "messageSchema", schema);
    }

    fn field(&self, column: &Column) -> Value {
        let name = match column.data_type.as_str() {
            "STRUCT" => "RECORD",
            "BIGINT" => "LONG",
            "VARCHAR" | "TEXT" => "STRING",
            other => TYPES.iter().copied().find(|known| *known == other).unwrap_or("UNKNOWN"),
        };
        let mut body = Body::new();
        set(&mut body, "name", encode_name(&column.name));
        set(&mut body, "dataType", name);
        set_some(&mut body, "dataTypeDisplay", column.data_type_display.as_deref());
        set_some(&mut body, "description", column.description.as_deref());
        set_list(&mut body, "tags", self.resolved.tag_labels(&column.tags));
        set_list(&mut body, "children", column.children.iter().map(|child| self.field(child)).collect());
        Value::Object(body)
    }
}
