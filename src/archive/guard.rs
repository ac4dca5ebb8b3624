//! Knowing, in a panic hook, that a panic will be caught and counted.
//!
//! The crates that read foreign formats may panic on hostile bytes. Such a panic is caught, becomes a problem of its
//! record or file, and should not write a message of its own: the binary's hook asks [`is_guarded`] and stays silent.

use std::cell::Cell;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Whether this thread is reading under a guard: a panic is a problem of what is read, and told as one.
pub fn is_guarded() -> bool {
    DEPTH.get() > 0
}

/// Runs `work` under a guard.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> T {
    struct Left;
    impl Drop for Left {
        fn drop(&mut self) {
            DEPTH.set(DEPTH.get() - 1);
        }
    }
    DEPTH.set(DEPTH.get() + 1);
    let _left = Left;
    work()
}
