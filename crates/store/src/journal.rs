//! The journal: accepted commands as generations, chained by hashes, with personal details apart.

use std::sync::Arc;

use aws_lc_rs::{digest, rand};
use minicbor::{Decode, Encode};
use roaring::RoaringBitmap;
use uuid::Uuid;
use zetel_domain::{
    Event, Timestamp,
    catalog::Catalog,
    event::{Apart, UserSet},
    user::UserOrdinal,
};

use crate::{
    sql::{DatabaseError, RowRef},
    store::{to_generation, to_hash},
};

/// SHA-256 over everything up to a generation.
pub type Hash = [u8; 32];

/// One accepted command: what happened, when, by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its number in the tenant, from 1 without gaps.
    pub generation: u64,
    /// When.
    pub at: Timestamp,
    /// Who: `user:…`, `application:…` or `system:…`.
    pub actor: String,
    /// The command's name.
    pub command: String,
    /// The request that asked for it.
    pub request_id: Uuid,
    /// What happened.
    pub events: Vec<Event>,
}

/// Bodies of at least so many bytes are compressed.
const COMPRESS_FROM: usize = 512;
const PLAIN: u8 = 0;
const LZ4: u8 = 1;

/// Bytes of the salt that keeps erased details from being guessed by their digest.
const SALT_BYTES: usize = 8;

/// One user's personal details in one event.
#[derive(Encode, Decode)]
enum Detail {
    #[n(0)]
    Present {
        #[cbor(n(0), with = "minicbor::bytes")]
        salt: [u8; SALT_BYTES],
        #[cbor(n(1), with = "minicbor::bytes")]
        record: Vec<u8>,
    },
    #[n(1)]
    Erased {
        #[cbor(n(0), with = "minicbor::bytes")]
        digest: Hash,
    },
}

impl Detail {
    fn digest(&self) -> Hash {
        match self {
            Self::Present { salt, record } => sha256(&[salt, record]),
            Self::Erased { digest } => *digest,
        }
    }
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// A change as it is stored.
pub struct Stored {
    /// Encoded events without their details.
    pub body: Vec<u8>,
    /// Encoded details, if there are any.
    pub details: Option<Vec<u8>>,
    /// The hash that covers both and everything before.
    pub hash: Hash,
}

/// The personal details of a change, each with a salt. Nothing if there are no random numbers.
fn salted(change: &Change) -> Option<Vec<Detail>> {
    let records: Vec<&[u8]> = change
        .events
        .iter()
        .filter_map(|event| event.personal()?.get())
        .map(AsRef::as_ref)
        .collect();
    // Drawn at once: a call for each of ten thousand records is a tenth of the time of storing them.
    let mut random = vec![0; records.len() * SALT_BYTES];
    if !random.is_empty() {
        rand::fill(&mut random).ok()?;
    }
    let salts = random
        .chunks_exact(SALT_BYTES)
        .filter_map(|bytes| bytes.try_into().ok());
    let details = records
        .into_iter()
        .zip(salts)
        .map(|(record, salt)| Detail::Present {
            salt,
            record: record.to_vec(),
        });
    Some(details.collect())
}

/// Encodes a change that follows the one with the hash `previous`.
pub fn encode(change: &Change, previous: &Hash) -> Result<Stored, DatabaseError> {
    let unwritable =
        |error| DatabaseError::Damaged(format!("an event cannot be encoded ({error})"));
    let body = minicbor::to_vec(&change.events).map_err(|error| unwritable(error.to_string()))?;
    let details = salted(change)
        .ok_or_else(|| unwritable("the system gives no random numbers".to_owned()))?;
    let hash = chain(change, &body, &details, previous);
    let encoded = if details.is_empty() {
        None
    } else {
        let details = minicbor::to_vec(&details).map_err(|error| unwritable(error.to_string()))?;
        Some(compress(&details))
    };
    Ok(Stored {
        body: compress(&body),
        details: encoded,
        hash,
    })
}

/// Gives the catalog with a digest.
pub type FindCatalog<'f> = dyn Fn(&[u8]) -> Result<Arc<Catalog>, DatabaseError> + 'f;

/// A change as it was read, still encoded.
pub struct Record {
    /// The change without its events.
    pub change: Change,
    /// Encoded events.
    pub body: Vec<u8>,
    /// Encoded details.
    pub details: Option<Vec<u8>>,
    /// The hash that was stored.
    pub hash: Hash,
}

impl Record {
    /// Reads generation, time, actor, command, request id, body, hash and details.
    pub fn read(row: &RowRef<'_>) -> Result<Self, DatabaseError> {
        let change = Change {
            generation: to_generation(row.int(0)?)?,
            at: Timestamp(row.int(1)?),
            actor: row.text(2)?.to_owned(),
            command: row.text(3)?.to_owned(),
            request_id: row.uuid(4)?,
            events: Vec::new(),
        };
        Ok(Self {
            change,
            body: row.bytes(5)?.to_vec(),
            hash: to_hash(row.bytes(6)?)?,
            details: row.optional_bytes(7)?.map(<[u8]>::to_vec),
        })
    }

