//! Eval: how right is a report, held against truth.
//!
//! In: the folder of a scan, and a file of truth (labels that people gave, or what was planted). Out: [`Evaluation`]:
//! whatever the truth can say of the report, with 95 % intervals by the bootstrap. This room reads the report and never the
//! engine.
//!
//! Guarantees: the same report, truth and seed give the same evaluation; only articles, pairs and spans that truth names
//! are judged; a measure whose search was not run, or of which truth says nothing, is absent. Not done: statements on
//! articles that truth does not name.
//!
//! - `report`, `truth`: what is read · `pairs`, `clusters`, `passages`, `kinds`: the measures · `estimate`: intervals ·
//!   `spans`: ranges of characters

mod clusters;
mod error;
mod estimate;
mod kinds;
mod pairs;
mod passages;
mod report;
mod spans;
mod truth;

use std::path::Path;

use serde::Serialize;

pub use clusters::StoriesFound;
pub use error::EvalError;
pub use estimate::{Estimate, Resampling};
pub use kinds::{KindRow, OriginsFound, RepeatsFound};
pub use pairs::{Grade, PairsFound, Stratum};
pub use passages::{Aligned, Case, Measures, PassagesFound};
pub use report::{Found, Related, Report, Scored, Searched};
pub use truth::{AlignedPair, Grades, JudgedPair, KnownArticle, Truth};

/// How right a report is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// What was read.
    pub truth: TruthRead,
    /// Near-duplicates on judged pairs.
    pub pairs: Option<PairsFound>,
    /// Stories as a whole.
    pub stories: Option<StoriesFound>,
    /// Who was first.
    pub origins: Option<OriginsFound>,
    /// Passages: all, then by kind.
    pub passages: Vec<PassagesFound>,
    /// Repeats within articles.
    pub repeats: Option<RepeatsFound>,
    /// What became of articles by how they were made.
    pub kinds: Vec<KindRow>,
}

/// The books of the truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TruthRead {
    /// Rows met.
    pub rows: usize,
    /// Rows left out because the report does not have an article that they name.
    pub unknown_rows: usize,
    /// The first such names.
    pub unknown: Vec<String>,
    /// Pairs without a label, left out.
    pub unlabelled: usize,
    /// Rows whose repeats are not told by characters: judged without them.
    pub repeats_without_spans: usize,
}

/// Holds the report in `folder` against the truth in `file`.
///
/// # Errors
/// [`EvalError`]: either cannot be read, or the truth says nothing of this report.
pub fn evaluate(
    folder: &Path,
    file: &Path,
    grades: &Grades,
    how: Resampling,
) -> Result<Evaluation, EvalError> {
    let report = Report::read(folder)?;
    let truth = Truth::read(file, &report, grades)?;
    let Searched { duplicates, passages, repeats } = report.searched;
    Ok(Evaluation {
        pairs: (duplicates && !truth.pairs.is_empty()).then(|| pairs::judge(&truth.pairs, &report, how)),
        stories: if duplicates { clusters::judge(&truth.articles, &report, how) } else { None },
        origins: if duplicates { kinds::origins(&truth.articles, &report, how) } else { None },
        passages: if passages { passages::judge(&truth.aligned, &report, how) } else { Vec::new() },
        repeats: if repeats { kinds::repeats(&truth.articles, &report, how) } else { None },
        kinds: kinds::kinds(&truth.articles, &report, how),
        truth: TruthRead {
            rows: truth.rows,
            unknown_rows: truth.unknown_rows,
            unknown: truth.unknown,
            unlabelled: truth.unlabelled,
            repeats_without_spans: truth.repeats_without_spans,
        },
    })
}
