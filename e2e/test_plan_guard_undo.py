"""What a change would do, what stops it, how it is taken back, and how it is told."""

import datetime
import re

import pytest

from support.graph import (
    EMS_SKU, INTUNE_PLAN, Graph, expect, expect_error, license_change, open_client, unique, user_token,
)
from support.openapi import validate
from support.plans import confirmation, newest_change, plan, token_of_refusal, undo

BUSINESS_PREMIUM = "SPB"
EMS_E5_SKU = "b05e124f-c7cc-45a0-a6aa-8cf78c946968"
TEAMS_PLAN = "57ff2da0-773e-42df-b2af-ffb7a2317929"
CROWD = 60
"""More than the 50 users that the guard lets lose a service without a question."""
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@pytest.fixture
def approver(sqlite_workshop, workshop):
    """Graph as the workshop's administrator, who is somebody else than its application."""
    token = user_token(sqlite_workshop, sqlite_workshop.admin, sqlite_workshop.admin_password)
    with open_client(sqlite_workshop, token) as client:
        yield Graph(sqlite_workshop, client)


@pytest.fixture
def policy(workshop):
    """Changes the licensing policy until the end of the test."""
    before = workshop.get("/zetel/licensingPolicy")
    del before["@odata.context"]

    def change(**settings):
        expect(workshop.request("PATCH", "/zetel/licensingPolicy", json=settings), 204)

    yield change
    change(**before)


class Crowd:
    """Very many users in a dynamic group that licenses them; one has the product directly as well."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.sku = graph.buy(CROWD + 1, BUSINESS_PREMIUM)
        self.department = unique("Department")
        self.users = [graph.create_user(department=self.department)["id"] for _ in range(CROWD)]
        self.group = graph.create_group(rule=f'user.department -eq "{self.department}"')["id"]
        expect(graph.license_group(self.group, add=[self.sku], off=[TEAMS_PLAN]), 202)
        expect(graph.assign(self.users[0], add=[self.sku], off=[INTUNE_PLAN]), 200)

    def licenses(self) -> dict[str, tuple]:
        """Everything that Graph says about each user's licenses, but for when."""
        select = "id,department,assignedLicenses,licenseAssignmentStates"
        found = {
            user["id"]: user for user in self.graph.everything(f"/users?$top=999&$select={select}")
            if user["department"] == self.department
        }
        assert sorted(found) == sorted(self.users)
        return {user: described(properties) for user, properties in found.items()}

    def seats(self) -> int:
        return self.graph.product(self.sku)["consumedUnits"]


def described(user: dict) -> tuple:
    licenses = {license["skuId"]: sorted(license["disabledPlans"]) for license in user["assignedLicenses"]}
    states = [
        (one["skuId"], one["assignedByGroup"], one["state"], one["error"], sorted(one["disabledPlans"]))
        for one in user["licenseAssignmentStates"]
    ]
    return licenses, states


@pytest.fixture(scope="module")
def crowd(workshop):
    return Crowd(workshop)


# -- plans -----------------------------------------------------------------------------------------


def test_a_plan_changes_nothing_and_says_what_would_happen(workshop):
    graph, sku = workshop, workshop.buy(2)
    users = sorted(graph.create_user()["id"] for _ in range(3))
    group = graph.create_group(users)
    change, path = license_change(add=[sku]), f"/groups/{group['id']}/assignLicense"
    before = newest_change(graph)

    planned = plan(graph, "POST", path, json=change)
    assert planned["generation"] == before == newest_change(graph)
    assert [graph.states(user) for user in users] == [[], [], []]
    assert graph.product(sku)["consumedUnits"] == 0

    [product] = planned["products"]
    assert (product["skuId"], product["holdersGained"], product["holdersLost"]) == (sku, 2, 0)
    assert (product["before"]["consumed"], product["after"]["consumed"]) == (0, 2)
    assert (product["before"]["available"], product["after"]["available"]) == (2, 0)
    [error] = planned["errors"]
    assert (error["error"], error["healed"], error["userCount"]) == ("CountViolation", False, 1)
    assert error["group"] == {"id": group["id"], "displayName": group["displayName"]}
    assert [user["id"] for user in error["users"]] == users[2:]
    assert error["remedies"]
    assert (planned["userCount"], planned["losers"]) == (1, 0), "the product has no services that anybody could gain"
    assert planned["semantics"] == {"name": "entra", "switches": []}
    assert planned["guard"] == {"stops": False, "reason": None, "needsApproval": False}

    expect(graph.request("POST", path, json=change), 202)
    assert newest_change(graph) == before + 1
    assert graph.product(sku)["consumedUnits"] == product["after"]["consumed"]
    assert graph.states(users[2]) == [(sku, group["id"], "Error", "CountViolation")]


