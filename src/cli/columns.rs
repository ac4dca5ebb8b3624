//! Two columns of text on a terminal: cells are wrapped, coloured, and set beside each other.
//!
//! In: pieces of safe text, each with its look. Out: lines. They are as wide as their characters are: two columns for
//! wide ones, none for combining ones. A line breaks between words, around wide characters, and inside words that are
//! longer than a line. Right-to-left cells are isolated (U+2068 … U+2069), so that a terminal that reorders keeps the
//! columns apart. Linear time.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use super::printable::cut;

/// Between the columns.
const RULE: &str = " │ ";

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Not shared.
    Plain,
    /// Shared; passages take turns.
    Shared(bool),
    /// Not shared, inside a passage.
    Different,
    /// Ours: how much was left out.
    Note,
}

impl Look {
    fn style(self) -> Style {
        match self {
            Look::Plain => Style::new(),
            Look::Shared(false) => AnsiColor::Green.on_default(),
            Look::Shared(true) => AnsiColor::Cyan.on_default(),
            Look::Different => AnsiColor::Red.on_default().bold(),
            Look::Note => Style::new().dimmed(),
        }
    }
}

/// A piece of one side's text, to be wrapped; `\n` ends a paragraph.
pub(super) type Piece = (Look, String);

/// A line of a cell: what is shown, and how wide it is.
#[derive(Default)]
struct CellLine {
    runs: Vec<(Look, String)>,
    columns: usize,
}

/// Writes two cells beside each other, in as many lines as the longer one takes.
pub(super) fn push_row(shown: &mut String, column: usize, left: &[Piece], right: &[Piece]) {
    let (left, right) = (wrapped(left, column), wrapped(right, column));
    let none = CellLine::default();
    for at in 0..left.len().max(right.len()) {
        let (left, right) = (left.get(at).unwrap_or(&none), right.get(at).unwrap_or(&none));
        push_cell(shown, left);
        let _ = write!(shown, "{:1$}{RULE}", "", column.saturating_sub(left.columns));
        push_cell(shown, right);
        let kept = shown.trim_end_matches(' ').len();
        shown.truncate(kept);
        shown.push('\n');
    }
}

fn push_cell(shown: &mut String, cell: &CellLine) {
    let turns = cell.runs.iter().any(|(_, text)| text.chars().any(is_right_to_left));
    shown.push_str(if turns { "\u{2068}" } else { "" });
    for (look, text) in &cell.runs {
        let style = look.style();
        let _ = write!(shown, "{style}{text}{style:#}");
    }
    shown.push_str(if turns { "\u{2069}" } else { "" });
}

fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// One line of text, safe to print, cut to so many columns.
pub(super) fn fit(text: &str, columns: usize) -> String {
    let flat = cut(text, columns);
    let columns_of = |text: &str| text.chars().filter_map(UnicodeWidthChar::width).sum::<usize>();
    if columns_of(&flat) <= columns {
        return flat;
    }
    let mut used = 1;
    let kept = flat.chars().take_while(|character| {
        used += character.width().unwrap_or(0);
        used <= columns
    });
    kept.collect::<String>() + "…"
}

/// Marks that do not begin a line where wide characters are wrapped.
fn stays_with_what_is_before(character: char) -> bool {
    matches!(
        character,
        '。' | '、' | '，' | '．' | '」' | '』' | '）' | '】' | '》' | '！' | '？' | 'ー' | '⟧'
    )
}

