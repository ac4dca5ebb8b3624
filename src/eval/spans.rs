//! Ranges of characters: how many are in any of them, and in common. O(n log n).

use std::ops::Range;

use crate::text::union;

/// How many characters are in any of the ranges.
pub(super) fn length(ranges: Vec<Range<usize>>) -> usize {
    union(ranges).iter().map(ExactSizeIterator::len).sum()
}

/// How many characters two unions have in common.
pub(super) fn common(a: &[Range<usize>], b: &[Range<usize>]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while let (Some(in_a), Some(in_b)) = (a.get(i), b.get(j)) {
        common += in_a.end.min(in_b.end).saturating_sub(in_a.start.max(in_b.start));
        if in_a.end <= in_b.end {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set(ranges: &[(usize, usize)]) -> (Vec<Range<usize>>, BTreeSet<usize>) {
        let ranges: Vec<Range<usize>> = ranges.iter().map(|&(begin, len)| begin..begin + len).collect();
        let set = ranges.iter().flat_map(Clone::clone).collect();
        (ranges, set)
    }

    proptest! {
        #[test]
        fn lengths_are_those_of_the_sets(
            a in prop::collection::vec((0_usize..60, 0_usize..20), 0..8),
            b in prop::collection::vec((0_usize..60, 0_usize..20), 0..8),
        ) {
            let ((a, in_a), (b, in_b)) = (set(&a), set(&b));
            prop_assert_eq!(length(a.clone()), in_a.len());
            prop_assert_eq!(common(&union(a), &union(b)), in_a.intersection(&in_b).count());
        }
    }
}
