//! Licenses of users. What depends only on product, disabled plans and the product's state is written once and then
//! copied (licensing.md 1.5 to 1.8, 6.2).

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    iter,
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use parking_lot::RwLock;
use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    assignment::{LicenseState, Violation},
    catalog::{AppliesTo, ServicePlan},
    product::{OwnedProduct, ProductOrdinal},
    subscription::Status,
    user::UserView,
};

use crate::graph::{
    json,
    schema::{Column, Entity, Property, Selection, Type},
    time,
};

/// A user's license for a product, all sources together: a plan is on if any source leaves it on (licensing.md 3.2).
#[derive(Clone, Copy, Debug)]
pub(crate) struct License<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The product's place.
    pub ordinal: ProductOrdinal,
    /// The product.
    pub product: &'a OwnedProduct,
    /// Plans that every source switches off.
    pub disabled: u128,
    /// When the oldest source was last changed.
    pub at: Timestamp,
}

impl License<'_> {
    /// The product's state.
    pub fn status(&self) -> Status {
        self.tenant.seats(self.ordinal).status()
    }
}

/// A user's licenses, one per product.
pub(crate) fn licenses_of<'a>(
    tenant: &'a Tenant,
    user: &UserView<'a>,
) -> impl Iterator<Item = License<'a>> {
    // Whoever is in no group has what is their own, which is nearly everybody where nobody licenses groups.
    let own = user
        .memberships
        .is_empty()
        .then(|| own_licenses(tenant, *user));
    let all = own.is_none().then(|| all_licenses(tenant, user));
    own.into_iter().flatten().chain(all.into_iter().flatten())
}

fn own_licenses<'a>(tenant: &'a Tenant, user: UserView<'a>) -> impl Iterator<Item = License<'a>> {
    let mut sources = user
        .holdings
        .iter()
        .filter_map(|holding| Some((holding, tenant.shape(holding.shape)?)))
        .peekable();
    iter::from_fn(move || {
        let (holding, shape) = sources.next()?;
        let product = tenant.product(shape.product)?;
        let (mut disabled, mut at) = (shape.disabled, holding.at());
        while let Some((holding, shape)) =
            sources.next_if(|(_, next)| next.product == shape.product)
        {
            disabled &= shape.disabled;
            at = at.min(holding.at());
        }
        Some(License {
            tenant,
            ordinal: shape.product,
            product,
            disabled,
            at,
        })
    })
}

fn all_licenses<'a>(
    tenant: &'a Tenant,
    user: &UserView<'a>,
) -> impl Iterator<Item = License<'a>> + use<'a> {
    let licenses = tenant.effective(user).into_iter();
    licenses.filter_map(move |license| {
        Some(License {
            tenant,
            ordinal: license.product,
            product: tenant.product(license.product)?,
            disabled: license.disabled,
            at: license.at,
        })
    })
}

/// The entity of `/users/{id}/licenseDetails`.
pub(crate) struct LicenseDetails;

impl Entity for LicenseDetails {
    type Row<'a> = License<'a>;
    const NAME: &'static str = "licenseDetails";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(
            Property::new("id", Type::Text).required(),
            |license, out| {
                json::string(
                    out,
                    &license_details_id(license.tenant.id(), license.product.sku_id),
                );
            },
        ),
        Column::new(
            Property::new("servicePlans", Type::Complex("servicePlanInfo")).many(),
            |license, out| {
                let of_product = license.status();
                let plans = license.product.plans_with_state(license.disabled);
                json::array(out, plans, |out, (owned, enabled)| {
                    let status = provisioning_status(&owned.plan, enabled, of_product);
                    service_plan_info(out, &owned.plan, status);
                });
            },
        ),
        Column::new(Property::new("skuId", Type::Guid), |license, out| {
            json::guid(out, license.product.sku_id);
        }),
        Column::new(
            Property::new("skuPartNumber", Type::Text),
            |license, out| {
                json::string(out, &license.product.part_number);
            },
        ),
    ];
}

/// The id of licenseDetails: unpadded base64url of tenant id and product id in .NET's byte order (licensing.md 1.5).
pub(crate) fn license_details_id(tenant_id: Uuid, sku_id: Uuid) -> String {
    let bytes = [tenant_id.to_bytes_le(), sku_id.to_bytes_le()].concat();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The product that an id of licenseDetails names, if it is one of this tenant.
pub(crate) fn parse_license_details_id(tenant_id: Uuid, text: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (tenant, product) = bytes.split_first_chunk::<16>()?;
    let product: [u8; 16] = product.try_into().ok()?;
    (Uuid::from_bytes_le(*tenant) == tenant_id).then(|| Uuid::from_bytes_le(product))
}

/// Graph's `provisioningStatus` of a plan (licensing.md 1.6 and 6.2).
pub(crate) const fn provisioning_status(
    plan: &ServicePlan,
    enabled: bool,
    product: Status,
) -> &'static str {
    if !enabled || !product.is_assignable() {
        "Disabled"
    } else if plan.pending_activation {
        "PendingActivation"
    } else {
        "Success"
    }
}

