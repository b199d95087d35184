//! Explanations: each cause by example, with the order of its remedies.

use uuid::Uuid;
use zetel_domain::{
    assignment::Violation,
    explain::{
        Action, Cause, Explanation, PlanStatus, Problem, ProductVerdict, Question, Remedy, Side,
        SourceAnswer, SourceKind, Waiting, explain,
    },
    group::GroupOrdinal,
    location::Location,
    policy::FallbackChain,
    product::ProductOrdinal,
    subscription::Status,
    user::{UserProperty, UserView},
};

use crate::office::{
    EXCHANGE, OFFICE_WEB, Office, PHONE, PHONE_SYSTEM, SHAREPOINT_1, SHAREPOINT_2, SUITE_1,
    SUITE_3, TEAMS,
};

/// Two seats of everything, a user and a group.
fn office() -> (Office, Uuid, Uuid) {
    let mut office = Office::new();
    for product in [SUITE_1, SUITE_3, PHONE_SYSTEM] {
        office.buy(product, 2);
    }
    let ada = office.hire("ada");
    let staff = office.group("staff");
    (office, ada, staff)
}

impl Office {
    fn explain(&self, user: Uuid, question: Question) -> Explanation {
        let view = self.tenant.users().find_id(user).unwrap();
        explain(&self.tenant, &view, question)
    }

    /// The only problem that a user has.
    fn problem(&self, user: Uuid) -> Problem {
        let mut problems = self.explain(user, Question::All).problems;
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.remove(0)
    }

    fn ordinal(&self, sku_id: Uuid) -> ProductOrdinal {
        self.tenant.find_product(sku_id).unwrap()
    }

    fn group_ordinal(&self, group: Uuid) -> GroupOrdinal {
        self.tenant.find_group(group).unwrap().0
    }

    fn side(&self, sku_id: Uuid, group: Option<Uuid>) -> Side {
        Side {
            product: self.ordinal(sku_id),
            group: group.map(|group| self.group_ordinal(group)),
        }
    }

    fn view(&self, user: Uuid) -> UserView<'_> {
        self.tenant.users().find_id(user).unwrap()
    }
}

/// The remedies by name; in brackets those that do not suffice alone.
fn names(problem: &Problem) -> Vec<String> {
    let name = |remedy: &Remedy| {
        let name = remedy.action.as_str();
        if remedy.suffices {
            name.to_owned()
        } else {
            format!("({name})")
        }
    };
    problem.remedies.iter().map(name).collect()
}

#[test]
fn who_has_everything_has_it_through_something() {
    let (mut office, ada, staff) = office();
    office
        .license_partly(staff, &[(SUITE_1, &[EXCHANGE])], &[])
        .unwrap();
    office.join(staff, &[ada]);
    office
        .assign_partly(ada, &[(SUITE_1, &[TEAMS, EXCHANGE])], &[])
        .unwrap();
    let explanation = office.explain(ada, Question::All);
    assert!(explanation.problems.is_empty());
    let [suite] = &explanation.products[..] else {
        panic!("{explanation:?}")
    };
    assert_eq!(suite.verdict, ProductVerdict::Partial);
    let kinds: Vec<SourceKind> = suite.sources.iter().map(SourceAnswer::kind).collect();
    assert_eq!(kinds, [SourceKind::Direct, SourceKind::Group]);
    let [path] = &suite.sources[1].paths[..] else {
        panic!("{suite:?}")
    };
    assert_eq!(path.groups, [office.group_ordinal(staff)]);
    let status = |plan: Uuid| {
        let plan = suite.plans.iter().find(|known| known.plan == plan).unwrap();
        let through: Vec<SourceKind> = suite.sources_of(plan).map(SourceAnswer::kind).collect();
        (plan.status, through)
    };
    let (direct, group) = (SourceKind::Direct, SourceKind::Group);
    assert_eq!(status(SHAREPOINT_1), (PlanStatus::On, vec![direct, group]));
    assert_eq!(status(TEAMS), (PlanStatus::On, vec![group]));
    assert_eq!(status(EXCHANGE), (PlanStatus::SwitchedOff, vec![]));
}

