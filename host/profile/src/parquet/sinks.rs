//! From Parquet's physical values to what is kept of a column. One conversion a type, none of which loses a digit.

use arrow_array::types::{ArrowPrimitiveType, Float16Type};
use arrow_buffer::i256;
use parquet::data_type::{FixedLenByteArray, Int96};

use crate::accumulate::{Ordered, Texts};
use crate::error::{Error, Result};
use crate::scalar::{Real, Scalar, Widest};

use super::chunk::Sink;

const NANOS_A_DAY: i128 = 86_400_000_000_000;
/// The day number at which Parquet's old timestamps count 1970-01-01.
const JULIAN_1970: i128 = 2_440_588;

/// Values that are converted one by one.
pub struct Converted<'a, S: Scalar, C> {
    into: &'a mut Ordered<S>,
    convert: C,
    buffer: Vec<S>,
}

impl<'a, S: Scalar, C> Converted<'a, S, C> {
    /// Every value must have one of the other type.
    pub fn new(into: &'a mut Ordered<S>, convert: C) -> Self {
        Self { into, convert, buffer: Vec::new() }
    }

    fn fill<V>(&mut self, values: &[V]) -> Result<()>
    where
        C: Fn(&V) -> Option<S>,
    {
        self.buffer.clear();
        self.buffer.extend(values.iter().filter_map(&self.convert));
        if self.buffer.len() < values.len() {
            return Err(Error::format("a number does not fit into its type"));
        }
        Ok(())
    }
}

impl<V, S: Scalar, C: Fn(&V) -> Option<S>> Sink<V> for Converted<'_, S, C> {
    fn values(&mut self, values: &[V]) -> Result<()> {
        self.fill(values)?;
        self.into.add_all(&self.buffer);
        Ok(())
    }

    fn counted(&mut self, values: &[V], counts: &[u64]) -> Result<()> {
        self.fill(values)?;
        self.into.add_counted(&self.buffer, counts);
        Ok(())
    }
}

/// Floats, of which NaNs are counted only.
pub struct Floats<'a, V> {
    /// Where the others go.
    pub into: &'a mut Ordered<Real>,
    /// How many NaNs there were.
    pub nans: &'a mut u64,
    /// To doubles.
    pub convert: fn(&V) -> f64,
}

impl<V> Sink<V> for Floats<'_, V> {
    fn values(&mut self, values: &[V]) -> Result<()> {
        let numbers: Vec<Real> = values.iter().filter_map(|value| Real::new((self.convert)(value))).collect();
        *self.nans += (values.len() - numbers.len()) as u64;
        self.into.add_all(&numbers);
        Ok(())
    }

    fn counted(&mut self, values: &[V], counts: &[u64]) -> Result<()> {
        let mut numbers = (Vec::new(), Vec::new());
        for (value, count) in values.iter().zip(counts) {
            match Real::new((self.convert)(value)) {
                Some(number) => {
                    numbers.0.push(number);
                    numbers.1.push(*count);
                }
                None => *self.nans += count,
            }
        }
        self.into.add_counted(&numbers.0, &numbers.1);
        Ok(())
    }
}

/// Texts and bytes.
pub struct Bytes<'a>(pub &'a mut Texts);

impl<V: AsRef<[u8]>> Sink<V> for Bytes<'_> {
    fn values(&mut self, values: &[V]) -> Result<()> {
        for value in values {
            self.0.add(value.as_ref(), 1);
        }
        Ok(())
    }

    fn counted(&mut self, values: &[V], counts: &[u64]) -> Result<()> {
        let there = values.iter().zip(counts).filter(|(_, count)| **count > 0);
        there.for_each(|(value, count)| self.0.add(value.as_ref(), *count));
        Ok(())
    }
}

/// Values that are not looked at.
pub struct Ignored<'a>(pub &'a mut u64);

impl<V> Sink<V> for Ignored<'_> {
    fn values(&mut self, values: &[V]) -> Result<()> {
        *self.0 += values.len() as u64;
        Ok(())
    }

    fn counted(&mut self, _: &[V], counts: &[u64]) -> Result<()> {
        *self.0 += counts.iter().sum::<u64>();
        Ok(())
    }
}

/// A timestamp as Impala and early Spark wrote it: nanoseconds of a day and the day.
pub fn nanoseconds(value: &Int96) -> Option<i128> {
    let &[low, high, day] = value.data() else { return None };
    let nanos = (i128::from(high) << 32) | i128::from(low);
    Some((i128::from(day) - JULIAN_1970) * NANOS_A_DAY + nanos)
}

/// A float of 16 bits.
pub fn half(value: &FixedLenByteArray) -> f64 {
    let bytes = <[u8; 2]>::try_from(value.data());
    bytes.map_or(f64::NAN, |bytes| <Float16Type as ArrowPrimitiveType>::Native::from_le_bytes(bytes).to_f64())
}

/// A whole number of up to 16 bytes, the greatest first.
pub fn wide(value: &impl AsRef<[u8]>) -> Option<i128> {
    widest(value)?.0.to_i128()
}

/// A whole number of up to 32 bytes, the greatest first.
pub fn widest(value: &impl AsRef<[u8]>) -> Option<Widest> {
    let bytes = value.as_ref();
    let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { 0xff } else { 0 };
    // What is longer than it must be begins with bytes that only repeat the sign.
    let extra = bytes.len().saturating_sub(32);
    if bytes[..extra].iter().any(|byte| *byte != sign) {
        return None;
    }
    let mut all = [sign; 32];
    let kept = &bytes[extra..];
    all[32 - kept.len()..].copy_from_slice(kept);
    Some(Widest(i256::from_be_bytes(all)))
}
