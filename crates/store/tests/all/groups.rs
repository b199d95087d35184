//! Groups as facts: what a change writes is what it changed, and no more.

use std::sync::Arc;

use roaring::RoaringBitmap;
use uuid::Uuid;
use zetel_domain::{
    Event, Timestamp,
    assignment::{Source, Verdict, Violation},
    event::{Apart, Grant, UserSet},
    group::{GroupDefinition, GroupGrant, GroupOrdinal},
    policy::{FallbackChain, Guard, Policy, Semantics},
    product::ProductOrdinal,
    user::{UserOrdinal, UserProperty, UserType, record},
};
use zetel_store::sql::{DatabaseError, Statement, Value};

use crate::{
    drive::{Drive, TENANT, findings},
    support::{Place, in_both},
};

/// Users of two whole chunks and a part of the third.
const USERS: u32 = 20_000;
const GROUP: GroupOrdinal = GroupOrdinal(0);
const PRODUCT: ProductOrdinal = ProductOrdinal(0);
const OTHER: ProductOrdinal = ProductOrdinal(1);

const DECISIONS: Statement = Statement::new(
    "decisions in a test",
    "SELECT product, verdict, chunk FROM decision ORDER BY product, verdict, chunk",
);
const MEMBERSHIPS: Statement = Statement::new(
    "memberships in a test",
    "SELECT user_ordinal, group_ordinal, joined_at, decided_at FROM membership ORDER BY user_ordinal, group_ordinal",
);
const LICENSES: Statement = Statement::new(
    "licenses in a test",
    "SELECT user_ordinal, product, group_ordinal, state, disabled_plans FROM license \
     ORDER BY user_ordinal, product, group_ordinal, state",
);
const POLICY: Statement = Statement::new("policy in a test", "SELECT body FROM policy");

fn many(users: impl IntoIterator<Item = u32>) -> UserSet {
    UserSet::Many(users.into_iter().collect::<RoaringBitmap>())
}

fn created(group: GroupOrdinal, name: &str) -> Event {
    Event::GroupCreated {
        group,
        id: Uuid::from_u128(0x7000 + u128::from(group.0)),
        at: Timestamp(1_800_000_000),
        definition: GroupDefinition {
            display_name: name.to_owned(),
            mail_nickname: name.to_lowercase(),
            security_enabled: true,
            ..GroupDefinition::default()
        },
    }
}

fn decided(
    product: ProductOrdinal,
    users: UserSet,
    [before, after]: [Option<Verdict>; 2],
    at: i64,
) -> Event {
    Event::Decided {
        group: GROUP,
        product,
        users,
        before,
        after,
        at: Timestamp(at),
    }
}

fn licensed(removed: &[ProductOrdinal], added: &[ProductOrdinal], at: i64) -> Event {
    let grants = |products: &[ProductOrdinal]| {
        let grant = |product: &ProductOrdinal| GroupGrant {
            product: *product,
            disabled: 0,
        };
        products.iter().map(grant).collect()
    };
    Event::GroupLicensesChanged {
        group: GROUP,
        removed: grants(removed),
        added: grants(added),
        at: Timestamp(at),
    }
}

/// A group of twenty thousand users, all of whom joined at 100.
fn crowd(place: &Place) -> Drive {
    let mut drive = Drive::begun(place, TENANT);
    let first = drive.tenant.users().len();
    let user = |user: u32| Event::UserCreated {
        user: UserOrdinal(user),
        id: Uuid::from_u128(0x1_0000 + u128::from(user)),
        at: Timestamp(90),
        account_enabled: true,
        user_type: UserType::Member,
        usage_location: None,
        record: Apart::Here(record::pack(
            &[(
                UserProperty::UserPrincipalName,
                format!("user{user}@crowd.example").as_str().into(),
            )]
            .into(),
        )),
    };
    let mut events: Vec<Event> = (first..USERS).map(user).collect();
    events.push(created(GROUP, "Everybody"));
    events.push(Event::MembersAdded {
        group: GROUP,
        users: many(0..USERS),
        at: Timestamp(100),
    });
    drive.store_events(events);
    drive
}

