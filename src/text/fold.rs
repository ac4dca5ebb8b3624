//! Folding: what of a token is hashed.
//!
//! Two spellings of one word must give one hash, so a token's characters are folded before hashing (and
//! only then: offsets always speak of the original). Folding drops ignorable characters, then applies
//! NFKC, full case folding, and NFKC again (folding can leave the normal form): nearly Unicode's
//! `toNFKC_Casefold` (The Unicode Standard, section 3.13, definition 147).
//!
//! Most characters are *inert*: they stand alone in the normal form, whatever stands beside them, and
//! fold to one such character. For a run of inert characters folding is a table look-up per character;
//! [`fold`] takes that path where it can and the library path where it must. Both are the same function.

use std::sync::OnceLock;

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;

use super::classes::{Class, class_of};

/// Appends the folded form of one token's characters to `folded`.
///
/// `token` is the token as it stands in the text. Cost: linear; allocates only where a character is not
/// inert.
pub fn fold(token: &str, folded: &mut String) {
    let start = folded.len();
    for character in token.chars() {
        if let Some(inert) = inert(character) {
            folded.push(inert);
        } else if class_of(character) != Class::Ignorable {
            folded.truncate(start);
            folded.push_str(&fold_by_definition(token));
            return;
        }
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

const BLOCK: usize = 256;

/// What an inert character folds to; `None` for characters that need the whole token to be folded.
#[inline]
fn inert(character: char) -> Option<char> {
    static BLOCKS: [OnceLock<Box<[Option<char>; BLOCK]>>; 256] = [const { OnceLock::new() }; 256];
    let scalar = character as usize;
    // Blocks are filled when first met: a text needs a few of the 256.
    let block = BLOCKS.get(scalar / BLOCK)?.get_or_init(|| {
        let first = scalar / BLOCK * BLOCK;
        Box::new(std::array::from_fn(|i| {
            u32::try_from(first + i).ok().and_then(char::from_u32).and_then(inert_by_definition)
        }))
    });
    block[scalar % BLOCK]
}

fn inert_by_definition(character: char) -> Option<char> {
    if !stands_alone(character) {
        return None;
    }
    let folded = fold_by_definition(character.encode_utf8(&mut [0; 4]));
    let mut characters = folded.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) if stands_alone(one) => Some(one),
        _ => None,
    }
}

/// Whether normalising leaves the character as it is whatever its neighbours are. Only marks and Hangul
/// jamo ever compose with what stands before them.
fn stands_alone(character: char) -> bool {
    let jamo =
        matches!(character, '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{D7B0}'..='\u{D7FF}');
    let alone = character.encode_utf8(&mut [0; 4]).to_owned();
    !jamo
        && !matches!(class_of(character), Class::Mark | Class::Ignorable)
        && ComposingNormalizer::new_nfkc().is_normalized(&alone)
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
    }

    proptest! {
        #[test]
        fn the_table_is_the_definition(token in "\\PC{0,12}") {
            let mut folded = String::new();
            fold(&token, &mut folded);
            prop_assert_eq!(folded, fold_by_definition(&token));
        }

        #[test]
        fn any_characters_at_all(token in prop::collection::vec(any::<char>(), 0..12)) {
            let token: String = token.into_iter().collect();
            let mut folded = String::new();
            fold(&token, &mut folded);
            prop_assert_eq!(folded, fold_by_definition(&token));
        }
    }
}
