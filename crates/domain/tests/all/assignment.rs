//! Each rule of direct assignment by example (licensing.md 2.1 and 2.2), and which of two broken rules is reported.

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection,
    location::Location,
    user::{UserKey, UserProperty},
};

use crate::office::{
    COMPANY_WIDE, EXCHANGE, INTUNE, INTUNE_DEVICE, INTUNE_USER, OFFICE_WEB, Office, PHONE,
    PHONE_SYSTEM, SHAREPOINT_1, SHAREPOINT_2, START, SUITE_1, SUITE_3, TEAMS, UNKNOWN, request,
};

/// Everything bought, two seats each, and one user in the Netherlands.
fn office() -> (Office, Uuid) {
    let mut office = Office::new();
    for product in [SUITE_1, SUITE_3, PHONE_SYSTEM, INTUNE_DEVICE, COMPANY_WIDE] {
        office.buy(product, 2);
    }
    let ada = office.hire("ada");
    (office, ada)
}

/// Takes all seats of a product.
fn fill(office: &mut Office, product: Uuid) {
    for name in ["filler-1", "filler-2"] {
        let filler = office.hire(name);
        office
            .assign_partly(filler, &[(product, &[OFFICE_WEB][..])], &[])
            .unwrap();
    }
}

#[test]
fn e1_a_direct_license_needs_a_usage_location() {
    let (mut office, ada) = office();
    office.locate(ada, None);
    assert_eq!(
        office.assign(ada, &[SUITE_1], &[]),
        Err(Rejection::UsageLocationMissing)
    );
    office.locate(ada, Some("nl"));
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.locate(ada, None);
    office.assign(ada, &[], &[SUITE_1]).unwrap(); // removing needs none
}

#[test]
fn e2_the_last_seat_is_the_last() {
    let (mut office, ada) = office();
    fill(&mut office, SUITE_1);
    let refused = office.assign(ada, &[SUITE_1], &[]);
    assert_eq!(refused, Err(Rejection::NoSeats { sku_id: SUITE_1 }));
    assert_eq!(office.seats(SUITE_1).consumed, 2);
}

#[test]
fn e3_plans_of_one_set_exclude_each_other() {
    let (mut office, ada) = office();
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    let exclusive = Err(Rejection::MutuallyExclusive {
        plan_ids: vec![SHAREPOINT_1, SHAREPOINT_2],
    });
    assert_eq!(office.assign(ada, &[SUITE_3], &[]), exclusive);
    assert_eq!(office.held(ada), [SUITE_1]);
    let bob = office.hire("bob");
    assert_eq!(office.assign(bob, &[SUITE_1, SUITE_3], &[]), exclusive);
    // A plan that is off excludes nothing, and the same plan twice is no conflict.
    office
        .assign_partly(ada, &[(SUITE_3, &[SHAREPOINT_2])], &[])
        .unwrap();
    assert_eq!(office.held(ada), [SUITE_1, SUITE_3]);
}

#[test]
fn e4_a_plan_needs_what_it_depends_on_when_added_disabled_or_removed() {
    let (mut office, ada) = office();
    let no_teams = Err(Rejection::DependencyMissing {
        plan_id: PHONE,
        requires: vec![TEAMS],
    });
    assert_eq!(office.assign(ada, &[PHONE_SYSTEM], &[]), no_teams);
    office.assign(ada, &[PHONE_SYSTEM, SUITE_1], &[]).unwrap();
    assert_eq!(
        office.assign_partly(ada, &[(SUITE_1, &[TEAMS])], &[]),
        no_teams
    );
    assert_eq!(office.assign(ada, &[], &[SUITE_1]), no_teams);
    let no_sharepoint = office.assign_partly(ada, &[(SUITE_1, &[SHAREPOINT_1])], &[]);
    let expected = Rejection::DependencyMissing {
        plan_id: OFFICE_WEB,
        requires: vec![SHAREPOINT_1, SHAREPOINT_2],
    };
    assert_eq!(no_sharepoint, Err(expected));
    office.assign(ada, &[], &[SUITE_1, PHONE_SYSTEM]).unwrap();
}

