//! The tokenizer that the engine runs: text in, token hashes and spans out, in one pass.
//!
//! ASCII words are found, folded and hashed in registers (`words`); whatever holds a character
//! beyond ASCII takes the Unicode path for that one token. The result is [`super::reference::tokens`],
//! token by token and hash by hash; property tests hold the two together.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::classes::{Class, class_of};
use super::fold::fold;
use super::words;

/// Where a token stands, in bytes of its text: `[begin, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenSpan {
    /// First byte of the token.
    pub begin: u32,
    /// The byte after its last.
    pub end: u32,
}

/// The tokens of one text: hashes and spans side by side, buffers kept when reused.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    hashes: Vec<u64>,
    spans: Vec<TokenSpan>,
    /// Half-words before each token and after the last; empty while every token is a whole word.
    half_words: Vec<u32>,
    folded: String,
}

impl Tokens {
    /// One hash per token: XXH3 of the folded token (64 bits, seeded).
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// One span per token, ascending, never overlapping.
    pub fn spans(&self) -> &[TokenSpan] {
        &self.spans
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether the text holds no token.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Length of a range of tokens in half-words: 2 for a word, 1 for a character of an unspaced script.
    /// Constant time.
    pub fn half_words(&self, tokens: Range<usize>) -> u32 {
        if self.half_words.is_empty() {
            // Texts are under 2 GiB, so no text holds 2^31 tokens.
            u32::try_from(2 * tokens.len()).unwrap_or(u32::MAX)
        } else {
            self.half_words[tokens.end] - self.half_words[tokens.start]
        }
    }

    /// Length of a range of tokens in words, halves rounded up.
    pub fn words(&self, tokens: Range<usize>) -> u32 {
        self.half_words(tokens).div_ceil(2)
    }

    /// Whether a token is one character of an unspaced script.
    pub fn is_unspaced(&self, token: usize) -> bool {
        self.half_words(token..token + 1) == 1
    }

    /// The bytes from the first of the tokens to the last. Empty ranges have no place and give `0..0`.
    pub fn bytes(&self, tokens: Range<usize>) -> Range<usize> {
        if tokens.is_empty() {
            return 0..0;
        }
        self.spans[tokens.start].begin as usize..self.spans[tokens.end - 1].end as usize
    }

    /// The tokens that begin in `[bytes.start, bytes.end)`. Logarithmic time.
    pub fn in_bytes(&self, bytes: &Range<usize>) -> Range<usize> {
        let before = |at: usize| self.spans.partition_point(|span| (span.begin as usize) < at);
        before(bytes.start)..before(bytes.end)
    }

    fn clear(&mut self) {
        self.hashes.clear();
        self.spans.clear();
        self.half_words.clear();
    }

    /// Makes room for the tokens of a text of so many bytes: English has one for every six.
    fn reserve(&mut self, text_bytes: usize) {
        self.hashes.reserve(text_bytes / 5);
        self.spans.reserve(text_bytes / 5);
    }

    fn push(&mut self, hash: u64, bytes: Range<usize>, unspaced: bool) {
        if unspaced && self.half_words.is_empty() {
            // The first half word of this text: until now every token counted two halves.
            self.half_words.extend((0..=self.hashes.len()).map(|k| u32::try_from(2 * k).unwrap_or(u32::MAX)));
        }
        self.hashes.push(hash);
        let place = |at: usize| u32::try_from(at).expect("tokenize asserts that the text is under 2 GiB");
        self.spans.push(TokenSpan { begin: place(bytes.start), end: place(bytes.end) });
        if let Some(&before) = self.half_words.last() {
            self.half_words.push(before + if unspaced { 1 } else { 2 });
        }
    }
}

/// The longest text the engine takes, in bytes: offsets and half-word counts fit 32 bits.
pub const MAX_TEXT_BYTES: usize = i32::MAX as usize;

/// Cuts `text` into tokens and hashes them with `seed`; what `tokens` held before is dropped, its buffers
/// are reused. Linear time.
///
/// # Panics
/// If the text is longer than [`MAX_TEXT_BYTES`]; readers refuse such records.
pub fn tokenize(text: &str, seed: u64, tokens: &mut Tokens) {
    assert!(text.len() <= MAX_TEXT_BYTES, "records are bounded before they are tokenized");
    tokens.clear();
    tokens.reserve(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphanumeric() {
            let word = AsciiWord::at(bytes, at, seed);
            let end = at + word.length;
            // A character beyond ASCII may belong to the word (é, a combining mark, a soft hyphen).
            if bytes.get(end).is_none_or(u8::is_ascii) {
                tokens.push(word.hash, at..end, false);
                at = end;
            } else {
                at = unicode_token(text, at, seed, tokens);
            }
        } else if byte.is_ascii() {
            at += 1;
        } else {
            at = unicode_token(text, at, seed, tokens);
        }
    }
}

/// A run of ASCII letters and digits.
struct AsciiWord {
    length: usize,
    hash: u64,
}

impl AsciiWord {
    /// The longest run from `at` on, where at least one byte belongs to it.
    #[inline(always)]
    fn at(bytes: &[u8], at: usize, seed: u64) -> Self {
        let Some(&eight) = bytes[at..].first_chunk::<8>() else { return Self::long(&bytes[at..], seed) };
        let word = u64::from_le_bytes(eight);
        let length = words::leading_alphanumerics(word);
        if length == 8 {
            return Self::long(&bytes[at..], seed);
        }
        let folded = words::lower_case(words::first_bytes(word, length));
        AsciiWord { length, hash: words::xxh3_of(folded, length, seed) }
    }

