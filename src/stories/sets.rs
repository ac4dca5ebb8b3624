//! Shingle sets, and glances beside them, at hand: made from the text on demand, and kept as long as there is room.
//!
//! The same article is compared in many bands and again when its group is cut into stories; making its set anew each
//! time means reading and cutting its text. What is kept never changes a result, only how often it is made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::verify::{Compared, ShingleSet};

/// Shelves, so that threads seldom wait for one another.
const SHELVES: usize = 64;

/// More room for sets than this is no use: 16 MiB hold some 4,000 articles, and a set made anew costs less than memory that was
/// never touched (on 100 MB and 1 GB of generated news 64 MiB took 2 and 4 % more CPU time). With glances it is twice as much.
const MOST_BYTES: u64 = 16 << 20;

/// Makes and keeps something of articles.
pub struct Kept<'a, T> {
    make: &'a (dyn Fn(u32) -> T + Sync),
    /// How many numbers of 64 bits one holds.
    numbers: fn(&T) -> usize,
    /// Numbers that a shelf holds before it is emptied.
    most_numbers: usize,
    shelves: Vec<Mutex<Shelf<T>>>,
}

/// Shingle sets at hand.
pub type Sets<'a> = Kept<'a, ShingleSet>;

struct Shelf<T> {
    made: HashMap<u32, Arc<T>>,
    numbers: usize,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf { made: HashMap::new(), numbers: 0 }
    }
}

impl<T> std::fmt::Debug for Kept<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl<'a> Kept<'a, ShingleSet> {
    /// `make` gives the set of an article from its text; about `bytes` bytes of sets are kept, 16 MiB at most.
    pub fn new(make: &'a (dyn Fn(u32) -> ShingleSet + Sync), bytes: u64) -> Self {
        Kept::up_to(bytes.min(MOST_BYTES), make, ShingleSet::len)
    }
}

impl<'a> Kept<'a, Compared> {
    /// The same of all that is compared of an article; with glances 32 MiB at most.
    pub fn compared(make: &'a (dyn Fn(u32) -> Compared + Sync), bytes: u64, glances: bool) -> Self {
        let most = if glances { 2 * MOST_BYTES } else { MOST_BYTES };
        Kept::up_to(bytes.min(most), make, |compared| compared.set.len() + compared.glance.len())
    }
}

impl<'a, T> Kept<'a, T> {
    fn up_to(bytes: u64, make: &'a (dyn Fn(u32) -> T + Sync), numbers: fn(&T) -> usize) -> Self {
        let most_numbers = usize::try_from(bytes).unwrap_or(usize::MAX) / SHELVES / size_of::<u64>();
        Kept { make, numbers, most_numbers, shelves: (0..SHELVES).map(|_| Mutex::default()).collect() }
    }

    /// That of an article.
    pub fn get(&self, article: u32) -> Arc<T> {
        let place = &self.shelves[article as usize % SHELVES];
        let lock = || place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = lock().made.get(&article) {
            return Arc::clone(made);
        }
        // Made outside the lock: two threads may make the same, which is only work.
        let made = Arc::new((self.make)(article));
        let mut room = lock();
        if room.numbers > self.most_numbers {
            *room = Shelf::default();
        }
        room.numbers += (self.numbers)(&made);
        room.made.insert(article, Arc::clone(&made));
        made
    }
}
