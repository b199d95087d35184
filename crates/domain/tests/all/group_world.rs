//! A world for groups: a catalog in the shape of the real one (suites that exclude each other by one of their plans,
//! add-ons that need a plan of a suite, prohibitions), few users, few groups, few seats, and steps that meet often.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;
use zetel_domain::{
    catalog::{
        AppliesTo, Catalog, Dependency, Exclusion, LicenseBase, Product, ProhibitedSubject,
        Prohibition, ServicePlan,
    },
    policy::{FallbackChain, Guard, Policy, Semantics},
    subscription::Channel,
    user::{Properties, PropertyValue, UserPatch, UserProperty},
};

use crate::world::{
    self, PurchaseSpec, RequestSpec, Step, UserRef, UserSpec, plan_id, plans_of, sku_id,
};

pub const USERS: u8 = 8;
pub const GROUPS: u8 = 5;

/// Ids are not in the order of creation, so that the two can be told apart.
pub const fn group_id(number: u8) -> Uuid {
    Uuid::from_u128(0x6000 + (number as u128 * 3) % 7)
}

#[derive(Clone, Debug)]
pub enum GroupStep {
    Create(GroupSpec),
    Patch(u8, PatchSpec),
    Delete(u8),
    Restore(u8),
    Purge(u8),
    AddMembers(u8, Vec<MemberRef>),
    RemoveMembers(u8, Vec<MemberRef>),
    AddOwner(u8, u8),
    RemoveOwner(u8, u8),
    Assign(u8, RequestSpec),
    ReprocessGroup(u8),
    ReprocessUser(UserRef),
    Policy(Policy),
}

/// A member by its number; users that do not exist are among them.
#[derive(Clone, Copy, Debug)]
pub enum MemberRef {
    User(u8),
    Group(u8),
}

#[derive(Clone, Debug)]
pub struct GroupSpec {
    pub number: u8,
    pub kind: Kind,
    pub rule: Option<&'static str>,
    pub members: Vec<MemberRef>,
    pub priority: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Security,
    Microsoft365,
    /// A Microsoft 365 group that is no security group.
    MailOnly,
    RoleAssignable,
}

#[derive(Clone, Debug)]
pub enum PatchSpec {
    Rule(Option<&'static str>),
    Paused(bool),
    Priority(u32),
    Nickname(u8),
    AddMembers(Vec<MemberRef>),
}

// ---- Rules ----------------------------------------------------------------------------------------------------------

const SALES: &str = r#"user.department -eq "Sales""#;
const ENABLED: &str = "user.accountEnabled -eq true";
const DISABLED_OR_OPS: &str = r#"user.accountEnabled -eq false -or user.department -eq "Ops""#;
/// Plan 6 is on.
pub const HAS_TEAMS: &str = r#"user.assignedPlans -any (assignedPlan.servicePlanId -eq "00000000-0000-0000-0000-000000001006" -and assignedPlan.capabilityStatus -eq "Enabled")"#;
/// Has no end where the group itself gives plan 6.
const HAS_NO_TEAMS: &str = r#"-not (user.assignedPlans -any (assignedPlan.servicePlanId -eq "00000000-0000-0000-0000-000000001006" -and assignedPlan.capabilityStatus -eq "Enabled"))"#;
const BROKEN: &str = "user.department -equals";

/// What the rules above mean.
pub fn rule_takes(
    rule: &str,
    properties: &Properties,
    account_enabled: bool,
    plans: &BTreeSet<Uuid>,
) -> bool {
    let department = match properties.get(&UserProperty::Department) {
        Some(PropertyValue::Text(text)) => text.as_str(),
        _ => "",
    };
    match rule {
        SALES => department == "Sales",
        ENABLED => account_enabled,
        DISABLED_OR_OPS => !account_enabled || department == "Ops",
        HAS_TEAMS => plans.contains(&plan_id(6)),
        HAS_NO_TEAMS => !plans.contains(&plan_id(6)),
        other => panic!("an unknown rule: {other}"),
    }
}

fn rule() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        3 => Just(SALES),
        2 => Just(ENABLED),
        2 => Just(DISABLED_OR_OPS),
        2 => Just(HAS_TEAMS),
        2 => Just(HAS_NO_TEAMS),
        1 => Just(BROKEN),
    ]
}

// ---- The catalog ----------------------------------------------------------------------------------------------------

