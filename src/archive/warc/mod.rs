//! WARC and WET: from the records of a web archive to articles.
//!
//! In: the bytes of a web archive, unpacked. Out: of each record that holds a page or a text its article, or why there is
//! none. The idea:
//! - `split`: where records begin and end, also where their lengths are wrong or rubbish stands between them;
//! - `header`: what their headers say;
//! - crate `fastwarc` reads unusual headers of WARC, those of HTTP, and Brotli payloads; `payload`: the body of an answer,
//!   unpacked;
//! - `arc`: the same of archives in the older format; `ahead`: the bytes that both look at;
//! - `dictionary`: what all frames of an archive in zstd need;
//! - here: which records are articles, and what their nouns are.
//!
//! | record | becomes |
//! |---|---|
//! | `response`, HTTP status 200 to 299, HTML | the main text of the page |
//! | `resource` from the web, HTML or plain text | the main text, or the text |
//! | `conversion`, plain text (WET) or HTML | the text as it is, or the main text |
//! | others: `warcinfo`, `request`, `metadata`, `revisit`, pictures, errors | no record of the archive: numbered, and counted apart |
//!
//! An article's id is the record's, its URL the target's; its date is the page's, else the record's, which is when the page was
//! fetched.
//!
//! It guarantees: bounded memory (the largest record), no panic, a broken record costs itself. It does not join records that
//! are continued in others, nor look up what a `revisit` refers to, nor check digests.
//!
//! References: ISO 28500 (WARC 1.0 and 1.1); RFC 9110, 9112 (HTTP); Common Crawl's description of WET.

mod ahead;
mod arc;
mod dictionary;
mod header;
mod payload;
mod split;

use std::borrow::Cow;

use fastwarc::warc::header::{HeaderEncoding, HeaderMap};

use super::frames::{LEAST_STANDING, Standing};
use super::html::{Refused, charset, read_page};
use super::record::strip_mark;
use crate::problem::ProblemKind;
pub(in crate::archive) use arc::{ArcSplitter, begins_arc_record, captured_in_arc};
pub(in crate::archive) use dictionary::dictionary;
use header::{Head, Name, by_crate};
use payload::Unpacked;
pub(in crate::archive) use split::{Met, Raw, Splitter};

/// Bytes of a header, of WARC and of HTTP: what servers and crawlers allow is 8 to 32 KiB.
const MAX_HEADER: usize = 64 << 10;

/// Characters of a reason for cutting a record that are told: the standard names four, each a word.
const MOST_REASON: usize = 40;

/// What a record of a web archive says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::archive) struct Captured<'b> {
    pub(in crate::archive) text: Cow<'b, str>,
    /// Where the text stands in the file, if it was not copied: then `text` is empty.
    pub(in crate::archive) standing: Option<Standing>,
    pub(in crate::archive) id: Option<Cow<'b, str>>,
    pub(in crate::archive) url: Option<Cow<'b, str>>,
    pub(in crate::archive) title: Option<String>,
    /// When its page says that it was published, behind the name of the place ([`Page`](super::html::Page)).
    pub(in crate::archive) published: Option<(&'static str, String)>,
    /// When it was fetched.
    pub(in crate::archive) fetched: Option<Cow<'b, str>>,
    /// What was wrong with it, though it could be read.
    pub(in crate::archive) findings: Vec<(ProblemKind, String)>,
}

/// What kind of text a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Html,
    Text,
}

