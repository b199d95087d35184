"""The ten scripts that Microsoft publishes for group-based licensing, as the Graph requests that they make.

Each function is one script, after the page on PowerShell and Microsoft Graph examples of the Microsoft Entra
documentation: what a cmdlet asks with `-Property` is `$select`, `-All` follows every link to a next page, by pages of
999, and `Where-Object` filters here and not at the server. What it returns is what the script prints.
"""

import csv
import io
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from support.graph import UNOWNED_SKU, Graph, expect

OFFICE_E5 = "ENTERPRISEPREMIUM"
TEAMS = ("TEAMS1", "57ff2da0-773e-42df-b2af-ffb7a2317929")
INHERITED = "User license is inherited from a group membership and it cannot be removed directly from the user."


# -- the scripts -----------------------------------------------------------------------------------


def all_of(graph: Graph, path: str, select: str) -> list[dict]:
    """`-All -Property`."""
    return list(graph.everything(f"{path}?$top=999&$select={select}"))


def users_in(graph: Graph, group: str) -> list[dict]:
    """`Get-MgGroupMember -All`, and `Get-MgUser` for each: of the members, those that are users."""
    members = all_of(graph, f"/groups/{group}/members", "id")
    return [
        graph.get(f"/users/{member['id']}?$select=id,displayName,licenseAssignmentStates")
        for member in members if member["@odata.type"] == "#microsoft.graph.user"
    ]


def part_numbers(graph: Graph) -> dict[str, str]:
    """`Get-MgSubscribedSku -All`, as the scripts make a table of names of it."""
    return {product["skuId"]: product["skuPartNumber"] for product in graph.get("/subscribedSkus")["value"]}


def name_of(sku: str, names: dict[str, str]) -> str:
    return names.get(sku, "Unknown SKU")


def assign_to_a_group(graph: Graph, group: str, part_number: str) -> dict:
    """1. Assign licenses to a group: `Get-MgSubscribedSku -All`, `Set-MgGroupLicense`."""
    [sku] = [sku for sku, name in part_numbers(graph).items() if name == part_number]
    return expect(graph.license_group(group, add=[sku]), 202)


def licenses_of_a_group(graph: Graph, group: str) -> list[str]:
    """2. View product licenses assigned to a group: `Get-MgGroup -GroupId -Property AssignedLicenses`."""
    names = part_numbers(graph)
    found = graph.get(f"/groups/{group}?$select=assignedLicenses")["assignedLicenses"]
    return [name_of(license["skuId"], names) for license in found]


def licensed_groups(graph: Graph) -> dict[str, list[str]]:
    """3. View all groups with assigned licenses: `Get-MgGroup -All`, filtered by the client on assignedLicenses."""
    names = part_numbers(graph)
    select = "id,mailNickname,displayName,groupTypes,description,assignedLicenses"
    return {
        group["displayName"]: [name_of(license["skuId"], names) for license in group["assignedLicenses"]]
        for group in all_of(graph, "/groups", select) if group["assignedLicenses"]
    }


def disabled_plans_of_groups(graph: Graph) -> dict[str, dict[str, list[str]]]:
    """4. View the disabled service plans of every licensed group, by names."""
    products = {product["skuId"]: product for product in graph.get("/subscribedSkus")["value"]}
    report = {}
    for group in all_of(graph, "/groups", "id,displayName,assignedLicenses"):
        for license in group["assignedLicenses"]:
            product = products[license["skuId"]]
            plans = {plan["servicePlanId"]: plan["servicePlanName"] for plan in product["servicePlans"]}
            off = [plans[plan] for plan in license["disabledPlans"]]
            report.setdefault(group["displayName"], {})[product["skuPartNumber"]] = off
    return report


@dataclass(frozen=True)
class Statistics:
    """What the fifth script prints of a group."""

    members: int
    failed: int
    products: list[str]


def statistics(graph: Graph) -> dict[str, Statistics]:
    """5. Licensed groups with the number of members and of failed members: those that are done with their licenses."""
    names = part_numbers(graph)
    report = {}
    for group in all_of(graph, "/groups", "id,displayName,licenseProcessingState,assignedLicenses"):
        if (group["licenseProcessingState"] or {}).get("state") != "ProcessingComplete":
            continue
        members = users_in(graph, group["id"])
        failed = [user for user in members if errors_by(group["id"], user)]
        products = [name_of(license["skuId"], names) for license in group["assignedLicenses"]]
        report[group["displayName"]] = Statistics(len(members), len(failed), products)
    return report


