//! Edits: from a plan to the stretches of bytes that go, file by file, in the order in which they stand.
//!
//! In: an [`Input`] and a [`Plan`]. Out: [`Item`]s in the order of files and bytes, and for each its [`Edit`]s: bytes that go, what
//! comes in their place, and the ledger's row. A record goes as a whole line with its line end; a byte-order mark at a
//! file's begin stays. Of a record that is cut, the bytes go that write the span: escapes as a whole. A record is read again when
//! its turn comes, so that nothing is held for the archive but an item for each record that changes.

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;

use super::cut::Cut;
use super::input::Input;
use super::ledger::Row;
use super::plan::{Going, Plan};
use crate::archive::record::Finding;
use crate::archive::{Change, Format, Place, TextEdit};
use crate::error::Error;
use crate::problem::Problem;

/// The member that marking adds to a record.
pub const MARK: &str = "wirecopy";

/// A record that changes.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) source: u32,
    pub(super) begin: u64,
    record: u64,
    what: What<'a>,
}

#[derive(Clone, Copy, Debug)]
enum What<'a> {
    Goes(&'a Going),
    Cut(u32, &'a [Cut]),
    Rejected(&'a Problem),
    /// An article that is marked, whatever becomes of it.
    Marked(u32, Option<&'a Going>, &'a [Cut]),
}

/// The row of a record that holds no article, met in place.
pub(super) fn rejected_row<'a>(path: &'a str, record: u64, findings: &'a [Finding]) -> Row<'a> {
    Row {
        what: "rejected".into(),
        path: Cow::Borrowed(path),
        record,
        kind: findings.last().map(|(kind, _)| kind.name().into()),
        message: findings.last().map(|(_, message)| Cow::Borrowed(&**message)),
        ..Row::default()
    }
}

/// A stretch of bytes that changes. Where lines stand for the records, its bytes count from where the record's frame begins,
/// as if the line stood there.
#[derive(Debug)]
pub(super) struct Edit<'a> {
    pub(super) bytes: Range<u64>,
    pub(super) insert: Vec<u8>,
    pub(super) row: Row<'a>,
}

/// The records that change, in order. `mark`: all of them, and nothing goes.
pub(super) fn items<'a>(input: &'a Input, plan: &'a Plan, mark: bool) -> Vec<Item<'a>> {
    let place = |article: u32| input.catalogue.article(article);
    let item = |article: u32, what| {
        let article = place(article);
        Item { source: article.place.source, begin: article.place.begin, record: article.record, what }
    };
    let mut items: Vec<Item<'a>> = Vec::new();
    if mark {
        let numbers =
            (0..input.catalogue.articles.len()).map(|number| u32::try_from(number).expect("32 bits"));
        items.extend(numbers.map(|article| {
            let going = plan.gone.binary_search_by_key(&article, |going| going.article).ok();
            let cuts = plan.cuts.binary_search_by_key(&article, |(article, _)| *article).ok();
            let cuts = cuts.map_or(&[][..], |at| &plan.cuts[at].1);
            item(article, What::Marked(article, going.map(|at| &plan.gone[at]), cuts))
        }));
    } else {
        items.extend(plan.gone.iter().map(|going| item(going.article, What::Goes(going))));
        items.extend(plan.cuts.iter().map(|(article, cuts)| item(*article, What::Cut(*article, cuts))));
        // Records of other formats that hold no article are met when the file is gone through.
        let sources = input.archive.sources();
        let rejected = input.rejected().into_iter();
        let rejected = rejected.filter(|at| sources[at.0 as usize].format != Format::Records);
        items.extend(rejected.map(|(source, record, begin, problem)| Item {
            source,
            begin,
            record,
            what: What::Rejected(problem),
        }));
    }
    items.sort_unstable_by_key(|item| (item.source, item.begin));
    items
}

impl Item<'_> {
    /// Whether the whole record goes.
    pub(super) fn takes_all(&self) -> bool {
        matches!(self.what, What::Goes(_) | What::Rejected(_))
    }
}

