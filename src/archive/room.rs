//! Room: who takes much memory for a moment waits for others that do.
//!
//! In: about how many bytes a piece of work will take, and how many all together may. Out: room, held as long as the work lasts. The idea: most
//! records take so little that nobody need ask; a page of many thousand tags or a batch of a column file takes hundreds of
//! megabytes, and as many of these at a time as there are threads would take what nobody allowed.
//!
//! It guarantees: work that asks takes no more than is allowed together, or is alone. Nothing that is found depends on it. Who
//! waits holds up its thread: who holds room may not wait for others that ask for it, nor ask again.

use std::sync::{Condvar, Mutex, OnceLock, PoisonError};

use crate::pipeline::default_bound;

/// Less than this is not asked for.
const LEAST: u64 = 1 << 20;

/// The part of the bound of memory that all who ask may have together.
const PART: u64 = 4;

/// Bytes that are taken by those who asked.
#[derive(Debug, Default)]
struct Room {
    taken: Mutex<u64>,
    freed: Condvar,
}

impl Room {
    const fn new() -> Self {
        Room { taken: Mutex::new(0), freed: Condvar::new() }
    }

    /// Waits until so many bytes fit beside those that are taken, or nothing is taken.
    fn take(&self, bytes: u64, most: u64) -> Taken<'_> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken > 0 && taken.saturating_add(bytes) > most {
            taken = self.freed.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        *taken = taken.saturating_add(bytes);
        Taken { room: self, bytes }
    }
}

/// Room that was taken. It is given back when this is dropped, also where the work panics.
#[derive(Debug)]
pub(super) struct Taken<'r> {
    room: &'r Room,
    bytes: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut taken = self.room.taken.lock().unwrap_or_else(PoisonError::into_inner);
        *taken = taken.saturating_sub(self.bytes);
        drop(taken);
        self.room.freed.notify_all();
    }
}

/// Room for what takes about so many bytes, as soon as there is. `bound`: of the memory of the run; `None`: the usual one.
pub(super) fn room(bytes: u64, bound: Option<u64>) -> Option<Taken<'static>> {
    static ROOM: Room = Room::new();
    static USUAL: OnceLock<u64> = OnceLock::new();
    let bound = || bound.unwrap_or_else(|| *USUAL.get_or_init(default_bound));
    (bytes >= LEAST).then(|| ROOM.take(bytes, bound() / PART))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn no_more_is_taken_together_than_there_is_room_for_and_all_is_done() {
        let (room, taken, most) = (Room::new(), AtomicU64::new(0), AtomicU64::new(0));
        let done = AtomicU64::new(0);
        thread::scope(|scope| {
            for thread in 0..8_u64 {
                let (room, taken, most, done) = (&room, &taken, &most, &done);
                scope.spawn(move || {
                    for step in 0..50 {
                        let bytes = 1 + (thread * 7 + step * 3) % 10;
                        let _room = room.take(bytes, 10);
                        let now = taken.fetch_add(bytes, Ordering::SeqCst) + bytes;
                        most.fetch_max(now, Ordering::SeqCst);
                        thread::yield_now();
                        taken.fetch_sub(bytes, Ordering::SeqCst);
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!((done.into_inner(), *room.taken.lock().expect("nobody panicked")), (400, 0));
        assert!(most.into_inner() <= 10);
    }

    #[test]
    fn who_takes_more_than_all_is_alone_and_who_panics_gives_back() {
        let room = Room::new();
        drop(room.take(u64::MAX, 10));
        let panic = catch_unwind(AssertUnwindSafe(|| {
            let _room = room.take(20, 10);
            panic!("it fails")
        }));
        assert!(panic.is_err());
        drop(room.take(20, 10));
        assert_eq!(*room.taken.lock().expect("nobody held it"), 0);
    }
}
