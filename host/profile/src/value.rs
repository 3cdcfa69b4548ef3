//! A value as it is told: exact numbers, doubles, text. Numbers stay numbers in JSON, however many digits they have.

use core::fmt;

use arrow_buffer::i256;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::scalar::number;

/// A value as it is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number, or a decimal with so many digits after the point.
    Whole(i256, i8),
    /// A double.
    Float(f64),
    /// Text, dates and times, bytes in hexadecimal digits.
    Text(String),
}

impl Value {
    /// A count.
    pub fn count(count: u64) -> Self {
        Self::Whole(i256::from_i128(i128::from(count)), 0)
    }

    /// The nearest double; none for text.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(unscaled, scale) => Some(scaled(number(*unscaled), *scale)),
            Self::Float(value) => Some(*value),
            Self::Text(_) => None,
        }
    }
}

/// A number of so many digits after the point.
pub(crate) fn scaled(unscaled: f64, scale: i8) -> f64 {
    // Powers of ten up to 22 are exact as doubles, so dividing by them rounds once only.
    if scale >= 0 { unscaled / 10_f64.powi(i32::from(scale)) } else { unscaled * 10_f64.powi(-i32::from(scale)) }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(unscaled, scale) => f.write_str(&decimal(*unscaled, *scale)),
            Self::Float(value) if value.is_nan() => f.write_str("NaN"),
            Self::Float(value) if value.is_infinite() => {
                f.write_str(if *value > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(..) => {
                let number = RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?;
                number.serialize(serializer)
            }
            Self::Float(value) if value.is_finite() => serializer.serialize_f64(*value),
            other => serializer.serialize_str(&other.to_string()),
        }
    }
}

/// All digits of a decimal, with a point where its scale says so.
fn decimal(unscaled: i256, scale: i8) -> String {
    let digits = unscaled.to_string();
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |digits| ("-", digits));
    let places = usize::from(scale.unsigned_abs());
    if scale <= 0 {
        let zeros = if digits == "0" { 0 } else { places };
        return format!("{sign}{digits}{}", "0".repeat(zeros));
    }
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(value: i128, scale: i8) -> Value {
        Value::Whole(i256::from_i128(value), scale)
    }

    #[test]
    fn decimals_keep_all_their_digits() -> serde_json::Result<()> {
        let long = "99999999999999999999999999999999999999999999999999999999999999.99999999999999";
        let unscaled = i256::from_string(&long.replace('.', "")).unwrap_or_default();
        for (value, expected) in [
            (whole(0, 2), "0.00"),
            (whole(-5, 2), "-0.05"),
            (whole(12345, 2), "123.45"),
            (whole(-12345, 0), "-12345"),
            (whole(7, -3), "7000"),
            (whole(0, -3), "0"),
            (Value::Whole(unscaled, 14), long),
        ] {
            assert_eq!(value.to_string(), expected);
            assert_eq!(serde_json::to_string(&value)?, expected);
        }
        Ok(())
    }

    #[test]
    fn what_json_has_no_number_for_is_text() -> serde_json::Result<()> {
        assert_eq!(serde_json::to_string(&Value::Float(f64::NEG_INFINITY))?, "\"-Infinity\"");
        assert_eq!(serde_json::to_string(&Value::Float(0.5))?, "0.5");
        Ok(())
    }
}
