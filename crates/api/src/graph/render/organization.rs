//! The organization (licensing.md 1.10).

use std::collections::BTreeMap;

use uuid::Uuid;
use zetel_domain::{Tenant, Timestamp, directory::Domain, subscription::Status};

use super::license::provisioned_plan;
use crate::graph::{
    json,
    schema::{Column, Entity, Property, Type},
};

/// The entity of `/organization`.
pub(crate) struct Organization;

const fn nothing(name: &'static str, kind: Type) -> Column<Organization> {
    Column::new(Property::new(name, kind), |_, out| json::null(out))
}

const fn none(name: &'static str) -> Column<Organization> {
    Column::new(Property::new(name, Type::Text).many(), |_, out| {
        out.extend_from_slice(b"[]");
    })
}

impl Entity for Organization {
    type Row<'a> = &'a Tenant;
    const NAME: &'static str = "organization";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(Property::new("id", Type::Text).required(), |tenant, out| {
            json::guid(out, tenant.id());
        }),
        nothing("deletedDateTime", Type::Time),
        none("businessPhones"),
        nothing("city", Type::Text),
        nothing("country", Type::Text),
        nothing("countryLetterCode", Type::Text),
        Column::new(
            Property::new("createdDateTime", Type::Time),
            |tenant, out| {
                json::timestamp(out, tenant.created());
            },
        ),
        Column::new(
            Property::new("defaultUsageLocation", Type::Text),
            |tenant, out| match &tenant.profile().default_usage_location {
                Some(location) => json::string(out, location.as_str()),
                None => json::null(out),
            },
        ),
        Column::new(Property::new("displayName", Type::Text), |tenant, out| {
            json::string(out, &tenant.profile().display_name);
        }),
        none("marketingNotificationEmails"),
        Column::new(
            Property::new(
                "mobileDeviceManagementAuthority",
                Type::Enum("mdmAuthority"),
            )
            .required()
            .on_request(),
            |tenant, out| json::string(out, tenant.device_settings().authority.as_str()),
        ),
        nothing("onPremisesLastSyncDateTime", Type::Time),
        nothing("onPremisesSyncEnabled", Type::Flag),
        nothing("partnerTenantType", Type::Text),
        nothing("postalCode", Type::Text),
        Column::new(
            Property::new("preferredLanguage", Type::Text),
            |tenant, out| {
                let language = tenant.profile().preferred_language.as_deref();
                json::string_or_null(out, language.unwrap_or_default());
            },
        ),
        nothing("privacyProfile", Type::Complex("privacyProfile")),
        none("securityComplianceNotificationMails"),
        none("securityComplianceNotificationPhones"),
        nothing("state", Type::Text),
        nothing("street", Type::Text),
        Column::new(
            Property::new("technicalNotificationMails", Type::Text).many(),
            |tenant, out| {
                let mails = &tenant.profile().technical_notification_mails;
                json::array(out, mails, |out, mail| json::string(out, mail));
            },
        ),
        Column::new(Property::new("tenantType", Type::Text), |_, out| {
            json::string(out, "AAD");
        }),
        Column::new(
            Property::new("assignedPlans", Type::Complex("assignedPlan")).many(),
            |tenant, out| json::array(out, plans(tenant), assigned_plan),
        ),
        Column::new(
            Property::new("provisionedPlans", Type::Complex("provisionedPlan")).many(),
            |tenant, out| {
                json::array(out, services(tenant), |out, (service, status)| {
                    provisioned_plan(out, service, status);
                });
            },
        ),
        Column::new(
            Property::new("verifiedDomains", Type::Complex("verifiedDomain")).many(),
            |tenant, out| json::array(out, tenant.domains(), verified_domain),
        ),
    ];
}

/// A plan that the tenant has, from whatever product gives it in the best state.
struct TenantPlan<'a> {
    id: Uuid,
    service: &'a str,
    status: Status,
    since: Timestamp,
}

/// The plans of all owned products, each once, the best state first (licensing.md 6.2).
fn plans(tenant: &Tenant) -> impl Iterator<Item = TenantPlan<'_>> {
    let mut plans: BTreeMap<Uuid, TenantPlan<'_>> = BTreeMap::new();
    for (ordinal, product) in tenant.products() {
        let bought = tenant
            .subscriptions_of(ordinal)
            .map(|subscription| subscription.created)
            .min();
        let Some(since) = bought else { continue };
        let status = tenant.seats(ordinal).status();
        for (owned, _) in product.plans_with_state(0) {
            let plan = plans.entry(owned.plan.id).or_insert(TenantPlan {
                id: owned.plan.id,
                service: &owned.plan.service,
                status,
                since,
            });
            plan.status = plan.status.min(status);
            plan.since = plan.since.min(since);
        }
    }
    plans.into_values()
}

fn services(tenant: &Tenant) -> BTreeMap<&str, Status> {
    let mut services = BTreeMap::new();
    for plan in plans(tenant).filter(|plan| !plan.service.is_empty()) {
        let status: &mut Status = services.entry(plan.service).or_insert(plan.status);
        *status = plan.status.min(*status);
    }
    services
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is handed to `json::array`, which gives items away"
)]
fn assigned_plan(out: &mut Vec<u8>, plan: TenantPlan<'_>) {
    json::object(out, |out| {
        json::key(out, "assignedDateTime");
        json::timestamp(out, plan.since);
        json::key(out, "capabilityStatus");
        json::string(out, plan.status.as_str());
        json::key(out, "service");
        json::string_or_null(out, plan.service);
        json::key(out, "servicePlanId");
        json::guid(out, plan.id);
    });
}

fn verified_domain(out: &mut Vec<u8>, domain: &Domain) {
    json::object(out, |out| {
        json::key(out, "capabilities");
        json::string(out, "Email, OfficeCommunicationsOnline");
        json::key(out, "isDefault");
        json::flag(out, domain.is_default);
        json::key(out, "isInitial");
        json::flag(out, domain.is_initial);
        json::key(out, "name");
        json::string(out, &domain.name);
        json::key(out, "type");
        json::string(out, "Managed");
    });
}
