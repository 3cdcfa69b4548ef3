//! From Trino's types to the contract's flat columns. Pure; what Trino knows and OpenMetadata does not keeps its text.

use metahost_plugin_sdk::columns::{NO_LENGTH, column};
use metahost_plugin_sdk::entities::{Column, Constraint};

use crate::types::{Scalar, Type, parse};

/// A column as `information_schema.columns` has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its type as Trino prints it.
    pub kind: String,
    /// Whether NULL is allowed, where Trino says so.
    pub nullable: Option<bool>,
    /// The default expression.
    pub default: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
}

/// Appends a column and everything nested in it.
pub fn append(columns: &mut Vec<Column>, source: Source) {
    let at = columns.len();
    let kind = parse(&source.kind);
    push(columns, source.name, None, &kind);
    if let Some(column) = columns.get_mut(at) {
        column.display = Some(source.kind);
        column.constraint = source.nullable.map(|yes| if yes { Constraint::Null } else { Constraint::NotNull });
        column.default_value = source.default;
        column.description = source.comment.filter(|text| !text.is_empty());
    }
}

fn push(columns: &mut Vec<Column>, name: String, parent: Option<usize>, kind: &Type) {
    let at = columns.len();
    columns.push(bare(name, parent, kind));
    match kind {
        Type::Row(_) => fields(columns, at, kind),
        Type::Array(element) => match element.as_ref() {
            Type::Row(_) => fields(columns, at, element),
            inner if nested(inner) => push(columns, "element".to_owned(), Some(at), inner),
            _ => {}
        },
        Type::Map(key, value) if nested(key) || nested(value) => {
            push(columns, "key".to_owned(), Some(at), key);
            push(columns, "value".to_owned(), Some(at), value);
        }
        Type::Map(..) | Type::Scalar(_) | Type::Other(_) => {}
    }
}

fn fields(columns: &mut Vec<Column>, parent: usize, row: &Type) {
    let Type::Row(fields) = row else { return };
    for (index, field) in fields.iter().enumerate() {
        // Trino's own name for the anonymous field of a row.
        let name = field.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| format!("field{index}"));
        push(columns, name, Some(parent), &field.kind);
    }
}

const fn nested(kind: &Type) -> bool {
    matches!(kind, Type::Row(_) | Type::Array(_) | Type::Map(..))
}

fn bare(name: String, parent: Option<usize>, kind: &Type) -> Column {
    let mut column = Column {
        name,
        parent: parent.and_then(|at| u32::try_from(at).ok()),
        display: parent.map(|_| kind.to_string()),
        ..column("", type_name(kind))
    };
    match kind {
        Type::Array(element) => column.element_type = Some(type_name(element).to_owned()),
        Type::Scalar(scalar) => measure(&mut column, scalar),
        _ => {}
    }
    column
}

fn measure(column: &mut Column, scalar: &Scalar) {
    let number = |index: usize| scalar.arguments.get(index).and_then(|text| text.parse::<u32>().ok());
    match scalar.name.as_str() {
        "varchar" | "char" | "varbinary" => column.length = Some(number(0).map_or(NO_LENGTH, u64::from)),
        "decimal" => (column.precision, column.scale) = (number(0), number(1)),
        "time" | "timestamp" => column.precision = number(0),
        _ => {}
    }
}

/// OpenMetadata's name for a type.
pub fn type_name(kind: &Type) -> &'static str {
    match kind {
        Type::Array(_) => "ARRAY",
        Type::Map(..) => "MAP",
        Type::Row(_) => "STRUCT",
        Type::Other(_) => "UNKNOWN",
        Type::Scalar(scalar) => scalar_name(scalar),
    }
}

