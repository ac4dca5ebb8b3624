//! What a run costs: time, CPU time, memory.
//!
//! Private memory has no mark of its highest level that the system keeps, so a thread looks at it from time to time.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

use crate::watch::Phase;

/// What one phase took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseUsage {
    /// The phase.
    pub phase: Phase,
    /// Seconds on the clock.
    pub seconds: f64,
    /// CPU seconds of all threads, in the program and in the system for it.
    pub cpu_seconds: f64,
}

/// Takes the time of one phase after the other.
#[derive(Debug)]
pub struct Stopwatch {
    since: Instant,
    cpu: Duration,
    laps: Vec<PhaseUsage>,
}

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Stopwatch { since: Instant::now(), cpu: cpu_time(), laps: Vec::new() }
    }

    /// A phase ended, and the next begins.
    pub fn lap(&mut self, phase: Phase) {
        let (now, cpu) = (Instant::now(), cpu_time());
        self.laps.push(PhaseUsage {
            phase,
            seconds: now.duration_since(self.since).as_secs_f64(),
            cpu_seconds: cpu.saturating_sub(self.cpu).as_secs_f64(),
        });
        (self.since, self.cpu) = (now, cpu);
    }

    /// What was taken.
    pub fn laps(self) -> Vec<PhaseUsage> {
        self.laps
    }
}

fn cpu_time() -> Duration {
    getrusage(UsageWho::RUSAGE_SELF).map_or(Duration::ZERO, |usage| {
        let seconds = |time: nix::sys::time::TimeVal| {
            let whole = u64::try_from(time.tv_sec()).unwrap_or(0);
            Duration::from_secs(whole) + Duration::from_micros(u64::try_from(time.tv_usec()).unwrap_or(0))
        };
        seconds(usage.user_time()) + seconds(usage.system_time())
    })
}

/// The most memory the process held so far, mapped files included; `None` where the system does not tell.
pub fn peak_memory_bytes() -> Option<u64> {
    let kibibytes = getrusage(UsageWho::RUSAGE_SELF).ok()?.max_rss();
    u64::try_from(kibibytes).ok().map(|kibibytes| kibibytes * 1024)
}

/// How often private memory is looked at: what a run takes grows over seconds, and a look costs some 20 µs.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Looks at the process's private memory until it is dropped.
#[derive(Debug)]
pub struct PrivateMemory {
    peak: Arc<AtomicU64>,
    /// The thread ends when this end of the channel is gone.
    _stop: Option<Sender<()>>,
}

impl PrivateMemory {
    /// Begins to look. Where no thread can be had, only [`PrivateMemory::peak_bytes`] looks.
    pub fn watch() -> PrivateMemory {
        let peak = Arc::new(AtomicU64::new(0));
        let (stop, stopped) = channel();
        let shared = Arc::clone(&peak);
        let look = move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(LOOK_EVERY) {
                shared.fetch_max(private_bytes().unwrap_or(0), Ordering::Relaxed);
            }
        };
        let started = thread::Builder::new().name("private-memory".into()).stack_size(64 * 1024).spawn(look);
        PrivateMemory { peak, _stop: started.is_ok().then_some(stop) }
    }

    /// The most there was at any look, in bytes; `None` where the system does not tell.
    pub fn peak_bytes(&self) -> Option<u64> {
        let now = private_bytes()?;
        Some(self.peak.fetch_max(now, Ordering::Relaxed).max(now))
    }
}

/// Private memory now (`RssAnon` of `/proc/self/status`).
fn private_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes =
        status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?.trim().strip_suffix(" kB")?;
    kibibytes.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_memory_is_seen_to_grow() {
        let memory = PrivateMemory::watch();
        let before = memory.peak_bytes().expect("Linux tells");
        let block = vec![1_u8; 64 << 20];
        let with = memory.peak_bytes().expect("Linux tells");
        assert!(with >= before + (60 << 20), "{before} to {with}");
        drop(block);
        assert!(memory.peak_bytes() >= Some(with), "the peak stays");
    }
}
