//! `zetel licenses`, one user at a time.

use super::stub::{CHAT, E3, E5, MAIL};
use super::support::{Desk, exit_code};

fn desk_with_licenses() -> Desk {
    let desk = Desk::new();
    desk.stub.with(|tenant| {
        let ann = tenant.users.get_mut("ann@contoso.com").unwrap();
        ann.direct.insert(E3.to_owned(), vec![CHAT.to_owned()]);
        ann.groups.push(E5.to_owned());
    });
    desk
}

fn direct(desk: &Desk, user: &str) -> Vec<(String, Vec<String>)> {
    desk.stub
        .with(|tenant| tenant.users[user].direct.clone().into_iter().collect())
}

#[test]
fn products_with_their_seats() {
    let desk = desk_with_licenses();
    insta::assert_snapshot!("list_table", desk.run("licenses list"));
    insta::assert_snapshot!("list_json", desk.run("licenses list -o json"));
    insta::assert_snapshot!("list_csv", desk.run("licenses list --output csv"));
}

#[test]
fn what_a_user_has_and_why() {
    let desk = desk_with_licenses();
    insta::assert_snapshot!("show_table", desk.run("licenses show ann@contoso.com"));
    insta::assert_snapshot!(
        "show_json",
        desk.run("licenses show ann@contoso.com -o json")
    );
    insta::assert_snapshot!("show_csv", desk.run("licenses show ann@contoso.com -o csv"));
    insta::assert_snapshot!("show_nothing", desk.run("licenses show ben@contoso.com"));
    insta::assert_snapshot!("show_nobody", desk.run("licenses show eve@contoso.com"));
}

#[test]
fn a_product_with_plans_off_and_one_replaced() {
    let desk = Desk::new();
    insta::assert_snapshot!(
        "assign",
        desk.run("licenses assign ann@contoso.com --product enterprisepack --disable chat,MAIL")
    );
    assert_eq!(
        direct(&desk, "ann@contoso.com"),
        [(E3.to_owned(), vec![CHAT.to_owned(), MAIL.to_owned()])]
    );

    let line = format!(
        "licenses assign ann@contoso.com --product {} --replace ENTERPRISEPACK",
        E5.to_uppercase()
    );
    insta::assert_snapshot!("replace", desk.run(&line));
    assert_eq!(direct(&desk, "ann@contoso.com"), [(E5.to_owned(), vec![])]);

    insta::assert_snapshot!(
        "remove",
        desk.run("licenses remove ann@contoso.com --product ENTERPRISEPREMIUM")
    );
    assert_eq!(direct(&desk, "ann@contoso.com"), []);
    insta::assert_snapshot!(
        "remove_again",
        desk.run("licenses remove ann@contoso.com --product ENTERPRISEPREMIUM")
    );
}

#[test]
fn refusals_say_what_to_do() {
    let desk = Desk::new();
    insta::assert_snapshot!(
        "no_location",
        desk.run("licenses assign ben@contoso.com --product ENTERPRISEPACK")
    );
    insta::assert_snapshot!(
        "no_user",
        desk.run("licenses assign eve@contoso.com --product ENTERPRISEPACK")
    );
    insta::assert_snapshot!(
        "no_product",
        desk.run("licenses assign ann@contoso.com --product ENTERPRISE")
    );
    insta::assert_snapshot!(
        "no_plan",
        desk.run("licenses assign ann@contoso.com --product ENTERPRISEPACK --disable SWAY")
    );
    desk.stub.with(|tenant| tenant.seats.insert(E5, 0));
    insta::assert_snapshot!(
        "no_seat",
        desk.run("licenses assign ann@contoso.com --product ENTERPRISEPREMIUM")
    );
    assert_eq!(direct(&desk, "ann@contoso.com"), []);
}

#[test]
fn one_of_several_users_fails_and_the_others_are_done() {
    let desk = Desk::new();
    let line = "licenses assign eve@contoso.com ben@contoso.com ann@contoso.com --product ENTERPRISEPACK -o csv";
    insta::assert_snapshot!(desk.run(line));
    assert_eq!(direct(&desk, "ann@contoso.com").len(), 1);
}

#[test]
fn a_plan_is_asked_of_the_server_and_changes_nothing() {
    let desk = desk_with_licenses();
    desk.stub.with(|tenant| tenant.is_zetel = true);
    let verb = "licenses assign ann@contoso.com ben@contoso.com eve@contoso.com --product ENTERPRISEPACK --plan";
    insta::assert_snapshot!("plan_table", desk.run(verb));
    insta::assert_snapshot!("plan_json", desk.run(&format!("{verb} -o json")));
    insta::assert_snapshot!("plan_csv", desk.run(&format!("{verb} -o csv")));
    insta::assert_snapshot!(
        "plan_one_refused",
        desk.run("licenses assign ben@contoso.com --product ENTERPRISEPACK --plan")
    );
    assert_eq!(
        desk.stub.count("PLAN POST /v1.0/zetel/bulkAssignLicense"),
        3
    );
    assert_eq!(desk.stub.count("PLAN POST"), 4);
    assert_no_writes(&desk);
}

fn assert_no_writes(desk: &Desk) {
    let writes = ["PATCH", "DELETE", "PUT", "POST /v1.0"];
    assert!(writes.iter().all(|method| desk.stub.count(method) == 0));
}

#[test]
fn a_server_that_makes_no_plans_is_asked_for_none() {
    let desk = Desk::new();
    insta::assert_snapshot!(
        "no_plans",
        desk.run("licenses assign ann@contoso.com --product ENTERPRISEPACK --plan")
    );
    let several = "licenses assign ann@contoso.com ben@contoso.com --product ENTERPRISEPACK --plan";
    assert_eq!(exit_code(&desk.run(several)), 2);
    assert_eq!(desk.stub.count("PLAN"), 0);
    assert_no_writes(&desk);
}

#[test]
fn what_the_guard_stops_is_shown_and_must_be_confirmed() {
    let desk = desk_with_licenses();
    desk.stub.with(|tenant| {
        tenant.is_zetel = true;
        tenant.guard = Some("t-9");
    });
    let line = "licenses remove ann@contoso.com --product ENTERPRISEPACK";
    insta::assert_snapshot!("guarded", desk.run(line));
    insta::assert_snapshot!("guarded_plan", desk.run(&format!("{line} --plan")));
    insta::assert_snapshot!(
        "guarded_otherwise",
        desk.run(&format!("{line} --confirm t-1"))
    );
    assert_eq!(direct(&desk, "ann@contoso.com").len(), 1);
    let confirmed = desk.run(&format!("{line} --confirm t-9"));
    assert_eq!(exit_code(&confirmed), 0, "{confirmed}");
    assert_eq!(direct(&desk, "ann@contoso.com"), []);
}

#[test]
fn several_users_are_one_change_with_a_result_for_each() {
    let desk = Desk::new();
    desk.stub.with(|tenant| tenant.is_zetel = true);
    let line = "licenses assign eve@contoso.com ben@contoso.com ann@contoso.com --product ENTERPRISEPACK -o csv";
    insta::assert_snapshot!("together", desk.run(line));
    assert_eq!(direct(&desk, "ann@contoso.com").len(), 1);
    assert_eq!(desk.stub.count("POST /v1.0"), 1);
}
