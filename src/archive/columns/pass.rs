//! Pass: one column of one row group, from one file into another.
//!
//! In: the column as the format holds it, and what becomes of its rows. Out: the same column without, or with. A row is
//! a stretch of levels, of which the first begins a record, and of the values that are defined there.

use std::io;
use std::ops::Range;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::DataType;
use parquet::file::writer::SerializedColumnWriter;
use parquet::schema::types::ColumnDescriptor;
use serde_json::{Value, json};
use xxhash_rust::xxh3::Xxh3;

use super::cell::Cell;
use super::held::Held;
use super::{Change, Failed, TextEdit, system_error};

/// What is gathered before it is written.
const WRITTEN_LEVELS: usize = 1024;
const WRITTEN_BYTES: usize = 1 << 20;

pub(super) struct Pass<'p> {
    pub(super) column: &'p ColumnDescriptor,
    /// Its name, if its cells may be texts that change.
    pub(super) name: Option<&'p str>,
    pub(super) leaf: usize,
    /// Rows where none is gone.
    pub(super) rows: u64,
    pub(super) changes: &'p [(u64, Change)],
    /// Where rows that go or come back are held; `None` where none are.
    pub(super) held: Option<&'p mut Held>,
    pub(super) hash: &'p mut Xxh3,
}

/// Levels and values of one row, or of several.
struct Cells<V> {
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    values: Vec<V>,
}

impl Pass<'_> {
    pub(super) fn run<T: DataType>(
        &mut self,
        from: Option<(ColumnReader, u64)>,
        mut to: Option<&mut SerializedColumnWriter<'_>>,
    ) -> Result<(), Failed>
    where
        T::T: Cell,
    {
        let mut from = from.map(|(from, most)| Rows::<T>::new(from, most, self));
        let (mut row, mut gathered) = (Cells::new(), Cells::new());
        let (mut bytes, mut hashed) = (0, Vec::new());
        let mut changes = self.changes.iter().peekable();
        let mut number_held = 0;
        for number in 0..self.rows {
            row.clear();
            let change = changes.next_if(|(at, _)| *at == number).map(|(_, change)| change);
            match (change, &mut from) {
                (Some(Change::Put), _) => {
                    let held = self.held.as_deref_mut();
                    let told = held.map_or(Ok(None), |held| held.get(self.leaf, number_held));
                    number_held += 1;
                    let told =
                        told.map_err(Failed::Temporary)?.and_then(|told| self.of_told(&told, &mut row));
                    told.ok_or_else(|| wrong("what is held of a row is none of this column"))?;
                }
                (_, Some(from)) => from.next(&mut row)?,
                (_, None) => return Err(wrong("it has fewer rows than it had")),
            }
            if let Some(Change::Text(name, edit @ TextEdit::Fill(_))) = change {
                self.edit(name, edit, &mut row)?;
            }
            hashed.clear();
            row.put_bytes(&mut hashed);
            self.hash.update(&hashed);
            match change {
                Some(Change::Take) => {
                    let told = self.told(&row);
                    if let Some(held) = &mut self.held {
                        held.put(self.leaf, &told).map_err(Failed::Temporary)?;
                    }
                    continue;
                }
                Some(Change::Text(name, edit @ TextEdit::Cut(_))) => self.edit(name, edit, &mut row)?,
                Some(Change::Put | Change::Text(..)) | None => {}
            }
            bytes += row.values.iter().map(Cell::size).sum::<usize>();
            gathered.append(&mut row);
            if gathered.levels() >= WRITTEN_LEVELS || bytes >= WRITTEN_BYTES {
                write::<T>(&mut to, &mut gathered)?;
                bytes = 0;
            }
        }
        write::<T>(&mut to, &mut gathered)?;
        match from.map(|mut from| from.is_at_end()) {
            Some(false) => Err(wrong("it has more rows than it had")),
            _ => Ok(()),
        }
    }

    /// Changes the text of a row, if it is in this column.
    fn edit<V: Cell>(&self, name: &str, edit: &TextEdit, row: &mut Cells<V>) -> Result<(), Failed> {
        if self.name != Some(name) {
            return Ok(());
        }
        let lost = || wrong("a text is no longer what it was");
        let text = row.values.first().and_then(Cell::text).ok_or_else(lost)?;
        let changed = changed(text, edit).ok_or_else(lost)?;
        row.values[0] = V::of_text(changed).ok_or_else(lost)?;
        Ok(())
    }

    /// A row as it stands in a ledger: `[value]` where one is defined and the definition level else; of a column that repeats
    /// a list of these, each behind its repetition level.
    fn told<V: Cell>(&self, row: &Cells<V>) -> Value {
        let mut values = row.values.iter();
        let levels = row.levels();
        let entry = |level: usize| {
            let definition = row.definitions.get(level).copied().unwrap_or(self.column.max_def_level());
            if definition < self.column.max_def_level() {
                return definition.into();
            }
            json!([values.next().map(Cell::told)])
        };
        let mut entries: Vec<Value> = (0..levels).map(entry).collect();
        if self.column.max_rep_level() == 0 {
            return entries.pop().unwrap_or_default();
        }
        row.repetitions.iter().zip(entries).map(|(repetition, entry)| json!([repetition, entry])).collect()
    }

    fn of_told<V: Cell>(&self, told: &Value, row: &mut Cells<V>) -> Option<()> {
        let (most_definition, most_repetition) = (self.column.max_def_level(), self.column.max_rep_level());
        if most_repetition == 0 {
            return row.take_in(told, most_definition);
        }
        let entries = told.as_array()?;
        for (entry, number) in entries.iter().zip(0..) {
            let [repetition, entry] = &entry.as_array()?[..] else { return None };
            let repetition = i16::try_from(repetition.as_i64()?).ok()?;
            // A row begins with 0, and nowhere else.
            if !(0..=most_repetition).contains(&repetition) || (repetition == 0) != (number == 0) {
                return None;
            }
            row.repetitions.push(repetition);
            row.take_in(entry, most_definition)?;
        }
        (!entries.is_empty()).then_some(())
    }
}