#[test]
fn without_a_seat_the_numbers_are_told() {
    let (mut office, ada, staff) = office();
    let others = [office.hire("bob"), office.hire("cy")];
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &others);
    office.join(staff, &[ada]);
    let problem = office.problem(ada);
    let product = office.ordinal(SUITE_1);
    assert_eq!(
        problem.cause,
        Cause::NoSeat {
            product,
            bought: 2,
            used: 2,
            waiting: None
        }
    );
    assert_eq!(
        names(&problem),
        ["freeSeats", "buySeats", "(enableAutomaticReprocessing)"]
    );
    assert_eq!(problem.remedies[1].seats_needed, 1);
    assert!(problem.remedies[1].needs_reprocessing);

    // A seat comes free, and under Entra's rules nobody gets it by itself.
    office.buy(SUITE_1, 1);
    let problem = office.problem(ada);
    assert!(problem.heals);
    assert_eq!(names(&problem), ["reprocessUser"]);
    office.reprocess(ada);
    assert!(office.explain(ada, Question::All).problems.is_empty());
}

#[test]
fn where_seats_are_given_by_themselves_the_place_in_the_list_is_told() {
    let (mut office, ada, staff) = office();
    let others = [office.hire("bob"), office.hire("cy"), office.hire("dee")];
    office.extend(|policy| policy.automatic_reprocessing = true);
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &others);
    office.now = office.now.plus_days(1);
    office.join(staff, &[ada]);
    let problem = office.problem(ada);
    let Cause::NoSeat { waiting, .. } = problem.cause else {
        panic!("{problem:?}")
    };
    assert_eq!(
        waiting,
        Some(Waiting {
            before: 1,
            total: 2
        })
    );
    let product = office.ordinal(SUITE_1);
    assert_eq!(
        problem.remedies[1].action,
        Action::BuySeats { product, count: 2 }
    );
    assert!(!problem.remedies[1].needs_reprocessing);
}

#[test]
fn a_conflict_names_both_plans_and_where_the_other_comes_from() {
    let (mut office, ada, staff) = office();
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.license(staff, &[SUITE_3], &[]).unwrap();
    office.join(staff, &[ada]);
    let problem = office.problem(ada);
    assert_eq!(problem.violation, Some(Violation::MutuallyExclusive));
    assert_eq!(
        problem.cause,
        Cause::Excluded {
            plan: SHAREPOINT_2,
            other_plan: SHAREPOINT_1,
            other: office.side(SUITE_1, None),
        }
    );
    // What needs the plan goes with it, or the rules would refuse it.
    let product = office.ordinal(SUITE_1);
    let plans = vec![SHAREPOINT_1, OFFICE_WEB];
    let off = Action::SwitchPlanOff {
        product,
        plans,
        group: None,
    };
    assert_eq!(problem.remedies[0].action, off);
    assert_eq!(
        names(&problem),
        [
            "switchPlanOff",
            "switchPlanOff",
            "removeDirect",
            "removeFromGroup"
        ]
    );
    assert!(
        problem
            .remedies
            .iter()
            .all(|remedy| !remedy.needs_reprocessing)
    );
}

#[test]
fn a_plan_that_lacks_another_is_told_with_what_would_do() {
    let (mut office, ada, staff) = office();
    // The group has what its plans need, as the rules want it.
    office
        .license(staff, &[SUITE_1, PHONE_SYSTEM], &[])
        .unwrap();
    let bob = office.hire("bob");
    let cy = office.hire("cy");
    office.assign(bob, &[SUITE_1], &[]).unwrap();
    office.assign(cy, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[ada]);
    let problem = office.problem(ada);
    // In the order of products the suite lacks a seat first; the phone system waits for it.
    let Cause::NoSeat { product, .. } = &problem.cause else {
        panic!("{problem:?}")
    };
    assert_eq!(*product, office.ordinal(SUITE_1));
    assert_eq!(problem.siblings, [office.ordinal(PHONE_SYSTEM)]);
    assert!(names(&problem).contains(&"(enablePartialSuccess)".to_owned()));

    office.extend(|policy| policy.partial_success = true);
    office.reprocess(ada);
    let explanation = office.explain(ada, Question::Product(office.ordinal(PHONE_SYSTEM)));
    let [problem] = &explanation.problems[..] else {
        panic!("{explanation:?}")
    };
    let Cause::Lacks {
        plan,
        requires,
        sibling,
    } = &problem.cause
    else {
        panic!("{problem:?}")
    };
    assert_eq!((*plan, &requires[..]), (PHONE, &[TEAMS][..]));
    let sibling = sibling.as_ref().unwrap();
    assert_eq!(sibling.product, office.ordinal(SUITE_1));
    assert!(matches!(
        sibling.cause.as_deref(),
        Some(Cause::NoSeat { .. })
    ));
    assert!(
        names(problem).contains(&"assignDirect".to_owned()),
        "{problem:?}"
    );
}

