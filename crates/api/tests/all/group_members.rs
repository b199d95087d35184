//! Who is in which group.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{ADMIN, ANNA, Answer, BEN, CARLA, DAAN, NOBODY, World};

fn refused(answer: &Answer) -> String {
    let (status, code, message) = answer.error();
    format!("{status} {code}: {message}")
}

fn reference(id: impl std::fmt::Display) -> Value {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")})
}

fn strings(ids: &[Uuid]) -> Vec<String> {
    ids.iter().map(Uuid::to_string).collect()
}

/// Outer has Anna and Middle; Middle has Ben and Inner; Inner has Anna and Carla, and Outer again.
struct Nested {
    world: World,
    outer: Uuid,
    middle: Uuid,
    inner: Uuid,
}

fn nested() -> Nested {
    let world = World::new();
    let outer = world.group(0xb1, "outer");
    let middle = world.group(0xb2, "middle");
    let inner = world.group_with(0xb3, "inner", |group| {
        group.definition.mail_enabled = true;
    });
    world.join(outer, &[ANNA, middle]);
    world.join(middle, &[BEN, inner]);
    world.join(inner, &[ANNA, CARLA, outer]);
    Nested {
        world,
        outer,
        middle,
        inner,
    }
}

#[test]
fn members_as_directory_objects() {
    let Nested {
        world,
        outer,
        middle,
        ..
    } = nested();
    let path = format!("/groups/{outer}/Members");
    insta::assert_snapshot!("members", world.get(&path).shown());
    insta::assert_snapshot!(
        "members_selected",
        world
            .get(&format!(
                "{path}?$select=id,userPrincipalName,mailNickname,securityEnabled"
            ))
            .shown()
    );
    insta::assert_snapshot!(
        "members_cast_to_users",
        world
            .get(&format!(
                "{path}/microsoft.graph.user?$select=displayName&$count=true"
            ))
            .shown()
    );
    assert_eq!(
        world.get(&format!("{path}/graph.group?$select=id")).ids(),
        [middle.to_string()]
    );
    insta::assert_snapshot!(
        "members_as_references",
        world.get(&format!("{path}/$ref")).shown()
    );
    for (part, expected) in [
        ("", "2"),
        ("/microsoft.graph.user", "1"),
        ("/microsoft.graph.group", "1"),
    ] {
        let count = world.get(&format!("{path}{part}/$count"));
        assert_eq!(count.body, expected.as_bytes(), "{part}");
    }
    // As m365 asks whether somebody is in a group.
    for (id, expected) in [(ANNA, "1"), (BEN, "0"), (middle, "1")] {
        let count = world.get(&format!("{path}/$count?$filter=id%20eq%20'{id}'"));
        assert_eq!(count.body, expected.as_bytes());
    }
}

#[test]
fn circles_end() {
    let Nested {
        world,
        outer,
        middle,
        inner,
    } = nested();
    let ids = |path: String| world.get(&path).ids();
    let all = strings(&[ANNA, BEN, CARLA, outer, middle, inner]);
    for group in [outer, middle, inner] {
        assert_eq!(ids(format!("/groups/{group}/transitiveMembers")), all);
        assert_eq!(
            ids(format!(
                "/groups/{group}/transitiveMembers/microsoft.graph.user"
            )),
            all[..3]
        );
        assert_eq!(ids(format!("/groups/{group}/transitiveMemberOf")), all[3..]);
    }
    assert_eq!(ids(format!("/groups/{inner}/memberOf")), strings(&[middle]));
    assert_eq!(ids(format!("/users/{BEN}/memberOf")), strings(&[middle]));
    assert_eq!(
        ids("/users/ben@contoso.example/transitiveMemberOf".to_owned()),
        all[3..]
    );
    assert_eq!(
        ids(format!(
            "/users/{ANNA}/memberOf/microsoft.graph.group?$select=id"
        )),
        strings(&[outer, inner])
    );
    assert_eq!(
        world
            .get(&format!("/users/{BEN}/transitiveMemberOf/$count"))
            .body,
        b"3"
    );
}

