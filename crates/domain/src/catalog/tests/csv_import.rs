//! Importing Microsoft's list: what is added, changed, kept and refused.

use proptest::prelude::*;
use uuid::Uuid;

use super::super::{
    AppliesTo, Catalog, ImportError, ImportReport, LicenseBase, MAX_PLANS_PER_PRODUCT,
};
use super::{id, plan_names, product};

pub(super) const HEADER: &str = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names";

/// A row whose product and plan have ids made of small numbers.
pub(super) fn row(product: u128, plan: u128) -> String {
    let (sku, plan_id) = (
        Uuid::from_u128(0x0100 + product),
        Uuid::from_u128(0x0200 + plan),
    );
    format!("Product {product},P{product},{sku},PLAN_{plan},{plan_id},Plan {plan}")
}

/// A file of rows, with the line ends and byte order mark of Microsoft's editions.
pub(super) fn file(rows: &[String]) -> Vec<u8> {
    let mut text = format!("\u{feff}{HEADER}\r\n");
    for row in rows {
        text.push_str(row);
        text.push_str("\r\n");
    }
    text.into_bytes()
}

pub(super) fn import(catalog: &Catalog, bytes: &[u8]) -> (Catalog, ImportReport) {
    catalog.merge_csv(bytes).unwrap()
}

pub(super) fn lines(notes: &[super::super::ImportNote]) -> Vec<u64> {
    notes.iter().map(|note| note.line).collect()
}

#[test]
fn new_products_and_plans_are_added_once() {
    let bytes = file(&[row(1, 1), row(1, 2), row(2, 2)]);
    let (catalog, report) = import(&Catalog::default(), &bytes);
    assert_eq!(plan_names(&catalog, "P1"), ["PLAN_1", "PLAN_2"]);
    assert_eq!(catalog.check(), []);
    assert_eq!(lines(&report.added), [2, 2, 3, 4]);
    assert_eq!(
        (
            report.changed.len(),
            report.repaired.len(),
            report.noticed.len(),
            report.refused.len(),
            report.unchanged
        ),
        (0, 0, 0, 0, 0)
    );

    let (again, report) = import(&catalog, &bytes);
    assert_eq!(again, catalog);
    assert_eq!(
        report,
        ImportReport {
            unchanged: 4,
            ..ImportReport::default()
        }
    );
    assert_eq!(
        report.to_string(),
        "0 added, 0 changed, 0 repaired, 0 noticed, 0 refused, 4 unchanged"
    );
}

#[test]
fn columns_are_found_by_name() {
    let text = "string_id, GUID ,Extra,Service_Plan_Id,Service_Plan_Name,Service_Plans_Included_Friendly_Names,Product_Display_Name\n\
        P1,00000000-0000-0000-0000-000000000101,x,00000000-0000-0000-0000-000000000201,PLAN_1,Plan 1,Product 1\n";
    let (catalog, _) = import(&Catalog::default(), text.as_bytes());
    assert_eq!(catalog, import(&Catalog::default(), &file(&[row(1, 1)])).0);
}

#[test]
fn a_file_that_is_not_the_list_is_an_error() {
    assert_eq!(Catalog::default().merge_csv(b""), Err(ImportError::Empty));
    let error = Catalog::default()
        .merge_csv(row(1, 1).as_bytes())
        .unwrap_err();
    assert!(
        matches!(&error, ImportError::Header { missing, .. } if missing.len() == 6),
        "{error}"
    );
    let error = Catalog::default()
        .merge_csv(HEADER.replace("GUID", "Id").as_bytes())
        .unwrap_err();
    assert!(
        error.to_string().contains("column GUID is missing"),
        "{error}"
    );
    assert!(
        import(&Catalog::default(), HEADER.as_bytes())
            .0
            .products
            .is_empty()
    );
}

#[test]
fn a_changed_product_keeps_the_positions_of_its_plans_and_its_own_fields() {
    let (mut catalog, _) = import(
        &Catalog::default(),
        &file(&[row(1, 1), row(1, 2), row(1, 3)]),
    );
    let (sku, plan) = (Uuid::from_u128(0x0101), Uuid::from_u128(0x0202));
    catalog.products.get_mut(&sku).unwrap().base = LicenseBase::Device;
    catalog.plans.get_mut(&plan).unwrap().service = "exchange".to_owned();
    catalog.plans.get_mut(&plan).unwrap().device_management = true;

    let renamed = [row(1, 4), row(1, 3), row(1, 2).replace("Plan 2", "Second")]
        .map(|row| row.replace("Product 1", "One"));
    let (catalog, report) = import(&catalog, &file(&renamed));
    assert_eq!(plan_names(&catalog, "P1"), ["PLAN_2", "PLAN_3", "PLAN_4"]);
    assert_eq!(
        (
            catalog.products[&sku].base,
            catalog.products[&sku].name.as_str()
        ),
        (LicenseBase::Device, "One")
    );
    let plan = &catalog.plans[&plan];
    assert_eq!(
        (plan.service.as_str(), plan.device_management),
        ("exchange", true)
    );
    let changes: Vec<String> = report.changed.iter().map(ToString::to_string).collect();
    assert_eq!(
        changes,
        [
            "line 2: product `P1`: name `Product 1` is now `One`; new plans PLAN_4; plans gone: PLAN_1",
            "line 4: plan `PLAN_2`: friendly name `Plan 2` is now `Second`",
        ]
    );
    assert_eq!((report.added.len(), report.unchanged), (1, 1));
}

