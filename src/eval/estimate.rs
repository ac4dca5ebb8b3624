//! Estimates with intervals: the percentile bootstrap (B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993,
//! chapter 13).
//!
//! In: units (pairs, stories, articles), each with what it adds to some sums, and measures that are functions of the
//! sums. Out: each measure on all units, and the 2.5th and 97.5th percentile of it over resamples, in which every stratum
//! draws as many of its units as it has, with replacement. Seeded: the same units in the same order give the same
//! interval. It speaks of other units like these, not of other archives; with under some 20 units it is too narrow.

use serde::Serialize;

use crate::draws::Draws;

/// A measure and its 95 % interval. Not a number (null in JSON) where the measure says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// On all units.
    pub value: f64,
    /// 2.5 % of resamples lie below.
    pub low: f64,
    /// 2.5 % of resamples lie above.
    pub high: f64,
}

/// How resamples are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    /// How many; 0 for no intervals.
    pub resamples: usize,
    /// The seed of the draws.
    pub seed: u64,
}

/// What one unit adds to the sums.
pub(super) type Sums<const N: usize> = [f64; N];

pub(super) fn sum<const N: usize>(units: impl IntoIterator<Item = Sums<N>>) -> Sums<N> {
    let add = |mut total: Sums<N>, unit: Sums<N>| {
        total.iter_mut().zip(unit).for_each(|(total, part)| *total += part);
        total
    };
    units.into_iter().fold([0.0; N], add)
}

/// Measures of all units, drawn stratum by stratum.
pub(super) fn estimates<const N: usize, const M: usize>(
    strata: &[Vec<Sums<N>>],
    how: Resampling,
    measures: impl Fn(&Sums<N>) -> [f64; M],
) -> [Estimate; M] {
    let values = measures(&sum(strata.iter().flatten().copied()));
    let mut draws = Draws::new(how.seed, "bootstrap");
    let mut resampled: [Vec<f64>; M] = std::array::from_fn(|_| Vec::with_capacity(how.resamples));
    for _ in 0..how.resamples {
        let resample =
            strata.iter().map(|units| sum((0..units.len()).map(|_| units[draws.below(units.len())])));
        let total = sum(resample.collect::<Vec<_>>());
        for (values, value) in resampled.iter_mut().zip(measures(&total)) {
            if !value.is_nan() {
                values.push(value);
            }
        }
    }
    std::array::from_fn(|at| {
        resampled[at].sort_unstable_by(f64::total_cmp);
        Estimate {
            value: values[at],
            low: percentile(&resampled[at], 25),
            high: percentile(&resampled[at], 975),
        }
    })
}

/// Of ascending values, the one under which so many thousandths lie.
fn percentile(values: &[f64], thousandths: usize) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    values[((values.len() - 1) * thousandths + 500) / 1000]
}

/// `part / whole`; not a number for 0 / 0.
pub(super) fn ratio(part: f64, whole: f64) -> f64 {
    part / whole
}

/// The harmonic mean of precision and recall from what both are made of.
pub(super) fn f1(right: f64, found: f64, true_ones: f64) -> f64 {
    ratio(2.0 * right, found + true_ones)
}

/// A count as a number to calculate with.
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn count(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_of_a_share_is_that_of_the_binomial() {
        // 80 of 100: the standard error is 0.04, so the interval is about 0.72 to 0.88.
        let units: Vec<Sums<2>> = (0..100).map(|at| [f64::from(u8::from(at < 80)), 1.0]).collect();
        let how = Resampling { resamples: 4000, seed: 0 };
        let [share] = estimates(std::slice::from_ref(&units), how, |sums| [ratio(sums[0], sums[1])]);
        assert!((share.value - 0.8).abs() < 1e-12, "{share:?}");
        assert!((share.low - 0.72).abs() <= 0.011 && (share.high - 0.87).abs() <= 0.011, "{share:?}");
        assert_eq!([share], estimates(&[units], how, |sums| [ratio(sums[0], sums[1])]));
    }

    #[test]
    fn strata_are_drawn_apart_and_nothing_gives_no_interval() {
        // Each stratum is of one mind: nothing varies, though both together would.
        let strata = [vec![[1.0, 1.0]; 10], vec![[0.0, 1.0]; 10]];
        let how = Resampling { resamples: 100, seed: 1 };
        let [share] = estimates(&strata, how, |sums| [ratio(sums[0], sums[1])]);
        assert_eq!(share, Estimate { value: 0.5, low: 0.5, high: 0.5 });
        let [none] = estimates::<2, 1>(&[Vec::new()], how, |sums| [ratio(sums[0], sums[1])]);
        assert!(none.value.is_nan() && none.low.is_nan() && none.high.is_nan());
    }
}
