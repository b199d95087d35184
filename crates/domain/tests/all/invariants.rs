//! What must hold of a real tenant after every command, whatever the model says.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant, Timestamp,
    assignment::{LicenseState, Violation},
    catalog::LicenseBase,
    device::{CannotEnroll, DeviceView},
    group::GroupState,
    user::{UserOrdinal, UserState},
};

use crate::picture::{Picture, UserPicture};

pub fn assert_invariants(command: &Command, tenant: &Tenant, before: &Picture, after: &Picture) {
    assert_seats(command, before, after);
    assert_holders(tenant, after);
    assert_groups(tenant, after);
    assert_whole_units(after);
}

/// A seat is counted once per holder, and only a restore or a smaller purchase takes a product over its seats.
fn assert_seats(command: &Command, before: &Picture, after: &Picture) {
    for (sku_id, product) in &after.products {
        let holders = after
            .live_users()
            .filter(|user| user.licenses.contains_key(sku_id))
            .count();
        assert_eq!(
            product.seats.consumed as usize, holders,
            "seats of {sku_id}"
        );
        assert!(
            product.is_owned || holders == 0,
            "nobody holds what is not owned"
        );
        let consumed_before = before
            .products
            .get(sku_id)
            .map_or(0, |old| old.seats.consumed);
        if product.seats.consumed > consumed_before
            && !matches!(command, Command::RestoreUser { .. })
        {
            assert!(
                product.seats.consumed <= product.seats.enabled + product.seats.warning,
                "more seats of {sku_id} than were bought after {command:?}"
            );
        }
    }
}

/// The sets that make queries fast say what the users say.
fn assert_holders(tenant: &Tenant, after: &Picture) {
    let places = |is_in: &dyn Fn(&UserPicture) -> bool| -> BTreeSet<u32> {
        let users = (0_u32..).zip(&after.users);
        users
            .filter(|(_, user)| is_in(user))
            .map(|(place, _)| place)
            .collect()
    };
    for (ordinal, product) in tenant.products() {
        let holds = |user: &UserPicture| {
            user.state == UserState::Live && user.licenses.contains_key(&product.sku_id)
        };
        let holders: BTreeSet<u32> = tenant.holders(ordinal).unwrap().iter().collect();
        assert_eq!(holders, places(&holds), "holders of {}", product.sku_id);
    }
    let is_kept = |user: &UserPicture| {
        let mut states = user.sources.iter().map(|source| source.state);
        states.any(|state| matches!(state, LicenseState::ActiveWithError(_)))
    };
    let is_ending = |user: &UserPicture| user.sources.iter().any(|source| source.is_ending);
    let kept: BTreeSet<u32> = tenant.kept().iter().collect();
    let ending: BTreeSet<u32> = tenant.ending().iter().collect();
    assert_eq!(
        kept,
        places(&is_kept),
        "who has what could not be taken away"
    );
    assert_eq!(ending, places(&is_ending), "who has what goes later");
}

/// Groups are found by what they are, and both sides of a membership agree.
fn assert_groups(tenant: &Tenant, after: &Picture) {
    let mut live = 0;
    for (ordinal, group) in tenant.groups().iter() {
        let is_live = group.state() == GroupState::Live;
        live += u32::from(is_live);
        let found = tenant.groups().find_id(group.id).map(|(found, _)| found);
        let is_known = group.state() != GroupState::Purged;
        assert_eq!(found, is_known.then_some(ordinal), "by id");
        assert!(
            tenant.groups().has_id(group.id),
            "an id is never free again"
        );
        let nickname = group.definition.mail_nickname.to_uppercase();
        if is_live {
            let found = tenant.groups().find_mail_nickname(&nickname);
            assert_eq!(found.map(|(found, _)| found), Some(ordinal), "by nickname");
        }
        for member in &group.subgroups {
            let member = tenant.groups().get(*member).unwrap();
            assert!(
                member.parents.contains(&ordinal),
                "a member knows its group"
            );
        }
        for parent in &group.parents {
            let parent = tenant.groups().get(*parent).unwrap();
            assert!(
                parent.subgroups.contains(&ordinal),
                "a group knows its member"
            );
        }
        let members: BTreeSet<u32> = group.members.iter().collect();
        let known = |place: &u32| {
            after.users[*place as usize]
                .memberships
                .contains_key(&group.id)
        };
        let places = 0..u32::try_from(after.users.len()).unwrap();
        assert_eq!(
            members,
            places.filter(known).collect(),
            "members of {}",
            group.id
        );
        for ((product, verdict), users) in &group.decisions {
            assert!(!users.is_empty(), "no decision about nobody");
            for other in group
                .verdicts_of(*product)
                .filter(|(other, _)| other != verdict)
            {
                assert!(
                    users.intersection(other.1).is_empty(),
                    "one verdict per user"
                );
            }
        }
        let failed = |user: u32| {
            let view = tenant.users().view(UserOrdinal(user)).unwrap();
            let mut sources = tenant.sources(&view).into_iter();
            view.is_live()
                && sources.any(|source| {
                    source.group == Some(ordinal) && matches!(source.state, LicenseState::Error(_))
                })
        };
        let shown: BTreeSet<u32> = (0..tenant.users().len())
            .filter(|user| failed(*user))
            .collect();
        let told: BTreeSet<u32> = group
            .failed()
            .intersection(tenant.users().live())
            .iter()
            .collect();
        assert_eq!(
            told, shown,
            "who has errors in {}",
            group.definition.display_name
        );
    }
    assert_eq!(tenant.groups().live_count(), live);
}

