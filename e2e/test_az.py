"""Azure CLI: sign-in of an application, `az rest` on licenses, `az ad user`."""

import json
import os

import pytest

from support.az import AzureCli
from support.graph import EMS_SKU, INTUNE_PLAN, password, unique


@pytest.fixture(scope="module")
def az(sqlite_demo, tmp_path_factory) -> AzureCli:
    """Signed in with the secret."""
    cli = AzureCli(sqlite_demo, tmp_path_factory.mktemp("azure"))
    cli.register()
    cli.login("--password", sqlite_demo.client_secret)
    return cli


def test_sign_in_with_a_certificate(zetel, tmp_path):
    cli = AzureCli(zetel, tmp_path)
    cli.register()
    cli.login("--certificate", os.fspath(zetel.client_certificate))
    assert cli.rest("get", "/organization")["value"][0]["id"] == zetel.tenant


def test_a_wrong_secret_is_reported_with_its_number(zetel, tmp_path):
    cli = AzureCli(zetel, tmp_path)
    cli.register()
    done = cli.run(
        "login", "--service-principal", "--username", zetel.client_id, "--password", "wrong",
        "--tenant", zetel.tenant, "--skip-subscription-discovery", "--allow-no-subscriptions",
    )
    assert done.returncode != 0
    assert "AADSTS7000215" in done.stderr


def test_rest_assigns_and_removes_a_license(az, graph):
    user = graph.create_user()
    assert EMS_SKU in [product["skuId"] for product in az.rest("get", "/subscribedSkus")["value"]]

    change = {"addLicenses": [{"skuId": EMS_SKU, "disabledPlans": [INTUNE_PLAN]}], "removeLicenses": []}
    assert az.rest("post", f"/users/{user['id']}/assignLicense", change)["id"] == user["id"]
    [detail] = az.rest("get", f"/users/{user['userPrincipalName']}/licenseDetails")["value"]
    assert detail["skuId"] == EMS_SKU
    assert {"Disabled"} == {
        plan["provisioningStatus"] for plan in detail["servicePlans"] if plan["servicePlanId"] == INTUNE_PLAN
    }

    az.rest("post", f"/users/{user['id']}/assignLicense", {"addLicenses": [], "removeLicenses": [EMS_SKU]})
    assert graph.licenses(user["id"]) == {}


def test_rest_shows_graphs_own_error(az, graph):
    user = graph.create_user(usage_location=None)
    done = az.run(
        "rest", "--method", "post", "--url", f"{az.demo.url}/v1.0/users/{user['id']}/assignLicense",
        "--headers", "Content-Type=application/json",
        "--body", json.dumps({"addLicenses": [{"skuId": EMS_SKU}], "removeLicenses": []}),
    )
    assert done.returncode != 0
    assert "License assignment cannot be done for user with invalid usage location." in done.stderr


def test_ad_user_from_creation_to_deletion(az):
    name = unique("az")
    upn = f"{name}@{az.demo.domain}"
    created = az(
        "ad", "user", "create", "--display-name", f"Az {name}", "--user-principal-name", upn,
        "--password", password(), "--mail-nickname", name,
    )
    assert created["userPrincipalName"] == upn
    assert az("ad", "user", "show", "--id", upn)["id"] == created["id"]

    az("ad", "user", "update", "--id", created["id"], "--display-name", f"Azure {name}")
    assert az("ad", "user", "show", "--id", created["id"])["displayName"] == f"Azure {name}"

    az("ad", "user", "delete", "--id", upn)
    gone = az.run("ad", "user", "show", "--id", upn)
    assert gone.returncode != 0
    assert "does not exist" in gone.stderr


def test_ad_user_list_follows_every_page(az, graph):
    page = graph.get("/users?$count=true&$top=1", headers={"ConsistencyLevel": "eventual"})
    users = az("ad", "user", "list")
    assert len({user["id"] for user in users}) == len(users) == page["@odata.count"]