#[test]
fn e5_the_tenant_must_own_the_product_to_add_or_remove_it() {
    let (mut office, ada) = office();
    let not_owned = |sku_id| Err(Rejection::ProductNotOwned { sku_id });
    assert_eq!(office.assign(ada, &[UNKNOWN], &[]), not_owned(UNKNOWN));
    assert_eq!(office.assign(ada, &[], &[UNKNOWN]), not_owned(UNKNOWN));
    assert_eq!(
        office.assign(ada, &[INTUNE_USER], &[]),
        not_owned(INTUNE_USER)
    );
}

#[test]
fn e6_only_what_is_held_can_be_removed() {
    let (mut office, ada) = office();
    let refused = office.assign(ada, &[], &[SUITE_1]);
    assert_eq!(refused, Err(Rejection::LicenseNotHeld { sku_id: SUITE_1 }));
}

#[test]
fn e8_products_for_devices_or_the_company_are_not_for_users() {
    let (mut office, ada) = office();
    for sku_id in [COMPANY_WIDE, INTUNE_DEVICE] {
        let refused = office.assign(ada, &[sku_id], &[]);
        assert_eq!(refused, Err(Rejection::ProductNotAssignable { sku_id }));
    }
}

#[test]
fn e11_something_must_be_asked_for() {
    let (mut office, ada) = office();
    assert_eq!(
        office.assign(ada, &[], &[]),
        Err(Rejection::NoLicenseChanges)
    );
    let twice = office.assign(ada, &[SUITE_1, SUITE_1], &[]);
    assert_eq!(twice, Err(Rejection::ProductNamedTwice { sku_id: SUITE_1 }));
    let both = office.assign(ada, &[SUITE_1], &[SUITE_1]);
    assert_eq!(both, Err(Rejection::ProductNamedTwice { sku_id: SUITE_1 }));
}

#[test]
fn e12_disabled_plans_must_be_of_the_product() {
    let (mut office, ada) = office();
    let refused = office.assign_partly(ada, &[(SUITE_1, &[TEAMS, SHAREPOINT_2])], &[]);
    let expected = Rejection::PlanNotInProduct {
        sku_id: SUITE_1,
        plan_id: SHAREPOINT_2,
    };
    assert_eq!(refused, Err(expected));
}

#[test]
fn e13_a_mailbox_needs_an_address_of_its_own() {
    let (mut office, _) = office();
    let address = "info@contoso.test";
    let first = office.hire_with("first", &[(UserProperty::Mail, address)]);
    let second = office.hire_with("second", &[(UserProperty::Mail, "INFO@contoso.test")]);
    let taken = |address: &str| {
        Err(Rejection::AddressNotUnique {
            address: address.to_owned(),
        })
    };
    assert_eq!(office.assign(first, &[SUITE_1], &[]), taken(address));
    office
        .assign_partly(first, &[(SUITE_1, &[EXCHANGE])], &[])
        .unwrap(); // no mailbox, no clash
    assert_eq!(office.assign(first, &[SUITE_1], &[]), taken(address));
    office.delete(second);
    office.assign(first, &[SUITE_1], &[]).unwrap();
}

#[test]
fn e14_the_user_must_be_there() {
    let (mut office, ada) = office();
    office.delete(ada);
    let refused = office.assign(ada, &[], &[]);
    assert_eq!(
        refused,
        Err(Rejection::UserNotFound {
            key: ada.to_string()
        })
    );
}

#[test]
fn e16_products_and_plans_can_be_prohibited_in_a_place() {
    let (mut office, ada) = office();
    let prohibited = |sku_id, code| {
        Err(Rejection::ProhibitedInLocation {
            sku_id,
            location: Location::parse(code).unwrap(),
        })
    };
    office.locate(ada, Some("CU"));
    assert_eq!(
        office.assign(ada, &[SUITE_3], &[]),
        prohibited(SUITE_3, "CU")
    );
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.locate(ada, Some("AE"));
    assert_eq!(
        office.assign(ada, &[PHONE_SYSTEM], &[]),
        prohibited(PHONE_SYSTEM, "AE")
    );
    office
        .assign_partly(ada, &[(PHONE_SYSTEM, &[PHONE])], &[])
        .unwrap(); // the plan is off
}

/// What it shows, plans switched off by product to add, products to remove, and the refusal.
type Broken<'a> = (
    &'a str,
    Uuid,
    Vec<(Uuid, &'a [Uuid])>,
    &'a [Uuid],
    Rejection,
);

