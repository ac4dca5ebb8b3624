//! Origins: who was first, and how sure that is.
//!
//! In: dates, and who credits whom. Out: what the dates of two articles tell ([`order`]), how likely the earlier was the
//! source of the later ([`confidence`]), and the origin of a story ([`origin`]).
//!
//! A confidence lies between 0 and 1. 0.5 says that nothing tells; under 0.5 the evidence speaks for the other one. The
//! numbers are an order of evidence, stated below, and no measured probability.
//!
//! Guarantee: the order in which articles are looked at never shows; what nothing tells apart is a tie, with a
//! confidence of 0.5 at most. Linear in the members of a story.
//!
//! Not done: time zones are as the archive states them; whose edits others took over (`heirs`) is asked only where dates
//! and credits leave several members, and of few of them.

use super::heirs::{Version, departures};
use crate::archive::dates::{Precision, PublishedAt};

use super::relations::RelationKind;

/// What kinds of dates two articles have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// Both a time.
    BothTimed,
    /// At least one a day alone.
    DateOnly,
    /// At least one has none.
    Missing,
}

impl Dates {
    pub(super) const ALL: [Dates; 3] = [Dates::BothTimed, Dates::DateOnly, Dates::Missing];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Dates::BothTimed => "both-timed",
            Dates::DateOnly => "date-only",
            Dates::Missing => "missing",
        }
    }
}

/// What the dates of two articles tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// What they are.
    pub dates: Dates,
    /// Whether they do not tell who was first.
    pub tie: bool,
    /// Seconds from the one to the other; `None` unless both are times or both are days.
    pub lag: Option<i64>,
}

/// Two times so many seconds apart are a tie: systems stamp an article when it is saved, sent or shown, and clocks
/// differ.
pub const SLOP_SECONDS: i64 = 300;

/// Confidence in an order by two times.
const TIMED: f64 = 0.9;
/// By days: a time zone that was not stated moves a day.
const DATED: f64 = 0.8;
/// Nothing tells.
const UNTOLD: f64 = 0.5;
/// Only that the target is a shortened source: whoever shortens has the whole before him.
const CONTAINED: f64 = 0.6;
/// Only that a version has edits of its own, which nobody took over, and this one has none.
const INHERITED: f64 = 0.6;
/// A credit leaves a third of the doubt: it names the source, but perhaps of another text.
const DOUBT_LEFT: f64 = 1.0 / 3.0;

/// What two dates tell.
pub fn order(earlier: Option<PublishedAt>, later: Option<PublishedAt>) -> Order {
    let (Some(earlier), Some(later)) = (earlier, later) else {
        return Order { dates: Dates::Missing, tie: true, lag: None };
    };
    let apart = later.seconds().saturating_sub(earlier.seconds());
    match (earlier.precision(), later.precision()) {
        (Precision::Second, Precision::Second) => {
            Order { dates: Dates::BothTimed, tie: apart <= SLOP_SECONDS, lag: Some(apart) }
        }
        (a, b) => Order {
            dates: Dates::DateOnly,
            tie: later.seconds() <= earlier.known_by(),
            lag: (a == b).then_some(apart),
        },
    }
}

/// Who of two articles credits whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credited {
    /// The later names the earlier's outlet.
    pub source: bool,
    /// The earlier names the later's.
    pub target: bool,
}

/// How sure it is that the earlier article was first, and whether nothing tells. `kind` is what the later is to it.
pub fn confidence(order: Order, credited: Credited, kind: Option<RelationKind>) -> (f64, bool) {
    let by_dates = match order.dates {
        _ if order.tie => UNTOLD,
        Dates::BothTimed => TIMED,
        Dates::DateOnly => DATED,
        Dates::Missing => UNTOLD,
    };
    match (credited.source, credited.target) {
        (true, false) => return (1.0 - (1.0 - by_dates) * DOUBT_LEFT, false),
        (false, true) => return (by_dates * DOUBT_LEFT, false),
        _ => {}
    }
    match kind {
        Some(RelationKind::Abridged) if order.tie => (CONTAINED, false),
        Some(RelationKind::Expanded) if order.tie => (1.0 - CONTAINED, false),
        _ => (by_dates, order.tie),
    }
}

