//! How many devices a user may enroll, by which policy, and which devices count (devices-and-sync.md 1.4).

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection,
    device::{
        Agent, DEFAULT_LIMIT_ID, Enrollment, EnrollmentType, LimitPolicyChange, Platform, Reason,
        RegistrationState, Report,
    },
};

use super::{device_id, of, shared};
use crate::office::Office;

const DAY: i64 = 86_400;

fn change(office: &mut Office, change: LimitPolicyChange) -> Result<Outcome, Rejection> {
    office.attempt(Command::ChangeLimitPolicies(change))
}

fn names(office: &Office) -> Vec<(String, u32, u32)> {
    let policies = office.tenant.limit_policies().iter();
    policies
        .map(|policy| (policy.display_name.clone(), policy.priority, policy.version))
        .collect()
}

// ---- Policies -------------------------------------------------------------------------------------------------------

#[test]
fn the_default_policy_allows_what_a_license_covers() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    assert_eq!(office.limit_of(ada), 15);
    office.relimit(DEFAULT_LIMIT_ID, 2);
    office.enroll(of(ada, 1));
    office.enroll(of(ada, 2));
    let reasons = office.try_enroll(of(ada, 3)).unwrap_err();
    let reason = Reason::LimitReached {
        user: office.user_ordinal(ada),
        policy: DEFAULT_LIMIT_ID,
        limit: 2,
        used: 2,
    };
    assert_eq!(reasons, [reason]);
}

#[test]
fn only_the_first_policy_that_hits_applies() {
    let mut office = Office::with_intune();
    let [ada, bea, cleo] = ["ada", "bea", "cleo"].map(|name| office.hire_licensed(name));
    let [staff, sales] = ["staff", "sales"].map(|name| office.group(name));
    office.join(staff, &[ada, bea]);
    office.join(sales, &[ada]);
    let few = office.limit("few", 1);
    let many = office.limit("many", 9);
    office.limit_for(few, &[staff], &[]);
    office.limit_for(many, &[sales], &[]);
    let limits = |office: &Office| [ada, bea, cleo].map(|user| office.limit_of(user));
    assert_eq!(limits(&office), [1, 1, 15]);
    change(
        &mut office,
        LimitPolicyChange::SetPriority {
            id: many,
            priority: 1,
        },
    )
    .unwrap();
    assert_eq!(limits(&office), [9, 1, 15], "neither merged nor the least");
    office.limit_for(many, &[], &[]);
    assert_eq!(limits(&office), [1, 1, 15]);
}

#[test]
fn groups_count_at_any_level_and_exclusion_wins() {
    let mut office = Office::with_intune();
    let [ada, bea] = ["ada", "bea"].map(|name| office.hire_licensed(name));
    let [all, team, guests] = ["all", "team", "guests"].map(|name| office.group(name));
    office.join(all, &[team]);
    office.join(team, &[ada, bea]);
    office.join(guests, &[bea]);
    let policy = office.limit("policy", 3);
    office.limit_for(policy, &[all], &[]);
    assert_eq!([office.limit_of(ada), office.limit_of(bea)], [3, 3]);
    office.limit_for(policy, &[all], &[guests]);
    assert_eq!([office.limit_of(ada), office.limit_of(bea)], [3, 15]);
    let (everyone, groups, excluded) = (true, Vec::new(), vec![guests]);
    let assign = LimitPolicyChange::Assign {
        id: policy,
        everyone,
        groups,
        excluded,
    };
    change(&mut office, assign).unwrap();
    assert_eq!([office.limit_of(ada), office.limit_of(bea)], [3, 15]);
    // Groups that contain each other end somewhere.
    office.join(team, &[all]);
    office.limit_for(policy, &[team], &[]);
    assert_eq!(office.limit_of(ada), 3);
    office.does(Command::DeleteGroup { group: team });
    assert_eq!(
        office.limit_of(ada),
        15,
        "nobody is in a group that is gone"
    );
}

