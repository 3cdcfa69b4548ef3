//! Which columns an expression of a measure or a calculated column names. Reads words only: it does not know SQL, and what
//! it can't follow it leaves alone.

/// A part of an expression.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    /// A name that may be a column.
    Name(String),
    /// The name of a function.
    Function,
}

/// The columns among `known` that the expression names, each once; none where it can't be followed.
pub fn columns(expression: &str, known: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in words(expression).unwrap_or_default() {
        if let Word::Name(name) = word
            && let Some(column) = column(&name, known)
            && !found.iter().any(|one| one == column)
        {
            found.push(column.to_owned());
        }
    }
    found
}

/// Whether it names anything, and stands for itself inside a statement.
pub fn is_whole(expression: &str) -> bool {
    let is_calm = [";", "--", "/*", "{{", "{%"].iter().all(|word| !expression.contains(word));
    is_calm && words(expression).is_some_and(|words| words.iter().any(|word| matches!(word, Word::Name(_))))
}

fn column<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let exact = known.iter().find(|column| **column == name);
    exact.or_else(|| known.iter().find(|column| column.eq_ignore_ascii_case(name))).copied()
}

/// The names in it, those of functions told apart; none where quotes or brackets do not fit.
fn words(expression: &str) -> Option<Vec<Word>> {
    let (mut words, mut open) = (Vec::new(), 0_usize);
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        rest = match first {
            '\'' => behind.split_once('\'')?.1,
            '"' | '`' => {
                let (name, behind) = behind.split_once(first)?;
                words.push(Word::Name(name.to_owned()));
                behind
            }
            '(' => {
                open += 1;
                behind
            }
            ')' => {
                open = open.checked_sub(1)?;
                behind
            }
            _ if first.is_alphabetic() || first == '_' => {
                let end = rest.find(|one: char| !one.is_alphanumeric() && one != '_' && one != '$');
                let (name, behind) = rest.split_at(end.unwrap_or(rest.len()));
                let is_function = behind.trim_start().starts_with('(');
                words.push(if is_function { Word::Function } else { Word::Name(name.to_owned()) });
                behind
            }
            _ if first.is_ascii_digit() => rest.trim_start_matches(|one: char| one.is_alphanumeric() || one == '_'),
            _ => behind,
        };
    }
    (open == 0).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_names() {
        let known = ["amount", "Qty", "order id", "count"];
        for (expression, expected) in [
            ("SUM(amount)", vec!["amount"]),
            ("sum(AMOUNT * qty) / COUNT(*)", vec!["amount", "Qty"]),
            ("COUNT(DISTINCT \"order id\")", vec!["order id"]),
            ("SUM(CASE WHEN state = 'amount' THEN `Qty` END)", vec!["Qty"]),
            ("count(*)", vec![]),
            ("MAX(amount", vec![]),
            ("'it''s' || amount", vec!["amount"]),
        ] {
            assert_eq!(columns(expression, &known), expected, "{expression}");
        }
    }

    #[test]
    fn only_what_stands_for_itself_is_whole() {
        let whole = ["SUM(a)", "a + 1", "a)", "a; DROP", "COUNT(*)", "a -- b", "'a", "{{ a }}"].map(is_whole);
        assert_eq!(whole, [true, true, false, false, false, false, false, false]);
    }
}
