"""The verbs of `zetel` for groups, explanations, changes and the policy, against a demonstration server."""

import csv
import json
import re
from types import SimpleNamespace

import pytest

from support.cli import CONFIRMATION_REQUIRED, NOT_FOUND, REFUSED, SOME_FAILED, USAGE, rows, run
from support.graph import EMS_SKU, INTUNE_PLAN, expect, own_part_number, unique
from support.plans import validator

TOKEN = re.compile(r"--confirm (\w+)")


@pytest.fixture
def zetel(sqlite_workshop):
    return sqlite_workshop


@pytest.fixture
def crew(workshop):
    """A group with two users, and the product that it will give."""
    users = [workshop.create_user() for _ in range(2)]
    group = workshop.create_group([user["id"] for user in users])
    return SimpleNamespace(
        id=group["id"], name=group["displayName"], ids=[user["id"] for user in users],
        names=[user["userPrincipalName"] for user in users],
    )


@pytest.fixture
def strict(zetel):
    """A guard that stops whatever takes a service from more than one user, until the end of the test."""
    run(zetel, "policy", "set", "guard.maxUsers=1")
    yield
    run(zetel, "policy", "set", "guard.maxUsers=50")


def newest(zetel) -> dict:
    [change] = rows(zetel, "changes", "--limit", "1")
    return change


# -- groups ----------------------------------------------------------------------------------------


def test_a_group_from_creation_to_deletion(zetel, workshop):
    users = [workshop.create_user()["userPrincipalName"] for _ in range(3)]
    name = unique("Night shift")
    [created] = rows(zetel, "groups", "create", name, "--member", users[0], "--owner", users[2])
    assert created["displayName"] == name
    run(zetel, "groups", "add-member", name, users[1], users[2])
    run(zetel, "groups", "remove-member", name, users[0])
    members = rows(zetel, "groups", "members", name)
    assert {member["userPrincipalName"] for member in members} == {users[1], users[2]}

    run(zetel, "groups", "license", name, "--add", "EMS", "--disable", "INTUNE_A")
    assert workshop.licenses(users[1]) == {EMS_SKU: [INTUNE_PLAN]}
    shown = json.loads(run(zetel, "groups", "show", created["id"], "--output", "json").stdout)
    assert shown["licenses"] == [{"product": "EMS", "plansOff": ["INTUNE_A"]}]
    assert name in run(zetel, "licenses", "show", users[1]).stdout, "where the product comes from"

    refused = run(zetel, "groups", "delete", name, status=REFUSED)
    assert "product license" in refused.stderr and "hint:" in refused.stderr
    run(zetel, "groups", "license", name, "--remove", "EMS")
    assert workshop.licenses(users[1]) == {}
    run(zetel, "groups", "delete", name)
    run(zetel, "groups", "show", name, status=NOT_FOUND)


def test_a_dynamic_group(zetel, workshop):
    department = unique("Department")
    name = unique("Dynamic")
    run(zetel, "groups", "create", name, "--rule", f'user.department -eq "{department}"')
    user = workshop.create_user(department=department)
    assert [member["id"] for member in rows(zetel, "groups", "members", name)] == [user["id"]]
    wrong = run(zetel, "groups", "update", name, "--rule", "user.department -eq Sales", status=REFUSED)
    assert "character 21" in wrong.stderr


def test_list_of_groups(zetel, crew):
    groups = {group["displayName"]: group for group in rows(zetel, "groups", "list")}
    assert crew.name in groups
    assert len(run(zetel, "groups", "list", "--output", "csv").stdout.splitlines()) == len(groups) + 1


def test_errors_and_who_waits(zetel, workshop, crew):
    sku = workshop.buy(1)
    product = own_part_number(sku)
    run(zetel, "groups", "license", crew.name, "--add", product)
    [error] = rows(zetel, "groups", "errors", crew.name)
    assert (error["product"], error["error"]) == (product, "CountViolation")
    assert f"zetel explain {error['user']} {product}" in run(zetel, "groups", "errors", crew.name).stderr
    [place] = rows(zetel, "waiting", product)
    assert (place["position"], place["user"], place["group"]) == (1, error["user"], crew.name)

    workshop.buy(1, sku)
    run(zetel, "groups", "reprocess", crew.name)
    assert rows(zetel, "groups", "errors", crew.name) == []
    assert rows(zetel, "waiting", product) == []
    assert [workshop.licenses(user) for user in crew.ids] == [{sku: []}, {sku: []}]


def test_the_demonstration_has_each_error(sqlite_demo):
    groups = {group["displayName"]: group["products"] for group in rows(sqlite_demo, "groups", "list")}
    assert groups["Sales"] == ["CONTOSO_TOOLBOX"]
    with_errors = {group["displayName"] for group in rows(sqlite_demo, "groups", "list", "--errors")}
    found = {(error["group"], error["error"]) for error in rows(sqlite_demo, "groups", "errors")}
    assert {group for group, _ in found} == with_errors
    assert found == {
        ("Visio Users", "CountViolation"), ("Visio Users", "Other"), ("Moving to E3", "MutuallyExclusiveViolation"),
        ("Front Desk", "UniquenessViolation"), ("Gulf Projects", "ProhibitedInUsageLocationViolation"),
        ("Project Team", "DependencyViolation"),
    }


