//! `zetel groups` and what changes licenses of many, against a real server.

use serde_json::Value;

use super::served::Served;
use super::support::{Shell, exit_code, without_ids};

fn contoso(shell: &mut Shell) -> Served {
    let served = Served::demo(shell, "--users 400");
    shell.mask(&served.url, "url");
    served
}

/// What is shown, without ids and times.
fn hidden(shown: &str) -> String {
    let shown = without_ids(shown);
    let hide = |word: &str| {
        let plain = word.trim_end();
        let is_time = plain.len() == 20 && plain.as_bytes()[10] == b'T' && plain.ends_with('Z');
        if is_time {
            word.replace(plain, "[time]")
        } else {
            word.to_owned()
        }
    };
    shown
        .split_inclusive(char::is_whitespace)
        .map(hide)
        .collect()
}

fn json(shell: &Shell, line: &str) -> Value {
    serde_json::from_str(&shell.ok(&format!("{line} -o json"))).unwrap()
}

/// Runs a command whose arguments have blanks.
fn succeeds(shell: &Shell, line: &[&str]) -> String {
    let output = shell.output(line);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{line:?}: {told}");
    String::from_utf8(output.stdout).unwrap() + &told
}

#[test]
fn a_group_from_creation_to_deletion() {
    let mut shell = Shell::new();
    let _served = contoso(&mut shell);
    let people = ["nova.nowhere", "vera.visio"].map(|name| format!("{name}@contoso.example"));
    succeeds(
        &shell,
        &[
            "groups",
            "create",
            "Night Shift",
            "--description",
            "After ten",
            "--member",
            &people[0],
        ],
    );
    insta::assert_snapshot!("show", hidden(&shell.run("groups show night-shift")));
    let add = format!("groups add-member night-shift {} --plan", people[1]);
    assert!(shell.ok(&add).contains("Nobody's licenses would change."));
    shell.ok(&add.replace(" --plan", ""));
    let members = shell.ok("groups members night-shift -o csv");
    assert!(
        people.iter().all(|name| members.contains(name)),
        "{members}"
    );

    let license = "groups license night-shift --add contoso_toolbox";
    insta::assert_snapshot!("license_plan", shell.run(&format!("{license} --plan")));
    insta::assert_snapshot!("license", shell.run(license));
    let show = shell.ok(&format!("licenses show {}", people[1]));
    assert!(show.contains("group Night Shift"), "{show}");
    insta::assert_snapshot!(
        "delete_licensed",
        hidden(&shell.run("groups delete night-shift"))
    );

    shell.ok("groups license night-shift --remove CONTOSO_TOOLBOX");
    shell.ok(&format!("groups remove-member night-shift {}", people[1]));
    succeeds(
        &shell,
        &[
            "groups",
            "update",
            "night-shift",
            "--display-name",
            "Late Shift",
        ],
    );
    assert!(shell.ok("groups list").contains("Late Shift"));
    shell.ok("groups delete night-shift");
    insta::assert_snapshot!("gone", shell.run("groups show night-shift"));
    insta::assert_snapshot!(
        "no_member",
        shell.run("groups add-member Sales eve@contoso.example")
    );
}

#[test]
fn a_dynamic_group_follows_its_rule() {
    let mut shell = Shell::new();
    let _served = contoso(&mut shell);
    let rule = "user.surname -eq \"Atkins\"";
    succeeds(&shell, &["groups", "create", "Atkins", "--rule", rule]);
    let listed = shell.ok("groups list");
    assert!(listed.contains("dynamic security"), "{listed}");
    let wrong = [
        "groups",
        "update",
        "Atkins",
        "--rule",
        "user.surname -eqq \"Atkins\"",
    ];
    let refused = shell.output(&wrong);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(6), "{told}");
    let filled = json(&shell, "groups members Atkins")
        .as_array()
        .unwrap()
        .len();
    let cleared = succeeds(&shell, &["groups", "update", "Atkins", "--rule", ""]);
    assert!(cleared.contains("Changed `Atkins`"), "{cleared}");
    let kept = json(&shell, "groups members Atkins")
        .as_array()
        .unwrap()
        .len();
    assert_eq!(filled, kept);
}