/// Requests that break two neighboring rules of licensing.md 2.1 whoever the user is.
fn broken_requests(ada: Uuid) -> Vec<Broken<'static>> {
    let not_in = |plan_id| Rejection::PlanNotInProduct {
        sku_id: SUITE_1,
        plan_id,
    };
    vec![
        (
            "not owned before not assignable",
            ada,
            vec![(COMPANY_WIDE, &[]), (UNKNOWN, &[])],
            &[],
            Rejection::ProductNotOwned { sku_id: UNKNOWN },
        ),
        (
            "not owned among removals before not assignable",
            ada,
            vec![(COMPANY_WIDE, &[])],
            &[UNKNOWN],
            Rejection::ProductNotOwned { sku_id: UNKNOWN },
        ),
        (
            "not assignable before strange plan",
            ada,
            vec![(SUITE_1, &[INTUNE]), (COMPANY_WIDE, &[])],
            &[],
            Rejection::ProductNotAssignable {
                sku_id: COMPANY_WIDE,
            },
        ),
        (
            "strange plan before not held",
            ada,
            vec![(SUITE_1, &[INTUNE])],
            &[SUITE_3],
            not_in(INTUNE),
        ),
    ]
}

/// Requests that break two neighboring rules about the user's end state.
fn broken_end_states([ada, nowhere, cuban, licensed]: [Uuid; 4]) -> Vec<Broken<'static>> {
    let both = vec![SHAREPOINT_1, SHAREPOINT_2];
    vec![
        (
            "not held before no location",
            nowhere,
            vec![(SUITE_1, &[])],
            &[SUITE_3],
            Rejection::LicenseNotHeld { sku_id: SUITE_3 },
        ),
        (
            "no location before exclusion",
            nowhere,
            vec![(SUITE_1, &[]), (SUITE_3, &[])],
            &[],
            Rejection::UsageLocationMissing,
        ),
        (
            "prohibited before exclusion",
            cuban,
            vec![(SUITE_1, &[]), (SUITE_3, &[])],
            &[],
            Rejection::ProhibitedInLocation {
                sku_id: SUITE_3,
                location: Location::parse("CU").unwrap(),
            },
        ),
        (
            "exclusion before dependency",
            ada,
            vec![
                (SUITE_1, &[TEAMS]),
                (SUITE_3, &[TEAMS]),
                (PHONE_SYSTEM, &[]),
            ],
            &[],
            Rejection::MutuallyExclusive {
                plan_ids: both.clone(),
            },
        ),
        (
            "dependency before seats",
            ada,
            vec![(SUITE_3, &[SHAREPOINT_2])],
            &[],
            Rejection::DependencyMissing {
                plan_id: OFFICE_WEB,
                requires: both.clone(),
            },
        ),
        (
            "seats before addresses",
            licensed,
            vec![(SUITE_3, &[])],
            &[SUITE_1],
            Rejection::NoSeats { sku_id: SUITE_3 },
        ),
        (
            "addresses at last",
            licensed,
            vec![(SUITE_1, &[])],
            &[],
            Rejection::AddressNotUnique {
                address: "info@contoso.test".to_owned(),
            },
        ),
    ]
}

#[test]
fn the_earlier_of_two_broken_rules_is_reported() {
    let (mut office, ada) = office();
    fill(&mut office, SUITE_3);
    let info = &[(UserProperty::Mail, "info@contoso.test")];
    let [nowhere, cuban, licensed] =
        ["nowhere", "cuban", "licensed"].map(|name| office.hire_with(name, info));
    office.locate(nowhere, None);
    office.locate(cuban, Some("CU"));
    office
        .assign_partly(licensed, &[(SUITE_1, &[EXCHANGE])], &[])
        .unwrap();
    let end_states = broken_end_states([ada, nowhere, cuban, licensed]);
    for (what, user, add, remove, expected) in broken_requests(ada).into_iter().chain(end_states) {
        assert_eq!(
            office.assign_partly(user, &add, remove),
            Err(expected),
            "{what}"
        );
    }
}