fn decisions(drive: &Drive) -> Vec<(i64, String, i64)> {
    let rows = drive.store.database().query(&DECISIONS, &[]).unwrap();
    let cells = |row: &zetel_store::sql::Row| {
        let verdict = row.text(1).unwrap().to_owned();
        (row.int(0).unwrap(), verdict, row.int(2).unwrap())
    };
    rows.iter().map(cells).collect()
}

fn row(product: i64, verdict: &str, chunk: i64) -> (i64, String, i64) {
    (product, verdict.to_owned(), chunk)
}

fn run(drive: &Drive, text: &'static str, values: &[Value]) {
    let statement = Statement::new("edit in a test", text);
    drive.store.database().execute(&statement, values).unwrap();
}

const ACTIVE: Option<Verdict> = Some(Verdict::Active);
const FULL: Option<Verdict> = Some(Verdict::Failed(Violation::Count));

#[test]
fn a_crowd_is_licensed_by_a_row_per_eight_thousand_users() {
    in_both(|place| {
        let mut drive = crowd(place);
        drive.store_events(vec![
            licensed(&[], &[PRODUCT], 200),
            decided(PRODUCT, many(0..12_000), [None, ACTIVE], 200),
            decided(PRODUCT, many(12_000..USERS), [None, FULL], 200),
        ]);
        let all = [
            row(0, "Active", 0),
            row(0, "Active", 1),
            row(0, "CountViolation", 1),
            row(0, "CountViolation", 2),
        ];
        assert_eq!(decisions(&drive), all);
        drive.assert_sound();

        // A change of one user rewrites the chunk of that user, and no other: what else is damaged stays so.
        run(
            &drive,
            "UPDATE decision SET users = $1 WHERE chunk = 0",
            &[vec![0_u8].into()],
        );
        drive.store_events(vec![decided(
            PRODUCT,
            UserSet::One(UserOrdinal(13_000)),
            [FULL, ACTIVE],
            300,
        )]);
        let found = findings(&drive.store);
        assert_eq!(found.len(), 1, "{found:?}");
        let place =
            "`users` of `decision`, row group_ordinal 0, product 0, verdict `Active`, chunk 0";
        assert!(found[0].text.contains(place), "{found:?}");
        let sound = drive.tenant.groups().get(GROUP).unwrap().decisions
            [&(PRODUCT, Verdict::Active)]
            .chunk(0)
            .unwrap();
        run(
            &drive,
            "UPDATE decision SET users = $1 WHERE chunk = 0",
            &[sound.into()],
        );
        drive.assert_sound();

        // Whoever was the last one of a chunk takes its row along.
        drive.store_events(vec![decided(
            PRODUCT,
            many((12_192..USERS).filter(|user| *user != 13_000)),
            [FULL, None],
            400,
        )]);
        drive.store_events(vec![
            licensed(&[], &[OTHER], 500),
            decided(
                OTHER,
                many(0..USERS),
                [None, Some(Verdict::Fallback(PRODUCT))],
                500,
            ),
        ]);
        let some = [
            row(0, "Active", 0),
            row(0, "Active", 1),
            row(0, "CountViolation", 1),
            row(1, "Fallback:0", 0),
            row(1, "Fallback:0", 1),
            row(1, "Fallback:0", 2),
        ];
        assert_eq!(decisions(&drive), some);
        let (_, loaded) = drive.store.load(TENANT).unwrap().unwrap();
        assert_eq!(zetel_store::state_hash(&loaded).unwrap(), drive.hash());
    });
}

