//! `zetel devices` against the stub: what is sent, and how answers are shown.

use super::stub_devices::{PHONE, POLICY};
use super::support::{Desk, exit_code};

/// The last request that the stub got.
fn last_request(desk: &Desk) -> String {
    desk.stub.with(|tenant| tenant.log.last().cloned()).unwrap()
}

#[test]
fn lists() {
    let desk = Desk::new();
    insta::assert_snapshot!("list", desk.run("devices list"));
    let noncompliant = desk.ok("devices list --noncompliant --user ann@contoso.com -o csv");
    assert_eq!(noncompliant.lines().count(), 2, "{noncompliant}");
    assert!(noncompliant.contains(PHONE), "{noncompliant}");
    let first = desk.ok("devices list --limit 1 -o csv");
    assert_eq!(first.lines().count(), 2, "{first}");
    insta::assert_snapshot!("events", desk.run("devices events"));
    desk.ok("devices events --user ann@contoso.com");
    let asked = last_request(&desk);
    assert!(
        asked.contains("troubleshootingEvents?$filter=userId%20eq%20%27aaaaaaaa-"),
        "{asked}"
    );
    insta::assert_snapshot!("managers", desk.run("devices managers"));
    insta::assert_snapshot!("limits", desk.run("devices limits"));
    insta::assert_snapshot!("status", desk.run("devices status"));
}

#[test]
fn a_device_is_found_by_id_serial_number_or_name() {
    let desk = Desk::new();
    let by_id = desk.ok(&format!("devices show {PHONE}"));
    assert_eq!(desk.ok("devices show F2LX001"), by_id);
    let by_name = desk.output(&["devices", "show", "Ann's phone"]);
    assert_eq!(String::from_utf8(by_name.stdout).unwrap(), by_id);
    insta::assert_snapshot!("show", desk.run("devices show F2LX001"));
    insta::assert_snapshot!("two_of_a_name", desk.run("devices show LAPTOP-1"));
    insta::assert_snapshot!("no_device", desk.run("devices retire LAPTOP-9"));
}

#[test]
fn devices_are_retired_asked_and_deleted() {
    let desk = Desk::new();
    for (verb, request) in [
        (
            "retire",
            format!("POST /v1.0/deviceManagement/managedDevices/{PHONE}/retire"),
        ),
        (
            "sync",
            format!("POST /v1.0/deviceManagement/managedDevices/{PHONE}/syncDevice"),
        ),
        (
            "delete",
            format!("DELETE /v1.0/deviceManagement/managedDevices/{PHONE}"),
        ),
    ] {
        let shown = desk.run(&format!("devices {verb} F2LX001"));
        assert_eq!(exit_code(&shown), 0, "{shown}");
        assert!(shown.contains("`F2LX001`"), "{shown}");
        assert_eq!(last_request(&desk), request);
    }
}

#[test]
fn the_exit_code_is_the_verdict() {
    let mut desk = Desk::new();
    let allowed = "devices check --user ann@contoso.com --platform iOS --sign";
    insta::assert_snapshot!("check_allowed", desk.run(allowed));
    assert_eq!(last_request(&desk), "POST /enrollment/v1/checks");
    let denied = "devices check --platform iOS --shared ben@contoso.com";
    insta::assert_snapshot!("check_denied", desk.run(denied));
    desk.set("LANG", "nl_NL.UTF-8");
    let shown = desk.run(denied);
    assert!(shown.contains("Er is niemand genoemd."), "{shown}");
    assert_eq!(exit_code(&shown), 6, "{shown}");
    let rows = desk.run(&format!("{denied} -o csv"));
    assert!(
        rows.contains("reason,UserRequired,InvalidEnrollmentData,0x80180019"),
        "{rows}"
    );
    assert_eq!(exit_code(&rows), 6, "{rows}");
}

#[test]
fn a_forecast_is_a_timeline() {
    let desk = Desk::new();
    insta::assert_snapshot!("forecast", desk.run("devices forecast ann@contoso.com"));
    let rows = desk.ok("devices forecast ann@contoso.com -o csv");
    let until = "LAPTOP-1,5CG0001,2027-05-01T00:00:00Z,restorableUntil,Assign the license again.";
    assert!(rows.contains(until), "{rows}");
    assert_eq!(exit_code(&desk.run("devices forecast eve@contoso.com")), 5);
}

#[test]
fn settings_are_shown_and_changed() {
    let desk = Desk::new();
    insta::assert_snapshot!("settings", desk.run("devices settings"));
    desk.ok("devices settings --set deviceLicensePolicy=block --set limits.devicesPerUser=9");
    assert_eq!(last_request(&desk), "PATCH /v1.0/zetel/deviceSettings");
    insta::assert_snapshot!("no_setting", desk.run("devices settings --set color=red"));
    desk.stub.with(|tenant| tenant.is_zetel = true);
    let planned = desk.run("devices settings --set coexistence=on --plan");
    assert!(planned.contains("Nothing has been changed."), "{planned}");
    assert!(last_request(&desk).starts_with("PLAN PATCH"), "{planned}");
}

#[test]
fn policies_and_managers_are_changed() {
    let desk = Desk::new();
    let path = "/v1.0/deviceManagement/deviceEnrollmentConfigurations";
    for (line, request) in [
        ("limits create Field --limit 5", format!("POST {path}")),
        (
            "limits change Field --limit 6",
            format!("PATCH {path}/{POLICY}"),
        ),
        (
            "limits assign field --all-users",
            format!("POST {path}/{POLICY}/assign"),
        ),
        (
            "limits priority Field 1",
            format!("POST {path}/{POLICY}/setPriority"),
        ),
        ("limits delete Field", format!("DELETE {path}/{POLICY}")),
        (
            "managers add ann@contoso.com",
            "POST /v1.0/zetel/enrollmentManagers".to_owned(),
        ),
        (
            "managers remove ann@contoso.com",
            "DELETE /v1.0/zetel/enrollmentManagers/ann@contoso.com".to_owned(),
        ),
    ] {
        desk.ok(&format!("devices {line}"));
        assert_eq!(last_request(&desk), request);
    }
    let unknown = desk.run("devices limits delete Sales");
    assert_eq!(exit_code(&unknown), 5, "{unknown}");
    assert!(
        unknown.contains("`zetel devices limits` lists the policies"),
        "{unknown}"
    );
    let nothing = desk.run("devices limits change Field");
    assert_eq!(exit_code(&nothing), 2, "{nothing}");
}
