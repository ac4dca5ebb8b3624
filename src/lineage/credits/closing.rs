//! The two ends of a text: codes that close it, copyright tails, and where it was published first.
//!
//! In: a text. Out: credits within its first and last bytes.
//!
//! - codes: `… on Monday. (AP)`, `«واس»`, `-- Xinhua`, `/APS`, `واس //10:05 ت م`, a last line `Reuter`
//! - copyright: `Copyright 2020 The Associated Press`, `© Reuters`, `(c) AFP`: agencies alone, for every footer claims one
//! - `This article originally appeared on The Conversation.`: any name

use crate::archive::dates::{MONTHS, WEEKDAYS};
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, MatchKind};

use super::agencies::{Strength, look_up, words};
use super::cut::{after_one_of, bracketed, ends_sentence, head, is_dash, place, tail};
use super::dateline::explains;
use super::{CreditKind, Found};

/// As far as is looked behind the begin, in bytes.
const FIRST_BYTES: usize = 400;

/// As far as is looked before the end, in bytes: tags and links follow a text.
const LAST_BYTES: usize = 600;

/// A closing code stands nearer, in bytes.
const CODE_BYTES: usize = 300;

/// A time behind slashes is not longer, in bytes.
const TIME_BYTES: usize = 30;

/// Longest name, in bytes.
const NAME_BYTES: usize = 100;

/// Adds the credits of both ends.
pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    // Old wire text ends with signs of the teletype.
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || c.is_control());
    codes(text, found);
    let first = head(text, FIRST_BYTES).len();
    let last = place(text, tail(text, LAST_BYTES)).start;
    if first < last {
        phrases(text, 0..first, found);
        phrases(text, last..text.len(), found);
    } else {
        phrases(text, 0..text.len(), found);
    }
}

/// The codes that close the text.
fn codes(text: &str, found: &mut Vec<Found>) {
    let end = tail(text, CODE_BYTES);
    let mut add = |name: &str| found.push(Found::named(text, place(text, name), CreditKind::AgencyCode));
    for open in memchr::memchr3_iter(b'(', b'"', 0xC2, end.as_bytes())
        .chain(memchr::memchr2_iter(b'[', 0xE2, end.as_bytes()))
        .chain(memchr::memchr_iter(0xEF, end.as_bytes()))
    {
        if let Some(name) = closing_bracket(text, end, open) {
            add(name);
        }
    }
    if let Some(name) = last_words(text, end) {
        add(name);
    }
}

/// The code in the brackets that open at `open`, if they stand behind a full sentence or end the text.
fn closing_bracket<'t>(text: &'t str, end: &'t str, open: usize) -> Option<&'t str> {
    // Curly quotes begin as dashes do, wide brackets as other wide marks: the byte alone says little.
    let begins = end.as_bytes()[open + 1..].first();
    (end.as_bytes()[open] != 0xE2 || begins == Some(&0x80)).then_some(())?;
    let (inside, after) = bracketed(end.get(open..)?, NAME_BYTES)?;
    // `(dpa/lno)`, `(dpa, AFP)`: the first of several.
    let whole = inside.trim();
    let first = || {
        let first = whole.split(['/', ',']).next()?.trim();
        look_up(first, Strength::Code).map(|named| (first, named))
    };
    let (name, named) = look_up(whole, Strength::Ambiguous).map(|named| (whole, named)).or_else(first)?;
    let begin = place(text, end).start + open;
    let before = tail(text[..begin].trim_end_matches([' ', '\t', '\u{a0}']), NAME_BYTES);
    if before.is_empty() {
        // The text is nothing else.
        return None;
    }
    let full = before.ends_with(ends_sentence);
    let quoted = end[open..].starts_with(['"', '“', '«']);
    let last = after.trim_matches(|c: char| c.is_whitespace() || c == '.').is_empty();
    // A quoted name before a quoted sentence's end is part of that sentence.
    let credited = full || (last && !quoted && named.strength <= Strength::Code);
    (credited && !explains(before.rsplit(ends_sentence).next().filter(|_| !full).unwrap_or_default()))
        .then_some(name)
}