def test_services_gained_and_lost_are_named(workshop):
    graph, user = workshop, workshop.create_user()["id"]
    path = f"/users/{user}/assignLicense"
    planned = plan(graph, "POST", path, json=license_change(add=[EMS_SKU], off=[INTUNE_PLAN]))
    [service] = planned["services"]
    gained = {plan["servicePlanName"] for plan in service["gained"]}
    assert "AAD_PREMIUM" in gained and "INTUNE_A" not in gained
    assert service["lost"] == []
    assert [found["id"] for found in service["users"]] == [user]

    expect(graph.assign(user, add=[EMS_SKU], off=[INTUNE_PLAN]), 200)
    planned = plan(graph, "DELETE", f"/users/{user}")
    assert {plan["servicePlanName"] for plan in planned["services"][0]["lost"]} == gained
    assert planned["losers"] == 1
    assert graph.licenses(user) == {EMS_SKU: [INTUNE_PLAN]}


def test_every_kind_of_change_can_be_planned(workshop):
    graph = workshop
    user, other = (graph.create_user()["id"] for _ in range(2))
    group = graph.create_group([user])["id"]
    before = newest_change(graph)
    for method, path, body in [
        ("PATCH", f"/users/{user}", {"usageLocation": "DE"}),
        ("POST", f"/users/{user}/reprocessLicenseAssignment", None),
        ("POST", f"/groups/{group}/members/$ref", {"@odata.id": graph.reference(other)}),
        ("DELETE", f"/groups/{group}/members/{user}/$ref", None),
        ("PATCH", f"/groups/{group}", {"displayName": "Another name"}),
        ("DELETE", f"/groups/{group}", None),
        ("POST", f"/groups/{group}/reprocessLicenseAssignment", None),
        ("PATCH", "/zetel/licensingPolicy", {"semantics": "extended", "nestedGroups": True}),
        ("POST", f"/zetel/changes/{before}/undo", {}),
        ("POST", "/zetel/swapLicense", {"from": EMS_SKU, "to": EMS_E5_SKU, "userIds": [user]}),
        ("POST", "/zetel/migrateToGroups", {}),
        ("POST", "/zetel/bulkAssignLicense", {"userIds": [user, other], **license_change(add=[EMS_SKU])}),
    ]:
        options = {} if body is None else {"json": body}
        assert plan(graph, method, path, **options)["generation"] == before, path
    assert newest_change(graph) == before


def test_a_plan_of_what_is_refused_is_the_refusal(workshop):
    user = workshop.create_user(usage_location=None)["id"]
    answer = workshop.assign(user, add=[EMS_SKU], headers={"Prefer": "zetel.plan"})
    expect_error(
        answer, 400, "Request_BadRequest", "License assignment cannot be done for user with invalid usage location."
    )


# -- the guard, and undoing ------------------------------------------------------------------------


def removal_of_the_license(crowd: Crowd) -> tuple[str, str, dict]:
    return "POST", f"/groups/{crowd.group}/assignLicense", license_change(remove=[crowd.sku])


def another_rule(crowd: Crowd) -> tuple[str, str, dict]:
    return "PATCH", f"/groups/{crowd.group}", {"membershipRule": 'user.department -eq "Nowhere"'}


@pytest.mark.parametrize("change", [removal_of_the_license, another_rule])
def test_a_mass_removal_is_stopped_confirmed_and_undone(workshop, crowd, change):
    graph, (method, path, body) = workshop, change(crowd)
    before, change_before = crowd.licenses(), newest_change(graph)
    assert crowd.seats() == CROWD

    planned = plan(graph, method, path, json=body)
    assert planned["guard"]["stops"] and planned["guard"]["reason"]
    # The first user keeps the product directly, and loses only what the direct assignment leaves off.
    assert planned["losers"] == CROWD
    assert planned["products"][0]["holdersLost"] == CROWD - 1
    assert sum(service["userCount"] for service in planned["services"]) == CROWD
    stopped = graph.request(method, path, json=body)
    assert token_of_refusal(stopped) == planned["token"]
    assert planned["token"] in stopped.json()["error"]["message"], "what to do is said"
    assert token_of_refusal(graph.request(method, path, json=body, headers=confirmation("0" * 64))) == planned["token"]
    assert (crowd.licenses(), newest_change(graph)) == (before, change_before)

    done = graph.request(method, path, json=body, headers=confirmation(planned["token"]))
    assert done.status_code in (202, 204), done.text
    assert crowd.seats() == 1
    direct = ({crowd.sku: [INTUNE_PLAN]}, [(crowd.sku, None, "Active", "None", [INTUNE_PLAN])])
    assert crowd.licenses() == dict.fromkeys(crowd.users, ({}, [])) | {crowd.users[0]: direct}

    removal = newest_change(graph)
    assert graph.get(f"/zetel/changes/{removal}")["affectedUsers"] == CROWD
    undone = undo(graph, removal)
    assert undone["notDone"] == []
    assert undone["change"] == newest_change(graph) == removal + 1
    assert crowd.licenses() == before, "with the plans that are off, and through the same group"
    assert crowd.seats() == CROWD


