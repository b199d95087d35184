//! Settles a group for all its members at once: whole sets of users whose case is the same are decided as one.
//!
//! A member is *plain* if nothing that it has besides the group touches a rule that the group's products touch. Plain
//! members for whom the group's products are decided alike have the same outcome, so one of them is settled and the
//! others follow. All others are settled one by one, as is everybody when seats are scarce.

use std::collections::BTreeSet;

use super::consequences::Changes;
use crate::{
    assignment::{Decision, Retry, RuleSet, Seats, Verdict, Violation, settle},
    catalog::ProhibitedSubject,
    group::{Group, GroupLicense, GroupOrdinal},
    product::{OwnedProduct, ProductOrdinal},
    state::Bits,
    tenant::Tenant,
    user::{UserOrdinal, UserView},
};

/// Up to so many members are settled one by one.
const FEW: u32 = 32;
/// More sets than so many are not worth the while.
const MAX_CLASSES: usize = 64;

/// Settles the plain members of a group, and returns the others, who are to be settled one by one.
pub fn settle_group(
    before: &Tenant,
    tenant: &Tenant,
    ordinal: GroupOrdinal,
    changes: &mut Changes,
) -> Bits {
    let Some(group) = tenant.groups().get(ordinal) else {
        return Bits::default();
    };
    let old: &[GroupLicense] = before
        .groups()
        .get(ordinal)
        .map_or(&[], |group| &group.licenses);
    forget_deleted(tenant, ordinal, group, changes);
    let members = all_members(tenant, ordinal).intersection(tenant.users().live());
    if members.len() <= FEW || is_scarce(tenant, group, &members) {
        return members;
    }
    let special = special_members(tenant, ordinal, group, old, &members);
    let plain = members.difference(&special);
    let products: Vec<ProductOrdinal> = old
        .iter()
        .chain(&group.licenses)
        .map(|license| license.product)
        .collect();
    let Some(classes) = classes(group, &products, plain) else {
        return members;
    };
    let retry = Retry::Groups(BTreeSet::from([ordinal]));
    for class in classes {
        let Some(view) = class
            .first()
            .and_then(|user| tenant.users().view(UserOrdinal(user)))
        else {
            continue;
        };
        let settlement = settle(before, before, tenant, &view, &retry, &mut Seats::default());
        for decision in settlement.decisions {
            changes.add_set(decision, class.clone());
        }
        changes.add_own(settlement.removed, settlement.added, &class);
    }
    special
}

/// Users in a group, or in groups within it where the policy nests groups.
pub fn all_members(tenant: &Tenant, ordinal: GroupOrdinal) -> Bits {
    if !tenant.policy().nests() {
        return tenant
            .groups()
            .get(ordinal)
            .map_or_else(Bits::default, |group| group.members.clone());
    }
    let mut members = Bits::default();
    let mut seen = BTreeSet::new();
    let mut open = vec![ordinal];
    while let Some(next) = open.pop() {
        if let Some(group) = tenant.groups().get(next).filter(|group| group.is_live())
            && seen.insert(next)
        {
            members.union_with(&group.members);
            open.extend(&group.subgroups);
        }
    }
    members
}

/// What a group no longer gives is forgotten for users in the recycle bin, too.
fn forget_deleted(tenant: &Tenant, ordinal: GroupOrdinal, group: &Group, changes: &mut Changes) {
    for ((product, verdict), users) in &group.decisions {
        if group.license(*product).is_none() {
            let decision = Decision {
                group: ordinal,
                product: *product,
                before: Some(*verdict),
                after: None,
            };
            changes.add_set(decision, users.difference(tenant.users().live()));
        }
    }
}

/// Whether some product has fewer seats left than members who do not have it.
fn is_scarce(tenant: &Tenant, group: &Group, members: &Bits) -> bool {
    group.licenses.iter().any(|license| {
        let needed = tenant
            .holders(license.product)
            .map_or(members.len(), |holders| members.difference_len(holders));
        needed > tenant.seats(license.product).available()
    })
}

/// Splits users by how the products of their group were decided for them; nothing if there are too many ways.
fn classes(group: &Group, products: &[ProductOrdinal], users: Bits) -> Option<Vec<Bits>> {
    let mut classes = vec![users];
    for product in products {
        let mut finer = Vec::new();
        for class in classes {
            let mut rest = class;
            for (_, decided) in group.verdicts_of(*product) {
                let part = rest.intersection(decided);
                if !part.is_empty() {
                    rest.subtract(&part);
                    finer.push(part);
                }
            }
            if !rest.is_empty() {
                finer.push(rest);
            }
        }
        classes = finer;
        if classes.len() > MAX_CLASSES {
            return None;
        }
    }
    Some(classes)
}

