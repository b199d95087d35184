//! Reaching a server, signing in, waiting, and the errors of these.

use super::support::{Desk, exit_code};

#[test]
fn a_token_is_printed_alone() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.run("token"));
    assert_eq!(desk.stub.count("POST /contoso.com/oauth2/v2.0/token"), 1);
}

#[test]
fn missing_settings_are_named() {
    let mut desk = Desk::new();
    desk.set("ZETEL_CLIENT_SECRET", "");
    insta::assert_snapshot!(desk.run("token"));
}

#[test]
fn a_wrong_secret_is_not_authorized_and_is_not_repeated_to_the_user() {
    let mut desk = Desk::new();
    desk.write("secret.txt", "wrong-s3cret\n");
    desk.set("ZETEL_CLIENT_SECRET_FILE", "secret.txt");
    let shown = desk.run("users list");
    assert!(!shown.contains("s3cret"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_secret_may_come_from_a_file() {
    let mut desk = Desk::new();
    desk.set("ZETEL_CLIENT_SECRET", "");
    desk.write("secret.txt", "right\r\n");
    let shown = desk.run("token --client-secret-file secret.txt");
    assert_eq!(exit_code(&shown), 0, "{shown}");
}

#[test]
fn nobody_listens() {
    let mut desk = Desk::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    desk.set("ZETEL_URL", &format!("http://{free}"));
    let shown = desk
        .run("licenses list")
        .replace(&free.to_string(), "[nobody]");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_secret_never_goes_to_another_machine_in_the_clear() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.run("licenses list --url http://zetel.example"));
    assert_eq!(desk.stub.count(""), 0);
}

#[test]
fn a_list_of_authorities_must_have_one() {
    let desk = Desk::new();
    desk.write("ca.pem", "not a certificate");
    insta::assert_snapshot!(desk.run("licenses list --ca ca.pem"));
}

#[test]
fn an_expired_token_is_replaced_once() {
    let desk = Desk::new();
    desk.stub
        .with(|tenant| tenant.accepted = "token-2".to_owned());
    let shown = desk.run("licenses list");
    assert_eq!(exit_code(&shown), 0, "{shown}");
    assert_eq!((desk.stub.count("POST"), desk.stub.count("GET")), (2, 2));

    desk.stub
        .with(|tenant| tenant.accepted = "nobody has this one".to_owned());
    insta::assert_snapshot!(desk.run("licenses list"));
    assert_eq!((desk.stub.count("POST"), desk.stub.count("GET")), (4, 4));
}

#[test]
fn a_ready_token_needs_no_application() {
    let mut desk = Desk::new();
    desk.set("ZETEL_CLIENT_SECRET", "");
    desk.set("ZETEL_TOKEN", "ready");
    desk.stub
        .with(|tenant| tenant.accepted = "ready".to_owned());
    assert_eq!(exit_code(&desk.run("licenses list")), 0);
    desk.set("ZETEL_TOKEN", "stale");
    assert_eq!(exit_code(&desk.run("licenses list")), 4);
    assert_eq!(desk.stub.count("POST"), 0);
}

#[test]
fn a_busy_server_is_waited_for() {
    let desk = Desk::new();
    desk.stub
        .with(|tenant| tenant.next.extend([(429, "0"), (503, "0"), (429, "0")]));
    assert_eq!(exit_code(&desk.run("licenses list")), 0);
    assert_eq!(desk.stub.count("GET"), 4);
}

#[test]
fn patience_has_bounds() {
    let desk = Desk::new();
    desk.stub
        .with(|tenant| tenant.next.extend([(429, "0"); 50]));
    insta::assert_snapshot!(desk.run("licenses list"));
    assert_eq!(desk.stub.count("GET"), 9);

    desk.stub
        .with(|tenant| tenant.next = [(429, "86400")].into());
    assert_eq!(exit_code(&desk.run("licenses list")), 8);
    assert_eq!(desk.stub.count("GET"), 10);
}

#[test]
fn help_tells_the_exit_codes_and_usage_errors_are_two() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.run("--help"));
    insta::assert_snapshot!(
        "assign_without_product",
        desk.run("licenses assign ann@contoso.com")
    );
    insta::assert_snapshot!(
        "users_and_file",
        desk.run("licenses assign ann --from x.csv --product E3")
    );
    insta::assert_snapshot!(
        "resume_of_a_plan",
        desk.run("licenses assign --from x.csv --plan --resume")
    );
    assert_eq!(desk.stub.count(""), 0);
}

#[test]
fn completions_for_every_shell() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = desk.output(&["completions", shell]);
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && script.contains("stop-on-error"),
            "{shell}"
        );
    }
}