/// The article of a record, whose header nobody else may change ([`Raw::header_copied`]); `None` if it is of a kind that holds none.
pub(in crate::archive) fn captured<'b>(
    raw: &'b Raw<'_>,
    header: &'b [u8],
    max_record: u64,
) -> Option<Result<Captured<'b>, (ProblemKind, String)>> {
    let fields = raw.fields(header)?;
    let said = |name| fields.get(name).map(trimmed).filter(|value| !value.is_empty());
    let url = said(Name::TargetUri).map(within_brackets);
    let media = said(Name::ContentType).unwrap_or_default();
    let kind = said(Name::Type)?;
    let is = |other: &str| kind.eq_ignore_ascii_case(other);
    let is_answer = is("response");
    let is_wanted = is_answer && (media.is_empty() || is_media(&media, "application/http"));
    let holds = if is_wanted {
        Holds::Html
    } else if is("conversion") && media.is_empty() {
        if looks_like_html(raw.content()) { Holds::Html } else { Holds::Text }
    } else if is("conversion") || is("resource") && url.as_deref().is_some_and(is_from_the_web) {
        holds(&media)?
    } else {
        return None;
    };
    let fetched = said(Name::Date);
    let mut captured = Captured { url, fetched, ..Captured::default() };
    captured.id = said(Name::RecordId).map(within_brackets);
    captured.findings.extend(raw.wrong_length.clone().map(|message| (ProblemKind::WrongLength, message)));
    captured.findings.extend(said(Name::Truncated).map(|why| {
        let why: String = why.chars().take(MOST_REASON).collect();
        let message =
            format!("the crawler says that it cut this record ({why:?}); what there is of it is read");
        (ProblemKind::DamagedRecord, message)
    }));
    if holds == Holds::Text {
        return Some(Ok(with_text(captured, raw, charset_of(&media).as_deref())));
    }
    let content = raw.content_copied();
    let body = if is_answer {
        answered(&content, max_record)?
    } else {
        body_of(payload::unpacked_by_looks(&content, max_record), charset_of(&media))
    };
    Some(body.and_then(|body| with_page(captured, body)))
}

/// A page, and the encoding that is named for it.
struct Body<'b> {
    page: Unpacked<'b>,
    charset: Option<String>,
}

/// The page that an answer of HTTP holds; `None` if it holds none.
fn answered(content: &[u8], max_record: u64) -> Option<Result<Body<'_>, (ProblemKind, String)>> {
    let (answer, body) = answer_of(content)?;
    if !answer.status_code().is_some_and(|status| (200..300).contains(&status)) {
        return None;
    }
    let media = answer.get("Content-Type").unwrap_or_default().into_owned();
    let html = holds(&media) == Some(Holds::Html) || is_media(&media, "") && looks_like_html(body);
    html.then(|| body_of(payload::unpacked(body, &answer, max_record), charset_of(&media)))
}

fn body_of(
    unpacked: Result<Unpacked<'_>, String>,
    charset: Option<String>,
) -> Result<Body<'_>, (ProblemKind, String)> {
    let page = unpacked.map_err(|damage| (ProblemKind::DamagedRecord, damage))?;
    Ok(Body { page, charset })
}

/// The article, of which everything but its text is known.
fn with_text<'b>(mut captured: Captured<'b>, raw: &'b Raw<'_>, charset: Option<&str>) -> Captured<'b> {
    captured.standing = text_standing(raw);
    if captured.standing.is_none() {
        let (text, replaced) = decoded(raw.content_copied(), charset);
        captured.text = text;
        captured.note_replaced(replaced);
    }
    captured
}

/// The article, of which everything but what its page says is known. Of a damaged page the text that is there is kept; if there is
/// none, the damage is why.
fn with_page<'b>(
    mut captured: Captured<'b>,
    Body { page: Unpacked { bytes, damage }, charset }: Body<'_>,
) -> Result<Captured<'b>, (ProblemKind, String)> {
    captured.findings.extend(damage.map(|damage| (ProblemKind::DamagedRecord, damage)));
    let page = read_page(&bytes, charset.as_deref(), captured.url.as_deref());
    let page = page.map_err(|refused| match refused {
        Refused::TooLarge => (ProblemKind::RecordTooLarge, refused.to_string()),
        Refused::Broken(_) => (ProblemKind::DamagedRecord, refused.to_string()),
    })?;
    let damage = captured.findings.iter().position(|(kind, _)| *kind == ProblemKind::DamagedRecord);
    if let Some(damage) = damage
        && page.text.trim().is_empty()
    {
        return Err(captured.findings.swap_remove(damage));
    }
    captured.text = page.text.into();
    captured.title = page.title;
    captured.published = page.published_in.zip(page.published);
    captured.note_replaced(page.replaced);
    Ok(captured)
}

impl Captured<'_> {
    /// Notes whether characters had to be replaced, before all else.
    fn note_replaced(&mut self, replaced: bool) {
        if replaced {
            self.findings.insert(0, charset::replaced());
        }
    }
}

