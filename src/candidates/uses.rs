//! Uses: what each article shares with an earlier one, and with which.
//!
//! In: groups of postings ([`Postings`]), the outlet of each article. Out: for every article its uses of shared
//! fingerprints, by position; each use with its *first source*, the earliest article of another outlet that holds the
//! fingerprint, and the place in it. All articles of a group have one of two first sources: the group's first article,
//! or, if they are of that one's outlet, the first article of another outlet. So both are found in one walk, and a group
//! costs linear time however many articles print it.

use rayon::prelude::*;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::postings::{Posting, Postings, narrow};
use crate::error::Error;
use crate::scratch::{Rows, Scratch, Sorter};

/// An article's use of a shared fingerprint.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
pub struct Use {
    /// The article.
    pub article: u32,
    /// Index of the shingle's first token.
    pub position: u32,
    /// The group of the fingerprint.
    pub group: u32,
    /// The first source, or [`NO_SOURCE`].
    source: u32,
    /// Where it stands first there, [`MORE`] if it stands there again, [`OWN`] if an article of the user's outlet had it first.
    twin: u32,
}

/// The source of a use that has none.
const NO_SOURCE: u32 = u32::MAX;

/// Marks a place that is not the only one. Places are under 2^30: texts are under 2 GiB, and a token takes two bytes with
/// what parts it from the next, or three of its own.
const MORE: u32 = 1 << 31;

/// Marks a use whose first source is not the first of all: the first is of the same outlet as the user, and earlier.
const OWN: u32 = 1 << 30;

impl Use {
    /// The earliest article of another outlet that holds the fingerprint and is earlier than this one.
    pub fn source(&self) -> Option<u32> {
        (self.source != NO_SOURCE).then_some(self.source)
    }

    /// Where the fingerprint stands in `source`, if it is the first source and holds it once.
    pub fn only_twin(&self, source: u32) -> Option<u32> {
        (self.source == source && self.twin & MORE == 0).then_some(self.twin & !OWN)
    }

    /// Whether an article of the user's own outlet held the fingerprint before the first source.
    pub fn own_before(&self) -> bool {
        self.twin & OWN != 0
    }
}

/// The uses of one article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The article.
    pub article: u32,
    /// The first source of most of its uses; of some source where none has most.
    pub main_source: u32,
    count: u32,
    first: usize,
}

/// The uses of all articles.
#[derive(Debug)]
pub struct Uses(Rows<Use>);

/// Postings that one task turns into uses: enough that a task does not show, few enough to share out.
const TASK_POSTINGS: usize = 1 << 14;

impl Uses {
    /// Gathers uses: those that have a first source, or all. Holds as much in memory as `scratch` says.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn of(
        postings: &Postings,
        outlet_of: &(dyn Fn(u32) -> u64 + Sync),
        all: bool,
        scratch: &Scratch,
    ) -> Result<Uses, Error> {
        let (entries, starts) = (postings.entries(), postings.starts());
        let firsts = Firsts::of(entries, starts, outlet_of);
        let mut sorter = Sorter::new(scratch);
        let room = sorter.room();
        let make = |stretch: std::ops::Range<usize>| -> Vec<Use> {
            let tasks = stretch.clone().into_par_iter().step_by(TASK_POSTINGS);
            let made = tasks.flat_map_iter(|begin| {
                let end = stretch.end.min(begin + TASK_POSTINGS);
                task(entries, starts, begin..end, &firsts, outlet_of)
            });
            made.filter(|made| all || made.source != NO_SOURCE).collect()
        };
        if entries.len() <= room {
            return Ok(Uses(by_article(make(0..entries.len())).into()));
        }
        let mut begin = 0;
        while begin < entries.len() {
            let end = entries.len().min(begin.saturating_add(sorter.room()));
            sorter.add(make(begin..end))?;
            begin = end;
        }
        Ok(Uses(sorter.finish()?.into_rows(scratch)?))
    }

    /// Articles that have uses, ascending.
    pub fn targets(&self) -> Vec<Target> {
        let mut targets = Vec::new();
        let mut first = 0;
        for uses in self.0.chunk_by(|a, b| a.article == b.article) {
            let (article, main_source) = (uses[0].article, main_source(uses));
            targets.push(Target { article, main_source, count: narrow(uses.len()), first });
            first += uses.len();
        }
        targets
    }

    /// The uses of one article, by position.
    pub fn of_target(&self, target: &Target) -> &[Use] {
        &self.0[target.first..][..target.count as usize]
    }
}

/// The source that most uses have, if there is one (the vote of Boyer and Moore).
fn main_source(uses: &[Use]) -> u32 {
    let (mut leader, mut lead) = (NO_SOURCE, 0_usize);
    for used in uses {
        if lead == 0 {
            leader = used.source;
        }
        lead = if used.source == leader { lead + 1 } else { lead - 1 };
    }
    leader
}

/// Sorts by article and position: articles are numbered, so each has its place after one count.
fn by_article(uses: Vec<Use>) -> Vec<Use> {
    let articles = uses.iter().map(|used| used.article as usize + 1).max().unwrap_or(0);
    let mut next = vec![0_usize; articles + 1];
    for used in &uses {
        next[used.article as usize + 1] += 1;
    }
    for at in 1..next.len() {
        next[at] += next[at - 1];
    }
    let mut sorted = uses.clone();
    for used in uses {
        let place = &mut next[used.article as usize];
        sorted[*place] = used;
        *place += 1;
    }
    sorted.par_chunk_by_mut(|a, b| a.article == b.article).for_each(<[Use]>::sort_unstable);
    sorted
}

