//! Aligned: what two texts have in common in the same order, however many edits stand between, and how long a block was
//! put in the place of another.
//!
//! In: two token sequences, and how much they must have in common. Out: the length of a longest common subsequence, where it
//! is that much, and of one such alignment the longest *block*. Resemblance falls by `w` shingles for every word that was
//! changed; what is aligned falls by one word. So it knows a copy with every tenth word exchanged, of which few shingles are left.
//!
//! The way there, each step exact:
//!
//! 1. What both begin and end with alike is common.
//! 2. **Bag.** Tokens that stand in one text only, or oftener, agree with none. If what is left is too little, that settles it.
//! 3. **Rows of 64.** The table of longest common subsequences, of which neighbours differ by one at most, is filled in
//!    64 rows at a time, a bit a row, a column an addition (M. Crochemore, C. Iliopoulos, Y. Pinzon, J. Reid, "A fast and
//!    practical bit-vector algorithm for the longest common subsequence problem", IPL 80, 2001; H. Hyyrö, "Bit-parallel LCS-length
//!    computation revisited", 2004). Only columns are looked at that a way of the wanted length can pass, and it ends when the
//!    rows that are left cannot suffice: of texts that share little after about the share that may be missing.
//! 4. **Back.** From the end of the table one such way is walked back. Of the many, it is the one that leaves out a token of
//!    the shorter text (of equally long ones, of that whose hashes come first) as soon as it can; so it does not matter which
//!    text is given first.
//!
//! Cost: linear but for step 3, whose additions are n·m/64 at most and for an edited copy n/64 times what
//! was left out of it; [`MOST_STEPS`] of them are made, beyond that it is not told ([`Looked::TooLong`]). Any two texts of
//! 16,000 tokens fit in, of edited copies longer ones (with every tenth token changed 25,000).

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use super::resemblance::share;

/// Columns of 64 rows that are worked off for one pair in one try, of which there are a few: some milliseconds, and 16 to 32 MiB.
pub const MOST_STEPS: usize = 1 << 21;

/// So many agreeing tokens part two edits; fewer in a row come by chance.
const PARTING: usize = 3;

/// What two texts have in common in one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aligned {
    /// Tokens in common.
    pub common: u32,
    /// Tokens of the first text.
    pub a: u32,
    /// Tokens of the second.
    pub b: u32,
    /// The longest stretch of tokens that stands in the place of others, as long as the shorter of both; what one text only
    /// has is none. Stretches with fewer than three agreeing tokens between them are one, with these.
    pub block: u32,
}

impl Aligned {
    /// Of the longer text, from 0 to 1; 0 where both are empty.
    pub fn share(&self) -> f64 {
        share(self.common as usize, self.a.max(self.b) as usize)
    }

    /// Of the first text.
    pub fn share_of_a(&self) -> f64 {
        share(self.common as usize, self.a as usize)
    }

    /// Of the second text.
    pub fn share_of_b(&self) -> f64 {
        share(self.common as usize, self.b as usize)
    }

    /// The same seen from the other side.
    #[must_use]
    pub fn swapped(&self) -> Self {
        Aligned { a: self.b, b: self.a, ..*self }
    }
}

/// What looking at two texts gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// They have enough in common.
    Aligned(Aligned),
    /// They have not.
    Less,
    /// It would take more steps than are made.
    TooLong,
}

/// Aligns two texts, by their token hashes, if they have `needed` tokens in common in one order.
///
/// # Panics
/// If a text has 2^32 tokens; none under 2 GiB has.
pub fn aligned_from(a: &[u64], b: &[u64], needed: usize) -> Looked {
    let (short, long) = if (a.len(), a) <= (b.len(), b) { (a, b) } else { (b, a) };
    if short.len() < needed {
        return Looked::Less;
    }
    let before = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[before..], &long[before..]);
    let behind = short.iter().rev().zip(long.iter().rev()).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[..short.len() - behind], &long[..long.len() - behind]);
    let alike = before + behind;
    let needed = needed.saturating_sub(alike);
    let Some(texts) = Numbered::of(short, long, needed) else { return Looked::Less };
    let table = match Table::narrow(&texts, needed) {
        Ok(table) => table,
        Err(settled) => return settled,
    };
    let narrow = |count: usize| u32::try_from(count).expect("a text under 2 GiB has fewer tokens");
    Looked::Aligned(Aligned {
        common: narrow(alike + table.common),
        a: narrow(a.len()),
        b: narrow(b.len()),
        block: narrow(table.longest_block(short.len(), long.len())),
    })
}

