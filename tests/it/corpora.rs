//! The seeds of the fuzz targets, without a fuzzer: what once was found to differ must not differ again; and, where
//! a check reads files, seeds that were changed at random (`PROPTEST_CASES=100000` for more of them).

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::agreement;

fn seeds_of(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    seeds
}

fn replay(target: &str, least: usize, check: fn(&[u8])) {
    let seeds = seeds_of(target);
    assert!(seeds.len() >= least, "{target} has {} seeds", seeds.len());
    for seed in seeds {
        let bytes = fs::read(&seed).unwrap();
        assert!(catch_unwind(|| check(&bytes)).is_ok(), "seed {}", seed.display());
    }
}

#[test]
fn the_json_reader_agrees_with_its_definition_on_all_seeds() {
    replay("json_reader", 30, agreement::json_reader);
}

#[test]
fn the_tokenizer_agrees_with_its_reference_on_all_seeds() {
    replay("tokenizer", 40, agreement::tokenizer);
}

#[test]
fn tables_are_read_as_the_csv_crate_reads_them_on_all_seeds() {
    replay("tables", 10, agreement::tables);
}

#[test]
fn json_of_any_shape_is_read_as_serde_reads_it_on_all_seeds() {
    replay("json_values", 10, agreement::json_values);
}

#[test]
fn packed_bytes_are_read_to_an_end_on_all_seeds() {
    replay("unpacking", 10, agreement::unpacking);
}

#[test]
fn pages_are_read_to_an_end_on_all_seeds() {
    replay("pages", 15, agreement::pages);
}

#[test]
fn web_archives_are_read_to_an_end_on_all_seeds() {
    replay("web_archives", 12, agreement::web_archives);
}

#[test]
fn bytes_in_memory_give_what_the_same_file_gives() {
    let named =
        [("tables", "a.csv"), ("json_values", "a.json"), ("columnar", "archive"), ("web_archives", "a.warc")];
    for (target, name) in named {
        for seed in seeds_of(target) {
            let bytes = fs::read(&seed).unwrap();
            assert_eq!(
                agreement::texts(name, &bytes),
                agreement::texts_of_file(name, &bytes),
                "{}",
                seed.display()
            );
        }
    }
}

/// A seed, changed: bytes replaced, left out, put in, or doubled with what follows.
fn changed(target: &str, seed: Index, edits: &[(Index, u8, u8)]) -> Vec<u8> {
    let seeds = seeds_of(target);
    let mut bytes = fs::read(seed.get(&seeds)).unwrap();
    for (at, how, byte) in edits {
        let at = at.index(bytes.len() + 1);
        match how % 5 {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, *byte),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 if at < bytes.len() => bytes[at] = *byte,
            _ => bytes.extend_from_within(at.saturating_sub(usize::from(*byte))..at),
        }
    }
    bytes
}

fn edits() -> impl Strategy<Value = Vec<(Index, u8, u8)>> {
    // Bytes that mean something to a reader, and all others.
    let byte = prop_oneof![proptest::sample::select(b"\",\n\r[]{}:\\ \t;\0\xFF1a".to_vec()), any::<u8>()];
    vec((any::<Index>(), any::<u8>(), byte), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_tables_are_read_as_the_csv_crate_reads_them(seed in any::<Index>(), edits in edits()) {
        agreement::tables(&changed("tables", seed, &edits));
    }

    #[test]
    fn changed_json_of_any_shape_is_read_as_serde_reads_it(seed in any::<Index>(), edits in edits()) {
        agreement::json_values(&changed("json_values", seed, &edits));
    }

    #[test]
    fn changed_packed_bytes_are_read_to_an_end(seed in any::<Index>(), edits in edits()) {
        agreement::unpacking(&changed("unpacking", seed, &edits));
    }

    #[test]
    fn changed_files_of_columns_are_read_or_told(seed in any::<Index>(), edits in edits()) {
        agreement::columnar(&changed("columnar", seed, &edits));
    }

    #[test]
    fn changed_web_archives_are_read_to_an_end(seed in any::<Index>(), edits in edits()) {
        agreement::web_archives(&changed("web_archives", seed, &edits));
    }

    #[test]
    fn changed_pages_are_read_to_an_end(seed in any::<Index>(), edits in edits()) {
        agreement::pages(&changed("pages", seed, &edits));
    }
}

#[test]
fn the_readers_of_columns_survive_all_seeds() {
    replay("columnar", 8, agreement::columnar);
}
