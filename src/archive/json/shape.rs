//! Which members of a record may hold which noun, worked out once for each list of keys.
//!
//! In: the keys of a record, in the order in which they stand. Out: for each noun the members to be tried, in the order
//! in which the tables of [`fields`](super::super::fields) name them. That is a function of the keys alone, and records of one
//! file have few lists of keys, so the last few answers are kept.

use super::super::fields::{NOUNS, Noun, has_capital, is_recased};
use super::scan::{Expected, MAX_MEMBERS, Member, NO_TEXT};

/// How many lists of keys are kept: files where optional fields come and go have some.
const KEPT: usize = 8;

/// A member that may hold a noun.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Candidate {
    /// As the tables spell it.
    pub(in super::super) name: &'static str,
    /// Its index in the record.
    pub(in super::super) member: u8,
    /// Where in the member the value is, if it is an object; `None` for the member itself.
    pub(in super::super) inside: Option<&'static str>,
}

/// What is known of a list of keys.
#[derive(Debug)]
pub(in super::super) struct Shape {
    /// The keys, each with a closing quote, as the walk compares them.
    keys: Vec<Box<[u8]>>,
    /// As [`Expected::text_ranks`].
    text_ranks: Vec<u8>,
    candidates: [Vec<Candidate>; NOUNS.len()],
}

/// The shapes of recent records.
#[derive(Debug, Default)]
pub(in super::super) struct Shapes {
    kept: Vec<Shape>,
    last: usize,
    oldest: usize,
}

impl Shapes {
    /// What the next record will be like, if it is like the last one.
    pub(super) fn expected(&self) -> Expected<'_> {
        match self.kept.get(self.last) {
            Some(Shape { keys, text_ranks, .. }) => Expected { keys, text_ranks },
            None => Expected::default(),
        }
    }

    /// The shape of a record; `None` if a key stands twice. `as_last`: its keys are those of the last record.
    pub(super) fn shape_of(&mut self, line: &str, members: &[Member], as_last: bool) -> Option<&Shape> {
        if !as_last || self.kept.is_empty() {
            self.look_up(members.iter().map(|member| member.key(line)))?;
        }
        Some(&self.kept[self.last])
    }

    /// The shape of a record with these keys, in this order; `None` if a key stands twice, or there are too many.
    pub(in super::super) fn shape_of_keys<'k>(
        &mut self,
        keys: impl ExactSizeIterator<Item = &'k str> + Clone,
    ) -> Option<&Shape> {
        let as_last = self.kept.get(self.last).is_some_and(|shape| shape.has_keys(keys.clone()));
        if !as_last {
            self.look_up(keys)?;
        }
        Some(&self.kept[self.last])
    }

    fn look_up<'k>(&mut self, keys: impl ExactSizeIterator<Item = &'k str> + Clone) -> Option<()> {
        self.last = if let Some(known) = self.kept.iter().position(|shape| shape.has_keys(keys.clone())) {
            known
        } else {
            let keys: Vec<&str> = keys.collect();
            self.keep(Shape::of(&keys)?)
        };
        Some(())
    }

    fn keep(&mut self, shape: Shape) -> usize {
        if self.kept.len() < KEPT {
            self.kept.push(shape);
            return self.kept.len() - 1;
        }
        let place = self.oldest;
        self.kept[place] = shape;
        self.oldest = (place + 1) % KEPT;
        place
    }
}

impl Shape {
    fn has_keys<'k>(&self, mut keys: impl ExactSizeIterator<Item = &'k str>) -> bool {
        let is = |key: &[u8], other: &str| key.strip_suffix(b"\"").is_some_and(|key| key == other.as_bytes());
        self.keys.len() == keys.len()
            && self.keys.iter().all(|key| keys.next().is_some_and(|other| is(key, other)))
    }

    /// `None` if a key stands twice, or there are too many.
    fn of(keys: &[&str]) -> Option<Shape> {
        if keys.len() > MAX_MEMBERS {
            return None;
        }
        let mut sorted: Vec<(&str, u8)> = keys.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        if sorted.windows(2).any(|two| two[0].0 == two[1].0) {
            return None;
        }
        let lengths = keys.iter().fold(0, |lengths, key| lengths | length_bit(key));
        let candidates = NOUNS.map(|noun| candidates(noun.names(), &sorted, lengths));
        let mut text_ranks = vec![NO_TEXT; keys.len()];
        for (candidate, rank) in candidates[Noun::Text as usize].iter().zip(0..NO_TEXT) {
            if candidate.inside.is_none() {
                text_ranks[usize::from(candidate.member)] = rank;
            }
        }
        let keys = keys.iter().map(|key| [key.as_bytes(), b"\""].concat().into()).collect();
        Some(Shape { keys, text_ranks, candidates })
    }

    /// The members that may hold a noun, in the order in which they are to be tried.
    pub(in super::super) fn candidates(&self, noun: Noun) -> &[Candidate] {
        &self.candidates[noun as usize]
    }
}

/// First the names as they are spelled, then in any case; of keys that differ in case alone, the smaller first.
fn candidates(names: &[&'static str], sorted: &[(&str, u8)], lengths: u64) -> Vec<Candidate> {
    // Nearly all names are no key, and most of these are told by their length.
    let find = |key: &str| {
        let place = || sorted.binary_search_by_key(&key, |(key, _)| key).ok();
        if lengths & length_bit(key) == 0 { None } else { Some(sorted[place()?].1) }
    };
    let exact = names.iter().filter_map(|&name| {
        if let Some(member) = find(name) {
            return Some(Candidate { name, member, inside: None });
        }
        let (first, rest) = name.split_once('.')?;
        Some(Candidate { name, member: find(first)?, inside: Some(rest) })
    });
    let capitals: Vec<(&str, u8)> = sorted.iter().copied().filter(|(key, _)| has_capital(key)).collect();
    let names_again = if capitals.is_empty() { &[] } else { names };
    let recased = names_again.iter().flat_map(|&name| {
        let matching = capitals.iter().filter(move |(key, _)| is_recased(key, name));
        matching.map(move |&(_, member)| Candidate { name, member, inside: None })
    });
    exact.chain(recased).collect()
}

/// One bit for each length of a key, the last for all that are longer.
fn length_bit(key: &str) -> u64 {
    1 << key.len().min(63)
}
