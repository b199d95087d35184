//! Reading and printing searches.

use proptest::prelude::*;

use super::{Search, parse};
use crate::syntax::Position;

fn clause() -> impl Strategy<Value = Search> {
    ("[a-zA-Z]{1,8}", r#"[a-zé"\\:()]{1,6}"#).prop_map(|(property, text)| Search::Clause {
        position: Position(0),
        property,
        text,
    })
}

fn search() -> impl Strategy<Value = Search> {
    clause().prop_recursive(4, 24, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several().prop_map(Search::And),
            several().prop_map(Search::Or),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same(search in search()) {
        prop_assert_eq!(parse(&search.to_string()), Ok(search));
    }

    #[test]
    fn nothing_breaks_the_reader(text in any::<String>(), more in r#"[a"\\:() ANDOR]{0,40}"#) {
        for text in [text, more] {
            if let Ok(search) = parse(&text) {
                prop_assert_eq!(parse(&search.to_string()), Ok(search));
            }
        }
    }
}

#[test]
fn searches_of_graphs_documentation() {
    for text in [
        r#""displayName:OneVideo""#,
        r#""displayName:Guthr" OR "mail:Guthr""#,
        r#""description:One" AND ("displayName:Video" OR "displayName:Drive")"#,
        r#""displayName:a \"quoted\" \\ name""#,
    ] {
        assert_eq!(
            parse(text).map(|search| search.to_string()),
            Ok(text.to_owned())
        );
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let deep = format!("{}\"a:b\"", "(".repeat(40));
    let many = [r#""a:b""#; 257].join(" OR ");
    let shown: Vec<String> = [
        "",
        "displayName:x",
        r#""displayName""#,
        r#""displayName:"#,
        r#""displayName: ""#,
        r#""displayName:a" and "mail:b""#,
        r#""displayName:a" "mail:b""#,
        r#""displayName:a" AND"#,
        r#"NOT "displayName:a""#,
        r#"("displayName:a""#,
        r#""displayName:\a""#,
        &deep,
        &many,
    ]
    .iter()
    .map(|text| {
        let error = parse(text).unwrap_err();
        let message: String = error.message.chars().take(110).collect();
        format!("{:.60}\n  {:?}: {message}", text, error.kind)
    })
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
}
