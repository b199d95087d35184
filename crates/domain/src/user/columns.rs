//! All users of a tenant in columns: sixty-four users share a chunk, so that a change copies one chunk.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    UserOrdinal, UserType,
    index::{Changes, Indexes},
    property::UserProperty,
    record::{Record, texts},
};
use crate::{
    assignment::Holding,
    group::Membership,
    location::Location,
    state::{Bits, HashIndex, Lists, Paged, hash_bytes, hash_folded, hash_folded_bytes},
    time::Timestamp,
};

/// Users per chunk. Larger chunks pack better, smaller ones copy less per change.
const CHUNK: usize = 64;

/// Whether a user is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserState {
    /// In the directory.
    #[default]
    Live,
    /// In the recycle bin, restorable for 30 days.
    Deleted,
    /// Gone for good; only the object id remains, for the history.
    Purged,
}

/// What is known of a user besides the property values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserHead {
    /// Graph's `accountEnabled`.
    pub account_enabled: bool,
    /// Graph's `userType`.
    pub user_type: UserType,
    /// Graph's `usageLocation`.
    pub usage_location: Option<Location>,
    /// Graph's `createdDateTime`.
    pub created: Timestamp,
    /// Graph's `deletedDateTime`.
    pub deleted: Option<Timestamp>,
    /// Whether the user was purged.
    pub purged: bool,
}

impl UserHead {
    /// Live, deleted or purged.
    pub const fn state(&self) -> UserState {
        match (self.purged, self.deleted) {
            (true, _) => UserState::Purged,
            (false, Some(_)) => UserState::Deleted,
            (false, None) => UserState::Live,
        }
    }
}

/// A [`UserHead`] in 12 bytes.
#[derive(Clone, Copy, Debug)]
struct PackedHead {
    created: u32,
    /// 0 if not deleted.
    deleted: u32,
    location: Option<Location>,
    flags: u8,
}

const ENABLED: u8 = 1;
const GUEST: u8 = 2;
const PURGED: u8 = 4;

impl From<UserHead> for PackedHead {
    fn from(head: UserHead) -> Self {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        Self {
            created: head.created.to_column(),
            deleted: head.deleted.map_or(0, |time| time.to_column().max(1)),
            location: head.usage_location,
            flags: flag(head.account_enabled, ENABLED)
                | flag(head.user_type == UserType::Guest, GUEST)
                | flag(head.purged, PURGED),
        }
    }
}

impl From<PackedHead> for UserHead {
    fn from(packed: PackedHead) -> Self {
        Self {
            account_enabled: packed.flags & ENABLED != 0,
            user_type: if packed.flags & GUEST == 0 {
                UserType::Member
            } else {
                UserType::Guest
            },
            usage_location: packed.location,
            created: Timestamp::from_column(packed.created),
            deleted: (packed.deleted != 0).then(|| Timestamp::from_column(packed.deleted)),
            purged: packed.flags & PURGED != 0,
        }
    }
}

/// One user, borrowed from the columns.
#[derive(Clone, Copy, Debug)]
pub struct UserView<'a> {
    /// The place in the columns.
    pub ordinal: UserOrdinal,
    /// Graph's `id`.
    pub id: Uuid,
    /// State and flags.
    pub head: UserHead,
    /// Property values.
    pub record: Record<'a>,
    /// Licenses that are the user's own, in the order of their shapes' products and sources: direct ones, and those
    /// that a group gave and that could not be taken away yet. A deleted user keeps them for a restore.
    pub holdings: &'a [Holding],
    /// The groups in which the user is a member of the first level, in their order. A deleted user keeps them.
    pub memberships: &'a [Membership],
}

impl<'a> UserView<'a> {
    /// Graph's `userPrincipalName`.
    pub fn principal_name(&self) -> &'a str {
        self.record.text(UserProperty::UserPrincipalName)
    }

    /// Graph's `displayName`.
    pub fn display_name(&self) -> &'a str {
        self.record.text(UserProperty::DisplayName)
    }

    /// Whether the user is neither deleted nor purged.
    pub const fn is_live(&self) -> bool {
        matches!(self.head.state(), UserState::Live)
    }

    /// Mail addresses that belong to the user: `mail` and `proxyAddresses` without their `smtp:`.
    pub fn addresses(&self) -> impl Iterator<Item = &'a str> {
        let mail = self
            .record
            .packed(UserProperty::Mail)
            .and_then(|bytes| std::str::from_utf8(bytes).ok());
        let proxies = self
            .record
            .packed(UserProperty::ProxyAddresses)
            .unwrap_or_default();
        mail.into_iter()
            .chain(texts(proxies).filter_map(smtp_address))
    }
}

