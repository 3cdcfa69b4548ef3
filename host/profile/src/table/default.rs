//! What a column holds in files that were written before it was added: single values as Iceberg writes them in JSON.

use arrow_array::types::{Date32Type, Time64MicrosecondType, TimestampMicrosecondType, TimestampNanosecondType};
use arrow_cast::parse::Parser;
use arrow_schema::TimeUnit;
use serde_json::Value as Json;

use crate::accumulate::{Column, Values};
use crate::error::{Error, ErrorKind, Result};
use crate::kind::Kind;
use crate::scalar::{Real, Widest};

/// A single value.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// Of numbers, dates, times, booleans, decimals without their point.
    Whole(i128),
    /// Of floats.
    Real(f64),
    /// Of texts and bytes.
    Bytes(Vec<u8>),
}

impl Default {
    /// A value of this kind.
    pub fn read(json: &Json, kind: &Kind) -> Result<Self> {
        let found = match kind {
            Kind::Float => json.as_f64().map(Self::Real),
            Kind::Integer => json.as_i64().map(|value| Self::Whole(i128::from(value))),
            Kind::Boolean => json.as_bool().map(|value| Self::Whole(i128::from(value))),
            _ => json.as_str().and_then(|text| Self::of_text(text, kind)),
        };
        let unreadable = || format!("the initial default {json} can't be read as a value of its column's type");
        found.ok_or_else(|| Error::new(ErrorKind::Request, unreadable()))
    }

    fn of_text(text: &str, kind: &Kind) -> Option<Self> {
        let whole = |value: Option<i64>| value.map(|value| Self::Whole(i128::from(value)));
        match kind {
            Kind::Text => Some(Self::Bytes(text.as_bytes().to_vec())),
            Kind::Binary | Kind::Uuid => hex::decode(text.replace('-', "")).ok().map(Self::Bytes),
            Kind::Decimal(scale) => decimal(text, *scale).map(Self::Whole),
            Kind::Date => Date32Type::parse(text).map(|days| Self::Whole(i128::from(days))),
            Kind::Time(_) => whole(Time64MicrosecondType::parse(text)),
            Kind::Timestamp(TimeUnit::Nanosecond, _) => whole(TimestampNanosecondType::parse(text)),
            Kind::Timestamp(..) => whole(TimestampMicrosecondType::parse(text)),
            _ => None,
        }
    }

    /// Adds it to a column, so many times.
    pub fn add_to(&self, column: &mut Column, times: u64) -> Result<()> {
        let too_great = || Error::new(ErrorKind::Request, "an initial default is too great for its column's type");
        match (self, &mut column.values) {
            (Self::Whole(value), Values::Whole(into)) => {
                into.add_counted(&[i64::try_from(*value).map_err(|_| too_great())?], &[times]);
            }
            (Self::Whole(value), Values::Wide(into)) => into.add_counted(&[*value], &[times]),
            (Self::Whole(value), Values::Widest(into)) => {
                into.add_counted(&[Widest(arrow_buffer::i256::from_i128(*value))], &[times]);
            }
            (Self::Real(value), Values::Real(into)) => match Real::new(*value) {
                Some(value) => into.add_counted(&[value], &[times]),
                None => column.nans += times,
            },
            (Self::Bytes(bytes), Values::Texts(into)) if times > 0 => into.add(bytes, times),
            (Self::Bytes(_), Values::Texts(_)) => {}
            (_, Values::Number(into)) => *into += times,
            _ => return Err(Error::new(ErrorKind::Request, "an initial default is of another type than its column")),
        }
        Ok(())
    }

    /// As people write it.
    pub fn text(&self, kind: &Kind) -> String {
        match self {
            Self::Whole(value) => kind.value(*value).to_string(),
            Self::Real(value) => value.to_string(),
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// What tells it apart, as keys of rows do.
    pub fn key(&self) -> Vec<u8> {
        match self {
            Self::Whole(value) => value.to_le_bytes().to_vec(),
            Self::Real(value) => value.to_bits().to_le_bytes().to_vec(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

/// All digits, as many of them behind the point as the type has.
fn decimal(text: &str, scale: i8) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let places = usize::try_from(scale).ok()?;
    (fraction.len() <= places).then(|| format!("{whole}{fraction:0<places$}"))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn single_values_are_read_as_iceberg_writes_them() {
        let micros = Kind::Timestamp(TimeUnit::Microsecond, None);
        for (json, kind, expected) in [
            (json!(34), Kind::Integer, Default::Whole(34)),
            (json!(true), Kind::Boolean, Default::Whole(1)),
            (json!(1.5), Kind::Float, Default::Real(1.5)),
            (json!("14.20"), Kind::Decimal(2), Default::Whole(1420)),
            (json!("-0.2"), Kind::Decimal(2), Default::Whole(-20)),
            (json!("1970-01-02"), Kind::Date, Default::Whole(1)),
            (json!("00:00:01.000001"), Kind::Time(TimeUnit::Microsecond), Default::Whole(1_000_001)),
            (json!("1970-01-01T00:00:01.000002"), micros.clone(), Default::Whole(1_000_002)),
            (json!("1970-01-01T00:00:01+00:00"), micros.clone(), Default::Whole(1_000_000)),
            (json!("żółw"), Kind::Text, Default::Bytes("żółw".into())),
            (json!("00ff"), Kind::Binary, Default::Bytes(vec![0, 255])),
            (
                json!("f79c3e09-677c-4bbd-a479-3f349cb785e7"),
                Kind::Uuid,
                Default::Bytes(vec![
                    0xf7, 0x9c, 0x3e, 0x09, 0x67, 0x7c, 0x4b, 0xbd, 0xa4, 0x79, 0x3f, 0x34, 0x9c, 0xb7, 0x85, 0xe7,
                ]),
            ),
        ] {
            assert_eq!(Default::read(&json, &kind), Ok(expected), "{json}");
        }
        for (json, kind) in [
            (json!("x"), Kind::Integer),
            (json!("1.234"), Kind::Decimal(2)),
            (json!("0g"), Kind::Binary),
            (json!("x"), micros),
        ] {
            assert!(
                Default::read(&json, &kind).is_err_and(|error| error.to_string().contains("initial default")),
                "{json}"
            );
        }
    }
}
