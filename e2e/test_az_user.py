"""Azure CLI with a user signed in: by password, by device code, and `az ad` on users, groups and applications."""

import json
import re
from urllib.parse import urlsplit

import pytest

from support.az import AzureCli
from support.browser import Browser
from support.graph import (
    AZURE_CLI_CLIENT_ID, EMS_SKU, GRAPH_SCOPE, license_change, open_client, password, token_request, unique,
)
from support.relay import relay

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
USER_READ_ALL = "df021288-bdef-4463-88db-98f22de89214"
# Where the program looks now and then for commands and versions that are newer than itself.
OWN_NEWS = "azcliprod.blob.core.windows.net"


@pytest.fixture(scope="module")
def between(sqlite_demo, tmp_path_factory):
    """All that any of the commands sent is as described, and none asked for a host that is not ours."""
    with relay(sqlite_demo, tmp_path_factory.mktemp("relay")) as running:
        yield running
    assert running.expect_graph_traffic_as_described() > 0
    assert set(running.refused) <= {OWN_NEWS}


@pytest.fixture(scope="module")
def az(sqlite_demo, between, tmp_path_factory) -> AzureCli:
    """Signed in as the administrator, to a cloud that the server described."""
    cli = AzureCli(sqlite_demo, tmp_path_factory.mktemp("azure"), between)
    cli.discover()
    cli(
        "login", "--username", sqlite_demo.admin, "--password", sqlite_demo.admin_password, "--allow-no-subscriptions",
    )
    return cli


def test_sign_in_without_a_tenant(az, between):
    assert az("account", "list", "--all")[0]["user"] == {"name": az.demo.admin, "type": "user"}
    assert az("ad", "signed-in-user", "show")["userPrincipalName"] == az.demo.admin
    assert between.seen("GET", f"/common/userrealm/{az.demo.admin}"), "MSAL asks for the realm on port 443"
    assert between.seen("GET", "/metadata/endpoints") and between.seen("GET", "/tenants")
    assert between.seen("POST", "/organizations/oauth2/v2.0/token")


def test_sign_in_with_a_device_code(zetel, between, tmp_path):
    cli = AzureCli(zetel, tmp_path, between)
    cli.discover()
    waiting = cli.start(
        "login", "--use-device-code", "--tenant", zetel.tenant, "--allow-no-subscriptions",
    )
    told = ""
    while not (code := re.search(r"enter the code ([A-Z0-9-]+)", told)):
        piece = waiting.stderr.readline()
        assert piece, f"the program ended without a code:\n{told}"
        told += piece
    page = re.search(r"https://\S+", told).group(0)
    assert urlsplit(page).path == "/devicelogin"
    with Browser(zetel) as browser:
        browser.open(f"{zetel.authority}/devicelogin", otc=code.group(1))
        browser.submit()
        browser.submit(text=zetel.admin, password=zetel.admin_password)
    _, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, told + err
    assert cli("ad", "signed-in-user", "show")["userPrincipalName"] == zetel.admin


def test_a_wrong_password_is_reported_with_its_number(zetel, between, tmp_path):
    cli = AzureCli(zetel, tmp_path, between)
    cli.discover()
    done = cli.run("login", "--username", zetel.admin, "--password", "wrong", "--allow-no-subscriptions")
    assert done.returncode != 0
    assert "AADSTS50126" in done.stderr


def test_users_groups_and_their_licenses(az, graph):
    name = unique("az")
    upn = f"{name}@{az.demo.domain}"
    user = az(
        "ad", "user", "create", "--display-name", f"Az {name}", "--user-principal-name", upn,
        "--password", password(), "--mail-nickname", name,
    )["id"]
    assert [one["id"] for one in az("ad", "user", "list", "--upn", upn)] == [user]
    assert [one["id"] for one in az("ad", "user", "list", "--display-name", f"Az {name}")] == [user]

    group = az("ad", "group", "create", "--display-name", name, "--mail-nickname", name)["id"]
    az("ad", "group", "member", "add", "--group", name, "--member-id", user)
    assert az("ad", "group", "member", "check", "--group", group, "--member-id", user) == {"value": True}
    assert [one["id"] for one in az("ad", "group", "member", "list", "--group", group)] == [user]
    assert [one["id"] for one in az("ad", "user", "get-member-groups", "--id", upn)] == [group]

    change = license_change(add=[EMS_SKU])
    done = az.run(*rest(az, "post", f"/users/{user}/assignLicense", change))
    assert done.returncode != 0 and "invalid usage location" in done.stderr
    az(*rest(az, "patch", f"/users/{user}", {"usageLocation": "NL"}))
    az(*rest(az, "post", f"/groups/{group}/assignLicense", change))
    assert graph.states(user) == [(EMS_SKU, group, "Active", "None")]
    az(*rest(az, "post", f"/groups/{group}/assignLicense", license_change(remove=[EMS_SKU])))
    az("ad", "group", "member", "remove", "--group", group, "--member-id", user)
    az("ad", "group", "delete", "--group", group)
    az("ad", "user", "delete", "--id", upn)
    assert az("ad", "user", "list", "--upn", upn) == []


def rest(az: AzureCli, method: str, path: str, body: dict) -> list[str]:
    """`az rest` on Graph. Its origin is that of the resource manager, so it must be told whom the token is for."""
    return [
        "rest", "--method", method, "--url", f"{az.url}/v1.0{path}", "--resource", f"{az.url}/",
        "--headers", "Content-Type=application/json", "--body", json.dumps(body),
    ]


