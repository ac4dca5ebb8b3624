//! Resemblance and containment, exactly, on shingle sets.
//!
//! resemblance = |A∩B| / |A∪B|, containment of A in B = |A∩B| / |A| (A. Broder 1997, section 2).

/// The distinct shingles of one article, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShingleSet(Vec<u64>);

impl ShingleSet {
    /// Sorts and removes repeats: linear for shingles, which are uniform numbers, and O(n log n) for any others.
    pub fn from_shingles(shingles: &[u64]) -> Self {
        Self::sorted_on(&mut Vec::new(), shingles)
    }

    /// The same; `places` is room to sort in, which whoever makes many sets keeps.
    pub fn sorted_on(places: &mut Vec<u32>, shingles: &[u64]) -> Self {
        let mut sorted = sorted(shingles, |&shingle| shingle, places);
        sorted.dedup();
        ShingleSet(sorted)
    }

    /// How many distinct shingles there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none (a text without tokens).
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts what two sets share: one walk along both, O(n + m).
    pub fn overlap(&self, other: &ShingleSet) -> Overlap {
        // Nothing is less than 0: there is always an answer.
        let none = Overlap { common: 0, a: self.len(), b: other.len() };
        self.overlap_of_at_least(other, 0).unwrap_or(none)
    }

    /// The overlap of two sets whose resemblance is at least `threshold`, or `None`. The walk ends as soon as what is
    /// left cannot suffice; the answer is that of [`ShingleSet::overlap`].
    pub fn overlap_from(&self, other: &ShingleSet, threshold: f64) -> Option<Overlap> {
        // From common / (a + b − common) ≥ t. One less, so that rounding never drops a pair: the ratio itself decides.
        #[allow(clippy::cast_precision_loss, reason = "counts of shingles and tokens are far below 2^52")]
        let least = threshold / (1.0 + threshold) * (self.len() + other.len()) as f64;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
        let least = (least as usize).saturating_sub(1);
        self.overlap_of_at_least(other, least).filter(|overlap| overlap.resemblance() >= threshold)
    }

    fn overlap_of_at_least(&self, other: &ShingleSet, least: usize) -> Option<Overlap> {
        let (a, b) = (&self.0[..], &other.0[..]);
        let (mut i, mut j, mut common) = (0, 0, 0);
        loop {
            let left = (a.len() - i).min(b.len() - j);
            if common + left < least {
                return None;
            }
            if left == 0 {
                return Some(Overlap { common, a: a.len(), b: b.len() });
            }
            // No step goes further than one in either.
            for _ in 0..left.min(STRIDE) {
                let (in_a, in_b) = (a[i], b[j]);
                common += usize::from(in_a == in_b);
                i += usize::from(in_a <= in_b);
                j += usize::from(in_b <= in_a);
            }
        }
    }
}

/// Steps of a walk between two looks at whether it can still suffice.
const STRIDE: usize = 64;

/// Below this many numbers sorting by comparing is as fast.
const FEW: usize = 64;

/// So many numbers that belong to one place are crowded: no place of uniform numbers comes near.
const CROWDED: u32 = 16;

/// Sorts by hashes that are uniform, or nearly, and come first in the order: each goes straight to where it belongs by the top
/// bits of its hash, beside one or two others, and is exchanged with those. Crowded places, if hashes are not uniform, are
/// sorted by comparing, which bounds the cost.
pub(super) fn sorted<T: Copy + Ord>(items: &[T], hash: impl Fn(&T) -> u64, next: &mut Vec<u32>) -> Vec<T> {
    let mut sorted = items.to_vec();
    if items.len() < FEW {
        sorted.sort_unstable();
        return sorted;
    }
    let bits = items.len().ilog2();
    let place = |item: &T| usize::try_from(hash(item) >> (64 - bits)).expect("fewer places than items");
    // Where the next one of each place goes; in the end, where the place ends.
    next.clear();
    next.resize(1 << bits, 0);
    for item in items {
        next[place(item)] += 1;
    }
    let (mut begin, mut most) = (0, 0);
    for next in next.iter_mut() {
        most = most.max(*next);
        (*next, begin) = (begin, begin + *next);
    }
    for item in items {
        let next = &mut next[place(item)];
        sorted[*next as usize] = *item;
        *next += 1;
    }
    if most >= CROWDED {
        let mut begin = 0;
        for &end in next.iter() {
            let end = end as usize;
            sorted[begin..end].sort_unstable();
            begin = end;
        }
        return sorted;
    }
    for at in 1..sorted.len() {
        let mut to = at;
        while to > 0 && sorted[to - 1] > sorted[to] {
            sorted.swap(to - 1, to);
            to -= 1;
        }
    }
    sorted
}

