//! Every mistake is named where it is, with a way out.

use super::{
    super::{
        Expected, MAX_CHARACTERS, MAX_COMPARISONS, MAX_DEPTH, MAX_PATTERNS, RuleProblem, ValueKind,
    },
    Rule,
};

#[track_caller]
fn check(text: &str, position: usize, problem: &RuleProblem, hint: &str) {
    let error = Rule::parse(text).expect_err(text);
    assert_eq!(
        (error.position, &error.problem),
        (position, problem),
        "{text}"
    );
    assert!(error.hint().contains(hint), "{text}: {}", error.hint());
}

fn unexpected(expected: Expected, found: &str) -> RuleProblem {
    RuleProblem::Unexpected {
        expected,
        found: found.to_owned(),
    }
}

fn unknown_operator(name: &str, closest: Option<&'static str>) -> RuleProblem {
    RuleProblem::UnknownOperator {
        name: name.to_owned(),
        closest,
    }
}

fn unknown_property(name: &str, closest: Option<&str>) -> RuleProblem {
    RuleProblem::UnknownProperty {
        name: name.to_owned(),
        closest: closest.map(str::to_owned),
    }
}

#[test]
fn an_error_is_a_sentence_with_position_and_hint() {
    let error = Rule::parse("user.city -eq \"é\" -and user.departmnt -eq \"Sales\"").unwrap_err();
    assert_eq!(
        error.to_string(),
        "The membership rule has an error at character 24: \"user.departmnt\" is not a property that rules know. \
         Did you mean user.department?"
    );
}

#[test]
fn unknown_names() {
    let eq = |name: &str| format!("{name} -eq \"x\"");
    let near = unknown_property("user.dispalyName", Some("user.displayName"));
    check(&eq("user.dispalyName"), 1, &near, "user.displayName");
    let far = unknown_property("user.shoeSize", None);
    check(&eq("user.shoeSize"), 1, &far, "such as user.department");
    let bare = unknown_property("department", Some("user.department"));
    check(&eq("department"), 1, &bare, "user.department");
    let object = unknown_property("usr.city", Some("user.city"));
    check(&eq("usr.city"), 1, &object, "user.city");
    let plan = unknown_property(
        "assignedPlan.serviceplan",
        Some("assignedPlan.servicePlanId"),
    );
    let text = "user.assignedPlans -any (assignedPlan.serviceplan -eq \"x\")";
    check(text, 26, &plan, "servicePlanId");
    let operator = unknown_operator("-equals", None);
    check("user.city -equals \"x\"", 11, &operator, "-startsWith");
    let operator = unknown_operator("startWith", Some("startsWith"));
    check("user.city startWith \"x\"", 11, &operator, "-startsWith");
    let operator = unknown_operator("-xor", Some("or"));
    check(
        "user.city -eq \"x\" -xor user.city -eq \"y\"",
        19,
        &operator,
        "-or",
    );
}

#[test]
fn what_the_language_has_and_users_here_have_not() {
    for (text, problem) in [
        (
            "user.memberOf -any (group.objectId -in ['x'])",
            RuleProblem::MemberOf,
        ),
        ("device.displayName -eq \"x\"", RuleProblem::Device),
        ("Direct Reports for \"x\"", RuleProblem::DirectReports),
        (
            "user.identities -eq \"x\"",
            RuleProblem::UnusableProperty { name: "identities" },
        ),
        (
            "user.extension_c272a57b_Number -eq \"1\"",
            RuleProblem::CustomExtension {
                name: "user.extension_c272a57b_Number".to_owned(),
            },
        ),
    ] {
        check(text, 1, &problem, "");
    }
    let text = "user.employeeHireDate -ge system.now -plus p1d";
    check(text, 27, &RuleProblem::PresentTime, "2030");
}

