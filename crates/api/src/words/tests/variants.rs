//! Every cause, remedy, error and refusal has its sentence in every language, with nothing missing in it.

use uuid::Uuid;
use zetel_domain::{
    Rejection, Timestamp,
    assignment::Violation,
    device::{
        CannotEnroll, DEFAULT_LIMIT_ID, DeviceForecast, DeviceOrdinal, DevicePool, Forecast,
        LicenseGap, MdmAuthority, Reason, Step, SubscriptionState, TenantStatus, Warning,
    },
    explain::{Action, Cause, Path, Remedy, Sibling, Side, Waiting},
    group::GroupOrdinal,
    location::Location,
    product::ProductOrdinal,
    subscription::Status,
    user::UserOrdinal,
};

use super::story::{E1, E3, Story};
use crate::words::{
    DeviceSpeaker, Language, Speaker, advice, device_status_text, reason_text, rejection_text,
    violation_text, warning_text,
};

const PRODUCT: ProductOrdinal = ProductOrdinal(0);
const OTHER: ProductOrdinal = ProductOrdinal(1);
const GROUP: GroupOrdinal = GroupOrdinal(0);
const USER: UserOrdinal = UserOrdinal(0);

fn causes(plan: Uuid, other_plan: Uuid) -> Vec<Cause> {
    let location = Location::parse("NL").unwrap();
    let seat = |bought, used, before| Cause::NoSeat {
        product: PRODUCT,
        bought,
        used,
        waiting: Some(Waiting { before, total: 9 }),
    };
    let excluded = |product, group| Cause::Excluded {
        plan,
        other_plan,
        other: Side { product, group },
    };
    let lacks = |sibling| Cause::Lacks {
        plan,
        requires: vec![plan, other_plan, plan],
        sibling,
    };
    let sibling = |cause| Sibling {
        product: OTHER,
        cause,
    };
    let place = |is_default, plan| Cause::Location {
        location,
        is_default,
        product: PRODUCT,
        plan,
    };
    let mut causes = vec![
        seat(0, 0, 0),
        seat(1, 1, 1),
        seat(2, 2, 2),
        seat(5, 5, 2),
        seat(5, 6, 2),
        seat(5, 4, 2),
        seat(5, 3, 2),
        excluded(OTHER, None),
        excluded(OTHER, Some(GROUP)),
        excluded(PRODUCT, None),
        lacks(None),
        lacks(Some(sibling(None))),
        lacks(Some(sibling(Some(Box::new(Cause::NotMeant))))),
        Cause::NeededBy {
            plan,
            other: Side {
                product: OTHER,
                group: None,
            },
            needs: other_plan,
        },
        place(true, None),
        place(false, Some(plan)),
        Cause::Address {
            address: "a@contoso.example".to_owned(),
            owner: USER,
        },
        Cause::Sibling(sibling(None)),
        Cause::SwitchedOff { plan },
        Cause::OnlyNested {
            path: Path {
                groups: vec![GROUP, GROUP],
                joined: Timestamp(0),
            },
        },
        Cause::NotMeant,
    ];
    causes.extend(Violation::ALL.map(Cause::Past));
    let statuses = [Status::Suspended, Status::LockedOut, Status::Deleted];
    causes.extend(statuses.map(|status| Cause::Inactive { status }));
    causes
}

fn actions(plan: Uuid) -> Vec<Action> {
    let (product, group) = (PRODUCT, GROUP);
    let mut actions = vec![
        Action::ReprocessUser,
        Action::SetUsageLocation { now: None },
        Action::SetUsageLocation {
            now: Location::parse("NL"),
        },
        Action::FixAddress {
            address: "a@contoso.example".to_owned(),
            owner: USER,
        },
        Action::AssignDirect { product },
        Action::AddToGroup { group },
        Action::RemoveDirect { product },
        Action::RemoveFromGroup { group },
        Action::Renew { product },
        Action::EnableNestedGroups,
        Action::EnablePartialSuccess,
        Action::EnableAutomaticReprocessing,
    ];
    for count in [1, 2] {
        actions.push(Action::FreeSeats { product, count });
        actions.push(Action::BuySeats { product, count });
    }
    for group in [None, Some(group)] {
        actions.push(Action::SwitchPlanOn {
            product,
            plan,
            group,
        });
        let plans = vec![plan, plan];
        actions.push(Action::SwitchPlanOff {
            product,
            plans,
            group,
        });
    }
    actions
}

