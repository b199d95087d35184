//! Random filters as clients could write them.

use jiff::{Timestamp, civil::Date};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Clause, Expression, Function, Literal, Operator, Position, Question};

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "id",
            "displayName",
            "accountEnabled",
            "createdDateTime",
            "usageLocation",
            "assignedLicenses/$count",
            "onPremisesExtensionAttributes/extensionAttribute1",
        ])
        .prop_map(str::to_owned),
        "[b-mo-z][a-zA-Z]{0,6}(/[a-z$]{1,5})?".prop_filter("no quantifier", |path| {
            !path.ends_with("/any") && !path.ends_with("/all")
        }),
    ]
}

pub(crate) fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Flag),
        "[a-z'é€ ()]{0,8}".prop_map(Literal::Text),
        any::<String>().prop_map(Literal::Text),
        any::<i64>().prop_map(Literal::Integer),
        "-?[0-9]{1,3}\\.[0-9]{1,3}(e-?[0-9]{1,2})?".prop_map(Literal::Decimal),
        any::<u128>().prop_map(|id| Literal::Guid(Uuid::from_u128(id))),
        (1_i16..9999, 1_i8..13, 1_i8..29)
            .prop_map(|(year, month, day)| Literal::Date(Date::new(year, month, day).unwrap())),
        (-62_135_596_800_i64..253_402_207_000, 0_i32..1_000_000_000).prop_map(|(second, part)| {
            Literal::Time(Timestamp::new(second.max(1 - 62_135_596_800), part).unwrap())
        }),
    ]
}

fn question() -> impl Strategy<Value = Question> {
    let operator = prop::sample::select(Operator::ALL.to_vec());
    let function = prop::sample::select(Function::ALL.to_vec());
    prop_oneof![
        (operator, literal()).prop_map(|(operator, value)| Question::Compare(operator, value)),
        prop::collection::vec(literal(), 1..4).prop_map(Question::In),
        (function, any::<String>()).prop_map(|(function, text)| Question::Call(function, text)),
        Just(Question::Exists),
    ]
}

fn joined(leaf: impl Strategy<Value = Expression> + 'static) -> BoxedStrategy<Expression> {
    leaf.prop_recursive(3, 16, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several().prop_map(Expression::And),
            several().prop_map(Expression::Or),
            inner.prop_map(|inner| Expression::Not(Box::new(inner))),
        ]
    })
    .boxed()
}

fn clause(path: String, question: Question) -> Expression {
    Expression::Clause(Clause {
        position: Position(0),
        path,
        question,
    })
}

/// Any filter that can be written.
pub(crate) fn expression() -> BoxedStrategy<Expression> {
    let inside = (prop::option::of("[a-z]{1,5}"), question()).prop_map(|(member, question)| {
        clause(
            member.map_or("x".to_owned(), |member| format!("x/{member}")),
            question,
        )
    });
    let any = (path(), joined(inside))
        .prop_map(|(path, inner)| clause(path, Question::Any("x".to_owned(), Box::new(inner))));
    let simple = (path(), question()).prop_map(|(path, question)| clause(path, question));
    joined(prop_oneof![3 => simple, 1 => any])
}
