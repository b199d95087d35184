"""The token service as msal and other clients use it: every grant, every way to authenticate a client."""

import base64
import hashlib
import secrets
from urllib.parse import urlsplit

import httpx
import jwt
import msal
import pytest
from cryptography.hazmat.primitives import hashes

from support.assertion import (
    ASSERTION_TYPE, certificate, certificate_pem, private_key_pem, sha1_style, sha256_style,
)
from support.browser import Browser
from support.graph import AZURE_CLI_CLIENT_ID, GRAPH_SCOPE, UNKNOWN_OBJECT, token_request
from support.server import Demo

ARM_SCOPE = "https://management.core.windows.net//.default"
DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USER_SCOPES = f"{GRAPH_SCOPE} openid profile offline_access"


@pytest.fixture
def https(zetel):
    with httpx.Client(verify=zetel.tls) as client:
        yield client


def application(demo: Demo, credential) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        demo.client_id, client_credential=credential, authority=f"{demo.authority}/{demo.tenant}",
        instance_discovery=False, verify=demo.ca,
    )


def public_application(demo: Demo) -> msal.PublicClientApplication:
    return msal.PublicClientApplication(
        AZURE_CLI_CLIENT_ID, authority=f"{demo.authority}/{demo.tenant}", instance_discovery=False, verify=demo.ca
    )


def verified_claims(demo: Demo, token: str) -> dict:
    """The claims of a token, once its RS256 signature was verified with the keys that the server publishes."""
    with httpx.Client(verify=demo.tls) as client:
        document = client.get(f"{demo.authority}/{demo.tenant}/v2.0/.well-known/openid-configuration").json()
        keys = jwt.PyJWKSet.from_dict(client.get(document["jwks_uri"]).json())
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256"
    return jwt.decode(token, keys[header["kid"]], algorithms=["RS256"], options={"verify_aud": False})


def granted(response: httpx.Response) -> dict:
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["token_type"] == "Bearer"
    assert int(answer["expires_in"]) > 0
    return answer


def expect_refusal(response: httpx.Response, status: int, error: str, number: int) -> None:
    """An error as Microsoft Entra ID words it: OAuth code, AADSTS number, ids to ask about."""
    assert response.status_code == status, response.text
    answer = response.json()
    assert answer["error"] == error, answer
    assert answer["error_codes"] == [number], answer
    assert answer["error_description"].startswith(f"AADSTS{number}: "), answer
    assert {"timestamp", "trace_id", "correlation_id", "error_uri"} <= answer.keys()


def graph_status(demo: Demo, token: str, path: str = "/me") -> int:
    with httpx.Client(verify=demo.tls) as client:
        return client.get(f"{demo.url}/v1.0{path}", headers={"Authorization": f"Bearer {token}"}).status_code


# -- discovery -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tenant", ["{tenant}", "organizations", "common"])
def test_discovery_names_the_host_that_the_client_used(zetel, https, tenant):
    path = f"/{tenant.format(tenant=zetel.tenant)}/v2.0/.well-known/openid-configuration"
    document = https.get(zetel.authority + path).json()
    for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"):
        assert urlsplit(document[name])[:2] == urlsplit(zetel.authority)[:2], name

    port = urlsplit(zetel.authority).port
    other = https.get(f"https://localhost:{port}{path}").json()
    assert urlsplit(other["token_endpoint"]).netloc == f"localhost:{port}"


def test_adfs_addresses_work_without_instance_discovery(zetel, https):
    document = https.get(f"{zetel.authority}/adfs/.well-known/openid-configuration").json()
    answer = granted(
        https.post(
            document["token_endpoint"],
            data={
                "grant_type": "client_credentials", "scope": GRAPH_SCOPE,
                "client_id": zetel.client_id, "client_secret": zetel.client_secret,
            },
        )
    )
    assert graph_status(zetel, answer["access_token"], "/users?$top=1") == 200


def test_an_unknown_tenant_is_refused(zetel):
    url = zetel.token_url.replace(zetel.tenant, UNKNOWN_OBJECT)
    answer = token_request(
        zetel, url, grant_type="client_credentials", scope=GRAPH_SCOPE,
        client_id=zetel.client_id, client_secret=zetel.client_secret,
    )
    expect_refusal(answer, 400, "invalid_request", 90002)


