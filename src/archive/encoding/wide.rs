//! UTF-16 without a mark: which of three readings of the same bytes is a text.
//!
//! In: the beginning of a text. Out: the order of its pairs, if it is UTF-16. The idea: a text uses few kinds of
//! characters, and most of them all the time, while bytes read as what they are not come out strewn over all scripts. So
//! the bytes are read in both orders, and byte by byte as they would be guessed, and for each reading it is counted how many
//! bits would write it down: each character its kind, at the price that the shares of the kinds in this reading give, and which
//! it is of that kind ([`kind`]). The shortest is the text. Ideographs count as common or rare by the first levels of the
//! character sets of the East, for wrong pairs fall on rare ones mostly. Where zeros stand needs no rule: Latin letters in the
//! wrong order are ideographs.
//!
//! It guarantees: the same beginning, the same answer; work linear in [`SAMPLE_BYTES`]; text that is ASCII letters and
//! blanks for the most part, without a zero, and valid UTF-8 without one are never UTF-16.
//!
//! Reference: the idea is that of two-part codes; Rissanen, "Modeling by shortest data description", Automatica 14 (1978).

use std::sync::LazyLock;

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_16BE, UTF_16LE};

/// How many bytes tell UTF-16.
const SAMPLE_BYTES: usize = 4096;
/// By so many bits must UTF-16 be the shorter: it is seldom met.
const MARGIN: f64 = 24.0;
/// Bits for a character that no text needs: what is strewn over the 65,536 needs 16.
const MOST_BITS: f64 = 14.5;
/// Of so many characters of a text at most one may be none: unpaired surrogates, controls, private use.
const CHARACTERS_TO_WRONG: u32 = 50;

/// The order of the pairs, if `bytes` are UTF-16. `guess` names the encoding that they have byte by byte.
pub(super) fn without_mark(
    bytes: &[u8],
    guess: impl FnOnce(&[u8]) -> Option<&'static Encoding>,
) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    if sample.len() < 4 {
        return None;
    }
    if !sample.contains(&0) {
        let plain = sample.iter().filter(|byte| byte.is_ascii_alphabetic() || **byte == b' ').count();
        if plain * 4 >= sample.len() * 3 || sample.is_ascii() || simdutf8::basic::from_utf8(sample).is_ok() {
            return None;
        }
    }
    let [little, big] = [UTF_16LE, UTF_16BE].map(|encoding| (Reading::of(sample, encoding), encoding));
    let (wide, encoding) = if big.0.bits < little.0.bits { big } else { little };
    if wide.wrong * CHARACTERS_TO_WRONG > wide.characters
        || wide.bits > MOST_BITS * f64::from(wide.characters)
    {
        return None;
    }
    let narrow = Reading::of(sample, guess(sample).unwrap_or(encoding_rs::UTF_8));
    (wide.bits + MARGIN < narrow.bits).then_some(encoding)
}

/// What a reading comes to.
#[derive(Clone, Copy, Debug)]
struct Reading {
    bits: f64,
    characters: u32,
    /// Characters that no text has.
    wrong: u32,
}

impl Reading {
    fn of(sample: &[u8], encoding: &'static Encoding) -> Reading {
        let text = encoding.decode_without_bom_handling(sample).0;
        // The last may have been cut.
        let text = text.strip_suffix('\u{FFFD}').unwrap_or(&text);
        let mut counts = [0_u32; KINDS];
        let mut bits = 0.0;
        for character in text.chars() {
            let (kind, within) = kind(character);
            counts[kind] += 1;
            bits += within;
        }
        let characters: u32 = counts.iter().sum();
        let all = f64::from(characters.max(1)).log2();
        for count in counts.into_iter().filter(|count| *count > 0) {
            // The second half is the price of saying how large the share is.
            bits += f64::from(count) * (all - f64::from(count).log2()) + all / 2.0;
        }
        Reading { bits, characters, wrong: counts[WRONG] }
    }
}

const WRONG: usize = 0;
/// Kinds that are blocks of 128 characters, below U+3000.
const BLOCKS: usize = 16;
const KINDS: usize = BLOCKS + (0x3000 >> 7);

