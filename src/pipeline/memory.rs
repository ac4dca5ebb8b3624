//! The bound of memory: what it is by default, how it is shared out, and when it cannot be kept.
//!
//! `--memory` bounds *private* memory: what the process has for itself, mapped files and the system's cache of files not
//! counted. The plan is a plain one. Half of the bound is for what must be in memory whatever the bound: some bytes an
//! article, a file and a thread ([`Bound::check`] refuses an archive for which that is not enough). The other half is
//! shared out in fixed parts to the tables, of which none may hold more than its part ([`crate::scratch`]), and to what is
//! kept at hand. `docs/decisions/0010-memory.md` has the sums.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The bound, and what it depends on whether it can be kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// Bytes.
    bytes: u64,
    /// Whether the user set it. The default refuses nothing: it is a guess.
    stated: bool,
    threads: u64,
    files: u64,
}

/// Of each article: its 128 bytes in the catalogue, and what finding stories has for it at its peak (hashes and places 84,
/// buckets 28, groups 24), rounded up.
const BYTES_PER_ARTICLE: u64 = 272;

/// Of each file: its names and what is known of it; and what reading its pieces counts.
const BYTES_PER_FILE: u64 = 512;

/// Of each thread: its stack, what it gathers of a piece of 1 MiB, and what the allocator keeps for it.
const BYTES_PER_THREAD: u64 = 4 << 20;

/// Of the program.
const BYTES_BESIDE: u64 = 8 << 20;

impl Bound {
    /// The bound for an archive of so many files; `bytes` as the user set it.
    pub(super) fn new(bytes: Option<u64>, files: usize, threads: usize) -> Bound {
        Bound {
            bytes: bytes.unwrap_or_else(default_bound),
            stated: bytes.is_some(),
            threads: threads as u64,
            files: files as u64,
        }
    }

    /// Bytes of private memory that the run may have.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// One part of so many.
    pub(super) fn part(&self, of: u64) -> u64 {
        self.bytes / of
    }

    /// Whether so many articles can be held within the bound. They were met in `done` bytes of `all`: a refusal tells what all would need,
    /// if they go on so.
    ///
    /// # Errors
    /// [`Error::MemoryTooSmall`].
    pub(super) fn check(&self, articles: u64, done: u64, all: u64) -> Result<(), Error> {
        if !self.stated || self.needed(articles) <= self.bytes {
            return Ok(());
        }
        // And some more: they will not go on quite so.
        let expected = u128::from(articles) * u128::from(all) / u128::from(done.max(1)) * 17 / 16;
        let articles = u64::try_from(expected).unwrap_or(u64::MAX).max(articles);
        let Bound { bytes: allowed, threads, files, .. } = *self;
        Err(Error::MemoryTooSmall { needed: self.needed(articles), allowed, articles, files, threads })
    }

    /// The least bound for so many articles.
    fn needed(&self, articles: u64) -> u64 {
        let held = BYTES_BESIDE
            + self.threads * BYTES_PER_THREAD
            + self.files * BYTES_PER_FILE
            + articles * BYTES_PER_ARTICLE;
        2 * held
    }
}

/// Half of what the machine has, or of what the process's control group may have if that is less.
pub(crate) fn default_bound() -> u64 {
    // Where neither can be read: a small machine.
    const UNKNOWN: u64 = 4 << 30;
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| machine_bytes(&text));
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits =
        limit_files(&groups).into_iter().filter_map(|file| limit_bytes(&fs::read_to_string(file).ok()?));
    limits.chain(machine).min().unwrap_or(UNKNOWN) / 2
}

/// `MemTotal` of `/proc/meminfo`.
fn machine_bytes(meminfo: &str) -> Option<u64> {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    total.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

/// A limit as control groups write it; `None` for `max`.
fn limit_bytes(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// Where the limits of the groups in `/proc/self/cgroup` stand, those of the groups around them too: version 2
/// (`0::/path`) and version 1 (`4:memory:/path`).
fn limit_files(groups: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let (root, file) = if controllers.is_empty() {
            ("/sys/fs/cgroup", "memory.max")
        } else if controllers.split(',').any(|controller| controller == "memory") {
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
        } else {
            continue;
        };
        let path = Path::new(path.trim_start_matches('/'));
        files.extend(path.ancestors().map(|group| Path::new(root).join(group).join(file)));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_the_system_writes_them() {
        assert_eq!(machine_bytes("MemFree: 1 kB\nMemTotal:       24683456 kB\n"), Some(24_683_456 * 1024));
        assert_eq!(machine_bytes("nothing"), None);
        assert_eq!((limit_bytes("268435456\n"), limit_bytes("max\n")), (Some(1 << 28), None));
        let files = |groups| -> Vec<String> {
            limit_files(groups).iter().map(|file| file.display().to_string()).collect()
        };
        assert_eq!(
            files("0::/user.slice/run\n"),
            [
                "/sys/fs/cgroup/user.slice/run/memory.max",
                "/sys/fs/cgroup/user.slice/memory.max",
                "/sys/fs/cgroup/memory.max"
            ]
        );
        assert_eq!(
            files("5:cpu,cpuacct:/\n4:memory:/docker\n"),
            [
                "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes"
            ]
        );
        assert!(default_bound() > 1 << 20);
    }

    #[test]
    fn what_a_refusal_asks_for_is_enough() {
        let bound = |bytes| Bound::new(Some(bytes), 10, 2);
        let Err(Error::MemoryTooSmall { needed, .. }) = bound(64 << 20).check(1_000_000, 7, 7) else {
            panic!("64 MiB are too little for a million articles")
        };
        let fits = |articles, bytes| bound(bytes).check(articles, 7, 7).is_ok();
        assert!(fits(1_000_000, needed) && fits(1_062_500, needed) && !fits(1_062_500, needed - 1));
        // Half of the way already too many: all of them are what is told.
        let Err(Error::MemoryTooSmall { needed: again, articles, .. }) =
            bound(64 << 20).check(500_000, 50, 100)
        else {
            panic!("64 MiB are too little for half a million articles")
        };
        assert_eq!((again, articles), (needed, 1_062_500));
        assert!(
            Bound::new(None, 10, 2).check(u64::from(u32::MAX), 1, 1).is_ok(),
            "the default refuses nothing"
        );
    }
}
