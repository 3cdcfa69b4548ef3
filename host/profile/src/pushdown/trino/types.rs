//! Trino's types as far as profiles tell them apart, and the leaves of rows in rows.

use arrow_schema::TimeUnit;

use crate::accumulate::Width;
use crate::kind::Kind;
use crate::pushdown::SqlColumn;

use super::path;

/// What a value of the column can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Its names from the outermost in.
    pub path: Vec<String>,
    /// How it is written in a statement.
    pub expression: String,
    /// Its type, as Trino writes it.
    pub type_name: String,
    /// What its values are.
    pub kind: Kind,
    /// How wide its numbers are.
    pub width: Width,
    /// Digits of its numbers.
    pub digits: u32,
    /// Whether Trino writes its moments finer than they can be read.
    pub is_too_fine: bool,
}

/// The leaves of a column: what lies in rows by its name; lists and maps are one leaf each, which is only counted.
pub fn leaves(column: &SqlColumn) -> Vec<Leaf> {
    let mut found = Vec::new();
    add(vec![column.name.clone()], column.type_name.trim(), &mut found);
    found
}

/// A column, or what lies in it, by its names from the outermost in; what is a row itself can only be counted.
pub fn find(columns: &[SqlColumn], names: &[String]) -> Option<Leaf> {
    let column = columns.iter().find(|column| Some(&column.name) == names.first())?;
    let all = leaves(column);
    let row = || all.iter().find(|leaf| leaf.path.starts_with(names)).map(|_| leaf(names.to_vec(), "row"));
    all.iter().find(|leaf| leaf.path == names).cloned().or_else(row)
}

fn add(names: Vec<String>, type_name: &str, found: &mut Vec<Leaf>) {
    let Some(fields) = type_name.strip_prefix("row(").and_then(|rest| rest.strip_suffix(')')) else {
        return found.push(leaf(names, type_name));
    };
    for (name, field_type) in parts(fields).into_iter().filter_map(named) {
        let inner = names.iter().cloned().chain([name]).collect();
        add(inner, field_type, found);
    }
}

fn leaf(names: Vec<String>, type_name: &str) -> Leaf {
    let (base, arguments) = split(type_name);
    let digits = arguments.first().copied().unwrap_or(match base {
        "time" | "timestamp" => 3,
        "bigint" => 19,
        _ => 10,
    });
    let kind = kind(type_name, base, &arguments);
    let wide = matches!(kind, Kind::Decimal(_)) && digits > 18;
    let is_too_fine = matches!(kind, Kind::Timestamp(..)) && digits > 9;
    let mut expression = path(&names);
    if matches!(&kind, Kind::Timestamp(_, Some(_))) {
        // Each value has a zone of its own.
        expression = format!("({expression} AT TIME ZONE 'UTC')");
    }
    Leaf {
        expression,
        path: names,
        type_name: type_name.to_owned(),
        kind,
        width: if wide { Width::Wide } else { Width::Whole },
        digits,
        is_too_fine,
    }
}

fn kind(type_name: &str, base: &str, arguments: &[u32]) -> Kind {
    let unit = || {
        if arguments.first().is_some_and(|digits| *digits > 6) { TimeUnit::Nanosecond } else { TimeUnit::Microsecond }
    };
    match base {
        "boolean" => Kind::Boolean,
        "tinyint" | "smallint" | "integer" | "bigint" => Kind::Integer,
        "real" | "double" => Kind::Float,
        "decimal" => Kind::Decimal(arguments.get(1).map_or(0, |scale| i8::try_from(*scale).unwrap_or(0))),
        "varchar" | "char" => Kind::Text,
        "varbinary" => Kind::Binary,
        "uuid" => Kind::Uuid,
        "date" => Kind::Date,
        "time" if !type_name.ends_with("time zone") => Kind::Time(unit()),
        "timestamp" => Kind::Timestamp(unit(), type_name.ends_with("with time zone").then(|| "UTC".to_owned())),
        _ => Kind::Uncounted,
    }
}

/// A type's first word, and the numbers in its parentheses.
fn split(type_name: &str) -> (&str, Vec<u32>) {
    let end = type_name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(type_name.len());
    let (base, rest) = type_name.split_at(end);
    let inside = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or("", |(inside, _)| inside);
    (base, inside.split(',').filter_map(|number| number.trim().parse().ok()).collect())
}

/// What stands between the commas outside of quotes and parentheses.
fn parts(fields: &str) -> Vec<&str> {
    let (mut found, mut begin, mut depth, mut quoted) = (Vec::new(), 0, 0_u32, false);
    for (at, letter) in fields.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                found.push(fields[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    found.push(fields[begin..].trim());
    found
}

/// A field's name and type; none for a field without a name, which can't be asked for by one.
fn named(field: &str) -> Option<(String, &str)> {
    if let Some(rest) = field.strip_prefix('"') {
        let end = closing(rest)?;
        return Some((rest[..end].replace("\"\"", "\""), rest[end + 1..].trim()));
    }
    field.split_once(' ').map(|(name, field_type)| (name.to_owned(), field_type.trim()))
}

/// Where a quoted name ends: at a quote that is not doubled.
fn closing(rest: &str) -> Option<usize> {
    let mut quotes = rest.match_indices('"').map(|(at, _)| at).peekable();
    while let Some(at) = quotes.next() {
        if quotes.next_if_eq(&(at + 1)).is_none() {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(type_name: &str) -> Vec<Leaf> {
        leaves(&SqlColumn { name: "c".to_owned(), type_name: type_name.to_owned() })
    }

    #[test]
    fn rows_in_rows_are_asked_by_their_leaves() {
        let found = of(
            "row(a bigint, \"b \"\"x\"\", (y)\" decimal(30, 2), inner row(\"d.e\" varchar(5), m map(varchar, bigint)))",
        );
        let told: Vec<_> = found.iter().map(|leaf| (leaf.expression.as_str(), &leaf.kind, leaf.width)).collect();
        assert_eq!(
            told,
            [
                ("\"c\".\"a\"", &Kind::Integer, Width::Whole),
                ("\"c\".\"b \"\"x\"\", (y)\"", &Kind::Decimal(2), Width::Wide),
                ("\"c\".\"inner\".\"d.e\"", &Kind::Text, Width::Whole),
                ("\"c\".\"inner\".\"m\"", &Kind::Uncounted, Width::Whole),
            ]
        );
    }

    #[test]
    fn moments_keep_their_zone_and_their_fineness() {
        let zoned = &of("timestamp(6) with time zone")[0];
        assert_eq!(zoned.kind, Kind::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned())));
        assert!(of("timestamp(12)")[0].is_too_fine);
        assert_eq!(of("timestamp(9)")[0].kind, Kind::Timestamp(TimeUnit::Nanosecond, None));
        assert_eq!(of("interval day to second")[0].kind, Kind::Uncounted);
    }
}
