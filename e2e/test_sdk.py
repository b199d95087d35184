"""The direct-assignment flow with azure-identity and msgraph-sdk, on both storage engines."""

from uuid import UUID

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.models.assigned_license import AssignedLicense
from msgraph.generated.models.user import User
from msgraph.generated.users.item.assign_license.assign_license_post_request_body import AssignLicensePostRequestBody
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

from support.graph import EMS_SKU, INTUNE_PLAN
from support.sdk import licensed, new_user, refused, with_sdk


def change(add: bool = False, remove: bool = False, off: list[str] = ()) -> AssignLicensePostRequestBody:
    license = AssignedLicense(sku_id=UUID(EMS_SKU), disabled_plans=[UUID(plan) for plan in off])
    return AssignLicensePostRequestBody(
        add_licenses=[license] if add else [], remove_licenses=[UUID(EMS_SKU)] if remove else []
    )


async def seats_taken(client: GraphServiceClient) -> int:
    products = await client.subscribed_skus.get()
    return next(product.consumed_units for product in products.value if str(product.sku_id) == EMS_SKU)


def test_the_tenant_and_what_it_owns(zetel_on_each_engine):
    demo = zetel_on_each_engine

    async def flow(client):
        organization = (await client.organization.get()).value[0]
        assert organization.id == demo.tenant
        assert organization.display_name == "Contoso"
        assert demo.domain in [domain.name for domain in organization.verified_domains]

        products = (await client.subscribed_skus.get()).value
        assert len(products) == 12
        for product in products:
            assert product.id == f"{demo.tenant}_{product.sku_id}"
            assert product.sku_part_number
            assert product.applies_to in ("User", "Company")
            assert product.prepaid_units.enabled is not None
            assert all(plan.service_plan_id for plan in product.service_plans)
        one = await client.subscribed_skus.by_subscribed_sku_id(products[0].id).get()
        assert one.sku_part_number == products[0].sku_part_number

        subscriptions = (await client.directory.subscriptions.get()).value
        assert {UUID(one.sku_id) for one in subscriptions} == {one.sku_id for one in products}
        first = subscriptions[0]
        by_id = await client.directory.subscriptions.by_company_subscription_id(first.id).get()
        by_key = await client.directory.subscriptions_with_commerce_subscription_id(
            first.commerce_subscription_id
        ).get()
        assert by_id.id == by_key.id == first.id
        assert by_key.total_licenses == first.total_licenses

    with_sdk(demo, flow)


def test_direct_assignment(zetel_on_each_engine):
    demo = zetel_on_each_engine

    async def flow(client):
        user = await new_user(client, demo)
        this_user = client.users.by_user_id(user.id)
        taken_before = await seats_taken(client)

        error = await refused(this_user.assign_license.post(change(add=True, off=[INTUNE_PLAN])))
        assert error.response_status_code == 400
        assert error.error.code == "Request_BadRequest"
        assert error.error.message == "License assignment cannot be done for user with invalid usage location."
        assert await seats_taken(client) == taken_before

        await this_user.patch(User(usage_location="DE"))
        answer = await this_user.assign_license.post(change(add=True, off=[INTUNE_PLAN]))
        assert answer.id == user.id
        assert await seats_taken(client) == taken_before + 1
        await expect_licensed(client, user.id)

        error = await refused(this_user.assign_license.post(change(add=True, off=[EMS_SKU])))
        assert error.response_status_code == 400, "a plan of no product"
        await expect_licensed(client, user.id)

        assert (await this_user.assign_license.post(change(remove=True))).id == user.id
        assert await seats_taken(client) == taken_before
        now = await licensed(client, user.id)
        assert now.assigned_licenses == []
        assert {plan.capability_status for plan in now.assigned_plans} <= {"Deleted"}

        error = await refused(this_user.assign_license.post(change(remove=True)))
        assert error.response_status_code == 400
        assert error.error.message == "User does not have a corresponding license."

    with_sdk(demo, flow)


