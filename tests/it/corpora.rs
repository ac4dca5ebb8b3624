//! The seeds of the fuzz targets, without a fuzzer: what once was found to differ must not differ again.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use crate::agreement;

fn replay(target: &str, least: usize, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(seeds.len() >= least, "{} holds {} seeds", folder.display(), seeds.len());
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
