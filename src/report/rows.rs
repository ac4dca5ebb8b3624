//! One type a table: the columns, in order. `docs/output.md` describes them; a change here is a change there.
//!
//! Spans are `[begin, end)` pairs; shares and resemblances are rounded to six decimals, which no decision
//! uses.
//!
//! Both writers are fed by these types: JSON Lines by serde, Parquet by [`Cell`].

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;

use super::columns::{Cell, row};

/// A span as `[begin, end]`.
#[derive(Serialize)]
pub(super) struct Pair(pub(super) [usize; 2]);

impl From<&Range<usize>> for Pair {
    fn from(range: &Range<usize>) -> Self {
        Pair([range.start, range.end])
    }
}

/// A share with six decimals.
#[derive(Serialize)]
pub(super) struct Share(pub(super) f64);

impl From<f64> for Share {
    fn from(share: f64) -> Self {
        Share((share * 1e6).round() / 1e6)
    }
}

row! {
    pub(super) struct ArticleRow<'a> {
        #[serde(rename = "ref")]
        pub(super) reference: String,
        pub(super) id: Cow<'a, str>,
        pub(super) outlet: Option<&'a str>,
        pub(super) published_at: Option<String>,
        pub(super) title: Option<&'a str>,
        pub(super) url: Option<&'a str>,
        pub(super) words: u32,
        pub(super) story: Option<String>,
        pub(super) role: Option<&'static str>,
        pub(super) relation: Option<&'static str>,
        pub(super) resemblance: Option<Share>,
        pub(super) originality: Option<Share>,
        pub(super) copied_words: Option<u32>,
        pub(super) repeated_words: Option<u32>,
        pub(super) credits: Option<Vec<CreditCell>>,
    }
}

row! {
    pub(super) struct CreditCell {
        pub(super) name: String,
        pub(super) agency: Option<&'static str>,
        pub(super) kind: &'static str,
        pub(super) matched: Option<bool>,
        pub(super) bytes: Pair,
        pub(super) chars: Pair,
    }
}

row! {
    pub(super) struct StoryRow<'a> {
        pub(super) story: String,
        pub(super) size: usize,
        pub(super) outlets: usize,
        pub(super) representative: Cow<'a, str>,
        pub(super) origin: Option<Cow<'a, str>>,
        pub(super) confidence: Option<Share>,
        pub(super) origin_evidence: Option<OriginCell>,
        pub(super) cohesion: Share,
        pub(super) mean_resemblance: Share,
        pub(super) boilerplate: bool,
        pub(super) first_published: Option<String>,
        pub(super) last_published: Option<String>,
        pub(super) members: Vec<MemberCell<'a>>,
    }
}

row! {
    pub(super) struct MemberCell<'a> {
        pub(super) id: Cow<'a, str>,
        #[serde(rename = "ref")]
        pub(super) reference: String,
        pub(super) outlet: Option<&'a str>,
        pub(super) published_at: Option<String>,
        pub(super) relation: Option<&'static str>,
        pub(super) resemblance: Share,
        pub(super) containment: Share,
        pub(super) containment_of: Share,
    }
}

row! {
    pub(super) struct OriginCell {
        pub(super) dates: &'static str,
        pub(super) lag_seconds: Option<i64>,
        pub(super) credited_by: u32,
        pub(super) passed_over: u32,
        pub(super) by_edits: bool,
        pub(super) undated: u32,
        pub(super) tie: bool,
    }
}

row! {
    pub(super) struct MatchRow<'a> {
        pub(super) a: Cow<'a, str>,
        pub(super) b: Cow<'a, str>,
        pub(super) resemblance: Share,
        pub(super) containment_a: Share,
        pub(super) containment_b: Share,
        pub(super) same_outlet: bool,
        pub(super) score: Share,
        pub(super) rule: &'static str,
    }
}

row! {
    pub(super) struct PassageRow<'a> {
        pub(super) target: Cow<'a, str>,
        pub(super) source: Cow<'a, str>,
        pub(super) target_outlet: Option<&'a str>,
        pub(super) source_outlet: Option<&'a str>,
        pub(super) target_bytes: Pair,
        pub(super) target_chars: Pair,
        pub(super) source_bytes: Pair,
        pub(super) source_chars: Pair,
        pub(super) words: u32,
        pub(super) similarity: Share,
        pub(super) kind: &'static str,
        pub(super) seed: &'static str,
        pub(super) story: Option<String>,
        pub(super) excerpt: String,
    }
}

row! {
    pub(super) struct RelationRow<'a> {
        pub(super) target: Cow<'a, str>,
        pub(super) source: Cow<'a, str>,
        pub(super) relation: &'static str,
        pub(super) coverage_of_target: Share,
        pub(super) coverage_of_source: Share,
        pub(super) lag_seconds: Option<i64>,
        pub(super) credited: bool,
        pub(super) confidence: Share,
        pub(super) evidence: EvidenceCell,
    }
}

row! {
    pub(super) struct EvidenceCell {
        pub(super) basis: &'static str,
        pub(super) passages: u32,
        pub(super) words: u32,
        pub(super) longest: Option<u32>,
        pub(super) similarity: Share,
        pub(super) dates: &'static str,
        pub(super) tie: bool,
    }
}

row! {
    pub(super) struct OutletRow<'a> {
        pub(super) target_outlet: Option<&'a str>,
        pub(super) source_outlet: Option<&'a str>,
        pub(super) articles: u64,
        pub(super) words: u64,
        pub(super) share_of_target: Share,
        pub(super) credited_share: Option<Share>,
        pub(super) median_lag_seconds: Option<i64>,
    }
}

row! {
    pub(super) struct RepeatRow<'a> {
        pub(super) article: Cow<'a, str>,
        pub(super) first_bytes: Pair,
        pub(super) first_chars: Pair,
        pub(super) again_bytes: Pair,
        pub(super) again_chars: Pair,
        pub(super) words: u32,
        pub(super) similarity: Share,
        pub(super) kind: &'static str,
    }
}

row! {
    pub(super) struct ProblemRow<'a> {
        pub(super) path: &'a str,
        pub(super) record: Option<u64>,
        pub(super) byte: Option<u64>,
        pub(super) kind: &'static str,
        pub(super) message: &'a str,
    }
}
