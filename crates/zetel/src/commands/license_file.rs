//! The rows of `zetel licenses assign --from` and `remove --from`.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::answers::{Undone, by_user};
use super::license_change::{Wanted, together};
use crate::bulk::{BadRow, Column, Fields, Job, Outcome, RowReport};
use crate::cli::client::ChangeArgs;
use crate::client::assignment::Change;
use crate::client::products::Products;
use crate::client::{Failure, Graph, Request, hint};
use crate::plan::Planned;

/// Users that one change is asked for at most.
const WAVE: usize = 10_000;

// Column 0 is the user, as `bulk::Job` asks.
const PRODUCT: usize = 1;
const DISABLED: usize = 2;
const ACTION: usize = 3;

const COLUMNS: &[Column] = &[
    Column {
        name: "user",
        aliases: &["userPrincipalName", "upn", "id", "objectId"],
        required: true,
    },
    Column {
        name: "product",
        aliases: &["sku", "skuPartNumber", "skuId", "license"],
        required: false,
    },
    Column {
        name: "disabled plans",
        aliases: &["disabled", "disable"],
        required: false,
    },
    Column {
        name: "action",
        aliases: &[],
        required: false,
    },
];

/// Assigns and removes.
pub struct ChangeFile<'a> {
    /// The server.
    pub graph: &'a Graph,
    /// The tenant's products.
    pub products: &'a Products,
    /// What the command line says; a row may add to it.
    pub wanted: &'a Wanted,
    /// Whether a row without an action assigns; else it removes.
    pub adds: bool,
    /// Whether to plan, and which tokens confirm what the guard stops.
    pub change: &'a ChangeArgs,
    /// Whether the server does many users in one change.
    pub is_zetel: bool,
    /// Plans that were asked for, and of what the guard stopped.
    pub plans: Mutex<Vec<Planned>>,
}

impl ChangeFile<'_> {
    /// The row's request by names: its cells, and the command line for what they leave open.
    fn wanted(&self, fields: &Fields) -> Result<Wanted, BadRow> {
        let adds = match fields.get(ACTION).to_lowercase().as_str() {
            "" => self.adds,
            "add" | "assign" => true,
            "remove" => false,
            other => {
                return Err(bad(
                    "BadRow",
                    format!("the action `{other}` is neither `add` nor `remove`"),
                ));
            }
        };
        let from_command_line = if self.adds {
            &self.wanted.add
        } else {
            &self.wanted.remove
        };
        let products = match fields.get(PRODUCT) {
            "" => from_command_line.clone(),
            product => vec![product.to_owned()],
        };
        if products.is_empty() {
            return Err(bad("BadRow", "no product".to_owned()));
        }
        if !adds {
            return Ok(Wanted {
                remove: products,
                ..Wanted::default()
            });
        }
        let replaced = if self.adds {
            self.wanted.remove.clone()
        } else {
            Vec::new()
        };
        let disable = match plan_names(fields.get(DISABLED)) {
            names if names.is_empty() => self.wanted.disable.clone(),
            names => names,
        };
        Ok(Wanted {
            add: products,
            disable,
            remove: replaced,
        })
    }
}

impl Job for ChangeFile<'_> {
    type Item = Change;

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn product(&self, fields: &Fields) -> String {
        match fields.get(PRODUCT) {
            "" => [self.wanted.add.as_slice(), self.wanted.remove.as_slice()]
                .concat()
                .join(" "),
            product => product.to_owned(),
        }
    }

    fn parse(&self, fields: &Fields) -> Result<Change, BadRow> {
        self.wanted(fields)?
            .resolve(self.products)
            .map_err(|unknown| bad("UnknownName", unknown.message))
    }

    fn request(&self, user: &str, change: &Change) -> String {
        format!("{user} {}", change.body())
    }

    fn is_plan(&self) -> bool {
        self.change.plan
    }

    /// Zetel does rows that ask for the same in one change, so that the guard sees what the file takes from whom.
    fn wave_length(&self) -> usize {
        if self.is_zetel { WAVE } else { 1 }
    }

    fn perform(&self, user: &str, change: &Change) -> RowReport {
        let request = Request::post(&["users", user, "assignLicense"], change.body());
        match self.graph.change(&request, &self.change.confirm) {
            Ok(_) => done(Outcome::Ok),
            Err(failure) if is_without(change, &failure.message) => RowReport {
                code: failure.code,
                message: failure.message,
                ..done(Outcome::Unchanged)
            },
            Err(failure) => failed_row(failure, user, "assign licenses to"),
        }
    }

    fn perform_together(&self, users: &[&str], change: &Change) -> Vec<RowReport> {
        if !self.is_zetel {
            return users
                .iter()
                .map(|user| self.perform(user, change))
                .collect();
        }
        let request = together(users, change);
        let answer = if self.change.plan {
            let planned = self.graph.plan(&request);
            planned.inspect(|plan| self.keep_plan(change, plan.clone()))
        } else {
            self.graph.change(&request, &self.change.confirm)
        };
        match answer {
            Ok(answer) => {
                let undone = by_user(&answer);
                let report = |user: &&str| self.report(change, undone.get(&user.to_lowercase()));
                users.iter().map(report).collect()
            }
            Err(failure) => {
                if failure.guard.is_some()
                    && let Ok(plan) = self.graph.plan(&request)
                {
                    self.keep_plan(change, plan);
                }
                let report = |user: &&str| failed_row(failure.clone(), user, "assign licenses to");
                users.iter().map(report).collect()
            }
        }
    }
}

impl ChangeFile<'_> {
    fn keep_plan(&self, change: &Change, plan: Value) {
        let planned = Planned::new(change.describe(), plan).with_names(self.products);
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.push(planned);
    }

    /// The plans that were asked for, and those of what the guard stopped.
    pub fn into_plans(self) -> Vec<Planned> {
        self.plans
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, change: &Change, left: Option<&Undone>) -> RowReport {
        let is_plan = self.change.plan;
        let Some(left) = left else {
            return done(if is_plan {
                Outcome::WouldPass
            } else {
                Outcome::Ok
            });
        };
        let outcome = match is_without(change, &left.reason) {
            true => Outcome::Unchanged,
            false if is_plan => Outcome::WouldFail,
            false => Outcome::Failed,
        };
        RowReport {
            code: left.error_code.clone(),
            message: left.reason.clone(),
            ..done(outcome)
        }
    }
}

/// Whether a refusal says that what the row asks for is so already: the user shall be without the product, and is.
fn is_without(change: &Change, message: &str) -> bool {
    change.add.is_empty() && message.contains("does not have a corresponding license")
}

fn done(outcome: Outcome) -> RowReport {
    RowReport {
        outcome,
        code: String::new(),
        message: String::new(),
        stop: None,
    }
}

/// The report of a request without success; it ends the run when no later row could do better.
pub fn failed_row(failure: Failure, user: &str, verb: &str) -> RowReport {
    let (code, mut message) = (failure.code.clone(), failure.message.clone());
    if failure.guard.is_some() {
        "the guard stopped it: the change takes services from many".clone_into(&mut message);
    }
    let stop = failure.is_final().then(|| {
        let advice = hint::for_server(&failure);
        failure.during(&format!("Stopped: could not {verb} `{user}`"), advice)
    });
    RowReport {
        outcome: Outcome::Failed,
        code,
        message,
        stop,
    }
}

fn bad(code: &'static str, message: String) -> BadRow {
    BadRow { code, message }
}

/// Plans in one cell, separated by semicolons, commas or blanks.
fn plan_names(cell: &str) -> Vec<String> {
    let names = cell.split([';', ',', ' ', '|']);
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
