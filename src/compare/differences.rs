//! Differences: where two texts part inside a passage.
//!
//! In: the tokens of both texts, and the range of a passage in each. Out: pairs of token ranges that do not agree, in
//! order; everything between them agrees. The passage is aligned again from its first token on (`verify`), and, where
//! that does not reach the end, from its last token back; what is left between is one difference. The search for passages
//! started from a seed somewhere inside, so the bounds are its own and the way between them may differ from it by
//! a word. Linear in the passage, but for a bounded number of comparisons an edit.

use std::ops::Range;

use crate::text::Tokens;
use crate::verify::{Block, Bridging, Window, align};

/// A range of the target that is another in the source; one of them may be empty.
pub(super) type Gap = (Range<usize>, Range<usize>);

/// The differences of a passage, by place.
pub(super) fn differences(
    target: &Tokens,
    source: &Tokens,
    in_target: &Range<usize>,
    in_source: &Range<usize>,
) -> Vec<Gap> {
    let (mut from, mut until) = ((in_target.start, in_source.start), (in_target.end, in_source.end));
    let align = |at: (usize, usize), from: (usize, usize), until: (usize, usize)| -> Vec<Block> {
        if from.0 >= until.0 || from.1 >= until.1 {
            return Vec::new();
        }
        let bridging = if target.is_unspaced(at.0) { Bridging::CHARACTERS } else { Bridging::WORDS };
        let window = Window { target: from.0..until.0, source: from.1..until.1 };
        let seed = Block { target: at.0, source: at.1, length: 1 };
        let aligned = align(target.hashes(), source.hashes(), seed, &window, bridging);
        aligned.map_or_else(Vec::new, |aligned| aligned.blocks().to_vec())
    };
    let mut blocks = align(from, from, until);
    if let Some(last) = blocks.last() {
        from = (last.target + last.length, last.source + last.length);
    }
    if from.0 < until.0 && from.1 < until.1 {
        let back = align((until.0 - 1, until.1 - 1), from, until);
        if let Some(first) = back.first() {
            until = (first.target, first.source);
        }
        blocks.extend(back);
    }
    debug_assert!(from.0 <= until.0 && from.1 <= until.1, "the two ways do not cross");
    let end = Block { target: in_target.end, source: in_source.end, length: 0 };
    let mut gaps = Vec::new();
    let mut at = (in_target.start, in_source.start);
    for block in blocks.into_iter().chain([end]) {
        if at != (block.target, block.source) {
            gaps.push((at.0..block.target, at.1..block.source));
        }
        at = (block.target + block.length, block.source + block.length);
    }
    gaps
}

/// Tokens of the longest stretch without a difference.
pub(super) fn longest_agreeing(in_target: &Range<usize>, gaps: &[Gap]) -> usize {
    let ends = gaps.iter().map(|(gap, _)| gap.start).chain([in_target.end]);
    let begins = [in_target.start].into_iter().chain(gaps.iter().map(|(gap, _)| gap.end));
    begins.zip(ends).map(|(begin, end)| end - begin).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Tokens {
        let mut tokens = Tokens::default();
        tokenize(text, 0, &mut tokens);
        tokens
    }

    fn check(target: &str, source: &str, expect: &[(&str, &str)]) {
        let both = [tokens(target), tokens(source)];
        let gaps = differences(&both[0], &both[1], &(0..both[0].len()), &(0..both[1].len()));
        let said: Vec<(&str, &str)> =
            gaps.into_iter().map(|(t, s)| (&target[both[0].bytes(t)], &source[both[1].bytes(s)])).collect();
        assert_eq!(said, expect, "{target:?} {source:?}");
    }

    #[test]
    fn words_that_are_changed_inserted_and_left_out_are_told() {
        check("one two three four", "one two three four", &[]);
        check("a b c d e f g", "a b c X e f g", &[("d", "X")]);
        check("a b c d e f g", "a b c e f g", &[("d", "")]);
        check("a b c d e f g", "a b c d Y Z e f g", &[("", "Y Z")]);
        check("а б в г д е", "а б в Ж д е", &[("г", "Ж")]);
        check("甲乙丙丁戊己庚辛壬癸子丑寅", "甲乙丙丁戊己卯辛壬癸子丑寅", &[("庚", "卯")]);
    }

    #[test]
    fn what_cannot_be_bridged_is_one_difference() {
        let filler = |stem: &str| (0..40).map(|i| format!("{stem}{i}")).collect::<Vec<_>>().join(" ");
        let (left, right) = (filler("l"), filler("r"));
        let (left, right) = (left.as_str(), right.as_str());
        check(&format!("a b c {left} x y z"), &format!("a b c {right} x y z"), &[(left, right)]);
        check(left, right, &[(left, right)]);
    }

    proptest! {
        #[test]
        fn between_differences_all_agrees(a in "[abc ]{0,60}", b in "[abc ]{0,60}") {
            let both = [tokens(&a), tokens(&b)];
            let gaps = differences(&both[0], &both[1], &(0..both[0].len()), &(0..both[1].len()));
            let mut at = (0, 0);
            for (t, s) in gaps.into_iter().chain([(both[0].len()..both[0].len(), both[1].len()..both[1].len())]) {
                prop_assert_eq!(&both[0].hashes()[at.0..t.start], &both[1].hashes()[at.1..s.start]);
                at = (t.end, s.end);
            }
        }
    }
}
