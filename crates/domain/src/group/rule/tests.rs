//! What membership rules take in, and what they say of mistakes.

mod errors;
mod generated;

use std::cell::Cell;

use uuid::{Uuid, uuid};

use super::{AssignedPlan, Rule};
use crate::{
    location::Location,
    time::Timestamp,
    user::{
        Properties, PropertyValue, Record, UserHead, UserOrdinal, UserProperty, UserType, UserView,
        record::pack,
    },
};

const ID: Uuid = uuid!("8d3f1d5e-0000-4000-8000-0000000000aB");
const EXCHANGE: Uuid = uuid!("efb87545-963c-4e0d-99df-69c6916d9eb0");
const INTUNE: Uuid = uuid!("c1ec4a95-1f05-45b3-a911-aa3fa01094f5");

/// A user to ask rules about.
#[derive(Default)]
struct Someone {
    head: UserHead,
    properties: Properties,
    plans: Vec<AssignedPlan<'static>>,
}

impl Someone {
    fn with(mut self, property: UserProperty, value: impl Into<PropertyValue>) -> Self {
        self.properties.insert(property, value.into());
        self
    }

    fn with_texts(self, property: UserProperty, texts: &[&str]) -> Self {
        let texts = texts.iter().map(|&text| text.to_owned()).collect();
        self.with(property, PropertyValue::Texts(texts))
    }

    fn with_plan(mut self, service_plan_id: Uuid, service: &'static str, enabled: bool) -> Self {
        self.plans.push(AssignedPlan {
            service_plan_id,
            service,
            enabled,
        });
        self
    }

    /// Whether a rule takes the user in, and how often it asked for plans.
    fn ask(&self, rule: &Rule) -> (bool, u32) {
        let record = pack(&self.properties);
        let view = UserView {
            ordinal: UserOrdinal(0),
            id: ID,
            head: self.head,
            record: Record::new(&record),
            holdings: &[],
            memberships: &[],
        };
        let asked = Cell::new(0);
        let plans = || {
            asked.set(asked.get() + 1);
            self.plans.clone()
        };
        (rule.matches(&view, &plans), asked.get())
    }

    #[track_caller]
    fn check(&self, cases: &[(&str, bool)]) {
        for (text, expected) in cases {
            let rule = Rule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(self.ask(&rule).0, *expected, "{text}");
        }
    }
}

fn anna() -> Someone {
    Someone {
        head: UserHead {
            account_enabled: true,
            usage_location: Location::parse("NL"),
            ..UserHead::default()
        },
        ..Someone::default()
    }
    .with(UserProperty::DisplayName, "Anna O'Brien")
    .with(UserProperty::Department, "Sales")
    .with(UserProperty::JobTitle, "SDE \"II\"")
}

#[test]
fn texts_are_compared_in_any_case() {
    anna().check(&[
        ("user.department -eq \"Sales\"", true),
        ("user.department -eq \"sALES\"", true),
        ("user.department -eq \"Sale\"", false),
        ("user.department -ne \"Sales\"", false),
        ("user.department -ne \"HR\"", true),
        ("user.department -in [\"HR\", \"SALES\"]", true),
        ("user.department -in [\"HR\"]", false),
        ("user.department -notIn [\"HR\"]", true),
        ("user.department -notIn [\"HR\",\"sales\"]", false),
        ("user.department -contains \"ALE\"", true),
        ("user.department -contains \"\"", true),
        ("user.department -contains \"Sales and more\"", false),
        ("user.department -notContains \"ale\"", false),
        ("user.department -notContains \"x\"", true),
        ("user.department -startsWith \"sa\"", true),
        ("user.department -startsWith \"al\"", false),
        ("user.department -notStartsWith \"sa\"", false),
        ("user.department -notStartsWith \"al\"", true),
        ("user.department -endsWith \"LES\"", true),
        ("user.department -endsWith \"More Sales\"", false),
        ("user.department -notEndsWith \"les\"", false),
        ("user.department -notEndsWith \"le\"", true),
    ]);
}

