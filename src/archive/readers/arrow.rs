//! Arrow IPC: files (Feather version 2) and streams.
//!
//! In: a file of which any range can be read. Out: a record a row, by the columns that a rule may ask for. The idea: a file is
//! a stream with a magic in front and an index behind, so both are walked message by message; batches are only found
//! that way, and are decoded side by side by the crate `arrow-ipc`, but for columns of text (`texts`): of files that are mapped and not
//! packed they are left where they stand, of packed ones unpacked on their own. Where one ends another may begin (`cat a.arrows b.arrows`): it is read on with a schema of its own, and rows are
//! numbered on.
//!
//! It guarantees: rows are numbered as they stand in the file; a batch that cannot be decoded is a problem, with its
//! byte, and the others are read; of a file that is cut the batches before the cut are read; bytes that belong to nothing are told; nothing is unpacked or
//! allocated beyond a bound because a header says so. All that a batch says that it unpacks to is within [`MOST_BATCH_BYTES`]; texts that stand
//! and texts in LZ4 apart, it stands in memory whole, as the format wants it.
//!
//! It does not read Feather version 1, big-endian files, and dictionaries that stand behind the batches that use them. Lists
//! and maps are left out.
//!
//! Source: <https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc>.

mod texts;

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::convert::fb_to_schema;
use arrow_ipc::reader::{read_dictionary, read_record_batch};
use arrow_ipc::{CompressionType, Endianness, Message, MessageHeader, MetadataVersion, root_as_message};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};

use super::super::fields::ColumnInfo;
use super::super::sink::{At, Sink, Stop};
use super::{Reader, Takes, Whole, cells};
use crate::problem::ProblemKind;
use texts::{Layout, layout};

/// Arrow IPC files and streams.
pub(super) const ARROW: Reader = Reader {
    name: "Arrow",
    told_by: "ARROW1, or a first message as streams have it",
    endings: &["arrow", "arrows", "feather", "ipc"],
    begins,
    has_magic: true,
    in_any_encoding: false,
    takes: Takes::Whole(read),
};

const MAGIC: &[u8] = b"ARROW1";
/// The magic is followed by zeros: up to eight bytes by the book, up to 64 in practice.
const MOST_MAGIC_BYTES: u64 = 64;
/// Begins a message; then its length follows.
const CONTINUES: [u8; 4] = [0xFF; 4];
/// What says that a stream ends: as a message begins, with no length.
const END_BYTES: u64 = 8;

/// The largest head of a message: it lists the buffers of all columns.
const MOST_HEAD_BYTES: u64 = 64 << 20;
/// The most bytes that a batch or a dictionary may have, and may unpack to. Writers make batches of some 65,000 rows, and
/// some one for a whole file.
const MOST_BATCH_BYTES: u64 = 1 << 30;
/// A batch takes about so many times its bytes while it is read by the crate, or out of a file that is not mapped; they are packed most of
/// the time.
const MOST_OF_BODY: u64 = 5;
/// Batches that are found before they are read, and bytes of their heads.
const BATCHES_AT_A_TIME: usize = 1024;
const HEAD_BYTES_AT_A_TIME: usize = 64 << 20;
/// Dictionaries that a file may have at a time, and additions to them, each of which copies what it adds to: a column has one.
const MOST_DICTIONARIES: usize = 4096;
const MOST_ADDITIONS: usize = 1024;
/// Elements of a schema, within one another too.
const MOST_FIELDS: usize = 100_000;

fn begins(head: &[u8]) -> bool {
    head.starts_with(MAGIC) || is_stream(head)
}

/// A stream begins with a message whose length is a multiple of eight; text does not begin so.
fn is_stream(head: &[u8]) -> bool {
    let Some((length, rest)) = head.strip_prefix(&CONTINUES).and_then(<[u8]>::split_first_chunk) else {
        return false;
    };
    let length = u32::from_le_bytes(*length);
    length > 0 && length % 8 == 0 && u64::from(length) <= MOST_HEAD_BYTES && rest.len() >= 8
}

