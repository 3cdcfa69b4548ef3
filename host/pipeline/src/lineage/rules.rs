//! Which queries of a log are not worth reading, and why. Decides by the text alone, never by a table.

use fancy_regex::Regex;
use metahost_lineage::{Dialect, tool_made};
use metahost_model::Query;

use crate::error::{Error, ErrorKind};

/// Rules for the queries of one source.
#[derive(Debug, Default)]
pub struct QueryRules {
    exclude: Vec<(String, Regex)>,
}

impl QueryRules {
    /// With patterns of one's own: regular expressions that are found anywhere in the text, whatever the case.
    pub fn new(exclude: Vec<String>) -> Result<Self, Error> {
        let compile = |pattern: String| {
            let compiled = Regex::new(&format!("(?is){pattern}"));
            compiled.map(|regex| (pattern.clone(), regex)).map_err(|error| {
                let message = format!("a pattern of queries is no regular expression: {error}");
                Error::new(ErrorKind::Filter, message).with("pattern", pattern).with("setting", "queries.exclude")
            })
        };
        Ok(Self { exclude: exclude.into_iter().map(compile).collect::<Result<_, _>>()? })
    }

    /// The reason for which a query is left out, if one is. What feeds something is read whatever it says.
    pub(crate) fn left_out(&self, query: &Query) -> Option<String> {
        if query.failed {
            return Some("failed query".to_owned());
        }
        if query.target.is_some() {
            return None;
        }
        self.excluded(&query.sql).or_else(|| {
            let dialect = Dialect::from_name(&query.dialect).unwrap_or_default();
            tool_made(&query.sql, dialect).map(|why| format!("tool-made query: {why}"))
        })
    }

    fn excluded(&self, sql: &str) -> Option<String> {
        self.exclude.iter().find_map(|(pattern, regex)| match regex.is_match(sql) {
            Ok(true) => Some(format!("query filter `{pattern}`")),
            Ok(false) => None,
            // Said apart: it has not decided anything about this query.
            Err(_) => Some(format!("query filter `{pattern}` is too slow to decide")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sql: &str) -> Query {
        Query { sql: sql.to_owned(), dialect: "trino".into(), ..Query::default() }
    }

    #[test]
    fn a_reason_is_given_for_each() {
        let rules = QueryRules::new(vec!["scratch_\\w+".into()]).unwrap();
        let reason = |query: &Query| rules.left_out(query);
        let failed = Query { failed: true, ..query("SELECT a FROM t") };
        assert_eq!(reason(&failed).as_deref(), Some("failed query"));
        assert_eq!(reason(&query("show tables")).as_deref(), Some("tool-made query: moves no data"));
        assert_eq!(
            reason(&query("insert into\nSCRATCH_1 select a from t")).as_deref(),
            Some("query filter `scratch_\\w+`")
        );
        assert_eq!(reason(&query("insert into t select a from b")), None);
    }

    #[test]
    fn a_broken_pattern_is_named_with_its_setting() {
        let error = QueryRules::new(vec!["(".into()]).unwrap_err();
        assert!(error.to_string().contains("pattern: (; setting: queries.exclude"), "{error}");
    }
}
