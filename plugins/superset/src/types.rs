//! OpenMetadata's names for the types of columns, which Superset repeats as each database spells them.

/// What `ClickHouse` wraps around types says nothing of the type.
fn bare(upper: &str) -> &str {
    let inner = |text| ["NULLABLE(", "LOWCARDINALITY("].iter().find_map(|word| str::strip_prefix(text, word));
    inner(upper).map_or(upper, bare)
}

/// The type's name in OpenMetadata.
pub fn name(spelt: &str) -> &'static str {
    let upper = bare(&spelt.to_ascii_uppercase()).to_owned();
    let word: String = upper.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == ' ').collect();
    match word.trim() {
        "INT" | "INTEGER" | "INT4" | "INT32" | "UINT32" | "MEDIUMINT" | "INT UNSIGNED" | "SERIAL" => "INT",
        "BIGINT" | "INT8" | "INT64" | "UINT64" | "HUGEINT" | "LONG" | "LONGINTEGER" | "BIGSERIAL" => "BIGINT",
        "SMALLINT" | "INT2" | "INT16" | "UINT16" | "YEAR" => "SMALLINT",
        "TINYINT" => "TINYINT",
        "DECIMAL" | "NUMERIC" | "NUMBER" | "BIGNUMERIC" | "MONEY" => "DECIMAL",
        "FLOAT" | "REAL" | "FLOAT32" | "FLOAT4" => "FLOAT",
        "DOUBLE" | "DOUBLE PRECISION" | "FLOAT8" | "FLOAT64" | "DOUBLE_PRECISION" => "DOUBLE",
        "BOOL" | "BOOLEAN" => "BOOLEAN",
        "CHAR" | "CHARACTER" | "NCHAR" | "BPCHAR" => "CHAR",
        "VARCHAR" | "CHARACTER VARYING" | "NVARCHAR" => "VARCHAR",
        "STRING" | "FIXEDSTRING" => "STRING",
        "TEXT" | "CLOB" | "NTEXT" | "MEDIUMTEXT" | "LONGTEXT" | "TINYTEXT" => "TEXT",
        "DATE" | "DATE32" => "DATE",
        "TIME" | "TIME WITHOUT TIME ZONE" | "TIME WITH TIME ZONE" => "TIME",
        "DATETIME" | "DATETIME2" | "DATETIME64" | "SMALLDATETIME" => "DATETIME",
        "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" | "TIMESTAMP_NTZ" => "TIMESTAMP",
        "TIMESTAMP WITH TIME ZONE"
        | "DATETIMETZ"
        | "DATETIMEOFFSET"
        | "TIMESTAMPTZ"
        | "TIMESTAMP_TZ"
        | "TIMESTAMP_LTZ" => "TIMESTAMPZ",
        "INTERVAL" => "INTERVAL",
        "JSON" | "JSONB" => "JSON",
        "UUID" | "UNIQUEIDENTIFIER" => "UUID",
        "ARRAY" => "ARRAY",
        "MAP" => "MAP",
        "ROW" | "STRUCT" | "RECORD" => "STRUCT",
        "BINARY" | "VARBINARY" | "BYTEA" | "BLOB" | "LARGEBINARY" | "BYTES" => "VARBINARY",
        "XML" => "XML",
        "INET" => "INET",
        "ENUM" | "ENUM8" | "ENUM16" => "ENUM",
        "VARIANT" | "OBJECT" => "VARIANT",
        "SUPER" => "SUPER",
        "GEOMETRY" => "GEOMETRY",
        "GEOGRAPHY" => "GEOGRAPHY",
        "HLLSKETCH" => "HLLSKETCH",
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
            ("", "UNKNOWN"),
            ("DATETIMETZ", "TIMESTAMPZ"),
            ("LowCardinality(Nullable(String))", "STRING"),
            ("array(bigint)", "ARRAY"),
            ("timestamp(6) with time zone", "TIMESTAMP"),
        ] {
            assert_eq!(name(spelt), expected, "{spelt}");
        }
    }
}
