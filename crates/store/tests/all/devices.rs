//! Devices as facts: rows, journal and memory say the same, and a user who is purged leaves no details.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Command, Event, Tenant, Timestamp,
    assignment::{AssignmentRequest, ProductRequest},
    command::NewSubscription,
    device::{
        Build, CleanUpRule, DeviceDetails, DeviceSettings, Enrollment, EnrollmentType,
        LimitPolicyChange, Ownership, Platform, Report, Reported,
    },
    product::ProductDefinition,
    subscription::{Channel, Term},
    user::{UserKey, UserOrdinal},
};
use zetel_store::{
    Overwrite, Store, copy,
    sql::{DatabaseError, Row, Statement, Value},
    state_hash,
};
use zetel_testkit::{Postgres, Random};

use crate::{
    drive::{Drive, TENANT, findings},
    support::{Place, in_both},
};

const DEVICES: Statement = Statement::new(
    "devices in a test",
    "SELECT user_ordinal, other_users, platform, enrollment_type, ownership, agent, registration, management, reported, \
     model, device_name, serial_number, imei, directory_id, removed_at FROM device ORDER BY ordinal",
);
const POLICIES: Statement = Statement::new(
    "limit policies in a test",
    "SELECT display_name, priority, device_limit, group_ordinals FROM limit_policy ORDER BY position",
);
const SETTINGS: Statement = Statement::new(
    "device settings in a test",
    "SELECT clean_up_rules, limits FROM device_settings",
);
const MANAGERS: Statement = Statement::new(
    "enrollment managers in a test",
    "SELECT user_ordinal FROM enrollment_manager ORDER BY user_ordinal",
);
const DETAILS: Statement = Statement::new(
    "details in a test of devices",
    "SELECT body FROM generation_detail ORDER BY generation",
);

const FOR_USERS: &str = "EMS";
const FOR_DEVICES: &str = "INTUNE_A_D";

fn user_key(number: u128) -> UserKey {
    UserKey::Id(Uuid::from_u128(0x3000 + number))
}

fn device_id(number: u128) -> Uuid {
    Uuid::from_u128(0x8000 + number)
}

/// What of a device is nowhere else.
fn serial(number: u128) -> String {
    format!("SERIAL-{number:04}")
}

fn sku_id(drive: &Drive, part_number: &str) -> Uuid {
    let products = &drive.world.catalogs[0].0.products;
    let mut found = products
        .iter()
        .filter(|(_, product)| product.part_number == part_number);
    *found.next().unwrap().0
}

fn buy(drive: &mut Drive, part_number: &str, quantity: u32) {
    let sku_id = sku_id(drive, part_number);
    let purchase = NewSubscription {
        id: None,
        product: ProductDefinition {
            sku_id,
            part_number: part_number.to_owned(),
            name: part_number.to_owned(),
            per_device: part_number == FOR_DEVICES,
            plans: Vec::new(),
        },
        channel: Channel::EnterpriseAgreement,
        quantity,
        term: Term { months: 36 },
        renews: true,
        owner_id: None,
    };
    drive.take(&Command::AddSubscription(purchase)).unwrap();
}

/// A tenant of whose users the first four may enroll devices.
fn licensed(place: &Place) -> Drive {
    let mut drive = Drive::begun(place, TENANT);
    buy(&mut drive, FOR_USERS, 10);
    let request = AssignmentRequest {
        add: vec![ProductRequest {
            sku_id: sku_id(&drive, FOR_USERS),
            disabled_plans: Vec::new(),
        }],
        remove: Vec::new(),
    };
    drive
        .take(&Command::AssignLicensesInBulk {
            users: (0..4).map(user_key).collect(),
            request,
        })
        .unwrap();
    assert_eq!(drive.tenant.enrollers().len(), 4);
    drive
}

