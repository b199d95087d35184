//! What stands in the way, in sentences.

use uuid::Uuid;
use zetel_domain::{
    assignment::Violation,
    explain::{Cause, Problem, Sibling},
    product::ProductOrdinal,
    subscription::Status,
};

use super::{Speaker, refusal::error_key};

impl Speaker<'_> {
    /// What a problem is about.
    pub(super) fn heading(self, problem: &Problem) -> String {
        let product = ("product", self.product(problem.product).into());
        match problem.group {
            None => self.say("problem", &[product]),
            Some(group) => {
                let key = if problem.is_kept {
                    "problem-kept"
                } else {
                    "problem-of-group"
                };
                self.say(key, &[product, ("group", self.group(group).into())])
            }
        }
    }

    /// What stands in the way, and what waits for it.
    pub(super) fn obstacle(self, problem: &Problem) -> String {
        let mut text = self.cause(&problem.cause, problem.product);
        if !problem.siblings.is_empty() {
            let key = if problem.is_kept {
                "problem-siblings-kept"
            } else {
                "problem-siblings"
            };
            let products = self.products(&problem.siblings);
            text.push(' ');
            text.push_str(&self.say(key, &[("products", products.into())]));
        }
        text
    }

    /// What stands in the way of a product.
    pub(super) fn cause(self, cause: &Cause, product: ProductOrdinal) -> String {
        let of_product = || ("product", self.product(product).into());
        match cause {
            Cause::NoSeat { .. } => self.no_seat(cause),
            Cause::Excluded { .. } => self.excluded(cause, product),
            Cause::Lacks {
                plan,
                requires,
                sibling,
            } => self.lacks(*plan, requires, sibling.as_ref()),
            Cause::NeededBy { plan, other, needs } => self.say(
                "cause-needed-by",
                &[
                    of_product(),
                    ("plan", self.plan(*plan).into()),
                    ("needs", self.plan(*needs).into()),
                    ("other", self.side(other).into()),
                ],
            ),
            Cause::Location { .. } => self.location(cause),
            Cause::Address { address, owner } => self.say(
                "cause-address",
                &[
                    ("address", address.as_str().into()),
                    ("owner", self.user(*owner).into()),
                ],
            ),
            Cause::Sibling(sibling) => {
                let name = self.product(sibling.product).into();
                self.say("cause-sibling", &[("sibling", name)])
            }
            Cause::Past(violation) => self.past(*violation),
            Cause::Inactive { status } => {
                let status = match status {
                    Status::Suspended => "suspended",
                    Status::LockedOut => "lockedOut",
                    _ => "deleted",
                };
                self.say("cause-inactive", &[of_product(), ("status", status.into())])
            }
            Cause::SwitchedOff { plan } => self.say(
                "cause-switched-off",
                &[of_product(), ("plan", self.plan(*plan).into())],
            ),
            Cause::OnlyNested { path } => {
                let group = path.groups.last().map(|group| self.group(*group));
                self.say(
                    "cause-only-nested",
                    &[
                        of_product(),
                        ("group", group.unwrap_or_default().into()),
                        ("path", self.path(path).into()),
                    ],
                )
            }
            Cause::NotMeant => self.say("cause-not-meant", &[of_product()]),
        }
    }

    fn no_seat(self, cause: &Cause) -> String {
        let Cause::NoSeat {
            product,
            bought,
            used,
            waiting,
        } = cause
        else {
            return String::new();
        };
        let name = ("product", self.product(*product).into());
        let mut text = if bought > used {
            let free = bought - used;
            self.say("cause-seat-past", &[name, ("free", free.into())])
        } else if *bought == 0 {
            self.say("cause-no-seats-at-all", &[name])
        } else if used > bought {
            let (bought, used) = (("bought", bought.into()), ("used", used.into()));
            self.say("cause-more-than-bought", &[name, bought, used])
        } else {
            self.say("cause-no-seat", &[name, ("bought", bought.into())])
        };
        if let Some(waiting) = waiting {
            let before = ("before", waiting.before.into());
            let total = ("total", waiting.total.into());
            text.push(' ');
            text.push_str(&self.say("cause-waiting", &[before, total]));
        }
        text
    }

    fn excluded(self, cause: &Cause, product: ProductOrdinal) -> String {
        let Cause::Excluded {
            plan,
            other_plan,
            other,
        } = cause
        else {
            return String::new();
        };
        let plans = [
            ("plan", self.plan(*plan).into()),
            ("otherPlan", self.plan(*other_plan).into()),
        ];
        let [plan, other_plan] = plans;
        if other.product == product {
            let product = ("product", self.product(product).into());
            return self.say("cause-excluded-itself", &[plan, other_plan, product]);
        }
        let other = ("other", self.side(other).into());
        self.say("cause-excluded", &[plan, other_plan, other])
    }

    fn lacks(self, plan: Uuid, requires: &[Uuid], sibling: Option<&Sibling>) -> String {
        let mut text = self.say(
            "cause-lacks",
            &[
                ("plan", self.plan(plan).into()),
                ("requires", self.any_of(requires).into()),
            ],
        );
        if let Some(sibling) = sibling {
            let name = ("sibling", self.product(sibling.product).into());
            text.push(' ');
            text.push_str(&match &sibling.cause {
                Some(cause) => {
                    let cause = self.cause(cause, sibling.product);
                    self.say("cause-lacks-sibling", &[name, ("cause", cause.into())])
                }
                None => self.say("cause-lacks-sibling-free", &[name]),
            });
        }
        text
    }

    fn location(self, cause: &Cause) -> String {
        let Cause::Location {
            location,
            is_default,
            product,
            plan,
        } = cause
        else {
            return String::new();
        };
        let product = self.product(*product);
        let subject = match plan {
            None => product,
            Some(plan) => self.say(
                "plan-of-product",
                &[
                    ("plan", self.plan(*plan).into()),
                    ("product", product.into()),
                ],
            ),
        };
        let key = if *is_default {
            "cause-location-default"
        } else {
            "cause-location"
        };
        let arguments = [
            ("subject", subject.into()),
            ("location", location.as_str().into()),
        ];
        self.say(key, &arguments)
    }

    fn past(self, violation: Violation) -> String {
        let error = self.say(error_key(violation), &[]);
        self.say("cause-past", &[("error", error.into())])
    }
}
