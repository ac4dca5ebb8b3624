//! The names that producers use, a table for each noun, the most telling first.

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
pub(super) const SOURCE: &str = "source";

/// Names of [`OUTLET`], and members of objects, that hold a host when they hold what looks like one.
pub(super) const HOSTS: &[&str] = &[
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
pub(super) const OUTLET_MEMBERS: &[&str] = &["name", "uri", "domain", "title", "id", "url"];

/// The same for `source`, where Event Registry's `uri` is the host and its `title` the name, and `NewsAPI`'s
/// `id` is null more often than not.
pub(super) const SOURCE_MEMBERS: &[&str] = &["uri", "domain", "name", "title", "id", "url"];

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
    "created",                // Dolma
    "added",                  // Dolma: when it was captured
    "warc_headers.warc-date", // OSCAR: the same
    "warc-date",              // web archives, read here: the same
];

/// A noun that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::archive) enum Noun {
    Text,
    Id,
    Title,
    Outlet,
    Url,
    Date,
}

/// All nouns, each at its own number.
pub(in crate::archive) const NOUNS: [Noun; 6] =
    [Noun::Text, Noun::Id, Noun::Title, Noun::Outlet, Noun::Url, Noun::Date];

impl Noun {
    /// What people call it.
    pub(in crate::archive) fn name(self) -> &'static str {
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
    pub(in crate::archive) fn names(self) -> &'static [&'static str] {
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

/// Whether a key could be a name in another case.
pub(in crate::archive) fn has_capital(key: &str) -> bool {
    key.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Whether a key is a name in another case. Keys without capitals are spelled as they are meant.
pub(in crate::archive) fn is_recased(key: &str, name: &str) -> bool {
    key.len() == name.len() && key != name && has_capital(key) && key.eq_ignore_ascii_case(name)
}
