//! Catalog text: round trip, error positions, own products.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use uuid::Uuid;

use super::super::{
    AppliesTo, Catalog, Dependency, Exclusion, LicenseBase, MAX_PLANS_PER_PRODUCT, Place, Problem,
    Product, ProhibitedSubject, Prohibition, Rules, ServicePlan,
};
use super::{plan_names, product};

const SMALL: &str = r#"
[plan]
00000000-0000-0000-0000-000000000001 = { name = "MAIL", service = "exchange" }
00000000-0000-0000-0000-000000000002 = { name = "CHAT", display_name = "Chat", service = "TeamspaceAPI" }

[product.10000000-0000-0000-0000-000000000001]
part_number = "BOTH"
name = "Mail and chat"
plans = ["MAIL", "CHAT"]

[[exclusion]]
name = "One of two"
plans = ["MAIL", "00000000-0000-0000-0000-000000000009"]
"#;

fn error(text: &str) -> (usize, usize, String) {
    let error = Catalog::parse(&[("own.toml", text)]).unwrap_err();
    assert!(error.to_string().starts_with("own.toml, line "), "{error}");
    let Place { line, column, .. } = error.place;
    (line, column, error.message)
}

#[test]
fn errors_name_the_place_and_the_object() {
    let plan = r#"plan.00000000-0000-0000-0000-000000000001 = { name = "MAIL" }"#;
    let head =
        "[product.10000000-0000-0000-0000-000000000001]\npart_number = \"P\"\nname = \"P\"\n";
    let cases = [
        ("plan = [".to_owned(), (1, 9), "unclosed array"),
        (
            "plan.x = { name = \"X\" }".to_owned(),
            (1, 6),
            "`x` is not a GUID",
        ),
        (plan.replace("name", "nam"), (1, 47), "unknown field `nam`"),
        (
            format!("{plan}\n{head}plans = [\"MAIL\", \"TALK\"]"),
            (5, 18),
            "no service plan is called `TALK`",
        ),
        (
            format!("{plan}\n{head}plans = [\"MAIL\", \"MAIL\"]"),
            (5, 18),
            "plan `MAIL` of product `P` is listed twice",
        ),
        (
            format!("{plan}\n{head}plans = [\"00000000-0000-0000-0000-000000000007\"]"),
            (5, 10),
            "plan `00000000-0000-0000-0000-000000000007` of product `P` is not known",
        ),
        (
            format!(
                "{plan}\n{}\n[[exclusion]]\nname = \"é\"\nplans = [\"MAIL\"]",
                plan.replace("01 =", "02 =")
            ),
            (5, 10),
            "several service plans are called `MAIL`",
        ),
        (
            format!(
                "{plan}\n[[prohibited_location]]\nplan = \"MAIL\"\nlocations = [\"NL\", \"Holland\"]"
            ),
            (4, 20),
            "`Holland` is not a two-letter country code",
        ),
        (
            "[[prohibited_location]]\nlocations = []".to_owned(),
            (1, 1),
            "needs either `plan` or `product`",
        ),
    ];
    for (text, (line, column), message) in cases {
        let found = error(&text);
        assert!(found.2.contains(message), "{found:?} for {text}");
        assert_eq!((found.0, found.1), (line, column), "{found:?} for {text}");
    }
}

#[test]
fn an_id_is_given_once_in_all_files() {
    let again = "[plan.\"00000000-0000-0000-0000-00000000000A\"]\nname = \"AGAIN\"";
    let first = again.replace("00000A", "00000a");
    let error = Catalog::parse(&[("a.toml", &first), ("b.toml", again)]).unwrap_err();
    assert_eq!(error.place.to_string(), "b.toml, line 1, column 7");
    assert!(
        error.message.contains("a.toml, line 1, column 7"),
        "{error}"
    );
}

#[test]
fn files_may_refer_to_each_other_in_any_order() {
    let rows: Vec<&str> = SMALL.splitn(2, "\n\n").collect();
    let whole = Catalog::parse(&[("all.toml", SMALL)]).unwrap();
    assert_eq!(
        Catalog::parse(&[("b.toml", rows[1]), ("a.toml", rows[0])]).unwrap(),
        whole
    );
    assert_eq!(plan_names(&whole, "BOTH"), ["MAIL", "CHAT"]);
}

