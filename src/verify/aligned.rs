//! Aligned share: how many tokens of two texts agree in the same order, however many edits stand between.
//!
//! In: two token sequences, and the share that is asked for. Out: the length of a longest common subsequence, where it is
//! that share of the longer text at least. Resemblance falls by `w` shingles for every word that was changed; the aligned
//! share falls by one word. So it knows a copy with every tenth word exchanged, of which few shingles are left.
//!
//! The way there, each step exact:
//!
//! 1. What both begin and end with alike is common.
//! 2. **Bag.** Tokens that stand in one text only, or oftener, agree with none. If what is left is too little, that settles it.
//! 3. **Rows of 64.** The table of longest common subsequences, of which neighbours differ by one at most, is filled in
//!    64 rows at a time, a bit a row, a column an addition (M. Crochemore, C. Iliopoulos, Y. Pinzon, J. Reid, "A fast and
//!    practical bit-vector algorithm for the longest common subsequence problem", IPL 80, 2001; H. Hyyrö, "Bit-parallel LCS-length
//!    computation revisited", 2004). Only columns are looked at that a way of the wanted length can pass, and it ends when the
//!    rows that are left cannot suffice: of texts that share little after about the share that may be missing.
//!
//! Cost: n log n, and n·m/64 additions at most, of which [`MOST_STEPS`] are made: beyond that it is not told
//! ([`Looked::TooLong`]). Texts of 16,000 tokens fit in.

/// Columns of 64 rows that are worked off for one pair; some milliseconds.
pub const MOST_STEPS: u64 = 1 << 22;

/// Tokens of a longest common subsequence, and of the two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aligned {
    /// Tokens in common, in one order.
    pub common: u32,
    /// Tokens of the first text.
    pub a: u32,
    /// Tokens of the second.
    pub b: u32,
}

impl Aligned {
    /// Of the longer text, from 0 to 1; 0 where both are empty.
    pub fn share(&self) -> f64 {
        part(self.common, self.a.max(self.b))
    }

    /// Of the first text.
    pub fn share_of_a(&self) -> f64 {
        part(self.common, self.a)
    }

    /// Of the second text.
    pub fn share_of_b(&self) -> f64 {
        part(self.common, self.b)
    }

    /// The same seen from the other side.
    #[must_use]
    pub fn swapped(&self) -> Self {
        Aligned { common: self.common, a: self.b, b: self.a }
    }
}

fn part(of: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(of) / f64::from(whole) }
}

/// What looking for an aligned share gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The share asked for, or more.
    Aligned(Aligned),
    /// Less than that.
    Less,
    /// More steps than are made.
    TooLong,
}

/// Whether two texts, by their token hashes, share `least` of the longer one in the same order; above 0.
pub fn aligned_from(a: &[u64], b: &[u64], least: f64) -> Looked {
    let narrow = |count: usize| u32::try_from(count).expect("a text under 2 GiB has fewer tokens");
    let counted = |common: usize| Aligned { common: narrow(common), a: narrow(a.len()), b: narrow(b.len()) };
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count, far below 2^52"
    )]
    // One less, so that rounding never drops a pair: the share itself decides.
    let needed = ((least * a.len().max(b.len()) as f64) as usize).saturating_sub(1);
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() < needed {
        return Looked::Less;
    }
    let before = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[before..], &long[before..]);
    let behind = short.iter().rev().zip(long.iter().rev()).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[..short.len() - behind], &long[..long.len() - behind]);
    let alike = before + behind;
    let found = match Numbered::of(short, long, needed.saturating_sub(alike)) {
        Some(numbered) => common_from(&numbered, needed.saturating_sub(alike)),
        None => Found::Less,
    };
    match found {
        Found::Common(common) if counted(alike + common).share() >= least => {
            Looked::Aligned(counted(alike + common))
        }
        Found::Common(_) | Found::Less => Looked::Less,
        Found::TooLong => Looked::TooLong,
    }
}

/// Two texts whose tokens are numbered from 0, alike where they agree.
struct Numbered {
    short: Vec<u32>,
    long: Vec<u32>,
    /// The number of a token that stands in the longer text only; all others are smaller.
    stranger: u32,
}

impl Numbered {
    /// `None` where both bags have less than `needed` in common.
    fn of(short: &[u64], long: &[u64], needed: usize) -> Option<Numbered> {
        let mut distinct = short.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let stranger = u32::try_from(distinct.len()).expect("a text under 2 GiB has fewer tokens");
        let number = |hash: &u64| match distinct.binary_search(hash) {
            Ok(at) => u32::try_from(at).expect("fewer than there are strangers"),
            Err(_) => stranger,
        };
        let short: Vec<u32> = short.iter().map(number).collect();
        let long: Vec<u32> = long.iter().map(number).collect();
        let mut left = vec![0_u32; distinct.len() + 1];
        for &token in &short {
            left[token as usize] += 1;
        }
        let mut common = 0;
        for &token in &long {
            let left = &mut left[token as usize];
            common += usize::from(*left > 0);
            *left = left.saturating_sub(1);
        }
        (common >= needed).then_some(Numbered { short, long, stranger })
    }
}

enum Found {
    Common(usize),
    Less,
    TooLong,
}

