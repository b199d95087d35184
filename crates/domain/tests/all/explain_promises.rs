//! Explanations in random worlds: they say what is so, and what remedies promise comes true.

use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;
use zetel_domain::{
    Command, Context, Tenant, Timestamp,
    assignment::{AssignmentRequest, LicenseSource, ProductRequest},
    explain::{Action, PlanStatus, Problem, ProductAnswer, Question, Remedy, SourceKind, explain},
    group::GroupOrdinal,
    location::Location,
    preview,
    product::ProductOrdinal,
    subscription::Channel,
    user::{UserKey, UserOrdinal, UserPatch, UserProperty, UserView},
};

use crate::{group_world, machine::Machine, office::purchase, world::Step};

fn world() -> impl Strategy<Value = (Vec<Step>, Vec<(Step, bool)>)> {
    (group_world::beginning(), group_world::steps(1..80))
}

/// The tenant after the steps. That it is the right one is asked elsewhere.
fn play((beginning, steps): (Vec<Step>, Vec<(Step, bool)>)) -> Tenant {
    let catalog = group_world::catalog;
    let mut machine = Machine::new([catalog(0), catalog(1), catalog(0)]);
    let beginning = beginning.into_iter().map(|step| (step, true));
    let mut now = Timestamp(1_770_000_000);
    let mut last_id = 0x1_0000;
    for (step, is_system) in beginning.chain(steps) {
        let days = if let Step::Tick(days) = step { days } else { 0 };
        now = Timestamp(now.plus_days(days).0 + 7);
        let mut context = Context {
            now,
            new_id: &mut || {
                last_id += 1;
                Uuid::from_u128(last_id)
            },
            is_system,
            actor: "somebody".to_owned(),
            confirmation: None,
        };
        let command = machine.command(&step);
        let decided = preview(&machine.tenant, &command, &mut context);
        for event in decided.into_iter().flat_map(|preview| preview.plan.events) {
            machine.tenant.apply(&event);
        }
    }
    machine.tenant
}

/// An explanation says what is read, and every error has its problem.
fn assert_agrees(tenant: &Tenant, user: &UserView<'_>) {
    let explanation = explain(tenant, user, Question::All);
    let told: Vec<_> = explanation
        .products
        .iter()
        .flat_map(|answer| answer.sources.iter().map(|source| source.source))
        .collect();
    assert_eq!(told, tenant.sources(user));
    for answer in &explanation.products {
        for source in &answer.sources {
            let problem = source.problem.map(|place| &explanation.problems[place]);
            assert_eq!(problem.is_some(), source.source.state.violation().is_some());
            if let Some(problem) = problem {
                let mut products = problem.siblings.iter().chain([&problem.product]);
                assert!(products.any(|product| *product == answer.product));
                assert_eq!(problem.group, source.source.group);
            }
            let is_member = !source.paths.is_empty();
            let is_kept = matches!(source.kind(), SourceKind::Kept | SourceKind::Ending);
            assert!(is_member || is_kept || source.kind() == SourceKind::Direct);
        }
        let on: BTreeSet<Uuid> = answer
            .plans
            .iter()
            .filter(|plan| plan.status == PlanStatus::On)
            .map(|plan| plan.plan)
            .collect();
        assert_eq!(on, plans_on(tenant, user, Some(answer.product)));
        let single = explain(tenant, user, Question::Product(answer.product));
        let is_same = |other: &ProductAnswer| {
            let sources = other.sources.iter().zip(&answer.sources);
            (other.product, other.verdict, &other.plans)
                == (answer.product, answer.verdict, &answer.plans)
                && sources.clone().count() == answer.sources.len()
                && sources.clone().all(|(one, two)| one.source == two.source)
                && sources.clone().all(|(one, two)| {
                    let problem = one.problem.map(|place| &single.problems[place]);
                    problem == two.problem.map(|place| &explanation.problems[place])
                })
        };
        assert!(single.products.iter().any(is_same));
    }
    for plan in tenant.catalog().plans.keys() {
        let single = explain(tenant, user, Question::Plan(*plan));
        let is_on = single.plan.unwrap().status == PlanStatus::On;
        assert_eq!(is_on, plans_on(tenant, user, None).contains(plan));
    }
}

