//! Which fields of a JSON record hold the article: its text, id, title, outlet, URL and date.
//!
//! In goes one record, parsed or still as it is written (`Lookup`), out comes a [`Fields`] that borrows from it.
//! Scrapers agree on the nouns and not on their names, so the idea is:
//! 1. for each noun a table lists the usual names, the most telling first (`date_published` before `date`);
//! 2. the first name in the table with a usable value wins; null, empty and unreadable values are passed
//!    over (a record of which all texts are null or empty is empty, and no problem);
//! 3. a name with dots reaches into objects, unless the record has a key that is spelled with those dots;
//! 4. where no exact name has a usable value, keys with capitals are tried once more in any ASCII case
//!    (`Title`, `TEXT`), in the same order;
//! 5. a field named by the user replaces the whole search for that noun: only that path is looked at.
//!
//! It guarantees: the answer depends on the record alone, not on the order of its keys; nothing is
//! trusted to have the right type; [`Chosen`] tells which name each noun came from. It reads no
//! description or summary as text, no time of capture as a date as long as there is another, and it does
//! not look into arrays.

mod names;
mod search;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::dates::{BadDate, PublishedAt};
use super::json::{JsonObject, JsonText, JsonValue};
use super::record::Finding;
use crate::problem::ProblemKind;
pub(super) use names::{NOUNS, Noun, has_capital, is_recased};
pub(super) use search::{find_nouns, find_text};

/// Paths the user named in place of the tables, one a noun (`--text-field` and its siblings).
///
/// A dotted path reaches into objects; a key that is spelled with the dots wins over the path.
#[derive(Clone, Debug, Default)]
pub struct FieldOverrides {
    /// Where the text is.
    pub text: Option<String>,
    /// Where the id is.
    pub id: Option<String>,
    /// Where the outlet is. There is no fallback to the URL's domain then.
    pub outlet: Option<String>,
    /// Where the date is.
    pub date: Option<String>,
    /// Where the title is.
    pub title: Option<String>,
    /// Where the URL is.
    pub url: Option<String>,
}

/// What a record says about its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField<'a> {
    /// The first text that is more than blanks, exactly as it stands in the record.
    Found(JsonText<'a>),
    /// Text fields are there, and all of them are null, empty or blank: a table has no other way to say that there is no text.
    Empty,
    /// No text field is there.
    Missing,
    /// No usable text, and a text field holds something else: the JSON type met first (`number`, `object`,
    /// …).
    NotString(&'static str),
}

/// What a record says about its date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// No date field is there, or they say `None` and the like.
    None,
    /// The first date that could be read.
    Ok(PublishedAt),
    /// No date could be read: the first failure.
    Bad(BadDate),
}

/// One record's nouns, borrowed from it where they stand in it as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields<'a> {
    /// The text, or why there is none.
    pub text: TextField<'a>,
    /// The record's own id, trimmed; numbers as they are written. `None` where nothing is there that
    /// tells records apart: no field, blanks, `null` as text, other JSON types, and numbers too large
    /// for 64 bits, whose last digits JSON parsing has lost.
    pub id: Option<Cow<'a, str>>,
    /// The title, trimmed. `None` where there is none, or blanks.
    pub title: Option<Cow<'a, str>>,
    /// The outlet, trimmed; hosts in lower case and without `www.`; else the URL's registrable domain.
    /// `None` where neither is known.
    pub outlet: Option<Cow<'a, str>>,
    /// The URL, trimmed, otherwise as it stands. `None` where there is none.
    pub url: Option<Cow<'a, str>>,
    /// When it was published, if that is known.
    pub published: Published,
    /// Which names these were read from.
    pub chosen: Chosen,
    /// Where no text field is there: which fields are, for people.
    pub here: Option<String>,
}

/// Which name each noun was read from; `None` where the noun was not found.
///
/// For a text or a date that is there and unusable it is the name of the one that is told about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chosen {
    /// Of the text.
    pub text: Option<Name>,
    /// Of the id.
    pub id: Option<Name>,
    /// Of the title.
    pub title: Option<Name>,
    /// Of the outlet.
    pub outlet: Option<Name>,
    /// Of the URL.
    pub url: Option<Name>,
    /// Of the date.
    pub published: Option<Name>,
}

