//! Credits: lines in which an article names where it has its text from.
//!
//! In: text and paragraphs. Out: the named sources, each once, in order. Two forms are told:
//!
//! - a paragraph that says nothing else: `Source: Northwire`, `(Source:www.aljazeera.com)`, `المصدر: واس`,
//!   `出典：共同通信`
//! - the same in brackets at the end of a paragraph: `… by next summer. (Source: Northwire)`
//!
//! Datelines, bylines and agency codes come with the issue on lineage.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::text::CharOffsets;

/// A named source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The name as it stands, without brackets.
    pub name: String,
    /// Where the name stands, in bytes.
    pub bytes: Range<usize>,
    /// Where it stands, in characters.
    pub chars: Range<usize>,
}

/// Words for "source" that stand before a colon, in lower case.
const LABELS: [&str; 20] = [
    "source",
    "sources",
    "via",
    "fuente",
    "fuentes",
    "quelle",
    "quellen",
    "fonte",
    "fontes",
    "bron",
    "kaynak",
    "источник",
    "джерело",
    "المصدر",
    "مصدر",
    "منبع",
    "出典",
    "来源",
    "來源",
    "출처",
];

/// Labels are short: a colon behind so many characters follows something else.
const LABEL_CHARS: usize = 24;

/// Longer names are sentences: "Source: a man who asked not to be named said that …".
const MAX_NAME_CHARS: usize = 60;

/// Finds the credits of one article. Linear time.
pub fn credits(text: &str, paragraphs: &[Range<usize>]) -> Vec<Credit> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for paragraph in paragraphs {
        let name = whole_paragraph(text, paragraph).or_else(|| closing_bracket(text, paragraph));
        found.extend(name.filter(|name| known.insert(&text[name.clone()])));
    }
    if found.is_empty() {
        return Vec::new();
    }
    let offsets = CharOffsets::of(text);
    found
        .into_iter()
        .map(|bytes| Credit { name: text[bytes.clone()].to_owned(), chars: offsets.chars(&bytes), bytes })
        .collect()
}

fn whole_paragraph(text: &str, paragraph: &Range<usize>) -> Option<Range<usize>> {
    let said = trim(text, paragraph, |c| c.is_whitespace() || c == '*');
    match text[said.clone()].chars().next() {
        // Brackets go in pairs: what opens the line must close it.
        Some('(' | '[' | '（' | '［') => closing_bracket(text, &said).filter(|_| opens_once(&text[said])),
        _ => labelled(text, said),
    }
}

fn opens_once(said: &str) -> bool {
    said.matches(['(', '[', '（', '［']).count() == 1
}

fn closing_bracket(text: &str, paragraph: &Range<usize>) -> Option<Range<usize>> {
    let said = trim(text, paragraph, |c| c.is_whitespace() || matches!(c, '.' | '。'));
    let end = said.end
        - text[said.clone()].chars().next_back().filter(|c| matches!(c, ')' | ']' | '）' | '］'))?.len_utf8();
    let open = text[said.start..end].rfind(['(', '[', '（', '［'])? + said.start;
    let begin = open + text[open..].chars().next().map_or(0, char::len_utf8);
    labelled(text, trim(text, &(begin..end), char::is_whitespace))
}

/// The name after `label:` if `span` begins so and a plausible name follows.
fn labelled(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    // Labels and names are short: a long paragraph is not searched to its end.
    let said = &text[span.clone()];
    // Most lines hold no colon near their begin: one look at the bytes tells, the first of the wide colon's among them.
    memchr::memchr2(b':', 0xEF, &said.as_bytes()[..said.len().min(4 * LABEL_CHARS)])?;
    let (colon, _) = said.char_indices().take(LABEL_CHARS).find(|&(_, c)| matches!(c, ':' | '：'))?;
    let label = said[..colon].trim().to_lowercase();
    if !LABELS.contains(&label.as_str()) {
        return None;
    }
    let begin = span.start + colon + text[span.start + colon..].chars().next().map_or(0, char::len_utf8);
    let name = trim(text, &(begin..span.end), char::is_whitespace);
    let said = &text[name.clone()];
    let plausible = said.contains(char::is_alphanumeric)
        && said.chars().take(MAX_NAME_CHARS + 1).count() <= MAX_NAME_CHARS
        && !said.contains(['\n', '\r']);
    plausible.then_some(name)
}

fn trim(text: &str, span: &Range<usize>, is_edge: impl Fn(char) -> bool + Copy) -> Range<usize> {
    let said = &text[span.clone()];
    let begin = span.end - said.trim_start_matches(is_edge).len();
    let end = span.start + said.trim_end_matches(is_edge).len();
    begin..end.max(begin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::paragraphs;

    fn check(text: &str, expect: &[&str]) {
        let found = credits(text, &paragraphs(text));
        let names: Vec<&str> = found.iter().map(|credit| credit.name.as_str()).collect();
        assert_eq!(names, expect, "{text:?}");
        for credit in &found {
            assert_eq!(text[credit.bytes.clone()], credit.name);
            let cut: String = text.chars().skip(credit.chars.start).take(credit.chars.len()).collect();
            assert_eq!(cut, credit.name);
        }
    }

    #[test]
    fn lines_that_name_a_source() {
        check("Body.\n(Source:www.aljazeera.com)\nBody.\n(Source:www.aljazeera.com)", &["www.aljazeera.com"]);
        check("نص\nالمصدر: واس", &["واس"]);
        check("本文。\n（出典：共同通信）", &["共同通信"]);
        check("It opens next summer. (Source: Northwire)", &["Northwire"]);
        check("Fuente: Efe\nQuelle: dpa", &["Efe", "dpa"]);
    }

    #[test]
    fn lines_that_do_not() {
        check("Source code: it is open.\nThe source: unknown", &[]);
        check("Source:", &[]);
        check("(Source: ) x", &[]);
        check(&format!("Source: {}", "a man who asked not to be named ".repeat(4)), &[]);
        check("漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字：x", &[]);
    }
}
