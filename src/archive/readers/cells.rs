//! Values of Arrow's columns, as the rules of fields know values.
//!
//! In: a batch of rows. Out: for each row its fields by name, as if the row had been written as JSON: text is text, a
//! number its digits, a time or a day its ISO form, a struct an object. Dictionaries, views and wide offsets do not
//! show. Columns of other types (lists, maps, durations, unions) are left out.
//!
//! Readers ask their crates for bytes, never for texts: bytes are text where they are UTF-8, and where they are not they are
//! replaced and the record is told of, so that no crate refuses a batch for one text. A time without a zone is taken as UTC, as
//! everywhere.

use std::fmt::Write as _;
use std::io::{self, BufRead};
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type,
    Decimal256Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use jiff::{SignedDuration, Timestamp};

use super::super::frames::{LEAST_STANDING, Standing, Value};
use super::super::record::lossy;
use super::super::sink::{At, Sink, Stop};

/// Structs within structs that are looked into.
const MOST_NESTED: u32 = 32;

/// A value of a row.
#[derive(Debug)]
enum Cell<'a> {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    /// A text, if it is UTF-8.
    Bytes(&'a [u8]),
    Object(String),
    /// Bytes of a text, among those of its row that were copied or unpacked.
    Copied(Range<usize>),
    Standing(Standing),
}

/// A column of a batch, with its name.
pub(super) enum Column<'b> {
    Array(&'b str, &'b dyn Array),
    Texts(&'b str, Texts<'b>),
}

/// A column of texts, as Arrow has it, of which nothing was copied but where each text begins.
pub(super) struct Texts<'b> {
    pub(super) bytes: Bytes<'b>,
    /// Where each text begins among the bytes, and where the last one ends; they rise.
    pub(super) offsets: Vec<u32>,
    /// A bit for each row, whether there is a value; `None` if there is one in all rows.
    pub(super) valid: Option<Vec<u8>>,
}

/// The bytes of a column of texts.
pub(super) enum Bytes<'b> {
    /// They stand in the file as they are. They were valid UTF-8, and characters began where texts do, when they were looked at; others may
    /// change them. For sinks that let texts stand.
    Standing { values: &'b [u8], begin: u64 },
    /// They are unpacked as rows pass, `at` of `size` until now.
    Passing { stream: Box<dyn BufRead + 'b>, size: u64, at: u64 },
}

impl Texts<'_> {
    /// The text of a row: it stands in the file, or is appended to `copied`. Rows are asked for in order.
    fn next(&mut self, row: usize, copied: &mut Vec<u8>) -> io::Result<Cell<'static>> {
        let is_there = self.valid.as_ref().is_none_or(|bits| bits[row / 8] >> (row % 8) & 1 == 1);
        if !is_there {
            return Ok(Cell::Null);
        }
        let range = self.offsets[row] as usize..self.offsets[row + 1] as usize;
        let before = copied.len();
        match &mut self.bytes {
            Bytes::Standing { begin, .. } if range.len() >= LEAST_STANDING => {
                let bytes = u32::try_from(range.len()).expect("offsets have 32 bits");
                return Ok(Cell::Standing(Standing { begin: *begin + range.start as u64, bytes }));
            }
            Bytes::Standing { values, .. } => copied.extend_from_slice(&values[range]),
            Bytes::Passing { stream, at, .. } => {
                pass(&mut **stream, range.start as u64 - *at, |_| {})?;
                pass(&mut **stream, range.len() as u64, |bytes| copied.extend_from_slice(bytes))?;
                *at = range.end as u64;
            }
        }
        Ok(Cell::Copied(before..copied.len()))
    }

    /// Whether the bytes end where they should, and as they should. What stands behind the last text is nobody's.
    fn end(&mut self) -> io::Result<()> {
        let Bytes::Passing { stream, size, at } = &mut self.bytes else { return Ok(()) };
        pass(&mut **stream, *size - *at, |_| {})?;
        if stream.fill_buf()?.is_empty() {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "a buffer has more bytes than it says"))
        }
    }
}

