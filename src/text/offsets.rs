//! From byte offsets to character offsets.
//!
//! Reports name every span in bytes and in Unicode scalar values. Counting characters from the start for
//! each span would be quadratic in a long text, so [`CharOffsets`] keeps a count every [`STRIDE`] bytes.

use std::ops::Range;

/// Bytes between two remembered counts: a look-up counts 128 bytes on average and the counts take a 64th of the text.
const STRIDE: usize = 256;

/// Character counts of one text.
#[derive(Clone, Debug)]
pub struct CharOffsets<'t> {
    text: &'t str,
    /// Characters that begin before `i * STRIDE` bytes.
    counts: Vec<u32>,
}

impl<'t> CharOffsets<'t> {
    /// Counts the characters of `text` once; linear.
    pub fn of(text: &'t str) -> Self {
        let mut counts = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut sum = 0;
        for block in text.as_bytes().chunks(STRIDE) {
            counts.push(sum);
            sum += begins(block);
        }
        counts.push(sum);
        CharOffsets { text, counts }
    }

    /// How many characters begin before byte `at`, which must be a character boundary or the text's end.
    pub fn chars_before(&self, at: usize) -> usize {
        let block = at / STRIDE;
        (self.counts[block] + begins(&self.text.as_bytes()[block * STRIDE..at])) as usize
    }

    /// The same span in characters.
    pub fn chars(&self, bytes: &Range<usize>) -> Range<usize> {
        self.chars_before(bytes.start)..self.chars_before(bytes.end)
    }
}

/// Characters that begin in `bytes`: all but continuation bytes (`10xxxxxx`).
fn begins(bytes: &[u8]) -> u32 {
    let count = bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
    u32::try_from(count).expect("texts are under 2 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_boundary_of_mixed_text() {
        let text = "aé漢😀\u{301}".repeat(700);
        let offsets = CharOffsets::of(&text);
        for (chars, (bytes, _)) in text.char_indices().enumerate() {
            assert_eq!(offsets.chars_before(bytes), chars);
        }
        assert_eq!(offsets.chars_before(text.len()), text.chars().count());
        assert_eq!(CharOffsets::of("").chars_before(0), 0);
        for length in [STRIDE - 1, STRIDE, STRIDE + 1, 2 * STRIDE] {
            let text = "x".repeat(length);
            assert_eq!(CharOffsets::of(&text).chars(&(1..length)), 1..length);
        }
    }
}
