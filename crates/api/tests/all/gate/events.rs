//! Refusals as troubleshooting events.

use serde_json::json;

use super::{LAPTOP, check, gate, laptop, put, send};
use crate::world::{Answer, BEN, CARLA, DAAN, NOBODY, World};

const EVENTS: &str = "/deviceManagement/troubleshootingEvents";

fn get(world: &World, path: &str) -> Answer {
    world.call("GET", path, "mdm", None)
}

#[test]
fn every_refusal_is_kept_and_nothing_else() {
    let world = gate();
    assert_eq!(check(&world, &laptop()).json()["verdict"], "allow");
    assert_eq!(put(&world, LAPTOP, &laptop()).status, 201);
    assert_eq!(get(&world, EVENTS).ids().len(), 0);
    let denied = check(
        &world,
        &json!({"user": "nobody@contoso.example", "platform": "Android", "enrollmentType": "androidEnterpriseFullyManaged"}),
    );
    world.pass(1);
    assert_eq!(
        send(
            &world,
            "GET",
            "/authorize?user=carla@contoso.example&platform=iOS",
            None
        )
        .status,
        403
    );
    world.pass(1);
    let body = json!({"user": CARLA.to_string(), "platform": "iOS", "serial": "F2LXK0AAAA", "osVersion": "18.1", "enrollmentType": "deviceEnrollmentManager"});
    let refused = put(&world, NOBODY, &body);
    assert_eq!(refused.status, 403);
    let list = get(&world, EVENTS);
    insta::assert_snapshot!("troubleshooting_events", list.shown());
    let ids = list.ids();
    let trace = |answer: &Answer| answer.json()["traceId"].as_str().unwrap().to_owned();
    assert_eq!(
        (ids.len(), &ids[0], &ids[2]),
        (3, &trace(&refused), &trace(&denied))
    );
    let one = get(&world, &format!("{EVENTS}/{}", ids[0]));
    insta::assert_snapshot!("troubleshooting_event", one.shown());
    assert_eq!(get(&world, &format!("{EVENTS}/{LAPTOP}")).status, 404);
}

#[test]
fn pages_and_filter() {
    let world = gate();
    for number in 0..5 {
        check(
            &world,
            &json!({"user": CARLA.to_string(), "serial": format!("SERIAL{number}")}),
        );
        check(&world, &json!({"user": DAAN.to_string()}));
    }
    let all = get(&world, EVENTS).ids();
    assert_eq!(all.len(), 10);
    let mut seen = Vec::new();
    let mut path = format!("{EVENTS}?$top=4");
    loop {
        let page = get(&world, &path);
        seen.extend(page.ids());
        // What comes meanwhile moves nothing.
        world.pass(1);
        check(&world, &json!({"user": CARLA.to_string()}));
        match page.json()["@odata.nextLink"].as_str() {
            Some(link) => {
                path = link
                    .strip_prefix("https://localhost:8443/v1.0")
                    .unwrap()
                    .to_owned();
            }
            None => break,
        }
    }
    assert_eq!(seen, all);
    let of = |user| {
        get(&world, &format!("{EVENTS}?$filter=userId%20eq%20'{user}'"))
            .ids()
            .len()
    };
    assert_eq!((of(DAAN), of(BEN)), (5, 0));
    for filter in [
        "userId%20ne%20'7'",
        "userId%20eq%207",
        "deviceId%20eq%20'7'",
        "userId",
    ] {
        assert_eq!(
            get(&world, &format!("{EVENTS}?$filter={filter}")).status,
            400,
            "{filter}"
        );
    }
    assert_eq!(world.call("GET", EVENTS, "weak", None).status, 403);
}

#[test]
fn a_user_who_is_purged_is_forgotten() {
    let world = gate();
    check(&world, &json!({"user": DAAN.to_string()}));
    check(
        &world,
        &json!({"user": CARLA.to_string(), "users": [DAAN.to_string()], "isShared": true}),
    );
    check(&world, &json!({"user": CARLA.to_string()}));
    assert_eq!(get(&world, EVENTS).ids().len(), 3);
    let purged = world.call(
        "DELETE",
        &format!("/directory/deletedItems/{DAAN}"),
        "app",
        None,
    );
    assert_eq!(purged.status, 204);
    let left = get(&world, EVENTS);
    assert_eq!(left.ids().len(), 1);
    assert!(!left.shown().contains("daan"), "{}", left.shown());
}

#[test]
fn thirty_days_are_kept() {
    let world = gate();
    check(&world, &json!({"user": CARLA.to_string()}));
    world.pass(30 * 86_400 - 1);
    assert_eq!(get(&world, EVENTS).ids().len(), 1);
    world.pass(1);
    assert_eq!(get(&world, EVENTS).ids().len(), 0);
}
