//! Order: who stays where several could, and why.
//!
//! In: the articles and what the user prefers ([`Keep`]). Out: all articles, the most wanted first ([`KeepOrder`]). First
//! comes the preference; what is alike in it stands in canonical order: by time (a date alone at the end of its day, missing
//! times last), id, hash of the text, outlet, title, URL. Articles that are alike in all of that are ordered by the bytes of
//! their records. So neither threads nor the order of files or records show: two records that this order cannot tell apart
//! are the same bytes.

use super::input::Input;
use crate::archive::dates::PublishedAt;
use crate::error::Error;

/// Which of several near-duplicates stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// The origin of its story, as dates, credits and containment tell it; else the earliest.
    #[default]
    Origin,
    /// The earliest.
    First,
    /// The latest that has a date.
    Latest,
    /// The one of most words after repeats are cut.
    Longest,
    /// That of the outlet named first; of outlets that are not named, the earliest.
    Outlets(Vec<String>),
}

impl Keep {
    /// As `--keep` takes it.
    pub fn name(&self) -> String {
        match self {
            Keep::Origin => "origin".into(),
            Keep::First => "first".into(),
            Keep::Latest => "latest".into(),
            Keep::Longest => "longest".into(),
            Keep::Outlets(outlets) => format!("outlets:{}", outlets.join(",")),
        }
    }
}

impl std::str::FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "origin" => Ok(Keep::Origin),
            "first" => Ok(Keep::First),
            "latest" => Ok(Keep::Latest),
            "longest" => Ok(Keep::Longest),
            _ => {
                let list = text.strip_prefix("outlets:").ok_or(
                    "origin, first, latest, longest, or outlets: and a list of outlets (outlets:a.example,b.example)",
                )?;
                let outlets: Vec<String> = list
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .filter(|name| !name.is_empty())
                    .collect();
                if outlets.is_empty() {
                    return Err("outlets: names no outlet (outlets:a.example,b.example)".into());
                }
                Ok(Keep::Outlets(outlets))
            }
        }
    }
}

/// Why one article stays and not the other: the first thing in which they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is the origin of its story.
    Origin,
    /// It was published earlier.
    Earlier,
    /// It was published later.
    Later,
    /// It has a date and the other has none.
    Dated,
    /// It has more words.
    Longer,
    /// Its outlet is preferred.
    Outlet,
    /// Same time: its id, text, outlet, title, URL or record stands first in order.
    Tie,
}

impl Reason {
    /// The name in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Origin => "origin",
            Reason::Earlier => "earlier",
            Reason::Later => "later",
            Reason::Dated => "dated",
            Reason::Longer => "longer",
            Reason::Outlet => "outlet",
            Reason::Tie => "tie",
        }
    }
}

/// All articles in the order in which they are kept.
#[derive(Debug)]
pub(super) struct KeepOrder {
    /// Articles, the most wanted first.
    pub(super) articles: Vec<u32>,
    /// The place of each article in that.
    pub(super) rank: Vec<u32>,
    /// The preference of each, less is more wanted.
    preference: Vec<i64>,
    because: Reason,
}

impl KeepOrder {
    /// Orders all articles; `words` are those after repeats are cut.
    ///
    /// # Errors
    /// [`Error::NobodyNamed`]; records that cannot be read.
    pub(super) fn of(input: &Input, keep: &Keep, words: &dyn Fn(u32) -> u32) -> Result<KeepOrder, Error> {
        let catalogue = &input.catalogue;
        let numbers = 0..u32::try_from(catalogue.len()).map_err(|_| Error::TooManyArticles)?;
        let published = |article: u32| catalogue.article(article).published.map(PublishedAt::known_by);
        let (mut preference, because): (Vec<i64>, Reason) = match keep {
            Keep::Origin => (
                numbers.clone().map(|article| i64::from(!input.is_origin(article))).collect(),
                Reason::Origin,
            ),
            Keep::First => (vec![0; catalogue.len()], Reason::Earlier),
            Keep::Latest => {
                let later = |article| published(article).map_or(i64::MAX, i64::saturating_neg);
                (numbers.clone().map(later).collect(), Reason::Later)
            }
            Keep::Longest => {
                (numbers.clone().map(|article| -i64::from(words(article))).collect(), Reason::Longer)
            }
            Keep::Outlets(outlets) => {
                let place = |article| {
                    let outlet = catalogue.outlet(article);
                    let place = outlets.iter().position(|name| outlet == Some(name.as_str()));
                    place.and_then(|place| i64::try_from(place).ok()).unwrap_or(i64::MAX)
                };
                let places: Vec<i64> = numbers.clone().map(place).collect();
                if !places.is_empty() && places.iter().all(|place| *place == i64::MAX) {
                    return Err(Error::NobodyNamed { outlets: outlets.join(", ") });
                }
                (places, Reason::Outlet)
            }
        };
        let alike = alike(input, numbers.clone())?;
        for group in &alike {
            // What one of them is, all are: only their places tell which of them the scan named.
            let best = group.iter().map(|article| preference[*article as usize]).min().unwrap_or(0);
            for article in group {
                preference[*article as usize] = best;
            }
        }
        let mut number_of: Vec<u32> = numbers.clone().collect();
        for group in alike {
            let first = *group.iter().min().expect("a group has members");
            for (article, place) in group.into_iter().zip(first..) {
                number_of[article as usize] = place;
            }
        }
        let mut articles: Vec<u32> = numbers.clone().collect();
        articles.sort_unstable_by_key(|&article| (preference[article as usize], number_of[article as usize]));
        let mut rank = vec![0; articles.len()];
        for (&article, place) in articles.iter().zip(0..) {
            rank[article as usize] = place;
        }
        Ok(KeepOrder { articles, rank, preference, because })
    }

    /// Why `survivor` stays and `removed`, which stands behind it, does not.
    pub(super) fn reason(&self, input: &Input, survivor: u32, removed: u32) -> Reason {
        let preference = |article: u32| self.preference[article as usize];
        let published = |article: u32| input.catalogue.article(article).published.map(PublishedAt::known_by);
        let dates = (published(survivor), published(removed));
        match (preference(survivor) != preference(removed), dates) {
            (true, (Some(_), None)) if self.because == Reason::Later => Reason::Dated,
            (true, _) => self.because,
            (false, (Some(_), None)) => Reason::Dated,
            (false, (Some(earlier), Some(later))) if earlier < later => Reason::Earlier,
            _ => Reason::Tie,
        }
    }
}

/// Groups of articles that only their places tell apart, each in the order of the bytes of its records. They stand one after
/// the other in canonical order.
fn alike(input: &Input, numbers: std::ops::Range<u32>) -> Result<Vec<Vec<u32>>, Error> {
    let catalogue = &input.catalogue;
    let numbers: Vec<u32> = numbers.collect();
    let groups = numbers.chunk_by(|a, b| catalogue.alike(*a, *b)).filter(|group| group.len() > 1);
    groups
        .map(|group| {
            let mut records: Vec<(Vec<u8>, u32)> = Vec::with_capacity(group.len());
            for &article in group {
                records.push((input.record(article)?, article));
            }
            records.sort_unstable();
            Ok(records.into_iter().map(|(_, article)| article).collect())
        })
        .collect()
}
