//! A query's SQL as a parser can read it: parameters have values, and other queries are named. Never runs it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::answer::Parameter;

/// The SQL with each `{{ name }}` replaced by the parameter's value; one without a value becomes `1`, which any place takes.
pub fn filled(sql: &str, parameters: &[Parameter]) -> String {
    let mut filled = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        filled.push_str(before);
        filled.push_str(&value(name.trim(), parameters));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn value(name: &str, parameters: &[Parameter]) -> String {
    // A range has two values: `since.start` and `since.end`.
    let (name, part) = name.split_once('.').unwrap_or((name, ""));
    let found = parameters.iter().find(|parameter| parameter.name == name).map(|parameter| &parameter.value);
    text(found.unwrap_or(&Value::Null), part)
}

fn text(value: &Value, part: &str) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Array(items) => items.iter().map(|item| text(item, part)).collect::<Vec<_>>().join(","),
        Value::Object(range) => range.get(part).map_or_else(|| "1".to_owned(), |value| text(value, "")),
        Value::Null => "1".to_owned(),
    }
}

/// Queries that a query of Redash's own "query results" reads: `query_12`, `cached_query_12`.
pub fn references(sql: &str) -> BTreeSet<u64> {
    let words = sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let number = |word: &str| word.strip_prefix("cached_").unwrap_or(word).strip_prefix("query_")?.parse().ok();
    words.filter_map(number).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_have_values() {
        let parameters: Vec<Parameter> = serde_json::from_value(json!([
            { "name": "n", "value": 10 }, { "name": "since", "value": { "start": "2025-01-01", "end": "2025-02-01" } },
            { "name": "states", "value": ["a", "b"] }, { "name": "nothing", "value": null },
        ]))
        .unwrap();
        let sql =
            "select * from t where d > '{{ since.start }}' and s in ({{states}}) and x = {{ nothing }} limit {{ n }}";
        let expected = "select * from t where d > '2025-01-01' and s in (a,b) and x = 1 limit 10";
        assert_eq!(filled(sql, &parameters), expected);
        assert_eq!(filled("select {{ unknown }}, '{{ open", &[]), "select 1, '{{ open");
    }

    #[test]
    fn other_queries_are_found_by_their_names() {
        let sql =
            "select * from query_12 a join cached_query_7 b on a.x = b.query_id where my_query_3 = 1 and query_x = 2";
        assert_eq!(references(sql), BTreeSet::from([7, 12]));
    }
}