/// The name with which the text ends: behind a dash, a slash, a full sentence, or in a line of its own.
fn last_words<'t>(text: &'t str, end: &'t str) -> Option<&'t str> {
    // `واس //10:05 ت م`
    let end = match tail(end, TIME_BYTES).rfind("//").map(|at| end.len() - tail(end, TIME_BYTES).len() + at) {
        Some(at) if !end[..at].ends_with(':') => end[..at].trim_end(),
        _ => end,
    };
    let timed = end.len() < tail(text, CODE_BYTES).len();
    let end =
        end.trim_end_matches(|c: char| matches!(c, '.' | '/' | '*' | '#' | '_' | ']') || c.is_whitespace());
    let mark = |c: char| is_dash(c) || matches!(c, '/' | '*' | '_') || ends_sentence(c);
    let (at, mark) = end.char_indices().rev().take(NAME_BYTES / 2).find(|&(_, c)| mark(c))?;
    let name = end[at + mark.len_utf8()..].trim();
    let before = end[..at].trim_end_matches(is_dash);
    // `and/AP`, `anti-AP`, `U.S.AP` are words; a mark stands apart from what is before it or behind it.
    let apart = mark == '\n'
        || before.ends_with([' ', '\n'])
        || before.ends_with(ends_sentence)
        || end[at + mark.len_utf8()..].starts_with(char::is_whitespace);
    let own_line = mark == '\n' || before.ends_with('\n') || before.ends_with(ends_sentence);
    let weakest = match mark {
        _ if timed => Strength::Ambiguous,
        '.' | ')' | '"' | '”' | '’' if !own_line => Strength::Name,
        _ => Strength::Code,
    };
    if name.len() > NAME_BYTES || !apart {
        return timed
            .then(|| end.rsplit(char::is_whitespace).next())
            .flatten()
            .filter(|last| look_up(last, Strength::Code).is_some());
    }
    if look_up(name, weakest).is_some() {
        return Some(name);
    }
    let last = end.rsplit(char::is_whitespace).next()?;
    (timed && look_up(last, Strength::Code).is_some()).then_some(last)
}

/// Parts of phrases that are searched for; what stands around them is judged then.
static STEMS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let stems = ["opyright", "OPYRIGHT", "©", "(c)", "(C)"].into_iter().map(str::to_owned);
    let phrases = words().original.iter().cloned();
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(stems.chain(phrases).chain(words().original.iter().map(|phrase| capital(phrase))))
        .expect("a few hundred short patterns")
});

/// How many of the patterns are signs of copyright.
const COPYRIGHTS: usize = 5;

fn capital(phrase: &str) -> String {
    let mut chars = phrase.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// Pieces of which each stem but `©` holds one: few enough to be searched for in vectors, and rare in prose.
const PIECES: [&str; 22] = [
    "pyright",
    "PYRIGHT",
    "(c)",
    "(C)",
    "rigin",
    "irst publ",
    "irst appe",
    "red first",
    "nitialement",
    "uerst",
    "orspron",
    "публиков",
    "أول مرة",
    "أصلا",
    "载自",
    "載自",
    "原载",
    "首发于",
    "載元",
    "初出",
    "配信元",
    "転載",
];

/// `None` on machines without such vectors.
static PIECE: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(PIECES));

/// No stem is longer, in bytes.
const STEM_BYTES: usize = 80;

/// Where the next piece of a stem begins in `end`. Nearly no text has any, and the automaton is slower by far.
fn next_piece(end: &[u8]) -> Option<usize> {
    /// The second byte of `©`.
    const SIGN: u8 = 0xA9;
    let piece = match PIECE.as_ref() {
        Some(pieces) => pieces.find(end).map(|piece| piece.start()),
        None => STEMS.find(end).map(|stem| stem.start()),
    };
    let before = &end[..piece.unwrap_or(end.len())];
    // Other scripts have the same second byte.
    let is_sign = |&at: &usize| before[..at].ends_with(&[0xC2]);
    memchr::memchr_iter(SIGN, before).find(is_sign).or(piece)
}

