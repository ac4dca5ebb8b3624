//! Paragraphs: where a text is divided.
//!
//! In most scraped text every line break ends a paragraph. Old wire text and plain e-mail are
//! *hard-wrapped* instead: lines are filled to a width and a paragraph is many of them. There, blank
//! lines and indents divide. Which of the two a text is, is judged from its lines alone:
//! a line counts as *filled* when another line follows it directly and it looks broken off for width: it
//! is 40 to 100 characters long and does not end like a sentence. When at least three lines and more than
//! half of all the lines with a direct successor are filled, the text is hard-wrapped.

use std::ops::Range;

/// Widths, in characters, between which a broken-off line is taken for a filled one: type-writer and
/// teletype lines are 60 to 80 wide, ragged ends make them shorter, and web paragraphs are rarely under 100.
const FILLED: Range<usize> = 40..101;

/// Byte ranges of the paragraphs of `text`: ascending, never empty, without blanks at their edges.
/// Linear time.
pub fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let lines = lines(text);
    let wrapped = is_hard_wrapped(text, &lines);
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let mut previous_blank = true;
    for line in lines {
        let content = trim(text, &line);
        if content.is_empty() {
            previous_blank = true;
            continue;
        }
        let indented = content.start > line.start;
        match paragraphs.last_mut() {
            Some(open) if wrapped && !previous_blank && !indented => open.end = content.end,
            _ => paragraphs.push(content),
        }
        previous_blank = false;
    }
    paragraphs
}

/// Line ranges without their ends. CR LF, LF, CR, and Unicode's line and paragraph separators divide.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut begin = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if !matches!(character, '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            continue;
        }
        lines.push(begin..at);
        begin = at + character.len_utf8();
        if character == '\r' && characters.next_if(|&(_, next)| next == '\n').is_some() {
            begin += 1;
        }
    }
    lines.push(begin..text.len());
    lines
}

fn trim(text: &str, line: &Range<usize>) -> Range<usize> {
    let content = &text[line.clone()];
    let begin = line.end - content.trim_start().len();
    let end = line.start + content.trim_end().len();
    begin..end.max(begin)
}

fn is_hard_wrapped(text: &str, lines: &[Range<usize>]) -> bool {
    let (mut filled, mut followed) = (0, 0);
    for pair in lines.windows(2) {
        let (line, next) = (text[pair[0].clone()].trim(), &text[pair[1].clone()]);
        let goes_on = !next.trim().is_empty() && !next.starts_with(char::is_whitespace);
        if line.is_empty() || !goes_on {
            continue;
        }
        followed += 1;
        let width = line.chars().take(FILLED.end).count();
        if FILLED.contains(&width) && !ends_like_a_sentence(line) {
            filled += 1;
        }
    }
    filled >= 3 && 2 * filled > followed
}

/// Whether a line ends with a mark that ends sentences in its script, quotes and brackets after it allowed.
pub fn ends_like_a_sentence(line: &str) -> bool {
    line.trim_end_matches(|c: char| c.is_whitespace() || "\"'”’»)]}」』）".contains(c))
        .ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।', '።', '។'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let cut: Vec<&str> = paragraphs(text).into_iter().map(|p| &text[p]).collect();
        assert_eq!(cut, expect);
    }

    #[test]
    fn line_breaks_divide() {
        check(
            "One.\nTwo.\r\nThree.\r\n\r\n  Four. \u{2029}Five",
            &["One.", "Two.", "Three.", "Four.", "Five"],
        );
        check("", &[]);
        check(" \n\n \n", &[]);
    }

    #[test]
    fn wrapped_lines_join_until_a_blank_line_or_an_indent() {
        let text = "Showers continued throughout the week in\nthe Bahia cocoa zone, alleviating the drought since early\nJanuary and improving prospects for the coming temporao,\nalthough normal humidity levels have not been restored,\nComissaria Smith said in its weekly review.\n    The dry period means the temporao will be late this year.\n    Arrivals for the week\n\nended";
        assert_eq!(paragraphs(text).len(), 4);
        assert!(text[paragraphs(text)[0].clone()].ends_with("weekly review."));
    }

    #[test]
    fn short_lines_are_not_filled() {
        check(
            "Impact:\n- one thing\n- another\nKey Developments",
            &["Impact:", "- one thing", "- another", "Key Developments"],
        );
    }
}