/// A batch that was found.
#[derive(Debug)]
struct Batch {
    /// Where its message begins.
    begin: u64,
    head: Vec<u8>,
    body: Range<u64>,
    first_row: u64,
    rows: u64,
    is_packed: bool,
    dictionaries: Arc<Dictionaries>,
}

type Dictionaries = HashMap<i64, ArrayRef>;

/// What the schema says.
struct Table {
    schema: SchemaRef,
    /// The columns that are wanted.
    columns: Vec<usize>,
    /// Where each column stands in a batch, if that is told by the schema.
    layout: Option<Vec<Layout>>,
}

fn read(whole: &Whole, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let (mut begin, mut first_row) = (0, 1);
    loop {
        let head = head_at(whole, begin)?;
        let Some(ended) = read_one(whole, begin, first_row, sink)? else { return Ok(()) };
        let end = if head.starts_with(MAGIC) { end_of_footer(whole, ended.end)? } else { Some(ended.end) };
        let Some(end) = end else {
            let message =
                "its footer is cut or damaged: what stands before it is read, what stands behind it is not";
            sink.problem(Some(ended.end), ProblemKind::UnreadableFile, message.into());
            return Ok(());
        };
        if end == whole.len() {
            return Ok(());
        }
        if !begins(&head_at(whole, end)?) {
            let behind = whole.len() - end;
            let message =
                format!("{behind} bytes behind its end belong to nothing, and are not in the report");
            sink.problem(Some(end), ProblemKind::UnreadableFile, message);
            return Ok(());
        }
        (begin, first_row) = (end, ended.first_row_behind);
    }
}

/// What tells whether a stream or a file begins at `at`.
fn head_at(whole: &Whole, at: u64) -> io::Result<Vec<u8>> {
    let end = whole.len().min(at.saturating_add(MOST_MAGIC_BYTES));
    Ok(whole.fetch(at..end)?.into_owned())
}

