//! Made-up news archives with planted copies: settings go in, articles with their truth come out.
//!
//! Every bench and many tests need an archive that looks like one (Zipf's law, outlets, footers, stock
//! phrases) and of which all is known: who copied whom, how much was changed, where the quotation stands. So
//! this one invents its articles, lets outlets copy each other, and writes down what it did.
//!
//! - The same settings give the same bytes on every machine; a test here pins them, since recorded timings
//!   depend on them.
//! - Articles come in the order of their times. What is planted beside the truth (footers of one outlet,
//!   phrases of three to seven words) is too short or too local to make two articles alike.
//! - It uses the standard library alone and knows nothing of the engine it tests.
//!
//! Include it with `#[path = "../testdata/generator/mod.rs"] mod generator;`.
//!
//! Rooms: [`rng`] chance, [`words`] vocabularies, [`prose`] sentences and edits, [`outlets`] and [`clock`]
//! what they say, [`desk`] who copies whom, [`extremes`] inputs made to hurt, [`judge`] slow and obviously
//! right measures.
#![allow(dead_code, unused_imports, reason = "each bench and test uses a part")]
#![allow(unreachable_pub, reason = "the crates that include this have no outside")]

use std::fmt::Write as _;
use std::ops::Range;

mod clock;
mod desk;
mod extremes;
pub mod judge;
mod outlets;
mod prose;
mod rng;
mod words;

pub use extremes::{big_article, identical, one_sentence, one_story};
pub use rng::Rng;
pub use words::{Script, Words};

/// What archive to invent.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// About how many bytes of article text in all (ids, titles and the like come on top).
    pub bytes: usize,
    /// Another seed, another archive.
    pub seed: u64,
    /// In what letters.
    pub script: Script,
    /// About how many bytes an article has; they spread like real ones (log-normal), from 300 to 40,000.
    pub mean_article_bytes: usize,
    /// The share of the articles that copy an earlier one.
    pub copy_share: f64,
    /// How many outlets; the first print much more than the last.
    pub outlets: usize,
    /// Stories that very many outlets print, on top of the copies.
    pub giant_stories: usize,
    /// Articles in each of the giant stories, of 1,800 to 4,500 bytes. What they need is taken from `bytes`;
    /// where it does not suffice the archive grows.
    pub giant_copies: usize,
}

impl Default for Settings {
    /// Ten megabytes of English from 120 outlets, three articles in ten copied, no giants.
    fn default() -> Self {
        Self {
            bytes: 10_000_000,
            seed: 1,
            script: Script::English,
            mean_article_bytes: 3_000,
            copy_share: 0.30,
            outlets: 120,
            giant_stories: 0,
            giant_copies: 300,
        }
    }
}

/// One invented article. Indices in its truth count from 0 in what [`generate`] returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Unique in the archive; sorts like the index.
    pub id: String,
    /// The domain of who printed it.
    pub outlet: String,
    /// As `2025-01-01T00:00:05Z`, later than the article before.
    pub published_at: String,
    /// A headline; half of the copies keep that of their source.
    pub title: String,
    /// Paragraphs with line feeds between them.
    pub text: String,
    /// How it came about.
    pub truth: Truth,
}

/// What was planted in an article.
///
/// Only the last step is told: where an article that quotes is copied in its turn, or two quote the same
/// paragraph, the common passage follows from the parents and is not listed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// The index of the first article of the planted story: the article's own for an original or a quoting
    /// one.
    pub family: usize,
    /// The article it was made from.
    pub parent: Option<usize>,
    /// How it was made.
    pub mode: Mode,
    /// What it quotes (only with [`Mode::Quote`]): at least 20 words, equal up to the shape of quotes and
    /// apostrophes.
    pub passages: Vec<PlantedPassage>,
    /// Paragraphs of at least 20 words that stand a second time at its end.
    pub repeats: Vec<PlantedRepeat>,
}

/// How an article was made. The index of what it was made from is in [`Truth::parent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Written anew.
    Original,
    /// All paragraphs as they were.
    Verbatim,
    /// All paragraphs, with some words replaced, dropped or inserted.
    Light {
        /// The share of words edited, in thousandths: 10 to 100.
        per_mille: u32,
    },
    /// 30 to 95 % of the paragraphs, mostly the first ones.
    Cut,
    /// All paragraphs, and one to three new ones between.
    Expanded,
    /// A text of its own around some paragraphs of the parent.
    Quote,
    /// A printing of a giant story: as it was, lightly edited, cut, or expanded. The first one has no parent.
    Giant,
}

/// A quotation: where it stands in the article quoted and in the one that quotes, in characters of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedPassage {
    /// The index of the article quoted.
    pub source: usize,
    /// Where it stands there.
    pub source_chars: Range<usize>,
    /// Where it stands here.
    pub target_chars: Range<usize>,
}

/// A paragraph that stands twice in one article, in characters of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedRepeat {
    /// Where it stands first.
    pub first_chars: Range<usize>,
    /// Where it stands again.
    pub again_chars: Range<usize>,
}

/// Invents an archive. Time and memory are linear in `bytes`; ten megabytes take a tenth of a second when
/// optimised.
///
/// # Panics
/// If there are no outlets.
pub fn generate(settings: &Settings) -> Vec<Article> {
    desk::Desk::open(settings).run(settings)
}