#[test]
fn patterns_match_anywhere_in_any_case() {
    anna().with(UserProperty::City, "ÉVORA").check(&[
        ("user.displayName -match \"^an.*\"", true),
        ("user.displayName -match \"brien\"", true),
        ("user.displayName -match \"^brien\"", false),
        ("user.displayName -notMatch \"^brien\"", true),
        ("user.displayName -notMatch \"\\w+ \\w\"", false),
        ("user.city -match \"^évora$\"", true),
        ("user.mail -match \".*\"", false),
        ("user.mail -notMatch \".*\"", true),
    ]);
}

#[test]
fn a_missing_property_is_null_and_nothing_else() {
    anna().check(&[
        ("user.city -eq null", true),
        ("user.city -eq $null", true),
        ("user.city -ne null", false),
        ("user.department -eq null", false),
        ("user.department -ne NULL", true),
        ("user.department -eq \"null\"", false),
        ("user.city -eq \"x\"", false),
        ("user.city -ne \"x\"", true),
        ("user.city -in [\"x\"]", false),
        ("user.city -notIn [\"x\"]", true),
        ("user.city -contains \"\"", false),
        ("user.city -notContains \"x\"", true),
        ("user.city -startsWith \"\"", false),
        ("user.city -notStartsWith \"x\"", true),
        ("user.onPremisesSyncEnabled -eq false", false),
        ("user.onPremisesSyncEnabled -ne true", true),
        ("user.employeeHireDate -le 2030-01-01", false),
        ("user.otherMails -eq null", true),
        ("user.extensionAttribute1 -eq null", true),
    ]);
}

#[test]
fn heads_are_properties_too() {
    let mut guest = anna();
    guest.head.user_type = UserType::Guest;
    guest.check(&[
        ("user.accountEnabled -eq true", true),
        ("user.accountEnabled -ne $true", false),
        ("user.accountEnabled -eq \"True\"", true),
        ("user.accountEnabled -eq null", false),
        ("user.userType -eq \"guest\"", true),
        ("user.userType -ne \"Guest\"", false),
        ("user.usageLocation -eq \"nl\"", true),
        ("user.usageLocation -in [\"BE\", \"LU\"]", false),
        ("user.objectId -ne null", true),
        (
            "user.objectId -eq \"8D3F1D5E-0000-4000-8000-0000000000AB\"",
            true,
        ),
    ]);
    Someone::default().check(&[
        ("user.accountEnabled -eq false", true),
        ("user.usageLocation -eq null", true),
        ("user.userType -eq \"Member\"", true),
    ]);
}

#[test]
fn older_names_mean_the_properties_of_graph() {
    anna()
        .with(UserProperty::FaxNumber, "1")
        .with(UserProperty::MobilePhone, "2")
        .with(UserProperty::OfficeLocation, "3")
        .with_texts(UserProperty::BusinessPhones, &["4"])
        .with_texts(UserProperty::ImAddresses, &["5"])
        .with(
            UserProperty::OnPremisesSyncEnabled,
            PropertyValue::Flag(true),
        )
        .check(&[
            ("user.facsimileTelephoneNumber -eq \"1\"", true),
            ("user.mobile -eq \"2\"", true),
            ("user.physicalDeliveryOfficeName -eq \"3\"", true),
            ("user.telephoneNumber -eq \"4\"", true),
            ("user.sipProxyAddress -eq \"5\"", true),
            ("user.dirSyncEnabled -eq true", true),
            ("USER.DEPARTMENT -eq \"Sales\"", true),
        ]);
}

#[test]
fn dates_are_compared_by_time() {
    let hired = PropertyValue::Time(Timestamp(1_769_817_600)); // 2026-01-31
    anna().with(UserProperty::EmployeeHireDate, hired).check(&[
        ("user.employeeHireDate -ge 2026-01-31", true),
        ("user.employeeHireDate -le 2026-01-30T23:59:59Z", false),
        ("user.employeeHireDate -le \"2026-01-31T00:00:00Z\"", true),
        ("user.employeeHireDate -eq 2026-01-31T01:00:00+01:00", true),
        ("user.employeeHireDate -ne 2026-01-31", false),
        ("user.employeeHireDate -ne null", true),
    ]);
}

