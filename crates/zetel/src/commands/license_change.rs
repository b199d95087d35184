//! `zetel licenses assign` and `remove`.

use super::license_file::{ChangeFile, PlanFile};
use super::several::{exit_of_several, for_each};
use super::{Session, exit_of_steps, finish_bulk, show_plan};
use crate::bulk;
use crate::cli::client::{BulkArgs, ClientArgs};
use crate::cli::licenses::{AssignArgs, RemoveArgs};
use crate::client::model::LicensedUser;
use crate::client::products::{Product, Products, UnknownName};
use crate::client::{Failure, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::plan::{Addition, Change, Ledger, Step, missing_user, plan_user};

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
        let find = |names: &[String]| {
            names
                .iter()
                .map(|name| products.find(name))
                .collect::<Result<Vec<_>, _>>()
        };
        let (add, remove) = (unique(find(&self.add)?), unique(find(&self.remove)?));
        if let Some(product) = add.iter().find(|product| remove.contains(product)) {
            return Err(UnknownName {
                message: format!(
                    "`{}` cannot be assigned and removed in one step",
                    product.name
                ),
                hint: "Name different products".to_owned(),
            });
        }
        let disabled = products.disabled(&add, &self.disable)?;
        let additions = add
            .into_iter()
            .zip(disabled)
            .map(|(product, disabled)| Addition { product, disabled });
        Ok(Change {
            add: additions.collect(),
            remove,
        })
    }
}

/// A product named twice is meant once.
fn unique(products: Vec<Product>) -> Vec<Product> {
    let mut unique: Vec<Product> = Vec::new();
    for product in products {
        if !unique.contains(&product) {
            unique.push(product);
        }
    }
    unique
}

/// Runs `assign`.
pub fn assign(client: &ClientArgs, args: &AssignArgs) -> Result<Exit, CliError> {
    let wanted = Wanted {
        add: args.product.clone(),
        disable: args.disable.clone(),
        remove: args.replace.clone(),
    };
    change(client, &args.users, &wanted, args.plan, &args.bulk, true)
}

/// Runs `remove`.
pub fn remove(client: &ClientArgs, args: &RemoveArgs) -> Result<Exit, CliError> {
    let wanted = Wanted {
        remove: args.product.clone(),
        ..Wanted::default()
    };
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
    if is_plan {
        plan(&session, users, &change, &products)
    } else {
        apply(&session, users, &change, &products)
    }
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
    let disable = if wanted.add.is_empty() {
        Vec::new()
    } else {
        wanted.disable.clone()
    };
    Wanted {
        disable,
        ..wanted.clone()
    }
    .resolve(products)
    .map_err(not_found)?;
    let job = ChangeFile {
        graph: &session.graph,
        products,
        wanted,
        adds,
    };
    if !is_plan {
        let report = bulk::run(&job, bulk, &session.progress)?;
        return finish_bulk(session.format, report, products, None);
    }
    let job = PlanFile::new(job);
    let report = bulk::run(&job, bulk, &session.progress)?;
    finish_bulk(session.format, report, products, Some(job.seats()))
}

fn apply(
    session: &Session,
    users: &[String],
    change: &Change,
    products: &Products,
) -> Result<Exit, CliError> {
    let (verb, preposition) = if change.add.is_empty() {
        ("remove", "from")
    } else {
        ("assign", "to")
    };
    let body = change.body();
    for_each(
        session.format,
        users,
        |user| {
            format!(
                "Could not {verb} {} {preposition} `{user}`",
                change.describe()
            )
        },
        |user| {
            session
                .graph
                .post(&["users", user, "assignLicense"], &body)
                .map_err(|failure| named(failure, products))
        },
    )
}

fn named(failure: Failure, products: &Products) -> Failure {
    Failure {
        message: products.with_names(&failure.message),
        ..failure
    }
}

fn plan(
    session: &Session,
    users: &[String],
    change: &Change,
    products: &Products,
) -> Result<Exit, CliError> {
    let mut ledger = Ledger::new(products);
    let mut steps: Vec<Step> = Vec::new();
    let mut exits = Vec::new();
    for user in users {
        match session
            .graph
            .get::<LicensedUser>(&["users", user], LicensedUser::SELECT)
        {
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
        let both = Wanted {
            add: vec!["E3".to_owned()],
            remove: vec!["e3".to_owned()],
            disable: vec![],
        };
        assert_eq!(
            both.resolve(&products).unwrap_err().message,
            "`E3` cannot be assigned and removed in one step"
        );
        let one = Wanted {
            add: vec!["E3".to_owned(), "e3".to_owned()],
            ..Wanted::default()
        };
        let expected = Product {
            id: "00000000-0000-0000-0000-0000000000e3".to_owned(),
            name: "E3".to_owned(),
        };
        let added = one.resolve(&products).unwrap().add;
        assert_eq!((added.len(), &added[0].product), (1, &expected));
    }
}
