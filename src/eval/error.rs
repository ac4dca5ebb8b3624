//! Why a report cannot be judged.

use std::io;
use std::path::PathBuf;

/// Nothing was judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The folder holds no report in JSON Lines.
    #[error("{} is no report in JSON Lines: {missing} is not there (a report in Parquet is not read: scan again with --format jsonl)", folder.display())]
    NoReport {
        /// The folder.
        folder: PathBuf,
        /// The file that is missing.
        missing: &'static str,
    },
    /// A row is not what it should be.
    #[error("{}, line {line}: {why}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// The truth as a whole says nothing of this report.
    #[error("{}: {why}", path.display())]
    Truth {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}
