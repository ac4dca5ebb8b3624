//! Buckets: the articles that agree in one band, found by sorting.
//!
//! A band of every signature becomes one 64-bit key; sorting (key, article) puts those that agree side by
//! side, in ascending order of article. No map, no allocation per bucket. Different slots may share a key by
//! chance (about 2^-64 a pair): a false candidate more, which verification removes.

use rayon::prelude::*;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::bands::BandPlan;
use crate::error::Error;
use crate::scratch::{Rows, Scratch, Sorter};
use crate::sketch::Signature;

/// The signatures of an archive: a table that may stand on disk, in the order in which articles were read, and each
/// article's place in it.
#[derive(Debug, Default)]
pub struct Signatures {
    rows: Rows<Signature>,
    /// The row of each article; [`NO_SIGNATURE`] for articles without tokens.
    places: Vec<u32>,
}

/// The place of a signature that is not there.
pub const NO_SIGNATURE: u32 = u32::MAX;

impl Signatures {
    /// `places` has the row of each article, or [`NO_SIGNATURE`].
    pub fn new(rows: Rows<Signature>, places: Vec<u32>) -> Self {
        Signatures { rows, places }
    }

    /// The signature of an article; `None` if it has no tokens.
    #[inline]
    pub fn get(&self, article: u32) -> Option<&Signature> {
        // A place beyond the table is that of no signature.
        self.rows.get(self.places[article as usize] as usize)
    }

    /// How many articles there are, those without a signature among them.
    pub fn articles(&self) -> usize {
        self.places.len()
    }

    /// Those of `articles` that have a signature, in the order of the table: so a walk through all of it goes from its
    /// begin to its end.
    pub fn in_order_of_place(&self, articles: &[u32]) -> Vec<u32> {
        let place = |article: &u32| self.places[*article as usize];
        let mut ordered: Vec<u32> =
            articles.iter().copied().filter(|article| place(article) != NO_SIGNATURE).collect();
        ordered.sort_unstable_by_key(place);
        ordered
    }
}

impl From<Vec<Option<Signature>>> for Signatures {
    fn from(signatures: Vec<Option<Signature>>) -> Self {
        let places = signatures.iter().scan(0_u32, |next, signature| {
            let place = signature.map_or(NO_SIGNATURE, |_| *next);
            *next += u32::from(signature.is_some());
            Some(place)
        });
        let places = places.collect();
        Signatures { rows: signatures.into_iter().flatten().collect::<Vec<_>>().into(), places }
    }
}

/// An article in a bucket.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C, packed(4))]
pub struct Entry {
    /// What all articles of the bucket have in common.
    key: u64,
    /// The article.
    pub article: u32,
}

/// The buckets of one band.
#[derive(Debug)]
pub struct Buckets {
    entries: Rows<Entry>,
}

/// Sorts `articles` by their slots of `band`. Articles without signature are in no bucket. O(n log n), in parallel; holds
/// as much in memory as `scratch` says.
///
/// # Errors
/// [`Error::WriteTemporary`].
pub fn buckets(
    plan: BandPlan,
    band: usize,
    articles: &[u32],
    signatures: &Signatures,
    scratch: &Scratch,
) -> Result<Buckets, Error> {
    let entry = |&article: &u32| Some(Entry { key: key(plan, band, signatures.get(article)?), article });
    let mut sorter = Sorter::new(scratch);
    if articles.len() <= sorter.room() {
        let mut entries: Vec<Entry> = articles.par_iter().filter_map(entry).collect();
        sieve(&mut entries);
        entries.par_sort_unstable();
        return Ok(Buckets { entries: entries.into() });
    }
    let mut left = articles;
    while !left.is_empty() {
        let (part, rest) = left.split_at(sorter.room().min(left.len()));
        sorter.add(part.par_iter().filter_map(entry).collect())?;
        left = rest;
    }
    Ok(Buckets { entries: sorter.finish()?.into_rows(scratch)? })
}