#[test]
fn priorities_are_kept_without_gaps() {
    let mut office = Office::with_intune();
    let default = office.tenant.limit_policies()[0].display_name.clone();
    let [one, _, three] = ["one", "two", "three"].map(|name| office.limit(name, 5));
    let entry = |name: &str, priority, version| (name.to_owned(), priority, version);
    assert_eq!(
        names(&office),
        [
            entry("one", 1, 1),
            entry("two", 2, 1),
            entry("three", 3, 1),
            entry(&default, 0, 1)
        ]
    );
    let first = LimitPolicyChange::SetPriority {
        id: three,
        priority: 1,
    };
    change(&mut office, first).unwrap();
    change(&mut office, LimitPolicyChange::Delete { id: one }).unwrap();
    let order: Vec<_> = names(&office)
        .into_iter()
        .map(|(name, priority, _)| (name, priority))
        .collect();
    let entry = |name: &str, priority| (name.to_owned(), priority);
    assert_eq!(
        order,
        [entry("three", 1), entry("two", 2), entry(&default, 0)]
    );
    // Behind the last one is the last one.
    let last = LimitPolicyChange::SetPriority {
        id: three,
        priority: 99,
    };
    change(&mut office, last).unwrap();
    assert_eq!(names(&office)[1].0, "three");
}

#[test]
fn bad_policies_are_refused_and_change_nothing() {
    let mut office = Office::with_intune();
    let policy = office.limit("policy", 5);
    let before = office.tenant.limit_policies().to_vec();
    let create = |name: &str, limit| LimitPolicyChange::Create {
        id: None,
        display_name: name.to_owned(),
        description: None,
        limit,
    };
    let priority = |id, priority| LimitPolicyChange::SetPriority { id, priority };
    let groups = |id, groups| LimitPolicyChange::Assign {
        id,
        everyone: false,
        groups,
        excluded: Vec::new(),
    };
    let unknown = Uuid::from_u128(0xdead);
    let same_id = LimitPolicyChange::Create {
        id: Some(policy),
        display_name: "again".to_owned(),
        description: None,
        limit: 1,
    };
    for bad in [
        create("zero", 0),
        create("many", 16),
        create(" ", 1),
        create(&"x".repeat(257), 1),
        create("bell\u{7}", 1),
        same_id,
        priority(policy, 0),
        priority(unknown, 1),
        priority(DEFAULT_LIMIT_ID, 1),
        groups(DEFAULT_LIMIT_ID, Vec::new()),
        groups(policy, vec![unknown]),
        groups(policy, vec![unknown; 501]),
        LimitPolicyChange::Delete { id: unknown },
        LimitPolicyChange::Delete {
            id: DEFAULT_LIMIT_ID,
        },
    ] {
        assert!(change(&mut office, bad.clone()).is_err(), "{bad:?}");
        assert_eq!(office.tenant.limit_policies(), before);
    }
    for number in 2..=25 {
        office.limit(&format!("policy{number}"), 5);
    }
    let (what, limit) = ("device limit policies besides the default one", 25);
    assert_eq!(
        change(&mut office, create("one too many", 1)),
        Err(Rejection::LimitReached { what, limit })
    );
}

#[test]
fn a_lower_limit_is_for_new_enrollments_only() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let phones = [1, 2, 3].map(|number| office.enroll(of(ada, number)));
    office.relimit(DEFAULT_LIMIT_ID, 1);
    for phone in phones {
        assert!(office.is_compliant(phone));
    }
    assert_eq!(office.refused(of(ada, 4)), ["DeviceLimitReached"]);
    // A device that has its place may be told more of.
    let mut again = of(ada, 2);
    again.details.name = "Renamed".to_owned();
    office.enroll(again);
    assert_eq!(office.device(device_id(2)).name(), "Renamed");
}

#[test]
fn no_policy_allows_more_than_a_license_covers() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    office.manage(|settings| settings.limits.devices_per_user = 2);
    assert_eq!(office.limit_of(ada), 2);
    office.enroll(of(ada, 1));
    office.enroll(of(ada, 2));
    assert_eq!(office.refused(of(ada, 3)), ["DeviceLimitReached"]);
    let status = office.tenant.device_status(office.now);
    assert_eq!(
        (status.can_enroll, status.cannot_enroll.limit_reached),
        (0, 1)
    );
}

// ---- Which devices count --------------------------------------------------------------------------------------------

/// A user who may have one device, and has it.
fn full(enrollment: impl Fn(Uuid) -> Enrollment) -> (Office, Uuid, Uuid) {
    let mut office = Office::with_intune();
    office.relimit(DEFAULT_LIMIT_ID, 1);
    let ada = office.hire_licensed("ada");
    let device = office.enroll(enrollment(ada));
    (office, ada, device)
}

