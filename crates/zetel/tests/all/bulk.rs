//! Many changes from a file.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::stub::{CHAT, E3, StubUser};
use super::support::{Desk, exit_code};

/// A tenant with users u0@ … and a file that names them, `rows` of both.
fn desk_with_file(rows: usize) -> Desk {
    let desk = Desk::new();
    let mut file = String::from("User,Product\r\n");
    desk.stub.with(|tenant| {
        for number in 0..rows {
            let user = StubUser {
                location: Some("NL"),
                ..StubUser::default()
            };
            tenant.users.insert(format!("u{number}@contoso.com"), user);
            write!(file, "u{number}@contoso.com,ENTERPRISEPACK\r\n").unwrap();
        }
    });
    desk.write("users.csv", file);
    desk
}

fn holders(desk: &Desk) -> usize {
    desk.stub.with(|tenant| {
        tenant
            .users
            .values()
            .filter(|user| user.direct.contains_key(E3))
            .count()
    })
}

/// The results in the order of the file; workers finish in any order.
fn results(desk: &Desk, name: &str) -> String {
    let text = desk.read(name);
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].sort_by_key(|line| {
        line.split(',')
            .next()
            .and_then(|line| line.parse::<u64>().ok())
    });
    lines.join("\n")
}

#[test]
fn every_row_has_a_true_result_and_every_cause_one_line() {
    let desk = Desk::new();
    desk.write(
        "users.csv",
        "\u{feff}UPN;SKU;Disabled Plans;Action;Department\r\n\
         ann@contoso.com;ENTERPRISEPACK;CHAT,MAIL;;Sales\r\n\
         ben@contoso.com;ENTERPRISEPACK;;add;Sales\r\n\
         eve@contoso.com;ENTERPRISEPACK;;;\r\n\
         dan@contoso.com;ENTERPRISEPACK;;;\r\n\
         ann@contoso.com;ENTERPRISE;;;\r\n\
         ann@contoso.com;ENTERPRISEPACK;SWAY;;\r\n\
         ;ENTERPRISEPACK;;;\r\n\
         ann@contoso.com\r\n\
         \r\n\
         ann@contoso.com;ENTERPRISEPACK;;perhaps;\r\n\
         ann@contoso.com;ENTERPRISEPREMIUM;;remove;\r\n",
    );
    insta::assert_snapshot!("causes", desk.run("licenses assign --from users.csv"));
    insta::assert_snapshot!("results", results(&desk, "users.csv.results.csv"));
    let off = desk
        .stub
        .with(|tenant| tenant.users["ann@contoso.com"].direct[E3].clone());
    assert!(off.contains(&CHAT.to_owned()));
    insta::assert_snapshot!("once_more", desk.run("licenses assign --from users.csv"));
}

#[test]
fn the_command_line_completes_the_rows() {
    let desk = Desk::new();
    desk.write("users.csv", "id\nann@contoso.com\n");
    let shown = desk
        .run("licenses assign --from users.csv --product ENTERPRISEPACK --disable CHAT -o json");
    insta::assert_snapshot!(shown);
    let off = desk
        .stub
        .with(|tenant| tenant.users["ann@contoso.com"].direct[E3].clone());
    assert_eq!(off, [CHAT]);
    let removed =
        desk.run("licenses remove --from users.csv --product ENTERPRISEPACK --results removed.csv");
    assert_eq!((exit_code(&removed), holders(&desk)), (0, 0), "{removed}");
}

#[test]
fn nothing_is_sent_when_the_file_cannot_be_used() {
    let desk = Desk::new();
    desk.write("users.csv", "name,product\nann,E3\n");
    insta::assert_snapshot!(
        "no_user_column",
        desk.run("licenses assign --from users.csv")
    );
    insta::assert_snapshot!("no_file", desk.run("licenses assign --from nowhere.csv"));
    desk.write("good.csv", "user\nann@contoso.com\n");
    insta::assert_snapshot!(
        "unknown_product",
        desk.run("licenses assign --from good.csv --product ENTERPRISE")
    );
    assert!(!desk.path("good.csv.results.csv").exists());
    insta::assert_snapshot!(
        "standard_input",
        desk.run("licenses assign --from - --product ENTERPRISEPACK")
    );
    assert_eq!(desk.stub.count("POST /v1.0"), 0);
}

