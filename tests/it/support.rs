//! Running the binary in a temporary folder, and reading what it wrote.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::generator::big_article;

/// The tables of a report, all files but `run.json`.
pub(crate) const TABLES: [&str; 8] =
    ["articles", "stories", "matches", "passages", "relations", "outlets", "repeats", "problems"];

/// Longer than any run here takes: a run that is still not done hangs.
const PATIENCE: Duration = Duration::from_mins(3);

/// A temporary folder in which archives are written and the binary is run. It stands as long as one of its
/// reports is held.
pub(crate) struct Scan {
    folder: Rc<TempDir>,
}

/// How a run ended. `None` as status means death by a signal.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) report: Report,
}

/// A report folder, whether it is there or not.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    folder: PathBuf,
    _kept: Rc<TempDir>,
}

impl Scan {
    pub(crate) fn new() -> Scan {
        let folder = tempfile::Builder::new().prefix("wirecopy-it-").tempdir().unwrap();
        Scan { folder: Rc::new(folder) }
    }

    /// A folder that holds one file.
    pub(crate) fn of(name: &str, content: impl AsRef<[u8]>) -> Scan {
        let scan = Scan::new();
        scan.write(name, content);
        scan
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders it stands in.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// What stands in the folder itself, sorted; hidden things too.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The binary, to be run in the folder, without the colours of whoever runs the tests.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("wirecopy"));
        command.current_dir(self.folder.path()).args(args);
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RAYON_NUM_THREADS"] {
            command.env_remove(variable);
        }
        command
    }

    /// `wirecopy ARGS`, with nothing on stdin.
    pub(crate) fn wirecopy(&self, args: &[&str]) -> Run {
        self.fed(args, b"")
    }

    /// `wirecopy ARGS`, with `stdin`. A report is looked for in `report`.
    pub(crate) fn fed(&self, args: &[&str], stdin: &[u8]) -> Run {
        let mut command = assert_cmd::Command::from_std(self.command(args));
        let output = command.write_stdin(stdin).timeout(PATIENCE).output().unwrap();
        Run {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            report: self.report("report"),
        }
    }

    /// `wirecopy scan -o report ARGS`.
    pub(crate) fn scan(&self, args: &[&str]) -> Run {
        self.wirecopy(&[&["scan", "-o", "report"], args].concat())
    }

    /// `wirecopy scan -o OUT ARGS`, which must end well; the report.
    pub(crate) fn scan_to(&self, out: &str, args: &[&str]) -> Report {
        let run = self.wirecopy(&[&["scan", "-q", "-o", out], args].concat());
        assert_eq!(run.status, Some(0), "{args:?}: {}", run.stderr);
        self.report(out)
    }

    pub(crate) fn report(&self, name: &str) -> Report {
        Report { folder: self.path(name), _kept: self.folder.clone() }
    }

    /// Runs `wirecopy scan -o report ARGS`, where one of `args` is the named pipe `pipe`, and calls `act`
    /// when the binary has opened the pipe: by then everything named before the pipe is open, everything
    /// after it is found, and nothing is read yet. A good record comes through the pipe.
    pub(crate) fn scan_while(&self, args: &[&str], act: impl FnOnce()) -> Run {
        make_pipe(&self.path("pipe"));
        let mut command = self.command(&[&["scan", "-o", "report"], args].concat());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = Guard(Some(command.spawn().unwrap()));
        let mut pipe = writer_of(&self.path("pipe"));
        act();
        writeln!(pipe, "{}", article("from-the-pipe", 99)).unwrap();
        drop(pipe);
        child.run(self.report("report"))
    }

    /// Spawns `wirecopy ARGS`, and closes its stdout before it can write.
    pub(crate) fn with_closed_stdout(&self, args: &[&str]) -> Run {
        let mut command = self.command(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        Guard(Some(child)).run(self.report("report"))
    }
}

/// Ends the child if the test fails before it does.
struct Guard(Option<Child>);

