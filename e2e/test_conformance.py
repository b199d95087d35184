"""Every response has the shape that Graph's own metadata gives it, with no property that Graph does not have."""

from types import SimpleNamespace
from urllib.parse import quote

import pytest

from support.graph import EMS_SKU, INTUNE_PLAN, UNKNOWN_OBJECT, UNOWNED_SKU, license_change, password, unique
from support.openapi import document, validate

EVERY_LICENSE_PROPERTY = "id,assignedLicenses,licenseAssignmentStates,assignedPlans,provisionedPlans,usageLocation"


def fetch(graph, path: str, status: int = 200, method: str = "GET", **options) -> dict:
    """The body of a validated response."""
    response = graph.request(method, path, **options)
    assert response.status_code == status, response.text
    validate(response)
    return response.json() if response.content else {}


@pytest.fixture
def licensed(graph):
    """A user with EMS without Intune."""
    user = graph.create_user()
    assert graph.assign(user["id"], add=[EMS_SKU], off=[INTUNE_PLAN]).status_code == 200
    return user


@pytest.mark.parametrize("path", [
    "/users", "/users?$top=5", "/users?$count=true&$top=1", "/users?$select=id,displayName,usageLocation",
    f"/users?$top=20&$select={EVERY_LICENSE_PROPERTY}",
    "/subscribedSkus", "/subscribedSkus?$select=skuId,consumedUnits",
    "/organization", "/organization?$select=id,defaultUsageLocation,verifiedDomains",
    "/directory/subscriptions", "/directory/deletedItems/microsoft.graph.user",
])
def test_collections(graph, path):
    body = fetch(graph, path, headers={"ConsistencyLevel": "eventual"})
    assert body["value"] or "deletedItems" in path


def test_every_page_of_users(graph):
    body = fetch(graph, "/users?$top=90&$select=" + EVERY_LICENSE_PROPERTY)
    while link := body.get("@odata.nextLink"):
        body = fetch(graph, link)


def test_one_of_each(graph):
    tenant = graph.demo.tenant
    fetch(graph, f"/subscribedSkus/{tenant}_{EMS_SKU}")
    fetch(graph, f"/organization/{tenant}")
    subscription = fetch(graph, "/directory/subscriptions")["value"][0]
    fetch(graph, f"/directory/subscriptions/{subscription['id']}")
    key = subscription["commerceSubscriptionId"]
    fetch(graph, f"/directory/subscriptions(commerceSubscriptionId='{key}')")


def test_a_user_by_id_and_by_name(graph, licensed):
    by_id = fetch(graph, f"/users/{licensed['id']}")
    by_name = fetch(graph, f"/users/{quote(licensed['userPrincipalName'])}")
    assert by_id.pop("@odata.context") == by_name.pop("@odata.context")
    assert by_id == by_name
    assert set(by_id) == {
        "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation",
        "preferredLanguage", "surname", "userPrincipalName",
    }


def test_every_property_of_a_user_that_can_be_selected(graph, licensed):
    parameters = document()["paths"]["/users/{user-id}"]["get"]["parameters"]
    select = next(parameter for parameter in parameters if parameter["name"] == "$select")
    for name in select["schema"]["items"]["enum"]:
        response = graph.request("GET", f"/users/{licensed['id']}?$select={name}")
        assert response.status_code in (200, 501), f"{name}: {response.text}"
        validate(response)
        if response.status_code == 200:
            properties = {key for key in response.json() if not key.startswith("@")}
            assert properties <= {name}, f"$select={name} returned {properties}"


def test_licenses_of_a_user(graph, licensed):
    user = fetch(graph, f"/users/{licensed['id']}?$select={EVERY_LICENSE_PROPERTY}")
    assert len(user["assignedLicenses"]) == 1
    [detail] = fetch(graph, f"/users/{licensed['id']}/licenseDetails")["value"]
    assert len(detail["id"]) == 43
    fetch(graph, f"/users/{licensed['id']}/licenseDetails/{detail['id']}")


def test_changes_of_a_user(graph):
    name = unique("conformance")
    body = {
        "accountEnabled": True, "displayName": name, "mailNickname": name, "usageLocation": "NL",
        "userPrincipalName": f"{name}@{graph.demo.domain}", "passwordProfile": {"password": password()},
    }
    user = fetch(graph, "/users", 201, "POST", json=body)
    fetch(graph, f"/users/{user['id']}", 204, "PATCH", json={"department": "Sales"})
    change = {"addLicenses": [{"skuId": EMS_SKU, "disabledPlans": []}], "removeLicenses": []}
    fetch(graph, f"/users/{user['id']}/assignLicense", 200, "POST", json=change)
    fetch(graph, f"/users/{user['id']}", 204, "DELETE")
    fetch(graph, "/directory/deletedItems/microsoft.graph.user")
    fetch(graph, f"/directory/deletedItems/{user['id']}")
    fetch(graph, f"/directory/deletedItems/{user['id']}/restore", 200, "POST")
    fetch(graph, f"/users/{user['id']}", 204, "DELETE")
    fetch(graph, f"/directory/deletedItems/{user['id']}", 204, "DELETE")


def test_me(graph_as_admin):
    me = fetch(graph_as_admin, "/me")
    assert me["userPrincipalName"] == graph_as_admin.demo.admin
    fetch(graph_as_admin, f"/me?$select={EVERY_LICENSE_PROPERTY}")
    fetch(graph_as_admin, "/me/licenseDetails")