#[test]
fn extension_attributes_are_read_from_their_object() {
    let json = r#"{"extensionAttribute1":"Red \"A\"","extensionAttribute10":"ten","extensionAttribute2":null}"#;
    anna()
        .with(
            UserProperty::OnPremisesExtensionAttributes,
            PropertyValue::Json(json.to_owned()),
        )
        .check(&[
            ("user.extensionAttribute1 -eq \"red `\"a`\"\"", true),
            ("user.ExtensionAttribute10 -startsWith \"te\"", true),
            ("user.extensionAttribute2 -eq null", true),
            ("user.extensionAttribute3 -ne null", false),
            ("user.extensionAttribute3 -ne \"x\"", true),
        ]);
}

#[test]
fn lists_stand_for_any_of_their_texts() {
    anna()
        .with_texts(
            UserProperty::ProxyAddresses,
            &["SMTP:anna@contoso.com", "smtp:info@fabrikam.com"],
        )
        .check(&[
            ("user.proxyAddresses -startsWith \"smtp:info\"", true),
            ("user.proxyAddresses -notEndsWith \"@fabrikam.com\"", false),
            ("user.proxyAddresses -notEndsWith \"@outlook.com\"", true),
            ("user.proxyAddresses -contains \"anna\"", true),
            ("user.proxyAddresses -eq \"anna\"", false),
            ("user.proxyAddresses -any (_ -contains \"fabrikam\")", true),
            ("user.proxyAddresses -any (_ -contains \"outlook\")", false),
            ("user.proxyAddresses -all (_ -contains \"smtp:\")", true),
            ("user.proxyAddresses -all (_ -contains \"contoso\")", false),
            ("user.proxyAddresses -any _ -startsWith \"smtp:info\"", true),
            (
                "user.proxyAddresses -any (_ -contains \"info\" -and _ -contains \"contoso\")",
                false,
            ),
            (
                "(user.proxyAddresses any (_ -contains \"info\")) and user.department eq \"Sales\"",
                true,
            ),
            ("user.proxyAddresses -any (-not (_ -eq null))", true),
            ("user.otherMails -any (_ -contains \"\")", false),
            ("user.otherMails -all (_ -contains \"x\")", true),
        ]);
}

#[test]
fn assigned_plans_are_looked_through_one_by_one() {
    anna()
        .with_plan(EXCHANGE, "exchange", false)
        .with_plan(INTUNE, "SCO", true)
        .with_plan(Uuid::nil(), "", true)
        .check(&[
            (
                "user.assignedPlans -any (assignedPlan.servicePlanId -eq \"EFB87545-963c-4e0d-99df-69c6916d9eb0\")",
                true,
            ),
            (
                "user.assignedPlans -any (assignedPlan.servicePlanId -eq \"efb87545-963c-4e0d-99df-69c6916d9eb0\" -and assignedPlan.capabilityStatus -eq \"Enabled\")",
                false,
            ),
            (
                "user.assignedPlans -any (assignedPlan.service -eq \"sco\" -and assignedPlan.capabilityStatus -eq \"Enabled\")",
                true,
            ),
            ("user.assignedPlans -any (assignedPlan.capabilityStatus -eq \"Deleted\")", true),
            ("user.assignedPlans -any (assignedPlan.service -eq null)", true),
            ("user.assignedPlans -all (assignedPlan.servicePlanId -eq null)", false),
        ]);
    let without_plans = "user.assignedPlans -all (assignedPlan.servicePlanId -eq null)";
    anna().check(&[(without_plans, true)]);
}

#[test]
fn plans_are_asked_for_at_most_once_and_only_if_needed() {
    let two = "user.assignedPlans -any (assignedPlan.service -eq \"a\") -or user.assignedPlans -any (assignedPlan.service -eq \"b\")";
    let either = format!("user.department -eq \"Sales\" -or ({two})");
    let both = format!("user.department -eq \"Sales\" -and ({two})");
    assert_eq!(anna().ask(&Rule::parse(&either).unwrap()), (true, 0));
    assert_eq!(anna().ask(&Rule::parse(&both).unwrap()), (false, 1));
}

