//! Histograms by OpenMetadata's rule: the width of bins by Freedman and Diaconis; their number by Sturges where that gives more
//! than 100, and 100 at most.

use crate::kind::Kind;
use crate::profile::Histogram;
use crate::scalar::Scalar;
use crate::sketch::Distribution;
use crate::value::scaled;

use super::numbers::Quantile;

/// The most bins.
const MOST: u32 = 100;

/// The histogram of finite values; none without them.
pub fn of<T: Scalar>(
    distribution: &Distribution<T>,
    kind: &Kind,
    extremes: (T, T),
    quartiles: &[Option<Quantile>; 3],
) -> Option<Histogram> {
    let size = |value: T| scaled(value.number(), kind.scale());
    let (least, greatest) = finite(distribution, extremes)?;
    let below = distribution.rank_where(|value| value >= least);
    let above = distribution.rank_where(|value| value > greatest);
    let [Some(first), _, Some(third)] = quartiles else { return None };
    let count = above.saturating_sub(below) as f64;
    let (least, greatest) = (size(least), size(greatest));
    let (bins, width) = bins(third.size.value - first.size.value, count, least, greatest);
    let edges: Vec<f64> = (0..bins).map(|bin| least + width * f64::from(bin)).collect();
    let inner = edges.iter().skip(1).map(|edge| distribution.rank_where(|value| size(value) >= *edge).min(above));
    let ranks: Vec<u64> = core::iter::once(below).chain(inner).chain([above]).collect();
    Some(Histogram {
        boundaries: labels(&edges),
        frequencies: ranks.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect(),
        edges: edges.into_iter().chain([greatest]).collect(),
        // Both ends of a bin may be off.
        within: super::numbers::whole((2.0 * distribution.rank_error()).ceil()),
    })
}

/// The least and the greatest value that are finite.
fn finite<T: Scalar>(distribution: &Distribution<T>, (least, greatest): (T, T)) -> Option<(T, T)> {
    let mut values = distribution.values().filter(|value| value.is_finite());
    let first = values.next()?;
    let end = values.last().unwrap_or(first);
    let or = |extreme: T, found: T| if extreme.is_finite() { extreme } else { found };
    Some((or(least, first), or(greatest, end)))
}

/// How many bins, and how wide they are.
pub(crate) fn bins(range_of_half: f64, count: f64, least: f64, greatest: f64) -> (u32, f64) {
    let width = if range_of_half == 0.0 { 1.0 } else { 2.0 * range_of_half / count.cbrt() };
    let bins = number(((greatest - least) / width).ceil());
    if (1..=MOST).contains(&bins) {
        return (bins, width);
    }
    let bins = if least < greatest { number((count.log2() + 1.0).ceil()).clamp(1, MOST) } else { 1 };
    // Not by the whole range, which may be more than a double holds.
    (bins, greatest / f64::from(bins) - least / f64::from(bins))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, and NaN is zero"
)]
fn number(bins: f64) -> u32 {
    bins as u32
}

/// What OpenMetadata shows below each bin.
pub(crate) fn labels(edges: &[f64]) -> Vec<String> {
    let label = |(bin, edge): (usize, &f64)| {
        edges.get(bin + 1).map_or_else(|| format!("{edge} and up"), |next| format!("{edge} to {next}"))
    };
    edges.iter().enumerate().map(label).collect()
}
