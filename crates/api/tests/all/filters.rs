//! `$filter` on real objects.

use axum::{body::Body, http::Request};
use uuid::Uuid;

use crate::world::{
    ADMIN, ANNA, Answer, BEN, CARLA, ELIF, EMS, INTUNE_PLAN, NOBODY, OFFICE_E1, World, encoded,
};

fn query(world: &World, set: &str, filter: &str) -> Answer {
    let filter: String = encoded(filter);
    world.get(&format!("/{set}?$count=true&$select=id&$filter={filter}"))
}

fn strings(ids: &[Uuid]) -> Vec<String> {
    ids.iter().map(Uuid::to_string).collect()
}

#[test]
fn users() {
    let world = World::new();
    for (filter, expected) in [
        (format!("assignedLicenses/any(x:x/skuId eq {EMS})"), vec![ANNA]),
        (format!("not assignedLicenses/any(x:x/skuId eq {EMS})"), vec![ADMIN, BEN, CARLA, ELIF]),
        (format!("assignedLicenses/any(x:x/skuId eq {NOBODY})"), vec![]),
        ("assignedLicenses/$count ne 0".to_owned(), vec![ANNA]),
        ("assignedLicenses/$count eq 0 and usageLocation eq 'de'".to_owned(), vec![BEN]),
        ("userPrincipalName eq 'BEN@contoso.example'".to_owned(), vec![BEN]),
        ("userPrincipalName in ('ben@contoso.example','anna@contoso.example')".to_owned(), vec![ANNA, BEN]),
        ("mail eq 'admin@contoso.example'".to_owned(), vec![ADMIN, ELIF]),
        ("startswith(displayName,'A')".to_owned(), vec![ADMIN, ANNA]),
        ("startsWith(displayName,'a') and not(displayName eq 'anna de Vries')".to_owned(), vec![ADMIN]),
        (format!("id eq '{ANNA}' or id eq '{BEN}'"), vec![ANNA, BEN]),
        (format!("id in ('{ANNA}', '{NOBODY}')"), vec![ANNA]),
        ("accountEnabled eq false".to_owned(), vec![]),
        ("accountEnabled eq true".to_owned(), vec![ADMIN, ANNA, BEN, CARLA, ELIF]),
        ("usageLocation eq null".to_owned(), vec![CARLA]),
        ("usageLocation in ('DE','AE')".to_owned(), vec![BEN, ELIF]),
        ("department ne null".to_owned(), vec![CARLA]),
        ("userType eq 'Member' and endswith(userPrincipalName,'LIF@contoso.example')".to_owned(), vec![ELIF]),
        ("proxyAddresses/any(p:startswith(p,'SMTP:'))".to_owned(), vec![CARLA]),
        (format!("assignedPlans/any(p:p/servicePlanId eq {INTUNE_PLAN})"), vec![]),
        ("assignedPlans/any(p:p/servicePlanId eq 41781fb2-bc02-4b7c-bd55-b576c07bb09d and p/capabilityStatus eq 'Enabled')".to_owned(), vec![ANNA]),
        ("assignedPlans/any(p:p/servicePlanId eq 41781fb2-bc02-4b7c-bd55-b576c07bb09d and p/capabilityStatus eq 'Deleted')".to_owned(), vec![]),
    ] {
        let answer = query(&world, "users", &filter);
        assert_eq!(answer.ids(), strings(&expected), "{filter}");
        assert_eq!(answer.json()["@odata.count"], expected.len(), "{filter}");
        let count = world.get(&format!("/users/$count?$filter={}", encoded(&filter)));
        assert_eq!(count.body, expected.len().to_string().as_bytes(), "{filter}");
    }
}

#[test]
fn pages_of_chosen_users() {
    let world = World::new();
    let mut next = Some("/users?$filter=usageLocation+eq+null+or+usageLocation+ne+%27NL%27&$count=true&$top=1&$select=id".to_owned());
    let mut seen = Vec::new();
    while let Some(path) = next {
        let page = world.get(&path);
        assert_eq!(page.ids().len(), 1);
        seen.extend(page.ids());
        next = page.json()["@odata.nextLink"]
            .as_str()
            .map(|link| link.replace("https://localhost:8443/v1.0", ""));
    }
    assert_eq!(seen, strings(&[BEN, CARLA, ELIF]));
}

