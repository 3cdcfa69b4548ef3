//! Quartiles and a histogram from the values at each hundredth, as an engine estimates them.

use crate::profile::Histogram;
use crate::sketch::Estimate;
use crate::summary::{bins, labels};

/// By how many hundredths an engine's estimate may be off: what t-digests of Trino's size keep on data that is no trap, doubled.
const OFF: usize = 2;

/// The values at each hundredth, from the least to the greatest.
pub struct Ranks(Vec<f64>);

impl Ranks {
    /// None unless there are all of them.
    pub fn new(values: Vec<f64>) -> Option<Self> {
        (values.len() == 101 && values.iter().all(|value| value.is_finite())).then_some(Self(values))
    }

    /// The value at a hundredth, with its bounds.
    pub fn at(&self, hundredth: usize) -> Estimate {
        let last = self.0.len() - 1;
        Estimate {
            value: self.0[hundredth],
            low: self.0[hundredth.saturating_sub(OFF)],
            high: self.0[(hundredth + OFF).min(last)],
        }
    }

    /// How so many values are spread between these two.
    pub fn histogram(&self, values: u64, (least, greatest): (f64, f64)) -> Histogram {
        let count = values as f64;
        let (bins, width) = bins(self.0[75] - self.0[25], count, least, greatest);
        let edges: Vec<f64> = (0..bins).map(|bin| least + width * f64::from(bin)).collect();
        let inner = edges.iter().skip(1).map(|edge| self.share_below(*edge));
        let shares: Vec<f64> = core::iter::once(0.0).chain(inner).chain([1.0]).collect();
        let below: Vec<u64> = shares.iter().map(|share| crate::summary::whole_rank(share * count)).collect();
        Histogram {
            boundaries: labels(&edges),
            frequencies: below.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect(),
            edges: edges.into_iter().chain([greatest]).collect(),
            // Both ends of a bin may be off, and within a hundredth nobody knows.
            within: crate::summary::whole_rank((count * (2.0 * OFF as f64 + 1.0) / 100.0).ceil()),
        }
    }

    /// Which part of the values is less.
    fn share_below(&self, edge: f64) -> f64 {
        let above = self.0.partition_point(|value| *value < edge);
        let (Some(low), Some(high)) = (above.checked_sub(1).map(|place| self.0[place]), self.0.get(above)) else {
            return if above == 0 { 0.0 } else { 1.0 };
        };
        let part = if *high > low { (edge - low) / (high - low) } else { 0.0 };
        ((above - 1) as f64 + part) / 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_values_fill_bins_evenly() {
        let ranks = Ranks::new((0..=100).map(f64::from).collect()).unwrap();
        assert_eq!((ranks.at(50).value, ranks.at(50).low, ranks.at(99).high), (50.0, 48.0, 100.0));
        let histogram = ranks.histogram(1_000, (0.0, 100.0));
        assert_eq!(histogram.frequencies.iter().sum::<u64>(), 1_000);
        assert!(histogram.frequencies[0].abs_diff(histogram.frequencies[3]) <= 1, "{histogram:?}");
        assert!(Ranks::new(vec![1.0]).is_none());
    }

    #[test]
    fn one_value_is_one_bin() {
        let histogram = Ranks::new(vec![7.0; 101]).unwrap().histogram(5, (7.0, 7.0));
        assert_eq!(
            (histogram.frequencies.as_slice(), histogram.edges.as_slice()),
            ([5].as_slice(), [7.0, 7.0].as_slice())
        );
    }
}
