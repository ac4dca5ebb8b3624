//! Errors: why a run cannot go on.
//!
//! Variants are named after what was being attempted. Messages do not repeat their source; the binary prints
//! the chain. Bad records are no errors but [`crate::Problem`]s.

use std::io;
use std::path::PathBuf;

use crate::problem::Problem;

/// Why a run ended early; nothing was published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument names something that is not there or cannot be opened.
    #[error("cannot open the archive {}", path.display())]
    OpenInput {
        /// As typed.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// An argument names something that is neither file, folder nor pipe.
    #[error("{} is neither a file nor a folder", path.display())]
    UnusableInput {
        /// As typed.
        path: PathBuf,
    },
    /// A stream could not be read to its end, or not be put into a temporary file.
    #[error("cannot take in the stream {name}")]
    SpoolInput {
        /// `-`, or the pipe as typed.
        name: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// An input could not be read on.
    #[error("cannot read {name}")]
    ReadInput {
        /// The file as reports name it.
        name: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// `--strict` met a problem.
    #[error("stopped at the first problem: {problem}")]
    Strict {
        /// The first in the order of files and records.
        problem: Problem,
    },
    /// More articles than a run can number.
    #[error("the archive holds over {} articles; scan it in parts", u32::MAX)]
    TooManyArticles,
    /// `--all-pairs` would list more than was allowed.
    #[error("over {limit} {what} (--max-pairs); most of them come from {blame}")]
    TooManyPairs {
        /// The limit.
        limit: u64,
        /// `matches` or `passages`.
        what: &'static str,
        /// The story or article that holds the most.
        blame: String,
    },
    /// The report folder is something else than an earlier report.
    #[error("{} holds something else than an earlier report ({found}); name another folder with --out, or use --force", path.display())]
    ReportOccupied {
        /// The folder.
        path: PathBuf,
        /// What was found there.
        found: String,
    },
    /// The report would replace what it reads.
    #[error("the report {} would lie on the input {input}; name another folder with --out", path.display())]
    ReportOnInput {
        /// The folder.
        path: PathBuf,
        /// The input, as typed.
        input: String,
    },
    /// The report could not be written; what stood there before still does.
    #[error("cannot write the report {}", path.display())]
    WriteReport {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// What does not fit into memory, or a stream, could not be put into a temporary file.
    #[error(
        "cannot write a temporary file in {}; make room there, name another folder with --temp-dir, or allow more memory with --memory",
        folder.display()
    )]
    WriteTemporary {
        /// The folder for temporary files.
        folder: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The bound of memory is too small for the archive.
    #[error(
        "over {allowed} bytes of memory (--memory) are needed for about {articles} articles in {files} files with {threads} threads; give --memory {}MiB or more, use fewer --threads, or scan the archive in parts",
        needed.div_ceil(1 << 20)
    )]
    MemoryTooSmall {
        /// The least bound for so many, in bytes.
        needed: u64,
        /// The bound, in bytes.
        allowed: u64,
        /// Articles that there will be, if all of the archive is like the part of it that was read.
        articles: u64,
        /// Files of the archive.
        files: u64,
        /// Threads of the run.
        threads: u64,
    },
    /// A finished report cannot be gone on from.
    #[error("cannot clean by the report {}: {why}", path.display())]
    UseReport {
        /// The report folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// An archive is not, or no longer, the one that was scanned.
    #[error("{input} changed since it was scanned: {why}; nothing was written")]
    ArchiveChanged {
        /// The file.
        input: String,
        /// What is another thing now.
        why: String,
    },
    /// Nothing of an archive that is to be written can be read.
    #[error("nothing of the archive can be read: {problem}")]
    NothingRead {
        /// The first, in the order of files.
        problem: Problem,
    },
    /// None of the outlets to be kept has an article.
    #[error(
        "no article is of an outlet that --keep names ({outlets}); names are as the report's articles have them"
    )]
    NobodyNamed {
        /// As typed.
        outlets: String,
    },
    /// An outlet would lose more than it may.
    #[error(
        "{outlet} would lose {removed} of {articles} articles, more than --max-removed allows ({allowed}); nothing was written"
    )]
    TooMuchRemoved {
        /// The outlet that would lose the largest share.
        outlet: String,
        /// Articles that would go.
        removed: u64,
        /// Its articles.
        articles: u64,
        /// The share that may go.
        allowed: f64,
    },
    /// What is to be written would replace what is read, or two things would go to one place.
    #[error("{} {why}; name another place", path.display())]
    OutputInTheWay {
        /// The output.
        path: PathBuf,
        /// What it would replace.
        why: String,
    },
    /// The name of an output says that it is something else than would be written.
    #[error("{} {why}; name it {instead}", path.display())]
    OutputMisnamed {
        /// The output.
        path: PathBuf,
        /// What it says, and what would be written.
        why: String,
        /// A name that says that.
        instead: String,
    },
    /// An output could not be written; what stood there before still does.
    #[error("cannot write {}; nothing was published", path.display())]
    WriteOutput {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A ledger cannot be undone.
    #[error("cannot undo by the ledger {}: {why}", path.display())]
    UseLedger {
        /// The ledger.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Threads could not be started.
    #[error("cannot start {threads} threads")]
    StartThreads {
        /// How many were asked for.
        threads: usize,
        /// Why not.
        source: rayon::ThreadPoolBuildError,
    },
    /// `read = kept + removed + rejected + skipped` does not hold: a bug, never the user's fault.
    #[error(
        "the books do not balance: read {read}, kept {kept}, rejected {rejected}, skipped {skipped}; please report this"
    )]
    Unbalanced {
        /// Records met.
        read: u64,
        /// Articles in the report.
        kept: u64,
        /// Records without a usable text.
        rejected: u64,
        /// Records with an empty text.
        skipped: u64,
    },
}