#[test]
fn groups() {
    let world = World::new();
    let sales = world.group(0xb1, "sales");
    let errors = world.group(0xb2, "errors");
    let unified = world.group_with(0xb3, "unified", |group| {
        group.definition.unified = true;
        group.definition.mail_enabled = true;
        group.definition.security_enabled = false;
        group.definition.rule = Some("user.department -eq \"Sales\"".to_owned());
    });
    world.join(errors, &[ANNA, BEN]);
    assert_eq!(
        world.license(errors, &[OFFICE_E1], &[]).status,
        202,
        "one seat for two"
    );
    assert_eq!(world.license(sales, &[EMS], &[]).status, 202);
    for (filter, expected) in [
        (
            "hasMembersWithLicenseErrors eq true".to_owned(),
            vec![errors],
        ),
        (
            "hasMembersWithLicenseErrors eq false".to_owned(),
            vec![sales, unified],
        ),
        (format!("id eq '{sales}'"), vec![sales]),
        (
            "displayName eq 'SALES group' and mailNickname eq 'sales'".to_owned(),
            vec![sales],
        ),
        (
            "startswith(displayName,'e') or startswith(mailNickname,'uni')".to_owned(),
            vec![errors, unified],
        ),
        (
            "securityEnabled eq true and mailEnabled eq false".to_owned(),
            vec![sales, errors],
        ),
        ("groupTypes/any(c:c eq 'Unified')".to_owned(), vec![unified]),
        (
            "NOT groupTypes/any(c:c eq 'unified')".to_owned(),
            vec![sales, errors],
        ),
        (
            "groupTypes/any(c:c eq 'DynamicMembership') and membershipRuleProcessingState eq 'On'"
                .to_owned(),
            vec![unified],
        ),
        (
            "mail eq 'unified@contoso.example'".to_owned(),
            vec![unified],
        ),
        (
            format!("assignedLicenses/any(x:x/skuId eq {EMS})"),
            vec![sales],
        ),
        (
            "assignedLicenses/$count ne 0".to_owned(),
            vec![sales, errors],
        ),
        ("isAssignableToRole eq true".to_owned(), vec![]),
        (
            "description eq null and visibility eq null".to_owned(),
            vec![sales, errors, unified],
        ),
    ] {
        let answer = query(&world, "groups", &filter);
        assert_eq!(answer.ids(), strings(&expected), "{filter}");
        assert_eq!(answer.json()["@odata.count"], expected.len(), "{filter}");
        let count = world.get(&format!("/groups/$count?$filter={}", encoded(&filter)));
        assert_eq!(
            count.body,
            expected.len().to_string().as_bytes(),
            "{filter}"
        );
    }
}

#[test]
fn members() {
    let world = World::new();
    let outer = world.group(0xb1, "outer");
    let inner = world.group(0xb2, "ben");
    world.join(outer, &[ANNA, BEN, inner]);
    let set = format!("groups/{outer}/members");
    for (filter, expected) in [
        ("startswith(displayName,'ben')", vec![BEN, inner]),
        ("userPrincipalName eq 'anna@contoso.example'", vec![ANNA]),
        ("securityEnabled eq true", vec![inner]),
        ("not(displayName eq 'x')", vec![ANNA, BEN, inner]),
    ] {
        let answer = query(&world, &set, filter);
        assert_eq!(answer.ids(), strings(&expected), "{filter}");
        assert_eq!(answer.json()["@odata.count"], expected.len(), "{filter}");
    }
}

#[test]
fn a_list_of_several_types_is_never_answered_in_part() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    world.join(group, &[ANNA]);
    let members = format!("/groups/{group}/members");
    let ends = "$count=true&$filter=endswith(mail,'.example')";
    let shown: Vec<String> = [
        // Groups have the property, and it cannot be asked so.
        format!("{members}?{ends}"),
        format!("{members}/graph.user?$select=id&{ends}"),
        format!("/groups/{group}/owners?$select=id&{ends}"),
        format!("/groups/{group}/owners?$filter=securityEnabled+eq+true"),
        format!("/users/{ANNA}/memberOf?$filter=accountEnabled+eq+true"),
        format!("/users/{ANNA}/memberOf?$select=id&$filter=securityEnabled+eq+true"),
        format!("{members}?$filter=color+eq+'x'"),
        format!("{members}?$select=id&$filter=accountEnabled+eq+true"),
    ]
    .iter()
    .map(|path| format!("{path}\n  {}", brief(&world.get(path))))
    .collect();
    insta::assert_snapshot!("lists_of_several_types", shown.join("\n"));
}