/// The kind of a character, and the bits that say which of the kind it is: how many there are, as a power of two.
fn kind(character: char) -> (usize, f64) {
    let unit = u32::from(character);
    let common = || COMMON[unit as usize / 64] >> (unit % 64) & 1 == 1;
    match unit {
        0x20 => (1, 0.0),
        9 | 10 | 13 => (2, 1.6),
        0x61..=0x7A => (3, 4.7),
        0x41..=0x5A => (4, 4.7),
        0x30..=0x39 => (5, 3.3),
        0x21..=0x7E => (6, 5.0),
        // A stray control costs, but less than what is no character at all.
        0..0x20 | 0x7F..0xA0 => (WRONG, 12.0),
        0xE000..=0xF8FF | 0xFFF0..=0xFFFF => (WRONG, 24.0),
        0xA0..0x3000 => (BLOCKS + (unit as usize >> 7), 7.0),
        0x3000..=0x303F => (7, 6.0),
        0x3040..=0x30FF => (8, 7.6),
        0xFF01..=0xFF9F => (9, 7.3),
        0x4E00..=0x9FFF if common() => (10, 12.8),
        0x4E00..=0x9FFF => (11, 13.8),
        0xAC00..=0xD7A3 if common() => (12, 11.2),
        0xAC00..=0xD7A3 => (13, 13.1),
        _ => (14, 16.0),
    }
}

/// Ideographs and syllables of Hangul of the first levels of GB 2312, JIS X 0208 and Big5, and of KS X 1001: a bit each.
static COMMON: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut common = vec![0_u64; 0x1_0000 / 64];
    for (encoding, first, last) in [
        (GBK, [0xB0, 0xA1], [0xD7, 0xF9]),
        (SHIFT_JIS, [0x88, 0x9F], [0x98, 0x72]),
        (BIG5, [0xA4, 0x40], [0xC6, 0x7E]),
        (EUC_KR, [0xB0, 0xA1], [0xC8, 0xFE]),
    ] {
        for code in u16::from_be_bytes(first)..=u16::from_be_bytes(last) {
            let text = encoding.decode_without_bom_handling(&code.to_be_bytes()).0.into_owned();
            let mut characters = text.chars();
            // What is no code of two bytes gives more than a character, or U+FFFD.
            if let (Some(character @ '\u{1100}'..'\u{E000}'), None) = (characters.next(), characters.next()) {
                common[character as usize / 64] |= 1 << (character as u32 % 64);
            }
        }
    }
    common
});

#[cfg(test)]
mod tests {
    use crate::archive::encoding::{decode, of, tests::encoded};

    #[test]
    fn where_zeros_stand_says_the_order() {
        let english = "Shares rose 10.05 points to 2,000 on Monday. Sales were 300, 400 and 500 in 2007.";
        for (text, label) in [(english, "UTF-16BE"), (english, "UTF-16LE"), ("20, 30 or 50", "UTF-16BE")] {
            assert_eq!(decode(&encoded(text, label)).0, text, "{label}");
        }
    }

    #[test]
    fn japanese_is_wide_though_the_other_order_has_marks_too() {
        // 瀰 is U+7030, and ぱ U+3070 from the other side.
        let text = "女性の部屋は「汚い」と、７０％もの人が答えた。〇〇さん（３０歳）は、掃除が最も苦手だと言う。\u{3000}氵瀰";
        for label in ["UTF-16BE", "UTF-16LE"] {
            assert_eq!(decode(&encoded(text, label)).0, text, "{label}");
        }
    }

    #[test]
    fn latin_text_is_never_wide_without_zeros() {
        let text = "Copyright © 2019 Minor League Baseball.\n\nMinor League Baseball trademarks and copyrights are the \
                    property of Minor League Baseball. All Rights Reserved.";
        for from in 0..text.len() - 60 {
            let Some(rest) = text.get(from..) else { continue };
            let bytes = encoded(rest, "windows-1252");
            let wide = of(&bytes).is_some_and(|encoding| encoding.name().starts_with("UTF-16"));
            assert!(!wide, "{rest}");
        }
        assert_eq!(decode(&encoded(text, "windows-1252")).0, text);
    }

    #[test]
    fn zeros_between_words_and_bytes_at_random_are_no_utf_16() {
        let parted = "harbour\0wall\0divers found\0a crack\x001234\0".repeat(40);
        assert_eq!(of(parted.as_bytes()), None);
        let mut state = 7_u32;
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_le_bytes()[3] & 0x7F
        })
        .take(3_000)
        .collect();
        assert_eq!(of(&bytes), None);
    }
}
