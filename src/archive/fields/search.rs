//! The rules of each noun: which of the values that stand under its names is taken, and how it is read.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::names::{HOSTS, Noun, OUTLET_MEMBERS, SOURCE, SOURCE_MEMBERS};
use super::{Chosen, FieldOverrides, Fields, Lookup, Name, Published, TextField, told};
use crate::archive::dates::{BadDate, PublishedAt, parse_epoch, parse_published, says_nothing};
use crate::archive::json::{JsonObject, JsonText, JsonValue};
use crate::archive::outlet::{SourceShape, host_name, is_url, registrable_domain, shape_of};

/// Finds the nouns of a record, however its values are looked up.
pub(in crate::archive) fn find_nouns<'a>(record: &impl Lookup<'a>, overrides: &FieldOverrides) -> Fields<'a> {
    let search = Search { record, of: PhantomData };
    let (text, text_name) = search.text(overrides.text.as_deref());
    let (id, id_name) = split(search.id(overrides.id.as_deref()));
    let (title, title_name) = split(search.title(overrides.title.as_deref()));
    let (url, url_name) = split(search.url(overrides.url.as_deref()));
    let (outlet, outlet_name) = split(search.outlet(overrides.outlet.as_deref(), url.as_deref()));
    let (published, date_name) = search.published(overrides.date.as_deref());
    let chosen = Chosen {
        text: text_name,
        id: id_name,
        title: title_name,
        outlet: outlet_name,
        url: url_name,
        published: date_name,
    };
    let here = (text == TextField::Missing).then(|| {
        let mut names = record.names();
        names.sort_unstable();
        told(names.into_iter())
    });
    Fields { text, id, title, outlet, url, published, chosen, here }
}

/// Finds the text alone.
pub(in crate::archive) fn find_text<'a>(
    record: &impl Lookup<'a>,
    overrides: &FieldOverrides,
) -> TextField<'a> {
    Search { record, of: PhantomData }.text(overrides.text.as_deref()).0
}

/// A value that was found, and under which name.
type Hit<'a> = (Cow<'a, str>, Name);

fn split(hit: Option<Hit<'_>>) -> (Option<Cow<'_, str>>, Option<Name>) {
    hit.map_or((None, None), |(value, name)| (Some(value), Some(name)))
}

/// The rules of each noun.
struct Search<'a, 'r, L> {
    record: &'r L,
    of: PhantomData<&'a str>,
}

impl<'a, L: Lookup<'a>> Search<'a, '_, L> {
    /// What `judge` finds good first among the values that are not null; it is given them in the order in which they
    /// are to be tried, each with its name.
    fn first<T>(
        &self,
        path: Option<&str>,
        noun: Noun,
        mut judge: impl FnMut(Name, JsonValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let mut judge = |name, value: JsonValue<'a>| if value.is_null() { None } else { judge(name, value) };
        match path {
            Some(path) => judge(Name::Override, self.look_up(path)?),
            None => self.record.first_usual(noun, |name, value| judge(Name::Usual(name), value)),
        }
    }

    /// As [`JsonObject::look_up`], in the record itself.
    fn look_up(&self, path: &str) -> Option<JsonValue<'a>> {
        self.record.get(path).or_else(|| {
            let (first, rest) = path.split_once('.')?;
            self.record.get(first)?.as_object()?.look_up(rest)
        })
    }