/// At least the members for whom something besides the group matters.
fn special_members(
    tenant: &Tenant,
    ordinal: GroupOrdinal,
    group: &Group,
    old: &[GroupLicense],
    members: &Bits,
) -> Bits {
    let mut special = tenant.kept().union(tenant.ending());
    let gives_mailbox = group.licenses.iter().any(|license| {
        tenant
            .product(license.product)
            .is_some_and(|product| product.enables_mailbox(license.disabled))
    });
    if gives_mailbox {
        special.union_with(tenant.users().sharing_address());
    }
    let is_automatic = tenant.policy().is_automatic();
    for (_, other) in tenant
        .groups()
        .iter()
        .filter(|(other, _)| *other != ordinal)
    {
        for ((_, verdict), users) in &other.decisions {
            let matters = match verdict {
                Verdict::Active => false,
                Verdict::Failed(Violation::MutuallyExclusive) => true,
                Verdict::Fallback(_) | Verdict::Failed(_) => is_automatic,
            };
            if matters {
                special.union_with(users);
            }
        }
    }
    let new = plans_of(tenant, &group.licenses);
    let was = plans_of(tenant, old);
    for (product, owned) in tenant.products() {
        let forms = forms(tenant, product, owned);
        if touches(tenant, &was, &new, &forms) {
            special.union_with(&holders_elsewhere(tenant, ordinal, product));
        }
    }
    let mut special = special.intersection(members);
    if concerns_locations(tenant, group) {
        let default = tenant.profile().default_usage_location;
        let in_doubt = |user: &UserView<'_>| user.head.usage_location.or(default).is_some();
        special.extend(
            members
                .iter()
                .filter(|user| {
                    tenant
                        .users()
                        .view(UserOrdinal(*user))
                        .is_some_and(|view| in_doubt(&view))
                })
                .collect::<Vec<_>>(),
        );
    }
    special
}

fn plans_of(tenant: &Tenant, licenses: &[GroupLicense]) -> RuleSet {
    let mut set = RuleSet::default();
    for license in licenses {
        if let Some(product) = tenant.product(license.product) {
            product.add_rule_plans(license.disabled, &mut set);
        }
    }
    set
}

/// The plans of a product that rules name, in every form in which anybody has it: whole first.
fn forms(tenant: &Tenant, product: ProductOrdinal, owned: &OwnedProduct) -> Vec<RuleSet> {
    let of_users = tenant
        .shapes()
        .filter(|shape| shape.product == product)
        .map(|shape| shape.disabled);
    let of_groups = tenant
        .groups()
        .iter()
        .filter_map(|(_, group)| group.license(product))
        .map(|license| license.disabled);
    let masks: BTreeSet<u128> = of_users.chain(of_groups).collect();
    let form = |disabled| {
        let mut set = RuleSet::default();
        owned.add_rule_plans(disabled, &mut set);
        set
    };
    std::iter::once(0).chain(masks).map(form).collect()
}

/// Whether some rule may come out otherwise for users who have another product in one of some forms as well.
fn touches(tenant: &Tenant, was: &RuleSet, new: &RuleSet, forms: &[RuleSet]) -> bool {
    let own = was.union(new);
    let excludes = tenant.rules().exclusions().iter().any(|set| {
        own.intersects(set)
            && forms
                .iter()
                .any(|form| form.intersects(set) && own.union(form).count_common(set) > 1)
    });
    excludes
        || tenant
            .rules()
            .dependencies()
            .iter()
            .any(|(dependent, requires)| {
                let lacks = new.contains(*dependent)
                    && !new.intersects(requires)
                    && forms.iter().any(|form| form.intersects(requires));
                let goes = was.intersects(requires) && !was.common_is_within(requires, new);
                // What has in itself all that it needs does not miss what goes.
                let is_needed = goes
                    && forms
                        .iter()
                        .any(|form| form.contains(*dependent) && !form.intersects(requires));
                lacks || is_needed
            })
}

/// Users who have a product from anywhere but this group.
fn holders_elsewhere(tenant: &Tenant, ordinal: GroupOrdinal, product: ProductOrdinal) -> Bits {
    let gives = tenant.groups().get(ordinal).is_some_and(|group| {
        group
            .decisions
            .keys()
            .any(|(intended, verdict)| verdict.given(*intended) == Some(product))
    });
    if gives {
        tenant.holders_without(product, ordinal)
    } else {
        tenant.holders(product).cloned().unwrap_or_default()
    }
}

/// Whether a product of the group, or a plan of one, is prohibited anywhere.
fn concerns_locations(tenant: &Tenant, group: &Group) -> bool {
    let rules = &tenant.catalog().rules.prohibited_locations;
    group.licenses.iter().any(|license| {
        tenant.product(license.product).is_some_and(|product| {
            rules.iter().any(|rule| match rule.subject {
                ProhibitedSubject::Product(id) => id == product.sku_id,
                ProhibitedSubject::Plan(id) => product.plan_bit(id).is_some(),
            })
        })
    })
}
