//! Two texts side by side: what they share in the same rows, and marked.
//!
//! In: two texts, their [`Comparison`], the columns there are. Out: lines for a terminal.
//!
//! The passages that can stand in the order of both texts at once, as many words of them as can be, are the *chain*: each
//! begins a row on both sides. Between them stands, on either side alone, what is not shared, and passages whose twin
//! stands elsewhere. A passage is marked by brackets with its number, ⟦1 … 1⟧, and by colour; words that only one side
//! has inside it as [-…-] and {+…+}. So all of it reads without colour. Long stretches without marks are shortened.
//!
//! Cells are wrapped by `columns`; text of the articles goes through `printable`. Linear time, but for the chain, O(n log n) in passages.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;
use wirecopy::compare::{Comparison, SharedPassage, Side};

use super::columns::{Look, Piece, push_row};
use super::printable::line;
use super::summary::plural;

/// How the texts are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Columns of the terminal.
    pub(crate) width: usize,
    /// Nothing is shortened.
    pub(crate) full: bool,
}

/// Stretches of more words than this are shortened: about a screen of 160 columns holds them.
const SHORTENED_WORDS: usize = 60;
/// So many words stay at either end.
const KEPT_WORDS: usize = 15;
/// The texts, side by side.
pub(crate) fn side_by_side(a: &str, b: &str, found: &Comparison, layout: Layout) -> String {
    let column = layout.width.saturating_sub(3) / 2;
    let mut shown = String::new();
    push_row(&mut shown, column, &[(Look::Note, "A".into())], &[(Look::Note, "B".into())]);
    let _ = writeln!(shown, "{}─┼─{}", "─".repeat(column), "─".repeat(column));
    let chain = chain(&found.passages);
    let mut chained = vec![false; found.passages.len()];
    for &at in &chain {
        chained[at] = true;
    }
    let elsewhere = [Side::A, Side::B].map(|side| elsewhere(&found.passages, &chained, side));
    let (mut in_a, mut in_b) = (0, 0);
    for at in chain.iter().copied().map(Some).chain([None]) {
        let (next_a, next_b) = at.map_or((a.len(), b.len()), |at| {
            let spans = &found.passages[at].spans;
            let (begin_a, begin_b) = (spans.a.bytes.start, spans.b.bytes.start);
            (begin_a - marks_before(&a[in_a..begin_a]), begin_b - marks_before(&b[in_b..begin_b]))
        });
        let left = unshared(a, in_a..next_a, &elsewhere[0], layout);
        let right = unshared(b, in_b..next_b, &elsewhere[1], layout);
        push_row(&mut shown, column, &left, &right);
        if let Some(at) = at {
            let mut rows = shared(a, b, &found.passages[at], at + 1, layout);
            let spans = &found.passages[at].spans;
            (in_a, in_b) = (spans.a.bytes.end, spans.b.bytes.end);
            if let Some((left, right)) = rows.first_mut() {
                left.insert(0, (Look::Plain, line(&a[next_a..spans.a.bytes.start])));
                right.insert(0, (Look::Plain, line(&b[next_b..spans.b.bytes.start])));
            }
            if let Some((left, right)) = rows.last_mut() {
                in_a += with_marks_behind(left, &a[in_a..]);
                in_b += with_marks_behind(right, &b[in_b..]);
            }
            for (left, right) in rows {
                push_row(&mut shown, column, &left, &right);
            }
        }
    }
    shown
}

