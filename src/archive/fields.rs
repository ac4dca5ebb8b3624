//! Which fields of a JSON record hold the article: its text, id, title, outlet, URL and date.
//!
//! In goes one record, parsed or still as it is written (`Lookup`), out comes a [`Fields`] that borrows from it.
//! Scrapers agree on the nouns and not on their names, so the idea is:
//! 1. for each noun a table lists the usual names, the most telling first (`date_published` before `date`);
//! 2. the first name in the table with a usable value wins; null, empty and unreadable values are passed
//!    over;
//! 3. a name with dots reaches into objects, unless the record has a key that is spelled with those dots;
//! 4. where no exact name has a usable value, keys with capitals are tried once more in any ASCII case
//!    (`Title`, `TEXT`), in the same order;
//! 5. a field named by the user replaces the whole search for that noun: only that path is looked at.
//!
//! It guarantees: the answer depends on the record alone, not on the order of its keys; nothing is
//! trusted to have the right type; [`Chosen`] tells which name each noun came from. It reads no
//! description or summary as text, no time of capture as a date as long as there is another, and it does
//! not look into arrays.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::dates::{BadDate, PublishedAt, parse_epoch, parse_published, says_nothing};
use super::json::{JsonObject, JsonText, JsonValue};
use super::outlet::{SourceShape, host_name, is_url, registrable_domain, shape_of};

/// The body. `text` stands behind `maintext`, for in news-please it is mostly null and sometimes a stub, and
/// before `body`, which some producers use for an object.
const TEXT: &[&str] = &[
    "maintext",     // news-please
    "text",         // trafilatura, cc_news, Webz.io, newspaper4k, passim, datatrove, Dolma, C4
    "articleBody",  // Zyte, schema.org
    "articlebody",  // the same after Hive or Spark
    "article_body", // Scrapy spiders
    "body",         // Event Registry; an object in fundus
    "plaintext",    // fundus
    "content",      // NewsCatcher, NewsAPI, OSCAR
    "text_content", // Media Cloud story-indexer
    "full_text",    // NewsCatcher v2, Twitter
    "fulltext",
    "raw_text",        // trafilatura, without its structure
    "cleaned_text",    // goose3
    "content_text",    // JSON Feed
    "article_text",    // Kaggle sets
    "body_text",       // Kaggle sets
    "bodyText",        // Guardian, once unwrapped
    "fields.bodyText", // Guardian
    "article",         // CNN/DailyMail and Kaggle sets
];

/// The record's own name.
const ID: &[&str] = &[
    "id",       // nearly all
    "_id",      // MongoDB, Elasticsearch, NewsCatcher
    "_id.$oid", // MongoDB's extended JSON
    "uuid",     // Webz.io
    "guid",     // RSS
    "article_id",
    "articleId",
    "doc_id",
    "docid",
    "docno", // TREC
    "document_id",
    "news_id",    // MIND
    "story_id",   // Media Cloud
    "stories_id", // Media Cloud, older
    "uri",        // Event Registry; passed over where it is a URL
];

/// The headline.
const TITLE: &[&str] = &[
    "title",         // nearly all
    "headline",      // Zyte, schema.org
    "headline.main", // New York Times
    "article_title", // Media Cloud story-indexer
    "articleTitle",
    "webTitle", // Guardian
    "heading",
    "title_page", // news-please: the page's title, with the outlet's name in it
    "title_rss",  // news-please
];

/// Who published: first what names an outlet, then what names a host, then what names a site on the side.
const OUTLET: &[&str] = &[
    "outlet",           // this tool's own archives
    "publisher",        // fundus; an object in schema.org
    "source_domain",    // news-please
    "thread.site",      // Webz.io, without sub-domain
    "canonical_domain", // Media Cloud story-indexer
    "domain_url",       // NewsCatcher
    "name_source",      // NewsCatcher
    "domain",           // cc_news
    "hostname",         // trafilatura
    "series",           // passim
    SOURCE,             // judged by its shape
    "newspaper",
    "publication", // All the News
    "media_name",  // Media Cloud, older
    "outlet_name",
    "source_name",
    "meta_site_name",  // newspaper4k
    "site_name",       // Open Graph
    "sitename",        // trafilatura
    "source-hostname", // trafilatura: the site's name
    "site",
    "thread.site_full", // Webz.io, with sub-domain
];

/// Holds a URL (trafilatura), a domain, an object (Event Registry, `NewsAPI`) or a name (Dolma: of the
/// corpus).
const SOURCE: &str = "source";

/// Names of [`OUTLET`], and members of objects, that hold a host when they hold what looks like one.
const HOSTS: &[&str] = &[
    "source_domain",
    "thread.site",
    "thread.site_full",
    "canonical_domain",
    "domain_url",
    "domain",
    "hostname",
    "uri",
    "site",
    SOURCE,
];

/// What an object under a name of [`OUTLET`] is called by (schema.org, fundus).
const OUTLET_MEMBERS: &[&str] = &["name", "uri", "domain", "title", "id", "url"];