/// Takes out most entries whose key no other has: of most articles every key. What is left takes a fraction of the time
/// to sort. Linear: keys set bits, eight bits for each entry, and one that finds its bit set has company, or seems to.
fn sieve(entries: &mut Vec<Entry>) {
    let bits = (8 * entries.len().max(64)).next_power_of_two();
    let (mut met, mut again) = (vec![0_u64; bits / 64], vec![0_u64; bits / 64]);
    let place = |entry: &Entry| {
        #[allow(clippy::cast_possible_truncation, reason = "the lower bits are what is asked for")]
        let bit = entry.key as usize & (bits - 1);
        (bit / 64, 1_u64 << (bit % 64))
    };
    for entry in &*entries {
        let (word, bit) = place(entry);
        again[word] |= met[word] & bit;
        met[word] |= bit;
    }
    entries.retain(|entry| {
        let (word, bit) = place(entry);
        again[word] & bit != 0
    });
}

impl Buckets {
    /// Every bucket of two articles or more; within one, articles ascend.
    pub fn shared(&self) -> Vec<&[Entry]> {
        self.entries.chunk_by(|a, b| a.key() == b.key()).filter(|bucket| bucket.len() > 1).collect()
    }
}

impl Entry {
    fn key(&self) -> u64 {
        self.key
    }
}

/// Whether two signatures meet in a band before `band`: then the pair was a candidate there already.
pub fn share_an_earlier_band(plan: BandPlan, band: usize, a: &Signature, b: &Signature) -> bool {
    (0..band).any(|earlier| key(plan, earlier, a) == key(plan, earlier, b))
}

fn key(plan: BandPlan, band: usize, signature: &Signature) -> u64 {
    let slots = &signature[band * plan.rows()..(band + 1) * plan.rows()];
    // Folded products (as in XXH3 and wyhash): slots are uniform, and pairs that collide are verified like all others.
    let fold = |key: u64, pair: &[u32]| {
        let low = u64::from(pair[0]);
        let pair = pair.get(1).map_or(low, |&high| low | u64::from(high) << 32);
        let product = u128::from(key ^ pair) * u128::from(PRIME);
        #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
        let halves = (product as u64, (product >> 64) as u64);
        halves.0 ^ halves.1
    };
    slots.chunks(2).fold(PRIME, fold)
}

/// `PRIME64_1` of XXH3.
const PRIME: u64 = 0x9E37_79B1_85EB_CA87;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use xxhash_rust::xxh3::xxh3_64;

    #[test]
    fn articles_that_agree_in_a_band_share_its_bucket() {
        let plan = BandPlan::for_recall(0.8, 0.999);
        let mut other = [1_u32; 128];
        other[7] = 9; // slot 7 lies in band 1
        let signatures = Signatures::from(vec![Some([1; 128]), None, Some(other), Some([2; 128])]);
        let folder = tempfile::tempdir().expect("a folder");
        let of = |band| -> Vec<Vec<u32>> {
            let both = [Scratch::unneeded(), Scratch::in_folder(folder.path(), 0)].map(|scratch| {
                let buckets =
                    buckets(plan, band, &[0, 1, 2, 3], &signatures, &scratch).expect("there is room");
                let articles = |bucket: &&[Entry]| bucket.iter().map(|entry| entry.article).collect();
                buckets.shared().iter().map(articles).collect::<Vec<Vec<u32>>>()
            });
            assert_eq!(both[0], both[1]);
            both[0].clone()
        };
        assert_eq!(of(0), vec![vec![0, 2]]);
        assert!(of(1).is_empty());
        let both = (signatures.get(0).expect("some"), signatures.get(2).expect("some"));
        assert!(signatures.get(1).is_none());
        assert!(!share_an_earlier_band(plan, 0, both.0, both.1));
        assert!(share_an_earlier_band(plan, 1, both.0, both.1));
    }

    proptest! {
        #[test]
        fn sieving_keeps_all_that_share_a_key_and_few_others(keys in prop::collection::vec(0_u64..3000, 0..2000)) {
            let hash = |key: u64| xxh3_64(&key.to_le_bytes());
            let all: Vec<Entry> = keys.iter().zip(0..).map(|(&key, article)| Entry { key: hash(key), article }).collect();
            let mut kept = all.clone();
            sieve(&mut kept);
            let shared = |entry: &Entry| all.iter().filter(|other| other.key() == entry.key()).count() > 1;
            let (expect, others): (Vec<Entry>, Vec<Entry>) = all.iter().copied().partition(shared);
            prop_assert_eq!(kept.iter().copied().filter(shared).collect::<Vec<_>>(), expect.clone());
            // With eight bits an entry about an eighth of the others meets a bit that is set.
            prop_assert!(kept.len() - expect.len() <= 16 + others.len() / 3);
        }
    }
}