fn smtp_address(proxy: &str) -> Option<&str> {
    let (kind, address) = proxy.split_once(':')?;
    kind.eq_ignore_ascii_case("smtp").then_some(address)
}

#[derive(Clone, Debug, Default)]
struct Chunk {
    ids: Vec<Uuid>,
    heads: Vec<PackedHead>,
    /// Where each user's record ends in `bytes`.
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Chunk {
    fn range(&self, slot: usize) -> Option<std::ops::Range<usize>> {
        let start = if slot == 0 {
            0
        } else {
            *self.ends.get(slot - 1)? as usize
        };
        Some(start..*self.ends.get(slot)? as usize)
    }

    fn replace_record(&mut self, slot: usize, record: &[u8]) {
        let Some(range) = self.range(slot) else {
            return;
        };
        let (old_length, new_length) = (range.len(), record.len());
        self.bytes.splice(range, record.iter().copied());
        for end in self.ends.iter_mut().skip(slot) {
            *end = u32::try_from((*end as usize + new_length).saturating_sub(old_length))
                .unwrap_or(u32::MAX);
        }
    }
}

/// All users of a tenant: live, deleted and purged.
#[derive(Clone, Debug, Default)]
pub struct Users {
    chunks: Paged<Chunk>,
    holdings: Paged<Lists<Holding>>,
    memberships: Paged<Lists<Membership>>,
    /// All users, purged ones too: an id is never given again.
    by_id: HashIndex,
    /// Live users.
    by_principal_name: HashIndex,
    /// Mail addresses of live users.
    by_address: HashIndex,
    /// Live users.
    live: Bits,
    /// Live users who may not sign in.
    disabled: Bits,
    /// Live users who were invited from elsewhere.
    guests: Bits,
    /// At least the live users one of whose mail addresses belongs to another user too.
    sharing_address: Bits,
    pub(super) indexes: Arc<Indexes>,
    length: u32,
}

impl Users {
    /// How many ordinals were given so far.
    pub const fn len(&self) -> u32 {
        self.length
    }

    /// Whether no user was ever created.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// How many users are neither deleted nor purged.
    pub fn live_count(&self) -> u32 {
        self.live.len()
    }

    /// Users who are neither deleted nor purged.
    pub const fn live(&self) -> &Bits {
        &self.live
    }

    /// Live users who may not sign in (`accountEnabled` is off).
    pub const fn disabled(&self) -> &Bits {
        &self.disabled
    }

    /// Live users who were invited from elsewhere (`userType` is `Guest`).
    pub const fn guests(&self) -> &Bits {
        &self.guests
    }

    /// At least the live users one of whose mail addresses belongs to another user too.
    pub const fn sharing_address(&self) -> &Bits {
        &self.sharing_address
    }

    /// The user at an ordinal, in whatever state.
    pub fn view(&self, ordinal: UserOrdinal) -> Option<UserView<'_>> {
        let (chunk_number, slot) = place(ordinal);
        self.view_in(
            self.chunks.get(chunk_number)?,
            self.holdings.get(chunk_number)?,
            self.memberships.get(chunk_number)?,
            chunk_number,
            slot,
        )
    }