/// Plans: 0 sites 1, 1 sites 2, 2 sites for kiosks, 3 Exchange, 4 Office for the web, 5 Project, 6 Teams,
/// 7 Phone. Products: 0 E1, 1 E3, 2 F3, 3 Project, 4 Phone, 5 E5. The second edition has a new plan in E3.
pub fn catalog(edition: u8) -> Arc<Catalog> {
    let products: [(&str, &[u8]); 6] = [
        ("E1", &[0, 3, 4, 6]),
        ("E3", &[1, 3, 4, 6]),
        ("F3", &[2, 4]),
        ("PROJECT", &[5]),
        ("PHONE", &[7]),
        ("E5", &[1, 3, 4, 5, 6, 7]),
    ];
    let mut catalog = Catalog::default();
    for number in 0..9 {
        let plan = service_plan(number);
        catalog.plans.insert(plan.id, plan);
    }
    for (number, (name, plans)) in (0..).zip(products) {
        let is_new = edition > 0 && name == "E3";
        let plans = plans.iter().copied().chain(is_new.then_some(8));
        let product = Product {
            id: sku_id(number),
            part_number: name.to_owned(),
            name: name.to_owned(),
            base: LicenseBase::User,
            applies_to: AppliesTo::User,
            plans: plans.map(plan_id).collect(),
        };
        catalog.products.insert(product.id, product);
    }
    catalog.rules.exclusions.push(Exclusion {
        name: "Sites".to_owned(),
        plans: plans_of(0b111).collect(),
    });
    let dependency = |plan, mask| Dependency {
        plan: plan_id(plan),
        requires_any: plans_of(mask).collect(),
    };
    catalog.rules.dependencies = vec![
        dependency(4, 0b111),
        dependency(5, 0b10),
        dependency(7, 0b100_0000),
    ];
    let prohibition = |subject, code: &[u8; 2]| Prohibition {
        subject,
        locations: BTreeSet::from([*code]),
    };
    catalog.rules.prohibited_locations = vec![
        prohibition(ProhibitedSubject::Product(sku_id(2)), b"US"),
        prohibition(ProhibitedSubject::Plan(plan_id(7)), b"DE"),
    ];
    Arc::new(catalog)
}

fn service_plan(number: u8) -> ServicePlan {
    ServicePlan {
        id: plan_id(number),
        name: format!("PLAN_{number}"),
        display_name: format!("Plan {number}"),
        service: if number == 3 { "exchange" } else { "SCO" }.to_owned(),
        applies_to: AppliesTo::User,
        device_management: false,
        pending_activation: false,
    }
}

// ---- Steps ----------------------------------------------------------------------------------------------------------

const NAMES: [&str; USERS as usize] = [
    "ada@contoso.test",
    "bob@contoso.test",
    "cy@contoso.test",
    "dee@contoso.test",
    "eve@contoso.test",
    "fay@contoso.test",
    "gus@contoso.test",
    "hal@contoso.test",
];

fn member() -> impl Strategy<Value = MemberRef> {
    prop_oneof![
        12 => (0..USERS).prop_map(MemberRef::User),
        1 => Just(MemberRef::User(USERS)),
    ]
}

fn members() -> impl Strategy<Value = Vec<MemberRef>> {
    vec(member(), 1..4).prop_map(|mut members| {
        let mut seen = BTreeSet::new();
        members.retain(|member| seen.insert(format!("{member:?}")));
        members
    })
}

fn group() -> impl Strategy<Value = u8> {
    prop_oneof![30 => 0..GROUPS, 1 => Just(GROUPS)]
}

fn group_spec() -> impl Strategy<Value = GroupSpec> {
    let kind = prop_oneof![
        12 => Just(Kind::Security),
        6 => Just(Kind::Microsoft365),
        1 => Just(Kind::MailOnly),
        1 => Just(Kind::RoleAssignable),
    ];
    (
        0..GROUPS,
        kind,
        option::weighted(0.3, rule()),
        members(),
        0_u32..3,
    )
        .prop_map(|(number, kind, rule, members, priority)| GroupSpec {
            number,
            kind,
            rule: rule.filter(|_| kind != Kind::RoleAssignable),
            members: if rule.is_some() { Vec::new() } else { members },
            priority,
        })
}

fn patch() -> impl Strategy<Value = PatchSpec> {
    prop_oneof![
        3 => option::weighted(0.6, rule()).prop_map(PatchSpec::Rule),
        3 => any::<bool>().prop_map(PatchSpec::Paused),
        2 => (0_u32..3).prop_map(PatchSpec::Priority),
        1 => (0..GROUPS).prop_map(PatchSpec::Nickname),
        2 => members().prop_map(PatchSpec::AddMembers),
    ]
}

