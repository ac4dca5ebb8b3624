//! Connect: which articles belong together at all.
//!
//! Bands are worked off one after the other. Within a band every bucket stands alone: its articles, in
//! canonical order, are compared with the bucket's leaders (the articles that matched no leader before them)
//! and joined to the first that is verified. What earlier bands have connected counts as joined without a
//! comparison, so that the many bands a pair of near-duplicates shares cost one verification.

use std::collections::VecDeque;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Duplicates, Funnel, OrderedBucket};
use crate::candidates::{Entry, buckets};
use crate::error::Error;
use crate::verify::{Compared, Nearness, Rule, Verified};

/// A verified pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// The earlier article, and the later one.
    pub(super) pair: (u32, u32),
    /// How near the earlier (`a`) is to the later (`b`).
    pub(super) near: Nearness,
}

/// Groups of connected articles.
#[derive(Debug)]
pub(super) struct Connected {
    /// Articles of each group of two or more, ascending; groups by first article.
    pub(super) groups: Vec<Vec<u32>>,
    /// Verified pairs, sorted.
    pub(super) edges: Vec<Edge>,
    pub(super) funnel: Funnel,
    /// By band and first article.
    pub(super) ordered: Vec<OrderedBucket>,
}

pub(super) fn connect(
    duplicates: &Duplicates<'_>,
    articles: &[u32],
    advance: &(dyn Fn() + Sync),
) -> Result<Connected, Error> {
    let mut known = Known {
        forest: Forest::of(duplicates.signatures.articles()),
        apart: Vec::new(),
        most_apart: MOST_APART * articles.len(),
        unlike: vec![0; duplicates.signatures.articles()],
    };
    let mut edges = Vec::new();
    let mut funnel = Funnel::default();
    let mut ordered = Vec::new();
    let by_place = duplicates.signatures.in_order_of_place(articles);
    for band in 0..duplicates.plan.bands() {
        let buckets = buckets(duplicates.plan, band, &by_place, duplicates.signatures, duplicates.scratch)?;
        let roots = known.forest.roots();
        let before = Before { roots: &roots, apart: &known.apart, unlike: &known.unlike };
        let led: Vec<Led> =
            buckets.shared().into_par_iter().map(|bucket| lead(duplicates, band, bucket, before)).collect();
        let begin = ordered.len();
        for led in led {
            funnel = funnel.add(led.funnel);
            known.learn(&led);
            edges.extend(led.edges);
            ordered.extend(led.ordered);
        }
        known.apart.par_sort_unstable();
        ordered[begin..].sort_unstable_by_key(|bucket: &OrderedBucket| bucket.first);
        advance();
    }
    edges.sort_unstable_by_key(|edge: &Edge| edge.pair);
    edges.dedup_by_key(|edge| edge.pair);
    Ok(Connected { groups: groups(&known.forest.roots(), articles), edges, funnel, ordered })
}

/// What the bands so far have told.
struct Known {
    forest: Forest,
    /// Pairs that were verified not to match, sorted.
    apart: Vec<(u32, u32)>,
    most_apart: usize,
    /// How often each article was looked at beside an earlier leader, and was unlike it.
    unlike: Vec<u16>,
}

/// Pairs that do not match meet again in other bands; so many of them an article are remembered, the first ones, in the
/// mean over the archive. On 1 GB of generated news each was verified some six times without that.
const MOST_APART: usize = 4;

/// Whose text was looked at so often and was like none is looked at no more: it has the frame of many, and who is more than
/// that to it has mostly been met. Whose resemblance alone would do is still looked for, until [`MISSED`].
const MOST_UNLIKE: u16 = 16;

/// When the bands so far can have missed so few of those whose resemblance alone would do, who is not looked at is compared with no
/// further leader. Else those who fill in one form would meet in all the bands that edited copies take, with 64 leaders in each.
const MISSED: f64 = 1e-5;

impl Known {
    fn learn(&mut self, led: &Led) {
        for edge in &led.edges {
            self.forest.join(edge.pair.0, edge.pair.1);
        }
        let room = self.most_apart - self.apart.len();
        self.apart.extend(led.apart.iter().take(room));
        for &article in &led.unlike {
            let count = &mut self.unlike[article as usize];
            *count = count.saturating_add(1);
        }
    }
}