/// Two texts whose tokens are numbered from 0, alike where they agree.
struct Numbered {
    short: Vec<u32>,
    long: Vec<u32>,
    /// The number of a token that stands in the longer text only; all others are smaller.
    stranger: u32,
    /// Tokens that both have in any order.
    bag: usize,
}

impl Numbered {
    /// `None` where both bags have less than `needed` in common.
    fn of(short: &[u64], long: &[u64], needed: usize) -> Option<Numbered> {
        let mut numbers = Numbers::for_tokens(short.len());
        let short: Vec<u32> = short.iter().map(|&hash| numbers.of(hash)).collect();
        let stranger = numbers.next();
        let long: Vec<u32> = long.iter().map(|&hash| numbers.find(hash).unwrap_or(stranger)).collect();
        let mut left = vec![0_u32; stranger as usize + 1];
        for &token in &short {
            left[token as usize] += 1;
        }
        let mut bag = 0;
        for &token in &long {
            let left = &mut left[token as usize];
            bag += usize::from(*left > 0);
            *left = left.saturating_sub(1);
        }
        (bag >= needed).then_some(Numbered { short, long, stranger, bag })
    }
}

/// Numbers for hashes, in the order in which they come: a table of twice as many places, in which each stands at the first free
/// one from its own on (D. Knuth, "The Art of Computer Programming" 3, section 6.4, algorithm L).
struct Numbers {
    /// Where a hash stands depends on a number that this process drew, so that no text can be made to crowd a place. Which
    /// number it gets does not.
    factor: u64,
    shift: u32,
    /// One more than the number that stands here, or 0.
    places: Vec<u32>,
    hashes: Vec<u64>,
}

impl Numbers {
    fn for_tokens(tokens: usize) -> Numbers {
        static FACTOR: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0_u8) | 1);
        let places = (2 * tokens).max(2).next_power_of_two();
        Numbers {
            factor: *FACTOR,
            shift: 64 - places.ilog2(),
            places: vec![0; places],
            hashes: Vec::with_capacity(tokens),
        }
    }

    /// Where a hash stands, or would.
    fn place(&self, hash: u64) -> usize {
        let first = hash.wrapping_mul(self.factor) >> self.shift;
        let mut place = usize::try_from(first).expect("fewer places than a text has bytes");
        while self.places[place] > 0 && self.hashes[self.places[place] as usize - 1] != hash {
            place = (place + 1) & (self.places.len() - 1);
        }
        place
    }

    fn find(&self, hash: u64) -> Option<u32> {
        self.places[self.place(hash)].checked_sub(1)
    }

    fn of(&mut self, hash: u64) -> u32 {
        let (place, next) = (self.place(hash), self.next());
        if self.places[place] == 0 {
            self.places[place] = next + 1;
            self.hashes.push(hash);
        }
        self.places[place] - 1
    }

    /// The number that the next new hash gets.
    fn next(&self) -> u32 {
        u32::try_from(self.hashes.len()).expect("a text under 2 GiB has fewer tokens")
    }
}

/// The table of common subsequences, as far as ways of the wanted length can pass.
struct Table {
    /// For each 64 rows: the first column looked at, and where the levels behind it begin.
    rows: Vec<(usize, usize)>,
    /// The levels behind the first column of 64 rows and each next one, rows after rows. A zero is a row that has one more
    /// than the row above it.
    levels: Vec<u64>,
    /// The length of the longest.
    common: usize,
}

/// So many fewer tokens than both have in any order are looked for in one order first, and each next time so many times more.
const NARROW: usize = 16;
const WIDER: usize = 4;

impl Table {
    /// The table of texts that have `needed` in common in one order. Of what both have in any order nearly all of an edited
    /// copy stands in one order as well, and ways as long as that leave few columns to look at: so that is tried first. A way
    /// that is long enough lies within those columns, whichever they are, so it is the same.
    fn narrow(texts: &Numbered, needed: usize) -> Result<Table, Looked> {
        let mut less = NARROW.max(texts.short.len() / 128);
        loop {
            let wanted = needed.max(texts.bag.saturating_sub(less));
            match Table::of(texts, wanted) {
                Err(Looked::Less) if wanted > needed => less *= WIDER,
                settled => return settled,
            }
        }
    }