def errors_by(group: str, user: dict) -> list[str]:
    """Errors of a user's licenses from a group; `None` is a word."""
    states = user["licenseAssignmentStates"]
    return [state["error"] for state in states if state["assignedByGroup"] == group and state["error"] != "None"]


def groups_with_errors(graph: Graph) -> dict[str, list[str]]:
    """6. Get all groups with license errors: `Get-MgGroup -All`, `Get-MgGroupMemberWithLicenseError` for each."""
    report = {}
    for group in all_of(graph, "/groups", "id,displayName,assignedLicenses"):
        members = list(graph.everything(f"/groups/{group['id']}/membersWithLicenseErrors"))
        if members:
            report[group["displayName"]] = [member["id"] for member in members]
    return report


def users_with_errors_in_a_group(graph: Graph, group: str) -> dict[str, list[str]]:
    """7. Get all users with license errors in a group: `Get-MgGroupMember`, `Get-MgUser` for each."""
    return {user["id"]: errors for user in users_in(graph, group) if (errors := errors_by(group, user))}


def users_with_errors(graph: Graph) -> str:
    """8. Get all users with license errors in the whole tenant, as CSV."""
    rows = [
        [user["displayName"], user["id"], state["assignedByGroup"], state["skuId"], state["state"], state["error"]]
        for user in all_of(graph, "/users", "id,displayName,assignedLicenses,licenseAssignmentStates")
        for state in user["licenseAssignmentStates"] if state["error"] != "None"
    ]
    return as_csv(["DisplayName", "UserId", "AssignedByGroup", "SkuId", "State", "Error"], rows)


def direct_or_inherited(graph: Graph) -> str:
    """9. Check whether each user's licenses are assigned directly or inherited from a group, as CSV."""
    names = part_numbers(graph)
    groups = {group["id"]: group["displayName"] for group in all_of(graph, "/groups", "id,displayName")}
    rows = []
    for user in all_of(graph, "/users", "id,displayName,licenseAssignmentStates"):
        for state in user["licenseAssignmentStates"]:
            group = state["assignedByGroup"]
            way = "Direct Assignment" if group is None else f"Inherited from {groups[group]}"
            rows.append([user["id"], name_of(state["skuId"], names), way, state["state"]])
    return as_csv(["UserId", "Product", "Assignment", "State"], rows)


def remove_direct_licenses(graph: Graph, group: str, sku: str) -> dict[str, str]:
    """10. Remove direct licenses where the group gives them: `Set-MgUserLicense`, whose refusal it catches by text."""
    report = {}
    for member in all_of(graph, f"/groups/{group}/members", "id"):
        answer = graph.assign(member["id"], remove=[sku])
        if answer.status_code == 200:
            report[member["id"]] = "Removed license from user"
        elif answer.json()["error"]["message"] == INHERITED:
            report[member["id"]] = "License is not assigned directly"
        else:
            report[member["id"]] = "An error occurred"
    return report


def as_csv(header: list[str], rows: list[list]) -> str:
    """`Export-Csv`."""
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def from_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# -- what they say ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def office(workshop):
    """Two licensed groups: one whose members have all that it gives, one with a seat too few."""
    suite, scarce = workshop.buy(9, OFFICE_E5), workshop.buy(1)
    staff, doubled = [workshop.create_user()["id"] for _ in range(2)]
    holder, waiting = sorted(workshop.create_user(usage_location=None)["id"] for _ in range(2))
    full = workshop.create_group([staff, doubled], description="has what it needs")
    short = workshop.create_group([holder, waiting])
    plain = workshop.create_group([staff])
    expect(workshop.license_group(full["id"], add=[suite], off=[TEAMS[1]]), 202)
    expect(workshop.license_group(short["id"], add=[scarce]), 202)
    expect(workshop.assign(doubled, add=[suite]), 200)
    return SimpleNamespace(
        scarce=scarce, scarce_name=part_numbers(workshop)[scarce], staff=staff, doubled=doubled, holder=holder,
        waiting=waiting, full=full, short=short, plain=plain,
    )