/// Passages that ascend in both texts and do not overlap, with the most words together.
fn chain(passages: &[SharedPassage]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..passages.len()).collect();
    let begin = |at: usize| passages[at].spans.a.bytes.start;
    let end = |at: usize| passages[at].spans.a.bytes.end;
    order.sort_by_key(|&at| (begin(at), passages[at].spans.b.bytes.start));
    let mut by_end = order.clone();
    by_end.sort_by_key(|&at| (end(at), at));
    let mut ended = by_end.into_iter().peekable();
    let mut best: Vec<(u64, Option<usize>)> = vec![(0, None); passages.len()];
    // By where chains end in the second text: more words the further on, what is no better is dropped.
    let mut front: BTreeMap<usize, (u64, usize)> = BTreeMap::new();
    for &at in &order {
        while let Some(done) = ended.next_if(|&done| end(done) <= begin(at)) {
            let (words, key) = (best[done].0, passages[done].spans.b.bytes.end);
            if front.range(..=key).next_back().is_some_and(|(_, &(most, _))| most >= words) {
                continue;
            }
            while let Some((&worse, _)) = front.range(key..).next().filter(|(_, entry)| entry.0 <= words) {
                front.remove(&worse);
            }
            front.insert(key, (words, done));
        }
        let before = front.range(..=passages[at].spans.b.bytes.start).next_back();
        let (words, previous) = before.map_or((0, None), |(_, &(words, previous))| (words, Some(previous)));
        best[at] = (words + u64::from(passages[at].words), previous);
    }
    let mut chain = Vec::new();
    let mut next = order.into_iter().max_by_key(|&at| best[at].0);
    while let Some(at) = next {
        chain.push(at);
        next = best[at].1;
    }
    chain.reverse();
    chain
}

/// Where passages outside the chain stand on one side, and their numbers; ascending.
fn elsewhere(passages: &[SharedPassage], chained: &[bool], side: Side) -> Vec<(Range<usize>, usize)> {
    let numbered = passages.iter().zip(1..).zip(chained).filter(|(_, chained)| !**chained);
    let mut placed: Vec<_> =
        numbered.map(|((passage, number), _)| (passage.spans.of(side).bytes.clone(), number)).collect();
    placed.sort_by_key(|(bytes, number)| (bytes.start, *number));
    placed
}

/// What stands between two passages of the chain on one side; passages whose twin stands elsewhere among it.
fn unshared(
    text: &str,
    range: Range<usize>,
    elsewhere: &[(Range<usize>, usize)],
    layout: Layout,
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut begin = range.start;
    let first = elsewhere.partition_point(|(bytes, _)| bytes.start < range.start);
    for (bytes, number) in elsewhere[first..].iter().take_while(|(bytes, _)| bytes.start < range.end) {
        if bytes.start < begin || bytes.end > range.end {
            continue; // words of two passages are shown once
        }
        pieces.extend(shortened(Look::Plain, &text[begin..bytes.start], layout));
        let look = Look::Shared(number.is_multiple_of(2));
        pieces.push((look, format!("⟦{number} ")));
        pieces.extend(shortened(look, &text[bytes.clone()], layout));
        pieces.push((look, format!(" {number}⟧")));
        begin = bytes.end;
    }
    pieces.extend(shortened(Look::Plain, &text[begin..range.end], layout));
    pieces
}

fn marks(characters: impl Iterator<Item = char>) -> usize {
    let marks = characters.take(MARKS).take_while(|c| !c.is_whitespace() && !c.is_alphanumeric());
    marks.map(char::len_utf8).sum()
}

/// Bytes of the quotation mark or bracket that opens right before a passage: it stands on the passage's first line.
fn marks_before(text: &str) -> usize {
    marks(text.chars().rev())
}

/// Puts the full stop behind a passage on its last line: a passage ends with its last word. Returns how many bytes.
fn with_marks_behind(cell: &mut Vec<Piece>, rest: &str) -> usize {
    let marks = marks(rest.chars());
    cell.push((Look::Plain, line(&rest[..marks])));
    marks
}

/// The most marks that stand behind a last word: a quotation mark, a full stop, a bracket.
const MARKS: usize = 4;

