//! Other queries that a query reads by name. Never reads SQL further than Redash itself does for this.

use std::collections::BTreeSet;

/// The numbers in `from query_12`, `join cached_query_12` and `from param_query_12_{…}`.
pub fn queries(sql: &str) -> BTreeSet<u64> {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let pairs = words.windows(2).filter(|pair| opens(pair[0]));
    pairs.filter_map(|pair| number(pair[1])).collect()
}

/// Whether a word ends with `from` or `join`: a bracket may stand before it.
fn opens(word: &str) -> bool {
    let last = word.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default();
    last.eq_ignore_ascii_case("from") || last.eq_ignore_ascii_case("join")
}

fn number(word: &str) -> Option<u64> {
    let word = word.to_ascii_lowercase();
    let plain = ["cached_", "param_"].iter().find_map(|prefix| word.strip_prefix(prefix)).unwrap_or(&word);
    let rest = plain.strip_prefix("query_")?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_found_as_redash_finds_them() {
        let sql = "SELECT * FROM query_12 a\njoin Cached_Query_7 b on true, (select 1 from\tquery_3) \
                   JOIN param_query_40_{n=1} c ON query_99.x = 1 WHERE note = 'from query_' -- query_98";
        assert_eq!(queries(sql).into_iter().collect::<Vec<_>>(), [3, 7, 12, 40]);
        assert!(queries("select 1 from subquery_5").is_empty());
        assert!(queries("(select x_from query_5").is_empty());
        assert!(queries("from query_99999999999999999999999").is_empty());
    }
}
