//! Decimal digits of the scripts that newspapers print numbers in, by value.

/// The zeros of scripts that newspapers print numbers in, beside ASCII: Arabic, Persian, Devanagari, Bengali, Tamil, Thai, Lao,
/// Myanmar, Khmer, full width. Nine more digits follow each.
const ZEROS: [char; 10] = [
    '\u{660}', '\u{6F0}', '\u{966}', '\u{9E6}', '\u{BE6}', '\u{E50}', '\u{ED0}', '\u{1040}', '\u{17E0}',
    '\u{FF10}',
];

/// The value of a decimal digit.
pub fn digit_value(character: char) -> Option<u32> {
    if character < ZEROS[0] {
        return character.to_digit(10);
    }
    let value = |zero: char| u32::from(character).checked_sub(u32::from(zero)).filter(|value| *value < 10);
    ZEROS.into_iter().find_map(value)
}