    fn of(texts: &Numbered, needed: usize) -> Result<Table, Looked> {
        let Numbered { short, long, stranger, .. } = texts;
        // So many tokens a way of the wanted length may leave out.
        let (Some(of_short), Some(of_long)) =
            (short.len().checked_sub(needed), long.len().checked_sub(needed))
        else {
            return Err(Looked::Less);
        };
        // Which of 64 rows hold a token; a stranger is held by none.
        let mut rows_of = vec![0_u64; *stranger as usize + 1];
        // Whether the last row so far has one more at this column than at the one before.
        let mut steps = vec![0_u64; long.len()];
        let mut table = Table { rows: Vec::new(), levels: Vec::new(), common: 0 };
        for (rows, first) in short.chunks(64).zip((0_usize..).step_by(64)) {
            let columns = first.saturating_sub(of_short)..long.len().min(first + rows.len() + of_long);
            if table.levels.len() + columns.len() > MOST_STEPS {
                return Err(Looked::TooLong);
            }
            for (&token, row) in rows.iter().zip(0..) {
                rows_of[token as usize] |= 1 << row;
            }
            table.rows.push((columns.start, table.levels.len()));
            let mut level = u64::MAX;
            let along = long[columns.clone()].iter().zip(&mut steps[columns]);
            table.levels.extend(along.map(|(&token, step)| {
                let agree = level & rows_of[token as usize];
                let (sum, over) = level.overflowing_add(agree);
                let (sum, over_again) = sum.overflowing_add(*step);
                *step = u64::from(over | over_again);
                level = sum | (level & !agree);
                level
            }));
            for &token in rows {
                rows_of[token as usize] = 0;
            }
            table.common += level.count_zeros() as usize;
            if table.common + (short.len() - first - rows.len()) < needed {
                return Err(Looked::Less);
            }
        }
        if table.common < needed { Err(Looked::Less) } else { Ok(table) }
    }

    /// Whether row `i` has one more than the row above it, behind `j` columns.
    fn is_level(&self, i: usize, j: usize) -> bool {
        let (begin, at) = self.rows[i / 64];
        let end = self.rows.get(i / 64 + 1).map_or(self.levels.len(), |next| next.1);
        let Some(behind) = j.min(begin + end - at).checked_sub(begin + 1) else { return true };
        self.levels[at + behind] & (1 << (i % 64)) != 0
    }

    /// The longest block of one longest common subsequence of `i` rows and `j` columns, walked back from the end.
    fn longest_block(&self, mut i: usize, mut j: usize) -> usize {
        let mut edits = Edits::default();
        while i > 0 && j > 0 {
            if self.is_level(i - 1, j) {
                i -= 1;
                edits.left_out(1, 0);
            } else if !self.is_level(i - 1, j - 1) {
                j -= 1;
                edits.left_out(0, 1);
            } else {
                (i, j) = (i - 1, j - 1);
                edits.agreeing += 1;
            }
        }
        edits.left_out(i, j);
        edits.close();
        edits.block
    }
}

/// Edits along a way.
#[derive(Default)]
struct Edits {
    /// Tokens of either text in the open stretch.
    open: [usize; 2],
    /// Agreeing tokens since.
    agreeing: usize,
    /// The longest block so far.
    block: usize,
}

impl Edits {
    fn left_out(&mut self, short: usize, long: usize) {
        if short + long == 0 {
            return;
        }
        if self.agreeing >= PARTING {
            self.close();
        } else if self.open != [0, 0] {
            self.open = self.open.map(|tokens| tokens + self.agreeing);
        }
        self.agreeing = 0;
        self.open = [self.open[0] + short, self.open[1] + long];
    }

