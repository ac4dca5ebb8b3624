//! Bounds: where a text may be cut, so that what is left still reads.
//!
//! In: a text, its tokens and paragraphs, and a span of tokens that is to go. Out: the bytes that go: whole paragraphs with
//! their line ends, else whole sentences with the blank after them; words only where the caller says so. What stands at the
//! edge of the span inside a sentence stays.
//!
//! A sentence begins at a paragraph's begin, and after a mark that ends sentences. A full stop ends none before a small
//! letter, after a single letter ("J. Smith", "U.S. troops") or after the usual titles ("Mr. Smith"). Where that errs, a cut
//! is smaller than it could be, or begins after an abbreviation; it never stands inside a word or a character.

use std::ops::Range;

use crate::text::{Tokens, ends_like_a_sentence};

/// A text with its tokens and paragraphs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Divided<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a Tokens,
    /// Bytes and tokens of each paragraph that has tokens, ascending.
    pub(super) paragraphs: &'a [Paragraph],
}

/// A paragraph that has tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Paragraph {
    pub(super) bytes: Range<usize>,
    pub(super) tokens: Range<usize>,
}

impl Paragraph {
    /// Those of `paragraphs` (bytes) that have tokens.
    pub(super) fn all(paragraphs: &[Range<usize>], tokens: &Tokens) -> Vec<Paragraph> {
        let with_tokens =
            paragraphs.iter().map(|bytes| Paragraph { bytes: bytes.clone(), tokens: tokens.in_bytes(bytes) });
        with_tokens.filter(|paragraph| !paragraph.tokens.is_empty()).collect()
    }
}

/// Titles after which a full stop ends no sentence.
const TITLES: [&str; 22] = [
    "mr", "mrs", "ms", "dr", "st", "sr", "jr", "sra", "gen", "sen", "rep", "gov", "lt", "col", "sgt", "capt",
    "prof", "rev", "hon", "vs", "no", "nr",
];

