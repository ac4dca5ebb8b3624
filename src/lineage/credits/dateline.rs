//! Datelines: where and by whom a text was written, at the begin of a paragraph.
//!
//! In: a paragraph. Out: the agency in its dateline. Four shapes are told, all within the first [`HEAD_BYTES`]:
//!
//! - brackets behind a place: `LONDON (AP) —`, `PARIS, May 3 (Reuters) -`, `MADRID, 3 May. (EUROPA PRESS) -`,
//!   `МОСКВА, 3 мая. /ТАСС/.`, `北京5月3日电（新华社记者 …）`; before the text: `(Reuters) -`, `【ワシントン共同】`, `(서울=연합뉴스)`
//! - parts between dashes and a colon: `الرياض – واس:`, `واس- جدة:`, `МОСКВА, 3 мая — РИА Новости.`
//! - a date and then the code: `الرياض 15 رمضان 1436 هـ الموافق 2 يوليو 2015 م واس`
//! - the agency, a place, and the sign for a telegram: `新华社北京5月3日电`
//!
//! Brackets are looked for in every paragraph, for scraped pages put much before a text; the others, which are easier to
//! mistake, near the begin of the text alone.

use std::ops::Range;

use super::agencies::{Strength, look_up, words};
use super::cut::{MARK_BYTES, bracketed, head, is_dash, is_unspaced, one_of, place};
use super::{CreditKind, Found};

/// As far as datelines reach, in bytes: the longest that were met have 110 Arabic letters.
const HEAD_BYTES: usize = 240;

/// As far as a bracket may open, in bytes: a place and a date.
const OPENS_BYTES: usize = MARK_BYTES;

/// What stands in a dateline's brackets, in bytes.
const BRACKET_BYTES: usize = 70;

/// A place and a date have no more words.
const MAX_PLACE_WORDS: usize = 9;

/// The dateline with which the paragraph begins.
pub(super) fn find(text: &str, paragraph: &Range<usize>, near_begin: bool) -> Option<Found> {
    let said = &text[paragraph.clone()];
    let opens = &said.as_bytes()[..said.len().min(OPENS_BYTES)];
    // Most paragraphs hold none of the marks: two looks at their bytes tell. Wide brackets begin with 0xE3 and 0xEF.
    let has_bracket = memchr::memchr3(b'(', b'[', b'/', opens).is_some()
        || (near_begin && memchr::memchr2(0xE3, 0xEF, opens).is_some());
    let said = head(said, HEAD_BYTES);
    let mut name = has_bracket.then(|| in_brackets(said)).flatten();
    if name.is_none() && near_begin {
        // Nearly all dashes that are not ASCII begin with 0xE2.
        let has_mark = memchr::memchr3(b'-', b':', 0xE2, opens).is_some() && may_be_dashed(said.as_bytes());
        name = has_mark.then(|| between_dashes(said, paragraph.len() == said.len())).flatten();
        // The other two are written in no Latin letters.
        if name.is_none() && !said.bytes().take(8).all(|byte| byte.is_ascii()) {
            name = telegram(said).or_else(|| behind_date(said));
        }
    }
    name.map(|name| Found::named(text, place(text, name), CreditKind::Dateline))
}

/// Whether `said` may hold a dash with a blank beside it, by its bytes. Curly quotes begin as dashes do.
fn may_be_dashed(said: &[u8]) -> bool {
    let parts = |at: usize| match said[at..] {
        [0xE2, 0x80, third, ..] => (0x90..=0x95).contains(&third),
        [0xE2, second, ..] => second == 0x88,
        // A hyphen joins Latin words.
        _ => {
            let beside =
                |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii() || byte.is_ascii_whitespace());
            beside(said.get(at + 1)) || at.checked_sub(1).is_some_and(|before| beside(said.get(before)))
        }
    };
    // The tatweel and the wide hyphen are seldom met outside the scripts of their letters.
    memchr::memchr2_iter(b'-', 0xE2, said).any(parts) || memchr::memchr2(0xD9, 0xEF, said).is_some()
}

fn in_brackets(said: &str) -> Option<&str> {
    /// Brackets before the agency's: a country, a state.
    const MOST_TRIED: usize = 4;
    let marks = ['(', '[', '/', '（', '［', '【'];
    for (open, _) in head(said, OPENS_BYTES).match_indices(marks).take(MOST_TRIED) {
        let Some((inside, after)) = bracketed(&said[open..], BRACKET_BYTES) else { continue };
        let before = said[..open].trim();
        // `(서울=연합뉴스)` says the place in the brackets.
        let wide = said[open..].starts_with(['【', '［', '（']) || inside.contains(['=', '＝']);
        if let Some(name) = named_within(inside)
            && stands_in_dateline(before, after, wide)
        {
            return Some(name);
        }
    }
    None
}

