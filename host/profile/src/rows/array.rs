//! The leaves of an array of Arrow, and how each of its types goes into what is kept of a column.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, MapArray, OffsetSizeTrait, PrimitiveArray, UInt64Array};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use arrow_select::take::take;

use crate::accumulate::{Column, Ordered, Texts, Values};
use crate::convert::Rescale;
use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::scalar::{Real, Scalar, Widest};

const MILLISECONDS_A_DAY: i64 = 86_400_000;

/// A leaf of an array: its entries, and which of them are null by themselves or by what they lie in.
pub struct Leaf {
    array: ArrayRef,
    nulls: Option<NullBuffer>,
}

/// All leaves of an array, in the order of its schema's.
pub fn leaves(array: &ArrayRef, around: Option<&NullBuffer>, found: &mut Vec<Leaf>) -> Result<()> {
    let nulls = NullBuffer::union(around, array.logical_nulls().as_ref());
    match array.data_type() {
        DataType::Struct(_) => {
            array.as_struct().columns().iter().try_for_each(|child| leaves(child, nulls.as_ref(), found))
        }
        DataType::List(_) => leaves(&elements::<i32>(array, nulls.as_ref())?, None, found),
        DataType::LargeList(_) => leaves(&elements::<i64>(array, nulls.as_ref())?, None, found),
        DataType::FixedSizeList(_, width) => {
            let list = array.as_fixed_size_list();
            let width = usize::try_from(*width).unwrap_or(0);
            let places = valid(list.len(), nulls.as_ref()).flat_map(|row| row * width..(row + 1) * width);
            leaves(&taken(list.values(), places)?, None, found)
        }
        DataType::Map(..) => {
            let map: &MapArray = array.as_map();
            let entries: ArrayRef = std::sync::Arc::new(map.entries().clone());
            leaves(&ranges(&entries, map.value_offsets(), nulls.as_ref())?, None, found)
        }
        DataType::ListView(_) | DataType::LargeListView(_) => Err(Error::format("views of lists are not read")),
        _ => {
            found.push(Leaf { array: ArrayRef::clone(array), nulls });
            Ok(())
        }
    }
}

/// The elements of all lists that are not null.
fn elements<O: OffsetSizeTrait>(array: &ArrayRef, nulls: Option<&NullBuffer>) -> Result<ArrayRef> {
    let list = array.as_list::<O>();
    ranges(list.values(), list.value_offsets(), nulls)
}

fn ranges<O: OffsetSizeTrait>(values: &ArrayRef, offsets: &[O], nulls: Option<&NullBuffer>) -> Result<ArrayRef> {
    let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else { return Ok(values.slice(0, 0)) };
    if nulls.is_none_or(|nulls| nulls.null_count() == 0) {
        return Ok(values.slice(first.as_usize(), last.as_usize() - first.as_usize()));
    }
    let rows = valid(offsets.len() - 1, nulls);
    taken(values, rows.flat_map(|row| offsets[row].as_usize()..offsets[row + 1].as_usize()))
}

fn taken(values: &ArrayRef, places: impl Iterator<Item = usize>) -> Result<ArrayRef> {
    let places: UInt64Array = places.map(|place| place as u64).collect::<Vec<_>>().into();
    Ok(take(values, &places, None)?)
}

fn valid(length: usize, nulls: Option<&NullBuffer>) -> impl Iterator<Item = usize> {
    (0..length).filter(move |place| nulls.is_none_or(|nulls| nulls.is_valid(*place)))
}

impl Leaf {
    /// Adds its entries to a column.
    pub fn add_to(&self, column: &mut Column, rescale: Rescale) -> Result<()> {
        let picked = Picked { array: &self.array, nulls: self.nulls.as_ref(), counts: None };
        column.nulls += picked.null_count();
        if let DataType::Dictionary(..) = self.array.data_type() {
            return self.add_dictionary(column, rescale);
        }
        picked.add_to(column, rescale)
    }

    /// What tells its entries apart: equal bytes for equal values, however wide their types are; all NaNs are one value, both zeros
    /// are two. None for null.
    pub fn keys(&self, kind: &Kind, rescale: Rescale) -> Result<Vec<Option<Vec<u8>>>> {
        let picked = Picked { array: &self.array, nulls: self.nulls.as_ref(), counts: None };
        let mut values = picked.keys(kind, rescale)?.into_iter();
        let is_there = |place: usize| self.nulls.as_ref().is_none_or(|nulls| nulls.is_valid(place));
        Ok((0..self.array.len()).map(|place| if is_there(place) { values.next() } else { None }).collect())
    }

    /// Each value of a dictionary once, with how often it is there.
    fn add_dictionary(&self, column: &mut Column, rescale: Rescale) -> Result<()> {
        let dictionary = self.array.as_any_dictionary();
        let mut counts = vec![0; dictionary.values().len()];
        let keys = dictionary.normalized_keys();
        for place in valid(keys.len(), self.nulls.as_ref()) {
            *counts.get_mut(keys[place]).ok_or_else(|| Error::format("a key is not in its dictionary"))? += 1;
        }
        let nulls = dictionary.values().logical_nulls();
        Picked { array: dictionary.values(), nulls: nulls.as_ref(), counts: Some(&counts) }.add_to(column, rescale)
    }
}

