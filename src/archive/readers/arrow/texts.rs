//! Columns of text that are not unpacked, or not all at once.
//!
//! In: a batch, as it was found. Out: its columns of text, as a list of where each text begins and as their bytes, all other columns as
//! the crate decodes them; or `None`, where anything is unusual or wrong: then the crate decodes the batch, and says what is wrong. The
//! idea: the texts of a column stand one behind the other, and what begins where is a list of numbers. Of a batch that is not packed, in
//! a file that is mapped, nothing but that list is copied: texts stand where they are, and their bytes are looked at once, to see that they are
//! UTF-8. Of a packed batch the list is unpacked, and texts are as rows pass, where it is LZ4: they go to their record at once, block by
//! block. Of zstd only the end tells whether a frame is whole, so a column of it is unpacked at once, and copied no more than that.
//!
//! It guarantees: what is read this way reads as the crate would read it; of a batch that cannot be unpacked to its end the rows before are
//! read, up to the block with the damage. In memory are the lists, what other columns and those in zstd unpack to, and two blocks of each in LZ4; texts
//! of a row over `--max-record` are passed over. Nothing is derived from bytes of the map that were not copied: others may change them.
//!
//! Source: <https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-layout>, and its "Compression".

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::read_record_batch;
use arrow_ipc::{CompressionType, root_as_message};
use arrow_schema::{DataType, Field, Schema};
use lz4_flex::frame::FrameDecoder;

use super::cells::{Bytes, Column, Texts, put_rows};
use super::{Batch, Lz4Head, MOST_BATCH_BYTES, Table, check_buffers, lz4_head};
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

    /// How many bytes a buffer says that it has, unpacked.
    fn stated(&self, place: &Range<usize>) -> Option<u64> {
        let buffer = &self.body[place.clone()];
        if self.codec.is_none() || buffer.is_empty() {
            return Some(buffer.len() as u64);
        }
        let (size, packed) = buffer.split_first_chunk()?;
        match i64::from_le_bytes(*size) {
            AS_IT_IS => Some(packed.len() as u64),
            size => u64::try_from(size).ok(),
        }
    }

    /// The same of all of these together; `None` if that is more than a batch may have. A buffer that is named twice counts twice.
    fn stated_by_all<'p>(&self, places: impl IntoIterator<Item = &'p Range<usize>>) -> Option<u64> {
        let all = places.into_iter().try_fold(0_u64, |all, place| all.checked_add(self.stated(place)?));
        all.filter(|all| *all <= MOST_BATCH_BYTES)
    }

    /// A packed buffer as a stream, and how many bytes it has. LZ4 comes block by block, each known to be as long as it must be;
    /// what nobody knows to be whole before its end, all at once.
    fn unpacking(&self, place: &Range<usize>) -> Option<(Box<dyn BufRead + 'b>, u64)> {
        let size = self.stated(place)?;
        if let Some((_, packed)) = self.body[place.clone()].split_first_chunk::<8>()
            && size > 0
            && self.codec == Some(CompressionType::LZ4_FRAME)
            && let Some(blocks) = Blocks::of(packed, size)
        {
            return Some((Box::new(blocks), size));
        }
        let all = self.first(place, usize::try_from(size).ok()?)?;
        Some((Box::new(io::Cursor::new(all)), size))
    }

    /// The first `bytes` of a buffer, unpacked; `None` if they are not there, or the buffer is not as it says.
    fn first(&self, place: &Range<usize>, bytes: usize) -> Option<Cow<'b, [u8]>> {
        let buffer = &self.body[place.clone()];
        let size = self.stated(place)?;
        if self.codec.is_none() {
            return buffer.get(..bytes).map(Cow::Borrowed);
        }
        if size == 0 {
            // Whatever stands behind the length.
            return (bytes == 0).then_some(Cow::Borrowed(&[]));
        }
        let (prefix, packed) = buffer.split_first_chunk()?;
        let stream: Box<dyn Read + 'b> = match self.codec? {
            _ if i64::from_le_bytes(*prefix) == AS_IT_IS => Box::new(packed),
            CompressionType::LZ4_FRAME => Box::new(FrameDecoder::new(packed)),
            CompressionType::ZSTD => Box::new(zstd::Decoder::new(packed).ok()?),
            _ => return None,
        };
        let mut all = Vec::new();
        stream.take(size.checked_add(1)?).read_to_end(&mut all).ok()?;
        let is_whole = all.len() as u64 == size && bytes <= all.len();
        all.truncate(bytes);
        is_whole.then_some(Cow::Owned(all))
    }
}

/// A frame of LZ4, block by block. Nothing of a block is given before it is known to unpack to as many bytes as it must: a bit that is
/// wrong in it moves, most of the time, all that follows.
struct Blocks<'b> {
    decoder: FrameDecoder<&'b [u8]>,
    /// Bytes of a block; the last may have fewer.
    block: u64,
    /// Bytes of the blocks that are not yet unpacked, and of the one that is.
    left: u64,
    at_hand: u64,
}

impl<'b> Blocks<'b> {
    /// A frame of so many bytes; `None` if it is none, or has a sum of the whole, which is known at its end.
    fn of(frame: &'b [u8], size: u64) -> Option<Self> {
        let Lz4Head { block, has_sum_of_all, .. } = lz4_head(frame)?;
        let decoder = FrameDecoder::new(frame);
        (!has_sum_of_all).then_some(Blocks { decoder, block, left: size, at_hand: 0 })
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Blocks<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let found = self.decoder.fill_buf().map_err(|_| damaged("a block of it cannot be unpacked"))?;
        if self.at_hand == 0 {
            let bytes = found.len() as u64;
            if bytes != self.block.min(self.left) {
                return Err(damaged("a block of it unpacks to more or fewer bytes than it must"));
            }
            (self.at_hand, self.left) = (bytes, self.left - bytes);
        }
        Ok(found)
    }

    fn consume(&mut self, bytes: usize) {
        self.decoder.consume(bytes);
        self.at_hand -= bytes as u64;
    }
}

fn damaged(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Columns of text that are read at a time: each unpacks for itself. A table has a few.
const MOST_TEXTS: usize = 64;

/// What LZ4 keeps of a column while it is unpacked, as pyarrow writes it. Blocks may have 4 MiB instead of 64 KiB.
const BLOCKS_BYTES: u64 = 1 << 20;

/// A length that says that a buffer is not packed.
const AS_IT_IS: i64 = -1;

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
        // The crate refuses what says that it unpacks to more.
        buffers.stated_by_all(&buffers.places)?;
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
            if texts.len() > MOST_TEXTS {
                return None;
            }
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

    /// About how much memory reading a packed batch takes, its body aside; `None` where [`Table::read_texts`] gives nothing either.
    pub(super) fn taken_by_texts(&self, batch: &Batch, body: &[u8]) -> Option<u64> {
        let message = root_as_message(&batch.head).ok()?;
        let buffers = Buffers::of(&message.header_as_record_batch()?, body)?;
        let mut taken = 0_u64;
        for &column in &self.columns {
            let places = buffers.places.get(self.layout.as_ref()?[column].buffers.clone())?;
            taken += match self.schema.field(column).data_type() {
                DataType::Binary | DataType::LargeBinary
                    if buffers.codec == Some(CompressionType::LZ4_FRAME) =>
                {
                    // As bytes, then as numbers; and blocks.
                    2 * buffers.stated_by_all(places.iter().take(2))? + BLOCKS_BYTES
                }
                _ => 2 * buffers.stated_by_all(places)?,
            };
        }
        Some(taken)
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
