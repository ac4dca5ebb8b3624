//! Outline: two bytes for each token of an article, to tell without its text whether a passage can grow from a seed.
//!
//! In: tokens. Out: for each its weight (one bit) and fifteen bits of its hash. Archives share eight words in a row by
//! chance more often the larger they are, and such a seed grows nowhere; to find that out on the texts takes reading and
//! cutting both. Grown on outlines the seed comes as far, except where two tokens that differ look alike (one in 32,768)
//! just at an edit and lead the walk astray. What is long enough on outlines is always looked at on the texts; what is
//! too short there is not.

use std::ops::Range;

use crate::text::Tokens;

/// The bit of the second byte of a token that is one character of an unspaced script.
const UNSPACED: u8 = 0x80;

/// A token in an outline.
pub(super) type Mark = [u8; 2];

/// An article's outline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outline<'a>(pub(super) &'a [Mark]);

/// Appends the outline of a text, two bytes a token.
pub fn outline(tokens: &Tokens, into: &mut Vec<u8>) {
    let begin = into.len();
    into.extend(tokens.hashes().iter().flat_map(|hash| {
        let [low, high, ..] = hash.to_le_bytes();
        [low, high & !UNSPACED]
    }));
    let all = 0..tokens.len();
    if tokens.half_words(all.clone()) as usize == 2 * all.len() {
        return;
    }
    for token in all.filter(|&token| tokens.is_unspaced(token)) {
        into[begin + 2 * token + 1] |= UNSPACED;
    }
}

impl<'a> Outline<'a> {
    /// What [`outline`] wrote.
    pub(super) fn of(bytes: &'a [u8]) -> Outline<'a> {
        Outline(bytes.as_chunks().0)
    }

    /// How many tokens there are.
    pub(super) fn len(self) -> usize {
        self.0.len()
    }

    /// As [`Tokens::is_unspaced`].
    pub(super) fn is_unspaced(self, token: usize) -> bool {
        self.0[token][1] & UNSPACED != 0
    }

    /// As [`Tokens::half_words`], in linear time.
    pub(super) fn half_words(self, tokens: Range<usize>) -> u32 {
        self.0[tokens].iter().map(|token| if token[1] & UNSPACED == 0 { 2 } else { 1 }).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    #[test]
    fn an_outline_weighs_as_the_tokens_do() {
        for text in ["", "only words here", "東京2024年、ニュース and words", "漢"] {
            let mut tokens = Tokens::default();
            tokenize(text, 3, &mut tokens);
            let mut bytes = vec![7];
            outline(&tokens, &mut bytes);
            let outline = Outline::of(&bytes[1..]);
            assert_eq!(outline.len(), tokens.len());
            for token in 0..tokens.len() {
                assert_eq!(outline.is_unspaced(token), tokens.is_unspaced(token), "{text}");
                assert_eq!(outline.half_words(token..tokens.len()), tokens.half_words(token..tokens.len()));
            }
        }
    }
}
