//! Puts values where a query has `{{ name }}`, so that it can be read as SQL. Never runs it with them.

use serde_json::Value;

/// Stands for a value that nobody recorded: right as a number, between quotes, and as a name's part.
const ANY: &str = "1";
/// Stands for a date that Redash works out when the query runs.
const ANY_DATE: &str = "2000-01-01";

/// The query with the recorded value of each parameter, which is what Redash takes when nobody chooses another.
pub fn fill(sql: &str, options: &Value) -> String {
    let mut filled = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, opened)) = rest.split_once("{{") {
        let Some((tag, after)) = close(opened) else { break };
        filled.push_str(before);
        filled.push_str(&value(tag.trim(), options));
        rest = after;
    }
    filled + rest
}

/// What is inside, and what follows. Three braces are two of mustache's that do not escape.
fn close(opened: &str) -> Option<(&str, &str)> {
    match opened.strip_prefix('{') {
        Some(opened) => opened.split_once("}}}"),
        None => opened.split_once("}}"),
    }
}

fn value(tag: &str, options: &Value) -> String {
    // A section's ends and remarks print nothing; what a section holds is kept.
    if tag.starts_with(['#', '^', '/', '!', '>']) {
        return String::new();
    }
    let name = tag.trim_start_matches('&').trim();
    if let Some(parameter) = parameter(name, options) {
        return text(parameter, &parameter["value"]);
    }
    // The two ends of a range: `{{ days.start }}`.
    let ends = name.rsplit_once('.').and_then(|(range, end)| Some((parameter(range, options)?, end)));
    ends.map_or_else(|| ANY.to_owned(), |(range, end)| text(range, &range["value"][end]))
}

fn parameter<'o>(name: &str, options: &'o Value) -> Option<&'o Value> {
    options["parameters"].as_array()?.iter().find(|parameter| parameter["name"] == name)
}

fn text(parameter: &Value, value: &Value) -> String {
    let is_date = parameter["type"].as_str().is_some_and(|kind| kind.starts_with("date"));
    match value {
        // `d_last_7_days` and its like are worked out by Redash.
        Value::String(text) if is_date && text.starts_with("d_") => ANY_DATE.to_owned(),
        Value::String(text) if !text.trim().is_empty() => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Array(chosen) if !chosen.is_empty() => list(parameter, chosen),
        _ if is_date => ANY_DATE.to_owned(),
        _ => ANY.to_owned(),
    }
}

/// Several values, quoted and parted as the parameter says.
fn list(parameter: &Value, chosen: &[Value]) -> String {
    let option = |name: &str| parameter["multiValuesOptions"][name].as_str();
    let (prefix, suffix) = (option("prefix").unwrap_or_default(), option("suffix").unwrap_or_default());
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let all: Vec<String> = chosen.iter().map(|value| format!("{prefix}{}{suffix}", plain(value))).collect();
    all.join(option("separator").unwrap_or(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_parameter_has_a_value() {
        let options = json!({"parameters": [
            {"name": "n", "type": "number", "value": 10},
            {"name": "who", "type": "text", "value": "Ünal"},
            {"name": "empty", "type": "text", "value": ""},
            {"name": "none", "type": "number", "value": null},
            {"name": "day", "type": "date", "value": "d_now"},
            {"name": "span", "type": "date-range", "value": {"start": "2026-01-01", "end": "2026-02-01"}},
            {"name": "last", "type": "date-range", "value": "d_last_7_days"},
            {"name": "many", "type": "enum", "value": ["a", "b"],
             "multiValuesOptions": {"prefix": "'", "suffix": "'", "separator": ","}},
            {"name": "at", "type": "datetime-with-seconds", "value": "2026-01-01 10:00:01"},
            {"name": "hours", "type": "datetime-range", "value": {"start": "2026-01-01 10:00", "end": "2026-01-01 11:00"}},
            {"name": "drop", "type": "query", "queryId": 12, "value": "EU"},
            {"name": "drops", "type": "query", "queryId": 12, "value": [1, 2], "multiValuesOptions": {}},
            {"name": "a.b", "type": "text", "value": "dotted"}
        ]});
        let filled = |sql| fill(sql, &options);
        assert_eq!(filled("LIMIT {{ n }} {{n}} {{{ n }}} {{& n }}"), "LIMIT 10 10 10 10");
        assert_eq!(filled("'{{ who }}' {{ empty }} {{ none }} {{ unknown }}"), "'Ünal' 1 1 1");
        assert_eq!(filled("'{{ day }}' '{{ last.start }}'"), "'2000-01-01' '2000-01-01'");
        assert_eq!(filled("{{ span.start }} {{ span.end }} {{ a.b }}"), "2026-01-01 2026-02-01 dotted");
        assert_eq!(
            filled("'{{ at }}' '{{ hours.start }}' '{{hours.end}}'"),
            "'2026-01-01 10:00:01' '2026-01-01 10:00' '2026-01-01 11:00'"
        );
        assert_eq!(filled("{{ drop }} IN ({{ drops }})"), "EU IN (1,2)");
        assert_eq!(filled("IN ({{ many }})"), "IN ('a','b')");
        assert_eq!(filled("{{#who}}WHERE x{{/who}}{{! remark }}"), "WHERE x");
    }

    #[test]
    fn what_is_no_parameter_is_kept() {
        for unclosed in ["SELECT '{{ n'", "{{ x }", "{{{ x }}", "'{}' { { x } }"] {
            assert_eq!(fill(unclosed, &Value::Null), unclosed);
        }
        assert_eq!(fill("SELECT '{{ n }}'", &json!({"parameters": "none"})), "SELECT '1'");
    }
}
