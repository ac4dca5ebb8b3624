//! HTML: from the bytes of a page to its article.
//!
//! In: bytes, the encoding and the address that are known from elsewhere. Out: a [`Page`]: the main text, a line a
//! paragraph, and what the page says of itself; or why there is none ([`Refused`]). The idea, in this order:
//! 1. `charset`: bytes to characters, as browsers do it;
//! 2. `tidy`: the page written again in few, shallow, plain tags, so that what follows takes linear time;
//! 3. crate `trafilatura` finds the main content and its metadata;
//! 4. `blocks`: the content to lines; `head`: date with its time, canonical address.
//!
//! It guarantees: the same bytes give the same page; bounded time and depth for any input; no panic comes out. It runs no scripts and
//! fetches nothing: what a browser would load later is not there. What belongs to the article is a judgement: `docs/quality.md`
//! says how often it is right.
//!
//! References: A. Barbaresi, "Trafilatura: a web scraping library and command-line tool for text discovery and
//! extraction", ACL 2021 (demonstrations); the crate is a port of its Go port.

mod blocks;
pub(crate) mod charset;
mod head;
mod open;
mod tags;
mod tidy;

use std::fmt;

use trafilatura::{HtmlDateMode, Options};

use super::sink::Sink;

/// Bytes of a page that are looked at: some 30 times what a long live blog has. What is longer is refused, for what the
/// extractor needs grows with it.
const MAX_BYTES: usize = 16 << 20;

/// The same of a page after [`tidy`], where scripts and pictures are gone.
const MAX_TIDY: usize = 6 << 20;

/// Bytes of a single paragraph from which on it is none: those of news are a fifth of it.
const LEAST_UNDIVIDED: usize = 1_000;

/// About how much memory a page of so many bytes may take while it is read: most of it are nodes of a tree, and the smallest
/// tags make most of these.
pub(crate) fn room_of_page(bytes: usize) -> u64 {
    400 * bytes.min(MAX_BYTES) as u64
}

/// What a page holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The main text: a line a paragraph. May be empty.
    pub text: String,
    /// The headline.
    pub title: Option<String>,
    /// When it was published, as written.
    pub published: Option<String>,
    /// Where that stands: `datePublished` (JSON-LD, `itemprop`), `published_time` (`meta`), `datetime` (`time`), `date` (what the
    /// extractor found elsewhere: a day).
    pub published_in: Option<&'static str>,
    /// The address that the page gives itself.
    pub url: Option<String>,
    /// Who wrote it.
    pub byline: Option<String>,
    /// The name of the site.
    pub site: Option<String>,
    /// Whether bytes were wrong in the page's encoding, and replaced by U+FFFD.
    pub replaced: bool,
}

/// Why a page gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// More than is looked at.
    TooLarge,
    /// The extractor broke down; what it said.
    Broken(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::TooLarge => {
                write!(f, "the page has more than {MAX_BYTES} bytes, or {MAX_TIDY} of text and tags")
            }
            Refused::Broken(said) => {
                write!(f, "the extractor of main text failed over the page ({said}); please report this")
            }
        }
    }
}

/// Reads a page. `charset` is what the server named, `url` where it was fetched.
///
/// # Errors
/// Why there is no page. That a page has no main text is no error: its text is empty.
pub fn read_page(bytes: &[u8], charset: Option<&str>, url: Option<&str>) -> Result<Page, Refused> {
    Sink::catch(|| read(bytes, charset, url)).unwrap_or_else(|said| Err(Refused::Broken(said)))
}

