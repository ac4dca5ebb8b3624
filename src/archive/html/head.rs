//! What a page says of itself: when it was published and what its address is.
//!
//! In: the tags and the JSON-LD that [`tidy`](super::tidy) met. Out: the first date that can be read, the most telling place
//! first, as it is written there (with its time and zone, which the extractor drops), and the canonical address.
//!
//! It guarantees: work linear in what it is given; the answer depends on the page alone. It reads no date from the text of
//! a page or from its address: that is left to the extractor, which comes last.
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
    /// The first date of each place.
    dates: [String; PLACES],
}

/// Where a date may stand, the most telling first. A date of change is none of publishing.
const PLACES: usize = 7;
const LD_ARTICLE: usize = 0;
const META_PUBLISHED: usize = 1;
const ITEM_PUBLISHED: usize = 2;
const LD_OTHER: usize = 3;
const META_OTHER: usize = 4;
const TIME_PUBLISHED: usize = 5;
const TIME: usize = 6;

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

/// Bytes of a date: [`parse_published`] reads no longer ones.
const MAX_DATE: usize = 128;

impl Head {
    /// Takes in a `meta`, `link` or `time` tag.
    pub(super) fn tag(&mut self, name: &str, attributes: &str) {
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
            "link" if rel.eq_ignore_ascii_case("canonical") => keep(&mut self.canonical, value),
            "meta" if key == "og:url" => keep(&mut self.open_graph_url, value),
            "meta" | "time" if item => self.date(ITEM_PUBLISHED, value),
            "meta" if PUBLISHED.contains(&&*key) => self.date(META_PUBLISHED, value),
            "meta" if OTHER.contains(&&*key) => self.date(META_OTHER, value),
            "time" => self.date(if published { TIME_PUBLISHED } else { TIME }, value),
            _ => {}
        }
    }

    /// Takes in a block of JSON-LD.
    pub(super) fn json_ld(&mut self, content: &str) {
        // What does not parse is left to the extractor.
        if let Ok(value) = serde_json::from_str::<Value>(content.trim()) {
            self.walk(&value);
        }
    }

    /// As deep as `serde_json` reads: 128.
    fn walk(&mut self, value: &Value) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.walk(value)),
            Value::Object(object) => {
                if let Some(Value::String(date)) = object.get("datePublished") {
                    let article = |kind: &Value| {
                        kind.as_str()
                            .is_some_and(|kind| ARTICLES.iter().any(|article| kind.ends_with(article)))
                    };
                    let is_article = match object.get("@type") {
                        Some(Value::Array(kinds)) => kinds.iter().any(article),
                        Some(kind) => article(kind),
                        None => false,
                    };
                    self.date(if is_article { LD_ARTICLE } else { LD_OTHER }, date);
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

    /// When the page was published, as it says.
    pub(super) fn published(&self) -> Option<&str> {
        self.dates.iter().map(|date| &**date).find(|date| !date.is_empty())
    }

    /// The address that the page gives itself, if it is a whole one.
    pub(super) fn url(&self) -> Option<String> {
        let whole = |url: &&&str| url.starts_with("https://") || url.starts_with("http://");
        let url = [&*self.canonical, &*self.open_graph_url];
        url.iter().find(whole).map(|url| url.replace("&amp;", "&"))
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
        assert_eq!((head.published(), head.url().as_deref()), (published, url), "{page}");
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
    }
}
