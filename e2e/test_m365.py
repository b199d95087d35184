"""CLI for Microsoft 365, unmodified, through a proxy: sign-in in four ways, licenses, groups, applications."""

import os
import re

import pytest

from support.browser import Browser
from support.graph import (
    AZURE_CLI_CLIENT_ID, EMS_SKU, GRAPH_SCOPE, license_change, open_client, password, token_request, unique,
)
from support.m365 import M365
from support.relay import relay


@pytest.fixture(scope="module")
def between(sqlite_demo, tmp_path_factory):
    """All that any of the commands sent is as described, and none asked for a host that is not ours."""
    with relay(sqlite_demo, tmp_path_factory.mktemp("relay")) as running:
        yield running
    assert running.expect_graph_traffic_as_described() > 0
    assert running.refused == []


@pytest.fixture(scope="module")
def m365(sqlite_demo, between, tmp_path_factory) -> M365:
    """Signed in as the application, by its secret."""
    cli = M365(sqlite_demo, between, tmp_path_factory.mktemp("m365"))
    cli.login("secret", "--secret", sqlite_demo.client_secret)
    return cli


@pytest.fixture(scope="module")
def m365_as_admin(sqlite_demo, between, tmp_path_factory) -> M365:
    """Signed in as the administrator, by password."""
    cli = M365(sqlite_demo, between, tmp_path_factory.mktemp("m365-admin"))
    cli.login(
        "password", "--userName", sqlite_demo.admin, "--password", sqlite_demo.admin_password,
        app=AZURE_CLI_CLIENT_ID,
    )
    return cli


@pytest.fixture
def person(m365):
    """A new user in the Netherlands."""
    name = unique("m365")
    return m365(
        "entra", "user", "add", "--displayName", f"M365 {name}", "--userName", f"{name}@{m365.demo.domain}",
        "--password", password(), "--usageLocation", "NL",
    )


def product(m365: M365) -> dict:
    return next(one for one in m365("entra", "license", "list") if one["skuId"] == EMS_SKU)


def test_sign_in_with_a_certificate(zetel, between, tmp_path):
    cli = M365(zetel, between, tmp_path)
    cli.login("certificate", "--certificateFile", os.fspath(zetel.client_certificate))
    assert cli("entra", "organization", "list")[0]["id"] == zetel.tenant


def test_sign_in_with_a_device_code(zetel, between, tmp_path):
    cli = M365(zetel, between, tmp_path)
    waiting = cli.start(
        "login", "--authType", "deviceCode", "--appId", AZURE_CLI_CLIENT_ID, "--tenant", zetel.tenant,
    )
    told = ""
    while not (code := re.search(r"\b([A-Z0-9]{4}-?[A-Z0-9]{4,5})\b", told)):
        piece = waiting.stderr.readline()
        assert piece, f"the program ended without a code:\n{told}"
        told += piece
    with Browser(zetel) as browser:
        browser.open(f"{zetel.authority}/devicelogin", otc=code.group(1))
        browser.submit()
        browser.submit(text=zetel.admin, password=zetel.admin_password)
    waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert cli("status")["connectedAs"] == zetel.admin


def test_a_license_from_location_to_removal(m365, graph):
    name = unique("m365")
    upn = f"{name}@{m365.demo.domain}"
    taken = product(m365)["consumedUnits"]
    m365(
        "entra", "user", "add", "--displayName", f"M365 {name}", "--userName", upn, "--password", password(),
    )
    license = ("--userName", upn, "--ids", EMS_SKU)
    assert "invalid usage location" in m365.refused("entra", "user", "license", "add", *license)

    m365("entra", "user", "set", "--userName", upn, "--usageLocation", "NL")
    m365("entra", "user", "license", "add", *license)
    assert product(m365)["consumedUnits"] == taken + 1
    assert graph.licenses(upn) == {EMS_SKU: []}
    [detail] = m365.request("get", f"/users/{upn}/licenseDetails")["value"]
    assert detail["skuId"] == EMS_SKU

    m365("entra", "user", "license", "remove", *license, "--force")
    assert graph.licenses(upn) == {}
    refusal = m365.refused("entra", "user", "license", "remove", *license, "--force")
    assert "does not have a corresponding license" in refusal
    m365("entra", "user", "remove", "--userName", upn, "--force")
    deleted = m365("entra", "user", "recyclebinitem", "list")
    assert any(one["displayName"] == f"M365 {name}" for one in deleted)
    assert "does not exist" in m365.refused("entra", "user", "get", "--userName", upn)


