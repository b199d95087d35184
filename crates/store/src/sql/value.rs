//! Values that go into statements and come out of rows.

use uuid::Uuid;

/// An owned parameter of a [`super::Statement`]. Both engines store exactly these four kinds.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL `NULL`.
    Null,
    /// A 64-bit integer; booleans are 0 and 1.
    Int(i64),
    /// UTF-8 text without NUL characters (`PostgreSQL` cannot store them).
    Text(String),
    /// Bytes; a [`Uuid`] is its 16 bytes, most significant first.
    Bytes(Vec<u8>),
}

/// A borrowed value: a cell of a row, or of a bulk write.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueRef<'a> {
    /// SQL `NULL`.
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// UTF-8 text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl Value {
    /// The same value, borrowed.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Int(*value),
            Self::Text(text) => ValueRef::Text(text),
            Self::Bytes(bytes) => ValueRef::Bytes(bytes),
        }
    }
}

impl ValueRef<'_> {
    /// The same value, owned.
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Int(value) => Value::Int(value),
            Self::Text(text) => Value::Text(text.to_owned()),
            Self::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
        }
    }

    /// Shows bytes that no two different values have in common.
    pub(crate) fn digest(self, show: &mut dyn FnMut(&[u8])) {
        let mut sized = |tag: u8, bytes: &[u8]| {
            show(&[tag]);
            show(&(bytes.len() as u64).to_le_bytes());
            show(bytes);
        };
        match self {
            Self::Null => sized(0, &[]),
            Self::Int(value) => sized(1, &value.to_le_bytes()),
            Self::Text(text) => sized(2, text.as_bytes()),
            Self::Bytes(bytes) => sized(3, bytes),
        }
    }

    /// Whether both engines can store the value: `PostgreSQL` has no text with NUL characters.
    pub(crate) fn storable(self) -> bool {
        !matches!(self, Self::Text(text) if text.as_bytes().contains(&0))
    }

    /// The kind in words, for messages.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "a number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        }
    }
}

// Values may be secrets or personal details: only the kind is ever printed.
impl std::fmt::Debug for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_ref().fmt(formatter)
    }
}

impl std::fmt::Debug for ValueRef<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.kind())
    }
}

macro_rules! convert {
    ($($from:ty => |$value:ident| $owned:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                $owned
            }
        }
    )*};
}

convert! {
    i64 => |value| Self::Int(value);
    i32 => |value| Self::Int(value.into());
    u32 => |value| Self::Int(value.into());
    bool => |value| Self::Int(value.into());
    &str => |value| Self::Text(value.to_owned());
    &String => |value| Self::Text(value.clone());
    String => |value| Self::Text(value);
    &[u8] => |value| Self::Bytes(value.to_vec());
    &Vec<u8> => |value| Self::Bytes(value.clone());
    Vec<u8> => |value| Self::Bytes(value);
    Uuid => |value| Self::Bytes(value.as_bytes().to_vec());
    &Uuid => |value| Self::Bytes(value.as_bytes().to_vec());
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! borrow {
    ($($from:ty => |$value:ident| $borrowed:expr;)*) => {$(
        impl<'a> From<$from> for ValueRef<'a> {
            fn from($value: $from) -> Self {
                $borrowed
            }
        }
    )*};
}

borrow! {
    i64 => |value| Self::Int(value);
    i32 => |value| Self::Int(value.into());
    u32 => |value| Self::Int(value.into());
    bool => |value| Self::Int(value.into());
    &'a str => |value| Self::Text(value);
    &'a String => |value| Self::Text(value);
    &'a [u8] => |value| Self::Bytes(value);
    &'a Vec<u8> => |value| Self::Bytes(value);
    &'a Uuid => |value| Self::Bytes(value.as_bytes());
    &'a Value => |value| value.as_ref();
}

impl<'a, const N: usize> From<&'a [u8; N]> for ValueRef<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for ValueRef<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