fn rejections(sku_id: Uuid, plan_id: Uuid) -> Vec<Rejection> {
    let group = || "Staff".to_owned();
    let guarded = |users, needs_approval| Rejection::Guarded {
        token: String::new(),
        users,
        products: Vec::new(),
        needs_approval,
    };
    vec![
        Rejection::UserNotFound {
            key: "ada".to_owned(),
        },
        Rejection::NoLicenseChanges,
        Rejection::ProductNamedTwice { sku_id },
        Rejection::ProductNotOwned { sku_id },
        Rejection::ProductNotAssignable { sku_id },
        Rejection::PlanNotInProduct { sku_id, plan_id },
        Rejection::LicenseNotHeld { sku_id },
        Rejection::LicenseInherited { sku_id },
        Rejection::UsageLocationMissing,
        Rejection::ProhibitedInLocation {
            sku_id,
            location: Location::parse("NL").unwrap(),
        },
        Rejection::MutuallyExclusive {
            plan_ids: vec![plan_id, plan_id],
        },
        Rejection::DependencyMissing {
            plan_id,
            requires: vec![plan_id],
        },
        Rejection::NoSeats { sku_id },
        Rejection::AddressNotUnique {
            address: "a@contoso.example".to_owned(),
        },
        Rejection::DirectAssignmentsOff,
        Rejection::GroupNotFound { id: sku_id },
        Rejection::MembersFollowRule { group: group() },
        Rejection::GroupHasLicenses { group: group() },
        Rejection::GroupNotLicensable {
            group: group(),
            reason: "",
        },
        Rejection::GroupLicenseNotHeld { sku_id },
        guarded(1, false),
        guarded(2, true),
        Rejection::OwnApproval,
        Rejection::InvalidToken,
        Rejection::NothingToUndo { generation: 1 },
        Rejection::EnrollmentDenied {
            reasons: vec![Reason::AuthorityNotSet, Reason::UserRequired],
        },
        Rejection::DeviceNotFound { id: sku_id },
        Rejection::MustEnrollAgain {
            id: sku_id,
            expired: Timestamp(0),
        },
        Rejection::DeviceDiffers {
            id: sku_id,
            name: "operatingSystem",
        },
        Rejection::DeviceDiffers {
            id: sku_id,
            name: "serialNumber",
        },
        Rejection::InvalidDeviceSetting {
            name: "renewalDays",
            reason: "",
        },
        Rejection::LimitPolicyNotFound { id: sku_id },
        Rejection::DefaultLimitPolicy { reason: "" },
        Rejection::NotEnrollmentManager {
            key: "Ada".to_owned(),
        },
    ]
}

/// Every reason, with every gap and every way in which its sentence varies.
fn reasons() -> Vec<Reason> {
    let (user, device) = (USER, DeviceOrdinal(0));
    let not_licensed = |gap| Reason::NotLicensed { user, gap };
    let not_usable = |status| {
        not_licensed(LicenseGap::ProductNotUsable {
            product: PRODUCT,
            status,
        })
    };
    let shared = |users: usize, bought| Reason::UsersNotLicensed {
        users: vec![user; users],
        bought,
        used: bought,
    };
    let mut reasons = vec![
        Reason::AuthorityNotSet,
        Reason::UserRequired,
        Reason::UserNotFound {
            key: "ada".to_owned(),
        },
        Reason::UserDeleted { user },
        Reason::UserDisabled { user },
        Reason::NotEnrollmentManager { user },
        Reason::NotForEnrollmentManagers { user },
        not_licensed(LicenseGap::NoProduct),
        not_licensed(LicenseGap::PlanOff { product: PRODUCT }),
        not_usable(Status::Suspended),
        not_usable(Status::LockedOut),
        not_usable(Status::Deleted),
        shared(0, 0),
        shared(0, 1),
        shared(1, 0),
        shared(2, 1),
        shared(11, 2),
        shared(12, 2),
        Reason::DeviceLicenseNotAccepted,
        Reason::ManagedOtherwise { device },
        Reason::DeviceOfAnotherUser { device },
    ];
    for number in [0, 1, 2] {
        reasons.push(Reason::NoDeviceLicense {
            bought: number,
            used: number,
        });
        for is_special in [false, true] {
            reasons.push(Reason::LimitReached {
                user,
                policy: if is_special {
                    Uuid::from_u128(1)
                } else {
                    DEFAULT_LIMIT_ID
                },
                limit: 1,
                used: number,
            });
            reasons.push(Reason::AgentLimitReached {
                user,
                is_virtual: is_special,
                limit: 1,
                used: number,
            });
            reasons.push(Reason::ManagerLimitReached {
                user,
                is_android_personal: is_special,
                limit: 1,
                used: number,
            });
        }
    }
    reasons
}