/// Entries of an array that are not null, each once or so often.
struct Picked<'a> {
    array: &'a ArrayRef,
    nulls: Option<&'a NullBuffer>,
    counts: Option<&'a [u64]>,
}

/// Calls a function with the array's own type, for the types that are listed.
macro_rules! by_type {
    ($data_type:expr, $($pattern:pat => $call:expr),+ $(,)?) => {
        match $data_type {
            $($pattern => $call,)+
            other => return Err(Error::format(format!("{other} is not the type of its column"))),
        }
    };
}

impl Picked<'_> {
    fn null_count(&self) -> u64 {
        self.nulls.map_or(0, NullBuffer::null_count) as u64
    }

    fn add_to(&self, column: &mut Column, rescale: Rescale) -> Result<()> {
        match &mut column.values {
            Values::Whole(into) => {
                self.add(into, &self.wholes(rescale)?);
                Ok(())
            }
            Values::Wide(into) => {
                self.add(into, &self.wides()?);
                Ok(())
            }
            Values::Widest(into) => {
                let numbers = by_type!(self.array.data_type(),
                    DataType::Decimal256(..) => self.numbers::<Decimal256Type, _>(Widest));
                self.add(into, &numbers);
                Ok(())
            }
            Values::Real(into) => self.add_real(into, &mut column.nans),
            Values::Texts(into) => self.add_texts(into),
            Values::Number(into) => {
                *into += self.array.len() as u64 - self.null_count();
                Ok(())
            }
        }
    }

    fn keys(&self, kind: &Kind, rescale: Rescale) -> Result<Vec<Vec<u8>>> {
        let whole = |value: i128| value.to_le_bytes().to_vec();
        // Whatever is not a number but bits is a NaN like any other.
        let real = |value: f64| if value.is_nan() { f64::NAN } else { value }.to_bits().to_le_bytes().to_vec();
        Ok(match kind {
            Kind::Float => self.reals()?.into_iter().map(real).collect(),
            Kind::Decimal(_) => self.wides()?.into_iter().map(whole).collect(),
            Kind::Text | Kind::Binary | Kind::Uuid => {
                let mut found = Vec::new();
                self.each_text(|text, _| found.push(text.to_vec()))?;
                found
            }
            Kind::Uncounted => return Err(Error::format("values of this type can't be compared")),
            _ => self.wholes(rescale)?.into_iter().map(|value| whole(i128::from(value))).collect(),
        })
    }

    /// Numbers of 64 bits, and those that are wider and fit.
    fn wholes(&self, rescale: Rescale) -> Result<Vec<i64>> {
        let too_great = || Error::format("a number is too great for the type of its column");
        if let DataType::Decimal128(..) | DataType::UInt64 = self.array.data_type() {
            return self.wides()?.into_iter().map(|value| rescale.narrowed(value).ok_or_else(too_great)).collect();
        }
        let mut numbers = by_type!(self.array.data_type(),
            DataType::Boolean => self.booleans(),
            DataType::Int8 => self.numbers::<Int8Type, _>(i64::from),
            DataType::Int16 => self.numbers::<Int16Type, _>(i64::from),
            DataType::Int32 => self.numbers::<Int32Type, _>(i64::from),
            DataType::Int64 => self.numbers::<Int64Type, _>(|value| value),
            DataType::UInt8 => self.numbers::<UInt8Type, _>(i64::from),
            DataType::UInt16 => self.numbers::<UInt16Type, _>(i64::from),
            DataType::UInt32 => self.numbers::<UInt32Type, _>(i64::from),
            DataType::Decimal32(..) => self.numbers::<Decimal32Type, _>(i64::from),
            DataType::Decimal64(..) => self.numbers::<Decimal64Type, _>(|value| value),
            DataType::Date32 => self.numbers::<Date32Type, _>(i64::from),
            DataType::Date64 => self.numbers::<Date64Type, _>(|value| value.div_euclid(MILLISECONDS_A_DAY)),
            DataType::Time32(TimeUnit::Second) => self.numbers::<Time32SecondType, _>(i64::from),
            DataType::Time32(_) => self.numbers::<Time32MillisecondType, _>(i64::from),
            DataType::Time64(TimeUnit::Microsecond) => self.numbers::<Time64MicrosecondType, _>(|value| value),
            DataType::Time64(_) => self.numbers::<Time64NanosecondType, _>(|value| value),
            DataType::Timestamp(TimeUnit::Second, _) => self.numbers::<TimestampSecondType, _>(|value| value),
            DataType::Timestamp(TimeUnit::Millisecond, _) => self.numbers::<TimestampMillisecondType, _>(|value| value),
            DataType::Timestamp(TimeUnit::Microsecond, _) => self.numbers::<TimestampMicrosecondType, _>(|value| value),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => self.numbers::<TimestampNanosecondType, _>(|value| value),
            DataType::Duration(TimeUnit::Second) => self.numbers::<DurationSecondType, _>(|value| value),
            DataType::Duration(TimeUnit::Millisecond) => self.numbers::<DurationMillisecondType, _>(|value| value),
            DataType::Duration(TimeUnit::Microsecond) => self.numbers::<DurationMicrosecondType, _>(|value| value),
            DataType::Duration(TimeUnit::Nanosecond) => self.numbers::<DurationNanosecondType, _>(|value| value),
        );
        if rescale != Rescale::Same {
            for number in &mut numbers {
                *number = rescale.whole(*number).ok_or_else(too_great)?;
            }
        }
        Ok(numbers)
    }

    /// Numbers of up to 128 bits.
    fn wides(&self) -> Result<Vec<i128>> {
        Ok(by_type!(self.array.data_type(),
            DataType::UInt64 => self.numbers::<UInt64Type, _>(i128::from),
            DataType::Int32 => self.numbers::<Int32Type, _>(i128::from),
            DataType::Int64 => self.numbers::<Int64Type, _>(i128::from),
            DataType::Decimal32(..) => self.numbers::<Decimal32Type, _>(i128::from),
            DataType::Decimal64(..) => self.numbers::<Decimal64Type, _>(i128::from),
            DataType::Decimal128(..) => self.numbers::<Decimal128Type, _>(|value| value),
        ))
    }

    fn reals(&self) -> Result<Vec<f64>> {
        Ok(by_type!(self.array.data_type(),
            DataType::Float16 => self.numbers::<Float16Type, _>(f64::from),
            DataType::Float32 => self.numbers::<Float32Type, _>(f64::from),
            DataType::Float64 => self.numbers::<Float64Type, _>(|value| value),
        ))
    }

    fn add_real(&self, into: &mut Ordered<Real>, nans: &mut u64) -> Result<()> {
        let (numbers, counts) = (self.reals()?, self.counts());
        *nans += (0..numbers.len())
            .filter(|place| numbers[*place].is_nan())
            .map(|place| counts.as_ref().map_or(1, |counts| counts[place]))
            .sum::<u64>();
        let kept = |place: &usize| !numbers[*place].is_nan();
        let reals: Vec<Real> = numbers.iter().filter_map(|number| Real::new(*number)).collect();
        match counts {
            None => into.add_all(&reals),
            Some(counts) => {
                let counts: Vec<u64> = (0..numbers.len()).filter(kept).map(|place| counts[place]).collect();
                into.add_counted(&reals, &counts);
            }
        }
        Ok(())
    }

    fn add_texts(&self, into: &mut Texts) -> Result<()> {
        self.each_text(|text, times| into.add(text, times))
    }

    /// Each text or each value of bytes, with how often it is there.
    fn each_text(&self, mut take: impl FnMut(&[u8], u64)) -> Result<()> {
        let places = valid(self.array.len(), self.nulls);
        let times = |place: usize| self.counts.map_or(1, |counts| counts[place]);
        macro_rules! each {
            ($array:expr) => {{
                let array = $array;
                places
                    .filter(|place| times(*place) > 0)
                    .for_each(|place| take(array.value(place).as_ref(), times(place)));
            }};
        }
        by_type!(self.array.data_type(),
            DataType::Utf8 => each!(self.array.as_string::<i32>()),
            DataType::LargeUtf8 => each!(self.array.as_string::<i64>()),
            DataType::Utf8View => each!(self.array.as_string_view()),
            DataType::Binary => each!(self.array.as_binary::<i32>()),
            DataType::LargeBinary => each!(self.array.as_binary::<i64>()),
            DataType::BinaryView => each!(self.array.as_binary_view()),
            DataType::FixedSizeBinary(_) => each!(self.array.as_fixed_size_binary()),
        );
        Ok(())
    }

    fn add<S: Scalar>(&self, into: &mut Ordered<S>, numbers: &[S]) {
        match self.counts() {
            None => into.add_all(numbers),
            Some(counts) => into.add_counted(numbers, &counts),
        }
    }

    /// The counts of those that are not null.
    fn counts(&self) -> Option<Vec<u64>> {
        let counts = self.counts?;
        Some(valid(self.array.len(), self.nulls).map(|place| counts[place]).collect())
    }

    fn booleans(&self) -> Vec<i64> {
        let array = self.array.as_boolean();
        valid(array.len(), self.nulls).map(|place| i64::from(array.value(place))).collect()
    }

    fn numbers<T: ArrowPrimitiveType, S>(&self, convert: impl Fn(T::Native) -> S) -> Vec<S> {
        let array: &PrimitiveArray<T> = self.array.as_primitive();
        match self.nulls {
            None => array.values().iter().map(|value| convert(*value)).collect(),
            Some(nulls) => nulls.valid_indices().map(|place| convert(array.value(place))).collect(),
        }
    }
}