#[test]
fn every_error_is_listed_with_its_reason_and_heals() {
    let mut shell = Shell::new();
    let _served = contoso(&mut shell);
    insta::assert_snapshot!("errors", shell.run("groups errors"));
    insta::assert_snapshot!("waiting", hidden(&shell.run("waiting VISIOCLIENT")));
    let found = json(&shell, "groups list --errors");
    assert_eq!(found.as_array().unwrap().len(), 5);

    let wanda = "wanda.waiting@contoso.example";
    let english = shell.ok(&format!("explain {wanda} VISIOCLIENT"));
    assert!(english.contains("Visio Users"), "{english}");
    let dutch = shell.ok(&format!("explain {wanda} VISIOCLIENT --language nl"));
    assert_ne!(english, dutch);
    shell.set("LANG", "nl_NL.UTF-8");
    assert_eq!(shell.ok(&format!("explain {wanda} VISIOCLIENT")), dutch);
    let whole = json(&shell, &format!("explain {wanda}"));
    assert!(whole["problems"].as_array().is_some(), "{whole}");
    assert_eq!(exit_code(&shell.run(&format!("explain {wanda} SWAYY"))), 5);

    for user in ["rob.returned", "fleur.full", "vera.visio"] {
        shell.ok(&format!(
            "licenses remove {user}@contoso.example --product VISIOCLIENT"
        ));
    }
    assert!(shell.ok("groups errors").contains("Visio Users"));
    let reprocess = ["groups", "reprocess", "Visio Users"];
    succeeds(&shell, &reprocess);
    assert!(!shell.ok("groups errors").contains("Visio Users"));
    assert_eq!(
        exit_code(&shell.run(&format!("users reprocess {wanda}"))),
        0
    );
    assert!(shell.run("waiting").contains("Nobody waits"));
}

/// Sign-in names of people who have EMS directly, in a file.
fn holders_file(shell: &Shell) -> usize {
    const EMS: &str = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e";
    let users = json(shell, "users list");
    let has_ems = |user: &&Value| {
        let licenses = user["assignedLicenses"].as_array().unwrap();
        licenses.iter().any(|license| license["skuId"] == EMS)
    };
    let names: Vec<String> = users
        .as_array()
        .unwrap()
        .iter()
        .filter(has_ems)
        .map(|user| user["userPrincipalName"].as_str().unwrap().to_owned())
        .collect();
    let mut lines = vec!["user,product".to_owned()];
    lines.extend(names.iter().map(|name| format!("{name},EMS")));
    shell.write("all.csv", lines.join("\n") + "\n");
    names.len()
}

fn token_in(shown: &str) -> String {
    let (_, rest) = shown.split_once("--confirm ").unwrap();
    rest.chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect()
}

fn used(shell: &Shell, product: &str) -> u64 {
    let products = json(shell, "licenses list");
    let row = products
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["product"] == product);
    row.unwrap()["used"].as_u64().unwrap()
}

#[test]
fn a_mass_removal_is_stopped_confirmed_and_undone() {
    let mut shell = Shell::new();
    let _served = contoso(&mut shell);
    let holders = holders_file(&shell);
    let before = used(&shell, "EMS");
    let shown = shell.run("licenses remove --from all.csv");
    assert_eq!(
        (exit_code(&shown), used(&shell, "EMS")),
        (9, before),
        "{shown}"
    );
    let token = token_in(&shown);
    let done = shell.run(&format!(
        "licenses remove --from all.csv --resume --confirm {token}"
    ));
    assert_eq!(exit_code(&done), 0, "{done}");
    assert_eq!(used(&shell, "EMS"), before - holders as u64);

    let changes = json(&shell, "changes --limit 1");
    let change = &changes[0];
    assert_eq!(change["affectedUsers"], holders);
    let number = change["id"].as_u64().unwrap();
    let shown = shell.ok(&format!("changes show {number}"));
    assert!(shown.contains("assignLicensesInBulk"), "{shown}");
    let user = shell
        .read("all.csv")
        .lines()
        .nth(1)
        .unwrap()
        .replace(",EMS", "");
    assert!(
        shell
            .ok(&format!("history {user}"))
            .contains(&number.to_string())
    );
    let past = shell.ok(&format!("licenses show {user} --at -1d"));
    assert!(past.contains("EMS"), "{past}");

    let plan = json(&shell, &format!("undo {number} --plan"));
    assert_eq!(plan["products"][0]["holdersGained"], holders);
    assert_eq!(exit_code(&shell.run(&format!("undo {number}"))), 0);
    assert_eq!(used(&shell, "EMS"), before);
    assert_eq!(exit_code(&shell.run(&format!("undo {number}"))), 6);
    assert_eq!(exit_code(&shell.run("undo 99999")), 6);
    let restored = shell.run(&format!("restore-licenses --at -1d --user {user}"));
    assert_eq!(exit_code(&restored), 0, "{restored}");
}

