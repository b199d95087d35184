//! `$batch`: many requests in one.

mod alone;
mod bad_input;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::world::{ADMIN, ANNA, Answer, BEN, CARLA, EMS, NOBODY, World};

fn batch(world: &World, requests: &Value) -> Answer {
    world.post("/$batch", &json!({ "requests": requests }))
}

/// The responses of a batch that could be read.
fn responses(world: &World, requests: &Value) -> Vec<Value> {
    let answer = batch(world, requests);
    assert_eq!(answer.status, 200, "{}", answer.shown());
    answer.json()["responses"].as_array().cloned().unwrap()
}

fn statuses(responses: &[Value]) -> Vec<(&Value, &Value)> {
    responses
        .iter()
        .map(|response| (&response["id"], &response["status"]))
        .collect()
}

fn write(id: impl Into<Value>, method: &str, url: &str, body: &Value) -> Value {
    let headers = json!({"Content-Type": "application/json"});
    json!({"id": id.into(), "method": method, "url": url, "headers": headers, "body": body})
}

fn get(id: impl Into<Value>, url: &str) -> Value {
    json!({"id": id.into(), "method": "GET", "url": url})
}

#[test]
fn whole_response() {
    let world = World::new();
    world.group(0x90, "crew");
    let answer = batch(
        &world,
        &json!([
            get(1, &format!("/users/{ANNA}?$select=id,displayName")),
            {"id": "2", "method": "get", "url": "users/$count", "headers": {"consistencylevel": "Eventual"}},
            write("3", "PATCH", "/users/ben@contoso.example", &json!({"city": "Delft"})),
            write("4", "POST", &format!("/users/{CARLA}/assignLicense"),
                &json!({"addLicenses": [{"skuId": EMS.to_string()}], "removeLicenses": []})),
            get("five", &format!("/users/{NOBODY}")),
            {"id": "6", "method": "DELETE", "url": "/subscribedSkus"},
            get("7", "/beta/users"),
            get("8", "/users?$select=id&$top=2"),
            write(9, "POST", &format!("/groups/{}/assignLicense", uuid::Uuid::from_u128(0x90)),
                &json!({"addLicenses": [{"skuId": EMS.to_string()}], "removeLicenses": []})),
            {"id": "10", "method": "GET", "url": "/me", "dependsOn": ["five"],
                "headers": {"client-request-id": "mine"}},
        ]),
    );
    insta::assert_snapshot!("batch", answer.shown());
}

#[test]
fn members_as_cli_for_microsoft_365_adds_and_counts_them() {
    let world = World::new();
    let group = world.group(0x90, "crew");
    let bind = |id: usize, user| {
        let reference = format!("https://graph.microsoft.com/v1.0/directoryObjects/{user}");
        let mut request = write(
            id,
            "PATCH",
            &format!("/groups/{group}"),
            &json!({"members@odata.bind": [reference]}),
        );
        request["headers"] = json!({"content-type": "application/json;odata.metadata=none",
            "accept": "application/json;odata.metadata=none"});
        request
    };
    let added = responses(
        &world,
        &json!([bind(1, ANNA), bind(2, BEN), bind(3, NOBODY)]),
    );
    assert_eq!(
        statuses(&added),
        [
            (&json!(1), &json!(204)),
            (&json!(2), &json!(204)),
            (&json!(3), &json!(404))
        ]
    );
    assert_eq!(added[0].get("body"), None);

    let count = |id: uuid::Uuid| {
        let url = format!("/groups/{group}/members/$count?$filter=id eq '{id}'");
        json!({"id": id, "method": "GET", "url": url, "headers": {"ConsistencyLevel": "eventual"}})
    };
    let counted = responses(&world, &json!([count(ANNA), count(CARLA)]));
    let bodies: Vec<&Value> = counted.iter().map(|response| &response["body"]).collect();
    assert_eq!(
        bodies,
        [&json!(1), &json!(0)],
        "numbers, which it compares with ==="
    );
    assert_eq!(counted[0]["id"], json!(ANNA));

    let url = format!("/groups/{group}/members/{ANNA}/$ref");
    let remove = json!({"id": 1, "method": "DELETE", "url": url});
    assert_eq!(responses(&world, &json!([remove]))[0]["status"], 204);
    let ids = world
        .get(&format!("/groups/{group}/members?$select=id"))
        .ids();
    assert_eq!(ids, [BEN.to_string()]);
}