#[test]
fn not_binds_tighter_than_and_and_that_tighter_than_or() {
    // The parts are true, true, false.
    let (sales, dutch, guest) = (
        "user.department -eq \"Sales\"",
        "user.usageLocation -eq \"NL\"",
        "user.userType -eq \"Guest\"",
    );
    let cases = [
        (format!("{sales} -or {dutch} -and {guest}"), true),
        (format!("({sales} -or {dutch}) -and {guest}"), false),
        (format!("{guest} -and {dutch} -or {sales}"), true),
        (format!("{guest} -and ({dutch} -or {sales})"), false),
        (format!("-not {guest} -and {sales}"), true),
        (format!("-not {sales} -and {guest}"), false),
        (format!("-not ({sales} -and {guest})"), true),
        (format!("-not {sales} -or {dutch}"), true),
        (format!("-not ({sales} -or {dutch})"), false),
        (format!("-not -not {sales}"), true),
        (format!("(({sales}))-and(-not({guest}))"), true),
        (format!("{sales} -and {dutch} -and {guest}"), false),
        (format!("{guest} -or {guest} -or {dutch}"), true),
    ];
    let cases: Vec<_> = cases
        .iter()
        .map(|(text, is)| (text.as_str(), *is))
        .collect();
    anna().check(&cases);
}

#[test]
fn hyphens_are_optional_and_words_are_in_any_case() {
    anna().check(&[
        (
            "user.department eq \"Sales\" and not (user.city eq \"x\")",
            true,
        ),
        (
            "user.department -EQ \"Sales\" -AND -Not user.city -STARTSWITH \"x\"",
            true,
        ),
        (
            "user.department\u{2013}eq \"Sales\" \u{2013}and user.city \u{2014}eq null",
            true,
        ),
        ("\r\n user.department\u{a0}-ne\t\"HR\" \n", true),
        ("user.department-in['a','sales']", true),
    ]);
}

#[test]
fn quotes_are_escaped_by_backticks_and_single_ones_by_doubling() {
    anna().with(UserProperty::City, "a`b").check(&[
        ("user.jobTitle -eq \"SDE `\"II`\"\"", true),
        ("user.jobTitle -eq 'SDE \"II\"'", true),
        ("user.displayName -eq \"Anna O'Brien\"", true),
        ("user.displayName -eq \"Anna O''Brien\"", true),
        ("user.displayName -eq 'Anna O''Brien'", true),
        ("user.displayName -eq 'Anna O`'Brien'", true),
        ("user.city -eq \"a``b\"", true),
        ("user.city -eq \"a`b\"", true),
        ("user.displayName -ne ''", true),
        ("user.displayName -in ['', \"\", 'anna o''brien']", true),
    ]);
}

#[test]
fn a_rule_knows_what_it_reads() {
    let rule = Rule::parse(
        "user.extensionAttribute3 -eq null -and (user.mobile -eq \"1\" -or user.otherMails -any (_ -eq \"a\" -or user.city -eq \"b\"))",
    )
    .unwrap();
    for property in [
        UserProperty::OnPremisesExtensionAttributes,
        UserProperty::MobilePhone,
        UserProperty::OtherMails,
        UserProperty::City,
    ] {
        assert!(rule.depends_on(property), "{property:?}");
    }
    assert!(!rule.depends_on(UserProperty::Department));
    assert!(!rule.depends_on_head() && !rule.depends_on_plans());

    let plans = "user.assignedPlans -any (assignedPlan.service -eq \"SCO\")";
    assert!(Rule::parse(plans).unwrap().depends_on_plans());
    for head in [
        "accountEnabled -eq true",
        "userType -eq null",
        "usageLocation -eq null",
    ] {
        assert!(
            Rule::parse(&format!("user.{head}"))
                .unwrap()
                .depends_on_head()
        );
    }
    assert!(
        !Rule::parse("user.objectId -ne null")
            .unwrap()
            .depends_on_head()
    );
}

#[test]
fn rules_are_equal_by_text_and_go_between_threads() {
    fn is_shared_between_threads<T: Send + Sync>(_: &T) {}
    let rule = Rule::parse("user.city -eq \"a\"").unwrap();
    is_shared_between_threads(&rule);
    assert_eq!(rule, rule.clone());
    assert_eq!(rule.to_string(), rule.text());
    assert_ne!(rule, Rule::parse("user.city  -eq \"a\"").unwrap());
}
