//! Who is licensed for device management (devices-and-sync.md 1.1 and 1.2).

use uuid::Uuid;
use zetel_domain::{
    Command, Rejection, access::Role, device::LicenseGap, policy::FallbackChain,
    subscription::Status, user::UserKey,
};

use super::{
    EMS, INTUNE_A, INTUNE_EDU, OFFICE_E3, PLAN_INTUNE_A, PLAN_INTUNE_EDU, PLAN_INTUNE_O365,
};
use crate::office::Office;

fn gap(office: &Office, user: Uuid) -> Option<LicenseGap> {
    let view = office.tenant.users().find_id(user).unwrap();
    office.tenant.license_gap(&view)
}

#[test]
fn plans_license_and_products_do_not() {
    let mut office = Office::with_intune();
    let ada = office.hire("ada");
    assert_eq!(gap(&office, ada), Some(LicenseGap::NoProduct));
    let cases: [(Uuid, &[Uuid], bool); 9] = [
        (INTUNE_A, &[], true),
        (INTUNE_A, &[PLAN_INTUNE_A], false),
        (EMS, &[], true),
        (EMS, &[PLAN_INTUNE_A], false),
        (INTUNE_EDU, &[PLAN_INTUNE_A], true),
        (INTUNE_EDU, &[PLAN_INTUNE_EDU], true),
        (INTUNE_EDU, &[PLAN_INTUNE_A, PLAN_INTUNE_EDU], false),
        (OFFICE_E3, &[], false),
        (OFFICE_E3, &[PLAN_INTUNE_O365], false),
    ];
    for (product, off, is_licensed) in cases {
        office.assign_partly(ada, &[(product, off)], &[]).unwrap();
        assert_eq!(
            office.is_licensed(ada),
            is_licensed,
            "{product} less {off:?}"
        );
        assert_eq!(gap(&office, ada).is_none(), is_licensed);
        office.assign(ada, &[], &[product]).unwrap();
        assert!(!office.is_licensed(ada));
    }
}

#[test]
fn one_product_with_the_plan_on_is_enough() {
    let mut office = Office::with_intune();
    let ada = office.hire("ada");
    let ordinal = |office: &Office, sku_id| office.tenant.find_product(sku_id).unwrap();
    let off: &[Uuid] = &[PLAN_INTUNE_A];
    office.assign_partly(ada, &[(EMS, off)], &[]).unwrap();
    let product = ordinal(&office, EMS);
    assert_eq!(gap(&office, ada), Some(LicenseGap::PlanOff { product }));
    office.give(ada);
    assert_eq!(gap(&office, ada), None);
}

#[test]
fn a_product_in_grace_licenses_and_a_suspended_one_does_not() {
    let mut office = Office::on_builtin();
    let bought = office.buy(INTUNE_A, 5);
    let ada = office.hire_licensed("ada");
    office.wait(366);
    assert_eq!(office.status(bought), Status::Warning);
    assert!(office.is_licensed(ada));
    office.wait(90);
    assert_eq!(office.status(bought), Status::Suspended);
    assert!(!office.is_licensed(ada));
    let product = office.tenant.find_product(INTUNE_A).unwrap();
    let status = Status::Suspended;
    assert_eq!(
        gap(&office, ada),
        Some(LicenseGap::ProductNotUsable { product, status })
    );
    office.does(Command::Reactivate {
        id: bought,
        renews: true,
    });
    assert!(office.is_licensed(ada));
}

#[test]
fn a_group_licenses_its_members_while_it_gives_the_plan() {
    let mut office = Office::with_intune();
    let ada = office.hire("ada");
    let staff = office.group("staff");
    office.license(staff, &[EMS], &[]).unwrap();
    assert!(!office.is_licensed(ada));
    office.join(staff, &[ada]);
    assert!(office.is_licensed(ada));
    let off: &[Uuid] = &[PLAN_INTUNE_A];
    office.license_partly(staff, &[(EMS, off)], &[]).unwrap();
    assert!(!office.is_licensed(ada));
    office.license(staff, &[EMS], &[]).unwrap();
    assert!(office.is_licensed(ada));
    office.leave(staff, &[ada]);
    assert!(!office.is_licensed(ada));
}

