//! What can be compared, by the names that rules use: those of Graph, and the older ones that Entra documents.

use super::{
    error::{RuleProblem, ValueKind},
    nearest::nearest,
};
use crate::user::property::{PropertyKind, SCHEMA, UserProperty};

/// Something that has a value, several or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Property(UserProperty),
    AccountEnabled,
    UserType,
    UsageLocation,
    ObjectId,
    /// A member of `onPremisesExtensionAttributes`.
    Extension(&'static str),
    /// One text of the list that is looked through.
    Item,
    PlanId,
    PlanService,
    PlanStatus,
}

impl Subject {
    /// What its values are.
    pub(super) fn kind(self) -> ValueKind {
        match self {
            Self::AccountEnabled => ValueKind::Flag,
            Self::Property(property) => match property.schema().kind {
                PropertyKind::Flag => ValueKind::Flag,
                PropertyKind::Time => ValueKind::Time,
                _ => ValueKind::Text,
            },
            _ => ValueKind::Text,
        }
    }
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    Value(Subject),
    /// `user.assignedPlans`.
    Plans,
}

/// Which list is being looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// None.
    User,
    /// A list of texts: `_` is one of them.
    Texts,
    /// The service plans: `assignedPlan` is one of them.
    Plans,
}

const ASSIGNED_PLANS: &str = "assignedPlans";

/// Names that are not those of [`SCHEMA`].
const OTHER_NAMES: [(&str, Subject); 10] = [
    ("accountEnabled", Subject::AccountEnabled),
    ("userType", Subject::UserType),
    ("usageLocation", Subject::UsageLocation),
    ("objectId", Subject::ObjectId),
    (
        "dirSyncEnabled",
        Subject::Property(UserProperty::OnPremisesSyncEnabled),
    ),
    (
        "facsimileTelephoneNumber",
        Subject::Property(UserProperty::FaxNumber),
    ),
    ("mobile", Subject::Property(UserProperty::MobilePhone)),
    (
        "physicalDeliveryOfficeName",
        Subject::Property(UserProperty::OfficeLocation),
    ),
    (
        "sipProxyAddress",
        Subject::Property(UserProperty::ImAddresses),
    ),
    (
        "telephoneNumber",
        Subject::Property(UserProperty::BusinessPhones),
    ),
];

const EXTENSIONS: [&str; 15] = [
    "extensionAttribute1",
    "extensionAttribute2",
    "extensionAttribute3",
    "extensionAttribute4",
    "extensionAttribute5",
    "extensionAttribute6",
    "extensionAttribute7",
    "extensionAttribute8",
    "extensionAttribute9",
    "extensionAttribute10",
    "extensionAttribute11",
    "extensionAttribute12",
    "extensionAttribute13",
    "extensionAttribute14",
    "extensionAttribute15",
];

const PLAN_NAMES: [(&str, Subject); 3] = [
    ("servicePlanId", Subject::PlanId),
    ("service", Subject::PlanService),
    ("capabilityStatus", Subject::PlanStatus),
];

/// What a word stands for where a property is expected.
pub(super) fn resolve(word: &str, scope: Scope) -> Result<Named, RuleProblem> {
    let outside = || RuleProblem::OutsideQuantifier {
        name: shortened(word),
    };
    if word == "_" {
        return (scope == Scope::Texts)
            .then_some(Named::Value(Subject::Item))
            .ok_or_else(outside);
    }
    let Some((object, name)) = word.split_once('.') else {
        return Err(bare_word(word));
    };
    let is = |known: &str| object.eq_ignore_ascii_case(known);
    if is("user") {
        user_property(word, name)
    } else if is("assignedPlan") {
        let subject = find(&PLAN_NAMES, name).ok_or_else(|| unknown_of_plan(word, name))?;
        (scope == Scope::Plans)
            .then_some(Named::Value(subject))
            .ok_or_else(outside)
    } else if is("device") {
        Err(RuleProblem::Device)
    } else {
        Err(unknown_of_user(word, name))
    }
}

fn bare_word(word: &str) -> RuleProblem {
    if word.eq_ignore_ascii_case("direct") {
        return RuleProblem::DirectReports;
    }
    unknown_of_user(word, word)
}

fn user_property(word: &str, name: &str) -> Result<Named, RuleProblem> {
    if name.eq_ignore_ascii_case(ASSIGNED_PLANS) {
        return Ok(Named::Plans);
    }
    if name.eq_ignore_ascii_case("memberOf") {
        return Err(RuleProblem::MemberOf);
    }
    if let Some(subject) = find(&OTHER_NAMES, name) {
        return Ok(Named::Value(subject));
    }
    if let Some(extension) = EXTENSIONS
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name))
    {
        return Ok(Named::Value(Subject::Extension(extension)));
    }
    if let Some(property) = UserProperty::parse(name) {
        let schema = property.schema();
        return is_usable(schema.kind)
            .then_some(Named::Value(Subject::Property(property)))
            .ok_or(RuleProblem::UnusableProperty { name: schema.name });
    }
    let is_custom = name
        .get(..10)
        .is_some_and(|start| start.eq_ignore_ascii_case("extension_"));
    Err(if is_custom {
        RuleProblem::CustomExtension {
            name: shortened(word),
        }
    } else {
        unknown_of_user(word, name)
    })
}

fn find(names: &[(&str, Subject)], name: &str) -> Option<Subject> {
    names
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, subject)| *subject)
}

const fn is_usable(kind: PropertyKind) -> bool {
    matches!(
        kind,
        PropertyKind::Text { .. }
            | PropertyKind::Texts { .. }
            | PropertyKind::Flag
            | PropertyKind::Time
    )
}

fn unknown_of_user(word: &str, name: &str) -> RuleProblem {
    let of_schema = SCHEMA
        .iter()
        .filter(|schema| is_usable(schema.kind))
        .map(|schema| schema.name);
    let candidates = of_schema
        .chain(OTHER_NAMES.iter().map(|(name, _)| *name))
        .chain(EXTENSIONS)
        .chain([ASSIGNED_PLANS]);
    RuleProblem::UnknownProperty {
        name: shortened(word),
        closest: nearest(name, candidates).map(|closest| format!("user.{closest}")),
    }
}

fn unknown_of_plan(word: &str, name: &str) -> RuleProblem {
    let candidates = PLAN_NAMES.iter().map(|(name, _)| *name);
    RuleProblem::UnknownProperty {
        name: shortened(word),
        closest: nearest(name, candidates).map(|closest| format!("assignedPlan.{closest}")),
    }
}

/// Text from a rule, short enough for a message.
pub(super) fn shortened(source: &str) -> String {
    const LONGEST: usize = 60;
    match source.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", source.get(..end).unwrap_or_default()),
        None => source.to_owned(),
    }
}