/// Per user and group: where a product failed for the sake of another, that other one says why.
fn assert_whole_units(after: &Picture) {
    for user in after.live_users() {
        let errors = |other: bool| -> BTreeSet<Uuid> {
            let sources = user.sources.iter().filter(|source| {
                let violation = source.state.violation();
                violation.is_some_and(|violation| (violation == Violation::Other) == other)
            });
            sources.filter_map(|source| source.group).collect()
        };
        assert!(
            errors(true).is_subset(&errors(false)),
            "siblings fail with a culprit only: {:?}",
            user.sources
        );
    }
}

/// What is kept for speed about devices says what a look at everything says, at any time.
pub fn assert_devices(tenant: &Tenant, now: Timestamp) {
    let devices = tenant.devices();
    let places = |is_in: &dyn Fn(&DeviceView<'_>) -> bool| -> Vec<u32> {
        let found = devices.iter().filter(is_in);
        found.map(|device| device.ordinal.0).collect()
    };
    let live: Vec<u32> = devices.live().iter().collect();
    assert_eq!(live, places(&|device| device.is_live()), "live devices");
    let needing: Vec<u32> = devices.needing().iter().collect();
    let needs = |device: &DeviceView<'_>| tenant.needs_device_license(device);
    assert_eq!(needing, places(&needs), "who needs a device license");
    for device in devices.iter() {
        let found = devices.find_id(device.id).map(|found| found.ordinal);
        assert_eq!(found, Some(device.ordinal), "by id");
        let mut twins = devices.find_serial(device.platform(), device.serial());
        let is_found = twins.any(|twin| twin.ordinal == device.ordinal);
        let is_known =
            device.is_live() && device.serial().to_ascii_uppercase().starts_with("SERIAL");
        assert_eq!(is_found, is_known, "by serial number");
    }
    let mut licensed = BTreeSet::new();
    for user in tenant.users().iter() {
        let mut products = tenant.effective_products(&user);
        let is_licensed = products.any(|(license, product)| {
            product.base == LicenseBase::User
                && tenant.seats(license.product).status().is_assignable()
                && product.enables_management(license.disabled)
        });
        if user.is_live() && is_licensed {
            licensed.insert(user.ordinal.0);
        }
        let uses = |device: &DeviceView<'_>| {
            device.is_live() && device.users().any(|other| other == user.ordinal)
        };
        let of_user: Vec<u32> = devices
            .of_user(user.ordinal)
            .map(|device| device.ordinal.0)
            .collect();
        assert_eq!(of_user, places(&uses), "devices of a user");
        let owned = places(&|device| device.is_live() && device.user() == Some(user.ordinal));
        let enrolled = usize::from(devices.enrolled_by(user.ordinal));
        assert_eq!(enrolled, owned.len().min(255));
        for count in (0..=16).chain([254, 255]) {
            let has_as_many = owned.len() >= usize::from(count);
            assert_eq!(devices.has_enrolled(user.ordinal, count), has_as_many);
        }
    }
    let enrollers: BTreeSet<u32> = tenant.enrollers().iter().collect();
    assert_eq!(enrollers, licensed, "who is licensed for device management");
    assert_status(tenant, now);
}

/// Everybody who is licensed can enroll a device or is told why not.
fn assert_status(tenant: &Tenant, now: Timestamp) {
    let status = tenant.device_status(now);
    let CannotEnroll {
        authority_not_set,
        disabled,
        plan_off,
        product_not_usable,
        limit_reached,
    } = status.cannot_enroll;
    let cannot = authority_not_set + disabled + plan_off + product_not_usable + limit_reached;
    assert_eq!(status.licensed_users, status.can_enroll + cannot);
    let has_authority = tenant.device_settings().authority.as_str() != "unknown";
    let can = tenant.users().iter().filter(|user| {
        let counted = tenant.devices_counted(user.ordinal, now);
        user.is_live()
            && has_authority
            && user.head.account_enabled
            && tenant.is_licensed_for_devices(user.ordinal)
            && counted < usize::from(tenant.device_limit_of(user.ordinal))
    });
    assert_eq!(status.can_enroll as usize, can.count(), "who can enroll");
    let live = tenant.devices().live().len();
    assert_eq!(status.enrolled_devices + status.hidden_devices, live);
}