impl<'a> Item<'a> {
    /// What becomes of the row in a file of columns; `None` if nothing.
    pub(super) fn change(&self, input: &Input) -> Option<Change> {
        match self.what {
            What::Goes(_) | What::Rejected(_) => Some(Change::Take),
            What::Cut(article, cuts) => {
                let column = input.archive.text_column(self.place(input, article))?;
                let spans = cuts.iter().map(|cut| cut.bytes.clone()).collect();
                Some(Change::Text(column, TextEdit::Cut(spans)))
            }
            What::Marked(..) => None,
        }
    }

    /// What changes, ascending. Empty for a record that has no place for a mark.
    pub(super) fn edits(&self, input: &'a Input) -> Result<Vec<Edit<'a>>, Error> {
        match self.what {
            What::Goes(going) => {
                let row = Row { what: "duplicate".into(), ..survivor(input, going) };
                Ok(vec![self.whole(input, self.named(input, going.article, row))?])
            }
            What::Rejected(problem) => {
                let row = Row {
                    what: "rejected".into(),
                    kind: Some(problem.kind.name().into()),
                    message: Some(Cow::Borrowed(&problem.message)),
                    ..Row::default()
                };
                Ok(vec![self.whole(input, self.placed(input, row))?])
            }
            What::Cut(article, cuts) => self.cut(input, article, cuts),
            What::Marked(article, going, cuts) => self.mark(input, article, going, cuts),
        }
    }

    fn placed(&self, input: &'a Input, row: Row<'a>) -> Row<'a> {
        let name = &input.archive.sources()[self.source as usize].name;
        Row { path: Cow::Borrowed(name), record: self.record, ..row }
    }

    fn named(&self, input: &'a Input, article: u32, row: Row<'a>) -> Row<'a> {
        let row = Row {
            id: Some(input.catalogue.name(article, &input.archive)),
            outlet: input.catalogue.outlet(article).map(Cow::Borrowed),
            ..row
        };
        self.placed(input, row)
    }

    /// The whole record goes.
    fn whole(&self, input: &Input, row: Row<'a>) -> Result<Edit<'a>, Error> {
        const BYTE_ORDER_MARK: u64 = 3;
        let source = &input.archive.sources()[self.source as usize];
        let failed = |error| Error::ReadInput { name: source.name.clone(), source: error };
        let bytes = match source.format {
            Format::Text => 0..source.bytes,
            Format::Records => {
                let What::Goes(going) = self.what else { unreachable!("the others are met on the way") };
                let record = input.record(going.article)?.len() as u64;
                self.begin..self.begin + record + u64::from(source.is_told_as_lines())
            }
            Format::JsonLines => {
                let end = match self.what {
                    What::Goes(going) => {
                        let place = input.catalogue.article(going.article).place;
                        source.bytes.min(place.begin + place.bytes + 1)
                    }
                    // It may be too large for its length to be known.
                    _ => input.archive.after_line(self.source, self.begin).map_err(failed)?,
                };
                let head = source.fetch(0..source.bytes.min(BYTE_ORDER_MARK)).map_err(failed)?;
                let marked = self.begin == 0 && *head == *b"\xEF\xBB\xBF";
                self.begin + if marked { BYTE_ORDER_MARK } else { 0 }..end
            }
        };
        Ok(Edit { bytes, insert: Vec::new(), row })
    }

    fn place(&self, input: &Input, article: u32) -> Place {
        let place = input.catalogue.article(article).place;
        debug_assert_eq!((place.source, place.begin), (self.source, self.begin));
        place
    }

    fn cut(&self, input: &'a Input, article: u32, cuts: &[Cut]) -> Result<Vec<Edit<'a>>, Error> {
        let place = self.place(input, article);
        let record = input.record(article)?;
        let lost = || Error::ArchiveChanged {
            input: input.archive.sources()[self.source as usize].name.clone(),
            why: "a record is no longer what it was".into(),
        };
        let written = input.archive.written_text(place, &record).ok_or_else(lost)?;
        let wanted: Vec<usize> = cuts.iter().flat_map(|cut| [cut.bytes.start, cut.bytes.end]).collect();
        let places = written.places(&record, &wanted);
        if places.len() != wanted.len() {
            return Err(lost());
        }
        let column = input.archive.text_column(place);
        let edit = |(cut, places): (&Cut, &[usize])| {
            let (what, kind, holder) = cut.why.told();
            Edit {
                bytes: place.begin + places[0] as u64..place.begin + places[1] as u64,
                insert: Vec::new(),
                row: self.named(
                    input,
                    article,
                    Row {
                        what: what.into(),
                        kind: kind.map(Cow::Borrowed),
                        survivor: holder.map(|holder| input.catalogue.name(holder, &input.archive)),
                        survivor_ref: holder.map(|holder| input.catalogue.reference(holder, &input.archive)),
                        survivor_outlet: holder
                            .and_then(|holder| input.catalogue.outlet(holder))
                            .map(Cow::Borrowed),
                        words: Some(cut.words),
                        similarity: Some(rounded(cut.similarity)),
                        column: column.clone().map(Cow::Owned),
                        text_bytes: Some([cut.bytes.start, cut.bytes.end]),
                        kept_bytes: Some([cut.kept.start, cut.kept.end]),
                        ..Row::default()
                    },
                ),
            }
        };
        Ok(cuts.iter().zip(places.chunks(2)).map(edit).collect())
    }

    fn mark(
        &self,
        input: &'a Input,
        article: u32,
        going: Option<&'a Going>,
        cuts: &[Cut],
    ) -> Result<Vec<Edit<'a>>, Error> {
        let place = self.place(input, article);
        let record = input.record(article)?;
        let Some(found) = input.archive.mark_place(place, &record, MARK) else { return Ok(Vec::new()) };
        let mark = Mark::of(input, going, cuts);
        let mark = serde_json::to_string(&mark).expect("plain strings and numbers");
        let insert = match (found.is_there, found.after_members) {
            (true, _) => mark,
            (false, true) => format!(",\"{MARK}\":{mark}"),
            (false, false) => format!("\"{MARK}\":{mark}"),
        };
        let row = Row { what: "mark".into(), inserted: insert.len() as u64, ..Row::default() };
        Ok(vec![Edit {
            bytes: place.begin + found.bytes.start as u64..place.begin + found.bytes.end as u64,
            insert: insert.into_bytes(),
            row: self.named(input, article, row),
        }])
    }
}

