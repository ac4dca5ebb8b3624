//! Explaining: what is read, and which field of a record became what, and why.
//!
//! In: a record's place. Out: for each noun the field it was taken from and its value, and the fields that stood before
//! it in the tables and were passed over. The rules are not told a second time: the very search of
//! [`fields`](super::fields) is run, and its candidates are noted.

use serde_json::Value;

use super::compression::Compression;
use super::fields::{FieldOverrides, Lookup, NOUNS, Name, Noun, Published, TextField, find_nouns, lookup_in};
use super::frames::{self, Content};
use super::json::JsonValue;
use super::readers;
use super::record::strip_mark;
use super::{Archive, Format, Place};

/// A format that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatInfo {
    /// Its name.
    pub name: &'static str,
    /// Endings of names that promise it.
    pub endings: Vec<&'static str>,
    /// How it is told where no name does.
    pub told_by: &'static str,
}

/// All formats that are read: what holds records, then what these may be packed in.
pub fn formats() -> (Vec<FormatInfo>, Vec<FormatInfo>) {
    let plain = [
        ("JSON Lines", &["jsonl", "ndjson", "jsonlines", "jl", "json"][..], "an object on the first line"),
        ("text", &["txt", "text"], "named files that are nothing else; an article each"),
    ];
    let plain = plain.map(|(name, endings, told_by)| FormatInfo { name, endings: endings.to_vec(), told_by });
    let read = readers::ALL.iter().map(|reader| FormatInfo {
        name: reader.name,
        endings: reader.endings.to_vec(),
        told_by: reader.told_by,
    });
    let packed = Compression::ALL.map(|packing| FormatInfo {
        name: packing.name(),
        endings: packing.endings().to_vec(),
        told_by: "its first bytes",
    });
    (plain.into_iter().chain(read).collect(), packed.to_vec())
}

/// The names under which a noun is looked for, the most telling first, for each noun.
pub fn usual_names() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    NOUNS.into_iter().map(|noun| (noun.name(), noun.names()))
}

/// Where one noun of a record came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// `text`, `id`, `title`, `outlet`, `url` or `date`.
    pub noun: &'static str,
    /// The name of the field; `None` where the noun was not found.
    pub from: Option<String>,
    /// What it says.
    pub value: Option<String>,
    /// Fields that are asked first, are there, and were not used; each with what it holds.
    pub passed_over: Vec<(&'static str, &'static str)>,
    /// The user named the field.
    pub as_told: bool,
}

impl Archive {
    /// Where the nouns of the record at `place` came from. Nothing for what has no fields: text files, and records that
    /// cannot be parsed.
    pub fn explain(&self, place: Place) -> Vec<Explained> {
        let source = &self.sources[place.source as usize];
        let mut own = Vec::new();
        let Ok(bytes) = source.record(place.begin..place.begin + place.bytes, &mut own) else {
            return Vec::new();
        };
        let overrides = &self.settings.fields;
        let of_json = |json: &[u8]| match serde_json::from_slice(json) {
            Ok(Value::Object(object)) => explain(&lookup_in(&object), overrides),
            _ => Vec::new(),
        };
        match source.format {
            Format::JsonLines => of_json(strip_mark(&bytes)),
            Format::Text => Vec::new(),
            Format::Records => match frames::read(&bytes).map(|frame| frame.content) {
                Some(Content::Json(json)) => of_json(json),
                Some(Content::Fields(fields, true)) => explain(&fields, overrides),
                Some(Content::Fields(fields, false)) => explain(&fields, &FieldOverrides::default()),
                Some(Content::Rejected) | None => Vec::new(),
            },
        }
    }
}

fn explain<'a>(record: &impl Lookup<'a>, overrides: &FieldOverrides) -> Vec<Explained> {
    let found = find_nouns(record, overrides);
    let of_noun = |noun: Noun| {
        let chosen = found.chosen.by_noun().find(|(name, _)| *name == noun.name()).map(|(_, name)| name);
        let value = match noun {
            Noun::Text => match found.text {
                TextField::Found(text) => Some(text.read().into_owned()),
                _ => None,
            },
            Noun::Id => found.id.as_deref().map(str::to_owned),
            Noun::Title => found.title.as_deref().map(str::to_owned),
            Noun::Outlet => found.outlet.as_deref().map(str::to_owned),
            Noun::Url => found.url.as_deref().map(str::to_owned),
            Noun::Date => match &found.published {
                Published::Ok(at) => Some(at.to_string()),
                Published::None | Published::Bad(_) => None,
            },
        };
        let told = overrides.path(noun.name());
        let mut passed_over = Vec::new();
        if told.is_none() {
            record.first_usual(noun, |name, value| {
                let (what, says_nothing) = holds(value);
                // A name may come twice, the second time in another case: what says nothing was not used.
                let is_chosen = !says_nothing
                    && matches!(chosen, Some(Name::Usual(chosen) | Name::Member(chosen, _)) if chosen == name);
                if !is_chosen {
                    passed_over.push((name, what));
                }
                is_chosen.then_some(())
            });
        }
        let from = chosen.map(|name| match name {
            Name::Override => told.unwrap_or_default().to_owned(),
            name => name.to_string(),
        });
        Explained { noun: noun.name(), from, value, passed_over, as_told: told.is_some() }
    };
    NOUNS.into_iter().map(of_noun).collect()
}

/// What a field holds, in a word, and whether that is nothing.
fn holds(value: JsonValue<'_>) -> (&'static str, bool) {
    match value {
        JsonValue::Null => ("null", true),
        JsonValue::Bool => ("a boolean", false),
        JsonValue::Number(_) => ("a number", false),
        JsonValue::Text(text) if text.is_blank() => ("blank", true),
        JsonValue::Text(_) => ("a text", false),
        JsonValue::Array => ("an array", false),
        JsonValue::Object(_) => ("an object", false),
    }
}
