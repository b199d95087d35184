//! `zetel licenses assign` and `remove`.

use std::sync::Mutex;

use serde_json::json;

use super::Session;
use super::answers::by_user;
use super::bulk_end::finish_bulk;
use super::change::{Asked, Wish, ask, no_plans};
use super::license_file::ChangeFile;
use super::several::{UserRow, for_each, show_rows};
use crate::bulk;
use crate::cli::client::{BulkArgs, ChangeArgs, ClientArgs};
use crate::cli::licenses::{AssignArgs, RemoveArgs};
use crate::client::assignment::{Addition, Change};
use crate::client::connection::server_error;
use crate::client::products::{Product, Products, UnknownName};
use crate::client::{Request, hint};
use crate::error::CliError;
use crate::exit::Exit;

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
    let task = Task {
        users: &args.users,
        wanted: &wanted,
        change: &args.change,
        bulk: &args.bulk,
        adds: true,
    };
    task.run(client)
}

/// Runs `remove`.
pub fn remove(client: &ClientArgs, args: &RemoveArgs) -> Result<Exit, CliError> {
    let wanted = Wanted {
        remove: args.product.clone(),
        ..Wanted::default()
    };
    let task = Task {
        users: &args.users,
        wanted: &wanted,
        change: &args.change,
        bulk: &args.bulk,
        adds: false,
    };
    task.run(client)
}

/// What to do, for whom.
struct Task<'a> {
    users: &'a [String],
    wanted: &'a Wanted,
    change: &'a ChangeArgs,
    bulk: &'a BulkArgs,
    adds: bool,
}

impl Task<'_> {
    fn run(&self, client: &ClientArgs) -> Result<Exit, CliError> {
        let session = Session::open(client, usize::from(self.bulk.concurrency))?;
        let products = session.products()?;
        if self.bulk.from.is_some() {
            return self.change_file(&session, &products);
        }
        let change = self.wanted.resolve(&products).map_err(not_found)?;
        let is_zetel = || {
            let found = session.graph.is_zetel();
            found.map_err(|failure| server_error(failure, "Could not reach the server"))
        };
        if self.users.len() > 1 && is_zetel()? {
            return self.change_together(&session, &change, &products);
        }
        let body = change.body();
        for_each(
            &session,
            self.change,
            self.users,
            |user| attempt(&change, &format!("`{user}`")),
            |user| {
                Ok(Request::post(
                    &["users", user, "assignLicense"],
                    body.clone(),
                ))
            },
        )
        .map_err(|error| named(error, &products))
    }

    /// One change of several users, so that the guard sees it as one.
    fn change_together(
        &self,
        session: &Session,
        change: &Change,
        products: &Products,
    ) -> Result<Exit, CliError> {
        let what = format!("{} users", self.users.len());
        let wish = Wish {
            what: &what,
            attempt: attempt(change, &what),
            request: together(self.users, change),
        };
        let answer = match ask(session, self.change, &wish, hint::for_server)? {
            Asked::Shown(exit) => return Ok(exit),
            Asked::Done(answer) => answer,
        };
        let undone = by_user(&answer);
        let mut hints: Vec<String> = Vec::new();
        let mut rows = Vec::new();
        for user in self.users {
            let Some(left) = undone.get(&user.to_lowercase()) else {
                rows.push(UserRow::ok(user));
                continue;
            };
            let advice = hint::for_message(&left.reason, user);
            hints.extend(advice.filter(|advice| !hints.contains(advice)));
            let reason = products.with_names(&left.reason);
            rows.push(UserRow::failed(user, left.error_code.clone(), reason));
        }
        show_rows(session.format, &rows, &hints)
    }

    fn change_file(&self, session: &Session, products: &Products) -> Result<Exit, CliError> {
        // What every row shares is checked once, before the first row.
        let disable = if self.wanted.add.is_empty() {
            Vec::new()
        } else {
            self.wanted.disable.clone()
        };
        let shared = Wanted {
            disable,
            ..self.wanted.clone()
        };
        shared.resolve(products).map_err(not_found)?;
        let is_zetel = session.graph.is_zetel();
        let is_zetel =
            is_zetel.map_err(|failure| server_error(failure, "Could not reach the server"))?;
        if self.change.plan && !is_zetel {
            return Err(no_plans(session.graph.base()));
        }
        let job = ChangeFile {
            graph: &session.graph,
            products,
            wanted: self.wanted,
            adds: self.adds,
            change: self.change,
            is_zetel,
            plans: Mutex::default(),
        };
        let report = bulk::run(&job, self.bulk, &session.progress)?;
        finish_bulk(session.format, report, products, &job.into_plans())
    }
}

/// One request that changes several users alike; each succeeds or fails alone.
pub fn together(users: &[impl AsRef<str>], change: &Change) -> Request {
    let mut body = change.body();
    let users: Vec<&str> = users.iter().map(AsRef::as_ref).collect();
    body["userIds"] = json!(users);
    Request::post(&["zetel", "bulkAssignLicense"], body)
}

fn attempt(change: &Change, whom: &str) -> String {
    let (verb, preposition) = if change.add.is_empty() {
        ("remove", "from")
    } else {
        ("assign", "to")
    };
    format!(
        "Could not {verb} {} {preposition} {whom}",
        change.describe()
    )
}

/// The error of a name that leads to no product or plan.
pub fn not_found(unknown: UnknownName) -> CliError {
    CliError::new(Exit::NotFound, unknown.message).hint(unknown.hint)
}

/// An error with the names of products beside their ids.
pub fn named(error: CliError, products: &Products) -> CliError {
    CliError {
        message: products.with_names(&error.message),
        ..error
    }
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
