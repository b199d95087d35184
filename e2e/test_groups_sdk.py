"""Licensing groups with azure-identity and msgraph-sdk, on both storage engines."""

from uuid import UUID

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.directory_objects.get_by_ids.get_by_ids_post_request_body import GetByIdsPostRequestBody
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
from msgraph.generated.groups.item.assign_license.assign_license_post_request_body import (
    AssignLicensePostRequestBody as AssignGroupLicenseBody,
)
from msgraph.generated.groups.item.group_item_request_builder import GroupItemRequestBuilder
from msgraph.generated.models.assigned_license import AssignedLicense
from msgraph.generated.models.group import Group
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.user import User
from msgraph.generated.users.item.assign_license.assign_license_post_request_body import AssignLicensePostRequestBody
from msgraph.generated.users.item.check_member_groups.check_member_groups_post_request_body import (
    CheckMemberGroupsPostRequestBody,
)
from msgraph.generated.users.item.get_member_groups.get_member_groups_post_request_body import (
    GetMemberGroupsPostRequestBody,
)

from support.graph import unique
from support.sdk import licensed, new_user, refused, with_sdk
from support.server import Demo

OFFICE_E3 = "ENTERPRISEPACK"
TEAMS_PLAN = "57ff2da0-773e-42df-b2af-ffb7a2317929"
INHERITED = "User license is inherited from a group membership and it cannot be removed directly from the user."
LICENSED_GROUP = (
    "Unable to delete the group because there is a product license assigned to the group. "
    "To delete this group, remove any product licenses first."
)


def reference(demo: Demo, object_id: str) -> str:
    return f"{demo.url}/v1.0/directoryObjects/{object_id}"


async def new_group(client: GraphServiceClient, demo: Demo, members: list[str] = (), **more) -> Group:
    name = unique("sdk-group")
    properties = {"display_name": f"SDK {name}", "mail_nickname": name, "mail_enabled": False, "security_enabled": True}
    group = Group(**(properties | more))
    if members:
        group.additional_data = {"members@odata.bind": [reference(demo, member) for member in members]}
    return await client.groups.post(group)


def products(add: list[str] = (), remove: list[str] = (), off: list[str] = ()) -> dict:
    """The fields of a request to `assignLicense`."""
    plans = [UUID(plan) for plan in off]
    return {
        "add_licenses": [AssignedLicense(sku_id=UUID(sku), disabled_plans=plans) for sku in add],
        "remove_licenses": [UUID(sku) for sku in remove],
    }


async def license_group(client: GraphServiceClient, group_id: str, **change) -> Group:
    return await client.groups.by_group_id(group_id).assign_license.post(AssignGroupLicenseBody(**products(**change)))


async def states(client: GraphServiceClient, user_id: str) -> list[tuple[str, str | None, str, str]]:
    """All assignments of a user: product, group (None if direct), state and error."""
    found = (await licensed(client, user_id)).license_assignment_states
    return [(str(one.sku_id), one.assigned_by_group, one.state, one.error) for one in found]


async def seats_taken(client: GraphServiceClient, sku: str) -> int:
    owned = (await client.subscribed_skus.get()).value
    return next(product.consumed_units for product in owned if str(product.sku_id) == sku)


async def with_errors(client: GraphServiceClient) -> list[str]:
    """Ids of the groups that have members with license errors."""
    query = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(
        filter="hasMembersWithLicenseErrors eq true", select=["id", "displayName"]
    )
    return ids(await client.groups.get(RequestConfiguration(query_parameters=query)))


def ids(collection) -> list[str]:
    return sorted(item.id for item in collection.value)


def test_a_licensed_group(workshop_on_each_engine):
    demo, sku = workshop_on_each_engine.demo, workshop_on_each_engine.buy(3, OFFICE_E3)

    async def flow(client):
        users = [(await new_user(client, demo)).id for _ in range(3)]
        group = await new_group(client, demo, members=users[:2])
        this_group = client.groups.by_group_id(group.id)
        await this_group.members.ref.post(ReferenceCreate(odata_id=reference(demo, users[2])))
        assert ids(await this_group.members.get()) == sorted(users)
        taken = await seats_taken(client, sku)

        answer = await license_group(client, group.id, add=[sku], off=[TEAMS_PLAN])
        assert answer.id == group.id
        assert await seats_taken(client, sku) == taken + 3
        for user_id in users:
            await expect_licensed_by(client, user_id, group.id, sku)
        await expect_configured(client, group.id, sku)

        await this_group.members.by_directory_object_id(users[0]).ref.delete()
        assert await seats_taken(client, sku) == taken + 2, "the seat comes back"
        left = await licensed(client, users[0])
        assert (left.assigned_licenses, left.license_assignment_states) == ([], [])
        assert {plan.capability_status for plan in left.assigned_plans} <= {"Deleted"}
        await expect_licensed_by(client, users[1], group.id, sku)

        await license_group(client, group.id, remove=[sku])
        assert await seats_taken(client, sku) == taken

    with_sdk(demo, flow)


