//! Cleaning: an archive in, a clean archive and a ledger out; nothing lost, everything explained.
//!
//! In: an archive that was scanned, or a report of it ([`Input`]). Out: first a [`Plan`], which writes nothing: the articles
//! that go because another one that stays says the same, and the spans that go because the article says them twice. Then
//! [`apply()`] writes the archive without them, and a ledger by which [`undo()`] gives the bytes back. Only this room writes
//! archives.
//!
//! - `input`: findings or report to one input · `cut`: a span that goes · `shared`: what it has from others · `order`: who
//!   stays · `judge`: who goes · `loss`: what each outlet loses · `plan`: all of it · `edits`: plan to bytes · `ledger`: its
//!   rows · `names`: what files are called · `compress`: how they are packed · `places`: what a path means, and whether it may be
//!   written · `new_file`, `out`: a claim, and publishing by rename · `apply`, `undo` · `columns`: both, of Parquet
//!
//! Guarantees:
//! - An article goes only if its text, after repeats are cut, resembles that of its survivor as it then stands, at the
//!   threshold, on the shingle sets; and its survivor stays.
//! - Cleaning what was cleaned changes no byte, as long as near-duplicates and repeats alone go.
//! - Of JSON Lines, text and tables all other fields, the order of records, blank lines and line ends stay byte for byte, and
//!   `undo` restores the file, which the ledger's hashes hold. Compressed files count as what they unpack to. Of Parquet all columns, types
//!   and rows stay, and `undo` restores rows and cells. Of all other formats that holds for the JSON Lines that stand for them.
//! - Nothing is published unless all of it could be written.
//!
//! Not done: an article that says two stories of others, one after the other, stays.

mod apply;
mod columns;
mod compress;
mod cut;
mod edits;
mod input;
mod judge;
mod ledger;
mod loss;
mod names;
mod new_file;
mod order;
mod out;
mod places;
mod plan;
mod shared;
mod undo;

pub use apply::{Written, apply};
pub use columns::left_out;
pub use compress::Compress;
pub use cut::{Cut, Why};
pub use edits::MARK;
pub use input::Input;
pub use ledger::{CleanedFile, ColumnsBefore, End, Head, LEDGER, Row};
pub use loss::Loss;
pub use names::{as_lines, as_utf8};
pub use new_file::NewFile;
pub use order::{Keep, Reason};
pub use out::{Destination, is_named_as_folder};
pub use plan::{Going, Options, Plan, plan};
pub use undo::{gives_folder, undo};

/// What goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is asked for by its own name")]
pub struct Remove {
    /// Articles that say what another one says.
    pub duplicates: bool,
    /// What an article says twice.
    pub repeats: bool,
    /// Paragraphs that an outlet prints under many articles, but for the first.
    pub boilerplate: bool,
    /// What was copied from an article of another outlet that stays.
    pub copies: bool,
}

impl Default for Remove {
    fn default() -> Self {
        Remove { duplicates: true, repeats: true, boilerplate: false, copies: false }
    }
}

impl Remove {
    /// The names of what goes, as `--remove` takes them.
    pub fn names(self) -> Vec<&'static str> {
        let Remove { duplicates, repeats, boilerplate, copies } = self;
        let all = [
            (duplicates, "duplicates"),
            (repeats, "repeats"),
            (boilerplate, "boilerplate"),
            (copies, "copies"),
        ];
        all.into_iter().filter_map(|(chosen, name)| chosen.then_some(name)).collect()
    }
}

impl std::str::FromStr for Remove {
    type Err = String;

    fn from_str(list: &str) -> Result<Self, String> {
        let mut remove = Remove { duplicates: false, repeats: false, boilerplate: false, copies: false };
        for name in list.split(',').map(str::trim) {
            match name {
                "duplicates" => remove.duplicates = true,
                "repeats" => remove.repeats = true,
                "boilerplate" => remove.boilerplate = true,
                "copies" => remove.copies = true,
                _ => {
                    return Err(format!(
                        "unknown '{name}': duplicates, repeats, boilerplate and copies are known"
                    ));
                }
            }
        }
        Ok(remove)
    }
}
