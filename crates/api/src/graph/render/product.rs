//! Products and subscriptions (licensing.md 1.1, 1.2, 1.9).

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    product::{OwnedProduct, ProductOrdinal},
    subscription::{Channel, SeatTotals, Status, Subscription},
};

use super::license::{applies_to, provisioning_status, service_plan_info};
use crate::graph::{
    json,
    schema::{Column, Entity, Property, Type},
};

/// What a product is written from.
pub(crate) struct ProductRow<'a> {
    tenant: &'a Tenant,
    ordinal: ProductOrdinal,
    product: &'a OwnedProduct,
    seats: SeatTotals,
}

impl<'a> ProductRow<'a> {
    /// All products with a subscription that is not deleted.
    pub fn all(tenant: &'a Tenant) -> impl Iterator<Item = Self> {
        tenant
            .products()
            .filter(|(ordinal, _)| tenant.owns(*ordinal))
            .map(move |(ordinal, product)| Self {
                tenant,
                ordinal,
                product,
                seats: tenant.seats(ordinal),
            })
    }

    /// The product with an id of the form `{tenantId}_{skuId}`.
    pub fn find(tenant: &'a Tenant, id: &str) -> Option<Self> {
        let (tenant_id, sku_id) = id.split_once('_')?;
        let is_own = Uuid::try_parse(tenant_id).ok()? == tenant.id();
        let sku_id = Uuid::try_parse(sku_id).ok().filter(|_| is_own)?;
        Self::all(tenant).find(|row| row.product.sku_id == sku_id)
    }
}

/// The entity of `/subscribedSkus`.
pub(crate) struct SubscribedSku;

impl Entity for SubscribedSku {
    type Row<'a> = ProductRow<'a>;
    const NAME: &'static str = "subscribedSku";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(Property::new("accountId", Type::Text), |row, out| {
            json::guid(out, row.tenant.id());
        }),
        Column::new(Property::new("accountName", Type::Text), |row, out| {
            json::string(out, &row.tenant.profile().display_name);
        }),
        Column::new(Property::new("appliesTo", Type::Text), |row, out| {
            json::string(out, applies_to(row.product.applies_to));
        }),
        Column::new(Property::new("capabilityStatus", Type::Text), |row, out| {
            json::string(out, row.seats.status().as_str());
        }),
        Column::new(Property::new("consumedUnits", Type::Number), |row, out| {
            json::count(out, row.seats.consumed);
        }),
        Column::new(Property::new("id", Type::Text).required(), |row, out| {
            json::string(out, &format!("{}_{}", row.tenant.id(), row.product.sku_id));
        }),
        Column::new(
            Property::new("prepaidUnits", Type::Complex("licenseUnitsDetail")),
            |row, out| prepaid_units(out, &row.seats),
        ),
        Column::new(
            Property::new("servicePlans", Type::Complex("servicePlanInfo")).many(),
            |row, out| service_plans(out, row.product, row.seats.status()),
        ),
        Column::new(Property::new("skuId", Type::Guid), |row, out| {
            json::guid(out, row.product.sku_id);
        }),
        Column::new(Property::new("skuPartNumber", Type::Text), |row, out| {
            json::string(out, &row.product.part_number);
        }),
        Column::new(
            Property::new("subscriptionIds", Type::Text).many(),
            |row, out| {
                let ids = row
                    .tenant
                    .subscriptions_of(row.ordinal)
                    .map(|subscription| subscription.id);
                json::array(out, ids, json::guid);
            },
        ),
    ];
}

fn prepaid_units(out: &mut Vec<u8>, seats: &SeatTotals) {
    json::object(out, |out| {
        for (name, units) in [
            ("enabled", seats.enabled),
            ("lockedOut", seats.locked_out),
            ("suspended", seats.suspended),
            ("warning", seats.warning),
        ] {
            json::key(out, name);
            json::count(out, units);
        }
    });
}

