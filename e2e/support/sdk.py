"""azure-identity and msgraph-sdk, set up as an administrator's program would."""

import asyncio
import contextlib

import httpx
import pytest
from azure.identity.aio import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http._version import VERSION as KIOTA
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.user import User
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

from support.graph import password, unique
from support.server import Demo

# As the SDK's own HTTP client calls itself; the servers' logs tell its traffic by it.
NAME = {"User-Agent": f"python-httpx/{httpx.__version__} kiota-python/{KIOTA}"}

LICENSE_PROPERTIES = ["id", "licenseAssignmentStates", "assignedLicenses", "assignedPlans"]


@contextlib.asynccontextmanager
async def sdk(demo: Demo):
    """The SDK as an administrator's program would set it up."""
    credential = ClientSecretCredential(
        demo.tenant, demo.client_id, demo.client_secret,
        authority=demo.authority, disable_instance_discovery=True, connection_verify=demo.ca,
    )
    host = httpx.URL(demo.url).host
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=[host]
    )
    async with credential, httpx.AsyncClient(verify=demo.tls, timeout=30, headers=NAME) as client:
        adapter = GraphRequestAdapter(provider, client=client)
        adapter.base_url = f"{demo.url}/v1.0"
        yield GraphServiceClient(request_adapter=adapter)


def with_sdk(demo: Demo, flow) -> None:
    """Runs `flow(client)` to its end."""

    async def run():
        async with sdk(demo) as client:
            await flow(client)

    asyncio.run(run())


async def new_user(client: GraphServiceClient, demo: Demo, usage_location: str | None = None) -> User:
    name = unique("sdk")
    return await client.users.post(
        User(
            account_enabled=True,
            display_name=f"SDK {name}",
            mail_nickname=name,
            user_principal_name=f"{name}@{demo.domain}",
            usage_location=usage_location,
            password_profile=PasswordProfile(force_change_password_next_sign_in=False, password=password()),
        )
    )


async def licensed(client: GraphServiceClient, user_id: str) -> User:
    """The user with everything that Graph says about licenses only when asked."""
    query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=LICENSE_PROPERTIES)
    return await client.users.by_user_id(user_id).get(RequestConfiguration(query_parameters=query))


async def refused(call) -> ODataError:
    with pytest.raises(ODataError) as refusal:
        await call
    return refusal.value