#[test]
fn long_lists_come_by_pages() {
    let Nested {
        world,
        outer,
        middle,
        inner,
    } = nested();
    let mut next = Some(format!(
        "/groups/{outer}/transitiveMembers?$top=2&$select=id"
    ));
    let mut pages = Vec::new();
    while let Some(path) = next {
        let page = world.get(&path);
        pages.push(page.ids());
        next = page.json()["@odata.nextLink"].as_str().map(|link| {
            let path = link.strip_prefix("https://localhost:8443/v1.0").unwrap();
            let token = path.split_once("$skiptoken=").unwrap().1;
            for other in [
                format!("/groups/{middle}/transitiveMembers"),
                format!("/groups/{outer}/members"),
            ] {
                let answer = world.get(&format!("{other}?$skiptoken={token}"));
                assert_eq!(answer.error().1, "Directory_ExpiredPageToken");
            }
            path.to_owned()
        });
    }
    assert_eq!(
        pages,
        [
            strings(&[ANNA, BEN]),
            strings(&[CARLA, outer]),
            strings(&[middle, inner])
        ]
    );
}

#[test]
fn adding_and_removing() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    let path = format!("/groups/{group}");
    let members = || world.get(&format!("{path}/members")).ids();
    let add = |id: Uuid| world.post(&format!("{path}/members/$ref"), &reference(id));
    let remove = |id: Uuid| world.call("DELETE", &format!("{path}/members/{id}/$ref"), "app", None);
    assert_eq!(add(ANNA).status, 204);
    assert_eq!(members(), strings(&[ANNA]));
    assert_eq!(
        refused(&add(ANNA)),
        "400 Request_BadRequest: One or more added object references already exist for the following modified properties: 'members'."
    );
    assert_eq!(remove(ANNA).status, 204);
    assert_eq!(
        refused(&remove(ANNA)),
        format!(
            "404 Request_ResourceNotFound: Resource '{ANNA}' does not exist or one of its queried reference-property objects are not present."
        )
    );

    // All or nobody.
    let bind = |ids: &[Uuid]| {
        let urls: Vec<String> = ids
            .iter()
            .map(|id| format!("https://localhost:8443/v1.0/directoryObjects/{id}"))
            .collect();
        world.patch(&path, &json!({"members@odata.bind": urls}))
    };
    assert_eq!(bind(&[ANNA, BEN]).status, 204);
    assert_eq!(bind(&[CARLA, NOBODY]).error().0, 404);
    assert_eq!(bind(&[CARLA, BEN]).error().0, 400);
    assert_eq!(bind(&[CARLA, CARLA]).error().0, 400);
    assert_eq!(members(), strings(&[ANNA, BEN]));
    assert_eq!(bind(&[CARLA]).status, 204);

    let owners = || world.get(&format!("{path}/owners")).ids();
    let own = |id: Uuid| world.post(&format!("{path}/owners/$ref"), &reference(id));
    assert_eq!(own(BEN).status, 204);
    assert_eq!(own(ADMIN).status, 204);
    assert!(refused(&own(BEN)).ends_with("modified properties: 'owners'."));
    assert_eq!(owners(), strings(&[ADMIN, BEN]));
    assert_eq!(world.get(&format!("{path}/owners/$count")).body, b"2");
    assert_eq!(
        world.get(&format!("{path}/owners/$ref")).json()["value"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        world
            .call("DELETE", &format!("{path}/owners/{BEN}/$ref"), "app", None)
            .status,
        204
    );
    assert_eq!(
        world
            .call("DELETE", &format!("{path}/owners/{BEN}/$ref"), "app", None)
            .status,
        404
    );
    assert_eq!(owners(), strings(&[ADMIN]));
}

#[test]
fn deleted_users_are_nowhere_and_come_back() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    world.join(group, &[ANNA, BEN]);
    let list = format!("/groups/{group}/members");
    assert_eq!(
        world
            .call("DELETE", &format!("/users/{ANNA}"), "app", None)
            .status,
        204
    );
    assert_eq!(world.get(&list).ids(), strings(&[BEN]));
    assert_eq!(world.get(&format!("{list}/$count")).body, b"1");
    assert_eq!(world.get(&format!("/users/{ANNA}/memberOf")).status, 404);
    let restored = world.call(
        "POST",
        &format!("/directory/deletedItems/{ANNA}/restore"),
        "app",
        None,
    );
    assert_eq!(restored.status, 200);
    assert_eq!(world.get(&list).ids(), strings(&[ANNA, BEN]));
}