    /// The change, and the hash that it ought to have after the one with the hash `previous`.
    pub fn decode(
        self,
        previous: &Hash,
        catalog: &FindCatalog<'_>,
    ) -> Result<(Change, Hash), DatabaseError> {
        let mut change = self.change;
        let generation = change.generation;
        let damaged =
            |what: &str| DatabaseError::Damaged(format!("generation {generation}: {what}"));
        let body =
            decompress(&self.body).ok_or_else(|| damaged("its events cannot be unpacked"))?;
        change.events =
            minicbor::decode(&body).map_err(|_| damaged("its events cannot be read"))?;
        let details: Vec<Detail> = match self.details {
            Some(details) => {
                let details = decompress(&details)
                    .ok_or_else(|| damaged("its personal details cannot be unpacked"))?;
                minicbor::decode(&details)
                    .map_err(|_| damaged("its personal details cannot be read"))?
            }
            None => Vec::new(),
        };
        let hash = chain(&change, &body, &details, previous);
        let mut details = details.into_iter();
        for event in &mut change.events {
            if let Some(apart) = event.personal_mut() {
                match details
                    .next()
                    .ok_or_else(|| damaged("personal details are missing"))?
                {
                    Detail::Present { record, .. } => {
                        *apart = Apart::Here(record.into_boxed_slice());
                    }
                    Detail::Erased { .. } => *apart = Apart::Away,
                }
            }
            if let Event::CatalogAdopted {
                digest,
                catalog: apart,
            } = event
            {
                *apart = Apart::Here(catalog(digest)?);
            }
        }
        Ok((change, hash))
    }
}

/// Bytes that are no part of a journal.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Replaces the details of some users by their digests. Nothing if there is nothing to erase.
pub fn erase(
    body: &[u8],
    details: &[u8],
    users: &dyn Fn(UserOrdinal) -> bool,
) -> Result<Option<Vec<u8>>, Unreadable> {
    let body = decompress(body).ok_or(Unreadable)?;
    let details = decompress(details).ok_or(Unreadable)?;
    let events: Vec<Event> = minicbor::decode(&body).map_err(|_| Unreadable)?;
    let mut details: Vec<Detail> = minicbor::decode(&details).map_err(|_| Unreadable)?;
    let mut erased = false;
    let personal = events.iter().filter(|event| event.personal().is_some());
    for (event, detail) in personal.zip(&mut details) {
        let concerned = event.users().is_some_and(|set| set.iter().any(users));
        if concerned && matches!(detail, Detail::Present { .. }) {
            *detail = Detail::Erased {
                digest: detail.digest(),
            };
            erased = true;
        }
    }
    if !erased {
        return Ok(None);
    }
    let details = minicbor::to_vec(&details).map_err(|_| Unreadable)?;
    Ok(Some(compress(&details)))
}

fn chain(change: &Change, body: &[u8], details: &[Detail], previous: &Hash) -> Hash {
    let digests: Vec<u8> = details.iter().flat_map(Detail::digest).collect();
    let length = |bytes: &[u8]| (bytes.len() as u64).to_le_bytes();
    sha256(&[
        previous,
        &change.generation.to_le_bytes(),
        &change.at.0.to_le_bytes(),
        change.request_id.as_bytes(),
        &length(change.actor.as_bytes()),
        change.actor.as_bytes(),
        &length(change.command.as_bytes()),
        change.command.as_bytes(),
        &length(body),
        body,
        &digests,
    ])
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    if bytes.len() >= COMPRESS_FROM {
        let packed = lz4_flex::compress_prepend_size(bytes);
        if packed.len() < bytes.len() {
            return [&[LZ4], packed.as_slice()].concat();
        }
    }
    [&[PLAIN], bytes].concat()
}

fn decompress(bytes: &[u8]) -> Option<Vec<u8>> {
    match bytes.split_first()? {
        (&PLAIN, body) => Some(body.to_vec()),
        (&LZ4, body) => lz4_flex::decompress_size_prepended(body).ok(),
        _ => None,
    }
}

/// Adds the users of a set to another one.
pub fn add_users(set: &UserSet, users: &mut RoaringBitmap) {
    match set {
        UserSet::One(user) => {
            users.insert(user.0);
        }
        UserSet::Many(many) => *users |= many,
    }
}

/// Adds the users whom events concern to a set.
pub fn add_users_of(events: &[Event], users: &mut RoaringBitmap) {
    for set in events.iter().filter_map(Event::users) {
        add_users(&set, users);
    }
}

/// Adds the users whom a stored change concerns to a set.
pub fn add_users_in_body(body: &[u8], users: &mut RoaringBitmap) -> Result<(), Unreadable> {
    let body = decompress(body).ok_or(Unreadable)?;
    let events: Vec<Event> = minicbor::decode(&body).map_err(|_| Unreadable)?;
    add_users_of(&events, users);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use zetel_domain::{
        assignment::{Verdict, Violation},
        device::{Build, DeviceHead, DeviceOrdinal},
        group::GroupOrdinal,
        product::ProductOrdinal,
        user::UserType,
    };

    fn creation(users: u32) -> Change {
        let events = (0..users)
            .map(|user| Event::UserCreated {
                user: UserOrdinal(user),
                id: Uuid::from_u128(user.into()),
                at: Timestamp(7),
                account_enabled: true,
                user_type: UserType::Member,
                usage_location: None,
                record: Apart::Here(format!("record of {user}").into_bytes().into_boxed_slice()),
            })
            .collect();
        Change {
            generation: 1,
            at: Timestamp(7),
            actor: "system:test".to_owned(),
            command: "createUsers".to_owned(),
            request_id: Uuid::from_u128(9),
            events,
        }
    }

    fn read(
        stored: &Stored,
        change: &Change,
        details: Option<&[u8]>,
        previous: Hash,
    ) -> (Change, Hash) {
        let record = Record {
            change: Change {
                events: Vec::new(),
                ..change.clone()
            },
            body: stored.body.clone(),
            details: details.map(<[u8]>::to_vec),
            hash: stored.hash,
        };
        let no_catalog = |_: &[u8]| Err(DatabaseError::Damaged("no catalog".to_owned()));
        record.decode(&previous, &no_catalog).unwrap()
    }

    /// One million users, of whom every other one at random.
    fn halves() -> [UserSet; 2] {
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random & 1 == 0
        };
        let (one, other): (Vec<u32>, Vec<u32>) = (0..1_000_000).partition(|_| draw());
        [one, other].map(|users| UserSet::Many(users.into_iter().collect()))
    }

