//! The command line: what was typed (`args`), the commands (`scan`, `compare` with `pick`, `formats`), what is
//! shown (`summary`, `side_by_side` in `columns`, `progress`, `printable`), and exit statuses (`status`). Only this room knows a terminal; everything it does is done by
//! the library.

mod args;
mod columns;
mod compare;
mod formats;
mod interrupt;
mod pick;
mod printable;
mod progress;
mod scan;
mod side_by_side;
mod status;
mod summary;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Command, WirecopyArgs};
use status::Status;

/// Reads the arguments, runs the command, tells errors, and returns the exit status.
pub(crate) fn run() -> ExitCode {
    stay_silent_over_caught_panics();
    let args = match WirecopyArgs::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are asked for and go to stdout; a closed stdout is no failure.
            let status = if error.use_stderr() { Status::Usage } else { Status::Done };
            let _ = error.print();
            return status.into();
        }
    };
    let done = match args.command {
        Command::Scan(scan) => scan::run(&scan),
        Command::Compare(compare) => compare::run(&compare),
        Command::Formats => formats::run(),
        Command::Completions { shell } => completions(shell),
    };
    done.unwrap_or_else(|error| {
        // The alternate form prints the chain of causes.
        progress::tell(&format!("wirecopy: error: {}", printable::line(&format!("{error:#}"))));
        status::of_error(&error)
    })
    .into()
}

/// A panic over what a file says is caught where the file is read, and told as a problem of it.
fn stay_silent_over_caught_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !wirecopy::archive::is_guarded() {
            usual(panic);
        }
    }));
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<Status> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut WirecopyArgs::command(), "wirecopy", &mut script);
    summary::print(&String::from_utf8_lossy(&script))?;
    Ok(Status::Done)
}