/// What was known before a band; the same for all its buckets, so that their order does not show.
#[derive(Clone, Copy)]
struct Before<'a> {
    roots: &'a [u32],
    apart: &'a [(u32, u32)],
    unlike: &'a [u16],
}

impl Before<'_> {
    fn root(&self, article: u32) -> u32 {
        self.roots[article as usize]
    }

    /// Whether it is worth to look at an article's text, which was unlike so many in this bucket.
    fn looks_at(&self, article: u32, unlike: usize) -> bool {
        usize::from(self.unlike[article as usize]) + unlike < usize::from(MOST_UNLIKE)
    }

    /// Whether two articles were verified not to match.
    fn are_apart(&self, a: u32, b: u32) -> bool {
        self.apart.binary_search(&(a.min(b), a.max(b))).is_ok()
    }
}

/// Whether pairs that surely match have met in the bands before this one, but for [`MISSED`] of them.
fn bands_suffice(duplicates: &Duplicates<'_>, band: usize) -> bool {
    let one = duplicates.rule.sure().powi(i32::try_from(duplicates.plan.rows()).expect("few rows"));
    duplicates.rule == Rule::Edited && (1.0 - one).powi(i32::try_from(band).expect("few bands")) < MISSED
}

/// So many leaders a bucket may have; with more, its articles mostly do not resemble one another.
const MOST_LEADERS: usize = 64;

/// Compares the articles of one bucket with its leaders.
fn lead(duplicates: &Duplicates<'_>, band: usize, bucket: &[Entry], before: Before<'_>) -> Led {
    let mut led = Led::of(bucket);
    let no_more = bands_suffice(duplicates, band);
    let mut leaders: Vec<(u32, Option<Arc<Compared>>)> = Vec::new();
    for article in bucket.iter().map(|entry| entry.article) {
        // Articles ascend in time: who is too old for this one is too old for all that follow.
        leaders.retain(|&(leader, _)| (duplicates.linkable)(leader, article));
        if leaders.len() > MOST_LEADERS {
            return lead_in_order(duplicates, band, bucket, before);
        }
        let root = before.root(article);
        if leaders.iter().any(|&(leader, _)| before.root(leader) == root) {
            continue;
        }
        let mut set = None;
        let mut joined = false;
        let unlike_before = led.unlike.len();
        for (leader, leader_set) in &mut leaders {
            let looks = before.looks_at(article, led.unlike.len() - unlike_before);
            if !looks && no_more {
                break;
            }
            led.funnel.met += 1;
            if duplicates.hopeless(*leader, article, looks) || before.are_apart(*leader, article) {
                continue;
            }
            let set = set.get_or_insert_with(|| duplicates.compared.get(article));
            let leader_set = leader_set.get_or_insert_with(|| duplicates.compared.get(*leader));
            joined = led.verify(duplicates, (*leader, leader_set), (article, set), looks);
            if joined {
                break;
            }
        }
        if !joined {
            leaders.push((article, set));
        }
    }
    led
}

/// Of the leaders in reach, so many are verified: those whose signatures agree most.
const MOST_VERIFIED: usize = 4;

/// How many further slots put a bucket in order.
const ORDER_SLOTS: usize = 8;