    fn view_in<'a>(
        &self,
        chunk: &'a Chunk,
        holdings: &'a Lists<Holding>,
        memberships: &'a Lists<Membership>,
        chunk_number: usize,
        slot: usize,
    ) -> Option<UserView<'a>> {
        let ordinal = u32::try_from(chunk_number * CHUNK + slot)
            .ok()
            .filter(|ordinal| *ordinal < self.length)?;
        Some(UserView {
            ordinal: UserOrdinal(ordinal),
            id: *chunk.ids.get(slot)?,
            head: (*chunk.heads.get(slot)?).into(),
            record: Record::new(chunk.bytes.get(chunk.range(slot)?)?),
            holdings: holdings.get(slot),
            memberships: memberships.get(slot),
        })
    }

    /// The live or deleted user with an object id.
    pub fn find_id(&self, id: Uuid) -> Option<UserView<'_>> {
        self.with_id(id)
            .find(|user| user.head.state() != UserState::Purged)
    }

    /// The user who has an object id or had it, purged or not.
    pub fn find_ever(&self, id: Uuid) -> Option<UserView<'_>> {
        self.with_id(id).next()
    }

    /// Whether any user, purged or not, has an object id.
    pub fn has_id(&self, id: Uuid) -> bool {
        self.find_ever(id).is_some()
    }

    fn with_id(&self, id: Uuid) -> impl Iterator<Item = UserView<'_>> {
        self.by_id
            .candidates(hash_bytes(id.as_bytes()))
            .map(UserOrdinal)
            .filter(move |ordinal| self.id_of(*ordinal) == Some(id))
            .filter_map(|ordinal| self.view(ordinal))
    }

    /// The id alone; most candidates are wrong, and a view costs more.
    fn id_of(&self, ordinal: UserOrdinal) -> Option<Uuid> {
        let (chunk_number, slot) = place(ordinal);
        self.chunks.get(chunk_number)?.ids.get(slot).copied()
    }

    /// A text of a user; empty if it has none. Nothing else of the user is looked at.
    pub(super) fn text_of(&self, ordinal: u32, property: UserProperty) -> &str {
        let (chunk_number, slot) = place(UserOrdinal(ordinal));
        let chunk = self.chunks.get(chunk_number);
        let bytes = chunk.and_then(|chunk| chunk.bytes.get(chunk.range(slot)?));
        Record::new(bytes.unwrap_or_default()).text(property)
    }

    /// The usage location of a user; empty if it has none.
    pub(super) fn location_text(&self, ordinal: u32) -> &str {
        let (chunk_number, slot) = place(UserOrdinal(ordinal));
        let chunk = self.chunks.get(chunk_number);
        let head = chunk.and_then(|chunk| chunk.heads.get(slot));
        head.and_then(|head| head.location.as_ref())
            .map_or("", Location::as_str)
    }

    /// The live user with a user principal name, in any case.
    pub fn find_principal_name(&self, principal_name: &str) -> Option<UserView<'_>> {
        self.by_principal_name
            .candidates(hash_folded(principal_name))
            .filter_map(|ordinal| self.view(UserOrdinal(ordinal)))
            .find(|user| user.principal_name().eq_ignore_ascii_case(principal_name))
    }

    /// Live users to whom a mail address belongs.
    pub fn find_address<'a>(&'a self, address: &'a str) -> impl Iterator<Item = UserView<'a>> {
        self.by_address
            .candidates(hash_folded(address))
            .filter_map(|ordinal| self.view(UserOrdinal(ordinal)))
            .filter(move |user| {
                user.addresses()
                    .any(|own| own.eq_ignore_ascii_case(address))
            })
    }

    /// All users from an ordinal on, in whatever state.
    pub fn iter_from(&self, start: UserOrdinal) -> impl Iterator<Item = UserView<'_>> {
        let (first_chunk, first_slot) = place(start);
        self.chunks
            .iter_from(first_chunk)
            .zip(self.holdings.iter_from(first_chunk))
            .zip(self.memberships.iter_from(first_chunk))
            .enumerate()
            .flat_map(move |(number, ((chunk, holdings), memberships))| {
                let from = if number == 0 { first_slot } else { 0 };
                (from..chunk.ids.len()).filter_map(move |slot| {
                    self.view_in(chunk, holdings, memberships, first_chunk + number, slot)
                })
            })
    }

    /// All users in whatever state.
    pub fn iter(&self) -> impl Iterator<Item = UserView<'_>> {
        self.iter_from(UserOrdinal(0))
    }

    /// Adds a user at the next ordinal.
    pub fn push(&mut self, id: Uuid, head: UserHead, record: &[u8]) -> UserOrdinal {
        let ordinal = UserOrdinal(self.length);
        let (chunk_number, slot) = place(ordinal);
        if slot == 0 {
            self.chunks.push(Chunk::default());
            self.holdings.push(Lists::default());
            self.memberships.push(Lists::default());
        }
        if let Some(chunk) = self.chunks.get_mut(chunk_number) {
            chunk.ids.push(id);
            chunk.heads.push(head.into());
            chunk.bytes.extend_from_slice(record);
            chunk
                .ends
                .push(u32::try_from(chunk.bytes.len()).unwrap_or(u32::MAX));
            if slot == CHUNK - 1 {
                chunk.bytes.shrink_to_fit();
            }
        }
        self.length += 1;
        self.by_id.insert(hash_bytes(id.as_bytes()), ordinal.0);
        self.enter(ordinal);
        Indexes::note(&mut self.indexes, ordinal, &Changes::ALL);
        ordinal
    }

    /// Replaces state, flags and property values of a user.
    pub fn replace(&mut self, ordinal: UserOrdinal, head: UserHead, record: &[u8]) {
        let changes = match self.view(ordinal) {
            Some(user) if self.indexes.is_asked() => {
                Changes::between(&user, &head, Record::new(record))
            }
            _ => Changes::ALL,
        };
        Indexes::note(&mut self.indexes, ordinal, &changes);
        self.leave(ordinal);
        let (chunk_number, slot) = place(ordinal);
        if let Some(chunk) = self.chunks.get_mut(chunk_number) {
            if let Some(old) = chunk.heads.get_mut(slot) {
                *old = head.into();
            }
            chunk.replace_record(slot, record);
        }
        self.enter(ordinal);
    }

    /// Replaces state and flags of a user.
    pub fn replace_head(&mut self, ordinal: UserOrdinal, head: UserHead) {
        let record = self
            .view(ordinal)
            .map(|user| user.record.bytes().to_vec())
            .unwrap_or_default();
        self.replace(ordinal, head, &record);
    }

    /// Replaces a user's own licenses; the caller keeps their order.
    pub fn set_holdings(&mut self, ordinal: UserOrdinal, holdings: &[Holding]) {
        let (chunk_number, slot) = place(ordinal);
        if let Some(chunk) = self.holdings.get_mut(chunk_number) {
            chunk.set(slot, holdings);
        }
    }

    /// Replaces a user's memberships; the caller keeps the order of groups.
    pub fn set_memberships(&mut self, ordinal: UserOrdinal, memberships: &[Membership]) {
        let (chunk_number, slot) = place(ordinal);
        if let Some(chunk) = self.memberships.get_mut(chunk_number) {
            chunk.set(slot, memberships);
        }
    }

    /// Puts a user into the indexes that its state calls for; by its id it is found for ever.
    fn enter(&mut self, ordinal: UserOrdinal) {
        let Some(keys) = self.keys(ordinal) else {
            return;
        };
        if let Some(principal_name) = keys.principal_name {
            self.by_principal_name.insert(principal_name, ordinal.0);
            self.live.insert(ordinal.0);
            if keys.is_disabled {
                self.disabled.insert(ordinal.0);
            }
            if keys.is_guest {
                self.guests.insert(ordinal.0);
            }
        }
        for address in keys.addresses {
            let others: Vec<u32> = self.by_address.candidates(address).collect();
            if !others.is_empty() {
                self.sharing_address.insert(ordinal.0);
                self.sharing_address.extend(others);
            }
            self.by_address.insert(address, ordinal.0);
        }
    }

    /// Takes a user out of these indexes.
    fn leave(&mut self, ordinal: UserOrdinal) {
        let Some(keys) = self.keys(ordinal) else {
            return;
        };
        if let Some(principal_name) = keys.principal_name {
            self.by_principal_name.remove(principal_name, ordinal.0);
            self.live.remove(ordinal.0);
            if keys.is_disabled {
                self.disabled.remove(ordinal.0);
            }
            if keys.is_guest {
                self.guests.remove(ordinal.0);
            }
            self.sharing_address.remove(ordinal.0);
        }
        for address in keys.addresses {
            self.by_address.remove(address, ordinal.0);
        }
    }

    fn keys(&self, ordinal: UserOrdinal) -> Option<Keys> {
        let user = self.view(ordinal)?;
        let mut keys = Keys {
            principal_name: None,
            is_disabled: !user.head.account_enabled,
            is_guest: user.head.user_type == UserType::Guest,
            addresses: Vec::new(),
        };
        if user.head.state() != UserState::Live {
            return Some(keys);
        }
        for (property, packed) in user.record.entries() {
            match property {
                UserProperty::UserPrincipalName => {
                    keys.principal_name = Some(hash_folded_bytes(packed));
                }
                UserProperty::Mail => keys.addresses.push(hash_folded_bytes(packed)),
                UserProperty::ProxyAddresses => {
                    keys.addresses
                        .extend(texts(packed).filter_map(smtp_address).map(hash_folded));
                }
                _ => {}
            }
        }
        // `mail` is usually among `proxyAddresses` too; one entry finds the user once.
        keys.addresses.sort_unstable();
        keys.addresses.dedup();
        Some(keys)
    }
}

