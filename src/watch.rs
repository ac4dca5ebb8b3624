//! Watching a run: phases and how far they are. The library reports; who shows it is not its business.

/// The phases of a run, in order; named once, here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// What is packed, of a format with a reader, or comes through a pipe is unpacked. Only there where there is any; its time counts
    /// as reading.
    Open,
    /// Bytes to articles, and all that is known of one article alone.
    Read,
    /// Near-duplicates and stories.
    Stories,
    /// Passages between articles.
    Passages,
    /// Relations, origins and outlets.
    Lineage,
    /// The report folder.
    Write,
    /// What a cleaning takes out.
    Plan,
    /// The cleaned archive.
    Clean,
}

impl Phase {
    /// The phases that every scan has, in order.
    pub const SCAN: [Phase; 5] = [Phase::Read, Phase::Stories, Phase::Passages, Phase::Lineage, Phase::Write];

    /// The phases that every cleaning has, in order.
    pub const CLEANING: [Phase; 5] = [Phase::Read, Phase::Stories, Phase::Lineage, Phase::Plan, Phase::Clean];

    /// The name in `run.json` and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Open => "open",
            Phase::Read => "read",
            Phase::Stories => "stories",
            Phase::Passages => "passages",
            Phase::Lineage => "lineage",
            Phase::Write => "write",
            Phase::Plan => "plan",
            Phase::Clean => "clean",
        }
    }

    /// What is counted while it lasts.
    pub fn unit(self) -> &'static str {
        match self {
            Phase::Open | Phase::Read | Phase::Clean => "bytes",
            Phase::Stories => "bands",
            Phase::Passages | Phase::Lineage => "articles",
            Phase::Write => "rows",
            Phase::Plan => "steps",
        }
    }
}

/// How much a phase has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Steps, in the phase's unit; 0 where it is not known how many there are, as of pipes.
    pub steps: u64,
    /// Articles of the archive; `None` while they are not counted yet.
    pub articles: Option<u64>,
    /// Bytes of the archive.
    pub bytes: u64,
}

/// Somebody who looks on.
pub trait Watch: Sync {
    /// A phase begins.
    fn begin(&self, phase: Phase, extent: Extent);
    /// So many more steps are done.
    fn advance(&self, steps: u64);
    /// So many more articles were met; told while their number is not known.
    fn articles(&self, more: u64);
    /// The phase that was begun last is over.
    fn end(&self);
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn begin(&self, _: Phase, _: Extent) {}
    fn advance(&self, _: u64) {}
    fn articles(&self, _: u64) {}
    fn end(&self) {}
}
