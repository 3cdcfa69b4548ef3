//! What a run does with queries.

use super::rules::QueryRules;

/// See the module.
#[derive(Debug)]
pub struct QueryOptions {
    /// What is left out.
    pub rules: QueryRules,
    /// Of each table so many of its most frequent queries are written, and so many of those that took longest.
    pub per_table: usize,
    /// Whether reads are counted by table and day.
    pub counts_reads: bool,
    /// Whether the source is read from its beginning, wherever it was before: then it may tell what is counted already.
    pub starts_over: bool,
}

impl Default for QueryOptions {
    fn default() -> Self {
        Self { rules: QueryRules::default(), per_table: 25, counts_reads: false, starts_over: false }
    }
}