#[test]
fn a_time_of_decision_is_written_for_those_who_have_one_alone() {
    in_both(|place| {
        let mut drive = crowd(place);
        drive.store_events(vec![
            licensed(&[], &[PRODUCT], 200),
            decided(PRODUCT, many(0..USERS), [None, FULL], 200),
        ]);
        let times = |drive: &Drive| -> Vec<(i64, i64)> {
            let rows = drive.store.database().query(&MEMBERSHIPS, &[]).unwrap();
            assert_eq!(rows.len(), USERS as usize);
            let decided = rows.iter().filter_map(|row| {
                let decided = row.optional_int(3).unwrap()?;
                Some((row.int(0).unwrap(), decided))
            });
            decided.collect()
        };
        assert_eq!(times(&drive), []);
        drive.store_events(vec![decided(PRODUCT, many([7, 9]), [FULL, ACTIVE], 300)]);
        assert_eq!(times(&drive), [(7, 300), (9, 300)]);
        drive.assert_sound();

        // In one batch, first decided alone, then licensed anew: the first one counts although the second came later.
        drive.store_events(vec![
            decided(PRODUCT, UserSet::One(UserOrdinal(5)), [FULL, ACTIVE], 400),
            licensed(&[], &[PRODUCT], 500),
            decided(PRODUCT, UserSet::One(UserOrdinal(6)), [FULL, ACTIVE], 500),
        ]);
        assert_eq!(times(&drive), [(5, 400), (7, 300), (9, 300)]);
        drive.assert_sound();
    });
}

#[test]
fn what_belongs_to_a_group_goes_with_it() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let [first, second, third] = [0, 1, 2].map(GroupOrdinal);
        let user = UserOrdinal(3);
        let at = Timestamp(300);
        let joined = |group| Event::MembersAdded {
            group,
            users: many(2..5),
            at,
        };
        drive.store_events(vec![
            created(first, "First"),
            created(second, "Second"),
            created(third, "Third"),
            Event::SubgroupAdded {
                group: first,
                member: second,
            },
            Event::SubgroupAdded {
                group: second,
                member: third,
            },
            Event::OwnerAdded {
                group: second,
                user,
            },
            joined(first),
            joined(second),
        ]);
        drive.assert_sound();
        // What the same batch gives it goes, too.
        drive.store_events(vec![
            Event::MembersAdded {
                group: second,
                users: UserSet::One(UserOrdinal(6)),
                at,
            },
            Event::GroupDeleted { group: second, at },
            Event::GroupPurged { group: second },
        ]);
        let memberships = drive.store.database().query(&MEMBERSHIPS, &[]).unwrap();
        assert_eq!(memberships.len(), 3);
        drive.assert_sound();
        drive.store_events(vec![
            Event::OwnerAdded { group: first, user },
            Event::UserDeleted { user, at },
            Event::UserPurged { user },
        ]);
        let memberships = drive.store.database().query(&MEMBERSHIPS, &[]).unwrap();
        assert_eq!(memberships.len(), 2);
        drive.assert_sound();
    });
}

#[test]
fn own_licenses_of_every_source_are_stored_side_by_side() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let (one, two) = (GroupOrdinal(0), GroupOrdinal(1));
        let kept = |group, violation| Source::Kept { group, violation };
        let sources = [
            Source::Direct,
            kept(one, Violation::Dependency),
            kept(two, Violation::Other),
            Source::Ending { group: None },
            Source::Ending { group: Some(one) },
        ];
        let grant = |source| Grant {
            product: PRODUCT,
            disabled: 1,
            source,
        };
        let user = UserSet::One(UserOrdinal(2));
        let change = |removed: &[Source], added: &[Source], at: i64| Event::AssignmentsChanged {
            users: user.clone(),
            removed: removed.iter().copied().map(grant).collect(),
            added: added.iter().copied().map(grant).collect(),
            at: Timestamp(at),
        };
        drive.store_events(vec![
            created(one, "One"),
            created(two, "Two"),
            change(&[], &sources, 300),
        ]);
        drive.assert_sound();
        let states = |drive: &Drive| -> Vec<(i64, String)> {
            let rows = drive.store.database().query(&LICENSES, &[]).unwrap();
            let state = |row: &zetel_store::sql::Row| {
                (row.int(2).unwrap(), row.text(3).unwrap().to_owned())
            };
            rows.iter().map(state).collect()
        };
        let all = [
            (-1, "Direct"),
            (-1, "Ending"),
            (0, "DependencyViolation"),
            (0, "Ending"),
            (1, "Other"),
        ];
        let named = |states: &[(i64, &str)]| -> Vec<(i64, String)> {
            let states = states.iter();
            states
                .map(|(group, state)| (*group, (*state).to_owned()))
                .collect()
        };
        assert_eq!(states(&drive), named(&all));
        // A source that replaces another one is one row less and one more.
        drive.store_events(vec![change(
            &[sources[0], sources[1]],
            &[kept(one, Violation::Count)],
            400,
        )]);
        let some = [
            (-1, "Ending"),
            (0, "CountViolation"),
            (0, "Ending"),
            (1, "Other"),
        ];
        assert_eq!(states(&drive), named(&some));
        drive.assert_sound();
    });
}

