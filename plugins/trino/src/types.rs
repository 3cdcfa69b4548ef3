//! Trino's type text as a tree, and back. Never fails: what it can't read stays as text.

use core::fmt;

use crate::scan;

/// Deeper nesting stays text: no real table has it, and it keeps the stack and the column tree shallow.
pub const MAX_DEPTH: usize = 40;

/// A type as Trino prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A type without fields, with its arguments: `decimal(12,2)`, `timestamp(6) with time zone`.
    Scalar(Scalar),
    /// `array(T)`.
    Array(Box<Type>),
    /// `map(K, V)`.
    Map(Box<Type>, Box<Type>),
    /// `row(a T, "b c" U, V)`.
    Row(Vec<Field>),
    /// A type this connector does not know, as it was written.
    Other(String),
}

/// A type without fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// Its lower-case name, without arguments.
    pub name: String,
    /// What stands in parentheses: lengths, precisions, or the type a sketch is over.
    pub arguments: Vec<String>,
    /// What follows the parentheses, such as ` with time zone`.
    pub suffix: &'static str,
}

/// One field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// None for an anonymous field.
    pub name: Option<String>,
    /// Its type.
    pub kind: Type,
}

const SCALARS: [&str; 36] = [
    "bigint",
    "bingtile",
    "boolean",
    "char",
    "codepoints",
    "color",
    "date",
    "decimal",
    "double",
    "geometry",
    "hyperloglog",
    "int",
    "integer",
    "interval day to second",
    "interval year to month",
    "ipaddress",
    "json",
    "json2016",
    "jsonpath",
    "kdbtree",
    "likepattern",
    "number",
    "objectid",
    "p4hyperloglog",
    "qdigest",
    "real",
    "setdigest",
    "smallint",
    "sphericalgeography",
    "tdigest",
    "tinyint",
    "unknown",
    "uuid",
    "varbinary",
    "varchar",
    "vector",
];
const ZONES: [&str; 2] = [" with time zone", " without time zone"];

/// Reads a type; what is not understood becomes [`Type::Other`].
pub fn parse(text: &str) -> Type {
    parse_at(text, 0)
}

fn parse_at(text: &str, depth: usize) -> Type {
    let text = text.trim();
    known(text, depth).unwrap_or_else(|| Type::Other(text.to_owned()))
}

/// The type, if the whole text is one of Trino's own.
fn known(text: &str, depth: usize) -> Option<Type> {
    if depth >= MAX_DEPTH {
        return None;
    }
    let text = text.trim();
    let head_end = text.find('(').unwrap_or(text.len());
    let head = text[..head_end].trim().to_ascii_lowercase();
    if head_end == text.len() {
        return scalar(&head, Vec::new(), "");
    }
    let close = scan::closing(text, head_end)?;
    let inside = &text[head_end + 1..close];
    let pieces = if head == "row" { scan::fields(inside) } else { scan::split(inside, ',') };
    let tail = text[close + 1..].trim().to_ascii_lowercase();
    match (head.as_str(), pieces.as_slice(), tail.as_str()) {
        ("array", [element], "") => Some(Type::Array(Box::new(parse_at(element, depth + 1)))),
        ("map", [key, value], "") => {
            Some(Type::Map(Box::new(parse_at(key, depth + 1)), Box::new(parse_at(value, depth + 1))))
        }
        ("row", fields, "") => Some(Type::Row(fields.iter().map(|text| field(text, depth + 1)).collect())),
        (_, arguments, tail) => scalar(&head, arguments.iter().map(|text| text.trim().to_owned()).collect(), tail),
    }
}

fn scalar(head: &str, arguments: Vec<String>, tail: &str) -> Option<Type> {
    let (name, suffix) =
        if tail.is_empty() { zone(head) } else { (head, ZONES.into_iter().find(|z| z.trim() == tail)?) };
    let time = name == "time" || name == "timestamp";
    if !time && (SCALARS.binary_search(&name).is_err() || !suffix.is_empty()) {
        return None;
    }
    Some(Type::Scalar(Scalar { name: name.to_owned(), arguments, suffix }))
}

/// Splits `timestamp with time zone` into name and suffix.
fn zone(text: &str) -> (&str, &'static str) {
    let cut = ZONES.into_iter().find_map(|suffix| text.strip_suffix(suffix).map(|name| (name, suffix)));
    cut.unwrap_or((text, ""))
}

