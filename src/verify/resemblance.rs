//! Resemblance and containment, exactly, on shingle sets.
//!
//! resemblance = |A∩B| / |A∪B|, containment of A in B = |A∩B| / |A| (A. Broder 1997, section 2).

/// The distinct shingles of one article, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShingleSet(Vec<u64>);

impl ShingleSet {
    /// Sorts and removes repeats: O(n log n).
    pub fn from_shingles(mut shingles: Vec<u64>) -> Self {
        shingles.sort_unstable();
        shingles.dedup();
        ShingleSet(shingles)
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
        let (a, b) = (&self.0[..], &other.0[..]);
        let (mut i, mut j, mut common) = (0, 0, 0);
        while i < a.len() && j < b.len() {
            common += usize::from(a[i] == b[j]);
            let (step_a, step_b) = (a[i] <= b[j], b[j] <= a[i]);
            i += usize::from(step_a);
            j += usize::from(step_b);
        }
        Overlap { common, a: a.len(), b: b.len() }
    }
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

#[allow(clippy::cast_precision_loss, reason = "counts of shingles are far below 2^52")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn check(a: &[u64], b: &[u64]) {
        let (of_a, of_b) = (ShingleSet::from_shingles(a.to_vec()), ShingleSet::from_shingles(b.to_vec()));
        let (set_a, set_b): (BTreeSet<_>, BTreeSet<_>) = (a.iter().collect(), b.iter().collect());
        let common = set_a.intersection(&set_b).count();
        let overlap = of_a.overlap(&of_b);
        assert_eq!(overlap, Overlap { common, a: set_a.len(), b: set_b.len() });
        assert_eq!(overlap.swapped(), of_b.overlap(&of_a));
    }

    proptest! {
        #[test]
        fn walking_is_intersecting(
            a in prop::collection::vec(0_u64..40, 0..60),
            b in prop::collection::vec(0_u64..40, 0..60),
        ) {
            check(&a, &b);
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