/// The rows of a passage: a new one where differences have moved one side down, so that the two stay level.
fn shared(
    a: &str,
    b: &str,
    passage: &SharedPassage,
    number: usize,
    layout: Layout,
) -> Vec<(Vec<Piece>, Vec<Piece>)> {
    let look = Look::Shared(number.is_multiple_of(2));
    let (of_a, of_b) = (&passage.spans.a.bytes, &passage.spans.b.bytes);
    let mut rows = Vec::new();
    let mut row = (vec![(look, format!("⟦{number} "))], vec![(look, format!("⟦{number} "))]);
    let (mut at_a, mut at_b) = (of_a.start, of_b.start);
    // Characters by which the first side is ahead in this row.
    let mut drift = 0_i64;
    for difference in &passage.differences {
        let (in_a, in_b) = (&difference.spans.a.bytes, &difference.spans.b.bytes);
        let agree = (&a[at_a..in_a.start], &b[at_b..in_b.start]);
        if drift.unsigned_abs() > LEVEL_CHARS && agree.0.len() as u64 > LEVEL_CHARS {
            rows.push(std::mem::take(&mut row));
            drift = 0;
        }
        row.0.extend(shortened(look, agree.0, layout));
        row.1.extend(shortened(look, agree.1, layout));
        for (side, text, open, close) in
            [(&mut row.0, &a[in_a.clone()], "[-", "-]"), (&mut row.1, &b[in_b.clone()], "{+", "+}")]
        {
            if !text.is_empty() {
                side.push((Look::Different, format!(" {open}")));
                side.extend(shortened(Look::Different, text, layout));
                side.push((Look::Different, close.into()));
            }
        }
        (at_a, at_b) = (in_a.end, in_b.end);
        let chars = |text: &str| i64::try_from(text.chars().count()).unwrap_or(i64::MAX / 2);
        drift = drift.saturating_add(chars(&a[in_a.clone()]) - chars(&b[in_b.clone()]));
    }
    let agree = (&a[at_a..of_a.end], &b[at_b..of_b.end]);
    if drift.unsigned_abs() > LEVEL_CHARS && agree.0.len() as u64 > LEVEL_CHARS {
        rows.push(std::mem::take(&mut row));
    }
    row.0.extend(shortened(look, agree.0, layout));
    row.1.extend(shortened(look, agree.1, layout));
    row.0.push((look, format!(" {number}⟧")));
    row.1.push((look, format!(" {number}⟧")));
    rows.push(row);
    rows
}

/// A side that is so many characters ahead, about half a line, is waited for, if as much follows.
const LEVEL_CHARS: u64 = 24;

/// A stretch of text, with its middle left out where it is long.
fn shortened(look: Look, text: &str, layout: Layout) -> Vec<Piece> {
    let words: Vec<(usize, &str)> = words_of(text, 2 * SHORTENED_WORDS + 1);
    if layout.full || words.len() <= SHORTENED_WORDS {
        return vec![(look, paragraphs(text))];
    }
    let head = words[KEPT_WORDS].0;
    let tail = last_words(text, KEPT_WORDS);
    if tail <= head {
        return vec![(look, paragraphs(text))];
    }
    let left_out = count_words(&text[head..tail]);
    vec![
        (look, paragraphs(&text[..head])),
        (Look::Note, format!(" … {} … ", plural(left_out, "word"))),
        (look, paragraphs(&text[tail..])),
    ]
}

/// Where words begin, as they are shown: what stands between blanks; two wide characters make a word.
fn word_begins(text: &str) -> impl Iterator<Item = usize> + '_ {
    let (mut inside, mut wide) = (false, 0_u32);
    text.char_indices().filter_map(move |(at, character)| {
        if character.is_whitespace() {
            (inside, wide) = (false, 0);
            return None;
        }
        let is_wide = character.width() == Some(2);
        let begins = if is_wide { wide.is_multiple_of(2) } else { !inside || wide > 0 };
        wide = if is_wide { wide + 1 } else { 0 };
        inside = true;
        begins.then_some(at)
    })
}

fn words_of(text: &str, most: usize) -> Vec<(usize, &str)> {
    word_begins(text).take(most).map(|at| (at, &text[at..])).collect()
}

fn count_words(text: &str) -> u64 {
    word_begins(text).count() as u64
}

/// Where the last so many words begin.
fn last_words(text: &str, count: usize) -> usize {
    let mut last = std::collections::VecDeque::with_capacity(count + 1);
    for at in word_begins(text) {
        last.push_back(at);
        if last.len() > count {
            last.pop_front();
        }
    }
    last.front().copied().unwrap_or(text.len())
}

/// Safe text, blanks as one, lines that end as `\n`.
fn paragraphs(text: &str) -> String {
    let mut safe = String::new();
    for (number, part) in text.split('\n').enumerate() {
        let blank = |c: Option<char>| c.is_some_and(char::is_whitespace);
        let begin = if number > 0 {
            "\n"
        } else if blank(part.chars().next()) {
            " "
        } else {
            ""
        };
        let words: Vec<String> = part.split_whitespace().map(line).collect();
        safe.push_str(begin);
        safe.push_str(&words.join(" "));
        if !words.is_empty() && blank(part.chars().next_back()) {
            safe.push(' ');
        }
    }
    safe
}
