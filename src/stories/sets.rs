//! Shingle sets at hand: made from the text on demand, and kept as long as there is room.
//!
//! The same article is compared in many bands and again when its group is cut into stories; making its set anew each
//! time means reading and cutting its text. What is kept never changes a result, only how often a set is made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::verify::ShingleSet;

/// Shelves, so that threads seldom wait for one another.
const SHELVES: usize = 64;

/// More room than this is no use: 16 MiB hold some 4,000 articles, and a set made anew costs less than memory that was never
/// touched (on 100 MB and 1 GB of generated news 64 MiB took 2 and 4 % more CPU time).
const MOST_BYTES: u64 = 16 << 20;

/// Makes and keeps shingle sets.
pub struct Sets<'a> {
    make: &'a (dyn Fn(u32) -> ShingleSet + Sync),
    /// Shingles a shelf holds before it is emptied.
    most_shingles: usize,
    shelves: Vec<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    sets: HashMap<u32, Arc<ShingleSet>>,
    shingles: usize,
}

impl std::fmt::Debug for Sets<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sets").finish_non_exhaustive()
    }
}

impl<'a> Sets<'a> {
    /// `make` gives the set of an article from its text; about `bytes` bytes of sets are kept, 16 MiB at most.
    pub fn new(make: &'a (dyn Fn(u32) -> ShingleSet + Sync), bytes: u64) -> Self {
        let most_shingles =
            usize::try_from(bytes.min(MOST_BYTES)).unwrap_or(usize::MAX) / SHELVES / size_of::<u64>();
        Sets { make, most_shingles, shelves: (0..SHELVES).map(|_| Mutex::default()).collect() }
    }

    /// The set of an article.
    pub fn get(&self, article: u32) -> Arc<ShingleSet> {
        let place = &self.shelves[article as usize % SHELVES];
        let lock = || place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(set) = lock().sets.get(&article) {
            return Arc::clone(set);
        }
        // Made outside the lock: two threads may make the same set, which is only work.
        let set = Arc::new((self.make)(article));
        let mut room = lock();
        if room.shingles > self.most_shingles {
            *room = Shelf::default();
        }
        room.shingles += set.len();
        room.sets.insert(article, Arc::clone(&set));
        set
    }
}
