//! Picking one article: what a person types to `compare`.
//!
//! In: `FILE`, `ARCHIVE#ID`, `ARCHIVE#:LINE`, `FILE:RECORD`, or `-`. Out: the one article that is meant, or why there is
//! none, with names that are near. Names of files win: `a#b.txt` is a file if it is there. The archive is read once, with
//! the readers of a scan; nothing is kept but what may be meant.

use wirecopy::archive::record::{Outcome, Record};
use wirecopy::archive::{Archive, ReadSettings};

use super::printable::{cut, line};

/// One article, picked.
#[derive(Debug)]
pub(crate) struct Picked {
    /// Its own id, or its ref where it has none.
    pub(crate) name: String,
    /// `FILE:RECORD`.
    pub(crate) reference: String,
    /// What the record says.
    pub(crate) record: Box<Record<'static>>,
    /// What was wrong with the record, in words.
    pub(crate) problems: Vec<String>,
}

/// Why no article was picked.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotPicked(String);

/// How many names, or places, an error lists.
const LISTED: usize = 4;

/// Names in errors are no longer than this, in characters.
const NAME_CHARS: usize = 60;

/// What is looked for in an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted<'a> {
    /// The only article there.
    Only,
    /// The article of this id; else of this ref.
    Id(&'a str),
    /// The record of this number.
    Record(u64),
}

/// What reading the archive gave.
#[derive(Default)]
struct Seen {
    picked: Option<Picked>,
    /// Why the record that is meant gave no article.
    unusable: Option<String>,
    /// Refs of all that match, the first few.
    matching: Vec<String>,
    matches: u64,
    records: u64,
    near: Vec<(usize, String)>,
    /// An article whose ref was typed as its id.
    by_ref: Option<Picked>,
}

/// Finds the article that `argument` means.
///
/// # Errors
/// [`NotPicked`]; what opening an archive says.
pub(crate) fn pick(argument: &str, settings: &ReadSettings) -> anyhow::Result<Picked> {
    let (archive, wanted) = parse(argument);
    if archive.is_empty() {
        return Err(refusal(format!("{} names no archive before its #", line(argument))));
    }
    let (opened, problems) = Archive::open(&[archive.to_owned()], settings.clone())?;
    if let (true, Some(problem)) = (opened.sources().is_empty(), problems.first()) {
        return Err(refusal(format!("{problem}")));
    }
    let seen = read(&opened, wanted)?;
    let shown = line(archive);
    if let Some(why) = seen.unusable.filter(|_| seen.matches <= 1) {
        return Err(refusal(why));
    }
    let picked = if seen.matches == 0 { seen.by_ref } else { seen.picked };
    match (seen.matches, picked, wanted) {
        (0 | 1, Some(picked), _) => Ok(picked),
        (0, None, Wanted::Id(id)) => {
            let near: Vec<String> = seen.near.iter().map(|(_, name)| cut(name, NAME_CHARS)).collect();
            let hint =
                if near.is_empty() { String::new() } else { format!("; near it: {}", near.join(", ")) };
            Err(refusal(format!("no article of {shown} has the id {}{hint}", cut(id, NAME_CHARS))))
        }
        (0, None, Wanted::Record(number)) => {
            Err(refusal(format!("{shown} has no record {number}; it holds {} records", seen.records)))
        }
        (many, _, Wanted::Only) if many > 1 => {
            Err(refusal(format!("{shown} holds {many} records; name one as {shown}#ID or {shown}#:LINE")))
        }
        (many, ..) if many > 1 => Err(refusal(format!(
            "{many} articles are meant by {}: {}{}; name one by its ref",
            cut(argument, NAME_CHARS),
            seen.matching.join(", "),
            if many > LISTED as u64 { ", …" } else { "" },
        ))),
        _ => Err(refusal(format!("{shown} holds no article"))),
    }
}

fn refusal(why: String) -> anyhow::Error {
    NotPicked(why).into()
}

