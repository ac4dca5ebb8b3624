//! `run.json`: how a report came about. The only file with times in it; all others are the same bytes from
//! run to run.

use super::credited;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::pipeline::{Article, Counts, Findings, Mapping, PhaseUsage, peak_memory_bytes};
use crate::settings::Settings;
use crate::stories::OrderedBucket;

/// The version of the tables: raised when a column is renamed, dropped or changes its meaning.
pub const SCHEMA: u32 = 1;

/// What `run.json` says.
#[derive(Clone, Debug, Serialize)]
pub struct RunInfo {
    // First, because an earlier report is recognised by it.
    /// Version of the program.
    pub wirecopy: &'static str,
    /// Version of the tables.
    pub schema: u32,
    /// As typed.
    pub command_line: Vec<String>,
    /// What decided the findings.
    pub settings: SettingsInfo,
    /// What was read, file by file.
    pub inputs: Vec<InputInfo>,
    /// Files met.
    pub files: FilesInfo,
    /// What became of the records.
    pub counts: CountsInfo,
    /// How often each field was read from each name.
    pub fields: Mapping,
    /// How many rows and pairs each stage saw.
    pub funnel: FunnelInfo,
    /// Buckets that were put in order before their articles were compared, by band and first article.
    pub ordered_buckets: Vec<BucketInfo>,
    /// Problems by kind.
    pub problems: BTreeMap<&'static str, u64>,
    /// What each phase took.
    pub phases: Vec<PhaseInfo>,
    /// Seconds of all phases.
    pub seconds: f64,
    /// CPU seconds of all phases.
    pub cpu_seconds: f64,
    /// Bytes read, per second.
    pub bytes_per_second: u64,
    /// The most memory held, mapped files included; null where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// The most private memory held at any look, mapped files not included; null where the system does not tell.
    pub peak_private_bytes: Option<u64>,
    /// Bytes that went to temporary files because they did not fit into the bound of memory.
    pub spilled_bytes: u64,
}

/// The settings, as they were applied.
#[derive(Clone, Debug, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "options are bools")]
#[allow(missing_docs, reason = "the fields are the options of the same names")]
pub struct SettingsInfo {
    pub only: Vec<&'static str>,
    /// The stated resemblance; null: the default rule.
    pub threshold: Option<f64>,
    pub recall: f64,
    pub band_rows: usize,
    pub bands: usize,
    pub recall_of_bands: f64,
    pub shingle: usize,
    pub min_passage_words: u32,
    pub within_days: Option<f64>,
    pub loose: bool,
    pub all_pairs: bool,
    pub max_pairs: u64,
    pub max_record: u64,
    /// By noun, the fields that the user named.
    pub named_fields: BTreeMap<&'static str, String>,
    /// Bytes that one packed file may unpack to; null: 256 MiB and a hundred times its size.
    pub max_unpacked: Option<u64>,
    pub seed: u64,
    pub strict: bool,
    pub mapped: bool,
    pub threads: usize,
    pub kernel: &'static str,
    pub memory: u64,
    pub format: &'static str,
}

/// One file.
#[derive(Clone, Debug, Serialize)]
pub struct InputInfo {
    /// As in `ref`.
    pub path: String,
    /// Of JSON Lines and text as they are once unpacked and decoded; of other formats of their records, as they are kept.
    pub bytes: u64,
    /// Bytes of the file itself, as far as it was read.
    pub file_bytes: u64,
    /// Of what format it is.
    pub format: &'static str,
    /// The encoding it was in, where that was told and not UTF-8.
    pub encoding: Option<&'static str>,
    /// How it was compressed, the outermost first.
    pub compression: Vec<&'static str>,
    /// Records met in it.
    pub records: u64,
    /// Records of a web archive that hold no page or text; not among `records`.
    pub other_records: u64,
    /// A hash of these `bytes`, by which a later run knows whether it still says the same (128 bits, hexadecimal).
    pub xxh3: String,
}

/// Files met, by what was done with them.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs, reason = "see FileCounts")]
pub struct FilesInfo {
    pub read: u64,
    pub ignored: u64,
    pub special: u64,
    pub repeated: u64,
    pub unreadable: u64,
}