#[test]
fn what_is_no_reference_adds_nobody() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    let unified = world.group_with(0xb2, "unified", |group| {
        group.definition.unified = true;
        group.definition.mail_enabled = true;
    });
    let path = format!("/groups/{group}");
    let post = |url: &str| world.post(&format!("{path}/members/$ref"), &json!({"@odata.id": url}));
    let host = "https://graph.microsoft.com/v1.0";
    let mut shown: Vec<String> = [
        format!("{host}/directoryObjects/{NOBODY}"),
        format!("{host}/directoryObjects/{DAAN}"),
        format!("{host}/directoryObjects/anna"),
        format!("{host}/directoryObjects/"),
        format!("{host}/directoryObjects/{ANNA}/x"),
        format!("{host}/users/{group}"),
        format!("{host}/users/nobody@contoso.example"),
        format!("{host}/groups/{ANNA}"),
        format!("{host}/devices/{ANNA}"),
        format!("{ANNA}"),
        String::new(),
        format!("{host}/directoryObjects/{group}"),
        format!("{host}/groups/{unified}"),
    ]
    .iter()
    .map(|url| format!("{url}: {}", refused(&post(url))))
    .collect();
    for body in [
        json!({}),
        json!({"@odata.id": 7}),
        json!({"@odata.id": [format!("{host}/directoryObjects/{ANNA}")]}),
        json!({"id": ANNA.to_string()}),
        json!({"@odata.id": format!("{host}/directoryObjects/{ANNA}"), "role": "owner"}),
    ] {
        let answer = world.post(&format!("{path}/members/$ref"), &body);
        shown.push(format!("{body}: {}", refused(&answer)));
    }
    for bind in [
        json!("x"),
        json!({}),
        json!([7]),
        json!([[]]),
        json!(["javascript:alert(1)"]),
        json!(vec![format!("{host}/users/{ANNA}"); 21]),
    ] {
        let answer = world.patch(&path, &json!({"members@odata.bind": bind}));
        let bind = bind.to_string();
        shown.push(format!(
            "{}: {}",
            bind.get(..24).unwrap_or(&bind),
            refused(&answer)
        ));
    }
    for (method, path) in [
        ("DELETE", format!("{path}/members/{ANNA}")),
        ("DELETE", format!("{path}/owners/{ANNA}")),
        ("DELETE", format!("{path}/members/x/$ref")),
        ("DELETE", format!("/groups/{NOBODY}/members/{ANNA}/$ref")),
        ("GET", format!("/groups/{NOBODY}/members")),
        ("GET", "/groups/x/transitiveMembers".to_owned()),
        ("GET", format!("/users/{NOBODY}/memberOf")),
        ("GET", format!("{path}/members?$select=color")),
        ("GET", format!("{path}/members?$filter=color%20eq%20'x'")),
    ] {
        let answer = world.call(method, &path, "app", None);
        shown.push(format!("{method} {path}: {}", refused(&answer)));
    }
    insta::assert_snapshot!("references_that_are_none", shown.join("\n"));
    assert!(world.get(&format!("{path}/members")).ids().is_empty());
    // No host is checked: it is the one that the client knows us by.
    assert_eq!(
        post(&format!(
            "http://other.example:1/x/y/directoryObjects/{ANNA}"
        ))
        .status,
        204
    );
}