fn scalar_name(scalar: &Scalar) -> &'static str {
    match scalar.name.as_str() {
        "boolean" => "BOOLEAN",
        "tinyint" => "TINYINT",
        "smallint" => "SMALLINT",
        "int" | "integer" => "INT",
        "bigint" => "BIGINT",
        "real" => "FLOAT",
        "double" => "DOUBLE",
        "decimal" => "DECIMAL",
        "number" => "NUMBER",
        "varchar" => "VARCHAR",
        "char" => "CHAR",
        "varbinary" => "VARBINARY",
        "date" => "DATE",
        "time" => "TIME",
        "timestamp" if scalar.suffix == " with time zone" => "TIMESTAMPZ",
        "timestamp" => "TIMESTAMP",
        "interval day to second" | "interval year to month" => "INTERVAL",
        "uuid" => "UUID",
        "ipaddress" => "INET",
        "json" | "json2016" => "JSON",
        "hyperloglog" | "p4hyperloglog" | "setdigest" => "HLL",
        "qdigest" | "tdigest" => "QUANTILE_STATE",
        "geometry" => "GEOMETRY",
        "sphericalgeography" => "GEOGRAPHY",
        "unknown" => "NULL",
        _ => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(kind: &str) -> Vec<Column> {
        let mut columns = Vec::new();
        append(&mut columns, Source { name: "c".into(), kind: kind.into(), ..Source::default() });
        columns
    }

    fn shape(kind: &str) -> Vec<String> {
        let line = |c: &Column| {
            let parent = c.parent.map_or(String::new(), |p| format!("{p}."));
            let element = c.element_type.as_ref().map_or(String::new(), |e| format!("<{e}>"));
            format!("{parent}{} {}{element}", c.name, c.data_type)
        };
        flat(kind).iter().map(line).collect()
    }

    #[test]
    fn a_struct_of_structs_keeps_every_level() {
        let kind = "row(id bigint, name varchar, address row(street varchar, nation varchar(3)))";
        assert_eq!(
            shape(kind),
            ["c STRUCT", "0.id BIGINT", "0.name VARCHAR", "0.address STRUCT", "3.street VARCHAR", "3.nation VARCHAR"]
        );
        let columns = flat(kind);
        assert_eq!(columns[0].display.as_deref(), Some(kind));
        assert_eq!(columns[3].display.as_deref(), Some("row(street varchar, nation varchar(3))"));
        assert_eq!((columns[4].length, columns[5].length), (Some(1), Some(3)));
    }

    #[test]
    fn fields_of_an_array_of_rows_hang_below_the_array() {
        assert_eq!(shape("array(row(sku varchar, qty integer))"), ["c ARRAY<STRUCT>", "0.sku VARCHAR", "0.qty INT"]);
        assert_eq!(shape("array(varchar)"), ["c ARRAY<VARCHAR>"]);
        assert_eq!(shape("array(array(row(a int)))"), ["c ARRAY<ARRAY>", "0.element ARRAY<STRUCT>", "1.a INT"]);
    }

    #[test]
    fn a_map_has_key_and_value_only_when_one_is_nested() {
        assert_eq!(shape("map(varchar, varchar)"), ["c MAP"]);
        assert_eq!(
            shape("map(varchar, array(row(integer, b date)))"),
            ["c MAP", "0.key VARCHAR", "0.value ARRAY<STRUCT>", "2.field0 INT", "2.b DATE"]
        );
    }

    #[test]
    fn every_type_of_trino_has_a_name_in_openmetadata() {
        for (trino, openmetadata) in [
            ("boolean", "BOOLEAN"),
            ("tinyint", "TINYINT"),
            ("real", "FLOAT"),
            ("decimal(38,0)", "DECIMAL"),
            ("char(5)", "CHAR"),
            ("varbinary", "VARBINARY"),
            ("time(6) with time zone", "TIME"),
            ("timestamp(6)", "TIMESTAMP"),
            ("timestamp(6) with time zone", "TIMESTAMPZ"),
            ("timestamp with time zone", "TIMESTAMPZ"),
            ("interval year to month", "INTERVAL"),
            ("ipaddress", "INET"),
            ("HyperLogLog", "HLL"),
            ("tdigest", "QUANTILE_STATE"),
            ("qdigest(double)", "QUANTILE_STATE"),
            ("Geometry", "GEOMETRY"),
            ("SphericalGeography", "GEOGRAPHY"),
            ("json", "JSON"),
            ("uuid", "UUID"),
            ("unknown", "NULL"),
            ("ObjectId", "UNKNOWN"),
            ("acme_money(3)", "UNKNOWN"),
        ] {
            let columns = flat(trino);
            assert_eq!((columns.len(), columns[0].data_type.as_str()), (1, openmetadata), "{trino}");
            assert_eq!(columns[0].display.as_deref(), Some(trino));
        }
        let decimal = &flat("decimal(12,2)")[0];
        assert_eq!((decimal.precision, decimal.scale, decimal.length), (Some(12), Some(2), None));
        assert_eq!(flat("timestamp(6) with time zone")[0].precision, Some(6));
    }

    #[test]
    fn a_thousand_nested_fields_all_arrive() {
        let fields: Vec<String> = (0..1_000).map(|i| format!("f{i} array(row(x bigint))")).collect();
        assert_eq!(flat(&format!("row({})", fields.join(", "))).len(), 2_001);
    }
}
