"""What a client must not be able to do, and how Graph says so. Whatever is refused changes nothing."""

import base64
import json
import uuid

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from support.graph import (
    EMS_SKU, INTUNE_PLAN, UNKNOWN_OBJECT, UNOWNED_SKU, Graph, application_token, expect, expect_error, open_client,
    password, unique, user_token,
)

ASSIGN = {"addLicenses": [{"skuId": EMS_SKU, "disabledPlans": []}], "removeLicenses": []}


@pytest.fixture
def user(graph):
    """A user who may have licenses and has none."""
    return graph.create_user()


def with_token(graph: Graph, token: str | None) -> httpx.Response:
    with open_client(graph.demo, token) as client:
        return Graph(graph.demo, client).request("GET", "/users?$top=1")


# -- bodies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b'"text"', b"null", b'{"addLicenses": [}', b"\xff\xfe\x00", b'{"addLicenses": []} trailing',
    b"[" * 10_000, b'{"a":' * 10_000,
])
def test_malformed_json(graph, user, body):
    response = graph.request(
        "POST", f"/users/{user['id']}/assignLicense", content=body, headers={"Content-Type": "application/json"}
    )
    expect_error(response, 400, "Request_BadRequest" if body in (b"", b"null") else "BadRequest")
    assert graph.licenses(user["id"]) == {}


@pytest.mark.parametrize("body", [
    {"addLicenses": "EMS", "removeLicenses": []},
    {"addLicenses": [EMS_SKU], "removeLicenses": []},
    {"addLicenses": [{"skuId": 7}], "removeLicenses": []},
    {"addLicenses": [{"skuId": EMS_SKU, "disabledPlans": "INTUNE_A"}], "removeLicenses": []},
    {"addLicenses": [{"skuId": EMS_SKU, "disabledPlans": [None]}], "removeLicenses": []},
    {"addLicenses": [], "removeLicenses": [{"skuId": EMS_SKU}]},
    {"addLicenses": [], "removeLicenses": EMS_SKU},
])
def test_wrong_types(graph, user, body):
    response = graph.request("POST", f"/users/{user['id']}/assignLicense", json=body)
    assert response.status_code == 400
    assert response.json()["error"]["code"] in ("BadRequest", "Request_BadRequest")
    assert graph.licenses(user["id"]) == {}


@pytest.mark.parametrize("change", [{"accountEnabled": "yes"}, {"displayName": 7}, {"businessPhones": "112"}])
def test_wrong_types_in_a_user(graph, user, change):
    response = graph.request("PATCH", f"/users/{user['id']}", json=change)
    assert response.status_code == 400
    assert response.json()["error"]["message"]
    [name] = change
    assert graph.get(f"/users/{user['id']}?$select={name}")[name] != change[name]


@pytest.mark.parametrize("missing", ["addLicenses", "removeLicenses"])
def test_a_missing_parameter_is_named(graph, user, missing):
    body = {name: value for name, value in ASSIGN.items() if name != missing}
    expect_error(
        graph.request("POST", f"/users/{user['id']}/assignLicense", json=body), 400, "Request_BadRequest",
        "One or more parameters of the operation 'assignLicense' are missing from the request payload. "
        f"The missing parameters are: {missing}.",
    )


def test_an_unknown_property_is_refused(graph, user):
    response = graph.request("PATCH", f"/users/{user['id']}", json={"favoriteColor": "blue", "department": "Sales"})
    error = expect_error(response, 400, "Request_BadRequest")
    assert "favoriteColor" in error["message"]
    assert graph.get(f"/users/{user['id']}?$select=department")["department"] is None


def test_a_body_over_the_limit(graph, user):
    response = graph.request("PATCH", f"/users/{user['id']}", json={"department": "x" * (16 * 1024 * 1024)})
    assert response.status_code == 413
    assert response.json()["error"]["code"]
    assert graph.get(f"/users/{user['id']}")["id"] == user["id"]


@pytest.mark.parametrize(("path", "headers", "status"), [
    ("/users/" + "x" * 4_200, {}, 400), ("/users/" + "x/" * 20, {}, 400), ("/users?$filter=" + "x" * 17_000, {}, 400),
    ("/users", {"x-long": "y" * 1_000_000}, 431), ("/users", {f"x-{number}": "y" for number in range(200)}, 431),
])
def test_an_address_or_head_over_the_limit(graph, path, headers, status):
    response = graph.request("GET", path, headers=headers)
    assert response.status_code == status
    assert graph.get("/users?$top=1")["value"], "the server goes on"


def test_the_type_of_a_body_may_be_stated_and_names_may_be_in_any_case(graph, user):
    body = {"@odata.type": "#microsoft.graph.user", "DisplayName": "In any case", "surName": "Case"}
    expect(graph.request("PATCH", f"/users/{user['id']}", json=body), 204)
    found = graph.get(f"/users/{user['id']}")
    assert (found["displayName"], found["surname"]) == ("In any case", "Case")