#[test]
fn a_device_not_heard_of_for_90_days_does_not_count() {
    let (mut office, ada, phone) = full(|ada| of(ada, 1));
    office.pass(90 * DAY - 1);
    assert_eq!(office.counted(ada), 1);
    assert_eq!(office.refused(of(ada, 2)), ["DeviceLimitReached"]);
    office.pass(1);
    assert_eq!(office.counted(ada), 0);
    office.enroll(of(ada, 2));
    // One that is heard of again counts again, though that is one too many.
    office.check_in(phone);
    assert_eq!(office.counted(ada), 2);
    assert_eq!(office.refused(of(ada, 3)), ["DeviceLimitReached"]);
}

#[test]
fn a_device_without_its_place_needs_one_to_enroll_again() {
    let (mut office, ada, _) = full(|ada| of(ada, 1));
    office.pass(90 * DAY);
    office.enroll(of(ada, 2));
    assert_eq!(office.refused(of(ada, 1)), ["DeviceLimitReached"]);
}

#[test]
fn a_registration_pending_for_24_hours_does_not_count() {
    for registration in [
        RegistrationState::ApprovalPending,
        RegistrationState::NotRegisteredPendingEnrollment,
    ] {
        let (mut office, ada, phone) = full(|ada| Enrollment {
            registration,
            ..of(ada, 1)
        });
        office.pass(DAY - 1);
        assert_eq!(office.counted(ada), 1);
        office.pass(1);
        assert_eq!(office.counted(ada), 0);
        office.report(
            phone,
            Report {
                registration: Some(RegistrationState::Registered),
                ..Report::default()
            },
        );
        assert_eq!(office.counted(ada), 1, "as soon as it is registered");
    }
}

#[test]
fn a_failed_apple_enrollment_does_not_count() {
    use EnrollmentType::{AppleBulkWithUser, AppleUserEnrollment, UserEnrollment};
    use RegistrationState::{CertificateReset, KeyConflict, Registered, Revoked};
    let failed = |platform, enrollment_type, registration| {
        let (office, ada, _) = full(|ada| Enrollment {
            platform,
            enrollment_type,
            registration,
            ..of(ada, 1)
        });
        office.counted(ada)
    };
    for enrollment_type in [AppleBulkWithUser, AppleUserEnrollment, UserEnrollment] {
        for platform in [Platform::Ios, Platform::MacOs] {
            assert_eq!(failed(platform, enrollment_type, KeyConflict), 0);
            assert_eq!(failed(platform, enrollment_type, Revoked), 0);
            assert_eq!(failed(platform, enrollment_type, CertificateReset), 1);
            assert_eq!(failed(platform, enrollment_type, Registered), 1);
        }
    }
    assert_eq!(failed(Platform::Windows, UserEnrollment, Revoked), 1);
}

#[test]
fn only_some_ways_of_enrolling_are_limited() {
    use EnrollmentType as T;
    let free = [
        T::WindowsAutoEnrollment,
        T::WindowsBulkAzureDomainJoin,
        T::WindowsCoManagement,
    ];
    let limited = [
        T::Unknown,
        T::UserEnrollment,
        T::WindowsAzureAdJoin,
        T::AppleBulkWithUser,
        T::AndroidFullyManaged,
        T::AndroidCorporateWorkProfile,
        T::AndroidAospUser,
    ];
    let (mut office, ada, _) = full(|ada| of(ada, 1));
    let numbers = 2..;
    for (number, enrollment_type) in numbers.zip(free.into_iter().chain(limited)) {
        let wanted = Enrollment {
            enrollment_type,
            ..of(ada, number)
        };
        if free.contains(&enrollment_type) {
            office.enroll(wanted);
        } else {
            assert_eq!(office.refused(wanted), ["DeviceLimitReached"]);
        }
    }
    assert_eq!(office.counted(ada), 1);
}

#[test]
fn shared_devices_and_those_of_the_agent_do_not_count_and_are_not_counted_against_it() {
    let (mut office, ada, _) = full(|ada| of(ada, 1));
    let bea = office.hire_licensed("bea");
    office.enroll(shared(&[ada, bea], 2));
    office.enroll(Enrollment {
        agent: Agent::IntuneClient,
        ..of(ada, 3)
    });
    assert_eq!((office.counted(ada), office.counted(bea)), (1, 0));
    assert_eq!(office.refused(of(ada, 4)), ["DeviceLimitReached"]);
    office.enroll(of(bea, 5));
}

#[test]
fn a_removed_device_frees_its_place() {
    let (mut office, ada, phone) = full(|ada| of(ada, 1));
    office.does(Command::RetireDevice { device: phone });
    assert_eq!(office.refused(of(ada, 2)), ["DeviceLimitReached"]);
    office.does(Command::RemoveDevice { device: phone });
    office.enroll(of(ada, 2));
}
