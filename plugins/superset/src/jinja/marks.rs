//! Marks in a rendered text: nothing in particular, another dataset, a measure. They outlive whatever a template does
//! with them, and are replaced once all that they need is there. Never part of what is handed on.

/// Two characters that Unicode promises never to use in texts.
const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

/// What stands at a place of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Nothing in particular, with the name that was meant.
    Nothing(String),
    /// Another dataset, as a table.
    Dataset(u64),
    /// The expression of a dataset's measure.
    Metric(u64, String),
}

/// The mark of nothing in particular.
pub fn nothing(name: &str) -> String {
    format!("{OPEN}?{name}{CLOSE}")
}

/// The mark of another dataset.
pub fn dataset(id: u64) -> String {
    format!("{OPEN}#{id}{CLOSE}")
}

/// The mark of a measure.
pub fn metric(dataset: u64, name: &str) -> String {
    format!("{OPEN}!{dataset}:{name}{CLOSE}")
}

/// Whether a text has marks.
pub fn has_any(text: &str) -> bool {
    text.contains([OPEN, CLOSE])
}

/// Puts something in the place of each mark: `fill` gets it with what stands before and behind.
pub fn replace<E>(text: &str, mut fill: impl FnMut(&Mark, &str, &str) -> Result<String, E>) -> Result<String, E> {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once(OPEN) {
        filled.push_str(before);
        let (inside, behind) = behind.split_once(CLOSE).unwrap_or((behind, ""));
        if let Some(mark) = read(inside) {
            let text = fill(&mark, &filled, behind)?;
            filled.push_str(&text);
        }
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn read(inside: &str) -> Option<Mark> {
    let mut characters = inside.chars();
    let kind = characters.next()?;
    let rest = characters.as_str();
    match kind {
        '#' => rest.parse().ok().map(Mark::Dataset),
        '!' => rest.split_once(':').and_then(|(id, name)| Some(Mark::Metric(id.parse().ok()?, name.to_owned()))),
        _ => Some(Mark::Nothing(rest.to_owned())),
    }
}

/// What nothing in particular is written as: a name where a table or a part of a name is wanted, else NULL.
pub fn literal(name: &str, before: &str, behind: &str) -> String {
    let word = before.split_whitespace().next_back().unwrap_or_default().to_ascii_uppercase();
    let wants_table = before.ends_with(char::is_whitespace) && matches!(word.as_str(), "FROM" | "JOIN" | "INTO");
    let is_part = |neighbour: Option<char>| {
        neighbour.is_some_and(|next| next.is_alphanumeric() || matches!(next, '.' | '_' | '"' | '`'))
    };
    if wants_table || is_part(before.chars().next_back()) || is_part(behind.chars().next()) {
        name.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '_' }).collect()
    } else {
        "NULL".to_owned()
    }
}