#[test]
fn check_reports_contradictions() {
    let mut catalog = Catalog::parse(&[("own.toml", SMALL)]).unwrap();
    let unknown = Uuid::from_u128(9);
    let rule = "the exclusion `One of two`".to_owned();
    assert_eq!(
        catalog.check(),
        [Problem::UnknownInRule {
            rule,
            kind: "service plan",
            id: unknown
        }]
    );

    catalog.rules.exclusions[0].plans = vec![Uuid::from_u128(1), Uuid::from_u128(2)];
    let problems = catalog.check();
    assert_eq!(
        problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["product `BOTH` has service plans that exclude each other (One of two): MAIL, CHAT"]
    );

    catalog.rules.exclusions.clear();
    catalog
        .products
        .values_mut()
        .for_each(|product| product.plans.extend([unknown, unknown]));
    assert_eq!(catalog.check().len(), 3);
}

#[test]
fn a_product_may_have_only_so_many_plans() {
    let file = |count: usize| {
        let ids: Vec<String> = (0..count)
            .map(|number| Uuid::from_u128(number as u128).to_string())
            .collect();
        let plans: Vec<String> = ids
            .iter()
            .map(|id| format!("plan.{id}.name = \"P{id}\""))
            .collect();
        let product =
            "[product.10000000-0000-0000-0000-000000000001]\npart_number = \"BIG\"\nname = \"Big\"";
        format!("{}\n{product}\nplans = {ids:?}", plans.join("\n"))
    };
    let catalog = Catalog::parse(&[("big.toml", &file(MAX_PLANS_PER_PRODUCT))]).unwrap();
    assert_eq!(catalog.check(), []);
    let (line, _, message) = error(&file(MAX_PLANS_PER_PRODUCT + 1));
    assert_eq!(
        (line, message.as_str()),
        (
            130,
            "product `BIG` has 129 service plans; at most 128 are possible"
        )
    );
}

#[test]
fn own_tables_are_merged_and_merging_twice_is_merging_once() {
    let own = r#"
        [plan]
        00000000-0000-0000-0000-0000000000aa = { name = "SHUTTLE", display_name = "Shuttle bus", service = "shuttle" }

        [product.00000000-0000-0000-0000-0000000000bb]
        part_number = "SHUTTLE_PASS"
        name = "Shuttle pass"
        base = "device"
        plans = ["SHUTTLE", "INTUNE_A"]

        [product.efccb6f7-5641-4e0e-bd10-b4976e1bf68e]
        part_number = "EMS"
        name = "Our EMS"
        plans = ["SHUTTLE", "INTUNE_A", "AAD_PREMIUM"]

        [[exclusion]]
        name = "Intune"
        plans = ["INTUNE_A", "SHUTTLE"]

        [[prohibited_location]]
        product = "00000000-0000-0000-0000-0000000000bb"
        locations = ["nl"]
    "#;
    let builtin = Catalog::builtin();
    let merged = builtin.merge_toml("own.toml", own).unwrap();
    assert_eq!(merged.products.len(), builtin.products.len() + 1);
    assert_eq!(product(&merged, "SHUTTLE_PASS").base, LicenseBase::Device);
    assert_eq!(product(&merged, "EMS").name, "Our EMS");
    assert_eq!(
        plan_names(&merged, "EMS"),
        ["AAD_PREMIUM", "INTUNE_A", "SHUTTLE"],
        "positions that stay"
    );
    assert_eq!(
        merged.rules.exclusions.len(),
        builtin.rules.exclusions.len()
    );
    let problems: Vec<String> = merged.check().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems.len(),
        2,
        "both products have INTUNE_A and SHUTTLE: {problems:?}"
    );
    assert_eq!(merged.merge_toml("own.toml", own).unwrap(), merged);

    let error = builtin
        .merge_toml(
            "own.toml",
            &own.replace("\"SHUTTLE\", \"INTUNE_A\"]", "\"SHUTTEL\"]"),
        )
        .unwrap_err();
    assert_eq!(error.place.to_string(), "own.toml, line 9, column 18");
}

