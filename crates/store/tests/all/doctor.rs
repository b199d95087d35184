//! The doctor finds every kind of hand edit, and nothing in a sound database.

use uuid::Uuid;
use zetel_domain::{
    Command, Event, Timestamp,
    assignment::Verdict,
    device::{Build, DeviceDetails, DeviceHead, DeviceOrdinal},
    event::{Apart, UserSet},
    group::{GroupDefinition, GroupGrant, GroupOrdinal},
    product::ProductOrdinal,
    user::{UserKey, UserOrdinal},
};
use zetel_store::{
    EnrollmentFailure, Finding,
    sql::{Database, Kind, Statement, Table, Value},
    tables,
};

use crate::{
    drive::{Drive, TENANT, findings},
    failures::failure,
    support::in_both,
};

/// Cells whose edit cannot be seen: what is sealed, hashed, or stands nowhere else. All others are watched.
const UNSEEN: &[(&str, &str)] = &[
    ("signing_key", "key_id"),
    ("signing_key", "created_at"),
    ("signing_key", "retired_at"),
    ("user_password", "changed_at"),
    ("application_secret", "hint"),
    ("application_secret", "display_name"),
    ("application_secret", "expires_at"),
    ("application_certificate", "subject"),
    ("application_certificate", "public_key"),
    ("application_certificate", "not_after"),
    ("application_certificate", "display_name"),
    ("application_certificate", "created_at"),
    ("refresh_token", "scope"),
    ("refresh_token", "expires_at"),
    ("authorization_code", "redirect_uri"),
    ("authorization_code", "challenge"),
    ("authorization_code", "challenge_method"),
    ("authorization_code", "scope"),
    ("authorization_code", "nonce"),
    ("authorization_code", "expires_at"),
    ("device_code", "user_code"),
    ("device_code", "scope"),
    ("device_code", "expires_at"),
    ("used_assertion", "expires_at"),
    ("enrollment_failure", "at"),
    ("enrollment_failure", "user_named"),
    ("enrollment_failure", "people"),
    ("enrollment_failure", "serial"),
    ("enrollment_failure", "platform"),
    ("enrollment_failure", "os_version"),
    ("enrollment_failure", "enrollment_type"),
    ("enrollment_failure", "failure_category"),
    ("enrollment_failure", "reason_codes"),
    ("enrollment_failure", "reason"),
];

const SELECT_DETAILS: Statement = Statement::new(
    "select details",
    "SELECT generation, body FROM generation_detail",
);
const UPDATE_DETAILS: Statement = Statement::new(
    "update details",
    "UPDATE generation_detail SET body = $2 WHERE generation = $1",
);

fn user_id(number: u128) -> Uuid {
    Uuid::from_u128(0x3000 + number)
}

/// Runs SQL that is not one of the program's.
fn run(database: &Database, text: String, values: &[Value]) {
    let statement = Statement::new("edit by hand", text.leak());
    database
        .execute(&statement, values)
        .unwrap_or_else(|error| panic!("{}: {error}", statement.text));
}

/// A tenant with at least one row in every table.
fn full(drive: &mut Drive) {
    let steps = [
        [1, 0, 0, 0],
        [13, 0, 0, 1],
        [22, 1, 0, 1],
        [24, 1, 1, 1],
        [26, 1, 1, 1],
    ];
    for step in steps {
        let command = drive.world.command(step, &drive.tenant);
        drive.take(&command).unwrap();
    }
    drive.store_events(group_events());
    drive.store_events(device_events());
    drive.fill_block();
    let application = drive.tenant.applications().values().next().unwrap();
    let (tenant, client) = (Value::from(TENANT), Value::from(application.client_id));
    let database = drive.store.database();
    add_application_credentials(database, &tenant, &client);
    add_user_credentials(database, &tenant, &client);
    let refused = EnrollmentFailure {
        user: Some(user_id(1)),
        device: Some(Uuid::from_u128(0xde)),
        ..failure(1, drive.now)
    };
    let failures = [(drive.head.key, refused)];
    drive.store.keep_failures(&failures, drive.now).unwrap();
}

