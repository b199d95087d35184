//! The faults of Microsoft's editions, one by one, and how they are repaired.

use super::super::Catalog;
use super::csv_import::{HEADER, file, import, lines, row};
use super::product;

/// A clean file of one product with one plan.
fn clean() -> Catalog {
    import(&Catalog::default(), &file(&[row(1, 1)])).0
}

#[test]
fn encodings_and_line_ends_do_not_matter() {
    let text = format!("{HEADER}\n{}\n", row(1, 1));
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let plain = text.clone().into_bytes();
    let marked = format!("\u{feff}{text}").into_bytes();
    let windows = text.replace('\n', "\r\n").into_bytes();
    let unended = text.trim_end().as_bytes().to_vec();
    for bytes in [plain, marked, windows, unended, utf16] {
        assert_eq!(import(&Catalog::default(), &bytes).0, clean());
    }
}

#[test]
fn windows_1252_is_read_with_its_spaces_and_dashes() {
    let mut bytes = format!("{HEADER}\r\n").into_bytes();
    let cells = row(1, 1)
        .replace("Product 1", "Product ~ 1^")
        .replace("P1", "P1^");
    bytes.extend(cells.bytes().map(|byte| match byte {
        b'~' => 0x96,
        b'^' => 0xa0,
        other => other,
    }));
    let (catalog, report) = import(&Catalog::default(), &bytes);
    assert_eq!(product(&catalog, "P1").name, "Product \u{2013} 1");
    let repaired: Vec<String> = report.repaired.iter().map(ToString::to_string).collect();
    assert_eq!(
        repaired,
        [
            "line 1: the file is windows-1252, not UTF-8",
            "line 2: Product_Display_Name `Product \u{2013} 1` had blanks, tabs or no-break spaces that do not belong there",
            "line 2: String_Id `P1` had blanks, tabs or no-break spaces that do not belong there",
        ]
    );
}

#[test]
fn white_space_is_folded_in_every_column_and_noted_once() {
    let untidy = |row: String| {
        let row = row
            .replace("P1,", "MY\u{a0}P1 ,")
            .replace("0101,", "0101\t,");
        row.replace("PLAN_", "\u{a0}PLAN_")
    };
    let (catalog, report) = import(
        &Catalog::default(),
        &file(&[untidy(row(1, 1)), untidy(row(1, 2))]),
    );
    assert_eq!(product(&catalog, "MY P1").plans.len(), 2);
    assert_eq!(lines(&report.repaired), [2, 2, 2, 3], "{report}");
    assert_eq!(catalog.find_plan_name("PLAN_2").len(), 1);
}

#[test]
fn ids_are_read_in_any_case() {
    let upper = row(1, 1).replace("0101", "0ABC").replace("0201", "0DEF");
    let lower = upper.replace("0ABC", "0abc").replace("0DEF", "0def");
    let (catalog, report) = import(&Catalog::default(), &file(&[upper, lower]));
    assert_eq!((catalog.products.len(), catalog.plans.len()), (1, 1));
    assert_eq!(
        report.repaired[0].to_string(),
        "line 3: the row repeats line 2 (product `P1`, plan `PLAN_1`)"
    );
}

#[test]
fn the_first_name_of_a_product_wins() {
    let rows = [
        row(1, 1),
        row(1, 2).replace("Product 1", "Renamed"),
        row(1, 3).replace("Product 1", "Renamed"),
        row(1, 4).replace("P1,", "PX,"),
    ];
    let (catalog, report) = import(&Catalog::default(), &file(&rows));
    assert_eq!(
        (
            product(&catalog, "P1").name.as_str(),
            product(&catalog, "P1").plans.len()
        ),
        ("Product 1", 4)
    );
    assert_eq!(lines(&report.repaired), [3, 5]);
    assert!(
        report.repaired[0]
            .text
            .contains("is called `Product 1` and `Renamed`; the first is kept"),
        "{report}"
    );
}

#[test]
fn the_most_frequent_name_of_a_plan_wins() {
    let rows = [
        row(1, 1).replace("PLAN_1", "PLAN_1)"),
        row(2, 1),
        row(3, 1),
        row(1, 2).replace("Plan 2", "First"),
        row(2, 2).replace("Plan 2", "Second"),
        row(3, 3).replace("Plan 3", ""),
    ];
    let (catalog, report) = import(&Catalog::default(), &file(&rows));
    let names: Vec<(&str, &str)> = catalog
        .plans
        .values()
        .map(|plan| (plan.name.as_str(), plan.display_name.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("PLAN_1", "Plan 1"),
            ("PLAN_2", "First"),
            ("PLAN_3", "PLAN_3")
        ]
    );
    assert_eq!(lines(&report.repaired), [2, 5]);
    assert!(
        report.repaired[0]
            .text
            .ends_with("`PLAN_1` is kept, not `PLAN_1)` in 1 row"),
        "{report}"
    );
}

#[test]
fn names_shared_by_two_ids_are_allowed_and_noticed() {
    let rows = [
        row(1, 1),
        row(2, 2).replace("P2,", "P1,"),
        row(3, 3).replace("PLAN_3", "PLAN_1"),
    ];
    let (catalog, report) = import(&Catalog::default(), &file(&rows));
    assert_eq!(catalog.find_part_number("P1").len(), 2);
    assert_eq!(catalog.find_plan_name("PLAN_1").len(), 2);
    assert_eq!(catalog.check(), []);
    let noticed: Vec<&str> = report
        .noticed
        .iter()
        .map(|note| note.text.as_str())
        .collect();
    assert!(
        noticed[0].starts_with("2 products have the part number `P1`: "),
        "{report}"
    );
    assert!(
        noticed[1].starts_with("2 service plans are called `PLAN_1`: "),
        "{report}"
    );
}

#[test]
fn line_numbers_count_blank_lines_and_line_breaks_in_quotes() {
    let wrong = row(9, 9).replace("0109", "0109x");
    let quoted = row(1, 1).replace("Product 1", "\"Product\r\n1\"");
    for end in ["\n", "\r\n"] {
        let text = [HEADER, &row(2, 2), "", &wrong, &quoted, &wrong, ""]
            .join(end)
            .replace("\r\n", "\n")
            .replace('\n', end);
        let (catalog, report) = import(&Catalog::default(), text.as_bytes());
        assert_eq!(lines(&report.refused), [4, 7]);
        assert_eq!(product(&catalog, "P1").name, "Product 1");
    }
}