/// Records and findings, counted.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs, reason = "the tables of the same names, and see Counts")]
pub struct CountsInfo {
    pub read: u64,
    pub kept: u64,
    pub removed: u64,
    pub rejected: u64,
    pub skipped: u64,
    pub other_records: u64,
    pub undated: u64,
    pub bytes: u64,
    pub stories: u64,
    pub articles_in_stories: u64,
    pub near_duplicates: u64,
    pub edited: u64,
    pub pages: u64,
    pub templates: u64,
    pub matches: u64,
    pub passages: u64,
    pub articles_with_passages: u64,
    pub relations: u64,
    pub repeats: u64,
    pub articles_with_repeats: u64,
    pub credited_articles: u64,
    pub credits_matched: u64,
    pub credits_unmatched: u64,
    pub relations_uncredited: u64,
    pub problems: u64,
}

/// A bucket that was put in order before its articles were compared: most of them do not resemble one another.
#[derive(Clone, Debug, Serialize)]
pub struct BucketInfo {
    /// The band, from 1.
    pub band: u32,
    /// Its first article.
    pub first: String,
    /// How many articles it holds.
    pub articles: u32,
    /// How many of them joined no other.
    pub leaders: u32,
}

/// What each stage let through.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs, reason = "see stories::Funnel and PassageFunnel")]
pub struct FunnelInfo {
    pub pairs_met: u64,
    pub pairs_verified: u64,
    pub pairs_matched: u64,
    pub pairs_too_long: u64,
    pub largest_bucket: u64,
    pub ordered_buckets: u64,
    pub fingerprints: u64,
    pub fingerprints_shared: u64,
    pub articles_sharing: u64,
    pub cut_walks: u64,
}

/// One phase.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs, reason = "see PhaseUsage")]
pub struct PhaseInfo {
    pub phase: &'static str,
    pub seconds: f64,
    pub cpu_seconds: f64,
}

impl RunInfo {
    pub(super) fn of(
        findings: &Findings,
        settings: &Settings,
        command_line: &[String],
        usage: &[PhaseUsage],
    ) -> RunInfo {
        let mut problems = BTreeMap::new();
        for problem in &findings.problems {
            *problems.entry(problem.kind.name()).or_default() += 1;
        }
        let seconds: f64 = usage.iter().map(|phase| phase.seconds).sum();
        let sources = findings.archive.sources().iter().zip(findings.records.iter().zip(&findings.hashes));
        let inputs = sources.map(|(source, (&records, hash))| InputInfo {
            path: source.name.clone(),
            bytes: source.bytes,
            file_bytes: source.file_bytes(),
            format: source.format_name(),
            encoding: source.origin.as_ref().and_then(|origin| origin.encoding),
            compression: source
                .origin
                .iter()
                .flat_map(|origin| &origin.packing)
                .map(|by| by.name())
                .collect(),
            records,
            other_records: source.other_records,
            xxh3: format!("{hash:032x}"),
        });
        let files = findings.archive.file_counts();
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate for people; positive and far below 2^52"
        )]
        let bytes_per_second = (findings.archive.bytes() as f64 / seconds.max(1e-9)) as u64;
        RunInfo {
            wirecopy: env!("CARGO_PKG_VERSION"),
            schema: SCHEMA,
            command_line: command_line.to_vec(),
            settings: SettingsInfo::of(findings, settings),
            inputs: inputs.collect(),
            files: FilesInfo {
                read: files.read,
                ignored: files.ignored,
                special: files.special,
                repeated: files.repeated,
                unreadable: files.unreadable,
            },
            counts: CountsInfo::of(findings),
            fields: findings.mapping.clone(),
            funnel: FunnelInfo {
                pairs_met: findings.duplicates.funnel.met,
                pairs_verified: findings.duplicates.funnel.verified,
                pairs_matched: findings.duplicates.funnel.matched,
                pairs_too_long: findings.duplicates.funnel.too_long,
                largest_bucket: findings.duplicates.funnel.largest_bucket,
                ordered_buckets: findings.duplicates.ordered.len() as u64,
                fingerprints: findings.passage_funnel.fingerprints,
                fingerprints_shared: findings.passage_funnel.shared,
                articles_sharing: findings.passage_funnel.articles,
                cut_walks: findings.passage_funnel.cut_walks,
            },
            ordered_buckets: BucketInfo::all(findings),
            problems,
            phases: usage
                .iter()
                .map(|phase| PhaseInfo {
                    phase: phase.phase.name(),
                    seconds: phase.seconds,
                    cpu_seconds: phase.cpu_seconds,
                })
                .collect(),
            seconds,
            cpu_seconds: usage.iter().map(|phase| phase.cpu_seconds).sum(),
            bytes_per_second,
            peak_memory_bytes: peak_memory_bytes(),
            peak_private_bytes: findings.memory.private.peak_bytes(),
            spilled_bytes: findings.memory.spilled_bytes,
        }
    }
}

