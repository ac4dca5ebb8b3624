//! The memory map: one of the two files with `unsafe` in them; `kernel/x86_64.rs` is the other.
//!
//! In: an open file. Out: its bytes as a slice, without copying them.
//!
//! # Why this is sound enough, and what is not promised
//!
//! A mapped file that somebody else writes to changes under our eyes; that is undefined behaviour as soon as
//! the compiler relied on a value it read. Nobody can forbid another process to write, so, as in ripgrep and
//! BLAKE3, the promise is on our side: the bytes are only ever read as `u8` (every bit pattern is valid), a
//! record is copied out and checked before anything is derived from it (what is left where it stands is judged beforehand, and
//! judged again once it is copied), nothing indexes by what was
//! read twice, and files that changed are reported (`Source::changed`). A file *cut* under the map raises
//! SIGBUS at the next touch; [`exit_cleanly_when_cut`] turns that into a message and status 4. `--no-mmap`
//! reads instead.

#![allow(unsafe_code, reason = "mapping a file and handling SIGBUS have no safe form; see the module's text")]

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::OnceLock;

use memmap2::Mmap;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

/// Smaller files are read: a map costs two system calls, a page fault a page, and one of 65,530 map places.
pub(super) const MIN_MAPPED_BYTES: u64 = 256 * 1024;

/// Maps a whole file for reading.
///
/// # Errors
/// What the operating system says; callers fall back to reading.
pub(crate) fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the map is private to this module's callers, read-only, and read as bytes only (or, of a temporary file
    // of our own, which has no name and is complete, as plain numbers); see above for what happens when another
    // process writes or cuts the file.
    unsafe { Mmap::map(file) }
}

/// What the handler writes before it exits. A constant: a signal handler must not allocate or format.
const CUT: &[u8] = b"wirecopy: an input file was cut short by another program while it was being read; \
nothing was published (run again when the file is complete, or use --no-mmap)\n";

/// Status of a run whose input became unusable (design: exit codes).
const UNUSABLE_INPUT: i32 = 4;

/// What the handler removes before it exits, files before the folders that hold them.
static LEFTOVERS: OnceLock<Vec<CString>> = OnceLock::new();

/// From now on a file cut under its map ends the process with a message and status 4, not with a bare SIGBUS, and
/// without `leftovers`: files, and after them the folders that hold only them. For binaries: a library must not change
/// its host's signal handling unasked. Only the first call's leftovers count.
///
/// # Errors
/// What the operating system says when the handler cannot be set.
pub fn exit_cleanly_when_cut(leftovers: &[PathBuf]) -> io::Result<()> {
    extern "C" fn handler(_: i32) {
        // Only async-signal-safe calls: unlink, rmdir, write and _exit; reading the lock is one atomic load.
        for path in LEFTOVERS.get().into_iter().flatten() {
            // SAFETY: the path is a C string that is never freed; what cannot be removed stays.
            unsafe {
                nix::libc::unlink(path.as_ptr());
                nix::libc::rmdir(path.as_ptr());
            }
        }
        let _ = nix::unistd::write(io::stderr(), CUT);
        // SAFETY: `_exit` takes any status, never returns, and runs no destructor that could hold a lock.
        unsafe { nix::libc::_exit(UNUSABLE_INPUT) }
    }
    let c_path = |path: &PathBuf| CString::new(path.as_os_str().as_bytes()).ok();
    LEFTOVERS.get_or_init(|| leftovers.iter().filter_map(c_path).collect());
    let action = SigAction::new(SigHandler::Handler(handler), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler calls only async-signal-safe functions and changes no memory of the program.
    unsafe { sigaction(Signal::SIGBUS, &action) }?;
    Ok(())
}
