//! Verification: what candidates only suggest is decided here, on the text.
//!
//! - [`ShingleSet`]: resemblance and containment of two articles, exactly.
//! - [`Refilled`]: one form filled in twice, or one text revised.
//! - [`align()`]: how far a shared seed reaches in two token sequences, small edits bridged.

mod alignment;
mod facts;
mod resemblance;

pub use alignment::{Alignment, Block, Bridging, Window, align};
pub use facts::{Facts, Frame, Refilled};
pub use resemblance::{Overlap, ShingleSet};
