//! Domains: `/domains`. All of them were proved.

use zetel_domain::directory::Domain;

use crate::graph::{
    json,
    schema::{Column, Entity, Property, Type},
};

/// The entity of `/domains`.
pub(crate) struct DomainEntity;

const fn one(name: &'static str) -> Property {
    Property::new(name, Type::Text)
}

const fn flag(name: &'static str) -> Property {
    Property::new(name, Type::Flag).required()
}

impl Entity for DomainEntity {
    type Row<'a> = &'a Domain;
    const NAME: &'static str = "domain";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(one("id").required(), |domain, out| {
            json::string(out, &domain.name);
        }),
        Column::new(one("authenticationType").required(), |_, out| {
            json::string(out, "Managed");
        }),
        Column::new(one("availabilityStatus"), |_, out| json::null(out)),
        Column::new(flag("isAdminManaged"), |_, out| json::flag(out, true)),
        Column::new(flag("isDefault"), |domain, out| {
            json::flag(out, domain.is_default);
        }),
        Column::new(flag("isInitial"), |domain, out| {
            json::flag(out, domain.is_initial);
        }),
        Column::new(flag("isRoot"), |_, out| json::flag(out, true)),
        Column::new(flag("isVerified"), |_, out| json::flag(out, true)),
        Column::new(
            Property::new("passwordNotificationWindowInDays", Type::Number),
            |_, out| json::null(out),
        ),
        // Passwords do not expire by themselves.
        Column::new(
            Property::new("passwordValidityPeriodInDays", Type::Number),
            |_, out| json::number(out, i64::from(i32::MAX)),
        ),
        Column::new(one("supportedServices").many(), |_, out| {
            out.extend_from_slice(br#"["Email","OfficeCommunicationsOnline"]"#);
        }),
    ];
    const NOT_IMPLEMENTED: &'static [&'static str] = &["manufacturer", "model", "state"];
}
