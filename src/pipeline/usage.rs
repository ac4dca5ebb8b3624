//! What a run costs: time, CPU time, memory.

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
