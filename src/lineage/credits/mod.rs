//! Credits: where an article names whom it has its text from.
//!
//! In: text and paragraphs. Out: the named sources in order, each once per kind. Seven forms are told ([`CreditKind`]);
//! which names and words make them stands in `agencies.toml`, in the languages that agencies print in.
//!
//! - [`labelled`]: a paragraph that says nothing else, or closing brackets: `Source: Northwire`, `المصدر: واس`
//! - [`dateline`]: the begin of a paragraph: `LONDON (AP) —`, `الرياض – واس:`, `【ワシントン共同】`, `МОСКВА — ТАСС.`
//! - [`lines`]: short lines of their own: `By Jane Doe, Associated Press`, `Reuters`, `via EFE`
//! - [`closing`]: the end of the text: `(AP)`, `-- Xinhua`, `«واس»`; copyright tails; "originally published by"
//!
//! The idea: a name counts by where it stands, not by its letters. So nothing is searched for names; places where a
//! credit may stand are cut out and looked up. A name in prose ("Reuters was told") is at none of these places.
//!
//! It guarantees: linear time, for of each paragraph and of the text's two ends only a bounded piece is looked at (a
//! paragraph that ends in a bracket is searched once for its begin); spans are those of the name, on character borders,
//! and do not overlap. It does not tell credits of photographs ("(AP Photo/…)", "Photo: …, AP"; they are left out as well
//! as they can be told), credits in a sentence ("Reuters reported that"), and copyright lines of outlets that are no
//! agency: those are footers.

mod agencies;
mod closing;
mod cut;
mod dateline;
mod labelled;
mod lines;
mod names;

use std::collections::BTreeSet;
use std::ops::Range;

pub use agencies::Agency;

/// A named source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The name as it stands, without brackets.
    pub name: String,
    /// The agency that the name is a form of.
    pub agency: Option<Agency>,
    /// In which form it is named.
    pub kind: CreditKind,
    /// Where the name stands, in bytes.
    pub bytes: Range<usize>,
    /// Where it stands, in characters.
    pub chars: Range<usize>,
}

/// The form of a credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CreditKind {
    /// `Source: X`.
    SourceLine,
    /// `LONDON (AP) —`.
    Dateline,
    /// `By Jane Doe, Associated Press`; a line near the begin that is a name.
    Byline,
    /// `via X`, `with files from X`.
    Via,
    /// `Originally published by X`.
    OriginallyPublished,
    /// `Copyright 2020 The Associated Press`.
    Copyright,
    /// `(AP)` at the end.
    AgencyCode,
}

impl CreditKind {
    /// All kinds.
    pub const ALL: [CreditKind; 7] = [
        CreditKind::SourceLine,
        CreditKind::Dateline,
        CreditKind::Byline,
        CreditKind::Via,
        CreditKind::OriginallyPublished,
        CreditKind::Copyright,
        CreditKind::AgencyCode,
    ];

    /// As reports write it.
    pub fn name(self) -> &'static str {
        match self {
            CreditKind::SourceLine => "source-line",
            CreditKind::Dateline => "dateline",
            CreditKind::Byline => "byline",
            CreditKind::Via => "via",
            CreditKind::OriginallyPublished => "originally-published",
            CreditKind::Copyright => "copyright",
            CreditKind::AgencyCode => "agency-code",
        }
    }
}

/// A credit before its characters are counted.
#[derive(Clone, Debug)]
struct Found {
    name: Range<usize>,
    agency: Option<Agency>,
    kind: CreditKind,
}

impl Found {
    /// The credit of whatever stands at `name`.
    fn named(text: &str, name: Range<usize>, kind: CreditKind) -> Self {
        let said = &text[name.clone()];
        Found { agency: Agency::of(said).or_else(|| names::agency_at(said)), name, kind }
    }
}

/// Paragraphs that begin within so many bytes stand near the begin: there, bylines and datelines without brackets are
/// looked for. Scraped pages have menus, dates and captions before the text.
const OPENING_BYTES: usize = 2_000;

/// Finds the credits of one article. Linear time.
pub fn credits(text: &str, paragraphs: &[Range<usize>]) -> Vec<Credit> {
    let mut found: Vec<Found> = Vec::new();
    let says = |paragraph: &&Range<usize>| text[Range::clone(paragraph)].contains(char::is_alphanumeric);
    let end = paragraphs.iter().rev().find(says).map_or(0, |last| last.end);
    for paragraph in paragraphs {
        // Nearly all paragraphs begin with ASCII: one look at the byte tells.
        let is_plain = text.as_bytes().get(paragraph.start).is_some_and(u8::is_ascii);
        let seen = if is_plain { paragraph.clone() } else { cut::trim(text, paragraph, cut::is_unseen) };
        let paragraph = &seen;
        let near_begin = paragraph.start < OPENING_BYTES;
        let before = found.len();
        // Nearly all paragraphs are prose that begins without a mark: one look at their begin tells.
        if cut::has_mark(&text.as_bytes()[Range::clone(paragraph)]) {
            found.extend(dateline::find(text, paragraph, near_begin));
            found.extend(labelled::find(text, paragraph));
        } else {
            found.extend(labelled::closing_bracket(text, paragraph));
        }
        if found.len() == before && paragraph.len() <= lines::CONTRIBUTED_BYTES {
            found.extend(lines::find(text, paragraph, near_begin, paragraph.end == end));
        }
    }
    closing::find(text, &mut found);
    if found.is_empty() {
        return Vec::new();
    }
    found.sort_by_key(|credit| (credit.name.start, credit.kind));
    let mut known: BTreeSet<(CreditKind, &str)> = BTreeSet::new();
    let mut end = 0;
    found.retain(|credit| {
        let said = match credit.agency {
            Some(agency) => agency.name(),
            None => &text[Range::clone(&credit.name)],
        };
        let fresh = credit.name.start >= end && known.insert((credit.kind, said));
        end = end.max(credit.name.end);
        fresh
    });
    // They stand in order and do not overlap, so each is counted on from the last.
    let (mut bytes, mut chars) = (0, 0);
    let mut count_to = |at: usize| {
        chars += text[bytes..at].chars().count();
        bytes = at;
        chars
    };
    let counted = |Found { name, agency, kind }| Credit {
        name: text[Range::clone(&name)].to_owned(),
        agency,
        kind,
        chars: count_to(name.start)..count_to(name.end),
        bytes: name,
    };
    found.into_iter().map(counted).collect()
}

#[cfg(test)]
mod tests;
