//! Relations: what one article is to another that it shares text with.
//!
//! In: how much of each of both is shared, and the longest passage. Out: a [`RelationKind`]. The bounds are few and
//! stated below; they were set so that independent accounts of one event, which quote the same people, are never more
//! than [`RelationKind::Quote`] (`docs/quality.md`, "Relations").
//!
//! Not done: nothing here reads a text. How much is shared comes from passages, or, where there is none, from shingles.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::origins::{Dates, Order};

/// What a target is to its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RelationKind {
    /// Nearly all of both is the same.
    Reprint,
    /// The target is a shortened source.
    Abridged,
    /// The target holds the source and more.
    Expanded,
    /// Much of one of both stands in the other.
    Excerpt,
    /// A small part of both is the same.
    Quote,
    /// The target is put together from several sources, none of which is enough.
    Composite,
    /// Both are of one outlet.
    Revision,
    /// The target fills in the frame of the source anew.
    Template,
}

impl RelationKind {
    const ALL: [RelationKind; 8] = [
        RelationKind::Reprint,
        RelationKind::Abridged,
        RelationKind::Expanded,
        RelationKind::Excerpt,
        RelationKind::Quote,
        RelationKind::Composite,
        RelationKind::Revision,
        RelationKind::Template,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            RelationKind::Reprint => "reprint",
            RelationKind::Abridged => "abridged",
            RelationKind::Expanded => "expanded",
            RelationKind::Excerpt => "excerpt",
            RelationKind::Quote => "quote",
            RelationKind::Composite => "composite",
            RelationKind::Revision => "revision",
            RelationKind::Template => "template",
        }
    }
}

/// An article is *mostly* another's from this share on: the share that a near-duplicate needs by default.
pub const MOST: f64 = 0.8;

/// From this share of either on, what is shared is no quotation any more but an excerpt. Accounts of one event that
/// quote the same speech at length reach 0.44 (basil).
pub const MUCH: f64 = 0.5;

/// Nobody quotes so many words in one go: some five paragraphs. The longest quotation in basil has 96.
pub const LONG_QUOTATION: u32 = 150;

/// A composite has no source with more of it than this: with two thirds from one source and more, that one is the
/// source, and the others were quoted.
pub const ENOUGH: f64 = 2.0 / 3.0;

/// How much of two articles is shared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// Share of the target that stands in the source.
    pub of_target: f64,
    /// Share of the source that stands in the target.
    pub of_source: f64,
    /// Words of the longest passage; 0 where it is not known.
    pub longest: u32,
}

impl Coverage {
    /// The coverage by passages, each its words and its similarity, whose spans cover these shares of both articles; and
    /// the mean similarity of their words. Of a passage over many edits only what agrees stands in the other article.
    pub fn of_passages(
        of_target: f64,
        of_source: f64,
        passages: impl Iterator<Item = (u32, f64)>,
    ) -> (Coverage, f64) {
        let (mut words, mut similar, mut longest) = (0.0, 0.0, 0);
        for (own, similarity) in passages {
            words += f64::from(own);
            similar += similarity * f64::from(own);
            longest = longest.max(own);
        }
        let similarity = similar / f64::max(words, 1.0);
        let coverage =
            Coverage { of_target: similarity * of_target, of_source: similarity * of_source, longest };
        (coverage, similarity)
    }

    /// What the target is to the source, both being of different outlets.
    pub fn kind(self) -> RelationKind {
        match (self.of_target >= MOST, self.of_source >= MOST) {
            (true, true) => RelationKind::Reprint,
            (true, false) => RelationKind::Abridged,
            (false, true) => RelationKind::Expanded,
            (false, false) if self.of_target >= MUCH || self.of_source >= MUCH => RelationKind::Excerpt,
            (false, false) if self.longest >= LONG_QUOTATION => RelationKind::Excerpt,
            (false, false) => RelationKind::Quote,
        }
    }
}

/// Whether a target is put together from several sources: `together` is the share of it that they cover, `shares` what
/// each covers alone.
pub fn is_composite(together: f64, shares: impl Iterator<Item = f64>) -> bool {
    let (mut count, mut largest) = (0, 0.0);
    for share in shares {
        count += 1;
        largest = f64::max(largest, share);
    }
    count > 1 && together >= MOST && largest <= ENOUGH
}

/// What coverage was told from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Passages.
    Passages,
    /// Shingle sets: of near-duplicates between which no passage was looked for or found.
    Shingles,
    /// Their texts, of near-duplicates by their aligned share.
    Aligned,
}

/// Two articles that share text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relation {
    /// The later article.
    pub target: u32,
    /// The earlier article.
    pub source: u32,
    /// What the target is to the source.
    pub kind: RelationKind,
    /// How much is shared.
    pub coverage: Coverage,
    /// What that was told from.
    pub basis: Basis,
    /// Passages between both that count.
    pub passages: u32,
    /// Words of the target in them.
    pub words: u32,
    /// Mean similarity of the passages by words; the resemblance where shingles are the basis, else the aligned share.
    pub similarity: f64,
    /// Whether the target credits the source's outlet, or a name that the source credits too.
    pub credited: bool,
    /// What their dates tell.
    pub order: Order,
    /// How sure it is that the source was first.
    pub confidence: f64,
    /// Whether nothing tells who was first.
    pub tie: bool,
}