/// A sentence has no gap and no key in it.
fn assert_whole(text: &str) {
    let is_key = |word: &str| {
        let parts: Vec<&str> = word.split('-').collect();
        let starts = [
            "cause", "remedy", "refusal", "error", "advice", "list", "source", "product", "reason",
            "gap", "warning", "device", "default", "other", "step", "restore", "status",
        ];
        parts.len() > 1 && starts.contains(&parts[0])
    };
    assert!(!text.contains(['{', '}', '$']), "{text}");
    assert!(!text.split_whitespace().any(is_key), "{text}");
    assert!(text.ends_with('.') && !text.contains("  "), "{text}");
    assert!(!text.starts_with(char::is_lowercase), "{text}");
}

#[test]
fn everything_can_be_said_in_every_language() {
    let mut story = Story::new();
    story.buy(E1, 1);
    story.buy(E3, 1);
    let ada = story.hire("Ada Lovelace");
    story.group("Staff", &[(E1, &[])], &[ada]);
    let (sharepoint, teams) = (story.plan("SHAREPOINTSTANDARD"), story.plan("TEAMS1"));
    for language in Language::ALL {
        let speaker = Speaker {
            tenant: &story.tenant,
            language,
        };
        for cause in causes(sharepoint, teams) {
            assert_whole(&speaker.cause(&cause, PRODUCT));
        }
        for action in actions(teams) {
            for count in [0, 1, 2] {
                assert_whole(&speaker.remedy(&Remedy {
                    action: action.clone(),
                    seats_needed: count,
                    people_affected: count,
                    suffices: count == 0,
                    gives_up: false,
                    needs_reprocessing: count == 1,
                }));
            }
        }
        for violation in Violation::ALL {
            assert_whole(&violation_text(violation, language));
            assert_whole(&advice(violation, language));
        }
        for rejection in rejections(story.sku_id(E3), teams) {
            assert_whole(&rejection_text(&rejection, &story.tenant, language).unwrap());
        }
        for reason in reasons() {
            assert_whole(&reason_text(&story.tenant, &reason, language));
        }
        for (bought, used) in [(0, 1), (1, 2), (5, 9)] {
            let warning = Warning::PoolShort { bought, used };
            assert_whole(&warning_text(&story.tenant, warning, language));
        }
        let other = Rejection::LastGlobalAdministrator;
        assert_eq!(rejection_text(&other, &story.tenant, language), None);
    }
}

const STEPS: [Step; 9] = [
    Step::EnrollmentRefused,
    Step::NotLicensed,
    Step::MovesToBasicMobility,
    Step::GraceEnds,
    Step::Silent,
    Step::Hidden,
    Step::CertificateExpires,
    Step::UserPurged,
    Step::RecordRemoved,
];

fn status(count: u32) -> TenantStatus {
    TenantStatus {
        authority: MdmAuthority::Intune,
        subscription: SubscriptionState::Active,
        licensed_users: count,
        total_licenses: count,
        device_licenses: DevicePool {
            bought: 0,
            used: count,
        },
        enrolled_devices: count,
        hidden_devices: 0,
        can_enroll: count,
        cannot_enroll: CannotEnroll {
            authority_not_set: count,
            disabled: count,
            plan_off: count,
            product_not_usable: count,
            limit_reached: count,
        },
    }
}

#[test]
fn everything_can_be_said_of_devices_in_every_language() {
    let mut story = Story::new();
    story.buy(E3, 1);
    let at = Timestamp(1_795_250_614);
    for language in Language::ALL {
        let speaker = DeviceSpeaker::new(&story.tenant, language);
        for step in STEPS {
            assert_whole(&speaker.step(at, step));
        }
        for (depends, restorable_until) in [(false, None), (true, None), (true, Some(at))] {
            let device = DeviceForecast {
                device: DeviceOrdinal(0),
                depends,
                steps: Vec::new(),
                restorable_until,
            };
            for (user_purged, products) in [
                (None, Vec::new()),
                (None, vec![PRODUCT]),
                (Some(at), vec![PRODUCT]),
            ] {
                let forecast = Forecast {
                    is_licensed: true,
                    license_ends: at,
                    products,
                    user_purged,
                    devices: Vec::new(),
                };
                assert_whole(&speaker.restore(&forecast, &device));
            }
        }
        for count in [0, 1, 2] {
            // It begins with a number.
            assert_whole(&format!(
                "X {}",
                device_status_text(&status(count), language)
            ));
        }
    }
}