/// Masks that leave all plans on, or switch one or another off.
fn mask() -> impl Strategy<Value = u8> {
    prop_oneof![
        4 => Just(0_u8),
        1 => Just(0b10),
        1 => Just(0b100_0000),
        1 => Just(0b100_1000),
        1 => any::<u8>(),
    ]
}

fn request() -> impl Strategy<Value = RequestSpec> {
    let change = |add, remove| RequestSpec { add, remove };
    let added = || vec((0_u8..6, mask(), Just(false)), 1..3);
    prop_oneof![
        6 => added().prop_map(move |add| change(add, Vec::new())),
        3 => (0_u8..6).prop_map(move |product| change(Vec::new(), vec![product])),
        3 => (0_u8..6, 0_u8..6, mask()).prop_map(move |(from, to, mask)| change(vec![(to, mask, false)], vec![from])),
        1 => (0_u8..6, any::<u8>()).prop_map(move |(product, mask)| change(vec![(product, mask, true)], Vec::new())),
    ]
}

pub fn policy() -> impl Strategy<Value = Policy> {
    let chains: Vec<Vec<u8>> = vec![vec![5, 1, 2], vec![1, 0], vec![1, 2], vec![5, 0]];
    let chain = |chain: Vec<u8>| vec![FallbackChain(chain.into_iter().map(sku_id).collect())];
    let fallback = option::weighted(0.5, select(chains).prop_map(chain));
    let grace = prop_oneof![2 => Just(0_u16), 1 => 1_u16..40];
    let switches = (any::<[bool; 4]>(), prop::bool::weighted(0.1), any::<bool>());
    let semantics = prop_oneof![Just(Semantics::Entra), Just(Semantics::Extended)];
    (semantics, switches, fallback, grace, any::<bool>(), guard()).prop_map(
        |(semantics, (some, no_direct, new_plans_off), fallback, grace_days, role, guard)| Policy {
            semantics,
            nested_groups: some[0],
            partial_success: some[1],
            automatic_reprocessing: some[2],
            priority: some[3],
            fallback: fallback.unwrap_or_default(),
            grace_days,
            no_direct_assignments: no_direct,
            new_plans_off,
            license_role_assignable_groups: role,
            guard,
        },
    )
}

fn guard() -> impl Strategy<Value = Guard> {
    (prop::bool::weighted(0.4), 0_u32..4, 0_u32..60, 0_u32..3).prop_map(
        |(enabled, max_users, max_percent, min_users_for_percent)| Guard {
            enabled,
            max_users,
            max_percent,
            min_users_for_percent,
            second_approver: false,
        },
    )
}

fn group_step() -> impl Strategy<Value = GroupStep> {
    let nested = || (0..GROUPS).prop_map(|group| vec![MemberRef::Group(group)]);
    prop_oneof![
        2 => group_spec().prop_map(GroupStep::Create),
        3 => (group(), patch()).prop_map(|(group, patch)| GroupStep::Patch(group, patch)),
        1 => group().prop_map(GroupStep::Delete),
        1 => group().prop_map(GroupStep::Restore),
        1 => group().prop_map(GroupStep::Purge),
        8 => (group(), members()).prop_map(|(group, members)| GroupStep::AddMembers(group, members)),
        3 => (group(), nested()).prop_map(|(group, members)| GroupStep::AddMembers(group, members)),
        6 => (group(), vec(member(), 1..2)).prop_map(|(group, members)| GroupStep::RemoveMembers(group, members)),
        1 => (group(), nested()).prop_map(|(group, members)| GroupStep::RemoveMembers(group, members)),
        1 => (group(), 0..=USERS).prop_map(|(group, user)| GroupStep::AddOwner(group, user)),
        1 => (group(), 0..=USERS).prop_map(|(group, user)| GroupStep::RemoveOwner(group, user)),
        16 => (group(), request()).prop_map(|(group, request)| GroupStep::Assign(group, request)),
        3 => group().prop_map(GroupStep::ReprocessGroup),
        3 => (0..USERS).prop_map(|user| GroupStep::ReprocessUser(UserRef::Id(user))),
        2 => policy().prop_map(GroupStep::Policy),
    ]
}

