//! Lineage: who had it first, and who says so.
//!
//! So far: credits that an article prints ([`credits()`]), and the canonical order in
//! which the earliest stands first (`pipeline::catalogue`). Origins with confidence, relations and outlets
//! come with their own issue.

mod credits;
pub mod pages;

pub use credits::{Agency, Credit, CreditKind, credits};
