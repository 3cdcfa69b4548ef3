//! `[sources.<name>.profile]`: how deep tables are profiled, of which part, and at what cost. Only reads and checks; the
//! pipeline applies it.

use crate::read::{FromToml, Node, OrZero, Section};

/// How much is to be known of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileDepth {
    /// What the source keeps anyway.
    Statistics,
    /// Every metric.
    Full,
    /// Every metric, counted and not estimated where the source can.
    Exact,
}

/// How rows of a sample are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleMethod {
    /// Each for itself.
    Bernoulli,
    /// Blocks of them, or files.
    System,
    /// Files of the newest partitions first.
    Newest,
}

/// Which part of a table is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// How much of it.
    pub size: SampleSize,
    /// How they are chosen.
    pub method: SampleMethod,
}

/// How much of a table is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SampleSize {
    /// Hundredths of its rows.
    Percent(f64),
    /// So many rows.
    Count(u64),
}

/// Which partitions are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The column.
    pub column: String,
    /// Which of its values.
    pub of: PartitionValues,
}

/// Which values of a partition column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartitionValues {
    /// The last so many units of time.
    Last(u64, String),
    /// Between two numbers.
    Between(i64, i64),
    /// One of these.
    OneOf(Vec<String>),
}

/// A metric of the operator's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomMetric {
    /// Its name.
    pub name: String,
    /// The column that it belongs to; none for the table.
    pub column: Option<String>,
    /// SQL that aggregates.
    pub expression: String,
}

/// What is different for some tables.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileTables {
    /// Their names, with stars.
    pub tables: String,
    /// Whether they are left out.
    pub skip: bool,
    /// How much is to be known.
    pub depth: Option<ProfileDepth>,
    /// Which part is read.
    pub sample: Option<Sample>,
    /// Only these columns, if any.
    pub include_columns: Vec<String>,
    /// And not these.
    pub exclude_columns: Vec<String>,
    /// Which partitions are read.
    pub partition: Option<Partition>,
    /// Metrics of the operator's own.
    pub custom_metrics: Vec<CustomMetric>,
}

/// How the tables of a source are profiled. What is none is the pipeline's default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// How much is to be known.
    pub depth: Option<ProfileDepth>,
    /// Statements a run.
    pub queries: Option<u64>,
    /// Bytes a run, in MiB.
    pub scanned_mib: Option<u64>,
    /// Seconds a run.
    pub seconds: Option<u64>,
    /// Seconds a statement.
    pub query_seconds: Option<u64>,
    /// Tables at once.
    pub concurrent: Option<u32>,
    /// Which part of a table is read.
    pub sample: Option<Sample>,
    /// Rows of each table to look at.
    pub sample_rows: Option<u32>,
    /// Parts of names of columns whose values nobody may see.
    pub mask: Option<Vec<String>>,
    /// Tags in the catalog of columns whose values nobody may see.
    pub mask_tags: Option<Vec<String>>,
    /// What is different for some tables.
    pub tables: Vec<ProfileTables>,
}

impl FromToml for Profile {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("profile")?;
        let profile = Self {
            depth: section.get("depth"),
            queries: section.get("queries"),
            scanned_mib: section.get("scanned-mib"),
            seconds: section.get("seconds"),
            query_seconds: section.get("query-seconds"),
            concurrent: section.get("concurrent"),
            sample: sample(&mut section),
            sample_rows: section.get::<OrZero>("sample-rows").map(|rows| rows.0),
            mask: section.get("mask"),
            mask_tags: section.get("mask-tags"),
            tables: section.get("tables").unwrap_or_default(),
        };
        section.finish();
        Some(profile)
    }
}

fn sample(section: &mut Section<'_>) -> Option<Sample> {
    let (percent, count) = (section.node_of("sample-percent"), section.get::<u64>("sample-count"));
    let method = section.get("sample-method").unwrap_or(SampleMethod::Bernoulli);
    let size = match (percent, count) {
        (None, None) => return None,
        (None, Some(count)) => SampleSize::Count(count),
        (Some(node), Some(_)) => {
            node.invalid(
                format!("`{}` and `sample-count` say the same thing twice", node.key),
                "leave one of them out",
            );
            return None;
        }
        (Some(node), None) => SampleSize::Percent(percent_of(&node)?),
    };
    Some(Sample { size, method })
}

fn percent_of(node: &Node<'_>) -> Option<f64> {
    let percent = f64::read(node)?;
    if percent > 100.0 {
        node.invalid(format!("`{}` is more than all of it", node.key), "write a number above 0, and 100 at most");
        return None;
    }
    Some(percent)
}

impl FromToml for ProfileTables {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("profile-tables")?;
        let tables = section.require("tables");
        let rule = Self {
            tables: String::new(),
            skip: section.get("skip").unwrap_or_default(),
            depth: section.get("depth"),
            sample: sample(&mut section),
            include_columns: section.get("include-columns").unwrap_or_default(),
            exclude_columns: section.get("exclude-columns").unwrap_or_default(),
            partition: section.get("partition"),
            custom_metrics: section.get("custom-metrics").unwrap_or_default(),
        };
        section.finish();
        Some(Self { tables: tables?, ..rule })
    }
}

impl FromToml for Partition {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("profile-partition")?;
        let column = section.require("column");
        let last = section.get::<u64>("last");
        let unit = section.node_of("unit").and_then(|node| node.choice(&UNITS));
        let (from, to) = (section.get::<Signed>("from"), section.get::<Signed>("to"));
        let values = section.get::<Vec<String>>("values");
        section.finish();
        let of = match (last, from, to, values) {
            (Some(last), None, None, None) => Some(PartitionValues::Last(last, unit.unwrap_or("DAY").to_owned())),
            (None, Some(from), Some(to), None) => Some(PartitionValues::Between(from.0, to.0)),
            (None, None, None, Some(values)) if !values.is_empty() => Some(PartitionValues::OneOf(values)),
            _ => None,
        };
        if of.is_none() {
            let help = "write one of `last = 7` with `unit = \"day\"`, `from = 1` with `to = 9`, or `values = [\"a\"]`";
            node.invalid(format!("`{}` does not say which partitions", node.key), help);
        }
        Some(Self { column: column?, of: of? })
    }
}

const UNITS: [(&str, &str); 4] = [("hour", "HOUR"), ("day", "DAY"), ("month", "MONTH"), ("year", "YEAR")];

/// A whole number that may be below zero.
struct Signed(i64);

impl FromToml for Signed {
    fn read(node: &Node<'_>) -> Option<Self> {
        let number = serde_json::Value::read(node)?.as_i64();
        number.map(Self).or_else(|| node.wrong_type("a whole number, without quotes"))
    }
}

impl FromToml for CustomMetric {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("profile-metric")?;
        let (name, column, expression) =
            (section.require("name"), section.get("column"), section.require("expression"));
        section.finish();
        Some(Self { name: name?, column, expression: expression? })
    }
}

impl FromToml for ProfileDepth {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.choice(&[("statistics", Self::Statistics), ("full", Self::Full), ("exact", Self::Exact)])
    }
}

impl FromToml for SampleMethod {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.choice(&[("bernoulli", Self::Bernoulli), ("system", Self::System), ("newest", Self::Newest)])
    }
}