impl SettingsInfo {
    fn of(findings: &Findings, settings: &Settings) -> Self {
        SettingsInfo {
            only: settings.searches.names(),
            threshold: settings.rule.threshold(),
            recall: settings.recall,
            band_rows: findings.plan.rows(),
            bands: findings.plan.bands(),
            recall_of_bands: findings.plan.chance(settings.rule.least()),
            shingle: settings.shingle_tokens,
            min_passage_words: settings.min_passage_words,
            within_days: settings.within_days,
            loose: settings.loose,
            all_pairs: settings.all_pairs,
            max_pairs: settings.max_pairs,
            max_record: settings.read.max_record,
            named_fields: settings.read.fields.named(),
            max_unpacked: settings.read.max_unpacked,
            seed: settings.seed,
            strict: settings.strict,
            mapped: settings.read.mapped,
            threads: settings.threads,
            kernel: settings.kernel.name(),
            memory: findings.memory.bound_bytes,
            format: settings.tables.name(),
        }
    }
}

impl BucketInfo {
    fn all(findings: &Findings) -> Vec<BucketInfo> {
        let named = |bucket: &OrderedBucket| BucketInfo {
            band: bucket.band + 1,
            first: findings.catalogue.name(bucket.first, &findings.archive).into_owned(),
            articles: bucket.articles,
            leaders: bucket.leaders,
        };
        findings.duplicates.ordered.iter().map(named).collect()
    }
}

impl CountsInfo {
    fn of(findings: &Findings) -> Self {
        let Counts { read, kept, removed, rejected, skipped, undated } = findings.counts;
        let stories = &findings.duplicates.stories;
        let in_stories: u64 = stories.iter().map(|story| story.members.len() as u64).sum();
        let members = stories.iter().flat_map(|story| &story.members);
        let edited = members.filter(|member| member.near.aligned.is_some()).count() as u64;
        let stories = stories.len() as u64;
        let articles = &findings.catalogue.articles;
        let [credits_matched, credits_unmatched, relations_uncredited] = credited::counts(findings);
        let with = |has: fn(&Article) -> bool| articles.iter().filter(|article| has(article)).count() as u64;
        CountsInfo {
            read,
            kept,
            removed,
            rejected,
            skipped,
            other_records: findings.archive.sources().iter().map(|source| source.other_records).sum(),
            undated,
            bytes: findings.archive.bytes(),
            stories,
            articles_in_stories: in_stories,
            near_duplicates: in_stories - stories,
            edited,
            pages: findings.pages.iter().filter(|page| **page).count() as u64,
            templates: findings.duplicates.templates.len() as u64,
            matches: findings.pairs.as_ref().map_or(in_stories - stories, |pairs| pairs.len() as u64),
            passages: findings.copied.len() as u64,
            articles_with_passages: findings.copied.targets().len() as u64,
            relations: findings.lineage.relations().len() as u64,
            repeats: articles.iter().map(|article| u64::from(article.repeats)).sum(),
            articles_with_repeats: with(|article| article.repeats > 0),
            credited_articles: with(|article| article.credits > 0),
            credits_matched,
            credits_unmatched,
            relations_uncredited,
            problems: findings.problems.len() as u64,
        }
    }
}
