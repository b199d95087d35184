//! `zetel licenses assign` and `remove`.

use serde::Serialize;

use super::license_file::{ChangeFile, PlanFile};
use super::{Session, exit_of_several, exit_of_steps, finish_bulk, show_plan};
use crate::bulk;
use crate::cli::client::{BulkArgs, ClientArgs};
use crate::cli::licenses::{AssignArgs, RemoveArgs};
use crate::client::model::LicensedUser;
use crate::client::products::{Product, Products, UnknownName};
use crate::client::{Failure, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Record};
use crate::plan::{Addition, Change, Ledger, SeatChange, Step, missing_user, plan_user};

/// What the command line says of the products, by name.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Products to assign.
    pub add: Vec<String>,
    /// Plans of these to leave off.
    pub disable: Vec<String>,
    /// Products to remove.
    pub remove: Vec<String>,
}

impl Wanted {
    /// Finds the products and plans.
    pub fn resolve(&self, products: &Products) -> Result<Change, UnknownName> {
        let find = |names: &[String]| names.iter().map(|name| products.find(name)).collect::<Result<Vec<_>, _>>();
        let (add, remove) = (find(&self.add)?, find(&self.remove)?);
        if let Some(product) = add.iter().find(|product| remove.contains(product)) {
            return Err(UnknownName {
                message: format!("`{}` cannot be assigned and removed in one step", product.name),
                hint: "Name different products".to_owned(),
            });
        }
        let disabled = products.disabled(&add, &self.disable)?;
        let additions = add.into_iter().zip(disabled).map(|(product, disabled)| Addition { product, disabled });
        Ok(Change { add: additions.collect(), remove })
    }
}

/// Runs `assign`.
pub fn assign(client: &ClientArgs, args: &AssignArgs) -> Result<Exit, CliError> {
    let wanted = Wanted { add: args.product.clone(), disable: args.disable.clone(), remove: args.replace.clone() };
    change(client, &args.users, &wanted, args.plan, &args.bulk, true)
}

/// Runs `remove`.
pub fn remove(client: &ClientArgs, args: &RemoveArgs) -> Result<Exit, CliError> {
    let wanted = Wanted { remove: args.product.clone(), ..Wanted::default() };
    change(client, &args.users, &wanted, args.plan, &args.bulk, false)
}

fn change(
    client: &ClientArgs,
    users: &[String],
    wanted: &Wanted,
    is_plan: bool,
    bulk: &BulkArgs,
    adds: bool,
) -> Result<Exit, CliError> {
    let session = Session::open(client, usize::from(bulk.concurrency))?;
    let products = session.products()?;
    if bulk.from.is_some() {
        return change_file(&session, &products, wanted, is_plan, bulk, adds);
    }
    let change = wanted.resolve(&products).map_err(not_found)?;
    if is_plan { plan(&session, users, &change, &products) } else { apply(&session, users, &change, &products) }
}

fn not_found(unknown: UnknownName) -> CliError {
    CliError::new(Exit::NotFound, unknown.message).hint(unknown.hint)
}

fn change_file(
    session: &Session,
    products: &Products,
    wanted: &Wanted,
    is_plan: bool,
    bulk: &BulkArgs,
    adds: bool,
) -> Result<Exit, CliError> {
    // What every row shares is checked once, before the first row.
    let own = Wanted { disable: Vec::new(), ..wanted.clone() };
    own.resolve(products).map_err(not_found)?;
    if !wanted.add.is_empty() {
        wanted.resolve(products).map_err(not_found)?;
    }
    let job = ChangeFile { graph: &session.graph, products, wanted, adds };
    if !is_plan {
        let report = bulk::run(&job, bulk, ".results.csv", &session.progress)?;
        return finish_bulk(session.format, report, products);
    }
    let job = PlanFile::new(job);
    let report = bulk::run(&job, bulk, ".plan.csv", &session.progress)?;
    let exit = finish_bulk(session.format, report, products)?;
    let seats: Vec<SeatChange> = job.seats();
    output::note("");
    output::list(std::io::stderr().lock(), output::Format::Table, &seats)?;
    Ok(exit)
}

