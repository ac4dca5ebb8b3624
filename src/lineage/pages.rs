//! Pages: stories that are none, such as a bot wall that a scraper met under hundreds of addresses.
//!
//! In: the text of a story's representative, and what its members are headed. Out: whether it is boilerplate. A true story
//! is what its headlines say, whoever words them. A wall, a log-in page or a cookie notice stands under headlines that have
//! nothing to do with it, each another one: so few of their words stand in the text. Where headlines are missing, one
//! outlet that prints the same under many addresses tells.
//!
//! Guarantee: the same whatever the order of members, up to [`LOOKED_AT`] of them, the earliest. Cost: one reading of the
//! text and of so many headlines a story. Not done: nothing is known of what such pages say, in any language.

use std::collections::BTreeSet;

use crate::text::{Tokens, tokenize};

/// Members that are looked at, the earliest: enough to tell, and a story printed 100,000 times costs no more.
pub const LOOKED_AT: usize = 256;

/// Smaller stories are told by too few headlines.
pub const FEWEST_MEMBERS: usize = 5;

/// The share of a headline's words that stand in the text, in the mean, under which text and headlines are strangers. On
/// scraped news walls have 0.12 at most, stories of five articles 0.37 at least (`docs/quality.md`).
const STRANGERS: f64 = 0.25;

/// Addresses of one outlet that carry the same text, where headlines are missing.
const SAME_UNDER: usize = 20;

/// How a member is headed.
#[derive(Clone, Copy, Debug)]
pub struct Headed<'a> {
    /// Its headline.
    pub title: Option<&'a str>,
    /// Where it was found.
    pub url: Option<&'a str>,
    /// A number for its outlet.
    pub outlet: u64,
}

/// Whether a story is a page that stands under other articles' headlines. `text` is its representative's.
pub fn is_page(text: &str, members: &[Headed<'_>], seed: u64) -> bool {
    if members.len() < FEWEST_MEMBERS {
        return false;
    }
    let members = &members[..members.len().min(LOOKED_AT)];
    let mut tokens = Tokens::default();
    let mut hashes = |said: &str| {
        tokenize(said, seed, &mut tokens);
        tokens.hashes().to_vec()
    };
    let titles: Vec<Vec<u64>> = members
        .iter()
        .filter_map(|member| Some(hashes(member.title?)))
        .filter(|title| !title.is_empty())
        .collect();
    if 2 * titles.len() < members.len() {
        return is_printed_again_and_again(members);
    }
    let different: BTreeSet<&[u64]> = titles.iter().map(Vec::as_slice).collect();
    if 2 * different.len() < titles.len() || different.len() < FEWEST_MEMBERS {
        return false;
    }
    let text: BTreeSet<u64> = hashes(text).into_iter().collect();
    let found = |title: &&[u64]| {
        let found = title.iter().filter(|word| text.contains(word)).count();
        share(found, title.len())
    };
    different.iter().map(found).sum::<f64>() < STRANGERS * count(different.len())
}

fn share(part: usize, whole: usize) -> f64 {
    count(part) / count(whole)
}

/// Words of a headline, headlines of a story: few.
fn count(of: usize) -> f64 {
    u32::try_from(of).map_or(f64::MAX, f64::from)
}

fn is_printed_again_and_again(members: &[Headed<'_>]) -> bool {
    let mut addresses: Vec<(u64, &str)> =
        members.iter().filter_map(|member| Some((member.outlet, member.url?))).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
        .chunk_by(|a, b| a.0 == b.0)
        .any(|of_one| of_one.len() >= SAME_UNDER && 2 * of_one.len() >= members.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, titles: &[&str], expect: bool) {
        let headed = |title| Headed { title: Some(title), url: None, outlet: 0 };
        let members: Vec<Headed<'_>> = titles.iter().copied().map(headed).collect();
        assert_eq!(is_page(text, &members, 0), expect, "{titles:?}");
        let backwards: Vec<Headed<'_>> = members.iter().rev().copied().collect();
        assert_eq!(is_page(text, &backwards, 0), expect);
    }

    const WALL: &str = "This website is using a security service to protect itself from online attacks.";

    #[test]
    fn a_wall_under_five_headlines_is_a_page() {
        let titles =
            ["Broadway shut until spring", "Insulin prices fall", "Ferry strike over", "Owls return", "Rain"];
        check(WALL, &titles, true);
        check(WALL, &titles[..4], false);
    }

    #[test]
    fn a_story_is_what_its_headlines_say() {
        let titles = [
            "Website under attack",
            "Security service stops attacks on website",
            "Online attacks stopped",
            "Website protects itself",
            "Service to protect from attacks",
        ];
        check(WALL, &titles, false);
    }

    #[test]
    fn one_headline_many_times_is_no_page() {
        check(WALL, &["Ferry strike over"; 9], false);
    }

    #[test]
    fn without_headlines_addresses_of_one_outlet_tell() {
        let urls: Vec<String> = (0..SAME_UNDER).map(|at| format!("https://a.example/{at}")).collect();
        let headed = |url, outlet| Headed { title: None, url: Some(url), outlet };
        let of_one: Vec<Headed<'_>> = urls.iter().map(|url| headed(url.as_str(), 7)).collect();
        assert!(is_page(WALL, &of_one, 0));
        assert!(!is_page(WALL, &of_one[1..], 0));
        let of_many: Vec<Headed<'_>> =
            urls.iter().zip(0..).map(|(url, outlet)| headed(url.as_str(), outlet)).collect();
        assert!(!is_page(WALL, &of_many, 0), "an agency's text in twenty outlets is a story");
    }
}
