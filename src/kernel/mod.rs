//! The instruction sets that the hot loops are compiled for, and the one place where one is chosen.
//!
//! A hot loop is written once, as a `Task`: safe Rust over fixed blocks, generic over `Lanes`, the few
//! operations that the compiler does not make of plain loops (64 bytes to bit masks, bits to positions). Running a
//! task on a [`Kernel`] compiles that same loop for its instruction set: AVX-512, AVX2, or whatever the target has
//! always (*portable*: SSE2 on x86-64, NEON on 64-bit Arm, plain words elsewhere). All kernels give the same
//! results; they differ in speed alone. The form for 64-bit Arm is the portable one; it could not be compiled or timed where
//! this was written.
//!
//! A [`Kernel`] can be had only where the processor has what it needs, so holding one is the proof that its code may
//! run. That proof is what the `unsafe` in `x86_64.rs` rests on; no other file of this room has any.
//!
//! - [`Kernel`]: which sets there are and which this machine has · `lanes`: the vocabulary of the loops, and its
//!   portable form · `x86_64`: the same in AVX2 and AVX-512, and the calls into code compiled for them

mod lanes;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use std::fmt;
use std::str::FromStr;

pub(crate) use lanes::{Bytes, Lanes, each};

/// A loop that can be compiled for several instruction sets.
pub(crate) trait Task {
    /// What it gives.
    type Output;
    /// The loop. `#[inline(always)]`, or it would be compiled for the target's common set alone.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// An instruction set that this processor has: what the hot loops run on.
///
/// # Which one should you use?
/// The default, [`Kernel::best`]. Another is for comparing, and for a machine whose processor claims what it
/// cannot do.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kernel(Set);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Set {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(x86_64::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(x86_64::Avx512),
}

impl Kernel {
    /// Names that can be asked for, on any machine.
    pub const NAMES: [&'static str; 3] = ["portable", "avx2", "avx512"];

    /// The kernel that every machine has.
    pub const PORTABLE: Kernel = Kernel(Set::Portable);

    /// Those that this machine has, the fastest last.
    pub fn all() -> Vec<Kernel> {
        let mut all = vec![Kernel::PORTABLE];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(x86_64::Avx2::detected().map(|avx2| Kernel(Set::Avx2(avx2))));
            all.extend(x86_64::Avx512::detected().map(|avx512| Kernel(Set::Avx512(avx512))));
        }
        all
    }

    /// The fastest that this machine has. Cheap: the processor is asked once per process.
    #[inline]
    pub fn best() -> Kernel {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(avx512) = x86_64::Avx512::detected() {
                return Kernel(Set::Avx512(avx512));
            }
            if let Some(avx2) = x86_64::Avx2::detected() {
                return Kernel(Set::Avx2(avx2));
            }
        }
        Kernel::PORTABLE
    }

    /// Its name, as in [`Kernel::NAMES`].
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512(_) => "avx512",
        }
    }

    /// Runs the loop as compiled for this set.
    #[inline]
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        match self.0 {
            Set::Portable => task.run(lanes::Portable),
            #[cfg(target_arch = "x86_64")]
            Set::Avx2(avx2) => avx2.run(task),
            #[cfg(target_arch = "x86_64")]
            Set::Avx512(avx512) => avx512.run(task),
        }
    }
}

impl Default for Kernel {
    fn default() -> Self {
        Kernel::best()
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a kernel cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKernel {
    /// There is none of that name.
    #[error("no kernel is called {name:?} (there are {})", Kernel::NAMES.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The processor lacks the instructions.
    #[error("this processor cannot run the kernel {name:?} (it can run {})", names(&Kernel::all()))]
    Unsupported {
        /// What was asked for.
        name: &'static str,
    },
}

fn names(kernels: &[Kernel]) -> String {
    kernels.iter().map(|kernel| kernel.name()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Kernel {
    type Err = NoKernel;

    fn from_str(name: &str) -> Result<Self, NoKernel> {
        if let Some(kernel) = Kernel::all().into_iter().find(|kernel| kernel.name() == name) {
            return Ok(kernel);
        }
        match Kernel::NAMES.into_iter().find(|known| *known == name) {
            Some(name) => Err(NoKernel::Unsupported { name }),
            None => Err(NoKernel::Unknown { name: name.into() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_found_by_their_names() {
        for kernel in Kernel::all() {
            assert_eq!(kernel.name().parse(), Ok(kernel));
            assert!(Kernel::NAMES.contains(&kernel.name()));
        }
        assert_eq!(Kernel::all().last(), Some(&Kernel::best()));
        assert_eq!("sse9".parse::<Kernel>(), Err(NoKernel::Unknown { name: "sse9".into() }));
        let absent = Kernel::NAMES.into_iter().find(|name| Kernel::all().iter().all(|k| k.name() != *name));
        if let Some(name) = absent {
            assert_eq!(name.parse::<Kernel>(), Err(NoKernel::Unsupported { name }));
        }
    }
}
