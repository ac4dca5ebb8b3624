//! Paragraphs: where a text is divided.
//!
//! In most scraped text every line break ends a paragraph. Old wire text and plain e-mail are
//! *hard-wrapped* instead: lines are filled to a width and a paragraph is many of them. There, blank
//! lines and indents divide. Which of the two a text is, is judged from its lines alone:
//! a line counts as *filled* when another line follows it directly and it looks broken off for width: it
//! is 40 to 100 characters long and does not end like a sentence. When at least three lines and more than
//! half of all the lines with a direct successor are filled, the text is hard-wrapped.

use std::ops::Range;

use crate::kernel::{Kernel, Lanes, Task};

/// Widths, in characters, between which a broken-off line is taken for a filled one: type-writer and
/// teletype lines are 60 to 80 wide, ragged ends make them shorter, and web paragraphs are rarely under 100.
const FILLED: Range<usize> = 40..101;

/// Byte ranges of the paragraphs of `text`: ascending, never empty, without blanks at their edges.
/// Linear time.
pub fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut paragraphs = Paragraphs::default();
    paragraphs.of(text);
    paragraphs.found
}

/// Divides one text after the other; the buffers are kept.
#[derive(Clone, Debug, Default)]
pub struct Paragraphs {
    kernel: Kernel,
    lines: Vec<Range<usize>>,
    found: Vec<Range<usize>>,
}

impl Paragraphs {
    /// Empty buffers for dividing on a kernel of your choice; `default` takes the best.
    pub fn on(kernel: Kernel) -> Self {
        Paragraphs { kernel, ..Paragraphs::default() }
    }

    /// [`paragraphs`] of `text`.
    pub fn of(&mut self, text: &str) -> &[Range<usize>] {
        self.kernel.run(Lines { text, lines: &mut self.lines });
        self.found.clear();
        let wrapped = is_hard_wrapped(text, &self.lines);
        let mut previous_blank = true;
        for line in &self.lines {
            let content = trim(text, line);
            if content.is_empty() {
                previous_blank = true;
                continue;
            }
            let indented = content.start > line.start;
            match self.found.last_mut() {
                Some(open) if wrapped && !previous_blank && !indented => open.end = content.end,
                _ => self.found.push(content),
            }
            previous_blank = false;
        }
        &self.found
    }
}

/// Finds line ranges without their ends. CR LF, LF, CR, vertical tab, form feed, next line, and Unicode's line and
/// paragraph separators divide.
struct Lines<'t, 's> {
    text: &'t str,
    lines: &'s mut Vec<Range<usize>>,
}

const BLOCK: usize = 32;

impl Task for Lines<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Lines { text, lines } = self;
        lines.clear();
        let bytes = text.as_bytes();
        let mut begin = 0;
        for at in (0..bytes.len()).step_by(BLOCK) {
            let mut padded = [0; BLOCK];
            let block = bytes[at..].first_chunk().unwrap_or_else(|| {
                padded[..bytes.len() - at].copy_from_slice(&bytes[at..]);
                &padded
            });
            let mut may_divide = [0; BLOCK];
            for (flag, &byte) in may_divide.iter_mut().zip(block) {
                *flag = may_begin_line_end(byte);
            }
            let mut left = lanes.not_zero(&may_divide);
            while left != 0 {
                let at = at + left.trailing_zeros() as usize;
                left &= left - 1;
                let length = line_end(&bytes[at..]);
                // The second half of CR LF has been passed with the first.
                if length > 0 && at >= begin {
                    lines.push(begin..at);
                    begin = at + length;
                }
            }
        }
        lines.push(begin..text.len());
    }
}

/// One if the byte is a line end, or the first of one beyond ASCII. Without a branch, so that a block is looked at in
/// vectors.
#[inline(always)]
fn may_begin_line_end(byte: u8) -> u8 {
    u8::from(byte.wrapping_sub(b'\n') < 4) | u8::from(byte == 0xC2) | u8::from(byte == 0xE2)
}

/// How long the line end is that `bytes` begin with; 0 if they begin with none.
fn line_end(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] | [0xC2, 0x85, ..] => 2,
        [b'\n' | b'\r' | 0x0B | 0x0C, ..] => 1,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}

fn trim(text: &str, line: &Range<usize>) -> Range<usize> {
    let content = &text[line.clone()];
    let begin = line.end - content.trim_start().len();
    let end = line.start + content.trim_end().len();
    begin..end.max(begin)
}

fn is_hard_wrapped(text: &str, lines: &[Range<usize>]) -> bool {
    let followed = |pair: &[Range<usize>]| {
        let next = &text[pair[1].clone()];
        !text[pair[0].clone()].trim().is_empty() && next.starts_with(|first: char| !first.is_whitespace())
    };
    let filled = |pair: &[Range<usize>]| {
        // No shorter line can be filled, and most texts have hardly any line that is.
        if pair[0].len() < FILLED.start {
            return false;
        }
        let line = text[pair[0].clone()].trim();
        FILLED.contains(&width(line)) && followed(pair) && !ends_like_a_sentence(line)
    };
    let filled = lines.windows(2).filter(|pair| filled(pair)).count();
    filled >= 3 && 2 * filled > lines.windows(2).filter(|pair| followed(pair)).count()
}

/// How many characters a line has; of lines that are too long to be filled, however wide their characters, so many bytes.
fn width(line: &str) -> usize {
    const WIDEST: usize = 4;
    if line.len() >= WIDEST * FILLED.end {
        return line.len();
    }
    // All bytes of a character but its first are of the form 10xx_xxxx. Without a branch, so that lines are counted in vectors.
    line.bytes().map(|byte| usize::from(byte & 0xC0 != 0x80)).sum()
}

/// Whether a line ends with a mark that ends sentences in its script, quotes and brackets after it allowed.
pub fn ends_like_a_sentence(line: &str) -> bool {
    let closes = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '}' | '」' | '』' | '）')
    };
    line.trim_end_matches(closes).ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।', '።', '។'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    /// Line by line, character by character: the judge of [`Lines`].
    fn lines_by_definition(text: &str) -> Vec<Range<usize>> {
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

    proptest! {
        #[test]
        fn lines_are_those_of_the_definition(text in "([a ]|[\n\r\x0B\x0C\u{85}\u{2028}\u{2029}\u{84}\u{2030}é]){0,150}") {
            for kernel in Kernel::all() {
                let mut lines = vec![7..9, 9..9];
                kernel.run(Lines { text: &text, lines: &mut lines });
                prop_assert_eq!(&lines, &lines_by_definition(&text), "{:?}", kernel);
            }
        }
    }

    #[test]
    fn short_lines_are_not_filled() {
        check(
            "Impact:\n- one thing\n- another\nKey Developments",
            &["Impact:", "- one thing", "- another", "Key Developments"],
        );
    }
}