impl FieldOverrides {
    /// The nouns whose field the user named, as [`Chosen::by_noun`] calls them, with that field.
    pub fn named(&self) -> BTreeMap<&'static str, String> {
        let nouns = ["text", "id", "title", "outlet", "url", "date"];
        nouns.into_iter().filter_map(|noun| Some((noun, self.path(noun)?.to_owned()))).collect()
    }

    /// The path that the user named for a noun, as [`Chosen::by_noun`] calls it.
    pub fn path(&self, noun: &str) -> Option<&str> {
        match noun {
            "text" => self.text.as_deref(),
            "id" => self.id.as_deref(),
            "title" => self.title.as_deref(),
            "outlet" => self.outlet.as_deref(),
            "url" => self.url.as_deref(),
            "date" => self.date.as_deref(),
            _ => None,
        }
    }
}

impl Chosen {
    /// The nouns that were found, each with the name it was read from.
    pub fn by_noun(&self) -> impl Iterator<Item = (&'static str, Name)> {
        [
            ("text", self.text),
            ("id", self.id),
            ("title", self.title),
            ("outlet", self.outlet),
            ("url", self.url),
            ("date", self.published),
        ]
        .into_iter()
        .filter_map(|(noun, name)| Some((noun, name?)))
    }
}

/// The name of a field: cheap to copy, compare and count by.
///
/// It displays as the path in the record (`thread.site`, `source.uri`), as the tables spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// A name of the tables.
    Usual(&'static str),
    /// A name of the tables under which an object stands, and the member that was read.
    Member(&'static str, &'static str),
    /// No field of its own: the registrable domain of the URL.
    UrlDomain,
    /// The path the user named.
    Override,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usual(name) => f.write_str(name),
            Self::Member(name, member) => write!(f, "{name}.{member}"),
            Self::UrlDomain => f.write_str("url (registrable domain)"),
            Self::Override => f.write_str("as told"),
        }
    }
}

/// A record in which values can be looked up: all that the rules know of it.
pub(super) trait Lookup<'a> {
    /// The names of all its fields, in any order.
    fn names(&self) -> Vec<&str>;

    /// The value of a key.
    fn get(&self, key: &str) -> Option<JsonValue<'a>>;

    /// Gives `judge` the values under the usual names of a noun, in the order in which they are to be tried, each with
    /// its name, until one is found good.
    fn first_usual<T>(
        &self,
        noun: Noun,
        judge: impl FnMut(&'static str, JsonValue<'a>) -> Option<T>,
    ) -> Option<T>;
}

/// A record as parsed. Its look-ups are the definition of what stands under which name.
struct Parsed<'a> {
    record: &'a Map<String, Value>,
    /// Some key has a capital, so trying the names in any case may find more.
    any_case: bool,
}

impl<'a> Lookup<'a> for Parsed<'a> {
    fn names(&self) -> Vec<&str> {
        self.record.keys().map(String::as_str).collect()
    }

    fn get(&self, key: &str) -> Option<JsonValue<'a>> {
        self.record.get(key).map(JsonValue::from)
    }

    fn first_usual<T>(
        &self,
        noun: Noun,
        mut judge: impl FnMut(&'static str, JsonValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let record = self.record;
        let names = noun.names();
        let again = if self.any_case { names } else { &[] };
        let exact =
            names.iter().filter_map(move |&name| Some((name, JsonObject::Parsed(record).look_up(name)?)));
        let any_case = again.iter().flat_map(move |&name| {
            let matching = record.iter().filter(move |(key, _)| is_recased(key, name));
            matching.map(move |(_, value)| (name, JsonValue::from(value)))
        });
        exact.chain(any_case).find_map(|(name, value)| judge(name, value))
    }
}

/// Finds the nouns of one record.
///
/// Never fails: what is missing or unusable is told by the fields themselves.
///
/// Cost: some 100 look-ups in the record at most, 1 to 3 µs; it allocates for numbers, hosts and bad dates.
/// Texts are only borrowed.
pub fn recognise<'a>(record: &'a Map<String, Value>, overrides: &FieldOverrides) -> Fields<'a> {
    find_nouns(&lookup_in(record), overrides)
}

