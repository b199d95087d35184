"""A copy of users and groups kept by delta queries with msgraph-sdk, while the server is started again."""

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.groups.delta.delta_request_builder import DeltaRequestBuilder as GroupsDelta
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.user import User
from msgraph.generated.users.delta.delta_request_builder import DeltaRequestBuilder as UsersDelta

from support.graph import EMS_SKU, Graph, application_token, open_client
from support.sdk import new_user, with_sdk
from support.server import Demo, demo

SELECTED = ["displayName", "department", "licenseAssignmentStates"]


async def whole_round(builder, configuration: RequestConfiguration | None, link: str | None = None):
    """All objects of a round, and the link that begins the next one."""
    page = await (builder.with_url(link).get() if link else builder.get(configuration))
    objects = list(page.value)
    while page.odata_next_link:
        page = await builder.with_url(page.odata_next_link).get()
        objects += page.value
    return objects, page.odata_delta_link


def configuration(query, page_size: int) -> RequestConfiguration:
    asked = RequestConfiguration(query_parameters=query)
    asked.headers.add("Prefer", f"odata.maxpagesize={page_size}")
    return asked


def test_a_copy_survives_restarts(tmp_path):
    kept = {}

    async def begin(client: GraphServiceClient, server: Demo):
        query = UsersDelta.DeltaRequestBuilderGetQueryParameters(select=SELECTED)
        users, kept["users"] = await whole_round(client.users.delta, configuration(query, 50))
        with open_client(server, application_token(server)) as plain:
            listed = [user["id"] for user in Graph(server, plain).everything("/users?$select=id")]
        assert sorted(user.id for user in users) == sorted(listed)
        assert all(user.display_name and user.mail is None for user in users)
        groups, kept["groups"] = await whole_round(client.groups.delta, None)
        assert any(group.additional_data.get("members@delta") for group in groups)
        await change(client, server)

    async def change(client: GraphServiceClient, server: Demo):
        user = await new_user(client, server, usage_location="NL")
        gone = await new_user(client, server)
        await client.users.by_user_id(user.id).patch(User(department="Delta"))
        with open_client(server, application_token(server)) as plain:
            graph = Graph(server, plain)
            assert graph.assign(user.id, add=[EMS_SKU]).status_code == 200
            group = graph.create_group()["id"]
        member = ReferenceCreate(odata_id=f"{server.url}/v1.0/directoryObjects/{user.id}")
        await client.groups.by_group_id(group).members.ref.post(member)
        await client.users.by_user_id(gone.id).delete()
        kept.update(user=user.id, gone=gone.id, group=group)

    async def go_on(client: GraphServiceClient, server: Demo):
        users, kept["users"] = await whole_round(client.users.delta, None, moved(kept["users"], server))
        told = {user.id: user for user in users}
        user = told.pop(kept["user"])
        assert user.department == "Delta"
        assert [str(state.sku_id) for state in user.license_assignment_states] == [EMS_SKU]
        assert told.pop(kept["gone"]).additional_data["@removed"] == {"reason": "changed"}
        assert not told, "nothing else changed"

        query = GroupsDelta.DeltaRequestBuilderGetQueryParameters(select=["displayName"])
        names, _ = await whole_round(client.groups.delta, configuration(query, 10))
        assert kept["group"] in [group.id for group in names]
        groups, kept["groups"] = await whole_round(client.groups.delta, None, moved(kept["groups"], server))
        [group] = groups
        [member] = group.additional_data["members@delta"]
        assert (group.id, str(member["id"])) == (kept["group"], kept["user"])
        assert member["@odata.type"] == "#microsoft.graph.user"

    async def rest(client: GraphServiceClient, server: Demo):
        for name, builder in (("users", client.users.delta), ("groups", client.groups.delta)):
            assert (await whole_round(builder, None, moved(kept[name], server)))[0] == []

    def moved(link: str, server: Demo) -> str:
        """The link on the server that is up: every start has a port of its own."""
        return server.url + link[link.index("/v1.0/"):]

    for flow in (begin, go_on, rest):
        with demo(tmp_path) as server:
            with_sdk(server, lambda client, flow=flow, server=server: flow(client, server))
