//! Runs: 16 words or more that stand again later in the same article.
//!
//! The machinery of passages, turned on the article itself: fingerprints that occur again are seeds, each is
//! grown on the tokens against its first and its last earlier occurrence, and what holds more wins.
//!
//! A run may bridge small edits, but it must stay *one text said twice*, not a form filled in twice ("which had 705 million
//! in deposits", "which had 119 million in deposits"). So a run is parted where both sides put other facts (`facts`) into
//! a gap, where a whole sentence was put in, and where a gap is wide for what stands around it. A part is a repeat
//!
//! - from [`LONG_RUN_WORDS`] on, wherever it stands;
//! - from 16 words on if it begins with a clause in both places, or begins and ends with one in either, or ends with one
//!   in both and tells no numbers; and no gap with other facts parted it from more of the same form. What is left out is the middle of two sentences that
//!   differ before and after it.

use std::ops::Range;

use super::bounds::begins_sentence;
use super::seen::Seen;
use super::{MIN_RUN_WORDS, Twin, View, facts};
use crate::sketch::Fingerprint;
use crate::verify::{Alignment, Block, Bridging, Window, align};

/// A gap is bridged if the blocks on both sides of it have so many times as many tokens together: an edit of one word among
/// nine on either side. So at least nine words in ten of a run agree; with less, most runs of real news are tables and
/// lists of one form.
const AROUND_GAP: usize = 18;

/// A run of so many words is no phrase that two sentences share, and no field of a form.
pub(super) const LONG_RUN_WORDS: u32 = 40;

/// A run is grown over edits only from a stretch of so many half-words that agree exactly. A run of 16 words of which nine
/// in ten agree nearly always has ten in a row; shorter stretches are stock phrases, and growing each of them is what costs.
const LEAST_EXACT_HALF_WORDS: u32 = 20;

/// Paragraphs into which a run reaches by so few tokens at its ends are left out: they begin alike by chance.
const MOST_OVERHANG: usize = 4;