#[test]
fn products_are_swapped_and_moved_to_groups() {
    let mut shell = Shell::new();
    let _served = contoso(&mut shell);
    let vera = "vera.visio@contoso.example";
    let swap = format!("swap --from VISIOCLIENT --to PROJECTPROFESSIONAL --user {vera}");
    insta::assert_snapshot!("swap_plan", shell.run(&format!("{swap} --plan")));
    shell.ok(&swap);
    let show = shell.ok(&format!("licenses show {vera} -o csv"));
    assert!(
        show.contains("PROJECTPROFESSIONAL") && !show.contains("VISIOCLIENT"),
        "{show}"
    );
    let nobody = "swap --from VISIOCLIENT --to PROJECTPROFESSIONAL --user nobody@contoso.example";
    assert_ne!(exit_code(&shell.run(nobody)), 0);

    shell.ok(&format!("groups add-member Sales {vera}"));
    shell.ok(&format!("licenses assign {vera} --product CONTOSO_TOOLBOX"));
    let migrated = shell.run(&format!("migrate-to-groups --user {vera}"));
    assert_eq!(exit_code(&migrated), 0, "{migrated}");
    let assignments = json(&shell, &format!("licenses show {vera}"))["assignments"].clone();
    let sources: Vec<&Value> = assignments
        .as_array()
        .unwrap()
        .iter()
        .filter(|assignment| assignment["product"] == "CONTOSO_TOOLBOX")
        .map(|assignment| &assignment["source"])
        .collect();
    assert_eq!(sources, ["group Sales"]);
}

#[test]
fn the_policy_is_changed_by_name() {
    let mut shell = Shell::new();
    let _served = contoso(&mut shell);
    let chain = "fallback=SPE_E5>SPE_E3>SPE_F1";
    shell.ok(&format!(
        "policy set semantics=extended nestedGroups=on guard.maxUsers=7 {chain}"
    ));
    insta::assert_snapshot!("policy", shell.run("policy show"));
    assert_eq!(
        json(&shell, "policy show")["fallback"][0]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(exit_code(&shell.run("policy set color=red")), 2);
    let interns = json(&shell, "groups members Sales");
    assert!(interns.to_string().contains("Sales Interns"));
}

#[test]
fn a_second_approver_is_somebody_else() {
    let mut shell = Shell::new();
    let _served = contoso(&mut shell);
    shell.ok("policy set guard.secondApprover=true");
    holders_file(&shell);
    let shown = shell.run("licenses remove --from all.csv");
    let token = token_in(&shown);
    let resumed = format!("licenses remove --from all.csv --resume --confirm {token}");
    assert_eq!(exit_code(&shell.run(&resumed)), 9);
    shell.ok(&format!("approve {token}"));
    // The same application: that is nobody else.
    assert_ne!(exit_code(&shell.run(&resumed)), 0);
    assert_eq!(exit_code(&shell.run("approve nonsense")), 6);
}

#[test]
fn the_journal_is_verified_and_exported_with_names_and_hashes() {
    let mut shell = Shell::new();
    let served = contoso(&mut shell);
    succeeds(
        &shell,
        &[
            "groups",
            "create",
            "Night Shift",
            "--member",
            "vera.visio@contoso.example",
        ],
    );
    // While the server runs.
    let verified = shell.run("audit verify --data demo --no-progress");
    assert_eq!(exit_code(&verified), 0, "{verified}");
    assert!(
        verified.contains("complete and as they were written"),
        "{verified}"
    );
    let exported = shell.ok("audit export --data demo");
    let lines: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line["change"], number + 1);
        assert_eq!(line["hash"].as_str().unwrap().len(), 64);
        let events = line["events"].as_array().unwrap();
        assert!(
            !events.is_empty() && events.iter().all(|event| event["event"] != "unknown"),
            "{line}"
        );
    }
    let last = lines.last().unwrap();
    assert!(verified.contains(last["hash"].as_str().unwrap()));
    assert_eq!(last["actorName"], "Contoso Automation");
    assert_eq!(
        last["events"][1]["users"][0]["userPrincipalName"],
        "vera.visio@contoso.example"
    );
    let recent = shell.ok("audit export --data demo --from -1h");
    assert!(
        recent.lines().count() < 10 && exported.ends_with(&recent),
        "{recent}"
    );
    assert_eq!(shell.ok("audit export --data demo --to -600d"), "");
    drop(served);

    let target = shell.path("demo").display().to_string().parse().unwrap();
    let store = zetel_store::Store::open(&target).unwrap();
    let edit = zetel_store::sql::Statement::new(
        "edit by hand",
        "UPDATE generation SET actor = 'user:x' WHERE generation = 5",
    );
    store.database().execute(&edit, &[]).unwrap();
    drop(store);
    let broken = shell.run("audit verify --data demo");
    assert_eq!(exit_code(&broken), 1, "{broken}");
    assert!(broken.contains("not as it was written"), "{broken}");
}
