//! `zetel demo`, and the client verbs against a real server.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Stdio;

use serde_json::Value;

use super::served::{Caller, Served};
use super::support::{Shell, exit_code};

const EMS: &str = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e";
const INTUNE_PLAN: &str = "c1ec4a95-1f05-45b3-a911-aa3fa01094f5";

#[test]
fn one_user_from_creation_to_deletion() {
    let mut shell = Shell::new();
    let served = Served::demo(&mut shell, "--users 100");
    shell.mask(&served.url, "url");
    shell.set("ZETEL_NEW_PASSWORD", "Pa55-word-for-a-test");
    let name = "test.user@contoso.example";

    assert_eq!(shell.ok("users list -o csv").lines().count(), 100);
    let create = format!("users create {name} --display-name Test --usage-location NL");
    assert_eq!(exit_code(&shell.run(&create)), 0);
    insta::assert_snapshot!("create_again", hidden(&shell.run(&create)));
    assert!(shell.ok(&format!("users show {name}")).contains("NL"));
    shell.ok(&format!("users update {name} --city Delft"));
    assert!(shell.ok(&format!("users show {name}")).contains("Delft"));

    insta::assert_snapshot!("list", shell.run("licenses list"));
    let assign = format!("licenses assign {name} --product EMS --disable INTUNE_A");
    insta::assert_snapshot!("plan", shell.run(&format!("{assign} --plan")));
    insta::assert_snapshot!("nothing_yet", shell.run(&format!("licenses show {name}")));
    insta::assert_snapshot!("assign", shell.run(&assign));
    insta::assert_snapshot!("show", shell.run(&format!("licenses show {name}")));
    let conflict = "licenses assign colin.conflict@contoso.example --product SPE_E3";
    insta::assert_snapshot!("conflict", hidden(&shell.run(conflict)));

    assert_eq!(exit_code(&shell.run(&format!("users delete {name}"))), 0);
    assert_eq!(exit_code(&shell.run(&format!("licenses show {name}"))), 5);
    shell.ok(&format!("users restore {name}"));
    assert!(shell.ok(&format!("licenses show {name}")).contains("EMS"));
    shell.ok(&format!("licenses remove {name} --product EMS"));
    assert!(!shell.ok(&format!("licenses show {name}")).contains("EMS"));
}

/// What is shown, without the ids of requests and objects.
fn hidden(shown: &str) -> String {
    super::support::without_ids(shown)
}

#[test]
fn a_second_start_goes_on_with_the_same_credentials_and_data() {
    let mut shell = Shell::new();
    let served = Served::demo(&mut shell, "--users 50");
    shell.set("ZETEL_NEW_PASSWORD", "Pa55-word-for-a-test");
    shell.ok("users create kept@contoso.example");
    let before = shell.read("demo.env");
    let ended = served.end();
    assert_eq!(ended.code, Some(0), "{}", ended.err);

    let served = Served::demo(&mut shell, "--users 50");
    let lasting = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.contains("127.0.0.1"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(lasting(&shell.read("demo.env")), lasting(&before));
    assert_eq!(lasting(&before).len(), 8);
    shell.ok("users show kept@contoso.example");
    let printed = served.end().out;
    for name in ["ZETEL_CLIENT_SECRET", "ZETEL_ADMIN_PASSWORD", "ZETEL_URL"] {
        assert!(printed.contains(&shell.get(name)), "{name} is not printed");
    }
}

#[test]
fn a_tenant_that_is_no_demonstration_is_left_alone() {
    let shell = Shell::new();
    shell.ok("init --data own --name Fabrikam --domain fabrikam.example");
    insta::assert_snapshot!(shell.run("demo --data own --listen 127.0.0.1:0"));
}

/// The state of a demonstration as Graph shows it, without times and without what only the commerce system knows.
fn state(options: &str) -> BTreeMap<&'static str, Vec<Value>> {
    let mut shell = Shell::new();
    let served = Served::demo(&mut shell, options);
    let caller = Caller::new(&served.url, Some(shell.get("ZETEL_CA").as_ref()));
    let token = shell.ok("token");
    let ask = |path: &'static str| {
        let mut items = caller.all(path, token.trim());
        items.iter_mut().for_each(strip);
        (path, items)
    };
    let select = "/users?$top=100&$select=id,userPrincipalName,displayName,givenName,surname,accountEnabled,mail,city,\
        country,department,jobTitle,usageLocation,userType,assignedLicenses,licenseAssignmentStates,assignedPlans";
    [
        ask(select),
        ask("/subscribedSkus"),
        ask("/directory/subscriptions"),
        ask("/directory/deletedItems/microsoft.graph.user"),
        ask("/organization"),
        ask("/deviceManagement/managedDevices"),
        ask("/deviceManagement/troubleshootingEvents"),
    ]
    .into()
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| {
                !name.ends_with("DateTime")
                    && !name.ends_with("ExpirationDate")
                    && name != "commerceSubscriptionId"
            });
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[test]
fn the_same_seed_makes_the_same_tenant() {
    let first = state("--users 250 --seed 7");
    let second = state("--users 250 --seed 7");
    for (path, items) in &first {
        assert!(!items.is_empty(), "{path}");
        assert_eq!(items, &second[path], "{path}");
    }
    let other = state("--users 250 --seed 8");
    assert_ne!(first["/organization"], other["/organization"]);
}

