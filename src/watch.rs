//! Watching a run: phases and how far they are. The library reports; who shows it is not its business.

/// The phases of a scan, in order; named once, here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Bytes to articles, and all that is known of one article alone.
    Read,
    /// Near-duplicates and stories.
    Stories,
    /// Passages between articles.
    Passages,
    /// The report folder.
    Write,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Phase; 4] = [Phase::Read, Phase::Stories, Phase::Passages, Phase::Write];

    /// The name in `run.json` and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Read => "read",
            Phase::Stories => "stories",
            Phase::Passages => "passages",
            Phase::Write => "write",
        }
    }

    /// What is counted while it lasts.
    pub fn unit(self) -> &'static str {
        match self {
            Phase::Read => "bytes",
            Phase::Stories => "bands",
            Phase::Passages => "articles",
            Phase::Write => "tables",
        }
    }
}

/// Somebody who looks on.
pub trait Watch: Sync {
    /// A phase begins; `total` of its unit are to be done.
    fn begin(&self, phase: Phase, total: u64);
    /// So many more are done.
    fn advance(&self, done: u64);
    /// The phase that was begun last is over.
    fn end(&self);
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn begin(&self, _: Phase, _: u64) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}