def test_what_cannot_be_put_back_is_told(workshop):
    graph, sku = workshop, workshop.buy(1)
    first, second = (graph.create_user() for _ in range(2))
    expect(graph.assign(first["id"], add=[sku]), 200)
    expect(graph.assign(first["id"], remove=[sku]), 200)
    removal = newest_change(graph)
    expect(graph.assign(second["id"], add=[sku]), 200)
    undone = undo(graph, removal)
    [left] = undone["notDone"]
    assert left["user"]["id"] == first["id"]
    assert left["reason"]
    assert (graph.licenses(first["id"]), graph.licenses(second["id"])) == ({}, {sku: []})


def test_somebody_else_must_approve(workshop, approver, policy):
    graph, sku = workshop, workshop.buy(5)
    users = [graph.create_user()["id"] for _ in range(3)]
    change = {"userIds": users, **license_change(add=[EMS_SKU])}
    expect(graph.request("POST", "/zetel/bulkAssignLicense", json=change), 200)
    policy(guard={"maxUsers": 2, "secondApprover": True})
    removal = {"userIds": users, **license_change(remove=[EMS_SKU])}

    def remove(token: str):
        return graph.request("POST", "/zetel/bulkAssignLicense", json=removal, headers=confirmation(token))

    planned = plan(graph, "POST", "/zetel/bulkAssignLicense", json=removal)
    assert planned["guard"]["stops"] and planned["guard"]["needsApproval"]
    token = planned["token"]
    assert token_of_refusal(remove(token)) == token
    graph.request("POST", "/zetel/approvals", json={"token": token})
    error = expect_error(remove(token), 400, "Request_BadRequest")
    assert "Somebody else must" in error["message"], "one's own approval is none"
    assert approver.request("POST", "/zetel/approvals", json={"token": token}).status_code == 200
    expect(remove(token), 200)
    assert [graph.licenses(user) for user in users] == [{}, {}, {}]
    assert graph.product(sku)["consumedUnits"] == 0


def test_licenses_are_put_back_as_they_were_at_a_time(workshop):
    """The demonstration has a past; whoever lost something today gets back what was there an hour ago."""
    graph = workshop
    an_hour_ago = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    select = "id,assignedLicenses,licenseAssignmentStates"
    user = next(
        user for user in graph.everything(f"/users?$top=999&$select={select}")
        if described(user)[0].get(EMS_SKU) == [INTUNE_PLAN]
    )
    expect(graph.assign(user["id"], remove=[EMS_SKU]), 200)
    assert EMS_SKU not in graph.licenses(user["id"])
    restored = graph.request("POST", "/zetel/restoreLicenses", json={"at": an_hour_ago, "userId": user["id"]})
    assert expect(restored, 200)["notDone"] == []
    assert described(graph.get(f"/users/{user['id']}?$select={select}")) == described(user)

    sales = next(group for group in graph.everything("/groups") if group["displayName"] == "Sales")["id"]
    of_members = f"/groups/{sales}/members/microsoft.graph.user?$select={select}"
    before = {user["id"]: described(user) for user in graph.everything(of_members)}
    [toolbox] = graph.get(f"/groups/{sales}?$select=assignedLicenses")["assignedLicenses"]
    expect(graph.license_group(sales, remove=[toolbox["skuId"]]), 202)
    assert {user["id"]: described(user) for user in graph.everything(of_members)} != before
    restored = graph.request("POST", "/zetel/restoreLicenses", json={"at": an_hour_ago, "groupId": sales})
    assert expect(restored, 200)["notDone"] == []
    assert {user["id"]: described(user) for user in graph.everything(of_members)} == before

    then = graph.get(f"/zetel/users/{user['id']}/licenses?at={an_hour_ago}")["value"]
    assert {license["skuId"] for license in then} == set(described(user)[0])
    history = list(graph.everything(f"/zetel/users/{user['id']}/history"))
    assert len(history) >= 3 and all(event["what"] and event["actorName"] for event in history)


