//! WARC and WET: from the records of a web archive to articles.
//!
//! In: the bytes of a web archive, unpacked. Out: of each record that holds a page or a text its article, or why there is
//! none. The idea:
//! - `split`: where records begin and end, also where their lengths are wrong or rubbish stands between them;
//! - crate `fastwarc` reads the headers of WARC and HTTP, and chunked and Brotli payloads; `payload`: the body of an answer,
//!   unpacked;
//! - `arc`: the same of archives in the older format;
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

mod arc;
mod dictionary;
mod payload;
mod split;

use std::borrow::Cow;
use std::io::Cursor;

use fastwarc::warc::header::{HeaderEncoding, HeaderMap};

use super::html::{Refused, charset, read_page};
use crate::problem::ProblemKind;
pub(in crate::archive) use arc::{ArcSplitter, captured_in_arc};
pub(in crate::archive) use dictionary::dictionary;
pub(in crate::archive) use split::{Met, Raw, Splitter};

/// Bytes of a header, of WARC and of HTTP: what servers and crawlers allow is 8 to 32 KiB.
const MAX_HEADER: usize = 64 << 10;

/// What a record of a web archive says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::archive) struct Captured {
    pub(in crate::archive) text: String,
    pub(in crate::archive) id: Option<String>,
    pub(in crate::archive) url: Option<String>,
    pub(in crate::archive) title: Option<String>,
    pub(in crate::archive) date: Option<String>,
    /// What was wrong with it, though it could be read.
    pub(in crate::archive) findings: Vec<(ProblemKind, String)>,
}

/// What kind of text a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Html,
    Text,
}

/// The article of a record; `None` if it is of a kind that holds none.
pub(in crate::archive) fn captured(
    raw: &Raw,
    max_record: u64,
) -> Option<Result<Captured, (ProblemKind, String)>> {
    let header = header_of(raw.header())?;
    let said =
        |name: &str| header.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let url = said("WARC-Target-URI").map(|url| url.trim_matches(['<', '>']).to_owned());
    let media = said("Content-Type").unwrap_or_default();
    let (holds, charset, body) = match said("WARC-Type")?.to_ascii_lowercase().as_str() {
        "response" if is_media(&media, "application/http") || media.is_empty() => {
            match answered(raw.content(), max_record)? {
                Ok(answered) => answered,
                Err(damage) => return Some(Err(damage)),
            }
        }
        "resource" if url.as_deref().is_some_and(is_from_the_web) => {
            (holds(&media)?, charset_of(&media), Cow::Borrowed(raw.content()))
        }
        "conversion" => (holds(&media)?, charset_of(&media), Cow::Borrowed(raw.content())),
        _ => return None,
    };
    let mut captured = Captured { date: said("WARC-Date"), url, ..Captured::default() };
    captured.id = said("WARC-Record-ID").map(|id| id.trim_matches(['<', '>']).to_owned());
    captured.findings.extend(raw.wrong_length.clone().map(|message| (ProblemKind::WrongLength, message)));
    Some(article_of(captured, holds, charset.as_deref(), &body))
}

/// What is looked for in a body, the encoding that is named for it, and the body itself.
type Body<'b> = (Holds, Option<String>, Cow<'b, [u8]>);

/// The page that an answer of HTTP holds; `None` if it holds none.
fn answered(content: &[u8], max_record: u64) -> Option<Result<Body<'_>, (ProblemKind, String)>> {
    let (answer, body) = answer_of(content)?;
    if !answer.status_code().is_some_and(|status| (200..300).contains(&status)) {
        return None;
    }
    let media = answer.get("Content-Type").unwrap_or_default().into_owned();
    let html = is_html(&media) || media.trim().is_empty() && looks_like_html(body);
    let unpacked = || payload::unpacked(body, &answer, max_record);
    html.then(|| match unpacked() {
        Ok(body) => Ok((Holds::Html, charset_of(&media), body)),
        Err(damage) => Err((ProblemKind::DamagedRecord, damage)),
    })
}

/// The article, of which everything but text and title is known.
fn article_of(
    mut captured: Captured,
    holds: Holds,
    charset: Option<&str>,
    body: &[u8],
) -> Result<Captured, (ProblemKind, String)> {
    let replaced = match holds {
        Holds::Text => {
            let (text, replaced) = charset::decode_text(body, charset);
            captured.text = text.into_owned();
            replaced
        }
        Holds::Html => match read_page(body, charset, captured.url.as_deref()) {
            Ok(page) => {
                captured.text = page.text;
                captured.title = page.title;
                captured.date = page.published.or(captured.date);
                page.replaced
            }
            Err(refused @ Refused::TooLarge) => {
                return Err((ProblemKind::RecordTooLarge, refused.to_string()));
            }
            Err(refused) => return Err((ProblemKind::DamagedRecord, refused.to_string())),
        },
    };
    if replaced {
        captured.findings.insert(0, charset::replaced());
    }
    Ok(captured)
}

fn header_of(bytes: &[u8]) -> Option<HeaderMap> {
    let mut header = HeaderMap::new(HeaderEncoding::Unicode);
    header.parse_with_opts(&mut Cursor::new(bytes.to_vec()), true, MAX_HEADER, true).ok()?;
    Some(header)
}

/// The header of an HTTP answer, and its body.
fn answer_of(content: &[u8]) -> Option<(HeaderMap, &[u8])> {
    let begin = content.len() - content.trim_ascii_start().len();
    let content = &content[begin..];
    if !content.starts_with(b"HTTP/") {
        return None;
    }
    let end = split::header_end(content, MAX_HEADER).unwrap_or(content.len().min(MAX_HEADER));
    let mut header = HeaderMap::new(HeaderEncoding::Latin1);
    header.parse_with_opts(&mut Cursor::new(content[..end].to_vec()), true, MAX_HEADER, true).ok()?;
    Some((header, &content[end..]))
}

fn is_media(said: &str, media: &str) -> bool {
    said.split(';').next().is_some_and(|said| said.trim().eq_ignore_ascii_case(media))
}

fn is_html(media: &str) -> bool {
    is_media(media, "text/html") || is_media(media, "application/xhtml+xml")
}

fn holds(media: &str) -> Option<Holds> {
    if is_html(media) { Some(Holds::Html) } else { is_media(media, "text/plain").then_some(Holds::Text) }
}

fn looks_like_html(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag)))
}

fn charset_of(media: &str) -> Option<String> {
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
