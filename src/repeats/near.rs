//! Near-repeats: paragraphs that say an earlier one again, with a word changed here and there.
//!
//! In: the paragraphs of an article, one after the other. Out: for one the earlier paragraph that it nearly repeats.
//!
//! Of each paragraph's word pairs [`MINIMA`] least values are kept, each under its own order (MinHash, Broder 1997). A
//! paragraph that has two of them in common with one earlier paragraph is compared with it on all pairs. At the bound, a
//! resemblance of 0.6, two of eight are common with a probability of 0.99; at 0.8 with 0.9999. A value proposes the *first*
//! paragraph that had it, so that a paragraph repeated for ever costs no more each time.
//!
//! Guarantees: a fixed number of comparisons a paragraph, each linear in it; the same on every kernel. Not found: what two
//! chances in a hundred at the bound leave out, and what nearly repeats a paragraph that itself reworded an earlier one.

use std::ops::Range;

use super::{View, facts};
use crate::kernel::{Lanes, Task};
use crate::shingle::shingle_on;
use crate::verify::ShingleSet;

/// Near-repeats are told from this many words on: below it, one changed word changes most pairs.
const MIN_NEAR_WORDS: u32 = 8;

/// Least resemblance, over pairs of words, of a near-repeat: one changed word in ten leaves 0.64.
const NEAR: f64 = 0.6;

/// The same over pairs of characters of unspaced scripts, of which a word has several: one changed word of three
/// characters in sixty leaves 0.87. Names show in no capitals there, and below this most are lines of one form.
const NEAR_UNSPACED: f64 = 0.85;

/// What a near-repeat resembles at most: 1 is said of equal tokens only.
const MOST_NEAR: f64 = 0.99;

/// Values kept of each paragraph.
const MINIMA: usize = 8;

/// How many of them must be common with one earlier paragraph: two that have nothing in common but "of the" share one.
const LEAST_COMMON: usize = 2;

/// Orders of the pairs: a number to mix in, an odd number to multiply by. Taken from the digits of π.
const ORDERS: [(u32, u32); MINIMA] = [
    (0x243F_6A88, 0x85A3_08D3),
    (0x1319_8A2E, 0x0370_7345),
    (0xA409_3822, 0x299F_31D1),
    (0x082E_FA98, 0xEC4E_6C89),
    (0x4528_21E6, 0x38D0_1377),
    (0xBE54_66CF, 0x34E9_0C6D),
    (0xC0AC_29B7, 0xC97C_50DD),
    (0x3F84_D5B5, 0xB547_0917),
];

/// Near-repeats of one article after the other: for every value the first paragraph that had it.
///
/// A table with open addressing, reused: clearing it is a new stamp. Probing ends after [`PROBES`] slots, so that no
/// text, however made, costs more than a fixed time a value; one that finds no place proposes nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Near {
    slots: Vec<Slot>,
    stamp: u32,
    pairs: Vec<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    value: u32,
    order: u32,
    stamp: u32,
    paragraph: u32,
}

const PROBES: usize = 16;

impl Near {
    /// Forgets the last article. Without two paragraphs long enough there is nothing to look for, and nothing is made ready.
    pub(super) fn start(&mut self, view: View<'_>) {
        self.pairs.clear();
        let long = view.paragraphs.iter().filter(|paragraph| is_long(view, paragraph)).count();
        if long < 2 {
            return;
        }
        shingle_on(view.tokens.kernel(), view.tokens.hashes(), 2, &mut self.pairs);
        let wanted = (2 * MINIMA * long).next_power_of_two();
        if self.slots.len() < wanted || self.stamp == u32::MAX {
            self.slots.clear();
            self.slots.resize(wanted, Slot::default());
            self.stamp = 0;
        }
        self.stamp += 1;
    }