/// Length of a longest common subsequence, exact where it is `needed` at least.
fn common_from(texts: &Numbered, needed: usize) -> Found {
    let Numbered { short, long, stranger } = texts;
    // So many tokens a way of the wanted length may leave out.
    let (Some(of_short), Some(of_long)) = (short.len().checked_sub(needed), long.len().checked_sub(needed))
    else {
        return Found::Less;
    };
    // Which of 64 rows hold a token; a stranger is held by none.
    let mut rows_of = vec![0_u64; *stranger as usize + 1];
    // Whether the last row so far has one more at this column than at the one before.
    let mut steps = vec![false; long.len()];
    let (mut common, mut worked) = (0, 0);
    for (rows, first) in short.chunks(64).zip((0_usize..).step_by(64)) {
        let columns = first.saturating_sub(of_short)..long.len().min(first + rows.len() + of_long);
        worked += columns.len() as u64;
        if worked > MOST_STEPS {
            return Found::TooLong;
        }
        for (&token, row) in rows.iter().zip(0..) {
            rows_of[token as usize] |= 1 << row;
        }
        // A zero is a row that has one more than the row above it.
        let mut level = u64::MAX;
        for (&token, step) in long[columns.clone()].iter().zip(&mut steps[columns]) {
            let agree = level & rows_of[token as usize];
            let (sum, over) = level.overflowing_add(agree);
            let (sum, over_again) = sum.overflowing_add(u64::from(*step));
            *step = over | over_again;
            level = sum | (level & !agree);
        }
        for &token in rows {
            rows_of[token as usize] = 0;
        }
        common += level.count_zeros() as usize;
        if common + (short.len() - first - rows.len()) < needed {
            return Found::Less;
        }
    }
    Found::Common(common)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The table itself.
    fn by_definition(a: &[u64], b: &[u64]) -> usize {
        let mut above = vec![0; b.len() + 1];
        for x in a {
            let mut row = vec![0; b.len() + 1];
            for (j, y) in b.iter().enumerate() {
                row[j + 1] = if x == y { above[j] + 1 } else { above[j + 1].max(row[j]) };
            }
            above = row;
        }
        above[b.len()]
    }

    fn check(a: &[u64], b: &[u64]) {
        let common = by_definition(a, b);
        let narrow = |count: usize| u32::try_from(count).unwrap();
        let aligned = Aligned { common: narrow(common), a: narrow(a.len()), b: narrow(b.len()) };
        for least in [0.001, 0.3, 0.5, 0.7, 0.9, 1.0, aligned.share()] {
            let expect = if aligned.share() >= least { Looked::Aligned(aligned) } else { Looked::Less };
            assert_eq!(aligned_from(a, b, least), expect, "{least}");
            let swapped =
                if let Looked::Aligned(found) = expect { Looked::Aligned(found.swapped()) } else { expect };
            assert_eq!(aligned_from(b, a, least), swapped, "{least}, the other way round");
        }
    }

    /// A text of some words, and the same with some of them changed, left out and put in.
    fn edited() -> impl Strategy<Value = (Vec<u64>, Vec<u64>)> {
        let text = prop::collection::vec(0_u64..60, 0..400);
        (text, prop::collection::vec((0_usize..400, 0_u8..4, 0_u64..80), 0..120)).prop_map(|(text, edits)| {
            let mut other = text.clone();
            for (at, how, word) in edits {
                let at = at % (other.len() + 1);
                match how {
                    0 => other.insert(at, word),
                    1 if at < other.len() => drop(other.remove(at)),
                    2 if at < other.len() => other.rotate_left(at.min(3)),
                    _ if at < other.len() => other[at] = word,
                    _ => other.push(word),
                }
            }
            (text, other)
        })
    }

    proptest! {
        #[test]
        fn edited_texts_are_aligned_as_the_table_says((a, b) in edited()) {
            check(&a, &b);
        }

        #[test]
        fn any_two_texts_are_aligned_as_the_table_says(
            a in prop::collection::vec(0_u64..12, 0..200),
            b in prop::collection::vec(0_u64..12, 0..200),
        ) {
            check(&a, &b);
        }
    }

    #[test]
    fn shares_by_hand() {
        let aligned = Aligned { common: 3, a: 4, b: 6 };
        assert_eq!((aligned.share(), aligned.share_of_a(), aligned.share_of_b()), (0.5, 0.75, 0.5));
        assert_eq!(aligned.swapped(), Aligned { common: 3, a: 6, b: 4 });
        check(&[], &[]);
        check(&[1], &[1]);
        check(&[1, 2, 3], &[3, 2, 1]);
    }

    #[test]
    fn texts_made_to_take_long_are_given_up_after_so_many_steps() {
        // One word over and over, each text another one in between, so that neither the bag nor a row settles it.
        let text =
            |odd: u64| -> Vec<u64> { (0..40_000).map(|at| if at % 40 == odd { odd } else { 7 }).collect() };
        assert_eq!(aligned_from(&text(1), &text(2), 0.7), Looked::TooLong);
        // As long, and alike but for the middle: what both begin and end with costs nothing.
        let mut other = text(1);
        other[20_000] = 9;
        assert!(
            matches!(aligned_from(&text(1), &other, 0.7), Looked::Aligned(found) if found.common == 39_999)
        );
        // Nothing in common: settled by the bags.
        assert_eq!(aligned_from(&text(1), &vec![3; 40_000], 0.7), Looked::Less);
    }
}
