//! The judge: measures that are slow and obviously right, to hold the engine to.
//!
//! Texts go in; words, shingle sets, pairs and common runs come out. Nothing here is taken from the engine or
//! from the crates it uses, so an error would have to be made twice to go unseen. Results do not depend on
//! any order but that of the input.
#![allow(dead_code, reason = "each bench and test uses a part")]
#![allow(unreachable_pub, reason = "the crates that include this have no outside")]

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The words of a text: runs of [`char::is_alphanumeric`], in lower case.
///
/// These are the engine's tokens only for plain texts. They differ for unspaced scripts (one token a
/// character there, one word a run here), for combining marks and invisible characters, and where NFKC or
/// full case folding change a letter.
pub fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The distinct shingles of a text, each as the 64-bit `SipHash` of its words.
///
/// Among ten million shingles the chance that any two collide is about 3 in a million; the hash is that of
/// the standard library with fixed keys, equal within one build and not meant to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShingleSet {
    ascending: Vec<u64>,
}

impl ShingleSet {
    /// How many distinct shingles there are.
    pub fn len(&self) -> usize {
        self.ascending.len()
    }

    /// True for a text without words.
    pub fn is_empty(&self) -> bool {
        self.ascending.is_empty()
    }
}

/// The set of all runs of `w` words. A text of fewer words, but at least one, has one shingle: all its words.
///
/// # Panics
/// If `w` is 0.
pub fn shingle_set(words: &[String], w: usize) -> ShingleSet {
    assert!(w > 0, "a shingle holds at least one word");
    let hash = |shingle: &[String]| {
        let mut hasher = DefaultHasher::new();
        shingle.hash(&mut hasher);
        hasher.finish()
    };
    let mut ascending: Vec<u64> = match words.len() {
        0 => Vec::new(),
        short if short < w => vec![hash(words)],
        _ => words.windows(w).map(hash).collect(),
    };
    ascending.sort_unstable();
    ascending.dedup();
    ShingleSet { ascending }
}

/// |A∩B| / |A∪B|; 0 where both are empty, since a text without words resembles nothing.
pub fn resemblance(a: &ShingleSet, b: &ShingleSet) -> f64 {
    let shared = shared(a, b);
    ratio(shared, a.len() + b.len() - shared)
}

/// |A∩B| / |A|, the share of `a` that stands in `b`; 0 where `a` is empty.
pub fn containment(a: &ShingleSet, b: &ShingleSet) -> f64 {
    ratio(shared(a, b), a.len())
}

/// All pairs `(i, j, resemblance)` with i < j and at least that resemblance (and something in common), in
/// order.
///
/// Counts what each set shares with every earlier one through an index from shingle to sets: exact, nothing
/// is sampled. Time grows with the square of how often a shingle occurs: ten megabytes with a story of 300
/// take one or two seconds without optimisation; do not ask about a story of 10,000.
pub fn exact_pairs(sets: &[ShingleSet], threshold: f64) -> Vec<(usize, usize, f64)> {
    let mut holders: HashMap<u64, Vec<u32>> = HashMap::new();
    let mut shared = vec![0_usize; sets.len()];
    let mut pairs = Vec::new();
    for (later, set) in sets.iter().enumerate() {
        let name = u32::try_from(later).expect("fewer than 2^32 texts");
        let mut met = Vec::new();
        for &shingle in &set.ascending {
            let earlier = holders.entry(shingle).or_default();
            for &holder in earlier.iter() {
                let count = &mut shared[holder as usize];
                if *count == 0 {
                    met.push(holder as usize);
                }
                *count += 1;
            }
            earlier.push(name);
        }
        for earlier in met {
            let both = std::mem::take(&mut shared[earlier]);
            let alike = ratio(both, set.len() + sets[earlier].len() - both);
            if alike >= threshold {
                pairs.push((earlier, later, alike));
            }
        }
    }
    pairs.sort_unstable_by_key(|&(earlier, later, _)| (earlier, later));
    pairs
}

/// All maximal common runs of at least `min` words as `(begin in a, begin in b, length)`, in order: neither
/// end of one can be moved outward. Given the same text twice this holds each repeat both ways round, and the
/// text itself.
///
/// Compares every word with every other: |a|·|b| steps, 2·|b| numbers of memory.
///
/// # Panics
/// If `min` is 0.
pub fn shared_runs(a: &[String], b: &[String], min: usize) -> Vec<(usize, usize, usize)> {
    assert!(min > 0, "a run holds at least one word");
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    for word in a.iter().chain(b) {
        let next = numbers.len();
        numbers.entry(word).or_insert(next);
    }
    let a: Vec<usize> = a.iter().map(|word| numbers[word.as_str()]).collect();
    let b: Vec<usize> = b.iter().map(|word| numbers[word.as_str()]).collect();
    let mut runs = Vec::new();
    // `before[j]` is how many words the run has that ends before word j of b and before the word of a looked
    // at.
    let mut before = vec![0; b.len() + 1];
    for (i, word) in a.iter().enumerate() {
        let mut now = vec![0; b.len() + 1];
        for (j, other) in b.iter().enumerate() {
            if word != other {
                continue;
            }
            let length = before[j] + 1;
            now[j + 1] = length;
            let goes_on = i + 1 < a.len() && j + 1 < b.len() && a[i + 1] == b[j + 1];
            if length >= min && !goes_on {
                runs.push((i + 1 - length, j + 1 - length, length));
            }
        }
        before = now;
    }
    runs.sort_unstable();
    runs
}

