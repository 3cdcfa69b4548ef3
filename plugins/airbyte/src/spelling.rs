//! How destinations spell the names that Airbyte gives them. Never changes what a source calls its own.

use serde_json::Value;

/// What becomes of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Nothing.
    AsIs,
    /// Capitals.
    Upper,
    /// No capitals.
    Lower,
}

impl Spelling {
    /// Of a type of destination. A Glue catalog has no capitals, whatever writes to it.
    pub fn of(kind: &str, settings: &Value) -> Self {
        let catalog = settings.pointer("/catalog_type/catalog_type").and_then(Value::as_str);
        match kind {
            "snowflake" => Self::Upper,
            "redshift" | "s3-glue" | "aws-datalake" => Self::Lower,
            _ if catalog.is_some_and(|catalog| catalog.eq_ignore_ascii_case("glue")) => Self::Lower,
            _ => Self::AsIs,
        }
    }

    /// A name as the destination has it.
    pub fn write(self, name: &str) -> String {
        match self {
            Self::AsIs => name.to_owned(),
            Self::Upper => name.to_uppercase(),
            Self::Lower => name.to_lowercase(),
        }
    }
}
