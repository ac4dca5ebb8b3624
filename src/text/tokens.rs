//! The tokenizer that the engine runs: text in, token hashes and spans out.
//!
//! Two passes over the text, both in blocks: [`Cut`] finds where tokens begin and end, then the hashes of 32 tokens
//! are made side by side from the eight bytes that each begins with. What is longer, or holds a character beyond
//! ASCII, is hashed again one by one. The result is [`super::reference::tokens`], token by token and hash by hash, on
//! every [`Kernel`]; property tests hold them together.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::cut::{AT_ONCE, Cut, Spans, place};
use super::fold::{ShortFold, fold};
use super::words::{ShortXxh3, first_bytes, is_beyond_ascii, lower_case};
use crate::kernel::{Kernel, Lanes, Task};

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
    kernel: Kernel,
    /// One for each span; longer than what it holds, as the spans are.
    hashes: Vec<u64>,
    spans: Spans,
    /// Half-words before each token and after the last; empty while every token is a whole word.
    half_words: Vec<u32>,
    folded: String,
}

impl Tokens {
    /// Empty buffers for tokenizing on a kernel of your choice; `default` takes the best.
    pub fn on(kernel: Kernel) -> Self {
        Tokens { kernel, ..Tokens::default() }
    }

    /// What tokenizing runs on.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Lets go of what is needed while tokenizing only, for tokens that are kept.
    pub fn slim(&mut self) {
        self.spans.slim();
        self.folded = String::new();
    }

    /// One hash per token: XXH3 of the folded token (64 bits, seeded).
    pub fn hashes(&self) -> &[u64] {
        &self.hashes[..self.len()]
    }

    /// Where token number `token` stands.
    pub fn span(&self, token: usize) -> TokenSpan {
        TokenSpan { begin: self.spans.begins()[token], end: self.spans.ends()[token] }
    }

    /// All spans, ascending, never overlapping.
    pub fn spans(&self) -> impl ExactSizeIterator<Item = TokenSpan> + '_ {
        let both = self.spans.begins().iter().zip(self.spans.ends());
        both.map(|(&begin, &end)| TokenSpan { begin, end })
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.spans.begins().len()
    }

    /// Whether the text holds no token.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
        self.spans.begins()[tokens.start] as usize..self.spans.ends()[tokens.end - 1] as usize
    }

    /// The tokens that begin in `[bytes.start, bytes.end)`. Logarithmic time.
    pub fn in_bytes(&self, bytes: &Range<usize>) -> Range<usize> {
        let before = |at: usize| self.spans.begins().partition_point(|&begin| (begin as usize) < at);
        before(bytes.start)..before(bytes.end)
    }

    fn weigh(&mut self) {
        self.half_words.clear();
        let unspaced = self.spans.unspaced();
        if unspaced.is_empty() {
            return;
        }
        self.half_words.reserve(self.len() + 1);
        self.half_words.push(0);
        let mut next = unspaced.iter().peekable();
        let (mut sum, count) = (0, self.len());
        for token in 0..count {
            // Indices were made from 32-bit numbers.
            let half = next.next_if(|&&at| at as usize == token).is_some();
            sum += if half { 1 } else { 2 };
            self.half_words.push(sum);
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
    tokens.kernel.run(Cut { text, seed, spans: &mut tokens.spans });
    let count = tokens.len();
    if tokens.hashes.len() < count + AT_ONCE {
        tokens.hashes.resize(count + AT_ONCE, 0);
    }
    let Tokens { kernel, hashes, spans, folded, .. } = tokens;
    kernel.run(Hash { text, seed, spans, hashes, folded });
    tokens.weigh();
}

/// Hashes the tokens of `text` that `spans` tells of.
struct Hash<'t, 's> {
    text: &'t str,
    seed: u64,
    spans: &'s Spans,
    hashes: &'s mut [u64],
    folded: &'s mut String,
}

impl Task for Hash<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Hash { text, seed, spans, hashes, folded } = self;
        let eights = Eights::of(text.as_bytes());
        let xxh3 = ShortXxh3::new(seed);
        let mut known = spans.hashed().iter().peekable();
        // Tokens that need more than their batch gives, gathered over some batches: a loop over a few at a time would end
        // where no branch predictor expects it.
        let mut rare = [0; RARE_AT_ONCE + AT_ONCE];
        for first in (0..spans.begins().len()).step_by(RARE_AT_ONCE) {
            let last = spans.begins().len().min(first + RARE_AT_ONCE);
            let mut count = 0;
            for at in (first..last).step_by(AT_ONCE) {
                let (begins, ends) = spans.at_once(at);
                let hashes = hashes[at..].first_chunk_mut().expect("as long as the spans and one batch");
                let bits = hash_batch(lanes, &eights, xxh3, begins, ends, hashes);
                let bits = bits & (u32::MAX >> AT_ONCE.saturating_sub(last - at));
                let to = rare[count..].first_chunk_mut().expect("room for one more batch");
                lanes.positions(u64::from(bits), place(at), to);
                count += bits.count_ones() as usize;
            }
            for &token in &rare[..count] {
                // Short words of ASCII that were hashed on the way have been hashed again with their batch.
                while known.next_if(|known| known.token < token).is_some() {}
                let hash = known.next_if(|known| known.token == token).map(|known| known.hash);
                let token = token as usize;
                let bytes = spans.begins()[token] as usize..spans.ends()[token] as usize;
                hashes[token] = hash.unwrap_or_else(|| hash_one(text, bytes, seed, xxh3, &eights, folded));
            }
        }
    }
}

