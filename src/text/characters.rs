//! What the tokenizer needs to know of a character, in one load: its class, and what it folds to.
//!
//! Most characters are *inert*: whatever stands beside them, folding a token gives for each of them the same character.
//! A token of inert characters alone is folded character by character while it is cut; any other is folded as a whole
//! ([`super::fold`]). Inert are
//! - letters, numbers and the like that NFKC leaves as they are and that fold to one such character: only marks and
//!   Hangul jamo ever compose with what stands before them;
//! - marks that no composition knows as its second member and that fold to themselves, as long as no two that the
//!   canonical order may exchange stand side by side ([`Character::reorders`]).
//!
//! Blocks of 256 characters are filled when one of them is first met: a text needs a few. Beyond the basic plane
//! nothing is remembered and no character is inert.

use std::sync::OnceLock;

use icu_normalizer::ComposingNormalizer;
use icu_normalizer::properties::{CanonicalCombiningClassMap, CanonicalDecomposition, Decomposed};

use super::classes::{Class, class_of};
use super::fold::fold_by_definition;

/// A character as the tokenizer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Character(u32);

const FOLDED: u32 = 0x00FF_FFFF;
const CLASS_SHIFT: u32 = 24;
const REORDERS: u32 = 1 << 31;

impl Character {
    fn of(character: char) -> Self {
        let reorders = CanonicalCombiningClassMap::new().get_u8(character) != 0;
        let folded = inert_by_definition(character).map_or(0, |inert| {
            let mut bytes = [0; 4];
            inert.encode_utf8(&mut bytes);
            u32::from_le_bytes(bytes)
        });
        // Four bytes would not fit; what folds from the basic plane stays in it.
        let folded = if folded <= FOLDED { folded } else { 0 };
        Character(folded | (class_of(character) as u32) << CLASS_SHIFT | if reorders { REORDERS } else { 0 })
    }

    /// Its class.
    #[inline(always)]
    pub(super) fn class(self) -> Class {
        const SEPARATOR: u32 = Class::Separator as u32;
        const IGNORABLE: u32 = Class::Ignorable as u32;
        const MARK: u32 = Class::Mark as u32;
        const WORD: u32 = Class::Word as u32;
        match self.0 >> CLASS_SHIFT & 7 {
            SEPARATOR => Class::Separator,
            IGNORABLE => Class::Ignorable,
            MARK => Class::Mark,
            WORD => Class::Word,
            _ => Class::Unspaced,
        }
    }

    /// What it folds to, as UTF-8, the first byte lowest; 0 where it is not inert.
    #[inline(always)]
    pub(super) fn folded(self) -> u32 {
        self.0 & FOLDED
    }

    /// Whether canonical order may exchange it with another such character beside it.
    #[inline(always)]
    pub(super) fn reorders(self) -> bool {
        self.0 & REORDERS != 0
    }
}

const BLOCK: usize = 256;

/// The character of the basic plane with this scalar value.
#[inline(always)]
pub(super) fn of_basic_plane(scalar: usize) -> Character {
    static BLOCKS: [OnceLock<Box<[Character; BLOCK]>>; 256] = [const { OnceLock::new() }; 256];
    let block = BLOCKS[scalar / BLOCK % 256].get_or_init(|| filled(scalar / BLOCK * BLOCK));
    block[scalar % BLOCK]
}

#[cold]
fn filled(first: usize) -> Box<[Character; BLOCK]> {
    Box::new(std::array::from_fn(|i| {
        // Surrogates are no characters and never asked for.
        let character = u32::try_from(first + i).ok().and_then(char::from_u32);
        character.map_or(Character(0), Character::of)
    }))
}

/// Any character.
#[inline]
pub(super) fn character(character: char) -> Character {
    let scalar = character as usize;
    if scalar < 0x1_0000 {
        of_basic_plane(scalar)
    } else {
        Character((class_of(character) as u32) << CLASS_SHIFT)
    }
}

fn inert_by_definition(character: char) -> Option<char> {
    if !stands_alone(character) {
        return None;
    }
    let folded = fold_by_definition(character.encode_utf8(&mut [0; 4]));
    let mut characters = folded.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) if class_of(character) == Class::Mark => (one == character).then_some(one),
        (Some(one), None) => stands_alone(one).then_some(one),
        _ => None,
    }
}

/// Whether normalising leaves the character as it is whatever its neighbours are, but for the order of marks.
fn stands_alone(character: char) -> bool {
    let jamo =
        matches!(character, '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{D7B0}'..='\u{D7FF}');
    let alone = character.encode_utf8(&mut [0; 4]).to_owned();
    let composes_backward = match class_of(character) {
        Class::Ignorable => return false,
        Class::Mark => second_members().binary_search(&character).is_ok(),
        _ => false,
    };
    !jamo && !composes_backward && ComposingNormalizer::new_nfkc().is_normalized(&alone)
}

/// Marks that stand second in the canonical decomposition of a character, ascending. Those excluded from composition
/// are among them, which costs speed at most.
fn second_members() -> &'static [char] {
    static SECOND: OnceLock<Vec<char>> = OnceLock::new();
    SECOND.get_or_init(|| {
        let decomposition = CanonicalDecomposition::new();
        let mut seconds: Vec<char> = ('\0'..='\u{2FFFF}')
            .filter_map(|character| match decomposition.decompose(character) {
                Decomposed::Expansion(_, second) => Some(second),
                Decomposed::Default | Decomposed::Singleton(_) => None,
            })
            .collect();
        seconds.sort_unstable();
        seconds.dedup();
        seconds
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_what_its_properties_say() {
        for scalar in (0..0x3_0000).step_by(3) {
            let Some(c) = char::from_u32(scalar) else { continue };
            let character = character(c);
            assert_eq!(character.class(), class_of(c), "{c:?}");
            if character.folded() != 0 {
                let bytes = character.folded().to_le_bytes();
                let length = bytes.iter().position(|&byte| byte == 0).expect("three bytes at most");
                assert_eq!(fold_by_definition(&c.to_string()).as_bytes(), &bytes[..length], "{c:?}");
            }
        }
    }

    #[test]
    fn the_table_is_the_properties() {
        for scalar in (0..0x11_0000).step_by(7) {
            if let Some(c) = char::from_u32(scalar) {
                assert_eq!(character(c).class(), class_of(c), "{c:?}");
            }
        }
    }

    #[test]
    fn which_characters_are_inert() {
        let inert = |c: char| character(c).folded() != 0;
        assert!("aZ09éßж漢がア한ابﷺ".chars().filter(|c| !"ßﷺ".contains(*c)).all(inert));
        assert!("\u{64B}\u{651}\u{93E}\u{94D}\u{E31}\u{E48}".chars().all(inert), "marks that never compose");
        assert!(!"ßﷺＡ\u{301}\u{308}\u{3099}\u{653}\u{AD}\u{1161}½".chars().any(inert));
    }
}
