//! Progress on stderr: a bar per phase on a terminal, a line per phase where progress is asked for elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wirecopy::{Phase, Watch};

use super::args::When;

/// Says something on stderr. A closed stderr is nobody's fault.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Shows how far a run is.
pub(crate) struct Progress {
    shown: Shown,
    open: Mutex<Option<Open>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    Lines,
    Bars,
}

struct Open {
    phase: Phase,
    bar: ProgressBar,
    since: Instant,
}

/// Short phases flicker: a bar appears only after this long.
const PATIENCE: Duration = Duration::from_millis(300);

impl Progress {
    pub(crate) fn new(when: When, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let shown = match (when, quiet, terminal) {
            (When::Never, ..) | (When::Auto, true, _) | (When::Auto, _, false) => Shown::Nothing,
            (_, _, true) => Shown::Bars,
            (When::Always, _, false) => Shown::Lines,
        };
        Progress { shown, open: Mutex::new(None) }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn number(phase: Phase) -> usize {
    Phase::ALL.iter().position(|known| *known == phase).map_or(0, |at| at + 1)
}

impl Watch for Progress {
    fn begin(&self, phase: Phase, total: u64) {
        if self.shown == Shown::Nothing {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let done = match phase.unit() {
            "bytes" => "{bytes}/{total_bytes}, {bytes_per_sec}".to_owned(),
            unit => format!("{{human_pos}}/{{human_len}} {unit}"),
        };
        let step = format!("{}/{}", number(phase), Phase::ALL.len());
        let template = format!("{step} {{prefix:8}} [{{bar:30}}] {done}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(phase.name());
        if self.shown == Shown::Lines {
            tell(&format!(
                "{}/{} {}: {total} {}",
                number(phase),
                Phase::ALL.len(),
                phase.name(),
                phase.unit()
            ));
        }
        *self.open() = Some(Open { phase, bar, since: Instant::now() });
    }

    fn advance(&self, done: u64) {
        if let Some(open) = self.open().as_ref() {
            if self.shown == Shown::Bars && open.bar.is_hidden() && open.since.elapsed() > PATIENCE {
                open.bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            open.bar.inc(done);
        }
    }

    fn end(&self) {
        if let Some(open) = self.open().take() {
            open.bar.finish_and_clear();
            if self.shown == Shown::Lines {
                tell(&format!("    {} took {:.1} s", open.phase.name(), open.since.elapsed().as_secs_f64()));
            }
        }
    }
}
