//! `zetel users`.

use super::stub::{E3, StubUser, id_of};
use super::support::{Desk, exit_code};

#[test]
fn all_pages_are_listed() {
    let desk = Desk::new();
    desk.stub.with(|tenant| {
        for name in ["cor", "dee", "eef"] {
            tenant
                .users
                .insert(format!("{name}@contoso.com"), StubUser::default());
        }
    });
    insta::assert_snapshot!("list_table", desk.run("users list"));
    assert_eq!(
        desk.run("users list -o csv --limit 3")
            .matches("@contoso.com,")
            .count(),
        6
    );
    let whole = desk.output(&["users", "list", "-o", "json", "--filter", "x eq 'a&b+c'"]);
    let users: Vec<serde_json::Value> = serde_json::from_slice(&whole.stdout).unwrap();
    assert_eq!(users.len(), 5);
    let sent = desk.stub.with(|tenant| {
        tenant
            .log
            .iter()
            .rev()
            .find(|line| line.contains("filter"))
            .cloned()
            .unwrap()
    });
    assert!(sent.contains("$filter=x%20eq%20%27a%26b%2Bc%27"), "{sent}");
}

#[test]
fn a_link_to_another_server_gets_no_token() {
    let desk = Desk::new();
    desk.stub.with(|tenant| {
        tenant
            .users
            .insert("cor@contoso.com".to_owned(), StubUser::default());
    });
    desk.stub
        .with(|tenant| tenant.link_base = "https://elsewhere.example".to_owned());
    insta::assert_snapshot!(desk.run("users list -o csv"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::new();
    for format in ["table", "json", "csv"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = desk.command(&["users", "list", "-o", format]);
        let output = command
            .stdout(writer)
            .stderr(std::process::Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(
            (output.status.code(), output.stderr.len()),
            (Some(0), 0),
            "{format}"
        );
    }
}

#[test]
fn one_user() {
    let desk = Desk::new();
    insta::assert_snapshot!("show_table", desk.run("users show ann@contoso.com"));
    insta::assert_snapshot!("show_nobody", desk.run("users show eve@contoso.com"));
}

#[test]
fn created_changed_deleted_and_restored() {
    let mut desk = Desk::new();
    insta::assert_snapshot!(
        "create_without_password",
        desk.run("users create eve@contoso.com")
    );
    desk.set("ZETEL_NEW_PASSWORD", "s3cret");
    insta::assert_snapshot!(
        "create",
        desk.run("users create eve@contoso.com --display-name Eve --usage-location NL")
    );
    let body = desk
        .stub
        .with(|tenant| tenant.users["eve@contoso.com"].body.clone());
    insta::assert_snapshot!("create_body", serde_json::to_string_pretty(&body).unwrap());
    insta::assert_snapshot!("create_again", desk.run("users create eve@contoso.com"));
    insta::assert_snapshot!(
        "update",
        desk.run("users update eve@contoso.com --city Delft --usage-location BE")
    );
    insta::assert_snapshot!("update_nothing", desk.run("users update eve@contoso.com"));
    insta::assert_snapshot!("delete", desk.run("users delete eve@contoso.com"));
    insta::assert_snapshot!("delete_again", desk.run("users delete eve@contoso.com"));
    insta::assert_snapshot!("restore", desk.run("users restore EVE@contoso.com"));
    assert_eq!(exit_code(&desk.run("users show eve@contoso.com")), 0);
    insta::assert_snapshot!("restore_again", desk.run("users restore eve@contoso.com"));
    assert_eq!(
        desk.run("users show eve@contoso.com")
            .matches("s3cret")
            .count(),
        0
    );
}

#[test]
fn a_name_that_needs_encoding_arrives_whole() {
    let desk = Desk::new();
    desk.run("users show guest_x.com#EXT#@contoso.com");
    assert_eq!(
        desk.stub
            .count("GET /v1.0/users/guest_x.com%23EXT%23@contoso.com?"),
        1
    );
}

#[test]
fn plans_change_nothing() {
    let desk = Desk::new();
    desk.stub.with(|tenant| {
        tenant.is_zetel = true;
        tenant
            .users
            .get_mut("ann@contoso.com")
            .unwrap()
            .direct
            .insert(E3.to_owned(), vec![]);
        tenant
            .deleted
            .insert("old@contoso.com".to_owned(), StubUser::default());
    });
    insta::assert_snapshot!(
        "plan_create",
        desk.run("users create eve@contoso.com --city Delft --plan")
    );
    insta::assert_snapshot!(
        "plan_create_taken",
        desk.run("users create ann@contoso.com --plan")
    );
    insta::assert_snapshot!(
        "plan_update",
        desk.run("users update ann@contoso.com --usage-location BE --plan")
    );
    insta::assert_snapshot!(
        "plan_delete",
        desk.run("users delete ann@contoso.com eve@contoso.com --plan")
    );
    insta::assert_snapshot!(
        "plan_restore",
        desk.run(&format!("users restore {} --plan", id_of("nobody")))
    );
    assert_eq!(desk.stub.count("PLAN"), 6);
    let writes = ["PATCH", "DELETE", "PUT", "POST /v1.0"];
    assert!(writes.iter().all(|method| desk.stub.count(method) == 0));
}