fn survivor<'a>(input: &'a Input, going: &Going) -> Row<'a> {
    Row {
        survivor: Some(input.catalogue.name(going.survivor, &input.archive)),
        survivor_ref: Some(input.catalogue.reference(going.survivor, &input.archive)),
        survivor_outlet: input.catalogue.outlet(going.survivor).map(Cow::Borrowed),
        resemblance: Some(rounded(going.overlap.resemblance())),
        reason: Some(going.reason.name().into()),
        ..Row::default()
    }
}

/// Six decimals, as reports have them.
fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

/// What marking says of a record.
#[derive(Serialize)]
struct Mark<'a> {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    survivor: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resemblance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cuts: Vec<MarkedCut<'a>>,
}

#[derive(Serialize)]
struct MarkedCut<'a> {
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    bytes: [usize; 2],
    kept_bytes: [usize; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    survivor: Option<Cow<'a, str>>,
    words: u32,
}

impl<'a> Mark<'a> {
    fn of(input: &'a Input, going: Option<&Going>, cuts: &[Cut]) -> Mark<'a> {
        let marked = |cut: &Cut| {
            let (what, kind, holder) = cut.why.told();
            MarkedCut {
                what,
                kind,
                bytes: [cut.bytes.start, cut.bytes.end],
                kept_bytes: [cut.kept.start, cut.kept.end],
                survivor: holder.map(|holder| input.catalogue.name(holder, &input.archive)),
                words: cut.words,
            }
        };
        Mark {
            action: match (going, cuts) {
                (Some(_), _) => "remove",
                (None, []) => "keep",
                (None, _) => "cut",
            },
            survivor: going.map(|going| input.catalogue.name(going.survivor, &input.archive)),
            resemblance: going.map(|going| rounded(going.overlap.resemblance())),
            reason: going.map(|going| going.reason.name()),
            cuts: cuts.iter().map(marked).collect(),
        }
    }
}
