//! What clients see of users and groups, read naively from two states and compared.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    assignment::{EffectiveLicense, LicenseState},
    delta::{Parts, Touched, of_group, of_user},
    group::{Group, GroupOrdinal},
    product::ProductOrdinal,
    subscription::Status,
    user::{UserProperty, UserView},
};

/// Everybody who looks different in two states is named, in what is different.
pub fn assert_named(old: &Tenant, new: &Tenant, touched: &Touched, context: &str) {
    for user in new.users().iter() {
        let before = old.users().view(user.ordinal);
        let parts = touched.users.parts_of(user.ordinal.0);
        for (part, name) in user_differences(old, before, new, user) {
            assert!(
                parts.meets(part),
                "{context}: {name} of user {} from generation to generation",
                user.ordinal.0
            );
        }
    }
    for (ordinal, group) in new.groups().iter() {
        let before = old.groups().get(ordinal);
        let parts = touched.groups.parts_of(ordinal.0);
        for (part, name) in group_differences(old, before, new, group) {
            assert!(
                parts.meets(part),
                "{context}: {name} of group {}",
                ordinal.0
            );
        }
        if group.is_live() && !touched.members_unknown {
            assert_members(old, new, (ordinal, group), touched, context);
        }
    }
}

type Differences = Vec<(Parts, &'static str)>;

fn user_differences(
    old: &Tenant,
    before: Option<UserView<'_>>,
    new: &Tenant,
    after: UserView<'_>,
) -> Differences {
    let Some(before) = before.filter(|before| before.head.state() == after.head.state()) else {
        return vec![(Parts::WHOLE, "existence")];
    };
    if !after.is_live() {
        return Vec::new();
    }
    let (was, is) = (before.record.properties(), after.record.properties());
    let stored = UserProperty::each().filter(|property| was.get(property) != is.get(property));
    let mut found: Differences = stored
        .map(|property| (Parts::of(property), property.schema().name))
        .collect();
    let (head, then) = (after.head, before.head);
    let more = [
        (
            head.account_enabled != then.account_enabled,
            of_user::ACCOUNT_ENABLED,
            "accountEnabled",
        ),
        (
            head.user_type != then.user_type,
            of_user::USER_TYPE,
            "userType",
        ),
        (
            head.usage_location != then.usage_location,
            of_user::USAGE_LOCATION,
            "usageLocation",
        ),
        (
            licenses(old, &before) != licenses(new, &after),
            of_user::LICENSES,
            "licenses",
        ),
        (
            states(old, &before) != states(new, &after),
            of_user::PRODUCT_STATE,
            "states of plans",
        ),
        (
            old.default_domain() != new.default_domain(),
            Parts::of(UserProperty::Identities),
            "identities",
        ),
    ];
    found.extend(
        more.iter()
            .filter(|(is, _, _)| *is)
            .map(|(_, part, name)| (*part, *name)),
    );
    found
}

/// The plans of a product that are off, by their ids: bits mean another plan under another catalog.
fn off(tenant: &Tenant, product: ProductOrdinal, disabled: u128) -> BTreeSet<Uuid> {
    let product = tenant.product(product).unwrap();
    product
        .disabled_plans(disabled)
        .map(|owned| owned.plan.id)
        .collect()
}

type License = (
    ProductOrdinal,
    Option<GroupOrdinal>,
    LicenseState,
    BTreeSet<Uuid>,
    i64,
);

fn licenses(tenant: &Tenant, user: &UserView<'_>) -> Vec<License> {
    let sources = tenant.sources(user).into_iter();
    sources
        .map(|one| {
            let off = off(tenant, one.product, one.disabled);
            (one.product, one.group, one.state, off, one.at.0)
        })
        .collect()
}

/// A product with its state, its plans with whether they are on, and since when.
type State = (ProductOrdinal, Status, Vec<(Uuid, String, bool)>, i64);

/// What plans a user has since when, and the state of their products.
fn states(tenant: &Tenant, user: &UserView<'_>) -> Vec<State> {
    let each = |license: EffectiveLicense| {
        let product = tenant.product(license.product).unwrap();
        let plans = product.plans_with_state(license.disabled);
        let plans = plans.map(|(owned, is_on)| (owned.plan.id, owned.plan.service.clone(), is_on));
        let status = tenant.seats(license.product).status();
        (license.product, status, plans.collect(), license.at.0)
    };
    tenant.effective(user).into_iter().map(each).collect()
}

fn group_differences(
    old: &Tenant,
    before: Option<&Group>,
    new: &Tenant,
    after: &Group,
) -> Differences {
    let Some(before) = before.filter(|before| before.state() == after.state()) else {
        return vec![(Parts::WHOLE, "existence")];
    };
    let (was, is) = (&before.definition, &after.definition);
    let licenses = |tenant: &Tenant, group: &Group| -> Vec<(ProductOrdinal, BTreeSet<Uuid>)> {
        let each = group.licenses.iter();
        each.map(|one| (one.product, off(tenant, one.product, one.disabled)))
            .collect()
    };
    let all = [
        (
            was.display_name != is.display_name,
            of_group::DISPLAY_NAME,
            "displayName",
        ),
        (
            was.description != is.description,
            of_group::DESCRIPTION,
            "description",
        ),
        (
            was.mail_nickname != is.mail_nickname,
            of_group::MAIL_NICKNAME,
            "mailNickname",
        ),
        (was.mail != is.mail, of_group::MAIL, "mail"),
        (
            was.mail_enabled != is.mail_enabled,
            of_group::MAIL_ENABLED,
            "mailEnabled",
        ),
        (
            was.security_enabled != is.security_enabled,
            of_group::SECURITY_ENABLED,
            "securityEnabled",
        ),
        (was.unified != is.unified, of_group::TYPES, "groupTypes"),
        (
            was.is_dynamic() != is.is_dynamic(),
            of_group::TYPES,
            "groupTypes",
        ),
        (
            was.role_assignable != is.role_assignable,
            of_group::ROLE_ASSIGNABLE,
            "isAssignableToRole",
        ),
        (
            was.visibility != is.visibility,
            of_group::VISIBILITY,
            "visibility",
        ),
        (was.rule != is.rule, of_group::RULE, "membershipRule"),
        (
            was.rule_paused != is.rule_paused,
            of_group::RULE_STATE,
            "membershipRuleProcessingState",
        ),
        (
            was.is_dynamic() != is.is_dynamic(),
            of_group::RULE_STATE,
            "membershipRuleProcessingState",
        ),
        (was.priority != is.priority, of_group::PRIORITY, "priority"),
        (was.other != is.other, of_group::OTHER, "further properties"),
        (
            before.had_licenses != after.had_licenses,
            of_group::LICENSES,
            "licenseProcessingState",
        ),
        (
            licenses(old, before) != licenses(new, after),
            of_group::LICENSES,
            "assignedLicenses",
        ),
    ];
    let different = all.iter().filter(|(is, _, _)| *is);
    different.map(|(_, part, name)| (*part, *name)).collect()
}

/// Members as lists show them: users by their ordinals, groups by theirs.
fn members(tenant: &Tenant, group: &Group) -> (BTreeSet<u32>, BTreeSet<GroupOrdinal>) {
    let users = group.members.intersection(tenant.users().live());
    let is_live = |one: &&GroupOrdinal| tenant.groups().get(**one).is_some_and(Group::is_live);
    (
        users.iter().collect(),
        group.subgroups.iter().filter(is_live).copied().collect(),
    )
}

/// A client that knows the old members and is told of the touched ones knows the new members.
fn assert_members(
    old: &Tenant,
    new: &Tenant,
    (ordinal, group): (GroupOrdinal, &Group),
    touched: &Touched,
    context: &str,
) {
    let now = members(new, group);
    let before = old.groups().get(ordinal).filter(|before| before.is_live());
    let mut known = before
        .map(|before| members(old, before))
        .unwrap_or_default();
    if let Some(told) = touched.members.get(&ordinal) {
        assert!(touched.groups.parts_of(ordinal.0).meets(of_group::MEMBERS));
        if told.all {
            known.0.extend(&now.0);
            known.1.extend(&now.1);
        }
        for user in told.users.iter() {
            known.0.remove(&user);
            known.0.extend(now.0.get(&user));
        }
        for one in &told.groups {
            known.1.remove(one);
            known.1.extend(now.1.get(one));
        }
    }
    assert_eq!(known, now, "{context}: members of group {}", ordinal.0);
}