/// What became of one of several users.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserRow {
    user: String,
    outcome: &'static str,
    error_code: Option<String>,
    message: Option<String>,
}

impl Record for UserRow {
    const COLUMNS: &'static [&'static str] = &["user", "outcome", "errorCode", "message"];

    fn cells(&self) -> Vec<String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![self.user.clone(), self.outcome.to_owned(), text(&self.error_code), text(&self.message)]
    }
}

fn apply(session: &Session, users: &[String], change: &Change, products: &Products) -> Result<Exit, CliError> {
    let verb = if change.add.is_empty() { "remove" } else { "assign" };
    let preposition = if change.add.is_empty() { "from" } else { "to" };
    let body = change.body();
    let mut listing = output::Listing::start::<UserRow>(output::stdout(), session.format)?;
    let mut exits = Vec::new();
    let mut hints: Vec<String> = Vec::new();
    for user in users {
        let answer = session.graph.post(&["users", user, "assignLicense"], &body).map_err(|failure| named(failure, products));
        let Err(failure) = answer else {
            listing.push(&UserRow { user: user.clone(), outcome: "ok", error_code: None, message: None })?;
            exits.push(Exit::Done);
            continue;
        };
        let advice = hint::for_user(&failure, user);
        if users.len() == 1 {
            return Err(failure.during(&format!("Could not {verb} {} {preposition} `{user}`", change.describe()), advice));
        }
        exits.push(failure.exit);
        hints.extend(advice.filter(|advice| !hints.contains(advice)));
        let (code, message) = (Some(failure.code), Some(failure.message));
        listing.push(&UserRow { user: user.clone(), outcome: "failed", error_code: code, message })?;
    }
    listing.finish()?;
    for advice in hints {
        output::note(&format!("\nhint: {advice}"));
    }
    Ok(exit_of_several(&exits))
}

fn named(failure: Failure, products: &Products) -> Failure {
    Failure { message: products.with_names(&failure.message), ..failure }
}

fn plan(session: &Session, users: &[String], change: &Change, products: &Products) -> Result<Exit, CliError> {
    let mut ledger = Ledger::new(products);
    let mut steps: Vec<Step> = Vec::new();
    let mut exits = Vec::new();
    for user in users {
        match session.graph.get::<LicensedUser>(&["users", user], LicensedUser::SELECT) {
            Ok(licensed) => {
                let planned = plan_user(user, &licensed, change, products, &mut ledger);
                exits.push(exit_of_steps(&planned));
                steps.extend(planned);
            }
            Err(failure) if failure.exit == Exit::NotFound => {
                exits.push(Exit::NotFound);
                steps.extend(missing_user(user, change, "the user does not exist"));
            }
            Err(failure) => {
                let advice = hint::for_user(&failure, user);
                return Err(failure.during(&format!("Could not read `{user}`"), advice));
            }
        }
    }
    show_plan(session.format, &steps, &ledger)?;
    Ok(exit_of_several(&exits))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Product, Products, Wanted};

    #[test]
    fn a_product_is_not_assigned_and_removed_at_once() {
        let sku = json!({ "skuId": "00000000-0000-0000-0000-0000000000e3", "skuPartNumber": "E3" });
        let products = Products::new(vec![serde_json::from_value(sku).unwrap()]);
        let both = Wanted { add: vec!["E3".to_owned()], remove: vec!["e3".to_owned()], disable: vec![] };
        assert_eq!(both.resolve(&products).unwrap_err().message, "`E3` cannot be assigned and removed in one step");
        let one = Wanted { add: vec!["E3".to_owned()], ..Wanted::default() };
        let expected = Product { id: "00000000-0000-0000-0000-0000000000e3".to_owned(), name: "E3".to_owned() };
        assert_eq!(one.resolve(&products).unwrap().add[0].product, expected);
    }
}
