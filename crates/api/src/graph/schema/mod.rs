//! Entity types: the one description from which `$select`, JSON, `$metadata` and the documentation are made, so that
//! they cannot disagree.

mod application_types;
mod audit_types;
mod complex;
mod device_types;
mod enums;
mod selection;
mod user;

pub(crate) use audit_types::{DIRECTORY_AUDIT, ENROLLMENT_EVENT, TROUBLESHOOTING_EVENT};
pub(crate) use complex::{ComplexType, complex_types};
pub(crate) use enums::{ENUM_TYPES, EnumType};
pub(crate) use selection::{Selection, resolve};
pub(crate) use user::{AnySelection, StoredColumn, USER, UserSchema, UserSelection};

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A 32-bit number.
    Number,
    /// A 64-bit number.
    Long,
    /// Bytes.
    Binary,
    /// A point in time.
    Time,
    /// A GUID.
    Guid,
    /// One of [`complex_types`].
    Complex(&'static str),
    /// One of [`ENUM_TYPES`].
    Enum(&'static str),
}

impl Type {
    /// The name in `$metadata`.
    pub fn edm(self) -> String {
        match self {
            Self::Text => "Edm.String".to_owned(),
            Self::Flag => "Edm.Boolean".to_owned(),
            Self::Number => "Edm.Int32".to_owned(),
            Self::Long => "Edm.Int64".to_owned(),
            Self::Binary => "Edm.Binary".to_owned(),
            Self::Time => "Edm.DateTimeOffset".to_owned(),
            Self::Guid => "Edm.Guid".to_owned(),
            Self::Complex(name) | Self::Enum(name) => format!("graph.{name}"),
        }
    }
}

/// A property of an entity or complex type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Property {
    /// Graph's name.
    pub name: &'static str,
    /// The type of the value, or of each value of a collection.
    pub kind: Type,
    /// Whether there are many.
    pub collection: bool,
    /// Whether the value, or a value of the collection, may be null.
    pub nullable: bool,
    /// Whether it is returned without `$select`.
    pub by_default: bool,
}

impl Property {
    /// A single value that may be null and is returned by default.
    pub const fn new(name: &'static str, kind: Type) -> Self {
        Self {
            name,
            kind,
            collection: false,
            nullable: true,
            by_default: true,
        }
    }

    /// The same, never null.
    pub const fn required(self) -> Self {
        Self {
            nullable: false,
            ..self
        }
    }

    /// A collection of values that are never null.
    pub const fn many(self) -> Self {
        Self {
            collection: true,
            nullable: false,
            ..self
        }
    }

    /// The same, returned with `$select` only.
    pub const fn on_request(self) -> Self {
        Self {
            by_default: false,
            ..self
        }
    }
}

/// An entity type whose properties are written one by one.
pub(crate) trait Entity: Sized + 'static {
    /// What an entity is written from.
    type Row<'a>;
    /// The name of the type.
    const NAME: &'static str;
    /// Its properties and their writers, in the order of JSON.
    const COLUMNS: &'static [Column<Self>];
    /// Properties that Graph has and Zetel does not.
    const NOT_IMPLEMENTED: &'static [&'static str] = &[];
}

/// A property together with what writes its value.
pub(crate) struct Column<E: Entity> {
    /// The property.
    pub property: Property,
    /// Appends the value.
    pub write: for<'row, 'data> fn(&'row E::Row<'data>, &mut Vec<u8>),
}

impl<E: Entity> Column<E> {
    /// A column.
    pub const fn new(
        property: Property,
        write: for<'row, 'data> fn(&'row E::Row<'data>, &mut Vec<u8>),
    ) -> Self {
        Self { property, write }
    }
}

/// The properties of an entity type.
pub(crate) fn properties_of<E: Entity>() -> Vec<Property> {
    E::COLUMNS.iter().map(|column| column.property).collect()
}
