//! Every statement that names a tenant or an object finds it by an index, on both engines.

use uuid::Uuid;
use zetel_store::{
    sql::{Statement, Value},
    statements,
};

use crate::{
    drive::{Drive, TENANT},
    support::{Place, in_both},
};

/// Statements that are meant to read a whole table.
fn reads_everything(statement: &Statement) -> bool {
    let whole = ["read all of ", "count ", "clear ", "find strays in "];
    whole.iter().any(|start| statement.name.starts_with(start))
        || statement.name.contains(" of no tenant")
        || [
            "list tenants",
            "list migrations",
            "record migration",
            "next tenant key",
            "read catalogs",
            "insert head of tenant",
            "insert catalog",
            // Few rows, which expire within minutes.
            "list users with device code",
            "forget device codes of user",
        ]
        .contains(&statement.name)
}

/// Values of the right kinds.
fn values(statement: &Statement) -> Vec<Value> {
    let count = (1..20)
        .take_while(|n| statement.text.contains(&format!("${n}")))
        .count();
    let tried: [Value; 3] = [1.into(), Uuid::nil().into(), "contoso.example".into()];
    let is_bytes = |n: usize| {
        [
            "tenant_id",
            "principal",
            "user_id",
            "client_id",
            "digest",
            "hash",
            "body",
        ]
        .iter()
        .any(|name| statement.text.contains(&format!("{name} = ${n}")))
            || statement.text.contains(&format!("id <= ${n}"))
    };
    (1..=count)
        .map(|n| {
            if is_bytes(n) {
                tried[1].clone()
            } else if ["name =", "LIKE"]
                .iter()
                .any(|text| statement.text.contains(&format!("{text} ${n}")))
            {
                tried[2].clone()
            } else {
                tried[0].clone()
            }
        })
        .collect()
}

/// A table large enough that PostgreSQL prefers the index, as it will in earnest.
fn crowd(place: &Place) -> Drive {
    let mut drive = Drive::begun(place, TENANT);
    for crowd in 0..4 {
        let command = drive.world.command([1, crowd, 0, 0], &drive.tenant);
        drive.take(&command).unwrap();
    }
    drive
}

#[test]
fn no_statement_scans_a_table() {
    in_both(|place| {
        let drive = crowd(place);
        if let Place::Server(database) = place {
            database.run(
                "ALTER DATABASE current SET enable_seqscan = off"
                    .replace("current", name(database.url()))
                    .as_str(),
            );
        }
        // Opened after the setting, so that it holds.
        let database = zetel_store::sql::Database::open(&place.target()).unwrap();
        drop(drive);
        for statement in statements()
            .iter()
            .filter(|statement| !reads_everything(statement))
        {
            let plan = database
                .explain(statement, &values(statement))
                .unwrap_or_else(|error| panic!("{}: {error}", statement.name));
            let count = |word: &str| plan.lines().filter(|line| line.contains(word)).count();
            // SQLite says SCAN and SEARCH; PostgreSQL may also walk along an index without looking anything up.
            let scans = plan
                .lines()
                .any(|line| line.trim_start().starts_with("SCAN "))
                || count("Seq Scan") > 0
                || count("Index Scan") + count("Index Only Scan") > count("Index Cond");
            assert!(!scans, "{}\n{plan}", statement.name);
        }
    });
}

fn name(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}