#[test]
fn rows_of_one_user_keep_their_order() {
    let desk = Desk::new();
    let mut file = String::from("user,product,action\n");
    for _ in 0..50 {
        file.push_str(
            "ann@contoso.com,ENTERPRISEPACK,add\nANN@contoso.com,ENTERPRISEPACK,remove\n",
        );
    }
    desk.write("users.csv", file.replace("ANN", "ann"));
    let shown = desk.run("licenses assign --from users.csv --concurrency 32");
    assert_eq!(exit_code(&shown), 0, "{shown}");
    assert!(!shown.contains("unchanged"), "{shown}");
    assert_eq!(holders(&desk), 0);
}

#[test]
fn the_first_failure_can_stop_the_run() {
    let desk = desk_with_file(500);
    desk.stub
        .with(|tenant| tenant.users.get_mut("u3@contoso.com").unwrap().location = None);
    let shown = desk.run("licenses assign --from users.csv --stop-on-error --concurrency 1");
    assert_eq!(exit_code(&shown), 3, "{shown}");
    assert_eq!(holders(&desk), 3);

    desk.stub
        .with(|tenant| tenant.users.get_mut("u3@contoso.com").unwrap().location = Some("NL"));
    let shown = desk.run("licenses assign --from users.csv --resume");
    assert_eq!((exit_code(&shown), holders(&desk)), (0, 500), "{shown}");
    assert!(
        shown.contains("3 rows were done by an earlier run"),
        "{shown}"
    );
}