#[test]
fn questions_about_memberships() {
    let Nested {
        world,
        outer,
        middle,
        inner,
    } = nested();
    let mail_only = world.group_with(0xb4, "mail", |group| {
        group.definition.security_enabled = false;
        group.definition.mail_enabled = true;
        group.definition.unified = true;
    });
    world.join(mail_only, &[BEN]);
    let ids = |path: &str, body: &Value| -> Vec<String> {
        let answer = world.post(path, body).json();
        assert_eq!(
            answer["@odata.context"],
            "https://localhost:8443/v1.0/$metadata#Collection(Edm.String)"
        );
        serde_json::from_value(answer["value"].clone()).unwrap()
    };
    let all = json!({"securityEnabledOnly": false});
    let nested = [outer, middle, inner, mail_only];
    assert_eq!(
        ids(&format!("/users/{BEN}/getMemberGroups"), &all),
        strings(&nested)
    );
    assert_eq!(
        ids(
            &format!("/users/{BEN}/microsoft.graph.getMemberObjects"),
            &all
        ),
        strings(&nested)
    );
    let security = json!({"SecurityEnabledOnly": true});
    for path in [
        format!("/users/{BEN}/getMemberGroups"),
        "/users/ben@contoso.example/getMemberGroups".to_owned(),
        format!("/directoryObjects/{BEN}/getMemberGroups"),
        format!("/groups/{inner}/getMemberGroups"),
    ] {
        assert_eq!(ids(&path, &security), strings(&nested[..3]), "{path}");
    }
    let asked = json!({"groupIds": strings(&[NOBODY, inner, mail_only, inner])});
    assert_eq!(
        ids(&format!("/users/{ANNA}/checkMemberGroups"), &asked),
        strings(&[inner])
    );
    assert_eq!(
        ids(
            &format!("/directoryObjects/{BEN}/checkMemberGroups"),
            &asked
        ),
        strings(&[inner, mail_only])
    );
    assert_eq!(
        ids(&format!("/groups/{outer}/checkMemberGroups"), &asked),
        strings(&[inner])
    );
    let asked = json!({"ids": strings(&[outer])});
    assert_eq!(
        ids(&format!("/users/{ANNA}/checkMemberObjects"), &asked),
        strings(&[outer])
    );

    let check = format!("/users/{ANNA}/checkMemberGroups");
    let get = format!("/users/{ANNA}/getMemberGroups");
    let many: Vec<String> = (0..21).map(|id| Uuid::from_u128(id).to_string()).collect();
    let shown: Vec<String> = [
        world.post(&check, &json!({"groupIds": many})),
        world.post(&check, &json!({"groupIds": ["x"]})),
        world.post(&check, &json!({"groupIds": [7]})),
        world.post(&check, &json!({"groupIds": "x"})),
        world.post(&check, &json!({})),
        world.post(&check, &json!({"groupIds": [], "color": 1})),
        world.post(&get, &json!({})),
        world.post(&get, &json!({"securityEnabledOnly": "yes"})),
        world.call("POST", &get, "app", None),
        world.post(&format!("/users/{NOBODY}/getMemberGroups"), &all),
        world.call("POST", "/me/getMemberGroups", "app", Some(&all)),
        world.call(
            "POST",
            &format!("/users/{BEN}/getMemberGroups"),
            "anna",
            Some(&all),
        ),
    ]
    .iter()
    .map(refused)
    .collect();
    insta::assert_snapshot!("refused_questions", shown.join("\n"));
}

/// Without the right to read groups one sees which they are, and no more.
#[test]
fn everybody_sees_their_own_memberships() {
    let Nested {
        world,
        outer,
        inner,
        ..
    } = nested();
    let own = world.call("GET", "/me/memberOf", "anna", None);
    assert_eq!(
        own.json()["value"],
        json!([
            {"@odata.type": "#microsoft.graph.group", "id": outer.to_string()},
            {"@odata.type": "#microsoft.graph.group", "id": inner.to_string()},
        ])
    );
    assert_eq!(
        world
            .call("GET", "/me/transitiveMemberOf/$count", "anna", None)
            .body,
        b"3"
    );
    let body = json!({"securityEnabledOnly": false});
    assert_eq!(
        world
            .call("POST", "/me/getMemberGroups", "anna", Some(&body))
            .status,
        200
    );
    assert_eq!(
        world
            .call("GET", &format!("/users/{BEN}/memberOf"), "anna", None)
            .status,
        403
    );
    let members = world.call(
        "GET",
        &format!("/groups/{outer}/members/graph.user"),
        "admin+GroupMember.Read.All",
        None,
    );
    assert_eq!(members.json()["value"], json!([{"id": ANNA.to_string()}]));
    // What is not shown cannot be asked for either.
    let members = format!("/groups/{outer}/members");
    for (path, token, status) in [
        (
            format!("{members}?$filter=id+eq+'{ANNA}'"),
            "admin+GroupMember.Read.All",
            200,
        ),
        (
            format!("{members}?$filter=startswith(displayName,'a')"),
            "admin+GroupMember.Read.All",
            403,
        ),
        (
            format!("{members}/$count?$filter=displayName+ne+'a'"),
            "admin+GroupMember.Read.All",
            403,
        ),
        (
            format!("{members}?$search=%22displayName:a%22"),
            "admin+GroupMember.Read.All",
            403,
        ),
        (
            format!("{members}?$orderby=displayName&$count=true"),
            "admin+GroupMember.Read.All",
            403,
        ),
        (format!("/me/memberOf?$filter=id+eq+'{outer}'"), "anna", 200),
        (
            "/me/memberOf?$filter=startswith(displayName,'a')".to_owned(),
            "anna",
            403,
        ),
    ] {
        assert_eq!(
            world.call("GET", &path, token, None).status,
            status,
            "{path}"
        );
    }
}
