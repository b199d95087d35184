//! The indexes of many users against a look at everybody.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::{
    time::Timestamp,
    user::{Properties, record::pack},
};

/// How many users there are to begin with: enough that few changes and many take different ways.
const USERS: u32 = 3_000;

/// Something that happens to users.
#[derive(Clone, Debug)]
enum Step {
    /// So many users from a place on get other names and departments.
    Rename(u32, u32, u32),
    /// So many users come.
    Create(u32),
    /// So many users from a place on go, or come back.
    Turn(u32, u32),
    /// One user after another gets the same name.
    Gather(Vec<u32>),
    /// Somebody asks.
    Ask,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let count = || select(vec![1_u32, 3, 40, 700, 2_500]);
    let step = prop_oneof![
        3 => (0..USERS, count(), any::<u32>()).prop_map(|(from, count, seed)| Step::Rename(from, count, seed)),
        2 => count().prop_map(Step::Create),
        2 => (0..USERS, count()).prop_map(|(from, count)| Step::Turn(from, count)),
        1 => vec(0..USERS, 1..6).prop_map(Step::Gather),
        4 => Just(Step::Ask),
    ];
    vec(step, 1..14)
}

/// A name of few letters: many users have the same, and many begin alike for longer than a block.
fn name(number: u32) -> String {
    let mixed = number.wrapping_mul(0x9e37_79b9).rotate_left(7);
    let letters = ["a", "B", "ä", "Ä", "ς", "Aa", "and many letters more", ""];
    let letter = |shift: u32| letters[(mixed >> shift) as usize % letters.len()];
    format!("{}{}{}", letter(0), letter(5), letter(11))
}

fn record(number: u32) -> Box<[u8]> {
    let mut properties = Properties::new();
    let values = [
        (UserProperty::DisplayName, name(number)),
        (
            UserProperty::UserPrincipalName,
            format!("{number}@contoso.example"),
        ),
        (UserProperty::Department, name(number % 13)),
    ];
    for (property, text) in values {
        if !text.is_empty() {
            properties.insert(property, text.as_str().into());
        }
    }
    pack(&properties)
}

fn take(users: &mut Users, step: &Step) {
    let live = UserHead::default();
    match step {
        Step::Rename(from, count, seed) => {
            for ordinal in *from..users.len().min(from + count) {
                let head = users.view(UserOrdinal(ordinal)).unwrap().head;
                users.replace(UserOrdinal(ordinal), head, &record(ordinal ^ seed));
            }
        }
        Step::Create(count) => {
            for number in users.len()..users.len() + count {
                users.push(
                    uuid::Uuid::from_u128(u128::from(number)),
                    live,
                    &record(number),
                );
            }
        }
        Step::Turn(from, count) => {
            for ordinal in *from..users.len().min(from + count) {
                let is_live = users.live().contains(ordinal);
                let deleted = is_live.then_some(Timestamp(9));
                users.replace_head(UserOrdinal(ordinal), UserHead { deleted, ..live });
            }
        }
        Step::Gather(ordinals) => {
            for ordinal in ordinals {
                users.replace(UserOrdinal(*ordinal), live, &record(4));
                check(&users.clone());
            }
        }
        Step::Ask => check(users),
    }
}

/// A page in order is the same as a look at everybody gives.
fn check(users: &Users) {
    let texts_of = |property| -> Vec<(String, u32)> {
        let text = |user| folded(users.text_of(user, property)).into_owned();
        users.live().iter().map(|user| (text(user), user)).collect()
    };
    let departments = texts_of(UserProperty::Department);
    let mut order = texts_of(UserProperty::DisplayName);
    order.sort();
    let expected: Vec<u32> = order.iter().map(|(_, user)| *user).collect();
    let by_name = users.by_name(UserProperty::DisplayName).unwrap();
    let found: Vec<u32> = by_name.ascending(None).map(|user| user.0).collect();
    assert!(found == expected, "in order");
    let found: Vec<u32> = by_name.descending(None).map(|user| user.0).collect();
    assert!(found.iter().rev().eq(&expected), "in reverse order");
    for part in [2, 3, 150] {
        check_pages(users, by_name, &order, part);
    }
    for prefix in [
        "",
        "A",
        "ä",
        "aa",
        "and many letters m",
        "and many letters moreb",
        "z",
    ] {
        let fits = |text: &str| text.starts_with(&*folded(prefix));
        let expected: Bits = order
            .iter()
            .filter(|(text, _)| fits(text))
            .map(|(_, user)| *user)
            .collect();
        let found = users.with_prefix(UserProperty::DisplayName, prefix);
        assert_eq!(found, Some(expected), "from {prefix}");
    }
    for number in 0..14 {
        let value = name(number);
        let key = folded(&value);
        for (property, texts) in [
            (UserProperty::DisplayName, &order),
            (UserProperty::Department, &departments),
        ] {
            let has = texts.iter().filter(|(text, _)| *text == key);
            let expected: Bits = has.map(|(_, user)| *user).collect();
            assert_eq!(
                users.with_text(property, &value),
                Some(expected),
                "{property:?} {value}"
            );
        }
    }
}