# -- plans and the guard ---------------------------------------------------------------------------


def test_a_plan_changes_nothing(zetel, workshop, crew):
    before = newest(zetel)
    command = ["groups", "license", crew.name, "--add", "EMS", "--plan"]
    planned = run(zetel, *command).stdout
    assert "EMS" in planned and "Microsoft Entra ID P1" in planned and crew.names[0] in planned
    document = json.loads(run(zetel, *command, "--output", "json").stdout)
    assert not list(validator().iter_errors(document))
    assert newest(zetel) == before
    assert workshop.licenses(crew.ids[0]) == {}


def test_what_the_guard_stops_is_confirmed_by_its_token(zetel, workshop, crew, strict):
    run(zetel, "groups", "license", crew.name, "--add", "EMS")
    command = ["groups", "license", crew.name, "--remove", "EMS"]
    stopped = run(zetel, *command, status=CONFIRMATION_REQUIRED)
    assert "Services lost" in stopped.stdout and crew.names[0] in stopped.stdout
    [token] = TOKEN.findall(stopped.stderr)
    run(zetel, *command, "--confirm", "another", status=CONFIRMATION_REQUIRED)
    assert workshop.licenses(crew.ids[0]) == {EMS_SKU: []}
    run(zetel, *command, "--confirm", token)
    assert workshop.licenses(crew.ids[0]) == {}


