//! A test's arguments and limits as pairs. Never repeats the tested model, which is the table itself.

use crate::artifacts::lenient::text;
use crate::artifacts::manifest::Node;

/// Condition that dbt writes where nobody gave one.
const ANY: &str = "!= 0";

/// Arguments in order of their names, then what the configuration says.
pub fn of(node: &Node, stored: Option<&str>) -> Vec<(String, String)> {
    let arguments = node.test_metadata.iter().flat_map(|test| &test.kwargs);
    let arguments = arguments.filter(|(name, value)| *name != "model" && !value.is_null());
    let mut pairs: Vec<_> = arguments.map(|(name, value)| (name.clone(), text(value))).collect();
    pairs.sort();
    let config = &node.config;
    let severity = config.severity.as_ref().map(|severity| severity.to_lowercase());
    let condition = |given: &Option<String>| given.clone().filter(|condition| condition != ANY);
    let settings = [
        ("severity", severity),
        ("where", config.filter.as_ref().map(text)),
        ("limit", config.limit.as_ref().map(text)),
        ("warn_if", condition(&config.warn_if)),
        ("error_if", condition(&config.error_if)),
        ("failures_in", stored.map(str::to_owned)),
    ];
    pairs.extend(settings.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    pairs
}