/// The hashes under which a user is found while it is live.
struct Keys {
    principal_name: Option<u32>,
    is_disabled: bool,
    is_guest: bool,
    addresses: Vec<u32>,
}

const fn place(ordinal: UserOrdinal) -> (usize, usize) {
    (ordinal.0 as usize / CHUNK, ordinal.0 as usize % CHUNK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::record::pack;

    fn record(name: &str) -> Box<[u8]> {
        pack(
            &[
                (UserProperty::UserPrincipalName, name.into()),
                (UserProperty::Mail, name.into()),
            ]
            .into(),
        )
    }

    #[test]
    fn users_are_found_in_the_state_that_they_are_in() {
        let mut users = Users::default();
        let head = UserHead {
            account_enabled: true,
            created: Timestamp(5),
            ..UserHead::default()
        };
        for number in 0..200_u128 {
            users.push(
                Uuid::from_u128(number),
                head,
                &record(&format!("User{number}@contoso.example")),
            );
        }
        let before = users.clone();
        users.replace(
            UserOrdinal(70),
            head,
            &record("a-much-longer-name-than-before@contoso.example"),
        );
        users.replace_head(
            UserOrdinal(71),
            UserHead {
                deleted: Some(Timestamp(9)),
                ..head
            },
        );
        let holding = Holding {
            shape: crate::assignment::ShapeId(3),
            at: Timestamp(8).to_column(),
        };
        users.set_holdings(UserOrdinal(69), &[holding, holding]);
        users.set_holdings(UserOrdinal(64), &[holding]);

        assert_eq!(
            before.view(UserOrdinal(70)).unwrap().principal_name(),
            "User70@contoso.example"
        );
        assert!(
            users
                .find_principal_name("user70@contoso.example")
                .is_none()
        );
        assert!(
            users
                .find_principal_name("A-MUCH-longer-name-than-before@contoso.example")
                .is_some()
        );
        assert!(
            users
                .find_principal_name("user71@contoso.example")
                .is_none()
        );
        assert!(
            users
                .find_address("user71@contoso.example")
                .next()
                .is_none()
        );
        assert_eq!(users.find_address("USER72@contoso.example").count(), 1);
        assert_eq!(
            users.find_id(Uuid::from_u128(71)).unwrap().head.state(),
            UserState::Deleted
        );
        users.replace_head(
            UserOrdinal(73),
            UserHead {
                deleted: Some(Timestamp(9)),
                purged: true,
                ..head
            },
        );
        assert!(users.find_id(Uuid::from_u128(73)).is_none());
        assert!(users.has_id(Uuid::from_u128(73)) && !users.has_id(Uuid::from_u128(200)));
        assert_eq!(users.view(UserOrdinal(69)).unwrap().holdings.len(), 2);
        assert_eq!(users.view(UserOrdinal(64)).unwrap().holdings.len(), 1);
        assert_eq!(users.view(UserOrdinal(65)).unwrap().holdings.len(), 0);
        assert_eq!(
            users.view(UserOrdinal(72)).unwrap().principal_name(),
            "User72@contoso.example"
        );
        assert_eq!((users.live_count(), before.live_count()), (198, 200));
        assert_eq!(users.iter_from(UserOrdinal(130)).count(), 70);
    }
}
