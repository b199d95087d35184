//! `zetel doctor`, `backup`, `restore` and `copy`.

use zetel_store::Store;
use zetel_store::sql::Statement;
use zetel_testkit::Postgres;

use super::support::{Shell, exit_code};

const EDIT: Statement =
    Statement::new("edit by hand", "UPDATE tenant SET display_name = 'Mallory'");

fn shell() -> Shell {
    let shell = Shell::new();
    shell.ok("init --name Contoso --domain contoso.example");
    shell.ok("app create --name Reader --permission Directory.Read.All");
    shell
}

fn edit(shell: &Shell, folder: &str) {
    let target = shell.path(folder).display().to_string().parse().unwrap();
    let store = Store::open(&target).unwrap();
    store.database().execute(&EDIT, &[]).unwrap();
}

#[test]
fn the_doctor_finds_a_row_that_was_edited_by_hand() {
    let shell = shell();
    let sound = shell.run("doctor");
    assert_eq!(exit_code(&sound), 0, "{sound}");
    assert!(
        sound.contains("--- stdout\n--- stderr\nExamined zetel-data: 1 tenants, 1 users"),
        "{sound}"
    );

    edit(&shell, "zetel-data");
    let damaged = shell.run("doctor");
    assert_eq!(exit_code(&damaged), 1, "{damaged}");
    assert!(
        damaged.contains("`display_name` of `tenant`, row of the tenant, is `Mallory`, but the journal says `Contoso`"),
        "{damaged}"
    );
    assert!(damaged.ends_with("1 things are wrong\n"), "{damaged}");
}

#[test]
fn a_mistyped_folder_is_not_made_into_a_database() {
    let shell = shell();
    for line in [
        "doctor --data typo",
        "backup --data typo --to b",
        "restore --from typo",
        "copy --from typo --to b",
    ] {
        let shown = shell.run(line);
        assert_eq!(exit_code(&shown), 5, "{shown}");
        assert!(
            shown.contains("cannot open the database typo: there is no `zetel.db` in this folder"),
            "{shown}"
        );
        assert!(!shell.path("typo").exists());
    }
}

#[test]
fn a_backup_undoes_an_edit() {
    let shell = shell();
    let made = shell.run("backup --to backup");
    assert_eq!(exit_code(&made), 0, "{made}");
    assert!(made.contains("in `zetel-data` are not in it"), "{made}");
    assert_eq!(exit_code(&shell.run("doctor --data backup")), 0);
    assert_eq!(exit_code(&shell.run("backup --to backup")), 2);

    edit(&shell, "zetel-data");
    let refused = shell.run("restore --from backup");
    assert_eq!(exit_code(&refused), 2, "{refused}");
    assert!(
        refused.contains("zetel-data is not empty") && refused.contains("`--force`"),
        "{refused}"
    );
    assert_eq!(exit_code(&shell.run("doctor")), 1);
    assert_eq!(exit_code(&shell.run("restore --from backup --force")), 0);
    assert_eq!(exit_code(&shell.run("doctor")), 0);
    // The keys fit what was restored.
    assert!(shell.ok("app list").contains("Reader"));
}

#[test]
fn a_copy_goes_to_postgresql_and_back() {
    let database = Postgres::shared().database();
    let shell = shell();
    let there = shell.run(&format!("copy --from zetel-data --to {}", database.url()));
    assert_eq!(exit_code(&there), 0, "{there}");
    assert_eq!(
        exit_code(&shell.run(&format!("doctor --data {}", database.url()))),
        0
    );
    let again = shell.run(&format!("copy --from zetel-data --to {}", database.url()));
    assert_eq!(exit_code(&again), 2, "{again}");
    assert_eq!(
        exit_code(&shell.run(&format!("copy --from {} --to back", database.url()))),
        0
    );
    assert_eq!(exit_code(&shell.run("doctor --data back")), 0);
    assert!(
        shell
            .ok("app list --data back --keys zetel-data")
            .contains("Reader")
    );
}