/// Precision and recall of pairs found against true ones. The order within a pair and repetitions do not
/// count; with nothing found the precision is 1, with nothing to find the recall is 1.
pub fn pair_report(found: &[(usize, usize)], truth: &[(usize, usize)]) -> (f64, f64) {
    let set = |pairs: &[(usize, usize)]| -> BTreeSet<(usize, usize)> {
        pairs.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect()
    };
    let (found, truth) = (set(found), set(truth));
    let right = found.intersection(&truth).count();
    let share = |of: usize| if of == 0 { 1.0 } else { ratio(right, of) };
    (share(found.len()), share(truth.len()))
}

/// How many shingles both hold, by walking the two in step.
fn shared(a: &ShingleSet, b: &ShingleSet) -> usize {
    let (mut left, mut right) = (a.ascending.iter().peekable(), b.ascending.iter().peekable());
    let mut count = 0;
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        let order = x.cmp(y);
        count += usize::from(order.is_eq());
        if order.is_le() {
            left.next();
        }
        if order.is_ge() {
            right.next();
        }
    }
    count
}

/// `part / whole`, 0 for 0 / 0.
fn ratio(part: usize, whole: usize) -> f64 {
    let exact = |count: usize| f64::from(u32::try_from(count).expect("a test has fewer than 2^32 shingles"));
    if whole == 0 { 0.0 } else { exact(part) / exact(whole) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, w: usize) -> ShingleSet {
        shingle_set(&words(text), w)
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(
            words("“Don’t,” said Ann; 3.5 % — Überall"),
            ["don", "t", "said", "ann", "3", "5", "überall"]
        );
        assert!(words(" ,.").is_empty());
    }

    #[test]
    fn short_texts_are_one_shingle() {
        assert_eq!([set("", 5).len(), set("a", 5).len(), set("a b c d", 5).len()], [0, 1, 1]);
        assert_eq!(
            [set("a b c d e", 5).len(), set("a b c d e f", 5).len(), set("a a a a", 2).len()],
            [1, 2, 1]
        );
        assert_ne!(set("ab c", 2), set("a bc", 2));
    }

    #[test]
    fn measures_follow_their_definitions() {
        let (a, b) = (set("a b c d", 1), set("C d e", 1));
        assert_eq!(resemblance(&a, &b).to_bits(), 0.4_f64.to_bits());
        assert_eq!(containment(&a, &b).to_bits(), 0.5_f64.to_bits());
        let empty = set("", 1);
        assert!(resemblance(&empty, &empty) + containment(&empty, &a) < f64::MIN_POSITIVE);
    }

    #[test]
    fn exact_pairs_are_those_that_comparing_all_finds() {
        let texts = ["a b c d", "x y", "a b c e", "b c d e", "", "x y", "q"];
        let sets: Vec<ShingleSet> = texts.iter().map(|text| set(text, 1)).collect();
        for threshold in [0.1, 0.6, 0.61, 1.0] {
            let mut slow = Vec::new();
            for i in 0..sets.len() {
                for j in i + 1..sets.len() {
                    let alike = resemblance(&sets[i], &sets[j]);
                    if alike >= threshold {
                        slow.push((i, j, alike));
                    }
                }
            }
            assert_eq!(exact_pairs(&sets, threshold), slow);
        }
    }

    #[test]
    fn shared_runs_are_maximal() {
        let (a, b) = (words("x a b c y a b"), words("a b c z a b"));
        assert_eq!(shared_runs(&a, &b, 2), [(1, 0, 3), (1, 4, 2), (5, 0, 2), (5, 4, 2)]);
        assert_eq!(shared_runs(&a, &b, 3), [(1, 0, 3)]);
        let same = words("a b a b");
        assert_eq!(shared_runs(&same, &same, 2), [(0, 0, 4), (0, 2, 2), (2, 0, 2)]);
        assert!(shared_runs(&a, &[], 1).is_empty());
    }

    #[test]
    fn reports_ignore_the_order_within_pairs() {
        let (precision, recall) = pair_report(&[(1, 0), (0, 1), (2, 3)], &[(0, 1), (4, 5), (6, 7), (8, 9)]);
        assert_eq!((precision.to_bits(), recall.to_bits()), (0.5_f64.to_bits(), 0.25_f64.to_bits()));
        assert_eq!(pair_report(&[], &[]), (1.0, 1.0));
    }
}
