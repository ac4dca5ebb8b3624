//! SimHash: 64 bits whose Hamming distance grows with the angle between two bags of shingles.
//!
//! In: shingle hashes, repeats counted. Out: 64 bits; bit `j` is one where more than half of the shingles
//! have bit `j` set (M. Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002,
//! section 3; G. Manku, A. Jain, A. Das Sarma, "Detecting near-duplicates for web crawling", WWW 2007,
//! section 2).
//!
//! Counting 64 bit positions one by one is 64 additions per shingle: a *positional population count*. Here the counts
//! are kept *vertically*: plane `p` holds bit `p` of all counters, and a carry-save adder, five operations on whole
//! words (two on AVX-512), takes two shingles into a plane and hands one word of carries on to the next. A tree of 15
//! adders takes 16 shingles in, so that only one word in 16 goes on beyond the first four planes. Eight such counters
//! stand side by side, a vector each.
//!
//! The tree is that of Harley and Seal (W. Muła, N. Kurz, D. Lemire, "Faster Population Counts Using AVX2
//! Instructions", The Computer Journal 61, 2018, section 3); for positions: R. Clausecker, D. Lemire, F. Schintke,
//! "Faster Positional-Population Counts for AVX2, AVX-512, and ASIMD", 2024. The end differs from theirs: the majority
//! is found on the planes, so that no counter is ever written out as a number.

use crate::kernel::{Kernel, Lanes, Task};

/// The `SimHash` of shingles, on the best kernel; 0 for none. Linear time, no allocation.
pub fn simhash(shingles: &[u64]) -> u64 {
    simhash_on(Kernel::best(), shingles)
}

/// [`simhash`] on a kernel of your choice.
pub fn simhash_on(kernel: Kernel, shingles: &[u64]) -> u64 {
    kernel.run(Majority { shingles })
}

/// Counters side by side: words in the widest vector.
const LANES: usize = 8;

/// Shingles that the tree of adders takes into one lane.
const ROWS: usize = 16;

/// What the tree takes in at once.
type Block = [u64; LANES * ROWS];

/// Bits of a counter in a lane.
const PLANES: usize = 8;

/// Shingles that the lanes can count before they are added up: blocks of 16 a lane, 255 at most.
const GROUP: usize = (1 << PLANES) / ROWS * LANES * ROWS - LANES * ROWS;

/// Counters of 64 bit positions in each lane.
type Planes = [[u64; LANES]; PLANES];

struct Majority<'s> {
    shingles: &'s [u64],
}

impl Task for Majority<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> u64 {
        let mut totals = [0; 64];
        for group in self.shingles.chunks(GROUP) {
            let mut planes = [[0; LANES]; PLANES];
            let (blocks, rest) = group.as_chunks();
            for block in blocks {
                count(&mut planes, block);
            }
            if !rest.is_empty() {
                // Zeros count nowhere.
                let mut block: Block = [0; LANES * ROWS];
                block[..rest.len()].copy_from_slice(rest);
                count(&mut planes, &block);
            }
            add_lanes(&planes, &mut totals);
        }
        majority(&totals, self.shingles.len())
    }
}

/// Counts a block, each lane for itself: one loop over the lanes without another inside, so that it becomes vectors.
#[inline(always)]
fn count(planes: &mut Planes, block: &Block) {
    let [p0, p1, p2, p3, p4, p5, p6, p7] = planes;
    for lane in 0..LANES {
        let row = |at: usize| block[at * LANES + lane];
        let mut tree = Tree { ones: p0[lane], twos: p1[lane], fours: p2[lane], eights: p3[lane] };
        let sixteen = tree.sixteen(row);
        (p0[lane], p1[lane], p2[lane], p3[lane]) = (tree.ones, tree.twos, tree.fours, tree.eights);
        let carry = carry_save(&mut p4[lane], sixteen, 0);
        let carry = carry_save(&mut p5[lane], carry, 0);
        let carry = carry_save(&mut p6[lane], carry, 0);
        p7[lane] ^= carry;
    }
}

/// The first planes of a lane, each filled by the adders of its level; every method gives what is carried on.
struct Tree {
    ones: u64,
    twos: u64,
    fours: u64,
    eights: u64,
}

impl Tree {
    #[inline(always)]
    fn two(&mut self, row: impl Fn(usize) -> u64, at: usize) -> u64 {
        carry_save(&mut self.ones, row(at), row(at + 1))
    }

    #[inline(always)]
    fn four(&mut self, row: impl Fn(usize) -> u64, at: usize) -> u64 {
        let (a, b) = (self.two(&row, at), self.two(&row, at + 2));
        carry_save(&mut self.twos, a, b)
    }

