//! `Change user license`: which products of one user came and went in a change, and why others did not.

use zetel_domain::{
    Event, Tenant,
    assignment::{Source, Verdict, Violation, refusal_of},
    event::Grant,
    group::GroupOrdinal,
    product::ProductOrdinal,
    user::UserOrdinal,
};

use super::{
    entries::{LicenseKind, event_users},
    modified::{Modified, list_of_texts, product_text},
};
use crate::graph::error::GraphError;

/// What happened to one user's licenses in a change.
#[derive(Default)]
pub(super) struct LicenseChange {
    /// Products that went, or that went in this form.
    old: Vec<(ProductOrdinal, Option<u128>)>,
    /// Products that came.
    new: Vec<(ProductOrdinal, Option<u128>)>,
    /// Groups whose product could not be applied, and why.
    failures: Vec<(GroupOrdinal, ProductOrdinal, Violation)>,
}

impl LicenseChange {
    /// What the events of a change did to one user, in one way.
    pub fn of(tenant: &Tenant, events: &[Event], kind: LicenseKind, user: UserOrdinal) -> Self {
        let mut change = Self::default();
        for event in events {
            let concerns = event_users(event, kind).is_some_and(|users| users.contains(user));
            if concerns {
                change.add(tenant, events, event);
            }
        }
        change
    }

    fn add(&mut self, tenant: &Tenant, events: &[Event], event: &Event) {
        match event {
            Event::AssignmentsChanged { removed, added, .. } => {
                let product = |grant: &Grant| (grant.product, Some(grant.disabled));
                self.old.extend(removed.iter().map(product));
                self.new.extend(added.iter().map(product));
                self.failures
                    .extend(added.iter().filter_map(|grant| match grant.source {
                        Source::Kept { group, violation } => {
                            Some((group, grant.product, violation))
                        }
                        _ => None,
                    }));
            }
            Event::Decided {
                group,
                product,
                before,
                after,
                ..
            } => {
                let given = |verdict: &Option<Verdict>, is_old| {
                    let given = verdict.and_then(|verdict| verdict.given(*product))?;
                    let disabled = disabled_in(tenant, events, *group, *product, is_old);
                    Some((given, disabled.filter(|_| given == *product)))
                };
                self.old.extend(given(before, true));
                self.new.extend(given(after, false));
                if let Some(Verdict::Failed(violation)) = after {
                    self.failures.push((*group, *product, *violation));
                }
            }
            _ => {}
        }
    }

    /// The products as Graph's `modifiedProperties` have them.
    pub fn modified(&self, tenant: &Tenant) -> Modified {
        let texts = |products: &[(ProductOrdinal, Option<u128>)]| -> Vec<String> {
            products
                .iter()
                .map(|(product, disabled)| product_text(tenant, *product, *disabled))
                .collect()
        };
        Modified::between(
            "AssignedLicense",
            Some(list_of_texts(&texts(&self.old))),
            Some(list_of_texts(&texts(&self.new))),
        )
    }

    /// Why licenses were not applied, in the words of licensing.md 2.2; one that failed with others comes last.
    pub fn reason(&self, tenant: &Tenant, user: UserOrdinal) -> Option<String> {
        let failure = self
            .failures
            .iter()
            .min_by_key(|(.., violation)| *violation == Violation::Other)?;
        Some(reason_of(tenant, user, *failure))
    }

    /// The groups whose products could not be applied.
    pub fn groups(&self) -> impl Iterator<Item = GroupOrdinal> {
        self.failures.iter().map(|(group, ..)| *group)
    }
}

/// The plans that are off in a product of a group, before or after a change: as the change says, or else as it is today.
fn disabled_in(
    tenant: &Tenant,
    events: &[Event],
    of: GroupOrdinal,
    product: ProductOrdinal,
    is_old: bool,
) -> Option<u128> {
    let set = events.iter().find_map(|event| match event {
        Event::GroupLicensesChanged {
            group,
            removed,
            added,
            ..
        } if *group == of => if is_old { removed } else { added }
            .iter()
            .find(|grant| grant.product == product)
            .map(|grant| grant.disabled),
        _ => None,
    });
    set.or_else(|| Some(tenant.groups().get(of)?.license(product)?.disabled))
}

/// If the error is still there, exactly what is in the way; otherwise what the kind of the error says.
fn reason_of(
    tenant: &Tenant,
    user: UserOrdinal,
    (group, product, violation): (GroupOrdinal, ProductOrdinal, Violation),
) -> String {
    let today = tenant.users().view(user).and_then(|view| {
        let sources = tenant.sources(&view);
        let source = sources.iter().find(|source| {
            source.group == Some(group)
                && source.product == product
                && source.state.violation() == Some(violation)
        })?;
        refusal_of(tenant, &view, source)
    });
    let sku_id = tenant
        .product(product)
        .map(|product| product.sku_id)
        .unwrap_or_default();
    match (violation, today) {
        (Violation::Other, _) => {
            "License assignment failed because another license of the same group could not be assigned.".to_owned()
        }
        (_, Some(rejection)) => GraphError::from(&rejection).message.into_owned(),
        (Violation::Count, None) => {
            format!("Subscription with SKU {sku_id} does not have any available licenses.")
        }
        (Violation::MutuallyExclusive, None) => format!(
            "License assignment failed because service plans of license {sku_id} and of another license are mutually exclusive."
        ),
        (Violation::Dependency, None) => format!(
            "License assignment failed because a service plan depends on service plans, in license {sku_id} or in another one."
        ),
        (Violation::ProhibitedInUsageLocation, None) => format!(
            "License assignment failed because license {sku_id} is not available in the usage location of the user."
        ),
        (Violation::Uniqueness, None) => {
            "License assignment failed because a proxy address of the user is already being used.".to_owned()
        }
    }
}
