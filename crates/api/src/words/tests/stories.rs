//! Whole explanations in both languages.

use std::fmt::Write as _;

use uuid::Uuid;
use zetel_domain::{
    Command,
    explain::Question,
    location::Location,
    policy::FallbackChain,
    user::{UserKey, UserPatch, UserProperty},
};

use super::story::{E1, E3, F3, PHONE, PROJECT, Story};
use crate::words::{Language, explanation_json, explanation_text};

/// The answer in all languages, none of which may name a GUID or show a gap.
fn told(story: &Story, user: Uuid, question: Question) -> String {
    let explanation = story.explain(user, question);
    let mut all = String::new();
    for language in Language::ALL {
        let text = explanation_text(&explanation, &story.tenant, language);
        assert!(!text.contains(['{', '}']), "{text}");
        let is_guid = |word: &str| Uuid::try_parse(word.trim_matches(['(', ')', '.', ','])).is_ok();
        assert!(!text.split_whitespace().any(is_guid), "{text}");
        let json = explanation_json(&explanation, &story.tenant, language);
        assert_eq!(json["text"], text);
        let _ = writeln!(all, "{text}");
    }
    all
}

fn owning(products: &[(&str, u32)]) -> Story {
    let mut story = Story::new();
    for (product, quantity) in products {
        story.buy(product, *quantity);
    }
    story
}

#[test]
fn all_is_well() {
    let mut story = owning(&[(E3, 5)]);
    let ada = story.hire("Ada Lovelace");
    story.assign(ada, &[(E3, &["YAMMER_ENTERPRISE", "TEAMS1"])]);
    story.now = story.now.plus_days(3);
    story.group("Staff", &[(E3, &["YAMMER_ENTERPRISE", "SWAY"])], &[ada]);
    insta::assert_snapshot!("all_is_well", told(&story, ada, Question::All));
    let yammer = story.plan("YAMMER_ENTERPRISE");
    insta::assert_snapshot!("switched_off", told(&story, ada, Question::Plan(yammer)));
    let teams = story.plan("TEAMS1");
    insta::assert_snapshot!("switched_on", told(&story, ada, Question::Plan(teams)));
}

#[test]
fn no_seats() {
    let mut story = owning(&[(E3, 2), (PROJECT, 9)]);
    let people = ["Bob Dylan", "Cy Twombly", "Dee Dee", "Eve Arden"].map(|name| story.hire(name));
    let ada = story.hire("Ada Lovelace");
    let staff = story.group("Staff", &[(E3, &[]), (PROJECT, &[])], &people);
    story.now = story.now.plus_days(1);
    story.join(staff, &[ada]);
    insta::assert_snapshot!("no_seats", told(&story, ada, Question::All));
    story.extend(|policy| policy.automatic_reprocessing = true);
    let project = Question::Product(story.product(PROJECT));
    insta::assert_snapshot!("waiting", told(&story, ada, project));
    story.extend(|policy| policy.automatic_reprocessing = false);
    story.buy(E3, 10);
    insta::assert_snapshot!(
        "seats_again",
        told(&story, ada, Question::Product(story.product(E3)))
    );
}

#[test]
fn conflicts() {
    let mut story = owning(&[(E1, 5), (E3, 5), (F3, 5)]);
    let ada = story.hire("Ada Lovelace");
    let bob = story.hire("Bob Dylan");
    story.assign(ada, &[(E1, &[])]);
    story.group("Staff", &[(E3, &[])], &[ada, bob]);
    insta::assert_snapshot!("conflict", told(&story, ada, Question::All));
    story.group("Frontline", &[(F3, &[])], &[bob]);
    let kiosk = Question::Plan(story.plan("SHAREPOINTDESKLESS"));
    let json = explanation_json(&story.explain(bob, kiosk), &story.tenant, Language::English);
    insta::assert_json_snapshot!("conflict_as_json", json);
}

