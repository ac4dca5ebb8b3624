//! Chance that repeats itself: the same seed gives the same archive, on every machine and for ever.
//!
//! Only integers and the operations that IEEE 754 rounds exactly (`+ - * /` and the square root) are used
//! here and in the rooms beside it; `powf`, `exp` and `ln` differ between platforms in the last bit, which is
//! enough to change a word.

/// Steele, Lea and Flood's `SplitMix64`: one addition and a mix per number, full period, no bad seeds.
#[derive(Debug, Clone)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// A generator for this seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 random bits.
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..bound`.
    ///
    /// # Panics
    /// If `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "there is no number below 0");
        let wide = u128::from(self.next()) * (bound as u128);
        usize::try_from(wide >> 64).expect("a share of a usize is a usize")
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// A number in `0..bound` that is more often small: half of the draws lie under about a fifth of `bound`.
    pub fn small_below(&mut self, bound: usize) -> usize {
        let limit = self.below(bound) + 1;
        self.below(limit)
    }

    /// True in a share `probability` of the calls (0 never, 1 always).
    pub fn chance(&mut self, probability: f64) -> bool {
        let top = u32::try_from(self.next() >> 32).expect("32 bits were shifted away");
        f64::from(top) / 4_294_967_296.0 < probability
    }

    /// One of the items, each as likely.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// Draws an index with given weights in constant time (Walker's alias method, built as by Vose).
#[derive(Debug)]
pub struct Weighted {
    /// Per column: stay when the 32 random bits lie under the first, else go to the second.
    columns: Vec<(u32, u32)>,
}

impl Weighted {
    /// A sampler over `0..weights.len()`; the weights need not sum to anything.
    ///
    /// # Panics
    /// If there is no weight, or more than 2³² of them.
    pub fn new(weights: &[f64]) -> Self {
        let count = u32::try_from(weights.len()).expect("fewer than 2^32 weights");
        assert!(count > 0, "nothing to draw from");
        let mean = weights.iter().sum::<f64>() / f64::from(count);
        let mut height: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
        let mut columns: Vec<(u32, u32)> = (0..count).map(|column| (u32::MAX, column)).collect();
        let (mut low, mut high): (Vec<u32>, Vec<u32>) =
            (0..count).partition(|&column| height[column as usize] < 1.0);
        while let (Some(&short), Some(&tall)) = (low.last(), high.last()) {
            low.pop();
            columns[short as usize] = (bits_of_share(height[short as usize]), tall);
            height[tall as usize] -= 1.0 - height[short as usize];
            if height[tall as usize] < 1.0 {
                high.pop();
                low.push(tall);
            }
        }
        Self { columns }
    }

    /// `count` weights that fall like 1/(rank + `shift`)^1.0703, the law word frequencies follow (exponent
    /// 1.07, built from square roots so that it is the same number everywhere: 1 + 1/16 + 1/128).
    pub fn zipf(count: usize, shift: f64) -> Self {
        let weights: Vec<f64> = (0..u32::try_from(count).expect("fewer than 2^32 ranks"))
            .map(|rank| {
                let place = f64::from(rank) + shift;
                let sixteenth = place.sqrt().sqrt().sqrt().sqrt();
                1.0 / (place * sixteenth * sixteenth.sqrt().sqrt().sqrt())
            })
            .collect();
        Self::new(&weights)
    }

    /// An index, drawn by weight.
    pub fn draw(&self, rng: &mut Rng) -> usize {
        let bits = rng.next();
        let column = ((u128::from(bits >> 32) * self.columns.len() as u128) >> 32) as usize;
        let (limit, other) = self.columns[column];
        if bits & 0xffff_ffff < u64::from(limit) { column } else { other as usize }
    }
}

/// A share in 0..1 as 32 bits.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and that is meant"
)]
fn bits_of_share(share: f64) -> u32 {
    (share * 4_294_967_296.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix_gives_the_published_numbers() {
        let mut rng = Rng::new(1_234_567);
        assert_eq!(
            [rng.next(), rng.next(), rng.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn weights_are_kept() {
        let weighted = Weighted::new(&[1.0, 0.0, 3.0]);
        let mut rng = Rng::new(7);
        let mut seen = [0_usize; 3];
        for _ in 0..40_000 {
            seen[weighted.draw(&mut rng)] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((9_500..10_500).contains(&seen[0]), "{seen:?}");
    }
}