#[test]
fn plans_are_switched_off_in_all_rows() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let direct = |product| Grant {
            product,
            disabled: 0,
            source: Source::Direct,
        };
        drive.store_events(vec![
            created(GROUP, "Group"),
            licensed(&[], &[PRODUCT, OTHER], 200),
            Event::AssignmentsChanged {
                users: many(1..4),
                removed: vec![],
                added: vec![direct(PRODUCT), direct(OTHER)],
                at: Timestamp(200),
            },
        ]);
        drive.store_events(vec![Event::PlansSwitchedOff {
            product: PRODUCT,
            plans: 0b10,
        }]);
        let rows = drive.store.database().query(&LICENSES, &[]).unwrap();
        for row in &rows {
            let is_off = row
                .optional_bytes(4)
                .unwrap()
                .is_some_and(|mask| mask[0] == 0b10);
            assert_eq!(is_off, row.int(1).unwrap() == 0);
        }
        assert_eq!(rows.len(), 6);
        drive.assert_sound();
    });
}

#[test]
fn a_policy_is_json_for_people() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let policy = Policy {
            semantics: Semantics::Extended,
            partial_success: true,
            fallback: vec![FallbackChain(vec![Uuid::from_u128(1), Uuid::from_u128(2)])],
            grace_days: 20,
            guard: Guard {
                max_users: 7,
                second_approver: true,
                ..Guard::default()
            },
            ..Policy::default()
        };
        let approved = |token: &str, at: i64| Event::ChangeApproved {
            token: token.to_owned(),
            approver: "user:anna".to_owned(),
            at: Timestamp(at),
        };
        drive.store_events(vec![
            Event::PolicyChanged {
                before: Policy::default(),
                after: policy.clone(),
            },
            approved("b", 100),
            approved("a", 200),
            approved("a", 300),
        ]);
        let rows = drive.store.database().query(&POLICY, &[]).unwrap();
        assert_eq!(
            rows[0].text(0).unwrap(),
            "{\"semantics\":\"extended\",\"nestedGroups\":false,\"partialSuccess\":true,\
             \"automaticReprocessing\":false,\"priority\":false,\"fallback\":[[\
             \"00000000-0000-0000-0000-000000000001\",\"00000000-0000-0000-0000-000000000002\"]],\"graceDays\":20,\
             \"noDirectAssignments\":false,\"newPlansOff\":false,\"licenseRoleAssignableGroups\":false,\
             \"guard\":{\"enabled\":true,\"maxUsers\":7,\"maxPercent\":10,\"minUsersForPercent\":5,\
             \"secondApprover\":true}}"
        );
        drive.assert_sound();
        let (_, loaded) = drive.store.load(TENANT).unwrap().unwrap();
        assert_eq!(loaded.policy(), &policy);
        assert_eq!(loaded.approvals(), drive.tenant.approvals());
        assert_eq!(loaded.approvals().len(), 3);
        // A day later the old ones are gone.
        drive.store_events(vec![approved("c", 200 + 86_400)]);
        assert_eq!(drive.tenant.approvals().len(), 2);
        drive.assert_sound();
    });
}