async def expect_licensed_by(client: GraphServiceClient, user_id: str, group_id: str, sku: str) -> None:
    """The product without Teams, wherever Graph shows it, and inherited from the group."""
    user = await licensed(client, user_id)
    [state] = user.license_assignment_states
    assert (str(state.sku_id), state.assigned_by_group) == (sku, group_id)
    assert (state.state, state.error) == ("Active", "None")
    assert [str(plan) for plan in state.disabled_plans] == [TEAMS_PLAN]
    [license] = user.assigned_licenses
    assert (str(license.sku_id), [str(plan) for plan in license.disabled_plans]) == (sku, [TEAMS_PLAN])
    enabled = {str(plan.service_plan_id) for plan in user.assigned_plans if plan.capability_status == "Enabled"}
    assert enabled and TEAMS_PLAN not in enabled
    [detail] = (await client.users.by_user_id(user_id).license_details.get()).value
    assert detail.sku_part_number == OFFICE_E3


async def expect_configured(client: GraphServiceClient, group_id: str, sku: str) -> None:
    """The product without Teams, as the group itself has it."""
    query = GroupItemRequestBuilder.GroupItemRequestBuilderGetQueryParameters(
        select=["id", "assignedLicenses", "licenseProcessingState"]
    )
    group = await client.groups.by_group_id(group_id).get(RequestConfiguration(query_parameters=query))
    [license] = group.assigned_licenses
    assert (str(license.sku_id), [str(plan) for plan in license.disabled_plans]) == (sku, [TEAMS_PLAN])
    assert group.license_processing_state.state == "ProcessingComplete"


def test_two_seats_for_three_members(workshop_on_each_engine):
    shop = workshop_on_each_engine
    demo, sku = shop.demo, shop.buy(2)

    async def flow(client):
        users = sorted([(await new_user(client, demo)).id for _ in range(3)])
        group = await new_group(client, demo, members=users)
        this_group = client.groups.by_group_id(group.id)
        await license_group(client, group.id, add=[sku])
        assert await seats_taken(client, sku) == 2

        # All joined at once, so the order of their ids decides.
        first, second, third = users
        for user_id in (first, second):
            assert await states(client, user_id) == [(sku, group.id, "Active", "None")]
        failed = [(sku, group.id, "Error", "CountViolation")]
        assert await states(client, third) == failed
        assert (await licensed(client, third)).assigned_licenses == []
        assert ids(await this_group.members_with_license_errors.get()) == [third]
        assert group.id in await with_errors(client)

        reprocess = client.users.by_user_id(third).reprocess_license_assignment
        error = await refused(reprocess.post())
        assert error.response_status_code == 400
        assert error.error.code == "Request_BadRequest"
        assert error.error.message == f"Subscription with SKU {sku} does not have any available licenses."

        shop.buy(1, sku)
        assert await states(client, third) == failed, "a bought seat heals nothing by itself"
        assert (await reprocess.post()).id == third
        assert await states(client, third) == [(sku, group.id, "Active", "None")]
        assert await seats_taken(client, sku) == 3
        assert ids(await this_group.members_with_license_errors.get()) == []
        assert group.id not in await with_errors(client)

    with_sdk(demo, flow)


def test_one_product_without_seats_stops_its_siblings(workshop_on_each_engine):
    shop = workshop_on_each_engine
    demo, plenty, scarce = shop.demo, shop.buy(9), shop.buy(1)

    async def flow(client):
        first, second = [(await new_user(client, demo)).id for _ in range(2)]
        group = await new_group(client, demo, members=[first])
        await license_group(client, group.id, add=[plenty, scarce])
        member = ReferenceCreate(odata_id=reference(demo, second))
        await client.groups.by_group_id(group.id).members.ref.post(member)
        assert set(await states(client, first)) == {
            (plenty, group.id, "Active", "None"), (scarce, group.id, "Active", "None"),
        }
        assert set(await states(client, second)) == {
            (plenty, group.id, "Error", "Other"), (scarce, group.id, "Error", "CountViolation"),
        }
        assert (await seats_taken(client, plenty), await seats_taken(client, scarce)) == (1, 1)

    with_sdk(demo, flow)


def test_an_inherited_license_stays_with_the_group(workshop_on_each_engine):
    shop = workshop_on_each_engine
    demo, sku = shop.demo, shop.buy(5)

    async def flow(client):
        user = await new_user(client, demo, usage_location="NL")
        group = await new_group(client, demo, members=[user.id])
        await license_group(client, group.id, add=[sku])
        assign = client.users.by_user_id(user.id).assign_license

        error = await refused(assign.post(AssignLicensePostRequestBody(**products(remove=[sku]))))
        assert error.response_status_code == 400
        assert (error.error.code, error.error.message) == ("Request_BadRequest", INHERITED)

        await assign.post(AssignLicensePostRequestBody(**products(add=[sku])))
        assert await states(client, user.id) == [(sku, None, "Active", "None"), (sku, group.id, "Active", "None")]
        assert await seats_taken(client, sku) == 1, "one seat, however many sources"
        await assign.post(AssignLicensePostRequestBody(**products(remove=[sku])))
        assert await states(client, user.id) == [(sku, group.id, "Active", "None")]

        this_group = client.groups.by_group_id(group.id)
        error = await refused(this_group.delete())
        assert (error.response_status_code, error.error.message) == (400, LICENSED_GROUP)
        await license_group(client, group.id, remove=[sku])
        await this_group.delete()
        assert (await refused(this_group.get())).response_status_code == 404
        assert await seats_taken(client, sku) == 0

    with_sdk(demo, flow)


