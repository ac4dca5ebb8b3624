//! Problems: what was wrong with one record or one file, while the run went on.
//!
//! A problem never aborts a run by itself (`--strict` promotes the first to an [`crate::Error`]); it is a
//! row of `problems`, counted by kind, and the reason for exit status 3.

use std::fmt;

/// One bad record or file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, named as in `ref`.
    pub path: String,
    /// The record's number in the file, from 1; `None` where the file as a whole is meant.
    pub record: Option<u64>,
    /// Where the record begins in the file, in bytes.
    pub byte: Option<u64>,
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// What was wrong, and what can be done, in words.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if let Some(record) = self.record {
            write!(f, ":{record}")?;
        }
        write!(f, ": {} ({})", self.message, self.kind.name())
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident => $name:literal,)+) => {
        /// The sorts of problems, in the order in which they are listed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ProblemKind { $($(#[doc = $doc])+ $kind,)+ }

        impl ProblemKind {
            /// All kinds.
            pub const ALL: &'static [ProblemKind] = &[$(ProblemKind::$kind,)+];

            /// The name in `problems` and `run.json`.
            pub fn name(self) -> &'static str {
                match self { $(ProblemKind::$kind => $name,)+ }
            }
        }
    };
}

kinds! {
    /// A file or folder could not be read, vanished, or could not be read on; what was read before stays.
    UnreadableFile => "unreadable-file",
    /// A file is of a format that is not read.
    UnsupportedFormat => "unsupported-format",
    /// A file unpacks to more than `--max-unpacked` allows; what was read before stays.
    UnpackedTooLarge => "unpacked-too-large",
    /// A file changed while it was read; its rows may mix old and new.
    InputChanged => "input-changed",
    /// A record is larger than `--max-record`; rejected.
    RecordTooLarge => "record-too-large",
    /// A record of a web archive, or a page, is cut off or cannot be unpacked; rejected, unless its body has some text.
    DamagedRecord => "damaged-record",
    /// A record of a web archive is longer or shorter than it says; read up to the next one and kept.
    WrongLength => "wrong-length",
    /// A record is no JSON object; rejected.
    InvalidJson => "invalid-json",
    /// A record has no text field; rejected.
    TextMissing => "text-missing",
    /// A record's text field is no string; rejected.
    TextNotString => "text-not-string",
    /// Bytes that are not UTF-8 were replaced with U+FFFD; kept.
    InvalidUtf8 => "invalid-utf8",
    /// Escapes of half a surrogate pair were replaced with U+FFFD; kept.
    LoneSurrogate => "lone-surrogate",
    /// `NaN` or `Infinity` stood where JSON has no such number; read as null, kept.
    NotANumber => "not-a-number",
    /// A row has more or fewer fields than the header; kept.
    RaggedRow => "ragged-row",
    /// A date could not be read; kept, without a date.
    BadDate => "bad-date",
    /// Several articles have this id; all kept, named by `ref`.
    DuplicateId => "duplicate-id",
}
