//! The footer of a Parquet file: its columns, and where the row groups are.
//!
//! In: the bytes of a footer. Out: a [`Footer`]: a schema of nothing but the columns that are wanted, and for each row group
//! how many rows it has and where the chunks of those columns stand. The idea: the crate's own reader builds
//! everything a footer says, some thirty bytes of memory for each of its bytes, and trusts what it says of lengths;
//! this one walks the footer, keeps ranges of bytes, and reads a row group's entry when its turn comes. Only the
//! schema is read by the crate, after its depth and size were found harmless.
//!
//! Lists and maps are left out, with everything in them, and so are types that no rule can use.
//!
//! Source: <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>.

use std::ops::Range;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use super::cells;
use super::thrift::{Bad, Kind, Walk};

/// Groups within groups that are read. News nest three deep.
const MOST_NESTED: usize = 32;
/// Elements that a schema may have, those of ten thousand columns and their lists many times over.
const MOST_ELEMENTS: usize = 100_000;
/// Columns that are read, and leaves of one column that holds an object: the tables of fields name some hundred.
const MOST_COLUMNS: usize = 1024;
const MOST_MEMBERS: usize = 256;
/// The widest decimals, of 76 digits.
const MOST_DECIMAL_BYTES: i32 = 32;
/// Row groups that a file may have: the format counts them in 16 bits.
const MOST_ROW_GROUPS: usize = i16::MAX as usize;

/// What a footer says.
#[derive(Debug)]
pub(super) struct Footer {
    /// The columns that are wanted.
    pub(super) schema: Arc<SchemaDescriptor>,
    /// For each of its leaves, which leaf of the file that is.
    pub(super) leaves: Vec<usize>,
    /// The row groups, in order.
    pub(super) groups: Vec<Group>,
    /// How many rows it says that the file has.
    pub(super) rows: i64,
    /// All columns of the file; of those that are asked for and cannot be read, what they are.
    pub(super) columns: Vec<(String, Option<&'static str>)>,
}

/// A row group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// Where its entry is in the footer.
    entry: Range<usize>,
    /// Number of its first row in the file, from 1.
    pub(super) first_row: u64,
    pub(super) rows: u64,
}

/// A column within a row group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    /// As the format numbers it.
    pub(super) codec: i64,
    pub(super) values: u64,
    /// Where its pages begin in the file, and how many bytes they have.
    pub(super) begin: u64,
    pub(super) bytes: u64,
}

impl Footer {
    /// How many rows its row groups have.
    pub(super) fn rows_of_groups(&self) -> u64 {
        self.groups.iter().map(|group| group.rows).sum()
    }

    /// Reads a footer; `wants` is asked which columns are wanted, by their names.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn read(bytes: &[u8], wants: impl Fn(&str) -> bool) -> Result<Footer, String> {
        let (groups, rows) = walk(bytes).map_err(|bad| match bad {
            Bad::Ended => "its footer is cut".to_owned(),
            Bad::Wrong => "its footer is damaged, or nested too deeply".to_owned(),
        })?;
        let whole =
            ParquetMetaDataReader::decode_schema(bytes).map_err(|error| format!("its schema: {error}"))?;
        let mut leaves = Leaves { next: 0, kept: Vec::new(), most: 0 };
        let mut kept = Vec::new();
        let mut columns = Vec::new();
        for column in whole.root_schema().get_fields() {
            let wanted = wants(column.name()) && kept.len() < MOST_COLUMNS;
            leaves.most = leaves.kept.len() + MOST_MEMBERS;
            let pruned = leaves.prune(column, wanted).map_err(|error| format!("its schema: {error}"))?;
            let unread = (wanted && pruned.is_none())
                .then(|| if has_repeated(column) { "a list" } else { "of a type that is not read" });
            columns.push((column.name().to_owned(), unread));
            kept.extend(pruned);
        }
        let root = Type::group_type_builder("rows").with_fields(kept).build();
        let root = root.map_err(|error| format!("its schema: {error}"))?;
        Ok(Footer {
            schema: Arc::new(SchemaDescriptor::new(Arc::new(root))),
            leaves: leaves.kept,
            groups,
            rows,
            columns,
        })
    }

    /// Where the chunks of a row group are, those of the wanted columns in their order.
    ///
    /// # Errors
    /// What is wrong with its entry.
    pub(super) fn chunks(&self, bytes: &[u8], group: &Group) -> Result<Vec<Chunk>, String> {
        let mut chunks = vec![None; self.leaves.len()];
        let mut walk = Walk::new(&bytes[group.entry.clone()]);
        let walked = walk.fields(|walk, id, kind| match (id, kind) {
            (1, Kind::List) => {
                let mut leaf = 0;
                walk.items(|walk, kind| {
                    // Wanted leaves rise.
                    match self.leaves.binary_search(&leaf) {
                        Ok(place) => chunks[place] = Some(read_chunk(walk, kind)?),
                        Err(_) => walk.skip(kind)?,
                    }
                    leaf += 1;
                    Ok(())
                })
            }
            _ => walk.skip(kind),
        });
        let chunks: Option<Vec<Chunk>> = chunks.into_iter().collect();
        match (walked, chunks) {
            (Ok(()), Some(chunks)) => Ok(chunks),
            _ => Err("its entry in the footer is damaged, or its columns stand in other files".into()),
        }
    }
}

