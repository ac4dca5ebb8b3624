//! Numbers that stand in only one of two texts: where two versions of a story differ in their facts.
//!
//! In: two texts. Out: the [`Number`]s of the first that the second does not hold, each once, by place. A number is a run
//! of decimal digits, with single marks (`.` `,` `:` and their Arabic twins) between digits; it is compared as it
//! is written, digits of all scripts alike, Arabic marks as points and commas. Words for numbers and Chinese
//! numerals are not told. O(n log n).

use std::collections::BTreeSet;

use crate::passages::Span;
use crate::text::{CharOffsets, digit_value};

/// A number and where it stands first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// As it was compared: in ASCII digits.
    pub value: String,
    /// Where it stands.
    pub span: Span,
}

/// The numbers of `text` that `other` does not hold.
pub(super) fn only_in(text: &str, other: &str, offsets: &CharOffsets<'_>) -> Vec<Number> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    each(other, |value, _| {
        known.insert(value.to_owned());
    });
    let mut own = Vec::new();
    each(text, |value, bytes| {
        if known.insert(value.to_owned()) {
            own.push(Number { value: value.to_owned(), span: Span::new(bytes, offsets) });
        }
    });
    own
}

/// Calls `tell` with every number and where it stands, in bytes.
fn each(text: &str, mut tell: impl FnMut(&str, std::ops::Range<usize>)) {
    let mut value = String::new();
    let mut begin = 0;
    // Where the digits read so far end, and a mark behind them.
    let (mut end, mut mark) = (0, None);
    for (at, character) in text.char_indices() {
        if let Some(digit) = digit(character) {
            if value.is_empty() {
                begin = at;
            }
            value.extend(mark.take());
            value.push(digit);
            end = at + character.len_utf8();
        } else if !value.is_empty() {
            mark = if mark.is_none() { between_digits(character) } else { None };
            if mark.is_none() {
                tell(&value, begin..end);
                value.clear();
            }
        }
    }
    if !value.is_empty() {
        tell(&value, begin..end);
    }
}

fn digit(character: char) -> Option<char> {
    digit_value(character).and_then(|value| char::from_digit(value, 10))
}

/// A mark that may stand between two digits of a number, as it is compared.
fn between_digits(character: char) -> Option<char> {
    match character {
        '.' | '\u{66B}' | '．' => Some('.'),
        ',' | '\u{66C}' | '，' => Some(','),
        ':' | '：' => Some(':'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, other: &str, expect: &[(&str, &str)]) {
        let own = only_in(text, other, &CharOffsets::of(text));
        let said: Vec<(&str, &str)> =
            own.iter().map(|own| (own.value.as_str(), &text[own.span.bytes.clone()])).collect();
        assert_eq!(said, expect, "{text:?} {other:?}");
        for number in own {
            let span = number.span;
            let by_chars: String = text.chars().skip(span.chars.start).take(span.chars.len()).collect();
            assert_eq!(by_chars, text[span.bytes]);
        }
    }

    #[test]
    fn numbers_of_one_text_only_are_told_once_and_in_order() {
        check("12 men, 7 boats, 12 nets", "7 boats", &[("12", "12")]);
        check("1,200 at 10:30. Then 3.5, 4", "3.5 and 4", &[("1,200", "1,200"), ("10:30", "10:30")]);
        check("on 6. May, 1..2", "", &[("6", "6"), ("1", "1"), ("2", "2")]);
        check("no numbers", "12", &[]);
        check("9", "9.", &[]);
    }

    #[test]
    fn digits_of_other_scripts_are_alike() {
        check("٤٥ مليون و١٫٥", "45", &[("1.5", "١٫٥")]);
        check("第１２回", "12", &[]);
        check("é८", "", &[("8", "८")]);
    }
}
