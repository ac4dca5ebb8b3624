//! Loss: what each outlet loses, counted, and held against the limit.
//!
//! In: what goes. Out: a [`Loss`] for each outlet; an error if one loses a larger share of its articles than it may.

use std::collections::BTreeMap;

use super::cut::Cut;
use super::input::Input;
use super::plan::Going;
use crate::error::Error;

/// What an outlet loses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Its name, if it is known.
    pub outlet: Option<String>,
    /// Its articles.
    pub articles: u64,
    /// Those of them that go.
    pub removed: u64,
    /// Those that stay and lose something.
    pub cut: u64,
    /// Bytes of text that those lose.
    pub cut_bytes: u64,
}

/// What each outlet loses.
pub(super) fn losses(input: &Input, gone: &[Going], cuts: &[(u32, Vec<Cut>)]) -> Vec<Loss> {
    let catalogue = &input.catalogue;
    let mut by_outlet: BTreeMap<Option<u32>, Loss> = BTreeMap::new();
    for article in 0..catalogue.articles.len() {
        let article = u32::try_from(article).expect("articles are numbered in 32 bits");
        by_outlet.entry(catalogue.known_outlet(article)).or_default().articles += 1;
    }
    for going in gone {
        by_outlet.entry(catalogue.known_outlet(going.article)).or_default().removed += 1;
    }
    for (article, cuts) in cuts {
        let loss = by_outlet.entry(catalogue.known_outlet(*article)).or_default();
        loss.cut += 1;
        loss.cut_bytes += cuts.iter().map(|cut| cut.bytes.len() as u64).sum::<u64>();
    }
    let named = |(outlet, loss): (Option<u32>, Loss)| Loss {
        outlet: outlet.map(|outlet| catalogue.outlets()[outlet as usize].clone()),
        ..loss
    };
    by_outlet.into_iter().map(named).collect()
}

/// Whether an outlet loses more than it may: the one that loses the largest share is told, the first by name of several.
#[allow(clippy::cast_precision_loss, reason = "counts of articles are far below 2^52")]
pub(super) fn hold_to(max_removed: Option<f64>, outlets: &[Loss]) -> Result<(), Error> {
    let Some(allowed) = max_removed else { return Ok(()) };
    let share = |loss: &Loss| loss.removed as f64 / loss.articles as f64;
    let worst = outlets.iter().rev().max_by(|a, b| share(a).total_cmp(&share(b)));
    match worst.filter(|loss| share(loss) > allowed) {
        None => Ok(()),
        Some(loss) => Err(Error::TooMuchRemoved {
            outlet: loss.outlet.clone().unwrap_or_else(|| "articles of unknown outlet".into()),
            removed: loss.removed,
            articles: loss.articles,
            allowed,
        }),
    }
}