/// Where the file ends whose footer begins at `at`: a footer is followed by its length and the magic. `None` if there is none.
fn end_of_footer(whole: &Whole, at: u64) -> io::Result<Option<u64>> {
    const TAIL_BYTES: u64 = 4 + MAGIC.len() as u64;
    let ends_at = |end: u64| -> io::Result<bool> {
        let Some(begin) = end.checked_sub(TAIL_BYTES).filter(|begin| *begin >= at) else { return Ok(false) };
        let tail = whole.fetch(begin..end)?;
        let Some((length, magic)) = tail.split_first_chunk() else { return Ok(false) };
        // Zeros may stand in front of it.
        let zeros = (begin - at).checked_sub(u64::from(u32::from_le_bytes(*length)));
        Ok(magic == MAGIC && zeros.is_some_and(|zeros| zeros < MOST_MAGIC_BYTES))
    };
    if ends_at(whole.len())? {
        return Ok(Some(whole.len()));
    }
    // Something follows.
    let most = at.saturating_add(MOST_HEAD_BYTES);
    let bytes = whole.fetch(at..whole.len().min(most))?;
    for found in memchr::memmem::find_iter(&bytes, MAGIC) {
        let end = at + (found + MAGIC.len()) as u64;
        if ends_at(end)? {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

/// Where a stream ended, or a file but for its footer.
struct Ended {
    end: u64,
    first_row_behind: u64,
}

/// Reads the stream or file that begins at `begin`; `None` if it broke off, which is told then.
fn read_one(whole: &Whole, begin: u64, first_row: u64, sink: &mut Sink<'_>) -> Result<Option<Ended>, Stop> {
    let head = head_at(whole, begin)?;
    let is_file = head.starts_with(MAGIC);
    let mut at = begin
        + head.strip_prefix(MAGIC).map_or(0, |rest| {
            let zeros = rest.iter().take_while(|byte| **byte == 0).count();
            (MAGIC.len() + zeros) as u64 & !7
        });
    let mut first_row = first_row;
    let mut table: Option<Table> = None;
    let mut dictionaries = Arc::new(Dictionaries::new());
    let mut found: Vec<Batch> = Vec::new();
    let (mut heads, mut additions) = (0, 0);
    let end = loop {
        let begin = at;
        let next = match next_message(whole, begin, is_file) {
            Ok(Some(next)) => next,
            Ok(None) => break Ok(whole.len().min(begin + END_BYTES)),
            // The stream did not say that it ends; nor below, where another schema stands.
            Err(_) if !is_file && table.is_some() && head_at(whole, begin)?.starts_with(MAGIC) => {
                break Ok(begin);
            }
            Err(why) => break Err((begin, why)),
        };
        at = next.body.end;
        let Ok(message) = root_as_message(&next.head) else {
            break Err((begin, "its head is damaged".to_owned()));
        };
        match (&table, message.header_type()) {
            (None, MessageHeader::Schema) => match Table::of(&message, sink) {
                Ok(read) => {
                    sink.columns_are(&read.all_columns(), "");
                    table = Some(read);
                }
                Err(why) => break Err((begin, why)),
            },
            (Some(table), MessageHeader::DictionaryBatch) => {
                additions +=
                    usize::from(message.header_as_dictionary_batch().is_some_and(|batch| batch.isDelta()));
                if dictionaries.len() > MOST_DICTIONARIES || additions > MOST_ADDITIONS {
                    break Err((begin, "it has more dictionaries than are read".to_owned()));
                }
                match Sink::catch(|| table.add_dictionary(whole, &next, &message, &dictionaries)) {
                    Ok(Ok(more)) => dictionaries = Arc::new(more),
                    Ok(Err(why)) | Err(why) => {
                        let message =
                            format!("a dictionary cannot be read: {why}; its values are not in the report");
                        sink.problem(Some(begin), ProblemKind::UnreadableFile, message);
                    }
                }
            }
            (Some(_), MessageHeader::RecordBatch) => {
                let data = message.header_as_record_batch();
                let is_packed = data.is_some_and(|batch| batch.compression().is_some());
                let rows = data.map(|batch| batch.length());
                let Some(rows) = rows.and_then(|rows| u64::try_from(rows).ok()) else {
                    break Err((begin, "it has no valid number of rows".to_owned()));
                };
                let dictionaries = Arc::clone(&dictionaries);
                let Next { head, body } = next;
                heads += head.len();
                found.push(Batch { begin, head, body, first_row, rows, is_packed, dictionaries });
                let Some(after) = first_row.checked_add(rows).filter(|row| *row <= i64::MAX.unsigned_abs())
                else {
                    break Err((begin, "it has more rows than can be counted".to_owned()));
                };
                first_row = after;
            }
            (Some(_), MessageHeader::Schema) if !is_file => break Ok(begin),
            _ => break Err((begin, "a message stands where it cannot".to_owned())),
        }
        if found.len() == BATCHES_AT_A_TIME || heads > HEAD_BYTES_AT_A_TIME {
            heads = 0;
            read_batches(whole, table.as_ref(), &found, sink)?;
            found.clear();
        }
    };
    read_batches(whole, table.as_ref(), &found, sink)?;
    match (end, table) {
        (Err((byte, why)), _) => {
            let message = format!(
                "cannot be read on: the message at byte {byte}: {why}; what follows there is not in the report"
            );
            sink.problem(Some(byte), ProblemKind::UnreadableFile, message);
            Ok(None)
        }
        (Ok(_), None) => Err(Stop::Damaged("it has no schema".into())),
        (Ok(end), Some(_)) => Ok(Some(Ended { end, first_row_behind: first_row })),
    }
}

/// A message: its head, and where its body is.
struct Next {
    head: Vec<u8>,
    body: Range<u64>,
}

/// The message at `at`; `None` where there are no more: a stream may simply end, a file says so.
fn next_message(whole: &Whole, at: u64, is_file: bool) -> Result<Option<Next>, String> {
    let cut = || "it is cut".to_owned();
    let fetch = |range: Range<u64>| {
        if range.end > whole.len() {
            Err(cut())
        } else {
            whole.fetch(range).map_err(|error| error.to_string())
        }
    };
    if at == whole.len() && !is_file {
        return Ok(None);
    }
    let lead = fetch(at..at + 8)?;
    let length = lead.strip_prefix(&CONTINUES).ok_or("no message begins there")?;
    let length = u64::from(u32::from_le_bytes(length.try_into().map_err(|_| cut())?));
    if length == 0 {
        return Ok(None);
    }
    if length > MOST_HEAD_BYTES {
        return Err(format!("its head says that it has {length} bytes"));
    }
    let begin = at + 8;
    // Copied, for nobody else may change what was found valid.
    let head = fetch(begin..begin + length)?.into_owned();
    let message = root_as_message(&head).map_err(|_| "its head is damaged".to_owned())?;
    let body = begin + length;
    let bytes =
        u64::try_from(message.bodyLength()).map_err(|_| "its body has a negative length".to_owned())?;
    let end = body.checked_add(bytes).filter(|end| *end <= whole.len()).ok_or_else(cut)?;
    Ok(Some(Next { head, body: body..end }))
}

fn read_batches(
    whole: &Whole,
    table: Option<&Table>,
    batches: &[Batch],
    sink: &mut Sink<'_>,
) -> Result<(), Stop> {
    let (Some(table), false) = (table, batches.is_empty()) else { return Ok(()) };
    sink.parallel(batches, |batch: &Batch, sink| {
        sink.has_gone_through(batch.body.end - batch.begin);
        let why = match table.read_batch(whole, batch, sink) {
            Err(Stop::Damaged(why)) => why,
            other => return other,
        };
        // Rows before the damage may have been read.
        let from = batch.first_row.max(sink.last() + 1);
        let (begin, missing) = (batch.begin, batch.first_row + batch.rows - from);
        let message = if missing == 0 {
            format!("the batch at byte {begin} is damaged: {why}; its rows were read, and some may be wrong")
        } else {
            format!(
                "the batch at byte {begin} cannot be read: {why}; {missing} rows from record {from} on are not in the report"
            )
        };
        sink.problem(Some(begin), ProblemKind::UnreadableFile, message);
        Ok(())
    })
}

impl Table {
    fn of(message: &Message<'_>, sink: &Sink<'_>) -> Result<Table, String> {
        let schema = message.header_as_schema().ok_or("it is no schema")?;
        if schema.endianness() != Endianness::Little {
            return Err("its numbers are big-endian, which is not read".into());
        }
        let fields = schema.fields().ok_or("its schema has no columns")?;
        if fields.len() > MOST_FIELDS {
            return Err("its schema has too many columns".into());
        }
        let schema: Schema =
            Sink::catch(|| fb_to_schema(schema)).map_err(|why| format!("its schema: {why}"))?;
        let schema = Schema::new(schema.fields().iter().map(as_bytes).collect::<Fields>());
        let wanted = schema
            .fields()
            .iter()
            .enumerate()
            .filter(|(_, field)| sink.wants(field.name()) && cells::is_readable(field.data_type(), 0));
        let columns = wanted.map(|(column, _)| column).collect();
        Ok(Table { layout: layout(&schema), schema: Arc::new(schema), columns })
    }

    /// All columns, whether they are wanted or not.
    fn all_columns(&self) -> Vec<ColumnInfo<'_>> {
        let column = |field| -> ColumnInfo<'_> {
            let field: &FieldRef = field;
            let unread = (!cells::is_readable(field.data_type(), 0)).then(|| match field.data_type() {
                DataType::List(_)
                | DataType::LargeList(_)
                | DataType::FixedSizeList(..)
                | DataType::ListView(_)
                | DataType::LargeListView(_)
                | DataType::Map(..) => "a list",
                _ => "of a type that is not read",
            });
            ColumnInfo { name: field.name(), unread }
        };
        self.schema.fields().iter().map(column).collect()
    }

    /// The dictionaries with one more, or one changed.
    fn add_dictionary(
        &self,
        whole: &Whole,
        next: &Next,
        message: &Message<'_>,
        dictionaries: &Dictionaries,
    ) -> Result<Dictionaries, String> {
        let batch = message.header_as_dictionary_batch().ok_or("it is none")?;
        body_bytes(&next.body)?;
        let body = whole.fetch(next.body.clone()).map_err(|error| error.to_string())?;
        let body = Buffer::from_vec(body.into_owned());
        if let Some(data) = batch.data() {
            check_buffers(&data, &body)?;
        }
        let mut more = dictionaries.clone();
        read_dictionary(&body, batch, &self.schema, &mut more, &message.version())
            .map_err(|error| error.to_string())?;
        Ok(more)
    }

    /// Gives the rows of a batch to the sink. [`Stop::Damaged`]: it cannot be read, or not to its end.
    fn read_batch(&self, whole: &Whole, batch: &Batch, sink: &mut Sink<'_>) -> Result<(), Stop> {
        if self.columns.is_empty() {
            // Rows that have no column of use are records without text.
            return (batch.first_row..batch.first_row + batch.rows)
                .try_for_each(|ordinal| sink.row(At { ordinal, byte: None }, &[]));
        }
        let bytes = body_bytes(&batch.body).map_err(Stop::Damaged)?;
        let at = sink.texts_stand().then_some(batch.body.start);
        let stands = at.is_some() && !batch.is_packed;
        let mut room = if whole.map().is_some() { None } else { sink.room(MOST_OF_BODY * bytes) };
        let body = whole.fetch(batch.body.clone())?;
        if whole.map().is_some() && !stands {
            let taken = if batch.is_packed { self.taken_by_texts(batch, &body) } else { None };
            room = sink.room(taken.unwrap_or(MOST_OF_BODY * bytes));
        }
        let mut broke_off = None;
        if let Ok(Some(read)) = Sink::catch(|| self.read_texts(batch, &body, at)) {
            match caught(|| self.put(batch, read, sink)) {
                // The crate may go on: blocks may be shorter than they are wont to be.
                Err(Stop::Damaged(why)) => broke_off = Some(why),
                other => return other,
            }
        }
        if whole.map().is_some() {
            drop(room);
            room = sink.room(MOST_OF_BODY * bytes);
        }
        let rows = caught(|| {
            let read = self.read_by_crate(batch, body.into_owned());
            read.map_err(|why| Stop::Damaged(broke_off.unwrap_or(why)))
        })?;
        let done = (sink.last() + 1).saturating_sub(batch.first_row).min(batch.rows);
        let begin = usize::try_from(done).unwrap_or(usize::MAX).min(rows.num_rows());
        let rest = rows.slice(begin, rows.num_rows() - begin);
        let put = cells::put_batch(&rest, batch.first_row + done, None, sink);
        drop(room);
        put
    }

    fn read_by_crate(&self, batch: &Batch, body: Vec<u8>) -> Result<RecordBatch, String> {
        let message = root_as_message(&batch.head).map_err(|error| error.to_string())?;
        let version: MetadataVersion = message.version();
        let data = message.header_as_record_batch().ok_or("it is none")?;
        let body = Buffer::from_vec(body);
        check_buffers(&data, &body)?;
        let schema = Arc::clone(&self.schema);
        let columns = Some(self.columns.as_slice());
        read_record_batch(&body, data, schema, &batch.dictionaries, columns, &version)
            .map_err(|error| error.to_string())
    }
}

/// What `work` gives; a panic is damage.
fn caught<T>(work: impl FnOnce() -> Result<T, Stop>) -> Result<T, Stop> {
    Sink::catch(work).unwrap_or_else(|panic| Err(Stop::Damaged(format!("its reader failed ({panic})"))))
}

/// A field whose texts are bytes, which stand there just so: a text that is no UTF-8 then costs itself, not its batch, and what is
/// UTF-8 is judged once.
fn as_bytes(field: &FieldRef) -> Field {
    field.as_ref().clone().with_data_type(bytes_of(field.data_type()))
}

fn bytes_of(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8 => DataType::Binary,
        DataType::LargeUtf8 => DataType::LargeBinary,
        DataType::Utf8View => DataType::BinaryView,
        DataType::Struct(members) => DataType::Struct(members.iter().map(as_bytes).collect()),
        DataType::Dictionary(key, values) => DataType::Dictionary(key.clone(), Box::new(bytes_of(values))),
        other => other.clone(),
    }
}