/// Gives the next bytes of a stream to `take`, as they come. Streams see to their lengths themselves: that there are enough is asked to be sure.
fn pass(stream: &mut dyn BufRead, bytes: u64, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut left = bytes;
    while left > 0 {
        let found = stream.fill_buf()?;
        let now = usize::try_from(left).unwrap_or(usize::MAX).min(found.len());
        if now == 0 {
            let message = "a buffer has fewer bytes than it says";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        take(&found[..now]);
        stream.consume(now);
        left -= now as u64;
    }
    Ok(())
}

impl<'b> Column<'b> {
    /// How many bytes of the text in a row would be unpacked.
    fn bytes_of_passing(&self, row: usize) -> u64 {
        match self {
            Column::Texts(_, Texts { bytes: Bytes::Passing { .. }, offsets, .. }) => {
                u64::from(offsets[row + 1] - offsets[row])
            }
            Column::Texts(..) | Column::Array(..) => 0,
        }
    }

    fn name(&self) -> &'b str {
        match self {
            Column::Array(name, _) | Column::Texts(name, _) => name,
        }
    }
}

/// Where the bytes of a text stand in the file, if they are a copy of such.
pub(super) type PlaceOf<'p> = Option<&'p dyn Fn(&[u8]) -> Option<u64>>;