/// Trino does not always quote field names, so a name may hold blanks: the first cut that leaves a known type wins.
fn field(text: &str, depth: usize) -> Field {
    let text = text.trim();
    if let Some((name, rest)) = scan::quoted(text) {
        return Field { name: Some(name), kind: parse_at(rest, depth) };
    }
    if let Some(kind) = known(text, depth) {
        return Field { name: None, kind };
    }
    let blanks: Vec<usize> = scan::blanks(text);
    let named = |at: &usize| known(&text[*at..], depth).map(|kind| (text[..*at].trim().to_owned(), kind));
    if let Some((name, kind)) = blanks.iter().find_map(named) {
        return Field { name: Some(name), kind };
    }
    match blanks.first() {
        Some(at) => Field { name: Some(text[..*at].to_owned()), kind: Type::Other(text[*at..].trim().to_owned()) },
        None => Field { name: None, kind: Type::Other(text.to_owned()) },
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(scalar) => scalar.fmt(f),
            Self::Array(element) => write!(f, "array({element})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Row(fields) => {
                f.write_str("row(")?;
                for (index, field) in fields.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    field.fmt(f)?;
                }
                f.write_str(")")
            }
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.arguments.is_empty() {
            write!(f, "({})", self.arguments.join(","))?;
        }
        f.write_str(self.suffix)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) if scan::is_plain(name) => write!(f, "{name} {}", self.kind),
            Some(name) => write!(f, "\"{}\" {}", name.replace('"', "\"\""), self.kind),
            None => self.kind.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaf() -> impl Strategy<Value = Type> {
        let scalar = |name: &str, arguments: &[&str], suffix| {
            let arguments = arguments.iter().map(|a| (*a).to_owned()).collect();
            Just(Type::Scalar(Scalar { name: name.into(), arguments, suffix }))
        };
        prop_oneof![
            scalar("bigint", &[], ""),
            scalar("decimal", &["12", "2"], ""),
            scalar("varchar", &["25"], ""),
            scalar("timestamp", &["6"], " with time zone"),
            scalar("time", &[], " with time zone"),
            scalar("timestamp", &["3"], ""),
            scalar("interval day to second", &[], ""),
            scalar("qdigest", &["bigint"], ""),
            "[a-z]{1,3}_udt".prop_map(Type::Other),
        ]
    }

    fn any_type() -> impl Strategy<Value = Type> {
        leaf().prop_recursive(6, 60, 6, |inner| {
            let field =
                (proptest::option::of("[ -~äß]{1,8}"), inner.clone()).prop_map(|(name, kind)| Field { name, kind });
            prop_oneof![
                inner.clone().prop_map(|t| Type::Array(Box::new(t))),
                (inner.clone(), inner).prop_map(|(k, v)| Type::Map(Box::new(k), Box::new(v))),
                proptest::collection::vec(field, 1..6).prop_map(Type::Row),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_type_prints_and_parses_back(kind in any_type()) {
            prop_assert_eq!(parse(&kind.to_string()), kind);
        }

        #[test]
        fn garbage_never_panics(text in r#"(row|array|map|[a-z"'(), ]|ä){0,80}"#) {
            let _ = parse(&text).to_string();
        }
    }

    #[test]
    fn bottomless_nesting_ends_as_text() {
        let text = format!("{}bigint{}", "array(".repeat(50_000), ")".repeat(50_000));
        assert_eq!(parse(&text).to_string().len(), text.len());
        assert_eq!(parse(&"row(".repeat(50_000)), Type::Other("row(".repeat(50_000)));
    }

    #[test]
    fn names_that_trino_leaves_bare_are_found() {
        let Type::Row(fields) =
            parse("row(my field bigint, a,b integer, timestamp timestamp(3), array array(row(x int)), double)")
        else {
            panic!("no row");
        };
        let names: Vec<_> = fields.iter().map(|f| f.name.as_deref()).collect();
        assert_eq!(names, [Some("my field"), Some("a,b"), Some("timestamp"), Some("array"), None]);
        assert!(fields.iter().all(|f| !matches!(f.kind, Type::Other(_))));
    }
}
