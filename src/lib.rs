//! `wirecopy` reads a scraped news archive and says, with evidence: what an article repeats inside itself,
//! which articles are near-duplicates, which passages were copied from outlet to outlet, and who had them
//! first.
//!
//! The binary of the same name is a thin layer over [`scan`] and [`report::write`]:
//!
//! ```
//! use wirecopy::{Settings, Unwatched, scan};
//!
//! let folder = tempfile::tempdir()?;
//! let archive = folder.path().join("two.jsonl");
//! let text = "The harbour wall of Port Alder will be raised by two metres before the winter storms, \
//!             the council decided on Monday evening after a debate of four hours.";
//! std::fs::write(&archive, format!(
//!     "{{\"id\":\"a\",\"outlet\":\"one.example\",\"text\":\"{text}\"}}\n{{\"id\":\"b\",\"outlet\":\"two.example\",\"text\":\"{text}\"}}\n",
//! ))?;
//! let found = scan(&[archive.display().to_string()], &Settings::default(), &Unwatched)?;
//! assert_eq!(found.duplicates.stories.len(), 1);
//! let target = found.copied.targets()[0];
//! assert_eq!(found.copied.passages_of(&target).next().map(|passage| passage.words), Some(28));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The hot loops run on the best instruction set that the machine has ([`kernel`]).
//!
//! Rooms, in the order in which data flows through them: [`archive`] → [`text`] → [`shingle`](mod@shingle) →
//! [`sketch`] → [`candidates`] → [`verify`] → [`stories`], [`passages`], [`repeats`], [`lineage`] →
//! [`report`]. Only [`pipeline`] knows them all. The map is `docs/architecture.md`, the mathematics
//! `docs/method.md`, the tables `docs/output.md`.

pub mod archive;
pub mod candidates;
pub mod clean;
pub mod compare;
mod draws;
mod error;
pub mod eval;
pub mod kernel;
pub mod lineage;
pub mod passages;
pub mod pipeline;
pub mod plant;
mod problem;
pub mod repeats;
pub mod report;
pub mod sample;
pub mod scratch;
mod settings;
pub mod shingle;
pub mod sketch;
pub mod stories;
pub mod text;
pub mod verify;
mod watch;

pub use error::Error;
pub use pipeline::{Findings, scan};
pub use problem::{Problem, ProblemKind};
pub use settings::{Searches, Settings, TableFormat};
pub use watch::{Extent, Phase, Unwatched, Watch};
