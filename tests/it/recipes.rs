//! Every command of `docs/recipes.md`, run as it is written there, on the sample archive.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Scan, skipped, testdata};

#[test]
fn every_recipe_runs_as_written() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recipes.md")).unwrap();
    let commands: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(commands.len() > 12, "{commands:?}");
    let scan = Scan::new();
    for name in ["english.jsonl", "japanese.jsonl", "spanish.jsonl", "notes/harbour-letter.txt"] {
        scan.write(&format!("news/{name}"), fs::read(testdata("sample/archive").join(name)).unwrap());
    }
    let binary = Path::new(assert_cmd::cargo::cargo_bin!("wirecopy"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let has_jq = Command::new("jq").arg("--version").output().is_ok();
    let has_duckdb = Command::new("python3").args(["-c", "import duckdb"]).output();
    let has_duckdb = has_duckdb.is_ok_and(|output| output.status.success());
    for command in commands {
        if command.contains("parquet") && !has_duckdb {
            skipped(&format!("DuckDB is not there: {command}"));
            continue;
        }
        if (command.contains("jq ") || command.contains(".csv")) && !has_jq {
            skipped(&format!("jq is not there: {command}"));
            continue;
        }
        let shell = ["-o", "pipefail", "-e", "-c", command];
        let output =
            Command::new("bash").args(shell).current_dir(scan.path(".")).env("PATH", &path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {said}");
        if command.contains("jq ") && !command.contains('>') {
            assert!(!output.stdout.is_empty(), "{command} says nothing");
        }
    }
    assert!(scan.path("training.txt").metadata().unwrap().len() > 10_000);
}