/// Gives a row to the sink for every row of `batch`, the first numbered `first`. `place_of`: for sinks that let texts stand.
pub(super) fn put_batch(
    batch: &RecordBatch,
    first: u64,
    place_of: PlaceOf<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Stop> {
    let schema = batch.schema();
    let fields = schema.fields().iter().zip(batch.columns());
    let mut columns: Vec<Column<'_>> = fields
        .filter(|(field, _)| is_readable(field.data_type(), 0))
        .map(|(field, column)| Column::Array(field.name(), column))
        .collect();
    put_rows(&mut columns, batch.num_rows(), first, place_of, sink)
}

/// Gives so many rows of columns to the sink, the first numbered `first`. [`Stop::Damaged`]: what follows cannot be unpacked.
pub(super) fn put_rows(
    columns: &mut [Column<'_>],
    rows: usize,
    first: u64,
    place_of: PlaceOf<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Stop> {
    let broken = |error: io::Error| Stop::Damaged(error.to_string());
    let mut cells: Vec<Cell<'_>> = Vec::with_capacity(columns.len());
    let mut copied = Vec::new();
    for row in 0..rows {
        cells.clear();
        copied.clear();
        let at = At { ordinal: first + row as u64, byte: None };
        let passing: u64 = columns.iter().map(|column| column.bytes_of_passing(row)).sum();
        if passing > sink.max_record() {
            // Not unpacked to be refused.
            sink.too_large(at)?;
            continue;
        }
        let mut wrong = None;
        for column in columns.iter_mut() {
            cells.push(match column {
                Column::Array(name, column) => {
                    let cell = cell(*column, row, &mut |at| {
                        wrong.get_or_insert((*name, at));
                    });
                    standing(&cell, place_of).map_or(cell, Cell::Standing)
                }
                Column::Texts(_, texts) => texts.next(row, &mut copied).map_err(broken)?,
            });
        }
        if let Some((name, at)) = wrong {
            sink.not_text(name, at);
        }
        let named = columns.iter().zip(&cells);
        let values: Vec<(&str, Value<'_>)> =
            named.map(|(column, cell)| (column.name(), cell.value(&copied))).collect();
        sink.row(at, &values)?;
    }
    for column in columns {
        if let Column::Texts(_, texts) = column {
            texts.end().map_err(broken)?;
        }
    }
    Ok(())
}

/// Where the text of a cell stands in the file, if it can be left there.
fn standing(cell: &Cell<'_>, place_of: PlaceOf<'_>) -> Option<Standing> {
    match cell {
        Cell::Bytes(text) if text.len() >= LEAST_STANDING => {
            let (begin, bytes) = (place_of?(text)?, u32::try_from(text.len()).ok()?);
            simdutf8::basic::from_utf8(text).is_ok().then_some(Standing { begin, bytes })
        }
        _ => None,
    }
}

/// Whether columns of this type hold values that some rule may ask for.
pub(super) fn is_readable(kind: &DataType, nested: u32) -> bool {
    match kind {
        DataType::Null
        | DataType::Boolean
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::Timestamp(..)
        | DataType::Date32
        | DataType::Date64 => true,
        DataType::FixedSizeBinary(bytes) => *bytes == UUID_BYTES,
        DataType::Dictionary(_, values) => nested < MOST_NESTED && is_readable(values, nested + 1),
        DataType::Struct(fields) => {
            nested < MOST_NESTED && fields.iter().any(|field| is_readable(field.data_type(), nested + 1))
        }
        kind => kind.is_numeric() || kind.is_decimal(),
    }
}

/// Fixed bytes are read as the numbers that tell records apart, and as nothing else.
pub(super) const UUID_BYTES: i32 = 16;

impl Cell<'_> {
    fn value<'v>(&'v self, copied: &'v [u8]) -> Value<'v> {
        match self {
            Cell::Null => Value::Null,
            Cell::Bool(_) => Value::Bool,
            Cell::Number(written) => Value::Number(written),
            Cell::Text(text) => Value::Text(text),
            Cell::Bytes(bytes) => Value::Bytes(bytes),
            Cell::Object(written) => Value::Object(written),
            Cell::Copied(range) => Value::Bytes(&copied[range.clone()]),
            Cell::Standing(standing) => Value::Standing(*standing),
        }
    }
}

/// The value of a row. `told` is called with the byte from which on a member of a struct is no UTF-8.
fn cell<'a>(column: &'a dyn Array, row: usize, told: &mut dyn FnMut(usize)) -> Cell<'a> {
    macro_rules! number {
        ($type:ty) => {
            Cell::Number(column.as_primitive::<$type>().value(row).to_string())
        };
    }
    macro_rules! float {
        ($type:ty) => {
            float(f64::from(column.as_primitive::<$type>().value(row)), || {
                // As JSON has it: one without fraction shows that it is none of the integers, `45.0`.
                format!("{:?}", column.as_primitive::<$type>().value(row))
            })
        };
    }
    macro_rules! decimal {
        ($type:ty) => {
            Cell::Number(column.as_primitive::<$type>().value_as_string(row))
        };
    }
    macro_rules! entry {
        ($type:ty) => {
            entry::<$type>(column, row, told)
        };
    }
    if column.is_null(row) {
        return Cell::Null;
    }
    match column.data_type() {
        DataType::Boolean => Cell::Bool(column.as_boolean().value(row)),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float16 => float!(Float16Type),
        DataType::Float32 => float!(Float32Type),
        DataType::Float64 => float!(Float64Type),
        DataType::Decimal32(..) => decimal!(Decimal32Type),
        DataType::Decimal64(..) => decimal!(Decimal64Type),
        DataType::Decimal128(..) => decimal!(Decimal128Type),
        DataType::Decimal256(..) => decimal!(Decimal256Type),
        DataType::Binary => Cell::Bytes(column.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Cell::Bytes(column.as_binary::<i64>().value(row)),
        DataType::BinaryView => Cell::Bytes(column.as_binary_view().value(row)),
        DataType::FixedSizeBinary(UUID_BYTES) => uuid(column.as_fixed_size_binary().value(row)),
        DataType::Date32 => day(i64::from(column.as_primitive::<Date32Type>().value(row))),
        DataType::Date64 => day(column.as_primitive::<Date64Type>().value(row).div_euclid(86_400_000)),
        DataType::Timestamp(unit, _) => {
            let (count, in_a_second) = match unit {
                TimeUnit::Second => (column.as_primitive::<TimestampSecondType>().value(row), 1),
                TimeUnit::Millisecond => {
                    (column.as_primitive::<TimestampMillisecondType>().value(row), 1_000)
                }
                TimeUnit::Microsecond => {
                    (column.as_primitive::<TimestampMicrosecondType>().value(row), 1_000_000)
                }
                TimeUnit::Nanosecond => {
                    (column.as_primitive::<TimestampNanosecondType>().value(row), 1_000_000_000)
                }
            };
            time(count, in_a_second)
        }
        DataType::Dictionary(key, _) => match **key {
            DataType::Int8 => entry!(Int8Type),
            DataType::Int16 => entry!(Int16Type),
            DataType::Int32 => entry!(Int32Type),
            DataType::Int64 => entry!(Int64Type),
            DataType::UInt8 => entry!(UInt8Type),
            DataType::UInt16 => entry!(UInt16Type),
            DataType::UInt32 => entry!(UInt32Type),
            DataType::UInt64 => entry!(UInt64Type),
            _ => Cell::Null,
        },
        DataType::Struct(_) => object(column, row, told),
        _ => Cell::Null,
    }
}

/// What a key of a dictionary stands for.
fn entry<'a, K: ArrowDictionaryKeyType>(
    column: &'a dyn Array,
    row: usize,
    told: &mut dyn FnMut(usize),
) -> Cell<'a> {
    let dictionary = column.as_dictionary::<K>();
    match dictionary.key(row).filter(|key| *key < dictionary.values().len()) {
        Some(key) => cell(dictionary.values(), key, told),
        None => Cell::Null,
    }
}