# -- applications ----------------------------------------------------------------------------------


def test_application_by_secret(zetel):
    client = application(zetel, zetel.client_secret)
    answer = client.acquire_token_for_client([GRAPH_SCOPE])
    claims = verified_claims(zetel, answer["access_token"])
    assert claims["tid"] == zetel.tenant
    assert claims["appid"] == zetel.client_id
    assert claims["idtyp"] == "app"
    assert claims["ver"]
    assert "User.ReadWrite.All" in claims["roles"] or "Directory.ReadWrite.All" in claims["roles"]
    assert claims["oid"]
    assert client.acquire_token_for_client([GRAPH_SCOPE])["token_source"] == "cache"


def test_application_by_secret_in_the_header_without_client_id_in_the_body(zetel):
    answer = granted(
        token_request(
            zetel, auth=(zetel.client_id, zetel.client_secret), grant_type="client_credentials", scope=GRAPH_SCOPE
        )
    )
    assert verified_claims(zetel, answer["access_token"])["appid"] == zetel.client_id


def test_msal_signs_its_assertion_with_the_certificate(zetel):
    credential = {
        "private_key": private_key_pem(zetel),
        "public_certificate": certificate_pem(zetel),
    }
    answer = application(zetel, credential).acquire_token_for_client([GRAPH_SCOPE])
    assert verified_claims(zetel, answer["access_token"])["appid"] == zetel.client_id


def test_msal_signs_its_assertion_with_the_thumbprint(zetel):
    credential = {
        "private_key": private_key_pem(zetel),
        "thumbprint": certificate(zetel).fingerprint(hashes.SHA1()).hex(),
    }
    answer = application(zetel, credential).acquire_token_for_client([GRAPH_SCOPE])
    assert verified_claims(zetel, answer["access_token"])["appid"] == zetel.client_id


@pytest.mark.parametrize("style", [sha1_style, sha256_style])
def test_both_styles_of_assertion(zetel, style):
    answer = granted(
        token_request(
            zetel, grant_type="client_credentials", scope=GRAPH_SCOPE, client_id=zetel.client_id,
            client_assertion_type=ASSERTION_TYPE, client_assertion=style(zetel),
        )
    )
    assert verified_claims(zetel, answer["access_token"])["appid"] == zetel.client_id


def test_an_assertion_with_a_broken_signature_is_refused(zetel):
    header, claims, signature = sha1_style(zetel).split(".")
    broken = signature[:10].swapcase() + signature[10:]
    answer = token_request(
        zetel, grant_type="client_credentials", scope=GRAPH_SCOPE, client_id=zetel.client_id,
        client_assertion_type=ASSERTION_TYPE, client_assertion=f"{header}.{claims}.{broken}",
    )
    expect_refusal(answer, 401, "invalid_client", 700027)


@pytest.mark.parametrize("scope", [
    "https://graph.microsoft.com/.default", "https://graph.microsoft.com//.default", "{url}/.default",
    "{url}//.default", "https://127.0.0.1/.default", "00000003-0000-0000-c000-000000000000/.default",
])
def test_every_spelling_of_the_graph_scope_gives_a_token_for_graph(zetel, scope):
    answer = granted(
        token_request(
            zetel, grant_type="client_credentials", scope=scope.format(url=zetel.url),
            client_id=zetel.client_id, client_secret=zetel.client_secret,
        )
    )
    assert graph_status(zetel, answer["access_token"], "/subscribedSkus") == 200


def test_unknown_fields_of_a_token_request_are_ignored(zetel):
    granted(
        token_request(
            zetel, grant_type="client_credentials", scope=GRAPH_SCOPE,
            client_id=zetel.client_id, client_secret=zetel.client_secret, client_info="1",
            claims='{"access_token":{"xms_cc":{"values":["CP1"]}}}', **{"x-client-SKU": "MSAL.Python"},
        )
    )


