//! Administration on the server's own machine: `zetel init`, `zetel app`, `zetel token approve`.

use std::time::Instant;

use zetel_testkit::Postgres;

use super::served::{Caller, Served};
use super::support::{Shell, exit_code, without_ids};

/// The longest that a running server may take to see what another process did; it is not meant to be reached.
const SOON_SECONDS: u64 = 60;

/// The value on the line of an output that begins with a name.
fn value(shown: &str, name: &str) -> String {
    let line = shown.lines().find(|line| line.starts_with(name));
    line.unwrap().trim_start_matches(name).trim().to_owned()
}

/// Makes the tenant Fabrikam and an application that may do everything; the shell's variables lead to both.
pub fn fabrikam(shell: &mut Shell) {
    let made = shell.ok("init --name Fabrikam --domain fabrikam.example --usage-location NL");
    shell.set("ZETEL_TENANT_ID", &value(&made, "tenant"));
    let made = shell.ok("app create --name Automation --permission Directory.ReadWrite.All \
        --permission User.ReadWrite.All --permission LicenseAssignment.ReadWrite.All --permission Organization.Read.All");
    shell.set("ZETEL_CLIENT_ID", &value(&made, "client"));
    shell.set("ZETEL_CLIENT_SECRET", &value(&made, "secret"));
}

#[test]
fn the_first_tenant_is_made_once() {
    let mut shell = Shell::new();
    let made = shell.run("init --name Fabrikam --domain Fabrikam.example --usage-location NL");
    shell.mask(&value(&made, "password"), "password");
    insta::assert_snapshot!("init", without_ids(&shell.masked(&made)));
    let again = shell.run("init --name Other --domain FABRIKAM.example");
    insta::assert_snapshot!("init_again", without_ids(&again));
    let elsewhere =
        shell.run("init --name Other --domain other.example --admin me@fabrikam.example");
    insta::assert_snapshot!("init_admin_elsewhere", elsewhere);
    let nowhere = shell.run("init --name Other --domain other.example --usage-location NLD");
    insta::assert_snapshot!("init_nowhere", nowhere);
    let second = shell.run("init --name Other --domain other.example");
    assert_eq!(exit_code(&second), 0, "{second}");
    insta::assert_snapshot!("which_tenant", shell.run("app list"));
    insta::assert_snapshot!(
        "no_tenant",
        shell.run("app list --in-tenant nobody.example")
    );
    assert_eq!(
        shell
            .ok("app list --in-tenant OTHER.example -o csv")
            .lines()
            .count(),
        1
    );
}

#[test]
fn applications_are_registered_listed_and_removed() {
    let mut shell = Shell::new();
    insta::assert_snapshot!("list_without_tenant", shell.run("app list"));
    fabrikam(&mut shell);
    let unknown = shell.run("app create --name X --permission Users.All");
    insta::assert_snapshot!("unknown_permission", unknown);
    shell.write("broken.pem", "no certificate");
    let broken = shell.run("app create --name Broken --certificate broken.pem");
    insta::assert_snapshot!("broken_certificate", without_ids(&broken));
    let public = shell.run("app create --name Desktop --public --redirect-uri http://localhost");
    insta::assert_snapshot!("public", without_ids(&public));
    let listed = shell.run("app list -o csv");
    insta::assert_snapshot!("app_list", in_order(&without_ids(&listed)));
    let client = shell.get("ZETEL_CLIENT_ID");
    let removed = shell.run(&format!("app remove {client}"));
    insta::assert_snapshot!("remove", without_ids(&removed));
    let again = shell.run(&format!("app remove {client}"));
    insta::assert_snapshot!("remove_again", without_ids(&again));
}

/// The same lines in an order that does not depend on ids.
fn in_order(shown: &str) -> String {
    let mut lines: Vec<&str> = shown.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[test]
fn a_running_server_sees_what_is_administered_beside_it() {
    let mut shell = Shell::new();
    let served = Served::serve(&mut shell, "--plain-http");
    fabrikam(&mut shell);
    let token = shell.ok("token").trim().to_owned();
    let caller = Caller::new(&served.url, None);
    assert_eq!(caller.get("/organization", &token).0, 200);

    shell.ok(&format!("app remove {}", shell.get("ZETEL_CLIENT_ID")));
    let begun = Instant::now();
    let (status, body) = loop {
        let answer = caller.get("/organization", &token);
        if answer.0 != 200 {
            break answer;
        }
        assert!(begun.elapsed().as_secs() < SOON_SECONDS, "still accepted");
    };
    assert_eq!(
        (status, body["error"]["code"].as_str()),
        (401, Some("Authorization_IdentityNotFound"))
    );
    assert_eq!(
        exit_code(&shell.run("token")),
        4,
        "its secret is gone as well"
    );
}

#[test]
fn a_device_is_let_in_from_the_command_line() {
    let mut shell = Shell::new();
    let served = Served::serve(&mut shell, "--plain-http");
    fabrikam(&mut shell);
    let caller = Caller::new(&served.url, None);
    let client = ("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46");
    let start = |path: &str| {
        let scope = ("scope", "https://graph.microsoft.com/.default");
        let (status, codes) = caller.post(path, &[client, scope]);
        assert_eq!(status, 200, "{codes}");
        ["user_code", "device_code"].map(|name| codes[name].as_str().unwrap().to_owned())
    };
    let redeem = |device_code: &str| {
        let grant = ("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
        let form = [client, grant, ("device_code", device_code)];
        caller.post("/organizations/oauth2/v2.0/token", &form)
    };
    let [user_code, device_code] = start("/organizations/oauth2/v2.0/devicecode");
    shell.mask(&user_code, "code");
    let (status, waiting) = redeem(&device_code);
    assert_eq!(
        (status, &waiting["error"]),
        (400, &"authorization_pending".into())
    );

    let unknown = shell.run("token approve ABCD-EFGH --as admin@fabrikam.example");
    insta::assert_snapshot!("approve_unknown_code", without_ids(&unknown));
    let nobody = shell.run(&format!(
        "token approve {user_code} --as nobody@fabrikam.example"
    ));
    insta::assert_snapshot!("approve_as_nobody", without_ids(&nobody));
    let approved = shell.run(&format!(
        "token approve {user_code} --as admin@fabrikam.example"
    ));
    insta::assert_snapshot!("approve", approved);

    let (status, granted) = redeem(&device_code);
    assert_eq!(status, 200, "{granted}");
    let (status, me) = caller.get("/me", granted["access_token"].as_str().unwrap());
    assert_eq!(
        (status, &me["userPrincipalName"]),
        (200, &"admin@fabrikam.example".into())
    );
}

#[test]
fn two_servers_share_a_postgresql_database() {
    let database = Postgres::shared().database();
    let mut shell = Shell::new();
    shell.set("ZETEL_DATA", database.url());
    let first = Served::serve(&mut shell, "--plain-http");
    let second = Served::serve(&mut shell, "--plain-http");
    fabrikam(&mut shell);
    shell.set("ZETEL_NEW_PASSWORD", "Pa55-word-for-a-test");
    let token = shell.ok("token").trim().to_owned();
    shell.set("ZETEL_URL", &first.url);
    let other = Caller::new(&second.url, None);
    let ask = || other.get("/users/new@fabrikam.example", &token).0;
    assert_eq!(ask(), 404);
    shell.ok("users create new@fabrikam.example");
    let begun = Instant::now();
    while ask() != 200 {
        assert!(begun.elapsed().as_secs() < SOON_SECONDS, "still unknown");
    }
    assert!(shell.path("zetel-keys/master.key").is_file());
    for server in [first, second] {
        let ended = server.end();
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
}
