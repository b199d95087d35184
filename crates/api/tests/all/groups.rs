//! Groups: creating, reading, changing, deleting.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{ANNA, Answer, BEN, CARLA, EMS, World};

fn refused(answer: &Answer) -> String {
    let (status, code, message) = answer.error();
    format!("{status} {code}: {message}")
}

/// A body that makes a security group.
fn security(name: &str) -> Value {
    json!({
        "displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true,
    })
}

fn with(mut body: Value, more: &Value) -> Value {
    let more = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(more);
    body
}

fn reference(id: Uuid) -> String {
    format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")
}

/// The whole answer without what follows from the new id.
fn shown(answer: &Answer) -> String {
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let text = answer.shown().replace(&id, "{id}");
    let lines = text
        .lines()
        .filter(|line| !line.contains("securityIdentifier") && !line.starts_with("content-length"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn creating_a_group_as_clients_do() {
    let world = World::new();
    let body = json!({
        "@odata.type": "#microsoft.graph.group",
        "displayName": "Sales \"NL\"", "mailNickName": "sales", "visibility": "Public", "description": "Sells",
        "groupTypes": [], "mailEnabled": false, "securityEnabled": true,
        "members@odata.bind": [reference(ANNA), format!("https://localhost:8443/v1.0/users/{BEN}")],
        "owners@odata.bind": ["https://localhost:8443/v1.0/users('carla@contoso.example')"],
    });
    let answer = world.post("/groups", &body);
    insta::assert_snapshot!("created", shown(&answer));
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let ids = |list: &str| world.get(&format!("/groups/{id}/{list}")).ids();
    assert_eq!(ids("members"), [ANNA.to_string(), BEN.to_string()]);
    assert_eq!(ids("owners"), [CARLA.to_string()]);
}

#[test]
fn whoever_creates_a_group_owns_it() {
    let world = World::new();
    let owners = |answer: Answer| {
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        world.get(&format!("/groups/{id}/owners")).ids()
    };
    let by_user = world.call("POST", "/groups", "admin", Some(&security("a")));
    assert_eq!(by_user.status, 201);
    assert_eq!(owners(by_user), [crate::world::ADMIN.to_string()]);
    let body = with(
        security("b"),
        &json!({"owners@odata.bind": [reference(BEN)]}),
    );
    let named = world.call("POST", "/groups", "admin", Some(&body));
    assert_eq!(owners(named), [BEN.to_string()]);
    assert!(owners(world.post("/groups", &security("c"))).is_empty());
}

#[test]
fn every_property() {
    let world = World::new();
    let id = world.group_with(0xb1, "everything", |group| {
        let definition = &mut group.definition;
        definition.description = Some("All of it".to_owned());
        definition.mail_enabled = true;
        definition.unified = true;
        definition.visibility = Some("HiddenMembership".to_owned());
        definition.rule = Some("user.department -eq \"Sales\"".to_owned());
        definition.rule_paused = true;
        for (name, value) in [
            ("classification", "\"low\""),
            ("preferredLanguage", "\"nl-NL\""),
            ("onPremisesSyncEnabled", "true"),
            ("proxyAddresses", "[\"SMTP:everything@contoso.nl\"]"),
            ("resourceBehaviorOptions", "[\"WelcomeEmailDisabled\"]"),
        ] {
            definition.other.insert(name.to_owned(), value.to_owned());
        }
    });
    assert_eq!(world.license(id, &[EMS], &[]).status, 202);
    let all = "$select=*,assignedLicenses,licenseProcessingState";
    insta::assert_snapshot!(
        "group_with_everything",
        world.get(&format!("/groups/{id}?{all}")).shown()
    );
    let plain = world.group(0xb2, "plain");
    let answer = world.get(&format!(
        "/groups/{plain}?$select=Id,licenseProcessingState,assignedlicenses"
    ));
    assert_eq!(
        answer.json(),
        json!({
            "@odata.context": "https://localhost:8443/v1.0/$metadata#groups(id,licenseProcessingState,assignedLicenses)/$entity",
            "id": plain.to_string(), "assignedLicenses": [], "licenseProcessingState": null,
        })
    );
}

#[test]
fn lists_and_counts() {
    let world = World::new();
    let ids: Vec<String> = (0xb1..0xb8)
        .map(|id| world.group(id, &format!("group{id}")).to_string())
        .collect();
    assert_eq!(world.get("/groups").ids(), ids);
    assert_eq!(world.get("/groups/$count").body, b"7");
    let first = world
        .get("/groups?$top=3&$count=true&$select=id,displayName")
        .json();
    assert_eq!(first["@odata.count"], 7);
    assert_eq!(
        first["@odata.context"],
        "https://localhost:8443/v1.0/$metadata#groups(id,displayName)"
    );
    let mut seen = Vec::new();
    let mut next = Some("/groups?$top=3&$select=id".to_owned());
    while let Some(path) = next {
        let page = world.get(&path);
        seen.extend(page.ids());
        next = page.json()["@odata.nextLink"]
            .as_str()
            .map(|link| link.replace("https://localhost:8443/v1.0", ""));
        if let Some(link) = &next {
            assert!(link.starts_with("/groups?$top=3&$select=id&$skiptoken="));
            // A token is good for its own list only.
            let token = link.split_once("$skiptoken=").unwrap().1;
            assert_eq!(world.get(&format!("/users?$skiptoken={token}")).status, 400);
        }
    }
    assert_eq!(seen, ids);
    let (status, _, message) = world.get("/groups?$orderby=description").error();
    assert_eq!(status, 400);
    assert!(message.contains("'description'"), "{message}");
}

#[test]
fn a_dynamic_group_has_those_whom_its_rule_matches() {
    let world = World::new();
    let body = with(
        security("germans"),
        &json!({
            "groupTypes": ["DynamicMembership"], "membershipRule": "user.usageLocation -eq \"DE\"",
            "membershipRuleProcessingState": "On",
        }),
    );
    let answer = world.post("/groups", &body);
    let group = answer.json();
    assert_eq!(group["groupTypes"], json!(["DynamicMembership"]));
    assert_eq!(group["membershipRuleProcessingState"], "On");
    let path = format!("/groups/{}", group["id"].as_str().unwrap());
    let members = || world.get(&format!("{path}/members")).ids();
    assert_eq!(members(), [BEN.to_string()]);
    assert_eq!(
        world
            .patch(&format!("/users/{ANNA}"), &json!({"usageLocation": "DE"}))
            .status,
        204
    );
    assert_eq!(members(), [ANNA.to_string(), BEN.to_string()]);

    let by_hand = world.post(
        &format!("{path}/members/$ref"),
        &json!({"@odata.id": reference(CARLA)}),
    );
    insta::assert_snapshot!(refused(&by_hand), @"400 Request_BadRequest: The members of the group 'germans' follow from its membership rule and cannot be changed by hand. Change the membershipRule, or take 'DynamicMembership' out of groupTypes first.");
    let wrong = world.patch(
        &path,
        &json!({"membershipRule": "user.usageLocation -equals \"DE\""}),
    );
    insta::assert_snapshot!(refused(&wrong), @r#"400 Request_BadRequest: The membership rule has an error at character 20: "-equals" is not an operator. Operators are -eq, -ne, -in, -notIn, -contains, -notContains, -startsWith, -notStartsWith, -endsWith, -notEndsWith, -match, -notMatch, -ge, -le, -and, -or, -not, -any and -all."#);
    let to_static = json!({"groupTypes": []});
    assert_eq!(world.patch(&path, &to_static).status, 204);
    assert_eq!(world.get(&path).json()["membershipRule"], Value::Null);
    assert_eq!(members().len(), 2, "they stay");
}

#[test]
fn changing_a_group() {
    let world = World::new();
    let id = world.group(0xb1, "sales");
    let path = format!("/groups/{id}");
    let change = json!({
        "DisplayName": "Verkoop", "description": "x", "classification": "low", "theme": null,
        "@odata.type": "#microsoft.graph.group",
    });
    let answer = world.patch(&path, &change);
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    let group = world.get(&path).json();
    assert_eq!(group["displayName"], "Verkoop");
    assert_eq!(group["classification"], "low");
    assert_eq!(
        world
            .patch(&path, &json!({"classification": null, "description": null}))
            .status,
        204
    );
    let group = world.get(&path).json();
    assert_eq!(group["classification"], Value::Null);
    assert_eq!(group["description"], Value::Null);
}

#[test]
fn a_security_group_is_gone_and_a_microsoft_365_group_comes_back() {
    let world = World::new();
    let security = world.group(0xb1, "security");
    let unified = world.group_with(0xb2, "unified", |group| {
        group.definition.unified = true;
        group.definition.mail_enabled = true;
    });
    world.join(unified, &[ANNA]);
    for id in [security, unified] {
        let path = format!("/groups/{id}");
        assert_eq!(world.call("DELETE", &path, "app", None).status, 204);
        assert_eq!(world.get(&path).status, 404);
    }
    assert!(world.get("/groups").ids().is_empty());
    let deleted = world.get("/directory/deletedItems/microsoft.graph.group?$count=true");
    assert_eq!(deleted.ids(), [unified.to_string()]);
    assert_eq!(deleted.json()["@odata.count"], 1);
    assert_eq!(
        world.get("/directory/deletedItems/graph.group/$count").body,
        b"1"
    );
    let path = format!("/directory/deletedItems/{unified}");
    assert_eq!(
        world.get(&path).json()["deletedDateTime"],
        "2026-11-21T08:43:34Z"
    );
    assert_eq!(
        world.get(&format!("{path}/microsoft.graph.group")).status,
        200
    );
    let restored = world.call("POST", &format!("{path}/restore"), "app", None);
    insta::assert_snapshot!("restored_group", restored.shown());
    assert_eq!(
        world.get(&format!("/groups/{unified}/members")).ids(),
        [ANNA.to_string()]
    );

    world.call("DELETE", &format!("/groups/{unified}"), "app", None);
    assert_eq!(world.call("DELETE", &path, "app", None).status, 204);
    assert_eq!(world.call("DELETE", &path, "app", None).status, 404);
    assert_eq!(
        world
            .get("/directory/deletedItems/microsoft.graph.group")
            .ids(),
        [""; 0]
    );
}

#[test]
fn what_a_group_cannot_be() {
    let world = World::new();
    let taken = world.group(0xb1, "taken");
    let licensed = world.group(0xb2, "licensed");
    assert_eq!(world.license(licensed, &[EMS], &[]).status, 202);
    let post = |name: &str, more: Value| {
        (
            name.to_owned(),
            world.post("/groups", &with(security("new"), &more)),
        )
    };
    let patch = |name: &str, more: Value| {
        (
            name.to_owned(),
            world.patch(&format!("/groups/{taken}"), &more),
        )
    };
    let many: Vec<String> = (0..21).map(|id| reference(Uuid::from_u128(id))).collect();
    let answers = [
        post("a taken nickname", json!({"mailNickname": "TAKEN"})),
        post("a nickname with spaces", json!({"mailNickname": "a b"})),
        post("without a name", json!({"displayName": ""})),
        post("a long name", json!({"displayName": "x".repeat(257)})),
        post(
            "neither mail nor security",
            json!({"securityEnabled": false}),
        ),
        post("mail without Unified", json!({"mailEnabled": true})),
        post("Unified without mail", json!({"groupTypes": ["Unified"]})),
        post(
            "a rule that is not one",
            json!({"groupTypes": ["DynamicMembership"], "membershipRule": "user.department -eq Sales"}),
        ),
        post(
            "a rule without the type",
            json!({"membershipRule": "user.department -eq \"Sales\""}),
        ),
        post(
            "the type without a rule",
            json!({"groupTypes": ["DynamicMembership"]}),
        ),
        post(
            "a rule for roles",
            json!({"groupTypes": ["DynamicMembership"], "membershipRule": "user.city -eq \"a\"", "isAssignableToRole": true}),
        ),
        post(
            "a rule and members",
            json!({"groupTypes": ["DynamicMembership"], "membershipRule": "user.city -eq \"a\"", "members@odata.bind": [reference(ANNA)]}),
        ),
        post("licenses", json!({"assignedLicenses": []})),
        post("an unknown property", json!({"color": 1})),
        post(
            "21 references",
            json!({"members@odata.bind": many[..11], "owners@odata.bind": many[..10]}),
        ),
        post(
            "a property outside the directory",
            json!({"hideFromAddressLists": true}),
        ),
        patch("a taken nickname", json!({"mailNickname": "licensed"})),
        patch(
            "role-assignable afterwards",
            json!({"isAssignableToRole": true}),
        ),
        patch("its id", json!({"id": "x"})),
        (
            "no body".to_owned(),
            world.call("PATCH", &format!("/groups/{taken}"), "app", None),
        ),
        (
            "a licensed group without security".to_owned(),
            world.patch(
                &format!("/groups/{licensed}"),
                &json!({"securityEnabled": false}),
            ),
        ),
        (
            "deleting a licensed group".to_owned(),
            world.call("DELETE", &format!("/groups/{licensed}"), "app", None),
        ),
        ("no id".to_owned(), world.get("/groups/sales")),
        (
            "nobody's id".to_owned(),
            world.get(&format!("/groups/{ANNA}")),
        ),
        (
            "a property that groups do not have".to_owned(),
            world.get("/groups?$select=userPrincipalName"),
        ),
        (
            "a property that is never returned".to_owned(),
            world.get("/groups?$select=hasMembersWithLicenseErrors"),
        ),
    ];
    let shown: Vec<String> = answers
        .iter()
        .map(|(name, answer)| format!("{name}: {}", refused(answer)))
        .collect();
    insta::assert_snapshot!("refusals_of_groups", shown.join("\n"));
    assert_eq!(world.get("/groups").ids().len(), 2, "nothing was made");
}

#[test]
fn who_may_see_and_change_groups() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    let path = format!("/groups/{group}");
    let calls = |token: &str| -> Vec<u16> {
        let change = json!({"description": "x"});
        let member = json!({"@odata.id": reference(BEN)});
        let licenses = json!({"addLicenses": [], "removeLicenses": []});
        [
            world.call("GET", "/groups", token, None),
            world.call("GET", &path, token, None),
            world.call("GET", &format!("{path}/members"), token, None),
            world.call(
                "POST",
                "/groups",
                token,
                Some(&security(&format!("by-{token}"))),
            ),
            world.call("PATCH", &path, token, Some(&change)),
            world.call(
                "POST",
                &format!("{path}/members/$ref"),
                token,
                Some(&member),
            ),
            world.call("DELETE", &format!("{path}/members/{BEN}/$ref"), token, None),
            world.call(
                "POST",
                &format!("{path}/assignLicense"),
                token,
                Some(&licenses),
            ),
            world.call("DELETE", &path, token, None),
            world.call(
                "POST",
                &format!("/users/{BEN}/reprocessLicenseAssignment"),
                token,
                None,
            ),
        ]
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect()
    };
    assert_eq!(calls("anna"), [403; 10]);
    assert_eq!(calls("weak"), [403; 10]);
    let own = json!({"@odata.id": reference(ANNA)});
    assert_eq!(world.post(&format!("{path}/owners/$ref"), &own).status, 204);
    assert_eq!(
        calls("anna"),
        [403, 200, 200, 403, 403, 204, 204, 403, 403, 403]
    );
    assert_eq!(
        calls("admin+Group.Read.All"),
        [200, 200, 200, 403, 403, 403, 403, 403, 403, 403]
    );
    assert_eq!(
        calls("admin+GroupMember.ReadWrite.All"),
        [200, 200, 200, 403, 403, 204, 204, 403, 403, 403]
    );
    assert_eq!(
        calls("admin+LicenseAssignment.ReadWrite.All"),
        [403, 403, 403, 403, 403, 403, 403, 400, 403, 200]
    );
    assert_eq!(
        calls("app"),
        [200, 200, 200, 201, 204, 204, 204, 400, 204, 200]
    );
}
