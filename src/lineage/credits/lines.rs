//! Short lines that are a credit: bylines, names, "via".
//!
//! In: a paragraph of one short line. Out: the agency in it.
//!
//! - a name and nothing else: `Associated Press`, `Reuters`
//! - behind a byline word: `By Jane Doe, Associated Press`, `Por EFE`, `Par Jean Petit avec AFP`, `بقلم: … رويترز`
//! - behind a person, near the begin: `JANE DOE Associated Press`, `Jane Doe, AP`
//! - `AP Baseball Writer`, `Associated Press writers Jane Doe and … contributed to this report.`
//! - `via Reuters`, `With files from The Canadian Press`
//!
//! A line with a colon or a © before its name is taken for a picture's.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::agencies::{Strength, look_up, may_begin, words};
use super::cut::{after_one_of, is_dash, one_of_any_case, place, trim};
use super::{CreditKind, Found};

/// Longer lines are text, in bytes.
const LINE_BYTES: usize = 120;

/// Lines that say who contributed name several people, in bytes.
pub(super) const CONTRIBUTED_BYTES: usize = 400;

/// The credit that the paragraph is; `last` if no other follows.
pub(super) fn find(text: &str, paragraph: &Range<usize>, near_begin: bool, last: bool) -> Option<Found> {
    let said = &text[paragraph.clone()];
    if said.len() > LINE_BYTES {
        let name = (said.len() <= CONTRIBUTED_BYTES).then(|| contributed(said)).flatten()?;
        return Some(Found::named(text, place(text, name), CreditKind::Byline));
    }
    let said = &text[trim(text, paragraph, |c| !c.is_alphanumeric() && !matches!(c, '/' | '©'))];
    let whole = if last { None } else { sole(said, near_begin) };
    let (name, kind) = whole
        .or_else(|| behind_word(said))
        .or_else(|| contributed(said).map(|name| (name, CreditKind::Byline)))
        .or_else(|| near_begin.then(|| behind_person(said)).flatten())?;
    Some(Found::named(text, place(text, name), kind))
}

/// A line that is a name. Codes count near the begin alone; the last line is `closing`'s.
fn sole(said: &str, near_begin: bool) -> Option<(&str, CreditKind)> {
    let weakest = if near_begin { Strength::Code } else { Strength::Name };
    look_up(said, weakest).map(|_| (said, CreditKind::Byline))
}

fn behind_word(said: &str) -> Option<(&str, CreditKind)> {
    let words = words();
    let opens = |list: &[String]| {
        after_one_of(said, list).map(|rest| rest.trim_start_matches(|c: char| !c.is_alphanumeric()))
    };
    if let Some(rest) = opens(&words.by) {
        let whole = look_up(rest, Strength::Ambiguous).map(|_| rest);
        return whole.or_else(|| at_end(rest, Strength::Code)).map(|name| (name, CreditKind::Byline));
    }
    let rest = opens(&words.via).or_else(|| opens(&words.material))?;
    look_up(rest, Strength::Code).map(|_| (rest, CreditKind::Via))
}

/// The agency with which `said` ends: behind a mark or a joining word, or, if it is a sure name, behind any word.
fn at_end(said: &str, weakest: Strength) -> Option<&str> {
    /// The longest name has five words.
    const MOST_WORDS: usize = 6;
    let mark = |c: char| is_dash(c) || matches!(c, ',' | '|' | '/' | ';' | '·' | '•' | '،' | '(');
    if let Some(name) = said.rsplit(mark).next().map(str::trim).filter(|name| name.len() < said.len())
        && look_up(name, weakest).is_some()
    {
        return Some(name);
    }
    let begins: Vec<usize> = said.split_whitespace().map(|word| place(said, word).start).collect();
    let last = begins.len().saturating_sub(MOST_WORDS).max(1);
    for at in last..begins.len() {
        let name = &said[begins[at]..];
        let Some(named) = look_up(name, weakest) else { continue };
        let joined = || one_of_any_case(&words().joined, said[begins[at - 1]..begins[at]].trim());
        if named.strength == Strength::Name || joined() {
            return Some(name);
        }
    }
    None
}

fn contributed(said: &str) -> Option<&str> {
    /// As far as the name reaches, in words.
    const NAME_WORDS: usize = 3;
    /// A line that is a byline has no more words.
    const LINE_WORDS: usize = 8;
    let is_writer = |word: &str| one_of_any_case(&words().writer, word);
    // Most lines neither end with a writer nor say what one did, and begin with no name: three looks tell.
    let whole_line = said.len() <= LINE_BYTES
        && said.rsplit(char::is_whitespace).next().is_some_and(is_writer)
        && said.split_whitespace().nth(LINE_WORDS).is_none();
    if !(whole_line || REPORTS.iter().any(|verb| verb.find(said.as_bytes()).is_some())) || !may_begin(said) {
        return None;
    }
    said.split_whitespace().skip(1).take(NAME_WORDS).find_map(|behind| {
        let name = said[..place(said, behind).start].trim();
        let named = (whole_line || is_writer(behind)) && look_up(name, Strength::Code).is_some();
        named.then_some(name)
    })
}

/// What writers did, in a sentence that names them.
static REPORTS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new("contributed"), Finder::new("reported")]);

/// `JANE DOE Associated Press`: a person and the name at which they work.
fn behind_person(said: &str) -> Option<(&str, CreditKind)> {
    // Prose goes on in small letters: the second word tells most lines.
    let begins_small = |word: &str| word.starts_with(char::is_lowercase) && word != "and";
    if said.split_whitespace().take(2).any(begins_small) {
        return None;
    }
    let name = at_end(said, Strength::Code)?;
    let person = said[..place(said, name).start].trim_end_matches(|c: char| !c.is_alphanumeric());
    let marks = |c: char| c.is_numeric() || matches!(c, ':' | '©' | '.' | '?' | '!' | '"' | '(');
    let abbreviated = person.replace(". ", " ");
    let words = abbreviated.split_whitespace();
    let capital = |word: &str| word == "and" || word.starts_with(char::is_uppercase);
    let persons = (2..=8).contains(&words.clone().count()) && words.clone().all(capital);
    (persons && !abbreviated.contains(marks)).then_some((name, CreditKind::Byline))
}
