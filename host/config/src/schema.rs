//! The JSON Schema of metahost.toml, for editors and other tools. The reader itself does not use it.

/// JSON Schema 2020-12 of metahost.toml.
pub fn json_schema() -> &'static str {
    include_str!("../metahost.schema.json")
}