#[test]
fn a_swap_in_one_call_is_judged_by_where_it_ends() {
    let (mut office, ada) = office();
    office.assign(ada, &[SUITE_1, PHONE_SYSTEM], &[]).unwrap();
    office.assign(ada, &[SUITE_3], &[SUITE_1]).unwrap();
    assert_eq!(office.held(ada), [SUITE_3, PHONE_SYSTEM]);
    assert_eq!(office.seats(SUITE_1).consumed, 0);
    assert_eq!(office.seats(SUITE_3).consumed, 1);
}

#[test]
fn replacing_disabled_plans_takes_no_seat() {
    let (mut office, ada) = office();
    fill(&mut office, SUITE_3);
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    let bob = office.hire("bob");
    office.assign(bob, &[SUITE_1], &[]).unwrap();
    assert_eq!(office.seats(SUITE_1).available(), 0);
    office.now = START.plus_days(1);
    office
        .assign_partly(ada, &[(SUITE_1, &[TEAMS, EXCHANGE])], &[])
        .unwrap();
    assert_eq!(office.enabled(ada), [SHAREPOINT_1, OFFICE_WEB].into());
    assert_eq!(office.seats(SUITE_1).consumed, 2);
    assert_eq!(office.user(ada).licenses[&SUITE_1].at, office.now);
    office.assign(ada, &[SUITE_1], &[]).unwrap(); // an empty list means everything on
    assert_eq!(office.enabled(ada).len(), 4);
}

#[test]
fn a_license_that_is_named_but_stays_keeps_its_time() {
    let (mut office, ada) = office();
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.now = START.plus_days(1);
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    assert_eq!(office.user(ada).licenses[&SUITE_1].at, START);
    office.assign(ada, &[SUITE_1, PHONE_SYSTEM], &[]).unwrap();
    let licenses = office.user(ada).licenses;
    assert_eq!(licenses[&SUITE_1].at, START);
    assert_eq!(licenses[&PHONE_SYSTEM].at, office.now);
}

#[test]
fn a_removed_license_frees_its_seat_at_once() {
    let (mut office, ada) = office();
    fill(&mut office, SUITE_1);
    let filler = office
        .tenant
        .users()
        .find_principal_name("filler-1@contoso.test")
        .unwrap()
        .id;
    office.assign(filler, &[], &[SUITE_1]).unwrap();
    office.assign(ada, &[SUITE_1], &[]).unwrap();
}

#[test]
fn bulk_gives_scarce_seats_in_order_and_tells_who_went_without() {
    let (mut office, ada) = office();
    let bob = office.hire("bob");
    let cy = office.hire("cy");
    let keys = [cy, ada, Uuid::from_u128(9), cy, bob].map(UserKey::Id);
    let outcome = office.does(Command::AssignLicensesInBulk {
        users: keys.to_vec(),
        request: request(&[(SUITE_1, &[])], &[]),
    });
    let expected = vec![
        (
            2,
            Rejection::UserNotFound {
                key: Uuid::from_u128(9).to_string(),
            },
        ),
        (4, Rejection::NoSeats { sku_id: SUITE_1 }),
    ];
    assert_eq!(outcome, Outcome::Bulk(expected));
    assert_eq!(
        [cy, ada, bob].map(|user| office.held(user).len()),
        [1, 1, 0]
    );
}

/// A rule that came later blocks no other change.
#[test]
fn an_old_violation_is_no_reason_to_refuse() {
    let (mut office, ada) = office();
    let bob = office.hire("bob");
    let mut lenient = crate::office::catalog();
    let rules = std::mem::take(&mut lenient.rules);
    office.adopt(lenient.clone(), 2);
    office.assign(ada, &[SUITE_1, SUITE_3], &[]).unwrap();
    office.assign(bob, &[PHONE_SYSTEM], &[]).unwrap();
    lenient.rules = rules;
    office.adopt(lenient, 3);
    office.assign(ada, &[PHONE_SYSTEM], &[]).unwrap();
    office.assign(ada, &[], &[SUITE_3]).unwrap();
    assert!(office.assign(ada, &[SUITE_3], &[]).is_err());
    // Teams is still missing, as it was before.
    office
        .assign_partly(bob, &[(SUITE_1, &[TEAMS])], &[])
        .unwrap();
    office.assign(bob, &[SUITE_1], &[]).unwrap();
    assert!(
        office
            .assign_partly(bob, &[(SUITE_1, &[TEAMS])], &[])
            .is_err()
    );
}