/// A licensed group with a group in it.
fn group_events() -> Vec<Event> {
    let [group, member] = [0, 1].map(GroupOrdinal);
    let at = Timestamp(1_800_000_000);
    let users = UserSet::Many((0..5).collect());
    let created = |ordinal: GroupOrdinal| Event::GroupCreated {
        group: ordinal,
        id: Uuid::from_u128(0x7000 + u128::from(ordinal.0)),
        at,
        definition: GroupDefinition {
            display_name: "Group".to_owned(),
            mail_nickname: format!("group{}", ordinal.0),
            security_enabled: true,
            ..GroupDefinition::default()
        },
    };
    let grant = GroupGrant {
        product: ProductOrdinal(0),
        disabled: 1,
    };
    vec![
        created(group),
        created(member),
        Event::SubgroupAdded { group, member },
        Event::OwnerAdded {
            group,
            user: UserOrdinal(1),
        },
        Event::MembersAdded {
            group,
            users: users.clone(),
            at,
        },
        Event::GroupLicensesChanged {
            group,
            removed: vec![],
            added: vec![grant],
            at,
        },
        Event::Decided {
            group,
            product: grant.product,
            users,
            before: None,
            after: Some(Verdict::Active),
            at,
        },
        Event::ChangeApproved {
            token: "0a".to_owned(),
            approver: "user:anna".to_owned(),
            at,
        },
    ]
}

/// A device of several users, and one who may enroll many.
fn device_events() -> Vec<Event> {
    let at = Timestamp(1_800_000_000);
    let details = DeviceDetails {
        name: "Tablet".to_owned(),
        serial: "SN-0001".to_owned(),
        imei: "350000000000001".to_owned(),
        directory_id: Some(Uuid::from_u128(0x8100)),
    };
    vec![
        Event::DeviceEnrolled {
            device: DeviceOrdinal(0),
            id: Uuid::from_u128(0x8000),
            head: DeviceHead {
                user: Some(UserOrdinal(1)),
                others: vec![UserOrdinal(2)],
                is_shared: true,
                enrolled: at,
                contacted: at,
                certificate_expires: at.plus_days(365),
                ..DeviceHead::default()
            },
            build: Build::default(),
            details: Apart::Here(details.pack()),
        },
        Event::EnrollmentManagerAdded {
            user: UserOrdinal(1),
        },
    ]
}

fn insert(database: &Database, table: &str, values: &[&Value]) {
    let places: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let text = format!("INSERT INTO {table} VALUES ({})", places.join(", "));
    let values: Vec<Value> = values.iter().map(|value| (*value).clone()).collect();
    run(database, text, &values);
}

fn add_application_credentials(database: &Database, tenant: &Value, client: &Value) {
    let (key, id): (Value, Value) = ([1; 40].into(), Uuid::from_u128(9).into());
    let (begin, end, text): (Value, Value, Value) = (1.into(), 500.into(), "text".into());
    let (sha1, sha256): (Value, Value) = ([1; 20].into(), [1; 32].into());
    insert(
        database,
        "signing_key",
        &[&text, &begin, &Value::Null, &key],
    );
    insert(
        database,
        "application_secret",
        &[tenant, client, &id, &sha256, &text, &text, &begin, &end],
    );
    insert(
        database,
        "application_certificate",
        &[
            tenant, client, &id, &sha1, &sha256, &text, &key, &begin, &end, &text, &begin,
        ],
    );
    insert(
        database,
        "used_assertion",
        &[tenant, client, &sha256, &sha256, &end],
    );
}

fn add_user_credentials(database: &Database, tenant: &Value, client: &Value) {
    let (user, digest): (Value, Value) = (user_id(1).into(), [1; 32].into());
    let (no, yes, end): (Value, Value, Value) = (0.into(), 1.into(), 500.into());
    let (hash, text): (Value, Value) = ("$argon2id$x".into(), "text".into());
    let null = &Value::Null;
    insert(
        database,
        "user_password",
        &[tenant, &user, &hash, &no, &yes],
    );
    insert(
        database,
        "refresh_token",
        &[tenant, &digest, &user, client, &text, &end],
    );
    insert(
        database,
        "authorization_code",
        &[
            tenant, &digest, &user, client, &text, null, null, &text, null, &end, &no,
        ],
    );
    insert(
        database,
        "device_code",
        &[&digest, &text, tenant, &user, client, &text, &yes, &end],
    );
}

