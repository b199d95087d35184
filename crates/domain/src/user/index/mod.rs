//! Finding users by their texts: by names in their order, and by values that many users share.
//!
//! Each index is made when it is first asked for, which takes a few tenths of a second with a million users, and then
//! brought up to date with the users who changed. Nothing is paid for what nobody asks for.

mod by_name;
mod folded;
mod order;
mod posting;
mod sort;
#[cfg(test)]
mod tests;
mod texts;

pub use by_name::{ByName, Direction};
pub use folded::folded;

use std::sync::{Arc, OnceLock};

use order::NameOrder;
use texts::TextIndex;

use super::{Record, UserHead, UserOrdinal, UserProperty, UserState, UserView, Users};
use crate::{
    location::Location,
    state::{Bits, Lazy},
};

/// Properties with nearly as many values as there are users: these are put in order.
const NAMES: [UserProperty; 7] = [
    UserProperty::DisplayName,
    UserProperty::GivenName,
    UserProperty::Surname,
    UserProperty::Mail,
    UserProperty::UserPrincipalName,
    UserProperty::MailNickname,
    UserProperty::EmployeeId,
];

/// Properties with few different values: the users of each value are a set.
const TEXTS: [UserProperty; 18] = [
    UserProperty::JobTitle,
    UserProperty::OfficeLocation,
    UserProperty::PreferredLanguage,
    UserProperty::AgeGroup,
    UserProperty::City,
    UserProperty::CompanyName,
    UserProperty::ConsentProvidedForMinor,
    UserProperty::Country,
    UserProperty::CreationType,
    UserProperty::Department,
    UserProperty::EmployeeType,
    UserProperty::ExternalUserState,
    UserProperty::OnPremisesDomainName,
    UserProperty::PasswordPolicies,
    UserProperty::PostalCode,
    UserProperty::PreferredDataLocation,
    UserProperty::State,
    UserProperty::StreetAddress,
];

/// The indexes of a tenant's users.
#[derive(Clone, Debug, Default)]
pub(super) struct Indexes {
    /// Whether any was ever asked for.
    asked: OnceLock<()>,
    names: [Lazy<NameOrder>; NAMES.len()],
    texts: [Lazy<TextIndex>; TEXTS.len()],
    locations: Lazy<TextIndex>,
}

/// What of a user changed that an index depends on.
pub(super) struct Changes {
    names: [bool; NAMES.len()],
    texts: [bool; TEXTS.len()],
    location: bool,
}

impl Changes {
    /// A user came.
    pub const ALL: Self = Self {
        names: [true; NAMES.len()],
        texts: [true; TEXTS.len()],
        location: true,
    };

    /// A user gets this head and record.
    pub fn between(user: &UserView<'_>, head: &UserHead, record: Record<'_>) -> Self {
        let is_live = head.state() == UserState::Live;
        if user.is_live() != is_live {
            return Self::ALL;
        }
        let changes = |property| is_live && user.record.packed(property) != record.packed(property);
        Self {
            names: NAMES.map(changes),
            texts: TEXTS.map(changes),
            location: is_live && user.head.usage_location != head.usage_location,
        }
    }

    fn is_empty(&self) -> bool {
        !self.location && !self.names.contains(&true) && !self.texts.contains(&true)
    }
}

impl Indexes {
    /// Whether any index was ever asked for, here or in the state from which this one comes.
    pub fn is_asked(&self) -> bool {
        self.asked.get().is_some()
    }

    /// Notes that a user changed.
    pub fn note(this: &mut Arc<Self>, user: UserOrdinal, changes: &Changes) {
        if changes.is_empty() {
            return;
        }
        if !this.is_asked() {
            // Nothing has to be brought up to date, but former states may still be asked.
            if Arc::get_mut(this).is_none() {
                *this = Arc::default();
            }
            return;
        }
        let this = Arc::make_mut(this);
        for (index, changed) in this.names.iter_mut().zip(changes.names) {
            if changed {
                index.note(user.0);
            }
        }
        for (index, changed) in this.texts.iter_mut().zip(changes.texts) {
            if changed {
                index.note(user.0);
            }
        }
        if changes.location {
            this.locations.note(user.0);
        }
    }
}

impl Users {
    /// Live users in the order of a name: `displayName`, `givenName`, `surname`, `mail`, `userPrincipalName`,
    /// `mailNickname` or `employeeId`; none for other properties.
    pub fn by_name(&self, property: UserProperty) -> Option<ByName<'_>> {
        let place = NAMES.iter().position(|name| *name == property)?;
        let index = self.asked_indexes().names.get(place)?;
        let order = index.get(|former| NameOrder::make(self, property, former));
        Some(ByName::new(self, property, order))
    }

    /// Live users whose text is this in any case, or who have none if it is empty. None where no index tells: the
    /// property is not one of those of [`Users::by_name`] or with few values, or has more than 4,096 of them.
    pub fn with_text(&self, property: UserProperty, value: &str) -> Option<Bits> {
        match self.text_index(property) {
            Some(index) => index.with(value),
            None => Some(self.by_name(property)?.with_text(value)),
        }
    }

    /// Live users whose text begins so in any case. None where no index tells.
    pub fn with_prefix(&self, property: UserProperty, prefix: &str) -> Option<Bits> {
        match self.text_index(property) {
            Some(index) => index.with_prefix(prefix),
            None => Some(self.by_name(property)?.with_prefix(prefix)),
        }
    }

    /// Live users whose [`folded`] text fits; the empty one is that of users without a text. None where no index tells,
    /// also for names.
    pub fn with_text_that(
        &self,
        property: UserProperty,
        fits: impl FnMut(&str) -> bool,
    ) -> Option<Bits> {
        self.text_index(property)?.that(fits)
    }

    /// Live users with a usage location, or without one.
    pub fn with_location(&self, location: Option<Location>) -> Bits {
        let text_of = |user| self.location_text(user);
        let index = &self.asked_indexes().locations;
        let index = index.get(|former| TextIndex::make(self, text_of, former));
        let text = location.as_ref().map_or("", Location::as_str);
        index.with(text).unwrap_or_default() // there are fewer countries than an index may have values
    }

    fn text_index(&self, property: UserProperty) -> Option<&TextIndex> {
        let place = TEXTS.iter().position(|text| *text == property)?;
        let text_of = |user| self.text_of(user, property);
        let index = self.asked_indexes().texts.get(place)?;
        Some(index.get(|former| TextIndex::make(self, text_of, former)))
    }

    fn asked_indexes(&self) -> &Indexes {
        self.indexes.asked.get_or_init(|| ());
        &self.indexes
    }
}
