//! Reading and printing filters.

use proptest::prelude::*;

use super::{Literal, arbitrary::expression, parse};

/// What clients send (licensing.md 7.1, graph-clients.md 1).
const SENT: [&str; 14] = [
    "assignedLicenses/any(x:x/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
    "not assignedLicenses/any(x:x/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
    "assignedPlans/any(p:p/servicePlanId eq c1ec4a95-1f05-45b3-a911-aa3fa01094f5 and p/capabilityStatus eq 'Enabled')",
    "assignedLicenses/$count ne 0 and userType eq 'Member'",
    "userPrincipalName eq 'o''brien@contoso.example'",
    "startswith(displayName,'a') or startswith(displayName,'b')",
    "id in ('00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000a3')",
    "accountEnabled eq true and usageLocation eq null",
    "proxyAddresses/any(x:startswith(x,'smtp:a') or endswith(x,'b'))",
    "imAddresses/any()",
    "createdDateTime ge 2026-11-21 and createdDateTime lt 2026-11-21T08:43:34.5Z",
    "(a eq -1 or b gt 1.5) and not (c has 'x' or d eq 7)",
    "not not a/any(x:not x/b eq 1)",
    "contains(deviceName,'(''),')",
];

#[test]
fn what_clients_send_is_read_and_printed_as_it_was() {
    for text in SENT {
        let printed = parse(text).map(|expression| expression.to_string());
        assert_eq!(printed.as_deref(), Ok(text));
    }
    for (text, canonical) in [
        ("( userPrincipalName EQ 'x' )", "userPrincipalName eq 'x'"),
        (
            "startsWith( displayName , 'b' ) AND NOT(endsWith(mail,'x'))",
            "startswith(displayName,'b') and not endswith(mail,'x')",
        ),
        (
            "proxyAddresses/Any (p: p eq 'x') OR a IN ( 1,2 )",
            "proxyAddresses/any(p:p eq 'x') or a in (1, 2)",
        ),
        ("a eq TRUE and (b eq Null)", "a eq true and b eq null"),
        (
            "a eq 2026-11-21T09:43:34+01:00",
            "a eq 2026-11-21T08:43:34Z",
        ),
        (
            "a eq EFCCB6F7-5641-4E0E-BD10-B4976E1BF68E",
            "a eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e",
        ),
        ("a or b eq 1", "a or b eq 1"),
    ] {
        let printed = parse(text).map(|expression| expression.to_string());
        match printed {
            Ok(printed) => assert_eq!(printed, canonical),
            Err(error) => assert!(error.message.contains("Syntax error"), "{error}"),
        }
    }
}

#[test]
fn values_are_of_their_types() {
    for (word, edm) in [
        ("null", "Edm.Null"),
        ("False", "Edm.Boolean"),
        ("7", "Edm.Int32"),
        ("-7", "Edm.Int32"),
        ("2147483648", "Edm.Int64"),
        ("99999999999999999999", "Edm.Decimal"),
        ("1.5", "Edm.Decimal"),
        ("1e10", "Edm.Decimal"),
        ("efccb6f7-5641-4e0e-bd10-b4976e1bf68e", "Edm.Guid"),
        ("2026-11-21", "Edm.Date"),
        ("2026-11-21T08:43:34Z", "Edm.DateTimeOffset"),
        ("2026-11-21T08:43:34.1234567-05:00", "Edm.DateTimeOffset"),
    ] {
        let literal = Literal::of_word(word);
        assert_eq!(literal.map(|literal| literal.edm()), Some(edm), "{word}");
    }
    for word in [
        "x",
        "'x'",
        "1.",
        ".5",
        "--1",
        "1e",
        "2026-13-01",
        "08:00:00",
        "2026-11-21T08:43",
        "NaN",
        "@p1",
        "-",
        "",
    ] {
        assert_eq!(Literal::of_word(word), None, "{word}");
    }
    let nanoseconds = |word| Literal::of_word(word).and_then(|literal| literal.nanoseconds());
    assert_eq!(nanoseconds("1969-12-31"), Some(-86_400_000_000_000));
    assert_eq!(nanoseconds("1970-01-01T00:00:00.5Z"), Some(500_000_000));
    assert_eq!(nanoseconds("7"), None);
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = |opening: &str, times: usize| {
        let inside = "a eq true";
        format!("{}{inside}{}", opening.repeat(times), ")".repeat(times))
    };
    assert!(parse(&deep("(", 32)).is_ok() && parse(&deep("not (", 16)).is_ok());
    assert!(parse(&vec!["a eq true"; 256].join(" or ")).is_ok());
    for text in [
        deep("(", 33),
        deep("(", 10_000),
        deep("not (", 10_000),
        "not ".repeat(10_000),
        "x/any(x:".repeat(10_000),
        vec!["a eq true"; 257].join(" or "),
        format!("a in ({})", vec!["1"; 257].join(",")),
        vec!["a/any()"; 257].join(" or "),
    ] {
        assert!(parse(&text).is_err());
    }
}

fn mutated() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "(",
        ")",
        "'",
        ",",
        ":",
        " ",
        " and ",
        " or ",
        "not ",
        "/any(",
        "$count",
        "eq",
        "null",
        "é",
        "\u{0}",
        "7",
        "-",
        "x",
        "duration'P1D'",
    ]);
    let text = prop::sample::select(SENT.to_vec());
    let edit = (any::<prop::sample::Index>(), 0_usize..4, pieces);
    (text, prop::collection::vec(edit, 1..4)).prop_map(|(text, edits)| {
        let mut characters: Vec<char> = text.chars().collect();
        for (place, removed, piece) in edits {
            let place = place.index(characters.len() + 1);
            let end = (place + removed).min(characters.len());
            characters.splice(place..end, piece.chars());
        }
        characters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn what_is_printed_is_read_as_the_same(expression in expression()) {
        prop_assert_eq!(parse(&expression.to_string()), Ok(expression));
    }

    #[test]
    fn nothing_breaks_the_reader(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        near in "[a-z/$(),: 'é0-9-]{0,60}",
        mutated in mutated(),
    ) {
        for text in [String::from_utf8_lossy(&bytes).into_owned(), near, mutated] {
            if let Ok(expression) = parse(&text) {
                prop_assert_eq!(parse(&expression.to_string()), Ok(expression));
            }
        }
    }
}