/// The keys of a table's first row.
fn first_key(database: &Database, table: &Table) -> Vec<Value> {
    let keys: Vec<&str> = table.columns[..table.key]
        .iter()
        .map(|key| key.name)
        .collect();
    let keys = keys.join(", ");
    let text = format!("SELECT {keys} FROM {} ORDER BY {keys} LIMIT 1", table.name);
    let rows = database
        .query(&Statement::new("first key", text.leak()), &[])
        .unwrap();
    let row = rows
        .first()
        .unwrap_or_else(|| panic!("`{}` has no rows", table.name));
    (0..table.key)
        .map(|column| row.value(column).unwrap().to_value())
        .collect()
}

fn where_key(table: &Table) -> String {
    let equals =
        |(place, key): (usize, &zetel_store::sql::Column)| format!("{} = ${}", key.name, place + 1);
    let keys = table.columns[..table.key].iter().enumerate().map(equals);
    keys.collect::<Vec<_>>().join(" AND ")
}

/// Edits a table, looks, and puts everything back.
fn edited(drive: &Drive, table: &Table, edit: impl FnOnce(&Database)) -> Vec<Finding> {
    let database = drive.store.database();
    let name = table.name;
    run(
        database,
        format!("CREATE TABLE saved AS SELECT * FROM {name}"),
        &[],
    );
    edit(database);
    let found = findings(&drive.store);
    run(database, format!("DELETE FROM {name}"), &[]);
    run(
        database,
        format!("INSERT INTO {name} SELECT * FROM saved"),
        &[],
    );
    run(database, "DROP TABLE saved".to_owned(), &[]);
    found
}

#[test]
fn every_cell_of_every_table_is_watched() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        full(&mut drive);
        assert_eq!(findings(&drive.store), []);
        for table in tables() {
            for column in table.columns {
                let found = edited(&drive, table, |database| {
                    let mut values = first_key(database, table);
                    let name = column.name;
                    let changed = match column.kind {
                        Kind::Int => format!("COALESCE({name}, 0) + 100000"),
                        Kind::Text => format!("'x' || COALESCE({name}, '')"),
                        Kind::Bytes => {
                            values.push([1, 2, 3, 4, 5].into());
                            format!("${}", values.len())
                        }
                    };
                    let text = format!(
                        "UPDATE {} SET {name} = {changed} WHERE {}",
                        table.name,
                        where_key(table)
                    );
                    run(database, text, &values);
                });
                let is_unseen = UNSEEN.contains(&(table.name, column.name));
                assert_eq!(
                    found.is_empty(),
                    is_unseen,
                    "{}.{}: {found:?}",
                    table.name,
                    column.name
                );
            }
        }
        drive.assert_sound();
    });
}

#[test]
fn every_row_of_a_tenant_is_missed() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        full(&mut drive);
        let of_tenant =
            |table: &&Table| table.columns[0].name == "tenant_key" || table.name == "catalog";
        // A refusal may be forgotten at any time.
        let is_missed = |table: &&Table| of_tenant(table) && table.name != "enrollment_failure";
        for table in tables().filter(is_missed) {
            let found = edited(&drive, table, |database| {
                let values = first_key(database, table);
                let text = format!("DELETE FROM {} WHERE {}", table.name, where_key(table));
                run(database, text, &values);
            });
            assert!(!found.is_empty(), "{}", table.name);
        }
        drive.assert_sound();
    });
}

