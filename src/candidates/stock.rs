//! Stock: fingerprints of lines that are printed again and again under texts that have nothing to do with one another.
//!
//! In: groups of postings, the outlet of each article, how many fingerprints it has. Out: which groups are stock. A story
//! may stand in any number of outlets, and an outlet may print its own text again; a footer, a press code, the conditions
//! of a contest stand under many *other* texts of one outlet. Two counts tell them apart:
//!
//! - A group is **foreign** to an article if it is `MORE_COMMON` times as large as the median group of the article's
//!   fingerprints (one that nobody shares counts as a group of one): the line is far more common than what it stands
//!   under. In a reprint, a revision, a page captured twice the line is as common as the rest.
//! - A group is **stock** if it is foreign to `MANY` articles, to at least half of those that hold it, and to at least
//!   `PER_OUTLET` times as many articles as their outlets. Articles of unknown outlet count as of one outlet here.
//!
//! So a quotation that 300 outlets print once each is no stock. Where outlets are missing it cannot be told from a line
//! that one outlet prints 300 times, and is.

use rayon::prelude::*;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::postings::Postings;
use crate::error::Error;
use crate::scratch::{Scratch, Sorter};

/// A line that stands in fewer articles is not stock: a series has as many parts.
const MANY: usize = 10;

/// How much more common than the text around it.
const MORE_COMMON: usize = 4;

/// How many articles an outlet prints it under, on average: editions of a day print a brief twice.
const PER_OUTLET: usize = 3;

/// What stock search needs to know of the articles.
#[derive(Clone, Copy)]
pub struct Holders<'a> {
    /// The outlet of an article; from `unknown` on it is not known.
    pub outlet_of: &'a (dyn Fn(u32) -> u64 + Sync),
    /// The first number that stands for no outlet.
    pub unknown: u64,
    /// How many fingerprints an article has, shared or not.
    pub fingerprints_of: &'a (dyn Fn(u32) -> u32 + Sync),
}

impl std::fmt::Debug for Holders<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Holders").finish_non_exhaustive()
    }
}

/// Which groups are stock.
#[derive(Debug, Default)]
pub struct Stock(Vec<u64>);

impl Stock {
    /// Whether a group is stock.
    pub fn holds(&self, group: u32) -> bool {
        self.0.get(group as usize / 64).is_some_and(|word| word >> (group % 64) & 1 == 1)
    }
}

/// How large the group of a fingerprint of an article is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
struct Common {
    article: u32,
    size: u32,
}

