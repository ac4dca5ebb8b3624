//! Candidates: which articles may hold rewritten text of which, without comparing all with all.
//!
//! In: the articles. Out: shared *pairs of rare words*, as [`Postings`]. A first walk counts in how many articles each
//! word stands, in a table of fixed size: words that fall on one counter are taken to be more frequent than they are,
//! never less. A second walk takes from every sentence its [`RAREST`] rarest words that another article may hold too, and
//! notes every two of them that stand in it together, in no order. Rewriting drops, swaps and moves words, but a sentence
//! that keeps three of its eight rarest words keeps three pairs. Linear in the text; a pair of words found in many
//! articles costs as much as its uses (see [`Postings::heads`]).

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::sentences::sentences;
use crate::candidates::{Posting, Postings};
use crate::error::Error;
use crate::passages::Prepared;
use crate::scratch::{RowsWriter, Scratch};

/// Words of a sentence of which pairs are made: 28 pairs a sentence.
const RAREST: usize = 8;

/// Counters, as a power of two: 4 MiB, far more than the words of a million articles that are neither unique nor common.
const COUNTERS: u32 = 20;

/// Articles that are read between two additions to the sorter: rows of so many are in memory at a time.
const STRETCH: u32 = 256;

/// In how many articles words stand.
struct Frequencies(Vec<AtomicU32>);

impl Frequencies {
    fn new() -> Self {
        Frequencies((0..1 << COUNTERS).map(|_| AtomicU32::new(0)).collect())
    }

    fn counter(&self, word: u64) -> &AtomicU32 {
        let at = word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - COUNTERS);
        &self.0[usize::try_from(at).expect("under the number of counters")]
    }

    fn add(&self, text: &Prepared) {
        let mut words = text.tokens().hashes().to_vec();
        words.sort_unstable();
        words.dedup();
        for word in words {
            // Sums do not depend on the order of additions.
            self.counter(word).fetch_add(1, Ordering::Relaxed);
        }
    }

    fn of(&self, word: u64) -> u32 {
        self.counter(word).load(Ordering::Relaxed)
    }
}

/// Shared pairs of rare words of articles `0..count`; the place in a posting is the sentence.
pub(super) fn shared_pairs(
    count: u32,
    prepare: &(dyn Fn(u32) -> Prepared + Sync),
    scratch: &Scratch,
) -> Result<Postings, Error> {
    let frequencies = Frequencies::new();
    (0..count).into_par_iter().for_each(|article| frequencies.add(&prepare(article)));
    let mut pairs = RowsWriter::new(scratch);
    let mut begin = 0;
    while begin < count {
        let end = count.min(begin.saturating_add(STRETCH));
        let made: Vec<Posting> = (begin..end)
            .into_par_iter()
            .flat_map_iter(|article| pairs_of(article, &prepare(article), &frequencies))
            .collect();
        pairs.push_all(&made)?;
        begin = end;
    }
    let pairs = pairs.finish()?;
    Postings::of(pairs.len(), || pairs.iter().copied(), scratch, scratch)
}

/// The pairs of one article, each once, at the first sentence that holds it.
fn pairs_of(article: u32, text: &Prepared, frequencies: &Frequencies) -> Vec<Posting> {
    let mut pairs = Vec::new();
    for (sentence, place) in sentences(text.text(), text.tokens()).iter().zip(0..) {
        let rare = rarest(&text.tokens().hashes()[Range::clone(sentence)], frequencies);
        for (at, &a) in rare.iter().enumerate() {
            for &b in &rare[..at] {
                let hash = (a.min(b).rotate_left(32) ^ a.max(b)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                pairs.push(Posting { hash, article, position: place });
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup_by_key(|pair| pair.hash);
    pairs
}

/// The rarest words that at least two articles hold, of equals those of the smaller hash.
fn rarest(sentence: &[u64], frequencies: &Frequencies) -> Vec<u64> {
    let mut words: Vec<(u32, u64)> =
        sentence.iter().map(|&word| (frequencies.of(word), word)).filter(|&(held, _)| held > 1).collect();
    words.sort_unstable();
    words.dedup();
    words.truncate(RAREST);
    words.into_iter().map(|(_, word)| word).collect()
}