# -- identifiers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", [EMS_SKU.upper(), EMS_SKU.title()])
def test_a_guid_in_any_letter_case(graph, user, spelling):
    expect(graph.assign(user["id"].upper(), add=[spelling], off=[INTUNE_PLAN.upper()]), 200)
    assert graph.licenses(user["id"]) == {EMS_SKU: [INTUNE_PLAN]}


@pytest.mark.parametrize("spelling", ["EMS", "", EMS_SKU[:-1], EMS_SKU + "0", "not-a-guid", EMS_SKU.replace("e", "g")])
def test_what_is_no_guid(graph, user, spelling):
    response = graph.assign(user["id"], add=[spelling])
    error = expect_error(response, 400, "Request_BadRequest")
    assert error["message"].startswith("Cannot convert a primitive value to the expected type 'Edm.Guid'.")


@pytest.mark.parametrize("lists", [{"add": [UNOWNED_SKU]}, {"remove": [UNOWNED_SKU]}])
def test_a_product_that_the_tenant_does_not_own(graph, user, lists):
    expect_error(
        graph.assign(user["id"], **lists), 400, "Request_BadRequest",
        f"License {UNOWNED_SKU} does not correspond to a valid company License.",
    )


def test_a_plan_of_another_product(graph, user):
    expect_error(graph.assign(user["id"], add=[EMS_SKU], off=[UNKNOWN_OBJECT]), 400, "Request_BadRequest")
    assert graph.licenses(user["id"]) == {}


def test_nothing_to_change(graph, user):
    expect_error(graph.assign(user["id"]), 400, "Request_BadRequest", "No license changes provided")


def test_one_bad_product_refuses_the_whole_request(graph, user):
    taken = graph.product()["consumedUnits"]
    expect_error(graph.assign(user["id"], add=[EMS_SKU, UNOWNED_SKU]), 400, "Request_BadRequest")
    assert graph.licenses(user["id"]) == {}
    assert graph.product()["consumedUnits"] == taken


def test_an_unknown_user(graph):
    expect_error(
        graph.assign(UNKNOWN_OBJECT, add=[EMS_SKU]), 404, "Request_ResourceNotFound",
        f"Resource '{UNKNOWN_OBJECT}' does not exist or one of its queried reference-property objects are not present.",
    )


# -- users -----------------------------------------------------------------------------------------


def new_user(graph: Graph, **changed) -> dict:
    name = unique("bad")
    body = {
        "accountEnabled": True, "displayName": name, "mailNickname": name,
        "userPrincipalName": f"{name}@{graph.demo.domain}", "passwordProfile": {"password": password()},
    } | changed
    return {key: value for key, value in body.items() if value is not ...}


@pytest.mark.parametrize("missing", [
    "accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile",
])
def test_a_new_user_needs_its_properties(graph, missing):
    response = graph.request("POST", "/users", json=new_user(graph, **{missing: ...}))
    assert missing in expect_error(response, 400, "Request_BadRequest")["message"]


@pytest.mark.parametrize("name", ["a@elsewhere.example", "nodomain", "two@at@{domain}", "@{domain}", "spa ce@{domain}"])
def test_a_name_that_the_tenant_cannot_have(graph, name):
    upn = name.format(domain=graph.demo.domain)
    expect_error(graph.request("POST", "/users", json=new_user(graph, userPrincipalName=upn)), 400, "Request_BadRequest")


def test_a_name_that_is_taken(graph, user):
    upn = user["userPrincipalName"].upper()
    response = graph.request("POST", "/users", json=new_user(graph, userPrincipalName=upn))
    assert "userPrincipalName" in expect_error(response, 400, "Request_BadRequest")["message"]


@pytest.mark.parametrize("location", ["Netherlands", "NLD", "??", 31])
def test_a_location_that_is_no_country(graph, user, location):
    response = graph.request("PATCH", f"/users/{user['id']}", json={"usageLocation": location})
    assert response.status_code == 400
    assert graph.get(f"/users/{user['id']}?$select=usageLocation")["usageLocation"] == "NL"


# -- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["//subscribedSkus", "/SubscribedSkus", "/subscribedskus/", "/SUBSCRIBEDSKUS"])
def test_double_slashes_and_letter_case_of_a_path(graph, path):
    assert len(graph.get(path)["value"]) == 12


def test_letter_case_and_encodings_of_a_user(graph, user):
    upn, domain = user["userPrincipalName"].split("@")
    for spelling in (
        user["id"].upper(), f"{upn}@{domain}", f"{upn}%40{domain}", f"{upn.upper()}@{domain.upper()}",
    ):
        assert graph.get(f"/Users/{spelling}")["id"] == user["id"], spelling
    assert graph.get(f"/users('{upn}@{domain}')")["id"] == user["id"]
    assert graph.get(f"/users('{upn}%40{domain}')/LicenseDetails")["value"] == []