    fn text(&self, path: Option<&str>) -> (TextField<'a>, Option<Name>) {
        let mut empty = None;
        let mut other = None;
        // A null counts: the field is there, and says that there is no text.
        let mut judge = |name, value: JsonValue<'a>| {
            match value {
                JsonValue::Text(text) if !text.is_blank() => return Some((text, name)),
                JsonValue::Text(_) | JsonValue::Null => empty = empty.or(Some(name)),
                _ => other = other.or(Some((name, json_type(value)))),
            }
            None
        };
        let found = match path {
            Some(path) => self.look_up(path).and_then(|value| judge(Name::Override, value)),
            None => self.record.first_usual(Noun::Text, |name, value| judge(Name::Usual(name), value)),
        };
        match (found, other, empty) {
            (Some((text, name)), ..) => (TextField::Found(text), Some(name)),
            (None, Some((name, met)), _) => (TextField::NotString(met), Some(name)),
            (None, None, Some(name)) => (TextField::Empty, Some(name)),
            (None, None, None) => (TextField::Missing, None),
        }
    }

    fn id(&self, path: Option<&str>) -> Option<Hit<'a>> {
        self.first(path, Noun::Id, |name, value| {
            let id = scalar(value).filter(|id| !says_nothing(id))?;
            let is_address = name == Name::Usual("uri") && is_url(&id);
            (!is_address).then_some((id, name))
        })
    }

    /// A title may well be `Unknown` or `None`, so only blanks are no title.
    fn title(&self, path: Option<&str>) -> Option<Hit<'a>> {
        self.first(path, Noun::Title, |name, value| Some((scalar(value)?, name)))
    }

    fn url(&self, path: Option<&str>) -> Option<Hit<'a>> {
        self.first(path, Noun::Url, |name, value| {
            let url = trimmed(value.as_text()?.read());
            let must_look_so = matches!(name, Name::Usual(SOURCE | "uri"));
            let is_url = !says_nothing(&url) && (!must_look_so || is_url(&url));
            is_url.then_some((url, name))
        })
    }

    fn outlet(&self, path: Option<&str>, url: Option<&str>) -> Option<Hit<'a>> {
        let own = self.first(path, Noun::Outlet, |name, value| match (name, value) {
            (Name::Usual(SOURCE), JsonValue::Text(text)) => Some((self.outlet_of_source(text)?, name)),
            (Name::Usual(SOURCE), JsonValue::Object(members)) => {
                outlet_of_object(SOURCE, SOURCE_MEMBERS, members)
            }
            (Name::Usual(field), JsonValue::Object(members)) => {
                outlet_of_object(field, OUTLET_MEMBERS, members)
            }
            (Name::Usual(field), _) => Some((outlet_text(field, value)?, name)),
            (_, JsonValue::Object(members)) => {
                let (outlet, _) = outlet_of_object(SOURCE, SOURCE_MEMBERS, members)?;
                Some((outlet, name))
            }
            _ => Some((outlet_text("", value)?, name)),
        });
        let fallback = || Some((Cow::Owned(registrable_domain(url?)?), Name::UrlDomain));
        if path.is_some() { own } else { own.or_else(fallback) }
    }

    /// A URL in `source` is the article's, so it is no outlet; the name of a corpus is none either.
    fn outlet_of_source(&self, text: JsonText<'a>) -> Option<Cow<'a, str>> {
        let text = trimmed(text.read());
        match shape_of(&text) {
            SourceShape::Url => None,
            SourceShape::Domain => host_name(&text).map(Cow::Owned),
            SourceShape::Name if says_nothing(&text) || self.is_dolma() => None,
            SourceShape::Name => Some(text),
        }
    }

    /// Dolma's documents say when they were `added` and keep the rest in `metadata`.
    fn is_dolma(&self) -> bool {
        let metadata = || self.record.get("metadata").and_then(JsonValue::as_object);
        self.record.get("added").is_some() && metadata().is_some()
    }

    fn published(&self, path: Option<&str>) -> (Published, Option<Name>) {
        let mut first_bad = None;
        let found = self.first(path, Noun::Date, |name, value| match read_date(value) {
            Ok(date) => Some((date?, name)),
            Err(bad) => {
                first_bad.get_or_insert((bad, name));
                None
            }
        });
        match (found, first_bad) {
            (Some((date, name)), _) => (Published::Ok(date), Some(name)),
            (None, Some((bad, name))) => (Published::Bad(bad), Some(name)),
            (None, None) => (Published::None, None),
        }
    }
}

/// The text without the blanks around it.
fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// A text or a number as a trimmed text that is not empty.
fn scalar(value: JsonValue<'_>) -> Option<Cow<'_, str>> {
    /// Above it (2⁵³) numbers with a fraction or exponent have lost digits.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        JsonValue::Text(text) => Some(trimmed(text.read())).filter(|text| !text.is_empty()),
        JsonValue::Number(number) => {
            let number = number.read()?;
            let is_exact = !number.is_f64() || number.as_f64().is_some_and(|float| float.abs() < EXACT);
            is_exact.then(|| Cow::Owned(number.to_string()))
        }
        _ => None,
    }
}

fn outlet_of_object<'a>(
    field: &'static str,
    members: &'static [&'static str],
    object: JsonObject<'a>,
) -> Option<Hit<'a>> {
    members
        .iter()
        .find_map(|&member| Some((outlet_text(member, object.get(member)?)?, Name::Member(field, member))))
}

/// An outlet as its field says it; URLs become their registrable domain, and hosts are put in one spelling
/// where the field's name says that it holds one.
fn outlet_text<'a>(field: &str, value: JsonValue<'a>) -> Option<Cow<'a, str>> {
    let text = scalar(value).filter(|text| !says_nothing(text))?;
    if is_url(&text) {
        return registrable_domain(&text).map(Cow::Owned);
    }
    let holds_host = HOSTS.contains(&field) && shape_of(&text) == SourceShape::Domain;
    if holds_host { host_name(&text).map(Cow::Owned) } else { Some(text) }
}

/// `Ok(None)` for what is no date: null, `None` as text, and the flags that some put under `published`.
fn read_date(value: JsonValue<'_>) -> Result<Option<PublishedAt>, BadDate> {
    match value {
        JsonValue::Null | JsonValue::Bool => Ok(None),
        JsonValue::Text(text) => parse_published(&text.read()),
        JsonValue::Number(number) => {
            number.read().and_then(|number| number.as_f64()).map_or(Ok(None), parse_epoch)
        }
        // MongoDB's extended JSON: `{"$date": …}`, in the strict form around `{"$numberLong": "…"}`.
        JsonValue::Object(members) => match members.get("$date").or_else(|| members.get("$numberLong")) {
            Some(inner) => read_date(inner),
            None => Err(BadDate::of_type("an object")),
        },
        JsonValue::Array => Err(BadDate::of_type("an array")),
    }
}

fn json_type(value: JsonValue<'_>) -> &'static str {
    match value {
        JsonValue::Null => "null",
        JsonValue::Bool => "boolean",
        JsonValue::Number(_) => "number",
        JsonValue::Text(_) => "string",
        JsonValue::Array => "array",
        JsonValue::Object(_) => "object",
    }
}