/// A [`Relation`] in 80 bytes.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct RelationRow {
    of_target: f64,
    of_source: f64,
    similarity: f64,
    confidence: f64,
    lag: i64,
    pub(super) target: u32,
    pub(super) source: u32,
    longest: u32,
    passages: u32,
    words: u32,
    kind: u8,
    dates: u8,
    /// Bits: basis is shingles, credited, tie of all evidence, tie of dates, lag is known, basis is the aligned share.
    flags: u16,
}

impl From<&Relation> for RelationRow {
    fn from(relation: &Relation) -> Self {
        let flags = [
            relation.basis == Basis::Shingles,
            relation.credited,
            relation.tie,
            relation.order.tie,
            relation.order.lag.is_some(),
            relation.basis == Basis::Aligned,
        ];
        RelationRow {
            of_target: relation.coverage.of_target,
            of_source: relation.coverage.of_source,
            similarity: relation.similarity,
            confidence: relation.confidence,
            lag: relation.order.lag.unwrap_or(0),
            target: relation.target,
            source: relation.source,
            longest: relation.coverage.longest,
            passages: relation.passages,
            words: relation.words,
            kind: relation.kind as u8,
            dates: relation.order.dates as u8,
            flags: flags.iter().enumerate().map(|(bit, &set)| u16::from(set) << bit).sum(),
        }
    }
}

impl From<&RelationRow> for Relation {
    fn from(row: &RelationRow) -> Self {
        let flag = |bit: u16| row.flags & (1 << bit) != 0;
        Relation {
            target: row.target,
            source: row.source,
            kind: RelationKind::ALL[usize::from(row.kind)],
            coverage: Coverage { of_target: row.of_target, of_source: row.of_source, longest: row.longest },
            basis: match (flag(0), flag(5)) {
                (true, _) => Basis::Shingles,
                (_, true) => Basis::Aligned,
                _ => Basis::Passages,
            },
            passages: row.passages,
            words: row.words,
            similarity: row.similarity,
            credited: flag(1),
            order: Order {
                dates: Dates::ALL[usize::from(row.dates)],
                tie: flag(3),
                lag: flag(4).then_some(row.lag),
            },
            confidence: row.confidence,
            tie: flag(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check((of_target, of_source, longest): (f64, f64, u32), expect: RelationKind) {
        let coverage = Coverage { of_target, of_source, longest };
        assert_eq!(coverage.kind(), expect, "{coverage:?}");
    }

    #[test]
    fn coverage_both_ways_makes_the_kind() {
        check((1.0, 1.0, 300), RelationKind::Reprint);
        check((0.8, 0.8, 300), RelationKind::Reprint);
        check((0.8, 0.79, 300), RelationKind::Abridged);
        check((1.0, 0.02, 30), RelationKind::Abridged);
        check((0.79, 0.8, 300), RelationKind::Expanded);
        check((0.02, 1.0, 30), RelationKind::Expanded);
        check((0.79, 0.79, 60), RelationKind::Excerpt);
        check((0.5, 0.1, 60), RelationKind::Excerpt);
        check((0.1, 0.5, 60), RelationKind::Excerpt);
        check((0.499, 0.499, 149), RelationKind::Quote);
        check((0.1, 0.1, 150), RelationKind::Excerpt);
        check((0.01, 0.01, 16), RelationKind::Quote);
    }

    #[test]
    fn a_composite_needs_several_sources_none_of_which_is_enough() {
        let check = |together, shares: &[f64], expect| {
            assert_eq!(is_composite(together, shares.iter().copied()), expect, "{together} {shares:?}");
        };
        check(0.9, &[0.5, 0.4], true);
        check(0.8, &[2.0 / 3.0, 0.2], true);
        check(0.9, &[0.67, 0.3], false);
        check(0.79, &[0.4, 0.39], false);
        check(0.6, &[0.6], false);
        check(0.9, &[0.9], false);
        check(0.0, &[], false);
    }

    #[test]
    fn a_row_is_the_relation() {
        for (kind, number) in RelationKind::ALL.into_iter().zip(0_u32..) {
            for dates in Dates::ALL {
                let odd = number % 2 == 1;
                let relation = Relation {
                    target: 9,
                    source: number,
                    kind,
                    coverage: Coverage { of_target: 0.75, of_source: 0.125, longest: 17 },
                    basis: [Basis::Passages, Basis::Shingles, Basis::Aligned][number as usize % 3],
                    passages: 3,
                    words: 61,
                    similarity: 0.875,
                    credited: odd,
                    order: Order { dates, tie: !odd, lag: odd.then_some(-5) },
                    confidence: 0.6,
                    tie: number % 3 == 1,
                };
                assert_eq!(Relation::from(&RelationRow::from(&relation)), relation);
            }
        }
    }
}