def test_a_wrong_secret_is_refused(zetel):
    answer = token_request(
        zetel, grant_type="client_credentials", scope=GRAPH_SCOPE, client_id=zetel.client_id, client_secret="wrong"
    )
    expect_refusal(answer, 401, "invalid_client", 7000215)
    assert "wrong" not in answer.text


def test_an_unknown_application_is_refused(zetel):
    answer = token_request(
        zetel, grant_type="client_credentials", scope=GRAPH_SCOPE,
        client_id=UNKNOWN_OBJECT, client_secret=zetel.client_secret,
    )
    expect_refusal(answer, 400, "unauthorized_client", 700016)


def test_an_unknown_grant_is_refused(zetel):
    answer = token_request(
        zetel, grant_type="telepathy", client_id=zetel.client_id, client_secret=zetel.client_secret
    )
    expect_refusal(answer, 400, "unsupported_grant_type", 70003)


def test_a_request_without_grant_type_is_refused(zetel):
    expect_refusal(token_request(zetel, client_id=zetel.client_id), 400, "invalid_request", 900144)


# -- users -----------------------------------------------------------------------------------------


def by_password(demo: Demo, **more: str) -> httpx.Response:
    """The password grant as msal sends it. Not through msal, which would look for the realm on port 443."""
    fields = {
        "grant_type": "password", "scope": USER_SCOPES, "client_id": AZURE_CLI_CLIENT_ID,
        "username": demo.admin, "password": demo.admin_password,
    }
    return token_request(demo, **(fields | more))


def test_user_by_password(zetel):
    answer = granted(by_password(zetel))
    claims = verified_claims(zetel, answer["access_token"])
    assert claims["tid"] == zetel.tenant
    assert claims["upn"] == zetel.admin
    assert claims["appid"] == AZURE_CLI_CLIENT_ID
    assert claims["scp"]
    identity = verified_claims(zetel, answer["id_token"])
    assert identity["aud"] == AZURE_CLI_CLIENT_ID
    assert identity["preferred_username"] == zetel.admin
    assert identity["oid"] == claims["oid"]
    assert graph_status(zetel, answer["access_token"]) == 200


def test_the_user_realm_is_managed(zetel, https):
    answer = https.get(f"{zetel.authority}/common/userrealm/{zetel.admin}?api-version=1.0")
    assert answer.status_code == 200, answer.text
    assert answer.json().get("account_type") != "Federated"


def test_a_wrong_password_is_refused(zetel):
    answer = by_password(zetel, username=f"nobody@{zetel.domain}", password="wrong-password")
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"
    assert answer.json()["error_codes"][0] in (50034, 50126)
    assert "wrong-password" not in answer.text


def test_a_refresh_token_is_redeemed_for_another_resource(zetel):
    organizations = zetel.token_url.replace(zetel.tenant, "organizations")
    first = granted(
        token_request(
            zetel, organizations, grant_type="password", scope=f"{ARM_SCOPE} openid profile offline_access",
            client_id=AZURE_CLI_CLIENT_ID, username=zetel.admin, password=zetel.admin_password,
        )
    )
    assert graph_status(zetel, first["access_token"]) == 401, "a token for another resource does not open Graph"
    second = granted(
        token_request(
            zetel, grant_type="refresh_token", refresh_token=first["refresh_token"], scope=USER_SCOPES,
            client_id=AZURE_CLI_CLIENT_ID,
        )
    )
    assert graph_status(zetel, second["access_token"]) == 200


def test_a_forged_refresh_token_is_refused(zetel):
    answer = token_request(
        zetel, grant_type="refresh_token", refresh_token="forged", scope=USER_SCOPES, client_id=AZURE_CLI_CLIENT_ID
    )
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def test_device_code_approved_on_the_machine_of_the_server(zetel):
    client = public_application(zetel)
    flow = client.initiate_device_flow([GRAPH_SCOPE])
    assert flow["user_code"] in flow["message"]

    pending = token_request(
        zetel, grant_type="device_code", device_code=flow["device_code"], client_id=AZURE_CLI_CLIENT_ID
    )
    expect_refusal(pending, 400, "authorization_pending", 70016)

    approved = zetel.command("token", "approve", flow["user_code"], "--as", zetel.admin, "--data", zetel.data)
    assert approved.returncode == 0, approved.stderr
    answer = client.acquire_token_by_device_flow(flow)
    assert verified_claims(zetel, answer["access_token"])["upn"] == zetel.admin
    [account] = client.get_accounts()
    assert account["username"] == zetel.admin
    assert client.acquire_token_silent([ARM_SCOPE], account)["access_token"]


