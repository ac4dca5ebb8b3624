//! What a page says of itself: when it was published and what its address is.
//!
//! In: the tags and the JSON-LD that [`tidy`](super::tidy) met. Out: the first date that can be read, the most telling place
//! first, as it is written there (with its time and zone, which the extractor drops), and the canonical address.
//!
//! It guarantees: work linear in what it is given; the answer depends on the page alone. It reads no date from the text of
//! a page or from its address: that is left to the extractor, which comes last. Articles that are listed, mentioned or updates of
//! a live blog are others: they say nothing of the page.
//!
//! References: schema.org (`datePublished`), the Open Graph protocol (`article:published_time`), Dublin Core, and the
//! names that publishers' systems write (Parse.ly, Sailthru, Chartbeat, Cxense).

use serde_json::Value;

use super::tags::for_each_attribute;
use crate::archive::dates::parse_published;

/// What a head said.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The title, as written.
    pub(super) title: String,
    canonical: String,
    open_graph_url: String,
    /// The address that JSON-LD gives the article.
    article_url: String,
    /// What addresses are relative to.
    base: String,
    /// The first date of each place.
    dates: [String; PLACES],
}

/// Where a date may stand, the most telling first. A date of change is none of publishing.
const PLACES: usize = 9;
const LD_ARTICLE: usize = 0;
const META_PUBLISHED: usize = 1;
const ITEM_PUBLISHED: usize = 2;
const LD_OTHER: usize = 3;
const META_OTHER: usize = 4;
const TIME_PUBLISHED: usize = 5;
const TIME_IN_ARTICLE: usize = 6;
const TIME: usize = 7;
const TIME_BESIDE: usize = 8;

/// Names of the places, as of fields.
const NAMES: [&str; PLACES] = [
    "datePublished",
    "published_time",
    "datePublished",
    "datePublished",
    "published_time",
    "datetime",
    "datetime",
    "datetime",
    "datetime",
];

/// Where in a page a tag stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// In an `article`.
    Article,
    /// In a part that tells of other things, inside an article or not ([`BESIDE`]).
    Beside,
    /// Elsewhere.
    Page,
}

/// Parts of a page that tell of other things.
pub(super) const BESIDE: [&str; 3] = ["aside", "nav", "footer"];

/// Properties and names of `meta` that say when an article was published, in lower case, with `:` for `.` and `_`.
const PUBLISHED: &[&str] = &[
    "article:published:time", // Open Graph
    "og:article:published:time",
    "og:published:time",
    "article:published",
    "datepublished",
    "published:time",
    "published-date",
    "publish-date",
    "publishdate",
    "pubdate",
    "publication-date",
    "publication:date",
    "originalpublicationdate",
    "article:date:original",
    "parsely-pub-date",             // Parse.ly
    "sailthru:date",                // Sailthru
    "cxenseparse:recs:publishtime", // Cxense
    "cxenseparse:publishtime",
    "dc:date:issued", // Dublin Core
    "dcterms:issued",
    "citation:publication:date",
];

/// The same, of names that are also used for other dates.
const OTHER: &[&str] = &[
    "date",
    "dc:date",
    "dcterms:date",
    "dcterms:created",
    "dc:date:created",
    "ptime",
    "article:created",
    "created",
    "timestamp",
];

/// Ends of the names of schema.org's types of articles.
const ARTICLES: [&str; 4] = ["Article", "Posting", "Report", "LiveBlogPosting"];

/// Properties in JSON-LD under which other articles stand; beside them the elements of an `ItemList`.
const OTHERS: [&str; 5] = ["liveBlogUpdate", "mentions", "citation", "isBasedOn", "comment"];

/// What pages put around JSON-LD so that readers of old do not stumble.
const WRAPPING: [&str; 8] = ["<![CDATA[", "]]>", "<!--", "-->", "/*", "*/", "//", ";"];

/// Bytes of a date: [`parse_published`] reads no longer ones.
const MAX_DATE: usize = 128;