/// How many bytes a body has, if that is not more than is read.
fn body_bytes(body: &Range<u64>) -> Result<u64, String> {
    let bytes = body.end - body.start;
    if bytes > MOST_BATCH_BYTES {
        return Err(format!("it has {bytes} bytes; 1 GiB at most are read"));
    }
    Ok(bytes)
}

/// Whether buffers lie in the body, and do not unpack to more than is allowed.
fn check_buffers(batch: &arrow_ipc::RecordBatch<'_>, body: &Buffer) -> Result<(), String> {
    let codec = batch.compression().map(|compression| compression.codec());
    let mut all = 0_u64;
    for buffer in batch.buffers().iter().flatten() {
        let range = usize::try_from(buffer.offset()).ok().zip(usize::try_from(buffer.length()).ok());
        let bytes = range.and_then(|(begin, length)| body.get(begin..begin.checked_add(length)?));
        let bytes = bytes.ok_or("a buffer lies beyond its end")?;
        if let Some(codec) = codec
            && !bytes.is_empty()
        {
            let (size, packed) = bytes.split_first_chunk().ok_or("a buffer is cut")?;
            // -1: it stands as it is.
            let size = match i64::from_le_bytes(*size) {
                -1 => packed.len() as u64,
                size => u64::try_from(size).map_err(|_| "a buffer has a negative length")?,
            };
            all = all.saturating_add(size);
            if size > 0
                && codec == CompressionType::LZ4_FRAME
                && i64::from_le_bytes(bytes[..8].try_into().map_err(|_| "a buffer is cut")?) != -1
            {
                check_lz4(packed, size)?;
            }
        }
    }
    if all > MOST_BATCH_BYTES {
        return Err(format!("it unpacks to {all} bytes; 1 GiB at most are read"));
    }
    Ok(())
}

