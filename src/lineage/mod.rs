//! Lineage: who had it first, and who says so.
//!
//! - `credits`: sources that an article names ([`credits()`])
//! - `pages`: stories that are none, such as a bot wall
//! - `relations`: what an article is to another that it shares text with ([`Relation`])
//! - `heirs`: which version of a text is no ancestor of the others
//! - `origins`: who was first, and how sure that is ([`Origin`])
//! - `outlets`: who prints how much of whom ([`OutletPair`])
//! - `trace`: from what act 2 found to all of these ([`trace()`])

mod credits;
mod heirs;
mod origins;
mod outlets;
pub mod pages;
mod relations;
mod trace;

pub use credits::{Agency, Credit, CreditKind, credits};
pub use origins::{Credited, Dates, Order, Origin, SLOP_SECONDS, Told, confidence, order, origin};
pub use outlets::{OWN, OutletPair, UNKNOWN};
pub use relations::{
    Basis, Coverage, ENOUGH, LONG_QUOTATION, MOST, MUCH, Relation, RelationKind, is_composite,
};
pub use trace::{Facts, Lineage, trace};
