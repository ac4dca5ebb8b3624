//! Folding: what of a token is hashed.
//!
//! Two spellings of one word must give one hash, so a token's characters are folded before hashing (and
//! only then: offsets always speak of the original). Folding drops ignorable characters, then applies
//! NFKC, full case folding, and NFKC again (folding can leave the normal form): nearly Unicode's
//! `toNFKC_Casefold` (The Unicode Standard, section 3.13, definition 147).
//!
//! For a run of inert characters (`characters`) folding is a table look-up per character; [`fold`] and
//! `ShortFold` take that path where they can. All ways are the same function.

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;

use super::characters::{self, Character};
use super::classes::{Class, class_of};

/// Appends the folded form of one token's characters to `folded`.
///
/// `token` is the token as it stands in the text. Cost: linear; allocates only where a character is not
/// inert.
pub fn fold(token: &str, folded: &mut String) {
    let start = folded.len();
    let mut reordered = false;
    for character in token.chars().map(characters::character) {
        if character.class() == Class::Ignorable {
            continue;
        }
        let bytes = character.folded().to_le_bytes();
        let length = bytes.iter().position(|&byte| byte == 0).unwrap_or(0);
        let inert = std::str::from_utf8(&bytes[..length]).unwrap_or_default();
        if inert.is_empty() || character.reorders() && reordered {
            folded.truncate(start);
            folded.push_str(&fold_by_definition(token));
            return;
        }
        reordered = character.reorders();
        folded.push_str(inert);
    }
}

/// Some times the sixteen bytes that a folded form may have, for ignorables among them.
const MOST_FOLDED_BYTES: usize = 64;

/// The folded form of a token in one number, the first byte lowest, gathered character by character: as [`fold`] gives
/// it, where that is at most sixteen bytes of inert characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShortFold {
    bytes: u128,
    length: u64,
    reordered: bool,
    fits: bool,
}

impl ShortFold {
    /// Of no characters.
    pub(super) const EMPTY: ShortFold = ShortFold { bytes: 0, length: 0, reordered: false, fits: true };

    /// Of all characters of a token. What is so long is not looked at: it hardly ever fits, and a word that passes from
    /// ASCII to other characters again and again would be looked at from its begin each time.
    pub(super) fn of(token: &str) -> Self {
        if token.len() > MOST_FOLDED_BYTES {
            return ShortFold { fits: false, ..ShortFold::EMPTY };
        }
        let mut folded = ShortFold::EMPTY;
        for character in token.chars().map(characters::character) {
            if character.class() != Class::Ignorable {
                folded.push(character);
            }
        }
        folded
    }

    /// Adds a character that is not ignorable.
    #[inline(always)]
    pub(super) fn push(&mut self, character: Character) {
        let inert = character.folded();
        self.fits &= inert != 0 && !(character.reorders() && self.reordered);
        self.reordered = character.reorders();
        // Counted beyond 16, up to where the sum could wrap, and shifted by what is defined: `fits` tells.
        self.bytes |= u128::from(inert) << (8 * (self.length & 15));
        self.length += u64::from(inert.checked_ilog2().unwrap_or(0) / 8 + 1);
        self.fits &= self.length <= 16;
    }

    /// The bytes and how many they are, if the folded form is such.
    #[inline(always)]
    pub(super) fn get(self) -> Option<(u128, u64)> {
        self.fits.then_some((self.bytes, self.length))
    }
}

/// Folding as defined, without the table; the judge of [`fold`].
pub fn fold_by_definition(token: &str) -> String {
    let visible: String = token.chars().filter(|&c| class_of(c) != Class::Ignorable).collect();
    let nfkc = ComposingNormalizer::new_nfkc();
    let normal = nfkc.normalize(&visible);
    let folded = CaseMapper::new().fold_string(&normal);
    nfkc.normalize(&folded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(token: &str, expect: &str) {
        let mut folded = String::from("kept ");
        fold(token, &mut folded);
        assert_eq!(folded, format!("kept {expect}"), "{token:?}");
        assert_eq!(fold_by_definition(token), expect, "{token:?}");
        short_agrees(token);
    }

    fn short_agrees(token: &str) {
        if let Some((bytes, length)) = ShortFold::of(token).get() {
            let length = usize::try_from(length).expect("at most 16");
            let expect = fold_by_definition(token);
            assert_eq!(&bytes.to_le_bytes()[..length], expect.as_bytes(), "{token:?}");
            assert!(bytes.to_le_bytes()[length..].iter().all(|&byte| byte == 0));
        }
    }

    #[test]
    fn spellings_of_one_word_fold_alike() {
        check("Straße", "strasse");
        check("STRASSE", "strasse");
        check("ＮＡＴＯ", "nato");
        check("ﬁnance", "finance");
        check("co\u{AD}operate", "cooperate");
        check("\u{FEFF}café", "café");
        check("cafe\u{301}", "café");
        check("ΣΊΣΥΦΟΣ", "σίσυφοσ");
        check("ｶﾞ", "ガ");
        check("か\u{3099}", "が");
        check("x²", "x2");
        check("أيضًا", "أيضًا");
        check("e\u{323}\u{302}", "ệ");
        check("e\u{302}\u{323}", "ệ");
        check("ب\u{651}\u{64E}", "ب\u{64E}\u{651}");
        check("हिन्दी", "हिन्दी");
    }

    proptest! {
        #[test]
        fn the_table_is_the_definition(token in "\\PC{0,12}") {
            let mut folded = String::new();
            fold(&token, &mut folded);
            prop_assert_eq!(folded, fold_by_definition(&token));
            short_agrees(&token);
        }

        #[test]
        fn marks_in_any_order(token in "[aبक\\u{300}-\\u{310}\\u{323}-\\u{328}\\u{64B}-\\u{655}\\u{93C}-\\u{94D}\\u{200C}\\u{E31}-\\u{E4C}\\u{5B0}-\\u{5C2}\\u{3099}]{0,8}") {
            let mut folded = String::new();
            fold(&token, &mut folded);
            prop_assert_eq!(folded, fold_by_definition(&token));
            short_agrees(&token);
        }

        #[test]
        fn any_characters_at_all(token in prop::collection::vec(any::<char>(), 0..12)) {
            let token: String = token.into_iter().collect();
            let mut folded = String::new();
            fold(&token, &mut folded);
            prop_assert_eq!(folded, fold_by_definition(&token));
            short_agrees(&token);
        }
    }
}
