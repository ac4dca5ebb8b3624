//! Held: which tokens of a target its earlier sources hold word for word.
//!
//! In: blocks of alignments, ascending by source. Out: whether a span of the target lies inside one of them. What an earlier
//! source holds need not be looked for in a later one: winnowing may have passed it over in the earlier (near an edge of the
//! shared text windows differ), and then the later would be listed for nothing of its own.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::verify::Alignment;

/// Spans none of which lies inside another, by where they begin: so the ends ascend too.
#[derive(Debug, Default)]
pub(super) struct Held(BTreeMap<usize, usize>);

impl Held {
    /// Adds the blocks of an alignment. Each span is taken out once: O(log n) a block, in the mean.
    pub(super) fn add(&mut self, alignment: &Alignment) {
        for block in alignment.blocks() {
            let (begin, end) = (block.target, block.target + block.length);
            if self.holds(&(begin..end)) {
                continue;
            }
            while let Some((&inside, _)) = self.0.range(begin..).next().filter(|&(_, &other)| other <= end) {
                self.0.remove(&inside);
            }
            self.0.insert(begin, end);
        }
    }

    /// Whether one block holds all of `span`.
    pub(super) fn holds(&self, span: &Range<usize>) -> bool {
        self.0.range(..=span.start).next_back().is_some_and(|(_, &end)| end >= span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Block, Bridging, Window, align};
    use proptest::prelude::*;

    fn block(begin: usize, length: usize) -> Alignment {
        let text: Vec<u32> = (0..100).collect();
        let window = Window { target: begin..begin + length, source: begin..begin + length };
        let seed = Block { target: begin, source: begin, length: 1 };
        align(&text, &text, seed, &window, Bridging::WORDS).expect("a text agrees with itself")
    }

    proptest! {
        #[test]
        fn a_span_is_held_if_one_block_holds_all_of_it(
            blocks in prop::collection::vec((0_usize..60, 1_usize..30), 0..12),
            span in (0_usize..60, 1_usize..20),
        ) {
            let mut held = Held::default();
            for &(begin, length) in &blocks {
                held.add(&block(begin, length));
            }
            let (begin, end) = (span.0, span.0 + span.1);
            let expect = blocks.iter().any(|&(first, length)| first <= begin && end <= first + length);
            prop_assert_eq!(held.holds(&(begin..end)), expect);
        }
    }
}
