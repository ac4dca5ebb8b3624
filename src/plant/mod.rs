//! Plant: copies of a user's own articles, made at stated edit rates, with the truth of them.
//!
//! In: an archive. Out: a folder with `archive.jsonl` (all its articles, then the copies) and `truth.jsonl`, which
//! `wirecopy eval` reads. So a scan of the first, held against the second, tells the recall on the user's own text.
//!
//! 1. **Choose.** Sources are the articles of [`MIN_WORDS`] and more whose texts have the smallest seeded hashes: drawn
//!    evenly, whatever the order of files and records, and each text once. Each source gets one copy.
//! 2. **Edit** (`edit`): each copy is of one [`Kind`], at tokens, with words of the chosen sources.
//! 3. **Write**: what was read, field by field under the usual names, then copies, each by an outlet of its own making and
//!    some hours later than its source, where that has a time.
//!
//! Guarantees: the same articles, kinds and seed give the same copies and the same truth. Articles whose id is missing or
//! not unique are named by their place. Memory: a hash an article, and the texts of the sources.
//!
//! Not done: what people do when they rewrite. Words are replaced one by one and evenly, which hurts shingles more than
//! edits that stand together.

mod edit;
mod kinds;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128};

use crate::archive::{Archive, ReadSettings};
use crate::draws::Draws;
use crate::error::Error;
use crate::text::{Tokens, tokenize};
use edit::{Words, copy};
pub use kinds::{Kind, USUAL};

/// What is planted.
#[derive(Clone, Debug)]
pub struct Planting {
    /// How the archive is read.
    pub read: ReadSettings,
    /// Which kinds of copies.
    pub kinds: Vec<Kind>,
    /// How many copies of each kind, where the archive has so many sources.
    pub each: usize,
    /// The seed of all draws.
    pub seed: u64,
}

/// What was planted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Planted {
    /// Articles of the archive, all of them written.
    pub articles: u64,
    /// Those long enough to be copied.
    pub long_enough: u64,
    /// Copies of each kind.
    pub each: usize,
    /// All copies.
    pub copies: usize,
    /// What was wrong with records and files; they are left out.
    pub problems: Vec<String>,
    /// How many of those there were: only the first are kept.
    pub problem_count: u64,
}

/// Shorter articles are no sources: of one in ten words changed not one run might be left.
pub const MIN_WORDS: u32 = 80;

/// Longer texts are no sources either, so that a few of them fit into memory, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// Problems that are kept to be shown.
const SHOWN_PROBLEMS: usize = 20;

/// The files of the folder.
pub const ARCHIVE: &str = "archive.jsonl";
/// The truth of the copies.
pub const TRUTH: &str = "truth.jsonl";

/// Outlets that print copies.
const OUTLETS: usize = 12;

/// An article that is copied.
struct Source {
    name: String,
    published: Option<i64>,
    outlet: Option<String>,
    text: String,
}

