//! Bounds: where a text may be cut, so that what is left still reads.
//!
//! In: a text, its tokens and paragraphs, and a span of tokens that is to go. Out: the whole paragraphs or whole sentences in
//! it, and the bytes that go with them: line breaks, blanks and marks. What stands at the edge of the span inside a
//! sentence stays.
//!
//! A sentence begins where a paragraph begins, and after a mark that ends sentences. A full stop ends none before a small
//! letter, after a single letter or a short word with a capital ("J. Smith", "U.S. troops", "Mr. Smith"). Where that errs, a
//! cut is smaller than it could be, or begins after an abbreviation; it never stands inside a word or a character.

use std::ops::Range;

use super::View;
use crate::text::{Tokens, ends_like_a_sentence};

/// The bytes that go where the whole sentences and paragraphs of a span (bytes) go, and how many words these are; `None` if it
/// holds none. `paragraphs` are byte ranges.
pub fn sentences_within(
    text: &str,
    tokens: &Tokens,
    paragraphs: &[Range<usize>],
    span: &Range<usize>,
) -> Option<(Range<usize>, u32)> {
    let with_tokens = token_paragraphs(tokens, paragraphs);
    let view = View { text, tokens, paragraphs: &with_tokens };
    let sentences = whole_sentences(view, &tokens.in_bytes(span));
    let words = tokens.words(sentences.clone());
    (!sentences.is_empty()).then(|| (spread(view, paragraphs, &sentences), words))
}

/// The tokens of each paragraph that has any.
pub(super) fn token_paragraphs(tokens: &Tokens, paragraphs: &[Range<usize>]) -> Vec<Range<usize>> {
    paragraphs.iter().map(|bytes| tokens.in_bytes(bytes)).filter(|range| !range.is_empty()).collect()
}

/// Which paragraphs a span of tokens touches.
pub(super) fn touched(view: View<'_>, span: &Range<usize>) -> Range<usize> {
    let from = view.paragraphs.partition_point(|paragraph| paragraph.end <= span.start);
    let to = view.paragraphs.partition_point(|paragraph| paragraph.start < span.end);
    from..to.max(from)
}

/// Whether a span begins where a paragraph begins and ends where one ends.
pub(super) fn is_whole(view: View<'_>, span: &Range<usize>) -> bool {
    let touched = &view.paragraphs[touched(view, span)];
    touched.first().is_some_and(|first| first.start == span.start)
        && touched.last().is_some_and(|last| last.end == span.end)
}

/// How many tokens of a span stand in paragraphs that end like a sentence where the span leaves them: lines of a list do not.
pub(super) fn prose(view: View<'_>, span: &Range<usize>) -> usize {
    let within = |paragraph: &Range<usize>| paragraph.start.max(span.start)..paragraph.end.min(span.end);
    let parts = view.paragraphs[touched(view, span)].iter().map(within);
    parts.filter(|part| ends_like_a_sentence(told(view, part))).map(|part| part.len()).sum()
}

/// What a span says, with the marks behind it.
pub(super) fn told<'a>(view: View<'a>, span: &Range<usize>) -> &'a str {
    let bytes = view.tokens.bytes(span.clone());
    let ends = view.paragraphs.binary_search_by_key(&span.end, |paragraph| paragraph.end).is_ok();
    if ends {
        line_from(view, bytes)
    } else {
        &view.text[bytes.start..opening(view, span.end).max(bytes.end)]
    }
}

/// Those bytes with the rest of the line in which they end.
pub(super) fn line_from(view: View<'_>, bytes: Range<usize>) -> &str {
    let end = view.text[bytes.end..].find(['\n', '\r']).map_or(view.text.len(), |at| bytes.end + at);
    &view.text[bytes.start..end]
}

/// Whether a line ends with a question, closed by whatever marks.
pub(super) fn asks(line: &str) -> bool {
    line.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_question_mark(c)).ends_with(is_question_mark)
}

fn is_question_mark(c: char) -> bool {
    matches!(c, '?' | '？' | '؟' | '՞' | '፧' | '⁇')
}

/// The tokens of all paragraphs that lie in a span whole; an empty range if none does.
pub(super) fn whole_paragraphs(view: View<'_>, span: &Range<usize>) -> Range<usize> {
    let from = view.paragraphs.partition_point(|paragraph| paragraph.start < span.start);
    let to = view.paragraphs.partition_point(|paragraph| paragraph.end <= span.end);
    if from < to { view.paragraphs[from].start..view.paragraphs[to - 1].end } else { span.start..span.start }
}

/// The tokens of all sentences that lie in a span whole; an empty range if none does.
pub(super) fn whole_sentences(view: View<'_>, span: &Range<usize>) -> Range<usize> {
    // Every bound between sentences in or at the span is looked at once.
    let mut bounds = (span.start..=span.end).filter(|&token| begins_sentence(view, token));
    let first = bounds.next();
    let last = bounds.next_back();
    match (first, last) {
        (Some(first), Some(last)) => first..last,
        _ => span.start..span.start,
    }
}

/// Whether a sentence begins with that token, or the text ends before it.
pub(super) fn begins_sentence(view: View<'_>, token: usize) -> bool {
    if token == 0 || token == view.tokens.len() {
        return true;
    }
    if view.paragraphs.binary_search_by_key(&token, |paragraph| paragraph.start).is_ok() {
        return true;
    }
    let (before, next) = (view.tokens.bytes(token - 1..token), view.tokens.bytes(token..token + 1));
    let between = &view.text[before.end..next.start];
    if between.contains(['。', '！', '？', '।', '॥', '。', '။', '។', '።', '۔', '؟']) {
        return true;
    }
    let Some(mark) = between.find(['.', '!', '?', '…']) else {
        return false;
    };
    let behind = between[mark..].trim_start_matches(|c: char| !c.is_whitespace());
    // "U.S. Senate", "Dr. Who", "Inc. says": initials and abbreviations are short and begin with a capital, or are one letter.
    let word = &view.text[before];
    let short = word.chars().nth(ABBREVIATION_LETTERS).is_none()
        && !word.contains(char::is_numeric)
        && (word.starts_with(char::is_uppercase) || word.chars().nth(1).is_none());
    let abbreviates = between[mark..].starts_with('.') && (short || ABBREVIATIONS.contains(&word));
    let starts_low = view.text[next].starts_with(char::is_lowercase);
    !behind.is_empty() && !abbreviates && !starts_low
}