#[test]
fn a_definition_is_read_as_it_was_written() {
    in_both(|place| {
        let mut drive = Drive::begun(place, TENANT);
        let definition = GroupDefinition {
            display_name: "Ünïcode".to_owned(),
            description: Some(String::new()),
            mail_nickname: "unicode".to_owned(),
            mail: Some("unicode@contoso.example".to_owned()),
            mail_enabled: true,
            security_enabled: true,
            unified: true,
            role_assignable: true,
            visibility: Some("Private".to_owned()),
            rule: Some("user.accountEnabled -eq true".to_owned()),
            rule_paused: true,
            priority: u32::MAX,
            other: [
                ("theme".to_owned(), " {\"b\": 1.50, \"a\": [] } ".to_owned()),
                ("isFavorite".to_owned(), "true".to_owned()),
            ]
            .into(),
        };
        drive.store_events(vec![Event::GroupCreated {
            group: GROUP,
            id: Uuid::from_u128(1),
            at: Timestamp(300),
            definition: definition.clone(),
        }]);
        let (_, loaded) = drive.store.load(TENANT).unwrap().unwrap();
        let (_, group) = loaded.find_group(Uuid::from_u128(1)).unwrap();
        assert_eq!(group.definition, Arc::new(definition));
        assert!(group.rule.is_some());
        drive.assert_sound();
    });
}

#[test]
fn damaged_rows_of_groups_are_found_and_not_loaded() {
    let edits = [
        (
            "UPDATE decision SET users = $1",
            "chunk 0 of the users for whom product 0 of group 0 is `Active` cannot be read",
            "`users` of `decision`, row group_ordinal 0, product 0, verdict `Active`, chunk 0",
        ),
        (
            "UPDATE decision SET verdict = 'Fallback:9', users = $1",
            "product 9 does not exist",
            "verdict `Fallback:9`, chunk 0 that the journal does not know",
        ),
        (
            "UPDATE decision SET verdict = 'Perhaps', users = $1",
            "`Perhaps` is not what a product can be",
            "verdict `Perhaps`, chunk 0 that the journal does not know",
        ),
        (
            "INSERT INTO membership SELECT tenant_key, user_ordinal, 9, 7, decided_at FROM membership",
            "group 9 does not exist",
            "`membership` has a row user_ordinal 1, group_ordinal 9 that the journal does not know",
        ),
        (
            "UPDATE license SET state = 'Sometimes'",
            "a license of user 1 cannot be `Sometimes` with group -1",
            "`license` lacks the row user_ordinal 1, product 1, group_ordinal -1, state `Direct`",
        ),
        (
            "DELETE FROM policy",
            "the tenant has no licensing policy",
            "`policy` lacks the row of the tenant",
        ),
        (
            "UPDATE policy SET body = '{}'",
            "the licensing policy cannot be read (missing field `semantics` at line 1 column 2)",
            "`body` of `policy`, row of the tenant, is `{}`, but the journal says `{\"semantics\"",
        ),
    ];
    for (edit, refused, found) in edits {
        in_both(|place| {
            let mut drive = Drive::begun(place, TENANT);
            let user = UserSet::One(UserOrdinal(1));
            drive.store_events(vec![
                created(GROUP, "Group"),
                Event::MembersAdded {
                    group: GROUP,
                    users: user.clone(),
                    at: Timestamp(100),
                },
                licensed(&[], &[PRODUCT], 200),
                decided(PRODUCT, user.clone(), [None, ACTIVE], 200),
                Event::AssignmentsChanged {
                    users: user,
                    removed: vec![],
                    added: vec![Grant {
                        product: OTHER,
                        disabled: 0,
                        source: Source::Direct,
                    }],
                    at: Timestamp(200),
                },
            ]);
            drive.assert_sound();
            let bytes: &[Value] = &[vec![7_u8, 7, 7].into()];
            run(&drive, edit, if edit.contains("$1") { bytes } else { &[] });
            match drive.store.load(TENANT) {
                Err(DatabaseError::Damaged(text)) => assert_eq!(text, refused),
                other => panic!("{edit}: {other:?}"),
            }
            let all = findings(&drive.store);
            assert!(
                all.iter().any(|one| one.text.contains(found)),
                "{edit}: {all:?}"
            );
        });
    }
}