/// The archive that an argument names, and what is looked for there.
fn parse(argument: &str) -> (&str, Wanted<'_>) {
    let there = |name: &str| name == "-" || std::fs::metadata(name).is_ok();
    if there(argument) {
        return (argument, Wanted::Only);
    }
    let number = |text: &str| text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    // The last # behind which an archive ends: ids hold # now and then.
    let last = argument.rmatch_indices('#').find(|(at, _)| there(&argument[..*at]));
    if let Some((at, _)) = last.or_else(|| argument.rmatch_indices('#').next()) {
        let (archive, id) = (&argument[..at], &argument[at + 1..]);
        let record = id.strip_prefix(':').and_then(number);
        return (archive, record.map_or(Wanted::Id(id), Wanted::Record));
    }
    match argument.rsplit_once(':') {
        Some((archive, record)) if there(archive) => {
            number(record).map_or((argument, Wanted::Only), |record| (archive, Wanted::Record(record)))
        }
        _ => (argument, Wanted::Only),
    }
}

fn read(archive: &Archive, wanted: Wanted<'_>) -> anyhow::Result<Seen> {
    let mut seen = Seen::default();
    let (pieces, problems) = archive.pieces();
    if let Some(problem) = problems.first() {
        return Err(refusal(problem.to_string()));
    }
    let (mut source, mut lines_before) = (None, 0);
    for piece in &pieces {
        if source != Some(piece.source()) {
            (source, lines_before) = (Some(piece.source()), 0);
        }
        let file = &archive.sources()[piece.source() as usize].name;
        let lines = archive.read_piece(piece, |met| {
            seen.records += 1;
            let number = lines_before + met.number + 1;
            let reference = || format!("{file}:{number}");
            let findings = || met.findings.iter().map(|(_, message)| line(message)).collect();
            let own_id = match &met.outcome {
                Outcome::Article(record) => record.id.as_deref(),
                _ => None,
            };
            let meant = match wanted {
                Wanted::Only => true,
                Wanted::Record(wanted) => wanted == number,
                Wanted::Id(wanted) => own_id == Some(wanted),
            };
            if let (false, Wanted::Id(wanted)) = (meant, wanted) {
                if let Some(own) = own_id {
                    seen.note_near(wanted, own);
                }
                let by_ref = wanted.strip_prefix(file.as_str()).and_then(|rest| rest.strip_prefix(':'));
                if by_ref.and_then(|rest| rest.parse().ok()) != Some(number) {
                    return;
                }
            } else if !meant {
                return;
            }
            let problems = findings();
            let made = match met.outcome.into_owned() {
                Outcome::Article(record) => Ok(Picked {
                    name: record.id.as_deref().map_or_else(reference, str::to_owned),
                    reference: reference(),
                    record,
                    problems,
                }),
                Outcome::Empty => Err(format!("the text of {} is empty", line(&reference()))),
                Outcome::Rejected => {
                    Err(format!("{} gives no article: {}", line(&reference()), problems.join("; ")))
                }
            };
            if !meant {
                match made {
                    Ok(picked) => seen.by_ref = Some(picked),
                    Err(why) => seen.unusable = Some(why),
                }
                return;
            }
            seen.matches += 1;
            if seen.matching.len() < LISTED {
                seen.matching.push(line(&reference()));
            }
            if seen.matches == 1 {
                match made {
                    Ok(picked) => seen.picked = Some(picked),
                    Err(why) => seen.unusable = Some(why),
                }
            }
        });
        lines_before += lines.map_err(|problem| refusal(problem.to_string()))?;
    }
    Ok(seen)
}

impl Seen {
    /// Keeps the ids that begin and end most like the one that is looked for, the first of equals.
    fn note_near(&mut self, wanted: &str, own: &str) {
        let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
            a.zip(b).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
        };
        let begin = same(&mut wanted.chars(), &mut own.chars());
        let end = same(&mut wanted.chars().rev(), &mut own.chars().rev());
        let alike = begin + end;
        if 2 * alike < wanted.chars().count() {
            return;
        }
        let place = self.near.partition_point(|(other, _)| *other >= alike);
        if place < LISTED {
            self.near.insert(place, (alike, own.to_owned()));
            self.near.truncate(LISTED);
        }
    }
}
