//! Input: what cleaning knows of an archive, whether it was scanned just now or a report tells of it.
//!
//! In: the [`Findings`] of a scan ([`Input::of_findings`]), or a finished report and the archive that it is of
//! ([`Input::of_report`]). Out: one [`Input`] for both: the archive, its articles in canonical order, which of them repeat
//! something, which are origins of their stories, and the records that were rejected.
//!
//! From a report, repeats and origins are not looked for again. The archive is read once, and refused unless it has the
//! very bytes that were scanned: as many files, each with the length, the records and the hash that `run.json` has, and
//! articles with the words of `articles.jsonl`.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::archive::Archive;
use crate::archive::fields::FieldOverrides;
use crate::candidates::Signatures;
use crate::error::Error;
use crate::lineage::RelationKind;
use crate::passages::{Passage, PassageKind};
use crate::pipeline::{Catalogue, Counts, Findings, scan};
use crate::problem::{Problem, ProblemKind};
use crate::report::SCHEMA;
use crate::settings::{Searches, Settings};
use crate::watch::Watch;

/// What cleaning knows of an archive.
#[derive(Debug)]
pub struct Input {
    /// What was read.
    pub archive: Archive,
    /// The articles, in canonical order.
    pub catalogue: Catalogue,
    /// What was wrong with records and files.
    pub problems: Vec<Problem>,
    /// What became of the records.
    pub counts: Counts,
    /// Of the texts as they stand in the archive, if they are at hand.
    pub(super) signatures: Option<Signatures>,
    /// Copies that may go, by target; of each target by place.
    pub(super) shared: Vec<Shared>,
    repeating: Vec<bool>,
    origins: Vec<bool>,
}

/// A passage that is stock, or that was copied from another outlet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shared {
    pub(super) target: u32,
    pub(super) source: u32,
    pub(super) target_bytes: Range<usize>,
    pub(super) source_bytes: Range<usize>,
    pub(super) similarity: f64,
    pub(super) is_stock: bool,
}

impl Input {
    /// From a scan that looked for repeats and near-duplicates, with [`Settings::keep_signatures`].
    pub fn of_findings(findings: Findings) -> Input {
        let Findings { archive, catalogue, problems, counts, signatures, lineage, copied, .. } = findings;
        let passages = copied.targets().iter().flat_map(|target| copied.passages_of(target));
        // Quotations belong to who quotes; reports name them so by the same rule.
        let quotes = |target, source| {
            lineage.relation(target, source).is_some_and(|relation| relation.kind == RelationKind::Quote)
        };
        let copies = passages.filter(|passage| {
            let Passage { target, source, .. } = *passage;
            passage.kind == PassageKind::Copy && source < target && !quotes(target, source)
        });
        let shared = copies.map(|passage| Shared {
            target: passage.target,
            source: passage.source,
            target_bytes: passage.target_span.bytes,
            source_bytes: passage.source_span.bytes,
            similarity: passage.similarity,
            is_stock: false,
        });
        let shared = shared.collect();
        let repeating = catalogue.articles.iter().map(|article| article.repeats > 0).collect();
        let mut origins = vec![false; catalogue.len()];
        for origin in lineage.origins.iter().flatten() {
            origins[origin.article as usize] = true;
        }
        Input { archive, catalogue, problems, counts, signatures, shared, repeating, origins }
    }

    /// From a report, and the archive that it is of. Of `settings` only what reading takes counts; the rest is the report's.
    ///
    /// # Errors
    /// [`Error::UseReport`], [`Error::ArchiveChanged`], and those of a scan.
    pub fn of_report(
        report: &Path,
        arguments: &[String],
        settings: &Settings,
        watch: &dyn Watch,
    ) -> Result<(Input, Settings), Error> {
        let folder = Report(report);
        let run: Run = folder.object("run.json")?;
        if (run.wirecopy.as_str(), run.schema) != (env!("CARGO_PKG_VERSION"), SCHEMA) {
            return Err(folder.unusable(format!(
                "it was written by wirecopy {}, and this is {}; scan again",
                run.wirecopy,
                env!("CARGO_PKG_VERSION")
            )));
        }
        if run.settings.format == "parquet" {
            let why =
                "its tables are Parquet, and only JSON Lines are gone on from; scan with --format jsonl";
            return Err(folder.unusable(why.into()));
        }
        let passages = ["passages"];
        let more = if settings.searches.passages { &passages[..] } else { &[] };
        for needed in ["repeats", "duplicates"].iter().chain(more) {
            if !run.settings.only.iter().any(|search| search == needed) {
                return Err(folder.unusable(format!("its scan did not look for {needed} (--only)")));
            }
        }
        let with_passages = settings.searches.passages;
        let mut settings = settings.clone();
        settings.searches = Searches { repeats: false, duplicates: false, passages: false };
        settings.seed = run.settings.seed;
        settings.read.max_record = run.settings.max_record;
        settings.read.fields = run.settings.named_fields.clone();
        let findings = scan(arguments, &settings, watch)?;
        run.check(&findings)?;
        let mut input = Input::of_findings(findings);
        input.take_from(folder, with_passages)?;
        Ok((input, settings))
    }

