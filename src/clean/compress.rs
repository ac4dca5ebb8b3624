//! Compress: how a cleaned archive is to be compressed.
//!
//! In: what was asked for, what the name of a single file says, and how a file was packed. Out: how it is packed, the outermost format
//! first. The name decides where it says anything, and a name that says another thing than was asked for is refused.

use std::str::FromStr;

use crate::archive::Compression;

/// How what is written is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compress {
    /// As the ending of the named file says, else as what is read was.
    #[default]
    Same,
    /// Not at all.
    Not,
    /// In this format.
    With(Compression),
}

impl FromStr for Compress {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let with = || Compression::ALL.into_iter().find(|packing| packing.name() == name);
        match name {
            "same" => Ok(Compress::Same),
            "none" => Ok(Compress::Not),
            _ => with()
                .map(Compress::With)
                .ok_or_else(|| "none, gzip, zstd, bzip2, xz and same are known".into()),
        }
    }
}

impl Compress {
    /// How it is packed, the outermost first, if what is read was packed so.
    pub(super) fn packing(self, was: &[Compression]) -> Vec<Compression> {
        match self {
            Compress::Same => was.to_vec(),
            Compress::Not => Vec::new(),
            Compress::With(compression) => vec![compression],
        }
    }
}
