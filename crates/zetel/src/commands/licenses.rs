//! `zetel licenses list` and `show`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Session, license_change};
use crate::cli::licenses::{LicensesArgs, LicensesVerb};
use crate::client::graph::encoded;
use crate::client::hint;
use crate::client::model::{LicenseAssignmentState, LicenseDetails, LicensedUser};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Record};
use crate::time;

/// Runs a verb.
pub fn run(args: &LicensesArgs) -> Result<Exit, CliError> {
    match &args.verb {
        LicensesVerb::List => list(&Session::open(&args.client, 1)?),
        LicensesVerb::Show { user, at: None } => show(&Session::open(&args.client, 1)?, user),
        LicensesVerb::Show { user, at: Some(at) } => {
            let at = time::graph(time::parse_now(at)?);
            show_past(&Session::open(&args.client, 1)?, user, &at)
        }
        LicensesVerb::Assign(assign) => license_change::assign(&args.client, assign),
        LicensesVerb::Remove(remove) => license_change::remove(&args.client, remove),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductRow {
    product: String,
    total: i64,
    used: i64,
    free: i64,
    status: String,
    applies_to: String,
    sku_id: String,
}

impl Record for ProductRow {
    const COLUMNS: &'static [&'static str] = &[
        "product",
        "total",
        "used",
        "free",
        "status",
        "appliesTo",
        "skuId",
    ];

    fn cells(&self) -> Vec<String> {
        let numbers = [self.total, self.used, self.free].map(|number| number.to_string());
        let texts = [&self.status, &self.applies_to, &self.sku_id].map(Clone::clone);
        std::iter::once(self.product.clone())
            .chain(numbers)
            .chain(texts)
            .collect()
    }
}

fn list(session: &Session) -> Result<Exit, CliError> {
    let products = session.products()?;
    let rows: Vec<ProductRow> = products
        .all()
        .iter()
        .map(|sku| ProductRow {
            product: sku.sku_part_number.clone(),
            total: sku.total(),
            used: sku.consumed_units,
            free: sku.total() - sku.consumed_units,
            status: sku.capability_status.clone(),
            applies_to: sku.applies_to.clone(),
            sku_id: sku.sku_id.clone(),
        })
        .collect();
    output::list(output::stdout(), session.format, &rows)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct AssignmentRow {
    product: String,
    source: String,
    state: String,
    error: Option<String>,
}

impl Record for AssignmentRow {
    const COLUMNS: &'static [&'static str] = &["product", "source", "state", "error"];

    fn cells(&self) -> Vec<String> {
        let error = self.error.clone().unwrap_or_default();
        vec![
            self.product.clone(),
            self.source.clone(),
            self.state.clone(),
            error,
        ]
    }
}

#[derive(Serialize)]
struct PlanRow {
    product: String,
    plan: String,
    on: bool,
    status: String,
}

impl Record for PlanRow {
    const COLUMNS: &'static [&'static str] = &["product", "plan", "on", "status"];

    fn cells(&self) -> Vec<String> {
        let on = if self.on { "on" } else { "off" };
        vec![
            self.product.clone(),
            self.plan.clone(),
            on.to_owned(),
            self.status.clone(),
        ]
    }
}

fn show(session: &Session, user: &str) -> Result<Exit, CliError> {
    #[derive(Deserialize)]
    struct List {
        value: Vec<LicenseDetails>,
    }
    let failed = |failure| {
        let advice = hint::for_user(&failure, user);
        failure.during(&format!("Could not read the licenses of `{user}`"), advice)
    };
    let licensed: LicensedUser = session
        .graph
        .get(&["users", user], LicensedUser::SELECT)
        .map_err(failed)?;
    let details: List = session
        .graph
        .get(&["users", user, "licenseDetails"], "")
        .map_err(failed)?;
    let mut details = details.value;
    details.sort_by(|one, other| one.sku_part_number.cmp(&other.sku_part_number));
    let plans: Vec<PlanRow> = details.iter().flat_map(plan_rows).collect();
    let has_assignments = licensed.license_assignment_states.is_some();
    let assignments = if has_assignments {
        assignment_rows(session, &licensed, &details)?
    } else {
        Vec::new()
    };
    let mut out = output::stdout();
    match session.format {
        Format::Json => output::json(
            &mut out,
            &json!({ "assignments": assignments, "plans": plans }),
        )?,
        Format::Csv => output::list(out, session.format, &plans)?,
        Format::Table if assignments.is_empty() && plans.is_empty() => {
            output::note(&format!("`{user}` has no licenses"));
        }
        Format::Table => {
            output::list(&mut out, session.format, &assignments)?;
            writeln!(out)?;
            output::list(out, session.format, &plans)?;
        }
    }
    Ok(Exit::Done)
}