/// The text after its change; `None` if it has no such places.
fn changed(text: &[u8], edit: &TextEdit) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    match edit {
        TextEdit::Cut(spans) => {
            for Range { start, end } in spans {
                changed.push_str(text.get(at..*start)?);
                at = *end;
            }
        }
        TextEdit::Fill(texts) => {
            for (place, more) in texts {
                let end = at + place.checked_sub(changed.len())?;
                changed.push_str(text.get(at..end)?);
                changed.push_str(more);
                at = end;
            }
        }
    }
    changed.push_str(text.get(at..)?);
    Some(changed.into_bytes())
}

fn write<T: DataType>(
    to: &mut Option<&mut SerializedColumnWriter<'_>>,
    gathered: &mut Cells<T::T>,
) -> Result<(), Failed> {
    let Some(to) = to.as_mut().filter(|_| gathered.levels() > 0) else {
        gathered.clear();
        return Ok(());
    };
    let levels = |levels: &Vec<i16>| if levels.is_empty() { None } else { Some(levels.clone()) };
    let (definitions, repetitions) = (levels(&gathered.definitions), levels(&gathered.repetitions));
    to.typed::<T>()
        .write_batch(&gathered.values, definitions.as_deref(), repetitions.as_deref())
        .map_err(|error| Failed::Writing(system_error(error)))?;
    gathered.clear();
    Ok(())
}

fn wrong(what: &'static str) -> Failed {
    Failed::Reading(io::Error::new(io::ErrorKind::InvalidData, what))
}

impl<V> Cells<V> {
    fn new() -> Self {
        Cells { definitions: Vec::new(), repetitions: Vec::new(), values: Vec::new() }
    }

    fn clear(&mut self) {
        self.definitions.clear();
        self.repetitions.clear();
        self.values.clear();
    }