#[test]
fn a_killed_run_is_continued_without_repeating_what_is_noted() {
    let desk = desk_with_file(1500);
    desk.stub.with(|tenant| tenant.answered_limit = Some(700));
    let mut child = desk
        .command(&["licenses", "assign", "--from", "users.csv"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The run hangs once the stub answers no more; then all 700 are in the file, or will be in a moment.
    let noted = loop {
        let noted = std::fs::File::open(desk.path("users.csv.results.csv")).map_or(0, |file| {
            BufReader::new(file).lines().count().saturating_sub(1)
        });
        if noted >= 600 {
            break noted;
        }
        assert!(child.try_wait().unwrap().is_none(), "the run ended early");
        std::thread::yield_now();
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(noted <= 700);

    // A kill in the middle of a line.
    let whole = desk.read("users.csv.results.csv");
    let kept = &whole[..whole.len() - 9];
    desk.write("users.csv.results.csv", kept);
    let complete = &kept[..=kept.rfind('\n').unwrap()];

    desk.stub.with(|tenant| tenant.answered_limit = None);
    let shown = desk.run("licenses assign --from users.csv --resume");
    assert_eq!((exit_code(&shown), holders(&desk)), (0, 1500), "{shown}");
    for line in complete.lines().skip(1) {
        let user = line.split(',').nth(1).unwrap();
        let sent = desk
            .stub
            .count(&format!("POST /v1.0/users/{user}/assignLicense"));
        assert_eq!(sent, 1, "{user} was noted and must not be repeated");
    }
    let again = desk.run("licenses assign --from users.csv --resume");
    assert!(
        again.contains("1500 rows were done by an earlier run"),
        "{again}"
    );
}

#[test]
fn a_token_that_is_no_longer_accepted_ends_the_run() {
    let desk = desk_with_file(300);
    desk.stub.with(|tenant| tenant.revoked_after = Some(100));
    let shown = desk.run("licenses assign --from users.csv --concurrency 1");
    assert_eq!((exit_code(&shown), holders(&desk)), (4, 100), "{shown}");
    insta::assert_snapshot!(shown);
    desk.stub.with(|tenant| tenant.revoked_after = None);
    assert_eq!(
        exit_code(&desk.run("licenses assign --from users.csv --resume")),
        0
    );
    assert_eq!((holders(&desk), desk.stub.count("POST /v1.0")), (300, 302));
}

#[test]
fn a_server_that_goes_away_ends_the_run() {
    let mut desk = desk_with_file(300);
    desk.stub.with(|tenant| tenant.answered_limit = Some(100));
    let mut command = desk.command(&[
        "licenses",
        "assign",
        "--from",
        "users.csv",
        "--concurrency",
        "4",
    ]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while desk.stub.count("POST /v1.0") < 101 {
        std::thread::yield_now();
    }
    desk.stub.stop();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(7), "{told}");
    assert!(
        told.contains("Stopped: could not assign licenses to `u"),
        "{told}"
    );
    let noted = desk.read("users.csv.results.csv");
    assert_eq!(noted.matches(",ok,").count(), 100);
    let failed = noted.matches(",failed,NoConnection,").count();
    assert!((1..=4).contains(&failed), "{noted}");
}

#[test]
fn a_plan_of_a_file_is_one_plan_and_changes_nothing() {
    let desk = desk_with_file(30);
    desk.stub.with(|tenant| {
        tenant.is_zetel = true;
        tenant.seats.insert(E3, 25);
        tenant.users.get_mut("u8@contoso.com").unwrap().location = None;
        tenant.users.remove("u9@contoso.com");
    });
    let line = "licenses assign --from users.csv --plan";
    insta::assert_snapshot!("plan_table", desk.run(line));
    insta::assert_snapshot!(
        "plan_json",
        desk.run(&format!("{line} --results other.csv -o json"))
    );
    assert_eq!(desk.read("users.csv.plan.csv").lines().count(), 31);
    assert_eq!(desk.stub.count("POST /v1.0"), 0);
    assert_eq!(desk.stub.count("PLAN POST"), 2);
    assert_eq!(holders(&desk), 0);
    desk.stub.with(|tenant| tenant.guard = Some("t-9"));
    assert_eq!(exit_code(&desk.run(line)), 9);
}

#[test]
fn a_file_without_plans_is_refused_before_its_first_row() {
    let desk = desk_with_file(3);
    let shown = desk.run("licenses assign --from users.csv --plan");
    assert_eq!(exit_code(&shown), 2, "{shown}");
    assert!(!desk.path("users.csv.plan.csv").exists());
}

#[test]
fn rows_that_ask_for_the_same_are_one_change() {
    let desk = desk_with_file(1_500);
    desk.stub.with(|tenant| tenant.is_zetel = true);
    let file = desk.read("users.csv") + "u7@contoso.com,ENTERPRISEPREMIUM\r\nu7@contoso.com,X\r\n";
    desk.write("users.csv", file);
    let shown = desk.run("licenses assign --from users.csv");
    assert_eq!((exit_code(&shown), holders(&desk)), (3, 1_500), "{shown}");
    assert_eq!(desk.stub.count("POST /v1.0"), 2);
    let noted = results(&desk, "users.csv.results.csv");
    assert_eq!(noted.matches(",ok,").count(), 1_501);
    assert!(noted.contains("UnknownName"), "{noted}");

    let again = desk.run("licenses remove --from users.csv --results removed.csv");
    assert_eq!((exit_code(&again), holders(&desk)), (3, 0), "{again}");
    let again = desk.run("licenses remove --from users.csv --results again.csv");
    assert_eq!(
        desk.read("again.csv").matches(",unchanged,").count(),
        1_501,
        "{again}"
    );
}

#[test]
fn a_file_that_the_guard_stops_is_confirmed_as_one_change() {
    let desk = desk_with_file(100);
    desk.stub.with(|tenant| {
        tenant.is_zetel = true;
        tenant.guard = Some("t-9");
    });
    let line = "licenses assign --from users.csv";
    insta::assert_snapshot!("guarded", desk.run(line));
    assert_eq!(holders(&desk), 0);
    let confirmed = desk.run(&format!("{line} --resume --confirm t-1 --confirm t-9"));
    assert_eq!(
        (exit_code(&confirmed), holders(&desk)),
        (0, 100),
        "{confirmed}"
    );
}

#[test]
fn users_are_imported() {
    let mut desk = Desk::new();
    desk.set("ZETEL_NEW_PASSWORD", "s3cret");
    desk.stub.with(|tenant| tenant.is_zetel = true);
    desk.write(
        "new.csv",
        "userPrincipalName,DisplayName,Usage Location,password,Account Enabled\n\
         cor@contoso.com,\"Jansen, Cor\",NL,own-s3cret,false\n\
         dee@contoso.com,Dée,BE,,\n\
         ann@contoso.com,Ann,NL,,\n\
         nobody,No Body,NL,,\n",
    );
    insta::assert_snapshot!(
        "import_plan",
        desk.run("users import --from new.csv --plan")
    );
    assert_eq!(desk.stub.count("POST /v1.0"), 0);
    insta::assert_snapshot!("import", desk.run("users import --from new.csv"));
    let results = results(&desk, "new.csv.results.csv");
    assert!(!results.contains("s3cret"));
    insta::assert_snapshot!("import_results", results);
    let cor = desk
        .stub
        .with(|tenant| tenant.users["cor@contoso.com"].body.clone());
    insta::assert_snapshot!("import_body", serde_json::to_string_pretty(&cor).unwrap());
}
