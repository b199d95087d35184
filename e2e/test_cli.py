"""The client verbs of `zetel`, against the demonstration server."""

import csv

import pytest

from support.cli import NO_CONNECTION, NOT_AUTHORIZED, NOT_FOUND, REFUSED, SOME_FAILED, USAGE, rows, run
from support.graph import EMS_SKU, INTUNE_PLAN, UNKNOWN_OBJECT, password, unique


# -- products --------------------------------------------------------------------------------------


def test_list_of_products(zetel, graph):
    products = graph.get("/subscribedSkus")["value"]
    listed = rows(zetel, "licenses", "list")
    assert len(listed) == len(products)
    assert {"EMS"} <= {str(value) for row in listed for value in row.values()}


@pytest.mark.parametrize("form", ["table", "csv"])
def test_list_of_products_in_other_forms(zetel, form):
    lines = run(zetel, "licenses", "list", "--output", form).stdout.splitlines()
    assert len(lines) == 13
    assert any("EMS" in line for line in lines[1:])


def test_assign_show_and_remove(zetel, graph):
    user = graph.create_user()
    upn = user["userPrincipalName"]
    run(zetel, "licenses", "assign", upn, "--product", "EMS", "--disable", "INTUNE_A")
    assert graph.licenses(user["id"]) == {EMS_SKU: [INTUNE_PLAN]}

    shown = run(zetel, "licenses", "show", upn).stdout
    assert "EMS" in shown and "INTUNE_A" in shown

    run(zetel, "licenses", "remove", user["id"], "--product", EMS_SKU)
    assert graph.licenses(user["id"]) == {}


def test_a_plan_changes_nothing(zetel, graph):
    user = graph.create_user()
    planned = run(zetel, "licenses", "assign", user["userPrincipalName"], "--product", "EMS", "--plan")
    assert "EMS" in planned.stdout
    assert graph.licenses(user["id"]) == {}


def test_a_refusal_says_why_and_what_to_do(zetel, graph):
    user = graph.create_user(usage_location=None)
    done = run(zetel, "licenses", "assign", user["userPrincipalName"], "--product", "EMS", status=REFUSED)
    assert "usage location" in done.stderr
    assert "hint:" in done.stderr
    assert graph.licenses(user["id"]) == {}


def test_exit_codes(zetel):
    run(zetel, "licenses", "show", f"nobody@{zetel.domain}", status=NOT_FOUND)
    run(zetel, "licenses", "show", UNKNOWN_OBJECT, status=NOT_FOUND)
    run(zetel, "licenses", "assign", zetel.admin, status=USAGE)
    run(zetel, "licenses", "list", "--client-id", UNKNOWN_OBJECT, status=NOT_AUTHORIZED)
    # Port 1 of the loopback interface: nobody listens there.
    run(zetel, "licenses", "list", "--url", "https://127.0.0.1:1", "--authority", "https://127.0.0.1:1",
        status=NO_CONNECTION)


# -- many at once ----------------------------------------------------------------------------------


def bulk_file(folder, lines: list[list[str]]):
    file = folder / "users.csv"
    with open(file, "w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["user", "product", "disabled plans"], *lines])
    return file


def results(file) -> list[dict]:
    with open(file.with_name(file.name + ".results.csv"), newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_a_row_that_fails_does_not_stop_the_others(zetel, graph, tmp_path):
    users = [graph.create_user() for _ in range(3)]
    nowhere = graph.create_user(usage_location=None)
    file = bulk_file(tmp_path, [
        [users[0]["userPrincipalName"], "EMS", "INTUNE_A"],
        [nowhere["userPrincipalName"], "EMS", ""],
        [users[1]["id"], EMS_SKU, ""],
        [f"nobody@{zetel.domain}", "EMS", ""],
        [users[2]["userPrincipalName"], "EMS", ""],
    ])
    done = run(zetel, "licenses", "assign", "--from", str(file), status=SOME_FAILED)
    assert "usage location" in done.stderr + done.stdout
    assert [graph.licenses(user["id"]) for user in users] == [{EMS_SKU: [INTUNE_PLAN]}, {EMS_SKU: []}, {EMS_SKU: []}]
    assert graph.licenses(nowhere["id"]) == {}
    assert len(results(file)) == 5


def test_a_bulk_run_is_resumed(zetel, graph, tmp_path):
    user, late = graph.create_user(), graph.create_user(usage_location=None)
    file = bulk_file(tmp_path, [[user["id"], "EMS", ""], [late["id"], "EMS", ""]])
    run(zetel, "licenses", "assign", "--from", str(file), status=SOME_FAILED)

    graph.request("PATCH", f"/users/{late['id']}", json={"usageLocation": "NL"})
    run(zetel, "licenses", "assign", "--from", str(file), "--resume")
    assert graph.licenses(late["id"]) == {EMS_SKU: []}


def test_a_bulk_plan_changes_nothing(zetel, graph, tmp_path):
    user = graph.create_user()
    file = bulk_file(tmp_path, [[user["id"], "EMS", ""]])
    run(zetel, "licenses", "assign", "--from", str(file), "--plan")
    assert graph.licenses(user["id"]) == {}


# -- users -----------------------------------------------------------------------------------------


def test_users_from_creation_to_restoration(zetel, graph):
    name = unique("cli")
    upn = f"{name}@{zetel.domain}"
    run(
        zetel, "users", "create", upn, "--display-name", "From the command line", "--usage-location", "NL",
        "--password-file", "-", stdin=password() + "\n",
    )
    user = graph.get(f"/users/{upn}?$select=id,displayName,usageLocation")
    assert (user["displayName"], user["usageLocation"]) == ("From the command line", "NL")

    run(zetel, "users", "update", upn, "--department", "Sales")
    assert graph.get(f"/users/{upn}?$select=department")["department"] == "Sales"
    assert "Sales" in run(zetel, "users", "show", upn).stdout

    run(zetel, "users", "delete", upn)
    assert graph.request("GET", f"/users/{upn}").status_code == 404
    run(zetel, "users", "restore", user["id"])
    assert graph.get(f"/users/{upn}")["id"] == user["id"]


def test_list_of_users(zetel, graph):
    listed = rows(zetel, "users", "list", "--limit", "150")
    assert len(listed) == 150
    everybody = rows(zetel, "users", "list")
    count = graph.get("/users?$count=true&$top=1", headers={"ConsistencyLevel": "eventual"})["@odata.count"]
    assert len(everybody) == count


def test_a_password_never_appears(zetel, graph):
    secret = password()
    upn = f"{unique('cli')}@{zetel.domain}"
    done = run(zetel, "users", "create", upn, "--display-name", "Secret", "--password-file", "-", stdin=secret)
    logs = (zetel.folder / "stderr").read_text(encoding="utf-8") + zetel.printed
    assert secret not in done.stdout + done.stderr + logs


# -- the rest --------------------------------------------------------------------------------------


def test_a_token_for_other_programs(zetel):
    token = run(zetel, "token").stdout.strip()
    assert token.count(".") == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions(zetel, shell):
    assert "licenses" in run(zetel, "completions", shell).stdout
