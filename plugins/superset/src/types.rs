//! OpenMetadata's names for the types of columns, which Superset repeats as each database spells them.

/// The type's name in OpenMetadata.
pub fn name(spelt: &str) -> &'static str {
    let upper = spelt.to_ascii_uppercase();
    let word: String = upper.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == ' ').collect();
    match word.trim() {
        "INT" | "INTEGER" | "INT4" | "INT32" | "SERIAL" => "INT",
        "BIGINT" | "INT8" | "INT64" | "LONGINTEGER" | "BIGSERIAL" => "BIGINT",
        "SMALLINT" | "INT2" | "INT16" => "SMALLINT",
        "TINYINT" => "TINYINT",
        "DECIMAL" | "NUMERIC" | "NUMBER" => "DECIMAL",
        "FLOAT" | "REAL" | "FLOAT32" | "FLOAT4" => "FLOAT",
        "DOUBLE" | "DOUBLE PRECISION" | "FLOAT8" | "FLOAT64" | "DOUBLE_PRECISION" => "DOUBLE",
        "BOOL" | "BOOLEAN" => "BOOLEAN",
        "CHAR" | "CHARACTER" => "CHAR",
        "VARCHAR" | "CHARACTER VARYING" | "NVARCHAR" => "VARCHAR",
        "STRING" => "STRING",
        "TEXT" | "CLOB" => "TEXT",
        "DATE" => "DATE",
        "TIME" | "TIME WITHOUT TIME ZONE" | "TIME WITH TIME ZONE" => "TIME",
        "DATETIME" | "DATETIME64" => "DATETIME",
        "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" | "TIMESTAMP_NTZ" => "TIMESTAMP",
        "TIMESTAMP WITH TIME ZONE" | "TIMESTAMPTZ" | "TIMESTAMP_TZ" | "TIMESTAMP_LTZ" => "TIMESTAMPZ",
        "INTERVAL" => "INTERVAL",
        "JSON" | "JSONB" => "JSON",
        "UUID" => "UUID",
        "ARRAY" => "ARRAY",
        "MAP" => "MAP",
        "ROW" | "STRUCT" | "RECORD" => "STRUCT",
        "BINARY" | "VARBINARY" | "BYTEA" | "BLOB" | "BYTES" => "VARBINARY",
        "XML" => "XML",
        "INET" => "INET",
        _ => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn types_are_known_in_every_spelling() {
        for (spelt, expected) in [
            ("INTEGER", "INT"),
            ("varchar(255)", "VARCHAR"),
            ("DOUBLE_PRECISION", "DOUBLE"),
            ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPZ"),
            ("NUMERIC(12, 2)", "DECIMAL"),
            ("HYPERLOGLOG", "UNKNOWN"),
            ("array(bigint)", "ARRAY"),
            ("timestamp(6) with time zone", "TIMESTAMP"),
        ] {
            assert_eq!(name(spelt), expected, "{spelt}");
        }
    }
}
