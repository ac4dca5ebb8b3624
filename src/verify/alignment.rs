//! Alignment: from one shared seed to the whole shared passage.
//!
//! In: two token sequences, a seed (a place where they agree), the windows it may grow in. Out: blocks of
//! equal tokens in ascending order, with small edits between them.
//!
//! The seed grows to both sides while tokens agree. Where they stop agreeing, the two texts may only differ
//! by an edit: a changed number, an inserted clause. So the nearest place is looked for, at most
//! [`Bridging::max_gap`] tokens on in either text, from where the texts agree again for at least as many
//! tokens as the gap is wide and never fewer than [`Bridging::min_run`]. That rule is the score of a banded
//! local alignment (+1 a token that agrees, −1 a token of the gap) that may never fall: a passage always ends
//! at its best score, and unrelated text after the passage is not walked into. Greedy: the narrowest gap
//! wins. Time is linear in what is matched plus at most `max_gap²` comparisons per edit.

use std::ops::Range;

use crate::text::Tokens;

/// Tokens `[target, target + length)` equal tokens `[source, source + length)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    /// First token in the target.
    pub target: usize,
    /// First token in the source.
    pub source: usize,
    /// How many tokens agree.
    pub length: usize,
}

/// How large an edit may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bridging {
    /// The widest gap, in tokens of either text.
    pub max_gap: usize,
    /// The shortest run of agreeing tokens that may follow a gap.
    pub min_run: usize,
}

impl Bridging {
    /// For words: a clause of up to ten words may differ. Three agreeing words after a gap seldom come by
    /// chance so close by; wider gaps ask for longer runs.
    pub const WORDS: Bridging = Bridging { max_gap: 10, min_run: 3 };
    /// For characters of unspaced scripts, each of which carries about half a word.
    pub const CHARACTERS: Bridging = Bridging { max_gap: 20, min_run: 6 };
}

/// Where a passage may lie: token ranges of target and source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Allowed tokens of the target.
    pub target: Range<usize>,
    /// Allowed tokens of the source.
    pub source: Range<usize>,
}

/// An aligned passage: blocks in ascending order in both texts, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    blocks: Vec<Block>,
}

impl Alignment {
    /// The blocks, ascending, at least one.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Tokens of the target from the first block to the last.
    pub fn target(&self) -> Range<usize> {
        let (first, last) = (self.first(), self.last());
        first.target..last.target + last.length
    }

    /// Tokens of the source from the first block to the last.
    pub fn source(&self) -> Range<usize> {
        let (first, last) = (self.first(), self.last());
        first.source..last.source + last.length
    }

    /// Tokens that agree.
    pub fn agreeing(&self) -> usize {
        self.blocks.iter().map(|block| block.length).sum()
    }

    /// Length of what agrees, in half-words of the target. Gaps do not count: a passage is as long as what it shares.
    pub fn agreeing_half_words(&self, target: &Tokens) -> u32 {
        self.blocks.iter().map(|block| target.half_words(block.target..block.target + block.length)).sum()
    }

    /// Tokens that agree, as a share of the longer of both spans: 1 for a verbatim passage.
    #[allow(clippy::cast_precision_loss, reason = "counts of tokens are far below 2^52")]
    pub fn similarity(&self) -> f64 {
        self.agreeing() as f64 / self.target().len().max(self.source().len()) as f64
    }

    /// The part of the passage that lies in `target`, cut to whole blocks and parts of blocks; `None` if
    /// nothing is left.
    #[must_use]
    pub fn cut_to(&self, target: &Range<usize>) -> Option<Alignment> {
        let blocks: Vec<Block> = self
            .blocks
            .iter()
            .filter_map(|block| {
                let begin = block.target.max(target.start);
                let end = (block.target + block.length).min(target.end);
                (begin < end).then(|| Block {
                    target: begin,
                    source: block.source + (begin - block.target),
                    length: end - begin,
                })
            })
            .collect();
        (!blocks.is_empty()).then_some(Alignment { blocks })
    }

    /// The passage parted at some of its gaps: behind each block for which `parts` (asked in order, with the block after it)
    /// says so.
    pub fn parted(&self, mut parts: impl FnMut(&Block, &Block) -> bool) -> Vec<Alignment> {
        let chunks = self.blocks.chunk_by(|before, after| !parts(before, after));
        chunks.map(|blocks| Alignment { blocks: blocks.to_vec() }).collect()
    }

    fn first(&self) -> Block {
        self.blocks[0]
    }

    fn last(&self) -> Block {
        self.blocks[self.blocks.len() - 1]
    }
}

