"""Graph over plain HTTP requests, for what no SDK would send, and to prepare users and products."""

import itertools
import secrets
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from support.server import POLL_SECONDS, Demo

GRAPH_SCOPE = "https://graph.microsoft.com/.default"

# Azure CLI signs users in with this public client id and cannot be told otherwise.
AZURE_CLI_CLIENT_ID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

EMS_SKU = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e"
"""Enterprise Mobility + Security E3: the product of the printed guides."""
INTUNE_PLAN = "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"
UNOWNED_SKU = "00000000-0000-4000-8000-00000000abcd"
UNKNOWN_OBJECT = "00000000-0000-4000-8000-00000000dead"

BUY_SECONDS = 20

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

    def assign(
        self, user: str, add: list[str] = (), remove: list[str] = (), off: list[str] = (), **options
    ) -> httpx.Response:
        """`assignLicense`: products to add, all with the same disabled plans, and products to remove."""
        return self.request("POST", f"/users/{user}/assignLicense", json=license_change(add, remove, off), **options)

    def product(self, sku: str = EMS_SKU) -> dict:
        return next(product for product in self.get("/subscribedSkus")["value"] if product["skuId"] == sku)

    def licenses(self, user: str) -> dict[str, list[str]]:
        """Assigned products of a user, each with its disabled plans."""
        found = self.get(f"/users/{user}?$select=assignedLicenses")["assignedLicenses"]
        return {license["skuId"]: license["disabledPlans"] for license in found}

    def states(self, user: str) -> list[tuple[str, str | None, str, str]]:
        """All assignments of a user: product, group (None if direct), state and error."""
        found = self.get(f"/users/{user}?$select=licenseAssignmentStates")["licenseAssignmentStates"]
        return [(one["skuId"], one["assignedByGroup"], one["state"], one["error"]) for one in found]

    def everything(self, path: str, **options) -> Iterator[dict]:
        """All items of a list, over all of its pages."""
        link: str | None = path
        while link:
            page = self.get(link, **options)
            yield from page["value"]
            link = page.get("@odata.nextLink")

    def reference(self, object_id: str) -> str:
        """How `@odata.id` and `@odata.bind` name an object."""
        return f"{self.demo.url}/v1.0/directoryObjects/{object_id}"

    def create_group(self, members: list[str] = (), rule: str | None = None, **more) -> dict:
        """A new security group, dynamic if it has a rule, as Graph answers the creation."""
        name = unique("group")
        body = {
            "displayName": f"E2E {name}", "mailNickname": name, "mailEnabled": False, "securityEnabled": True, **more,
        }
        if members:
            body["members@odata.bind"] = [self.reference(member) for member in members]
        if rule is not None:
            body |= {"groupTypes": ["DynamicMembership"], "membershipRule": rule, "membershipRuleProcessingState": "On"}
        return expect(self.request("POST", "/groups", json=body), 201)

    def license_group(
        self, group: str, add: list[str] = (), remove: list[str] = (), off: list[str] = (), **options
    ) -> httpx.Response:
        """`assignLicense` of a group."""
        return self.request("POST", f"/groups/{group}/assignLicense", json=license_change(add, remove, off), **options)

    def join(self, group: str, member: str) -> None:
        reference = {"@odata.id": self.reference(member)}
        expect(self.request("POST", f"/groups/{group}/members/$ref", json=reference), 204)

    def leave(self, group: str, member: str) -> None:
        expect(self.request("DELETE", f"/groups/{group}/members/{member}/$ref"), 204)

    def buy(self, seats: int, product: str | None = None) -> str:
        """Notes a purchase as the server's operator would, on its machine; the product's id.

        `product` is a part number of the catalog, or an id. Without it, it is a product that no test has, and that
        has no service plans.
        """
        product = product or str(uuid.uuid4())
        name = ["--part-number", own_part_number(product)] if is_guid(product) else []
        bought = self.demo.command(
            "subscription", "add", product, *name, "--quantity", str(seats), "--channel", "card",
            "--data", self.demo.data,
        )
        assert bought.returncode == 0, bought.stderr
        subscription = bought.stdout.strip()
        # The server is another process: it reads the purchase a moment later.
        deadline = time.monotonic() + BUY_SECONDS
        while time.monotonic() < deadline:
            for owned in self.get("/subscribedSkus")["value"]:
                if subscription in owned["subscriptionIds"]:
                    return owned["skuId"]
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"the server did not read the purchase {subscription}")


def license_change(add: list[str] = (), remove: list[str] = (), off: list[str] = ()) -> dict:
    """The body of `assignLicense`: every added product has the same disabled plans."""
    return {
        "addLicenses": [{"skuId": sku, "disabledPlans": list(off)} for sku in add],
        "removeLicenses": list(remove),
    }


def is_guid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def own_part_number(sku: str) -> str:
    """The part number under which the tests buy a product that the catalog does not have."""
    return f"E2E_{sku[:8].upper()}"


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