/// Plants copies of the articles that `arguments` name into `folder`, which must not hold such files yet unless `force`d.
///
/// # Errors
/// What opening an archive says; [`Error::WriteReport`] for the folder; [`Error::ReportOccupied`],
/// [`Error::ReportOnInput`].
pub fn plant(
    arguments: &[String],
    planting: &Planting,
    folder: &Path,
    force: bool,
) -> Result<Planted, Error> {
    let unwritable = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| Error::WriteReport { path, source }
    };
    let (archive, problems) = Archive::open(arguments, planting.read.clone())?;
    claim(folder, force, arguments)?;
    let mut planted = Planted::default();
    for problem in &problems {
        planted.note(problem.to_string());
    }
    let (shared, mut sources) = choose(&archive, planting, &mut planted);
    planted.each = planting.each.min(sources.len() / planting.kinds.len().max(1));
    sources.truncate(planted.each * planting.kinds.len());
    // What is handed over has the usual permissions, not those of temporary files.
    let usual = fs::Permissions::from_mode(0o666);
    let [texts, truths] = [usual.clone(), usual].map(|usual| {
        tempfile::Builder::new().permissions(usual).tempfile_in(folder).map_err(unwritable(folder))
    });
    let (texts, truths) = (texts?, truths?);
    let mut out = BufWriter::with_capacity(1 << 18, texts.as_file());
    let sources = write_articles(&archive, &shared, sources, &mut out).map_err(unwritable(texts.path()))?;
    let mut truth = BufWriter::new(truths.as_file());
    let written = write_copies(planting, &sources, planted.each, &mut out, &mut truth);
    planted.copies = written.map_err(unwritable(folder))?;
    for (file, temporary) in [(out, &texts), (truth, &truths)] {
        let whole = file.into_inner().map_err(io::IntoInnerError::into_error);
        whole.and_then(File::sync_all).map_err(unwritable(temporary.path()))?;
    }
    for (file, name) in [(texts, ARCHIVE), (truths, TRUTH)] {
        let place = folder.join(name);
        file.persist(&place).map_err(|error| Error::WriteReport { path: place, source: error.error })?;
    }
    Ok(planted)
}

fn claim(folder: &Path, force: bool, arguments: &[String]) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|source| Error::WriteReport { path: folder.to_owned(), source })?;
    for name in [ARCHIVE, TRUTH] {
        let place = folder.join(name);
        let Ok(real) = fs::canonicalize(&place) else { continue };
        if let Some(input) =
            arguments.iter().find(|input| fs::canonicalize(input).is_ok_and(|input| real.starts_with(input)))
        {
            return Err(Error::ReportOnInput { path: place, input: input.clone() });
        }
        if !force {
            return Err(Error::ReportOccupied { path: PathBuf::from(folder), found: name.into() });
        }
    }
    Ok(())
}

impl Planted {
    fn note(&mut self, message: String) {
        self.problem_count += 1;
        if self.problems.len() < SHOWN_PROBLEMS {
            self.problems.push(message);
        }
    }
}

/// Hashes of the ids that several articles have, ascending.
type Shared = Vec<u128>;

/// Which ids are shared, and the places of the sources in the order of their draw: by hash of the text.
fn choose(archive: &Archive, planting: &Planting, planted: &mut Planted) -> (Shared, Vec<String>) {
    let wanted = planting.each.saturating_mul(planting.kinds.len());
    let mut ids: Vec<u128> = Vec::new();
    // Each text once; where several articles have it, by the first by name.
    let mut chosen: BTreeMap<u64, (String, String)> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut tokens = Tokens::default();
    archive.for_each_article(
        |reference, record| {
            planted.articles += 1;
            if let Some(id) = &record.id {
                ids.push(xxh3_128(id.as_bytes()));
            }
            if record.text.len() > MAX_BYTES {
                return;
            }
            tokenize(&record.text, 0, &mut tokens);
            if tokens.words(0..tokens.len()) < MIN_WORDS {
                return;
            }
            planted.long_enough += 1;
            let draw = xxh3_64_with_seed(record.text.as_bytes(), planting.seed);
            let full = chosen.len() >= wanted;
            if full && chosen.last_key_value().is_none_or(|(last, _)| *last < draw) {
                return;
            }
            let named = (record.id.as_deref().unwrap_or(&reference).to_owned(), reference);
            match chosen.entry(draw) {
                Entry::Vacant(place) => drop(place.insert(named)),
                Entry::Occupied(mut same) if named < *same.get() => drop(same.insert(named)),
                Entry::Occupied(_) => {}
            }
            if chosen.len() > wanted {
                chosen.pop_last();
            }
        },
        |problem| problems.push(problem),
    );
    for problem in problems {
        planted.note(problem);
    }
    ids.sort_unstable();
    let shared = ids.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).map(|same| same[0]).collect();
    (shared, chosen.into_values().map(|(_, reference)| reference).collect())
}

