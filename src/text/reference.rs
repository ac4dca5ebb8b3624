//! The tokenizer as its definition reads: the judge of [`super::tokenize`] and the model for other
//! languages. Slow on purpose: it decodes everything first and copies every token.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::classes::{Class, class_of};
use super::fold::fold_by_definition;

/// One token as the reference sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceToken {
    /// Where it stands, in bytes of the text.
    pub bytes: Range<usize>,
    /// What is hashed: the folded characters.
    pub folded: String,
    /// Whether it is one character of an unspaced script (and so counts half a word).
    pub unspaced: bool,
}

impl ReferenceToken {
    /// XXH3 (64 bits, seeded) of the folded token as UTF-8.
    pub fn hash(&self, seed: u64) -> u64 {
        xxh3_64_with_seed(self.folded.as_bytes(), seed)
    }
}

/// All tokens of `text`, in order.
///
/// A token is either one unspaced character with the marks (and ignorables between them) that follow it,
/// or a longest run of word characters, marks and ignorables that holds at least one word character.
/// Ignorables at either edge are left out.
pub fn tokens(text: &str) -> Vec<ReferenceToken> {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let class_at = |i: usize| characters.get(i).map(|&(_, c)| class_of(c));
    let mut tokens = Vec::new();
    let mut i = 0;
    while let Some(class) = class_at(i) {
        let begin = i;
        i += 1;
        let unspaced = class == Class::Unspaced;
        match class {
            Class::Separator | Class::Ignorable => continue,
            Class::Unspaced => {
                while matches!(class_at(i), Some(Class::Mark | Class::Ignorable)) {
                    i += 1;
                }
            }
            Class::Word | Class::Mark => {
                while matches!(class_at(i), Some(Class::Word | Class::Mark | Class::Ignorable)) {
                    i += 1;
                }
                if !(begin..i).any(|k| class_at(k) == Some(Class::Word)) {
                    continue;
                }
            }
        }
        let mut last = i - 1;
        while class_at(last) == Some(Class::Ignorable) {
            last -= 1;
        }
        let (at, character) = characters[last];
        let bytes = characters[begin].0..at + character.len_utf8();
        tokens.push(ReferenceToken { folded: fold_by_definition(&text[bytes.clone()]), bytes, unspaced });
    }
    tokens
}
