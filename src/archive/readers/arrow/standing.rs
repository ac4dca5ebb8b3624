//! Columns of text that are left where they stand.
//!
//! In: a batch of a file that is mapped, as it was found. Out: its columns of text as places in the file, all others as the crate
//! decodes them; or `None`, where anything is unusual or wrong: then the crate decodes the batch, and says what is wrong. The
//! idea: texts of a batch that is not packed stand one behind the other in the file, and what begins where is a list of
//! numbers; so nothing but that list is copied, and the bytes of texts are looked at once, to see that they are UTF-8.
//!
//! It guarantees: what is read this way reads as the crate would read it. Nothing is derived from bytes of the map that
//! were not copied: others may change them.
//!
//! Source: <https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-layout>.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::read_record_batch;
use arrow_ipc::root_as_message;
use arrow_schema::{DataType, Field, Schema};

use super::cells::{Column, Texts, put_rows};
use super::{Batch, MOST_BATCH_BYTES, Table, Whole};
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

/// A batch whose texts stand in its file.
pub(super) struct Standing<'w> {
    /// By column.
    texts: Vec<(usize, Texts<'w>)>,
    /// The other columns that are wanted, in order.
    rest: Option<RecordBatch>,
}

impl Table {
    /// `None` where the crate must read the batch.
    pub(super) fn read_standing<'w>(&self, whole: &'w Whole, batch: &Batch) -> Option<Standing<'w>> {
        let message = root_as_message(&batch.head).ok()?;
        let data = message.header_as_record_batch()?;
        if data.compression().is_some() || batch.body.end - batch.body.start > MOST_BATCH_BYTES {
            return None;
        }
        let Cow::Borrowed(body) = whole.fetch(batch.body.clone()).ok()? else { return None };
        let range = |buffer: &arrow_ipc::Buffer| -> Option<Range<usize>> {
            let begin = usize::try_from(buffer.offset()).ok()?;
            let end = begin.checked_add(usize::try_from(buffer.length()).ok()?)?;
            (end <= body.len()).then_some(begin..end)
        };
        let buffers: Vec<Range<usize>> = data.buffers()?.iter().map(range).collect::<Option<_>>()?;
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
            let [valid, offsets, values] = buffers.get(places.clone())? else { return None };
            let values_begin = batch.body.start + values.start as u64;
            let (valid, values) = (&body[valid.clone()], &body[values.clone()]);
            let offsets = offsets_of(&body[offsets.clone()], width, rows, values)?;
            let nulls = usize::try_from(node.null_count()).ok()?;
            let valid = if nulls > 0 { Some(bits_of(valid, rows, nulls)?) } else { None };
            if usize::try_from(node.length()) != Ok(rows) {
                return None;
            }
            texts.push((column, Texts { values, begin: values_begin, offsets, valid }));
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
                for place in buffers.get(self.layout.as_ref()?[column].buffers.clone())? {
                    needed[place.clone()].copy_from_slice(&body[place.clone()]);
                }
            }
            let (schema, version) = (Arc::clone(&self.schema), message.version());
            let needed = Buffer::from_vec(needed);
            let rest = read_record_batch(&needed, data, schema, &batch.dictionaries, Some(&others), &version)
                .ok()?;
            (rest.num_rows() == rows).then_some(rest)
        };
        (rest.is_some() || others.is_empty()).then_some(Standing { texts, rest })
    }

    /// Gives the rows of a batch to the sink.
    pub(super) fn put(
        &self,
        batch: &Batch,
        standing: &Standing<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Stop> {
        let mut rest = standing.rest.iter().flat_map(RecordBatch::columns);
        let columns = self.columns.iter().filter_map(|column| {
            let name = self.schema.field(*column).name();
            match standing.texts.iter().find(|(other, _)| other == column) {
                Some((_, texts)) => Some(Column::Texts(name, texts)),
                None => rest.next().map(|array| Column::Array(name, array)),
            }
        });
        let columns: Vec<Column<'_>> = columns.collect();
        put_rows(&columns, usize::try_from(batch.rows).unwrap_or(usize::MAX), batch.first_row, None, sink)
    }
}

/// Where each text begins among `values`, and where the last ends; `None` if that cannot be, or they are not all UTF-8.
fn offsets_of(bytes: &[u8], width: usize, rows: usize, values: &[u8]) -> Option<Vec<u32>> {
    let bytes = bytes.get(..rows.checked_add(1)?.checked_mul(width)?)?;
    let number = |bytes: &[u8]| match *bytes {
        [a, b, c, d] | [a, b, c, d, 0, 0, 0, 0] => Some(u32::from_le_bytes([a, b, c, d])),
        _ => None,
    };
    let offsets: Vec<u32> = bytes.chunks_exact(width).map(number).collect::<Option<_>>()?;
    let (first, last) = (*offsets.first()? as usize, *offsets.last()? as usize);
    let rise = offsets.windows(2).all(|two| two[0] <= two[1]);
    let all = values.get(first..last).filter(|_| rise)?;
    // The verdict alone is taken, not the text.
    simdutf8::basic::from_utf8(all).ok()?;
    let continues =
        |offset: &u32| values[..last].get(*offset as usize).is_some_and(|byte| byte & 0xC0 == 0x80);
    (!offsets.iter().any(continues)).then_some(offsets)
}

/// A bit for each row; `None` if not so many are zero as are said to be.
fn bits_of(bytes: &[u8], rows: usize, nulls: usize) -> Option<Vec<u8>> {
    let bits = bytes.get(..rows.div_ceil(8))?.to_vec();
    let valid = (0..rows).filter(|row| bits[row / 8] >> (row % 8) & 1 == 1).count();
    (rows - valid == nulls).then_some(bits)
}
