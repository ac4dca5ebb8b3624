//! Every matching pair, on request (`--all-pairs`): quadratic in the size of a story by its nature, therefore
//! limited.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Duplicates, Editions, Funnel};
use crate::candidates::{Entry, buckets, share_an_earlier_band};
use crate::error::Error;
use crate::scratch::{Rows, RowsWriter, Sorted};
use crate::verify::{Aligned, Compared, Nearness, Overlap, Verified};

/// Why pairs could not all be listed.
#[derive(Debug)]
pub enum PairsError {
    /// There are more than allowed.
    TooMany,
    /// They could not be put on disk.
    Scratch(Error),
}

impl From<Error> for PairsError {
    fn from(error: Error) -> Self {
        PairsError::Scratch(error)
    }
}

/// A verified pair.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
pub struct Pair {
    /// The earlier article.
    pub a: u32,
    /// The later article.
    pub b: u32,
    /// Shingles in both, in `a`, in `b`: a text under 2 GiB has fewer than 2^32.
    shingles: [u32; 3],
    /// Tokens in common in one order, of `a`, of `b`, and of the longest block; all 0 where no second look was taken.
    tokens: [u32; 4],
}

impl Pair {
    fn new(a: u32, b: u32, near: Nearness) -> Pair {
        let Nearness { overlap, aligned } = if a < b { near } else { near.swapped() };
        let narrow = |count: usize| u32::try_from(count).expect("a text under 2 GiB has fewer shingles");
        let shingles = [overlap.common, overlap.a, overlap.b].map(narrow);
        let tokens = aligned.map_or([0; 4], |aligned| [aligned.common, aligned.a, aligned.b, aligned.block]);
        Pair { a: a.min(b), b: a.max(b), shingles, tokens }
    }

    /// How near the two articles are.
    pub fn near(&self) -> Nearness {
        let [common, a, b] = self.shingles.map(|count| count as usize);
        let overlap = Overlap { common, a, b };
        let [common, a, b, block] = self.tokens;
        // What matches by its tokens has some.
        let aligned = (common > 0).then_some(Aligned { common, a, b, block });
        Nearness { overlap, aligned }
    }
}

/// All pairs that match and meet in a band, ascending. Pairs of one edition need no
/// comparison; the pairs of two editions are all like that of their first articles.
///
/// # Errors
/// If there are more than `limit`; nothing was listed then.
pub fn all_pairs(
    duplicates: &Duplicates<'_>,
    editions: &Editions,
    limit: u64,
    advance: &(dyn Fn() + Sync),
) -> Result<(Rows<Pair>, Funnel), PairsError> {
    let firsts = editions.firsts();
    let listed =
        Listed { counted: AtomicU64::new(0), limit, pairs: Mutex::new(RowsWriter::new(duplicates.scratch)) };
    for &first in &firsts {
        let like = editions.articles_like(first);
        if like.len() > 1 {
            listed.count(like.len() * (like.len() - 1) / 2)?;
            let near = Nearness::of_equals(duplicates.compared.get(first).set.len());
            for (j, &b) in like.iter().enumerate() {
                let pairs: Vec<Pair> = like[..j].iter().map(|&a| Pair::new(a, b, near)).collect();
                listed.lock().push_all(&pairs)?;
            }
        }
    }
    let mut funnel = Funnel::default();
    let by_place = duplicates.signatures.in_order_of_place(&firsts);
    for band in 0..duplicates.plan.bands() {
        let buckets = buckets(duplicates.plan, band, &by_place, duplicates.signatures, duplicates.scratch)?;
        let found: Result<Vec<Funnel>, PairsError> = buckets
            .shared()
            .into_par_iter()
            .map(|bucket| {
                pairs_of(duplicates, bucket, band, &mut |a, b, near| {
                    let (like_a, like_b) = (editions.articles_like(a), editions.articles_like(b));
                    listed.count(like_a.len() * like_b.len())?;
                    for &a in like_a {
                        let pairs: Vec<Pair> = like_b.iter().map(|&b| Pair::new(a, b, near)).collect();
                        listed.lock().push_all(&pairs)?;
                    }
                    Ok(())
                })
            })
            .collect();
        funnel = found?.into_iter().fold(funnel, Funnel::add);
        advance();
    }
    let pairs = listed.pairs.into_inner().unwrap_or_else(PoisonError::into_inner);
    let sorted = Sorted::of(pairs.finish()?, duplicates.scratch)?;
    Ok((sorted.into_rows(duplicates.scratch)?, funnel))
}

/// The pairs so far.
struct Listed {
    counted: AtomicU64,
    limit: u64,
    /// Unsorted: sorting in parallel under a lock could wait for itself.
    pairs: Mutex<RowsWriter<Pair>>,
}

impl Listed {
    fn count(&self, more: usize) -> Result<(), PairsError> {
        let before = self.counted.fetch_add(more as u64, Ordering::Relaxed);
        if before + more as u64 > self.limit { Err(PairsError::TooMany) } else { Ok(()) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, RowsWriter<Pair>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Articles of a bucket that are compared with so many others at a time: their shingle sets are at hand then, some 4 MB
/// of them, and a set is made once for each such block.
const BLOCK: usize = 512;

/// The matching pairs of a bucket that met in no earlier band.
fn pairs_of(
    duplicates: &Duplicates<'_>,
    bucket: &[Entry],
    band: usize,
    each: &mut impl FnMut(u32, u32, Nearness) -> Result<(), PairsError>,
) -> Result<Funnel, PairsError> {
    let mut funnel = Funnel { largest_bucket: bucket.len() as u64, ..Funnel::default() };
    let blocks = || (0..bucket.len()).step_by(BLOCK).map(|begin| begin..bucket.len().min(begin + BLOCK));
    for later_block in blocks() {
        for earlier_block in blocks().take_while(|block| block.start <= later_block.start) {
            let mut sets = [Held::of(&earlier_block), Held::of(&later_block)];
            for j in later_block.clone() {
                for i in earlier_block.start..earlier_block.end.min(j) {
                    let (earlier, later) = (bucket[i].article, bucket[j].article);
                    let (a, b) = (duplicates.signature(earlier), duplicates.signature(later));
                    if share_an_earlier_band(duplicates.plan, band, a, b) {
                        continue;
                    }
                    funnel.met += 1;
                    if !(duplicates.linkable)(earlier, later) || duplicates.hopeless(earlier, later, true) {
                        continue;
                    }
                    funnel.verified += 1;
                    let of_earlier = sets[0].get(i, || duplicates.compared.get(earlier));
                    let of_later = sets[1].get(j, || duplicates.compared.get(later));
                    match duplicates.verified((earlier, &of_earlier), (later, &of_later), true) {
                        Verified::Near(near) => {
                            funnel.matched += 1;
                            each(earlier, later, near)?;
                        }
                        Verified::Apart | Verified::Unlike => {}
                        Verified::TooLong => funnel.too_long += 1,
                    }
                }
            }
        }
    }
    Ok(funnel)
}

/// The shingle sets of one block, as far as they were asked for.
struct Held {
    begin: usize,
    sets: Vec<Option<Arc<Compared>>>,
}

impl Held {
    fn of(block: &Range<usize>) -> Held {
        Held { begin: block.start, sets: vec![None; block.len()] }
    }

    fn get(&mut self, at: usize, make: impl FnOnce() -> Arc<Compared>) -> Arc<Compared> {
        Arc::clone(self.sets[at - self.begin].get_or_insert_with(make))
    }
}