/// Where the text of a record stands in its file, if its bytes are those of a map, and it is UTF-8 and long enough.
fn text_standing(raw: &Raw<'_>) -> Option<Standing> {
    let (content, begin) = (raw.content(), raw.stands_at()?);
    let text = strip_mark(content);
    // The verdict alone is taken, not the text.
    let stays = text.len() >= LEAST_STANDING && simdutf8::basic::from_utf8(text).is_ok();
    let begin = begin + (content.len() - text.len()) as u64;
    stays.then_some(Standing { begin, bytes: u32::try_from(text.len()).ok()? })
}

fn decoded<'b>(body: Cow<'b, [u8]>, charset: Option<&str>) -> (Cow<'b, str>, bool) {
    match body {
        Cow::Borrowed(body) => charset::decode_text(body, charset),
        Cow::Owned(body) => {
            let (text, replaced) = charset::decode_text(&body, charset);
            (Cow::Owned(text.into_owned()), replaced)
        }
    }
}

/// A value without the brackets around it, as addresses have them.
fn within_brackets(value: Cow<'_, str>) -> Cow<'_, str> {
    part(value, |value| {
        let is_inside = |byte: u8| !matches!(byte, b'<' | b'>');
        let begin = value.bytes().position(is_inside).unwrap_or(value.len());
        let end = value.bytes().rposition(is_inside).map_or(begin, |last| last + 1);
        &value[begin..end]
    })
}

fn trimmed(value: Cow<'_, str>) -> Cow<'_, str> {
    part(value, trim)
}

/// As [`str::trim`], which takes longer where there is nothing to trim.
fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~', .., b'!'..=b'~'] | [] => text,
        _ => text.trim(),
    }
}

/// A part of a value.
fn part(value: Cow<'_, str>, of: impl Fn(&str) -> &str) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(value) => Cow::Borrowed(of(value)),
        Cow::Owned(value) => Cow::Owned(of(&value).to_owned()),
    }
}

/// The header of an HTTP answer, and its body. Answers that only say that another follows (1xx) are passed over.
fn answer_of(mut content: &[u8]) -> Option<(HeaderMap, &[u8])> {
    /// More than any server sends.
    const MOST_INTERIM: usize = 8;
    for _ in 0..MOST_INTERIM {
        let (answer, body) = next_answer(content)?;
        if !answer.status_code().is_some_and(|status| (100..200).contains(&status)) {
            return Some((answer, body));
        }
        content = body;
    }
    None
}

fn next_answer(content: &[u8]) -> Option<(HeaderMap, &[u8])> {
    let begin = content.len() - content.trim_ascii_start().len();
    let content = &content[begin..];
    if !content.starts_with(b"HTTP/") {
        return None;
    }
    let end = Head::of(content).map_or(content.len().min(MAX_HEADER), |head| head.bytes);
    Some((by_crate(&content[..end], HeaderEncoding::Latin1)?, &content[end..]))
}

/// What kind of media a header says, without what more it says of it.
fn media_said(said: &str) -> &str {
    let end = memchr::memchr(b';', said.as_bytes()).unwrap_or(said.len());
    trim(&said[..end])
}

fn is_media(said: &str, media: &str) -> bool {
    media_said(said).eq_ignore_ascii_case(media)
}

fn holds(said: &str) -> Option<Holds> {
    let media = media_said(said);
    let is = |other: &str| media.eq_ignore_ascii_case(other);
    if is("text/html") || is("application/xhtml+xml") {
        Some(Holds::Html)
    } else {
        is("text/plain").then_some(Holds::Text)
    }
}

fn looks_like_html(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag)))
}

fn charset_of(media: &str) -> Option<String> {
    if !media.contains('=') {
        return None;
    }
    let lower = media.to_ascii_lowercase();
    let value = lower.split(';').find_map(|part| part.trim().strip_prefix("charset="))?;
    Some(value.trim().trim_matches(['"', '\'']).to_owned())
}

/// Whether a resource was fetched; crawlers also file their own logs and lists as resources.
fn is_from_the_web(url: &str) -> bool {
    ["http:", "https:", "ftp:", "file:"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)))
}

#[cfg(test)]
mod tests;