    /// Words of eight bytes and more, and those at the very end of a text.
    fn long(bytes: &[u8], seed: u64) -> Self {
        const SHORT: usize = 64;
        let length = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let hash = if length <= SHORT {
            let mut folded = [0; SHORT];
            for (to, from) in folded.iter_mut().zip(&bytes[..length]) {
                *to = from.to_ascii_lowercase();
            }
            xxh3_64_with_seed(&folded[..length], seed)
        } else {
            xxh3_64_with_seed(&bytes[..length].to_ascii_lowercase(), seed)
        };
        AsciiWord { length, hash }
    }
}

/// Reads one token, or skips one character that begins none, from `at`; returns where to go on.
fn unicode_token(text: &str, at: usize, seed: u64, tokens: &mut Tokens) -> usize {
    let mut characters = text[at..].char_indices().map(|(i, c)| (at + i, c));
    let Some((_, first)) = characters.next() else { return text.len() };
    let first_class = class_of(first);
    if matches!(first_class, Class::Separator | Class::Ignorable) {
        return at + first.len_utf8();
    }
    let unspaced = first_class == Class::Unspaced;
    let mut holds_base = unspaced || first_class == Class::Word;
    let mut end = at + first.len_utf8(); // after the last character that is not ignorable
    let mut next = text.len(); // the first character that is no part of the run
    for (i, character) in characters {
        match class_of(character) {
            Class::Mark => end = i + character.len_utf8(),
            Class::Word if !unspaced => {
                holds_base = true;
                end = i + character.len_utf8();
            }
            Class::Ignorable => {}
            _ => {
                next = i;
                break;
            }
        }
    }
    if holds_base {
        let mut folded = std::mem::take(&mut tokens.folded);
        folded.clear();
        fold(&text[at..end], &mut folded);
        let hash = xxh3_64_with_seed(folded.as_bytes(), seed);
        tokens.folded = folded;
        tokens.push(hash, at..end, unspaced);
    }
    next
}

#[cfg(test)]
mod tests {
    use super::super::reference;
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expect: &[&str]) {
        let mut tokens = Tokens::default();
        tokenize(text, 0, &mut tokens);
        let cut: Vec<&str> = tokens.spans().iter().map(|s| &text[s.begin as usize..s.end as usize]).collect();
        assert_eq!(cut, expect, "{text:?}");
        agrees_with_reference(text);
    }

    fn agrees_with_reference(text: &str) {
        let mut tokens = Tokens::default();
        tokenize("left over 漢字 from before", 9, &mut tokens);
        tokenize(text, 7, &mut tokens);
        let reference = reference::tokens(text);
        assert_eq!(tokens.len(), reference.len(), "{text:?}");
        for (i, expect) in reference.iter().enumerate() {
            assert_eq!(tokens.bytes(i..i + 1), expect.bytes, "{text:?}");
            assert_eq!(tokens.hashes()[i], expect.hash(7), "{text:?}");
            assert_eq!(tokens.is_unspaced(i), expect.unspaced, "{text:?}");
        }
        let halves: usize = reference.iter().map(|t| if t.unspaced { 1 } else { 2 }).sum();
        assert_eq!(tokens.half_words(0..tokens.len()) as usize, halves);
    }

    #[test]
    fn words_of_many_scripts() {
        check("The quick-brown fox’s 3.5 km", &["The", "quick", "brown", "fox", "s", "3", "5", "km"]);
        check("東京2024年、ニュース", &["東", "京", "2024", "年", "ニ", "ュ", "ー", "ス"]);
        check("وكالة الأنباء (واس)", &["وكالة", "الأنباء", "واس"]);
        check("co\u{AD}op\u{200B}erate\u{200B} x", &["co\u{AD}op\u{200B}erate", "x"]);
        check("\u{FEFF}Hello\u{FE0F}", &["Hello"]);
        check(" \u{301}\u{302} ", &[]);
        check("กำลังใจ", &["ก", "ำ", "ลั", "ง", "ใ", "จ"]);
        check("cafe\u{301}—bar", &["cafe\u{301}", "bar"]);
        check("", &[]);
        check("...", &[]);
    }

    #[test]
    fn every_length_of_ascii_word() {
        for length in 0..300 {
            agrees_with_reference(&"Ab9".repeat(100)[..length]);
            agrees_with_reference(&format!("{}é x", &"Ab9".repeat(100)[..length]));
        }
    }

    #[test]
    fn half_words_count_unspaced_characters_once() {
        let mut tokens = Tokens::default();
        tokenize("two words 漢字 and", 0, &mut tokens);
        assert_eq!(tokens.half_words(0..5), 8);
        assert_eq!(tokens.words(2..4), 1);
        assert_eq!(tokens.words(2..3), 1);
        assert_eq!(tokens.in_bytes(&(4..13)), 1..3);
    }

    proptest! {
        #[test]
        fn the_fast_tokenizer_is_the_reference(text in "(\\PC|[ a-zA-Z0-9漢กが]|\\x{AD}|\\x{200B}|\\x{301}){0,60}") {
            agrees_with_reference(&text);
        }

        #[test]
        fn any_scalars_at_all(text in prop::collection::vec(any::<char>(), 0..60)) {
            agrees_with_reference(&text.into_iter().collect::<String>());
        }
    }
}