impl Guard {
    fn run(mut self, report: Report) -> Run {
        let begun = Instant::now();
        while self.0.as_mut().unwrap().try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "the run hangs");
            std::thread::sleep(Duration::from_millis(5));
        }
        let output = self.0.take().unwrap().wait_with_output().unwrap();
        Run {
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            report,
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Run {
    /// Asserts the status, showing what was said where it is another.
    pub(crate) fn ends_with(self, status: i32) -> Run {
        assert_eq!(self.status, Some(status), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// The kinds of the problems, in the order of the table.
    pub(crate) fn problem_kinds(&self) -> Vec<String> {
        let rows = self.report.table("problems");
        rows.iter().map(|row| string(row, "kind").to_owned()).collect()
    }
}

impl Report {
    pub(crate) fn is_there(&self) -> bool {
        self.folder.join("run.json").exists()
    }

    /// The rows of a table.
    pub(crate) fn table(&self, name: &str) -> Vec<Value> {
        let path = self.folder.join(name).with_extension("jsonl");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What `run.json` says.
    pub(crate) fn run(&self) -> Value {
        serde_json::from_slice(&fs::read(self.folder.join("run.json")).unwrap()).unwrap()
    }

    /// One of the counts of `run.json`, after checking that they balance.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let run = self.run();
        let counts = &run["counts"];
        let [read, kept, removed, rejected, skipped] =
            ["read", "kept", "removed", "rejected", "skipped"].map(|name| number(counts, name));
        assert_eq!(read, kept + removed + rejected + skipped, "{counts}");
        number(counts, name)
    }

    /// The bytes of every file but `run.json`, by name.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        let named = entries.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path));
        named
            .filter(|(name, _)| name != "run.json")
            .map(|(name, path)| (name, fs::read(path).unwrap()))
            .collect()
    }

    /// The article rows by id.
    pub(crate) fn articles(&self) -> BTreeMap<String, Value> {
        self.table("articles").into_iter().map(|row| (string(&row, "id").to_owned(), row)).collect()
    }
}

/// A record with a text of its own for each number, of some 60 words.
pub(crate) fn article(id: &str, number: u64) -> String {
    json!({
        "id": id,
        "outlet": format!("outlet{number}.example"),
        "published_at": format!("2025-01-{:02}T08:00:00Z", 1 + number % 28),
        "title": format!("Title {number}"),
        "text": text(number),
    })
    .to_string()
}

/// A text of some 60 words, another for each number.
pub(crate) fn text(number: u64) -> String {
    big_article(300, 1_000 + number)
}

pub(crate) fn string<'v>(row: &'v Value, key: &str) -> &'v str {
    row[key].as_str().unwrap_or_else(|| panic!("{key} is no string in {row}"))
}

pub(crate) fn number(row: &Value, key: &str) -> u64 {
    row[key].as_u64().unwrap_or_else(|| panic!("{key} is no count in {row}"))
}

pub(crate) fn share(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_else(|| panic!("{key} is no number in {row}"))
}

/// Opens a named pipe for writing once it is read.
pub(crate) fn writer_of(pipe: &Path) -> fs::File {
    let begun = Instant::now();
    loop {
        // Opening for writing fails as long as nobody reads.
        let opened = fs::OpenOptions::new().write(true).custom_flags(nix::libc::O_NONBLOCK).open(pipe);
        match opened {
            // What is written waits for the reader.
            Ok(_held) => return fs::OpenOptions::new().write(true).open(pipe).unwrap(),
            Err(error) => assert!(begun.elapsed() < PATIENCE, "the pipe is not read: {error}"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success(), "mkfifo {}", path.display());
}

/// Says that something was not tested, past the test harness, which would swallow it.
pub(crate) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "\nSKIPPED: {why}\n");
}

/// A file or folder of `../shared`, beside the repository; a loud line where it is not there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if place.exists() {
        return Some(place);
    }
    skipped(&format!("../shared/{path} is not there"));
    None
}

/// A file or folder of `testdata`.
pub(crate) fn testdata(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path)
}
