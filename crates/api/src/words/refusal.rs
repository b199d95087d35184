//! Errors by their kind, and refusals of changes to licenses and groups; those of devices are in `enrollment`.

use uuid::Uuid;
use zetel_domain::{Rejection, Tenant, assignment::Violation};

use super::{Language, Speaker, message::message};

/// The key of the sentence for an error.
pub(super) const fn error_key(violation: Violation) -> &'static str {
    match violation {
        Violation::Count => "error-count",
        Violation::MutuallyExclusive => "error-mutually-exclusive",
        Violation::Dependency => "error-dependency",
        Violation::ProhibitedInUsageLocation => "error-location",
        Violation::Uniqueness => "error-uniqueness",
        Violation::Other => "error-other",
    }
}

/// What an error means, in a sentence. What exactly stands in a user's way is for [`super::explanation_text`].
pub fn violation_text(violation: Violation, language: Language) -> String {
    message(language, error_key(violation), &[])
}

/// What can be done about an error of many users, in a sentence.
pub fn advice(violation: Violation, language: Language) -> String {
    let key = match violation {
        Violation::Count => "advice-count",
        Violation::MutuallyExclusive => "advice-mutually-exclusive",
        Violation::Dependency => "advice-dependency",
        Violation::ProhibitedInUsageLocation => "advice-location",
        Violation::Uniqueness => "advice-uniqueness",
        Violation::Other => "advice-other",
    };
    message(language, key, &[])
}

/// Why a change to licenses, groups or devices is refused, in sentences with names. Nothing for refusals of other things,
/// which no plan of these meets.
pub fn rejection_text(
    rejection: &Rejection,
    tenant: &Tenant,
    language: Language,
) -> Option<String> {
    let speaker = Speaker { tenant, language };
    speaker
        .without_names(rejection)
        .or_else(|| speaker.of_assignment(rejection))
        .or_else(|| speaker.of_group(rejection))
        .or_else(|| speaker.of_devices(rejection))
}

impl Speaker<'_> {
    fn without_names(self, rejection: &Rejection) -> Option<String> {
        let key = match rejection {
            Rejection::NoLicenseChanges => "refusal-no-license-changes",
            Rejection::UsageLocationMissing => "refusal-usage-location-missing",
            Rejection::DirectAssignmentsOff => "refusal-direct-off",
            Rejection::GroupNotFound { .. } => "refusal-group-not-found",
            Rejection::OwnApproval => "refusal-own-approval",
            Rejection::InvalidToken => "refusal-invalid-token",
            Rejection::NothingToUndo { .. } => "refusal-nothing-to-undo",
            _ => return None,
        };
        Some(self.say(key, &[]))
    }

    fn of_assignment(self, rejection: &Rejection) -> Option<String> {
        let product = |sku_id: &Uuid| ("product", self.product_of_id(*sku_id).into());
        let say = |key: &str, sku_id: &Uuid| Some(self.say(key, &[product(sku_id)]));
        match rejection {
            Rejection::ProductNamedTwice { sku_id } => say("refusal-product-named-twice", sku_id),
            Rejection::ProductNotOwned { sku_id } => say("refusal-product-not-owned", sku_id),
            Rejection::ProductNotAssignable { sku_id } => {
                say("refusal-product-not-assignable", sku_id)
            }
            Rejection::LicenseNotHeld { sku_id } => say("refusal-license-not-held", sku_id),
            Rejection::LicenseInherited { sku_id } => say("refusal-license-inherited", sku_id),
            Rejection::NoSeats { sku_id } => say("refusal-no-seats", sku_id),
            Rejection::GroupLicenseNotHeld { sku_id } => {
                say("refusal-group-license-not-held", sku_id)
            }
            Rejection::PlanNotInProduct { sku_id, plan_id } => Some(self.say(
                "refusal-plan-not-in-product",
                &[product(sku_id), ("plan", self.plan(*plan_id).into())],
            )),
            Rejection::ProhibitedInLocation { sku_id, location } => Some(self.say(
                "refusal-location",
                &[product(sku_id), ("location", location.as_str().into())],
            )),
            Rejection::MutuallyExclusive { plan_ids } => {
                let plans = self.plans(plan_ids);
                Some(self.say("refusal-mutually-exclusive", &[("plans", plans.into())]))
            }
            Rejection::DependencyMissing { plan_id, requires } => Some(self.say(
                "refusal-dependency",
                &[
                    ("plan", self.plan(*plan_id).into()),
                    ("requires", self.any_of(requires).into()),
                ],
            )),
            Rejection::AddressNotUnique { address } => {
                Some(self.say("refusal-address", &[("address", address.as_str().into())]))
            }
            Rejection::UserNotFound { key } => {
                Some(self.say("refusal-user-not-found", &[("key", key.as_str().into())]))
            }
            _ => None,
        }
    }

    fn of_group(self, rejection: &Rejection) -> Option<String> {
        let say = |key: &str, group: &str| Some(self.say(key, &[("group", group.into())]));
        match rejection {
            Rejection::MembersFollowRule { group } => say("refusal-members-follow-rule", group),
            Rejection::GroupHasLicenses { group } => say("refusal-group-has-licenses", group),
            Rejection::GroupNotLicensable { group, .. } => {
                say("refusal-group-not-licensable", group)
            }
            Rejection::Guarded {
                users,
                needs_approval,
                ..
            } => {
                let key = if *needs_approval {
                    "refusal-guarded-approval"
                } else {
                    "refusal-guarded"
                };
                Some(self.say(key, &[("users", users.into())]))
            }
            _ => None,
        }
    }
}