/// Whether a frame of LZ4 can unpack to hardly more than `size`: the crate unpacks whatever comes. Each block unpacks to so
/// many bytes at most as the frame says, and all but the last to exactly so many.
///
/// Source: <https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md>.
fn check_lz4(frame: &[u8], size: u64) -> Result<(), String> {
    let wrong = || "a buffer is no frame of LZ4".to_owned();
    let Lz4Head { block: most, has_sums, has_sum_of_all, blocks: mut rest } =
        lz4_head(frame).ok_or_else(wrong)?;
    let mut blocks = 0_u64;
    loop {
        let (length, blocks_on) = rest.split_first_chunk().ok_or_else(wrong)?;
        let length = u32::from_le_bytes(*length);
        if length == 0 {
            // A sum of the whole may follow, and nothing else: no second frame.
            let after = if has_sum_of_all { 4 } else { 0 };
            return if blocks_on.len() == after { Ok(()) } else { Err(wrong()) };
        }
        blocks += 1;
        if (blocks - 1) * most >= size {
            return Err("a buffer unpacks to more than it says".into());
        }
        // The highest bit: it stands as it is.
        let length = (length & 0x7FFF_FFFF) as usize + if has_sums { 4 } else { 0 };
        rest = blocks_on.get(length..).ok_or_else(wrong)?;
    }
}

/// What the head of a frame of LZ4 says.
struct Lz4Head<'f> {
    /// Bytes that a block unpacks to at most, and all but the last do.
    block: u64,
    /// Whether a sum stands behind each block, and behind all.
    has_sums: bool,
    has_sum_of_all: bool,
    /// What stands behind the head.
    blocks: &'f [u8],
}

/// `None` if it is no head.
fn lz4_head(frame: &[u8]) -> Option<Lz4Head<'_>> {
    let descriptor = frame.strip_prefix(b"\x04\x22\x4D\x18")?;
    let [flags, block, ..] = *descriptor else { return None };
    let block = match (block >> 4) & 7 {
        4 => 64 << 10,
        5 => 256 << 10,
        6 => 1 << 20,
        7 => 4 << 20,
        _ => return None,
    };
    let (has_size, has_dictionary) = (flags & 0x08 != 0, flags & 0x01 != 0);
    let head = 3 + if has_size { 8 } else { 0 } + if has_dictionary { 4 } else { 0 };
    let blocks = descriptor.get(head..)?;
    Some(Lz4Head { block, has_sums: flags & 0x10 != 0, has_sum_of_all: flags & 0x04 != 0, blocks })
}
