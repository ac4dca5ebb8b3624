//! Outlets: which outlet prints how many words of which other.
//!
//! In: each target's words by source. Out: a table of [`OutletPair`]s. What an outlet printed of others is one row a
//! pair; what is its own is one row of it. The words of an outlet's rows are the words of its articles, each once.
//!
//! Lags are sorted beside the pairs, on disk where they do not fit into memory; else only outlets are held.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::error::Error;
use crate::scratch::{Rows, RowsWriter, Scratch, Sorter};

/// Stands for outlets that are not known.
pub const UNKNOWN: u32 = u32::MAX;
/// Stands for the target outlet's own words.
pub const OWN: u32 = u32::MAX - 1;
/// A lag that is not known; sorts behind all others.
const NO_LAG: i64 = i64::MAX;

/// What one article has from one other outlet.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
pub(super) struct Taken {
    target: u32,
    source: u32,
    lag: i64,
    words: u32,
    credited: u32,
}

impl Taken {
    pub(super) fn new(target: u32, source: u32, lag: Option<i64>, words: u32, credited: u32) -> Taken {
        Taken { target, source, lag: lag.unwrap_or(NO_LAG), words, credited }
    }

    #[cfg(test)]
    pub(super) fn words(&self) -> u32 {
        self.words
    }
}

/// What one outlet printed of another, or of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct OutletPair {
    /// Number of the outlet that printed it, or [`UNKNOWN`].
    pub target: u32,
    /// Number of the outlet that had it, [`UNKNOWN`] or [`OWN`].
    pub source: u32,
    /// Articles of the target outlet with such words.
    pub articles: u64,
    /// Such words.
    pub words: u64,
    /// Those of them that stand in articles that credit where they are from.
    pub credited_words: u64,
    /// Words of all articles of the target outlet.
    pub all_words: u64,
    median_lag: i64,
}

impl OutletPair {
    /// Share of all words of the target outlet; 1 where it has none.
    pub fn share(&self) -> f64 {
        share(self.words, self.all_words).unwrap_or(1.0)
    }

    /// Share of the words that is credited; `None` for its own, and where there are none.
    pub fn credited_share(&self) -> Option<f64> {
        share(self.credited_words, self.words).filter(|_| self.source != OWN)
    }

    /// The median, over articles with a known lag, of the seconds by which the target outlet came later.
    pub fn median_lag(&self) -> Option<i64> {
        (self.median_lag != NO_LAG).then_some(self.median_lag)
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of words are far below 2^52")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Words and articles of one outlet.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    articles: u64,
    with_own: u64,
    words: u64,
    copied: u64,
}

/// Adds up article by article.
#[derive(Debug)]
pub(super) struct Tally {
    taken: Sorter<Taken>,
    /// By number of the outlet; unknown ones last.
    sums: Vec<Sum>,
}

impl Tally {
    pub(super) fn new(outlets: usize, scratch: &Scratch) -> Tally {
        Tally { taken: Sorter::new(scratch), sums: vec![Sum::default(); outlets + 1] }
    }

    /// An article with so many words, so many of them copied.
    pub(super) fn article(&mut self, outlet: u32, words: u32, copied: u32) {
        let unknown = self.sums.len() - 1;
        let sum = &mut self.sums[(outlet as usize).min(unknown)];
        sum.articles += 1;
        sum.with_own += u64::from(words > copied);
        sum.words += u64::from(words);
        sum.copied += u64::from(copied);
    }

    pub(super) fn taken(&mut self, taken: impl IntoIterator<Item = Taken>) -> Result<(), Error> {
        self.taken.extend(taken)
    }

    /// Rows by target, unknown last: its own words first, then by source, unknown last.
    pub(super) fn finish(self, scratch: &Scratch) -> Result<Rows<OutletPair>, Error> {
        let taken = self.taken.finish()?.into_rows(scratch)?;
        let mut rest = &taken[..];
        let mut pairs = RowsWriter::new(scratch);
        let unknown = self.sums.len() - 1;
        for (number, sum) in self.sums.iter().enumerate().filter(|(_, sum)| sum.articles > 0) {
            let target = if number == unknown {
                UNKNOWN
            } else {
                u32::try_from(number).expect("outlets are numbered in 32 bits")
            };
            let pair = |source, articles, words, credited_words, median_lag| OutletPair {
                target,
                source,
                articles,
                words,
                credited_words,
                all_words: sum.words,
                median_lag,
            };
            pairs.push(pair(OWN, sum.with_own, sum.words - sum.copied, 0, NO_LAG))?;
            let of_target;
            (of_target, rest) = rest.split_at(rest.partition_point(|taken| taken.target <= target));
            for of_pair in of_target.chunk_by(|a, b| a.source == b.source) {
                let total =
                    |part: fn(&Taken) -> u32| of_pair.iter().map(|taken| u64::from(part(taken))).sum();
                let lags = &of_pair[..of_pair.partition_point(|taken| taken.lag != NO_LAG)];
                let articles = of_pair.len() as u64;
                let (words, credited) = (total(|taken| taken.words), total(|taken| taken.credited));
                pairs.push(pair(of_pair[0].source, articles, words, credited, median(lags)))?;
            }
        }
        pairs.finish()
    }
}

/// Of lags in order; of an even number the mean of the two in the middle.
fn median(lags: &[Taken]) -> i64 {
    let Some(last) = lags.len().checked_sub(1) else { return NO_LAG };
    i64::midpoint(lags[last / 2].lag, lags[last.div_ceil(2)].lag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_an_outlet_are_told_once() {
        let scratch = Scratch::unneeded();
        let mut tally = Tally::new(2, &scratch);
        tally.article(0, 100, 30);
        tally.article(0, 50, 50);
        tally.article(UNKNOWN, 10, 4);
        tally.article(1, 0, 0);
        let taken = [
            Taken::new(0, UNKNOWN, None, 10, 0),
            Taken::new(0, 1, Some(60), 20, 20),
            Taken::new(0, 1, Some(90), 50, 0),
            Taken::new(UNKNOWN, 0, None, 4, 4),
        ];
        tally.taken(taken).expect("nothing is written to disk");
        let pairs = tally.finish(&scratch).expect("nothing is written to disk");
        let told: Vec<_> = pairs
            .iter()
            .map(|pair| {
                (pair.target, pair.source, pair.articles, pair.words, pair.credited_words, pair.median_lag())
            })
            .collect();
        let expect = [
            (0, OWN, 1, 70, 0, None),
            (0, 1, 2, 70, 20, Some(75)),
            (0, UNKNOWN, 1, 10, 0, None),
            (1, OWN, 0, 0, 0, None),
            (UNKNOWN, OWN, 1, 6, 0, None),
            (UNKNOWN, 0, 1, 4, 4, None),
        ];
        assert_eq!(told, expect);
        for target in [0, 1, UNKNOWN] {
            let shares: f64 = pairs.iter().filter(|pair| pair.target == target).map(OutletPair::share).sum();
            assert!((shares - 1.0).abs() < 1e-9, "{target}: {shares}");
        }
    }

    #[test]
    fn the_median_is_the_middle() {
        let check = |lags: &[i64], expect| {
            let lags: Vec<Taken> = lags.iter().map(|&lag| Taken::new(0, 1, Some(lag), 1, 0)).collect();
            assert_eq!(median(&lags), expect);
        };
        check(&[], NO_LAG);
        check(&[7], 7);
        check(&[1, 4], 2);
        check(&[1, 2, 9], 2);
        check(&[-4, 2, 9, 10], 5);
    }
}