#[test]
fn characters_and_quotes() {
    for (text, position, character, hint) in [
        ("user.city = \"x\"", 11, '=', "-eq"),
        ("user.city != \"x\"", 11, '!', "-ne"),
        (
            "user.city -eq \u{201c}x\u{201d}",
            15,
            '\u{201c}',
            "straight",
        ),
        ("user.city - eq \"x\"", 11, '-', "directly"),
        ("user.city -eq é", 15, 'é', "quotes"),
    ] {
        check(
            text,
            position,
            &RuleProblem::UnexpectedCharacter(character),
            hint,
        );
    }
    let unclosed = RuleProblem::UnclosedText;
    check("user.city -eq \"x", 15, &unclosed, "quote");
    check("user.city -eq \"x`\"", 15, &unclosed, "backtick");
    check("user.city -eq 'x''", 15, &unclosed, "quote");
}

#[test]
fn parentheses() {
    let unclosed = RuleProblem::UnclosedParenthesis;
    check("(user.city -eq \"x\"", 1, &unclosed, "closing");
    check(
        "(user.city -eq \"x\") -or ((user.city -eq \"y\")",
        25,
        &unclosed,
        "closing",
    );
    check(
        "user.city -eq \"x\")",
        18,
        &RuleProblem::UnopenedParenthesis,
        "opening",
    );
    check("()", 2, &unexpected(Expected::Condition, ")"), "such as");
}

#[test]
fn things_in_the_wrong_place() {
    let end = "the end of the rule";
    for (text, position, expected, found) in [
        ("", 1, Expected::Condition, end),
        ("   ", 1, Expected::Condition, end),
        (
            "\"Sales\" -eq user.department",
            1,
            Expected::Condition,
            "\"Sales\"",
        ),
        ("-and user.city -eq \"x\"", 1, Expected::Condition, "-and"),
        ("user.city -eq \"x\" -and ", 23, Expected::Condition, end),
        ("user.city", 10, Expected::Operator, end),
        ("user.city \"x\"", 11, Expected::Operator, "\"x\""),
        ("user.city -not null", 11, Expected::Operator, "-not"),
        ("user.city -eq", 14, Expected::Value, end),
        ("user.city -eq Sales", 15, Expected::Value, "Sales"),
        ("user.city -eq 50001", 15, Expected::TextOrNull, "50001"),
        ("user.city -eq [\"x\"]", 15, Expected::TextOrNull, "["),
        ("user.city -contains null", 21, Expected::Text, "null"),
        ("user.city -in \"x\"", 15, Expected::List, "\"x\""),
        ("user.city -in [\"x\",]", 20, Expected::Text, "]"),
        (
            "user.city -in [\"x\" \"y\"]",
            20,
            Expected::ListEnd,
            "\"y\"",
        ),
        ("user.city -in [null]", 16, Expected::Text, "null"),
        ("user.city -in [\"x\"", 19, Expected::ListEnd, end),
        (
            "user.accountEnabled -eq \"yes\"",
            25,
            Expected::Flag,
            "\"yes\"",
        ),
        (
            "user.employeeHireDate -ge \"soon\"",
            27,
            Expected::Time,
            "\"soon\"",
        ),
        (
            "user.city -eq \"x\" user.city -eq \"y\"",
            19,
            Expected::Connective,
            "user.city",
        ),
        (
            "(user.city -eq \"x\" \"y\")",
            20,
            Expected::Connective,
            "\"y\"",
        ),
    ] {
        check(text, position, &unexpected(expected, found), "");
    }
    check("user.city -in []", 16, &RuleProblem::EmptyList, "values");
}

#[test]
fn operators_that_do_not_fit() {
    for (text, position, operator, kind) in [
        ("user.city -ge \"x\"", 11, "-ge", ValueKind::Text),
        (
            "user.accountEnabled -contains \"t\"",
            21,
            "-contains",
            ValueKind::Flag,
        ),
        (
            "user.employeeHireDate -match \"x\"",
            23,
            "-match",
            ValueKind::Time,
        ),
    ] {
        let problem = RuleProblem::UnsuitableOperator { operator, kind };
        check(text, position, &problem, "-eq");
    }
}

