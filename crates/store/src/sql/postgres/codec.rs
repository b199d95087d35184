//! Values in `PostgreSQL`'s binary format.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::sql::ValueRef;
use crate::sql::row::Cells;

type Fault = Box<dyn Error + Sync + Send>;

impl ToSql for ValueRef<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match (*self, kind) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Int(value), &Type::INT8) => out.put_i64(value),
            // Only where an expression has no column to take its type from, such as `$1 + 1`.
            (Self::Int(value), &Type::INT4) => out.put_i32(value.try_into()?),
            (Self::Text(text), &Type::TEXT) => out.put_slice(text.as_bytes()),
            (Self::Bytes(bytes), &Type::BYTEA) => out.put_slice(bytes),
            (other, _) => return Err(format!("{} cannot be a {kind}", other.kind()).into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for ValueRef<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Fault> {
        match *kind {
            Type::INT8 => Ok(Self::Int(i64::from_be_bytes(raw.try_into()?))),
            Type::INT4 => Ok(Self::Int(i32::from_be_bytes(raw.try_into()?).into())),
            Type::BOOL => Ok(Self::Int((raw == [1]).into())),
            Type::TEXT => Ok(Self::Text(std::str::from_utf8(raw)?)),
            Type::BYTEA => Ok(Self::Bytes(raw)),
            _ => Err(format!("the program does not read {kind}").into()),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Fault> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Cells for postgres::Row {
    fn cell(&self, column: usize) -> Result<ValueRef<'_>, &'static str> {
        if column >= self.len() {
            return Err("missing");
        }
        self.try_get(column)
            .map_err(|_| "of a type that the program does not read")
    }

    fn names(&self) -> Vec<String> {
        self.columns()
            .iter()
            .map(|column| column.name().to_owned())
            .collect()
    }
}
