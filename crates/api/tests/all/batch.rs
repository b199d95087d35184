//! `$batch`: many requests in one, each answered as it would be alone.

use axum::{
    body::Body,
    http::{HeaderMap, Request},
};
use serde_json::{Value, json};

use crate::world::{ADMIN, ANNA, Answer, BEN, CARLA, EMS, NOBODY, OFFICE_E3, World};

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

/// A request: its method, its path, its body and its headers.
type Asked = (
    &'static str,
    String,
    Option<Value>,
    &'static [(&'static str, &'static str)],
);

fn alone_and_in_a_batch() -> Vec<Asked> {
    let eventual: &[_] = &[("ConsistencyLevel", "eventual")];
    let change = json!({"addLicenses": [{"skuId": OFFICE_E3.to_string()}], "removeLicenses": []});
    let user = |path: &str| format!("/users/{BEN}{path}");
    vec![
        ("GET", "/users".to_owned(), None, &[]),
        (
            "GET",
            "/users?$top=1&$count=true".to_owned(),
            None,
            eventual,
        ),
        ("GET", "/users/$count".to_owned(), None, eventual),
        ("GET", "/users/$count".to_owned(), None, &[]),
        (
            "GET",
            "//Users('ben%40contoso.example')".to_owned(),
            None,
            &[],
        ),
        (
            "GET",
            "/users?$filter=usageLocation%20eq%20'DE'".to_owned(),
            None,
            &[],
        ),
        ("GET", "/users?$filter=color".to_owned(), None, &[]),
        (
            "GET",
            "/organization".to_owned(),
            None,
            &[("Accept", "application/json;odata.metadata=none")],
        ),
        ("GET", "/auditLogs/directoryAudits/x".to_owned(), None, &[]),
        ("GET", "/drives".to_owned(), None, &[]),
        ("PUT", "/users".to_owned(), None, &[]),
        ("GET", "/me".to_owned(), None, &[]),
        (
            "GET",
            "/users".to_owned(),
            None,
            &[("Authorization", "Bearer forged")],
        ),
        (
            "GET",
            "/users".to_owned(),
            None,
            &[("Authorization", "Bearer weak")],
        ),
        (
            "GET",
            "/users".to_owned(),
            None,
            &[("Authorization", "Basic YTpi")],
        ),
        (
            "POST",
            user("/assignLicense"),
            Some(change.clone()),
            &[("Prefer", "zetel.plan")],
        ),
        ("POST", user("/assignLicense"), Some(change.clone()), &[]),
        ("POST", user("/assignLicense"), Some(change), &[]),
        ("POST", user("/assignLicense"), Some(json!([])), &[]),
        (
            "PATCH",
            user(""),
            Some(json!({"city": "Delft"})),
            &[("If-Match", "\"0\"")],
        ),
        ("PATCH", user(""), Some(json!({"color": "red"})), &[]),
        ("PATCH", user(""), None, &[]),
        (
            "POST",
            user("/getMemberGroups"),
            Some(json!({"securityEnabledOnly": false})),
            &[],
        ),
        ("DELETE", user(""), None, &[]),
        (
            "POST",
            format!("/directory/deletedItems/{BEN}/restore"),
            None,
            &[],
        ),
        ("GET", format!("/users/{}", "x".repeat(5_000)), None, &[]),
        (
            "GET",
            format!("/users?$filter={}", "x".repeat(17_000)),
            None,
            &[],
        ),
    ]
}

/// A response without what differs from request to request.
fn comparable(status: u16, headers: &Value, mut body: Value) -> Value {
    let mut headers = headers.clone();
    for name in ["request-id", "content-length"] {
        headers.as_object_mut().unwrap().remove(name);
    }
    if let Some(inner) = body.pointer_mut("/error/innerError") {
        inner["request-id"].take();
        inner["client-request-id"].take();
    }
    json!({"status": status, "headers": headers, "body": body})
}

