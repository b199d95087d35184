//! From an empty folder to a licensed user: a tenant of one's own, seats, roles and domains from the command line.

use super::admin::fabrikam;
use super::served::{Caller, Served};
use super::support::{Shell, exit_code};

#[test]
fn seats_are_bought_used_and_given_up() {
    let mut shell = Shell::new();
    let _served = Served::serve(&mut shell, "--plain-http");
    fabrikam(&mut shell);
    let bought = shell.ok("subscription add EMS --quantity 2 --channel card");
    shell.ok("subscription add INTUNE_A_D --quantity 5 --channel enterprise-agreement");
    let listed = shell.ok("subscription list -o csv");
    assert!(
        listed.contains("EMS,2,Enabled,card,the organization"),
        "{listed}"
    );
    assert!(
        listed.contains("INTUNE_A_D,5,Enabled,enterpriseAgreement,the volume licensing portal"),
        "{listed}"
    );

    shell.set("ZETEL_NEW_PASSWORD", "Pa55-word-for-a-test");
    shell.ok("users create jo@fabrikam.example --display-name Jo --usage-location NL");
    shell.ok("licenses assign jo@fabrikam.example --product EMS --disable INTUNE_A");
    let seats = shell.ok("licenses list -o csv");
    assert!(
        seats
            .lines()
            .any(|line| line.starts_with("EMS,2,1,1,Enabled")),
        "{seats}"
    );

    let id = bought.trim();
    shell.ok(&format!("subscription set-quantity {id} 1"));
    shell.ok(&format!("subscription cancel {id}"));
    let refused = shell.run(&format!("subscription set-quantity {id} 9"));
    assert_eq!(exit_code(&refused), 6, "{refused}");
    assert!(refused.contains("LockedOut"), "{refused}");
    shell.ok(&format!("subscription renew {id}"));
    assert!(
        shell
            .ok("subscription list -o csv")
            .contains("EMS,1,Enabled")
    );
}

#[test]
fn purchases_follow_their_channel_and_the_catalog() {
    let mut shell = Shell::new();
    fabrikam(&mut shell);
    let device = shell.run("subscription add INTUNE_A_D --quantity 5 --channel invoice");
    assert_eq!(exit_code(&device), 6, "{device}");
    let several = shell.run("subscription add MCOPSTN5 --quantity 5 --channel card");
    assert_eq!(exit_code(&several), 2, "{several}");
    assert_eq!(
        exit_code(&shell.run("subscription add NO_SUCH --quantity 5 --channel card")),
        5
    );
    let own = "7a1e0000-c0de-4000-8000-000000000009";
    assert_eq!(
        exit_code(&shell.run(&format!(
            "subscription add {own} --quantity 5 --channel card"
        ))),
        5
    );
    shell.ok(&format!(
        "subscription add {own} --quantity 5 --channel card --part-number TOOLS"
    ));
    let partner =
        "--channel cloud-solution-provider --partner-tenant 7a1e0000-c0de-4000-8000-0000000000c5";
    let id = shell.ok(&format!("subscription add EMS --quantity 5 {partner}"));
    let elsewhere = shell.run(&format!("subscription set-quantity {} 6", id.trim()));
    assert_eq!(exit_code(&elsewhere), 6, "{elsewhere}");
    assert!(elsewhere.contains("the partner 7a1e0000"), "{elsewhere}");
    shell.ok(&format!(
        "subscription set-quantity {} 6 --changed-there",
        id.trim()
    ));
}

#[test]
fn roles_and_domains_are_given() {
    let mut shell = Shell::new();
    let served = Served::serve(&mut shell, "--plain-http");
    fabrikam(&mut shell);
    shell.ok("domain add fabrikam.nl");
    assert_eq!(exit_code(&shell.run("domain add fabrikam.nl")), 6);
    shell.set("ZETEL_NEW_PASSWORD", "Pa55-word-for-a-test");
    shell.ok("users create jo@fabrikam.nl --display-name Jo --usage-location NL --keep-password");
    assert_eq!(
        exit_code(&shell.run(&["role assign jo@fabrikam.nl", "Nobody"].join(" "))),
        2
    );
    shell.ok("role assign jo@fabrikam.nl license-administrator");
    let caller = Caller::new(&served.url, None);
    let form = [
        ("grant_type", "password"),
        ("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
        ("username", "jo@fabrikam.nl"),
        ("password", "Pa55-word-for-a-test"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let (status, answer) = caller.post("/organizations/oauth2/v2.0/token", &form);
    assert_eq!(status, 200, "{answer}");
    let token = answer["access_token"].as_str().unwrap();
    // The role was given by another process: the server sees it as soon as its follower has looked.
    let mut answers = (0..2_000).map(|_| caller.get("/users", token).0);
    assert!(answers.any(|status| status == 200));
    shell.ok("role remove jo@fabrikam.nl license-administrator");
}