fn enrollment(number: u128, user: Option<u128>) -> Enrollment {
    Enrollment {
        id: device_id(number),
        user: user.map(user_key),
        platform: Platform::Windows,
        enrollment_type: EnrollmentType::UserEnrollment,
        build: Build {
            model: "Surface".to_owned(),
            ..Build::default()
        },
        details: DeviceDetails {
            serial: serial(number),
            ..DeviceDetails::default()
        },
        ..Enrollment::default()
    }
}

fn enroll(drive: &mut Drive, enrollment: Enrollment) {
    drive
        .take(&Command::EnrollDevice(Box::new(enrollment)))
        .unwrap();
}

fn query(drive: &Drive, statement: &Statement) -> Vec<Row> {
    drive.store.database().query(statement, &[]).unwrap()
}

fn run(drive: &Drive, text: &'static str, values: &[Value]) {
    let statement = Statement::new("edit in a test", text);
    drive.store.database().execute(&statement, values).unwrap();
}

/// The words, numbers and JSON of a row.
fn shown(row: &Row, columns: std::ops::Range<usize>) -> Vec<String> {
    let cell = |column| match row.value(column).unwrap().to_value() {
        Value::Null => "-".to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Text(text) => text,
        Value::Bytes(bytes) => Uuid::from_slice(&bytes).unwrap().to_string(),
    };
    columns.map(cell).collect()
}

/// The devices of whose details the journal still has the serial number.
fn serials_in_journal(drive: &Drive, devices: std::ops::Range<u128>) -> Vec<u128> {
    let bodies = query(drive, &DETAILS);
    let is_there = |number: &u128| {
        let serial = serial(*number);
        bodies.iter().any(|row| {
            let body = row.bytes(0).unwrap();
            body.windows(serial.len())
                .any(|part| part == serial.as_bytes())
        })
    };
    devices.filter(is_there).collect()
}

#[test]
fn a_device_has_one_row_that_people_can_read() {
    in_both(|place| {
        let mut drive = licensed(place);
        buy(&mut drive, FOR_DEVICES, 2);
        enroll(&mut drive, enrollment(0, Some(1)));
        let shared = Enrollment {
            is_shared: true,
            others: vec![user_key(3), user_key(2)],
            platform: Platform::Ios,
            enrollment_type: EnrollmentType::AppleBulkWithUser,
            ownership: Ownership::Company,
            details: DeviceDetails {
                name: "Kiosk \u{1f4f1}".to_owned(),
                serial: serial(1),
                imei: "350000000000001".to_owned(),
                directory_id: Some(Uuid::from_u128(7)),
            },
            ..enrollment(1, Some(1))
        };
        enroll(&mut drive, shared);
        let dedicated = Enrollment {
            platform: Platform::Android,
            enrollment_type: EnrollmentType::AndroidDedicated,
            ..enrollment(2, None)
        };
        enroll(&mut drive, dedicated);
        drive.assert_sound();
        let rows = query(&drive, &DEVICES);
        let words = rows.iter().map(|row| shown(row, 0..14).join(" "));
        assert_eq!(
            words.collect::<Vec<_>>(),
            [
                "1 - Windows userEnrollment unknown mdm registered managed unknown Surface - SERIAL-0000 - -",
                "1 [2,3] iOS appleBulkWithUser company mdm registered managed unknown Surface Kiosk \u{1f4f1} SERIAL-0001 \
                 350000000000001 00000000-0000-0000-0000-000000000007",
                "- - Android androidEnterpriseDedicatedDevice unknown mdm registered managed unknown Surface - \
                 SERIAL-0002 - -",
            ]
        );
        assert_eq!(drive.tenant.device_pool().used, 1);
    });
}

