//! What is known of a table that tests are decided by: what an engine was asked for them, and what a profile tells. Tells an
//! estimate from what is certain, and why something is not known.

use std::collections::BTreeMap;

use metahost_model::{Accuracy, Measure, ProfileMethod, TableProfile};
use serde_json::Value as Json;

use super::number::{Bound, Limit, Number, Range};
use super::verdict::{Unknown, grouped};

/// What of a column, or of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Of {
    /// Rows of the table.
    Rows,
    /// Values, NULL not counted.
    Values,
    /// NULLs.
    Nulls,
    /// Different values.
    Different,
    /// NaNs.
    Nans,
    /// Texts without a character.
    Empty,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The mean.
    Mean,
    /// The value in the middle.
    Median,
    /// The standard deviation of the whole population.
    Deviation,
    /// The sum.
    Sum,
    /// The least length.
    MinLength,
    /// The greatest length.
    MaxLength,
    /// Values that do not lie between two limits; NaN lies nowhere.
    Outside(Range<Limit>),
    /// Values whose length does not lie between two limits.
    LengthOutside(Range<Bound>),
    /// Values of a set.
    In(Vec<String>),
    /// Texts in which a regular expression is found.
    Matching(String),
    /// Values less than a number.
    Below(Bound),
    /// Values greater than a number.
    Above(Bound),
    /// The greatest value that is less than a number.
    HighestBelow(Bound),
    /// The least value that is not less than a number.
    LowestFrom(Bound),
    /// The greatest value that is not greater than a number.
    HighestTo(Bound),
    /// The least value that is greater than a number.
    LowestAbove(Bound),
    /// The latest moment, in milliseconds from 1970 on.
    Newest,
    /// Rows whose moment is no longer ago than so many units.
    Since(u64, &'static str),
}

impl Of {
    /// Under which name a profile tells it.
    fn metric(&self) -> Option<&'static str> {
        Some(match self {
            Self::Values => "valuesCount",
            Self::Nulls => "nullCount",
            Self::Different => "distinctCount",
            Self::Nans => "nanCount",
            Self::Empty => "emptyCount",
            Self::Min => "min",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Median => "median",
            Self::Deviation => "stddev",
            Self::Sum => "sum",
            Self::MinLength => "minLength",
            Self::MaxLength => "maxLength",
            _ => return None,
        })
    }

    /// Profiles measure texts by their lengths: these names tell of lengths then.
    fn is_of_values(&self) -> bool {
        matches!(self, Self::Min | Self::Max | Self::Mean | Self::Median | Self::Deviation | Self::Sum)
    }

    /// In words.
    fn words(&self) -> String {
        match self {
            Self::Rows => "how many rows there are".to_owned(),
            Self::Values => "how many values there are".to_owned(),
            Self::Nulls => "how many nulls there are".to_owned(),
            Self::Different => "how many different values there are".to_owned(),
            Self::Outside(range) => format!("how many values are not {range}"),
            Self::LengthOutside(range) => format!("how many lengths are not {range}"),
            Self::In(_) => "how many values are in the set".to_owned(),
            Self::Matching(_) => "how many values match".to_owned(),
            Self::Newest => "the latest moment".to_owned(),
            Self::Since(interval, unit) => format!("how many rows are of the last {interval} {unit}s"),
            other => other.metric().map_or_else(|| "where the middle lies".to_owned(), |name| format!("`{name}`")),
        }
    }

    /// Whether it changes while the table does not.
    pub fn depends_on_time(&self) -> bool {
        matches!(self, Self::Since(..))
    }
}

/// Something to know of a column, or of the table under no column.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The column.
    pub column: Vec<String>,
    /// What of it.
    pub of: Of,
}

impl Fact {
    /// Of a table.
    pub fn of_table(of: Of) -> Self {
        Self { column: Vec::new(), of }
    }

    fn words(&self) -> String {
        if self.column.is_empty() {
            return self.of.words();
        }
        format!("{} in {}", self.of.words(), self.column.join("."))
    }
}

/// How well something is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// It is this number.
    Exact(Number),
    /// It lies between the last two.
    Within(Number, Number, Number),
    /// It is about this number.
    Guess(Number),
    /// It is this moment, as it was written.
    Text(String),
    /// There is nothing that it could be of.
    Nothing,
}