#[test]
fn lists_and_their_values() {
    let condition = "(_ -eq \"x\")";
    let name = "user.city".to_owned();
    let problem = RuleProblem::NotCollection { name };
    check(
        &format!("user.city -any {condition}"),
        11,
        &problem,
        "itself",
    );
    let problem = RuleProblem::QuantifierNeeded;
    check("user.assignedPlans -eq null", 1, &problem, "-any");
    let problem = RuleProblem::NestedQuantifier;
    let text = format!("user.otherMails -any (user.otherMails -any {condition})");
    check(&text, 39, &problem, "-and");
    let problem = RuleProblem::UnclearQuantifier;
    let text = "user.otherMails -any _ -eq \"x\" -and user.city -eq \"y\"";
    check(text, 17, &problem, "parentheses");
    for (text, position, name) in [
        ("_ -eq \"x\"", 1, "_"),
        (
            "user.otherMails -any (_ -eq \"x\") -or _ -eq \"y\"",
            38,
            "_",
        ),
        ("user.assignedPlans -any (_ -eq \"x\")", 26, "_"),
        (
            "user.otherMails -any (assignedPlan.service -eq \"x\")",
            23,
            "assignedPlan.service",
        ),
    ] {
        let name = name.to_owned();
        check(
            text,
            position,
            &RuleProblem::OutsideQuantifier { name },
            "-any",
        );
    }
}

#[test]
fn patterns() {
    let reason = "unclosed group".to_owned();
    let problem = RuleProblem::InvalidPattern { reason };
    check("user.city -match \"(a\"", 18, &problem, "pattern");
    let problem = RuleProblem::PatternTooComplex;
    check(
        "user.city -match \"(\\w{200}){200}\"",
        18,
        &problem,
        "repetitions",
    );
    let matches = vec!["user.city -match \"a\""; MAX_PATTERNS].join(" -or ");
    assert!(Rule::parse(&matches).is_ok());
    let text = format!("{matches} -or user.city -notMatch \"a\"");
    let position = matches.len() + " -or user.city ".len() + 1;
    check(&text, position, &RuleProblem::TooManyPatterns, "-in");
}

#[test]
fn limits_are_where_they_are_said_to_be() {
    let of_length = |length: usize| format!("user.city -eq \"{}\"", "é".repeat(length - 16));
    assert!(Rule::parse(&of_length(MAX_CHARACTERS)).is_ok());
    let length = MAX_CHARACTERS + 1;
    check(
        &of_length(length),
        length,
        &RuleProblem::TooLong { length },
        "-in",
    );

    let items = |count: usize| {
        format!(
            "user.otherMails -any ({})",
            vec!["_ eq''"; count].join("or ")
        )
    };
    assert!(Rule::parse(&items(MAX_COMPARISONS)).is_ok());
    let position = items(MAX_COMPARISONS).len() + "or _".len() + 1;
    check(
        &items(MAX_COMPARISONS + 1),
        position,
        &RuleProblem::TooManyComparisons,
        "-in",
    );

    let nested = |depth: usize| {
        format!(
            "{}user.city -eq \"x\"{}",
            "(".repeat(depth),
            ")".repeat(depth)
        )
    };
    assert!(Rule::parse(&nested(MAX_DEPTH)).is_ok());
    check(
        &nested(MAX_DEPTH + 1),
        MAX_DEPTH + 2,
        &RuleProblem::TooDeep,
        "parentheses",
    );
    let side_by_side = vec!["(user.city -eq \"x\")"; MAX_DEPTH + 1].join(" -or ");
    assert!(Rule::parse(&side_by_side).is_ok());
    for opening in ["(", "-not ", "-not(", "user.otherMails -any("] {
        let text = opening.repeat(MAX_CHARACTERS / opening.len());
        let problem = Rule::parse(&text).unwrap_err().problem;
        assert!(
            matches!(
                problem,
                RuleProblem::TooDeep | RuleProblem::NestedQuantifier
            ),
            "{opening}"
        );
    }
}