/// The plans of a product as the tenant has them: none is switched off for everybody.
fn service_plans(out: &mut Vec<u8>, product: &OwnedProduct, status: Status) {
    json::array(out, product.plans_with_state(0), |out, (owned, enabled)| {
        let status = provisioning_status(&owned.plan, enabled, status);
        service_plan_info(out, &owned.plan, status);
    });
}

/// What a subscription is written from.
pub(crate) struct SubscriptionRow<'a> {
    subscription: &'a Subscription,
    product: &'a OwnedProduct,
}

impl<'a> SubscriptionRow<'a> {
    /// All subscriptions ever bought: Graph shows deleted ones with that status.
    pub fn all(tenant: &'a Tenant) -> impl Iterator<Item = Self> {
        tenant.subscriptions().values().filter_map(|subscription| {
            Some(Self {
                subscription,
                product: tenant.product(subscription.product)?,
            })
        })
    }

    /// The subscription with an id.
    pub fn find(tenant: &'a Tenant, id: &str) -> Option<Self> {
        let id = Uuid::try_parse(id).ok()?;
        Self::all(tenant).find(|row| row.subscription.id == id)
    }

    /// The subscription with an id of the commerce system.
    pub fn find_commerce_id(tenant: &'a Tenant, id: &str) -> Option<Self> {
        let id = Uuid::try_parse(id).ok()?;
        Self::all(tenant).find(|row| row.subscription.commerce_id == id)
    }
}

/// The entity of `/directory/subscriptions`.
pub(crate) struct CompanySubscription;

impl Entity for CompanySubscription {
    type Row<'a> = SubscriptionRow<'a>;
    const NAME: &'static str = "companySubscription";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(Property::new("id", Type::Text).required(), |row, out| {
            json::guid(out, row.subscription.id);
        }),
        Column::new(
            Property::new("commerceSubscriptionId", Type::Text),
            |row, out| json::guid(out, row.subscription.commerce_id),
        ),
        Column::new(Property::new("createdDateTime", Type::Time), |row, out| {
            json::timestamp(out, row.subscription.created);
        }),
        Column::new(Property::new("isTrial", Type::Flag), |row, out| {
            json::flag(out, row.subscription.channel == Channel::Trial);
        }),
        Column::new(
            Property::new("nextLifecycleDateTime", Type::Time),
            |row, out| match row.subscription.next_change() {
                Some((at, _)) => json::timestamp(out, at),
                None => json::null(out),
            },
        ),
        Column::new(Property::new("ownerId", Type::Text), |row, out| {
            match row.subscription.owner_id {
                Some(id) => json::guid(out, id),
                None => json::null(out),
            }
        }),
        Column::new(
            Property::new("ownerTenantId", Type::Text),
            |row, out| match row.subscription.channel {
                Channel::CloudSolutionProvider { partner_tenant_id } => {
                    json::guid(out, partner_tenant_id);
                }
                _ => json::null(out),
            },
        ),
        Column::new(Property::new("ownerType", Type::Text), |row, out| match row
            .subscription
            .owner_id
        {
            Some(_) => json::string(out, "User"),
            None => json::null(out),
        }),
        Column::new(
            Property::new("serviceStatus", Type::Complex("servicePlanInfo")).many(),
            |row, out| service_plans(out, row.product, row.subscription.status),
        ),
        Column::new(Property::new("skuId", Type::Text), |row, out| {
            json::guid(out, row.product.sku_id);
        }),
        Column::new(Property::new("skuPartNumber", Type::Text), |row, out| {
            json::string(out, &row.product.part_number);
        }),
        Column::new(Property::new("status", Type::Text), |row, out| {
            json::string(out, row.subscription.status.as_str());
        }),
        Column::new(Property::new("totalLicenses", Type::Number), |row, out| {
            json::count(out, row.subscription.quantity);
        }),
    ];
}
