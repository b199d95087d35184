//! Random requests: nothing panics, and nothing is answered with a failure of the server.

use proptest::prelude::*;
use serde_json::Value;

use crate::world::{ANNA, BEN, EMS, World};

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from(EMS.to_string())),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let name = prop_oneof![
            Just("addLicenses".to_owned()),
            Just("removeLicenses".to_owned()),
            Just("skuId".to_owned()),
            Just("disabledPlans".to_owned()),
            Just("passwordProfile".to_owned()),
            Just("password".to_owned()),
            Just("usageLocation".to_owned()),
            Just("businessPhones".to_owned()),
            Just("identities".to_owned()),
            Just("displayName".to_owned()),
            Just("limit".to_owned()),
            Just("limits".to_owned()),
            Just("cleanUpRules".to_owned()),
            ".{0,8}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn query() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("$select".to_owned()),
        Just("$top".to_owned()),
        Just("%24count".to_owned()),
        Just("$skiptoken".to_owned()),
        Just("$filter".to_owned()),
        Just("$search".to_owned()),
        Just("$orderby".to_owned()),
        Just("$expand".to_owned()),
        "[a-z$%0-9]{0,6}",
    ];
    let value = prop_oneof![
        Just("id,displayName".to_owned()),
        Just("true".to_owned()),
        Just("displayName+desc".to_owned()),
        Just("memberOf($select=id)".to_owned()),
        Just("%22displayName:a%22".to_owned()),
        "[0-9]{1,4}",
        "[!#-;=?-~]{0,20}"
    ];
    prop::collection::vec((name, value), 0..4).prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    })
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("/users".to_owned()),
        Just(format!("/users/{ANNA}")),
        Just(format!("/users/{BEN}/assignLicense")),
        Just(format!("/users/{ANNA}/licenseDetails")),
        Just("/me".to_owned()),
        Just("/subscribedSkus".to_owned()),
        Just("/directory/deletedItems/graph.user".to_owned()),
        Just(format!("/directory/deletedItems/{ANNA}/restore")),
        Just("/deviceManagement/managedDevices".to_owned()),
        Just("/deviceManagement/deviceEnrollmentConfigurations".to_owned()),
        Just("/zetel/deviceSettings".to_owned()),
        "/[a-zA-Z(')=/.$]{0,30}",
    ]
}

#[test]
fn random_requests_never_fail_the_server() {
    let world = World::new();
    world.grant_devices();
    let method = prop::sample::select(vec!["GET", "POST", "PATCH", "DELETE", "PUT"]);
    let token = prop::sample::select(vec!["app", "admin", "anna", "weak"]);
    let strategy = (
        method,
        path(),
        query(),
        token,
        prop::option::of(json_value()),
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let result = runner.run(&strategy, |(method, path, query, token, body)| {
        let answer = world.call(method, &format!("{path}?{query}"), token, body.as_ref());
        let status = answer.status.as_u16();
        prop_assert!(status < 500 || status == 501, "{}", answer.shown());
        if status >= 400 {
            let (_, code, message) = answer.error();
            prop_assert!(!code.is_empty() && !message.is_empty());
        } else if answer
            .headers
            .get("content-type")
            .is_some_and(|kind| kind.to_str().unwrap().contains("json"))
        {
            answer.json();
        }
        Ok(())
    });
    result.unwrap();
}
