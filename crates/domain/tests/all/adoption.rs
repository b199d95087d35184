//! What happens to licenses when the tenant follows another catalog (licensing.md 0, rule 14).

use uuid::Uuid;
use zetel_domain::{
    Command, Rejection,
    catalog::{AppliesTo, Catalog, LicenseBase, MAX_PLANS_PER_PRODUCT},
};

use crate::office::{
    EXCHANGE, INTUNE, OFFICE_WEB, Office, PHONE, PHONE_SYSTEM, SHAREPOINT_1, SUITE_1, SUITE_3,
    TEAMS, UNKNOWN, catalog, product,
};

/// One user with the first suite, without two of its plans.
fn office() -> (Office, Uuid) {
    let mut office = Office::new();
    office.buy(SUITE_1, 5);
    let ada = office.hire("ada");
    office
        .assign_partly(ada, &[(SUITE_1, &[EXCHANGE, TEAMS])], &[])
        .unwrap();
    (office, ada)
}

fn adopt_suite(office: &mut Office, plans: &[Uuid], edition: u8) {
    let mut next = catalog();
    let (id, suite) = product(SUITE_1, LicenseBase::User, AppliesTo::User, plans);
    next.products.insert(id, suite);
    office.adopt(next, edition);
}

#[test]
fn a_new_plan_is_on_for_everybody() {
    let (mut office, ada) = office();
    adopt_suite(
        &mut office,
        &[INTUNE, TEAMS, SHAREPOINT_1, EXCHANGE, OFFICE_WEB],
        2,
    );
    assert_eq!(
        office.enabled(ada),
        [SHAREPOINT_1, OFFICE_WEB, INTUNE].into()
    );
    assert_eq!(
        office.user(ada).licenses[&SUITE_1].disabled,
        [EXCHANGE, TEAMS].into()
    );
}

#[test]
fn a_vanished_plan_moves_no_other() {
    let (mut office, ada) = office();
    adopt_suite(&mut office, &[OFFICE_WEB, TEAMS, INTUNE], 2);
    assert_eq!(office.enabled(ada), [OFFICE_WEB, INTUNE].into());
    assert_eq!(office.user(ada).licenses[&SUITE_1].disabled, [TEAMS].into());
    let refused = office.assign_partly(ada, &[(SUITE_1, &[EXCHANGE])], &[]);
    let expected = Rejection::PlanNotInProduct {
        sku_id: SUITE_1,
        plan_id: EXCHANGE,
    };
    assert_eq!(refused, Err(expected));
    // It comes back as it was left.
    adopt_suite(&mut office, &[SHAREPOINT_1, EXCHANGE, OFFICE_WEB, TEAMS], 3);
    assert_eq!(office.enabled(ada), [SHAREPOINT_1, OFFICE_WEB].into());
}

#[test]
fn a_catalog_that_forgets_what_was_owned_is_refused() {
    let (mut office, ada) = office();
    let forgets = Err(Rejection::CatalogForgets { sku_id: SUITE_1 });
    let attempt = |office: &mut Office, catalog: Catalog| {
        office.attempt(Command::AdoptCatalog {
            catalog: catalog.into(),
            digest: [9; 32],
        })
    };
    let mut without_product = catalog();
    without_product.products.remove(&SUITE_1);
    assert_eq!(attempt(&mut office, without_product), forgets);
    let mut without_plan = catalog();
    without_plan.plans.remove(&TEAMS);
    for product in without_plan.products.values_mut() {
        product.plans.retain(|plan| *plan != TEAMS);
    }
    assert_eq!(attempt(&mut office, without_plan.clone()), forgets);
    // A plan that is only retired may come back, and must be what it was.
    adopt_suite(&mut office, &[SHAREPOINT_1, EXCHANGE, OFFICE_WEB], 2);
    assert_eq!(attempt(&mut office, without_plan), forgets);
    assert_eq!(office.enabled(ada), [SHAREPOINT_1, OFFICE_WEB].into());
    // Nor may a product go whose subscriptions are all over.
    office.wait(365 + 90 + 60);
    assert!(office.held(ada).is_empty());
    let mut without_product = catalog();
    without_product.products.remove(&SUITE_1);
    assert_eq!(attempt(&mut office, without_product), forgets);
}

#[test]
fn a_catalog_may_drop_what_was_never_owned_and_lack_what_it_never_knew() {
    let (mut office, _) = office();
    office.buy(UNKNOWN, 1);
    let mut next = catalog();
    for unowned in [SUITE_3, PHONE_SYSTEM] {
        next.products.remove(&unowned);
    }
    next.plans.remove(&PHONE);
    office.adopt(next, 2);
    assert!(office.tenant.find_product(UNKNOWN).is_some());
}

#[test]
fn plans_beyond_the_last_bit_are_refused() {
    let (mut office, ada) = office();
    let mut next = catalog();
    let template = next.plans[&INTUNE].clone();
    let fresh: Vec<Uuid> = (0..MAX_PLANS_PER_PRODUCT as u128)
        .map(|number| Uuid::from_u128(0x9000 + number))
        .collect();
    for id in &fresh {
        let plan = zetel_domain::catalog::ServicePlan {
            id: *id,
            ..template.clone()
        };
        next.plans.insert(*id, plan);
    }
    let (id, suite) = product(SUITE_1, LicenseBase::User, AppliesTo::User, &fresh);
    next.products.insert(id, suite);
    let refused = office.attempt(Command::AdoptCatalog {
        catalog: next.clone().into(),
        digest: [2; 32],
    });
    assert_eq!(refused, Err(Rejection::TooManyPlans { sku_id: SUITE_1 }));
    // Four retired plans leave room for 124, and the last of them has the last bit.
    let fits = &fresh[..MAX_PLANS_PER_PRODUCT - 4];
    let (id, suite) = product(SUITE_1, LicenseBase::User, AppliesTo::User, fits);
    next.products.insert(id, suite);
    office.adopt(next, 2);
    let last = *fits.last().unwrap();
    office
        .assign_partly(ada, &[(SUITE_1, &[last])], &[])
        .unwrap();
    assert_eq!(office.enabled(ada).len(), fits.len() - 1);
    assert!(!office.enabled(ada).contains(&last));
}
