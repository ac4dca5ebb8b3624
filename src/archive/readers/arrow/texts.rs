//! Columns of text that are not unpacked, or not all at once.
//!
//! In: a batch, as it was found. Out: its columns of text, as a list of where each text begins and as their bytes, all other columns as
//! the crate decodes them; or `None`, where anything is unusual or wrong: then the crate decodes the batch, and says what is wrong. The
//! idea: the texts of a column stand one behind the other, and what begins where is a list of numbers. Of a batch that is not packed, in
//! a file that is mapped, nothing but that list is copied: texts stand where they are, and their bytes are looked at once, to see that they are
//! UTF-8. Of a packed batch the list is unpacked, and texts are as rows pass: they go to their record at once, and no
//! batch stands in memory twice.
//!
//! It guarantees: what is read this way reads as the crate would read it; of a batch that cannot be unpacked to its end the rows before are
//! read. Nothing is derived from bytes of the map that were not copied: others may change them.
//!
//! Source: <https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-layout>, and its "Compression".

use std::borrow::Cow;
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::read_record_batch;
use arrow_ipc::{CompressionType, root_as_message};
use arrow_schema::{DataType, Field, Schema};

use super::cells::{Bytes, Column, Texts, put_rows};
use super::{Batch, MOST_BATCH_BYTES, Table, check_buffers};
use crate::archive::sink::{Sink, Stop};

/// Where a column stands in a batch: its node, and its buffers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    node: usize,
    buffers: Range<usize>,
}

/// Columns within columns that are looked into.
const MOST_NESTED: u32 = 32;

/// The layout of all columns; `None` where the schema does not tell it.
pub(super) fn layout(schema: &Schema) -> Option<Vec<Layout>> {
    let (mut node, mut buffer) = (0, 0);
    let of_column = |field: &Arc<Field>| {
        let layout = Layout { node, buffers: buffer..buffer };
        let (nodes, buffers) = size(field.data_type(), 0)?;
        (node, buffer) = (node + nodes, buffer + buffers);
        Some(Layout { buffers: layout.buffers.start..buffer, ..layout })
    };
    schema.fields().iter().map(of_column).collect()
}

/// How many nodes and buffers a column has.
fn size(kind: &DataType, nested: u32) -> Option<(usize, usize)> {
    let around = |buffers: usize, inner: &Field| {
        let (nodes, more) = if nested < MOST_NESTED { size(inner.data_type(), nested + 1) } else { None }?;
        Some((1 + nodes, buffers + more))
    };
    match kind {
        DataType::Null => Some((1, 0)),
        DataType::Binary | DataType::LargeBinary => Some((1, 3)),
        DataType::List(inner) | DataType::LargeList(inner) | DataType::Map(inner, _) => around(2, inner),
        DataType::FixedSizeList(inner, _) => around(1, inner),
        DataType::Struct(members) if nested < MOST_NESTED => {
            members.iter().try_fold((1, 1), |(nodes, buffers), member| {
                let (more_nodes, more_buffers) = size(member.data_type(), nested + 1)?;
                Some((nodes + more_nodes, buffers + more_buffers))
            })
        }
        // The batch says how many buffers views have, and the version how many unions.
        DataType::Struct(_)
        | DataType::Utf8View
        | DataType::BinaryView
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::RunEndEncoded(..)
        | DataType::Union(..) => None,
        // A bit for each row, and a value.
        _ => Some((1, 2)),
    }
}

/// A batch of which texts are read here.
pub(super) struct OwnTexts<'b> {
    /// By column.
    texts: Vec<(usize, Texts<'b>)>,
    /// The other columns that are wanted, in order.
    rest: Option<RecordBatch>,
}

/// The buffers of a batch.
struct Buffers<'b> {
    body: &'b [u8],
    codec: Option<CompressionType>,
    places: Vec<Range<usize>>,
}

