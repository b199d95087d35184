//! Pages of users.

use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use zetel_domain::{
    Command,
    user::{NewUser, UserProperty},
};

use crate::world::{Answer, World};

fn world_with_users(number: usize) -> World {
    let world = World::new();
    let user = |number: usize| {
        let name = format!("user{number}");
        NewUser {
            account_enabled: true,
            properties: [
                (UserProperty::DisplayName, name.as_str().into()),
                (UserProperty::MailNickname, name.as_str().into()),
                (
                    UserProperty::UserPrincipalName,
                    format!("{name}@contoso.nl").as_str().into(),
                ),
            ]
            .into(),
            ..NewUser::default()
        }
    };
    world.command(Command::CreateUsers((0..number).map(user).collect()));
    world
}

fn follow(world: &World, link: &str, is_eventual: bool) -> Answer {
    let mut request = Request::builder()
        .uri(link)
        .header("authorization", "Bearer app");
    if is_eventual {
        request = request.header("consistencylevel", "Eventual");
    }
    world.send(request.body(Body::empty()).unwrap())
}

#[test]
fn links_lead_through_all_users_once() {
    let world = world_with_users(250);
    for path in [
        "/users",
        "/users?$top=7&$select=id,userPrincipalName&$count=true",
        "/users?%24top=999",
        "/Users?$top=85&x=%22",
    ] {
        let mut answer = world.get(path);
        let mut seen = Vec::new();
        let mut pages = 0;
        loop {
            pages += 1;
            let body = answer.json();
            assert_eq!(
                body.get("@odata.count").is_some(),
                pages == 1 && path.contains("count"),
                "only the first page is counted"
            );
            seen.extend(answer.ids());
            let Some(link) = body["@odata.nextLink"].as_str() else {
                break;
            };
            assert!(
                link.starts_with("https://localhost:8443/v1.0/users?"),
                "{link}"
            );
            assert_eq!(
                link.contains("$select=id,userPrincipalName"),
                path.contains("$select"),
                "{link}"
            );
            answer = follow(&world, link, true);
        }
        // Six users of the world, one of them deleted.
        assert_eq!(seen.len(), 255, "{path}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 255, "{path}");
        let length = if path.contains("=7") {
            7
        } else if path.contains("85") {
            85
        } else if path.contains("999") {
            999
        } else {
            100
        };
        assert_eq!(pages, 255_usize.div_ceil(length), "{path}");
    }
}

#[test]
fn a_link_goes_on_where_it_was_although_users_come_and_go() {
    let world = world_with_users(20);
    let first = world.get("/users?$top=10");
    let link = first.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    let next = follow(&world, &link, false).ids();
    assert_eq!(
        world
            .call("DELETE", &format!("/users/{}", next[0]), "app", None)
            .status,
        204
    );
    assert_eq!(
        world
            .call(
                "DELETE",
                &format!("/users/{}", first.ids()[0]),
                "admin",
                None
            )
            .status,
        400,
        "the last administrator"
    );
    assert_eq!(follow(&world, &link, false).ids()[0], next[1]);
}

#[test]
fn counting_needs_a_client_that_accepts_an_eventual_answer() {
    let world = world_with_users(3);
    let answer = world.get("/users/$count");
    assert_eq!(answer.body, b"8");
    assert_eq!(answer.headers["content-type"], "text/plain");
    let without = follow(&world, "https://localhost/v1.0/users/$count", false);
    assert_eq!(
        without.error(),
        (
            400,
            "Request_BadRequest".to_owned(),
            "$count is not currently supported.".to_owned()
        )
    );
    let ignored = follow(&world, "https://localhost/v1.0/users?$count=true", false).json();
    assert!(ignored.get("@odata.count").is_none());
    assert_eq!(
        world.get("/users?$count=true&$top=1").json()["@odata.count"],
        8
    );
    assert_eq!(
        world.get("/directory/deletedItems/graph.user/$count").body,
        b"1"
    );
    assert_eq!(
        world
            .get("/directory/deletedItems/graph.user?$count=true")
            .json()["@odata.count"],
        1
    );
}

#[test]
fn a_token_of_another_list_is_refused() {
    let world = world_with_users(3);
    let link = world.get("/users?$top=1").json()["@odata.nextLink"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = link.split("$skiptoken=").nth(1).unwrap();
    let (status, code, _) = world
        .get(&format!(
            "/directory/deletedItems/microsoft.graph.user?$skiptoken={token}"
        ))
        .error();
    assert_eq!((status, code.as_str()), (400, "Directory_ExpiredPageToken"));
}