#[test]
fn dependencies() {
    let mut story = owning(&[(E1, 1), (PHONE, 5)]);
    let ada = story.hire("Ada Lovelace");
    let bob = story.hire("Bob Dylan");
    story.assign(bob, &[(E1, &[])]);
    story.extend(|policy| policy.partial_success = true);
    let staff = story.group("Staff", &[(E1, &[]), (PHONE, &[])], &[ada]);
    insta::assert_snapshot!(
        "lacking",
        told(&story, ada, Question::Product(story.product(PHONE)))
    );
    story.buy(E1, 4);
    story.does(Command::ReprocessUser {
        user: UserKey::Id(ada),
    });
    story.assign(ada, &[(PHONE, &[])]);
    story.leave(staff, ada);
    insta::assert_snapshot!("kept", told(&story, ada, Question::All));
}

#[test]
fn places_and_addresses() {
    let mut story = owning(&[(E3, 5), (PHONE, 5)]);
    let mail = [(UserProperty::Mail, "sales@contoso.example")];
    let ada = story.hire_with("Ada Lovelace", &mail);
    story.hire_with("Bob Dylan", &mail);
    story.group("Staff", &[(E3, &[])], &[ada]);
    insta::assert_snapshot!("address", told(&story, ada, Question::All));
    story.prohibit("MCOEV", *b"AE");
    let cy = story.hire("Cy Twombly");
    let usage_location = Some(Location::parse("AE"));
    story.update(
        cy,
        UserPatch {
            usage_location,
            ..UserPatch::default()
        },
    );
    story.group("Travelers", &[(E3, &[]), (PHONE, &[])], &[cy]);
    insta::assert_snapshot!("place", told(&story, cy, Question::All));
}

#[test]
fn groups_in_groups() {
    let mut story = owning(&[(E3, 5)]);
    let ada = story.hire("Ada Lovelace");
    let team = story.group("Team A", &[], &[ada]);
    let staff = story.group("Staff", &[(E3, &[])], &[]);
    story.join(staff, &[team]);
    insta::assert_snapshot!("nested", told(&story, ada, Question::All));
    story.extend(|policy| policy.nested_groups = true);
    story.does(Command::ReprocessUser {
        user: UserKey::Id(ada),
    });
    insta::assert_snapshot!("nested_counts", told(&story, ada, Question::All));
}

#[test]
fn what_goes_and_what_stands_in() {
    let mut story = owning(&[(E3, 1), (F3, 5), (E1, 5)]);
    let ada = story.hire("Ada Lovelace");
    let bob = story.hire("Bob Dylan");
    let (e3, f3) = (story.sku_id(E3), story.sku_id(F3));
    story.extend(|policy| {
        policy.grace_days = 30;
        policy.fallback = vec![FallbackChain(vec![e3, f3])];
    });
    let staff = story.group("Staff", &[(E3, &[])], &[bob]);
    story.join(staff, &[ada]);
    insta::assert_snapshot!("fallback", told(&story, ada, Question::All));
    story.leave(staff, bob);
    insta::assert_snapshot!("ending", told(&story, bob, Question::All));
}

#[test]
fn nothing_there() {
    let mut story = owning(&[(E3, 1), (PHONE, 5)]);
    let ada = story.hire("Ada Lovelace");
    let bob = story.hire("Bob Dylan");
    insta::assert_snapshot!("nothing", told(&story, ada, Question::All));
    story.group("Staff", &[(E3, &[])], &[bob]);
    let e3 = Question::Product(story.product(E3));
    insta::assert_snapshot!("not_meant", told(&story, ada, e3));
    let teams = Question::Plan(story.plan("TEAMS1"));
    insta::assert_snapshot!("plan_not_meant", told(&story, ada, teams));
    story.wait(365);
    story.wait(91);
    insta::assert_snapshot!("suspended", told(&story, bob, Question::All));
    story.does(Command::DeleteUser {
        user: UserKey::Id(bob),
    });
    insta::assert_snapshot!("deleted", told(&story, bob, Question::All));
}
