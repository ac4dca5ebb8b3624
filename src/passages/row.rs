//! A passage as a row of a table that may stand on disk: spans are offsets in a text under 2 GiB, which fit 32 bits.

use std::ops::Range;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Passage, PassageKind, Seeding, Span};

/// All kinds, in the order of their numbers.
const KINDS: [PassageKind; 3] = [PassageKind::Copy, PassageKind::Revision, PassageKind::Boilerplate];

/// A [`Passage`] in 56 bytes.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct PassageRow {
    similarity: f64,
    target: u32,
    source: u32,
    target_span: [[u32; 2]; 2],
    source_span: [[u32; 2]; 2],
    words: u32,
    /// Its place in [`KINDS`].
    kind: u16,
    /// 1 for a loose seed, else 0.
    loose: u16,
}

impl From<&Passage> for PassageRow {
    fn from(passage: &Passage) -> Self {
        PassageRow {
            similarity: passage.similarity,
            target: passage.target,
            source: passage.source,
            target_span: narrow(&passage.target_span),
            source_span: narrow(&passage.source_span),
            words: passage.words,
            kind: passage.kind as u16,
            loose: u16::from(passage.seed == Seeding::Loose),
        }
    }
}

impl From<&PassageRow> for Passage {
    fn from(row: &PassageRow) -> Self {
        Passage {
            target: row.target,
            source: row.source,
            target_span: wide(row.target_span),
            source_span: wide(row.source_span),
            words: row.words,
            similarity: row.similarity,
            kind: KINDS[usize::from(row.kind)],
            seed: if row.loose == 1 { Seeding::Loose } else { Seeding::Exact },
        }
    }
}

fn narrow(span: &Span) -> [[u32; 2]; 2] {
    [&span.bytes, &span.chars]
        .map(|range| [range.start, range.end].map(|at| u32::try_from(at).expect("texts are under 2 GiB")))
}

fn wide([bytes, chars]: [[u32; 2]; 2]) -> Span {
    let range = |[begin, end]: [u32; 2]| -> Range<usize> { begin as usize..end as usize };
    Span { bytes: range(bytes), chars: range(chars) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_the_passage() {
        let span = |at: usize| Span { bytes: at..at + 40, chars: at..at + 39 };
        let seeds = [Seeding::Exact, Seeding::Loose, Seeding::Exact];
        for (kind, seed) in KINDS.into_iter().zip(seeds) {
            let passage = Passage {
                target: 7,
                source: 3,
                target_span: span(11),
                source_span: span(0x7FFF_FF00),
                words: 9,
                similarity: 0.875,
                kind,
                seed,
            };
            assert_eq!(Passage::from(&PassageRow::from(&passage)), passage);
        }
    }
}
