//! A passage as a row of a table that may stand on disk: spans are offsets in a text under 2 GiB, which fit 32 bits.

use std::ops::Range;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Passage, PassageKind, Seeding, Span};

/// A [`Passage`] in 64 bytes.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct PassageRow {
    similarity: f64,
    target: u32,
    source: u32,
    target_span: [[u32; 2]; 2],
    source_span: [[u32; 2]; 2],
    words: u32,
    /// 1 for a revision, else 0.
    revision: u32,
    /// 1 for a loose seed, else 0.
    loose: u32,
    /// Rows have no padding.
    unused: u32,
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
            revision: u32::from(passage.kind == PassageKind::Revision),
            loose: u32::from(passage.seed == Seeding::Loose),
            unused: 0,
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
            kind: if row.revision == 1 { PassageKind::Revision } else { PassageKind::Copy },
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
        for (kind, seed) in [(PassageKind::Copy, Seeding::Exact), (PassageKind::Revision, Seeding::Loose)] {
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
