//! Choose: one row for a span of the target.
//!
//! A source that repeats itself, or a target that does, gives several alignments over the same words. The
//! longest is taken first (of equals the one nearest the diagonal, then the first); of the others only what
//! lies beside it, if that is still long enough.

use std::ops::Range;

use crate::text::union;
use crate::verify::Alignment;

/// Picks alignments that do not overlap in the target; ascending.
pub(super) fn choose(
    mut alignments: Vec<Alignment>,
    long_enough: impl Fn(&Alignment) -> bool,
) -> Vec<Alignment> {
    alignments.retain(&long_enough);
    alignments.sort_by_key(|alignment| {
        let (target, source) = (alignment.target(), alignment.source());
        (
            std::cmp::Reverse(alignment.agreeing()),
            target.start.abs_diff(source.start),
            target.start,
            source.start,
        )
    });
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut chosen: Vec<Alignment> = Vec::new();
    for alignment in alignments {
        for free in free_parts(&alignment.target(), &taken) {
            if let Some(part) = alignment.cut_to(&free).filter(|part| long_enough(part)) {
                taken.push(part.target());
                chosen.push(part);
            }
        }
        taken = union(taken);
    }
    chosen.sort_by_key(|alignment| (alignment.target().start, alignment.source().start));
    chosen
}

/// The parts of `range` outside `taken` (disjoint, ascending).
fn free_parts(range: &Range<usize>, taken: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut begin = range.start;
    let first = taken.partition_point(|other| other.end <= range.start);
    for other in taken[first..].iter().take_while(|other| other.start < range.end) {
        if begin < other.start {
            parts.push(begin..other.start);
        }
        begin = begin.max(other.end);
    }
    if begin < range.end {
        parts.push(begin..range.end);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "lists of ranges are meant")]
    fn parts_beside_what_is_taken() {
        assert_eq!(free_parts(&(2..20), &[0..4, 6..8, 18..30]), [4..6, 8..18]);
        assert_eq!(free_parts(&(2..20), &[]), [2..20]);
        assert!(free_parts(&(2..20), &[0..25]).is_empty());
        assert_eq!(free_parts(&(2..20), &[0..1, 30..31]), [2..20]);
    }
}