fn read(bytes: &[u8], charset: Option<&str>, url: Option<&str>) -> Result<Page, Refused> {
    if bytes.len() > MAX_BYTES {
        return Err(Refused::TooLarge);
    }
    let url = url.and_then(|url| url::Url::parse(url).ok());
    let (characters, replaced) = charset::decode(bytes, charset);
    let tidy::Tidy { page, head, prose, .. } = tidy::tidy(&characters);
    drop(characters);
    if page.len() > MAX_TIDY {
        return Err(Refused::TooLarge);
    }
    let mut options = Options::default().with_exclude_comments(true).with_html_date_mode(HtmlDateMode::Fast);
    options.original_url = url;
    let mut found = Page { url: head.url(), replaced, ..Page::default() };
    (found.published_in, found.published) =
        head.published().map(|(place, said)| (place, said.to_owned())).unzip();
    let Ok(extracted) = trafilatura::extract(&page, &options) else { return Ok(found) };
    let about = extracted.metadata;
    found.text = blocks::text_of(&extracted.content_html, &about.title);
    if is_doubtful(&found.text, prose)
        && let Ok(again) = trafilatura::extract(&page, &options.with_fallback(true))
    {
        let text = blocks::text_of(&again.content_html, &about.title);
        let undivided = is_undivided(&found.text);
        if if undivided { !is_undivided(&text) } else { text.len() > found.text.len() } {
            found.text = text;
        }
    }
    let said = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    (found.title, found.byline, found.site) = (said(about.title), said(about.author), said(about.sitename));
    if found.published.is_none() {
        (found.published_in, found.published) = about.date.map(|date| ("date", date.to_string())).unzip();
    }
    Ok(found)
}

/// Whether a second way of extraction, slower, may know better: the first gave up and took the whole page, or it holds less than
/// half of what looks like prose on the page.
fn is_doubtful(text: &str, prose: usize) -> bool {
    is_undivided(text) || text.len() * 2 < prose
}

/// The extractor's last resort is the text of the whole page as one paragraph.
fn is_undivided(text: &str) -> bool {
    text.len() >= LEAST_UNDIVIDED && !text.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str =
        "The council voted on Tuesday to close the old harbour bridge for repairs until next spring.";

    fn check(html: &str, expect: &Page) {
        assert_eq!(
            read_page(html.as_bytes(), None, Some("https://www.wire.example/a/1")).as_ref(),
            Ok(expect),
            "{html}"
        );
    }

    fn page(head: &str, body: &str) -> String {
        format!("<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>")
    }

    #[test]
    fn an_article_comes_out_with_what_its_page_says_of_it() {
        let head = r#"<title>Bridge shut – The Wire</title><link rel="canonical" href="https://wire.example/bridge">
            <meta property="og:title" content="Bridge shut"><meta property="og:site_name" content="The Wire">
            <meta name="author" content="Jane Doe"><meta property="article:published_time" content="2025-05-06T11:40:00+02:00">"#;
        let paragraph = |n| format!("<p>{n}. {SENTENCE} <b>Ferries</b> run.</p>");
        let paragraphs = [1, 2, 3, 4].map(paragraph).concat();
        let body = format!(
            "<nav><a href=/>Home</a><a href=/s>Sport</a></nav><article><h1>Bridge shut</h1>{paragraphs}\
             <p><a href=/other>Read more: the harbour wall</a></p></article><footer>© The Wire</footer>"
        );
        let lines: Vec<String> = (1..5).map(|n| format!("{n}. {SENTENCE} Ferries run.")).collect();
        let expect = Page {
            text: lines.join("\n"),
            title: Some("Bridge shut".into()),
            published: Some("2025-05-06T11:40:00+02:00".into()),
            published_in: Some("published_time"),
            url: Some("https://wire.example/bridge".into()),
            byline: Some("Jane Doe".into()),
            site: Some("The Wire".into()),
            replaced: false,
        };
        check(&page(head, &body), &expect);
    }

    #[test]
    fn a_page_without_text_is_empty() {
        for html in ["", " \n", "<html><body></body></html>", "<script>var a = 1;</script>", "<p></p>", "<"] {
            assert_eq!(
                read_page(html.as_bytes(), None, None).map(|page| page.text.trim().len() < 2),
                Ok(true),
                "{html}"
            );
        }
    }

    #[test]
    fn encodings_are_the_servers_then_the_pages_then_guessed() {
        let text = "Жители города сообщили о закрытии моста через реку до весны, пишет газета.";
        let html = page("", &format!("<article>{}</article>", format!("<p>{text}</p>").repeat(5)))
            .replace("<meta charset=utf-8>", "");
        let bytes = encoding_rs::WINDOWS_1251.encode(&html).0;
        for charset in [Some("windows-1251"), None] {
            let found = read_page(&bytes, charset, None).expect("a page that is small and plain");
            assert!(found.text.contains(text) && !found.replaced, "{found:?}");
        }
    }

    #[test]
    fn a_page_that_is_too_large_is_refused() {
        let large = "<p>word ".repeat(MAX_TIDY / 6);
        assert_eq!(read_page(large.as_bytes(), None, None), Err(Refused::TooLarge));
    }
}