impl<'b> Buffers<'b> {
    /// `None` if not all lie in the body.
    fn of(data: &arrow_ipc::RecordBatch<'_>, body: &'b [u8]) -> Option<Self> {
        let range = |buffer: &arrow_ipc::Buffer| -> Option<Range<usize>> {
            let begin = usize::try_from(buffer.offset()).ok()?;
            let end = begin.checked_add(usize::try_from(buffer.length()).ok()?)?;
            (end <= body.len()).then_some(begin..end)
        };
        let places = data.buffers()?.iter().map(range).collect::<Option<_>>()?;
        Some(Buffers { body, codec: data.compression().map(|compression| compression.codec()), places })
    }

    /// The first `bytes` of a buffer, unpacked.
    fn first(&self, place: &Range<usize>, bytes: usize) -> Option<Cow<'b, [u8]>> {
        if self.codec.is_none() {
            return self.body[place.clone()].get(..bytes).map(Cow::Borrowed);
        }
        let (stream, size) = self.unpacking(place)?;
        let mut first = Vec::new();
        stream
            .take(u64::try_from(bytes).ok().filter(|bytes| *bytes <= size)?)
            .read_to_end(&mut first)
            .ok()?;
        (first.len() == bytes).then_some(Cow::Owned(first))
    }

    /// A packed buffer as a stream, and how many bytes it says that it has.
    fn unpacking(&self, place: &Range<usize>) -> Option<(Box<dyn Read + 'b>, u64)> {
        /// What is unpacked at a time for short texts.
        const AT_A_TIME: usize = 16 << 10;
        if place.is_empty() {
            return Some((Box::new(io::empty()), 0));
        }
        let (size, packed) = self.body[place.clone()].split_first_chunk()?;
        let stream: Box<dyn Read + 'b> = match i64::from_le_bytes(*size) {
            -1 => return Some((Box::new(packed), packed.len() as u64)),
            _ => match self.codec? {
                CompressionType::LZ4_FRAME => Box::new(lz4_flex::frame::FrameDecoder::new(packed)),
                CompressionType::ZSTD => {
                    let unpacked = zstd::Decoder::new(packed).ok()?.single_frame();
                    Box::new(BufReader::with_capacity(AT_A_TIME, unpacked))
                }
                _ => return None,
            },
        };
        let size = u64::try_from(i64::from_le_bytes(*size)).ok()?;
        (size <= MOST_BATCH_BYTES).then_some((stream, size))
    }
}