impl Divided<'_> {
    /// The paragraphs that a span of tokens touches; `None` for an empty one.
    pub(super) fn touched(&self, tokens: &Range<usize>) -> Option<Range<usize>> {
        let first = self.paragraphs.partition_point(|paragraph| paragraph.tokens.end <= tokens.start);
        let after = self.paragraphs.partition_point(|paragraph| paragraph.tokens.start < tokens.end);
        (first < after).then_some(first..after)
    }

    /// Whether a span of tokens begins where a paragraph begins and ends where one ends.
    pub(super) fn is_whole(&self, tokens: &Range<usize>) -> bool {
        self.touched(tokens).is_some_and(|touched| {
            self.paragraphs[touched.start].tokens.start == tokens.start
                && self.paragraphs[touched.end - 1].tokens.end == tokens.end
        })
    }

    /// How many tokens of a span stand in paragraphs that end like a sentence where the span leaves them: lines of a list do not.
    pub(super) fn prose(&self, span: &Range<usize>) -> usize {
        let touched = self.touched(span).unwrap_or_default();
        let ends = |paragraph: &&Paragraph| {
            let end = if span.end < paragraph.tokens.end {
                self.gap(span.end).map_or(0, |(_, blank)| blank.start)
            } else {
                paragraph.bytes.end
            };
            ends_like_a_sentence(&self.text[paragraph.bytes.start..end])
        };
        let within = |paragraph: &Paragraph| {
            paragraph.tokens.end.min(span.end) - paragraph.tokens.start.max(span.start)
        };
        self.paragraphs[touched].iter().filter(ends).map(within).sum()
    }

    /// Whether a span ends with a question.
    pub(super) fn asks(&self, span: &Range<usize>) -> bool {
        let said = &self.text[self.tokens.bytes(span.clone()).end..];
        let closes = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
        said.chars().take_while(|c| closes(*c)).any(|c| matches!(c, '?' | '？' | '؟' | '՞' | '፧'))
    }

    /// The largest span of whole paragraphs and sentences within a span of tokens; `None` if there is none.
    pub(super) fn whole_sentences(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let touched = self.touched(span)?;
        let (first, last) = (&self.paragraphs[touched.start], &self.paragraphs[touched.end - 1]);
        let begin = if span.start == first.tokens.start {
            span.start
        } else {
            let within = span.start..span.end.min(first.tokens.end);
            let next = if touched.len() > 1 { Some(first.tokens.end) } else { None };
            within.into_iter().find(|&token| self.begins_sentence(token)).or(next)?
        };
        let end = if span.end == last.tokens.end {
            span.end
        } else {
            let within = span.start.max(last.tokens.start) + 1..=span.end;
            let before = if touched.len() > 1 { Some(last.tokens.start) } else { None };
            within.rev().find(|&token| self.begins_sentence(token)).or(before)?
        };
        (begin < end).then_some(begin..end)
    }

    /// The bytes that go when a span of tokens goes, so that what stands around it joins as it did.
    pub(super) fn bytes(&self, span: &Range<usize>) -> Range<usize> {
        let touched = self.touched(span).expect("a span that is cut holds tokens");
        let (first, last) = (&self.paragraphs[touched.start], &self.paragraphs[touched.end - 1]);
        let (begins, ends) = (span.start == first.tokens.start, span.end == last.tokens.end);
        let before = |token: usize| self.gap(token).map_or(0, |gap| gap.1.start);
        let after = |token: usize| self.gap(token).map_or(0, |gap| gap.1.end);
        match (begins, ends) {
            (true, true) => match (self.paragraphs.get(touched.end), touched.start.checked_sub(1)) {
                (Some(next), _) => first.bytes.start..next.bytes.start,
                (None, Some(previous)) => self.paragraphs[previous].bytes.end..last.bytes.end,
                (None, None) => first.bytes.clone(),
            },
            (true, false) => first.bytes.start..after(span.end),
            (false, true) => before(span.start)..last.bytes.end,
            (false, false) => after(span.start)..after(span.end),
        }
    }

    /// Whether a token begins a sentence or a paragraph.
    fn begins_sentence(&self, token: usize) -> bool {
        let at = self.paragraphs.partition_point(|paragraph| paragraph.tokens.start < token);
        if self.paragraphs.get(at).is_some_and(|paragraph| paragraph.tokens.start == token) {
            return true;
        }
        let Some((gap, blank)) = self.gap(token) else { return true };
        let closing = &self.text[gap.start..blank.start];
        let is_end =
            |c: char| matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '۔' | '।' | '።');
        let Some((place, mark)) = closing.char_indices().rev().find(|(_, c)| is_end(*c)) else {
            return false;
        };
        if matches!(mark, '。' | '！' | '？') {
            return true;
        }
        if blank.is_empty() {
            return false;
        }
        if mark != '.' {
            return true;
        }
        let next = self.tokens.bytes(token..token + 1);
        let said = &self.text[self.tokens.bytes(token - 1..token)];
        let after_word = place == 0;
        let abbreviated = after_word
            && (said.chars().nth(1).is_none() && !said.contains(char::is_numeric)
                || TITLES.contains(&&*said.to_lowercase()));
        !abbreviated && !self.text[next].starts_with(char::is_lowercase)
    }

    /// What stands between a token and the one before it, and the blank in that: what is before the blank belongs to
    /// the sentence before, what is after it to the next. Without a blank it is empty, and stands behind the last mark that
    /// ends sentences and what closes after it. `None` for the first token.
    fn gap(&self, token: usize) -> Option<(Range<usize>, Range<usize>)> {
        let previous = token.checked_sub(1)?;
        let begin = self.tokens.bytes(previous..token).end;
        let end = if token < self.tokens.len() {
            self.tokens.bytes(token..token + 1).start
        } else {
            self.text.len()
        };
        let gap = &self.text[begin..end];
        if let Some(at) = gap.find(char::is_whitespace) {
            let length = gap[at..].len() - gap[at..].trim_start().len();
            return Some((begin..end, begin + at..begin + at + length));
        }
        let opens =
            |c: char| matches!(c, '(' | '[' | '{' | '“' | '‘' | '«' | '「' | '『' | '（' | '¿' | '¡' | '【');
        let at = begin + gap.find(opens).unwrap_or(gap.len());
        Some((begin..end, at..at))
    }
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
        let all = Paragraph::all(&paragraphs(&text), &tokens);
        let divided = Divided { text: &text, tokens: &tokens, paragraphs: &all };
        let cut = divided.whole_sentences(&tokens.in_bytes(&span)).map(|sentences| divided.bytes(&sentences));
        let left = cut.map(|cut| format!("{}{}", &text[..cut.start], &text[cut.end..]));
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
        check("One. ⟦Two two.⟧ Three.", Some("One. Three."));
        check("One. ⟦Two two.⟧", Some("One."));
        check("⟦One one.⟧ “Two.”", Some("“Two.”"));
        check("He said so. ⟦And left.⟧\nThree.", Some("He said so.\nThree."));
        check("一二三。⟦四五六。⟧七八九。", Some("一二三。七八九。"));
        check("一二三。⟦「四五六」。⟧「七八九」。", Some("一二三。「七八九」。"));
    }

    #[test]
    fn what_is_no_whole_sentence_stays() {
        check("One ⟦and two. Three three. Four⟧ and five.", Some("One and two. Four and five."));
        check("One ⟦and two three⟧ four.", None);
        check("One ⟦and two.\nThree three.\nFour⟧ and five.", Some("One and two.\nFour and five."));
        check("Mr. ⟦Smith and J. Brown of the U.S. Senate⟧ left.", None);
        check("It cost 3.⟦50 in all⟧ there.", None);
        check("It went. and ⟦so did they. Then it⟧ left.", None);
    }
}