#[test]
fn a_finding_says_what_where_and_what_to_do_without_personal_details() {
    in_both(|place| {
        let drive = Drive::begun(place, TENANT);
        let table = tables()
            .find(|table| table.name == "directory_user")
            .unwrap();
        let set = |what: &'static str| {
            edited(&drive, table, |database| {
                run(
                    database,
                    format!("UPDATE directory_user SET {what} WHERE ordinal = 3"),
                    &[],
                );
            })
        };
        let found = set("usage_location = 'US'");
        assert_eq!(
            found[0].to_string(),
            "tenant 00000000-0000-0000-0000-0000000000c0: `usage_location` of `directory_user`, row ordinal 3, \
             is `US`, but the journal says `NL`. Somebody edited the table or the disk is damaged: put the value \
             back, or restore a backup."
        );
        let found = set("display_name = 'Mallory'");
        let text = found[0].to_string();
        assert!(
            text.contains("`display_name` of `directory_user`, row ordinal 3"),
            "{text}"
        );
        assert!(
            !text.contains("Mallory") && !text.contains("user3"),
            "{text}"
        );
        assert_eq!(found.len(), 1);
    });
}

#[test]
fn what_tells_of_the_user_of_a_device_is_not_shown() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        drive.store_events(device_events());
        let table = tables().find(|table| table.name == "device").unwrap();
        let found = edited(&drive, table, |database| {
            let text = "UPDATE device SET device_name = 'Mallory', serial_number = NULL, imei = 'x', model = 'Model'";
            run(database, text.to_owned(), &[]);
        });
        let texts: Vec<&str> = found.iter().map(|finding| finding.text.as_str()).collect();
        assert_eq!(texts.len(), 4, "{texts:?}");
        assert_eq!(
            texts[0],
            "`model` of `device`, row ordinal 0, is `Model`, but the journal says nothing"
        );
        let all = texts.join(" ");
        for secret in ["Mallory", "Tablet", "SN-0001", "35000"] {
            assert!(!all.contains(secret), "{all}");
        }
    });
}

#[test]
fn a_device_of_nobody_who_exists_is_found() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        drive.store_events(device_events());
        let head = drive.tenant.devices().iter().next().unwrap().head();
        drive.store_events(vec![Event::DeviceChanged {
            device: DeviceOrdinal(0),
            before: head.clone(),
            after: DeviceHead {
                others: vec![UserOrdinal(77)],
                ..head
            },
        }]);
        let found = findings(&drive.store);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0]
                .text
                .contains("names the user with ordinal 77, who does not exist"),
            "{found:?}"
        );
    });
}

#[test]
fn many_findings_are_counted_and_not_all_shown() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let crowd = drive.world.command([1, 0, 0, 0], &drive.tenant);
        drive.take(&crowd).unwrap();
        run(
            drive.store.database(),
            "UPDATE directory_user SET mail = 'x'".to_owned(),
            &[],
        );
        let mut shown = Vec::new();
        let examined = drive
            .store
            .examine(&mut |finding| shown.push(finding))
            .unwrap();
        assert_eq!((examined.users, examined.findings), (28, 28));
        assert_eq!(shown.len(), 11);
        assert!(
            shown[10]
                .text
                .contains("18 more like this in `directory_user`"),
            "{}",
            shown[10]
        );
    });
}

#[test]
fn details_of_a_purged_user_do_not_come_back() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let before = drive.store.database().query(&SELECT_DETAILS, &[]).unwrap();
        drive
            .take(&Command::DeleteUser {
                user: UserKey::Id(user_id(2)),
            })
            .unwrap();
        drive.take(&Command::PurgeUser { id: user_id(2) }).unwrap();
        drive.assert_sound();
        for row in before {
            let values = [0, 1].map(|column| row.value(column).unwrap().to_value());
            drive
                .store
                .database()
                .execute(&UPDATE_DETAILS, &values)
                .unwrap();
        }
        let found = findings(&drive.store);
        assert!(
            found[0]
                .text
                .contains("was purged, but the journal still has details"),
            "{found:?}"
        );
    });
}

#[test]
fn an_edit_of_one_tenant_is_not_one_of_another() {
    in_both(|place| {
        let first = Drive::begun(place, TENANT);
        let second = Drive::begun(place, Uuid::from_u128(0xc1));
        let text = "UPDATE subscription SET quantity = quantity + 1 WHERE tenant_key = $1";
        run(
            first.store.database(),
            text.to_owned(),
            &[second.head.key.into()],
        );
        let found = findings(&first.store);
        assert_eq!(found.len(), 3);
        assert!(
            found
                .iter()
                .all(|finding| finding.tenant == Some(Uuid::from_u128(0xc1)))
        );
    });
}