/// The same for a bucket with too many leaders: a form letter that thousands fill in, or articles made to collide. Its
/// articles are put in the order of further slots, which brings together those that resemble each other more than by
/// this band (the idea of LSH forests: M. Bawa, T. Condie, P. Ganesan, WWW 2005), and each is compared with the last
/// [`MOST_LEADERS`] leaders only. Linear, whatever the bucket holds.
fn lead_in_order(duplicates: &Duplicates<'_>, band: usize, bucket: &[Entry], before: Before<'_>) -> Led {
    let mut led = Led::of(bucket);
    let no_more = bands_suffice(duplicates, band);
    let mut led_by_none = 0;
    let order = |article: u32| -> [u32; ORDER_SLOTS] {
        let signature = duplicates.signature(article);
        std::array::from_fn(|k| signature[((band + 1) * duplicates.plan.rows() + k) % signature.len()])
    };
    let mut articles: Vec<u32> = bucket.iter().map(|entry| entry.article).collect();
    articles.sort_by_cached_key(|&article| (order(article), article));
    let mut leaders: VecDeque<u32> = VecDeque::new();
    for article in articles {
        let root = before.root(article);
        if leaders.iter().any(|&leader| before.root(leader) == root) {
            continue;
        }
        let mut near: Vec<(u32, u32)> = Vec::new();
        let looks = before.looks_at(article, 0);
        for &leader in leaders.iter().filter(|_| looks || !no_more) {
            led.funnel.met += 1;
            let agreeing = duplicates.agreeing(leader, article);
            let linkable = || (duplicates.linkable)(leader.min(article), leader.max(article));
            if agreeing >= duplicates.agreeing_of(looks) && linkable() {
                near.push((agreeing, leader));
            }
        }
        near.sort_unstable_by_key(|&(agreeing, leader)| (std::cmp::Reverse(agreeing), leader));
        let joined = near.iter().take(MOST_VERIFIED).any(|&(_, leader)| {
            if before.are_apart(leader, article) {
                return false;
            }
            let (of_leader, of_article) = (duplicates.compared.get(leader), duplicates.compared.get(article));
            led.verify(duplicates, (leader, &of_leader), (article, &of_article), looks)
        });
        if !joined {
            led_by_none += 1;
            leaders.push_back(article);
            if leaders.len() > MOST_LEADERS {
                leaders.pop_front();
            }
        }
    }
    let narrow = |count: usize| u32::try_from(count).expect("articles and bands are numbered in 32 bits");
    led.ordered = Some(OrderedBucket {
        band: narrow(band),
        first: bucket[0].article,
        articles: narrow(bucket.len()),
        leaders: led_by_none,
    });
    led
}

/// What one bucket gave.
#[derive(Default)]
struct Led {
    /// Pairs that match, and pairs that were verified not to.
    edges: Vec<Edge>,
    apart: Vec<(u32, u32)>,
    /// Articles that were looked at beside a leader, and unlike it.
    unlike: Vec<u32>,
    funnel: Funnel,
    ordered: Option<OrderedBucket>,
}

impl Led {
    fn of(bucket: &[Entry]) -> Led {
        let funnel = Funnel { largest_bucket: bucket.len() as u64, ..Funnel::default() };
        Led { funnel, ..Led::default() }
    }

    /// Whether an article matches a leader.
    fn verify(
        &mut self,
        duplicates: &Duplicates<'_>,
        leader: (u32, &Compared),
        article: (u32, &Compared),
        looks: bool,
    ) -> bool {
        self.funnel.verified += 1;
        let verified = duplicates.verified(leader, article, looks);
        let pair = (leader.0.min(article.0), leader.0.max(article.0));
        match verified {
            Verified::Near(near) => {
                self.funnel.matched += 1;
                self.edges
                    .push(Edge { pair, near: if leader.0 < article.0 { near } else { near.swapped() } });
                return true;
            }
            Verified::Apart => {}
            Verified::Unlike => self.unlike.push(article.0),
            Verified::TooLong => self.funnel.too_long += 1,
        }
        self.apart.push(pair);
        false
    }
}

fn groups(roots: &[u32], articles: &[u32]) -> Vec<Vec<u32>> {
    let mut by_root: Vec<(u32, u32)> =
        articles.iter().map(|&article| (roots[article as usize], article)).collect();
    by_root.sort_unstable();
    by_root
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() > 1)
        .map(|group| group.iter().map(|&(_, article)| article).collect())
        .collect()
}

/// Union-find whose root is the smallest article, so that the result does not depend on the order of joins.
#[derive(Debug)]
struct Forest(Vec<u32>);

impl Forest {
    fn of(articles: usize) -> Self {
        Forest((0..u32::try_from(articles).expect("articles are numbered in 32 bits")).collect())
    }