/// Walks the whole footer, so that nothing in it is longer or deeper than it may be. Returns the row groups, and how
/// many rows the file is said to have.
fn walk(bytes: &[u8]) -> Result<(Vec<Group>, i64), Bad> {
    let mut groups = Vec::new();
    let mut first_row = 1_u64;
    let (mut has_schema, mut has_groups, mut all_rows) = (false, false, None);
    Walk::new(bytes).fields(|walk, id, kind| match (id, kind) {
        (2, Kind::List) => {
            has_schema = true;
            walk_schema(walk)
        }
        (3, Kind::Integer) => walk.integer().map(|rows| all_rows = Some(rows)),
        (4, Kind::List) => walk.items(|walk, kind| {
            has_groups = true;
            let begin = walk.at();
            let rows = walk_group(walk, kind)?;
            if groups.len() == MOST_ROW_GROUPS {
                return Err(Bad::Wrong);
            }
            groups.push(Group { entry: begin..walk.at(), first_row, rows });
            first_row = first_row
                .checked_add(rows)
                .filter(|row| *row <= i64::MAX.unsigned_abs())
                .ok_or(Bad::Wrong)?;
            Ok(())
        }),
        _ => walk.skip(kind),
    })?;
    // All three are required; of rows there may be none.
    let rows = all_rows.filter(|rows| has_schema && (has_groups || *rows == 0)).ok_or(Bad::Wrong)?;
    Ok((groups, rows))
}