def test_groups_in_groups(workshop_on_each_engine):
    shop = workshop_on_each_engine
    demo, sku = shop.demo, shop.buy(5)

    async def flow(client):
        leader, worker = [(await new_user(client, demo)).id for _ in range(2)]
        inner = (await new_group(client, demo, members=[worker])).id
        outer = (await new_group(client, demo, members=[leader, inner])).id
        unrelated = (await new_group(client, demo)).id
        this_group, this_user = client.groups.by_group_id(outer), client.users.by_user_id(worker)

        assert ids(await this_group.members.get()) == sorted([leader, inner])
        assert ids(await this_group.members.graph_user.get()) == [leader]
        assert ids(await this_group.transitive_members.get()) == sorted([leader, inner, worker])
        assert ids(await this_user.member_of.get()) == [inner]
        assert ids(await this_user.transitive_member_of.get()) == sorted([inner, outer])
        asked = GetMemberGroupsPostRequestBody(security_enabled_only=False)
        assert sorted((await this_user.get_member_groups.post(asked)).value) == sorted([inner, outer])
        check = CheckMemberGroupsPostRequestBody(group_ids=[unrelated, outer])
        assert (await this_user.check_member_groups.post(check)).value == [outer]
        found = await client.directory_objects.get_by_ids.post(
            GetByIdsPostRequestBody(ids=[worker, inner, unrelated], types=["user", "group"])
        )
        assert ids(found) == sorted([worker, inner, unrelated])
        assert {type(item) for item in found.value} == {User, Group}

        await license_group(client, outer, add=[sku])
        assert await states(client, leader) == [(sku, outer, "Active", "None")]
        assert await states(client, worker) == [], "only members of the first level are licensed"
        assert await seats_taken(client, sku) == 1

    with_sdk(demo, flow)


def test_a_dynamic_group_follows_its_rule_at_once(workshop_on_each_engine):
    shop = workshop_on_each_engine
    demo, sku = shop.demo, shop.buy(5)

    async def flow(client):
        department = unique("Department")
        early = await new_user(client, demo)
        await client.users.by_user_id(early.id).patch(User(department=department))
        group = await new_group(
            client, demo, group_types=["DynamicMembership"],
            membership_rule=f'user.department -eq "{department}"', membership_rule_processing_state="On",
        )
        this_group = client.groups.by_group_id(group.id)
        await license_group(client, group.id, add=[sku])
        assert ids(await this_group.members.get()) == [early.id]

        late = await new_user(client, demo)
        await client.users.by_user_id(late.id).patch(User(department=department))
        assert ids(await this_group.members.get()) == sorted([early.id, late.id])
        assert await states(client, late.id) == [(sku, group.id, "Active", "None")]
        await client.users.by_user_id(early.id).patch(User(department="Elsewhere"))
        assert ids(await this_group.members.get()) == [late.id]
        assert await states(client, early.id) == []
        assert await seats_taken(client, sku) == 1

        member = ReferenceCreate(odata_id=reference(demo, early.id))
        error = await refused(this_group.members.ref.post(member))
        assert error.response_status_code == 400
        assert "membership rule" in error.error.message
        error = await refused(this_group.patch(Group(membership_rule="user.department -equals 1")))
        assert error.response_status_code == 400
        assert "character" in error.error.message, "where the mistake is"

    with_sdk(demo, flow)


def test_a_microsoft_365_group_comes_back_from_the_recycle_bin(workshop_on_each_engine):
    demo = workshop_on_each_engine.demo

    async def flow(client):
        user = await new_user(client, demo)
        group = await new_group(client, demo, members=[user.id], group_types=["Unified"], mail_enabled=True)
        security = await new_group(client, demo, members=[user.id])
        for group_id in (group.id, security.id):
            await client.groups.by_group_id(group_id).delete()
            assert (await refused(client.groups.by_group_id(group_id).get())).response_status_code == 404
        deleted = client.directory.deleted_items
        kept = ids(await deleted.graph_group.get())
        assert group.id in kept and security.id not in kept

        assert (await deleted.by_directory_object_id(group.id).restore.post()).id == group.id
        assert ids(await client.groups.by_group_id(group.id).members.get()) == [user.id]
        await client.groups.by_group_id(group.id).delete()
        await deleted.by_directory_object_id(group.id).delete()
        error = await refused(deleted.by_directory_object_id(group.id).restore.post())
        assert error.response_status_code == 404

    with_sdk(demo, flow)
