//! Signatures that a scan does not use, implemented to be compared with the one it does: benches and tests reach them
//! here, and `docs/decisions/0001-signature.md` tells what came of it.
//!
//! - [`Permutations`]: classic MinHash, a permutation a slot · [`Densified`]: one permutation, empty slots borrow

mod densified;
mod permutations;

pub use densified::{Densified, densified_by_definition};
pub use permutations::{Permutations, permutations_by_definition};