/// Appends a `servicePlanInfo`.
pub(crate) fn service_plan_info(out: &mut Vec<u8>, plan: &ServicePlan, status: &str) {
    json::object(out, |out| {
        json::key(out, "servicePlanId");
        json::guid(out, plan.id);
        json::key(out, "servicePlanName");
        json::string(out, &plan.name);
        json::key(out, "provisioningStatus");
        json::string(out, status);
        json::key(out, "appliesTo");
        json::string(out, applies_to(plan.applies_to));
    });
}

/// Graph's word.
pub(crate) const fn applies_to(whom: AppliesTo) -> &'static str {
    match whom {
        AppliesTo::User => "User",
        AppliesTo::Company => "Company",
    }
}

/// Text with the same point in time at some places.
#[derive(Debug, Default)]
struct Dated {
    text: Vec<u8>,
    places: Vec<usize>,
}

impl Dated {
    /// Appends room for the time, with its quotes.
    fn push_time(&mut self) {
        self.places.push(self.text.len() + 1);
        json::timestamp(&mut self.text, Timestamp(0));
    }

    fn write(&self, out: &mut Vec<u8>, at: Timestamp) {
        let start = out.len();
        out.extend_from_slice(&self.text);
        let text = time::format(at);
        for place in &self.places {
            if let Some(room) = out.get_mut(start + place..start + place + text.len()) {
                room.copy_from_slice(&text);
            }
        }
    }
}

/// Everything that is written about one license, ready to be copied. Lists are without their brackets.
#[derive(Debug)]
pub(crate) struct LicenseText {
    details: Vec<u8>,
    assigned_license: Vec<u8>,
    assigned_plans: Dated,
    provisioned_plans: Vec<u8>,
    /// A `licenseAssignmentState` up to the value of `assignedByGroup`.
    state: Vec<u8>,
}

impl LicenseText {
    fn new(license: &License<'_>) -> Self {
        let mut details = Vec::new();
        // Without `$select` there is nothing that could fail.
        if let Ok(selection) = Selection::<LicenseDetails>::parse(None) {
            json::object(&mut details, |out| selection.write(out, license));
        }
        let mut assigned = Vec::new();
        assigned_license(&mut assigned, license.product, license.disabled);
        Self {
            details,
            assigned_license: assigned,
            assigned_plans: assigned_plans(license),
            provisioned_plans: provisioned_plans(license),
            state: state(license),
        }
    }

    /// The licenseDetails.
    pub fn details(&self) -> &[u8] {
        &self.details
    }

    /// Appends the `assignedLicense`.
    pub fn write_assigned_license(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.assigned_license);
    }

    /// Appends the `assignedPlan`s, if any, with commas between them.
    pub fn write_assigned_plans(&self, out: &mut Vec<u8>, at: Timestamp) {
        self.assigned_plans.write(out, at);
    }

    /// Appends the `provisionedPlan`s, if any, with commas between them.
    pub fn write_provisioned_plans(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.provisioned_plans);
    }

    /// Appends the `licenseAssignmentState` of one assignment: direct, or through the group with this id.
    pub fn write_state(
        &self,
        out: &mut Vec<u8>,
        group: Option<Uuid>,
        state: LicenseState,
        at: Timestamp,
    ) {
        out.extend_from_slice(&self.state);
        match group {
            Some(group) => json::guid(out, group),
            None => json::null(out),
        }
        json::key(out, "state");
        json::string(out, state.as_str());
        json::key(out, "error");
        // Without an error the service writes the text `None` (licensing.md 1.7).
        json::string(out, state.violation().map_or("None", Violation::as_str));
        json::key(out, "lastUpdatedDateTime");
        json::timestamp(out, at);
        out.push(b'}');
    }

    /// Whether any plan is on.
    pub fn has_plans(&self) -> bool {
        !self.assigned_plans.text.is_empty()
    }

    /// Whether any plan is on whose service is known.
    pub fn has_services(&self) -> bool {
        !self.provisioned_plans.is_empty()
    }
}

/// Appends an `assignedLicense`: a product with the plans that are off.
pub(crate) fn assigned_license(out: &mut Vec<u8>, product: &OwnedProduct, disabled: u128) {
    json::object(out, |out| {
        json::key(out, "disabledPlans");
        disabled_plans(out, product, disabled);
        json::key(out, "skuId");
        json::guid(out, product.sku_id);
    });
}

fn disabled_plans(out: &mut Vec<u8>, product: &OwnedProduct, disabled: u128) {
    let plans = product.disabled_plans(disabled);
    json::array(out, plans, |out, owned| json::guid(out, owned.plan.id));
}

