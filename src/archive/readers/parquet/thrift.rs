//! Thrift's compact protocol, as far as Parquet's footers and page headers need it.
//!
//! In: bytes. Out: the fields of structs, one after the other, each read or skipped. Everything is judged against the
//! bytes that are there before anything is allocated or walked: no length may pass their end, nesting is bounded, so what
//! has been walked here can be given to a reader that trusts it more.
//!
//! Source: <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>.

/// Structs within structs that are walked; Parquet's own nest six deep.
const MOST_NESTED: u32 = 16;

/// Why bytes are no Thrift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// They end too early.
    Ended,
    /// They say what cannot be.
    Wrong,
}

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    True,
    False,
    Byte,
    Integer,
    Double,
    Binary,
    List,
    Map,
    Struct,
}

/// A walk over bytes.
#[derive(Clone, Debug)]
pub(super) struct Walk<'b> {
    bytes: &'b [u8],
    at: usize,
    nested: u32,
}

impl<'b> Walk<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Walk { bytes, at: 0, nested: 0 }
    }

    /// How many bytes were walked.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Walks a struct: `each` gets every field with its number, and reads it or skips it.
    pub(super) fn fields(
        &mut self,
        mut each: impl FnMut(&mut Self, i16, Kind) -> Result<(), Bad>,
    ) -> Result<(), Bad> {
        self.nested += 1;
        if self.nested > MOST_NESTED {
            return Err(Bad::Wrong);
        }
        let mut id = 0_i16;
        loop {
            let head = self.byte()?;
            if head == 0 {
                self.nested -= 1;
                return Ok(());
            }
            id = match head >> 4 {
                0 => i16::try_from(self.integer()?).map_err(|_| Bad::Wrong)?,
                more => id.checked_add(i16::from(more)).ok_or(Bad::Wrong)?,
            };
            each(self, id, kind(head & 0x0F)?)?;
        }
    }

    /// Walks a list: `each` is called for every item, as often as the list says; there are that many bytes at least.
    pub(super) fn items(
        &mut self,
        mut each: impl FnMut(&mut Self, Kind) -> Result<(), Bad>,
    ) -> Result<(), Bad> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.length()?,
            few => usize::from(few),
        };
        // An item takes a byte at least.
        if count > self.bytes.len() - self.at {
            return Err(Bad::Ended);
        }
        let kind = kind(head & 0x0F)?;
        (0..count).try_for_each(|_| each(self, kind))
    }

    /// An integer of any width.
    pub(super) fn integer(&mut self) -> Result<i64, Bad> {
        let written = self.varint()?;
        Ok((written >> 1).cast_signed() ^ -(written & 1).cast_signed())
    }

    /// Bytes with their length in front.
    pub(super) fn binary(&mut self) -> Result<&'b [u8], Bad> {
        let length = self.length()?;
        let bytes = self.bytes[self.at..].get(..length).ok_or(Bad::Ended)?;
        self.at += length;
        Ok(bytes)
    }

    /// Passes over a field.
    pub(super) fn skip(&mut self, kind: Kind) -> Result<(), Bad> {
        match kind {
            Kind::True | Kind::False => Ok(()),
            Kind::Byte => self.byte().map(|_| ()),
            Kind::Integer => self.varint().map(|_| ()),
            Kind::Double => self.pass(8),
            Kind::Binary => self.binary().map(|_| ()),
            Kind::Struct => self.fields(|walk, _, kind| walk.skip(kind)),
            Kind::List => {
                self.nested += 1;
                if self.nested > MOST_NESTED {
                    return Err(Bad::Wrong);
                }
                self.items(Self::skip_item)?;
                self.nested -= 1;
                Ok(())
            }
            // No struct of Parquet has one.
            Kind::Map => Err(Bad::Wrong),
        }
    }

    /// Passes over an item of a list, where booleans take a byte.
    fn skip_item(&mut self, kind: Kind) -> Result<(), Bad> {
        match kind {
            Kind::True | Kind::False => self.pass(1),
            kind => self.skip(kind),
        }
    }

    fn pass(&mut self, bytes: usize) -> Result<(), Bad> {
        if bytes > self.bytes.len() - self.at {
            return Err(Bad::Ended);
        }
        self.at += bytes;
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, Bad> {
        let byte = *self.bytes.get(self.at).ok_or(Bad::Ended)?;
        self.at += 1;
        Ok(byte)
    }

    fn length(&mut self) -> Result<usize, Bad> {
        usize::try_from(self.varint()?).map_err(|_| Bad::Wrong)
    }

    /// Seven bits a byte, the lowest first.
    pub(super) fn varint(&mut self) -> Result<u64, Bad> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Bad::Wrong)
    }
}

fn kind(code: u8) -> Result<Kind, Bad> {
    Ok(match code {
        1 => Kind::True,
        2 => Kind::False,
        3 => Kind::Byte,
        4..=6 => Kind::Integer,
        7 => Kind::Double,
        8 => Kind::Binary,
        9 | 10 => Kind::List,
        11 => Kind::Map,
        12 => Kind::Struct,
        _ => return Err(Bad::Wrong),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: Result<usize, Bad>) {
        let mut walk = Walk::new(bytes);
        let walked = walk.skip(Kind::Struct).map(|()| walk.at());
        assert_eq!(walked, expect, "{bytes:02X?}");
    }

    #[test]
    fn structs_are_walked_to_their_end_and_lengths_do_not_pass_it() {
        check(b"\x00rest", Ok(1));
        // Field 1: 5; field 3: true; field 40: "ab"; field 41: a list of two integers.
        check(b"\x15\x0A\x21\x08\x50\x02ab\x19\x25\x02\x04\x00", Ok(13));
        check(b"\x15", Err(Bad::Ended));
        check(b"\x18\x05abcd", Err(Bad::Ended));
        check(b"\x18\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", Err(Bad::Ended));
        check(b"\x19\xF5\xFF\xFF\xFF\x7F\x00\x00", Err(Bad::Ended));
        check(b"\x15\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00", Err(Bad::Wrong));
        check(b"\x1D\x00", Err(Bad::Wrong));
        check(&vec![0x1C; 100_000], Err(Bad::Wrong));
        check(&vec![0x19; 100_000], Err(Bad::Wrong));
    }

    #[test]
    fn integers_have_their_sign() {
        for (bytes, expect) in
            [(&b"\x00"[..], 0), (b"\x01", -1), (b"\x02", 1), (b"\xFE\xFF\xFF\xFF\x0F", i64::from(i32::MAX))]
        {
            assert_eq!(Walk::new(bytes).integer(), Ok(expect));
        }
    }
}