/// A schema is a tree, written from the root down: each element says how many of the next are its children.
fn walk_schema(walk: &mut Walk<'_>) -> Result<(), Bad> {
    let mut open: Vec<u64> = Vec::new();
    let mut elements = 0;
    walk.items(|walk, kind| {
        let mut children = 0;
        elements += 1;
        require(kind == Kind::Struct && elements <= MOST_ELEMENTS)?;
        walk.fields(|walk, id, kind| match (id, kind) {
            (5, Kind::Integer) => {
                children = u64::try_from(walk.integer()?).map_err(|_| Bad::Wrong)?;
                Ok(())
            }
            _ => walk.skip(kind),
        })?;
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        if children > 0 {
            open.push(children);
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        require(open.len() <= MOST_NESTED)
    })?;
    require(open.is_empty())
}

/// Returns its rows.
fn walk_group(walk: &mut Walk<'_>, kind: Kind) -> Result<u64, Bad> {
    require(kind == Kind::Struct)?;
    let mut rows = None;
    walk.fields(|walk, id, kind| match (id, kind) {
        (3, Kind::Integer) => {
            rows = Some(u64::try_from(walk.integer()?).map_err(|_| Bad::Wrong)?);
            Ok(())
        }
        _ => walk.skip(kind),
    })?;
    rows.ok_or(Bad::Wrong)
}

fn read_chunk(walk: &mut Walk<'_>, kind: Kind) -> Result<Chunk, Bad> {
    require(kind == Kind::Struct)?;
    let mut chunk = Chunk::default();
    let (mut data, mut dictionary) = (None, None);
    walk.fields(|walk, id, kind| match (id, kind) {
        // The file that it stands in, if that is another.
        (1, Kind::Binary) => require(walk.binary()?.is_empty()),
        (3, Kind::Struct) => walk.fields(|walk, id, kind| {
            let unsigned = |walk: &mut Walk<'_>| u64::try_from(walk.integer()?).map_err(|_| Bad::Wrong);
            match (id, kind) {
                (4, Kind::Integer) => chunk.codec = walk.integer()?,
                (5, Kind::Integer) => chunk.values = unsigned(walk)?,
                (7, Kind::Integer) => chunk.bytes = unsigned(walk)?,
                (9, Kind::Integer) => data = Some(unsigned(walk)?),
                (11, Kind::Integer) => dictionary = Some(unsigned(walk)?),
                _ => walk.skip(kind)?,
            }
            Ok(())
        }),
        _ => walk.skip(kind),
    })?;
    let data = data.ok_or(Bad::Wrong)?;
    // Some writers give 0 for a dictionary that is not there: no page begins before the magic ends.
    chunk.begin = dictionary.filter(|begin| (4..data).contains(begin)).unwrap_or(data);
    Ok(chunk)
}

fn require(condition: bool) -> Result<(), Bad> {
    if condition { Ok(()) } else { Err(Bad::Wrong) }
}

/// Whether a column may have several values a row.
fn has_repeated(column: &TypePtr) -> bool {
    let info = column.get_basic_info();
    info.has_repetition() && info.repetition() == Repetition::REPEATED
        || !column.is_primitive() && column.get_fields().iter().any(has_repeated)
}

/// Leaves of a schema, as they are met.
struct Leaves {
    next: usize,
    kept: Vec<usize>,
    /// How many are kept before the next column begins.
    most: usize,
}

impl Leaves {
    /// The column with nothing but what can be read; `None` if that is nothing.
    fn prune(
        &mut self,
        column: &TypePtr,
        wanted: bool,
    ) -> Result<Option<TypePtr>, parquet::errors::ParquetError> {
        let info = column.get_basic_info();
        let repetition = if info.has_repetition() { info.repetition() } else { Repetition::REQUIRED };
        let wanted = wanted && repetition != Repetition::REPEATED;
        if column.is_primitive() {
            let leaf = self.next;
            self.next += 1;
            if !wanted || self.kept.len() >= self.most {
                return Ok(None);
            }
            let Some(kept) = readable(column, repetition)? else { return Ok(None) };
            self.kept.push(leaf);
            return Ok(Some(kept));
        }
        let mut members = Vec::new();
        for member in column.get_fields() {
            members.extend(self.prune(member, wanted)?);
        }
        if members.is_empty() {
            return Ok(None);
        }
        let group = Type::group_type_builder(column.name()).with_repetition(repetition).with_fields(members);
        Ok(Some(Arc::new(group.build()?)))
    }
}

/// A leaf as it is read. Bytes are read as bytes, whatever they claim to be: the claim is judged row by row.
fn readable(
    leaf: &TypePtr,
    repetition: Repetition,
) -> Result<Option<TypePtr>, parquet::errors::ParquetError> {
    let logical = leaf.get_basic_info().logical_type_ref();
    let is_decimal = matches!(logical, Some(LogicalType::Decimal(_)))
        || leaf.get_basic_info().converted_type() == parquet::basic::ConvertedType::DECIMAL;
    Ok(match leaf.get_physical_type() {
        Physical::BYTE_ARRAY if is_decimal => None,
        Physical::BYTE_ARRAY => {
            let bytes = Type::primitive_type_builder(leaf.name(), Physical::BYTE_ARRAY);
            Some(Arc::new(bytes.with_repetition(repetition).build()?))
        }
        Physical::FIXED_LEN_BYTE_ARRAY => {
            let bytes = match **leaf {
                Type::PrimitiveType { type_length, .. } => type_length,
                Type::GroupType { .. } => 0,
            };
            // Of all others the crate would refuse the file, or no rule knows what they are.
            let fits = if is_decimal {
                (1..=MOST_DECIMAL_BYTES).contains(&bytes)
            } else {
                bytes == cells::UUID_BYTES && matches!(logical, None | Some(LogicalType::Uuid))
            };
            fits.then(|| Arc::clone(leaf))
        }
        _ => Some(Arc::clone(leaf)),
    })
}
