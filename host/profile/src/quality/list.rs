//! Lists as parameters hold them: JSON, or as Python writes them, because OpenMetadata reads them with Python.

use serde_json::Value as Json;

/// The items of a list; none for what is no list.
pub fn items(text: &str) -> Option<Vec<String>> {
    if let Ok(Json::Array(items)) = serde_json::from_str(text) {
        return items.iter().map(word).collect();
    }
    let text = text.trim();
    let inside = [('[', ']'), ('(', ')'), ('{', '}')]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close)));
    python(inside?)
}

fn word(item: &Json) -> Option<String> {
    match item {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn python(mut rest: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(found);
        }
        let (item, after) = match rest.chars().next().filter(|letter| matches!(letter, '\'' | '"')) {
            Some(quote) => quoted(&rest[1..], quote)?,
            None => bare(rest)?,
        };
        found.push(item);
        let after = after.trim_start();
        rest = if after.is_empty() { after } else { after.strip_prefix(',')? };
    }
}

/// A text up to its closing quote, and what follows.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut found = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => match letters.next()?.1 {
                'n' => found.push('\n'),
                't' => found.push('\t'),
                'r' => found.push('\r'),
                other => found.push(other),
            },
            _ if letter == quote => return Some((found, &text[at + quote.len_utf8()..])),
            _ => found.push(letter),
        }
    }
    None
}

/// A number or a truth value up to the next comma.
fn bare(text: &str) -> Option<(String, &str)> {
    let end = text.find(',').unwrap_or(text.len());
    let item = text[..end].trim();
    let is_known = matches!(item, "True" | "False") || item.parse::<f64>().is_ok_and(f64::is_finite);
    // JSON and SQL write truth in small letters.
    is_known.then(|| (item.to_lowercase(), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::items;

    #[test]
    fn json_and_python_are_read_and_nothing_else() {
        for (text, expected) in [
            ("[\"a\", \"b\\\"c\", 1, 2.50, true]", Some(vec!["a", "b\"c", "1", "2.5", "true"])),
            ("['a', \"it's\", 'it\\'s', -1, True]", Some(vec!["a", "it's", "it's", "-1", "true"])),
            ("('a',)", Some(vec!["a"])),
            ("[]", Some(vec![])),
            ("['ä, b']", Some(vec!["ä, b"])),
            ("a, b", None),
            ("[a, b]", None),
            ("['a' 'b']", None),
            ("['a", None),
            ("[null]", None),
            ("[[1]]", None),
        ] {
            let found = items(text);
            let found: Option<Vec<&str>> = found.as_ref().map(|found| found.iter().map(String::as_str).collect());
            assert_eq!(found, expected, "{text}");
        }
    }
}
