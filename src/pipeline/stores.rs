//! Stores: the tables that reading fills, piece by piece, from many threads.
//!
//! What a piece of the archive gives is gathered in a [`Piece`], with places counted from the piece's own begin, and
//! then put into the tables of the run in one go, each under a lock of its own. Pieces come in the order in which they
//! are done, which differs from run to run: an article knows the places of what is its own, and nobody else looks.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::catalogue::Article;
use crate::candidates::NO_SIGNATURE;
use crate::error::Error;
use crate::scratch::{Rows, RowsWriter, Scratch};
use crate::sketch::{Fingerprint, Signature};

/// A fingerprint in 12 bytes.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct StoredFingerprint {
    hash: [u32; 2],
    position: u32,
}

impl From<&Fingerprint> for StoredFingerprint {
    #[allow(clippy::cast_possible_truncation, reason = "both halves are kept")]
    fn from(fingerprint: &Fingerprint) -> Self {
        let hash = fingerprint.hash;
        StoredFingerprint { hash: [hash as u32, (hash >> 32) as u32], position: fingerprint.position }
    }
}

impl From<&StoredFingerprint> for Fingerprint {
    fn from(stored: &StoredFingerprint) -> Self {
        let [low, high] = stored.hash.map(u64::from);
        Fingerprint { hash: low | high << 32, position: stored.position }
    }
}

/// What one piece gave. Cleared and used again for the next.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) articles: Vec<Article>,
    pub(super) signatures: Vec<Signature>,
    pub(super) fingerprints: Vec<StoredFingerprint>,
    /// Packed [`super::details`].
    pub(super) details: Vec<u8>,
    pub(super) outlets: Outlets,
}

/// Names of outlets, numbered as they come.
#[derive(Debug, Default)]
pub(super) struct Outlets {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

/// The number of an outlet that is not known.
pub(super) const NO_OUTLET: u32 = u32::MAX;

impl Outlets {
    /// The number of a name.
    pub(super) fn number(&mut self, name: Option<&str>) -> u32 {
        let Some(name) = name else { return NO_OUTLET };
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = u32::try_from(self.names.len()).expect("there are no more outlets than articles");
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

/// The tables while they grow.
#[derive(Debug)]
pub(super) struct Stores {
    articles: Mutex<Vec<Article>>,
    signatures: Mutex<RowsWriter<Signature>>,
    fingerprints: Mutex<RowsWriter<StoredFingerprint>>,
    details: Mutex<RowsWriter<u8>>,
    outlets: Mutex<Outlets>,
}

/// The tables when all is read.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) articles: Vec<Article>,
    pub(super) signatures: Rows<Signature>,
    pub(super) fingerprints: Rows<StoredFingerprint>,
    pub(super) details: Rows<u8>,
    pub(super) outlets: Vec<String>,
}

impl Stores {
    /// Each table holds as much in memory as `scratch` says.
    pub(super) fn new(scratch: &Scratch) -> Stores {
        Stores {
            articles: Mutex::default(),
            signatures: Mutex::new(RowsWriter::new(scratch)),
            fingerprints: Mutex::new(RowsWriter::new(scratch)),
            details: Mutex::new(RowsWriter::new(scratch)),
            outlets: Mutex::default(),
        }
    }

    /// Puts in what a piece gave, and clears it. Returns the places of its articles.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`]; more articles than can be numbered.
    pub(super) fn put(&self, piece: &mut Piece) -> Result<Range<usize>, Error> {
        let outlets: Vec<u32> = {
            let mut all = lock(&self.outlets);
            piece.outlets.names.drain(..).map(|name| all.number(Some(&name))).collect()
        };
        piece.outlets.numbers.clear();
        let signatures = append(&self.signatures, &mut piece.signatures)?;
        let fingerprints = append(&self.fingerprints, &mut piece.fingerprints)?;
        let details = append(&self.details, &mut piece.details)?;
        let signatures = u32::try_from(signatures).map_err(|_| Error::TooManyArticles)?;
        for article in &mut piece.articles {
            if article.outlet != NO_OUTLET {
                article.outlet = outlets[article.outlet as usize];
            }
            if article.signature != NO_SIGNATURE {
                article.signature += signatures;
            }
            article.fingerprints += fingerprints;
            article.details += details;
        }
        let mut articles = lock(&self.articles);
        let begin = articles.len();
        articles.append(&mut piece.articles);
        Ok(begin..articles.len())
    }

    /// The complete tables.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub(super) fn finish(self) -> Result<Stored, Error> {
        Ok(Stored {
            articles: own(self.articles),
            signatures: own(self.signatures).finish()?,
            fingerprints: own(self.fingerprints).finish()?,
            details: own(self.details).finish()?,
            outlets: own(self.outlets).names,
        })
    }
}

/// Appends rows and clears them. Returns the place of the first.
fn append<T: crate::scratch::Row>(to: &Mutex<RowsWriter<T>>, rows: &mut Vec<T>) -> Result<usize, Error> {
    let mut table = lock(to);
    let begin = table.len();
    table.push_all(rows)?;
    rows.clear();
    Ok(begin)
}

fn lock<T>(table: &Mutex<T>) -> MutexGuard<'_, T> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

fn own<T>(table: Mutex<T>) -> T {
    table.into_inner().unwrap_or_else(PoisonError::into_inner)
}