/// JSON has no such numbers.
fn float<'a>(value: f64, written: impl FnOnce() -> String) -> Cell<'a> {
    if value.is_finite() { Cell::Number(written()) } else { Cell::Null }
}

fn uuid<'a>(bytes: &[u8]) -> Cell<'a> {
    let mut written = String::with_capacity(36);
    for (byte, place) in bytes.iter().zip(0..) {
        if matches!(place, 4 | 6 | 8 | 10) {
            written.push('-');
        }
        let _ = write!(written, "{byte:02x}");
    }
    Cell::Text(written)
}

/// A day, by its number from 1970 on. One that no calendar holds stays a number, which is no date.
fn day<'a>(days: i64) -> Cell<'a> {
    let midnight = days.checked_mul(86_400).and_then(|seconds| Timestamp::from_second(seconds).ok());
    match midnight {
        Some(midnight) => Cell::Text(jiff::tz::TimeZone::UTC.to_datetime(midnight).date().to_string()),
        None => Cell::Number(days.to_string()),
    }
}

fn time<'a>(count: i64, in_a_second: i64) -> Cell<'a> {
    let nanoseconds = count.rem_euclid(in_a_second) * (1_000_000_000 / in_a_second);
    let nanoseconds = i32::try_from(nanoseconds).expect("less than a second");
    let since = SignedDuration::new(count.div_euclid(in_a_second), nanoseconds);
    match Timestamp::from_duration(since) {
        Ok(time) => Cell::Text(time.to_string()),
        Err(_) => Cell::Number(count.to_string()),
    }
}

/// A struct as a JSON object.
fn object<'a>(column: &'a dyn Array, row: usize, told: &mut dyn FnMut(usize)) -> Cell<'a> {
    let members = column.as_struct();
    let mut written = String::from("{");
    for (field, member) in members.fields().iter().zip(members.columns()) {
        if !is_readable(field.data_type(), 0) {
            continue;
        }
        if written.len() > 1 {
            written.push(',');
        }
        push_text(&mut written, field.name());
        written.push(':');
        match cell(member, row, told) {
            // Members of structs are read by the crate.
            Cell::Null | Cell::Copied(_) | Cell::Standing(_) => written.push_str("null"),
            Cell::Bool(value) => written.push_str(if value { "true" } else { "false" }),
            Cell::Number(inner) | Cell::Object(inner) => written.push_str(&inner),
            Cell::Text(text) => push_text(&mut written, &text),
            Cell::Bytes(bytes) => {
                let (text, wrong) = lossy(bytes);
                wrong.into_iter().for_each(&mut *told);
                push_text(&mut written, &text);
            }
        }
    }
    written.push('}');
    Cell::Object(written)
}

fn push_text(written: &mut String, text: &str) {
    written.push_str(&serde_json::to_string(text).expect("text can be written"));
}
