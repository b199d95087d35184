"""Requests that nobody thought of, made from the description of Graph's licensing surface: none is answered with a
server error, and every answer has the shape that the description gives it.

The requests are the same in every run. Half of them are fit for the description, half break it somewhere; half name
objects that there are. What Zetel does not implement it answers with 501.
"""

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings, strategies
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from support.graph import EMS_SKU, application_token
from support.openapi import document
from support.server import Demo, demo

EXAMPLES = 5
NO_CONTENT = 204
SERVER_ERROR = 500
NOT_IMPLEMENTED = 501

schema = schemathesis.openapi.from_dict(document())
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])

the_same_in_every_run = settings(
    max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Playground:
    """A server whose objects nobody misses, with the ids of one of each kind."""

    def __init__(self, server: Demo):
        self.url, self.authority = f"{server.url}/v1.0", server.ca
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {application_token(server)}"
        user = self.first(f"/users?$filter=assignedLicenses/any(x:x/skuId eq {EMS_SKU})")
        subscription = self.first("/directory/subscriptions")
        self.known = {
            "user-id": user["id"],
            "directoryObject-id": user["id"],
            "licenseDetails-id": self.first(f"/users/{user['id']}/licenseDetails")["id"],
            "group-id": self.first("/groups")["id"],
            "subscribedSku-id": self.first("/subscribedSkus")["id"],
            "organization-id": server.tenant,
            "companySubscription-id": subscription["id"],
            "commerceSubscriptionId": subscription["commerceSubscriptionId"],
            "device-id": self.first("/devices")["id"],
            "managedDevice-id": self.first("/deviceManagement/managedDevices")["id"],
        }

    def first(self, path: str) -> dict:
        answer = self.session.get(f"{self.url}{path}", verify=self.authority)
        assert answer.status_code == 200, answer.text
        return answer.json()["value"][0]

    def ask(self, case: schemathesis.Case, is_known: bool) -> None:
        """Sends a request and looks at the answer."""
        for name in case.path_parameters or {}:
            if is_known and name in self.known:
                case.path_parameters[name] = self.known[name]
        answer = case.call(base_url=self.url, session=self.session, verify=self.authority)
        assert answer.status_code < SERVER_ERROR or answer.status_code == NOT_IMPLEMENTED, answer.text
        # The description has a body for every change; Graph, and Zetel, answer many with nothing.
        if answer.status_code == NO_CONTENT and case.method != "GET":
            assert not answer.content
        else:
            case.validate_response(answer, checks=[response_schema_conformance, content_type_conformance])


@pytest.fixture(scope="module")
def playground(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("playground")) as server:
        yield Playground(server)


@schema.include(method="GET").parametrize()
@schema.given(is_known=strategies.booleans())
@the_same_in_every_run
def test_reads(playground, case, is_known):
    playground.ask(case, is_known)


@schema.exclude(method="GET").parametrize()
@schema.given(is_known=strategies.booleans())
@the_same_in_every_run
def test_writes(playground, case, is_known):
    playground.ask(case, is_known)
