//! Bands: cutting signatures so that similar articles meet and others seldom do.
//!
//! A band is `rows` slots taken together; two articles meet in it if all of them agree, which happens with a
//! chance of `t^rows` at resemblance `t`. With `bands` bands they meet at least once with a chance of `1 − (1
//! − t^rows)^bands`: the S-curve (J. Leskovec, A. Rajaraman, J. Ullman, "Mining of Massive Datasets", section
//! 3.4.2).

use crate::sketch::SLOTS;

#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "128")]
const SLOTS_I32: i32 = SLOTS as i32;

/// How signatures are cut into bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandPlan {
    rows: usize,
    bands: usize,
}

impl BandPlan {
    /// The plan with the most rows (the fewest false candidates) that still lets pairs at resemblance
    /// `threshold` meet with a chance of at least `recall`. Both from 0 to 1. Where even single slots do
    /// not reach the recall, single slots are taken.
    pub fn for_recall(threshold: f64, recall: f64) -> Self {
        (1..=SLOTS)
            .rev()
            .map(|rows| BandPlan { rows, bands: SLOTS / rows })
            .find(|plan| plan.chance(threshold) >= recall)
            .unwrap_or(BandPlan { rows: 1, bands: SLOTS })
    }

    /// The number of slots in which nearly all pairs at resemblance `threshold` agree: a pair falls short of it with a
    /// chance of at most a thousandth of what `recall` lets bands miss, and at most one in a million. Agreeing slots are
    /// counted as independent draws (binomial); fast similarity sketching varies less than that.
    pub fn least_agreeing(threshold: f64, recall: f64) -> u32 {
        let allowed = ((1.0 - recall) / 1000.0).min(1e-6);
        // From the likely end, so that nothing underflows: down from all slots, or up from none.
        let all = SLOTS_I32.unsigned_abs();
        if threshold >= 0.5 {
            let mut exactly = threshold.powi(SLOTS_I32);
            let mut at_least = exactly;
            let mut least = all;
            while 1.0 - at_least > allowed && least > 0 {
                let odds = (1.0 - threshold) / threshold;
                exactly *= f64::from(least) / f64::from(all - least + 1) * odds;
                at_least += exactly;
                least -= 1;
            }
            return least;
        }
        let mut exactly = (1.0 - threshold).powi(SLOTS_I32);
        let mut below = 0.0;
        let mut least = 0;
        while below + exactly <= allowed {
            below += exactly;
            let odds = threshold / (1.0 - threshold);
            exactly *= f64::from(all - least) / f64::from(least + 1) * odds;
            least += 1;
        }
        least
    }

    /// Slots in a band.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many bands there are.
    pub fn bands(&self) -> usize {
        self.bands
    }

    /// The chance that two articles of this resemblance meet in at least one band.
    pub fn chance(&self, resemblance: f64) -> f64 {
        // At most 128: fits whatever the width.
        let power = |base: f64, exponent: usize| base.powi(i32::try_from(exponent).unwrap_or(i32::MAX));
        1.0 - power(1.0 - power(resemblance, self.rows), self.bands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::{Signature, Sketcher};

    #[test]
    fn the_plan_follows_threshold_and_recall() {
        let plan = BandPlan::for_recall(0.8, 0.999);
        assert_eq!((plan.rows(), plan.bands()), (5, 25));
        let plan = BandPlan::for_recall(0.5, 0.999);
        assert_eq!((plan.rows(), plan.bands()), (2, 64));
        assert_eq!(BandPlan::for_recall(1.0, 0.999).rows(), 128);
        assert_eq!(BandPlan::for_recall(0.01, 0.999).rows(), 1);
        for threshold in [0.3, 0.42, 0.5, 0.66, 0.8, 0.95] {
            let plan = BandPlan::for_recall(threshold, 0.999);
            let more = BandPlan { rows: plan.rows() + 1, bands: SLOTS / (plan.rows() + 1) };
            assert!(plan.chance(threshold) >= 0.999 && more.chance(threshold) < 0.999);
        }
    }

    #[test]
    fn few_pairs_at_the_threshold_agree_in_fewer_slots() {
        let least = |threshold| BandPlan::least_agreeing(threshold, 0.999);
        assert_eq!(least(1.0), 128);
        // Figures of the binomial distribution with 128 draws, lower tail at one in a million.
        assert_eq!([least(0.5), least(0.8), least(0.99)], [37, 79, 119]);
        for threshold in [0.01, 0.3, 0.998, 0.999_999] {
            assert!(f64::from(least(threshold)) <= 128.0 * threshold);
        }
    }

    /// The curve holds for real signatures, not only for independent slots.
    #[test]
    fn signatures_meet_as_often_as_the_curve_says() {
        let plan = BandPlan::for_recall(0.8, 0.999);
        for (shared, size) in [(300_u64, 500_u64), (350, 500), (400, 500), (40, 60)] {
            let trials = 1500_u32;
            let mut met = 0_u32;
            for seed in 0..u64::from(trials) {
                let shingle = |i: u64| xxhash_rust::xxh3::xxh3_64_with_seed(&i.to_le_bytes(), seed);
                let a: Vec<u64> = (0..size).map(shingle).collect();
                let b: Vec<u64> = (size - shared..2 * size - shared).map(shingle).collect();
                let sketcher = Sketcher::new(seed);
                let (a, b) = (sketcher.sketch(&a).expect("some"), sketcher.sketch(&b).expect("some"));
                met += u32::from(meet(plan, &a, &b));
            }
            #[allow(clippy::cast_precision_loss, reason = "small counts")]
            let truth = shared as f64 / (2 * size - shared) as f64;
            let expect = plan.chance(truth);
            let found = f64::from(met) / f64::from(trials);
            let standard_error = (expect * (1.0 - expect) / f64::from(trials)).sqrt();
            // Fast similarity sketching correlates slots a little, to the good: a point of slack beside the
            // noise.
            assert!(
                (found - expect).abs() < 4.0 * standard_error + 0.01,
                "{truth}: {found} against {expect}"
            );
        }
    }

    fn meet(plan: BandPlan, a: &Signature, b: &Signature) -> bool {
        (0..plan.bands()).any(|band| {
            let slots = band * plan.rows()..(band + 1) * plan.rows();
            a[slots.clone()] == b[slots]
        })
    }
}