#[test]
fn whatever_becomes_of_a_device_is_stored() {
    in_both(|place| {
        let mut drive = licensed(place);
        enroll(&mut drive, enrollment(0, Some(1)));
        let device = device_id(0);
        let renamed = Enrollment {
            details: DeviceDetails {
                name: "Laptop".to_owned(),
                serial: serial(0),
                ..DeviceDetails::default()
            },
            ..enrollment(0, Some(1))
        };
        let check_in = |report| Command::CheckIn { device, report };
        let steps = [
            Command::EnrollDevice(Box::new(renamed)),
            check_in(Report::default()),
            check_in(Report {
                reported: Some(Reported::NonCompliant),
                grace_until: Some(Timestamp(1_900_000_000)),
                ..Report::default()
            }),
            Command::SyncDevice { device },
            Command::RetireDevice { device },
            check_in(Report::default()),
            Command::RemoveDevice { device },
            // It comes back, and then its other id takes its place.
            Command::EnrollDevice(Box::new(enrollment(0, Some(2)))),
            Command::EnrollDevice(Box::new(Enrollment {
                id: device_id(1),
                ..enrollment(0, Some(2))
            })),
        ];
        let mut generation = drive.head.generation;
        for step in steps {
            drive.now = Timestamp(drive.now.0 + 60);
            drive.take(&step).unwrap();
            generation += 1;
            assert_eq!(drive.head.generation, generation, "{step:?}");
            drive.assert_sound();
        }
        let rows = query(&drive, &DEVICES);
        assert_eq!(rows.len(), 2);
        assert_eq!(shown(&rows[0], 10..14), ["-"; 4]);
        assert_eq!(rows[0].int(14).unwrap(), drive.now.0);
        assert_eq!(shown(&rows[1], 11..12), [serial(0)]);
        assert_eq!(rows[1].optional_int(14).unwrap(), None);
    });
}

#[test]
fn times_as_far_ahead_as_can_be_change_a_device_once() {
    in_both(|place| {
        let mut drive = licensed(place);
        let end = Some(drive.now.plus_days(3_650));
        let enrollment = Enrollment {
            certificate_expires: end,
            ..enrollment(0, Some(1))
        };
        let report = Report {
            reported: Some(Reported::NonCompliant),
            grace_until: end,
            certificate_expires: end,
            ..Report::default()
        };
        let device = device_id(0);
        for command in [
            Command::EnrollDevice(Box::new(enrollment)),
            Command::CheckIn { device, report },
        ] {
            drive.take(&command).unwrap();
            let generation = drive.head.generation;
            drive.take(&command).unwrap();
            assert_eq!(drive.head.generation, generation, "{command:?}");
            drive.assert_sound();
        }
    });
}

#[test]
fn a_change_of_one_device_writes_its_row_and_no_other() {
    in_both(|place| {
        let mut drive = licensed(place);
        enroll(&mut drive, enrollment(0, Some(1)));
        enroll(&mut drive, enrollment(1, Some(1)));
        run(&drive, "UPDATE device SET model = 'x'", &[]);
        drive.now = Timestamp(drive.now.0 + 60);
        drive
            .take(&Command::CheckIn {
                device: device_id(1),
                report: Report::default(),
            })
            .unwrap();
        let found = findings(&drive.store);
        assert_eq!(found.len(), 1, "{found:?}");
        let place = "`model` of `device`, row ordinal 0";
        assert!(found[0].text.contains(place), "{found:?}");
        run(&drive, "UPDATE device SET model = 'Surface'", &[]);
        drive.assert_sound();
    });
}