/// The same for `source`, where Event Registry's `uri` is the host and its `title` the name, and `NewsAPI`'s
/// `id` is null more often than not.
const SOURCE_MEMBERS: &[&str] = &["uri", "domain", "name", "title", "id", "url"];

/// The address. The one that was asked for stands before the one the page calls canonical, for that one
/// often names the site a copy was taken from.
const URL: &[&str] = &[
    "url",            // nearly all
    "link",           // NewsCatcher, RSS
    "canonical_link", // newspaper4k
    "canonical_url",
    "canonicalUrl", // Zyte
    "article_url",
    "articleUrl",
    "web_url", // New York Times
    "webUrl",  // Guardian
    "page_url",
    "permalink",
    "original_url",
    "normalized_url", // Media Cloud story-indexer
    SOURCE,           // trafilatura; only where it is a URL
    "metadata.url",   // datatrove, Dolma
    "meta.url",       // RedPajama
    "thread.url",     // Webz.io
    "uri",            // only where it is a URL
    "target_uri",
    "warc_headers.warc-target-uri", // OSCAR
    "source_url",                   // newspaper4k: the site's front page
];

/// When it was published: names that say so first, a plain date next, times of creation and capture last.
const DATE: &[&str] = &[
    "date_publish",   // news-please
    "date_published", // JSON Feed
    "datePublished",  // Zyte, schema.org
    "datepublished",  // the same after Hive or Spark
    "published_at",
    "publishedAt",      // NewsAPI
    "published",        // Webz.io
    "published_date",   // NewsCatcher
    "publish_date",     // newspaper4k, Media Cloud
    "publishing_date",  // fundus
    "publication_date", // Media Cloud story-indexer
    "publishDate",
    "pub_date",           // New York Times
    "pubDate",            // RSS
    "pubdate",            // RSS
    "published_time",     // Open Graph
    "webPublicationDate", // Guardian
    "dateTimePub",        // Event Registry: what the page says
    "dateTime",           // Event Registry: when it was found
    "datetime",
    "date",          // trafilatura, cc_news, passim, Event Registry (a day)
    "metadata.date", // datatrove, Dolma
    "timestamp",     // C4
    "created_at",
    "createdAt",
    "created", // Dolma
    "added",   // Dolma: when it was captured
];

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
    /// Text fields are there, and all of them are empty or blank.
    Empty,
    /// No text field is there, or only null ones.
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

/// A noun that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noun {
    Text,
    Id,
    Title,
    Outlet,
    Url,
    Date,
}

/// All nouns, each at its own number.
pub(super) const NOUNS: [Noun; 6] = [Noun::Text, Noun::Id, Noun::Title, Noun::Outlet, Noun::Url, Noun::Date];

impl Noun {
    /// What people call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Noun::Text => "text",
            Noun::Id => "id",
            Noun::Title => "title",
            Noun::Outlet => "outlet",
            Noun::Url => "url",
            Noun::Date => "date",
        }
    }

    /// Its usual names, the most telling first.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Noun::Text => TEXT,
            Noun::Id => ID,
            Noun::Title => TITLE,
            Noun::Outlet => OUTLET,
            Noun::Url => URL,
            Noun::Date => DATE,
        }
    }
}

/// A record in which values can be looked up: all that the rules know of it.
pub(super) trait Lookup<'a> {
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

/// Finds the nouns of a record, however its values are looked up.
pub(super) fn find_nouns<'a>(record: &impl Lookup<'a>, overrides: &FieldOverrides) -> Fields<'a> {
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
    Fields { text, id, title, outlet, url, published, chosen }
}

/// Finds the text alone.
pub(super) fn find_text<'a>(record: &impl Lookup<'a>, overrides: &FieldOverrides) -> TextField<'a> {
    Search { record, of: PhantomData }.text(overrides.text.as_deref()).0
}

/// Whether names are those of columns of articles: the text is among them, and one more that is usual.
pub(super) fn name_articles(names: &[&str]) -> bool {
    let usual = |noun: Noun, name: &str| noun.names().iter().any(|usual| usual.eq_ignore_ascii_case(name));
    let known = names.iter().filter(|name| NOUNS.iter().any(|&noun| usual(noun, name)));
    known.count() >= 2 && names.iter().any(|name| usual(Noun::Text, name))
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
        let found = self.first(path, Noun::Text, |name, value| {
            match value {
                JsonValue::Text(text) if !text.is_blank() => return Some((text, name)),
                JsonValue::Text(_) => empty = empty.or(Some(name)),
                _ => other = other.or(Some((name, json_type(value)))),
            }
            None
        });
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

pub(super) fn has_capital(key: &str) -> bool {
    key.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Whether a key is a name in another case. Keys without capitals are spelled as they are meant.
pub(super) fn is_recased(key: &str, name: &str) -> bool {
    key.len() == name.len() && key != name && has_capital(key) && key.eq_ignore_ascii_case(name)
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

#[cfg(test)]
mod tests;