#[test]
fn the_builtin_catalog_survives_its_canonical_text() {
    let builtin = Catalog::builtin();
    let text = builtin.to_text();
    let again = Catalog::parse(&[("stored", &text)]).unwrap();
    assert_eq!(again, *builtin);
    assert_eq!(again.to_text(), text);
}

/// Sound catalogs: few ids, so that they meet; names that collide, look like ids or need escapes.
fn catalogs() -> impl Strategy<Value = Catalog> {
    let name = || {
        prop_oneof![
            Just("SAME".to_owned()),
            Just(Uuid::from_u128(3).to_string()),
            any::<String>()
        ]
    };
    let plan = (name(), name(), name(), any::<(bool, bool, bool)>());
    let product = (
        name(),
        name(),
        any::<(bool, bool)>(),
        vec(any::<prop::sample::Index>(), 0..6),
    );
    let ids = || vec((0..8_u128).prop_map(Uuid::from_u128), 0..4);
    let subject = any::<bool>();
    let rules = (
        vec((name(), ids()), 0..3),
        vec(((0..8_u128).prop_map(Uuid::from_u128), ids()), 0..3),
        vec(
            (
                subject,
                (0..8_u128).prop_map(Uuid::from_u128),
                btree_set("[A-Z]{2}", 0..3),
            ),
            0..3,
        ),
    );
    (vec(plan, 0..6), vec(product, 0..4), rules).prop_map(|(plans, products, rules)| {
        let company = |is: bool| {
            if is {
                AppliesTo::Company
            } else {
                AppliesTo::User
            }
        };
        let mut catalog = Catalog {
            rules: rules_of(rules),
            ..Catalog::default()
        };
        for (number, (name, display_name, service, (all, device_management, pending_activation))) in
            (0..).zip(plans)
        {
            let id = Uuid::from_u128(number);
            let applies_to = company(all);
            let plan = ServicePlan {
                id,
                name,
                display_name,
                service,
                applies_to,
                device_management,
                pending_activation,
            };
            catalog.plans.insert(id, plan);
        }
        for (number, (part_number, name, (device, all), picks)) in (0..).zip(products) {
            let id = Uuid::from_u128(number);
            let base = if device {
                LicenseBase::Device
            } else {
                LicenseBase::User
            };
            let mut plans: Vec<Uuid> = Vec::new();
            for pick in picks.iter().filter(|_| !catalog.plans.is_empty()) {
                let plan = Uuid::from_u128(pick.index(catalog.plans.len()) as u128);
                if !plans.contains(&plan) {
                    plans.push(plan);
                }
            }
            let product = Product {
                id,
                part_number,
                name,
                base,
                applies_to: company(all),
                plans,
            };
            catalog.products.insert(id, product);
        }
        catalog
    })
}

type RuleParts = (
    Vec<(String, Vec<Uuid>)>,
    Vec<(Uuid, Vec<Uuid>)>,
    Vec<(bool, Uuid, std::collections::BTreeSet<String>)>,
);

fn rules_of((exclusions, dependencies, prohibitions): RuleParts) -> Rules {
    let letters = |text: &String| <[u8; 2]>::try_from(text.as_bytes()).unwrap();
    Rules {
        exclusions: exclusions
            .into_iter()
            .map(|(name, plans)| Exclusion { name, plans })
            .collect(),
        dependencies: dependencies
            .into_iter()
            .map(|(plan, requires_any)| Dependency { plan, requires_any })
            .collect(),
        prohibited_locations: prohibitions
            .into_iter()
            .map(|(plan, id, locations)| Prohibition {
                subject: if plan {
                    ProhibitedSubject::Plan(id)
                } else {
                    ProhibitedSubject::Product(id)
                },
                locations: locations.iter().map(letters).collect(),
            })
            .collect(),
    }
}

proptest! {
    #[test]
    fn text_gives_the_same_catalog_back(catalog in catalogs()) {
        let text = catalog.to_text();
        let again = Catalog::parse(&[("stored", &text)]).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&again, &catalog);
        prop_assert_eq!(again.to_text(), text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Catalog::parse(&[("any", &text)]);
    }
}