impl Head {
    /// Takes in a `meta`, `link`, `base` or `time` tag.
    pub(super) fn tag(&mut self, name: &str, attributes: &str, within: Within) {
        let (mut key, mut item, mut value, mut rel, mut published) =
            (String::new(), String::new(), String::new(), String::new(), false);
        for_each_attribute(attributes, |attribute, said| match attribute {
            "property" | "name" => said.clone_into(&mut key),
            "itemprop" => said.clone_into(&mut item),
            "content" | "href" | "datetime" => said.clone_into(&mut value),
            "rel" => said.clone_into(&mut rel),
            "pubdate" => published = true,
            _ => {}
        });
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        let key = key.trim().to_ascii_lowercase().replace(['.', '_'], ":");
        let item = item.eq_ignore_ascii_case("datePublished");
        match name {
            "base" => keep(&mut self.base, value),
            "time" if within == Within::Beside => self.date(TIME_BESIDE, value),
            "link" if rel.eq_ignore_ascii_case("canonical") => keep(&mut self.canonical, value),
            "meta" if key == "og:url" => keep(&mut self.open_graph_url, value),
            "meta" | "time" if item => self.date(ITEM_PUBLISHED, value),
            "meta" if PUBLISHED.contains(&&*key) => self.date(META_PUBLISHED, value),
            "meta" if OTHER.contains(&&*key) => self.date(META_OTHER, value),
            "time" if published => self.date(TIME_PUBLISHED, value),
            "time" if within == Within::Article => self.date(TIME_IN_ARTICLE, value),
            "time" => self.date(TIME, value),
            _ => {}
        }
    }

    /// Takes in a block of JSON-LD. Gives it written again, if it had to be mended or if others are left out; what does not
    /// parse is left to the extractor.
    pub(super) fn json_ld(&mut self, content: &str) -> Option<String> {
        let bare = bare(content);
        // Line breaks in strings are no JSON, and usual; outside of strings a blank does as well.
        let read = serde_json::from_str(bare);
        let mended = read.is_err() || bare.len() < content.trim().len();
        let again = || serde_json::from_str(&bare.replace(|byte: char| byte.is_ascii_control(), " ")).ok();
        let mut value: Value = read.ok().or_else(again)?;
        let others = leave_out_others(&mut value) > 0;
        self.walk(&value);
        (mended || others).then(|| value.to_string())
    }

    /// As deep as `serde_json` reads: 128.
    fn walk(&mut self, value: &Value) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.walk(value)),
            Value::Object(object) => {
                let is_article =
                    is_of_kind(value, |kind| ARTICLES.iter().any(|article| kind.ends_with(article)));
                // Values of one thing may stand in a list.
                let date = object.get("datePublished").map(|date| date.get(0).unwrap_or(date));
                if let Some(Value::String(date)) = date {
                    self.date(if is_article { LD_ARTICLE } else { LD_OTHER }, date);
                }
                if is_article {
                    let named =
                        ["url", "mainEntityOfPage"].iter().filter_map(|key| match object.get(*key)? {
                            Value::Object(page) => page.get("@id").or(page.get("url"))?.as_str(),
                            url => url.as_str(),
                        });
                    // The address of the site alone is that of no article.
                    let mut own = named.map(str::trim).filter(|url| {
                        let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
                        path.is_some_and(|(_, path)| !path.is_empty())
                    });
                    keep(&mut self.article_url, own.next().unwrap_or_default());
                }
                object.values().for_each(|value| self.walk(value));
            }
            _ => {}
        }
    }

    fn date(&mut self, place: usize, said: &str) {
        if self.dates[place].is_empty()
            && said.len() <= MAX_DATE
            && matches!(parse_published(said), Ok(Some(_)))
        {
            said.trim().clone_into(&mut self.dates[place]);
        }
    }

    /// When the page was published, as it says, and the name of the place where it says so.
    pub(super) fn published(&self) -> Option<(&'static str, &str)> {
        NAMES
            .into_iter()
            .zip(&self.dates)
            .map(|(name, date)| (name, &**date))
            .find(|(_, date)| !date.is_empty())
    }

    /// The address that the page gives itself, if it is a whole one or the page says what it is relative to.
    pub(super) fn url(&self) -> Option<String> {
        let base = url::Url::parse(&self.base.replace("&amp;", "&")).ok();
        let urls = [&*self.canonical, &*self.open_graph_url, &*self.article_url];
        urls.iter().filter(|url| !url.is_empty()).find_map(|url| {
            let url = url.replace("&amp;", "&");
            if is_whole(&url) {
                return Some(url);
            }
            base.as_ref()?.join(&url).ok().map(String::from).filter(|url| is_whole(url))
        })
    }
}

