//! `zetel users import`.

use serde_json::{Map, Value, json};

use super::license_file::failed_row;
use super::{Session, finish_bulk, user_plan, user_properties};
use crate::bulk::{self, BadRow, Column, Fields, Job, Outcome, RowReport};
use crate::cli::users::ImportArgs;
use crate::client::Graph;
use crate::client::products::Products;
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
    let password = user_properties::password(&args.password)?;
    let rows = UserRows {
        password,
        keep_password: args.password.keep_password,
    };
    let nothing = Products::default();
    if args.plan {
        let job = PlanUsers {
            rows,
            session,
            domains: user_plan::verified_domains(session)?,
        };
        let report = bulk::run(&job, &args.bulk, &session.progress)?;
        return finish_bulk(session.format, report, &nothing, None);
    }
    let job = CreateUsers {
        rows,
        graph: &session.graph,
    };
    let report = bulk::run(&job, &args.bulk, &session.progress)?;
    finish_bulk(session.format, report, &nothing, None)
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
}

impl Job for CreateUsers<'_> {
    type Item = Value;

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
        match self.graph.post(&["users"], user) {
            Ok(()) => RowReport {
                outcome: Outcome::Ok,
                code: String::new(),
                message: String::new(),
                stop: None,
            },
            Err(failure) => failed_row(failure, name, "create"),
        }
    }
}

struct PlanUsers<'a> {
    rows: UserRows,
    session: &'a Session,
    domains: Vec<String>,
}

impl Job for PlanUsers<'_> {
    type Item = Value;

    fn is_plan(&self) -> bool {
        true
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

    fn perform(&self, name: &str, _: &Value) -> RowReport {
        let report = |outcome, code: &str, message| RowReport {
            outcome,
            code: code.to_owned(),
            message,
            stop: None,
        };
        match user_plan::obstacle(self.session, &self.domains, name) {
            Ok(None) => report(Outcome::WouldChange, "", String::new()),
            Ok(Some(reason)) => report(Outcome::WouldFail, "Foreseen", reason),
            Err(failure) => failed_row(failure, name, "read"),
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