#[test]
fn a_plan_stays_if_the_row_that_may_name_it_was_refused() {
    let (catalog, _) = import(
        &Catalog::default(),
        &file(&[row(1, 1), row(1, 2), row(2, 1), row(2, 2)]),
    );
    let broken = row(1, 2).replace("0202,", "0202x,");
    let (merged, report) = import(&catalog, &file(&[row(1, 1), broken.clone(), row(2, 1)]));
    assert_eq!(
        plan_names(&merged, "P1"),
        ["PLAN_1", "PLAN_2"],
        "a row of P1 was refused"
    );
    assert_eq!(
        plan_names(&merged, "P2"),
        ["PLAN_1"],
        "all rows of P2 are good"
    );
    assert_eq!(
        (lines(&report.refused), lines(&report.noticed)),
        (vec![3], vec![2])
    );

    let unidentified = ",,,,".to_owned();
    let (merged, _) = import(&catalog, &file(&[row(1, 1), unidentified, row(2, 1)]));
    assert_eq!(merged, catalog, "the refused row may belong to any product");
}

#[test]
fn refused_rows_say_why_and_the_others_go_on() {
    let rows = [
        row(1, 1).replace("00000000-0000-0000-0000-000000000101", "not-a-guid"),
        row(1, 1).replace("P1,", ","),
        "Product 1,P1".to_owned(),
        row(1, 1) + ",surplus",
        row(1, 1).replace("PLAN_1", " "),
        row(2, 2),
    ];
    let (catalog, report) = import(&Catalog::default(), &file(&rows));
    assert_eq!((catalog.products.len(), catalog.plans.len()), (1, 1));
    let refused: Vec<String> = report.refused.iter().map(ToString::to_string).collect();
    assert_eq!(
        refused,
        [
            "line 2: GUID `not-a-guid` is not a GUID",
            "line 3: String_Id is empty",
            "line 4: the row does not have as many cells as the header",
            "line 5: the row does not have as many cells as the header",
            "line 6: Service_Plan_Name is empty",
        ]
    );
    assert!(
        report
            .to_string()
            .starts_with("added:\n  line 7: plan `PLAN_2`"),
        "{report}"
    );
    assert!(
        report
            .to_string()
            .ends_with("\n2 added, 0 changed, 1 repaired, 0 noticed, 5 refused, 0 unchanged"),
        "{report}"
    );
}

#[test]
fn a_product_with_too_many_plans_is_refused_whole() {
    let (catalog, _) = import(&Catalog::default(), &file(&[row(1, 0)]));
    let plans = u128::try_from(MAX_PLANS_PER_PRODUCT).unwrap();
    let rows: Vec<String> = (0..=plans).map(|plan| row(1, plan)).collect();
    let (merged, report) = import(&catalog, &file(&rows));
    assert_eq!(merged.products, catalog.products);
    assert_eq!(
        report.refused[0].text,
        "product `P1` has 129 plans; at most 128 are possible"
    );
    let (merged, _) = import(&catalog, &file(&rows[..MAX_PLANS_PER_PRODUCT]));
    assert_eq!(product(&merged, "P1").plans.len(), MAX_PLANS_PER_PRODUCT);
}

#[test]
fn a_company_wide_plan_is_known_by_its_name() {
    let rows = [
        row(1, 1).replace("PLAN_1", "EXCHANGE_S_FOUNDATION_X"),
        row(1, 2),
    ];
    let (catalog, _) = import(&Catalog::default(), &file(&rows));
    let kinds: Vec<AppliesTo> = catalog.plans.values().map(|plan| plan.applies_to).collect();
    assert_eq!(kinds, [AppliesTo::Company, AppliesTo::User]);
}

#[test]
fn a_list_the_size_of_microsofts_is_merged_into_the_builtin_catalog() {
    let rows: Vec<String> = (0..619)
        .flat_map(|product| (0..10).map(move |plan| row(product, (product * 7 + plan * 13) % 791)))
        .collect();
    let builtin = Catalog::builtin();
    let (catalog, report) = import(&builtin, &file(&rows));
    assert_eq!(catalog.products.len(), builtin.products.len() + 619);
    assert_eq!(catalog.plans.len(), builtin.plans.len() + 791);
    assert_eq!(catalog.rules, builtin.rules);
    assert_eq!(report.added.len(), 619 + 791);
    assert_eq!((catalog.check(), report.repaired.len()), (vec![], 0));
    let text = catalog.to_text();
    assert_eq!(Catalog::parse(&[("stored", &text)]).unwrap(), catalog);
    let ems = id("efccb6f7-5641-4e0e-bd10-b4976e1bf68e");
    assert_eq!(catalog.products[&ems], builtin.products[&ems]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>()) {
        let _ = Catalog::builtin().merge_csv(&bytes);
    }

    #[test]
    fn any_bytes_below_a_header_change_nothing_the_second_time(
        cells in prop::collection::vec((0..5_u128, 0..5_u128, any::<prop::sample::Index>(), any::<Option<u8>>()), 0..12)
    ) {
        let mut bytes = format!("{HEADER}\n").into_bytes();
        for (product, plan, at, noise) in cells {
            let mut row = row(product, plan).into_bytes();
            if let Some(byte) = noise {
                let at = at.index(row.len());
                row[at] = byte;
            }
            bytes.extend(row);
            bytes.push(b'\n');
        }
        if let Ok((once, _)) = Catalog::default().merge_csv(&bytes) {
            let (twice, report) = once.merge_csv(&bytes).unwrap();
            prop_assert_eq!(&twice, &once);
            prop_assert!(report.added.is_empty() && report.changed.is_empty(), "{}", report);
            let stored = once.to_text();
            prop_assert_eq!(Catalog::parse(&[("stored", &stored)]).unwrap(), once);
        }
    }
}
