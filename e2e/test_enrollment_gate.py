"""nginx with the example's configuration asks Zetel before a device reaches the MDM server."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import pytest

from support.gateway import Device, Gateway, gateway
from support.graph import EMS_SKU, INTUNE_PLAN, application_token, expect, expect_error, license_change
from support.plans import plan
from support.server import POLL_SECONDS

LIMIT = 15
RELOAD_SECONDS = 20


@pytest.fixture(scope="module")
def gate(sqlite_workshop, tmp_path_factory):
    token = application_token(sqlite_workshop)
    with gateway(tmp_path_factory.mktemp("gateway"), sqlite_workshop, token) as running:
        yield running


@pytest.fixture
def user(workshop) -> dict:
    """A user with EMS."""
    created = workshop.create_user()
    expect(workshop.assign(created["id"], add=[EMS_SKU]), 200)
    return created


def managed(graph, device: Device) -> dict:
    return graph.get(f"/deviceManagement/managedDevices/{device.id}")


def enrolled(gate: Gateway, user: dict, device: Device) -> None:
    answer = gate.enroll(user["userPrincipalName"], device)
    assert answer.status_code in (200, 201), answer.text


def refused(graph, gate: Gateway, user: str | None, device: Device, error_type: str, hresult: str) -> str:
    """A refusal says why, to the device and to whoever looks for it later; the trace id."""
    reached = gate.stand_in.reached
    answer = gate.enroll(user, device)
    assert answer.status_code == 403, answer.text
    assert (answer.headers["zetel-error-type"], answer.headers["zetel-hresult"]) == (error_type, hresult)
    assert answer.headers["zetel-reason"] == answer.text.strip() != ""
    assert gate.stand_in.reached == reached, "nothing came to the MDM server"
    trace = answer.headers["zetel-trace-id"]
    [event] = [one for one in events(graph) if one["correlationId"] == trace]
    assert event["failureReason"]
    return trace


def events(graph) -> list[dict]:
    return list(graph.everything("/deviceManagement/troubleshootingEvents"))


def gate_request(graph, method: str, path: str, **options) -> httpx.Response:
    return graph.client.request(method, f"{graph.demo.url}/enrollment/v1{path}", **options)


# -- through nginx ---------------------------------------------------------------------------------


def test_a_licensed_user_enrolls(workshop, gate, user):
    device = Device()
    enrolled(gate, user, device)
    found = managed(workshop, device)
    assert (found["userId"], found["serialNumber"], found["operatingSystem"]) == (user["id"], device.serial, "iOS")
    assert found["complianceState"] == "compliant"
    enrolled(gate, user, device)
    mine = workshop.get(f"/users/{user['id']}/managedDevices")["value"]
    assert [one["id"] for one in mine] == [device.id], "once more is no second device"


def test_the_sixteenth_device_is_refused(workshop, gate, user):
    devices = [Device(platform="Android") for _ in range(LIMIT)]
    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(lambda device: enrolled(gate, user, device), devices))
    refused(workshop, gate, user["userPrincipalName"], Device(), "DeviceCapReached", "0x80180013")
    enrolled(gate, user, devices[0])
    expect(workshop.request("DELETE", f"/deviceManagement/managedDevices/{devices[1].id}"), 204)
    enrolled(gate, user, Device())


def test_a_license_that_goes_and_comes_back(workshop, gate, user):
    device = Device()
    enrolled(gate, user, device)
    before = managed(workshop, device)
    path, removal = f"/users/{user['id']}/assignLicense", license_change(remove=[EMS_SKU])

    planned = plan(workshop, "POST", path, json=removal)
    [lost] = planned["devices"]
    assert planned["deviceCount"] == {"lose": 1, "regain": 0}
    assert (lost["id"], lost["serialNumber"], lost["effect"]) == (device.id, device.serial, "losesCompliance")
    assert lost["at"] < lost["restorableUntil"] < lost["recordRemoved"]
    assert managed(workshop, device) == before, "a plan changes nothing"

    expect(workshop.request("POST", path, json=removal), 200)
    assert managed(workshop, device)["complianceState"] == "noncompliant"
    refused(workshop, gate, user["userPrincipalName"], Device(), "UserLicense", "0x80180018")

    again = license_change(add=[EMS_SKU])
    [back] = plan(workshop, "POST", path, json=again)["devices"]
    assert (back["id"], back["effect"]) == (device.id, "regainsCompliance")
    expect(workshop.request("POST", path, json=again), 200)
    assert managed(workshop, device) == before, "compliant as it was, and not enrolled again"
    enrolled(gate, user, Device())


def test_a_plan_that_is_off_is_no_license(workshop, gate):
    user = workshop.create_user()
    expect(workshop.assign(user["id"], add=[EMS_SKU], off=[INTUNE_PLAN]), 200)
    refused(workshop, gate, user["id"], Device(), "UserLicense", "0x80180018")


def test_who_enrolls_is_what_the_sign_in_said_and_nothing_else(workshop, gate, user):
    name = user["userPrincipalName"]
    refused(workshop, gate, None, Device(), "InvalidEnrollmentData", "0x80180019")
    refused(workshop, gate, f"nobody@{workshop.demo.domain}", Device(), "Authorization", "0x80180003")
    # Neither the header nor the device's own query can smuggle anything into the question.
    refused(workshop, gate, f"nobody&user={name}", Device(), "Authorization", "0x80180003")
    smuggler = gate.client.post(f"{gate.url}/enroll?user={name}&platform=iOS&deviceId={uuid.uuid4()}")
    assert smuggler.status_code == 403
    assert smuggler.headers["zetel-error-type"] == "InvalidEnrollmentData"
    for path in ("/ENROLL", "//enroll", "/x/../enroll", "/%65nroll/device"):
        assert gate.client.post(gate.url + path).status_code == 403, path


def test_nobody_enrolls_while_zetel_cannot_be_asked(gate, user):
    name = user["userPrincipalName"]
    gate.take_token()
    closed = until(503, lambda: gate.enroll(name, Device()))
    assert closed.headers["retry-after"] == "60"
    gate.refresh_token()
    until(201, lambda: gate.enroll(name, Device()))
    assert gate.client.get(f"{gate.url}/enroll?platform=nonsense").status_code == 503


def until(status: int, ask) -> httpx.Response:
    """Asks until nginx has read its configuration again."""
    deadline = time.monotonic() + RELOAD_SECONDS
    while (answer := ask()).status_code != status:
        assert time.monotonic() < deadline, answer.text
        time.sleep(POLL_SECONDS)
    return answer


# -- signed decisions ------------------------------------------------------------------------------


def test_a_signed_decision_is_verified_offline(workshop, user):
    device = Device(platform="Windows")
    question = {"user": user["userPrincipalName"], "deviceId": device.id, "serial": device.serial,
                "platform": device.platform, "enrollmentType": device.enrollment_type, "sign": True}
    answer = expect(gate_request(workshop, "POST", "/checks", json=question), 200)
    assert (answer["verdict"], answer["coveredBy"], answer["reasons"]) == ("allow", "userLicense", [])
    decision = answer["decision"]
    claims = verified(workshop, decision)
    assert claims["verdict"] == "allow"
    assert (claims["tid"], claims["sub"], claims["jti"]) == (workshop.demo.tenant, user["id"], answer["traceId"])
    assert (claims["deviceId"], claims["serial"], claims["platform"]) == (device.id, device.serial, "Windows")
    assert claims["exp"] - claims["iat"] == 300

    with httpx.Client(verify=workshop.demo.tls, headers={"Authorization": f"Bearer {decision}"}) as thief:
        assert thief.get(f"{workshop.demo.url}/v1.0/users").status_code == 401, "a decision opens no door"
    with pytest.raises(jwt.InvalidTokenError):
        verified(workshop, application_token(workshop.demo))

    body = {name: value for name, value in question.items() if name not in ("deviceId", "sign")}
    path = f"/devices/{device.id}"
    head, payload, signature = decision.split(".")
    forged = f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    with pytest.raises(jwt.InvalidSignatureError):
        verified(workshop, forged)
    expect_error(gate_request(workshop, "PUT", path, json=body | {"decision": forged}), 400, "InvalidDecision")
    other = body | {"decision": decision, "serial": unique_serial()}
    expect_error(gate_request(workshop, "PUT", path, json=other), 400, "InvalidDecision")
    assert gate_request(workshop, "GET", path).status_code == 404, "nothing was enrolled"
    expect(gate_request(workshop, "PUT", path, json=body | {"decision": decision}), 201)


def unique_serial() -> str:
    return Device().serial


def verified(graph, token: str) -> dict:
    """What an MDM server does that holds the published keys: no request to Zetel is needed for it."""
    keys = graph.client.get(f"{graph.demo.url}/{graph.demo.tenant}/discovery/v2.0/keys").json()
    header = jwt.get_unverified_header(token)
    if header.get("typ") != "zetel-decision+jwt":
        raise jwt.InvalidTokenError("not a decision")
    [key] = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == header["kid"]]
    return jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False, "require": ["exp", "nbf", "iat"]})


def test_a_refusal_is_signed_as_well(workshop):
    user = workshop.create_user()
    question = {"user": user["id"], "platform": "macOS", "sign": True}
    answer = expect(gate_request(workshop, "POST", "/checks", json=question), 200)
    [reason] = answer["reasons"]
    assert (reason["code"], reason["hresult"]) == ("UserNotLicensed", "0x80180018")
    assert set(reason["message"]) == {"en", "nl"}
    assert user["userPrincipalName"] in reason["message"]["en"]
    claims = verified(workshop, answer["decision"])
    assert (claims["verdict"], claims["codes"]) == ("deny", ["UserNotLicensed"])
    assert [one["failureCategory"] for one in events(workshop) if one["correlationId"] == answer["traceId"]] == [
        "userValidation"
    ]