    fn root(&mut self, mut article: u32) -> u32 {
        while self.0[article as usize] != article {
            let parent = self.0[article as usize];
            self.0[article as usize] = self.0[parent as usize]; // path halving
            article = parent;
        }
        article
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b) as usize] = a.min(b);
    }

    fn roots(&mut self) -> Vec<u32> {
        (0..self.0.len()).map(|i| self.root(u32::try_from(i).expect("numbered in 32 bits"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::{BandPlan, Signatures};
    use crate::scratch::Scratch;
    use crate::sketch::Signature;
    use crate::stories::Kept;
    use crate::verify::ShingleSet;
    use proptest::prelude::*;

    /// Articles made to share the first band and nothing else, but for every hundredth, which is the one before again
    /// with another last slot. Their shingle sets are like their signatures.
    fn crafted(articles: u32) -> (Vec<Option<Signature>>, Vec<Vec<u64>>) {
        let slot = |article: u32, slot: u32| {
            let of = if article % 100 == 99 && slot != 127 { article - 1 } else { article };
            if slot < 5 {
                7
            } else {
                of.wrapping_mul(0x9E37_79B9).wrapping_add(slot.wrapping_mul(0x85EB_CA6B))
            }
        };
        let number = |at: usize| u32::try_from(at).expect("128 slots");
        let signature = |article| std::array::from_fn(|at| slot(article, number(at)));
        let signatures: Vec<Signature> = (0..articles).map(signature).collect();
        let sets = signatures.iter().map(|signature| signature.map(u64::from).to_vec()).collect();
        (signatures.into_iter().map(Some).collect(), sets)
    }

    #[test]
    fn articles_made_to_collide_cost_a_bounded_number_of_comparisons_each_and_none_is_lost() {
        for articles in [1000_u32, 4000] {
            let (signatures, texts) = crafted(articles);
            let make = |article: u32| Compared::from(ShingleSet::from_shingles(&texts[article as usize]));
            let duplicates = Duplicates {
                signatures: &Signatures::from(signatures),
                plan: BandPlan::for_recall(0.8, 0.999),
                rule: Rule::Resemblance(0.8),
                look_twice: None,
                least_agreeing: BandPlan::least_agreeing(0.8, 0.999),
                surely_agreeing: BandPlan::least_agreeing(0.8, 0.999),
                compared: &Kept::compared(&make, u64::MAX, false),
                linkable: &|_, _| true,
                frames: None,
                scratch: &Scratch::unneeded(),
            };
            let numbers: Vec<u32> = (0..articles).collect();
            let connected = connect(&duplicates, &numbers, &|| ()).expect("nothing is written to disk");
            assert_eq!(connected.funnel.largest_bucket, u64::from(articles));
            // Before the bucket is put in order its first 65 leaders are compared with each other.
            let most = u64::from(articles) * MOST_LEADERS as u64 + 65 * 65;
            assert!(connected.funnel.met <= most, "{:?}", connected.funnel);
            let pairs: Vec<Vec<u32>> = (99..articles).step_by(100).map(|twin| vec![twin - 1, twin]).collect();
            assert_eq!(connected.groups, pairs);
            let ordered = OrderedBucket { band: 0, first: 0, articles, leaders: articles - articles / 100 };
            assert_eq!(connected.ordered, [ordered]);
        }
    }

    #[test]
    fn pairs_known_to_be_apart_are_not_verified_again() {
        // Two articles that agree in 100 slots, so in several bands, and resemble each other too little.
        let signatures: Vec<Signature> =
            [0, 1].map(|article| std::array::from_fn(|at| if at < 100 { 5 } else { 10 + article })).to_vec();
        let make = |article: u32| {
            let shingles: Vec<u64> = (0..10).map(|s| s + 5 * u64::from(article)).collect();
            Compared::from(ShingleSet::from_shingles(&shingles))
        };
        let duplicates = Duplicates {
            signatures: &Signatures::from(signatures.into_iter().map(Some).collect::<Vec<_>>()),
            plan: BandPlan::for_recall(0.8, 0.999),
            rule: Rule::Resemblance(0.8),
            look_twice: None,
            least_agreeing: 79,
            surely_agreeing: 79,
            compared: &Kept::compared(&make, u64::MAX, false),
            linkable: &|_, _| true,
            frames: None,
            scratch: &Scratch::unneeded(),
        };
        let connected = connect(&duplicates, &[0, 1], &|| ()).expect("nothing is written to disk");
        assert_eq!((connected.funnel.met, connected.funnel.verified, connected.funnel.matched), (20, 1, 0));
        assert!(connected.groups.is_empty());
    }

    proptest! {
        #[test]
        fn roots_are_the_least_article_reachable(joins in prop::collection::vec((0_u32..30, 0_u32..30), 0..40)) {
            let mut forest = Forest::of(30);
            for &(a, b) in &joins {
                forest.join(a, b);
            }
            // The slow way: spread the least number along the joins until nothing changes.
            let mut least: Vec<u32> = (0..30).collect();
            for _ in 0..30 {
                for &(a, b) in &joins {
                    let both = least[a as usize].min(least[b as usize]);
                    (least[a as usize], least[b as usize]) = (both, both);
                }
            }
            prop_assert_eq!(forest.roots(), least);
        }
    }
}
