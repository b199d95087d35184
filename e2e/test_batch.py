"""`$batch`: many requests in one, over plain HTTP as scripts send them, and with msgraph-sdk."""

import pytest
from msgraph.generated.models.user import User
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

from support.graph import EMS_SKU, UNKNOWN_OBJECT, expect, expect_error, license_change, unique
from support.openapi import validate_body
from support.sdk import new_user, with_sdk

JSON = {"Content-Type": "application/json"}


def batch(graph, *requests: dict) -> dict:
    """The responses of a batch by the ids of its requests."""
    body = expect(graph.request("POST", "/$batch", json={"requests": list(requests)}), 200)
    return {response["id"]: response for response in body["responses"]}


def read(identifier: int | str, url: str, **more) -> dict:
    return {"id": identifier, "method": "GET", "url": url, **more}


def write(identifier: int | str, method: str, url: str, body: dict, **more) -> dict:
    return {"id": identifier, "method": method, "url": url, "headers": JSON, "body": body, **more}


def test_every_response_is_that_of_the_request_alone(graph):
    user = graph.create_user()["id"]
    paths = ["/users?$top=3", f"/users/{user}", "/subscribedSkus", "/organization", f"/users/{UNKNOWN_OBJECT}"]
    answers = batch(graph, *[read(number, path) for number, path in enumerate(paths)])
    for number, path in enumerate(paths):
        answer, alone = answers[number], graph.request("GET", path)
        assert answer["status"] == alone.status_code
        assert answer["headers"]["Content-Type"] == alone.headers["content-type"]
        assert answer["body"] == alone.json() or alone.status_code == 404
        validate_body(path, "GET", answer["status"], answer["body"])


def test_twenty_users_are_licensed_in_the_order_of_the_array(graph):
    users = [graph.create_user()["id"] for _ in range(10)]
    give = license_change(add=[EMS_SKU])
    requests = []
    for user in users:
        requests.append(write(user, "POST", f"/users/{user}/assignLicense", give))
        requests.append(read(f"{user}-read", f"/users/{user}?$select=assignedLicenses"))
    answers = batch(graph, *requests)
    assert len(answers) == 20
    for user in users:
        assert answers[user]["status"] == 200
        [license] = answers[f"{user}-read"]["body"]["assignedLicenses"]
        assert license["skuId"] == EMS_SKU
    # Other tests need the seats.
    take = license_change(remove=[EMS_SKU])
    answers = batch(graph, *(write(user, "POST", f"/users/{user}/assignLicense", take) for user in users))
    assert [answer["status"] for answer in answers.values()] == [200] * 10


def test_members_are_added_and_counted_as_cli_for_microsoft_365_does(workshop):
    users = [workshop.create_user()["id"] for _ in range(3)]
    group = workshop.create_group()["id"]
    bound = [
        write(number, "PATCH", f"/groups/{group}", {"members@odata.bind": [
            f"https://graph.microsoft.com/v1.0/directoryObjects/{user}"
        ]})
        for number, user in enumerate(users, 1)
    ]
    assert [answer["status"] for answer in batch(workshop, *bound).values()] == [204, 204, 204]
    eventual = {"headers": {"ConsistencyLevel": "eventual"}}
    count = f"/groups/{group}/members/$count?$filter=id eq '{users[0]}'"
    answers = batch(
        workshop, read(users[0], count, **eventual),
        {"id": "leave", "method": "DELETE", "url": f"/groups/{group}/members/{users[0]}/$ref"},
        read("after", count, **eventual),
    )
    assert answers[users[0]]["body"] == 1
    assert answers["leave"]["status"] == 204
    assert answers["after"]["body"] == 0


def test_what_depends_on_a_failure_is_not_carried_out(graph):
    user = graph.create_user()["id"]
    answers = batch(
        graph,
        write("last", "PATCH", f"/users/{user}", {"city": "Delft"}, dependsOn=["MIDDLE"]),
        write("middle", "PATCH", f"/users/{user}", {"favoriteColor": "blue"}, dependsOn=["first"]),
        write("first", "PATCH", f"/users/{user}", {"department": "Sales"}),
    )
    assert {name: answer["status"] for name, answer in answers.items()} == {"first": 204, "middle": 400, "last": 424}
    found = graph.get(f"/users/{user}?$select=city,department")
    assert (found["city"], found["department"]) == (None, "Sales")


def test_each_request_needs_what_it_would_need_alone(graph_as_admin, graph):
    user = graph.create_user()["id"]
    own = dict(graph.client.headers)["authorization"]
    answers = batch(
        graph_as_admin, read("me", "/me"), read("as the application", "/me", headers={"Authorization": own}),
        read("forged", f"/users/{user}", headers={"Authorization": "Bearer forged"}),
    )
    assert {name: answer["status"] for name, answer in answers.items()} == {
        "me": 200, "as the application": 400, "forged": 401,
    }


@pytest.mark.parametrize(("body", "message"), [
    ({}, "Invalid batch payload format."),
    ({"requests": []}, "Invalid batch payload format."),
    ({"requests": [read(n, "/users") for n in range(21)]}, "Number of requests inside batch exceeds the limit."),
    ({"requests": [read("a", "/users"), read("A", "/users")]}, "Request Id A has to be unique in a batch."),
    ({"requests": [read("1", "/users", dependsOn=["2"])]}, "Invalid batch payload format."),
    ({"requests": [read("1", "/users", dependsOn=["1"])]}, "Invalid batch payload format."),
    (
        {"requests": [{"id": "1", "method": "PATCH", "url": "/users/x", "body": {"city": "Delft"}}]},
        "Write request with id '1' does not contain a Content-Type header.",
    ),
])
def test_a_malformed_batch(graph, body, message):
    error = expect_error(graph.request("POST", "/$batch", json=body), 400, "BadRequest")
    assert error["message"].startswith(message)


def test_a_batch_of_the_sdk(zetel):
    """It sends whole URLs. Of the answers it can read nothing but their statuses."""

    async def flow(client):
        created = await new_user(client, zetel)
        user, before = client.users.by_user_id(created.id), created.display_name
        requests = {
            "read": client.users.to_get_request_information(),
            "rename": user.to_patch_request_information(User(display_name=unique("renamed"))),
            "again": user.to_patch_request_information(User(display_name=before)),
            "missing": client.users.by_user_id(UNKNOWN_OBJECT).to_get_request_information(),
        }
        content = BatchRequestContent()
        for name, information in requests.items():
            content.add_request(name, BatchRequestItem(information, id=name))
        answer = await client.batch.post(batch_request_content=content)
        assert answer.get_response_status_codes() == {"read": 200, "rename": 204, "again": 204, "missing": 404}
        assert (await user.get()).display_name == before

    with_sdk(zetel, flow)
