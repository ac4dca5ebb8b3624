//! Cells: values as the format holds them, and as they stand in a ledger.
//!
//! Numbers and truths are those of JSON, bytes a string if they are UTF-8; all else is `{"hex": …}`, so that what is
//! read is the very bits that were written.

use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use serde_json::{Value, json};

use super::super::hex::{hex, unhex};

/// A value of one of the format's types.
pub(super) trait Cell: Clone {
    /// Its bytes, for a hash; of those of no fixed length with their length before.
    fn put_bytes(&self, into: &mut Vec<u8>);

    fn told(&self) -> Value;

    /// `None` for what [`Cell::told`] never says.
    fn of(told: &Value) -> Option<Self>;

    /// Its bytes, if it may be a text.
    fn text(&self) -> Option<&[u8]> {
        None
    }

    fn of_text(_text: Vec<u8>) -> Option<Self> {
        None
    }

    /// About how much memory it takes.
    fn size(&self) -> usize {
        size_of::<Self>() + self.text().map_or(0, <[u8]>::len)
    }
}

fn as_hex(bytes: &[u8]) -> Value {
    json!({ "hex": hex(bytes) })
}

fn of_hex(told: &Value) -> Option<Vec<u8>> {
    unhex(told.get("hex")?.as_str()?)
}

impl Cell for bool {
    fn put_bytes(&self, into: &mut Vec<u8>) {
        into.push(u8::from(*self));
    }

    fn told(&self) -> Value {
        Value::Bool(*self)
    }

    fn of(told: &Value) -> Option<Self> {
        told.as_bool()
    }
}

impl Cell for i32 {
    fn put_bytes(&self, into: &mut Vec<u8>) {
        into.extend(self.to_le_bytes());
    }

    fn told(&self) -> Value {
        (*self).into()
    }

    fn of(told: &Value) -> Option<Self> {
        told.as_i64()?.try_into().ok()
    }
}

impl Cell for i64 {
    fn put_bytes(&self, into: &mut Vec<u8>) {
        into.extend(self.to_le_bytes());
    }

    fn told(&self) -> Value {
        (*self).into()
    }

    fn of(told: &Value) -> Option<Self> {
        told.as_i64()
    }
}

impl Cell for f32 {
    fn put_bytes(&self, into: &mut Vec<u8>) {
        into.extend(self.to_le_bytes());
    }

    fn told(&self) -> Value {
        as_hex(&self.to_le_bytes())
    }

    fn of(told: &Value) -> Option<Self> {
        Some(f32::from_le_bytes(of_hex(told)?.try_into().ok()?))
    }
}

impl Cell for f64 {
    fn put_bytes(&self, into: &mut Vec<u8>) {
        into.extend(self.to_le_bytes());
    }

    fn told(&self) -> Value {
        as_hex(&self.to_le_bytes())
    }

    fn of(told: &Value) -> Option<Self> {
        Some(f64::from_le_bytes(of_hex(told)?.try_into().ok()?))
    }
}

impl Cell for Int96 {
    fn put_bytes(&self, into: &mut Vec<u8>) {
        into.extend(self.data().iter().flat_map(|word| word.to_le_bytes()));
    }

    fn told(&self) -> Value {
        let mut bytes = Vec::new();
        self.put_bytes(&mut bytes);
        as_hex(&bytes)
    }

    fn of(told: &Value) -> Option<Self> {
        let bytes = of_hex(told)?;
        let words: Vec<u32> = bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
        (bytes.len() == 12).then(|| Int96::from(words))
    }
}

fn put_with_length(bytes: &[u8], into: &mut Vec<u8>) {
    into.extend((bytes.len() as u64).to_le_bytes());
    into.extend_from_slice(bytes);
}

impl Cell for FixedLenByteArray {
    fn put_bytes(&self, into: &mut Vec<u8>) {
        put_with_length(self.data(), into);
    }

    fn told(&self) -> Value {
        as_hex(self.data())
    }

    fn of(told: &Value) -> Option<Self> {
        Some(of_hex(told)?.into())
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.data().len()
    }
}

impl Cell for ByteArray {
    fn put_bytes(&self, into: &mut Vec<u8>) {
        put_with_length(self.data(), into);
    }

    fn told(&self) -> Value {
        match std::str::from_utf8(self.data()) {
            Ok(text) => text.into(),
            Err(_) => as_hex(self.data()),
        }
    }

    fn of(told: &Value) -> Option<Self> {
        match told.as_str() {
            Some(text) => Some(text.as_bytes().to_vec().into()),
            None => Some(of_hex(told)?.into()),
        }
    }

    fn text(&self) -> Option<&[u8]> {
        Some(self.data())
    }

    fn of_text(text: Vec<u8>) -> Option<Self> {
        Some(text.into())
    }
}
