//! What who looks on is told while an archive is opened, and what of it is shown.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Map, Value, json};
use wirecopy::archive::Archive;
use wirecopy::{Extent, Phase, Settings, Watch};

use crate::columnar::{arrow, columns, parquet};
use crate::formats::{bzip2, gzip, table, wet, xz, zstd};
use crate::support::{Scan, article, make_pipe, skipped, writer_of};

/// Notes what it is told.
#[derive(Default)]
struct Notes {
    begun: Mutex<Vec<(Phase, Extent)>>,
    advances: Mutex<Vec<u64>>,
    ended: Mutex<u32>,
}

impl Watch for Notes {
    fn begin(&self, phase: Phase, extent: Extent) {
        self.begun.lock().unwrap().push((phase, extent));
    }

    fn advance(&self, steps: u64) {
        assert!(steps > 0);
        self.advances.lock().unwrap().push(steps);
    }

    fn articles(&self, _: u64) {}

    fn end(&self) {
        *self.ended.lock().unwrap() += 1;
    }
}

/// Opens `in`, of which so many bytes are unpacked: each is told once, in so many steps at least.
fn check(scan: &Scan, bytes: u64, least: usize) {
    for mapped in [true, false] {
        let notes = Notes::default();
        let mut settings = Settings::default().read;
        settings.mapped = mapped;
        let argument = scan.path("in").to_str().unwrap().to_owned();
        let (archive, problems) = Archive::open_watched(&[argument], settings, &notes).unwrap();
        let names: Vec<&str> = archive.sources().iter().map(|source| &*source.name).collect();
        assert!(problems.is_empty(), "{problems:?}");
        let begun = notes.begun.into_inner().unwrap();
        assert_eq!(begun, [(Phase::Open, Extent { steps: bytes, articles: None, bytes })], "{names:?}");
        let advances = notes.advances.into_inner().unwrap();
        assert_eq!(advances.iter().sum::<u64>(), bytes, "{names:?}: {advances:?}");
        assert!(advances.len() >= least, "{names:?}, mapped: {mapped}: {advances:?}");
        assert_eq!(notes.ended.into_inner().unwrap(), 1);
    }
}

/// Articles that hardly pack.
fn noise(count: u64) -> Vec<Map<String, Value>> {
    let mut state = 1_u64;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + u8::try_from(state >> 58).unwrap())
    };
    let article = |id| match json!({"id": id, "text": (0..500).map(|_| letter()).collect::<String>()}) {
        Value::Object(article) => article,
        _ => unreachable!(),
    };
    (0..count).map(article).collect()
}

fn lines(records: &[Map<String, Value>]) -> Vec<u8> {
    records.iter().flat_map(|record| serde_json::to_vec(record).unwrap().into_iter().chain(*b"\n")).collect()
}

#[test]
fn of_all_that_is_unpacked_each_byte_is_told_once_while_it_is() {
    let records = noise(2500);
    let lines = lines(&records);
    let [file, stream] = arrow(&columns(&records), None);
    let wet = wet(&records);
    // Whole batches of columns are told at a time.
    for (name, content, least) in [
        ("a.jsonl.gz", gzip(&lines), 10),
        ("a.jsonl.zst", zstd(&lines), 5),
        ("a.jsonl.bz2", bzip2(&lines), 10),
        ("a.jsonl.xz", xz(&lines), 10),
        ("a.jsonl.gz.xz", xz(&gzip(&lines)), 10),
        ("a.csv", table(&records, b','), 8),
        ("a.json", serde_json::to_vec(&records).unwrap(), 8),
        ("a.wet", wet.clone(), 8),
        ("a.wet.gz", gzip(&wet), 10),
        ("a.parquet", parquet(&columns(&records), ::parquet::basic::Compression::SNAPPY), 3),
        ("a.parquet.gz", gzip(&parquet(&columns(&records), ::parquet::basic::Compression::SNAPPY)), 10),
        ("a.arrow", file, 1),
        ("a.arrows", stream, 1),
    ] {
        let scan = Scan::of(&format!("in/{name}"), &content);
        // What is read where it stands is not unpacked.
        scan.write("in/plain.jsonl", article("a", 1));
        check(&scan, content.len() as u64, least);
    }
    // Frames that are unpacked side by side.
    let frames: Vec<u8> = lines.repeat(3).chunks(500_000).flat_map(zstd).collect();
    assert!(frames.len() > 2 << 20);
    check(&Scan::of("in/a.jsonl.zst", &frames), frames.len() as u64, 2);
    // Many files, one of which cannot be read.
    let scan = Scan::new();
    for number in 0..20 {
        scan.write(&format!("in/{number}.jsonl.gz"), gzip(article("a", number).as_bytes()));
    }
    let bytes =
        (0..20).map(|number| scan.path(&format!("in/{number}.jsonl.gz")).metadata().unwrap().len()).sum();
    check(&scan, bytes, 20);
}

#[test]
fn a_plain_archive_is_not_unpacked() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    let notes = Notes::default();
    let argument = scan.path("a.jsonl").to_str().unwrap().to_owned();
    drop(Archive::open_watched(&[argument], Settings::default().read, &notes).unwrap());
    assert!(notes.begun.into_inner().unwrap().is_empty() && *notes.ended.lock().unwrap() == 0);
}

#[test]
fn lines_say_how_much_was_unpacked() {
    let packed = gzip(&lines(&noise(40)));
    let scan = Scan::of("a.jsonl.gz", &packed);
    let run = scan.scan(&["a.jsonl.gz", "--progress", "always"]).ends_with(0);
    let said: Vec<&str> = run.stderr.lines().take(3).map(str::trim).collect();
    assert!(said[0].starts_with("open: ") && said[0].ends_with(" kB"), "{said:?}");
    assert!(said[1].starts_with("open took ") && said[1].ends_with("B/s"), "{said:?}");
    assert!(said[2].starts_with("1/5 read: "), "{said:?}");
    let run = scan.fed(&["scan", "-", "-o", "report", "--progress", "always"], &packed).ends_with(0);
    assert!(run.stderr.trim_start().starts_with("open: what comes through pipes\n"), "{}", run.stderr);
}

/// What a terminal shows of a scan of a pipe whose bytes come slowly.
fn on_a_terminal(args: &str) -> Option<String> {
    let scan = Scan::new();
    make_pipe(&scan.path("pipe"));
    let binary = assert_cmd::cargo::cargo_bin!("wirecopy").display();
    let command = format!("exec {binary} scan pipe -o report --only duplicates {args}");
    let shown = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(scan.path("."))
        .env("TERM", "xterm")
        .env("COLUMNS", "100")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(shown) = shown else {
        skipped("script is not there: nothing was shown on a terminal");
        return None;
    };
    let packed = gzip(&lines(&noise(1500)));
    let mut pipe = writer_of(&scan.path("pipe"));
    for part in packed.chunks(packed.len() / 8) {
        pipe.write_all(part).unwrap();
        std::thread::sleep(Duration::from_millis(120));
    }
    drop(pipe);
    let output = shown.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_terminal_shows_what_is_unpacked_unless_it_shall_not() {
    let Some(shown) = on_a_terminal("") else { return };
    assert!(shown.contains("open     ") && shown.contains("kB, "), "{}", shown.escape_debug());
    for args in ["-q", "--progress never"] {
        let shown = on_a_terminal(args).unwrap();
        assert!(!shown.contains("open "), "{args}: {}", shown.escape_debug());
    }
}