def test_1_assign_to_a_group(workshop):
    sku = workshop.buy(2)
    user = workshop.create_user(usage_location=None)["id"]
    group = workshop.create_group([user])["id"]
    answer = assign_to_a_group(workshop, group, part_numbers(workshop)[sku])
    assert answer["id"] == group
    assert workshop.states(user) == [(sku, group, "Active", "None")]


def test_2_licenses_of_a_group(workshop, office):
    assert licenses_of_a_group(workshop, office.full["id"]) == [OFFICE_E5]
    assert licenses_of_a_group(workshop, office.plain["id"]) == []
    assert name_of(UNOWNED_SKU, part_numbers(workshop)) == "Unknown SKU"


def test_3_licensed_groups(workshop, office):
    found = licensed_groups(workshop)
    assert found[office.full["displayName"]] == [OFFICE_E5]
    assert found[office.short["displayName"]] == [office.scarce_name]
    assert office.plain["displayName"] not in found


def test_4_disabled_plans_of_groups(workshop, office):
    found = disabled_plans_of_groups(workshop)
    assert found[office.full["displayName"]] == {OFFICE_E5: [TEAMS[0]]}
    assert found[office.short["displayName"]] == {office.scarce_name: []}


def test_5_statistics(workshop, office):
    found = statistics(workshop)
    assert found[office.full["displayName"]] == Statistics(2, 0, [OFFICE_E5])
    assert found[office.short["displayName"]] == Statistics(2, 1, [office.scarce_name])
    assert office.plain["displayName"] not in found, "it never had licenses"


def test_6_groups_with_errors(workshop, office):
    found = groups_with_errors(workshop)
    assert found[office.short["displayName"]] == [office.waiting]
    assert office.full["displayName"] not in found


def test_7_users_with_errors_in_a_group(workshop, office):
    assert users_with_errors_in_a_group(workshop, office.short["id"]) == {office.waiting: ["CountViolation"]}
    assert users_with_errors_in_a_group(workshop, office.full["id"]) == {}


def test_8_users_with_errors_in_the_tenant(workshop, office):
    rows = from_csv(users_with_errors(workshop))
    [row] = [row for row in rows if row["UserId"] == office.waiting]
    assert (row["AssignedByGroup"], row["SkuId"]) == (office.short["id"], office.scarce)
    assert (row["State"], row["Error"]) == ("Error", "CountViolation")
    assert not {office.staff, office.doubled, office.holder} & {row["UserId"] for row in rows}


def test_the_demonstration_has_each_error(graph):
    assert licensed_groups(graph)["Sales"] == ["CONTOSO_TOOLBOX"]
    assert set(groups_with_errors(graph)) == {
        "Visio Users", "Moving to E3", "Front Desk", "Gulf Projects", "Project Team",
    }
    rows = from_csv(users_with_errors(graph))
    assert {row["Error"] for row in rows} == {
        "CountViolation", "MutuallyExclusiveViolation", "DependencyViolation", "ProhibitedInUsageLocationViolation",
        "UniquenessViolation", "Other",
    }
    assert {row["State"] for row in rows} == {"Error", "ActiveWithError"}


def test_9_direct_or_inherited(workshop, office):
    rows = from_csv(direct_or_inherited(workshop))
    inherited = (OFFICE_E5, f"Inherited from {office.full['displayName']}", "Active")

    def of(user: str) -> set[tuple[str, str, str]]:
        return {(row["Product"], row["Assignment"], row["State"]) for row in rows if row["UserId"] == user}

    assert of(office.staff) == {inherited}
    assert of(office.doubled) == {inherited, (OFFICE_E5, "Direct Assignment", "Active")}
    assert of(office.waiting) == {(office.scarce_name, f"Inherited from {office.short['displayName']}", "Error")}


def test_10_remove_direct_licenses_that_the_group_gives(workshop):
    sku = workshop.buy(5)
    direct, inherits = [workshop.create_user()["id"] for _ in range(2)]
    group = workshop.create_group([direct, inherits])["id"]
    expect(workshop.license_group(group, add=[sku]), 202)
    expect(workshop.assign(direct, add=[sku]), 200)
    assert remove_direct_licenses(workshop, group, sku) == {
        direct: "Removed license from user", inherits: "License is not assigned directly",
    }
    for user in (direct, inherits):
        assert workshop.states(user) == [(sku, group, "Active", "None")]
    assert set(remove_direct_licenses(workshop, group, sku).values()) == {"License is not assigned directly"}