/// The articles as JSON Lines with the keys `id`, `outlet`, `published_at`, `url`, `title` and `text`, the
/// truth left out; characters outside ASCII stay as they are.
pub fn to_json_lines(articles: &[Article]) -> String {
    let bytes: usize = articles.iter().map(|article| article.text.len() + 400).sum();
    let mut out = String::with_capacity(bytes);
    for article in articles {
        let day = article.published_at.get(..10).unwrap_or_default().replace('-', "/");
        let url = format!("https://www.{}/{day}/{}", article.outlet, article.id);
        let fields = [
            ("{\"id\":", &article.id),
            (",\"outlet\":", &article.outlet),
            (",\"published_at\":", &article.published_at),
            (",\"url\":", &url),
            (",\"title\":", &article.title),
            (",\"text\":", &article.text),
        ];
        for (key, value) in fields {
            out.push_str(key);
            push_json_string(value, &mut out);
        }
        out.push_str("}\n");
    }
    out
}

/// The items in a random order that only the seed decides.
pub fn shuffled<T: Clone>(items: &[T], seed: u64) -> Vec<T> {
    let mut rng = Rng::new(seed);
    let mut out = items.to_vec();
    for end in (1..out.len()).rev() {
        out.swap(end, rng.below(end + 1));
    }
    out
}

/// Appends the value between quotes, with the escapes that JSON demands and no others.
fn push_json_string(value: &str, out: &mut String) {
    out.push('"');
    let mut rest = value;
    while let Some(at) = rest.find(|letter: char| letter < ' ' || letter == '"' || letter == '\\') {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        match special.as_bytes()[0] {
            b'\n' => out.push_str("\\n"),
            byte @ (b'"' | b'\\') => out.extend(['\\', char::from(byte)]),
            byte => write!(out, "\\u{byte:04x}").expect("a String takes everything"),
        }
        rest = &special[1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(script: Script) -> Vec<Article> {
        generate(&Settings {
            bytes: 400_000,
            script,
            giant_stories: 1,
            giant_copies: 12,
            ..Settings::default()
        })
    }

    fn span(article: &Article, chars: &Range<usize>) -> String {
        article.text.chars().skip(chars.start).take(chars.len()).collect()
    }

    #[test]
    fn the_same_settings_give_the_same_bytes_for_ever() {
        // FNV-1a; when this must change, timings and fixtures recorded before can no longer be compared.
        let hash = [Script::English, Script::Arabic, Script::Japanese].map(|script| {
            to_json_lines(&small(script)).bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
            })
        });
        assert_eq!(
            hash,
            [12_955_765_150_905_598_468, 10_701_547_816_460_478_755, 17_510_652_988_139_885_120]
        );
    }

    #[test]
    fn what_the_truth_says_is_in_the_text() {
        let (mut passages, mut repeats) = (0, 0);
        for script in [Script::English, Script::Arabic, Script::Japanese] {
            let articles = small(script);
            for (index, article) in articles.iter().enumerate() {
                for passage in &article.truth.passages {
                    let source = &articles[passage.source];
                    assert!(passage.source < index && source.outlet != article.outlet);
                    let (there, here) =
                        (span(source, &passage.source_chars), span(article, &passage.target_chars));
                    if script == Script::English {
                        assert!(judge::words(&here).len() >= 20, "{here}");
                    }
                    assert_eq!(judge::words(&there), judge::words(&here));
                    passages += 1;
                }
                for repeat in &article.truth.repeats {
                    assert_eq!(span(article, &repeat.first_chars), span(article, &repeat.again_chars));
                    repeats += 1;
                }
                if article.truth.mode == Mode::Verbatim {
                    let parent = &articles[article.truth.parent.expect("a copy has a parent")];
                    assert_eq!(article.truth.family, parent.truth.family);
                    let head = |text: &str| judge::words(text.split('\n').next().unwrap_or_default());
                    assert_eq!(head(&article.text), head(&parent.text));
                }
            }
        }
        assert!(passages >= 10 && repeats >= 3, "{passages} passages, {repeats} repeats");
    }

    #[test]
    fn an_archive_has_the_size_and_the_copies_asked_for() {
        let articles = small(Script::English);
        let bytes: usize = articles.iter().map(|article| article.text.len()).sum();
        assert!((390_000..450_000).contains(&bytes), "{bytes} bytes");
        let giants = articles.iter().filter(|article| article.truth.mode == Mode::Giant).count();
        assert_eq!(giants, 12);
        let copies = articles.iter().filter(|article| article.truth.parent.is_some()).count() - 11;
        assert!((25..60).contains(&copies), "{copies} copies in {}", articles.len());
        assert!(articles.is_sorted_by(|a, b| a.published_at < b.published_at && a.id < b.id));
    }

    #[test]
    fn json_strings_are_escaped() {
        let mut out = String::new();
        push_json_string("a \"b\" \\ é\n\t“c”", &mut out);
        assert_eq!(out, r#""a \"b\" \\ é\n\u0009“c”""#);
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let items: Vec<u32> = (0..100).collect();
        let mut mixed = shuffled(&items, 3);
        assert_ne!(mixed, items);
        mixed.sort_unstable();
        assert_eq!(mixed, items);
    }
}
