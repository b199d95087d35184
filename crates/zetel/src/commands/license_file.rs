//! The rows of `zetel licenses assign --from` and `remove --from`.

use std::sync::{Mutex, PoisonError};

use super::license_change::Wanted;
use crate::bulk::{BadRow, Column, Fields, Job, Outcome, RowReport};
use crate::client::model::LicensedUser;
use crate::client::products::Products;
use crate::client::{Failure, Graph, hint};
use crate::exit::Exit;
use crate::plan::{Change, Effect, Ledger, SeatChange, plan_user};

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

    fn perform(&self, user: &str, change: &Change) -> RowReport {
        match self
            .graph
            .post(&["users", user, "assignLicense"], &change.body())
        {
            Ok(()) => RowReport {
                outcome: Outcome::Ok,
                code: String::new(),
                message: String::new(),
                stop: None,
            },
            // The row asks that the user be without the product, and the user is.
            Err(failure)
                if change.add.is_empty()
                    && failure
                        .message
                        .contains("does not have a corresponding license") =>
            {
                RowReport {
                    outcome: Outcome::Unchanged,
                    code: failure.code,
                    message: failure.message,
                    stop: None,
                }
            }
            Err(failure) => failed_row(failure, user, "assign licenses to"),
        }
    }
}

/// Foresees what [`ChangeFile`] would do.
pub struct PlanFile<'a> {
    change: ChangeFile<'a>,
    ledger: Mutex<Ledger>,
}

impl<'a> PlanFile<'a> {
    /// A plan of the same rows.
    pub fn new(change: ChangeFile<'a>) -> Self {
        let ledger = Mutex::new(Ledger::new(change.products));
        Self { change, ledger }
    }

    /// Seats before and after.
    pub fn seats(&self) -> Vec<SeatChange> {
        self.ledger
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .changes()
    }
}

impl Job for PlanFile<'_> {
    type Item = Change;

    fn is_plan(&self) -> bool {
        true
    }

    fn columns(&self) -> &'static [Column] {
        self.change.columns()
    }

    fn product(&self, fields: &Fields) -> String {
        self.change.product(fields)
    }

    fn parse(&self, fields: &Fields) -> Result<Change, BadRow> {
        self.change.parse(fields)
    }

    fn request(&self, user: &str, change: &Change) -> String {
        self.change.request(user, change)
    }

    fn perform(&self, user: &str, change: &Change) -> RowReport {
        let licensed: LicensedUser = match self
            .change
            .graph
            .get(&["users", user], LicensedUser::SELECT)
        {
            Ok(licensed) => licensed,
            Err(failure) if failure.exit == Exit::NotFound => {
                let report = failed_row(failure, user, "read");
                return RowReport {
                    outcome: Outcome::WouldFail,
                    ..report
                };
            }
            Err(failure) => return failed_row(failure, user, "read"),
        };
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let steps = plan_user(user, &licensed, change, self.change.products, &mut ledger);
        drop(ledger);
        let has = |effect: Effect| steps.iter().any(|step| step.effect == effect);
        let (outcome, code) = if has(Effect::Refused) {
            (Outcome::WouldFail, "Foreseen")
        } else if steps.iter().all(|step| step.effect == Effect::None) {
            (Outcome::Unchanged, "")
        } else {
            (Outcome::WouldChange, "")
        };
        let notes: Vec<&str> = steps
            .iter()
            .map(|step| step.note.as_str())
            .filter(|note| !note.is_empty())
            .collect();
        RowReport {
            outcome,
            code: code.to_owned(),
            message: notes.join("; "),
            stop: None,
        }
    }
}

/// The report of a request without success; it ends the run when no later row could do better.
pub fn failed_row(failure: Failure, user: &str, verb: &str) -> RowReport {
    let (code, message) = (failure.code.clone(), failure.message.clone());
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
