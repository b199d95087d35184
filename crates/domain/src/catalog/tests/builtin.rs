//! The built-in catalog against the facts that it is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::super::{AppliesTo, Catalog, LicenseBase};
use super::{id, plan_names, product};

#[test]
fn it_is_sound() {
    let catalog = Catalog::builtin();
    assert_eq!(catalog.check(), []);
    assert_eq!(catalog.products.len(), 82);
    assert_eq!(catalog.plans.len(), 222);
    assert_eq!(catalog.rules.exclusions.len(), 8);
    assert_eq!(
        catalog
            .rules
            .exclusions
            .iter()
            .map(|set| set.plans.len())
            .sum::<usize>(),
        38
    );
    assert_eq!(catalog.rules.dependencies.len(), 6);
    assert!(catalog.rules.prohibited_locations.is_empty());
}

#[test]
fn plan_names_are_unique_and_every_plan_has_a_service() {
    let catalog = Catalog::builtin();
    let names: BTreeSet<&str> = catalog
        .plans
        .values()
        .map(|plan| plan.name.as_str())
        .collect();
    assert_eq!(names.len(), catalog.plans.len());
    for plan in catalog.plans.values() {
        assert!(
            !plan.service.is_empty() && !plan.display_name.is_empty(),
            "{}",
            plan.name
        );
    }
}

#[test]
fn products_have_the_published_ids_and_plan_counts() {
    let catalog = Catalog::builtin();
    let facts = [
        ("EMS", "efccb6f7-5641-4e0e-bd10-b4976e1bf68e", 7),
        ("EMSPREMIUM", "b05e124f-c7cc-45a0-a6aa-8cf78c946968", 10),
        ("INTUNE_A", "061f9ace-7d42-4136-88ac-31dc755f143f", 1),
        ("INTUNE_A_D", "2b317a4a-77a6-4188-9437-b68a77b4e2c6", 2),
        ("INTUNE_A_VL", "99fc2803-fa72-42d3-ae78-b055e177d275", 2),
        ("INTUNE_EDU", "d9d89b70-a645-4c24-b041-8d3cb1884ec7", 5),
        ("INTUNE_SMB", "e6025b08-2fa5-4313-bd0a-7e5ffca32958", 4),
        (
            "Microsoft_Intune_Suite",
            "a929cd4d-8672-47c9-8664-159c1f322ba8",
            5,
        ),
        ("AAD_PREMIUM_P2", "84a661c4-e949-4bd2-a560-ed7766fcaf2b", 5),
        ("SPE_E3", "05e9a617-0261-4cee-bb44-138d3ef5d965", 51),
        ("SPE_E5", "06ebc4ee-1bb5-47dd-8120-11324bc54e06", 86),
        ("SPE_F1", "66b55226-6b4f-492c-910c-a3b7a3c9d993", 39),
        ("M365_F1", "44575883-256e-4a79-9da4-ebe9acabe2b2", 14),
        ("M365_F1_COMM", "50f60901-3181-4b75-8a2c-4c8e4c1d5a72", 18),
        ("STANDARDPACK", "18181a46-0d4e-45cd-891e-60aabd171b4e", 34),
        ("ENTERPRISEPACK", "6fd2c87f-b296-42f0-b197-1e91e994b900", 37),
        (
            "ENTERPRISEPREMIUM",
            "c7df2760-2c81-4ef7-b578-5b5392b571df",
            56,
        ),
        ("DESKLESSPACK", "4b585984-651b-448a-9e53-3b10f069cf7f", 26),
        ("SPB", "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", 55),
        (
            "M365EDU_A5_FACULTY",
            "e97c048c-37a4-45fb-ab50-922fbf07a370",
            87,
        ),
        (
            "PROJECTPROFESSIONAL",
            "53818b1b-4a27-454b-8896-0dba576410e6",
            8,
        ),
        ("WIN10_VDA_E5", "488ba24a-39a9-4473-8ee5-19291e71b002", 6),
        ("MDE_SMB", "5e1e7702-a2b7-4360-8d07-2f515792896f", 4),
    ];
    for (part_number, sku, plans) in facts {
        let product = product(&catalog, part_number);
        assert_eq!(
            (product.id, product.plans.len()),
            (id(sku), plans),
            "{part_number}"
        );
    }
}