#[test]
fn what_is_kept_names_the_plan_that_needs_it() {
    let (mut office, ada, staff) = office();
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[ada]);
    office.assign(ada, &[PHONE_SYSTEM], &[]).unwrap();
    office.leave(staff, &[ada]);
    let problem = office.problem(ada);
    assert!(problem.is_kept);
    assert_eq!(
        problem.cause,
        Cause::NeededBy {
            plan: PHONE,
            other: office.side(PHONE_SYSTEM, None),
            needs: TEAMS,
        }
    );
    assert_eq!(names(&problem), ["assignDirect", "removeDirect"]);
    let direct = &problem.remedies[0];
    let product = office.ordinal(SUITE_1);
    assert_eq!(direct.action, Action::AssignDirect { product });
    assert_eq!(direct.seats_needed, 0, "the seat is the user's already");
    let explanation = office.explain(ada, Question::Product(product));
    assert_eq!(explanation.products[0].sources[0].kind(), SourceKind::Kept);
}

#[test]
fn a_prohibited_location_names_what_is_prohibited_and_whose_location_it_is() {
    let (mut office, ada, staff) = office();
    office
        .license(staff, &[SUITE_1, PHONE_SYSTEM], &[])
        .unwrap();
    office.locate(ada, Some("AE"));
    office.join(staff, &[ada]);
    let problem = office.problem(ada);
    let location = Location::parse("AE").unwrap();
    let product = office.ordinal(PHONE_SYSTEM);
    let plan = Some(PHONE);
    assert_eq!(
        problem.cause,
        Cause::Location {
            location,
            is_default: false,
            product,
            plan
        }
    );
    assert_eq!(
        names(&problem),
        [
            "setUsageLocation",
            "removeFromGroup",
            "(enablePartialSuccess)"
        ]
    );
    let gives_up: Vec<bool> = problem
        .remedies
        .iter()
        .map(|remedy| remedy.gives_up)
        .collect();
    assert_eq!(gives_up, [false, true, false]);
}

#[test]
fn a_mail_address_of_two_names_the_other() {
    let (mut office, ada, staff) = office();
    let mail = [(UserProperty::Mail, "sales@contoso.test")];
    let (bob, cy) = (
        office.hire_with("bob", &mail),
        office.hire_with("cy", &mail),
    );
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[ada, bob]);
    assert!(office.explain(ada, Question::All).problems.is_empty());
    let problem = office.problem(bob);
    let (address, owner) = ("sales@contoso.test".to_owned(), office.view(cy).ordinal);
    assert_eq!(problem.cause, Cause::Address { address, owner });
    assert_eq!(names(&problem), ["fixAddress"]);
}

#[test]
fn a_fallback_is_told_with_what_it_stands_for() {
    let (mut office, ada, staff) = office();
    let others = [office.hire("bob"), office.hire("cy")];
    office.extend(|policy| policy.fallback = vec![FallbackChain(vec![SUITE_3, SUITE_1])]);
    office.license(staff, &[SUITE_3], &[]).unwrap();
    office.join(staff, &others);
    office.join(staff, &[ada]);
    let suite_3 = office.ordinal(SUITE_3);
    let explanation = office.explain(ada, Question::Product(suite_3));
    let [given, intended] = &explanation.products[..] else {
        panic!("{explanation:?}")
    };
    assert_eq!(given.sources[0].kind(), SourceKind::Fallback(suite_3));
    assert_eq!(intended.verdict, ProductVerdict::Missing);
    assert!(matches!(
        explanation.problems[0].cause,
        Cause::NoSeat { .. }
    ));
}