/// A record that was parsed, as the rules look at it.
pub(super) fn lookup_in(record: &Map<String, Value>) -> impl Lookup<'_> {
    Parsed { record, any_case: record.keys().any(|key| has_capital(key)) }
}

/// Whether names are those of columns of articles: the text is among them, and one more that is usual.
pub(super) fn name_articles(names: &[&str]) -> bool {
    let usual = |noun: Noun, name: &str| noun.names().iter().any(|usual| usual.eq_ignore_ascii_case(name));
    let known = names.iter().filter(|name| NOUNS.iter().any(|&noun| usual(noun, name)));
    known.count() >= 2 && names.iter().any(|name| usual(Noun::Text, name))
}

/// Names that are told where no text field is there, and characters of each.
const MOST_TOLD: usize = 8;
const MOST_OF_NAME: usize = 40;

/// Some names, as people are told of them: whatever they hold, they fit on a line.
fn told<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = names.len().saturating_sub(MOST_TOLD);
    let mut told: Vec<String> = names
        .take(MOST_TOLD)
        .map(|name| {
            let mut characters = name.chars();
            let mut begin = String::new();
            for character in characters.by_ref().take(MOST_OF_NAME) {
                match character {
                    '"' | '\'' => begin.push(character),
                    other => begin.extend(other.escape_debug()),
                }
            }
            if characters.next().is_some() { begin + "…" } else { begin }
        })
        .collect();
    if more > 0 {
        told.push(format!("… ({more} more)"));
    }
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

/// What is wrong with a record without a text field. `here`: the fields that are there.
pub(super) fn text_missing(here: &str) -> Finding {
    let message = format!("no text field was found (name it with --text-field); fields here: {here}");
    (ProblemKind::TextMissing, message)
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnInfo<'n> {
    pub(super) name: &'n str,
    /// Of one whose values are not read: what it is.
    pub(super) unread: Option<&'static str>,
}

/// What is wrong with every row of a table with these columns, if none of them can hold a text.
pub(super) fn without_text(columns: &[ColumnInfo<'_>], overrides: &FieldOverrides) -> Option<Finding> {
    let mut may_hold = columns.iter().filter(|column| may_hold_text(column.name, overrides));
    let first = may_hold.clone().next();
    if may_hold.any(|column| column.unread.is_none()) {
        return None;
    }
    let here = told(columns.iter().map(|column| column.name));
    let Some((first, unread)) = first.and_then(|first| Some((first, first.unread?))) else {
        return Some(text_missing(&here));
    };
    let name = told([first.name].into_iter());
    let message = format!(
        "the text field {name} is {unread}, not a string (name another with --text-field); fields here: {here}"
    );
    Some((ProblemKind::TextNotString, message))
}

/// Whether the text may stand in a field of this name, or in a member of it.
fn may_hold_text(name: &str, overrides: &FieldOverrides) -> bool {
    let is_of = |path: &str| {
        let begin = path.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
        begin && matches!(path.as_bytes().get(name.len()), None | Some(b'.'))
    };
    match &overrides.text {
        Some(path) => is_of(path),
        None => Noun::Text.names().iter().any(|usual| is_of(usual)),
    }
}

/// Whether any rule, or the user, asks for a field of this name: readers of tables leave the others unread.
pub(super) fn may_matter(name: &str, overrides: &FieldOverrides) -> bool {
    static ASKED: LazyLock<Vec<String>> = LazyLock::new(|| {
        let names = NOUNS.iter().flat_map(|noun| noun.names());
        let parts = names.flat_map(|name| [Some(*name), name.split_once('.').map(|(first, _)| first)]);
        let mut asked: Vec<String> = parts.flatten().map(str::to_ascii_lowercase).collect();
        asked.sort_unstable();
        asked.dedup();
        asked
    });
    let paths = [
        &overrides.text,
        &overrides.id,
        &overrides.outlet,
        &overrides.date,
        &overrides.title,
        &overrides.url,
    ];
    let told =
        |path: &String| path == name || path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    // Longer names than any in the tables are not worth a copy.
    let usual = || name.len() <= 40 && ASKED.binary_search(&name.to_ascii_lowercase()).is_ok();
    usual() || paths.into_iter().flatten().any(told)
}