/// The uses that the postings in `range` are.
fn task<'a>(
    entries: &'a [Posting],
    starts: &'a [usize],
    range: std::ops::Range<usize>,
    firsts: &'a Firsts,
    outlet_of: &'a (dyn Fn(u32) -> u64 + Sync),
) -> impl Iterator<Item = Use> + 'a {
    // The last group that begins at or before the posting.
    let mut group = starts.partition_point(|&start| start <= range.start) - 1;
    let mut first = firsts.of_group(entries, starts, group, outlet_of);
    range.map(move |at| {
        if starts[group + 1] == at {
            group += 1;
            first = firsts.of_group(entries, starts, group, outlet_of);
        }
        let Posting { article, position, .. } = entries[at];
        let is_own = outlet_of(article) == first.outlet;
        let holder = if is_own { first.other } else { first.earliest };
        let (source, twin) = holder.filter(|&(source, _)| source < article).unwrap_or((NO_SOURCE, 0));
        let twin = if is_own { twin | OWN } else { twin };
        Use { article, position, group: narrow(group), source, twin }
    })
}

/// The first article of a group and the first of another outlet than that, each with its twin.
#[derive(Clone, Copy, Debug)]
struct First {
    outlet: u64,
    earliest: Option<(u32, u32)>,
    other: Option<(u32, u32)>,
}

impl First {
    fn of(members: &[Posting], outlet_of: &(dyn Fn(u32) -> u64 + Sync)) -> First {
        let holder = |at: usize| {
            let Posting { article, position, .. } = members[at];
            let again = members.get(at + 1).is_some_and(|next| next.article == article);
            (article, position | if again { MORE } else { 0 })
        };
        let outlet = outlet_of(members[0].article);
        let other = members.iter().position(|member| outlet_of(member.article) != outlet);
        First { outlet, earliest: Some(holder(0)), other: other.map(holder) }
    }
}

/// The firsts of those groups that are so large that several tasks have a part in them.
struct Firsts(Vec<(usize, First)>);

impl Firsts {
    fn of(entries: &[Posting], starts: &[usize], outlet_of: &(dyn Fn(u32) -> u64 + Sync)) -> Firsts {
        let large = starts.windows(2).enumerate().filter(|(_, group)| group[1] - group[0] > TASK_POSTINGS);
        Firsts(
            large
                .map(|(number, group)| (number, First::of(&entries[group[0]..group[1]], outlet_of)))
                .collect(),
        )
    }

    fn of_group(
        &self,
        entries: &[Posting],
        starts: &[usize],
        group: usize,
        outlet_of: &(dyn Fn(u32) -> u64 + Sync),
    ) -> First {
        let members = starts[group]..starts[group + 1];
        if members.len() <= TASK_POSTINGS {
            return First::of(&entries[members], outlet_of);
        }
        let known = self.0.binary_search_by_key(&group, |&(number, _)| number);
        known.map_or_else(|_| First::of(&entries[members], outlet_of), |at| self.0[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gathered(postings: &Postings, outlet_of: &(dyn Fn(u32) -> u64 + Sync), scratch: &Scratch) -> Vec<Use> {
        let uses = Uses::of(postings, outlet_of, true, scratch).expect("there is room");
        let targets = uses.targets();
        assert!(targets.windows(2).all(|pair| pair[0].article < pair[1].article));
        targets.iter().flat_map(|target| uses.of_target(target)).copied().collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(80))]

        #[test]
        fn a_first_source_is_the_first_of_another_outlet(
            entries in prop::collection::btree_set((0_u64..12, 0_u32..20, 0_u32..4), 0..300),
            outlets in 1_u32..5,
            held_bytes in 0_u64..4000,
        ) {
            let entries: Vec<Posting> = entries
                .into_iter()
                .map(|(hash, article, position)| Posting { hash, article, position })
                .collect();
            let postings = Postings::group(&entries);
            let outlet_of = |article: u32| u64::from(article * 7 % outlets);
            let folder = tempfile::tempdir().expect("a folder");
            let uses = gathered(&postings, &outlet_of, &Scratch::unneeded());
            let spilled = gathered(&postings, &outlet_of, &Scratch::in_folder(folder.path(), held_bytes));
            prop_assert_eq!(&uses, &spilled);
            for used in &uses {
                let members = postings.members(used.group);
                let source = members
                    .iter()
                    .map(|member| member.article)
                    .find(|&source| source < used.article && outlet_of(source) != outlet_of(used.article));
                prop_assert_eq!(used.source(), source);
                if let Some(source) = source {
                    let mut places = members.iter().filter(|member| member.article == source);
                    let first = places.next().map(|place| place.position);
                    prop_assert_eq!(used.only_twin(source), first.filter(|_| places.next().is_none()));
                    prop_assert_eq!(used.own_before(), outlet_of(members[0].article) == outlet_of(used.article));
                }
            }
            let all: usize = (0..postings.groups()).map(|group| postings.members(narrow(group)).len()).sum();
            prop_assert_eq!(uses.len(), all);
        }
    }

    #[test]
    fn a_group_that_several_tasks_share_is_walked_once() {
        let count = 3 * u32::try_from(TASK_POSTINGS).expect("a small number");
        let entries: Vec<Posting> =
            (0..count).map(|article| Posting { hash: 1, article, position: 5 }).collect();
        let outlet_of = |article: u32| u64::from(article + 1 == count);
        let uses = gathered(&Postings::group(&entries), &outlet_of, &Scratch::unneeded());
        let linked: Vec<(u32, Option<u32>)> = uses
            .iter()
            .filter(|used| used.source().is_some())
            .map(|used| (used.article, used.source()))
            .collect();
        assert_eq!(linked, [(count - 1, Some(0))]);
    }
}