#[test]
fn settings_policies_and_managers_are_stored() {
    in_both(|place| {
        let mut drive = licensed(place);
        let limits = query(&drive, &SETTINGS)[0].text(1).unwrap().to_owned();
        assert!(limits.contains("\"devicesPerUser\":15"), "{limits}");
        let mut settings = DeviceSettings {
            clean_up: vec![
                CleanUpRule {
                    platform: Some(Platform::Ios),
                    days: 30,
                },
                CleanUpRule {
                    platform: None,
                    days: 90,
                },
            ],
            ..DeviceSettings::default()
        };
        settings.limits.devices_per_user = 7;
        drive
            .take(&Command::ChangeDeviceSettings { settings })
            .unwrap();
        let rows = query(&drive, &SETTINGS);
        assert_eq!(
            rows[0].text(0).unwrap(),
            r#"[{"platform":"iOS","days":30},{"platform":null,"days":90}]"#
        );
        assert!(rows[0].text(1).unwrap().contains("\"devicesPerUser\":7"),);
        drive.assert_sound();

        for number in [1, 2] {
            drive
                .take(&Command::AddEnrollmentManager {
                    user: user_key(number),
                })
                .unwrap();
        }
        drive
            .take(&Command::RemoveEnrollmentManager { user: user_key(1) })
            .unwrap();
        let rows = query(&drive, &MANAGERS);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].int(0).unwrap(), 2);
        drive.assert_sound();
        drive
            .take(&Command::DeleteUser { user: user_key(2) })
            .unwrap();
        drive
            .take(&Command::PurgeUser {
                id: Uuid::from_u128(0x3002),
            })
            .unwrap();
        assert_eq!(query(&drive, &MANAGERS).len(), 0);
        drive.assert_sound();
    });
}

#[test]
fn policies_move_up_when_one_goes() {
    in_both(|place| {
        let mut drive = licensed(place);
        let id = |number: u128| Uuid::from_u128(0x9000 + number);
        let change = |drive: &mut Drive, change| {
            drive.take(&Command::ChangeLimitPolicies(change)).unwrap();
            drive.assert_sound();
        };
        for number in [1, 2, 3] {
            let create = LimitPolicyChange::Create {
                id: Some(id(number)),
                display_name: format!("Policy {number}"),
                description: None,
                limit: 5,
            };
            change(&mut drive, create);
        }
        change(
            &mut drive,
            LimitPolicyChange::SetPriority {
                id: id(3),
                priority: 1,
            },
        );
        let policies = |drive: &Drive| -> Vec<String> {
            let rows = query(drive, &POLICIES);
            rows.iter().map(|row| shown(row, 0..4).join(" ")).collect()
        };
        let default = "All users and all devices 0 15 []";
        assert_eq!(
            policies(&drive),
            [
                "Policy 3 1 5 []",
                "Policy 1 2 5 []",
                "Policy 2 3 5 []",
                default
            ]
        );
        change(&mut drive, LimitPolicyChange::Delete { id: id(1) });
        assert_eq!(
            policies(&drive),
            ["Policy 3 1 5 []", "Policy 2 2 5 []", default]
        );
        change(&mut drive, LimitPolicyChange::Delete { id: id(3) });
        change(&mut drive, LimitPolicyChange::Delete { id: id(2) });
        assert_eq!(policies(&drive), [default]);
    });
}

fn purge(drive: &mut Drive, user: u128) {
    drive
        .take(&Command::DeleteUser {
            user: user_key(user),
        })
        .unwrap();
    drive.assert_sound();
    drive
        .take(&Command::PurgeUser {
            id: Uuid::from_u128(0x3000 + user),
        })
        .unwrap();
    drive.assert_sound();
}

