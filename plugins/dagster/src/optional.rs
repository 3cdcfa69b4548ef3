//! Queries for servers of many versions. What only some servers know stands in `«Type.field:text»` or `«Type:text»`, and
//! is left out once a server has said that it does not know it. Never leaves out anything else.

use std::collections::BTreeSet;

use serde_json::Value;

const OPEN: char = '«';
const CLOSE: char = '»';

/// The query without what is unknown.
pub fn render(query: &str, unknown: &BTreeSet<String>) -> String {
    let mut rendered = String::with_capacity(query.len());
    let mut open = Vec::new();
    let mut rest = query;
    while let Some((before, mark, after)) = next(rest) {
        if !open.contains(&false) {
            rendered.push_str(before);
        }
        rest = after;
        if mark == CLOSE {
            open.pop();
        } else if let Some((name, text)) = after.split_once(':') {
            open.push(!unknown.contains(name));
            rest = text;
        }
    }
    rendered + rest
}

fn next(text: &str) -> Option<(&str, char, &str)> {
    let at = text.find([OPEN, CLOSE])?;
    let mark = text[at..].chars().next()?;
    Some((&text[..at], mark, &text[at + mark.len_utf8()..]))
}

/// Which optional parts of the query the errors of an answer name.
pub fn unknown(query: &str, errors: &Value) -> Vec<String> {
    let messages = errors.as_array().into_iter().flatten().filter_map(|error| error["message"].as_str());
    messages.filter_map(named).filter(|name| query.contains(&format!("{OPEN}{name}:"))).collect()
}

/// `Cannot query field 'kinds' on type 'AssetNode'.` and `Unknown type 'TableSchemaMetadataEntry'.`
fn named(message: &str) -> Option<String> {
    let mut quoted = message.split(['\'', '"']).skip(1).step_by(2);
    let first = quoted.next()?;
    if message.starts_with("Cannot query field") {
        return Some(format!("{}.{first}", quoted.next()?));
    }
    message.starts_with("Unknown type").then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_unknown_is_left_out() {
        let query = "{a«A.b:b{c «C.d:d» e}»«T:...on T{x}» f}";
        let without = |names: &[&str]| render(query, &names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(without(&[]), "{ab{c d e}...on T{x} f}");
        assert_eq!(without(&["C.d"]), "{ab{c  e}...on T{x} f}");
        assert_eq!(without(&["A.b", "T", "A.f"]), "{a f}");
    }

    /// As a real Dagster 1.13 answers to fields that there are not.
    #[test]
    fn errors_name_what_a_server_does_not_know() {
        let errors = json!([
            { "message": "Cannot query field 'kindz' on type 'AssetNode'. Did you mean 'kinds' or 'id'?" },
            { "message": "Unknown type 'Foo'. Did you mean 'Job'?" },
            { "message": "Cannot query field 'must' on type 'AssetNode'." },
            { "message": "Unknown argument 'lim' on field 'AssetNode.assetMaterializations'." },
        ]);
        assert_eq!(unknown("{must «AssetNode.kindz:kindz» «Foo:...on Foo{x}»}", &errors), ["AssetNode.kindz", "Foo"]);
    }
}
