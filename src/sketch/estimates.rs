//! The same tests for every kind of signature: whether it is what its definition says, and how good its estimates of
//! resemblance are.

#![allow(clippy::cast_precision_loss, reason = "counts in tests are small")]

use super::alternatives::{Densified, Permutations};
use super::minhash::stir;
use super::{SLOTS, Signature, Sketcher, agreeing_slots};
use crate::kernel::Kernel;

/// Holds a sketcher to its definition on every kernel, for every count of shingles up to 300.
#[track_caller]
pub(super) fn check_every_count(
    by_definition: impl Fn(&[u64], u64) -> Option<Signature>,
    sketch: impl Fn(Kernel, u64, &[u64]) -> Option<Signature>,
) {
    let shingles: Vec<u64> = (0..300).map(stir).collect();
    for count in 0..=shingles.len() {
        let expect = by_definition(&shingles[..count], 5);
        for kernel in Kernel::all() {
            assert_eq!(sketch(kernel, 5, &shingles[..count]), expect, "{count} {kernel:?}");
        }
    }
}

/// Two sets of `size` shingles each, of which they share some, sketched with many seeds.
#[derive(Clone, Copy)]
struct Case {
    size: u64,
    shared: u64,
    seeds: u64,
}

/// What the estimates of a case were.
struct Moments {
    /// Mean of estimate − truth.
    bias: f64,
    /// The same in standard errors of the mean of so many such estimates.
    bias_in_errors: f64,
    /// Mean of (estimate − truth)², over the variance of MinHash, J(1 − J)/k.
    variance_ratio: f64,
}

impl Case {
    fn measure(self, sketch: impl Fn(u64, &[u64]) -> Option<Signature>) -> Moments {
        let Case { size, shared, seeds } = self;
        let truth = shared as f64 / (2 * size - shared) as f64;
        let (mut sum, mut squares) = (0.0, 0.0);
        for seed in 0..seeds {
            // Shingle hashes are uniform; so are these, and others for every seed.
            let set = |from: u64| -> Vec<u64> {
                (from..from + size).map(|i| stir(stir(seed ^ (i << 20)).wrapping_add(i))).collect()
            };
            let [a, b] = [set(0), set(size - shared)].map(|set| sketch(seed, &set).expect("some"));
            let error = f64::from(agreeing_slots(&a, &b)) / SLOTS as f64 - truth;
            sum += error;
            squares += error * error;
        }
        let minhash = truth * (1.0 - truth) / SLOTS as f64;
        let bias = sum / seeds as f64;
        Moments {
            bias,
            bias_in_errors: bias / (squares.sqrt() / seeds as f64),
            variance_ratio: squares / seeds as f64 / minhash,
        }
    }

    /// Holds the bias and the variance to a bound, which is the ratio to MinHash's variance that is allowed plus three
    /// standard errors of what a test of this many seeds can see. Fixed seeds: the figures are the same in every run.
    fn check(self, most: f64, sketch: impl Fn(u64, &[u64]) -> Option<Signature>) {
        let Case { size, shared, seeds } = self;
        let Moments { bias, bias_in_errors, variance_ratio } = self.measure(sketch);
        assert!(
            bias_in_errors.abs() < 3.5,
            "{shared} of {size}: bias {bias}, {bias_in_errors} standard errors"
        );
        let slack = 1.0 + 3.0 * (2.0 / seeds as f64).sqrt();
        assert!(variance_ratio < most * slack, "{shared} of {size}: variance ratio {variance_ratio}");
    }
}

/// What design asks of a signature: at most this times MinHash's variance.
const MOST: f64 = 1.05;

fn fss(seed: u64, shingles: &[u64]) -> Option<Signature> {
    Sketcher::new(seed).sketch(shingles)
}

fn permutations(seed: u64, shingles: &[u64]) -> Option<Signature> {
    Permutations::new(seed).sketch(shingles)
}

fn densified(seed: u64, shingles: &[u64]) -> Option<Signature> {
    Densified::new(seed).sketch(shingles)
}

#[test]
fn fss_is_unbiased_and_no_noisier_than_minhash() {
    for (size, shared, seeds) in [
        (8, 4, 1500),
        (8, 7, 1500),
        (50, 30, 1500),
        (500, 400, 800),
        (5_000, 2_500, 150),
        (100_000, 90_000, 10),
    ] {
        Case { size, shared, seeds }.check(MOST, fss);
    }
}

#[test]
fn permutations_are_unbiased_and_as_noisy_as_minhash() {
    for (size, shared, seeds) in
        [(8, 4, 3000), (8, 7, 3000), (50, 30, 1000), (500, 400, 150), (5_000, 2_500, 12)]
    {
        Case { size, shared, seeds }.check(MOST, permutations);
    }
}

#[test]
fn densified_is_unbiased_but_noisy_for_short_articles() {
    for (size, shared, seeds, most) in [
        (8, 4, 1500, 10.0),
        (8, 7, 1500, 10.0),
        (50, 30, 1500, 2.0),
        (500, 400, 800, MOST),
        (5_000, 2_500, 150, MOST),
        (100_000, 90_000, 10, MOST),
    ] {
        Case { size, shared, seeds }.check(most, densified);
    }
    // What speaks against it.
    assert!(Case { size: 8, shared: 4, seeds: 1500 }.measure(densified).variance_ratio > 3.0);
}

/// The table of `docs/decisions/0001-signature.md`:
///
/// ```text
/// cargo test --release --lib sketch::estimates::table -- --ignored --nocapture
/// ```
#[test]
#[ignore = "half a minute; prints a table"]
#[allow(clippy::print_stdout, reason = "the table is the purpose")]
fn table() {
    type Sketch = fn(u64, &[u64]) -> Option<Signature>;
    let sketches: [(&str, Sketch); 3] =
        [("fss", fss), ("permutations", permutations), ("densified", densified)];
    println!("| signature | shingles | shared | seeds | bias | in standard errors | variance ratio |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for (name, sketch) in sketches {
        for (size, shared, seeds) in [
            (8, 4, 20_000),
            (8, 7, 20_000),
            (50, 30, 20_000),
            (500, 400, 10_000),
            (5_000, 2_500, 4_000),
            (100_000, 90_000, 4_000),
        ] {
            let Moments { bias, bias_in_errors, variance_ratio } =
                Case { size, shared, seeds }.measure(sketch);
            println!(
                "| {name} | {size} | {shared} | {seeds} | {bias:+.5} | {bias_in_errors:+.2} | {variance_ratio:.3} |"
            );
        }
    }
}
