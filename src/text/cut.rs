//! Where tokens begin and end.
//!
//! ASCII text is cut 64 bytes at a time: one bit a byte tells letters and digits, a bit that differs from the one
//! before it is an edge, and the positions of the edges are written out together. A character beyond ASCII ends that:
//! from there on characters are looked at one by one, until the next eight bytes are ASCII again. A word that is open
//! where one way ends is carried on by the other, so that both together cut as the definition says
//! ([`super::reference`]).

use super::characters::{character, of_basic_plane};
use super::classes::Class;
use super::fold::ShortFold;
use super::words::{ShortXxh3, is_beyond_ascii};
use crate::kernel::{Bytes, Kernel, Lanes, Task};

/// Places that are written at once; the buffers are longer by as many than what they hold.
pub(super) const AT_ONCE: usize = 32;

/// Begins and ends of the tokens of one text, in bytes, ascending; the buffers are kept when reused.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    /// Filled up to `count`; what follows is left over.
    begins: Vec<u32>,
    ends: Vec<u32>,
    count: usize,
    /// Which tokens are one character of an unspaced script, ascending.
    unspaced: Vec<u32>,
    /// Hashes of tokens that were folded while they were cut, ascending by token.
    hashed: Vec<Hashed>,
}

/// The hash of one token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hashed {
    pub(super) token: u32,
    pub(super) hash: u64,
}

impl Spans {
    /// First byte of each token.
    pub(super) fn begins(&self) -> &[u32] {
        &self.begins[..self.count]
    }

    /// The byte after the last of each token.
    pub(super) fn ends(&self) -> &[u32] {
        &self.ends[..self.count]
    }

    /// Begins and ends of the tokens from `first` on. Behind the last token stand some of one byte, at the start of the
    /// text.
    #[inline(always)]
    pub(super) fn at_once(&self, first: usize) -> (&[u32; AT_ONCE], &[u32; AT_ONCE]) {
        let both = (self.begins[first..].first_chunk(), self.ends[first..].first_chunk());
        let (Some(begins), Some(ends)) = both else {
            unreachable!("the buffers are longer than what they hold")
        };
        (begins, ends)
    }

    fn finish(&mut self) {
        self.make_room(self.count);
        self.begins[self.count..][..AT_ONCE].fill(0);
        self.ends[self.count..][..AT_ONCE].fill(1);
    }

    /// Which tokens are unspaced, ascending.
    pub(super) fn unspaced(&self) -> &[u32] {
        &self.unspaced
    }

    /// The hashes that are known already, ascending by token.
    pub(super) fn hashed(&self) -> &[Hashed] {
        &self.hashed
    }

    /// Lets go of the hashes that are known already.
    pub(super) fn slim(&mut self) {
        self.hashed = Vec::new();
        self.unspaced = Vec::new();
    }

    fn clear(&mut self, text_bytes: usize) {
        self.count = 0;
        self.unspaced.clear();
        self.hashed.clear();
        // English has a token for every six bytes. More room is made when it is needed.
        self.make_room(text_bytes / 5);
    }

    /// Makes the buffers large enough for so many tokens and one more writing at once.
    #[inline(always)]
    fn make_room(&mut self, tokens: usize) {
        let wanted = tokens + 2 * AT_ONCE;
        if self.begins.len() < wanted {
            let length = wanted.max(2 * self.begins.len().min(tokens));
            self.begins.resize(length, 0);
            self.ends.resize(length, 0);
        }
    }

    #[inline(always)]
    fn push(&mut self, run: &Run, xxh3: ShortXxh3) {
        // Marks alone make no token.
        if !run.holds_base {
            return;
        }
        self.make_room(self.count);
        self.begins[self.count] = place(run.begin);
        self.ends[self.count] = place(run.end);
        let token = place(self.count);
        if run.unspaced {
            self.unspaced.push(token);
        }
        if let Some((bytes, length)) = run.folded.get() {
            self.hashed.push(Hashed { token, hash: xxh3.up_to_16(bytes, length) });
        }
        self.count += 1;
    }
}

#[inline(always)]
pub(super) fn place(at: usize) -> u32 {
    u32::try_from(at).expect("tokenize asserts that the text is under 2 GiB")
}

/// Cuts `text` into `spans`; what is hashed on the way is hashed with `seed`.
pub(super) struct Cut<'t, 's> {
    pub(super) text: &'t str,
    pub(super) seed: u64,
    pub(super) spans: &'s mut Spans,
}

impl Task for Cut<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Cut { text, seed, spans } = self;
        let xxh3 = ShortXxh3::new(seed);
        spans.clear(text.len());
        let bytes = text.as_bytes();
        let mut at = 0;
        // Whether a word is open at `at`: its begin is written already, behind the last token.
        let mut open = false;
        while at < bytes.len() {
            let (ascii, still_open) = if let Some(block) = bytes[at..].first_chunk() {
                cut_block(lanes, block, at, open, spans)
            } else {
                // Zeros belong to no word: they close one that ends with the text.
                let mut block = [0; 64];
                block[..bytes.len() - at].copy_from_slice(&bytes[at..]);
                cut_block(lanes, &block, at, open, spans)
            };
            (at, open) = (at + ascii, still_open);
            if ascii < 64 {
                (at, open) = cut_characters(text, at, open, xxh3, spans);
            }
        }
        if open {
            spans.ends[spans.count] = place(bytes.len());
            spans.count += 1;
        }
        spans.finish();
    }
}

