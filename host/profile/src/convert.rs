//! How numbers of a file become those of a table's type: units of time, dates that became moments. Everything else is the same number.

use arrow_schema::TimeUnit;

use crate::kind::Kind;
use crate::moment::a_second;

const SECONDS_A_DAY: i64 = 86_400;

/// What a whole number is multiplied or divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rescale {
    /// Nothing.
    Same,
    /// It is multiplied by this.
    Times(i64),
    /// It is divided by this and rounded down.
    Per(i64),
}

impl Rescale {
    /// From one kind to another; none if one can't be read as the other.
    pub fn between(from: &Kind, to: &Kind) -> Option<Self> {
        let is_bytes = |kind: &Kind| matches!(kind, Kind::Text | Kind::Binary | Kind::Uuid);
        match (from, to) {
            (_, Kind::Uncounted) => Some(Self::Same),
            (Kind::Decimal(one), Kind::Decimal(other)) => (one == other).then_some(Self::Same),
            (Kind::Time(one), Kind::Time(other)) | (Kind::Timestamp(one, _), Kind::Timestamp(other, _)) => {
                Some(Self::units(*one, *other))
            }
            (Kind::Date, Kind::Timestamp(unit, _)) => Some(Self::Times(SECONDS_A_DAY * i64::from(a_second(*unit)))),
            (one, other) => (one == other || is_bytes(one) && is_bytes(other)).then_some(Self::Same),
        }
    }

    fn units(from: TimeUnit, to: TimeUnit) -> Self {
        let (from, to) = (i64::from(a_second(from)), i64::from(a_second(to)));
        match from.cmp(&to) {
            core::cmp::Ordering::Equal => Self::Same,
            core::cmp::Ordering::Less => Self::Times(to / from),
            core::cmp::Ordering::Greater => Self::Per(from / to),
        }
    }

    /// A number of 64 bits; none if it does not fit any more.
    pub fn whole(self, value: i64) -> Option<i64> {
        match self {
            Self::Same => Some(value),
            Self::Times(factor) => value.checked_mul(factor),
            Self::Per(divisor) => Some(value.div_euclid(divisor)),
        }
    }

    /// A wider number that becomes one of 64 bits; none if it does not fit.
    pub fn narrowed(self, value: i128) -> Option<i64> {
        let value = match self {
            Self::Same => Some(value),
            Self::Times(factor) => value.checked_mul(i128::from(factor)),
            Self::Per(divisor) => Some(value.div_euclid(i128::from(divisor))),
        };
        i64::try_from(value?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_read_as_what() {
        let moment = |unit| Kind::Timestamp(unit, None);
        for (from, to, expected) in [
            (Kind::Integer, Kind::Integer, Some(Rescale::Same)),
            (Kind::Decimal(2), Kind::Decimal(2), Some(Rescale::Same)),
            (Kind::Decimal(2), Kind::Decimal(3), None),
            (Kind::Integer, Kind::Text, None),
            (Kind::Text, Kind::Binary, Some(Rescale::Same)),
            (moment(TimeUnit::Millisecond), moment(TimeUnit::Microsecond), Some(Rescale::Times(1_000))),
            (moment(TimeUnit::Nanosecond), moment(TimeUnit::Microsecond), Some(Rescale::Per(1_000))),
            (Kind::Date, moment(TimeUnit::Microsecond), Some(Rescale::Times(86_400_000_000))),
            (Kind::Float, Kind::Integer, None),
        ] {
            assert_eq!(Rescale::between(&from, &to), expected, "{from:?} as {to:?}");
        }
    }

    #[test]
    fn moments_before_1970_are_rounded_down() {
        assert_eq!(Rescale::Per(1_000).whole(-1), Some(-1));
        assert_eq!(Rescale::Per(1_000).narrowed(-1_001), Some(-2));
        assert_eq!(Rescale::Times(1_000).whole(i64::MAX), None);
    }
}