@pytest.mark.parametrize(("method", "path", "body", "status"), [
    ("GET", f"/users/{UNKNOWN_OBJECT}", None, 404),
    ("GET", f"/users/{UNKNOWN_OBJECT}/licenseDetails", None, 404),
    ("GET", f"/subscribedSkus/{UNOWNED_SKU}", None, 404),
    ("GET", f"/directory/subscriptions/{UNKNOWN_OBJECT}", None, 404),
    ("GET", f"/directory/deletedItems/{UNKNOWN_OBJECT}", None, 404),
    ("POST", "/users", {}, 400),
    ("POST", f"/users/{UNKNOWN_OBJECT}/assignLicense", {"addLicenses": [], "removeLicenses": []}, 404),
    ("PATCH", f"/users/{UNKNOWN_OBJECT}", {"department": "Sales"}, 404),
])
def test_refusals(graph, method, path, body, status):
    fetch(graph, path, status, method, json=body)


# -- groups ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crew(workshop):
    """A licensed group with a user, a nested group, an owner, and a member whom its license could not be given."""
    sku = workshop.buy(1)
    users = [workshop.create_user()["id"] for _ in range(2)]
    nested = workshop.create_group(users[:1])["id"]
    group = workshop.create_group([*users, nested], description="of the conformance tests")["id"]
    owner = {"@odata.id": workshop.reference(users[0])}
    assert workshop.request("POST", f"/groups/{group}/owners/$ref", json=owner).status_code == 204
    assert workshop.license_group(group, add=[sku]).status_code == 202
    return SimpleNamespace(group=group, nested=nested, users=sorted(users))


@pytest.mark.parametrize("path", [
    "/groups", "/groups?$top=2", "/groups?$count=true&$top=1",
    "/groups?$select=id,assignedLicenses,licenseProcessingState",
    "/groups?$filter=hasMembersWithLicenseErrors eq true&$select=id,displayName",
    "/groups/{group}", "/groups/{group}?$select=id,assignedLicenses,licenseProcessingState",
    "/groups/{group}/members", "/groups/{group}/members?$select=id,displayName",
    "/groups/{group}/members/microsoft.graph.user", "/groups/{group}/transitiveMembers",
    "/groups/{group}/transitiveMembers/microsoft.graph.user", "/groups/{group}/owners", "/groups/{nested}/memberOf",
    "/groups/{nested}/transitiveMemberOf", "/groups/{group}/membersWithLicenseErrors", "/users/{user}/memberOf",
    "/users/{user}/transitiveMemberOf", "/auditLogs/directoryAudits?$top=200",
])
def test_reading_groups(workshop, crew, path):
    path = path.format(group=crew.group, nested=crew.nested, user=crew.users[0])
    body = fetch(workshop, path, headers={"ConsistencyLevel": "eventual"})
    assert body.get("value", [body])


def test_every_property_of_a_group_that_can_be_selected(workshop, crew):
    parameters = document()["paths"]["/groups/{group-id}"]["get"]["parameters"]
    select = next(parameter for parameter in parameters if parameter["name"] == "$select")
    for name in select["schema"]["items"]["enum"]:
        response = workshop.request("GET", f"/groups/{crew.group}?$select={name}")
        assert response.status_code in (200, 501), f"{name}: {response.text}"
        validate(response)
        if response.status_code == 200:
            properties = {key for key in response.json() if not key.startswith("@")}
            assert properties <= {name}, f"$select={name} returned {properties}"


def test_questions_about_membership(workshop, crew):
    path = f"/users/{crew.users[0]}"
    asked = fetch(workshop, f"{path}/getMemberGroups", method="POST", json={"securityEnabledOnly": False})
    assert crew.group in asked["value"]
    fetch(workshop, f"{path}/checkMemberGroups", method="POST", json={"groupIds": [crew.group, UNKNOWN_OBJECT]})
    objects = {"ids": [crew.group, crew.users[0], UNKNOWN_OBJECT], "types": ["group", "user"]}
    found = fetch(workshop, "/directoryObjects/getByIds", method="POST", json=objects)
    assert len(found["value"]) == 2


def test_changes_of_a_group(workshop):
    name = unique("conformance")
    body = {
        "displayName": name, "mailNickname": name, "mailEnabled": True, "securityEnabled": True,
        "groupTypes": ["Unified"],
    }
    user, sku = workshop.create_user()["id"], workshop.buy(1)
    group = fetch(workshop, "/groups", 201, "POST", json=body)["id"]
    fetch(workshop, f"/groups/{group}", 204, "PATCH", json={"description": "changed"})
    fetch(workshop, f"/groups/{group}/members/$ref", 204, "POST", json={"@odata.id": workshop.reference(user)})
    fetch(workshop, f"/groups/{group}/assignLicense", 202, "POST", json=license_change(add=[sku]))
    fetch(workshop, f"/users/{user}/reprocessLicenseAssignment", 200, "POST")
    fetch(workshop, f"/groups/{group}", 400, "DELETE")
    fetch(workshop, f"/groups/{group}/assignLicense", 202, "POST", json=license_change(remove=[sku]))
    fetch(workshop, f"/groups/{group}/members/{user}/$ref", 204, "DELETE")
    fetch(workshop, f"/groups/{group}", 204, "DELETE")
    fetch(workshop, "/directory/deletedItems/microsoft.graph.group")
    fetch(workshop, f"/directory/deletedItems/{group}")
    fetch(workshop, f"/directory/deletedItems/{group}/restore", 200, "POST")
    fetch(workshop, f"/groups/{group}")