    fn close(&mut self) {
        self.block = self.block.max(self.open[0].min(self.open[1]));
        self.open = [0, 0];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The table itself, and the way back by it.
    fn by_definition(a: &[u64], b: &[u64]) -> Aligned {
        let (short, long) = if (a.len(), a) <= (b.len(), b) { (a, b) } else { (b, a) };
        let mut table = vec![vec![0_u32; long.len() + 1]; short.len() + 1];
        for (i, x) in short.iter().enumerate() {
            for (j, y) in long.iter().enumerate() {
                table[i + 1][j + 1] =
                    if x == y { table[i][j] + 1 } else { table[i][j + 1].max(table[i + 1][j]) };
            }
        }
        let alike = short.iter().zip(long).take_while(|(x, y)| x == y).count();
        // How each place is met, from the end; what both begin with agrees.
        let (mut i, mut j) = (short.len(), long.len());
        let mut way = Vec::new();
        while i > 0 && j > 0 && short[i - 1] == long[j - 1] && i.min(j) > alike {
            (i, j) = (i - 1, j - 1);
            way.push('=');
        }
        while i > alike && j > alike {
            if table[i - 1][j] == table[i][j] {
                i -= 1;
                way.push('s');
            } else if table[i][j - 1] == table[i][j] {
                j -= 1;
                way.push('l');
            } else {
                (i, j) = (i - 1, j - 1);
                way.push('=');
            }
        }
        way.extend(std::iter::repeat_n('s', i - alike));
        way.extend(std::iter::repeat_n('l', j - alike));
        let way: String = way.into_iter().chain(std::iter::repeat_n('=', alike)).collect();
        // Agreement of three parts; what is left are stretches, with what agrees at their ends taken off.
        let mut block = 0;
        let mut stretch = String::new();
        for step in way.chars().chain("===".chars()) {
            stretch.push(step);
            if stretch.ends_with("===") {
                let edit = stretch.trim_matches('=');
                let count = |of: char| edit.chars().filter(|step| *step != of).count();
                block = block.max(count('l').min(count('s')));
                stretch.clear();
            }
        }
        let narrow = |count: usize| u32::try_from(count).expect("few tokens");
        Aligned {
            common: table[short.len()][long.len()],
            a: narrow(a.len()),
            b: narrow(b.len()),
            block: narrow(block),
        }
    }

    fn check(a: &[u64], b: &[u64]) {
        let aligned = by_definition(a, b);
        let common = aligned.common as usize;
        let longer = a.len().max(b.len());
        for needed in [0, longer / 3, longer * 7 / 10, longer, common, common + 1] {
            let expect = if common >= needed { Looked::Aligned(aligned) } else { Looked::Less };
            assert_eq!(aligned_from(a, b, needed), expect, "{needed} needed");
            let swapped = match expect {
                Looked::Aligned(aligned) => Looked::Aligned(aligned.swapped()),
                other => other,
            };
            assert_eq!(aligned_from(b, a, needed), swapped, "{needed} needed, the other way round");
        }
    }

    /// A text of some words, and the same with some of them changed, left out and put in.
    fn edited() -> impl Strategy<Value = (Vec<u64>, Vec<u64>)> {
        let text = prop::collection::vec(0_u64..60, 0..300);
        (text, prop::collection::vec((0_usize..300, 0_u8..4, 0_u64..80), 0..80)).prop_map(|(text, edits)| {
            let mut other = text.clone();
            for (at, how, word) in edits {
                let at = at % (other.len() + 1);
                match how {
                    0 => other.insert(at, word),
                    1 if at < other.len() => drop(other.remove(at)),
                    _ if at < other.len() => other[at] = word,
                    _ => other.push(word),
                }
            }
            (text, other)
        })
    }

    proptest! {
        #[test]
        fn edited_texts_are_aligned_as_the_table_says((a, b) in edited()) {
            check(&a, &b);
        }

        #[test]
        fn any_two_texts_are_aligned_as_the_table_says(
            a in prop::collection::vec(0_u64..12, 0..150),
            b in prop::collection::vec(0_u64..12, 0..150),
        ) {
            check(&a, &b);
        }
    }

    #[test]
    fn shares_and_blocks_by_hand() {
        let aligned = Aligned { common: 3, a: 4, b: 6, block: 1 };
        assert_eq!((aligned.share(), aligned.share_of_a(), aligned.share_of_b()), (0.5, 0.75, 0.5));
        assert_eq!(aligned.swapped(), Aligned { a: 6, b: 4, ..aligned });
        check(&[], &[]);
        check(&[1], &[1]);
        let block = |a: &[u64], b: &[u64]| {
            check(a, b);
            by_definition(a, b).block
        };
        assert_eq!(block(&[1, 2, 3], &[1, 2, 9, 3]), 0);
        assert_eq!(block(&[1, 2, 3], &[1, 9, 3]), 1);
        // Two words between two edits are part of the block, three are not.
        assert_eq!(block(&[1, 2, 3, 4, 5, 6], &[1, 8, 3, 4, 9, 6]), 4);
        assert_eq!(block(&[1, 2, 3, 4, 5, 6, 7], &[1, 8, 3, 4, 5, 9, 7]), 1);
    }

    #[test]
    fn texts_made_to_take_long_are_given_up_after_so_many_steps() {
        // The same words in another order: their bags are equal, and rows settle it late.
        let text: Vec<u64> = (0..40_000).collect();
        let turned = [&text[20_000..], &text[..20_000]].concat();
        assert_eq!(aligned_from(&text, &turned, 28_000), Looked::TooLong);
        // As long, and with edits all over: the way of an edited copy is near the diagonal.
        let text = &text[..20_000];
        let other: Vec<u64> = (0..20_000).map(|at| if at % 10 == 5 { at + 100_000 } else { at }).collect();
        let aligned = Aligned { common: 18_000, a: 20_000, b: 20_000, block: 1 };
        assert_eq!(aligned_from(text, &other, 14_000), Looked::Aligned(aligned));
        // Nothing in common: settled by the bags.
        assert_eq!(aligned_from(text, &vec![50_000; 20_000], 14_000), Looked::Less);
    }
}