/// Writes all articles; gives the sources in the order of their draw.
fn write_articles(
    archive: &Archive,
    shared: &[u128],
    chosen: Vec<String>,
    out: &mut impl Write,
) -> io::Result<Vec<Source>> {
    let places: BTreeMap<String, usize> = chosen.into_iter().zip(0..).collect();
    let mut sources: Vec<Option<Source>> = places.iter().map(|_| None).collect();
    let mut written = Ok(());
    archive.for_each_article(
        |reference, record| {
            if written.is_err() {
                return;
            }
            let own =
                record.id.as_deref().filter(|id| shared.binary_search(&xxh3_128(id.as_bytes())).is_err());
            let drawn = places.get(&reference).copied();
            let name = own.map_or(reference, str::to_owned);
            let article = json!({
                "id": name,
                "outlet": record.outlet,
                "published_at": record.published.map(|time| time.to_string()),
                "title": record.title,
                "url": record.url,
                "text": record.text,
            });
            written = writeln!(out, "{article}");
            if let Some(place) = drawn.filter(|place| sources[*place].is_none()) {
                sources[place] = Some(Source {
                    name,
                    published: record.published.map(crate::archive::dates::PublishedAt::seconds),
                    outlet: record.outlet.as_deref().map(str::to_owned),
                    text: record.text.clone().into_owned(),
                });
            }
        },
        |_| (), // told at the first reading
    );
    written.map(|()| sources.into_iter().flatten().collect())
}

fn write_copies(
    planting: &Planting,
    sources: &[Source],
    each: usize,
    out: &mut impl Write,
    truth: &mut impl Write,
) -> io::Result<usize> {
    let mut words = Words::default();
    for source in sources {
        words.add(&source.text);
    }
    if let Some(first) = sources.first() {
        words.draw_line(&first.text, &mut Draws::new(planting.seed, "line"));
    }
    let copies = planting.kinds.iter().flat_map(|kind| (1..=each).map(move |number| (*kind, number)));
    let mut planted = 0;
    for ((kind, number), source) in copies.zip(sources) {
        let id = format!("planted-{kind}-{number:04}");
        let mut draws = Draws::new(planting.seed, &id);
        let made = copy(&source.text, kind, &words, &mut draws);
        let lag = 3_600 + 60 * i64::try_from(draws.below(2_820)).expect("a few thousand");
        let published = source.published.and_then(|time| jiff::Timestamp::from_second(time + lag).ok());
        let outlet = format!("planted-{:02}.example", draws.below(OUTLETS));
        // A copy is by another outlet than its source.
        let outlet = if source.outlet.as_ref() == Some(&outlet) { "planted.example".into() } else { outlet };
        let article = json!({
            "id": id,
            "outlet": outlet,
            "published_at": published.map(|time| time.to_string()),
            "title": Value::Null,
            "url": Value::Null,
            "text": made.text,
        });
        writeln!(out, "{article}")?;
        let span = |span: &std::ops::Range<usize>| json!([span.start, span.end]);
        let passages = made.passages.iter().map(
            |[old, new]| json!({ "source": source.name, "source_chars": span(old), "target_chars": span(new) }),
        );
        let repeats = made
            .repeats
            .iter()
            .map(|[first, again]| json!({ "first_chars": span(first), "again_chars": span(again) }));
        // Who quotes a run is another story.
        let story = if kind == Kind::Quoted { &id } else { &source.name };
        let mut row = json!({ "id": id, "story": story, "parent": source.name, "kind": kind.to_string() });
        if !made.passages.is_empty() {
            row["passages"] = passages.collect();
        }
        if kind == Kind::Repeat {
            row["repeats"] = repeats.collect();
        }
        let original =
            json!({ "id": source.name, "story": source.name, "parent": Value::Null, "kind": "source" });
        writeln!(truth, "{original}\n{row}")?;
        planted += 1;
    }
    Ok(planted)
}
