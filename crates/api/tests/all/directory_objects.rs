//! Objects of whichever type.

use serde_json::json;
use uuid::Uuid;

use crate::world::{ANNA, BEN, DAAN, NOBODY, World};

#[test]
fn objects_by_id() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    let user = world
        .get(&format!("/directoryObjects/{BEN}?$select=id,displayName"))
        .json();
    assert_eq!(
        user,
        json!({
            "@odata.context": "https://localhost:8443/v1.0/$metadata#directoryObjects(id,displayName)/$entity",
            "@odata.type": "#microsoft.graph.user", "displayName": "ben de Vries", "id": BEN.to_string(),
        })
    );
    let shown = world.get(&format!("/directoryObjects/{group}")).json();
    assert_eq!(shown["@odata.type"], "#microsoft.graph.group");
    assert_eq!(shown["displayName"], "sales group");
    assert_eq!(world.get(&format!("/directoryObjects/{DAAN}")).status, 404);
    assert_eq!(
        world.get("/directoryObjects/x").error().2,
        "Invalid object identifier 'x'."
    );
    let own = format!("/directoryObjects/{ANNA}");
    assert_eq!(world.call("GET", &own, "anna", None).status, 200);
    for id in [BEN, group, NOBODY] {
        let path = format!("/directoryObjects/{id}");
        assert_eq!(world.call("GET", &path, "anna", None).status, 403, "{id}");
    }
    let only_users = "admin+User.Read.All";
    assert_eq!(
        world
            .call("GET", &format!("/directoryObjects/{BEN}"), only_users, None)
            .status,
        200
    );
    assert_eq!(
        world
            .call(
                "GET",
                &format!("/directoryObjects/{group}"),
                only_users,
                None
            )
            .status,
        403
    );
    let only_groups = "admin+Group.Read.All";
    assert_eq!(
        world
            .call(
                "GET",
                &format!("/directoryObjects/{BEN}"),
                only_groups,
                None
            )
            .status,
        403
    );
    assert_eq!(
        world
            .call(
                "GET",
                &format!("/directoryObjects/{group}"),
                only_groups,
                None
            )
            .status,
        200
    );
}

#[test]
fn many_objects_by_their_ids() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    let asked = |token: &str, types: &serde_json::Value| {
        let body = json!({
            "ids": [group.to_string(), BEN.to_string(), NOBODY.to_string(), DAAN.to_string(), BEN.to_string()],
            "types": types,
        });
        world.call("POST", "/directoryObjects/getByIds", token, Some(&body))
    };
    // As the Azure command line asks.
    let types = json!([
        "user",
        "group",
        "servicePrincipal",
        "directoryObjectPartnerReference"
    ]);
    insta::assert_snapshot!("objects_by_their_ids", asked("app", &types).shown());
    let (ben, group) = (BEN.to_string(), group.to_string());
    assert_eq!(
        asked("app", &json!(["User"])).ids(),
        std::slice::from_ref(&ben)
    );
    assert_eq!(
        asked("app", &json!(["directoryObject"])).ids(),
        [group.clone(), ben.clone()]
    );
    assert_eq!(
        asked("app", &json!(null)).ids(),
        [group.clone(), ben.clone()]
    );
    assert_eq!(asked("admin+User.Read.All", &types).ids(), [ben]);
    assert_eq!(asked("admin+Group.Read.All", &types).ids(), [group]);
    assert_eq!(asked("anna", &types).status, 403);
    let many: Vec<String> = (0..1001)
        .map(|id| Uuid::from_u128(id).to_string())
        .collect();
    let too_many = world.post("/directoryObjects/getByIds", &json!({"ids": many}));
    assert_eq!(
        too_many.error().2,
        "Too many values for 'ids': 1001. There may be at most 1000."
    );
}