def test_device_code_approved_in_the_browser(zetel):
    client = public_application(zetel)
    flow = client.initiate_device_flow([GRAPH_SCOPE])
    with Browser(zetel) as browser:
        browser.open(flow["verification_uri"])
        for _ in range(3):
            if "<form" not in browser.page:
                break
            text = flow["user_code"] if 'type="password"' not in browser.page else zetel.admin
            browser.submit(text=text, email=zetel.admin, password=zetel.admin_password)
        assert browser.status == 200, browser.page
    answer = client.acquire_token_by_device_flow(flow)
    assert verified_claims(zetel, answer["access_token"])["upn"] == zetel.admin


def test_an_unknown_device_code_is_refused(zetel):
    answer = token_request(
        zetel, grant_type=DEVICE_CODE_GRANT, device_code="unknown", code="unknown", client_id=AZURE_CLI_CLIENT_ID
    )
    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_grant", "bad_verification_code", "expired_token")


# -- authorization code ----------------------------------------------------------------------------


def code_from_sign_in(demo: Demo, password: str | None = None, redirect: str = "http://localhost:8400") -> tuple:
    """Signs in on the page: the redirect's query, and the PKCE verifier that redeems its code."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    with Browser(demo) as browser:
        browser.open(
            f"{demo.authority}/{demo.tenant}/oauth2/v2.0/authorize",
            client_id=AZURE_CLI_CLIENT_ID, response_type="code", redirect_uri=redirect, scope=USER_SCOPES,
            state="state of the client", nonce="nonce of the client", code_challenge_method="S256",
            code_challenge=base64.urlsafe_b64encode(digest).decode().rstrip("="),
        )
        if 'type="password"' in browser.page:
            browser.submit(text=demo.admin, email=demo.admin, password=password or demo.admin_password)
        return browser, verifier


def redeem(demo: Demo, code: str, verifier: str, redirect: str = "http://localhost:8400") -> httpx.Response:
    return token_request(
        demo, grant_type="authorization_code", code=code, redirect_uri=redirect, code_verifier=verifier,
        client_id=AZURE_CLI_CLIENT_ID, scope=USER_SCOPES,
    )


def test_authorization_code_with_pkce(zetel):
    browser, verifier = code_from_sign_in(zetel)
    assert browser.left_to["state"] == "state of the client"
    answer = granted(redeem(zetel, browser.left_to["code"], verifier))
    assert verified_claims(zetel, answer["id_token"])["nonce"] == "nonce of the client"
    assert graph_status(zetel, answer["access_token"]) == 200


def test_a_code_works_once(zetel):
    browser, verifier = code_from_sign_in(zetel)
    granted(redeem(zetel, browser.left_to["code"], verifier))
    expect_refusal(redeem(zetel, browser.left_to["code"], verifier), 400, "invalid_grant", 54005)


def test_a_code_needs_its_verifier(zetel):
    browser, _ = code_from_sign_in(zetel)
    answer = redeem(zetel, browser.left_to["code"], secrets.token_urlsafe(48))
    expect_refusal(answer, 400, "invalid_grant", 501481)


def test_a_code_needs_its_redirect_address(zetel):
    browser, verifier = code_from_sign_in(zetel)
    answer = redeem(zetel, browser.left_to["code"], verifier, redirect="http://localhost:9999/other")
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def test_the_page_says_that_the_password_is_wrong_and_asks_again(zetel):
    browser, _ = code_from_sign_in(zetel, password="not the password")
    assert not browser.left_to
    assert 'type="password"' in browser.page
    assert "not the password" not in browser.page


def test_a_foreign_redirect_address_gets_no_redirect(zetel):
    browser, _ = code_from_sign_in(zetel, redirect="https://attacker.example/callback")
    assert not browser.left_to
    assert browser.status == 400
    assert "AADSTS50011" in browser.page