@pytest.mark.parametrize("query", [
    "$select=id,displayName&$top=2", "%24select=id%2CdisplayName&%24top=2", "$Select=Id,DISPLAYNAME&$TOP=2",
    "$select=id,+displayName&$top=2", "select=id,displayName&top=2",
])
def test_spellings_of_a_query(graph, query):
    users = graph.get(f"/users?{query}")["value"]
    assert len(users) == 2
    assert all(set(user) == {"id", "displayName"} for user in users)


@pytest.mark.parametrize("query", [
    "$top=0", "$top=-1", "$top=ten", "$top=1000", "$top=99999999999999999999", "$select=favoriteColor",
    "$skiptoken=forged", "$unknown=1", "$count=maybe",
])
def test_a_query_that_cannot_be_answered(graph, query):
    response = graph.request("GET", f"/users?{query}")
    assert response.status_code == 400, response.text
    assert response.json()["error"]["message"]


def test_an_unknown_path_is_not_implemented_and_named(graph):
    response = graph.request("GET", "/drives/of/everybody")
    error = expect_error(response, 501, "NotImplemented")
    assert "/drives/of/everybody" in error["message"]


@pytest.mark.parametrize(("method", "path"), [
    ("DELETE", "/subscribedSkus"), ("PUT", "/users"), ("PATCH", "/organization"), ("GET", "/users/{id}/assignLicense"),
])
def test_a_method_that_the_path_does_not_have(graph, user, method, path):
    expect_error(
        graph.request(method, path.format(id=user["id"])), 405, "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    )


def test_the_request_ids_of_a_client_come_back(graph):
    identifier = str(uuid.uuid4())
    response = graph.request("GET", f"/users/{UNKNOWN_OBJECT}", headers={"client-request-id": identifier})
    error = expect_error(response, 404, "Request_ResourceNotFound")
    assert error["innerError"]["client-request-id"] == response.headers["client-request-id"] == identifier


def test_the_link_to_the_next_page_stays_on_the_host_of_the_client(graph):
    port = httpx.URL(graph.demo.url).port
    page = expect(graph.request("GET", f"https://localhost:{port}/v1.0/users?$top=1"), 200)
    assert page["@odata.nextLink"].startswith(f"https://localhost:{port}/v1.0/users?")


# -- tokens ----------------------------------------------------------------------------------------


def encoded(part: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def changed_claims(token: str, **changed) -> dict:
    return jwt.decode(token, options={"verify_signature": False}) | changed


def signed_by_a_stranger(token: str, **changed) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    header = {"kid": jwt.get_unverified_header(token)["kid"]}
    return jwt.encode(changed_claims(token, **changed), key, algorithm="RS256", headers=header)


def unsigned(token: str) -> str:
    return f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(changed_claims(token))}."


def with_other_claims(token: str, **changed) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{encoded(changed_claims(token, **changed))}.{signature}"


def signed_with_the_public_key_as_a_secret(token: str) -> str:
    header = {"kid": jwt.get_unverified_header(token)["kid"]}
    return jwt.encode(changed_claims(token), "the public key, as a shared secret", algorithm="HS256", headers=header)


@pytest.mark.parametrize("forge", [
    lambda _: None, lambda _: "-", lambda _: "opaque", lambda _: "a.b.c", lambda token: token[:-6], unsigned,
    signed_by_a_stranger, signed_with_the_public_key_as_a_secret,
    lambda token: with_other_claims(token, exp=4_000_000_000),
    lambda token: with_other_claims(token, tid=UNKNOWN_OBJECT),
    lambda token: signed_by_a_stranger(token, exp=1_000_000_000),
], ids=[
    "none", "dash", "opaque", "no JWT", "cut off", "unsigned", "stranger", "HS256", "longer life", "other tenant",
    "expired",
])
def test_a_token_that_opens_nothing(graph, forge):
    response = with_token(graph, forge(application_token(graph.demo)))
    expect_error(response, 401, "InvalidAuthenticationToken")
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_token_in_the_wrong_scheme(graph):
    with open_client(graph.demo, None) as client:
        client.auth = (graph.demo.client_id, graph.demo.client_secret)
        expect_error(Graph(graph.demo, client).request("GET", "/users"), 401, "InvalidAuthenticationToken")


def test_a_user_without_a_role_changes_nothing(graph, user):
    secret = password()
    plain = graph.create_user(passwordProfile={"forceChangePasswordNextSignIn": False, "password": secret})
    with open_client(graph.demo, user_token(graph.demo, plain["userPrincipalName"], secret)) as client:
        as_plain = Graph(graph.demo, client)
        assert as_plain.get("/me")["id"] == plain["id"]
        expect_error(
            as_plain.assign(user["id"], add=[EMS_SKU]), 403, "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
        expect_error(as_plain.request("DELETE", f"/users/{user['id']}"), 403, "Authorization_RequestDenied")
    assert graph.licenses(user["id"]) == {}