def test_an_application_from_registration_to_removal(az):
    name = unique("az-app")
    app = az("ad", "app", "create", "--display-name", name, "--public-client-redirect-uris", "http://localhost")
    app_id = app["appId"]
    assert az("ad", "app", "create", "--display-name", name)["id"] == app["id"], "the command may be repeated"
    assert az("ad", "app", "list", "--app-id", app_id)[0]["publicClient"] == {"redirectUris": ["http://localhost"]}
    secret = az("ad", "app", "credential", "reset", "--id", app_id, "--display-name", "first")["password"]
    assert sign_in(az, app_id, secret).status_code == 400, "it has no service principal yet"

    principal = az("ad", "sp", "create", "--id", app_id)
    assert az("ad", "sp", "show", "--id", app_id)["id"] == principal["id"]
    assert [one["id"] for one in az("ad", "sp", "list", "--display-name", name)] == [principal["id"]]
    assert sign_in(az, app_id, secret).status_code == 200

    [shown] = az("ad", "app", "credential", "list", "--id", app_id)
    assert shown["displayName"] == "first" and shown["hint"] == secret[:3] and shown["secretText"] is None
    second = az("ad", "app", "credential", "reset", "--id", app_id, "--append")["password"]
    assert sign_in(az, app_id, secret).status_code == sign_in(az, app_id, second).status_code == 200
    az("ad", "app", "credential", "delete", "--id", app_id, "--key-id", shown["keyId"])
    assert sign_in(az, app_id, secret).status_code == 401
    assert sign_in(az, app_id, second).status_code == 200

    az("ad", "sp", "delete", "--id", app_id)
    assert sign_in(az, app_id, second).status_code == 400
    az("ad", "app", "delete", "--id", app_id)
    assert az("ad", "app", "list", "--app-id", app_id) == []


def sign_in(az: AzureCli, client_id: str, secret: str):
    return token_request(
        az.demo, grant_type="client_credentials", scope=GRAPH_SCOPE, client_id=client_id, client_secret=secret
    )


def test_a_service_principal_with_a_certificate_and_a_permission(az, between, tmp_path):
    made = az(
        "ad", "sp", "create-for-rbac", "--name", unique("az-rbac"), "--create-cert",
    )
    pem = made["fileWithCertAndPrivateKey"]
    [key] = az("ad", "app", "credential", "list", "--id", made["appId"], "--cert")
    assert (key["type"], key["usage"], key["key"]) == ("AsymmetricX509Cert", "Verify", None)

    principal = az("ad", "sp", "show", "--id", made["appId"])["id"]
    graph_principal = az("ad", "sp", "show", "--id", GRAPH_APP_ID)
    assert USER_READ_ALL in [role["id"] for role in graph_principal["appRoles"]]
    grant = {"principalId": principal, "resourceId": graph_principal["id"], "appRoleId": USER_READ_ALL}
    az(*rest(az, "post", f"/servicePrincipals/{principal}/appRoleAssignments", grant))

    other = AzureCli(az.demo, tmp_path, between)
    other.register()
    other(
        "login", "--service-principal", "--username", made["appId"], "--certificate", pem, "--tenant", az.demo.tenant,
        "--skip-subscription-discovery", "--allow-no-subscriptions",
    )
    assert other("ad", "user", "show", "--id", az.demo.admin)["userPrincipalName"] == az.demo.admin
    refused = other.run("ad", "group", "list")
    assert refused.returncode != 0 and "Insufficient privileges" in refused.stderr
    az("ad", "app", "delete", "--id", made["appId"])


def test_directory_roles(az, graph):
    user = graph.create_user()["id"]
    definitions = az(*get(az, "/roleManagement/directory/roleDefinitions"))["value"]
    reader = next(one["id"] for one in definitions if one["displayName"] == "Global Reader")
    wanted = {"principalId": user, "roleDefinitionId": reader, "directoryScopeId": "/"}
    made = az(*rest(az, "post", "/roleManagement/directory/roleAssignments", wanted))
    assert user in [one["id"] for one in az(*get(az, f"/directoryRoles/{reader}/members"))["value"]]
    az("rest", "--method", "delete", "--resource", f"{az.url}/",
       "--url", f"{az.url}/v1.0/roleManagement/directory/roleAssignments/{made['id']}")
    assert user not in [one["id"] for one in az(*get(az, f"/directoryRoles/{reader}/members"))["value"]]


def get(az: AzureCli, path: str) -> list[str]:
    return ["rest", "--method", "get", "--url", f"{az.url}/v1.0{path}", "--resource", f"{az.url}/"]


def test_refresh_tokens_end_with_the_sessions(az, zetel, graph):
    secret = password()
    user = graph.create_user(passwordProfile={"forceChangePasswordNextSignIn": False, "password": secret})
    fields = {"client_id": AZURE_CLI_CLIENT_ID}
    answer = token_request(
        zetel, grant_type="password", username=user["userPrincipalName"], password=secret,
        scope=f"{GRAPH_SCOPE} offline_access", **fields,
    ).json()
    again = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"], "scope": GRAPH_SCOPE, **fields}
    assert token_request(zetel, **again).status_code == 200
    with open_client(zetel, answer["access_token"]) as client:
        assert client.post(f"{zetel.url}/v1.0/me/revokeSignInSessions").json()["value"] is True
    assert token_request(zetel, **again).json()["error"] == "invalid_grant"
