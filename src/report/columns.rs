//! Rows as columns: what a row type is in Arrow, and how its values get there.
//!
//! In: the row types of `rows`. Out: for each its Arrow type ([`Cell::data_type`]), and values appended to builders
//! of that type. The idea: every type that stands in a row says once how it is a cell, and [`row!`] puts the cells of
//! a struct together, in the order of its fields and under the names that serde gives them. So a table has one
//! definition, whichever way it is written, and an empty table has its columns too.
//!
//! Types are few, because readers are many: text, 64-bit signed integers (unsigned ones would wrap round or fail where
//! a user subtracts two columns), 64-bit floats, booleans, lists and structs of these. A span is a list of two integers,
//! as in JSON Lines, so that a query means the same in both. A column may be null where its field is an `Option`.
//!
//! It does not write anything; that is `parquet`.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Float64Builder, Int64Builder, LargeStringBuilder, ListBuilder,
    StructBuilder,
};
use arrow_schema::{DataType, Field};

use super::rows::{Pair, Share};

/// A value that a row may hold.
pub(super) trait Cell {
    /// Whether it may be missing.
    const NULLABLE: bool = false;

    /// What it is in Arrow.
    fn data_type() -> DataType;

    /// Appends it to a builder of that type. Returns about how many bytes it holds.
    fn put(&self, column: &mut dyn ArrayBuilder) -> usize;

    /// Appends null to a builder of that type.
    fn put_null(column: &mut dyn ArrayBuilder);
}

/// Declares a row: a struct that serde writes as an object, and [`Cell`] as a struct of Arrow, alike in names and order.
macro_rules! row {
    (
        $(#[$about:meta])*
        $vis:vis struct $row:ident $(<$life:lifetime>)? {
            $($(#[serde(rename = $column:literal)])? $field_vis:vis $field:ident: $cell:ty,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Serialize)]
        $vis struct $row $(<$life>)? {
            $($(#[serde(rename = $column)])? $field_vis $field: $cell,)+
        }

        impl $(<$life>)? Cell for $row $(<$life>)? {
            fn data_type() -> arrow_schema::DataType {
                // The first is the name: the one that serde was told, else the field's own.
                $crate::report::columns::struct_of(vec![
                    $($crate::report::columns::field::<$cell>([$($column,)? stringify!($field)][0]),)+
                ])
            }

            fn put(&self, column: &mut dyn arrow_array::builder::ArrayBuilder) -> usize {
                let cells = $crate::report::columns::struct_builder(column);
                let mut members = cells.field_builders_mut().iter_mut();
                let mut bytes = 0;
                $(
                    let member = members.next().expect("the builder was made for this row");
                    bytes += self.$field.put(&mut **member);
                )+
                cells.append(true);
                bytes
            }

            fn put_null(column: &mut dyn arrow_array::builder::ArrayBuilder) {
                let cells = $crate::report::columns::struct_builder(column);
                let mut members = cells.field_builders_mut().iter_mut();
                $(
                    let member = members.next().expect("the builder was made for this row");
                    <$cell as Cell>::put_null(&mut **member);
                )+
                cells.append(false);
            }
        }
    };
}
pub(super) use row;

/// A column, or a member of a struct.
pub(super) fn field<C: Cell>(name: &str) -> Field {
    Field::new(name, C::data_type(), C::NULLABLE)
}

pub(super) fn struct_of(fields: Vec<Field>) -> DataType {
    DataType::Struct(fields.into())
}

/// Items of a list are called as the Parquet format wants it.
fn list_of<C: Cell>() -> DataType {
    DataType::List(Arc::new(field::<C>("element")))
}

fn builder<B: ArrayBuilder>(column: &mut dyn ArrayBuilder) -> &mut B {
    column.as_any_mut().downcast_mut().expect("builders are made from `data_type`")
}

pub(super) fn struct_builder(column: &mut dyn ArrayBuilder) -> &mut StructBuilder {
    builder(column)
}

fn list_builder(column: &mut dyn ArrayBuilder) -> &mut ListBuilder<Box<dyn ArrayBuilder>> {
    builder(column)
}

/// Text, as a type of its own so that all strings share one implementation. Its offsets are wide: one row may name so
/// many articles, with ids as long as a record may be, that 32 bits do not hold them.
fn put_text(text: &str, column: &mut dyn ArrayBuilder) -> usize {
    builder::<LargeStringBuilder>(column).append_value(text);
    text.len()
}

macro_rules! texts {
    ($($text:ty),+) => {$(
        impl Cell for $text {
            fn data_type() -> DataType {
                DataType::LargeUtf8
            }

            fn put(&self, column: &mut dyn ArrayBuilder) -> usize {
                put_text(self, column)
            }

            fn put_null(column: &mut dyn ArrayBuilder) {
                builder::<LargeStringBuilder>(column).append_null();
            }
        }
    )+};
}
texts!(String, &str, Cow<'_, str>);

/// Counts, offsets and seconds are far below 2⁶³; what is not would be told as the largest.
macro_rules! integers {
    ($($integer:ty),+) => {$(
        impl Cell for $integer {
            fn data_type() -> DataType {
                DataType::Int64
            }

            fn put(&self, column: &mut dyn ArrayBuilder) -> usize {
                builder::<Int64Builder>(column).append_value(i64::try_from(*self).unwrap_or(i64::MAX));
                size_of::<i64>()
            }

            fn put_null(column: &mut dyn ArrayBuilder) {
                builder::<Int64Builder>(column).append_null();
            }
        }
    )+};
}
integers!(u32, u64, usize, i64);

impl Cell for bool {
    fn data_type() -> DataType {
        DataType::Boolean
    }

    fn put(&self, column: &mut dyn ArrayBuilder) -> usize {
        builder::<BooleanBuilder>(column).append_value(*self);
        1
    }

    fn put_null(column: &mut dyn ArrayBuilder) {
        builder::<BooleanBuilder>(column).append_null();
    }
}

impl Cell for Share {
    fn data_type() -> DataType {
        DataType::Float64
    }

    fn put(&self, column: &mut dyn ArrayBuilder) -> usize {
        builder::<Float64Builder>(column).append_value(self.0);
        size_of::<f64>()
    }

    fn put_null(column: &mut dyn ArrayBuilder) {
        builder::<Float64Builder>(column).append_null();
    }
}

impl Cell for Pair {
    fn data_type() -> DataType {
        list_of::<usize>()
    }

    fn put(&self, column: &mut dyn ArrayBuilder) -> usize {
        let list = list_builder(column);
        for end in &self.0 {
            end.put(&mut **list.values());
        }
        list.append(true);
        size_of_val(&self.0)
    }

    fn put_null(column: &mut dyn ArrayBuilder) {
        list_builder(column).append(false);
    }
}

impl<C: Cell> Cell for Vec<C> {
    fn data_type() -> DataType {
        list_of::<C>()
    }

    fn put(&self, column: &mut dyn ArrayBuilder) -> usize {
        let list = list_builder(column);
        let bytes = self.iter().map(|cell| cell.put(&mut **list.values())).sum();
        list.append(true);
        bytes
    }

    fn put_null(column: &mut dyn ArrayBuilder) {
        list_builder(column).append(false);
    }
}

impl<C: Cell> Cell for Option<C> {
    const NULLABLE: bool = true;

    fn data_type() -> DataType {
        C::data_type()
    }

    fn put(&self, column: &mut dyn ArrayBuilder) -> usize {
        if let Some(cell) = self {
            return cell.put(column);
        }
        C::put_null(column);
        1
    }

    fn put_null(column: &mut dyn ArrayBuilder) {
        C::put_null(column);
    }
}