/// The agency in brackets: all of it, one of its parts, or, where words are not divided, its begin or end.
fn named_within(inside: &str) -> Option<&str> {
    let inside = inside.trim();
    if look_up(inside, Strength::Ambiguous).is_some() {
        return Some(inside);
    }
    // Photographs are not text, and what has a label is `labelled`'s.
    if inside.contains("hoto") || inside.contains("HOTO") || inside.contains([':', '：']) {
        return None;
    }
    let parts = inside.split(['/', '=', '＝', ',', '、', '・', '&', ';']);
    for part in parts.clone().map(str::trim) {
        if part.len() < inside.len() && look_up(part, Strength::Code).is_some() {
            return Some(part);
        }
    }
    let last = inside.rsplit(char::is_whitespace).next()?;
    if last.starts_with(|c: char| !c.is_ascii()) && look_up(last, Strength::Code).is_some() {
        return Some(last);
    }
    unspaced_edge(inside)
}

/// The longest agency with which `said`, written without blanks, begins or ends: `新华社记者`, `ワシントン共同`.
fn unspaced_edge(said: &str) -> Option<&str> {
    /// The longest such form, in characters.
    const MAX_CHARS: usize = 10;
    if !said.starts_with(is_unspaced) {
        return None;
    }
    let begins: Vec<usize> = said.char_indices().map(|(at, _)| at).chain([said.len()]).collect();
    let count = begins.len() - 1;
    (2..=MAX_CHARS.min(count)).rev().find_map(|long| {
        let first = &said[..begins[long]];
        let last = &said[begins[count - long]..];
        [first, last].into_iter().find(|part| look_up(part, Strength::Code).is_some())
    })
}

fn stands_in_dateline(before: &str, after: &str, wide: bool) -> bool {
    let after = after.trim_start();
    let dashed = after.starts_with(|c: char| is_dash(c) || matches!(c, '"' | ':' | '：' | '=' | '_'));
    if before.is_empty() {
        return dashed || wide;
    }
    if !is_place(before) {
        return false;
    }
    let shouted = before.contains(char::is_uppercase) && !before.chars().any(char::is_lowercase);
    // Without capitals a place tells itself by its length: `الرياض (واس)`, `تهران (ایسنا)`.
    let bare = before.split_whitespace().count() <= 2
        && before
            .chars()
            .all(|c| c.is_whitespace() || (c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()));
    let telegram = before.ends_with(['电', '電', '讯', '訊']);
    // Behind a sentence a bracket closes; `closing` judges it.
    let ends = after.is_empty() && !before.ends_with(['.', '!', '?', '"', '؟']);
    dashed || shouted || bare || telegram || ends || after.starts_with(['.', '،', '\n', '\r'])
}

/// Whether `said` may be a place, perhaps with a date: few words, no sentence, no agency that brackets then explain.
fn is_place(said: &str) -> bool {
    let begins = said.trim_start_matches(['"', '“', '*', '-', '–', '—', '(', '•', ' ']).chars().next();
    let begins_well =
        begins.is_some_and(|first| first.is_numeric() || (first.is_alphabetic() && !first.is_lowercase()));
    begins_well
        && said.split_whitespace().take(MAX_PLACE_WORDS + 1).count() <= MAX_PLACE_WORDS
        && !said.contains(['?', '!', '؟', '。', ':', '»', '”', '«'])
        && !explains(said)
}

