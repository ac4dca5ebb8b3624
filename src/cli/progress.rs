//! Progress on stderr: a bar per phase on a terminal, a line per phase where progress is asked for elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{DecimalBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use wirecopy::{Extent, Phase, Watch};

use super::args::When;

/// Says something on stderr. A closed stderr is nobody's fault.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Shows how far a run is.
pub(crate) struct Progress {
    shown: Shown,
    phases: &'static [Phase],
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
    extent: Extent,
    bar: ProgressBar,
    since: Instant,
    /// Articles met, where their number is not known.
    met: u64,
    /// When the rates were last worked out.
    told: Instant,
}

/// How often the rates are worked out: faster than that they cannot be read.
const RATES_EVERY: Duration = Duration::from_millis(200);

/// Short phases flicker: a bar appears only after this long.
const PATIENCE: Duration = Duration::from_millis(300);

impl Progress {
    /// For a run of these phases.
    pub(crate) fn new(when: When, quiet: bool, phases: &'static [Phase]) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let shown = match (when, quiet, terminal) {
            (When::Never, ..) | (When::Auto, true, _) | (When::Auto, _, false) => Shown::Nothing,
            (_, _, true) => Shown::Bars,
            (When::Always, _, false) => Shown::Lines,
        };
        Progress { shown, phases, open: Mutex::new(None) }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Open {
    /// How much of the archive the phase gets through a second: as large a share of its articles and bytes as of its
    /// steps.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "for people"
    )]
    fn rates(&self, steps: u64) -> String {
        let seconds = self.since.elapsed().as_secs_f64().max(1e-9);
        if self.phase == Phase::Open {
            // Of packed files; nothing is known of their articles.
            return format!("{}/s", DecimalBytes((steps as f64 / seconds) as u64));
        }
        let share = steps as f64 / (self.extent.steps as f64).max(1.0);
        let articles = self.extent.articles.map_or(self.met as f64, |articles| share * articles as f64);
        let bytes = share * self.extent.bytes as f64;
        format!(
            "{} articles/s, {}/s",
            HumanCount((articles / seconds) as u64),
            DecimalBytes((bytes / seconds) as u64)
        )
    }
}

impl Watch for Progress {
    fn begin(&self, phase: Phase, extent: Extent) {
        if self.shown == Shown::Nothing {
            return;
        }
        // How much comes through a pipe is not known.
        let steps = (extent.steps > 0 || phase != Phase::Open).then_some(extent.steps);
        let bar = ProgressBar::with_draw_target(steps, ProgressDrawTarget::hidden());
        let done = match phase.unit() {
            "bytes" => "{decimal_bytes}/{decimal_total_bytes}".to_owned(),
            unit => format!("{{human_pos}}/{{human_len}} {unit}"),
        };
        // What is not there in every run has no number.
        let number = self.phases.iter().position(|known| *known == phase);
        let step = number.map_or("   ".to_owned(), |at| format!("{}/{}", at + 1, self.phases.len()));
        let template = match steps {
            Some(_) => format!("{step} {{prefix:8}} [{{bar:20}}] {done}, {{msg}}, {{eta}} left"),
            None => format!("{step} {{prefix:8}} {{decimal_bytes}}, {{msg}}"),
        };
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(phase.name());
        if self.shown == Shown::Lines {
            let steps = match (steps, phase.unit()) {
                (None, _) => "what comes through pipes".to_owned(),
                (_, "bytes") => DecimalBytes(extent.steps).to_string(),
                (_, unit) => format!("{} {unit}", HumanCount(extent.steps)),
            };
            tell(&format!("{step} {}: {steps}", phase.name()));
        }
        let now = Instant::now();
        *self.open() = Some(Open { phase, extent, bar, since: now, met: 0, told: now });
    }

    fn advance(&self, steps: u64) {
        if let Some(open) = self.open().as_mut() {
            open.bar.inc(steps);
            if self.shown == Shown::Bars && open.told.elapsed() > RATES_EVERY {
                open.told = Instant::now();
                open.bar.set_message(open.rates(open.bar.position()));
                if open.bar.is_hidden() && open.since.elapsed() > PATIENCE {
                    open.bar.set_draw_target(ProgressDrawTarget::stderr());
                }
            }
        }
    }

    fn articles(&self, more: u64) {
        if let Some(open) = self.open().as_mut() {
            open.met += more;
        }
    }

    fn end(&self) {
        if let Some(open) = self.open().take() {
            let steps = if open.extent.steps > 0 { open.extent.steps } else { open.bar.position() };
            open.bar.finish_and_clear();
            if self.shown == Shown::Lines {
                let seconds = open.since.elapsed().as_secs_f64();
                tell(&format!("    {} took {seconds:.1} s, {}", open.phase.name(), open.rates(steps)));
            }
        }
    }
}