#[test]
fn plans_have_the_published_ids() {
    let catalog = Catalog::builtin();
    let mut ems = plan_names(&catalog, "ems");
    ems.sort();
    let expected = [
        "AAD_PREMIUM",
        "ADALLOM_S_DISCOVERY",
        "EXCHANGE_S_FOUNDATION",
        "INTUNE_A",
        "MFA_PREMIUM",
        "RMS_S_ENTERPRISE",
        "RMS_S_PREMIUM",
    ];
    assert_eq!(ems, expected);
    assert_eq!(
        catalog.find_plan_name("INTUNE_A")[0].id,
        id("c1ec4a95-1f05-45b3-a911-aa3fa01094f5")
    );
    assert_eq!(
        catalog.find_plan_name("intune_o365")[0].id,
        id("882e1d05-acd1-4ccb-8708-6ee03664b117")
    );
}

#[test]
fn flags_say_who_manages_devices_and_what_is_for_the_whole_tenant() {
    let catalog = Catalog::builtin();
    let with = |flag: fn(&super::super::ServicePlan) -> bool| -> Vec<&str> {
        let mut names: Vec<&str> = catalog
            .plans
            .values()
            .filter(|plan| flag(plan))
            .map(|plan| plan.name.as_str())
            .collect();
        names.sort_unstable();
        names
    };
    let managing = [
        "INTUNE_A",
        "INTUNE_A_GOV",
        "INTUNE_A_VL",
        "INTUNE_EDU",
        "INTUNE_SMBIZ",
    ];
    assert_eq!(with(|plan| plan.device_management), managing);
    assert_eq!(with(|plan| plan.pending_activation), ["INTUNE_O365"]);
    let company = with(|plan| plan.applies_to == AppliesTo::Company);
    assert!(
        company.contains(&"EXCHANGE_S_FOUNDATION")
            && company.contains(&"EXCHANGE_S_FOUNDATION_GOV")
    );
    let devices: BTreeSet<&str> = catalog
        .products
        .values()
        .filter(|product| product.base == LicenseBase::Device)
        .map(|product| product.part_number.as_str())
        .collect();
    assert_eq!(
        devices,
        BTreeSet::from(["INTUNE_A_D", "INTUNE_A_D_GOV", "OFFICE_PROPLUS_DEVICE1"])
    );
}

#[test]
fn two_products_share_a_part_number() {
    let catalog = Catalog::builtin();
    let ids: Vec<_> = catalog
        .find_part_number("MCOPSTN5")
        .iter()
        .map(|product| product.id)
        .collect();
    assert_eq!(
        ids,
        [
            id("54a152dc-90de-4996-93d2-bc47e670fc06"),
            id("d43177b5-475b-4880-92d4-d54c27b5efbd")
        ]
    );
    assert!(catalog.find_part_number("NO_SUCH_PRODUCT").is_empty());
}

/// The consequences that follow from the published exclusion tables.
#[test]
fn exclusions_say_which_products_cannot_be_whole_together() {
    let catalog = Catalog::builtin();
    let conflicts = |one: &str, other: &str| -> BTreeSet<&str> {
        let plans: BTreeSet<_> = [one, other]
            .into_iter()
            .flat_map(|name| &product(&catalog, name).plans)
            .copied()
            .collect();
        let broken = |set: &&super::super::Exclusion| {
            set.plans.iter().filter(|id| plans.contains(id)).count() > 1
        };
        catalog
            .rules
            .exclusions
            .iter()
            .filter(broken)
            .map(|set| set.name.as_str())
            .collect()
    };
    let expected = BTreeMap::from([
        (
            ("STANDARDPACK", "ENTERPRISEPACK"),
            vec!["SharePoint Online"],
        ),
        (
            ("SPE_E3", "SPE_F1"),
            vec!["SharePoint Online", "Skype for Business Online"],
        ),
        (
            ("SPB", "DESKLESSPACK"),
            vec![
                "Exchange Online",
                "SharePoint Online",
                "Skype for Business Online",
            ],
        ),
        (("EMS", "INTUNE_A_VL"), vec!["Intune"]),
        (
            ("STANDARDWOFFPACK_FACULTY", "PROJECTPROFESSIONAL"),
            vec!["SharePoint Online"],
        ),
        (("SPE_E3", "SPE_E5"), vec![]),
        (("EXCHANGESTANDARD", "EXCHANGEENTERPRISE"), vec![]),
    ]);
    for ((one, other), sets) in expected {
        assert_eq!(
            conflicts(one, other),
            BTreeSet::from_iter(sets),
            "{one} with {other}"
        );
    }
}

/// Shows the cost of the first use; there is no limit to assert on shared machines.
#[test]
fn parsing_is_timed() {
    let start = Instant::now();
    let catalog = Catalog::parse_builtin().unwrap();
    let parsed = start.elapsed();
    let start = Instant::now();
    let text = catalog.to_text();
    eprintln!(
        "parsed in {parsed:?}; {} bytes written in {:?}",
        text.len(),
        start.elapsed()
    );
    assert_eq!(catalog, *Catalog::builtin());
}
