//! Buckets: the articles that agree in one band, found by sorting.
//!
//! A band of every signature becomes one 64-bit key; sorting (key, article) puts those that agree side by
//! side, in ascending order of article. No map, no allocation per bucket. Different slots may share a key by
//! chance (about 2^-64 a pair): a false candidate more, which verification removes.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::bands::BandPlan;
use crate::sketch::Signature;

/// The buckets of one band.
#[derive(Clone, Debug)]
pub struct Buckets {
    entries: Vec<(u64, u32)>,
}

/// Sorts `articles` (indices into `signatures`) by their slots of `band`. Articles without signature are in
/// no bucket. O(n log n), in parallel.
pub fn buckets(plan: BandPlan, band: usize, articles: &[u32], signatures: &[Option<Signature>]) -> Buckets {
    let mut entries: Vec<(u64, u32)> = articles
        .par_iter()
        .filter_map(|&article| Some((key(plan, band, signatures[article as usize].as_ref()?), article)))
        .collect();
    entries.par_sort_unstable();
    Buckets { entries }
}

impl Buckets {
    /// Every bucket of two articles or more; within one, articles ascend.
    pub fn shared(&self) -> Vec<&[(u64, u32)]> {
        self.entries.chunk_by(|a, b| a.0 == b.0).filter(|bucket| bucket.len() > 1).collect()
    }
}

/// Whether two signatures meet in a band before `band`: then the pair was a candidate there already.
pub fn share_an_earlier_band(plan: BandPlan, band: usize, a: &Signature, b: &Signature) -> bool {
    (0..band).any(|earlier| key(plan, earlier, a) == key(plan, earlier, b))
}

fn key(plan: BandPlan, band: usize, signature: &Signature) -> u64 {
    let slots = &signature[band * plan.rows()..(band + 1) * plan.rows()];
    let mut bytes = [0; 4 * crate::sketch::SLOTS];
    for (to, slot) in bytes.chunks_exact_mut(4).zip(slots) {
        to.copy_from_slice(&slot.to_le_bytes());
    }
    xxh3_64(&bytes[..4 * slots.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_that_agree_in_a_band_share_its_bucket() {
        let plan = BandPlan::for_recall(0.8, 0.999);
        let mut other = [1_u32; 128];
        other[7] = 9; // slot 7 lies in band 1
        let signatures = vec![Some([1; 128]), None, Some(other), Some([2; 128])];
        let of = |band| -> Vec<Vec<u32>> {
            let buckets = buckets(plan, band, &[0, 1, 2, 3], &signatures);
            buckets.shared().iter().map(|bucket| bucket.iter().map(|entry| entry.1).collect()).collect()
        };
        assert_eq!(of(0), vec![vec![0, 2]]);
        assert!(of(1).is_empty());
        let both = (signatures[0].as_ref().expect("some"), signatures[2].as_ref().expect("some"));
        assert!(!share_an_earlier_band(plan, 0, both.0, both.1));
        assert!(share_an_earlier_band(plan, 1, both.0, both.1));
    }
}
