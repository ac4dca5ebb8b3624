//! `wirecopy scan`: claim the report's place, scan, write, tell.

use anyhow::Context;
use wirecopy::report::{self, Destination};
use wirecopy::{archive, scan};

use super::args::ScanArgs;
use super::formats;
use super::interrupt;
use super::progress::Progress;
use super::status::Status;
use super::summary;

pub(crate) fn run(args: &ScanArgs) -> anyhow::Result<Status> {
    let settings = args.settings();
    if let Some(folder) = args.temp_dir.as_ref().filter(|folder| !folder.is_dir()) {
        anyhow::bail!("{} is no folder that temporary files could go to (--temp-dir)", folder.display());
    }
    if args.explain {
        if settings.read.mapped {
            archive::exit_cleanly_when_cut(&[])?;
        }
        return formats::explain(&args.archives, &settings.read);
    }
    let destination = Destination::claim(&args.out, args.force, &args.archives)?;
    if settings.read.mapped {
        archive::exit_cleanly_when_cut(&destination.leftovers())?;
    }
    let unfinished = interrupt::remove_when_interrupted(destination.temporary_folder().to_owned())?;
    let progress = Progress::new(args.progress, args.quiet);
    let command_line: Vec<String> =
        std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let (findings, run) = unfinished.unless_interrupted(|| {
        let findings = scan(&args.archives, &settings, &progress)?;
        let run = report::write(&findings, &settings, &command_line, &destination, &progress)?;
        Ok::<_, wirecopy::Error>((findings, run))
    })?;
    unfinished.finish(|| destination.publish())?;
    let summary = match (args.json, args.quiet) {
        (true, _) => summary::json(&run, &args.out)?,
        (false, true) => String::new(),
        (false, false) => summary::text(&findings, &run, &args.out),
    };
    summary::print(&summary).with_context(|| {
        format!("the report is complete in {}, but its summary could not be printed", args.out.display())
    })?;
    // The program ends: what the findings hold goes with it, all at once.
    std::mem::forget(findings);
    let tolerated = args.max_problems.allows(run.counts.problems, run.counts.read);
    Ok(if tolerated { Status::Done } else { Status::Problems })
}
