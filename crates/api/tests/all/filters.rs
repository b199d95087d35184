//! `$filter` on real objects.

use uuid::Uuid;

use crate::world::{
    ADMIN, ANNA, Answer, BEN, CARLA, ELIF, EMS, INTUNE_PLAN, NOBODY, OFFICE_E1, World,
};

fn query(world: &World, set: &str, filter: &str) -> Answer {
    let filter: String = form_urlencode(filter);
    world.get(&format!("/{set}?$count=true&$select=id&$filter={filter}"))
}

fn form_urlencode(text: &str) -> String {
    text.replace('%', "%25")
        .replace(' ', "+")
        .replace('\'', "%27")
        .replace('&', "%26")
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
        let count = world.get(&format!("/users/$count?$filter={}", form_urlencode(&filter)));
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
        let count = world.get(&format!(
            "/groups/$count?$filter={}",
            form_urlencode(&filter)
        ));
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