/// Finds runs; leaves in `fingerprints` those that stand twice. The `again` spans ascend and do not overlap.
pub(super) fn find(
    view: View<'_>,
    seen: &mut Seen,
    fingerprints: &mut Vec<Fingerprint>,
    width: usize,
) -> Vec<Twin> {
    seen.keep_repeated(fingerprints, |fingerprint| fingerprint.hash);
    let mut twins = Vec::new();
    // What a run covers already, and up to where runs have been looked for: what was refused is not grown again from its
    // next seed, else a long list of one form would be walked from every seed in it.
    let (mut covered, mut tried) = (0, 0);
    for (position, earlier) in seeds(fingerprints) {
        if position < tried {
            continue;
        }
        let mut best: (usize, Vec<Alignment>) = (0, Vec::new());
        let [first, last] = earlier;
        for twin in [Some(first), Some(last).filter(|&last| last != first)].into_iter().flatten() {
            let Some(alignment) = grow(view, position, twin, width, covered) else { continue };
            tried = tried.max(alignment.target().end);
            let parts = parts(view, &alignment);
            let agreeing = parts.iter().map(Alignment::agreeing).sum();
            // The first occurrence on a tie.
            if agreeing > best.0 {
                best = (agreeing, parts);
            }
        }
        for part in best.1 {
            covered = part.target().end;
            twins.push(Twin { first: part.source(), again: part.target(), similarity: part.similarity() });
        }
        tried = tried.max(covered);
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
    // A seed that overlaps itself is a word repeated on end, whose later seeds lie further apart.
    if shift < width || position < covered || !is_long(view, position, twin, covered) {
        return None;
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
    #[cfg(test)]
    super::count_work(alignment.target().len() + 4 * bridging.max_gap * bridging.max_gap);
    while alignment.source().end > alignment.target().start {
        let overlap = alignment.source().end - alignment.target().start;
        let target: Range<usize> = alignment.target();
        alignment = alignment.cut_to(&(target.start..target.end.checked_sub(overlap)?))?;
    }
    (alignment.agreeing_half_words(view.tokens) >= 2 * MIN_RUN_WORDS).then_some(alignment)
}

/// Whether the exact stretch around a seed is long enough to be grown over edits. Looks at a few tokens.
fn is_long(view: View<'_>, position: usize, twin: usize, covered: usize) -> bool {
    let hashes = view.tokens.hashes();
    let most = LEAST_EXACT_HALF_WORDS as usize;
    let back = (1..=most.min(twin).min(position - covered))
        .take_while(|&k| hashes[position - k] == hashes[twin - k])
        .count();
    let forth = (0..most.min(hashes.len() - position))
        .take_while(|&k| hashes[position + k] == hashes[twin + k])
        .count();
    view.tokens.half_words(position - back..position + forth) >= LEAST_EXACT_HALF_WORDS
}

/// The parts of a run that are one text said twice, ascending.
fn parts(view: View<'_>, run: &Alignment) -> Vec<Alignment> {
    // Behind each part, whether other facts parted it from the next.
    let mut forms = Vec::new();
    let parts = run.parted(|before, after| {
        let (target, source) = gap(before, after);
        let other_facts = facts::replaced(view, &target, &source);
        let parted = other_facts
            || holds_sentence(view, &target)
            || AROUND_GAP * target.len().max(source.len()) > before.length + after.length;
        if parted {
            forms.push(other_facts);
        }
        parted
    });
    forms.push(false);
    let mut is_form_before = false;
    let mut found = Vec::new();
    for (part, is_form_behind) in parts.into_iter().zip(forms) {
        let is_form = is_form_before || is_form_behind;
        is_form_before = is_form_behind;
        if part.agreeing_half_words(view.tokens) >= 2 * MIN_RUN_WORDS
            && let Some(part) = trim(view, part)
            && (view.tokens.words(part.target()) >= LONG_RUN_WORDS || !is_form && is_clause(view, &part))
        {
            found.push(part);
        }
    }
    found
}

/// Whether a whole sentence lies in a gap: it is said once, and is no edit of anything.
fn holds_sentence(view: View<'_>, gap: &Range<usize>) -> bool {
    (gap.start..=gap.end).filter(|&token| begins_sentence(view, token)).nth(1).is_some()
}

/// Whether a run begins with a clause in both places, or is whole clauses in one, or ends with one in both and tells no
/// numbers: a number in the middle of a sentence that began otherwise is the entry of a list.
fn is_clause(view: View<'_>, run: &Alignment) -> bool {
    let (target, source) = (run.target(), run.source());
    let both = |a: usize, b: usize| is_edge(view, a) && is_edge(view, b);
    both(target.start, source.start)
        || both(target.start, target.end)
        || both(source.start, source.end)
        || both(target.end, source.end) && !facts::has_number(view, &target)
}

/// Whether a clause begins with that token: a mark stands before it, a line end, or more than one blank (where a sentence
/// ended before the marks were lost).
fn is_edge(view: View<'_>, token: usize) -> bool {
    if token == 0 || token == view.tokens.len() {
        return true;
    }
    let between =
        &view.text[view.tokens.span(token - 1).end as usize..view.tokens.span(token).begin as usize];
    between.chars().filter(|c| c.is_whitespace()).nth(1).is_some()
        || between.contains(|c: char| !c.is_whitespace() && !is_inside_clauses(c) || matches!(c, '\n' | '\r'))
}

/// Marks that stand inside clauses too, between words or in them.
fn is_inside_clauses(c: char) -> bool {
    matches!(
        c,
        ',' | '،'
            | '、'
            | '，'
            | '-'
            | '\''
            | '’'
            | '/'
            | '&'
            | '$'
            | '€'
            | '£'
            | '%'
            | '+'
            | '@'
            | '#'
            | '・'
            | '_'
    )
}

/// What lies between two blocks, in target and source.
fn gap(before: &Block, after: &Block) -> (Range<usize>, Range<usize>) {
    (before.target + before.length..after.target, before.source + before.length..after.source)
}

/// Leaves out the few tokens by which a run reaches into one more paragraph at either end; `None` if too little is left.
fn trim(view: View<'_>, run: Alignment) -> Option<Alignment> {
    let (target, source) = (run.target(), run.source());
    let behind = overhang_behind(view, &target).max(overhang_behind(view, &source));
    let before = overhang_before(view, &target).max(overhang_before(view, &source));
    if behind == 0 && before == 0 {
        return Some(run);
    }
    let (first, last) = (run.blocks()[0], run.blocks()[run.blocks().len() - 1]);
    if first.length <= before || last.length <= behind {
        return Some(run);
    }
    let trimmed = run.cut_to(&(target.start + before..target.end - behind))?;
    // A run is not given up for its edges.
    Some(if trimmed.agreeing_half_words(view.tokens) < 2 * MIN_RUN_WORDS { run } else { trimmed })
}

/// Tokens by which a span reaches into a last paragraph that it does not end with, if few.
fn overhang_behind(view: View<'_>, span: &Range<usize>) -> usize {
    let next = view.paragraphs.partition_point(|paragraph| paragraph.end < span.end);
    let reaches = view
        .paragraphs
        .get(next)
        .filter(|paragraph| span.end < paragraph.end && span.start < paragraph.start);
    few(reaches.map_or(0, |paragraph| span.end.saturating_sub(paragraph.start)))
}

/// The same at its beginning.
fn overhang_before(view: View<'_>, span: &Range<usize>) -> usize {
    let here = view.paragraphs.partition_point(|paragraph| paragraph.end <= span.start);
    let reaches = view
        .paragraphs
        .get(here)
        .filter(|paragraph| paragraph.start < span.start && paragraph.end < span.end);
    few(reaches.map_or(0, |paragraph| paragraph.end - span.start))
}

/// So many tokens, or none where they are too many to be left out.
fn few(overhang: usize) -> usize {
    if overhang <= MOST_OVERHANG { overhang } else { 0 }
}