/// Words of so many letters before a full stop may be abbreviations (Sept. has one more and is rare).
const ABBREVIATION_LETTERS: usize = 3;

/// Longer ones, and one without a capital, before which a sentence hardly ends.
const ABBREVIATIONS: [&str; 6] = ["Capt", "Prof", "Sept", "Supt", "Messrs", "vs"];

/// The bytes that go when those tokens go: from where their unit begins to where the next one begins, so that no
/// marks or blanks are left of it.
pub(super) fn spread(view: View<'_>, paragraphs: &[Range<usize>], span: &Range<usize>) -> Range<usize> {
    let bytes = view.tokens.bytes(span.clone());
    let first = paragraphs.partition_point(|paragraph| paragraph.end <= bytes.start);
    let last = paragraphs.partition_point(|paragraph| paragraph.start < bytes.end).saturating_sub(1);
    let begins = view.paragraphs.binary_search_by_key(&span.start, |paragraph| paragraph.start).is_ok();
    let ends = view.paragraphs.binary_search_by_key(&span.end, |paragraph| paragraph.end).is_ok();
    let (mut begin, mut end) = (bytes.start, bytes.end);
    if begins && let Some(paragraph) = paragraphs.get(first) {
        begin = paragraph.start.min(begin);
    } else if span.start > 0 {
        begin = opening(view, span.start);
        if ends {
            // At the end of a paragraph the blank before it goes, not the one behind.
            let before = view.tokens.span(span.start - 1).end as usize;
            begin = before + view.text[before..begin].trim_end().len();
        }
    }
    if ends && let Some(paragraph) = paragraphs.get(last) {
        end = paragraph.end.max(end);
        if begins {
            // Whole paragraphs go with the line breaks behind them; at the end of a text, with those before.
            match paragraphs.get(last + 1) {
                Some(next) => end = next.start,
                None => begin = first.checked_sub(1).map_or(begin, |before| paragraphs[before].end),
            }
        }
    } else if span.end < view.tokens.len() {
        end = opening(view, span.end).max(end);
    }
    begin..end.max(begin)
}

/// Where the sentence that begins with that token begins, its opening marks included: behind the last blank
/// before it, or behind the mark that ends the sentence before.
pub(super) fn opening(view: View<'_>, token: usize) -> usize {
    let (before, next) = (view.tokens.span(token - 1).end as usize, view.tokens.span(token).begin as usize);
    let between = &view.text[before..next];
    let closes =
        |c: char| c.is_whitespace() || matches!(c, '。' | '！' | '？' | '।' | '」' | '』' | '）' | '”');
    between.char_indices().rev().find(|&(_, c)| closes(c)).map_or(next, |(at, c)| before + at + c.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{paragraphs, tokenize};

    /// Cuts the whole sentences of what stands between the brackets.
    fn check(marked: &str, expect: Option<&str>) {
        let (begin, end) = (marked.find('⟦').expect("marked"), marked.find('⟧').expect("marked"));
        let text = marked.replace(['⟦', '⟧'], "");
        let span = begin..end - '⟦'.len_utf8();
        let mut tokens = Tokens::default();
        tokenize(&text, 0, &mut tokens);
        let cut = sentences_within(&text, &tokens, &paragraphs(&text), &span);
        let left = cut.map(|(cut, _)| format!("{}{}", &text[..cut.start], &text[cut.end..]));
        assert_eq!(left.as_deref(), expect, "{marked}");
    }

    #[test]
    fn whole_paragraphs_go_with_their_line_ends() {
        check("One.\n\n⟦Two two.⟧\n\nThree.", Some("One.\n\nThree."));
        check("⟦One⟧\r\nTwo.\r\n", Some("Two.\r\n"));
        check("One.\n⟦“Two.\nThree⟧.”\n", Some("One.\n"));
        check("  One.\n  ⟦Two.⟧\n  Three.", Some("  One.\n  Three."));
    }

    #[test]
    fn sentences_go_with_the_blank_beside_them() {
        check("First. ⟦Two two.⟧ Three.", Some("First. Three."));
        check("First. ⟦Two two.⟧", Some("First."));
        check("⟦First one.⟧ “Two.”", Some("“Two.”"));
        check("He said so. ⟦And left.⟧\nThree.", Some("He said so.\nThree."));
        check("一二三。⟦四五六。⟧七八九。", Some("一二三。七八九。"));
        check("一二三。⟦「四五六」。⟧「七八九」。", Some("一二三。「七八九」。"));
    }

    #[test]
    fn what_is_no_whole_sentence_stays() {
        check("One ⟦and three. Three three. Four⟧ and five.", Some("One and three. Four and five."));
        check("One ⟦and two three⟧ four.", None);
        check("One ⟦and two.\nThree three.\nFour⟧ and five.", Some("One and two.\nFour and five."));
        check("Mr. ⟦Smith and J. Brown of the U.S. Senate⟧ left.", None);
        check("It cost 3.⟦50 in all⟧ there.", None);
        check("It went. and ⟦so did they. Then it⟧ left.", None);
    }
}
