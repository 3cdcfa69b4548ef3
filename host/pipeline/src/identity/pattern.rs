//! Patterns over fully qualified names, in which `*` stands for any text within one part. Two names that match two patterns
//! with the same texts under the stars, in their order, are what a rule is about.

use metahost_model::Fqn;

/// A pattern, part by part, each cut at its stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    text: String,
    parts: Vec<Vec<String>>,
}

impl Pattern {
    /// Any text is a pattern; one without stars is a name.
    pub(crate) fn new(text: &str) -> Self {
        let cut = |part: &String| part.split('*').map(str::to_owned).collect();
        Self { text: text.to_owned(), parts: Fqn::parse(text).split().iter().map(cut).collect() }
    }

    /// As it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// What the stars stand for; none if the name does not match.
    pub(crate) fn stars(&self, name: &[String]) -> Option<Vec<String>> {
        if name.len() != self.parts.len() {
            return None;
        }
        let found: Option<Vec<Vec<String>>> =
            self.parts.iter().zip(name).map(|(cut, part)| within(cut, part)).collect();
        found.map(|found| found.into_iter().flatten().collect())
    }
}

/// What stands between the texts of a pattern's part: each star takes as little as it can, the last one the rest.
fn within(cut: &[String], part: &str) -> Option<Vec<String>> {
    let (first, rest) = cut.split_first()?;
    let mut part = part.strip_prefix(first.as_str())?;
    let Some((last, between)) = rest.split_last() else { return part.is_empty().then(Vec::new) };
    let mut stars = Vec::with_capacity(rest.len());
    for text in between {
        let (star, behind) = part.split_once(text.as_str())?;
        stars.push(star.to_owned());
        part = behind;
    }
    stars.push(part.strip_suffix(last.as_str())?.to_owned());
    Some(stars)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stars(pattern: &str, name: &str) -> Option<Vec<String>> {
        Pattern::new(pattern).stars(&Fqn::parse(name).split())
    }

    #[test]
    fn a_star_stands_for_text_within_one_part() {
        assert_eq!(stars("trino.lake.*.*", "trino.lake.raw.orders").unwrap(), ["raw", "orders"]);
        assert_eq!(stars("s3.bucket.lake/*/*-x", "s3.bucket.lake/raw/orders-x").unwrap(), ["raw", "orders"]);
        assert_eq!(stars("trino.lake.*", "trino.lake.raw.orders"), None, "a part more");
        assert_eq!(stars("trino.lake.raw.orders", "trino.lake.raw.orders").unwrap(), Vec::<String>::new());
        assert_eq!(stars("trino.\"a.b\".*.t", "trino.\"a.b\".s.t").unwrap(), ["s"]);
        assert_eq!(stars("a.b*", "a.c"), None);
    }
}