/// Grows `seed` to both sides inside `window`. `None` where the seed does not hold (its tokens differ or
/// lie outside the window): then two fingerprints collided.
pub fn align<T: Copy + PartialEq>(
    target: &[T],
    source: &[T],
    seed: Block,
    window: &Window,
    bridging: Bridging,
) -> Option<Alignment> {
    let seed_end = (seed.target + seed.length, seed.source + seed.length);
    let inside = window.target.start <= seed.target
        && seed_end.0 <= window.target.end
        && window.source.start <= seed.source
        && seed_end.1 <= window.source.end;
    if !inside || target[seed.target..seed_end.0] != source[seed.source..seed_end.1] {
        return None;
    }
    let back = grow(
        &Outwards::<_, true>(&target[window.target.start..seed.target]),
        &Outwards::<_, true>(&source[window.source.start..seed.source]),
        bridging,
    );
    let forth = grow(
        &Outwards::<_, false>(&target[seed_end.0..window.target.end]),
        &Outwards::<_, false>(&source[seed_end.1..window.source.end]),
        bridging,
    );
    let mut blocks: Vec<Block> = Vec::with_capacity(back.len() + forth.len() + 1);
    let before = back.iter().rev().map(|run| Block {
        target: seed.target - run.target - run.length,
        source: seed.source - run.source - run.length,
        length: run.length,
    });
    let after = forth.iter().map(|run| Block {
        target: seed_end.0 + run.target,
        source: seed_end.1 + run.source,
        length: run.length,
    });
    for block in before.chain([seed]).chain(after) {
        match blocks.last_mut() {
            Some(open)
                if open.target + open.length == block.target && open.source + open.length == block.source =>
            {
                open.length += block.length;
            }
            _ => blocks.push(block),
        }
    }
    Some(Alignment { blocks })
}

/// The tokens beside a seed, counted outwards from it: from the last one on if they stand before it.
struct Outwards<'a, T, const BEFORE: bool>(&'a [T]);

impl<T: Copy + PartialEq, const BEFORE: bool> Outwards<'_, T, BEFORE> {
    fn at(&self, k: usize) -> T {
        self.0[if BEFORE { self.0.len() - 1 - k } else { k }]
    }
}

