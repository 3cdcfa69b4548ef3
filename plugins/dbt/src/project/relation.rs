//! A relation as dbt writes it into SQL (`"db"."schema"."name"`), taken apart. Never guesses a missing part.

/// The parts of a qualified name, unquoted; none where the quotes do not close or a part is empty.
pub fn parts(relation: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = relation.trim();
    loop {
        let (part, left) = part(rest)?;
        parts.push(part);
        match left.strip_prefix('.') {
            Some(more) => rest = more,
            None if left.is_empty() => return Some(parts),
            None => return None,
        }
    }
}

/// The first part and what follows it.
fn part(text: &str) -> Option<(String, &str)> {
    let close = match text.chars().next()? {
        '"' => '"',
        '`' => '`',
        '[' => ']',
        _ => return plain(text),
    };
    let mut name = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((_, char)) = chars.next() {
        if char != close {
            name.push(char);
        } else if chars.peek().is_some_and(|(_, next)| *next == close) {
            name.push(close);
            chars.next();
        } else {
            let left = chars.peek().map_or("", |(at, _)| &text[*at..]);
            return (!name.is_empty()).then_some((name, left));
        }
    }
    None
}

fn plain(text: &str) -> Option<(String, &str)> {
    let end = text.find(['.', '"', '`', '[', '(', ' ']).unwrap_or(text.len());
    let (name, left) = text.split_at(end);
    (!name.is_empty()).then(|| (name.to_owned(), left))
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn quotes_of_every_warehouse_are_taken_off() {
        let expected = Some(vec!["db".to_owned(), "My.Schema".to_owned(), "t\"x".to_owned()]);
        assert_eq!(parts(r#"db."My.Schema"."t""x""#), expected);
        assert_eq!(parts("`db`.`s`.`t`").map(|parts| parts.len()), Some(3));
        assert_eq!(parts("[db].[s].t").map(|parts| parts.join("/")), Some("db/s/t".to_owned()));
        assert_eq!(parts(r#""db"."s"#), None);
        assert_eq!(parts("read_parquet('x')"), None);
        assert_eq!(parts("db..t"), None);
    }
}
