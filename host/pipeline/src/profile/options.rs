//! What the operator wants of profiles: how deep, of which part of which tables, and at what cost. Decides nothing.

use std::sync::Arc;
use std::time::Duration;

use metahost_model::{EntityPath, SampleSize};
use metahost_profile::pushdown::CustomMetric;

use super::data::TableData;
use super::quality::TestOptions;

/// How much is to be known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Depth {
    /// What the source keeps anyway.
    Statistics,
    /// Every metric.
    #[default]
    Full,
    /// Every metric, counted and not estimated wherever the source can.
    Exact,
}

/// What a run may cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Budget {
    /// So many statements.
    pub queries: Option<u64>,
    /// So many bytes read, by the source or from files. What has begun is finished.
    pub bytes: Option<u64>,
    /// So long in all. What has begun is finished.
    pub time: Option<Duration>,
    /// So long a statement: past it, it is cancelled in the source.
    pub query_time: Option<Duration>,
}

/// How rows are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SampleMethod {
    /// Each for itself.
    #[default]
    Bernoulli,
    /// Blocks of them, or files.
    System,
    /// Files of the newest partitions first.
    Newest,
}

/// Which part of a table is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleOptions {
    /// How much of it.
    pub size: SampleSize,
    /// How it is chosen.
    pub method: SampleMethod,
}

impl SampleOptions {
    /// Hundredths of a table of so many rows; none where that can't be told.
    pub(crate) fn percent(&self, rows: Option<u64>) -> Option<f64> {
        match self.size {
            SampleSize::Percentage(percent) => Some(percent),
            SampleSize::Rows(wanted) => rows.map(|rows| (100.0 * wanted as f64 / rows.max(1) as f64).min(100.0)),
        }
    }
}

/// Which partitions of a table are read: OpenMetadata's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partition {
    /// Rows of the last so many days, months, years or hours by a column of dates or times.
    Time {
        /// The column.
        column: String,
        /// How many.
        interval: u64,
        /// "HOUR", "DAY", "MONTH", "YEAR".
        unit: String,
    },
    /// Rows between two numbers, both included.
    Range {
        /// The column.
        column: String,
        /// From here on.
        start: i64,
        /// Up to here.
        end: i64,
    },
    /// Rows with one of these values.
    Values {
        /// The column.
        column: String,
        /// The values.
        values: Vec<String>,
    },
}

/// What is different for some tables. What is none is as for all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProfileRule {
    /// Names from the outermost in, with points between; `*` stands for any text.
    pub tables: String,
    /// They are left out.
    pub skip: bool,
    /// How much is to be known.
    pub depth: Option<Depth>,
    /// Which part is read.
    pub sample: Option<SampleOptions>,
    /// Only these columns, if any.
    pub include_columns: Vec<String>,
    /// And not these.
    pub exclude_columns: Vec<String>,
    /// Which partitions are read.
    pub partition: Option<Partition>,
    /// Metrics that the operator defined.
    pub custom_metrics: Vec<CustomMetric>,
}

/// What somebody who looks at one table may want to see besides its metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Details {
    /// Frequent values.
    pub top: Option<usize>,
    /// Frequent patterns of texts.
    pub patterns: Option<usize>,
}

/// What is wanted of the tables of a source.
#[derive(Debug, Clone)]
pub struct ProfileOptions {
    /// Where the tables are.
    pub data: Arc<dyn TableData>,
    /// How much is to be known.
    pub depth: Depth,
    /// What a run may cost.
    pub budget: Budget,
    /// So many tables at once.
    pub concurrent: usize,
    /// Which part of a table is read.
    pub sample: Option<SampleOptions>,
    /// So many rows of each table are kept to look at; zero for none.
    pub sample_rows: u64,
    /// Columns whose values nobody may see, by parts of their names.
    pub mask: Vec<String>,
    /// And by their tags in the catalog.
    pub mask_tags: Vec<String>,
    /// The most frequent values and patterns of texts, so many of each, of tables whose files are read. Catalogs are not told.
    pub details: Details,
    /// What is different for some tables; the first that fits holds.
    pub rules: Vec<ProfileRule>,
    /// The tests of tables.
    pub tests: TestOptions,
}

impl ProfileRule {
    /// Whether a column, by the name of what it lies in, is wanted.
    pub(crate) fn wants(&self, name: &String) -> bool {
        let is_included = self.include_columns.is_empty() || self.include_columns.contains(name);
        is_included && !self.exclude_columns.contains(name)
    }
}

impl ProfileOptions {
    /// The same for what is read natively.
    pub(crate) fn native(&self, rule: &ProfileRule) -> metahost_profile::Options {
        metahost_profile::Options {
            columns: rule.include_columns.clone(),
            exact: rule.depth == Some(Depth::Exact),
            top: self.details.top,
            patterns: self.details.patterns,
            ..metahost_profile::Options::default()
        }
    }

    /// What holds for a table.
    pub fn rule(&self, table: &EntityPath) -> ProfileRule {
        let name = table.parts().join(".");
        let found = self.rules.iter().find(|rule| fits(&rule.tables, &name)).cloned().unwrap_or_default();
        ProfileRule { depth: found.depth.or(Some(self.depth)), sample: found.sample.or(self.sample), ..found }
    }
}

/// Whether a pattern fits a whole name; `*` stands for any text.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern.eq_ignore_ascii_case(name) };
    let Some(head) = name.get(..start.len()).filter(|head| head.eq_ignore_ascii_case(start)) else { return false };
    let tail = &name[head.len()..];
    tail.char_indices().map(|(at, _)| &tail[at..]).chain([""]).any(|tail| fits(rest, tail))
}

impl Partition {
    /// As a condition in SQL; `now` stands for the moment of the query in the engine itself.
    pub(crate) fn condition(&self) -> String {
        let name = |column: &str| format!("\"{}\"", column.replace('"', "\"\""));
        match self {
            Self::Time { column, interval, unit } => {
                let unit = unit.to_uppercase();
                format!("{} >= date_add('{}', -{interval}, current_timestamp)", name(column), unit.to_lowercase())
            }
            Self::Range { column, start, end } => format!("{} BETWEEN {start} AND {end}", name(column)),
            Self::Values { column, values } => {
                let values: Vec<String> =
                    values.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
                format!("CAST({} AS varchar) IN ({})", name(column), values.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_case_is_none() {
        assert!(fits("lake.*.orders", "lake.silver.Orders") && fits("*", "a.b") && fits("a.b*", "a.b"));
        assert!(!fits("lake.*.orders", "lake.silver.orders2") && !fits("a", "a.b"));
    }

    #[test]
    fn partitions_are_conditions_and_quotes_stay_in_their_place() {
        let values = Partition::Values { column: "a\"b".into(), values: vec!["it's".into()] };
        assert_eq!(values.condition(), "CAST(\"a\"\"b\" AS varchar) IN ('it''s')");
        let days = Partition::Time { column: "day".into(), interval: 7, unit: "DAY".into() };
        assert_eq!(days.condition(), "\"day\" >= date_add('day', -7, current_timestamp)");
    }
}