    #[inline(always)]
    fn eight(&mut self, row: impl Fn(usize) -> u64, at: usize) -> u64 {
        let (a, b) = (self.four(&row, at), self.four(&row, at + 4));
        carry_save(&mut self.fours, a, b)
    }

    #[inline(always)]
    fn sixteen(&mut self, row: impl Fn(usize) -> u64) -> u64 {
        let (a, b) = (self.eight(&row, 0), self.eight(&row, 8));
        carry_save(&mut self.eights, a, b)
    }
}

/// Adds two words to a plane; gives what is carried to the next.
#[inline(always)]
fn carry_save(plane: &mut u64, a: u64, b: u64) -> u64 {
    let carry = (*plane & a) | (*plane & b) | (a & b);
    *plane ^= a ^ b;
    carry
}

/// Adds the counters of all lanes to the totals.
#[inline(always)]
fn add_lanes(planes: &Planes, totals: &mut [u64; 64]) {
    // Sums of eight lanes are three bits longer.
    let mut sums = [[0; LANES]; PLANES + 3];
    sums[..PLANES].copy_from_slice(planes);
    add_upper_half(&mut sums, 4, PLANES);
    add_upper_half(&mut sums, 2, PLANES + 1);
    add_upper_half(&mut sums, 1, PLANES + 2);
    let mut carry = 0;
    for (total, sum) in totals.iter_mut().zip(&sums) {
        carry = carry_save(total, sum[0], carry);
    }
    for total in &mut totals[sums.len()..] {
        if carry == 0 {
            break;
        }
        carry = carry_save(total, 0, carry);
    }
}

/// Adds the lanes from `half` on, of `2 * half`, to those before, in planes of which so many are filled.
#[inline(always)]
fn add_upper_half(sums: &mut [[u64; LANES]; PLANES + 3], half: usize, bits: usize) {
    let mut carries = [0; LANES / 2];
    for sum in &mut sums[..bits] {
        for lane in 0..half {
            let upper = sum[half + lane];
            carries[lane] = carry_save(&mut sum[lane], upper, carries[lane]);
        }
    }
    sums[bits][..half].copy_from_slice(&carries[..half]);
}

/// A one bit for each counter that is more than half of `count`, which none exceeds.
#[inline(always)]
fn majority(totals: &[u64; 64], count: usize) -> u64 {
    let half = count as u64 / 2;
    let (mut above, mut equal) = (0, u64::MAX);
    for bit in (0..u64::BITS - (count as u64).leading_zeros()).rev() {
        // All ones where the bit of `half` is one.
        let of_half = (half >> bit & 1).wrapping_neg();
        let plane = totals[bit as usize];
        above |= equal & plane & !of_half;
        equal &= !(plane ^ of_half);
    }
    above
}

/// The same with one counter a bit: the judge of [`simhash`].
pub fn simhash_by_definition(shingles: &[u64]) -> u64 {
    (0..64).fold(0, |bits, position| {
        let count = shingles.iter().filter(|&&shingle| (shingle >> position) & 1 == 1).count();
        bits | (u64::from(2 * count > shingles.len()) << position)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(shingles: &[u64]) {
        let expect = simhash_by_definition(shingles);
        for kernel in Kernel::all() {
            assert_eq!(simhash_on(kernel, shingles), expect, "{} {kernel:?}", shingles.len());
        }
    }

    fn stirred(count: u64) -> Vec<u64> {
        (0..count).map(|i| xxhash_rust::xxh3::xxh3_64(&i.to_le_bytes())).collect()
    }

    #[test]
    fn every_count_of_shingles_up_to_300() {
        let shingles = stirred(300);
        for count in 0..=shingles.len() {
            check(&shingles[..count]);
        }
    }

    #[test]
    fn groups_add_up() {
        let shingles = stirred(3 * GROUP as u64 + 1);
        for groups in 1..=3 {
            for count in [groups * GROUP - 1, groups * GROUP, groups * GROUP + 1] {
                check(&shingles[..count]);
                // The fullest counters there can be.
                check(&vec![u64::MAX; count]);
            }
        }
    }

    proptest! {
        #[test]
        fn vertical_counting_is_the_definition(shingles in prop::collection::vec(any::<u64>(), 0..300)) {
            check(&shingles);
        }

        #[test]
        fn narrow_majorities_are_told(ones in 0_usize..600, zeros in 0_usize..600) {
            check(&[vec![u64::MAX; ones], vec![0; zeros]].concat());
        }
    }

    #[test]
    fn ties_are_zero_bits() {
        assert_eq!(simhash(&[]), 0);
        assert_eq!(simhash(&[u64::MAX, 0]), 0);
        assert_eq!(simhash(&[u64::MAX, 0, u64::MAX]), u64::MAX);
    }
}