/// The origin of a story.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Origin {
    /// The article.
    pub article: u32,
    /// How sure it is that no other member was before it.
    pub confidence: f64,
    /// What its date and that of the first other one that might be the origin tell.
    pub order: Order,
    /// Members, of those that were looked at, that credit its outlet.
    pub credited_by: u32,
    /// Earlier members that were passed over, because they credit another member.
    pub passed_over: u32,
    /// Members without a date.
    pub undated: u32,
    /// Whether it goes before members that nothing else sets apart because each of those departs from the others'
    /// text where it does not.
    pub by_edits: bool,
    /// Whether nothing tells it from another one.
    pub tie: bool,
}

/// So many dated and so many undated members of a story are looked at as origins, the first ones: whoever was not among
/// the first 32 is no origin, and a story of 20,000 outlets stays linear.
const CANDIDATES: usize = 32;

/// So many versions are compared where nothing else tells: their texts are read again.
const VERSIONS: usize = 16;

/// So many words of them are compared at most, so that very long texts do not fill the memory.
const VERSION_WORDS: u64 = 200_000;

/// What tells who of a story's members was first.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// When a member was published.
    pub published: &'a dyn Fn(u32) -> Option<PublishedAt>,
    /// Whether the first credits the second.
    pub credits: &'a dyn Fn(u32, u32) -> bool,
    /// A number of its outlet, its own where that is not known.
    pub outlet: &'a dyn Fn(u32) -> u64,
    /// Words of a member's text.
    pub words: &'a dyn Fn(u32) -> u32,
    /// The shingle hashes of a member's text, in order.
    pub shingles: &'a dyn Fn(u32) -> Vec<u64>,
}

impl std::fmt::Debug for Told<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Told").finish_non_exhaustive()
    }
}

/// The origin of a story with these members (ascending); `None` if nothing tells anything.
///
/// Members that credit another member are none, where others are left. Of the others, one that is credited goes before
/// those that its date does not set it apart from; of equals one whose text others have unchanged before those that
/// changed it (`heirs`); then the earliest.
pub fn origin(members: &[u32], told: Told<'_>) -> Option<Origin> {
    let Told { published, credits, .. } = told;
    // Missing dates stand last.
    let dated = members.partition_point(|&member| published(member).is_some());
    let (with, without) = members.split_at(dated);
    let candidates: Vec<u32> =
        with.iter().take(CANDIDATES).chain(without.iter().take(CANDIDATES)).copied().collect();
    let others = |one: u32| candidates.iter().copied().filter(move |&other| other != one);
    let crediting = |one: u32| others(one).any(|other| credits(one, other));
    let mut free: Vec<u32> = candidates.iter().copied().filter(|&one| !crediting(one)).collect();
    if free.is_empty() {
        free.clone_from(&candidates); // they credit each other
    }
    let credited_by = |one: u32| others(one).filter(|&other| credits(other, one)).count();
    let first = *free.first()?;
    // Those that the first one's date does not set apart from it.
    let alike = free.iter().filter(|&&one| one == first || order(published(first), published(one)).tie);
    let alike: Vec<(u32, usize)> = alike.map(|&one| (one, credited_by(one))).collect();
    let count = alike.iter().map(|&(_, count)| count).max()?;
    let equals: Vec<u32> = alike.iter().filter(|alike| alike.1 == count).map(|&(one, _)| one).collect();
    let edits = Edits::of(&equals, &candidates, told);
    // The earliest, unless it departs where another one does not whose date does not speak against that.
    let earliest = *equals.first()?;
    let undisputed = |one: u32| match (published(earliest), published(one)) {
        (Some(earliest), Some(one)) => one.known_by() <= earliest.known_by(),
        _ => true,
    };
    let better = equals.iter().copied().find(|&one| undisputed(one) && edits.tell(one, earliest));
    let article = better.unwrap_or(earliest);
    let by_edits = equals.len() > 1 && equals.iter().all(|&one| one == article || edits.tell(article, one));
    if published(article).is_none() && count == 0 && !by_edits {
        return None;
    }
    // Who else might be it: those with a date, or else those without; if nobody is left, whoever was passed over.
    let rivals = |dated: bool| {
        let free = free.iter().copied().filter(move |&one| one != article);
        free.filter(move |&one| published(one).is_some() == dated).collect::<Vec<u32>>()
    };
    let rivals = [rivals(true), rivals(false), others(article).collect()];
    let judged = rivals.iter().find(|rivals| !rivals.is_empty())?.iter().map(|&rival| {
        let told = between(published(article), published(rival));
        let credited = Credited {
            source: credits(rival, article) || count > credited_by(rival),
            target: credits(article, rival),
        };
        match confidence(told, credited, None) {
            (UNTOLD, true) if edits.tell(article, rival) => (told, (INHERITED, false)),
            judged => (told, judged),
        }
    });
    // The strongest rival decides; of equals the earliest.
    let (told, (sure, tie)) = judged.reduce(|least, next| if next.1.0 < least.1.0 { next } else { least })?;
    let undated = without.iter().filter(|&&member| member != article);
    let untold = undated.clone().filter(|&&member| !edits.tell(article, member)).count();
    // Each member without a date may have been first, as likely as not; unless it is known who was copied.
    #[allow(clippy::cast_precision_loss, reason = "counts of articles are below 2^32")]
    let dated_share = 1.0 - if count > 0 { 0.0 } else { untold as f64 / (2.0 * members.len() as f64) };
    let passed_over = candidates.iter().filter(|&&one| one < article && !free.contains(&one)).count();
    let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX); // articles are numbered in 32 bits
    Some(Origin {
        article,
        confidence: if tie { sure } else { sure * dated_share },
        order: told,
        credited_by: narrow(count),
        passed_over: narrow(passed_over),
        undated: narrow(undated.count()),
        by_edits,
        tie,
    })
}