fn user_patch() -> impl Strategy<Value = UserPatch> {
    let department = select(vec![None, Some("Sales"), Some("Ops")]);
    let mail = select(vec![
        None,
        Some("shared@contoso.test"),
        Some("own@contoso.test"),
    ]);
    let text = |value: Option<&'static str>| value.map(PropertyValue::from);
    (
        option::weighted(0.5, any::<bool>()),
        option::weighted(0.4, world::location()),
        option::weighted(0.5, department),
        option::weighted(0.3, mail),
    )
        .prop_map(move |(account_enabled, location, department, mail)| {
            let changes = [
                (UserProperty::Department, department.map(text)),
                (UserProperty::Mail, mail.map(text)),
            ];
            let present = |(property, value): (_, Option<_>)| Some((property, value?));
            UserPatch {
                account_enabled,
                user_type: None,
                usage_location: location
                    .map(|code| code.and_then(zetel_domain::location::Location::parse)),
                properties: changes
                    .into_iter()
                    .filter_map(present)
                    .collect::<BTreeMap<_, _>>(),
            }
        })
}

fn user_step() -> impl Strategy<Value = Step> {
    let user = || (0..USERS).prop_map(UserRef::Id);
    prop_oneof![
        6 => (user(), user_patch()).prop_map(|(user, patch)| Step::Update(user, patch)),
        2 => user().prop_map(Step::Delete),
        3 => (0..USERS).prop_map(Step::Restore),
        1 => (0..USERS).prop_map(Step::Purge),
        6 => (user(), request()).prop_map(|(user, request)| Step::Assign(user, request)),
        2 => (vec(user(), 1..5), request()).prop_map(|(users, request)| Step::AssignInBulk(users, request)),
    ]
}

pub fn hire(number: u8, location: Option<&'static str>) -> Step {
    Step::Create(vec![UserSpec {
        id: Some(number),
        name: NAMES[usize::from(number)],
        account_enabled: !number.is_multiple_of(3),
        is_guest: number == 5,
        location,
        mail: None,
        proxies: None,
        has_nickname: true,
        department: number.is_multiple_of(2).then(|| "Sales".to_owned()),
    }])
}

pub fn purchase(number: u8, quantity: u32) -> Step {
    Step::Buy(PurchaseSpec {
        id: Some(number),
        product: number,
        plans: 0,
        per_device: false,
        channel: Channel::Invoice,
        quantity,
        months: 12,
        renews: true,
    })
}

fn seat_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_u8..6, 1_u32..5).prop_map(|(id, quantity)| Step::ChangeQuantity(id, quantity, false)),
        3 => (0_u8..6).prop_map(Step::Cancel),
        2 => (0_u8..6, any::<bool>()).prop_map(|(id, renews)| Step::Reactivate(id, renews)),
        2 => (0_u8..6, 1_u32..4).prop_map(|(product, quantity)| match purchase(product, quantity) {
            Step::Buy(purchase) => Step::Buy(PurchaseSpec { id: None, ..purchase }),
            other => other,
        }),
        5 => prop_oneof![0_i64..5, 0_i64..120].prop_map(Step::Tick),
        1 => (0_usize..3).prop_map(Step::Adopt),
    ]
}

/// Users and groups to begin with, some of the users in some of the groups, and few seats.
pub fn beginning() -> impl Strategy<Value = Vec<Step>> {
    let seats = vec(1_u32..5, 6);
    let locations = vec(world::location(), usize::from(USERS));
    let groups = vec(group_spec(), usize::from(GROUPS));
    let order = Just([0_u8, 1, 2, 3, 4, 5]).prop_shuffle();
    (order, seats, locations, groups, policy()).prop_map(
        |(order, seats, locations, groups, policy)| {
            let mut steps = Vec::new();
            // Bought and hired in another order than that of the ids.
            for (number, quantity) in order.into_iter().zip(seats) {
                steps.push(purchase(number, quantity));
            }
            for (number, location) in (0..USERS).zip(locations).rev() {
                steps.push(hire(number, location));
            }
            for (number, spec) in (0..).zip(groups) {
                let mut spec = GroupSpec { number, ..spec };
                spec.rule = spec.rule.filter(|rule| *rule != BROKEN);
                spec.members
                    .retain(|member| !matches!(member, MemberRef::User(USERS)));
                steps.push(Step::Group(GroupStep::Create(spec)));
            }
            steps.push(Step::Group(GroupStep::Policy(policy)));
            steps
        },
    )
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        7 => group_step().prop_map(Step::Group),
        3 => user_step(),
        2 => seat_step(),
    ]
}

pub fn steps(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(Step, bool)>> {
    vec((step(), any::<bool>()), length)
}
