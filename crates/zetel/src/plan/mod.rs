//! Plans: what a change would do, as the server tells it, shown to people and programs.

mod model;
mod rows;
mod text;

pub use model::{Plan, name_of};

use std::io::{self, Write};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::Failure;
use crate::client::products::Products;
use crate::output::{self, Format};

/// The plan of one change.
pub struct Planned {
    /// What the change is about, such as a user's name; several are told apart by it.
    what: String,
    /// As the server told it.
    document: Value,
    /// As it is shown.
    plan: Plan,
    /// Why the change would be refused.
    refusal: Option<String>,
}

impl Planned {
    /// Reads a server's plan.
    pub fn new(what: impl Into<String>, document: Value) -> Self {
        // What a server leaves out, or tells in a form of its own, is not shown; JSON has it all.
        let plan = Plan::deserialize(&document).unwrap_or_default();
        Self {
            what: what.into(),
            document,
            plan,
            refusal: None,
        }
    }

    /// A change that would be refused.
    pub fn refused(what: impl Into<String>, failure: &Failure) -> Self {
        let error = json!({ "code": failure.code, "message": failure.message });
        Self {
            what: what.into(),
            document: json!({ "error": error }),
            plan: Plan::default(),
            refusal: Some(failure.message.clone()),
        }
    }

    /// The same with the names of products behind their ids, in what is shown to people.
    #[must_use]
    pub fn with_names(mut self, products: &Products) -> Self {
        for left in &mut self.plan.not_done {
            left.reason = products.with_names(&left.reason);
        }
        self
    }

    /// The plan as the server told it.
    pub const fn document(&self) -> &Value {
        &self.document
    }

    /// The plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// Shows plans. JSON has them as the server told them, several in a list.
pub fn show(out: &mut impl Write, format: Format, plans: &[Planned]) -> io::Result<()> {
    match (format, plans) {
        (Format::Json, [only]) => output::json(out, &only.document),
        (Format::Json, several) => {
            let documents: Vec<Value> = several
                .iter()
                .map(|planned| json!({ "of": planned.what, "plan": planned.document }))
                .collect();
            output::json(out, &documents)
        }
        (Format::Csv, plans) => output::list(out, format, &rows::of(plans)),
        (Format::Table, [only]) => text::write(out, only),
        (Format::Table, several) => {
            for planned in several {
                writeln!(out, "# {}\n", planned.what)?;
                text::write(out, planned)?;
                writeln!(out)?;
            }
            out.flush()
        }
    }
}
