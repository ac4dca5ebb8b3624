//! Sketches: small summaries of an article's shingles that stand in for them until a pair is verified.
//!
//! # Which one should you use?
//!
//! - [`Signature`] (MinHash): which articles resemble one another. Two signatures agree in a slot with a
//!   chance that equals the resemblance of the shingle sets, so they give an unbiased estimate and can be cut
//!   into bands. Fails for containment: a short article inside a long one has low resemblance.
//! - [`simhash()`]: 64 bits whose Hamming distance grows with the angle between two shingle vectors. Smaller,
//!   but coarse: distances of unrelated short texts vary widely, and it gives no resemblance. For whole
//!   articles only.
//! - [`Winnower`] (fingerprints with positions): which *passages* two articles share, however long the rest
//!   is. Larger: about one fingerprint for every five tokens.
//!
//! None of them decides anything: what they propose is verified on the text (`verify`).

pub mod alternatives;
#[cfg(test)]
mod estimates;
mod minhash;
mod simhash;
mod winnow;

pub use minhash::{SLOTS, Signature, Sketcher, agreeing_slots, signature_by_definition};
pub use simhash::{simhash, simhash_by_definition, simhash_on};
pub use winnow::{Fingerprint, Winnower, winnow_by_definition};
