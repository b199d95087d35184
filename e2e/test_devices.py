"""Devices: with msgraph-sdk, by the command line, and put right after an accident."""

import json
import re
from collections import Counter

import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration

from support.cli import CONFIRMATION_REQUIRED, NOT_FOUND, REFUSED, USAGE, rows, run
from support.graph import EMS_SKU, Graph, application_token, open_client
from support.openapi import validate
from support.sdk import refused, with_sdk
from support.server import demo

TOKEN = re.compile(r"--confirm (\w+)")
LENA = "lena.lost@contoso.example"
MAX = "max.many@contoso.example"
OTTO = "otto.off@contoso.example"
RITA = "rita.retired@contoso.example"


@pytest.fixture(scope="module")
def contoso(tmp_path_factory):
    """A demonstration whose devices these tests change."""
    with demo(tmp_path_factory.mktemp("devices")) as server:
        yield server


@pytest.fixture(scope="module")
def devices(contoso):
    with open_client(contoso, application_token(contoso)) as client:
        yield Graph(contoso, client)


def states(graph) -> dict[str, str]:
    """Compliance of every listed device."""
    return {one["id"]: one["complianceState"] for one in graph.everything("/deviceManagement/managedDevices")}


# -- Graph -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [
    "/deviceManagement/managedDevices", "/users/{max}/managedDevices",
    "/deviceManagement/managedDevices?$filter=complianceState eq 'noncompliant'",
    "/deviceManagement/managedDevices?$filter=operatingSystem eq 'iOS'&$top=5&$select=id,deviceName",
    "/devices",
])
def test_answers_have_graphs_shape(devices, path):
    response = devices.request("GET", path.format(max=MAX))
    assert response.status_code == 200, response.text
    validate(response)
    assert response.json()["value"]


def test_every_page_of_devices(devices):
    listed = list(devices.everything("/deviceManagement/managedDevices?$top=50"))
    assert len(listed) == len({one["id"] for one in listed}) > 250
    assert devices.request("GET", "/deviceManagement/managedDevices/$count").text.strip("\ufeff") == str(len(listed))


def test_devices_with_the_sdk(contoso, devices):
    async def flow(client):
        management = client.device_management
        listed = (await management.managed_devices.get()).value
        assert listed[0].id and listed[0].operating_system
        rita = (await client.users.by_user_id(RITA).managed_devices.get()).value
        assert Counter(device.management_state.value for device in rita) == {
            "retirePending": 1, "retireIssued": 1, "retireFailed": 1
        }
        failed = next(device for device in rita if device.management_state.value == "retireFailed")
        this_device = management.managed_devices.by_managed_device_id(failed.id)
        await this_device.retire.post()
        assert (await this_device.get()).management_state.value == "retirePending"
        await this_device.sync_device.post()
        await this_device.delete()
        assert (await refused(this_device.get())).response_status_code == 404

        policies = (await management.device_enrollment_configurations.get()).value
        limits = {policy.display_name: policy.limit for policy in policies}
        assert limits["Two Devices"] == 2
        assert 15 in limits.values()
        assert (await management.get()).subscription_state.value == "active"
        events = await management.troubleshooting_events.get(RequestConfiguration())
        assert events.value is not None

    with_sdk(contoso, flow)


def test_the_demonstration_has_every_state(devices):
    assert set(states(devices).values()) == {
        "compliant", "noncompliant", "inGracePeriod", "conflict", "error", "configManager"
    }


# -- the command line ------------------------------------------------------------------------------


def test_forecast(contoso):
    text = run(contoso, "devices", "forecast", LENA).stdout
    assert "is not licensed" in text
    assert text.count("without enrolling again") == 3
    told = json.loads(run(contoso, "devices", "forecast", MAX, "--output", "json").stdout)
    assert told["isLicensed"] is True
    assert len(told["devices"]) >= 15
    phone = next(device for device in told["devices"] if device["depends"])
    steps = [step["step"] for step in phone["steps"]]
    assert {"enrollmentRefused", "notLicensed", "certificateExpires", "recordRemoved"} <= set(steps)
    assert [step["at"] for step in phone["steps"]] == sorted(step["at"] for step in phone["steps"])
    assert phone["restoreHow"]
    run(contoso, "devices", "forecast", "nobody@contoso.example", status=NOT_FOUND)