#[test]
fn advanced_filters_need_their_header() {
    let world = World::new();
    let answer = world.get("/users?$filter=displayName+ne+%27x%27");
    let (status, code, message) = answer.error();
    assert_eq!((status, code.as_str()), (400, "Request_UnsupportedQuery"));
    assert!(message.starts_with(
        "Operator 'ne' is not supported because the required parameters might be missing."
    ));
    assert_eq!(
        world
            .get("/users?$filter=displayName+ne+%27x%27&$count=true")
            .status,
        200
    );
    assert_eq!(
        world
            .get("/users/$count?$filter=displayName+ne+%27x%27")
            .status,
        200
    );
}

/// A GET with or without the header of advanced queries.
fn ask(world: &World, path: &str, is_eventual: bool) -> Answer {
    let mut request = Request::builder()
        .uri(format!("/v1.0{path}"))
        .header("host", "localhost:8443")
        .header("authorization", "Bearer app");
    if is_eventual {
        request = request.header("consistencylevel", "eventual");
    }
    world.send(request.body(Body::empty()).unwrap())
}

/// A whole answer in a few lines: the status and the body.
fn brief(answer: &Answer) -> String {
    if answer.status == 200 {
        return format!("200 {}", String::from_utf8_lossy(&answer.body));
    }
    let (status, code, message) = answer.error();
    format!("{status} {code}: {message}")
}

#[test]
fn every_row_of_the_license_filters() {
    let world = World::new();
    let group = world.group(0xb1, "sales");
    world.join(group, &[BEN]);
    world.license(group, &[OFFICE_E1], &[]);
    let any = format!("assignedLicenses/any(x:x/skuId eq {EMS})");
    let mut shown = Vec::new();
    for (set, filter) in [
        ("users", any.clone()),
        ("users", format!("not {any}")),
        ("users", "assignedLicenses/$count eq 0".to_owned()),
        ("users", "assignedLicenses/$count ne 0".to_owned()),
        ("users", "assignedPlans/any(p:p/servicePlanId eq 41781fb2-bc02-4b7c-bd55-b576c07bb09d and p/capabilityStatus eq 'Enabled')".to_owned()),
        ("users", "provisionedPlans/any(p:p/service eq 'exchange')".to_owned()),
        ("users", "usageLocation eq 'NL'".to_owned()),
        ("users", "usageLocation in ('DE','AE')".to_owned()),
        ("users", "startswith(usageLocation,'A')".to_owned()),
        ("users", "usageLocation ge 'B' and usageLocation le 'E'".to_owned()),
        ("users", "usageLocation eq null".to_owned()),
        ("users", "usageLocation ne 'NL'".to_owned()),
        ("users", "accountEnabled eq true".to_owned()),
        ("users", "userType eq 'Guest'".to_owned()),
        ("users", "licenseAssignmentStates/any(x:x/state eq 'Error')".to_owned()),
        ("groups", format!("assignedLicenses/any(x:x/skuId eq {OFFICE_E1})")),
        ("groups", "hasMembersWithLicenseErrors eq true".to_owned()),
        ("groups", "groupTypes/any(c:c eq 'Unified')".to_owned()),
    ] {
        let query = format!("$select=id&$filter={}", encoded(&filter));
        let default = ask(&world, &format!("/{set}?{query}"), false);
        let advanced = ask(&world, &format!("/{set}?{query}&$count=true"), true);
        shown.push(format!(
            "/{set} {filter}\n  default: {}\n  advanced: {}",
            brief(&default),
            brief(&advanced)
        ));
    }
    insta::assert_snapshot!("license_filters", shown.join("\n"));
}

#[test]
fn spellings_of_a_filter() {
    let world = World::new();
    let expected = world.get(&format!(
        "/users?$filter=assignedLicenses/any(x:x/skuId+eq+{EMS})"
    ));
    assert_eq!(expected.ids(), strings(&[ANNA]));
    for query in [
        format!("%24filter=assignedLicenses%2Fany%28x%3Ax%2FskuId%20eq%20{EMS}%29"),
        format!("$Filter=assignedLicenses/any(s:s/skuId%20eq%20{EMS})"),
        format!(
            "filter=AssignedLicenses/ANY(x:x/SkuId+EQ+{})",
            EMS.to_string().to_uppercase()
        ),
        format!("$filter=(assignedLicenses/any+(x:+x/skuId+in+({EMS})))"),
    ] {
        assert_eq!(
            world.get(&format!("/users?{query}")).ids(),
            expected.ids(),
            "{query}"
        );
    }
    let groups = world.get("/groups?$filter=groupTypes/any(c:c+eq+%27Unified%27)");
    assert_eq!(groups.status, 200);
    for query in [
        "$filter=startswith(displayName,'Anna')",
        "$filter=startsWith(displayName,%27ANNA%27)",
        "%24filter=STARTSWITH%28displayName%2C+%27anna+de%27%29",
        "$filter=userPrincipalName%20eq%20'anna@contoso.example'",
    ] {
        assert_eq!(
            world.get(&format!("/users?{query}")).ids(),
            strings(&[ANNA]),
            "{query}"
        );
    }
}

