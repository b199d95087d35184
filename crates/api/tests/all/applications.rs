//! Applications, service principals, their credentials and permissions; directory roles; sessions.

use serde_json::{Value, json};
use uuid::Uuid;
use zetel_domain::{
    Command,
    access::{Action, Caller, Permission, Role},
};
use zetel_engine::Snapshot;

use crate::world::{ADMIN, ANNA, Answer, BEN, NOBODY, TENANT, World};

/// Microsoft Graph's application, and the object id of its service principal.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const USER_READ_ALL: &str = "df021288-bdef-4463-88db-98f22de89214";

/// Requests of somebody in particular.
trait Calls {
    fn request(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer;
    fn get_as(&self, path: &str, token: &str) -> Answer;
    fn delete(&self, path: &str, token: &str) -> Answer;
    fn tenant(&self) -> Snapshot;
}

impl Calls for World {
    fn request(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        self.call(method, path, token, Some(body))
    }

    fn get_as(&self, path: &str, token: &str) -> Answer {
        self.call("GET", path, token, None)
    }

    fn delete(&self, path: &str, token: &str) -> Answer {
        self.call("DELETE", path, token, None)
    }

    fn tenant(&self) -> Snapshot {
        let caller = Caller::System("test");
        self.engine
            .read(TENANT, &caller, Action::ReadApplications, None)
            .unwrap()
    }
}

pub fn register(world: &World, name: &str) -> Value {
    let made = world.request(
        "POST",
        "/applications",
        "admin",
        &json!({ "displayName": name }),
    );
    assert_eq!(made.status, 201, "{}", made.shown());
    made.json()
}

pub fn id_of(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// A text in which ids that are drawn at random have names.
pub fn with_names(text: &str, ids: &[(&str, &Value)]) -> String {
    ids.iter().fold(text.to_owned(), |text, (name, id)| {
        text.replace(id.as_str().unwrap(), name)
    })
}

pub fn wake(world: &World, application: &Value) -> Value {
    let body = json!({ "appId": application["appId"], "accountEnabled": true });
    let made = world.request("POST", "/servicePrincipals", "admin", &body);
    assert_eq!(made.status, 201, "{}", made.shown());
    made.json()
}

fn grant(world: &World, principal: &str, token: &str) -> Answer {
    let graph = world.get_as(&format!("/servicePrincipals(appId='{GRAPH}')"), "admin");
    let body = json!({
        "principalId": principal, "resourceId": graph.json()["id"], "appRoleId": USER_READ_ALL,
    });
    let path = format!("/servicePrincipals/{principal}/appRoleAssignments");
    world.request("POST", &path, token, &body)
}

#[test]
fn an_application_as_graph_shows_it() {
    let world = World::new();
    let body = json!({
        "displayName": "Sync", "identifierUris": ["api://sync"], "tags": ["a", "b"], "notes": "who knows",
        "web": {"redirectUris": ["https://contoso.example/signin"]},
        "requiredResourceAccess": [{"resourceAppId": GRAPH,
            "resourceAccess": [{"id": USER_READ_ALL, "type": "Role"}]}],
    });
    let made = world.request("POST", "/applications", "admin", &body);
    let application = made.json();
    let principal = wake(&world, &application);
    let named = |text: &str| {
        let ids = [
            ("{id}", &application["id"]),
            ("{appId}", &application["appId"]),
            ("{servicePrincipalId}", &principal["id"]),
        ];
        with_names(text, &ids)
    };
    insta::assert_snapshot!("application_created", named(&made.shown()));
    let shown = serde_json::to_string_pretty(&principal).unwrap();
    insta::assert_snapshot!("service_principal", named(&shown));
}

#[test]
fn an_application_is_found_and_changed_by_either_id() {
    let world = World::new();
    let application = register(&world, "Sync");
    let (id, client) = (id_of(&application), application["appId"].as_str().unwrap());
    for path in [
        format!("/applications/{id}"),
        format!("/applications(appId='{client}')"),
        format!("/myorganization/applications/{id}"),
    ] {
        let shown = world.get_as(&format!("{path}?$select=appId"), "admin");
        assert_eq!(shown.json()["appId"], client, "{path}");
    }
    let by_client = format!("/applications(appId='{client}')");
    let change = json!({ "displayName": "Mover", "web": {"redirectUris": ["https://a.example"]}, "notes": "x" });
    assert_eq!(
        world.request("PATCH", &by_client, "admin", &change).status,
        204
    );
    let shown = world.get_as(&format!("/applications/{id}"), "admin").json();
    assert_eq!(shown["displayName"], "Mover");
    assert_eq!(shown["web"]["redirectUris"], json!(["https://a.example"]));
    let forget = json!({ "notes": null, "web": null });
    assert_eq!(
        world.request("PATCH", &by_client, "admin", &forget).status,
        204
    );
    let shown = world.get_as(&format!("/applications/{id}"), "admin").json();
    assert_eq!(
        (&shown["notes"], &shown["web"]["redirectUris"]),
        (&Value::Null, &json!([]))
    );

    assert_eq!(world.delete(&by_client, "admin").status, 204);
    assert_eq!(
        world.get_as(&format!("/applications/{id}"), "admin").status,
        404
    );
}

#[test]
fn lists_are_filtered_counted_and_paged() {
    let world = World::new();
    for name in ["Sync one", "Sync two", "Other"] {
        let body =
            json!({ "displayName": name, "identifierUris": [format!("api://{}", name.len())] });
        assert_eq!(
            world
                .request("POST", "/applications", "admin", &body)
                .status,
            201
        );
    }
    let names = |query: &str| -> Vec<String> {
        let answer = world.get_as(&format!("/applications?{query}"), "admin");
        assert_eq!(answer.status, 200, "{}", answer.shown());
        let items = answer.json()["value"].as_array().unwrap().clone();
        let mut names: Vec<String> = items
            .iter()
            .map(|item| item["displayName"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        names(
            "$filter=displayName eq 'other'"
                .replace(' ', "%20")
                .as_str()
        ),
        ["Other"]
    );
    assert_eq!(
        names("$filter=startswith(displayName,'Sync')"),
        ["Sync one", "Sync two"]
    );
    assert_eq!(
        names("%24filter=identifierUris%2Fany(s:s+eq+'api://5')"),
        ["Other"]
    );
    let client = register(&world, "By id")["appId"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        names(&format!(
            "$filter=appId%20eq%20'{client}'&$select=displayName"
        )),
        ["By id"]
    );

    let mut seen = Vec::new();
    let mut path = "/applications?$top=2&$select=id".to_owned();
    loop {
        let page = world.get_as(&path, "admin");
        assert!(page.ids().len() <= 2);
        seen.extend(page.ids());
        let page = page.json();
        let Some(next) = page["@odata.nextLink"].as_str() else {
            break;
        };
        path = next.split_once("/v1.0").unwrap().1.to_owned();
    }
    let all = world.get_as("/applications?$select=id", "admin").ids();
    assert_eq!(seen, all);
    for (query, status) in [
        ("$filter=color%20eq%20'x'", 400),
        ("$filter=createdDateTime%20eq%20'x'", 400),
        ("$filter=appId", 400),
        ("$orderby=displayName", 501),
    ] {
        let answer = world.get_as(&format!("/applications?{query}"), "admin");
        assert_eq!(answer.status, status, "{query}: {}", answer.shown());
    }
}

#[test]
fn an_application_is_nobody_until_it_has_a_service_principal() {
    let world = World::new();
    let application = register(&world, "Sync");
    let client = application["appId"].as_str().unwrap();
    let filter =
        format!("/servicePrincipals?$filter=servicePrincipalNames/any(c:c%20eq%20'{client}')");
    assert_eq!(world.get_as(&filter, "admin").ids(), [""; 0]);

    let principal = id_of(&wake(&world, &application));
    assert_eq!(world.get_as(&filter, "admin").ids(), [principal.as_str()]);
    let again = world.request(
        "POST",
        "/servicePrincipals",
        "admin",
        &json!({ "appId": client }),
    );
    assert_eq!(again.error().0, 409);
    assert_eq!(again.error().1, "Request_MultipleObjectsWithSameKeyValue");

    assert_eq!(grant(&world, &principal, "admin").status, 201);
    let role = Role::GlobalReader;
    let id = Uuid::parse_str(&principal).unwrap();
    world.command(Command::AssignRole {
        principal: id,
        role,
    });
    let path = format!("/servicePrincipals/{principal}");
    assert_eq!(world.delete(&path, "admin").status, 204);
    assert_eq!(world.get_as(&path, "admin").status, 404);
    let woken = wake(&world, &application);
    assert_eq!(
        id_of(&woken),
        principal,
        "the id was settled at registration"
    );
    let grants = world.get_as(&format!("{path}/appRoleAssignments"), "admin");
    assert_eq!(
        grants.ids(),
        [""; 0],
        "permissions went with the service principal"
    );
    assert_eq!(world.tenant().roles_of(id).count(), 0);
}

#[test]
fn a_secret_is_told_once_and_removed() {
    let world = World::new();
    let application = register(&world, "Sync");
    let path = format!("/applications/{}", id_of(&application));
    let body = json!({ "passwordCredential": {
        "displayName": "rbac", "endDateTime": "2027-11-21T00:00:00Z", "startDateTime": "2026-11-21T08:43:34Z",
    } });
    let made = world.request("POST", &format!("{path}/addPassword"), "admin", &body);
    assert_eq!(made.status, 200, "{}", made.shown());
    let secret = made.json();
    let text = secret["secretText"].as_str().unwrap();
    assert_eq!(text.len(), 43);
    assert_eq!(secret["hint"], text[..3]);
    assert_eq!(secret["endDateTime"], "2027-11-21T00:00:00Z");

    let shown = world.get_as(&path, "admin");
    assert!(!shown.shown().contains(text));
    let listed = &shown.json()["passwordCredentials"][0];
    assert_eq!(
        (&listed["keyId"], &listed["hint"]),
        (&secret["keyId"], &secret["hint"])
    );
    assert_eq!(listed["secretText"], Value::Null);
    let list = world.get_as("/applications?$select=id", "admin").shown();
    assert!(!list.contains("passwordCredentials"));

    let remove = format!("{path}/removePassword");
    let unknown = world.request("POST", &remove, "admin", &json!({ "keyId": NOBODY }));
    assert_eq!(unknown.error().0, 400);
    let body = json!({ "keyId": secret["keyId"] });
    assert_eq!(world.request("POST", &remove, "admin", &body).status, 204);
    assert_eq!(
        world.get_as(&path, "admin").json()["passwordCredentials"],
        json!([])
    );
}

#[test]
fn secrets_that_cannot_be_are_refused_and_nothing_is_made() {
    let world = World::new();
    let path = format!("/applications/{}", id_of(&register(&world, "Sync")));
    for (body, status) in [
        (json!({ "passwordCredential": 7 }), 400),
        (
            json!({ "passwordCredential": {"displayName": "x".repeat(300)} }),
            400,
        ),
        (
            json!({ "passwordCredential": {"endDateTime": "tomorrow"} }),
            400,
        ),
        (
            json!({ "passwordCredential": {"endDateTime": "2020-01-01T00:00:00Z"} }),
            400,
        ),
        (
            json!({ "passwordCredential": {"startDateTime": "2036-01-01T00:00:00Z"} }),
            501,
        ),
    ] {
        let answer = world.request("POST", &format!("{path}/addPassword"), "admin", &body);
        assert_eq!(answer.status, status, "{body}: {}", answer.shown());
    }
    assert_eq!(
        world.get_as(&path, "admin").json()["passwordCredentials"],
        json!([])
    );
}

/// A certificate in DER, as base64.
fn certificate() -> &'static str {
    include_str!("certificate.txt").trim()
}

#[test]
fn certificates_are_replaced_whole() {
    let world = World::new();
    let path = format!("/applications/{}", id_of(&register(&world, "Sync")));
    let key = json!({
        "@odata.type": "#microsoft.graph.keyCredential", "displayName": null, "endDateTime": "2027-01-01T00:00:00Z",
        "key": certificate(), "keyId": "00000000-0000-4000-8000-00000000ce57", "type": "AsymmetricX509Cert",
        "usage": "Verify", "startDateTime": "2026-01-01T00:00:00Z",
    });
    let set =
        |keys: Value| world.request("PATCH", &path, "admin", &json!({ "keyCredentials": keys }));
    let shown = || world.get_as(&path, "admin").json()["keyCredentials"].clone();
    assert_eq!(set(json!([key])).status, 204);
    insta::assert_snapshot!(
        "key_credentials",
        serde_json::to_string_pretty(&shown()).unwrap()
    );

    // As it was read, and another one.
    let mut other = key.clone();
    other["keyId"] = Value::Null;
    assert_eq!(set(json!([shown()[0], other])).status, 204);
    assert_eq!(shown().as_array().unwrap().len(), 2);
    let same = set(json!([shown()[0], key, key]));
    assert_eq!(same.error().0, 400, "{}", same.shown());
    for (name, value) in [
        ("type", json!("Symmetric")),
        ("usage", json!("Sign")),
        ("key", json!("AAAA")),
        ("key", json!(null)),
        ("displayName", json!(7)),
    ] {
        let mut wrong = key.clone();
        wrong["keyId"] = json!(NOBODY);
        wrong[name] = value;
        assert_eq!(set(json!([wrong])).error().0, 400, "{name}");
    }
    assert_eq!(
        shown().as_array().unwrap().len(),
        2,
        "a refusal changes nothing"
    );
    assert_eq!(set(json!([])).status, 204);
    assert_eq!(shown(), json!([]));
}

#[test]
fn owners_are_listed_added_and_removed() {
    let world = World::new();
    let application = register(&world, "Sync");
    let of_application = format!("/applications/{}/owners", id_of(&application));
    let ids = |path: &str| world.get_as(path, "admin").ids();
    assert_eq!(
        ids(&of_application),
        [ADMIN.to_string()],
        "whoever registers it owns it"
    );
    let principal = id_of(&wake(&world, &application));
    let of_principal = format!("/servicePrincipals/{principal}/owners");

    let reference = |id: &str| json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}") });
    let add = |path: &str, id: &str| {
        world.request("POST", &format!("{path}/$ref"), "admin", &reference(id))
    };
    let anna = ANNA.to_string();
    assert_eq!(add(&of_application, &anna).status, 204);
    assert_eq!(add(&of_principal, &principal).status, 204);
    let owners = [ADMIN.to_string(), anna.clone(), principal.clone()];
    assert_eq!(ids(&of_application), owners);
    assert_eq!(ids(&of_principal), owners);
    let types: Vec<Value> = world.get_as(&of_principal, "admin").json()["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|owner| owner["@odata.type"].clone())
        .collect();
    assert_eq!(types[1], "#microsoft.graph.user");
    assert_eq!(types[2], "#microsoft.graph.servicePrincipal");

    let again = add(&of_application, &anna).error();
    assert_eq!(again.0, 400);
    assert!(
        again
            .2
            .contains("already exist for the following modified properties: 'owners'")
    );
    for (id, status) in [(NOBODY.to_string(), 404), (id_of(&application), 404)] {
        assert_eq!(add(&of_application, &id).status, status, "{id}");
    }
    let group = world.group(0x61, "sales").to_string();
    assert_eq!(
        add(&of_application, &group).error().0,
        404,
        "a group owns nothing"
    );

    let remove = |path: &str, id: &str| world.delete(&format!("{path}/{id}/$ref"), "admin").status;
    assert_eq!(remove(&of_principal, &anna), 204);
    assert_eq!(remove(&of_application, &principal), 204);
    assert_eq!(remove(&of_application, &anna), 404);
    assert_eq!(ids(&of_principal), [ADMIN.to_string()]);

    let graph = world.get_as(&format!("/servicePrincipals(appId='{GRAPH}')"), "admin");
    let of_graph = format!("/servicePrincipals/{}/owners", id_of(&graph.json()));
    assert_eq!(ids(&of_graph), [""; 0]);
    assert_eq!(add(&of_graph, &anna).status, 403);
}

#[test]
fn owners_stay_through_a_restart_and_are_shown_while_they_are_there() {
    let mut world = World::new();
    let path = format!("/applications/{}/owners", id_of(&register(&world, "Sync")));
    let reference = json!({ "@odata.id": format!("https://x/v1.0/users/{BEN}") });
    let added = world.request("POST", &format!("{path}/$ref"), "admin", &reference);
    assert_eq!(added.status, 204, "{}", added.shown());
    world.restart();
    let both = [ADMIN.to_string(), BEN.to_string()];
    assert_eq!(world.get_as(&path, "admin").ids(), both);
    let of_user = format!("/users/{BEN}");
    assert_eq!(world.delete(&of_user, "admin").status, 204);
    assert_eq!(world.get_as(&path, "admin").ids(), both[..1]);
    let restore = format!("/directory/deletedItems/{BEN}/restore");
    assert_eq!(
        world.request("POST", &restore, "admin", &json!({})).status,
        200
    );
    assert_eq!(world.get_as(&path, "admin").ids(), both);
}

#[test]
fn permissions_are_granted_and_taken() {
    let world = World::new();
    let application = register(&world, "Sync");
    let principal = id_of(&wake(&world, &application));
    let made = grant(&world, &principal, "admin");
    let body = made.json();
    let id = id_of(&body);
    let ids = [
        ("{servicePrincipalId}", &body["principalId"]),
        ("{id}", &body["id"]),
        ("{graph}", &body["resourceId"]),
    ];
    insta::assert_snapshot!("app_role_assignment", with_names(&made.shown(), &ids));
    assert_eq!(id.len(), 43);
    assert_eq!(
        grant(&world, &principal, "admin").error().0,
        400,
        "it has it already"
    );
    let path = format!("/servicePrincipals/{principal}/appRoleAssignments");
    assert_eq!(world.get_as(&path, "admin").ids(), [id.as_str()]);
    let granted = world.tenant().applications().values().any(|known| {
        known.service_principal_id.to_string() == principal
            && known.permissions.contains(&Permission::UserReadAll)
    });
    assert!(granted);
    assert_eq!(world.delete(&format!("{path}/{id}"), "admin").status, 204);
    assert_eq!(world.get_as(&path, "admin").ids(), [""; 0]);
    assert_eq!(world.delete(&format!("{path}/{id}"), "admin").status, 404);

    let graph = id_of(
        &world
            .get_as(&format!("/servicePrincipals(appId='{GRAPH}')"), "admin")
            .json(),
    );
    for (resource, role, status) in [
        (graph.as_str(), NOBODY.to_string().as_str(), 400),
        (principal.as_str(), USER_READ_ALL, 400),
        ("x", USER_READ_ALL, 400),
    ] {
        let body = json!({ "principalId": principal, "resourceId": resource, "appRoleId": role });
        let answer = world.request("POST", &path, "admin", &body);
        assert_eq!(answer.status, status, "{}", answer.shown());
    }
    let roles = world
        .get_as(
            &format!("/servicePrincipals/{graph}?$select=appRoles"),
            "admin",
        )
        .json();
    assert_eq!(
        roles["appRoles"].as_array().unwrap().len(),
        Permission::ALL.len()
    );
    assert_eq!(
        world
            .delete(&format!("/servicePrincipals/{graph}"), "admin")
            .status,
        403
    );
}

#[test]
fn who_may() {
    let world = World::new();
    let application = register(&world, "Sync");
    let path = format!("/applications/{}", id_of(&application));
    for (method, path, status) in [
        ("GET", "/applications".to_owned(), 200),
        ("GET", path.clone(), 200),
        ("GET", "/directoryRoles".to_owned(), 200),
        ("POST", "/applications".to_owned(), 403),
        ("PATCH", path.clone(), 403),
        ("DELETE", path.clone(), 403),
        ("POST", format!("{path}/addPassword"), 403),
        ("POST", format!("{path}/addKey"), 403),
        ("POST", format!("{path}/removeKey"), 403),
        ("GET", format!("{path}/owners"), 200),
        ("POST", format!("{path}/owners/$ref"), 403),
        ("DELETE", format!("{path}/owners/{ADMIN}/$ref"), 403),
        (
            "POST",
            "/roleManagement/directory/roleAssignments".to_owned(),
            403,
        ),
    ] {
        let answer = world.request(method, &path, "app", &json!({ "displayName": "x" }));
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.shown());
    }
    for path in ["/applications", "/servicePrincipals", "/directoryRoles"] {
        assert_eq!(world.get_as(path, "anna").status, 403, "{path}");
        assert_eq!(world.get_as(path, "weak").status, 403, "{path}");
    }
    let principal = id_of(&wake(&world, &application));
    assert_eq!(grant(&world, &principal, "app").status, 403);
}

#[test]
fn roles_are_given_and_taken() {
    let world = World::new();
    let roles = world.get_as("/directoryRoles", "admin");
    assert_eq!(roles.ids().len(), Role::ALL.len());
    let reader = Role::GlobalReader.template_id();
    let one = world.get_as(
        &format!("/directoryRoles(roleTemplateId='{reader}')"),
        "admin",
    );
    assert_eq!(one.json()["displayName"], "Global Reader");

    let body = json!({ "principalId": ANNA, "roleDefinitionId": reader, "directoryScopeId": "/" });
    let assignments = "/roleManagement/directory/roleAssignments";
    let made = world.request("POST", assignments, "admin", &body);
    insta::assert_snapshot!("role_assignment", made.shown());
    assert_eq!(
        world.request("POST", assignments, "admin", &body).error().0,
        400
    );
    let filter = format!("{assignments}?$filter=principalId%20eq%20'{ANNA}'");
    assert_eq!(world.get_as(&filter, "admin").ids(), [id_of(&made.json())]);
    let members = format!("/directoryRoles/{reader}/members");
    assert_eq!(world.get_as(&members, "admin").ids(), [ANNA.to_string()]);
    let one = format!("{assignments}/{}", id_of(&made.json()));
    assert_eq!(world.get_as(&one, "admin").status, 200);
    assert_eq!(world.delete(&one, "admin").status, 204);
    assert_eq!(world.get_as(&one, "admin").status, 404);

    let principal = id_of(&wake(&world, &register(&world, "Sync")));
    for id in [BEN.to_string(), principal.clone()] {
        let reference = json!({ "@odata.id": format!("https://x/v1.0/directoryObjects/{id}") });
        let answer = world.request("POST", &format!("{members}/$ref"), "admin", &reference);
        assert_eq!(answer.status, 204, "{}", answer.shown());
    }
    assert_eq!(
        world.get_as(&members, "admin").ids(),
        [BEN.to_string(), principal.clone()]
    );
    for id in [BEN.to_string(), principal] {
        assert_eq!(
            world
                .delete(&format!("{members}/{id}/$ref"), "admin")
                .status,
            204
        );
        assert_eq!(
            world
                .delete(&format!("{members}/{id}/$ref"), "admin")
                .status,
            404
        );
    }
    let global = Role::GlobalAdministrator.template_id();
    let last = world.delete(
        &format!("/directoryRoles/{global}/members/{ADMIN}/$ref"),
        "admin",
    );
    assert!(last.error().2.starts_with("The last Global Administrator"));
    for (principal, role, scope, status) in [
        (NOBODY.to_string(), reader.to_string(), "/", 404),
        (ANNA.to_string(), NOBODY.to_string(), "/", 400),
        (
            ANNA.to_string(),
            reader.to_string(),
            "/administrativeUnits/1",
            501,
        ),
    ] {
        let body = json!({ "principalId": principal, "roleDefinitionId": role, "directoryScopeId": scope });
        assert_eq!(
            world.request("POST", assignments, "admin", &body).status,
            status
        );
    }
}

#[test]
fn objects_of_every_type_are_got_by_their_ids() {
    let world = World::new();
    let application = register(&world, "Sync");
    let principal = wake(&world, &application);
    let body = json!({
        "ids": [ANNA, application["id"], principal["id"], NOBODY],
        "types": ["user", "servicePrincipal", "directoryObjectPartnerReference"],
    });
    let found = world.request("POST", "/directoryObjects/getByIds", "admin", &body);
    assert_eq!(found.ids(), [ANNA.to_string(), id_of(&principal)]);
    let body = json!({ "ids": [application["id"]], "types": ["application"] });
    let found = world
        .request("POST", "/directoryObjects/getByIds", "admin", &body)
        .json();
    assert_eq!(
        found["value"][0]["@odata.type"],
        "#microsoft.graph.application"
    );
}

#[test]
fn sessions_end_and_the_time_is_noted() {
    let world = World::new();
    for (path, token, status) in [
        ("/me/revokeSignInSessions".to_owned(), "anna", 200),
        (format!("/users/{BEN}/revokeSignInSessions"), "app", 200),
        (format!("/users/{ADMIN}/revokeSignInSessions"), "app", 403),
        (format!("/users/{BEN}/revokeSignInSessions"), "anna", 403),
        (format!("/users/{NOBODY}/revokeSignInSessions"), "app", 404),
        ("/me/revokeSignInSessions".to_owned(), "app", 400),
    ] {
        let answer = world.request("POST", &path, token, &json!({}));
        assert_eq!(answer.status, status, "{path} {token}: {}", answer.shown());
        if status == 200 {
            assert_eq!(answer.json()["value"], true);
        }
    }
    let shown = world.get_as(
        &format!("/users/{ANNA}?$select=signInSessionsValidFromDateTime"),
        "admin",
    );
    assert_eq!(
        shown.json()["signInSessionsValidFromDateTime"],
        "2026-11-21T08:43:34Z"
    );
}

#[test]
fn domains() {
    let world = World::new();
    let domains = world.get_as("/domains", "anna");
    insta::assert_snapshot!("domains", domains.shown());
    assert_eq!(world.get_as("/domains/nowhere.example", "anna").status, 404);
}
