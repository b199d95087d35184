//! Users, from their columns.

use std::sync::LazyLock;

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    user::{
        PropertyValue, Record, UserProperty, UserView,
        property::PropertyKind,
        record::{self, texts},
    },
};

use super::{
    license::{License, LicenseBook, licenses_of},
    strip::{Piece, Strip},
};
use crate::graph::{
    json,
    schema::{StoredColumn, UserSelection},
};

/// What a user is written from.
#[derive(Clone, Copy)]
pub(crate) struct UserRow<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The user.
    pub user: UserView<'a>,
    /// Texts of licenses.
    pub book: &'a LicenseBook<'a>,
}

/// `,"id":"`
static ID: LazyLock<Piece> = LazyLock::new(|| Piece::new(",\"id\":\""));

impl<'a> UserRow<'a> {
    /// Appends the selected members, a comma before each. The strip is room for any user.
    pub fn write(&self, out: &mut Vec<u8>, selection: &UserSelection, strip: &mut Strip) {
        if let Some(end) = self.put_stored(strip, selection) {
            out.extend_from_slice(strip.until(end));
        } else {
            self.write_stored(out, &selection.stored);
            if selection.id {
                json::key(out, "id");
                id(self, out);
            }
        }
        for column in &selection.computed {
            json::key(out, column.property.name);
            (column.write)(self, out);
        }
    }

    /// What [`Self::write_stored`] writes, and the id, for nearly all users; nothing for the others.
    fn put_stored(&self, strip: &mut Strip, selection: &UserSelection) -> Option<usize> {
        if self.user.head.deleted.is_some() {
            return None;
        }
        let mut at = 0;
        let mut entries = self.user.record.entries();
        let mut entry = entries.next();
        for column in &selection.stored {
            while let Some((property, _)) = entry
                && property < column.property
            {
                entry = entries.next();
            }
            at = match entry {
                Some((property, packed)) if property == column.property => {
                    let at = strip.put(at, &column.opening)?;
                    match column.kind {
                        PropertyKind::Text { .. } => {
                            let at = strip.put_text(at, packed)?;
                            strip.put_byte(at, b'"')?
                        }
                        PropertyKind::Texts { .. } => put_texts(strip, at, packed)?,
                        _ => return None,
                    }
                }
                _ => strip.put(at, &column.absent)?,
            };
        }
        if selection.id {
            at = strip.put(at, &ID)?;
            at = strip.put_guid(at, self.user.id)?;
            at = strip.put_byte(at, b'"')?;
        }
        Some(at)
    }

    /// Walks the record and the selection together: both are in the order of tags.
    fn write_stored(&self, out: &mut Vec<u8>, columns: &[&StoredColumn]) {
        let is_deleted = self.user.head.deleted.is_some();
        let mut entries = self.user.record.entries().peekable();
        for column in columns {
            while entries
                .next_if(|(property, _)| *property < column.property)
                .is_some()
            {}
            match entries.next_if(|(property, _)| *property == column.property) {
                Some((property, packed)) => {
                    out.extend_from_slice(column.opening.bytes());
                    if is_deleted && property == UserProperty::UserPrincipalName {
                        // Entra frees the name for others by putting the id before it.
                        out.extend_from_slice(self.user.id.simple().to_string().as_bytes());
                    }
                    write_value(out, column, packed);
                }
                None => out.extend_from_slice(column.absent.bytes()),
            }
        }
    }

    /// Appends the value of one stored property.
    pub fn write_stored_value(&self, out: &mut Vec<u8>, column: &StoredColumn) {
        match self.user.record.packed(column.property) {
            Some(packed) => {
                if matches!(column.kind, PropertyKind::Text { .. }) {
                    out.push(b'"');
                }
                write_value(out, column, packed);
            }
            None if column.absent.bytes().ends_with(b"[]") => out.extend_from_slice(b"[]"),
            None => json::null(out),
        }
    }

    fn licenses(&self) -> impl Iterator<Item = License<'a>> {
        licenses_of(self.tenant, &self.user)
    }
}

/// Puts a list of texts; empty ones are not stored.
fn put_texts(strip: &mut Strip, mut at: usize, packed: &[u8]) -> Option<usize> {
    let mut before = b'[';
    for text in texts(packed) {
        at = strip.put_byte(at, before)?;
        at = strip.put_byte(at, b'"')?;
        at = strip.put_text(at, text.as_bytes())?;
        at = strip.put_byte(at, b'"')?;
        before = b',';
    }
    (before == b',').then_some(())?;
    strip.put_byte(at, b']')
}

fn write_value(out: &mut Vec<u8>, column: &StoredColumn, packed: &[u8]) {
    match column.kind {
        PropertyKind::Text { .. } => {
            json::escaped(out, packed);
            out.push(b'"');
        }
        PropertyKind::Texts { .. } => json::array(out, texts(packed), json::string),
        PropertyKind::Flag => json::flag(out, packed == [1]),
        PropertyKind::Json => out.extend_from_slice(packed),
        PropertyKind::Time | PropertyKind::Number => {
            match record::unpack(column.property, packed) {
                Some(PropertyValue::Time(at)) => json::timestamp(out, at),
                Some(PropertyValue::Number(number)) => json::number(out, i64::from(number)),
                _ => json::null(out),
            }
        }
    }
}