#[test]
fn searches() {
    let world = World::new();
    let sales = world.group_with(0xb1, "OneVideo", |group| {
        group.definition.description = Some("Team-work 2Go".to_owned());
    });
    let other = world.group(0xb2, "Two");
    for (set, search, expected) in [
        ("users", r#""displayName:Vries anna""#, vec![ANNA]),
        ("users", r#""displayName:ann""#, vec![ANNA]),
        ("users", r#""displayName:nna""#, vec![]),
        (
            "users",
            r#""displayName:anna" OR "mail:BEN""#,
            vec![ANNA, BEN],
        ),
        (
            "users",
            r#""displayName:vries" AND ("mail:ben" OR "mail:anna")"#,
            vec![ANNA, BEN],
        ),
        ("users", r#""otherMails:smtp""#, vec![CARLA]),
        ("groups", r#""displayName:OneVideo""#, vec![sales]),
        (
            "groups",
            r#""displayName:video" OR "mailNickname:t""#,
            vec![sales, other],
        ),
        ("groups", r#""description:teamwork go""#, vec![sales]),
    ] {
        let query = format!("$select=id&$search={}", encoded(search));
        let answer = ask(&world, &format!("/{set}?{query}"), true);
        assert_eq!(
            answer.ids(),
            strings(&expected),
            "{search} {}",
            answer.shown()
        );
        let count = ask(
            &world,
            &format!("/{set}/$count?$search={}", encoded(search)),
            true,
        );
        assert_eq!(
            count.body,
            expected.len().to_string().as_bytes(),
            "{search}"
        );
        let counted = ask(&world, &format!("/{set}?{query}&$count=true"), true);
        assert_eq!(counted.json()["@odata.count"], expected.len());
    }
    let both = format!(
        "/users?$select=id&$search={}&$filter={}&$orderby=displayName+desc",
        encoded(r#""displayName:vries""#),
        encoded("usageLocation ne 'NL' and usageLocation ne null")
    );
    assert_eq!(ask(&world, &both, true).ids(), strings(&[ELIF, BEN]));
    let shown: Vec<String> = [
        (r#""displayName:a""#, false),
        ("displayName:a", true),
        (r#""a""#, true),
        (r#""id:a""#, true),
        (r#""color:a""#, true),
        (r#""displayName:a" or "mail:b""#, true),
    ]
    .iter()
    .map(|(search, is_eventual)| {
        let answer = ask(
            &world,
            &format!("/users?$search={}", encoded(search)),
            *is_eventual,
        );
        format!("{search}\n  {}", brief(&answer))
    })
    .collect();
    insta::assert_snapshot!("searches_refused", shown.join("\n"));
}

#[test]
fn orders() {
    let world = World::new();
    let a = world.group(0xb1, "b");
    let b = world.group(0xb2, "A");
    for (path, expected) in [
        (
            "/users?$orderby=displayName",
            vec![ADMIN, ANNA, BEN, CARLA, ELIF],
        ),
        (
            "/users?$OrderBy=displayname+desc&$top=2",
            vec![ELIF, CARLA, BEN, ANNA, ADMIN],
        ),
        (
            "/users?%24orderby=userPrincipalName%20desc&$top=4",
            vec![ELIF, CARLA, BEN, ANNA, ADMIN],
        ),
        ("/groups?$orderby=displayName&$top=1", vec![b, a]),
    ] {
        let first = ask(&world, &format!("{path}&$select=id"), false);
        let mut found = first.ids();
        let mut link = first.json()["@odata.nextLink"].as_str().map(str::to_owned);
        while let Some(next) = link {
            let page = ask(
                &world,
                &next.replace("https://localhost:8443/v1.0", ""),
                false,
            );
            found.extend(page.ids());
            link = page.json()["@odata.nextLink"].as_str().map(str::to_owned);
        }
        assert_eq!(found, strings(&expected), "{path}");
    }
    world.join(a, &[ELIF, ANNA, b]);
    let members = format!("/groups/{a}/members?$count=true&$orderby=displayName+desc&$select=id");
    assert_eq!(ask(&world, &members, true).ids(), strings(&[ELIF, ANNA, b]));
    let shown: Vec<String> = [
        ("/users?$orderby=department", true),
        ("/users?$orderby=color", true),
        ("/users?$orderby=displayName,mail", true),
        ("/users?$orderby=displayName+up", true),
        ("/users?$orderby=createdDateTime", false),
        (
            "/users?$orderby=displayName&$filter=accountEnabled+eq+true",
            false,
        ),
        ("/groups?$orderby=mail", true),
        ("/devices?$orderby=displayName", false),
        (&members, false),
    ]
    .iter()
    .map(|(path, is_eventual)| format!("{path}\n  {}", brief(&ask(&world, path, *is_eventual))))
    .collect();
    insta::assert_snapshot!("orders_refused", shown.join("\n"));
}

#[test]
fn an_order_goes_on_where_it_was_although_names_change() {
    let world = World::new();
    let first = world.get("/users?$orderby=displayName&$top=2&$select=id");
    assert_eq!(first.ids(), strings(&[ADMIN, ANNA]));
    let link = first.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    let link = link.replace("https://localhost:8443/v1.0", "");
    // The last user of the page goes to the end, the next one is deleted.
    let body = serde_json::json!({"displayName": "Zoë"});
    assert_eq!(world.patch(&format!("/users/{ANNA}"), &body).status, 204);
    assert_eq!(
        world
            .call("DELETE", &format!("/users/{BEN}"), "app", None)
            .status,
        204
    );
    assert_eq!(world.get(&link).ids(), strings(&[CARLA, ELIF]));
    for other in [
        link.replace("displayName", "userPrincipalName"),
        link.replace("displayName", "displayName+desc"),
        link.replace("$orderby=displayName&", ""),
        link.replace("/users", "/groups"),
    ] {
        assert_eq!(
            world.get(&other).error().1,
            "Directory_ExpiredPageToken",
            "{other}"
        );
    }
}

#[test]
fn expanded_relationships() {
    let world = World::new();
    let outer = world.group(0xb1, "outer");
    let inner = world.group(0xb2, "inner");
    world.join(outer, &[ANNA, BEN, inner]);
    world.join(inner, &[CARLA]);
    let shown: Vec<String> = [
        format!("/groups/{outer}?$select=id,displayName&$expand=members($select=id)"),
        "/groups?$select=id&$expand=transitiveMembers($select=id,mail)&$top=1".to_owned(),
        format!("/users/{ANNA}?$select=id&$expand=memberOf($select=id,displayName)"),
        "/users?$select=id&$expand=memberOf($select=id)&$filter=usageLocation+eq+'NL'".to_owned(),
        format!("/users/{ANNA}?$expand=manager"),
        format!("/users/{ANNA}?$expand=displayName"),
        format!("/users/{ANNA}?$expand=color"),
        format!("/groups/{outer}?$expand=members,owners"),
        format!("/groups/{outer}?$expand=members($top=5)"),
        format!("/groups/{outer}?$expand=members($select=color)"),
        "/groups?$expand=members&$count=true".to_owned(),
        "/subscribedSkus?$expand=x".to_owned(),
    ]
    .iter()
    .map(|path| format!("{path}\n  {}", brief(&ask(&world, path, true))))
    .collect();
    insta::assert_snapshot!("expanded", shown.join("\n"));
}

#[test]
fn the_recycle_bin_is_asked_as_it_is_shown() {
    let world = World::new();
    let path =
        "/directory/deletedItems/microsoft.graph.user?$count=true&$select=id,userPrincipalName";
    for (filter, expected) in [
        ("startswith(displayName,'daan')", 1),
        ("displayName eq 'anna de vries'", 0),
        (
            "userPrincipalName eq '000000000000000000000000000000a5daan@contoso.example'",
            1,
        ),
        ("userPrincipalName eq 'daan@contoso.example'", 0),
        (
            "accountEnabled eq true and deletedDateTime ge 2026-01-01",
            1,
        ),
        ("deletedDateTime eq null", 0),
    ] {
        let answer = world.get(&format!("{path}&$filter={}", encoded(filter)));
        assert_eq!(answer.ids().len(), expected, "{filter} {}", answer.shown());
        assert_eq!(answer.json()["@odata.count"], expected);
    }
    let sorted = world.get(&format!("{path}&$orderby=deletedDateTime+desc"));
    assert_eq!(sorted.ids().len(), 1);
}