/// How much two shingle sets share, as counts: every measure follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Shingles in both.
    pub common: usize,
    /// Shingles in the first.
    pub a: usize,
    /// Shingles in the second.
    pub b: usize,
}

impl Overlap {
    /// The overlap of a set of `shingles` shingles with itself.
    pub fn of_equals(shingles: usize) -> Self {
        Overlap { common: shingles, a: shingles, b: shingles }
    }

    /// |A∩B| / |A∪B|, from 0 to 1; 0 where both are empty: nothing resembles nothing.
    pub fn resemblance(&self) -> f64 {
        share(self.common, self.a + self.b - self.common)
    }

    /// |A∩B| / |A|: how much of the first is found in the second.
    pub fn containment_of_a(&self) -> f64 {
        share(self.common, self.a)
    }

    /// |A∩B| / |B|: how much of the second is found in the first.
    pub fn containment_of_b(&self) -> f64 {
        share(self.common, self.b)
    }

    /// The same overlap seen from the other side.
    #[must_use]
    pub fn swapped(&self) -> Self {
        Overlap { common: self.common, a: self.b, b: self.a }
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of shingles and tokens are far below 2^52")]
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn check(a: &[u64], b: &[u64]) {
        let (of_a, of_b) = (ShingleSet::from_shingles(a), ShingleSet::from_shingles(b));
        let (set_a, set_b): (BTreeSet<_>, BTreeSet<_>) = (a.iter().collect(), b.iter().collect());
        let common = set_a.intersection(&set_b).count();
        let overlap = of_a.overlap(&of_b);
        assert_eq!(overlap, Overlap { common, a: set_a.len(), b: set_b.len() });
        assert_eq!(overlap.swapped(), of_b.overlap(&of_a));
        for threshold in [0.01, 0.3, 0.5, 0.8, 1.0, overlap.resemblance()] {
            let reaches = (overlap.resemblance() >= threshold).then_some(overlap);
            assert_eq!(of_a.overlap_from(&of_b, threshold), reaches, "{threshold}");
        }
    }

    proptest! {
        #[test]
        fn walking_is_intersecting(
            a in prop::collection::vec(0_u64..40, 0..60),
            b in prop::collection::vec(0_u64..40, 0..60),
        ) {
            check(&a, &b);
        }

        #[test]
        fn larger_sets_that_share_much(
            shared in prop::collection::vec(any::<u64>(), 0..400),
            a in prop::collection::vec(any::<u64>(), 0..100),
            b in prop::collection::vec(any::<u64>(), 0..100),
        ) {
            check(&[&shared[..], &a].concat(), &[&b[..], &shared].concat());
        }

        #[test]
        fn numbers_are_sorted_however_they_lie(
            mut numbers in prop::collection::vec(any::<u64>(), 0..500),
            crowded in prop::collection::vec(0_u64..100, 0..300),
        ) {
            numbers.extend(crowded);
            let mut expect = numbers.clone();
            expect.sort_unstable();
            prop_assert_eq!(sorted(&numbers, |&number| number, &mut vec![7; 3]), expect);
        }
    }

    #[test]
    fn measures_by_hand() {
        let overlap = Overlap { common: 2, a: 4, b: 8 };
        assert!((overlap.resemblance() - 0.2).abs() < 1e-12);
        assert!((overlap.containment_of_a() - 0.5).abs() < 1e-12);
        assert!((overlap.containment_of_b() - 0.25).abs() < 1e-12);
        assert!(Overlap { common: 0, a: 0, b: 0 }.resemblance().abs() < 1e-12);
    }
}
