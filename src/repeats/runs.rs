//! Runs: 16 words or more that stand again later in the same article.
//!
//! The machinery of passages, turned on the article itself: fingerprints that occur again are seeds, each is
//! grown on the tokens against its first and its last earlier occurrence, and the longer one wins.

use std::ops::Range;

use super::{MIN_RUN_WORDS, Twin, View};
use crate::sketch::Fingerprint;
use crate::verify::{Alignment, Block, Bridging, Window, align};

/// Finds runs; sorts `fingerprints` on the way. The `again` spans ascend and do not overlap.
pub(super) fn find(view: View<'_>, fingerprints: &mut [Fingerprint], width: usize) -> Vec<Twin> {
    let seeds = seeds(fingerprints);
    let mut twins = Vec::new();
    let mut covered = 0;
    for (position, earlier) in seeds {
        if position < covered {
            continue;
        }
        let grown = earlier.into_iter().filter_map(|twin| grow(view, position, twin, width, covered));
        // The longest; the first occurrence on a tie.
        let best = grown.reduce(|best, next| if next.agreeing() > best.agreeing() { next } else { best });
        if let Some(best) = best {
            covered = best.target().end;
            twins.push(Twin { first: best.source(), again: best.target(), similarity: best.similarity() });
        }
    }
    twins
}

/// Positions whose fingerprint occurred before, ascending, each with its first and its last earlier
/// occurrence.
fn seeds(fingerprints: &mut [Fingerprint]) -> Vec<(usize, [usize; 2])> {
    fingerprints.sort_unstable();
    let mut seeds = Vec::new();
    for group in fingerprints.chunk_by(|a, b| a.hash == b.hash) {
        for pair in group.windows(2) {
            seeds.push((pair[1].position as usize, [group[0].position as usize, pair[0].position as usize]));
        }
    }
    seeds.sort_unstable();
    seeds
}

/// Grows one seed; `None` if what can be had without overlapping itself or what is `covered` is too short.
fn grow(view: View<'_>, position: usize, twin: usize, width: usize, covered: usize) -> Option<Alignment> {
    let shift = position - twin;
    if shift < width {
        return None; // the seed would overlap itself: a word repeated on end, whose later seeds lie further apart
    }
    let hashes = view.tokens.hashes();
    // A repeat cannot be longer than the shift between its spans; gaps may widen one side a little.
    let reach = shift + shift / 4 + width;
    let window = Window {
        target: covered..(position + reach).min(hashes.len()),
        source: 0..(twin + reach).min(hashes.len()),
    };
    let bridging = if view.tokens.is_unspaced(position) { Bridging::CHARACTERS } else { Bridging::WORDS };
    let seed = Block { target: position, source: twin, length: width };
    let mut alignment = align(hashes, hashes, seed, &window, bridging)?;
    while alignment.source().end > alignment.target().start {
        let overlap = alignment.source().end - alignment.target().start;
        let target: Range<usize> = alignment.target();
        alignment = alignment.cut_to(&(target.start..target.end.checked_sub(overlap)?))?;
    }
    (alignment.agreeing_half_words(view.tokens) >= 2 * MIN_RUN_WORDS).then_some(alignment)
}