#[test]
fn a_purged_user_leaves_devices_without_details() {
    in_both(|place| {
        let mut drive = licensed(place);
        buy(&mut drive, FOR_DEVICES, 2);
        enroll(&mut drive, enrollment(0, Some(1)));
        enroll(&mut drive, enrollment(1, Some(2)));
        let dedicated = Enrollment {
            enrollment_type: EnrollmentType::WindowsAzureAdJoinUsingDeviceAuth,
            ..enrollment(2, None)
        };
        enroll(&mut drive, dedicated);
        let shared = Enrollment {
            is_shared: true,
            others: vec![user_key(1)],
            ..enrollment(3, Some(2))
        };
        enroll(&mut drive, shared);
        enroll(&mut drive, enrollment(4, Some(1)));
        drive
            .take(&Command::RemoveDevice {
                device: device_id(4),
            })
            .unwrap();
        assert_eq!(serials_in_journal(&drive, 0..5), [0, 1, 2, 3, 4]);

        purge(&mut drive, 1);
        assert_eq!(serials_in_journal(&drive, 0..5), [1, 2, 3]);
        let serials: Vec<_> = query(&drive, &DEVICES)
            .iter()
            .flat_map(|row| shown(row, 11..12))
            .collect();
        assert_eq!(serials, ["-", &serial(1), &serial(2), &serial(3), "-"]);
        // Its record is still there to be found, and somebody else may enroll the device.
        let view = drive.tenant.devices().find_id(device_id(0)).unwrap();
        assert!(view.is_live() && view.user() == Some(UserOrdinal(1)));
        enroll(&mut drive, enrollment(0, Some(3)));
        drive.assert_sound();
        assert_eq!(serials_in_journal(&drive, 0..1), [0]);

        purge(&mut drive, 2);
        assert_eq!(serials_in_journal(&drive, 0..5), [0, 2]);
    });
}

#[test]
fn a_device_that_went_to_another_user_keeps_what_that_user_told() {
    in_both(|place| {
        let mut drive = licensed(place);
        let settings = DeviceSettings {
            clean_up: vec![CleanUpRule {
                platform: None,
                days: 30,
            }],
            ..DeviceSettings::default()
        };
        drive
            .take(&Command::ChangeDeviceSettings { settings })
            .unwrap();
        let named = |name: &str, user| Enrollment {
            details: DeviceDetails {
                name: name.to_owned(),
                ..enrollment(0, None).details
            },
            ..enrollment(0, Some(user))
        };
        enroll(&mut drive, named("First", 1));
        // It was not heard of for so long that it is hidden; then another user brings it.
        drive.now = drive.now.plus_days(31);
        enroll(&mut drive, named("Second", 2));
        let name = |drive: &Drive| shown(&query(drive, &DEVICES)[0], 10..11).concat();
        purge(&mut drive, 1);
        assert_eq!(name(&drive), "Second");
        purge(&mut drive, 2);
        assert_eq!(name(&drive), "-");
        assert_eq!(serials_in_journal(&drive, 0..1), [0_u128; 0]);
    });
}

#[test]
fn a_device_whose_user_goes_in_the_same_batch_leaves_nothing() {
    in_both(|place| {
        let mut drive = licensed(place);
        enroll(&mut drive, enrollment(0, Some(2)));
        drive.take_together(&[
            Command::AddEnrollmentManager { user: user_key(1) },
            Command::EnrollDevice(Box::new(enrollment(1, Some(1)))),
            Command::DeleteUser { user: user_key(1) },
            Command::PurgeUser {
                id: Uuid::from_u128(0x3001),
            },
        ]);
        drive.assert_sound();
        assert_eq!(serials_in_journal(&drive, 0..2), [0]);
        let rows = query(&drive, &DEVICES);
        assert_eq!(shown(&rows[1], 10..14), ["-"; 4]);
        assert_eq!(query(&drive, &MANAGERS).len(), 0);
    });
}

#[test]
fn devices_are_copied_to_either_engine() {
    in_both(|from| {
        let mut drive = licensed(from);
        enroll(&mut drive, enrollment(0, Some(1)));
        drive
            .take(&Command::AddEnrollmentManager { user: user_key(1) })
            .unwrap();
        for to in [
            Place::Folder(zetel_testkit::folder()),
            Place::Server(Postgres::shared().database()),
        ] {
            let target = Store::open(&to.target()).unwrap();
            copy(&drive.store, &target, Overwrite::Never).unwrap();
            let (_, tenant) = target.load(TENANT).unwrap().unwrap();
            assert_eq!(state_hash(&tenant).unwrap(), drive.hash());
            assert_eq!(tenant.devices().len(), 1);
            assert_eq!(findings(&target), []);
        }
    });
}