/// Cuts pieces into lines of at most `column` columns: between words, around wide characters, and inside words that are
/// longer than a line.
fn wrapped(pieces: &[Piece], column: usize) -> Vec<CellLine> {
    let mut lines = vec![CellLine::default()];
    // The word that is being read, and whether a blank stands before it.
    let mut word = CellLine::default();
    let mut blank = false;
    for (look, text) in pieces {
        for character in text.chars() {
            match character {
                '\n' => {
                    place(&mut lines, &mut word, &mut blank, column);
                    if lines.last().is_some_and(|line| line.columns > 0) {
                        lines.push(CellLine::default());
                    }
                    blank = false;
                }
                ' ' => {
                    place(&mut lines, &mut word, &mut blank, column);
                    blank = true;
                }
                _ => {
                    let wide = character.width().unwrap_or(0);
                    let last = word.runs.last().and_then(|(_, text)| text.chars().next_back());
                    let after_wide = last.is_some_and(|last| last.width() == Some(2));
                    let may_break =
                        (wide == 2 || (after_wide && wide > 0)) && !stays_with_what_is_before(character);
                    if may_break || word.columns + wide > column {
                        place(&mut lines, &mut word, &mut blank, column);
                    }
                    word.push(*look, character, wide);
                }
            }
        }
    }
    place(&mut lines, &mut word, &mut blank, column);
    while lines.last().is_some_and(|line| line.columns == 0) {
        lines.pop();
    }
    lines
}

/// Puts a word on the last line, or on a new one.
fn place(lines: &mut Vec<CellLine>, word: &mut CellLine, blank: &mut bool, column: usize) {
    if word.columns == 0 && word.runs.is_empty() {
        return;
    }
    let word = std::mem::take(word);
    let blank = std::mem::take(blank);
    let Some(line) = lines.last_mut() else { return };
    let before = usize::from(blank && line.columns > 0);
    if line.columns > 0 && line.columns + before + word.columns > column {
        lines.push(word);
        return;
    }
    if before == 1 {
        let look = word.runs.first().map_or(Look::Plain, |(look, _)| *look);
        line.push(look, ' ', 1);
    }
    for (look, text) in word.runs {
        line.push_text(look, &text);
    }
    line.columns += word.columns;
}

impl CellLine {
    fn push(&mut self, look: Look, character: char, columns: usize) {
        self.push_text(look, character.encode_utf8(&mut [0; 4]));
        self.columns += columns;
    }

    fn push_text(&mut self, look: Look, text: &str) {
        match self.runs.last_mut() {
            Some((last, open)) if *last == look => open.push_str(text),
            _ => self.runs.push((look, text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wraps one piece and holds what must hold for any.
    fn check(text: &str, column: usize, expect: &[&str]) {
        let lines = wrapped(&[(Look::Plain, text.to_owned())], column);
        let shown: Vec<String> =
            lines.iter().map(|line| line.runs.iter().map(|(_, text)| text.as_str()).collect()).collect();
        assert_eq!(shown, expect, "{text:?} in {column}");
        for (line, shown) in lines.iter().zip(shown) {
            let columns: usize = shown.chars().filter_map(UnicodeWidthChar::width).sum();
            assert_eq!((line.columns, columns <= column), (columns, true), "{shown:?}");
        }
    }

    #[test]
    fn lines_break_between_words_and_paragraphs() {
        check("one two three", 7, &["one two", "three"]);
        check("one two three", 6, &["one", "two", "three"]);
        check("one\n\n\ntwo ", 7, &["one", "two"]);
        check("  ", 7, &[]);
    }

    #[test]
    fn what_is_longer_than_a_line_is_cut() {
        check("abcdefghij kl", 4, &["abcd", "efgh", "ij", "kl"]);
        check("e\u{301}e\u{301}e\u{301}", 2, &["e\u{301}e\u{301}", "e\u{301}"]);
    }

    #[test]
    fn wide_characters_count_two_and_keep_their_marks() {
        check("港の壁を閉鎖", 7, &["港の壁", "を閉鎖"]);
        check("港の壁。を", 8, &["港の壁。", "を"]);
        check("港の壁。を", 7, &["港の", "壁。を"]);
        check("A港B", 2, &["A", "港", "B"]);
    }

    #[test]
    fn names_are_cut_by_columns() {
        for (text, columns, expect) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("港の壁", 6, "港の壁"),
            ("港の壁", 5, "港の…"),
            ("港の壁", 4, "港…"),
        ] {
            assert_eq!(fit(text, columns), expect, "{text} in {columns}");
        }
    }
}