# -- how it is told --------------------------------------------------------------------------------


@pytest.fixture
def short(workshop):
    """A group with two seats for five members, and who its members are in the order of their ids."""
    sku = workshop.buy(2)
    users = [workshop.create_user(displayName=unique("Member")) for _ in range(5)]
    users.sort(key=lambda user: user["id"])
    group = workshop.create_group([user["id"] for user in users])
    expect(workshop.license_group(group["id"], add=[sku]), 202)
    return sku, group, users


def records(graph: Graph, activity: str, condition: str) -> list[dict]:
    query = f"activityDisplayName eq '{activity}' and {condition}"
    answer = graph.request("GET", "/auditLogs/directoryAudits", params={"$filter": query})
    validate(answer)
    return answer.json()["value"]


def test_the_audit_log_tells_it_as_entra_does(workshop, short):
    sku, group, users = short
    of_group = f"targetResources/any(t:t/id eq '{group['id']}')"
    [license_set] = records(workshop, "Set group license", of_group)
    assert license_set["category"] == "GroupManagement"
    assert license_set["loggedByService"] == "Core Directory"
    assert license_set["initiatedBy"]["app"]["displayName"] == "Contoso Automation"
    assert len(records(workshop, "Start applying group based license to users", of_group)) == 1
    [finished] = records(workshop, "Finish applying group based license to users", of_group)
    assert finished["initiatedBy"]["app"]["displayName"] == "Microsoft Entra ID Group-Based Licensing"
    [target] = finished["targetResources"]
    [result] = [one for one in target["modifiedProperties"] if one["displayName"] == "Result"]
    assert (target["id"], target["displayName"]) == (group["id"], group["displayName"])
    counted = "[Users successfully assigned licenses: 2, Users for whom license assignment failed: 3.]"
    assert result["newValue"] == counted
    validate(workshop.request("GET", f"/auditLogs/directoryAudits/{finished['id']}"))

    changed = records(workshop, "Change user license", f"correlationId eq '{license_set['correlationId']}'")
    failed = [record for record in changed if record["result"] == "failure"]
    assert {record["resultReason"] for record in failed} == {
        f"Subscription with SKU {sku} does not have any available licenses."
    }
    assert {record["targetResources"][0]["id"] for record in failed} == {user["id"] for user in users[2:]}
    assert {record["targetResources"][0]["id"] for record in changed} == {user["id"] for user in users}


@pytest.mark.parametrize(("language", "word"), [("en", "group"), ("nl,en;q=0.5", "groep")])
def test_an_explanation_has_names_and_no_ids(workshop, short, language, word):
    sku, group, users = short
    path = f"/zetel/users/{users[3]['id']}/explanation?skuId={sku}"
    answer = workshop.get(path, headers={"Accept-Language": language})
    text = answer["text"]
    assert not GUID.search(text), text
    for name in (users[3]["displayName"], group["displayName"], workshop.product(sku)["skuPartNumber"], word):
        assert name in text, text
    assert answer["explanation"]


def test_explanations_differ_by_language(workshop, short):
    path = f"/zetel/users/{short[2][3]['id']}/explanation"
    english, dutch = (workshop.get(path, headers={"Accept-Language": tag})["text"] for tag in ("en", "nl"))
    assert english != dutch
    assert "seats" in english and "licenties" in dutch


def test_the_waiting_list_is_in_the_order_of_seats(workshop, short, policy):
    sku, group, users = short

    def waiting() -> list[str]:
        places = workshop.get(f"/zetel/waitingList?skuId={sku}")["value"]
        assert [place["position"] for place in places] == list(range(1, len(places) + 1))
        assert {(place["skuId"], place["group"]["id"]) for place in places} <= {(sku, group["id"])}
        return [place["user"]["id"] for place in places]

    ids = [user["id"] for user in users]
    assert waiting() == ids[2:], "all joined at once, so the order of their ids decides"
    workshop.leave(group["id"], ids[0])
    assert waiting() == ids[2:], "under Entra's rules a free seat stays free"

    policy(semantics="extended", automaticReprocessing=True)
    expect(workshop.request("POST", f"/users/{ids[2]}/reprocessLicenseAssignment"), 200)
    assert waiting() == ids[3:]
    workshop.leave(group["id"], ids[1])
    assert workshop.states(ids[3]) == [(sku, group["id"], "Active", "None")], "the next one gets the seat by itself"
    assert waiting() == ids[4:]


