//! What the tables allow.

use proptest::prelude::*;

use super::*;
use crate::{
    search, syntax,
    tables::{GROUP, MANAGED_DEVICE, USER},
};

fn is_known(name: &str) -> bool {
    ["licenseAssignmentStates", "aboutMe", "employeeOrgData"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

fn read(
    text: &str,
    entity: &'static Entity,
    is_advanced: bool,
) -> Result<Condition<Test>, QueryError> {
    let reader = Reader {
        entity,
        is_known: &is_known,
        is_advanced,
    };
    reader.filter(&syntax::parse(text)?)
}

/// Who may ask.
fn level(text: &str, entity: &'static Entity) -> Level {
    match (read(text, entity, false), read(text, entity, true)) {
        (Ok(_), Ok(_)) => Level::Always,
        (Err(_), Ok(_)) => Level::Advanced,
        (_, Err(_)) => Level::Never,
    }
}

const SKU: &str = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e";

#[test]
fn license_filters_are_those_of_graph() {
    let any = format!("assignedLicenses/any(x:x/skuId eq {SKU})");
    let plan = format!("assignedPlans/any(p:p/servicePlanId eq {SKU}");
    for (text, expected) in [
        (any.clone(), Level::Always),
        (format!("not {any}"), Level::Advanced),
        ("assignedLicenses/$count eq 0".to_owned(), Level::Advanced),
        ("assignedLicenses/$count ne 0".to_owned(), Level::Advanced),
        ("assignedLicenses/$count eq 1".to_owned(), Level::Advanced),
        ("assignedLicenses/$count eq 2".to_owned(), Level::Never),
        ("assignedLicenses/$count gt 0".to_owned(), Level::Never),
        ("assignedLicenses/any()".to_owned(), Level::Advanced),
        (format!("{plan})"), Level::Always),
        (
            format!("{plan} and p/capabilityStatus eq 'Enabled')"),
            Level::Always,
        ),
        (
            "provisionedPlans/any(p:p/service eq 'exchange')".to_owned(),
            Level::Always,
        ),
        ("usageLocation eq 'NO'".to_owned(), Level::Always),
        ("usageLocation in ('NO', 'SE')".to_owned(), Level::Always),
        ("startswith(usageLocation,'N')".to_owned(), Level::Always),
        (
            "usageLocation ge 'N' and usageLocation le 'O'".to_owned(),
            Level::Always,
        ),
        ("usageLocation eq null".to_owned(), Level::Advanced),
        ("usageLocation ne 'NO'".to_owned(), Level::Advanced),
        ("accountEnabled eq true".to_owned(), Level::Always),
        ("userType eq 'Guest'".to_owned(), Level::Always),
        ("endswith(mail,'x')".to_owned(), Level::Advanced),
        ("endswith(displayName,'x')".to_owned(), Level::Never),
        (
            "proxyAddresses/any(p:endswith(p,'x'))".to_owned(),
            Level::Advanced,
        ),
        ("proxyAddresses/any(p:p ne 'x')".to_owned(), Level::Never),
        ("companyName eq 'x'".to_owned(), Level::Advanced),
        (
            "licenseAssignmentStates/any(x:x/state eq 'Error')".to_owned(),
            Level::Never,
        ),
        (
            "assignedLicenses/any(x:x/disabledPlans/any())".to_owned(),
            Level::Never,
        ),
        ("displayName gt 'x'".to_owned(), Level::Never),
        ("contains(displayName,'x')".to_owned(), Level::Never),
        ("accountEnabled has 'x'".to_owned(), Level::Never),
        ("createdDateTime ge 2026-11-21".to_owned(), Level::Always),
        (
            "onPremisesExtensionAttributes/extensionAttribute1 eq 'x'".to_owned(),
            Level::Advanced,
        ),
    ] {
        assert_eq!(level(&text, &USER), expected, "{text}");
    }
    for (text, expected) in [
        (any.as_str(), Level::Always),
        ("hasMembersWithLicenseErrors eq true", Level::Always),
        ("groupTypes/any(c:c eq 'Unified')", Level::Always),
        ("NOT groupTypes/any(c:c eq 'Unified')", Level::Advanced),
        ("displayName eq 'x' and mailNickname eq 'y'", Level::Always),
        ("endswith(mail,'x')", Level::Never),
    ] {
        assert_eq!(level(text, &GROUP), expected, "{text}");
    }
    for text in [
        "contains(deviceName,'x')",
        "enrolledDateTime gt 2026-11-21T08:43:34Z",
        "complianceState eq 'Compliant'",
    ] {
        assert_eq!(level(text, &MANAGED_DEVICE), Level::Always, "{text}");
    }
}

fn refused(text: &str, is_advanced: bool) -> String {
    match read(text, &USER, is_advanced) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => format!("{:?}: {}", error.kind, error.message),
    }
}

#[test]
fn refusals() {
    let shown: Vec<String> = [
        "",
        "displayName",
        "displayName eq",
        "displayName eq 'x",
        "displayName eq 'x' displayName",
        "displayName eq 'x' and",
        "(displayName eq 'x'",
        "displayName eq 'x')",
        "displayName like 'x'",
        "displayName eq x",
        "displayName eq 7",
        "displayName gt 'x'",
        "displayName ge 7",
        "displayName in ()",
        "displayName in ('x'",
        "displayName eq duration'P1D'",
        "displayName has microsoft.graph.color'red'",
        "displayName has 'red'",
        "displayName/x eq 'x'",
        "displayName/any(x:x eq 'x')",
        "displayName/$count eq 0",
        "contains(displayName,'x')",
        "startswith(displayName)",
        "startswith(displayName,'x'",
        "startswith(displayName,7)",
        "lower(displayName) eq 'x'",
        "favoriteColor eq 'x'",
        "aboutMe eq 'x'",
        "employeeHireDate eq 'x'",
        "employeeHireDate le 7",
        "employeeOrgData eq 'x'",
        "accountEnabled eq 'true'",
        "accountEnabled eq null",
        "startswith(accountEnabled,'t')",
        "id eq 'x'",
        "id eq null",
        "assignedLicenses eq null",
        "assignedLicenses/all(x:x/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
        "assignedLicenses/any(x:x/skuId eq 'efccb6f7-5641-4e0e-bd10-b4976e1bf68e')",
        "assignedLicenses/any(x:x/skuId ne efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
        "assignedLicenses/any(x:x/color eq 1)",
        "assignedLicenses/any(x:x/disabledPlans/any())",
        "assignedLicenses/any(x:y/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
        "assignedLicenses/any(x/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
        "assignedLicenses/any(x:x eq 'x')",
        "assignedLicenses/any(",
        "assignedLicenses/$count eq 7",
        "assignedLicenses/$count eq '0'",
        "assignedLicenses/$count gt 0",
        "proxyAddresses eq 'x'",
        "proxyAddresses/any(x:x/y eq 'x')",
        "proxyAddresses/any(x:x ne 'x')",
        "proxyAddresses/any(x:x eq null)",
        "licenseAssignmentStates/any(x:x/state eq 'Error')",
        "displayName eq 'x' & 1",
        "€ eq 'x'",
    ]
    .iter()
    .map(|text| format!("{text}\n  {}", refused(text, true)))
    .collect();
    insta::assert_snapshot!("refusals", shown.join("\n"));
}

#[test]
fn refusals_without_the_header() {
    let shown: Vec<String> = [
        "not startswith(displayName,'x')",
        "displayName ne 'x'",
        "endswith(mail,'x')",
        "assignedLicenses/$count ne 0",
        "usageLocation eq null",
        "mobilePhone eq '1'",
        "startswith(mobilePhone,'1')",
        "displayName ge 'x'",
        "otherMails/any(x:endswith(x,'x'))",
        "otherMails/any(x:not (x eq 'x'))",
    ]
    .iter()
    .map(|text| {
        assert_eq!(refused(text, true), "accepted", "{text}");
        format!("{text}\n  {}", refused(text, false))
    })
    .collect();
    insta::assert_snapshot!("refusals_without_the_header", shown.join("\n"));
}

#[test]
fn searches() {
    let reader = Reader {
        entity: &USER,
        is_known: &is_known,
        is_advanced: true,
    };
    let read = |text: &str| search::parse(text).and_then(|search| reader.search(&search));
    let asked = |text: &str| match read(text) {
        Ok(Condition::Test(test)) => Ok(test.asked),
        Ok(_) => Err("more than one".to_owned()),
        Err(error) => Err(error.message),
    };
    assert_eq!(
        asked(r#""DISPLAYNAME:Anna de""#),
        Ok(Asked::Text(TextMatch::Words(Words::of("Anna de"))))
    );
    let start = || TextMatch::StartsWith("ann".to_owned());
    assert_eq!(asked(r#""mail: Ann""#), Ok(Asked::Text(start())));
    assert_eq!(
        asked(r#""otherMails:Ann""#),
        Ok(Asked::AnyText(Condition::Test(start())))
    );
    for (text, message) in [
        (
            r#""id:a""#,
            "Searching in the property 'id' is not supported.",
        ),
        (
            r#""aboutMe:a""#,
            "Searching in the property 'aboutMe' is not supported.",
        ),
        (
            r#""color:a""#,
            "Invalid search clause: Could not find a property named 'color' on type 'microsoft.graph.user'.",
        ),
    ] {
        assert_eq!(asked(text), Err(message.to_owned()));
    }
    assert!(matches!(
        read(r#""mail:a" AND ("displayName:b" OR "mail:c")"#),
        Ok(Condition::And(all)) if all.len() == 2
    ));
}

fn shapes_fit(condition: &Condition<Test>) -> bool {
    match condition {
        Condition::And(all) | Condition::Or(all) => all.iter().all(shapes_fit),
        Condition::Not(inner) => shapes_fit(inner),
        Condition::Test(test) => test.property.has_shape_of(&test.asked),
    }
}

proptest! {
    #[test]
    fn conditions_are_of_the_shapes_of_their_properties(
        expression in syntax::arbitrary::expression(),
        is_advanced in any::<bool>(),
    ) {
        for entity in [&USER, &GROUP, &MANAGED_DEVICE] {
            let reader = Reader { entity, is_known: &is_known, is_advanced };
            let condition = reader.filter(&expression);
            if let Ok(condition) = &condition {
                prop_assert!(shapes_fit(condition));
            }
            // What is printed asks the same.
            let again = syntax::parse(&expression.to_string()).map(|again| reader.filter(&again));
            prop_assert_eq!(again, Ok(condition));
        }
    }
}