/// Pages of every `part`th user, from the start, from the middle and from a name that nobody has.
fn check_pages(users: &Users, by_name: ByName<'_>, order: &[(String, u32)], part: u32) {
    let among: Bits = (0..users.len()).filter(|user| user % part == 0).collect();
    let middle = order.get(order.len() / 2);
    let middle = middle.map(|(text, user)| (text.as_str(), UserOrdinal(*user)));
    for beyond in [None, middle, Some(("aB", UserOrdinal(7)))] {
        let key = beyond.map(|(text, user)| (folded(text).into_owned(), user.0));
        let wanted = order.iter().filter(|(_, user)| among.contains(*user));
        let behind = wanted
            .clone()
            .filter(|place| key.as_ref().is_none_or(|key| *place > key));
        let before = wanted.filter(|place| key.as_ref().is_none_or(|key| *place < key));
        let ascending: Vec<u32> = behind.take(10).map(|(_, user)| *user).collect();
        let descending: Vec<u32> = before.rev().take(10).map(|(_, user)| *user).collect();
        for (direction, expected) in [
            (Direction::Ascending, ascending),
            (Direction::Descending, descending),
        ] {
            let page = by_name.page(&among, direction, beyond, 10);
            let page: Vec<u32> = page.into_iter().map(|user| user.0).collect();
            assert_eq!(
                page, expected,
                "{direction:?} beyond {beyond:?}, every {part}th"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn answers_are_those_of_a_look_at_everybody(steps in steps()) {
        let mut users = Users::default();
        take(&mut users, &Step::Create(USERS));
        let mut before = users.clone();
        for step in steps {
            take(&mut users, &step);
            if matches!(step, Step::Ask) {
                check(&before);
                before = users.clone();
            }
        }
        check(&users);
        check(&before);
    }
}

#[test]
fn a_property_with_too_many_values_has_no_index_until_many_users_changed() {
    let mut users = Users::default();
    let with = |department: u32| {
        let department = format!("Department {department}");
        let values = [
            (
                UserProperty::UserPrincipalName,
                "ada@contoso.example".into(),
            ),
            (UserProperty::Department, department.as_str().into()),
        ];
        pack(&values.into())
    };
    for number in 0..4_096_u32 {
        users.push(
            uuid::Uuid::from_u128(u128::from(number)),
            UserHead::default(),
            &with(number),
        );
    }
    let department = |users: &Users| users.with_text(UserProperty::Department, "DEPARTMENT 7");
    assert_eq!(department(&users), Some([7].into_iter().collect()));
    users.push(
        uuid::Uuid::from_u128(5_000),
        UserHead::default(),
        &with(4_096),
    );
    assert_eq!(department(&users), None);
    users.replace(UserOrdinal(4_096), UserHead::default(), &with(7));
    assert_eq!(
        department(&users),
        None,
        "one change is no reason to look at everybody"
    );
    for ordinal in 0..1_000 {
        users.replace(UserOrdinal(ordinal), UserHead::default(), &with(1));
    }
    assert_eq!(department(&users), Some([4_096].into_iter().collect()));
}

#[test]
fn nothing_is_kept_for_what_nobody_asks() {
    let mut users = Users::default();
    take(&mut users, &Step::Create(10));
    assert!(!users.indexes.is_asked());
    let asked = users.clone();
    take(&mut users, &Step::Create(1));
    check(&asked);
    assert!(
        !users.indexes.is_asked(),
        "a former state's questions are its own"
    );
    check(&users);
    let same = Arc::clone(&users.indexes);
    let view = users.view(UserOrdinal(3)).unwrap();
    let (head, record) = (view.head, view.record.bytes().to_vec());
    users.replace(
        UserOrdinal(3),
        UserHead {
            account_enabled: true,
            ..head
        },
        &record,
    );
    assert!(
        Arc::ptr_eq(&same, &users.indexes),
        "no index depends on this"
    );
}
