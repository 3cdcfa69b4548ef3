//! The JSON Schema of metahost.toml, for editors and other tools. The reader itself does not use it.

/// JSON Schema 2020-12 of metahost.toml.
pub fn json_schema() -> &'static str {
    include_str!("../metahost.schema.json")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use serde_json::Value;

    use super::json_schema;
    use crate::assemble::assemble;
    use crate::read::Reading;

    const EXAMPLES: [&str; 3] = [
        include_str!("../tests/examples/full.toml"),
        include_str!("../tests/examples/vault-token.toml"),
        include_str!("../tests/examples/vault-kubernetes.toml"),
    ];

    /// Which keys the reader knows, with the kind of section each belongs to.
    fn read_keys() -> BTreeSet<(String, String)> {
        let mut keys = BTreeSet::new();
        for example in EXAMPLES {
            let reading = Reading::new(Path::new("metahost.toml"), example);
            reading.whole(|root| assemble(&root, Path::new("metahost.toml"))).unwrap();
            keys.extend(reading.asked.borrow().iter().map(|(shape, key)| ((*shape).into(), (*key).into())));
        }
        keys
    }

    /// Which keys the schema knows.
    fn schema_keys() -> BTreeSet<(String, String)> {
        let schema: Value = serde_json::from_str(json_schema()).unwrap();
        let definitions = schema["$defs"].as_object().unwrap().iter();
        let keys = |(shape, definition): (&String, &Value)| {
            let properties = definition["properties"].as_object().cloned().unwrap_or_default();
            properties.into_iter().map(|(key, _)| (shape.clone(), key)).collect::<Vec<_>>()
        };
        definitions.flat_map(keys).collect()
    }

    #[test]
    fn the_schema_and_the_reader_know_the_same_keys() {
        let (read, schema) = (read_keys(), schema_keys());
        let missing: Vec<_> = read.difference(&schema).collect();
        let superfluous: Vec<_> = schema.difference(&read).collect();
        assert!(missing.is_empty(), "not in the schema: {missing:?}");
        assert!(superfluous.is_empty(), "only in the schema: {superfluous:?}");
    }

    #[test]
    fn the_schema_refuses_unknown_keys_wherever_the_reader_does() {
        let schema: Value = serde_json::from_str(json_schema()).unwrap();
        for (shape, definition) in schema["$defs"].as_object().unwrap() {
            let closed = definition["properties"].is_null() || definition["additionalProperties"] == false;
            assert!(closed, "{shape} lets unknown keys through");
        }
    }
}
