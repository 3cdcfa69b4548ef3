//! What the values of a partition are, from the names of folders. Never knows a table's own types.

use metahost_plugin_sdk::columns;
use metahost_plugin_sdk::entities::Column;

/// What Hive calls a partition of NULL.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// A type that all values seen so far have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// No value but NULL.
    Nothing,
    /// Whole numbers.
    Integer,
    /// Days.
    Date,
    /// Anything.
    Text,
}

impl Guess {
    /// From a first value.
    pub fn of(value: &str) -> Self {
        match value {
            NULL | "" => Self::Nothing,
            number if number.parse::<i64>().is_ok() => Self::Integer,
            day if is_date(day) => Self::Date,
            _ => Self::Text,
        }
    }

    /// From one more.
    pub fn see(&mut self, value: &str) {
        *self = match (*self, Self::of(value)) {
            (Self::Nothing, found) => found,
            (known, Self::Nothing) => known,
            (known, found) if known == found => known,
            _ => Self::Text,
        };
    }

    fn data_type(self) -> &'static str {
        match self {
            Self::Integer => "BIGINT",
            Self::Date => "DATE",
            Self::Nothing | Self::Text => "STRING",
        }
    }
}

/// `2026-11-23`.
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && text.split('-').map(str::len).eq([4, 2, 2]) && text.replace('-', "").parse::<u32>().is_ok()
}

/// A column that folders are named by.
pub fn column(name: &str, guess: Guess) -> Column {
    described(name, guess.data_type(), None)
}

/// A column that folders are named by, as an operator describes it.
pub fn described(name: &str, data_type: &str, text: Option<&str>) -> Column {
    let description = text.unwrap_or("Partition, from the names of folders").to_owned();
    let length = matches!(data_type, "CHAR" | "VARCHAR" | "BINARY" | "VARBINARY").then_some(columns::NO_LENGTH);
    Column { description: Some(description), length, ..columns::column(name, data_type) }
}