#[test]
fn requests_run_in_the_order_of_the_array_and_see_each_other() {
    let world = World::new();
    let city = |id: &str, city: &str| {
        write(
            id,
            "PATCH",
            &format!("/users/{BEN}"),
            &json!({"city": city}),
        )
    };
    let read = |id: &str| get(id, &format!("/users/{BEN}?$select=city"));
    let answers = responses(
        &world,
        &json!([
            read("0"),
            city("1", "Delft"),
            read("2"),
            city("3", "Gent"),
            read("4")
        ]),
    );
    let seen: Vec<&Value> = answers
        .iter()
        .map(|answer| &answer["body"]["city"])
        .collect();
    let nothing = &Value::Null;
    assert_eq!(
        seen,
        [nothing, nothing, &json!("Delft"), nothing, &json!("Gent")]
    );
}

#[test]
fn a_request_waits_for_those_it_depends_on() {
    let world = World::new();
    let mut read = get("read", &format!("/users/{BEN}?$select=city"));
    read["dependsOn"] = json!(["WRITE", "write"]);
    let change = write(
        "Write",
        "PATCH",
        &format!("/users/{BEN}"),
        &json!({"city": "Delft"}),
    );
    let answers = responses(&world, &json!([read, change]));
    assert_eq!(
        statuses(&answers),
        [
            (&json!("Write"), &json!(204)),
            (&json!("read"), &json!(200))
        ]
    );
    assert_eq!(answers[1]["body"]["city"], "Delft");
}

#[test]
fn what_depends_on_a_failure_is_not_carried_out() {
    let world = World::new();
    let depending = |id: i64, on: &Value| {
        let mut request = write(
            id,
            "PATCH",
            &format!("/users/{BEN}"),
            &json!({"city": "Delft"}),
        );
        request["dependsOn"] = on.clone();
        request
    };
    let answers = responses(
        &world,
        &json!([
            get(1, &format!("/users/{NOBODY}")),
            get(2, &format!("/users/{ANNA}")),
            depending(3, &json!([2, "1"])),
            depending(4, &json!(["3"])),
            depending(5, &json!([])),
            depending(6, &json!([2])),
        ]),
    );
    let numbers: Vec<&Value> = answers.iter().map(|answer| &answer["status"]).collect();
    assert_eq!(numbers, [404, 200, 424, 424, 204, 204]);
    let error = &answers[3]["body"]["error"];
    assert_eq!(error["code"], "FailedDependency");
    assert_eq!(
        error["message"],
        "The request was not carried out: it depends on request '3', which failed."
    );
    assert_eq!(
        error["innerError"]["request-id"],
        answers[3]["headers"]["request-id"]
    );
}

#[test]
fn each_request_is_authorized_on_its_own() {
    let world = World::new();
    let as_anna = |requests: Value| {
        let answer = world.call(
            "POST",
            "/$batch",
            "anna",
            Some(&json!({ "requests": requests })),
        );
        answer.json()["responses"].as_array().cloned().unwrap()
    };
    let mut as_admin = get(5, "/me?$select=id");
    as_admin["headers"] = json!({"authorization": "Bearer admin"});
    let mut as_nobody = get(6, "/me");
    as_nobody["headers"] = json!({"authorization": "Bearer expired"});
    let answers = as_anna(json!([
        get(1, "/me?$select=id"),
        get(2, &format!("/users/{BEN}")),
        write(
            3,
            "PATCH",
            &format!("/users/{BEN}"),
            &json!({"city": "Delft"})
        ),
        get(4, "/$metadata"),
        as_admin,
        as_nobody,
    ]));
    let numbers: Vec<&Value> = answers.iter().map(|answer| &answer["status"]).collect();
    assert_eq!(numbers, [200, 403, 403, 200, 200, 401]);
    assert_eq!(answers[0]["body"]["id"], json!(ANNA));
    assert_eq!(answers[4]["body"]["id"], json!(ADMIN));
    assert!(
        answers[5]["headers"]["WWW-Authenticate"]
            .as_str()
            .unwrap()
            .starts_with("Bearer ")
    );

    let strangers = world.call("POST", "/$batch", "forged", Some(&json!({"requests": []})));
    assert_eq!(strangers.error().0, 401);
}