/// How often members depart from the others' text.
struct Edits(Vec<(u32, u32)>);

impl Edits {
    /// Of members that nothing else sets apart: they are compared with each other, and with further ones as witnesses.
    fn of(equals: &[u32], candidates: &[u32], told: Told<'_>) -> Edits {
        if equals.len() < 2 || candidates.len() < 3 {
            return Edits(Vec::new());
        }
        let witnesses = candidates.iter().filter(|one| !equals.contains(one));
        let mut words = 0;
        let is_room = |one: &u32| {
            words += u64::from((told.words)(*one));
            words <= VERSION_WORDS
        };
        let compared: Vec<u32> =
            equals.iter().chain(witnesses).copied().take(VERSIONS).take_while(is_room).collect();
        let version = |&one: &u32| Version { outlet: (told.outlet)(one), shingles: (told.shingles)(one) };
        let versions: Vec<Version> = compared.iter().map(version).collect();
        Edits(compared.into_iter().zip(departures(&versions)).collect())
    }

    /// `None` for members that were not compared.
    fn count(&self, member: u32) -> Option<u32> {
        self.0.iter().find(|(one, _)| *one == member).map(|&(_, count)| count)
    }

    /// Whether `rival` departs where `article` does not.
    fn tell(&self, article: u32, rival: u32) -> bool {
        self.count(article) == Some(0) && self.count(rival).is_some_and(|count| count > 0)
    }
}