/// Grows in one direction, in tokens that are both before the seed or both behind it. Returned blocks count outwards from the
/// seed.
fn grow<T: Copy + PartialEq, const BEFORE: bool>(
    target: &Outwards<'_, T, BEFORE>,
    source: &Outwards<'_, T, BEFORE>,
    bridging: Bridging,
) -> Vec<Block> {
    let [of_target, of_source] = [target.0.len(), source.0.len()];
    // Beyond the window nothing agrees.
    let run_of = |i: usize, j: usize, enough: usize| {
        let most = of_target.saturating_sub(i).min(of_source.saturating_sub(j)).min(enough);
        (0..most).take_while(|&k| target.at(i + k) == source.at(j + k)).count()
    };
    let mut blocks = Vec::new();
    let (mut i, mut j) = (0, 0);
    loop {
        let length = run_of(i, j, usize::MAX);
        if length > 0 {
            blocks.push(Block { target: i, source: j, length });
            (i, j) = (i + length, j + length);
        }
        // The narrowest gap first; of one width a substitution first, then what leaves the fewest tokens out.
        let bridge = (1..=bridging.max_gap).find_map(|gap| {
            let enough = gap.max(bridging.min_run);
            // Where one of them is left out to here or further, whatever is left out of the other.
            let far_in_target = (i + gap < of_target).then(|| target.at(i + gap));
            let far_in_source = (j + gap < of_source).then(|| source.at(j + gap));
            let agrees = |skip_i: usize, skip_j: usize| run_of(i + skip_i, j + skip_j, enough) == enough;
            if far_in_target.is_some() && far_in_target == far_in_source && agrees(gap, gap) {
                return Some((gap, gap));
            }
            (0..gap).find_map(|other| {
                let in_source =
                    || far_in_target.is_some_and(|far| j + other < of_source && source.at(j + other) == far);
                let in_target =
                    || far_in_source.is_some_and(|far| i + other < of_target && target.at(i + other) == far);
                if in_source() && agrees(gap, other) {
                    Some((gap, other))
                } else if in_target() && agrees(other, gap) {
                    Some((other, gap))
                } else {
                    None
                }
            })
        });
        match bridge {
            Some((skip_i, skip_j)) => (i, j) = (i + skip_i, j + skip_j),
            None => return blocks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<u64> {
        text.split(' ').map(|word| xxhash_rust::xxh3::xxh3_64(word.as_bytes())).collect()
    }

    fn everything(target: &[u64], source: &[u64]) -> Window {
        Window { target: 0..target.len(), source: 0..source.len() }
    }

    fn check(target: &str, source: &str, seed: (usize, usize), expect: &(Range<usize>, Range<usize>, usize)) {
        let (target, source) = (words(target), words(source));
        let seed = Block { target: seed.0, source: seed.1, length: 2 };
        let found = align(&target, &source, seed, &everything(&target, &source), Bridging::WORDS)
            .expect("the seed holds");
        assert_eq!(&(found.target(), found.source(), found.agreeing()), expect);
    }

    #[test]
    fn grows_both_ways_and_stops_where_texts_part() {
        check("x a b c d e y", "a b c d e z", (3, 2), &(1..6, 0..5, 5));
        check("a b c", "a b c", (0, 0), &(0..3, 0..3, 3));
    }

    #[test]
    fn bridges_a_changed_number_an_insertion_and_a_deletion() {
        check("a b c 5 d e f", "a b c 6 d e f", (0, 0), &(0..7, 0..7, 6));
        check("a b c d e f", "a b c so they say d e f", (0, 0), &(0..6, 0..9, 6));
        check("a b c so they say d e f", "a b c d e f", (7, 4), &(0..9, 0..6, 6));
    }

    #[test]
    fn does_not_bridge_to_a_run_shorter_than_the_gap() {
        check("a b c 1 2 3 4 d e f y", "a b c 5 6 7 8 d e f z", (0, 0), &(0..3, 0..3, 3));
    }

    #[test]
    fn a_seed_that_does_not_hold_is_refused() {
        let (target, source) = (words("a b c"), words("a c b"));
        let seed = Block { target: 0, source: 0, length: 2 };
        assert_eq!(align(&target, &source, seed, &everything(&target, &source), Bridging::WORDS), None);
    }

    #[test]
    fn stays_in_its_window() {
        let text = words("a b c a b c a b c");
        let window = Window { target: 3..9, source: 0..3 };
        let seed = Block { target: 3, source: 0, length: 2 };
        let found = align(&text, &text, seed, &window, Bridging::WORDS).expect("the seed holds");
        assert_eq!((found.target(), found.source()), (3..6, 0..3));
    }

    /// Growing by the words of its description: every way to leave tokens out is tried in turn.
    fn grow_by_definition(target: &[u64], source: &[u64], bridging: Bridging) -> Vec<Block> {
        let agree = |i: usize, j: usize| target.get(i).is_some_and(|token| source.get(j) == Some(token));
        let run_of = |i: usize, j: usize| (0..target.len()).take_while(|&k| agree(i + k, j + k)).count();
        let mut blocks = Vec::new();
        let (mut i, mut j) = (0, 0);
        loop {
            let length = run_of(i, j);
            if length > 0 {
                blocks.push(Block { target: i, source: j, length });
                (i, j) = (i + length, j + length);
            }
            let ways = (1..=bridging.max_gap).flat_map(|gap| {
                let uneven = (0..gap).flat_map(move |other| [(gap, other), (other, gap)]);
                std::iter::once((gap, gap)).chain(uneven)
            });
            let mut bridges = ways.filter(|&(skip_i, skip_j)| {
                run_of(i + skip_i, j + skip_j) >= skip_i.max(skip_j).max(bridging.min_run)
            });
            let Some(bridge) = bridges.next() else { return blocks };
            (i, j) = (i + bridge.0, j + bridge.1);
        }
    }

    proptest! {
        #[test]
        fn grows_as_described(
            target in prop::collection::vec(0_u64..5, 0..80),
            source in prop::collection::vec(0_u64..5, 0..80),
            max_gap in 0_usize..8,
            min_run in 1_usize..4,
        ) {
            let bridging = Bridging { max_gap, min_run };
            let expect = grow_by_definition(&target, &source, bridging);
            let forth = grow(&Outwards::<_, false>(&target), &Outwards::<_, false>(&source), bridging);
            prop_assert_eq!(&forth, &expect);
            let turned = |tokens: &[u64]| tokens.iter().rev().copied().collect::<Vec<u64>>();
            let (target, source) = (turned(&target), turned(&source));
            let back = grow(&Outwards::<_, true>(&target), &Outwards::<_, true>(&source), bridging);
            prop_assert_eq!(&back, &expect);
        }

        #[test]
        fn blocks_are_equal_ascending_and_inside(
            target in prop::collection::vec(0_u64..4, 1..60),
            source in prop::collection::vec(0_u64..4, 1..60),
            at in (0_usize..60, 0_usize..60),
        ) {
            let seed = Block { target: at.0 % target.len(), source: at.1 % source.len(), length: 1 };
            if let Some(found) = align(&target, &source, seed, &everything(&target, &source), Bridging::WORDS) {
                for block in found.blocks() {
                    prop_assert_eq!(
                        &target[block.target..block.target + block.length],
                        &source[block.source..block.source + block.length]
                    );
                }
                for pair in found.blocks().windows(2) {
                    prop_assert!(pair[0].target + pair[0].length <= pair[1].target);
                    prop_assert!(pair[0].source + pair[0].length <= pair[1].source);
                }
                prop_assert!(found.similarity() <= 1.0);
                let cut = found.cut_to(&found.target());
                prop_assert_eq!(cut.as_ref(), Some(&found));
                let parts = found.parted(|before, _| before.length % 2 == 0);
                let blocks: Vec<Block> = parts.iter().flat_map(|part| part.blocks().to_vec()).collect();
                prop_assert_eq!(&blocks[..], found.blocks());
                for part in &parts[..parts.len() - 1] {
                    prop_assert_eq!(part.blocks()[part.blocks().len() - 1].length % 2, 0);
                }
            }
        }
    }
}