/// Cuts a block up to its first character beyond ASCII. Returns how many bytes that is, and whether a word is open
/// there.
#[inline(always)]
fn cut_block<L: Lanes>(
    lanes: L,
    block: &[u8; 64],
    at: usize,
    open: bool,
    spans: &mut Spans,
) -> (usize, bool) {
    let Bytes { alphanumeric, beyond_ascii } = lanes.bytes(block);
    let ascii = beyond_ascii.trailing_zeros();
    let within = 1_u64.checked_shl(ascii).map_or(u64::MAX, |bit| bit - 1);
    let word = alphanumeric & within;
    let after_word = word << 1 | u64::from(open);
    let (begins, ends) = (word & !after_word, after_word & !word & within);
    let count = spans.count;
    let begun = count + usize::from(open);
    spans.make_room(begun);
    let base = place(at);
    write(lanes, begins, base, &mut spans.begins[begun..]);
    write(lanes, ends, base, &mut spans.ends[count..]);
    spans.count = count + ends.count_ones() as usize;
    (ascii as usize, begun + begins.count_ones() as usize > spans.count)
}

#[inline(always)]
fn write<L: Lanes>(lanes: L, bits: u64, base: u32, to: &mut [u32]) {
    lanes.positions(bits, base, to.first_chunk_mut::<AT_ONCE>().expect("there is room for one more writing"));
}

/// How many runs of ASCII letters and digits there are: the masks of the tokenizer and a count of them, nothing else.
/// Its floor in benches; characters beyond ASCII count as blanks.
pub fn count_ascii_words(kernel: Kernel, text: &[u8]) -> usize {
    kernel.run(CountWords(text))
}

struct CountWords<'t>(&'t [u8]);

impl Task for CountWords<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> usize {
        let (blocks, rest) = self.0.as_chunks::<64>();
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        let (mut count, mut open) = (0, 0);
        for block in blocks.iter().chain([&last]) {
            let word = lanes.bytes(block).alphanumeric;
            count += (word & !(word << 1 | open)).count_ones() as usize;
            open = word >> 63;
        }
        count
    }
}

/// A token that characters beyond ASCII take part in, as far as it is known.
struct Run {
    begin: usize,
    /// After the last character that is not ignorable.
    end: usize,
    /// Marks alone make no token.
    holds_base: bool,
    unspaced: bool,
    folded: ShortFold,
}

/// Cuts character by character from `at` on, until eight bytes of ASCII follow or the text ends. Returns where that
/// is, and whether a word is open there, with its begin written behind the last token.
fn cut_characters(
    text: &str,
    mut at: usize,
    open: bool,
    xxh3: ShortXxh3,
    spans: &mut Spans,
) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut run = open.then(|| {
        let begin = spans.begins[spans.count] as usize;
        let folded = ShortFold::of(&text[begin..at]);
        Run { begin, end: at, holds_base: true, unspaced: false, folded }
    });
    while let Some(&first) = bytes.get(at) {
        let (character, next) = if first < 0x80 {
            if follows_ascii(&bytes[at..]) {
                match run {
                    Some(Run { begin, unspaced: false, .. }) if first.is_ascii_alphanumeric() => {
                        spans.make_room(spans.count);
                        spans.begins[spans.count] = place(begin);
                        return (at, true);
                    }
                    _ => break,
                }
            }
            (of_basic_plane(usize::from(first)), at + 1)
        } else {
            let follows = |byte: usize| usize::from(bytes[at + byte] & 0x3F);
            let first = usize::from(first);
            if first < 0xE0 {
                (of_basic_plane((first & 0x1F) << 6 | follows(1)), at + 2)
            } else if first < 0xF0 {
                (of_basic_plane((first & 0x0F) << 12 | follows(1) << 6 | follows(2)), at + 3)
            } else {
                (character(text[at..].chars().next().unwrap_or_default()), at + 4)
            }
        };
        match (character.class(), &mut run) {
            (Class::Ignorable, _) | (Class::Separator, None) => {}
            (Class::Separator, _) => {
                if let Some(run) = run.take() {
                    spans.push(&run, xxh3);
                }
            }
            (Class::Mark, Some(run)) => {
                run.end = next;
                run.folded.push(character);
            }
            (Class::Word, Some(run @ Run { unspaced: false, .. })) => {
                run.holds_base = true;
                run.end = next;
                run.folded.push(character);
            }
            (class, _) => {
                let mut folded = ShortFold::EMPTY;
                folded.push(character);
                let (holds_base, unspaced) = (class != Class::Mark, class == Class::Unspaced);
                if let Some(run) = run.replace(Run { begin: at, end: next, holds_base, unspaced, folded }) {
                    spans.push(&run, xxh3);
                }
            }
        }
        at = next;
    }
    if let Some(run) = run {
        spans.push(&run, xxh3);
    }
    (at, false)
}

/// Whether the next eight bytes, or those that are left, are ASCII.
#[inline(always)]
fn follows_ascii(bytes: &[u8]) -> bool {
    let eight = bytes.first_chunk::<8>().map(|eight| u64::from_le_bytes(*eight));
    eight.map_or_else(|| bytes.is_ascii(), |eight| !is_beyond_ascii(eight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_ascii_are_counted() {
        let text = "One word, 2 words. ".repeat(20) + "é x";
        for length in 0..text.len() {
            let text = &text.as_bytes()[..length];
            let expect =
                text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).count();
            for kernel in Kernel::all() {
                assert_eq!(count_ascii_words(kernel, text), expect, "{length} {kernel:?}");
            }
        }
    }
}