def test_check(contoso):
    full = run(contoso, "devices", "check", "--user", MAX, "--platform", "iOS", status=REFUSED).stdout
    assert "DeviceLimitReached (DeviceCapReached 0x80180013)" in full
    assert "Devices that count: 15 of 15" in full
    off = run(contoso, "devices", "check", "--user", OTTO, "--platform", "iOS", "--language", "nl", status=REFUSED)
    assert "UserNotLicensed" in off.stdout
    wrong = run(contoso, "devices", "check", "--user", MAX, "--platform", "Amiga", status=USAGE)
    assert "Amiga" in wrong.stderr
    till = ["devices", "check", "--platform", "Android", "--type", "androidEnterpriseDedicatedDevice"]
    assert "warning DeviceLicensesShort" in run(contoso, *till).stdout
    assert "Decision: eyJ" in run(contoso, *till, "--sign").stdout
    told = [event["correlationId"] for event in rows(contoso, "devices", "events")]
    assert len(told) >= 2


def test_status(contoso):
    status = json.loads(run(contoso, "devices", "status", "--output", "json").stdout)
    cannot = status["cannotEnroll"]
    assert status["canEnroll"] + sum(cannot.values()) == status["licensedUsers"]
    assert cannot["planOff"] > 0 and cannot["limitReached"] > 0
    assert status["deviceLicenses"] == {"bought": 25, "needed": 26}
    assert "Total licensed users" in run(contoso, "devices", "status").stdout


def test_settings_limits_and_managers(contoso):
    run(contoso, "devices", "settings", "--set", "deviceLicensePolicy=block", "--set", "cleanUpRules=Android:90,*:120")
    shown = {row["setting"]: row["value"] for row in settings(contoso)}
    assert shown["deviceLicensePolicy"] == "block"
    assert shown["cleanUpRules"] == "Android:90,*:120"
    run(contoso, "devices", "check", "--platform", "Android", "--type", "androidEnterpriseDedicatedDevice", status=REFUSED)
    run(contoso, "devices", "settings", "--set", "deviceLicensePolicy=warn", "--set", "cleanUpRules=Android:90")

    run(contoso, "devices", "limits", "create", "Crew", "--limit", "1")
    run(contoso, "devices", "limits", "assign", "Crew", "--group", "Sales")
    run(contoso, "devices", "limits", "priority", "Crew", "1")
    limits = rows(contoso, "devices", "limits")
    assert [(one["displayName"], one["priority"]) for one in limits if one["priority"]] == [
        ("Crew", 1), ("Two Devices", 2)
    ]
    run(contoso, "devices", "limits", "delete", "Crew")

    run(contoso, "devices", "managers", "add", MAX)
    assert len(rows(contoso, "devices", "managers")) == 3
    run(contoso, "devices", "managers", "remove", MAX)
    assert len(rows(contoso, "devices", "managers")) == 2


def settings(contoso) -> list[dict]:
    lines = run(contoso, "devices", "settings", "--output", "csv").stdout.splitlines()[1:]
    pairs = (line.split(",", 1) for line in lines)
    return [{"setting": name, "value": value.strip('"')} for name, value in pairs]


# -- an accident -----------------------------------------------------------------------------------


def test_licenses_taken_by_mistake_come_back_with_their_devices(tmp_path):
    """Somebody takes EMS from everybody who has it; one command puts everything as it was."""
    with demo(tmp_path, users=1_000) as contoso, open_client(contoso, application_token(contoso)) as client:
        graph = Graph(contoso, client)
        everybody = list(graph.everything("/users?$top=999&$select=id,userPrincipalName,assignedLicenses"))
        holders = [
            user["userPrincipalName"] for user in everybody
            if any(license["skuId"] == EMS_SKU for license in user["assignedLicenses"])
        ]
        before = states(graph)
        (contoso.folder / "all.csv").write_text(
            "user,product\n" + "".join(f"{name},EMS\n" for name in holders), encoding="utf-8"
        )
        command = ["licenses", "remove", "--from", str(contoso.folder / "all.csv")]
        stopped = run(contoso, *command, status=CONFIRMATION_REQUIRED)
        assert "Devices that become noncompliant" in stopped.stdout
        run(contoso, *command, "--resume", "--confirm", *TOKEN.findall(stopped.stderr))
        lost = {device for device, state in states(graph).items() if state != before[device]}
        assert len(lost) > 200
        [accident] = rows(contoso, "changes", "--limit", "1")

        undone = run(contoso, "undo", str(accident["id"]))
        assert "Everything is as it was" in undone.stderr
        assert states(graph) == before
        now = list(graph.everything("/users?$top=999&$select=id,userPrincipalName,assignedLicenses"))
        assert now == everybody