fn is_whole(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// JSON-LD without what is around it.
fn bare(content: &str) -> &str {
    let mut bare = content.trim();
    loop {
        let before = bare.len();
        for wrapping in WRAPPING {
            bare = bare.strip_prefix(wrapping).unwrap_or(bare).trim_start();
            bare = bare.strip_suffix(wrapping).unwrap_or(bare).trim_end();
        }
        if bare.len() == before {
            return bare;
        }
    }
}

/// Whether a thing of schema.org is of a kind; it may be of several.
fn is_of_kind(value: &Value, is: impl Fn(&str) -> bool) -> bool {
    match &value["@type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
        kind => kind.as_str().is_some_and(is),
    }
}

/// Takes out what tells of other articles; says in how many places.
fn leave_out_others(value: &mut Value) -> usize {
    let is_list = is_of_kind(value, |kind| kind == "ItemList");
    match value {
        Value::Array(values) => values.iter_mut().map(leave_out_others).sum(),
        Value::Object(object) => {
            let before = object.len();
            object.retain(|key, _| {
                let is_other = OTHERS.contains(&&**key) || is_list && key == "itemListElement";
                !is_other
            });
            before - object.len() + object.values_mut().map(leave_out_others).sum::<usize>()
        }
        _ => 0,
    }
}

fn keep(place: &mut String, value: &str) {
    if place.is_empty() {
        value.clone_into(place);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tidy::tidy;

    fn check(page: &str, published: Option<&str>, url: Option<&str>) {
        let head = tidy(page).head;
        let said = head.published().map(|(_, date)| date);
        assert_eq!((said, head.url().as_deref()), (published, url), "{page}");
    }

    #[test]
    fn the_most_telling_date_wins_wherever_it_stands() {
        let time = "<time datetime=2020-05-01>x</time>";
        let meta = "<META Content='2020-05-02T10:00:00Z' Property='article:published_time'>";
        let article = r#"<script type="application/ld+json">{"@graph":[{"@type":"WebPage","datePublished":"2020-05-04"},
            {"@type":["NewsArticle"],"datePublished":"2020-05-03T08:00:00+02:00","dateModified":"2021-01-01"}]}</script>"#;
        check(time, Some("2020-05-01"), None);
        check(&format!("{time}{meta}"), Some("2020-05-02T10:00:00Z"), None);
        check(&format!("{time}{meta}{article}"), Some("2020-05-03T08:00:00+02:00"), None);
        let item = "<span><time itemprop=datePublished datetime='2020-05-05 09:00'>x</time></span>";
        check(&format!("{time}{item}"), Some("2020-05-05 09:00"), None);
        check(
            "<meta name=date content=2020-05-06><meta name=DC.date.issued content=2020-05-07>",
            Some("2020-05-07"),
            None,
        );
    }

    #[test]
    fn other_articles_say_nothing_of_the_page() {
        let other = r#"{"@type":"NewsArticle","headline":"Other","datePublished":"2001-01-01","url":"https://a.example/other"}"#;
        let list = format!(
            r#"<script type="application/ld+json">{{"@type":"ItemList","itemListElement":[{{"@type":"ListItem","item":{other}}}]}}</script>"#
        );
        let own = r#"<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2021-03-04"}</script>"#;
        check(&format!("{list}{own}"), Some("2021-03-04"), None);
        check(&list, None, None);
        check(&own.replace(r#""2021-03-04""#, r#"["2021-03-04"]"#), Some("2021-03-04"), None);
        let live = format!(
            r#"<script type="application/ld+json">{{"@type":"LiveBlogPosting","liveBlogUpdate":[{other}],"headline":"Live"}}</script>"#
        );
        check(&live, None, None);
        let page = tidy(&format!("{list}{live}")).page;
        assert!(!page.contains("Other") && page.contains("Live"), "{page}");
        // What is as it should be goes to the extractor as it is.
        assert!(tidy(own).page.contains(own), "{own}");
    }

    #[test]
    fn a_time_in_the_article_comes_before_one_beside_it() {
        let beside =
            "<aside><article><time itemprop=datePublished datetime=2024-09-09>x</time></article></aside>";
        let elsewhere = "<time datetime=2022-02-02>x</time>";
        let own = "<article><aside><time datetime=2023-03-03>x</time></aside><time datetime=2021-03-04>x</time></article>";
        check(&format!("{beside}{elsewhere}{own}"), Some("2021-03-04"), None);
        check(&format!("{beside}{elsewhere}"), Some("2022-02-02"), None);
        check(beside, Some("2024-09-09"), None);
    }

    #[test]
    fn json_ld_with_line_breaks_in_strings_or_in_wrappings_is_read() {
        for (before, line, after) in [
            ("", "\n", ""),
            ("/*<![CDATA[*/", " ", "/*]]>*/"),
            ("//<![CDATA[\n", "\t", "\n//]]>"),
            ("<!-- ", " ", " -->"),
            ("", "\r\n", ";"),
        ] {
            let page = format!(
                "<script type=application/ld+json>{before}{{\"@type\":\"NewsArticle\",\"headline\":\"A{line}head\",
                 \"datePublished\":\"2021-03-04\"}}{after}</script>"
            );
            check(&page, Some("2021-03-04"), None);
            let tidied = tidy(&page).page;
            let blanks = " ".repeat(line.len());
            assert!(
                tidied.contains(&format!(
                    r#">{{"@type":"NewsArticle","datePublished":"2021-03-04","headline":"A{blanks}head"}}<"#
                )),
                "{tidied}"
            );
        }
    }

    #[test]
    fn what_is_no_date_is_passed_over() {
        check(
            "<time datetime='three hours ago'>x</time><time datetime=2020-05-01>",
            Some("2020-05-01"),
            None,
        );
        check(
            "<meta name=date content=''><meta property=article:modified_time content=2020-01-01>",
            None,
            None,
        );
        check("<script type=application/ld+json>{\"datePublished\":</script>", None, None);
    }

    #[test]
    fn the_canonical_address_comes_first_and_is_whole() {
        let (link, meta) = (
            "<link rel=Canonical href='https://a.example/?a=1&amp;b=2'>",
            "<meta property=og:url content=https://b.example/>",
        );
        check(&format!("{meta}{link}"), None, Some("https://a.example/?a=1&b=2"));
        check(&format!("<link rel=canonical href=/x>{meta}"), None, Some("https://b.example/"));
        check("<link rel=canonical href=/x>", None, None);
        check(
            "<link rel=canonical href=x.html><base href=https://base.example/d/>",
            None,
            Some("https://base.example/d/x.html"),
        );
        let article = |said: &str| {
            format!(r#"<script type="application/ld+json">{{"@type":"NewsArticle",{said}}}</script>"#)
        };
        let url = r#""url":"https://ld.example/u","mainEntityOfPage":"https://ld.example/v""#;
        check(&article(url), None, Some("https://ld.example/u"));
        check(&format!("{}{meta}", article(url)), None, Some("https://b.example/"));
        let page = r#""url":"https://ld.example/","mainEntityOfPage":{"@type":"WebPage","@id":"https://ld.example/v"}"#;
        check(&article(page), None, Some("https://ld.example/v"));
    }
}