fn assigned_plans(license: &License<'_>) -> Dated {
    let mut dated = Dated::default();
    let status = license.status();
    for (owned, enabled) in license.product.plans_with_state(license.disabled) {
        if !enabled {
            continue;
        }
        if !dated.text.is_empty() {
            dated.text.push(b',');
        }
        dated.text.extend_from_slice(b"{\"assignedDateTime\":");
        dated.push_time();
        let out = &mut dated.text;
        json::key(out, "capabilityStatus");
        json::string(out, status.as_str());
        json::key(out, "service");
        json::string_or_null(out, &owned.plan.service);
        json::key(out, "servicePlanId");
        json::guid(out, owned.plan.id);
        out.push(b'}');
    }
    dated
}

fn provisioned_plans(license: &License<'_>) -> Vec<u8> {
    let enabled = license
        .product
        .plans_with_state(license.disabled)
        .filter(|(owned, enabled)| *enabled && !owned.plan.service.is_empty());
    let status = license.status();
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (owned, _) in enabled {
        if seen.insert(owned.plan.service.as_str()) {
            if !out.is_empty() {
                out.push(b',');
            }
            provisioned_plan(&mut out, &owned.plan.service, status);
        }
    }
    out
}

/// Appends a `provisionedPlan`.
pub(crate) fn provisioned_plan(out: &mut Vec<u8>, service: &str, status: Status) {
    json::object(out, |out| {
        json::key(out, "capabilityStatus");
        json::string(out, status.as_str());
        json::key(out, "provisioningStatus");
        json::string(out, "Success");
        json::key(out, "service");
        json::string(out, service);
    });
}

fn state(license: &License<'_>) -> Vec<u8> {
    let mut out = b"{\"skuId\":".to_vec();
    json::guid(&mut out, license.product.sku_id);
    json::key(&mut out, "disabledPlans");
    disabled_plans(&mut out, license.product, license.disabled);
    json::key(&mut out, "assignedByGroup");
    out
}

/// What a text was made from. A product changes only together with the catalog's digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct TextKey {
    tenant_id: Uuid,
    catalog_digest: [u8; 32],
    product: u16,
    disabled: u128,
    status: u8,
}

/// More texts than a tenant has shapes. When it is full it starts anew: a text takes microseconds to make.
const MAXIMUM_TEXTS: usize = 4096;

/// Texts of licenses by what they are made from.
#[derive(Default)]
pub(crate) struct LicenseTexts {
    texts: RwLock<HashMap<TextKey, Arc<LicenseText>>>,
}

impl LicenseTexts {
    /// The text of a license.
    pub fn get(&self, license: &License<'_>) -> Arc<LicenseText> {
        let key = TextKey {
            tenant_id: license.tenant.id(),
            catalog_digest: license.tenant.catalog_digest(),
            product: license.ordinal.0,
            disabled: license.disabled,
            status: license.status() as u8,
        };
        if let Some(text) = self.texts.read().get(&key) {
            return Arc::clone(text);
        }
        let text = Arc::new(LicenseText::new(license));
        let mut texts = self.texts.write();
        if texts.len() >= MAXIMUM_TEXTS {
            texts.clear();
        }
        texts.insert(key, Arc::clone(&text));
        text
    }
}

/// More kinds of licenses than a page usually has; looking through them all must not cost more than asking.
const MAXIMUM_SEEN: usize = 32;

/// The texts that one answer needs: a page of users asks for the same few again and again.
pub(crate) struct LicenseBook<'a> {
    texts: &'a LicenseTexts,
    seen: RefCell<Vec<(ProductOrdinal, u128, Arc<LicenseText>)>>,
}

impl<'a> LicenseBook<'a> {
    /// For one answer, from one state of a tenant.
    pub const fn new(texts: &'a LicenseTexts) -> Self {
        Self {
            texts,
            seen: RefCell::new(Vec::new()),
        }
    }

    /// The text of a license.
    pub fn get(&self, license: &License<'_>) -> Arc<LicenseText> {
        let mut seen = self.seen.borrow_mut();
        let known = seen.iter().find(|(product, disabled, _)| {
            (*product, *disabled) == (license.ordinal, license.disabled)
        });
        if let Some((.., text)) = known {
            return Arc::clone(text);
        }
        let text = self.texts.get(license);
        if seen.len() < MAXIMUM_SEEN {
            seen.push((license.ordinal, license.disabled, Arc::clone(&text)));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_license_details_are_those_of_the_service() {
        // Both ids of the sample in Microsoft's documentation.
        let tenant_id = Uuid::from_u128(0xdcd219dd_bc68_4b9b_bf0b_4a33a796be35);
        let sku_id = Uuid::from_u128(0xc7df2760_2c81_4ef7_b578_5b5392b571df);
        let id = license_details_id(tenant_id, sku_id);
        assert_eq!(id, "3RnS3Gi8m0u_C0ozp5a-NWAn38eBLPdOtXhbU5K1cd8");
        assert_eq!(parse_license_details_id(tenant_id, &id), Some(sku_id));
        assert_eq!(parse_license_details_id(sku_id, &id), None);
        for wrong in ["", "=", &id[1..], "a"] {
            assert_eq!(parse_license_details_id(tenant_id, wrong), None);
        }
    }
}
