//! From words to sentences, paragraphs and articles, and the small changes that an editor makes.

use super::rng::Rng;
use super::words::{Script, Words, capitalised};

/// Half a paragraph of the usual length, in bytes: bodies stop there, so that they are as long as asked on
/// average.
const HALF_A_PARAGRAPH: usize = 150;

/// Appends a sentence of 5 to 32 words; a third hold a stock phrase, a fifth a name, a seventh a number, some
/// are said by somebody.
pub fn sentence(words: &Words, rng: &mut Rng, out: &mut String) {
    let marks = words.marks();
    let count = 5 + rng.below(14) + rng.below(15);
    let mut place = |share: f64| {
        if rng.chance(share) { rng.below(count) } else { count }
    };
    let (phrase_at, name_at, number_at, comma_at) = (place(0.35), place(0.2), place(0.15), place(0.5));
    let spoken = rng.chance(0.08);
    if spoken {
        out.push_str(marks.quote[0]);
    }
    let head = out.len();
    for at in 0..count {
        if at > 0 {
            out.push_str(marks.gap);
        }
        if at == phrase_at {
            out.push_str(words.phrase(rng));
            out.push_str(marks.gap);
        }
        if at == name_at {
            out.push_str(words.name(rng));
            if words.script == Script::English && rng.below(8) == 0 {
                out.push_str("'s");
            }
            out.push_str(marks.gap);
        }
        if at == number_at {
            words.number(rng, out);
            out.push_str(marks.gap);
        }
        out.push_str(words.word(rng));
        if at == comma_at && at + 1 < count {
            out.push_str(marks.comma);
        }
    }
    // A head that is no ASCII letter stays as it is.
    if let Some(letter) = out.get_mut(head..=head) {
        letter.make_ascii_uppercase();
    }
    if spoken {
        out.push_str(marks.quote[1]);
        out.push_str(words.name(rng));
        out.push_str(marks.quote[2]);
    } else {
        out.push_str(marks.stop);
    }
}

/// A paragraph of one to four sentences.
pub fn paragraph(words: &Words, rng: &mut Rng) -> String {
    let mut out = String::with_capacity(4 * HALF_A_PARAGRAPH);
    for at in 0..rng.between(1, 4) {
        if at > 0 {
            out.push_str(words.marks().gap);
        }
        sentence(words, rng, &mut out);
    }
    out
}

/// Paragraphs of about `bytes` bytes together, at least one.
pub fn body(words: &Words, rng: &mut Rng, bytes: usize) -> Vec<String> {
    let mut paragraphs = Vec::new();
    let mut written = 0;
    while paragraphs.is_empty() || written + HALF_A_PARAGRAPH < bytes {
        let next = paragraph(words, rng);
        written += next.len() + 1;
        paragraphs.push(next);
    }
    paragraphs
}

/// `count` words without punctuation, the first with a capital: titles and the like.
pub fn line(words: &Words, rng: &mut Rng, count: usize) -> String {
    let picked: Vec<&str> = (0..count).map(|_| words.word(rng)).collect();
    capitalised(&picked.join(words.marks().gap))
}

/// Cuts a paragraph where words end: at blanks, or for Japanese where something other than hiragana follows
/// hiragana, which is where most of its words begin.
pub fn units(script: Script, paragraph: &str) -> Vec<&str> {
    if script != Script::Japanese {
        return paragraph.split(' ').collect();
    }
    let is_hiragana = |letter: char| ('\u{3041}'..='\u{309f}').contains(&letter);
    let mut units = Vec::new();
    let mut begin = 0;
    let mut after_hiragana = false;
    for (at, letter) in paragraph.char_indices() {
        if after_hiragana && !is_hiragana(letter) {
            units.push(&paragraph[begin..at]);
            begin = at;
        }
        after_hiragana = is_hiragana(letter);
    }
    units.push(&paragraph[begin..]);
    units
}

/// The paragraphs with about `per_mille` of their words edited, at least one: six edits in ten put another
/// word in place, two drop the word, two insert one.
pub fn edited(words: &Words, rng: &mut Rng, paragraphs: &[String], per_mille: u32) -> Vec<String> {
    let share = f64::from(per_mille) / 1000.0;
    let cut: Vec<Vec<&str>> = paragraphs.iter().map(|text| units(words.script, text)).collect();
    let mut until_sure_edit = rng.below(cut.iter().map(Vec::len).sum());
    let mut out = Vec::with_capacity(paragraphs.len());
    for units in cut {
        let mut kept: Vec<&str> = Vec::with_capacity(units.len() + 4);
        for unit in units {
            let sure = until_sure_edit == 0;
            until_sure_edit = until_sure_edit.wrapping_sub(1);
            if !(rng.chance(share) || sure) {
                kept.push(unit);
                continue;
            }
            match rng.below(10) {
                0..6 => kept.push(words.word(rng)),
                6..8 => {}
                _ => kept.extend([unit, words.word(rng)]),
            }
        }
        if !kept.is_empty() {
            out.push(kept.join(words.marks().gap));
        }
    }
    // A text of a word or two could lose them all; an article is never empty.
    if out.is_empty() { paragraphs.to_vec() } else { out }
}

/// The text with the quotes and apostrophes of a house style, typographic or plain; as many characters as
/// before.
pub fn in_house_style(text: &str, typographic: bool) -> String {
    let mut before = ' ';
    text.chars()
        .map(|letter| {
            let styled = match letter {
                '"' if typographic && before.is_whitespace() => '\u{201c}',
                '"' if typographic => '\u{201d}',
                '\'' if typographic => '\u{2019}',
                '\u{201c}' | '\u{201d}' if !typographic => '"',
                '\u{2019}' if !typographic => '\'',
                other => other,
            };
            before = letter;
            styled
        })
        .collect()
}