#[test]
fn headers_of_the_batch_are_not_those_of_its_requests() {
    let world = World::new();
    let request = Request::builder()
        .method("POST")
        .uri("/v1.0/$batch")
        .header("host", "localhost:8443")
        .header("authorization", "Bearer app")
        .header("content-type", "application/json")
        .header("consistencylevel", "eventual")
        .header("prefer", "zetel.plan")
        .header("client-request-id", "of-the-batch");
    let mut own = get("3", "/users/$count");
    own["headers"] = json!({"client-request-id": "of-the-request"});
    let requests = json!({"requests": [
        get("1", "/users/$count"),
        write("2", "PATCH", &format!("/users/{BEN}"), &json!({"city": "Delft"})),
        own,
    ]});
    let answer = world.send(request.body(Body::from(requests.to_string())).unwrap());
    let body = answer.json();
    let of = |place: usize| &body["responses"][place];
    assert_eq!(of(0)["status"], 400, "not eventual");
    assert_eq!(of(1)["status"], 204, "done, not planned");
    let ids = |place: usize| {
        let error = &of(place)["body"]["error"];
        (
            of(place)["headers"]["client-request-id"].clone(),
            error["innerError"]["client-request-id"].clone(),
        )
    };
    assert_eq!(ids(0), (json!("of-the-batch"), json!("of-the-batch")));
    assert_eq!(ids(2), (json!("of-the-request"), json!("of-the-request")));
    assert_eq!(answer.headers["client-request-id"], "of-the-batch");
}

#[test]
fn a_link_to_the_next_page_can_be_followed() {
    let world = World::new();
    let url =
        "/users?$filter=startswith(displayName, 'a') or usageLocation eq 'DE'&$select=id&$top=1";
    let [first] = &responses(&world, &json!([get(1, url)]))[..] else {
        panic!("one response")
    };
    let link = first["body"]["@odata.nextLink"].as_str().unwrap();
    assert!(
        link.starts_with("https://localhost:8443/v1.0/users?$filter="),
        "{link}"
    );
    assert!(!link.contains(' '), "{link}");
    let [second] = &responses(&world, &json!([get(1, link)]))[..] else {
        panic!("one response")
    };
    assert_eq!(second["status"], 200);
    assert_ne!(
        second["body"]["value"][0]["id"],
        first["body"]["value"][0]["id"]
    );
}

#[test]
fn what_lies_beside_graph_is_not_reached() {
    let world = World::new();
    let answers = responses(
        &world,
        &json!([
            get(1, "/enrollment/v1/authorize"),
            get(2, "https://localhost:8443/enrollment/v1/authorize"),
            get(3, "/../enrollment/v1/authorize"),
            get(4, "/common/v2.0/.well-known/openid-configuration"),
            get(5, "/zetel/licensingPolicy"),
            get(6, "/"),
        ]),
    );
    let numbers: Vec<&Value> = answers.iter().map(|answer| &answer["status"]).collect();
    assert_eq!(numbers, [501, 501, 501, 501, 200, 501]);
}

#[test]
fn a_batch_in_a_batch_is_refused() {
    let world = World::new();
    let inner = json!({"requests": [get(1, "/users")]});
    for url in ["/$batch", "//v1.0//$Batch/", "%24batch"] {
        let [answer] = &responses(&world, &json!([write(1, "POST", url, &inner)]))[..] else {
            panic!("one response")
        };
        assert_eq!(answer["status"], 400, "{url}");
        assert_eq!(
            answer["body"]["error"]["message"],
            "A batch cannot contain another batch. Put its requests into the outer batch."
        );
    }
}
