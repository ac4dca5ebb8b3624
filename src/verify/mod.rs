//! Verification: what candidates only suggest is decided here, on the text.
//!
//! - [`ShingleSet`]: resemblance and containment of two articles, exactly.
//! - [`Refilled`]: one form filled in twice, or one text revised.
//! - [`aligned_from`]: what two texts have in common in one order, over all edits.
//! - [`Rule`]: which of these decides that two articles are near-duplicates.
//! - [`align()`]: how far a shared seed reaches in two token sequences, small edits bridged.

mod aligned;
mod alignment;
mod facts;
mod figures;
mod resemblance;
mod rule;

pub use aligned::{Aligned, Looked, MOST_STEPS, aligned_from};
pub use alignment::{Alignment, Block, Bridging, Window, align};
pub use facts::{Facts, Frame, Refilled};
pub use resemblance::{Overlap, ShingleSet};
pub use rule::{
    Compared, FEWEST_WORDS, Glance, Glances, LEAST, Measures, Nearness, Printed, Rule, SURE, Verified,
    is_one_text, look_twice,
};