    #[test]
    fn a_million_decisions_are_small() {
        let decided = |users: UserSet, after: Verdict| Event::Decided {
            group: GroupOrdinal(1),
            product: ProductOrdinal(2),
            users,
            before: None,
            after: Some(after),
            at: Timestamp(7),
        };
        let all = UserSet::Many((0..1_000_000).collect());
        let [one, other] = halves();
        let failed = Verdict::Failed(Violation::Count);
        let sizes = [
            vec![decided(all, Verdict::Active)],
            vec![decided(one, Verdict::Active), decided(other, failed)],
        ]
        .map(|events| {
            let change = Change {
                events,
                ..creation(0)
            };
            let stored = encode(&change, &[3; 32]).unwrap();
            assert_eq!(
                read(&stored, &change, None, [3; 32]),
                (change.clone(), stored.hash)
            );
            stored.body.len()
        });
        assert!(sizes[0] < 2_000 && sizes[1] < 300_000, "{sizes:?}");
    }

    #[test]
    fn erased_details_leave_the_chain_whole() {
        for users in [1, 5, 500] {
            let change = creation(users);
            let stored = encode(&change, &[3; 32]).unwrap();
            let details = stored.details.as_deref().unwrap();
            assert_eq!(
                read(&stored, &change, Some(details), [3; 32]),
                (change.clone(), stored.hash)
            );

            let is_first = |user| user == UserOrdinal(0);
            let erased = erase(&stored.body, details, &is_first).unwrap().unwrap();
            assert_eq!(erase(&stored.body, &erased, &is_first), Ok(None));
            assert_eq!(
                erase(&stored.body, b"\0damaged", &is_first),
                Err(Unreadable)
            );
            let (after, hash) = read(&stored, &change, Some(&erased), [3; 32]);
            assert_eq!(hash, stored.hash);
            let away = after
                .events
                .iter()
                .filter(|event| event.personal().unwrap().get().is_none())
                .count();
            assert_eq!(away, 1);

            let (_, other) = read(&stored, &change, Some(details), [4; 32]);
            assert_ne!(other, stored.hash);
        }
    }

    #[test]
    fn details_of_devices_are_erased_with_whoever_enrolled_them() {
        let device = |number: u32, user: Option<u32>, others: &[u32]| Event::DeviceEnrolled {
            device: DeviceOrdinal(number),
            id: Uuid::from_u128(number.into()),
            head: DeviceHead {
                user: user.map(UserOrdinal),
                others: others.iter().copied().map(UserOrdinal).collect(),
                ..DeviceHead::default()
            },
            build: Build::default(),
            details: Apart::Here(
                format!("details of {number}")
                    .into_bytes()
                    .into_boxed_slice(),
            ),
        };
        let mut change = creation(1);
        change.events.extend([
            device(0, None, &[0]),
            device(1, Some(0), &[]),
            device(2, Some(1), &[0]),
        ]);
        let stored = encode(&change, &[3; 32]).unwrap();
        let details = stored.details.as_deref().unwrap();
        let erased = |user| {
            let erased = erase(&stored.body, details, &|one| one == UserOrdinal(user)).unwrap();
            let details = erased.as_deref().unwrap_or(details);
            let (after, hash) = read(&stored, &change, Some(details), [3; 32]);
            assert_eq!(hash, stored.hash);
            let personal = after.events.iter().map(|event| event.personal().unwrap());
            personal
                .map(|apart| apart.get().is_none())
                .collect::<Vec<bool>>()
        };
        assert_eq!(erased(0), [true, false, true, false]);
        assert_eq!(erased(1), [false, false, false, true]);
        assert_eq!(erased(2), [false; 4]);
    }
}
