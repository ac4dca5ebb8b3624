//! Lines that say what they are: `Source: Northwire`, `(Source:www.aljazeera.com)`, `via: Reuters`.
//!
//! In: a paragraph. Out: the name behind the label, where the paragraph says nothing else, or says it in brackets at its
//! end: `… by next summer. (Source: Northwire)`. A sentence behind a label is no name.

use std::ops::Range;

use super::agencies::words;
use super::cut::{is_unseen, one_of, trim};
use super::{CreditKind, Found};

/// Labels are short: a colon behind so many characters follows something else.
const LABEL_CHARS: usize = 24;

/// Longer names are sentences: "Source: a man who asked not to be named said that …".
const MAX_NAME_CHARS: usize = 60;

const OPENING: [char; 4] = ['(', '[', '（', '［'];

/// The credit that the paragraph is, or ends with.
pub(super) fn find(text: &str, paragraph: &Range<usize>) -> Option<Found> {
    whole_paragraph(text, paragraph).or_else(|| closing_bracket(text, paragraph))
}

fn whole_paragraph(text: &str, paragraph: &Range<usize>) -> Option<Found> {
    let said = trim(text, paragraph, |c| c.is_whitespace() || c == '*');
    match text[said.clone()].chars().next() {
        // Brackets go in pairs: what opens the line must close it.
        Some(first) if OPENING.contains(&first) => {
            closing_bracket(text, &said).filter(|_| text[said].matches(OPENING).count() == 1)
        }
        _ => labelled(text, said),
    }
}

/// The credit in the brackets that close the paragraph.
pub(super) fn closing_bracket(text: &str, paragraph: &Range<usize>) -> Option<Found> {
    // Nearly all paragraphs end otherwise: one look at their last bytes tells.
    let end = text.as_bytes()[paragraph.clone()].trim_ascii_end();
    let end = end.strip_suffix(b".").unwrap_or(end);
    if end.last().is_some_and(|&last| {
        last.is_ascii_alphanumeric() || matches!(last, b',' | b'"' | b'?' | b'!' | b'\'' | b':' | b';')
    }) {
        return None;
    }
    let said = trim(text, paragraph, |c| c.is_whitespace() || matches!(c, '.' | '。'));
    let end = said.end
        - text[said.clone()].chars().next_back().filter(|c| matches!(c, ')' | ']' | '）' | '］'))?.len_utf8();
    let open = text[said.start..end].rfind(OPENING)? + said.start;
    let begin = open + text[open..].chars().next().map_or(0, char::len_utf8);
    labelled(text, trim(text, &(begin..end), char::is_whitespace))
}

/// The name after `label:` if `span` begins so and a plausible name follows.
fn labelled(text: &str, span: Range<usize>) -> Option<Found> {
    // Labels and names are short: a long paragraph is not searched to its end.
    let said = &text[span.clone()];
    // Most lines hold no colon near their begin: one look at the bytes tells, the first of the wide colon's among them.
    memchr::memchr2(b':', 0xEF, &said.as_bytes()[..said.len().min(4 * LABEL_CHARS)])?;
    let (colon, _) = said.char_indices().take(LABEL_CHARS).find(|&(_, c)| matches!(c, ':' | '：'))?;
    let label = said[..colon].trim().to_lowercase();
    let kind = if one_of(&words().source, &label) {
        CreditKind::SourceLine
    } else if one_of(&words().via, &label) {
        CreditKind::Via
    } else {
        return None;
    };
    let begin = span.start + colon + text[span.start + colon..].chars().next().map_or(0, char::len_utf8);
    let name = trim(text, &(begin..span.end), |c| c.is_whitespace() || is_unseen(c));
    // `Source: Xinhua | 2020-01-01`
    let bar = text[name.clone()].find(" | ").map_or(name.end, |at| name.start + at);
    let name = trim(text, &(name.start..bar), char::is_whitespace);
    let said = &text[name.clone()];
    let plausible = said.contains(char::is_alphanumeric)
        && said.chars().take(MAX_NAME_CHARS + 1).count() <= MAX_NAME_CHARS
        && !said.contains(['\n', '\r']);
    plausible.then(|| Found::named(text, name, kind))
}
