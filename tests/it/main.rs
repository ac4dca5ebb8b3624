//! Integration tests: the real binary, run on real files. One test binary, so that it links once.
//!
//! What belongs where:
//! - `bad_input`: inputs and outputs that are broken, odd or in the way; exit statuses; the books
//! - `same_bytes`: what must not change the report (threads, memory map, order of records, splitting,
//!   standard input)
//! - `truth`: generated archives against the judge: pairs, stories, passages, repeats
//! - `sample`: the sample archive of `testdata` against its truth
//! - `shared_archives`: the same on `../shared`, where it is there; a loud line where it is not
//! - `pan`: passages on PAN 2013, by the measures of its task
//! - `extraction`: main text of HTML pages against their true bodies, where `../shared` is there
//! - `warc`: web archives and folders of pages
//! - `extremes`: archives made to hurt: what must stay linear
//! - `corpora`: the seeds of the fuzz targets in `fuzz/corpus`, replayed
//! - `locked`: the versions of packages: free of known holes, the same for the fuzz targets
//! - `encodings`: UTF-16 without a mark, where `../shared` is there
//! - `edited`: copies below resemblance 0.8 that are near-duplicates all the same, and what is none
//! - `templates`: forms filled in anew, pages under other headlines: what is no story though it resembles
//! - `memory`: the bound of memory and the disk that takes what does not fit
//! - `clean`: `wirecopy clean`: what goes, what stays, the ledger and the way back · `clean_formats`: the same on
//!   packed archives, tables and all other formats · `recipes`: `docs/recipes.md`, as written
//! - `formats`: one archive in every form that is read; packed, damaged and hostile files
//! - `compare`: `wirecopy compare` against a scan, what it picks and prints
//! - `eval`: `wirecopy eval` and `plant`: reports held against truth
//! - `columnar`: archives in Parquet and Arrow, by the crates and by the tools that users write them with
//! - `parquet_report`: `--format parquet` says what the JSON Lines say
//! - `cli`: help, options, what is printed and what never is · `progress`: what is told and shown while an archive is opened
//! - `agreement`: what fast code and its definition must agree on, for any bytes; no tests
//! - `support`: running the binary and reading its report; no tests
//! - `judging`: measures that several modules hold reports to; no tests
//!
//! A test of one function belongs under that function in `src/`. Regressions go to the module of their theme
//! and are named after what went wrong.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail right there")]

#[path = "../../testdata/generator/mod.rs"]
mod generator;

mod agreement;
mod judging;
mod support;

mod bad_input;
mod clean;
mod clean_formats;
mod cli;
mod columnar;
mod compare;
mod corpora;
mod edited;
mod encodings;
mod eval;
mod extraction;
mod extremes;
mod formats;
mod locked;
mod memory;
mod pan;
mod parquet_report;
mod progress;
mod recipes;
mod same_bytes;
mod sample;
mod shared_archives;
mod templates;
mod truth;
mod warc;