/// Whether a code behind `said` is explained and not credited: "the news agency (KUNA)", "Associated Press (AP)".
pub(super) fn explains(said: &str) -> bool {
    /// The longest full names have five words.
    const MOST_WORDS: usize = 6;
    let last: Vec<&str> = said.split_whitespace().rev().take(MOST_WORDS).collect();
    let is_agency_word = |word: &&str| {
        one_of(&words().agency, &word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
    };
    last.iter().any(is_agency_word)
        || last.last().is_some_and(|first| {
            let names = &said[place(said, first).start..];
            let begins = names.split_whitespace().map(|word| &names[place(names, word).start..]);
            begins.into_iter().any(|name| look_up(name, Strength::Name).is_some())
        })
}

/// The agency among the parts of `place – agency:` and `agency - place:`. `whole` if `said` is the whole paragraph.
fn between_dashes(said: &str, whole: bool) -> Option<&str> {
    /// A dateline has few parts: an outlet, a place, an agency.
    const MOST_PARTS: usize = 4;
    let mut begin = 0;
    let mut dashes = 0;
    let mut first: Option<&str> = None;
    for _ in 0..MOST_PARTS {
        let (end, mark) = part_end(said, begin).or_else(|| whole.then_some((said.len(), '\n')))?;
        let part = said[begin..end].trim();
        let ends_dashed = is_dash(mark);
        if let Some(name) = first.filter(|_| matches!(mark, ':' | '\n')) {
            return (part.split_whitespace().count() <= MAX_PLACE_WORDS / 2).then_some(name);
        }
        // "Next Previous" is what a gallery leaves behind; the name is the last word or two.
        let named = look_up(part, Strength::Ambiguous).is_some();
        if named && dashes > 0 {
            let before = said[..begin].trim_end_matches(|c: char| is_dash(c) || c.is_whitespace());
            // At the end of the text a name behind a sentence closes it.
            let closing = mark == '\n' && before.ends_with(['.', '!', '?', '؟', '"', '”']);
            return (!closing && is_place(before)).then_some(part);
        }
        if named && ends_dashed && look_up(part, Strength::Code).is_some() {
            first = Some(part);
        } else {
            first = None;
            let mut words = part.rsplit(char::is_whitespace);
            if let Some(last) = words.next().filter(|last| last.len() < part.len())
                && ends_dashed
                && !last.is_ascii()
                && part.split_whitespace().count() <= 4
                && look_up(last, Strength::Code).is_some()
            {
                first = Some(last);
            }
        }
        if mark == ':' || (mark == '\n' && end == said.len()) {
            return None;
        }
        dashes += usize::from(ends_dashed);
        begin = end + said[end..].chars().next().map_or(0, char::len_utf8);
    }
    None
}

/// Where the part that begins at `begin` ends, and with which mark: a dash with a blank beside it, a colon, a line's end,
/// or a full stop before a blank.
fn part_end(said: &str, begin: usize) -> Option<(usize, char)> {
    let mut before = ' ';
    let mut chars = said[begin..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or('\n', |&(_, next)| next);
        // `واس-الرياض:` goes without blanks; Latin words are joined by hyphens, and a
        // tatweel inside a word stretches it.
        let apart = before.is_whitespace() || next.is_whitespace() || (!before.is_ascii() && c != 'ـ');
        match c {
            ':' | '：' => return Some((begin + at, ':')),
            '\n' => return Some((begin + at, '\n')),
            '.' if next.is_whitespace() => return Some((begin + at, '.')),
            dash if is_dash(dash) && apart && at > 0 => return Some((begin + at, dash)),
            _ => before = c,
        }
    }
    None
}

/// `新华社北京5月3日电`.
fn telegram(said: &str) -> Option<&str> {
    /// Place and date stand between the agency and the sign, in bytes.
    const PLACE_BYTES: usize = 60;
    let said = said.trim_start_matches(|c: char| !c.is_alphanumeric());
    // Each of the signs begins with one of these bytes, as many Han letters do, but no other script.
    memchr::memchr3(0xE7, 0xE8, 0xE9, head(said, PLACE_BYTES).as_bytes())?;
    let end = head(said, PLACE_BYTES).find(['电', '電', '讯', '訊'])?;
    let name = unspaced_edge(&said[..end])?;
    (name.as_ptr() == said.as_ptr()).then_some(name)
}

/// `الرياض 15 رمضان 1436 هـ الموافق 2 يوليو 2015 م واس`.
fn behind_date(said: &str) -> Option<&str> {
    /// Words up to the code.
    const MOST_WORDS: usize = 14;
    // Each of the marks of a year begins with this byte.
    memchr::memchr(0xD9, said.as_bytes())?;
    let mut had_digit = false;
    let mut before = "";
    for word in said.split_whitespace().take(MOST_WORDS) {
        let dated = had_digit && ["م", "هـ", "ه"].contains(&before);
        if dated && look_up(word, Strength::Code).is_some() {
            return Some(word.trim_end_matches(|c: char| !c.is_alphanumeric()));
        }
        had_digit |= word.contains(char::is_numeric);
        before = word;
    }
    None
}
