//! Figures: the numbers that two texts tell, and whether each has some that the other has nowhere.
//!
//! In: two texts and their tokens. A figure is a run of digits (so `2nd`, `680` in `ب680`, `1436` in `1436هـ`; digits
//! of all scripts by value), or an English word for a number. An edited copy keeps its figures, or one side corrects one or
//! adds some; two issues of one outlet's form ("Fed adds reserves", a weather report) each have their own. Whole tokens
//! would not do: one newspaper writes `2016م` where another day it writes `2016`. Linear but for sorting the figures.

use crate::text::{Tokens, digit_value, tokenize};

/// Whether each of two lists of figures has one that the other has not.
pub(super) fn each_has_its_own(a: &[u64], b: &[u64]) -> bool {
    let only_in = |own: &[u64], other: &[u64]| own.iter().any(|figure| other.binary_search(figure).is_err());
    only_in(a, b) && only_in(b, a)
}

/// Tells figures.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    /// The token hashes of [`WORDS`], sorted.
    words: Vec<u64>,
    /// Which low bits these have, so that nearly every other token is told at once.
    bits: Vec<bool>,
}

/// So many low bits.
const BITS: u64 = 1 << 10;

impl Figures {
    /// For tokens that are hashed with this seed.
    pub(super) fn new(seed: u64) -> Figures {
        let mut tokens = Tokens::default();
        tokenize(&WORDS.join(" "), seed, &mut tokens);
        let mut words = tokens.hashes().to_vec();
        words.sort_unstable();
        let mut bits = vec![false; 1 << 10];
        for word in &words {
            bits[(word % BITS) as usize] = true;
        }
        Figures { words, bits }
    }

    /// All figures of a text, sorted, with the hashes of its tokens. Those in digits are none of those in words.
    pub(super) fn of(&self, text: &str, hashes: &[u64]) -> Vec<u64> {
        let is_word =
            |hash: &u64| self.bits[(hash % BITS) as usize] && self.words.binary_search(hash).is_ok();
        let mut found: Vec<u64> = hashes.iter().copied().filter(is_word).collect();
        let mut rest = text;
        while let Some(at) = may_begin(rest.as_bytes()) {
            rest = &rest[at..];
            let mut open = None;
            let mut read = 0;
            for character in rest.chars() {
                read += character.len_utf8();
                let Some(digit) = digit_value(character) else { break };
                // Leading zeros say nothing.
                let before = open.unwrap_or(0_u64);
                let more = u64::from(digit) + u64::from(before > 0 || digit > 0);
                open = Some(before.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(more));
            }
            found.extend(open);
            rest = &rest[read..];
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The first byte that may begin a digit. Few do in most texts: of 32 at a time it is asked whether any does, which is a
/// few instructions.
fn may_begin(bytes: &[u8]) -> Option<usize> {
    let may = |byte: &u8| byte.is_ascii_digit() || !byte.is_ascii();
    let blocks = bytes.chunks_exact(32);
    let without =
        blocks.take_while(|block| !block.iter().fold(false, |any, byte| any | may(byte))).count() * 32;
    bytes[without..].iter().position(may).map(|at| without + at)
}

const WORDS: [&str; 40] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "half",
    "third",
    "quarter",
    "first",
    "second",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "nil",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &str, b: &str, expect: bool) {
        let [of_a, of_b] = [a, b].map(|text| {
            let mut tokens = Tokens::default();
            tokenize(text, 7, &mut tokens);
            Figures::new(7).of(text, tokens.hashes())
        });
        assert_eq!(each_has_its_own(&of_a, &of_b), expect, "{a} | {b}");
        assert_eq!(each_has_its_own(&of_b, &of_a), expect, "{b} | {a}");
    }

    #[test]
    fn each_must_have_one_that_the_other_has_not() {
        check("It came to 3.5 dlrs.", "It came to 3.6 dlrs.", true);
        check("It came to 3.5 dlrs.", "It came to 3.5 dlrs, of 7.", false);
        check("Six died.", "seven died", true);
        check("Sixty-one died.", "SIXTY died.", false);
        check("", "12", false);
    }

    #[test]
    fn digits_are_told_inside_of_tokens_and_in_any_script() {
        check("عام 2016م", "عام ٢٠١٦", false);
        check("عام 2016م", "عام ٢٠١٥", true);
        check("on the 2nd", "on the 02", false);
        check("10", "1", true);
    }
}