def test_a_file_of_rows_is_guarded(zetel, workshop, crew, strict, tmp_path):
    for user in crew.ids:
        expect(workshop.assign(user, add=[EMS_SKU]), 200)
    file = tmp_path / "users.csv"
    with open(file, "w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["user", "product"], *([name, "EMS"] for name in crew.names)])
    stopped = run(zetel, "licenses", "remove", "--from", str(file), status=CONFIRMATION_REQUIRED)
    assert [workshop.licenses(user) for user in crew.ids] == [{EMS_SKU: []}, {EMS_SKU: []}]
    [token] = TOKEN.findall(stopped.stderr)
    run(zetel, "licenses", "remove", "--from", str(file), "--resume", "--confirm", token)
    assert [workshop.licenses(user) for user in crew.ids] == [{}, {}]


def test_the_policy(zetel):
    before = rows(zetel, "policy", "show")
    try:
        settings = ["semantics=extended", "graceDays=7", "guard.maxPercent=20", "fallback=SPE_E5>SPE_E3"]
        run(zetel, "policy", "set", *settings)
        shown = run(zetel, "policy", "show").stdout
        assert "SPE_E5>SPE_E3" in shown
        after = rows(zetel, "policy", "show")
        assert (after["semantics"], after["graceDays"], after["guard"]["maxPercent"]) == ("extended", 7, 20)
        run(zetel, "policy", "set", "color=red", status=USAGE)
        run(zetel, "policy", "set", "graceDays=soon", status=USAGE)
        assert rows(zetel, "policy", "show") == after
    finally:
        run(zetel, "policy", "set", "semantics=entra", "graceDays=0", "guard.maxPercent=10", "fallback=")
    assert rows(zetel, "policy", "show") == before


def test_groups_of_higher_priority_first(zetel, workshop):
    sku = workshop.buy(1)
    product = own_part_number(sku)
    modest, important = (workshop.create_user()["id"] for _ in range(2))
    groups = [workshop.create_group([modest])["displayName"], workshop.create_group([important])["displayName"]]
    run(zetel, "groups", "update", groups[1], "--priority", "5")
    try:
        run(zetel, "policy", "set", "semantics=extended", "priority=on", "automaticReprocessing=on")
        holder = workshop.create_user()["id"]
        expect(workshop.assign(holder, add=[sku]), 200)
        for group in groups:
            run(zetel, "groups", "license", group, "--add", product)
        assert [place["group"] for place in rows(zetel, "waiting", product)] == groups[::-1]
        expect(workshop.assign(holder, remove=[sku]), 200)
        assert (workshop.licenses(modest), workshop.licenses(important)) == ({}, {sku: []})
    finally:
        run(zetel, "policy", "set", "semantics=entra", "priority=off", "automaticReprocessing=off")


# -- why -------------------------------------------------------------------------------------------


def test_an_explanation(zetel, crew):
    run(zetel, "groups", "license", crew.name, "--add", "EMS", "--disable", "INTUNE_A")
    for subject in ([], ["EMS"], ["AAD_PREMIUM"]):
        text = run(zetel, "explain", crew.names[0], *subject).stdout
        assert crew.name in text and crew.names[0] in text
        assert crew.id not in text and EMS_SKU not in text
    dutch = run(zetel, "explain", crew.names[0], "EMS", "--language", "nl").stdout
    assert "groep" in dutch and crew.name in dutch
    assert json.loads(run(zetel, "explain", crew.names[0], "--output", "json").stdout)["products"]
    unknown = run(zetel, "explain", crew.names[0], "NO_SUCH", status=NOT_FOUND)
    assert "hint:" in unknown.stderr
    run(zetel, "explain", f"nobody@{zetel.domain}", status=NOT_FOUND)


# -- changes ---------------------------------------------------------------------------------------


def test_a_change_is_listed_shown_and_undone(zetel, workshop, crew):
    run(zetel, "groups", "license", crew.name, "--add", "EMS", "--disable", "INTUNE_A")
    run(zetel, "groups", "remove-member", crew.name, crew.names[0])
    change = newest(zetel)
    assert change["affectedUsers"] == 1
    assert crew.name in change["summary"]
    assert change["actorName"] == "Contoso Automation"
    number = str(change["id"])
    assert crew.name in run(zetel, "changes", "show", number).stdout
    assert workshop.licenses(crew.ids[0]) == {}

    planned = run(zetel, "undo", number, "--plan")
    assert crew.names[0] in planned.stdout
    assert workshop.licenses(crew.ids[0]) == {}
    undone = run(zetel, "undo", number)
    assert workshop.licenses(crew.ids[0]) == {EMS_SKU: [INTUNE_PLAN]}
    assert workshop.states(crew.ids[0]) == [(EMS_SKU, crew.id, "Active", "None")]
    [again] = re.findall(r"zetel undo (\d+)", undone.stderr)
    run(zetel, "undo", again)
    assert workshop.licenses(crew.ids[0]) == {}, "an undo is undone like any other change"
    run(zetel, "undo", "99999999", status=REFUSED)
    run(zetel, "changes", "show", "99999999", status=NOT_FOUND)


def test_what_is_left_undone_is_listed(zetel, workshop, crew):
    sku = workshop.buy(1)
    first, second = crew.ids
    expect(workshop.assign(first, add=[sku]), 200)
    expect(workshop.assign(first, remove=[sku]), 200)
    removal = str(newest(zetel)["id"])
    expect(workshop.assign(second, add=[sku]), 200)
    done = run(zetel, "undo", removal, status=SOME_FAILED)
    assert crew.names[0] in done.stdout
    assert "Made change" not in done.stderr, "nothing could be done, so there is nothing to take back"


def test_licenses_as_they_were(zetel, workshop):
    """Whoever had EMS without Intune an hour ago gets it back as it was."""
    found = next(
        user for user in workshop.everything("/users?$top=999&$select=id,userPrincipalName,assignedLicenses")
        if {"skuId": EMS_SKU, "disabledPlans": [INTUNE_PLAN]} in user["assignedLicenses"]
        and not user["userPrincipalName"].startswith("e2e")
    )
    user = found["userPrincipalName"]
    nothing = run(zetel, "restore-licenses", "--at", "-1h", "--user", user)
    assert "Nothing was changed" in nothing.stderr
    run(zetel, "licenses", "remove", user, "--product", "EMS")
    assert EMS_SKU not in workshop.licenses(user)
    assert "EMS" in run(zetel, "licenses", "show", user, "--at", "-1h").stdout
    run(zetel, "restore-licenses", "--at", "-1h", "--user", user, "--plan")
    assert EMS_SKU not in workshop.licenses(user)
    run(zetel, "restore-licenses", "--at", "-1h", "--user", user)
    assert workshop.licenses(user)[EMS_SKU] == [INTUNE_PLAN]
    told = rows(zetel, "history", user)
    assert [event["change"] for event in told] == sorted((event["change"] for event in told), reverse=True)
    assert any("Enterprise Mobility + Security E3" in event["what"] for event in told[:2])


def test_a_swap_and_a_migration(zetel, workshop, crew):
    run(zetel, "groups", "license", crew.name, "--add", "EMS", "--disable", "INTUNE_A")
    expect(workshop.assign(crew.ids[0], add=[EMS_SKU], off=[INTUNE_PLAN]), 200)
    run(zetel, "migrate-to-groups", "--user", crew.names[0])
    assert workshop.states(crew.ids[0]) == [(EMS_SKU, crew.id, "Active", "None")]
    run(zetel, "swap", "--from", "EMS", "--to", "EMSPREMIUM", "--group", crew.name)
    [license] = workshop.get(f"/users/{crew.ids[0]}?$select=assignedLicenses")["assignedLicenses"]
    assert license["disabledPlans"] == [INTUNE_PLAN]
    assert license["skuId"] != EMS_SKU


def test_the_journal_is_whole(zetel, crew):
    verified = run(zetel, "audit", "verify", "--data", zetel.data)
    assert re.fullmatch(r"[0-9a-f]{64}\n", verified.stdout)
    exported = run(zetel, "audit", "export", "--data", zetel.data).stdout.splitlines()
    changes = [json.loads(line) for line in exported]
    assert len(changes) == newest(zetel)["id"]
    assert changes[-1]["hash"] == verified.stdout.strip()