async def expect_licensed(client: GraphServiceClient, user_id: str) -> None:
    """EMS without Intune, wherever Graph shows it."""
    details = (await client.users.by_user_id(user_id).license_details.get()).value
    assert [detail.sku_part_number for detail in details] == ["EMS"]
    status = {str(plan.service_plan_id): plan.provisioning_status for plan in details[0].service_plans}
    assert status.pop(INTUNE_PLAN) == "Disabled"
    assert "Disabled" not in status.values()
    assert "Success" in status.values()

    user = await licensed(client, user_id)
    assert [(str(one.sku_id), [str(plan) for plan in one.disabled_plans]) for one in user.assigned_licenses] == [
        (EMS_SKU, [INTUNE_PLAN])
    ]
    [state] = user.license_assignment_states
    assert (str(state.sku_id), state.state, state.error, state.assigned_by_group) == (EMS_SKU, "Active", "None", None)
    assert [str(plan) for plan in state.disabled_plans] == [INTUNE_PLAN]
    enabled = {str(plan.service_plan_id) for plan in user.assigned_plans if plan.capability_status == "Enabled"}
    assert enabled and INTUNE_PLAN not in enabled


def test_the_plan_list_of_a_second_assignment_replaces_the_first(zetel_on_each_engine):
    demo = zetel_on_each_engine

    async def flow(client):
        user = await new_user(client, demo, usage_location="NL")
        taken_before = await seats_taken(client)
        assign = client.users.by_user_id(user.id).assign_license
        await assign.post(change(add=True, off=[INTUNE_PLAN]))
        await assign.post(change(add=True))
        [license] = (await licensed(client, user.id)).assigned_licenses
        assert license.disabled_plans == []
        assert await seats_taken(client) == taken_before + 1
        await assign.post(change(remove=True))

    with_sdk(demo, flow)


def test_paging_follows_the_link_as_given(zetel_on_each_engine):
    demo = zetel_on_each_engine

    async def flow(client):
        query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
            count=True, select=["id", "userPrincipalName"], top=50
        )
        configuration = RequestConfiguration(query_parameters=query)
        configuration.headers.add("ConsistencyLevel", "eventual")
        page = await client.users.get(configuration)
        count = page.odata_count
        assert count >= 200
        assert len(page.value) == 50
        seen = []
        while page:
            assert len(page.value) <= 50
            seen += [user.id for user in page.value]
            link = page.odata_next_link
            assert link is None or link.startswith(f"{demo.url}/v1.0/users?"), link
            page = await client.users.with_url(link).get() if link else None
        assert len(seen) == len(set(seen)) == count
        assert await client.users.count.get(count_configuration()) == count

    with_sdk(demo, flow)


def count_configuration() -> RequestConfiguration:
    configuration = RequestConfiguration()
    configuration.headers.add("ConsistencyLevel", "eventual")
    return configuration


def test_delete_restore_and_purge(zetel_on_each_engine):
    demo = zetel_on_each_engine

    async def flow(client):
        user = await new_user(client, demo, usage_location="NL")
        this_user = client.users.by_user_id(user.id)
        deleted = client.directory.deleted_items
        await this_user.assign_license.post(change(add=True, off=[INTUNE_PLAN]))
        taken = await seats_taken(client)

        await this_user.delete()
        assert await seats_taken(client) == taken - 1
        assert (await refused(this_user.get())).response_status_code == 404
        assert user.id in [one.id for one in (await deleted.graph_user.get()).value]

        restored = await deleted.by_directory_object_id(user.id).restore.post()
        assert restored.id == user.id
        assert await seats_taken(client) == taken
        await expect_licensed(client, user.id)

        await this_user.delete()
        await deleted.by_directory_object_id(user.id).delete()
        assert (await refused(deleted.by_directory_object_id(user.id).get())).response_status_code == 404
        error = await refused(deleted.by_directory_object_id(user.id).restore.post())
        assert error.response_status_code == 404
        assert await seats_taken(client) == taken - 1

    with_sdk(demo, flow)