    /// How many places for values there are; all of them hold one where no levels are written.
    fn levels(&self) -> usize {
        self.definitions.len().max(self.repetitions.len()).max(self.values.len())
    }

    fn append(&mut self, row: &mut Self) {
        self.definitions.append(&mut row.definitions);
        self.repetitions.append(&mut row.repetitions);
        self.values.append(&mut row.values);
    }
}

impl<V: Cell> Cells<V> {
    fn put_bytes(&self, into: &mut Vec<u8>) {
        for levels in [&self.definitions, &self.repetitions] {
            into.extend((levels.len() as u64).to_le_bytes());
            into.extend(levels.iter().flat_map(|level| level.to_le_bytes()));
        }
        self.values.iter().for_each(|value| value.put_bytes(into));
    }

    /// One more place, as [`Pass::told`] says it.
    fn take_in(&mut self, told: &Value, most_definition: i16) -> Option<()> {
        let definition = match told.as_array().map(Vec::as_slice) {
            Some([value]) => {
                self.values.push(V::of(value)?);
                most_definition
            }
            Some(_) => return None,
            None => {
                i16::try_from(told.as_i64()?).ok().filter(|level| (0..most_definition).contains(level))?
            }
        };
        if most_definition > 0 {
            self.definitions.push(definition);
        }
        Some(())
    }
}

/// The rows of a column, one after the other.
struct Rows<T: DataType> {
    from: ColumnReaderImpl<T>,
    at_a_time: usize,
    most_definition: i16,
    most_repetition: i16,
    read: Cells<T::T>,
    /// How many levels were read, and how many levels and values of them were given.
    levels: usize,
    level: usize,
    value: usize,
}

impl<T: DataType> Rows<T>
where
    T::T: Cell,
{
    /// `at_a_time`: so many rows may be read at a time.
    fn new(from: ColumnReader, at_a_time: u64, pass: &Pass<'_>) -> Self {
        Rows {
            from: get_typed_column_reader(from),
            at_a_time: usize::try_from(at_a_time).unwrap_or(1),
            most_definition: pass.column.max_def_level(),
            most_repetition: pass.column.max_rep_level(),
            read: Cells::new(),
            levels: 0,
            level: 0,
            value: 0,
        }
    }

    /// Reads on; whether there was anything left. Levels are believed by those who write them, and must be some that the column has.
    fn fill(&mut self) -> Result<bool, Failed> {
        self.read.clear();
        let Cells { definitions, repetitions, values } = &mut self.read;
        let read = self.from.read_records(self.at_a_time, Some(definitions), Some(repetitions), values);
        let (_, _, levels) = read.map_err(|error| Failed::Reading(system_error(error)))?;
        let within = |levels: &[i16], most: i16| levels.iter().all(|level| (0..=most).contains(level));
        if !within(definitions, self.most_definition) || !within(repetitions, self.most_repetition) {
            return Err(wrong("a column has levels that it cannot have"));
        }
        (self.levels, self.level, self.value) = (levels, 0, 0);
        Ok(levels > 0)
    }

    fn next(&mut self, row: &mut Cells<T::T>) -> Result<(), Failed> {
        if self.level == self.levels && !self.fill()? {
            return Err(wrong("a column has fewer rows than its row group"));
        }
        let begin = self.level;
        self.level += 1;
        if self.most_repetition > 0 {
            let more = self.read.repetitions[self.level..self.levels].iter();
            self.level += more.take_while(|repetition| **repetition > 0).count();
            row.repetitions.extend_from_slice(&self.read.repetitions[begin..self.level]);
        }
        let mut values = self.level - begin;
        if self.most_definition > 0 {
            let definitions = &self.read.definitions[begin..self.level];
            values = definitions.iter().filter(|level| **level == self.most_definition).count();
            row.definitions.extend_from_slice(definitions);
        }
        row.values.extend_from_slice(&self.read.values[self.value..self.value + values]);
        self.value += values;
        Ok(())
    }

    fn is_at_end(&mut self) -> bool {
        self.level == self.levels && matches!(self.fill(), Ok(false))
    }
}
