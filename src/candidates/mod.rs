//! Candidates: which pairs are worth verifying.
//!
//! - [`BandPlan`]: how many slots of a signature must agree together, from threshold and recall.
//! - [`buckets()`]: articles that agree in one band, as sorted keys.
//! - [`Postings`]: articles that share a winnowed fingerprint; [`Uses`]: what each of them shares with an earlier one;
//!   [`Stock`]: which of the fingerprints are of stock lines.
//!
//! Nothing here decides: a candidate is only ever a reason to look at the text.

mod bands;
mod buckets;
mod grouping;
mod postings;
mod stock;
mod uses;

pub use bands::BandPlan;
pub use buckets::{Buckets, Entry, NO_SIGNATURE, Signatures, buckets, share_an_earlier_band};
pub use postings::{Heads, Posting, Postings};
pub use stock::{Holders, Stock};
pub use uses::{Target, Use, Uses};
