//! What can be asked of the properties of an entity type.

use crate::condition::Asked;

/// An entity or complex type whose properties can be asked.
#[derive(Debug)]
pub struct Entity {
    /// Graph's name, such as `user`.
    pub name: &'static str,
    /// Its properties that can be asked or ordered by. A member of a complex value is named with its path.
    pub properties: &'static [Property],
    /// Properties that a complex type has and that cannot be asked.
    pub unasked: &'static [&'static str],
}

impl Entity {
    /// Whether a complex type has a property of this name, in any case, that cannot be asked.
    pub fn has_unasked(&self, name: &str) -> bool {
        let mut unasked = self.unasked.iter();
        unasked.any(|known| known.eq_ignore_ascii_case(name))
    }

    /// The property of this name, in any case.
    pub fn find(&self, name: &str) -> Option<&'static Property> {
        let mut properties = self.properties.iter();
        properties.find(|property| property.name.eq_ignore_ascii_case(name))
    }
}

impl PartialEq for Entity {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A property that can be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Property {
    /// Graph's name.
    pub name: &'static str,
    /// The shape of its value.
    pub kind: Kind,
    /// What can be asked.
    pub support: Support,
}

/// The shape of a property's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// An object id: a text that is a GUID.
    Id,
    /// A GUID.
    Guid,
    /// A text.
    Text,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// True or false.
    Flag,
    /// A point in time.
    Time,
    /// Texts.
    Texts,
    /// Complex values.
    Items(&'static Entity),
}

/// Who may ask something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nobody.
    Never,
    /// Clients that send `ConsistencyLevel: eventual` and `$count=true` (licensing.md 7.2).
    Advanced,
    /// Everybody.
    Always,
}

/// What can be asked of a property. `ne` and `not` can be asked, by advanced queries, wherever `eq` can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Support {
    /// `eq`, of a collection inside `any`.
    pub equal: Level,
    /// `in`
    pub list: Level,
    /// `ge` and `le`
    pub order: Level,
    /// `gt` and `lt`
    pub strict_order: Level,
    /// `startswith`
    pub start: Level,
    /// `endswith`
    pub end: Level,
    /// `contains`
    pub part: Level,
    /// Comparison with `null`.
    pub null: Level,
    /// `/$count` with 0 and 1.
    pub count: Level,
    /// `$orderby`
    pub order_by: Level,
}

impl Support {
    /// Nothing.
    pub const NONE: Self = Self {
        equal: Level::Never,
        list: Level::Never,
        order: Level::Never,
        strict_order: Level::Never,
        start: Level::Never,
        end: Level::Never,
        part: Level::Never,
        null: Level::Never,
        count: Level::Never,
        order_by: Level::Never,
    };
}

impl Property {
    /// A property that can be asked with `eq` and `in`.
    pub const fn new(name: &'static str, kind: Kind, level: Level) -> Self {
        let support = Support {
            equal: level,
            list: level,
            ..Support::NONE
        };
        Self {
            name,
            kind,
            support,
        }
    }

    /// A text that can be asked with `eq`, `in`, `ge`, `le` and `startswith`, and, by advanced queries, for `null`.
    pub const fn text(name: &'static str, level: Level) -> Self {
        Self::new(name, Kind::Text, level)
            .order(level)
            .start(level)
            .null(Level::Advanced)
    }

    /// A point in time that can be asked with `eq`, `in`, `ge` and `le`.
    pub const fn time(name: &'static str, level: Level) -> Self {
        Self::new(name, Kind::Time, level).order(level)
    }

    /// A collection of which one value can be asked for with `eq`, and whether it is empty by advanced queries.
    pub const fn collection(name: &'static str, kind: Kind, level: Level) -> Self {
        let mut property = Self::new(name, kind, level);
        property.support.count = Level::Advanced;
        property
    }

    /// With `in`.
    #[must_use]
    pub const fn list(mut self, level: Level) -> Self {
        self.support.list = level;
        self
    }

    /// With `ge` and `le`.
    #[must_use]
    pub const fn order(mut self, level: Level) -> Self {
        self.support.order = level;
        self
    }

    /// With `gt` and `lt`.
    #[must_use]
    pub const fn strict_order(mut self, level: Level) -> Self {
        self.support.strict_order = level;
        self
    }

    /// With `startswith`.
    #[must_use]
    pub const fn start(mut self, level: Level) -> Self {
        self.support.start = level;
        self
    }

    /// With `endswith`.
    #[must_use]
    pub const fn end(mut self, level: Level) -> Self {
        self.support.end = level;
        self
    }

    /// With `contains`.
    #[must_use]
    pub const fn part(mut self, level: Level) -> Self {
        self.support.part = level;
        self
    }

    /// Compared with `null`.
    #[must_use]
    pub const fn null(mut self, level: Level) -> Self {
        self.support.null = level;
        self
    }

    /// In `$orderby`.
    #[must_use]
    pub const fn order_by(mut self, level: Level) -> Self {
        self.support.order_by = level;
        self
    }

    /// Whether it is a collection.
    pub const fn is_collection(&self) -> bool {
        matches!(self.kind, Kind::Texts | Kind::Items(_))
    }

    /// Whether something that is asked is of the shape of its value; what [`crate::Reader`] makes always is.
    pub const fn has_shape_of(&self, asked: &Asked) -> bool {
        matches!(
            (self.kind, asked),
            (Kind::Id | Kind::Guid, Asked::Guid(_))
                | (Kind::Text | Kind::Word(_), Asked::Text(_))
                | (Kind::Flag, Asked::Flag(_))
                | (Kind::Time, Asked::Time(_))
                | (
                    Kind::Texts,
                    Asked::Exists | Asked::IsSingle | Asked::AnyText(_)
                )
                | (
                    Kind::Items(_),
                    Asked::Exists | Asked::IsSingle | Asked::AnyItem(_)
                )
        )
    }
}
