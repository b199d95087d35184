//! `zetel users import`.

use serde_json::{Map, Value, json};

use super::bulk_end::finish_bulk;
use super::change::no_plans;
use super::license_file::failed_row;
use super::users::PLANNED_PASSWORD;
use super::{Session, user_properties};
use crate::bulk::{self, BadRow, Column, Fields, Job, Outcome, RowReport};
use crate::cli::users::ImportArgs;
use crate::client::connection::server_error;
use crate::client::products::Products;
use crate::client::{Graph, Request};
use crate::error::CliError;
use crate::exit::Exit;

const PASSWORD: usize = 1;
const ENABLED: usize = 2;
/// From here on the columns are texts that Graph takes under the same name.
const TEXTS: usize = 3;

const COLUMNS: &[Column] = &[
    Column {
        name: "userPrincipalName",
        aliases: &["user", "upn"],
        required: true,
    },
    Column {
        name: "password",
        aliases: &[],
        required: false,
    },
    Column {
        name: "accountEnabled",
        aliases: &["enabled"],
        required: false,
    },
    text_column("displayName"),
    text_column("mailNickname"),
    text_column("givenName"),
    text_column("surname"),
    text_column("usageLocation"),
    text_column("department"),
    text_column("jobTitle"),
    text_column("companyName"),
    text_column("officeLocation"),
    text_column("streetAddress"),
    text_column("postalCode"),
    text_column("city"),
    text_column("state"),
    text_column("country"),
    text_column("mobilePhone"),
    text_column("employeeId"),
    text_column("preferredLanguage"),
    text_column("userType"),
];

const fn text_column(name: &'static str) -> Column {
    Column {
        name,
        aliases: &[],
        required: false,
    }
}

/// Creates the users of a file.
pub fn run(session: &Session, args: &ImportArgs) -> Result<Exit, CliError> {
    let mut password = user_properties::password(&args.password)?;
    if args.plan {
        password = password.or_else(|| Some(PLANNED_PASSWORD.to_owned()));
        let is_zetel = session.graph.is_zetel();
        if !is_zetel.map_err(|failure| server_error(failure, "Could not reach the server"))? {
            return Err(no_plans(session.graph.base()));
        }
    }
    let job = CreateUsers {
        rows: UserRows {
            password,
            keep_password: args.password.keep_password,
        },
        graph: &session.graph,
        is_plan: args.plan,
    };
    let report = bulk::run(&job, &args.bulk, &session.progress)?;
    finish_bulk(session.format, report, &Products::default(), &[])
}

/// How rows become users.
struct UserRows {
    password: Option<String>,
    keep_password: bool,
}

impl UserRows {
    fn parse(&self, fields: &Fields) -> Result<Value, BadRow> {
        let bad = |message: &str| BadRow {
            code: "BadRow",
            message: message.to_owned(),
        };
        let name = fields.get(0);
        if !name.contains('@') {
            return Err(bad("the user principal name has no domain"));
        }
        let password = match fields.get(PASSWORD) {
            "" => self
                .password
                .as_deref()
                .ok_or_else(|| bad("no password, in the row or for all"))?,
            password => password,
        };
        let mut given = Map::new();
        match fields.get(ENABLED).to_lowercase().as_str() {
            "" => {}
            "true" | "yes" | "1" => drop(given.insert("accountEnabled".to_owned(), json!(true))),
            "false" | "no" | "0" => drop(given.insert("accountEnabled".to_owned(), json!(false))),
            _ => return Err(bad("accountEnabled is neither true nor false")),
        }
        for (at, column) in COLUMNS.iter().enumerate().skip(TEXTS) {
            if !fields.get(at).is_empty() {
                given.insert(column.name.to_owned(), json!(fields.get(at)));
            }
        }
        Ok(user_properties::new_user(
            name,
            given,
            password,
            self.keep_password,
        ))
    }

    /// The request without the password, which must not be found again in a results file, not even as a fingerprint.
    fn request(user: &Value) -> String {
        let mut shown = user.clone();
        shown["passwordProfile"] = Value::Null;
        shown.to_string()
    }
}

struct CreateUsers<'a> {
    rows: UserRows,
    graph: &'a Graph,
    is_plan: bool,
}

impl Job for CreateUsers<'_> {
    type Item = Value;

    fn is_plan(&self) -> bool {
        self.is_plan
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn product(&self, _: &Fields) -> String {
        String::new()
    }

    fn parse(&self, fields: &Fields) -> Result<Value, BadRow> {
        self.rows.parse(fields)
    }

    fn request(&self, _: &str, user: &Value) -> String {
        UserRows::request(user)
    }

    fn perform(&self, name: &str, user: &Value) -> RowReport {
        let request = Request::post(&["users"], user.clone());
        let (answer, outcome) = if self.is_plan {
            (self.graph.plan(&request), Outcome::WouldPass)
        } else {
            (self.graph.change(&request, &[]), Outcome::Ok)
        };
        match answer {
            Ok(_) => RowReport {
                outcome,
                code: String::new(),
                message: String::new(),
                stop: None,
            },
            Err(failure) => {
                let report = failed_row(failure, name, "create");
                let outcome = if self.is_plan && report.stop.is_none() {
                    Outcome::WouldFail
                } else {
                    report.outcome
                };
                RowReport { outcome, ..report }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, UserRows};

    #[test]
    fn a_row_becomes_a_user_and_its_password_stays_out_of_the_request_text() {
        let rows = UserRows {
            password: None,
            keep_password: true,
        };
        let user = rows
            .parse(&Fields::of(&["ann@contoso.com", "s3cret", "no", "Ann"]))
            .unwrap();
        assert_eq!(user["displayName"], "Ann");
        assert_eq!(user["accountEnabled"], false);
        assert_eq!(user["passwordProfile"]["password"], "s3cret");
        assert!(!UserRows::request(&user).contains("s3cret"));
    }

    #[test]
    fn a_row_that_cannot_be_a_user_says_why() {
        let rows = UserRows {
            password: None,
            keep_password: true,
        };
        let message = |cells: &[&str]| rows.parse(&Fields::of(cells)).unwrap_err().message;
        assert_eq!(
            message(&["ann", "s3cret"]),
            "the user principal name has no domain"
        );
        assert_eq!(
            message(&["ann@contoso.com"]),
            "no password, in the row or for all"
        );
        assert_eq!(
            message(&["ann@contoso.com", "x", "maybe"]),
            "accountEnabled is neither true nor false"
        );
    }
}
