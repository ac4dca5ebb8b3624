//! Which part a character plays in a token.
//!
//! In: one Unicode scalar. Out: its [`Class`]. The classes follow Unicode properties, not lists of our
//! own, so that a text in any script is cut by the same rules (`docs/method.md`, "Tokens"):
//!
//! - *ignorable*: `Default_Ignorable_Code_Point` (soft hyphen, zero-width characters, byte-order mark,
//!   variation selectors, bidirectional controls). Inside a word they vanish, elsewhere they mean nothing.
//! - *mark*: general category M, or `Grapheme_Extend` (the half-width voicing marks U+FF9E and U+FF9F are
//!   letters by category, yet they complete the base before them).
//! - *unspaced*: letters of the scripts that are written without blanks between words.
//! - *word*: every other letter and every number.
//! - *separator*: all the rest: blanks, quotes, dashes, punctuation, symbols, emoji.
//!
//! Each look asks the Unicode data. What the tokenizer asks again and again is remembered in `text/characters.rs`.

use icu_properties::props::{
    DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, GraphemeExtend, Script,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The part a character plays in a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// Ends a token and belongs to none.
    Separator,
    /// Vanishes inside a token; belongs to none at its edges.
    Ignorable,
    /// Joins the base before it; makes no token alone.
    Mark,
    /// Part of a word of a spaced script, or of a number.
    Word,
    /// A base character that is a token of its own, with its marks.
    Unspaced,
}

/// The class of `character`, from the Unicode properties themselves.
pub fn class_of(character: char) -> Class {
    if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character) {
        return Class::Ignorable;
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    if GeneralCategoryGroup::Mark.contains(category)
        || CodePointSetData::new::<GraphemeExtend>().contains(character)
    {
        return Class::Mark;
    }
    let letter = GeneralCategoryGroup::Letter.contains(category) || category == GeneralCategory::LetterNumber;
    if letter && is_unspaced(character) {
        Class::Unspaced
    } else if letter || GeneralCategoryGroup::Number.contains(category) {
        Class::Word
    } else {
        Class::Separator
    }
}

fn is_unspaced(character: char) -> bool {
    // The prolonged sound marks serve two scripts, so that their script property says "common".
    if matches!(character, '\u{30FC}' | '\u{FF70}') {
        return true;
    }
    matches!(
        CodePointMapData::<Script>::new().get(character),
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(characters: &str, expect: Class) {
        for character in characters.chars() {
            assert_eq!(class_of(character), expect, "U+{:04X}", character as u32);
        }
    }

    #[test]
    fn classes_of_characters_that_are_easy_to_get_wrong() {
        check("aZ09éßΩжاב한Ⅷ½²٣๑", Class::Word);
        check("漢々〇あアｱーｰกខကລ\u{20000}", Class::Unspaced);
        check("\u{301}\u{3099}\u{FF9E}\u{0E31}\u{064B}", Class::Mark);
        check("\u{AD}\u{200B}\u{200D}\u{FEFF}\u{FE0F}\u{202E}\u{2060}", Class::Ignorable);
        check(" \u{A0}\u{3000}-–—'’“”\"_.,。、😀€#@\0\n\u{85}", Class::Separator);
    }
}
