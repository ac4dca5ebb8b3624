//! Buffers that threads lend each other: as many as are used at once, each grown once.

use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A store of spare values.
pub(super) struct Pool<T, M> {
    make: M,
    spare: Mutex<Vec<T>>,
}

impl<T, M> fmt::Debug for Pool<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

impl<T, M: Fn() -> T> Pool<T, M> {
    /// An empty pool; `make` makes a value when none is spare.
    pub(super) fn new(make: M) -> Self {
        Pool { make, spare: Mutex::default() }
    }

    /// Lends a value to `work`.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = spare().pop();
        let mut value = taken.unwrap_or_else(&self.make);
        let result = work(&mut value);
        spare().push(value);
        result
    }
}