    /// The earlier paragraph that `paragraph` nearly repeats, and their resemblance; then remembers its values.
    pub(super) fn find(
        &mut self,
        view: View<'_>,
        paragraph: &Range<usize>,
        number: usize,
    ) -> Option<(usize, f64)> {
        if self.pairs.is_empty() || !is_long(view, paragraph) {
            return None;
        }
        let minima = view.tokens.kernel().run(Minima { pairs: pairs_of(&self.pairs, paragraph) });
        let number = u32::try_from(number).expect("a text holds under 2^31 paragraphs");
        // Nothing is earlier than itself: `number` stands for none.
        let mut proposals = [number; MINIMA];
        for ((proposal, value), order) in proposals.iter_mut().zip(minima).zip(0..) {
            *proposal = self.first_with(value, order, number);
        }
        proposals.sort_unstable();
        let common = proposals.chunk_by(|a, b| a == b).filter(|same| same.len() >= LEAST_COMMON);
        let earlier = common.map(|same| same[0]).filter(|&first| first != number);
        let mut best: Option<(usize, f64)> = None;
        for first in earlier {
            let twin = &view.paragraphs[first as usize];
            if let Some(resemblance) = self.resemblance(view, twin, paragraph)
                && best.is_none_or(|(_, so_far)| resemblance > so_far)
            {
                best = Some((first as usize, resemblance));
            }
        }
        best
    }

    /// How much two paragraphs resemble each other, if that is enough and they tell the same.
    fn resemblance(&self, view: View<'_>, twin: &Range<usize>, paragraph: &Range<usize>) -> Option<f64> {
        // Sets whose sizes differ more than NEAR allows cannot resemble each other enough.
        let lengths = (twin.len().min(paragraph.len()), twin.len().max(paragraph.len()));
        if 2 * lengths.0 <= lengths.1 {
            return None;
        }
        #[cfg(test)]
        super::count_work(twin.len() + paragraph.len());
        let set = |of: &Range<usize>| ShingleSet::from_shingles(pairs_of(&self.pairs, of));
        let least = if view.tokens.is_unspaced(paragraph.start) { NEAR_UNSPACED } else { NEAR };
        let (of_twin, own) = (set(twin), set(paragraph));
        // Of text that repeats itself word by word ("ha ha ha") the set of pairs says little.
        if 4 * of_twin.len() < 3 * (twin.len() - 1) || 4 * own.len() < 3 * (paragraph.len() - 1) {
            return None;
        }
        let resemblance = of_twin.overlap(&own).resemblance();
        let text = &view.text[view.tokens.bytes(paragraph.clone())];
        let same = resemblance >= least
            // Two addresses of one site look alike.
            && !text.contains("://")
            && facts::same_numbers(view, twin, paragraph)
            && !facts::replaced(view, twin, paragraph);
        // The same pairs in another order are no exact repeat: at least one token is out of place.
        same.then_some(resemblance.min(MOST_NEAR))
    }

    /// The first paragraph of this article that had this value; `number` if none had.
    fn first_with(&mut self, value: u32, order: u32, number: u32) -> u32 {
        let mask = self.slots.len() - 1;
        let home = (value ^ value >> 15).wrapping_add(order.wrapping_mul(0x9E37_79B9)) as usize;
        for probe in 0..PROBES {
            let slot = &mut self.slots[home.wrapping_add(probe) & mask];
            if slot.stamp != self.stamp {
                *slot = Slot { value, order, stamp: self.stamp, paragraph: number };
                return number;
            }
            if slot.value == value && slot.order == order {
                return slot.paragraph;
            }
        }
        number
    }
}

fn is_long(view: View<'_>, paragraph: &Range<usize>) -> bool {
    view.tokens.words(paragraph.clone()) >= MIN_NEAR_WORDS
}

/// The pairs that lie in a paragraph, of all pairs of the article.
fn pairs_of<'p>(pairs: &'p [u64], paragraph: &Range<usize>) -> &'p [u64] {
    &pairs[paragraph.start..paragraph.end - 1]
}

/// The least value under each order.
struct Minima<'p> {
    pairs: &'p [u64],
}

impl Task for Minima<'_> {
    type Output = [u32; MINIMA];

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> [u32; MINIMA] {
        let mut minima = [u32::MAX; MINIMA];
        for pair in self.pairs {
            #[allow(clippy::cast_possible_truncation, reason = "the upper half is meant")]
            let pair = (pair >> 32) as u32;
            for (least, (mixed, factor)) in minima.iter_mut().zip(ORDERS) {
                *least = (*least).min((pair ^ mixed).wrapping_mul(factor));
            }
        }
        minima
    }
}
