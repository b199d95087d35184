"""Graph over plain HTTP requests, for what no SDK would send, and to prepare users and products."""

import itertools
import secrets
from dataclasses import dataclass

import httpx

from support.server import Demo

GRAPH_SCOPE = "https://graph.microsoft.com/.default"

# Azure CLI signs users in with this public client id and cannot be told otherwise.
AZURE_CLI_CLIENT_ID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

EMS_SKU = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e"
"""Enterprise Mobility + Security E3: the product of the printed guides."""
INTUNE_PLAN = "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"
UNOWNED_SKU = "00000000-0000-4000-8000-00000000abcd"
UNKNOWN_OBJECT = "00000000-0000-4000-8000-00000000dead"

_counter = itertools.count(1)
_run = secrets.token_hex(3)


def unique(prefix: str) -> str:
    """A name that no other test uses."""
    return f"{prefix}-{_run}-{next(_counter)}"


def token_request(demo: Demo, url: str | None = None, auth=None, **fields: str) -> httpx.Response:
    """A POST to the token endpoint, form-encoded."""
    with httpx.Client(verify=demo.tls) as client:
        return client.post(url or demo.token_url, data=fields, auth=auth)


def application_token(demo: Demo) -> str:
    """An access token of the demonstration's application."""
    answer = token_request(
        demo, grant_type="client_credentials", scope=GRAPH_SCOPE,
        client_id=demo.client_id, client_secret=demo.client_secret,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


def user_token(demo: Demo, upn: str, password: str) -> str:
    """An access token of a user, by password."""
    answer = token_request(
        demo, grant_type="password", scope=f"{GRAPH_SCOPE} openid profile offline_access",
        client_id=AZURE_CLI_CLIENT_ID, username=upn, password=password,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


def open_client(demo: Demo, token: str | None) -> httpx.Client:
    """A client that trusts the server's authority and presents this token, if any."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.Client(verify=demo.tls, headers=headers, timeout=30)


@dataclass(frozen=True)
class Graph:
    """Graph v1.0 with one caller's token. Paths start after `/v1.0`, or are absolute URLs."""

    demo: Demo
    client: httpx.Client

    def request(self, method: str, path: str, **options) -> httpx.Response:
        url = path if path.startswith("https://") else f"{self.demo.url}/v1.0{path}"
        return self.client.request(method, url, **options)

    def get(self, path: str, **options) -> dict:
        """The JSON body of a GET that must succeed."""
        return expect(self.request("GET", path, **options), 200)

    def create_user(self, usage_location: str | None = "NL", **more) -> dict:
        """A new user of the default domain, as Graph answers the creation."""
        name = unique("e2e")
        body = {
            "accountEnabled": True,
            "displayName": f"E2E {name}",
            "mailNickname": name,
            "userPrincipalName": f"{name}@{self.demo.domain}",
            "passwordProfile": {"forceChangePasswordNextSignIn": False, "password": password()},
            **more,
        }
        if usage_location is not None:
            body["usageLocation"] = usage_location
        return expect(self.request("POST", "/users", json=body), 201)

    def assign(self, user: str, add: list[str] = (), remove: list[str] = (), off: list[str] = ()) -> httpx.Response:
        """`assignLicense`: products to add, all with the same disabled plans, and products to remove."""
        body = {
            "addLicenses": [{"skuId": sku, "disabledPlans": list(off)} for sku in add],
            "removeLicenses": list(remove),
        }
        return self.request("POST", f"/users/{user}/assignLicense", json=body)

    def product(self, sku: str = EMS_SKU) -> dict:
        return next(product for product in self.get("/subscribedSkus")["value"] if product["skuId"] == sku)

    def licenses(self, user: str) -> dict[str, list[str]]:
        """Assigned products of a user, each with its disabled plans."""
        found = self.get(f"/users/{user}?$select=assignedLicenses")["assignedLicenses"]
        return {license["skuId"]: license["disabledPlans"] for license in found}


def password() -> str:
    """A password that meets every complexity rule."""
    return f"Aa1!{secrets.token_urlsafe(12)}"


def expect(response: httpx.Response, status: int) -> dict:
    """The JSON body of a response with this status; {} if there is none."""
    assert response.status_code == status, f"{response.request.method} {response.request.url}: {response.text}"
    return response.json() if response.content else {}


def expect_error(response: httpx.Response, status: int, code: str, message: str | None = None) -> dict:
    """The error of a refusal in Graph's envelope, with the request ids that support would ask for."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/json"), response.headers
    error = response.json()["error"]
    assert error["code"] == code, error
    if message is not None:
        assert error["message"] == message
    assert error["message"], "an error says what happened"
    assert error["innerError"]["request-id"] == response.headers["request-id"]
    assert "date" in error["innerError"]
    return error
