//! What a test checks, read from its definition and parameters, and what must be known to decide it.

use metahost_model::TestDefinition;

use super::facts::Of;
use super::number::{Bound, Limit, Range};
use super::parameters::Parameters;
use crate::error::Result;

/// A measure of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    Min,
    Max,
    Mean,
    Deviation,
    Sum,
}

/// How rows of a statement are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Those that it answers.
    Rows,
    /// It counts them itself.
    Count,
}

/// How a count is compared with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    AtMost,
    Less,
    AtLeast,
    More,
    Equal,
    Unequal,
}

/// Units of spans of time: OpenMetadata's word, and SQL's.
const RANGE_TYPES: [(&str, &str); 4] = [("DAY", "day"), ("HOUR", "hour"), ("MONTH", "month"), ("YEAR", "year")];
/// Units of how long ago something may be, in seconds. A month and a year are as long as they are on average.
const TIME_UNITS: [(&str, u64); 7] = [
    ("SECONDS", 1),
    ("MINUTES", 60),
    ("HOURS", 3_600),
    ("DAYS", 86_400),
    ("WEEKS", 604_800),
    ("MONTHS", 2_629_746),
    ("YEARS", 31_556_952),
];
const STRATEGIES: [(&str, Strategy); 2] = [("ROWS", Strategy::Rows), ("COUNT", Strategy::Count)];
/// The first is what OpenMetadata takes where none is given.
const OPERATORS: [(&str, Operator); 6] = [
    ("<=", Operator::AtMost),
    ("<", Operator::Less),
    (">=", Operator::AtLeast),
    (">", Operator::More),
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
];

/// What a test checks.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    NotNull,
    Unique,
    Between(Range<Limit>),
    /// All values are of the set, or at least one is.
    InSet(Vec<String>, bool),
    NotInSet(Vec<String>),
    Matches(String),
    NotMatches(String),
    Lengths(Range<Bound>),
    Measure(Measured, Range<Bound>),
    Median(Range<Bound>),
    Missing {
        expected: u64,
        also: Vec<String>,
    },
    Rows(Range<Bound>),
    ColumnCount(Range<Bound>),
    ColumnExists(String),
    Columns {
        names: Vec<String>,
        ordered: bool,
    },
    Inserted {
        column: String,
        interval: u64,
        unit: &'static str,
        range: Range<Bound>,
    },
    Fresh {
        column: String,
        within_ms: u64,
    },
    Sql {
        sql: String,
        strategy: Strategy,
        operator: Operator,
        threshold: Bound,
    },
}

impl Check {
    /// What a test of this definition checks with these parameters.
    pub fn read(definition: &'static TestDefinition, given: &[(String, String)]) -> Result<Self> {
        let read = Parameters::new(definition, given)?;
        let measure = |measured, min, max| Ok(Self::Measure(measured, read.numbers(min, max)?));
        match definition.name {
            "columnValuesToBeNotNull" => Ok(Self::NotNull),
            "columnValuesToBeUnique" => Ok(Self::Unique),
            "columnValuesToBeBetween" => Ok(Self::Between(read.limits("minValue", "maxValue")?)),
            "columnValuesToBeInSet" => Ok(Self::InSet(read.list("allowedValues")?, read.flag("matchEnum")?)),
            "columnValuesToBeNotInSet" => Ok(Self::NotInSet(read.list("forbiddenValues")?)),
            "columnValuesToMatchRegex" => Ok(Self::Matches(read.required("regex")?.to_owned())),
            "columnValuesToNotMatchRegex" => Ok(Self::NotMatches(read.required("forbiddenRegex")?.to_owned())),
            "columnValueLengthsToBeBetween" => Ok(Self::Lengths(read.counts("minLength", "maxLength")?)),
            "columnValueMinToBeBetween" => measure(Measured::Min, "minValueForMinInCol", "maxValueForMinInCol"),
            "columnValueMaxToBeBetween" => measure(Measured::Max, "minValueForMaxInCol", "maxValueForMaxInCol"),
            "columnValueMeanToBeBetween" => measure(Measured::Mean, "minValueForMeanInCol", "maxValueForMeanInCol"),
            "columnValueStdDevToBeBetween" => {
                measure(Measured::Deviation, "minValueForStdDevInCol", "maxValueForStdDevInCol")
            }
            "columnValuesSumToBeBetween" => measure(Measured::Sum, "minValueForColSum", "maxValueForColSum"),
            "columnValueMedianToBeBetween" => {
                Ok(Self::Median(read.numbers("minValueForMedianInCol", "maxValueForMedianInCol")?))
            }
            "columnValuesMissingCount" => {
                Ok(Self::Missing { expected: read.count("missingCountValue")?, also: read.list("missingValueMatch")? })
            }
            _ => Self::of_table(definition, &read),
        }
    }