def test_licenses_of_the_signed_in_user_and_of_others(m365, m365_as_admin, person, graph):
    graph.assign(person["id"], add=[EMS_SKU])
    [detail] = m365_as_admin("entra", "user", "license", "list", "--userName", person["userPrincipalName"])
    assert detail["skuId"] == EMS_SKU
    assert isinstance(m365_as_admin("entra", "user", "license", "list"), list)
    refusal = m365.refused("entra", "user", "license", "list", "--userName", person["userPrincipalName"])
    assert "requires delegated permissions" in refusal


def test_a_group_gives_a_license(m365, person, graph):
    name = unique("m365")
    group = m365("entra", "group", "add", "--displayName", name, "--type", "security", "--mailNickname", name)
    m365("entra", "group", "member", "add", "--groupId", group["id"], "--userIds", person["id"], "--role", "Member")
    members = m365("entra", "group", "member", "list", "--groupId", group["id"], "--role", "Member")
    assert [member["id"] for member in members] == [person["id"]]
    groups = m365("entra", "user", "groupmembership", "list", "--userId", person["id"])
    assert [one["groupId"] for one in groups] == [group["id"]]

    m365.request("post", f"/groups/{group['id']}/assignLicense", license_change(add=[EMS_SKU]))
    assert graph.states(person["id"]) == [(EMS_SKU, group["id"], "Active", "None")]
    m365.request("post", f"/groups/{group['id']}/assignLicense", license_change(remove=[EMS_SKU]))
    m365(
        "entra", "group", "member", "remove", "--groupId", group["id"], "--userIds", person["id"],
        "--role", "Member", "--force",
    )
    assert graph.states(person["id"]) == []
    m365("entra", "group", "remove", "--id", group["id"], "--force")


def test_sessions_end(m365_as_admin, person):
    m365_as_admin("entra", "user", "session", "revoke", "--userName", person["userPrincipalName"], "--force")


def test_an_application_with_a_secret_and_a_permission(m365_as_admin):
    name = unique("m365-app")
    made = m365_as_admin(
        "entra", "app", "add", "--name", name, "--withSecret", "--apisApplication",
        "https://graph.microsoft.com/User.Read.All", "--grantAdminConsent",
    )
    demo = m365_as_admin.demo
    answer = token_request(
        demo, grant_type="client_credentials", scope=GRAPH_SCOPE,
        client_id=made["appId"], client_secret=made["secrets"][0]["value"],
    )
    assert answer.status_code == 200, answer.text
    with open_client(demo, answer.json()["access_token"]) as client:
        assert client.get(f"{demo.url}/v1.0/users?$top=1").status_code == 200

    assert m365_as_admin("entra", "app", "get", "--appId", made["appId"])["displayName"] == name
    principal = m365_as_admin("entra", "enterpriseapp", "get", "--displayName", name)
    assert principal["appId"] == made["appId"]
    m365_as_admin("entra", "enterpriseapp", "remove", "--objectId", principal["id"], "--force")
    m365_as_admin("entra", "enterpriseapp", "add", "--id", made["appId"])
    m365_as_admin("entra", "app", "remove", "--appId", made["appId"], "--force")
    assert "not found" in m365_as_admin.refused("entra", "app", "get", "--appId", made["appId"])


def test_roles_are_listed(m365_as_admin):
    names = [role["displayName"] for role in m365_as_admin("entra", "roledefinition", "list")]
    assert "License Administrator" in names