/// Tokens after which those that need more are looked at; some batches.
const RARE_AT_ONCE: usize = 256;

/// Hashes 32 tokens by their first eight bytes. Returns which of them have more, or bytes beyond ASCII: their hashes
/// are not right yet.
#[inline(always)]
fn hash_batch<L: Lanes>(
    lanes: L,
    eights: &Eights<'_>,
    xxh3: ShortXxh3,
    begins: &[u32; AT_ONCE],
    ends: &[u32; AT_ONCE],
    hashes: &mut [u64; AT_ONCE],
) -> u32 {
    let words: [u64; AT_ONCE] = std::array::from_fn(|k| eights.at(begins[k] as usize));
    let mut rare = [0; AT_ONCE];
    for k in 0..AT_ONCE {
        let length = u64::from(ends[k] - begins[k]);
        let within = length.min(8);
        let word = first_bytes(words[k], within);
        rare[k] = u8::from(length > 8) | u8::from(is_beyond_ascii(word));
        hashes[k] = xxh3.up_to_8(lower_case(word), within);
    }
    lanes.not_zero(&rare)
}

/// A text of which eight bytes can be had anywhere, as one number; beyond its end there are zeros.
struct Eights<'t> {
    bytes: &'t [u8],
    last: u64,
    last_at: usize,
}

impl<'t> Eights<'t> {
    #[inline(always)]
    fn of(bytes: &'t [u8]) -> Self {
        let last_at = bytes.len().saturating_sub(8);
        let mut last = [0; 8];
        last[..bytes.len() - last_at].copy_from_slice(&bytes[last_at..]);
        Eights { bytes, last: u64::from_le_bytes(last), last_at }
    }

    /// From `at` on, which is in the text.
    #[inline(always)]
    fn at(&self, at: usize) -> u64 {
        match self.bytes[at..].first_chunk() {
            Some(eight) => u64::from_le_bytes(*eight),
            None => self.last >> (8 * (at - self.last_at)),
        }
    }
}

/// Hashes one token of any kind.
#[inline(always)]
fn hash_one(
    text: &str,
    token: Range<usize>,
    seed: u64,
    xxh3: ShortXxh3,
    eights: &Eights<'_>,
    folded: &mut String,
) -> u64 {
    let length = token.len();
    if (9..=16).contains(&length) {
        let (first, last) = (eights.at(token.start), eights.at(token.end - 8));
        if !is_beyond_ascii(first | last) {
            return xxh3.of_9_to_16(lower_case(first), lower_case(last), length as u64);
        }
    }
    hash_folded(&text[token], seed, xxh3, folded)
}

