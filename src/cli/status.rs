//! Exit statuses: what a script learns from a run.

use std::process::ExitCode;

use wirecopy::Error;
use wirecopy::eval::EvalError;

use super::pick::NotPicked;

/// How a run ended. The numbers are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Done.
    Done = 0,
    /// A bug: the books do not balance.
    Internal = 1,
    /// The arguments make no sense.
    Usage = 2,
    /// Done, and there were problems.
    Problems = 3,
    /// An input cannot be used, or `--strict` met a problem.
    UnusableInput = 4,
    /// The report, or a temporary file, could not be written.
    Unwritable = 5,
    /// A limit was reached.
    Limit = 9,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(status as u8)
    }
}

/// The status of a run that ended early.
pub(crate) fn of_error(error: &anyhow::Error) -> Status {
    match error.downcast_ref::<Error>() {
        Some(
            Error::ReportOccupied { .. }
            | Error::ReportOnInput { .. }
            | Error::OutputInTheWay { .. }
            | Error::OutputMisnamed { .. }
            | Error::NobodyNamed { .. }
            | Error::StartThreads { .. },
        ) => Status::Usage,
        Some(Error::WriteReport { .. } | Error::WriteOutput { .. } | Error::WriteTemporary { .. }) => {
            Status::Unwritable
        }
        Some(
            Error::TooManyPairs { .. }
            | Error::TooManyArticles
            | Error::TooMuchRemoved { .. }
            | Error::MemoryTooSmall { .. },
        ) => Status::Limit,
        Some(Error::Unbalanced { .. }) => Status::Internal,
        Some(_) => Status::UnusableInput,
        None if error.is::<NotPicked>() || error.is::<EvalError>() => Status::UnusableInput,
        None if error.chain().any(<dyn std::error::Error>::is::<std::io::Error>) => Status::Unwritable,
        None => Status::Usage,
    }
}