fn plan_rows(license: &LicenseDetails) -> Vec<PlanRow> {
    let mut plans: Vec<PlanRow> = license
        .service_plans
        .iter()
        .map(|plan| PlanRow {
            product: license.sku_part_number.clone(),
            plan: plan.name.clone(),
            on: plan.provisioning_status != "Disabled",
            status: plan.provisioning_status.clone(),
        })
        .collect();
    plans.sort_by(|one, other| one.plan.cmp(&other.plan));
    plans
}

/// The assignments with their products' names. A product that could not be assigned is not among the details, so its
/// name is asked of the tenant.
fn assignment_rows(
    session: &Session,
    user: &LicensedUser,
    details: &[LicenseDetails],
) -> Result<Vec<AssignmentRow>, CliError> {
    let states = user
        .license_assignment_states
        .as_deref()
        .unwrap_or_default();
    let name_in_details = |id: &str| {
        details
            .iter()
            .find(|license| license.sku_id.eq_ignore_ascii_case(id))
            .map(|license| license.sku_part_number.clone())
    };
    let is_complete = states
        .iter()
        .all(|state| name_in_details(&state.sku_id).is_some());
    let products = if is_complete {
        None
    } else {
        Some(session.products()?)
    };
    let name = |id: &str| {
        name_in_details(id).unwrap_or_else(|| {
            products
                .as_ref()
                .map_or_else(|| id.to_owned(), |products| products.name(id))
        })
    };
    let groups = group_names(session, states);
    let mut rows: Vec<AssignmentRow> = states
        .iter()
        .map(|state| AssignmentRow {
            product: name(&state.sku_id),
            source: match &state.assigned_by_group {
                None => "direct".to_owned(),
                Some(id) => format!("group {}", groups.get(id).unwrap_or(id)),
            },
            state: state.state.clone(),
            error: state.error.clone().filter(|error| error != "None"),
        })
        .collect();
    rows.sort_by(|one, other| (&one.product, &one.source).cmp(&(&other.product, &other.source)));
    Ok(rows)
}

/// Names of the groups that give licenses, by id; a group that cannot be read keeps its id.
fn group_names(session: &Session, states: &[LicenseAssignmentState]) -> BTreeMap<String, String> {
    let ids: BTreeSet<&String> = states
        .iter()
        .filter_map(|state| state.assigned_by_group.as_ref())
        .collect();
    ids.into_iter()
        .filter_map(|id| Some((id.clone(), session.graph.find_group(id).ok()?.name)))
        .filter(|(_, name)| !name.is_empty())
        .collect()
}

/// What a user had at a time.
fn show_past(session: &Session, user: &str, at: &str) -> Result<Exit, CliError> {
    let path = ["zetel", "users", user, "licenses"];
    let states = session.graph.all(&path, &format!("at={}", encoded(at)));
    let states = states.map_err(|failure| {
        let advice = hint::for_user(&failure, user);
        failure.during(
            &format!("Could not read the licenses of `{user}` at {at}"),
            advice,
        )
    })?;
    let text = |value: &Value| Some(output::cell(value)).filter(|text| !text.is_empty());
    let rows: Vec<AssignmentRow> = states
        .iter()
        .map(|state| AssignmentRow {
            product: output::cell(&state["skuPartNumber"]),
            source: text(&state["group"]["displayName"])
                .map_or_else(|| "direct".to_owned(), |group| format!("group {group}")),
            state: output::cell(&state["state"]),
            error: text(&state["error"]).filter(|error| error != "None"),
        })
        .collect();
    output::list(output::stdout(), session.format, &rows)?;
    if rows.is_empty() {
        output::note(&format!("`{user}` had no licenses at {at}"));
    }
    Ok(Exit::Done)
}
