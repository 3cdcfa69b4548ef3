//! What a column's values are, whichever format they come from: it decides what is measured and how values are written.

use arrow_schema::{DataType, TimeUnit};

use crate::moment;
use crate::scalar::Scalar;
use crate::value::Value;

/// What a column's values are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Boolean,
    /// Whole numbers.
    Integer,
    /// Whole numbers that stand for fractions, with so many digits after the point.
    Decimal(i8),
    /// Doubles and shorter floats.
    Float,
    /// Days since 1970.
    Date,
    /// Time of a day.
    Time(TimeUnit),
    /// A moment, with its zone where it has one.
    Timestamp(TimeUnit, Option<String>),
    /// Text, measured by its length in characters.
    Text,
    /// Bytes, measured by their number.
    Binary,
    /// Identifiers of 16 bytes.
    Uuid,
    /// What nulls are counted of, and nothing else.
    Uncounted,
}

impl Kind {
    /// By Arrow's type of a leaf.
    pub fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Boolean,
            DataType::Float16 | DataType::Float32 | DataType::Float64 => Self::Float,
            DataType::Decimal32(_, scale)
            | DataType::Decimal64(_, scale)
            | DataType::Decimal128(_, scale)
            | DataType::Decimal256(_, scale) => Self::Decimal(*scale),
            DataType::Date32 | DataType::Date64 => Self::Date,
            DataType::Time32(unit) | DataType::Time64(unit) => Self::Time(*unit),
            DataType::Timestamp(unit, zone) => Self::Timestamp(*unit, zone.as_deref().map(str::to_owned)),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
                Self::Binary
            }
            DataType::Dictionary(_, values) => Self::of(values),
            other if other.is_integer() || matches!(other, DataType::Duration(_)) => Self::Integer,
            _ => Self::Uncounted,
        }
    }

    /// A value of such a column as it is told.
    pub fn value<T: Scalar>(&self, value: T) -> Value {
        let Some(whole) = value.whole() else { return Value::Float(value.number()) };
        // Whatever is a date or a time has far less digits.
        let number = whole.as_i128();
        match self {
            Self::Decimal(scale) => Value::Whole(whole, *scale),
            Self::Date => Value::Text(moment::date(number)),
            Self::Time(unit) => Value::Text(moment::time(*unit, number)),
            Self::Timestamp(unit, zone) => Value::Text(moment::timestamp(*unit, number, zone.is_some())),
            Self::Boolean => Value::Text((number != 0).to_string()),
            _ => Value::Whole(whole, 0),
        }
    }

    /// Digits after the point of its values.
    pub fn scale(&self) -> i8 {
        if let Self::Decimal(scale) = self { *scale } else { 0 }
    }

    /// Whether its values are dates or times.
    pub fn is_temporal(&self) -> bool {
        matches!(self, Self::Date | Self::Time(_) | Self::Timestamp(..))
    }
}

/// A type's name as people write it.
pub fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "binary".to_owned(),
        DataType::FixedSizeBinary(width) => format!("binary({width})"),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Time32(unit) | DataType::Time64(unit) => format!("time({unit})"),
        DataType::Timestamp(unit, None) => format!("timestamp({unit})"),
        DataType::Timestamp(unit, Some(zone)) => format!("timestamp({unit}, {zone})"),
        DataType::Dictionary(_, values) => type_name(values),
        other => other.to_string().to_lowercase(),
    }
}
