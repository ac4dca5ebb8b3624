//! Every matching pair, on request (`--all-pairs`): quadratic in the size of a story by its nature, therefore
//! limited.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::{Duplicates, Editions, Funnel};
use crate::candidates::{buckets, share_an_earlier_band};
use crate::verify::{Overlap, ShingleSet};

/// There are more pairs than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairsError;

/// A verified pair: earlier article, later article, overlap.
pub(crate) type Pair = (u32, u32, Overlap);

/// All pairs at or above the threshold that meet in a band, ascending. Pairs of one edition need no
/// comparison; the pairs of two editions are all like that of their first articles.
///
/// # Errors
/// If there are more than `limit`; nothing was listed then.
pub fn all_pairs(
    duplicates: &Duplicates<'_>,
    editions: &Editions,
    limit: u64,
    advance: &(dyn Fn() + Sync),
) -> Result<(Vec<Pair>, Funnel), PairsError> {
    let firsts = editions.firsts();
    let counted = AtomicU64::new(0);
    let count = |more: usize| {
        let before = counted.fetch_add(more as u64, Ordering::Relaxed);
        if before + more as u64 > limit { Err(PairsError) } else { Ok(()) }
    };
    let mut pairs: Vec<Pair> = Vec::new();
    for &first in &firsts {
        let like = editions.articles_like(first);
        if like.len() > 1 {
            count(like.len() * (like.len() - 1) / 2)?;
            let overlap = Overlap::of_equals(duplicates.sets.get(first).len());
            pairs.extend((0..like.len()).flat_map(|j| like[..j].iter().map(move |&a| (a, like[j], overlap))));
        }
    }
    let mut funnel = Funnel::default();
    for band in 0..duplicates.plan.bands() {
        let buckets = buckets(duplicates.plan, band, &firsts, duplicates.signatures);
        let found: Result<Vec<(Vec<Pair>, Funnel)>, PairsError> = buckets
            .shared()
            .into_par_iter()
            .map(|bucket| {
                let (matched, funnel) = pairs_of(duplicates, bucket, band);
                let mut spread = Vec::with_capacity(matched.len());
                for (a, b, overlap) in matched {
                    let (like_a, like_b) = (editions.articles_like(a), editions.articles_like(b));
                    count(like_a.len() * like_b.len())?;
                    spread.extend(like_a.iter().flat_map(|&a| {
                        like_b
                            .iter()
                            .map(move |&b| if a < b { (a, b, overlap) } else { (b, a, overlap.swapped()) })
                    }));
                }
                Ok((spread, funnel))
            })
            .collect();
        for (found, counted) in found? {
            pairs.extend(found);
            funnel = funnel.add(counted);
        }
        advance();
    }
    pairs.par_sort_unstable_by_key(|&(a, b, _)| (a, b));
    Ok((pairs, funnel))
}

/// The matching pairs of a bucket that met in no earlier band.
fn pairs_of(duplicates: &Duplicates<'_>, bucket: &[(u64, u32)], band: usize) -> (Vec<Pair>, Funnel) {
    let mut sets: Vec<Option<Arc<ShingleSet>>> = vec![None; bucket.len()];
    let mut pairs = Vec::new();
    let mut funnel = Funnel { largest_bucket: bucket.len() as u64, ..Funnel::default() };
    for (j, &(_, later)) in bucket.iter().enumerate() {
        for (i, &(_, earlier)) in bucket[..j].iter().enumerate() {
            let (a, b) = (duplicates.signature(earlier), duplicates.signature(later));
            if share_an_earlier_band(duplicates.plan, band, a, b) {
                continue;
            }
            funnel.met += 1;
            if !(duplicates.linkable)(earlier, later) || duplicates.hopeless(earlier, later) {
                continue;
            }
            funnel.verified += 1;
            for (at, article) in [(i, earlier), (j, later)] {
                sets[at].get_or_insert_with(|| duplicates.sets.get(article));
            }
            let (Some(of_earlier), Some(of_later)) = (&sets[i], &sets[j]) else { continue };
            let overlap = of_earlier.overlap(of_later);
            if duplicates.matches(overlap) {
                funnel.matched += 1;
                pairs.push((earlier, later, overlap));
            }
        }
    }
    (pairs, funnel)
}
