//! `wirecopy formats` and `wirecopy scan --explain`: what is read, and which field of a record becomes what.

use std::fmt::Write as _;

use wirecopy::archive::record::Outcome;
use wirecopy::archive::{self, Archive, Format, FormatInfo, Met, ReadSettings, Source};

use super::printable::{cut, line};
use super::status::Status;
use super::summary;

/// `wirecopy formats`.
pub(crate) fn run() -> anyhow::Result<Status> {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_formats(&mut text);
    summary::print(&text)?;
    Ok(Status::Done)
}

fn write_formats(text: &mut String) -> std::fmt::Result {
    let dotted = |endings: &[&str]| endings.iter().flat_map(|ending| [" .", *ending]).collect::<String>();
    let (records, packed) = archive::formats();
    writeln!(text, "Formats of records, told by what the files begin with, else by their names:")?;
    for FormatInfo { name, endings, told_by } in records {
        writeln!(text, "  {name:<11}{}", dotted(&endings))?;
        writeln!(text, "  {:<11}  {told_by}", "")?;
    }
    writeln!(text, "Any of them may be compressed, twice at most:")?;
    for FormatInfo { name, endings, .. } in packed {
        writeln!(text, "  {name:<11}{}", dotted(&endings))?;
    }
    writeln!(
        text,
        "Text and tables may be in UTF-8, UTF-16, or the encoding that they look like; JSON in UTF-8 or UTF-16.\n\n\
         Fields are found by their usual names, of which the first that says something counts; dots reach into objects:"
    )?;
    for (noun, names) in archive::usual_names() {
        writeln!(text, "  {noun:<8}{}", wrapped(names, 90, 10))?;
    }
    writeln!(
        text,
        "Where no field names the outlet, the registrable domain of the URL does.\n\
         --text-field NAME and its like name others; wirecopy scan --explain shows what is taken."
    )
}

/// Names with commas, in lines of some `width` characters, all but the first behind `indent` blanks.
fn wrapped(names: &[&str], width: usize, indent: usize) -> String {
    let mut text = String::new();
    let mut used = indent;
    for (number, name) in names.iter().enumerate() {
        let comma = if number + 1 < names.len() { "," } else { "" };
        if used + name.len() + 2 > width {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else if number > 0 {
            text.push(' ');
        }
        text.push_str(name);
        text.push_str(comma);
        used += name.len() + 2;
    }
    text
}

/// How many records of a file, and how many files, are explained.
const RECORDS: usize = 3;
const FILES: usize = 20;
/// How much of a value is shown, in characters.
const SHOWN: usize = 60;

/// `wirecopy scan --explain`: no report, only what the first records of each file become.
pub(crate) fn explain(archives: &[String], settings: &ReadSettings) -> anyhow::Result<Status> {
    let (archive, mut problems) = Archive::open(archives, settings.clone())?;
    let mut text = String::new();
    let (pieces, more) = archive.pieces();
    problems.extend(more);
    for (source, number) in archive.sources().iter().zip(0..).take(FILES) {
        let _ = write_source(&mut text, source);
        let (mut seen, mut before) = (0, 0);
        for piece in pieces.iter().filter(|piece| piece.source() == number) {
            if seen == RECORDS {
                break;
            }
            let read = archive.read_piece(piece, |met| {
                if seen < RECORDS {
                    seen += 1;
                    let _ = write_record(&mut text, &archive, source, before, &met);
                }
            });
            match read {
                Ok(records) => before += records,
                Err(problem) => problems.push(problem),
            }
        }
    }
    let left_out = archive.sources().len().saturating_sub(FILES);
    if left_out > 0 {
        let _ = writeln!(text, "… and {left_out} more files");
    }
    for problem in &problems {
        let _ = write!(text, "problem: {}", line(&problem.to_string()));
        // A record says at which byte it begins.
        let byte = problem.byte.filter(|_| problem.record.is_none());
        let _ = writeln!(text, "{}", byte.map_or_else(String::new, |byte| format!(" (at byte {byte})")));
    }
    summary::print(&text)?;
    Ok(if problems.is_empty() { Status::Done } else { Status::Problems })
}

fn write_source(text: &mut String, source: &Source) -> std::fmt::Result {
    write!(text, "{}: ", line(&source.name))?;
    match &source.origin {
        None => writeln!(text, "{}, {} bytes", source.format_name(), source.bytes),
        Some(origin) => {
            write!(text, "{}", source.format_name())?;
            if let Some(encoding) = origin.encoding {
                write!(text, " in {encoding}")?;
            }
            for packing in origin.packing.iter().rev() {
                write!(text, " in {}", packing.name())?;
            }
            writeln!(text, ", {} bytes, {} unpacked", origin.packed_bytes, source.bytes)
        }
    }
}

fn write_record(
    text: &mut String,
    archive: &Archive,
    source: &Source,
    before: u64,
    met: &Met<'_>,
) -> std::fmt::Result {
    write!(text, "  record {}", before + met.number + 1)?;
    if let Some(byte) = met.byte {
        write!(text, ", byte {byte}")?;
    }
    let what = match &met.outcome {
        Outcome::Article(_) => "an article",
        Outcome::Empty => "skipped, its text is empty",
        Outcome::Rejected => "rejected",
    };
    writeln!(text, ": {what}")?;
    for (kind, message) in &met.findings {
        writeln!(text, "    problem: {} ({})", line(message), kind.name())?;
    }
    if let (Format::Text, Outcome::Article(record)) = (source.format, &met.outcome) {
        writeln!(text, "    text    the whole file: {}", cut(&record.text, SHOWN))?;
    }
    for noun in archive.explain(met.place) {
        write!(text, "    {:<8}", noun.noun)?;
        match (&noun.from, &noun.value) {
            (Some(from), Some(value)) => write!(text, "from {}: {}", line(from), cut(value, SHOWN))?,
            (Some(from), None) => write!(text, "from {}, which holds nothing usable", line(from))?,
            (None, _) => write!(text, "not found")?,
        }
        if noun.as_told {
            write!(text, " (as told)")?;
        }
        let passed: Vec<String> =
            noun.passed_over.iter().map(|(name, what)| format!("{name} ({what})")).collect();
        if !passed.is_empty() {
            write!(text, "; passed over: {}", passed.join(", "))?;
        }
        writeln!(text)?;
    }
    Ok(())
}
