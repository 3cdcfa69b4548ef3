//! Cells of an answer as what they are: counts, numbers with all their digits, lists, values with counts. Never guesses: what
//! can't be read is an error.

use arrow_buffer::i256;
use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::value::Value;

/// A count.
pub fn count(cell: &str) -> Result<u64> {
    cell.parse().map_err(|_| unreadable("a count", cell))
}

/// A double; engines write the ones that are no numbers as words.
pub fn number(cell: &str) -> Result<f64> {
    cell.parse().map_err(|_| unreadable("a number", cell))
}

/// A whole number, or a decimal with so many digits after the point, without its point.
pub fn unscaled(cell: &str, scale: i8) -> Result<i128> {
    let places = usize::try_from(scale).unwrap_or(0);
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    if fraction.len() > places {
        return Err(unreadable("a decimal", cell));
    }
    format!("{whole}{fraction:0<places$}").parse().map_err(|_| unreadable("a whole number", cell))
}

/// Such a number as it is told.
pub fn whole(cell: &str, scale: i8) -> Result<Value> {
    Ok(Value::Whole(i256::from_i128(unscaled(cell, scale)?), scale))
}

/// A list of doubles.
pub fn numbers(cell: &str) -> Result<Vec<f64>> {
    let Ok(Json::Array(items)) = serde_json::from_str(cell) else { return Err(unreadable("a list", cell)) };
    let number = |item: &Json| item.as_f64().or_else(|| item.as_str()?.parse().ok());
    items.iter().map(|item| number(item).ok_or_else(|| unreadable("a number", cell))).collect()
}

/// Values with how often each is there.
pub fn counts(cell: &str) -> Result<Vec<(String, u64)>> {
    let Ok(Json::Object(entries)) = serde_json::from_str(cell) else { return Err(unreadable("a map", cell)) };
    let counted = |(value, times): (String, Json)| Some((value, times.as_u64()?));
    entries.into_iter().map(|entry| counted(entry).ok_or_else(|| unreadable("a count", cell))).collect()
}

/// What was to be read, and the beginning of what was there.
pub fn unreadable(what: &str, cell: &str) -> Error {
    let beginning: String = cell.chars().take(40).collect();
    Error::format(format!("the engine's answer is no {}: `{beginning}`", what.trim_start_matches("a ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_digits() {
        let told = |cell, scale| unscaled(cell, scale).ok();
        assert_eq!(told("-12.5", 2), Some(-1_250));
        assert_eq!(told("7", 0), Some(7));
        assert_eq!(told("0.00000000000000000000000000000000000001", 38), Some(1));
        assert_eq!([told("1.234", 2), told("NULL", 0)], [None, None]);
    }

    #[test]
    fn lists_and_maps_are_json_with_words_for_what_json_has_no_number_for() {
        assert_eq!(numbers("[1.5, \"Infinity\", 2]").unwrap(), [1.5, f64::INFINITY, 2.0]);
        assert_eq!(counts("{\"a\": 2, \"\": 1}").unwrap(), [(String::new(), 1), ("a".to_owned(), 2)]);
        assert!(counts("{\"a\": -2}").is_err() && numbers("[null]").is_err() && count("-1").is_err());
    }
}