/// What a row of the file must come to.
struct Row {
    text: String,
    outcome: &'static str,
    code: &'static str,
}

/// Two thousand rows of every kind: reassignments that leave a plan off, and rows that must fail or change nothing.
fn rows(users: &[Value]) -> Vec<Row> {
    let name = |user: &Value| user["userPrincipalName"].as_str().unwrap().to_owned();
    let holders: Vec<&Value> = users.iter().filter(|user| holds_whole_ems(user)).collect();
    let row = |text: String, outcome, code| Row {
        text,
        outcome,
        code,
    };
    let mut rows = Vec::new();
    for number in 0..2_000 {
        let holder = name(holders[number % holders.len()]);
        rows.push(match number % 10 {
            0 => row(
                format!("nobody{number}@contoso.example,EMS,,"),
                "failed",
                "Request_ResourceNotFound",
            ),
            1 => row(format!("{holder},AAD_PREMIUM,,"), "failed", "UnknownName"),
            2 => row(
                format!("{holder},VISIOCLIENT,,"),
                "failed",
                "Request_BadRequest",
            ),
            3 => row(
                format!("{holder},INTUNE_A,,remove"),
                "unchanged",
                "Request_BadRequest",
            ),
            4 => row(format!("{holder},EMS,,perhaps"), "failed", "BadRow"),
            _ => row(format!("{holder},EMS,INTUNE_A,"), "ok", ""),
        });
    }
    rows
}

/// Whether a user has EMS with nothing off.
fn holds_whole_ems(user: &Value) -> bool {
    let licenses = user["assignedLicenses"].as_array().unwrap();
    licenses
        .iter()
        .any(|license| license["skuId"] == EMS && license["disabledPlans"] == serde_json::json!([]))
}

/// Users by name whose EMS has Intune off.
fn without_intune(users: &[Value]) -> BTreeSet<String> {
    let changed = users.iter().filter(|user| {
        let licenses = user["assignedLicenses"].as_array().unwrap();
        licenses.iter().any(|license| {
            license["skuId"] == EMS && license["disabledPlans"] == serde_json::json!([INTUNE_PLAN])
        })
    });
    changed
        .map(|user| user["userPrincipalName"].as_str().unwrap().to_owned())
        .collect()
}

fn users(shell: &Shell) -> Vec<Value> {
    serde_json::from_str(&shell.ok("users list -o json")).unwrap()
}

/// Line, user, outcome and code of the noted rows; the last result of a line counts.
fn results(shell: &Shell) -> BTreeMap<usize, [String; 3]> {
    let text = shell.read("rows.csv.results.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut noted = BTreeMap::new();
    // A kill can leave half a line behind.
    for record in reader.records().map_while(Result::ok) {
        let cell = |place: usize| record[place].to_owned();
        noted.insert(record[0].parse().unwrap(), [cell(1), cell(3), cell(4)]);
    }
    noted
}

#[test]
fn every_row_of_a_killed_and_resumed_run_has_a_true_result() {
    let mut shell = Shell::new();
    let _served = Served::demo(&mut shell, "--users 2000");
    // Half of the rows take a plan away, which the guard would stop as what it is: a change of many.
    shell.ok("policy set guard.enabled=false");
    let before = users(&shell);
    let untouched = without_intune(&before);
    let rows = rows(&before);
    let mut file = String::from("user,product,disabled plans,action\n");
    for row in &rows {
        writeln!(file, "{}", row.text).unwrap();
    }
    shell.write("rows.csv", file);

    let run = [
        "licenses",
        "assign",
        "--from",
        "rows.csv",
        "--concurrency",
        "4",
    ];
    let mut child = shell
        .command(&run)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Rows that ask for the same are done together: something is done, and most likely not all of it. A run that was
    // faster than this loop has nothing left to resume, and everything below must hold all the same.
    loop {
        let noted = std::fs::read_to_string(shell.path("rows.csv.results.csv"));
        let is_begun = noted.is_ok_and(|text| text.contains(",unchanged,"));
        if is_begun || child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let changed = without_intune(&users(&shell));
    let noted = results(&shell);
    for [user, outcome, _] in noted.values() {
        assert!(
            outcome != "ok" || changed.contains(user),
            "{user} was noted"
        );
    }

    let shown = shell.run("licenses assign --from rows.csv --resume");
    assert_eq!(exit_code(&shown), 3, "{shown}");
    assert!(
        shown.contains("rows were done by an earlier run"),
        "{shown}"
    );
    let noted = results(&shell);
    for (place, row) in rows.iter().enumerate() {
        let [_, outcome, code] = &noted[&(place + 2)];
        assert_eq!(
            (outcome.as_str(), code.as_str()),
            (row.outcome, row.code),
            "{}",
            row.text
        );
    }
    let wanted: BTreeSet<String> = rows
        .iter()
        .filter(|row| row.outcome == "ok")
        .map(|row| row.text.split(',').next().unwrap().to_owned())
        .chain(untouched)
        .collect();
    assert_eq!(without_intune(&users(&shell)), wanted);

    let again = shell.run("licenses assign --from rows.csv --resume");
    assert!(
        again.contains("1200 rows were done by an earlier run"),
        "{again}"
    );
    let plan = shell.run("licenses remove --from rows.csv --results plan.csv --plan");
    assert_eq!(without_intune(&users(&shell)), wanted, "{plan}");
}
