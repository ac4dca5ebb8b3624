//! The bound of memory: the same report whatever it is, nothing left behind, and a clear word where it cannot be kept.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::generator::Rng;
use crate::support::{Scan, TABLES, number};

/// What a scan of [`many_articles`] with one thread just may: its largest tables do not fit.
const LITTLE: &str = "30MiB";

const ARTICLES: usize = 8000;

/// Articles of some 100 words, every third of which is an earlier one with a word changed.
fn many_articles() -> String {
    let mut rng = Rng::new(11);
    let mut texts: Vec<Vec<String>> = Vec::new();
    let mut lines = Vec::new();
    for at in 0..ARTICLES {
        let mut words: Vec<String> = if at % 3 == 2 {
            texts[rng.below(at)].clone()
        } else {
            (0..100).map(|_| format!("w{}", rng.below(30_000))).collect()
        };
        if at % 3 == 2 {
            let place = rng.small_below(100);
            words[place] = format!("new{}", rng.below(30_000));
        }
        let date = format!("2025-01-{:02}T{:02}:{:02}:00Z", 1 + at / 1440, at / 60 % 24, at % 60);
        let (id, outlet, text) = (format!("a{at}"), format!("o{}", at % 7), words.join(" "));
        lines.push(json!({"id": id, "outlet": outlet, "date": date, "text": text}).to_string());
        texts.push(words);
    }
    lines.join("\n")
}

#[test]
fn the_report_is_the_same_whatever_the_bound() {
    let scan = Scan::of("a.jsonl", many_articles());
    fs::create_dir(scan.path("scratch")).unwrap();
    for more in [&[][..], &["--all-pairs", "--threshold", "0.5"]] {
        let args = |memory| {
            [&["a.jsonl", "--threads", "1", "--temp-dir", "scratch", "--memory", memory], more].concat()
        };
        let roomy = scan.scan_to("roomy", &args("4GiB"));
        let bounded = scan.scan_to("bounded", &args(LITTLE));
        let spilled = |info: &serde_json::Value| number(info, "spilled_bytes");
        assert_eq!(spilled(&roomy.run()), 0);
        assert!(spilled(&bounded.run()) > 7 << 20, "{}", spilled(&bounded.run()));
        let private = number(&bounded.run(), "peak_private_bytes");
        assert!(private <= 30 << 20, "{private}");
        assert_eq!(bounded.run()["settings"]["memory"], 30 << 20);
        assert!(bounded.count("stories") > 1000 && bounded.count("passages") > 2000);
        let (roomy, bounded) = (roomy.files(), bounded.files());
        for table in TABLES {
            let name = format!("{table}.jsonl");
            assert!(roomy[&name] == bounded[&name], "{name} differs, {more:?}");
        }
        assert_eq!(fs::read_dir(scan.path("scratch")).unwrap().count(), 0);
    }
}

#[test]
fn a_bound_that_cannot_be_kept_is_refused_with_what_would_do() {
    let scan = Scan::of("a.jsonl", many_articles());
    let run = scan.scan(&["a.jsonl", "--threads", "1", "--memory", "1MiB"]).ends_with(9);
    assert!(run.stderr.contains("--memory") && run.stderr.contains("MiB or more"), "{}", run.stderr);
    // Met while reading: the articles are too many.
    let run = scan.scan(&["a.jsonl", "--threads", "1", "--memory", "25MiB"]).ends_with(9);
    assert!(run.stderr.contains("articles in 1 files"), "{}", run.stderr);
    assert_eq!(scan.names(), ["a.jsonl"]);
}

#[test]
fn a_full_disk_for_temporary_files_is_status_5_and_said_so() {
    let scan = Scan::of("a.jsonl", many_articles());
    fs::create_dir(scan.path("scratch")).unwrap();
    // Files of more than 512 KiB fail as they would on a full disk; no report is begun by then.
    let wirecopy = assert_cmd::cargo::cargo_bin!("wirecopy");
    for input in ["a.jsonl", "- < a.jsonl"] {
        let script = format!(
            "trap '' XFSZ; ulimit -f 512; exec '{}' scan {input} -o report --threads 1 --memory {LITTLE} --temp-dir scratch",
            wirecopy.display()
        );
        let output = Command::new("bash").arg("-c").arg(script).current_dir(scan.path("")).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{told}");
        assert!(told.contains("temporary file in scratch") && told.contains("--temp-dir"), "{told}");
    }
    assert_eq!(scan.names(), ["a.jsonl", "scratch"]);
    assert_eq!(fs::read_dir(scan.path("scratch")).unwrap().count(), 0);
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_told_at_once() {
    let scan = Scan::of("a.jsonl", many_articles());
    let run = scan.scan(&["a.jsonl", "--temp-dir", "nowhere"]).ends_with(2);
    assert!(run.stderr.contains("nowhere"), "{}", run.stderr);
    assert_eq!(scan.names(), ["a.jsonl"]);
}

/// Ends a run by `signal` as soon as it holds a temporary file.
fn ended_while_it_spills(scan: &Scan, signal: Signal) -> std::process::Output {
    let args =
        ["scan", "a.jsonl", "-o", "report", "--threads", "1", "--memory", LITTLE, "--temp-dir", "scratch"];
    let mut command = scan.command(&args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    while !holds_a_nameless_file(&child) {
        assert!(child.try_wait().unwrap().is_none(), "the run was over before it spilled");
        assert!(begun.elapsed() < Duration::from_mins(2), "the run does not spill");
        std::thread::sleep(Duration::from_millis(1));
    }
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
    child.wait_with_output().unwrap()
}

/// Whether the process has a file open that has no name any more, or a map of one.
fn holds_a_nameless_file(child: &Child) -> bool {
    let files = fs::read_dir(format!("/proc/{}/fd", child.id())).into_iter().flatten().flatten();
    files
        .filter_map(|file| fs::read_link(file.path()).ok())
        .any(|to| to.to_string_lossy().contains("/scratch/"))
}

#[test]
fn interruptions_while_spilling_leave_nothing_behind() {
    let scan = Scan::of("a.jsonl", many_articles());
    fs::create_dir(scan.path("scratch")).unwrap();
    for (signal, status) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let output = ended_while_it_spills(&scan, signal);
        assert_eq!(output.status.code(), Some(status));
        assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
        assert_eq!(scan.names(), ["a.jsonl", "scratch"]);
        assert_eq!(fs::read_dir(scan.path("scratch")).unwrap().count(), 0);
    }
    // Not even SIGKILL leaves a temporary file; the report's own working folder it does.
    let output = ended_while_it_spills(&scan, Signal::SIGKILL);
    assert_eq!(output.status.code(), None);
    assert_eq!(fs::read_dir(scan.path("scratch")).unwrap().count(), 0);
    assert!(!scan.path("report").exists());
}
