//! Grouping: postings in any order become groups of one fingerprint, those of a single article dropped.
//!
//! Most fingerprints stand in one article and need no order at all. So postings are first dealt out by the upper bits of
//! their hash, into parts that fit a processor's cache; in each part those whose hash nobody else has are sieved out, and
//! what is left is sorted. Parts ascend, so that the parts one after the other are the sorted whole. What does not fit
//! into memory comes sorted from runs instead ([`shared`]) and gives the same groups.

use rayon::prelude::*;

use super::postings::Posting;
use crate::error::Error;
use crate::scratch::{Rows, RowsWriter, Scratch};

/// How many postings a part has, on average: with the bits of its sieve some 150 kB, which a core has to itself.
/// Winnowing keeps small hashes, so the first parts are some five times larger.
const PART_POSTINGS: usize = 1 << 12;

/// More parts than a processor can write to side by side cost more than smaller parts gain.
const MOST_PART_BITS: u32 = 12;

/// The groups of two articles or more, in order, one after the other, and how many postings each has. `walk` gives the
/// `count` postings, in the same order each time.
pub(super) fn group<I: Iterator<Item = Posting>>(
    count: usize,
    walk: impl Fn() -> I,
) -> (Vec<Posting>, Vec<usize>) {
    let (mut postings, sizes) = deal(count, walk);
    let mut parts: Vec<&mut [Posting]> = Vec::with_capacity(sizes.len());
    let mut rest = &mut postings[..];
    for size in &sizes {
        let (part, behind) = rest.split_at_mut(*size);
        parts.push(part);
        rest = behind;
    }
    let grouped: Vec<Vec<u32>> = parts.into_par_iter().map(group_part).collect();
    let (mut kept, mut begin) = (0, 0);
    let mut groups = Vec::with_capacity(grouped.iter().map(Vec::len).sum());
    for (of_part, size) in grouped.iter().zip(&sizes) {
        let in_groups: usize = of_part.iter().map(|&count| count as usize).sum();
        postings.copy_within(begin..begin + in_groups, kept);
        groups.extend(of_part.iter().map(|&count| count as usize));
        kept += in_groups;
        begin += size;
    }
    postings.truncate(kept);
    postings.shrink_to_fit();
    (postings, groups)
}

/// All postings in parts that ascend by hash, and the size of each part.
fn deal<I: Iterator<Item = Posting>>(count: usize, walk: impl Fn() -> I) -> (Vec<Posting>, Vec<usize>) {
    let bits = (count / PART_POSTINGS).checked_ilog2().map_or(0, |bits| (bits + 1).min(MOST_PART_BITS));
    #[allow(clippy::cast_possible_truncation, reason = "a few bits are left")]
    let part = |posting: &Posting| posting.hash.checked_shr(64 - bits).unwrap_or(0) as usize;
    let mut sizes = vec![0; 1 << bits];
    walk().for_each(|posting| sizes[part(&posting)] += 1);
    let mut next: Vec<usize> = sizes
        .iter()
        .scan(0, |begin, size| {
            *begin += size;
            Some(*begin - size)
        })
        .collect();
    let mut postings = vec![Posting { hash: 0, article: 0, position: 0 }; count];
    walk().for_each(|posting| {
        let place = &mut next[part(&posting)];
        postings[*place] = posting;
        *place += 1;
    });
    (postings, sizes)
}

/// Puts the groups of two articles or more to the front of a part, in order, and tells the size of each.
fn group_part(part: &mut [Posting]) -> Vec<u32> {
    let sieved = sieve(part);
    let part = &mut part[..sieved];
    part.sort_unstable_by_key(|posting| {
        u128::from(posting.hash) << 64 | u128::from(posting.article) << 32 | u128::from(posting.position)
    });
    let mut groups = Vec::new();
    let (mut kept, mut begin) = (0, 0);
    while begin < part.len() {
        let first = part[begin];
        let count = part[begin..].iter().take_while(|posting| posting.hash == first.hash).count();
        if part[begin + count - 1].article != first.article {
            part.copy_within(begin..begin + count, kept);
            kept += count;
            groups.push(u32::try_from(count).expect("memory does not hold 2^32 postings of 16 bytes"));
        }
        begin += count;
    }
    groups
}

/// Puts what seems to have company to the front, and tells how much it is. Hashes set bits, eight bits for each posting;
/// one that finds its bit set has company, or seems to.
fn sieve(part: &mut [Posting]) -> usize {
    let bits = (8 * part.len().max(64)).next_power_of_two();
    let (mut met, mut again) = (vec![0_u64; bits / 64], vec![0_u64; bits / 64]);
    let place = |posting: &Posting| {
        #[allow(clippy::cast_possible_truncation, reason = "the lower bits are what is asked for")]
        let bit = posting.hash as usize & (bits - 1);
        (bit / 64, 1_u64 << (bit % 64))
    };
    for posting in &*part {
        let (word, bit) = place(posting);
        again[word] |= met[word] & bit;
        met[word] |= bit;
    }
    let mut kept = 0;
    for at in 0..part.len() {
        let posting = part[at];
        let (word, bit) = place(&posting);
        // Written in any case: what is not kept is written over.
        part[kept] = posting;
        kept += usize::from(again[word] & bit != 0);
    }
    kept
}

/// The same for postings that come sorted, one after the other: no more is held than one article's uses of one
/// fingerprint. Notes in `starts` where each group ends.
pub(super) fn shared(
    postings: impl Iterator<Item = Posting>,
    starts: &mut RowsWriter<usize>,
    scratch: &Scratch,
) -> Result<Rows<Posting>, Error> {
    let mut entries = RowsWriter::new(scratch);
    // The first article of a group waits until a second one comes.
    let mut waiting: Vec<Posting> = Vec::new();
    let mut open: Option<u64> = None;
    for posting in postings {
        if open != Some(posting.hash) {
            if open.take().is_some() {
                starts.push(entries.len())?;
            }
            match waiting.first() {
                Some(first) if first.hash == posting.hash && first.article != posting.article => {
                    entries.push_all(&waiting)?;
                    waiting.clear();
                    open = Some(posting.hash);
                }
                Some(first) if first.hash == posting.hash => {}
                _ => waiting.clear(),
            }
        }
        if open.is_some() {
            entries.push(posting)?;
        } else {
            waiting.push(posting);
        }
    }
    if open.is_some() {
        starts.push(entries.len())?;
    }
    entries.finish()
}