def test_the_policy_is_changed_by_parts(workshop, policy):
    before = workshop.get("/zetel/licensingPolicy")
    assert before["semantics"] == "entra"
    assert before["guard"] == {
        "enabled": True, "maxUsers": 50, "maxPercent": 10, "minUsersForPercent": 5, "secondApprover": False,
    }
    policy(semantics="extended", nestedGroups=True, graceDays=3, guard={"maxUsers": 70})
    after = workshop.get("/zetel/licensingPolicy")
    guard = before["guard"] | {"maxUsers": 70}
    assert after == before | {"semantics": "extended", "nestedGroups": True, "graceDays": 3, "guard": guard}
    user = workshop.create_user()["id"]
    planned = plan(workshop, "POST", f"/users/{user}/assignLicense", json=license_change(add=[EMS_SKU]))
    assert planned["semantics"] == {"name": "extended", "switches": ["nestedGroups", "graceDays"]}
    for wrong in ({"semantics": "ours"}, {"graceDays": -1}, {"guard": {"maxUsers": "many"}}, {"color": "red"}):
        assert workshop.request("PATCH", "/zetel/licensingPolicy", json=wrong).status_code == 400, wrong
    assert workshop.get("/zetel/licensingPolicy") == after


def test_nested_groups_are_licensed_where_the_policy_says_so(workshop, policy):
    graph, sku = workshop, workshop.buy(5)
    worker = graph.create_user()["id"]
    inner = graph.create_group([worker])["id"]
    outer = graph.create_group([inner])["id"]
    expect(graph.license_group(outer, add=[sku]), 202)
    assert graph.states(worker) == []
    policy(semantics="extended", nestedGroups=True)
    expect(graph.request("POST", f"/groups/{outer}/reprocessLicenseAssignment"), 202)
    assert graph.states(worker) == [(sku, outer, "Active", "None")]
    graph.leave(inner, worker)
    assert graph.states(worker) == []


def test_each_product_of_a_group_on_its_own(workshop, policy):
    graph, plenty, scarce = workshop, workshop.buy(5), workshop.buy(1)
    first, second = sorted(graph.create_user()["id"] for _ in range(2))
    policy(semantics="extended", partialSuccess=True)
    group = graph.create_group([first, second])["id"]
    expect(graph.license_group(group, add=[plenty, scarce]), 202)
    assert set(graph.states(second)) == {
        (plenty, group, "Active", "None"), (scarce, group, "Error", "CountViolation"),
    }


# -- swapping and migrating ------------------------------------------------------------------------


def test_a_swap_carries_over_what_is_off(workshop):
    graph, user = workshop, workshop.create_user()["id"]
    expect(graph.assign(user, add=[EMS_SKU], off=[INTUNE_PLAN]), 200)
    swap = {"from": EMS_SKU, "to": EMS_E5_SKU, "userIds": [user]}
    swapped = expect(graph.request("POST", "/zetel/swapLicense", json=swap), 200)
    assert swapped["notDone"] == []
    assert graph.licenses(user) == {EMS_E5_SKU: [INTUNE_PLAN]}
    undo(graph, swapped["change"])
    assert graph.licenses(user) == {EMS_SKU: [INTUNE_PLAN]}


def test_direct_licenses_move_to_the_group_that_gives_them(workshop):
    graph = workshop
    whole, partly = (graph.create_user()["id"] for _ in range(2))
    group = graph.create_group([whole, partly])["id"]
    expect(graph.license_group(group, add=[EMS_SKU], off=[INTUNE_PLAN]), 202)
    expect(graph.assign(whole, add=[EMS_SKU], off=[INTUNE_PLAN]), 200)
    expect(graph.assign(partly, add=[EMS_SKU]), 200)
    migrated = expect(graph.request("POST", "/zetel/migrateToGroups", json={"userIds": [whole, partly]}), 200)
    [left] = migrated["notDone"]
    assert left["user"]["id"] == partly
    assert "Intune" in left["reason"]
    assert graph.states(whole) == [(EMS_SKU, group, "Active", "None")]
    assert len(graph.states(partly)) == 2