/// `id`
pub(crate) fn id(row: &UserRow<'_>, out: &mut Vec<u8>) {
    json::guid(out, row.user.id);
}

/// `accountEnabled`
pub(crate) fn account_enabled(row: &UserRow<'_>, out: &mut Vec<u8>) {
    json::flag(out, row.user.head.account_enabled);
}

/// `userType`
pub(crate) fn user_type(row: &UserRow<'_>, out: &mut Vec<u8>) {
    json::string(out, row.user.head.user_type.as_str());
}

/// `usageLocation`
pub(crate) fn usage_location(row: &UserRow<'_>, out: &mut Vec<u8>) {
    match &row.user.head.usage_location {
        Some(location) => json::string(out, location.as_str()),
        None => json::null(out),
    }
}

/// `createdDateTime`
pub(crate) fn created(row: &UserRow<'_>, out: &mut Vec<u8>) {
    json::timestamp(out, row.user.head.created);
}

/// `deletedDateTime`
pub(crate) fn deleted(row: &UserRow<'_>, out: &mut Vec<u8>) {
    match row.user.head.deleted {
        Some(at) => json::timestamp(out, at),
        None => json::null(out),
    }
}

/// `deviceEnrollmentLimit`: as the policy says that applies to the user.
pub(crate) fn device_enrollment_limit(row: &UserRow<'_>, out: &mut Vec<u8>) {
    json::count(out, row.tenant.device_limit_of(row.user.ordinal).into());
}

/// `passwordProfile`: passwords are never shown.
pub(crate) fn password_profile(_: &UserRow<'_>, out: &mut Vec<u8>) {
    json::null(out);
}

/// `serviceProvisioningErrors`: no service reports any.
pub(crate) fn service_provisioning_errors(_: &UserRow<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"[]");
}

/// `securityIdentifier`: if none is stored, Entra's, which is the object id as four numbers in .NET's byte order.
pub(crate) fn security_identifier(row: &UserRow<'_>, out: &mut Vec<u8>) {
    let stored = row.user.record.text(UserProperty::SecurityIdentifier);
    if stored.is_empty() {
        security_identifier_of(out, row.user.id);
    } else {
        json::string(out, stored);
    }
}

/// Appends the security identifier that Entra makes of an object id.
pub(crate) fn security_identifier_of(out: &mut Vec<u8>, id: Uuid) {
    out.extend_from_slice(b"\"S-1-12-1");
    let bytes = id.to_bytes_le();
    let (parts, _) = bytes.as_chunks::<4>();
    for part in parts {
        out.push(b'-');
        json::number(out, i64::from(u32::from_le_bytes(*part)));
    }
    out.push(b'"');
}

/// `identities`: the stored ones, or the one that every user has.
pub(crate) fn identities(row: &UserRow<'_>, out: &mut Vec<u8>) {
    let record: Record<'_> = row.user.record;
    if let Some(stored) = record.packed(UserProperty::Identities) {
        out.extend_from_slice(stored);
        return;
    }
    json::array(out, [row.user.principal_name()], |out, principal_name| {
        json::object(out, |out| {
            json::key(out, "signInType");
            json::string(out, "userPrincipalName");
            json::key(out, "issuer");
            json::string(out, row.tenant.default_domain());
            json::key(out, "issuerAssignedId");
            json::string(out, principal_name);
        });
    });
}

/// `assignedLicenses`
pub(crate) fn assigned_licenses(row: &UserRow<'_>, out: &mut Vec<u8>) {
    json::array(out, row.licenses(), |out, license| {
        row.book.get(&license).write_assigned_license(out);
    });
}

/// `assignedPlans`
pub(crate) fn assigned_plans(row: &UserRow<'_>, out: &mut Vec<u8>) {
    let texts = row
        .licenses()
        .map(|license| (row.book.get(&license), license.at))
        .filter(|(text, _)| text.has_plans());
    json::array(out, texts, |out, (text, at)| {
        text.write_assigned_plans(out, at);
    });
}

/// `provisionedPlans`
pub(crate) fn provisioned_plans(row: &UserRow<'_>, out: &mut Vec<u8>) {
    let texts = row
        .licenses()
        .map(|license| row.book.get(&license))
        .filter(|text| text.has_services());
    json::array(out, texts, |out, text| text.write_provisioned_plans(out));
}

/// `licenseAssignmentStates`: one per product and source.
pub(crate) fn license_assignment_states(row: &UserRow<'_>, out: &mut Vec<u8>) {
    let sources = row.tenant.sources(&row.user).into_iter();
    let sources = sources.filter_map(|source| Some((source, row.tenant.product(source.product)?)));
    json::array(out, sources, |out, (source, product)| {
        let group = source
            .group
            .and_then(|group| row.tenant.groups().get(group));
        let license = License {
            tenant: row.tenant,
            ordinal: source.product,
            product,
            disabled: source.disabled,
            at: source.at,
        };
        let group = group.map(|group| group.id);
        row.book
            .get(&license)
            .write_state(out, group, source.state, source.at);
    });
}