/// What is known of a table.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub(super) asked: Vec<(Fact, Known)>,
    metrics: BTreeMap<(Vec<String>, String), Known>,
    rows: Option<Known>,
    pub(super) columns: Option<Vec<String>>,
    lack: String,
}

impl Facts {
    /// What was asked of an engine for tests.
    pub(super) fn asked(asked: Vec<(Fact, Known)>, columns: Vec<String>) -> Self {
        Self { asked, columns: Some(columns), lack: "it was not asked for".to_owned(), ..Self::default() }
    }

    /// What a profile tells, and these columns, if they are all of the table's; `lack` says why nothing more is known.
    pub fn of_profile(profile: &TableProfile, columns: Option<Vec<String>>, lack: &str) -> Self {
        let is_part = profile.sample.is_some();
        let mut metrics = BTreeMap::new();
        for column in &profile.columns {
            for (name, measure) in &column.metrics {
                metrics.extend(known(measure, is_part).map(|known| ((column.column.clone(), name.clone()), known)));
            }
        }
        let are_exact = |column: &metahost_model::ColumnProfile| {
            column.metrics.values().all(|measure| measure.accuracy == Accuracy::Exact)
        };
        let is_kept_exactly = !profile.columns.is_empty() && profile.columns.iter().all(are_exact);
        let is_sure = !is_part && (profile.method != ProfileMethod::Statistics || is_kept_exactly);
        let rows = profile.rows.map(Number::count);
        let rows = rows.map(|rows| if is_sure { Known::Exact(rows) } else { Known::Guess(rows) });
        Self { asked: Vec::new(), metrics, rows, columns, lack: lack.to_owned() }
    }

    /// What is known of something, if anything is.
    pub(super) fn find(&self, fact: &Fact) -> Option<&Known> {
        let asked = self.asked.iter().find(|(asked, _)| asked == fact).map(|(_, known)| known);
        asked.or_else(|| {
            if fact.of == Of::Rows {
                return self.rows.as_ref();
            }
            let key = |name: &str| (fact.column.clone(), name.to_owned());
            let is_measured_by_length = self.metrics.contains_key(&key("minLength"));
            let name = fact.of.metric().filter(|_| !(fact.of.is_of_values() && is_measured_by_length))?;
            self.metrics.get(&key(name))
        })
    }

    /// What is known of something, or why it is not.
    pub(super) fn get(&self, fact: &Fact) -> Result<&Known, Unknown> {
        self.find(fact).ok_or_else(|| Unknown(format!("it is not known {}: {}", fact.words(), self.lack)))
    }

    /// A count that is certain.
    pub(super) fn count(&self, fact: &Fact) -> Result<u64, Unknown> {
        match self.get(fact)? {
            Known::Exact(number) => {
                number.as_count().ok_or_else(|| Unknown(format!("{number} can't be {}", fact.words())))
            }
            Known::Nothing => Ok(0),
            Known::Within(value, ..) | Known::Guess(value) => Err(estimated(fact, *value)),
            Known::Text(text) => Err(Unknown(format!("`{text}` can't be {}", fact.words()))),
        }
    }
}

/// Why an estimate decides nothing.
pub(super) fn estimated(fact: &Fact, value: Number) -> Unknown {
    let value = value.as_count().map_or_else(|| value.to_string(), grouped);
    Unknown(format!("{} is only estimated, as {value}: too close to decide", fact.words()))
}

/// None for a text that is no moment.
fn known(measure: &Measure, is_part: bool) -> Option<Known> {
    let number = |value: &Json| match value {
        Json::Number(number) => Number::parse(&number.to_string()),
        Json::String(text) => Number::parse(text),
        _ => None,
    };
    let Some(value) = number(&measure.value) else {
        let text = measure.value.as_str()?;
        return (!is_part && measure.accuracy == Accuracy::Exact).then(|| Known::Text(text.to_owned()));
    };
    Some(match &measure.accuracy {
        _ if is_part => Known::Guess(value),
        Accuracy::Exact => Known::Exact(value),
        Accuracy::Statistics => Known::Guess(value),
        Accuracy::Approximate { low, high } => match (number(low), number(high)) {
            (Some(low), Some(high)) => Known::Within(value, low, high),
            _ => Known::Guess(value),
        },
    })
}
