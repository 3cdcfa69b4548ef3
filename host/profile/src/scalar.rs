//! Values that can be ordered, counted and summed. One implementation a width, so that nothing is rounded on the way.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use arrow_buffer::i256;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One value of a column that is measured by its values.
pub trait Scalar: Copy + Ord + Hash + Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What tells two values apart. Its hash is the same on every machine and in every version.
    type Key: Hash;
    /// What sums of them are kept in.
    type Total: Total<Self>;

    /// What tells it apart.
    fn key(self) -> Self::Key;
    /// The nearest double.
    fn number(self) -> f64;
    /// The value itself where it is a whole number; none for doubles.
    fn whole(self) -> Option<i256>;
    /// False for infinities.
    fn is_finite(self) -> bool {
        true
    }
}

/// A sum that is as exact as its values are.
pub trait Total<T>: Clone + Default + Serialize + DeserializeOwned + Send + Sync {
    /// Adds a value, so many times.
    fn add(&mut self, value: T, times: u64);
    /// Adds each of them once.
    fn add_all(&mut self, values: &[T]);
    /// Adds another sum.
    fn merge(&mut self, other: &Self);
    /// The nearest double; none if the sum is too great to be kept.
    fn number(&self) -> Option<f64>;
    /// The sum itself where it is a whole number; none for doubles, or if it is too great to be kept.
    fn whole(&self) -> Option<i256>;
}

impl Scalar for i64 {
    type Key = i64;
    type Total = i128;

    fn key(self) -> i64 {
        self
    }

    fn number(self) -> f64 {
        self as f64
    }

    fn whole(self) -> Option<i256> {
        Some(i256::from_i128(i128::from(self)))
    }
}

impl Total<i64> for i128 {
    fn add(&mut self, value: i64, times: u64) {
        *self += Self::from(value) * Self::from(times);
    }

    fn add_all(&mut self, values: &[i64]) {
        *self += values.iter().map(|value| Self::from(*value)).sum::<Self>();
    }

    fn merge(&mut self, other: &Self) {
        *self += other;
    }

    fn number(&self) -> Option<f64> {
        Some(*self as f64)
    }

    fn whole(&self) -> Option<i256> {
        Some(i256::from_i128(*self))
    }
}

impl Scalar for i128 {
    type Key = i128;
    type Total = Wide;

    fn key(self) -> i128 {
        self
    }

    fn number(self) -> f64 {
        self as f64
    }

    fn whole(self) -> Option<i256> {
        Some(i256::from_i128(self))
    }
}

/// A whole number of 256 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Widest(pub i256);

impl Serialize for Widest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.to_parts().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Widest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (low, high) = Deserialize::deserialize(deserializer)?;
        Ok(Self(i256::from_parts(low, high)))
    }
}

impl Scalar for Widest {
    type Key = [u8; 32];
    type Total = Wide;

    fn key(self) -> [u8; 32] {
        self.0.to_le_bytes()
    }

    fn number(self) -> f64 {
        number(self.0)
    }

    fn whole(self) -> Option<i256> {
        Some(self.0)
    }
}

/// The nearest double of a number of 256 bits.
pub fn number(value: i256) -> f64 {
    // The two halves of a small negative number cancel out.
    if let Some(value) = value.to_i128() {
        return value as f64;
    }
    let (low, high) = value.to_parts();
    (high as f64).mul_add(2_f64.powi(128), low as f64)
}

/// A sum in 256 bits, or none once it did not fit.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Wide(Option<Widest>);

impl Default for Wide {
    fn default() -> Self {
        Self(Some(Widest::default()))
    }
}

impl<T: Scalar> Total<T> for Wide {
    fn add(&mut self, value: T, times: u64) {
        let product = value.whole().and_then(|value| value.checked_mul(i256::from_i128(i128::from(times))));
        self.0 = self.0.zip(product).and_then(|(sum, product)| sum.0.checked_add(product)).map(Widest);
    }

    fn add_all(&mut self, values: &[T]) {
        for value in values {
            self.add(*value, 1);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.0 = self.0.zip(other.0).and_then(|(one, other)| one.0.checked_add(other.0)).map(Widest);
    }

    fn number(&self) -> Option<f64> {
        self.0.map(Scalar::number)
    }

    fn whole(&self) -> Option<i256> {
        self.0.map(|sum| sum.0)
    }
}

/// A double that is no NaN. Both zeros are one value.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Real(f64);

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Deserialize::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("a value is NaN"))
    }
}

impl Real {
    /// None for NaN.
    pub fn new(value: f64) -> Option<Self> {
        (!value.is_nan()).then_some(Self(value + 0.0))
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Real {}

impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.key());
    }
}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        // Without NaN and negative zero the total order is the usual one.
        self.0.total_cmp(&other.0)
    }
}

impl Scalar for Real {
    type Key = u64;
    type Total = RealTotal;

    fn key(self) -> u64 {
        self.0.to_bits()
    }

    fn number(self) -> f64 {
        self.0
    }

    fn whole(self) -> Option<i256> {
        None
    }

    fn is_finite(self) -> bool {
        self.0.is_finite()
    }
}

/// A sum of doubles with what rounding took from it (Neumaier), so that the order of a great many values hardly counts.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct RealTotal {
    sum: f64,
    lost: f64,
}

impl RealTotal {
    fn plus(&mut self, value: f64) {
        let sum = self.sum + value;
        let (greater, less) = if self.sum.abs() >= value.abs() { (self.sum, value) } else { (value, self.sum) };
        self.lost += (greater - sum) + less;
        self.sum = sum;
    }
}

impl Total<Real> for RealTotal {
    fn add(&mut self, value: Real, times: u64) {
        self.plus(value.0 * times as f64);
    }

    fn add_all(&mut self, values: &[Real]) {
        for value in values {
            self.plus(value.0);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.plus(other.sum);
        self.lost += other.lost;
    }

    fn number(&self) -> Option<f64> {
        // An infinite sum has lost nothing that could be named.
        Some(if self.sum.is_finite() { self.sum + self.lost } else { self.sum })
    }

    fn whole(&self) -> Option<i256> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_256_bits_are_near_their_doubles() {
        for text in
            ["0", "-3", "7", "-170141183460469231731687303715884105729", "340282366920938463463374607431768211456"]
        {
            let value = i256::from_string(text).unwrap_or_default();
            let expected: f64 = text.parse().unwrap_or_default();
            assert!((number(value) - expected).abs() <= f64::EPSILON * expected.abs(), "{text}: {}", number(value));
        }
    }
}