    /// Takes over which articles repeat something and which are origins.
    fn take_from(&mut self, folder: Report<'_>, with_passages: bool) -> Result<(), Error> {
        let changed = |why: &str| Error::ArchiveChanged { input: "the archive".into(), why: why.into() };
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut next = 0_u32;
        folder.rows("articles.jsonl", |row: ArticleRow| {
            let known = self.catalogue.articles.get(next as usize);
            if known.is_none_or(|article| article.words != row.words) {
                return Err(changed("its articles are not those of the report"));
            }
            numbers.insert(row.id, next);
            next += 1;
            Ok(())
        })?;
        if next as usize != self.catalogue.len() {
            return Err(changed("it has more articles than the report"));
        }
        let known = |name: &str| {
            let number = numbers.get(name).copied();
            number.ok_or_else(|| {
                folder.unusable(format!("its tables name {name:?}, which is no article of it"))
            })
        };
        folder.rows("repeats.jsonl", |row: RepeatRow| {
            self.repeating[known(&row.article)? as usize] = true;
            Ok(())
        })?;
        folder.rows("stories.jsonl", |row: StoryRow| {
            if let Some(origin) = row.origin {
                self.origins[known(&origin)? as usize] = true;
            }
            Ok(())
        })?;
        if !with_passages {
            return Ok(());
        }
        folder.rows("passages.jsonl", |row: PassageRow| {
            let (target, source) = (known(&row.target)?, known(&row.source)?);
            if source < target && row.kind == PassageKind::Copy.name() {
                self.shared.push(Shared {
                    target,
                    source,
                    target_bytes: row.target_bytes[0]..row.target_bytes[1],
                    source_bytes: row.source_bytes[0]..row.source_bytes[1],
                    similarity: row.similarity,
                    is_stock: false,
                });
            }
            Ok(())
        })?;
        // A report may be in any order; a scan's own is this one.
        self.shared.sort_by_key(|passage| passage.target);
        Ok(())
    }

    /// Whether an article repeats something.
    pub(super) fn repeats(&self, article: u32) -> bool {
        self.repeating[article as usize]
    }

    /// Whether an article is the origin of its story.
    pub(super) fn is_origin(&self, article: u32) -> bool {
        self.origins[article as usize]
    }

    /// The bytes of an article's record.
    ///
    /// # Errors
    /// [`Error::ReadInput`].
    pub(super) fn record(&self, article: u32) -> Result<Vec<u8>, Error> {
        let place = self.catalogue.article(article).place;
        let name = || self.archive.sources()[place.source as usize].name.clone();
        self.archive.record_at(place).map_err(|source| Error::ReadInput { name: name(), source })
    }

    /// Records that hold no article, by file and place: source, record number, first byte, and what was wrong.
    pub(super) fn rejected(&self) -> Vec<(u32, u64, u64, &Problem)> {
        let sources: HashMap<&str, u32> = self
            .archive
            .sources()
            .iter()
            .zip(0..)
            .map(|(source, number)| (source.name.as_str(), number))
            .collect();
        let rejects = |kind: ProblemKind| {
            matches!(
                kind,
                ProblemKind::RecordTooLarge
                    | ProblemKind::InvalidJson
                    | ProblemKind::TextMissing
                    | ProblemKind::TextNotString
            )
        };
        let mut rejected: Vec<(u32, u64, u64, &Problem)> = self
            .problems
            .iter()
            .filter(|problem| rejects(problem.kind))
            .filter_map(|problem| {
                Some((*sources.get(problem.path.as_str())?, problem.record?, problem.byte?, problem))
            })
            .collect();
        rejected.sort_by_key(|&(source, record, byte, _)| (source, byte, record));
        rejected.dedup_by_key(|&mut (source, _, byte, _)| (source, byte));
        rejected
    }
}

