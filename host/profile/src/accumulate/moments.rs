//! Sum, mean and variance in one pass. Each batch is centred on its own mean, so nothing cancels out where values are great and alike.

use serde::{Deserialize, Serialize};

use crate::scalar::{Scalar, Total};

/// Sum, mean and squared distances from it, of finite values.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Moments<T: Scalar> {
    count: u64,
    total: T::Total,
    mean: f64,
    /// The sum of squared distances from the mean.
    squares: f64,
}

impl<T: Scalar> Default for Moments<T> {
    fn default() -> Self {
        Self { count: 0, total: T::Total::default(), mean: 0.0, squares: 0.0 }
    }
}

impl<T: Scalar> Moments<T> {
    /// Adds each value once. All of them must be finite.
    pub fn add_all(&mut self, values: &[T]) {
        let mut batch = Self { count: values.len() as u64, ..Self::default() };
        batch.total.add_all(values);
        batch.mean = batch.total.number().unwrap_or(f64::NAN) / batch.count as f64;
        batch.squares = values.iter().map(|value| (value.number() - batch.mean).powi(2)).sum();
        self.merge(&batch);
    }

    /// Adds values with their counts. All of them must be finite.
    pub fn add_counted(&mut self, values: impl Iterator<Item = (T, u64)> + Clone) {
        let mut batch = Self::default();
        for (value, count) in values.clone() {
            batch.total.add(value, count);
            batch.count += count;
        }
        batch.mean = batch.total.number().unwrap_or(f64::NAN) / batch.count as f64;
        batch.squares = values.map(|(value, count)| (value.number() - batch.mean).powi(2) * count as f64).sum();
        self.merge(&batch);
    }

    /// Adds what another has seen (Chan, Golub and `LeVeque`).
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        let (one, two) = (self.count as f64, other.count as f64);
        let apart = other.mean - self.mean;
        self.squares += other.squares + apart * apart * (one * two / (one + two));
        self.mean += apart * (two / (one + two));
        self.count += other.count;
        self.total.merge(&other.total);
    }

    /// The sum.
    pub fn total(&self) -> &T::Total {
        &self.total
    }

    /// The mean; none without values.
    pub fn mean(&self) -> Option<f64> {
        let whole = || self.total.number().filter(|total| total.is_finite());
        // The sum is as exact as can be, unless it is too great to be told.
        (self.count > 0).then(|| whole().map_or(self.mean, |total| total / self.count as f64))
    }

    /// The variance of the whole population; none without values.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 0).then(|| self.squares / self.count as f64)
    }
}