fn phrases(text: &str, within: Range<usize>, found: &mut Vec<Found>) {
    let bytes = &text.as_bytes()[..within.end];
    let mut from = within.start;
    while let Some(piece) = next_piece(&bytes[from..]).map(|at| from + at) {
        // The stem of a piece lies around it; one that begins behind it has a piece of its own.
        let begin = from.max(piece.saturating_sub(STEM_BYTES));
        let around = &bytes[begin..bytes.len().min(piece + STEM_BYTES)];
        let Some(stem) = STEMS.find(around).filter(|stem| begin + stem.start() <= piece) else {
            from = piece + 1;
            continue;
        };
        from = begin + stem.end();
        let rest = head(&text[from..], NAME_BYTES);
        if stem.pattern().as_usize() < COPYRIGHTS {
            let name = owner(rest);
            if look_up(name, Strength::Code).is_some() {
                found.push(Found::named(text, place(text, name), CreditKind::Copyright));
            }
        } else if let Some(name) = publisher(rest) {
            found.push(Found::named(text, place(text, name), CreditKind::OriginallyPublished));
        }
    }
}

/// Whose copyright it is: what follows signs, years and "by", up to a mark or "All rights".
fn owner(rest: &str) -> &str {
    let rest = rest.trim_start_matches(|c: char| !c.is_alphabetic());
    let rest = after_one_of(rest, &["by", "copyright", "c"])
        .map_or(rest, |rest| rest.trim_start_matches(|c: char| !c.is_alphabetic()));
    let end = rest.find(['.', ',', '|', '\n', ';', ')', '(', '/', '-', '–', '—', '©']).unwrap_or(rest.len());
    let owner = &rest[..end];
    let end = owner.find(" All ").or_else(|| owner.find(" all ")).unwrap_or(owner.len());
    owner[..end].trim_end_matches(|c: char| !c.is_alphabetic())
}

/// By whom it was published first: what follows, up to the end of the sentence, a date or a clause.
fn publisher(rest: &str) -> Option<&str> {
    /// Longer names are sentences.
    const MAX_WORDS: usize = 6;
    let rest = rest
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '"' | '“' | '«' | '\''));
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        let next = rest[at + c.len_utf8()..].chars().next().unwrap_or(' ');
        let stops =
            matches!(c, '\n' | '|' | ',' | ';' | '。' | '"' | '”' | '»' | '(' | ')' | '（' | '）' | '،')
                || (matches!(c, '.' | ':') && next.is_whitespace())
                || (c.is_whitespace() && (is_dash(next) || next.is_numeric()));
        if stops {
            end = at;
            break;
        }
    }
    let mut name = rest[..end].trim();
    for clause in [" on ", " in ", " and ", " as ", " at ", " under ", " with "] {
        name = name.split(clause).next().unwrap_or_default();
    }
    let first = name.split_whitespace().next()?.to_lowercase();
    let dated =
        MONTHS.iter().chain(&WEEKDAYS).any(|name| *name == first) || first.starts_with(char::is_numeric);
    // A name is written with capitals where the script has them, or is an address.
    let bare = name.trim_start_matches(|c: char| !c.is_alphanumeric());
    let spelled = bare.starts_with(|c: char| !c.is_lowercase()) || bare.contains('.') || first == "the";
    let short = name.split_whitespace().take(MAX_WORDS + 1).count() <= MAX_WORDS && end < NAME_BYTES - 4;
    let cut = rest.len() == end && end >= NAME_BYTES - 4;
    (!dated && spelled && short && !cut && name.contains(char::is_alphabetic)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stem_holds_a_piece() {
        let phrases = words().original.iter().flat_map(|phrase| [phrase.clone(), capital(phrase)]);
        for stem in ["opyright", "OPYRIGHT", "©", "(c)", "(C)"].map(str::to_owned).into_iter().chain(phrases)
        {
            assert!(next_piece(stem.as_bytes()).is_some() && stem.len() <= STEM_BYTES, "{stem}");
            let text = format!("{} {stem} {}", "x".repeat(100), "x".repeat(100));
            assert!(next_piece(text.as_bytes()).is_some(), "{stem}");
        }
    }
}