/// A report folder.
#[derive(Clone, Copy)]
struct Report<'p>(&'p Path);

impl Report<'_> {
    fn unusable(self, why: String) -> Error {
        Error::UseReport { path: self.0.to_owned(), why }
    }

    fn file(self, name: &str) -> Result<(PathBuf, BufReader<File>), Error> {
        let path = self.0.join(name);
        let file =
            File::open(&path).map_err(|error| self.unusable(format!("{name} cannot be opened: {error}")))?;
        Ok((path, BufReader::new(file)))
    }

    fn object<T: DeserializeOwned>(self, name: &str) -> Result<T, Error> {
        let (_, file) = self.file(name)?;
        serde_json::from_reader(file)
            .map_err(|error| self.unusable(format!("{name} cannot be read: {error}")))
    }

    fn rows<T: DeserializeOwned>(
        self,
        name: &str,
        mut each: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (_, mut file) = self.file(name)?;
        let mut line = String::new();
        for number in 1_u64.. {
            line.clear();
            let read = file.read_line(&mut line);
            let read = read.map_err(|error| self.unusable(format!("{name} cannot be read: {error}")))?;
            if read == 0 {
                break;
            }
            let row = serde_json::from_str(&line);
            each(row.map_err(|error| {
                self.unusable(format!("{name} cannot be read at line {number}: {error}"))
            })?)?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Run {
    wirecopy: String,
    schema: u32,
    settings: RunSettings,
    inputs: Vec<RunInput>,
}

#[derive(Deserialize)]
struct RunSettings {
    only: Vec<String>,
    /// Of the tables; JSON Lines where an older report does not say.
    #[serde(default)]
    format: String,
    seed: u64,
    max_record: u64,
    #[serde(deserialize_with = "named_fields")]
    named_fields: FieldOverrides,
}

fn named_fields<'d, D: serde::Deserializer<'d>>(from: D) -> Result<FieldOverrides, D::Error> {
    let mut named = HashMap::<String, String>::deserialize(from)?;
    let mut take = |noun| named.remove(noun);
    Ok(FieldOverrides {
        text: take("text"),
        id: take("id"),
        title: take("title"),
        outlet: take("outlet"),
        url: take("url"),
        date: take("date"),
    })
}

#[derive(Deserialize)]
struct RunInput {
    path: String,
    bytes: u64,
    records: u64,
    xxh3: String,
}

#[derive(Deserialize)]
struct ArticleRow {
    id: String,
    words: u32,
}

#[derive(Deserialize)]
struct RepeatRow {
    article: String,
}

#[derive(Deserialize)]
struct StoryRow {
    origin: Option<String>,
}

#[derive(Deserialize)]
struct PassageRow {
    target: String,
    source: String,
    target_bytes: [usize; 2],
    source_bytes: [usize; 2],
    similarity: f64,
    kind: String,
}

impl Run {
    /// Whether the archive is still the one that was scanned.
    fn check(&self, now: &Findings) -> Result<(), Error> {
        let changed = |input: &str, why: String| Err(Error::ArchiveChanged { input: input.to_owned(), why });
        let sources = now.archive.sources();
        if sources.len() != self.inputs.len() {
            let why =
                format!("{} files were scanned, and now there are {}", self.inputs.len(), sources.len());
            return changed("the archive", why);
        }
        for ((then, source), (records, hash)) in
            self.inputs.iter().zip(sources).zip(now.records.iter().zip(&now.hashes))
        {
            if !source.left_out().is_empty() {
                let why = "row groups in it cannot be read whole, which a scan does not meet; clean it without --report";
                return changed(&source.name, why.to_owned());
            }
            if then.bytes != source.bytes {
                return changed(
                    &source.name,
                    format!("it had {} bytes and has {}", then.bytes, source.bytes),
                );
            }
            if then.records != *records || then.xxh3 != format!("{hash:032x}") {
                return changed(
                    &source.name,
                    format!("its bytes are not those that were scanned as {}", then.path),
                );
            }
        }
        Ok(())
    }
}