    fn of_table(definition: &'static TestDefinition, read: &Parameters<'_>) -> Result<Self> {
        match definition.name {
            "tableRowCountToEqual" => Ok(Self::Rows(read.counts("value", "value")?)),
            "tableRowCountToBeBetween" => Ok(Self::Rows(read.counts("minValue", "maxValue")?)),
            "tableColumnCountToEqual" => Ok(Self::ColumnCount(read.counts("columnCount", "columnCount")?)),
            "tableColumnCountToBeBetween" => Ok(Self::ColumnCount(read.counts("minColValue", "maxColValue")?)),
            "tableColumnNameToExist" => Ok(Self::ColumnExists(read.required("columnName")?.trim().to_owned())),
            "tableColumnToMatchSet" => {
                let names = read.required("columnNames")?.split(',').map(|name| name.trim().to_owned());
                Ok(Self::Columns { names: names.collect(), ordered: read.flag("ordered")? })
            }
            "tableRowInsertedCountToBeBetween" => Ok(Self::Inserted {
                column: read.required("columnName")?.trim().to_owned(),
                interval: read.count("rangeInterval")?,
                unit: read.choice("rangeType", &RANGE_TYPES)?,
                range: read.counts("min", "max")?,
            }),
            "tableCustomSQLQuery" => Ok(Self::Sql {
                sql: read.required("sqlExpression")?.to_owned(),
                strategy: read.choice("strategy", &STRATEGIES)?,
                operator: read.choice("operator", &OPERATORS)?,
                threshold: read.number_or_zero("threshold")?,
            }),
            "tableDataToBeFresh" => Ok(Self::Fresh {
                column: read.required("column")?.trim().to_owned(),
                within_ms: read
                    .count("timeSinceUpdate")?
                    .saturating_mul(read.choice("timeUnit", &TIME_UNITS)?)
                    .saturating_mul(1_000),
            }),
            _ => Err(read.error("is not run by metahost")),
        }
    }

    /// The column that a test of a table looks at, if it does.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Inserted { column, .. } | Self::Fresh { column, .. } => Some(column),
            _ => None,
        }
    }

    /// What must be known of its column. How many rows there are is always known.
    pub fn needs(&self) -> Vec<Of> {
        match self {
            Self::NotNull => vec![Of::Nulls],
            Self::Unique => vec![Of::Values, Of::Different],
            Self::Between(range) => vec![Of::Values, Of::Outside(range.clone()), Of::Min, Of::Max],
            Self::InSet(values, _) | Self::NotInSet(values) => vec![Of::Values, Of::Nulls, Of::In(values.clone())],
            Self::Matches(regex) | Self::NotMatches(regex) => vec![Of::Values, Of::Matching(regex.clone())],
            Self::Lengths(range) => {
                vec![Of::Values, Of::LengthOutside(range.clone()), Of::MinLength, Of::MaxLength]
            }
            Self::Measure(measured, _) => vec![measured.of()],
            Self::Median(range) => super::median::needs(range),
            Self::Missing { also, .. } => {
                let listed = (!also.is_empty()).then(|| Of::In(also.clone()));
                [Of::Nulls, Of::Empty].into_iter().chain(listed).collect()
            }
            Self::Inserted { interval, unit, .. } => vec![Of::Since(*interval, unit)],
            Self::Fresh { .. } => vec![Of::Newest],
            Self::Rows(_) | Self::ColumnCount(_) | Self::ColumnExists(_) | Self::Columns { .. } | Self::Sql { .. } => {
                Vec::new()
            }
        }
    }
}

impl Measured {
    /// What must be known.
    pub fn of(self) -> Of {
        match self {
            Self::Min => Of::Min,
            Self::Max => Of::Max,
            Self::Mean => Of::Mean,
            Self::Deviation => Of::Deviation,
            Self::Sum => Of::Sum,
        }
    }

    /// In words, and OpenMetadata's name of it.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Min => ("minimum", "min"),
            Self::Max => ("maximum", "max"),
            Self::Mean => ("mean", "mean"),
            Self::Deviation => ("standard deviation", "stddev"),
            Self::Sum => ("sum", "sum"),
        }
    }
}

impl Operator {
    /// In words, and whether a count passes.
    pub fn judge(self, count: u64, threshold: &Bound) -> (&'static str, bool) {
        let order = super::number::Number::count(count).order(threshold.number);
        match self {
            Self::AtMost => ("at most", order.is_le()),
            Self::Less => ("less than", order.is_lt()),
            Self::AtLeast => ("at least", order.is_ge()),
            Self::More => ("more than", order.is_gt()),
            Self::Equal => ("exactly", order.is_eq()),
            Self::Unequal => ("anything but", order.is_ne()),
        }
    }
}