#[test]
fn what_ends_is_told_with_its_day() {
    let (mut office, ada, staff) = office();
    office.extend(|policy| policy.grace_days = 30);
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[ada]);
    office.leave(staff, &[ada]);
    let explanation = office.explain(ada, Question::All);
    let source = &explanation.products[0].sources[0];
    assert_eq!(source.kind(), SourceKind::Ending);
    assert_eq!(source.ends, Some(office.now.plus_days(30)));
    assert!(source.paths.is_empty() && explanation.problems.is_empty());
}

#[test]
fn ways_through_groups_are_told_and_so_is_that_they_do_not_count() {
    let (mut office, ada, staff) = office();
    let team = office.group("team");
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(team, &[ada]);
    office.join(staff, &[team]);
    let problem = office.problem(ada);
    let way = vec![office.group_ordinal(team), office.group_ordinal(staff)];
    let Cause::OnlyNested { path } = &problem.cause else {
        panic!("{problem:?}")
    };
    assert_eq!(path.groups, way);
    assert_eq!(names(&problem), ["addToGroup", "enableNestedGroups"]);

    office.extend(|policy| policy.nested_groups = true);
    office.reprocess(ada);
    let explanation = office.explain(ada, Question::All);
    assert!(explanation.problems.is_empty());
    assert_eq!(explanation.products[0].sources[0].paths[0].groups, way);
}

#[test]
fn what_nothing_gives_is_told_with_who_could() {
    let (mut office, ada, staff) = office();
    let bob = office.hire("bob");
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[bob]);
    let explanation = office.explain(ada, Question::Product(office.ordinal(SUITE_1)));
    assert_eq!(explanation.products[0].verdict, ProductVerdict::NotMeant);
    let [problem] = &explanation.problems[..] else {
        panic!("{explanation:?}")
    };
    assert_eq!(problem.cause, Cause::NotMeant);
    assert_eq!(names(problem), ["addToGroup", "assignDirect"]);

    let explanation = office.explain(ada, Question::Plan(PHONE));
    let answer = explanation.plan.as_ref().unwrap();
    assert_eq!(answer.status, PlanStatus::NotMeant);
    assert_eq!(answer.offered_by, [office.ordinal(PHONE_SYSTEM)]);
    // It could not be assigned: it needs a plan that the user lacks.
    assert_eq!(explanation.problems[0].remedies, []);
}

#[test]
fn a_plan_that_is_switched_off_can_be_switched_on() {
    let (mut office, ada, _) = office();
    office
        .assign_partly(ada, &[(SUITE_1, &[TEAMS])], &[])
        .unwrap();
    let explanation = office.explain(ada, Question::Plan(TEAMS));
    assert_eq!(
        explanation.plan.as_ref().unwrap().status,
        PlanStatus::SwitchedOff
    );
    assert_eq!(explanation.products[0].plans.len(), 1);
    let [problem] = &explanation.problems[..] else {
        panic!("{explanation:?}")
    };
    assert_eq!(names(problem), ["switchPlanOn"]);
    let explanation = office.explain(ada, Question::Plan(EXCHANGE));
    assert!(explanation.problems.is_empty());
}

#[test]
fn seats_that_cannot_be_used_are_told() {
    let (mut office, ada, _) = office();
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    // A year and the days of grace of an enterprise agreement (licensing.md 6.1).
    office.wait(365);
    office.wait(91);
    let problem = office.problem(ada);
    let status = Status::Suspended;
    assert_eq!(problem.cause, Cause::Inactive { status });
    assert_eq!(names(&problem), ["renew"]);
}

#[test]
fn a_deleted_user_has_nothing_to_be_done() {
    let (mut office, ada, staff) = office();
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.license(staff, &[SUITE_3], &[]).unwrap();
    office.join(staff, &[ada]);
    office.delete(ada);
    let explanation = office.explain(ada, Question::All);
    assert_eq!(explanation.deleted, Some(office.now));
    assert!(
        explanation
            .problems
            .iter()
            .all(|problem| problem.remedies.is_empty())
    );
}
