//! Finding one's way in SQL text with quotes and parentheses. Never allocates more than the pieces it answers.

/// Position of the parenthesis that closes the one at `open`.
pub fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, symbol) in symbols(&text[open..]) {
        match symbol {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(open + at);
        }
    }
    None
}

/// Cuts at a separator outside quotes, parentheses and brackets.
pub fn split(text: &str, separator: char) -> Vec<&str> {
    cut(text, |_, symbol| symbol == separator)
}

/// Cuts a row's fields apart: Trino puts a blank after the comma, and prints commas in names bare.
pub fn fields(text: &str) -> Vec<&str> {
    cut(text, |at, symbol| symbol == ',' && text[at + 1..].starts_with(' '))
}

fn cut(text: &str, is_separator: impl Fn(usize, char) -> bool) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, symbol) in symbols(text) {
        match symbol {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 && is_separator(at, symbol) => {
                pieces.push(&text[start..at]);
                start = at + symbol.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// Positions of the blanks outside quotes and parentheses.
pub fn blanks(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for (at, symbol) in symbols(text) {
        match symbol {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => found.push(at),
            _ => {}
        }
    }
    found
}

/// The quoted identifier the text begins with, unquoted, and what follows it.
pub fn quoted(text: &str) -> Option<(String, &str)> {
    let body = text.strip_prefix('"')?;
    let mut name = String::new();
    let mut chars = body.char_indices().peekable();
    while let Some((at, symbol)) = chars.next() {
        if symbol != '"' {
            name.push(symbol);
        } else if chars.next_if(|(_, next)| *next == '"').is_some() {
            name.push('"');
        } else {
            return Some((name, &body[at + 1..]));
        }
    }
    None
}

/// Whether Trino takes this as an identifier without quotes and reads it back as it is.
pub fn is_plain(name: &str) -> bool {
    let first = name.chars().next().is_some_and(|c| c.is_ascii_lowercase() || c == '_');
    first && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Characters outside quotes. A quote that is never closed hides nothing: Trino prints apostrophes in names bare.
pub fn symbols(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut end_of_quote = 0;
    text.char_indices().filter(move |(at, symbol)| {
        if *at < end_of_quote {
            return false;
        }
        if matches!(symbol, '"' | '\'')
            && let Some(length) = text[at + 1..].find(*symbol)
        {
            end_of_quote = at + length + 2;
            return false;
        }
        true
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hide_separators_and_parentheses() {
        assert_eq!(split(r#"a, "b,c" d, ARRAY['x,y'], f(1,2)"#, ','), ["a", r#" "b,c" d"#, " ARRAY['x,y']", " f(1,2)"]);
        assert_eq!(closing(r#"(a ")" ')' (b))x"#, 0), Some(14));
        assert_eq!(closing("(a", 0), None);
    }

    #[test]
    fn doubled_quotes_are_one() {
        assert_eq!(quoted(r#""a""b" int"#), Some((r#"a"b"#.to_owned(), " int")));
        assert_eq!(quoted(r#""open"#), None);
    }
}