#[test]
fn groups_within_a_licensed_group_count_where_they_nest() {
    let mut office = Office::with_intune();
    let ada = office.hire("ada");
    let [staff, team] = ["staff", "team"].map(|name| office.group(name));
    office.join(team, &[ada]);
    office.join(staff, &[team]);
    office.license(staff, &[EMS], &[]).unwrap();
    assert!(!office.is_licensed(ada));
    office.extend(|policy| policy.nested_groups = true);
    assert!(office.is_licensed(ada));
    office.extend(|policy| policy.nested_groups = false);
    assert!(!office.is_licensed(ada));
}

#[test]
fn a_product_given_instead_licenses_by_its_own_plans() {
    let mut office = Office::on_builtin();
    office.buy(OFFICE_E3, 1);
    office.buy(EMS, 1);
    office.extend(|policy| {
        policy.fallback = vec![FallbackChain(vec![OFFICE_E3, EMS])];
    });
    let staff = office.group("staff");
    office.license(staff, &[OFFICE_E3], &[]).unwrap();
    let bea = office.hire("bea");
    office.assign(bea, &[OFFICE_E3], &[]).unwrap();
    let ada = office.hire("ada");
    office.join(staff, &[ada]);
    assert_eq!(office.held(ada), [EMS]);
    assert!(office.is_licensed(ada));
    office.assign(bea, &[], &[OFFICE_E3]).unwrap();
    office.reprocess(ada);
    assert_eq!(office.held(ada), [OFFICE_E3]);
    assert!(!office.is_licensed(ada));
}

#[test]
fn who_is_deleted_is_not_licensed_and_who_comes_back_is() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    office.delete(ada);
    assert!(!office.is_licensed(ada));
    office.does(Command::RestoreUser { id: ada });
    assert!(office.is_licensed(ada));
}

#[test]
fn who_may_not_sign_in_is_licensed_and_enrolls_nothing() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let laptop = office.enroll(super::of(ada, 1));
    office.enable(ada, false);
    assert!(office.is_licensed(ada));
    assert!(office.is_compliant(laptop));
    assert_eq!(office.refused(super::of(ada, 2)), ["UserDisabled"]);
}

#[test]
fn a_license_in_its_grace_period_still_licenses() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    office.extend(|policy| policy.grace_days = 10);
    office.take(ada);
    assert!(office.is_licensed(ada));
    office.wait(9);
    assert!(office.is_licensed(ada));
    office.wait(1);
    assert!(!office.is_licensed(ada));
}

// ---- Administrators without a license -------------------------------------------------------------------------------

#[test]
fn administrators_need_a_license_until_the_tenant_says_otherwise_and_then_never_again() {
    let mut office = Office::with_intune();
    let ada = office.hire("ada");
    office.give_role(ada, Role::IntuneAdministrator);
    let may = |office: &Office, user| {
        office
            .tenant
            .may_administer_devices(office.user_ordinal(user))
    };
    assert!(!may(&office, ada));
    office.give(ada);
    assert!(may(&office, ada));
    office.take(ada);
    office.manage(|settings| settings.unlicensed_administrators = true);
    assert!(may(&office, ada));
    let refused = office.try_manage(|settings| settings.unlicensed_administrators = false);
    let name = "allowUnlicensedAdministrators";
    assert!(matches!(
        refused,
        Err(Rejection::InvalidDeviceSetting { name: refused, .. }) if refused == name
    ));
    assert!(may(&office, ada));
}

#[test]
fn only_the_first_administrators_do_without_a_license() {
    let mut office = Office::with_intune();
    office.manage(|settings| {
        settings.unlicensed_administrators = true;
        settings.limits.unlicensed_administrators = 2;
    });
    let admins = ["a", "b", "c", "d"].map(|name| office.hire(name));
    // Not the order of the roles, but that of their creation counts.
    for admin in [admins[3], admins[2], admins[1], admins[0]] {
        office.give_role(admin, Role::IntuneAdministrator);
    }
    let may = |office: &Office| {
        admins.map(|admin| {
            office
                .tenant
                .may_administer_devices(office.user_ordinal(admin))
        })
    };
    assert_eq!(may(&office), [true, true, false, false]);
    office.give(admins[0]);
    assert_eq!(may(&office), [true, true, true, false]);
    office.does(Command::DeleteUser {
        user: UserKey::Id(admins[1]),
    });
    assert!(may(&office)[3]);
}