impl Table {
    /// `body`: of the batch. `at`: where it begins in the file, if texts may stand there. `None` where the crate must read the batch.
    pub(super) fn read_texts<'b>(
        &self,
        batch: &Batch,
        body: &'b [u8],
        at: Option<u64>,
    ) -> Option<OwnTexts<'b>> {
        let message = root_as_message(&batch.head).ok()?;
        let data = message.header_as_record_batch()?;
        let buffers = Buffers::of(&data, body)?;
        if buffers.codec.is_none() && at.is_none() {
            return None;
        }
        let rows = usize::try_from(batch.rows).ok()?;
        let (mut texts, mut others) = (Vec::new(), Vec::new());
        for &column in &self.columns {
            let width = match self.schema.field(column).data_type() {
                DataType::Binary => 4,
                DataType::LargeBinary => 8,
                _ => {
                    others.push(column);
                    continue;
                }
            };
            let Layout { node, buffers: places } = &self.layout.as_ref()?[column];
            let nodes = data.nodes()?;
            let node = if *node < nodes.len() { nodes.get(*node) } else { return None };
            let [valid, offsets, values] = buffers.places.get(places.clone())? else { return None };
            let offsets = buffers.first(offsets, rows.checked_add(1)?.checked_mul(width)?)?;
            let offsets = offsets_of(&offsets, width)?;
            let bytes = if buffers.codec.is_some() {
                let (stream, size) = buffers.unpacking(values)?;
                (u64::from(*offsets.last()?) <= size).then_some(Bytes::Passing { stream, size, at: 0 })?
            } else {
                let begin = at? + values.start as u64;
                let values = &body[values.clone()];
                are_texts(&offsets, values).then_some(Bytes::Standing { values, begin })?
            };
            let nulls = usize::try_from(node.null_count()).ok()?;
            let valid = if nulls > 0 {
                Some(bits_of(buffers.first(valid, rows.div_ceil(8))?.into_owned(), rows, nulls)?)
            } else {
                None
            };
            if usize::try_from(node.length()) != Ok(rows) {
                return None;
            }
            texts.push((column, Texts { bytes, offsets, valid }));
        }
        if texts.is_empty() {
            return None;
        }
        let rest = if others.is_empty() {
            None
        } else {
            // Only what these columns need is copied; pages of zeros that nobody touches cost nothing.
            let mut needed = vec![0; body.len()];
            for &column in &others {
                for place in buffers.places.get(self.layout.as_ref()?[column].buffers.clone())? {
                    needed[place.clone()].copy_from_slice(&body[place.clone()]);
                }
            }
            let (schema, version) = (Arc::clone(&self.schema), message.version());
            let needed = Buffer::from_vec(needed);
            if buffers.codec.is_some() {
                check_buffers(&data, &needed).ok()?;
            }
            let rest = read_record_batch(&needed, data, schema, &batch.dictionaries, Some(&others), &version)
                .ok()?;
            (rest.num_rows() == rows).then_some(rest)
        };
        (rest.is_some() || others.is_empty()).then_some(OwnTexts { texts, rest })
    }

    /// Gives the rows of a batch to the sink. [`Stop::Damaged`]: texts that follow cannot be unpacked.
    pub(super) fn put(&self, batch: &Batch, read: OwnTexts<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
        let OwnTexts { texts, rest } = read;
        let mut rest = rest.iter().flat_map(RecordBatch::columns);
        // Both are in the order of the columns.
        let mut texts = texts.into_iter().peekable();
        let columns = self.columns.iter().filter_map(|column| {
            let name = self.schema.field(*column).name();
            match texts.next_if(|(other, _)| other == column) {
                Some((_, texts)) => Some(Column::Texts(name, texts)),
                None => rest.next().map(|array| Column::Array(name, array)),
            }
        });
        let mut columns: Vec<Column<'_>> = columns.collect();
        put_rows(&mut columns, usize::try_from(batch.rows).unwrap_or(usize::MAX), batch.first_row, None, sink)
    }
}

/// Where each text begins, and where the last ends; `None` if that cannot be.
fn offsets_of(bytes: &[u8], width: usize) -> Option<Vec<u32>> {
    let number = |bytes: &[u8]| match *bytes {
        [a, b, c, d] | [a, b, c, d, 0, 0, 0, 0] => Some(u32::from_le_bytes([a, b, c, d])),
        _ => None,
    };
    let offsets: Vec<u32> = bytes.chunks_exact(width).map(number).collect::<Option<_>>()?;
    offsets.windows(2).all(|two| two[0] <= two[1]).then_some(offsets)
}

/// Whether all of `values` that are texts by these offsets are UTF-8.
fn are_texts(offsets: &[u32], values: &[u8]) -> bool {
    let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else { return false };
    let Some(all) = values.get(*first as usize..*last as usize) else { return false };
    // The verdict alone is taken, not the text.
    let are = simdutf8::basic::from_utf8(all).is_ok();
    let continues =
        |offset: &u32| values[..*last as usize].get(*offset as usize).is_some_and(|byte| byte & 0xC0 == 0x80);
    are && !offsets.iter().any(continues)
}

/// A bit for each row; `None` if not so many are zero as are said to be.
fn bits_of(bits: Vec<u8>, rows: usize, nulls: usize) -> Option<Vec<u8>> {
    let valid = (0..rows).filter(|row| bits[row / 8] >> (row % 8) & 1 == 1).count();
    (rows - valid == nulls).then_some(bits)
}

#[cfg(test)]
mod tests;