/// Folds first, then hashes what that gave.
fn hash_folded(token: &str, seed: u64, xxh3: ShortXxh3, folded: &mut String) -> u64 {
    if let Some((bytes, length)) = ShortFold::of(token).get() {
        return xxh3.up_to_16(bytes, length);
    }
    folded.clear();
    fold(token, folded);
    xxh3_64_with_seed(folded.as_bytes(), seed)
}

#[cfg(test)]
mod tests {
    use super::super::reference;
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expect: &[&str]) {
        let mut tokens = Tokens::default();
        tokenize(text, 0, &mut tokens);
        let cut: Vec<&str> = tokens.spans().map(|s| &text[s.begin as usize..s.end as usize]).collect();
        assert_eq!(cut, expect, "{text:?}");
        agrees_with_reference(text);
    }

    fn agrees_with_reference(text: &str) {
        for kernel in Kernel::all() {
            agrees_on(kernel, text);
        }
    }

    fn agrees_on(kernel: Kernel, text: &str) {
        let mut tokens = Tokens::on(kernel);
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

    /// Every length, at every distance from the begin of a block, where words, blanks and other scripts meet its edge.
    #[test]
    fn every_length_and_every_alignment() {
        let texts = [
            "The council’s plan, a 42-page report by the Harbour Authority, was published on 3 May 2024 at 10:15. ".repeat(4),
            "Ab9 ".repeat(100),
            "co\u{AD}operate naïve 東京 2024 plain ascii words here and Москва ".repeat(6),
        ];
        for text in &texts {
            for begin in (0..64).filter(|&begin| text.is_char_boundary(begin)) {
                let ends = (begin..=begin + 300).filter(|&end| text.is_char_boundary(end));
                // All lengths at one alignment, and all alignments at the lengths around a block: both cover each edge.
                for end in
                    ends.filter(|end| begin % 16 == 0 || (end - begin) % 64 < 3 || (end - begin) % 64 > 61)
                {
                    kernels_agree(&text[begin..end]);
                }
            }
        }
    }

    /// Tokens are hashed by 32 and those that need more by 256: longer texts end anywhere between.
    #[test]
    fn counts_of_tokens_around_what_is_done_at_once() {
        let word = |k: usize| match k % 32 {
            0 => "incomprehensibilities ",
            1 => "naïve ",
            30 => "co\u{AD}operative ",
            31 => "漢 ",
            _ => "of ",
        };
        for count in [31, 32, 33, 255, 256, 257, 511, 512, 513, 1500] {
            kernels_agree(&(0..count).map(word).collect::<String>());
        }
    }

    /// A word that passes between ASCII and other characters without end was folded from its begin each time.
    #[test]
    fn a_long_word_of_two_scripts_is_linear() {
        let mut tokens = Tokens::default();
        for word in ["éabcdefgh".repeat(40_000), "\u{AD}abcdefgh".repeat(40_000)] {
            tokenize(&word, 0, &mut tokens);
            assert_eq!(tokens.len(), 1);
        }
        kernels_agree(&"éabcdefgh".repeat(100));
    }

    /// One look by the reference for all kernels.
    fn kernels_agree(text: &str) {
        let expect: Vec<(Range<usize>, u64)> =
            reference::tokens(text).into_iter().map(|token| (token.bytes.clone(), token.hash(7))).collect();
        for kernel in Kernel::all() {
            let mut tokens = Tokens::on(kernel);
            tokenize(text, 7, &mut tokens);
            let got: Vec<(Range<usize>, u64)> =
                (0..tokens.len()).map(|k| (tokens.bytes(k..k + 1), tokens.hashes()[k])).collect();
            assert_eq!(got, expect, "{kernel:?} {text:?}");
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