/// What two dates tell, the one that may be later being of an article that may stand before the other.
fn between(one: Option<PublishedAt>, other: Option<PublishedAt>) -> Order {
    let swapped = matches!((one, other), (Some(one), Some(other)) if other.known_by() < one.known_by());
    if !swapped {
        return order(one, other);
    }
    // It is the later of both: its date speaks against it, so that it can be no more than a tie.
    let Order { dates, lag, .. } = order(other, one);
    Order { dates, tie: true, lag: lag.map(|lag| -lag) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::dates::parse_published;

    fn date(text: &str) -> Option<PublishedAt> {
        parse_published(text).expect("a date of these tests")
    }

    #[test]
    fn dates_tell_an_order_or_are_a_tie() {
        let check = |earlier, later, dates, tie, lag| {
            assert_eq!(order(date(earlier), date(later)), Order { dates, tie, lag }, "{earlier} {later}");
        };
        check("2025-05-06T11:00:00Z", "2025-05-06T11:00:00Z", Dates::BothTimed, true, Some(0));
        check("2025-05-06T11:00:00Z", "2025-05-06T11:05:00Z", Dates::BothTimed, true, Some(300));
        check("2025-05-06T11:00:00Z", "2025-05-06T11:05:01Z", Dates::BothTimed, false, Some(301));
        check("2025-05-06T11:00:00Z", "2025-05-06", Dates::DateOnly, true, None);
        check("2025-05-06", "2025-05-06", Dates::DateOnly, true, Some(0));
        check("2025-05-06", "2025-05-07", Dates::DateOnly, false, Some(86_400));
        check("2025-05-06", "2025-05-07T00:00:00Z", Dates::DateOnly, false, None);
        check("2025-05-06", "", Dates::Missing, true, None);
        check("", "", Dates::Missing, true, None);
    }

    #[test]
    fn confidence_grows_with_the_evidence() {
        let check = |earlier, later, (source, target), kind, expect: (f64, bool)| {
            let (sure, tie) =
                confidence(order(date(earlier), date(later)), Credited { source, target }, kind);
            assert!((sure - expect.0).abs() < 1e-9 && tie == expect.1, "{earlier} {later}: {sure} {tie}");
        };
        let (ten, noon, day) = ("2025-05-06T10:00:00Z", "2025-05-06T12:00:00Z", "2025-05-06");
        check(ten, noon, (false, false), None, (0.9, false));
        check("2025-05-05", day, (false, false), None, (0.8, false));
        check(ten, ten, (false, false), None, (0.5, true));
        check(ten, day, (false, false), None, (0.5, true));
        check(day, "", (false, false), None, (0.5, true));
        check(ten, noon, (true, false), None, (1.0 - 0.1 / 3.0, false));
        check(ten, ten, (true, false), None, (1.0 - 0.5 / 3.0, false));
        check(ten, noon, (false, true), None, (0.3, false));
        check(ten, ten, (true, true), None, (0.5, true));
        check(ten, ten, (false, false), Some(RelationKind::Abridged), (0.6, false));
        check(ten, ten, (false, false), Some(RelationKind::Expanded), (0.4, false));
        check(ten, noon, (false, false), Some(RelationKind::Expanded), (0.9, false));
        check(ten, ten, (false, false), Some(RelationKind::Reprint), (0.5, true));
    }

    /// Dates of the members, who credits whom; the origin, its confidence, whether it is a tie.
    fn check(dates: &[&str], credits: &[(u32, u32)], expect: Option<(u32, f64, bool)>) {
        let members: Vec<u32> = (0..u32::try_from(dates.len()).expect("few")).collect();
        let told = Told {
            published: &|member| date(dates[member as usize]),
            credits: &|one, other| credits.contains(&(one, other)),
            outlet: &|member| u64::from(member),
            words: &|_| 50,
            shingles: &|_| (0..50).collect(),
        };
        let found = origin(&members, told);
        let told =
            found.map(|found| (found.article, (found.confidence * 1000.0).round() / 1000.0, found.tie));
        assert_eq!(told, expect, "{dates:?} {credits:?}");
    }

    const TEN: &str = "2025-05-06T10:00:00Z";
    const SOON: &str = "2025-05-06T10:03:00Z";
    const NOON: &str = "2025-05-06T12:00:00Z";
    const DAY: &str = "2025-05-06";

    #[test]
    fn the_earliest_is_the_origin_where_times_tell() {
        check(&[TEN, NOON, NOON], &[], Some((0, 0.9, false)));
        check(&["2025-05-05", DAY], &[], Some((0, 0.8, false)));
    }

    #[test]
    fn ties_are_ties() {
        check(&[TEN, SOON], &[], Some((0, 0.5, true)));
        check(&[TEN, NOON, DAY], &[], Some((0, 0.5, true)));
        check(&[DAY, DAY], &[], Some((0, 0.5, true)));
        check(&[TEN, ""], &[], Some((0, 0.5, true)));
        check(&["", ""], &[], None);
        check(&[TEN, SOON], &[(0, 1), (1, 0)], Some((0, 0.5, true)));
    }

    #[test]
    fn whoever_credits_another_member_is_not_the_origin() {
        check(&[TEN, NOON], &[(0, 1)], Some((1, 0.833, false)));
        check(&[TEN, SOON], &[(0, 1)], Some((1, 0.833, false)));
        check(&[TEN, SOON, NOON], &[(2, 1)], Some((1, 0.833, false)));
        check(&[TEN, NOON], &[(1, 0)], Some((0, 0.967, false)));
        check(&["", ""], &[(0, 1)], Some((1, 0.833, false)));
        check(&[TEN, ""], &[(0, 1)], Some((1, 0.833, false)));
    }

    #[test]
    fn of_equals_one_whose_text_others_have_unchanged_is_the_origin() {
        // The edits of each member: places that it alone changed.
        let check = |dates: &[&str], edits: &[&[u64]], expect: Option<(u32, f64, bool)>| {
            let members: Vec<u32> = (0..u32::try_from(dates.len()).expect("few")).collect();
            let text = |member: u32| {
                let changed = edits[member as usize];
                (0..60)
                    .map(|at| if changed.contains(&at) { 1000 * u64::from(member + 1) + at } else { at })
                    .collect()
            };
            let told = Told {
                published: &|member| date(dates[member as usize]),
                credits: &|_, _| false,
                outlet: &|member| u64::from(member),
                words: &|_| 60,
                shingles: &text,
            };
            let found = origin(&members, told);
            let told = found
                .map(|found| (found.article, (found.confidence * 1000.0).round() / 1000.0, found.by_edits));
            assert_eq!(told, expect, "{dates:?} {edits:?}");
        };
        check(&[TEN, TEN, TEN], &[&[9], &[], &[30]], Some((1, 0.6, true)));
        check(&[TEN, SOON, SOON], &[&[], &[9], &[30]], Some((0, 0.6, true)));
        // A date within the slop is not overruled.
        check(&[TEN, SOON, SOON], &[&[9], &[], &[30]], Some((0, 0.5, false)));
        check(&[TEN, TEN, TEN], &[&[9], &[], &[]], Some((1, 0.5, false)));
        check(&[TEN, NOON, NOON], &[&[9], &[], &[]], Some((0, 0.9, false)));
        check(&["", "", ""], &[&[9], &[20], &[]], Some((2, 0.6, true)));
        check(&["", "", ""], &[&[], &[20], &[]], None);
        check(&["", "", ""], &[&[9], &[20], &[40]], None);
        // Those beyond the versions that are compared are not preferred for that.
        let edits: Vec<Vec<u64>> = (0..17).map(|at| vec![20 + at]).collect();
        let edits: Vec<&[u64]> = edits.iter().map(Vec::as_slice).collect();
        check(&[TEN; 17], &edits, Some((0, 0.5, false)));
    }

    #[test]
    fn an_undated_member_lessens_what_dates_tell() {
        check(&[TEN, NOON, "", ""], &[], Some((0, 0.675, false)));
    }

    #[test]
    fn a_story_of_very_many_members_asks_few_of_them() {
        let members: Vec<u32> = (0..100_000).collect();
        let asked = std::cell::Cell::new(0_u32);
        let credits = |_: u32, _: u32| {
            asked.set(asked.get() + 1);
            false
        };
        let read = std::cell::Cell::new(0_u32);
        let shingles = |_: u32| {
            read.set(read.get() + 1);
            (0..50).collect()
        };
        let outlet = |member| u64::from(member);
        let told = Told {
            published: &|_| date(TEN),
            credits: &credits,
            outlet: &outlet,
            words: &|_| 50,
            shingles: &shingles,
        };
        let found = origin(&members, told).map(|found| found.article);
        assert_eq!(found, Some(0));
        assert!(read.get() <= 16, "{} texts", read.get());
        assert!(asked.get() < 200_000, "{} questions", asked.get());
    }
}
