//! What touches licenses of users and groups.

use std::collections::BTreeSet;

use super::{Parts, Touched, of_user};
use crate::{
    event::Event,
    group::{Group, GroupOrdinal},
    product::ProductOrdinal,
    state::Bits,
    tenant::Tenant,
};

/// Everything about a user's licenses: which ones, and the plans in them.
pub(super) const ALL_OF_LICENSES: Parts = of_user::LICENSES.union(of_user::PRODUCT_STATE);

impl Touched {
    pub(super) fn note_licenses(&mut self, event: &Event, tenant: &Tenant) {
        match event {
            Event::AssignmentsChanged { users, .. } | Event::Decided { users, .. } => {
                self.touch_users(users, ALL_OF_LICENSES);
            }
            Event::GroupLicensesChanged {
                group,
                removed,
                added,
                ..
            } => {
                self.touch_group_licenses(*group);
                let is_changed = |product| {
                    let mut grants = removed.iter().chain(added);
                    grants.any(|grant| grant.product == product)
                };
                if let Some(group) = tenant.groups().get(*group) {
                    self.users
                        .add_all(&decided(group, is_changed), ALL_OF_LICENSES);
                }
            }
            Event::PolicyChanged { before, after } if before.nests() != after.nests() => {
                self.users
                    .add_all(&holders_of_anything(tenant), ALL_OF_LICENSES);
            }
            Event::PlansSwitchedOff { product, .. } => {
                self.note_plans(tenant, |changed| changed == *product);
            }
            Event::CatalogAdopted { .. } => self.note_plans(tenant, |_| true),
            _ => {}
        }
    }

    /// The plans of some products are others, or others of them are off, in all licenses that there are.
    fn note_plans(&mut self, tenant: &Tenant, is_changed: impl Fn(ProductOrdinal) -> bool) {
        self.users
            .add_all(&users_with(tenant, &is_changed), ALL_OF_LICENSES);
        for (ordinal, group) in tenant.groups().iter() {
            if group
                .licenses
                .iter()
                .any(|license| is_changed(license.product))
            {
                self.touch_group_licenses(ordinal);
            }
        }
    }
}

/// Users for whom a group's products were decided, however.
pub(super) fn decided(group: &Group, is_concerned: impl Fn(ProductOrdinal) -> bool) -> Bits {
    let mut users = Bits::new();
    for ((product, _), decided) in &group.decisions {
        if is_concerned(*product) {
            users.union_with(decided);
        }
    }
    users
}

/// Users, deleted ones included, who have a license or were meant to have one.
pub(super) fn holders_of_anything(tenant: &Tenant) -> Bits {
    users_with(tenant, &|_| true)
}

fn users_with(tenant: &Tenant, is_concerned: &impl Fn(ProductOrdinal) -> bool) -> Bits {
    let mut users = Bits::new();
    for (product, _) in tenant.products().filter(|(one, _)| is_concerned(*one)) {
        if let Some(assigned) = tenant.assigned(product) {
            users.union_with(assigned);
        }
    }
    for (_, group) in tenant.groups().iter() {
        users.union_with(&decided(group, is_concerned));
    }
    users
}

/// Users in a group and in the groups in it, live or not.
pub(super) fn below(tenant: &Tenant, group: GroupOrdinal) -> Bits {
    let mut users = Bits::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![group];
    while let Some(next) = open.pop() {
        if let Some(group) = tenant.groups().get(next)
            && seen.insert(next)
        {
            users.union_with(&group.members);
            open.extend(&group.subgroups);
        }
    }
    users
}