#[test]
fn a_damaged_row_is_refused_with_what_is_wrong() {
    in_both(|place| {
        let mut drive = licensed(place);
        enroll(&mut drive, enrollment(0, Some(1)));
        let damages = [
            (
                "UPDATE device SET platform = 'Amiga'",
                "`Amiga` is not a platform",
            ),
            ("UPDATE device SET ordinal = 5", "device 0 is missing"),
            (
                "UPDATE device SET user_ordinal = 900",
                "user 900 does not exist",
            ),
            (
                "UPDATE device SET other_users = '[901]'",
                "user 901 does not exist",
            ),
            (
                "DELETE FROM device_settings",
                "the tenant has no device settings",
            ),
            (
                "UPDATE device_settings SET limits = '{}'",
                "there are 0 limits of devices instead of 13",
            ),
            (
                "UPDATE device_settings SET limits = replace(limits, 'pendingHours', 'hours')",
                "`hours` is not a limit of devices",
            ),
            (
                "UPDATE limit_policy SET group_ordinals = '[7]'",
                "group 7 does not exist",
            ),
            (
                "INSERT INTO enrollment_manager SELECT tenant_key, 900 FROM device",
                "user 900 does not exist",
            ),
        ];
        for (damage, expected) in damages {
            let copy = Place::Folder(zetel_testkit::folder());
            let target = Store::open(&copy.target()).unwrap();
            zetel_store::copy(&drive.store, &target, Overwrite::Never).unwrap();
            let statement = Statement::new("damage in a test", damage);
            target.database().execute(&statement, &[]).unwrap();
            let Err(DatabaseError::Damaged(text)) = target.load(TENANT).map(drop) else {
                panic!("{damage}");
            };
            assert!(text.contains(expected), "{text}");
        }
    });
}

/// What a random walk ought to meet, of a device before and after an event.
fn situations(before: &Tenant, event: &Event) -> Vec<&'static str> {
    let of_purged = |user: UserOrdinal| {
        let mut devices = before.devices().of_user(user);
        devices.any(|device| {
            device.user() == Some(user) && device.details() != DeviceDetails::default()
        })
    };
    let met = match event {
        Event::DeviceEnrolled { device, head, .. } => {
            let known = before.devices().view(*device);
            [
                (head.user.is_none(), "without a user"),
                (!head.others.is_empty(), "used by several"),
                (
                    known.is_some_and(|known| !known.is_live()),
                    "come back after it was removed",
                ),
                (known.is_some_and(|known| known.is_live()), "enrolled again"),
            ]
            .to_vec()
        }
        Event::DeviceRemoved { removal, .. } => vec![(true, removal.as_str())],
        Event::UserPurged { user } => vec![(of_purged(*user), "of a user who is purged")],
        Event::StatusChanged { .. } => vec![(
            !before.devices().needing().is_empty(),
            "in need of a license of which the subscription moves",
        )],
        _ => Vec::new(),
    };
    met.into_iter()
        .filter_map(|(is_met, what)| is_met.then_some(what))
        .collect()
}

#[test]
fn random_walks_meet_devices_in_every_situation() {
    let mut met = BTreeSet::new();
    for seed in 1..=12 {
        let place = Place::Folder(zetel_testkit::folder());
        let mut drive = Drive::begun(&place, TENANT);
        let mut tenant = drive.tenant.clone();
        let mut random = Random::new(seed);
        for change in drive.walk(&mut random, 120) {
            for event in &change.events {
                met.extend(situations(&tenant, event));
                tenant.apply(event);
            }
        }
        drive.assert_sound();
    }
    let all = [
        "come back after it was removed",
        "deleted",
        "enrolled again",
        "expired",
        "in need of a license of which the subscription moves",
        "of a user who is purged",
        "replaced",
        "retired",
        "used by several",
        "without a user",
    ];
    let missing: Vec<&str> = all.into_iter().filter(|what| !met.contains(what)).collect();
    assert_eq!(missing, [""; 0], "{met:?}");
}