impl Postings {
    /// Finds the stock. Four bytes an article and a bit a group are held; linear but for one sort of the articles whose
    /// fingerprints are common to more than half.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn stock(&self, holders: Holders<'_>, scratch: &Scratch) -> Result<Stock, Error> {
        let (entries, starts) = (self.entries(), self.starts());
        let large = || starts.windows(2).filter(|group| group[1] - group[0] >= MANY);
        if large().next().is_none() {
            return Ok(Stock::default());
        }
        let articles = entries.par_iter().map(|posting| posting.article as usize + 1).max().unwrap_or(0);
        let medians = self.medians(articles, large, holders, scratch)?;
        let mut stock = vec![0_u64; self.groups().div_ceil(64)];
        stock.par_iter_mut().enumerate().for_each(|(word, bits)| {
            for group in 64 * word..self.groups().min(64 * word + 64) {
                let members = &entries[starts[group]..starts[group + 1]];
                if members.len() < MANY {
                    continue;
                }
                let (mut holding, mut foreign) = (0, 0);
                let mut outlets: Vec<u64> = Vec::new();
                for own in members.chunk_by(|a, b| a.article == b.article) {
                    let article = own[0].article;
                    holding += 1;
                    if members.len() >= MORE_COMMON * medians[article as usize] as usize {
                        foreign += 1;
                        outlets.push((holders.outlet_of)(article).min(holders.unknown));
                    }
                }
                if foreign < MANY || 2 * foreign < holding {
                    continue;
                }
                outlets.sort_unstable();
                outlets.dedup();
                *bits |= u64::from(foreign >= PER_OUTLET * outlets.len()) << (group % 64);
            }
        });
        Ok(Stock(stock))
    }

    /// For each article the size of the median group of its fingerprints, where it is [`MANY`] or more; else 1.
    fn medians<'a, I: Iterator<Item = &'a [usize]>>(
        &self,
        articles: usize,
        large: impl Fn() -> I,
        holders: Holders<'_>,
        scratch: &Scratch,
    ) -> Result<Vec<u32>, Error> {
        let entries = self.entries();
        let mut common = vec![0_u32; articles];
        for posting in large().flat_map(|group| &entries[group[0]..group[1]]) {
            common[posting.article as usize] += 1;
        }
        let half = |article: u32| (holders.fingerprints_of)(article) / 2;
        let mut sorter = Sorter::new(scratch);
        for group in large() {
            let size = u32::try_from(group[1] - group[0]).unwrap_or(u32::MAX);
            let members = entries[group[0]..group[1]].iter().map(|posting| posting.article);
            let mostly_common = members.filter(|&article| common[article as usize] > half(article));
            sorter.extend(mostly_common.map(|article| Common { article, size }))?;
        }
        common.fill(1);
        let sizes = sorter.finish()?.into_rows(scratch)?;
        for own in sizes.chunk_by(|a, b| a.article == b.article) {
            // Ascending, and what is not listed is smaller: counted from the end.
            let article = own[0].article;
            let median = own.len().checked_sub(half(article) as usize + 1).map_or(1, |at| own[at].size);
            common[article as usize] = median;
        }
        Ok(common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::Posting;

    const UNKNOWN: u64 = 1000;

    /// Articles as outlet and fingerprints; tells whether the fingerprint 7 is stock.
    fn check(articles: &[(u64, Vec<u64>)], expect: bool) {
        let postings: Vec<Posting> = articles
            .iter()
            .zip(0..)
            .flat_map(|((_, hashes), article)| {
                hashes.iter().zip(0..).map(move |(&hash, position)| Posting { hash, article, position })
            })
            .collect();
        let holders = Holders {
            outlet_of: &|article| articles[article as usize].0,
            unknown: UNKNOWN,
            fingerprints_of: &|article| {
                u32::try_from(articles[article as usize].1.len()).expect("a few fingerprints")
            },
        };
        let folder = tempfile::tempdir().expect("a folder");
        let postings = Postings::group(&postings);
        for scratch in [Scratch::unneeded(), Scratch::in_folder(folder.path(), 64)] {
            let stock = postings.stock(holders, &scratch).expect("there is room");
            let number = |hash: u64| {
                let mut groups = 0..u32::try_from(postings.groups()).expect("a few groups");
                groups.find(|&group| postings.members(group)[0].hash == hash)
            };
            assert_eq!(number(7).is_some_and(|group| stock.holds(group)), expect);
        }
    }

    /// The fingerprint 7 under `body`.
    fn with_line(body: impl Iterator<Item = u64>) -> Vec<u64> {
        body.chain([7]).collect()
    }

    /// Fingerprints that no other article has.
    fn own(article: u64) -> impl Iterator<Item = u64> {
        (1..9).map(move |at| 1000 * (article + 1) + at)
    }

    #[test]
    fn a_footer_of_one_outlet_that_another_holds_is_stock() {
        let mut articles: Vec<_> = (0..300).map(|article| (1, with_line(own(article)))).collect();
        articles.push((2, with_line(own(300))));
        check(&articles, true);
    }

    #[test]
    fn a_press_code_of_several_outlets_is_stock() {
        let articles: Vec<_> = (0..100).map(|article| (article % 5, with_line(own(article)))).collect();
        check(&articles, true);
    }

    #[test]
    fn a_story_in_many_outlets_is_none() {
        let articles: Vec<_> = (0..300).map(|outlet| (outlet, with_line(100..108))).collect();
        check(&articles, false);
    }

    #[test]
    fn a_quotation_that_each_outlet_prints_once_is_none() {
        let articles: Vec<_> = (0..300).map(|outlet| (outlet, with_line(own(outlet)))).collect();
        check(&articles, false);
    }

    #[test]
    fn a_page_that_one_outlet_prints_again_and_another_quotes_is_none() {
        let mut articles: Vec<_> = (0..40).map(|_| (1, with_line(100..108))).collect();
        articles.push((2, with_line(own(1))));
        check(&articles, false);
    }

    #[test]
    fn without_outlets_the_text_around_tells() {
        let alike: Vec<_> = (0..300).map(|article| (UNKNOWN + article, with_line(100..108))).collect();
        check(&alike, false);
        let others: Vec<_> = (0..300).map(|article| (UNKNOWN + article, with_line(own(article)))).collect();
        check(&others, true);
    }

    #[test]
    fn nine_articles_are_too_few() {
        for (count, stock) in [(9, false), (10, true)] {
            let articles: Vec<_> = (0..count).map(|article| (1, with_line(own(article)))).collect();
            check(&articles, stock);
        }
    }

    #[test]
    fn a_line_under_reprints_is_told_from_them() {
        // Ten stories of twenty copies each, all in two outlets, with one line under all of them.
        let articles: Vec<_> = (0..200).map(|article| (article % 2, with_line(own(article / 20)))).collect();
        check(&articles, true);
    }
}