fn headers_of(headers: &HeaderMap) -> Value {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
    let members = headers.iter();
    members
        .map(|(name, value)| (name.as_str().to_owned(), json!(text(value))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn a_request_is_answered_as_it_would_be_alone() {
    let (one, other) = (World::new(), World::new());
    for (method, path, body, headers) in alone_and_in_a_batch() {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/v1.0{path}"))
            .header("host", "localhost:8443");
        let mut members = serde_json::Map::new();
        for (name, value) in headers {
            request = request.header(*name, *value);
            members.insert((*name).to_owned(), json!(value));
        }
        if !headers.iter().any(|(name, _)| *name == "Authorization") {
            request = request.header("authorization", "Bearer app");
        }
        let sent = body.as_ref().map_or_else(String::new, Value::to_string);
        if body.is_some() {
            request = request.header("content-type", "application/json");
            members.insert("Content-Type".to_owned(), json!("application/json"));
        }
        let alone = one.send(request.body(Body::from(sent)).unwrap());
        let item =
            json!({"id": "1", "method": method, "url": path, "headers": members, "body": body});
        let [in_batch] = &responses(&other, &json!([item]))[..] else {
            panic!("one response")
        };
        let body = serde_json::from_slice(&alone.body).unwrap_or_default();
        let expected = comparable(alone.status.as_u16(), &headers_of(&alone.headers), body);
        let spelled = in_batch["headers"].as_object().unwrap().iter();
        let headers: Value = spelled
            .map(|(name, value)| (name.to_lowercase(), value.clone()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let status = u16::try_from(in_batch["status"].as_u64().unwrap()).unwrap();
        assert_eq!(
            comparable(status, &headers, in_batch["body"].clone()),
            expected,
            "{method} {path} {members:?}"
        );
    }
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

#[test]
fn malformed_batches_run_nothing() {
    let world = World::new();
    let first = write(
        "1",
        "PATCH",
        &format!("/users/{BEN}"),
        &json!({"city": "Delft"}),
    );
    let with = |second: &Value| json!({"requests": [first.clone(), second]});
    let changed = |name: &str, value: Value| {
        let mut request = first.clone();
        request["id"] = json!("2");
        request[name] = value;
        with(&request)
    };
    let many_headers: serde_json::Map<_, _> =
        (0..65).map(|n| (format!("x{n}"), json!("y"))).collect();
    let cases = [
        ("no object", json!([])),
        ("no requests", json!({})),
        ("requests null", json!({"requests": null})),
        ("requests object", json!({"requests": {}})),
        ("requests empty", json!({"requests": []})),
        ("21 requests", json!({"requests": vec![first.clone(); 21]})),
        ("request text", with(&json!("GET /users"))),
        ("no id", changed("id", json!(null))),
        ("id empty", changed("id", json!(""))),
        ("id fraction", changed("id", json!(1.5))),
        ("id true", changed("id", json!(true))),
        ("same id", changed("id", json!("1"))),
        ("same id as number", changed("id", json!(1))),
        ("no method", changed("method", json!(null))),
        ("method number", changed("method", json!(7))),
        ("method with spaces", changed("method", json!("GET /users"))),
        ("no url", changed("url", json!(null))),
        ("url empty", changed("url", json!(""))),
        ("url list", changed("url", json!(["/users"]))),
        (
            "no content type",
            changed("headers", json!({"accept": "application/json"})),
        ),
        ("headers list", changed("headers", json!([]))),
        ("header name", changed("headers", json!({"a b": "c"}))),
        (
            "header value",
            changed("headers", json!({"a": "b\r\nc: d"})),
        ),
        ("header number", changed("headers", json!({"a": 1}))),
        ("65 headers", changed("headers", many_headers.into())),
        ("dependsOn text", changed("dependsOn", json!("1"))),
        (
            "dependsOn object",
            changed("dependsOn", json!([{"id": "1"}])),
        ),
        ("dependsOn unknown", changed("dependsOn", json!(["1", "3"]))),
        ("dependsOn itself", changed("dependsOn", json!(["2"]))),
        ("atomicityGroup", changed("atomicityGroup", json!("g"))),
        ("if", changed("if", json!("$1/succeeded"))),
    ];
    let mut shown: Vec<String> = Vec::new();
    for (name, body) in cases {
        let (status, code, message) = world.post("/$batch", &body).error();
        shown.push(format!("{name}: {status} {code}: {message}"));
    }
    let circle = json!({"requests": [
        {"id": "a", "method": "GET", "url": "/users", "dependsOn": ["c"]},
        {"id": "b", "method": "GET", "url": "/users", "dependsOn": ["a"]},
        {"id": "c", "method": "GET", "url": "/users", "dependsOn": ["b"]},
        first,
    ]});
    shown.push(format!(
        "circle: {:?}",
        world.post("/$batch", &circle).error()
    ));
    insta::assert_snapshot!("malformed_batches", shown.join("\n"));
    let ben = world.get(&format!("/users/{BEN}?$select=city")).json();
    assert_eq!(ben["city"], Value::Null);
}

#[test]
fn bodies_of_a_batch_that_cannot_be_read() {
    let world = World::new();
    let send = |content_type: &str, body: Vec<u8>| {
        let request = Request::builder()
            .method("POST")
            .uri("/v1.0/$batch")
            .header("host", "localhost:8443")
            .header("authorization", "Bearer app")
            .header("content-type", content_type);
        let (status, code, _) = world.send(request.body(Body::from(body)).unwrap()).error();
        (status, code)
    };
    let whole = json!({"requests": [get(1, "/users")]})
        .to_string()
        .into_bytes();
    let bad = (400, "BadRequest".to_owned());
    assert_eq!(send("application/json", Vec::new()), bad);
    assert_eq!(send("multipart/mixed", whole.clone()), bad);
    assert_eq!(
        send("application/json", whole[..whole.len() - 1].to_vec()),
        bad
    );
    let deep = format!("{{\"requests\":{}", "[".repeat(100_000));
    assert_eq!(send("application/json", deep.into_bytes()), bad);
    let long = json!({"requests": [get(1, &"x".repeat(2_000_000))]}).to_string();
    assert_eq!(
        send("application/json", long.into_bytes()),
        (413, "RequestEntityTooLarge".to_owned())
    );
    assert_eq!(world.get("/$batch").error().0, 405);
}