fn plans_on(tenant: &Tenant, user: &UserView<'_>, of: Option<ProductOrdinal>) -> BTreeSet<Uuid> {
    tenant
        .effective_products(user)
        .filter(|(license, _)| of.is_none_or(|product| product == license.product))
        .flat_map(|(license, product)| {
            product
                .plans_with_state(license.disabled)
                .filter(|(_, is_on)| *is_on)
                .map(|(owned, _)| owned.plan.id)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Does a remedy, as far as it is one command; what then becomes of the tenant.
fn follow(tenant: &Tenant, user: &UserView<'_>, remedy: &Remedy) -> Option<Tenant> {
    let mut tenant = run(tenant, &command(tenant, user, &remedy.action)?);
    if remedy.needs_reprocessing {
        tenant = run(
            &tenant,
            &Command::ReprocessUser {
                user: UserKey::Id(user.id),
            },
        );
    }
    Some(tenant)
}

fn run(tenant: &Tenant, command: &Command) -> Tenant {
    let mut context = Context {
        now: Timestamp(1_799_000_000),
        new_id: &mut || Uuid::from_u128(0xabcd),
        is_system: true,
        actor: "somebody".to_owned(),
        confirmation: None,
    };
    let plan = preview(tenant, command, &mut context);
    let plan = plan
        .unwrap_or_else(|refused| panic!("{command:?} is refused: {refused:?}"))
        .plan;
    let mut tenant = tenant.clone();
    for event in &plan.events {
        tenant.apply(event);
    }
    tenant
}

fn command(tenant: &Tenant, user: &UserView<'_>, action: &Action) -> Option<Command> {
    let key = UserKey::Id(user.id);
    let group_id = |group: &GroupOrdinal| tenant.groups().get(*group).unwrap().id;
    let sku_id = |product: &ProductOrdinal| tenant.product(*product).unwrap().sku_id;
    Some(match action {
        Action::ReprocessUser => Command::ReprocessUser { user: key },
        Action::SetUsageLocation { .. } => Command::UpdateUser {
            user: key,
            patch: UserPatch {
                usage_location: Some(Location::parse("NL")),
                ..UserPatch::default()
            },
        },
        Action::FixAddress { .. } => Command::UpdateUser {
            user: key,
            patch: UserPatch {
                properties: [
                    (UserProperty::Mail, None),
                    (UserProperty::ProxyAddresses, None),
                ]
                .into(),
                ..UserPatch::default()
            },
        },
        Action::SwitchPlanOn {
            product,
            plan,
            group,
        } => assignment(tenant, user, *product, *group, &|off| {
            off.remove(plan);
        }),
        Action::SwitchPlanOff {
            product,
            plans,
            group,
        } => assignment(tenant, user, *product, *group, &|off| off.extend(plans)),
        Action::AssignDirect { product } => assignment(tenant, user, *product, None, &|_| {}),
        Action::RemoveDirect { product } => Command::AssignLicenses {
            user: key,
            request: AssignmentRequest {
                add: Vec::new(),
                remove: vec![sku_id(product)],
            },
        },
        Action::AddToGroup { group } => Command::AddMembers {
            group: group_id(group),
            members: vec![user.id],
        },
        Action::RemoveFromGroup { group } => Command::RemoveMembers {
            group: group_id(group),
            members: vec![user.id],
        },
        Action::BuySeats { product, count } => {
            let channel = Channel::EnterpriseAgreement;
            Command::AddSubscription(purchase(sku_id(product), channel, *count))
        }
        _ => return None,
    })
}

/// Assigns a product to the user or a group, with other plans off than now.
fn assignment(
    tenant: &Tenant,
    user: &UserView<'_>,
    product: ProductOrdinal,
    group: Option<GroupOrdinal>,
    change: &dyn Fn(&mut BTreeSet<Uuid>),
) -> Command {
    let owned = tenant.product(product).unwrap();
    let group = group.map(|group| tenant.groups().get(group).unwrap());
    let direct = tenant.direct_license(user, product);
    let disabled = match group {
        Some(group) => group.license(product).unwrap().disabled,
        None => direct.map_or(0, |(_, shape)| shape.disabled),
    };
    let off = owned.disabled_plans(disabled);
    let mut plans: BTreeSet<Uuid> = off.map(|owned| owned.plan.id).collect();
    change(&mut plans);
    let request = AssignmentRequest {
        add: vec![ProductRequest {
            sku_id: owned.sku_id,
            disabled_plans: plans.into_iter().collect(),
        }],
        remove: Vec::new(),
    };
    match group {
        Some(group) => Command::AssignGroupLicenses {
            group: group.id,
            request,
        },
        None => Command::AssignLicenses {
            user: UserKey::Id(user.id),
            request,
        },
    }
}

/// What a problem is about is healed: it is applied as it was meant, or it is gone.
fn is_healed(tenant: &Tenant, user: UserOrdinal, problem: &Problem) -> bool {
    let view = tenant.users().view(user).unwrap();
    let is_same = |product| product == problem.product || problem.siblings.contains(&product);
    let mut sources = tenant.sources(&view).into_iter();
    let failed = |source: &LicenseSource| {
        source.group == problem.group
            && is_same(source.product)
            && source.state.violation().is_some()
            && source.state.is_applied() == problem.is_kept
    };
    !sources.any(|source| failed(&source))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, max_shrink_iters: 5_000, ..ProptestConfig::default() })]

    #[test]
    fn explanations_say_what_is_so(world in world()) {
        let tenant = play(world);
        for user in tenant.users().iter().filter(|user| !user.head.purged) {
            assert_agrees(&tenant, &user);
        }
    }

    #[test]
    fn remedies_keep_their_promise(world in world()) {
        let tenant = play(world);
        for user in tenant.users().iter().filter(UserView::is_live) {
            for problem in explain(&tenant, &user, Question::All).problems {
                if problem.violation.is_none() {
                    continue;
                }
                for remedy in problem.remedies.iter().filter(|remedy| is_single(&tenant, remedy)) {
                    let Some(after) = follow(&tenant, &user, remedy) else { continue };
                    prop_assert!(
                        !remedy.suffices || is_healed(&after, user.ordinal, &problem),
                        "{remedy:?} does not heal {problem:?} of {}", user.principal_name(),
                    );
                }
                if has_rules(&tenant) {
                    continue; // a rule that asks for licenses may come in between
                }
                let again = Command::ReprocessUser { user: UserKey::Id(user.id) };
                let is_healed = is_healed(&run(&tenant, &again), user.ordinal, &problem);
                prop_assert_eq!(problem.heals, is_healed, "{:?}", problem);
            }
        }
    }
}

/// Whether what the remedy does is one command that concerns this user alone: others who wait for the same, or rules that
/// ask for licenses, may come in between otherwise.
fn is_single(tenant: &Tenant, remedy: &Remedy) -> bool {
    let is_purchase = matches!(remedy.action, Action::BuySeats { count: 1, .. });
    remedy.people_affected <= 1 && !has_rules(tenant) && (is_purchase || remedy.seats_needed == 0)
}

/// Whether members of any group follow from a rule, also from one that was paused because it contradicts itself.
fn has_rules(tenant: &Tenant) -> bool {
    let mut groups = tenant.groups().iter();
    groups.any(|(_, group)| group.is_live() && group.definition.is_dynamic())
}
