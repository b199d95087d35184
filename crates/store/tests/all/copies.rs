//! Backups and copies between the engines are what was copied, and never overwrite by accident.

use uuid::Uuid;
use zetel_store::{
    CopyError, Overwrite, Store, Target, back_up, copy, sql::Statement, state_hash, tables,
};
use zetel_testkit::{Postgres, Random};

use crate::{
    drive::{Drive, TENANT, findings},
    support::{Place, in_both},
};

const ADD_KEY: Statement = Statement::new(
    "add signing key in a test",
    "INSERT INTO signing_key (key_id, created_at, sealed_private_key) VALUES ($1, 1, $2)",
);
const KEYS: Statement = Statement::new(
    "keys in a test",
    "SELECT key_id, sealed_private_key FROM signing_key",
);

fn folder() -> Place {
    Place::Folder(zetel_testkit::folder())
}

fn server() -> Place {
    Place::Server(Postgres::shared().database())
}

fn full(place: &Place) -> Vec<Drive> {
    let tenants = [TENANT, Uuid::from_u128(0xc1)];
    let drives = tenants.map(|id| {
        let mut drive = Drive::begun(place, id);
        drive.walk(&mut Random::new(7), 30);
        drive
    });
    let key = [b'k'; 40];
    drives[0]
        .store
        .database()
        .execute(&ADD_KEY, &["key".into(), key.into()])
        .unwrap();
    drives.into()
}

fn assert_same(drives: &[Drive], target: &Target) {
    let store = Store::open(target).unwrap();
    for drive in drives {
        let (head, tenant) = store.load(drive.tenant.id()).unwrap().unwrap();
        assert_eq!(head, drive.head);
        assert_eq!(state_hash(&tenant).unwrap(), drive.hash());
    }
    let keys = store.database().query(&KEYS, &[]).unwrap();
    assert_eq!(keys[0].bytes(1).unwrap(), [b'k'; 40]);
    assert_eq!(findings(&store), []);
}

#[test]
fn a_copy_is_the_same_on_whatever_engines() {
    in_both(|from| {
        let drives = full(from);
        for to in [folder(), server()] {
            let target = Store::open(&to.target()).unwrap();
            let copied = copy(&drives[0].store, &target, Overwrite::Never).unwrap();
            assert_eq!(copied.tenants, 2);
            assert!(copied.rows > 100, "{copied:?}");
            assert_same(&drives, &to.target());
        }
    });
}

#[test]
fn what_is_there_is_overwritten_only_when_asked() {
    in_both(|to| {
        let from = folder();
        let drives = full(&from);
        let mut other = Drive::begun(to, Uuid::from_u128(0xd0));
        let refused = copy(&drives[0].store, &other.store, Overwrite::Never);
        assert!(
            matches!(refused, Err(CopyError::NotEmpty { .. })),
            "{refused:?}"
        );
        other.walk(&mut Random::new(1), 3);
        other.assert_sound();

        copy(&drives[0].store, &other.store, Overwrite::Everything).unwrap();
        assert_same(&drives, &to.target());
        assert_eq!(drives[0].store.heads().unwrap().len(), 2);
        let itself = copy(
            &other.store,
            &Store::open(&to.target()).unwrap(),
            Overwrite::Everything,
        );
        assert!(matches!(itself, Err(CopyError::Same(_))), "{itself:?}");
    });
}

#[test]
fn a_backup_is_made_while_others_write() {
    in_both(|from| {
        let mut drives = full(from);
        let before: Vec<_> = drives
            .iter()
            .map(|drive| (drive.head, drive.hash()))
            .collect();
        let backup = zetel_testkit::folder();
        let folder = backup.path().join("new");
        let copied = back_up(&drives[0].store, &folder).unwrap();
        assert_eq!(copied.tenants, 2);
        assert_same(&drives, &Target::Sqlite(folder.clone()));
        let again = back_up(&drives[0].store, &folder);
        assert!(
            matches!(again, Err(CopyError::NotEmpty { .. })),
            "{again:?}"
        );

        // One thread writes without end, the other one makes a backup in the meantime.
        let during = backup.path().join("during");
        let (first, second) = drives.split_at_mut(1);
        let store = &first[0].store;
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut random = Random::new(3);
                while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                    second[0].walk(&mut random, 2);
                }
            });
            back_up(store, &during).unwrap();
            drop(stop);
        });
        let copy = Store::open(&Target::Sqlite(during)).unwrap();
        assert_eq!(findings(&copy), []);
        let head = copy.head(before[0].0.tenant_id).unwrap().unwrap();
        assert_eq!(head, before[0].0);
        assert!(copy.heads().unwrap()[1].generation >= before[1].0.generation);
    });
}

#[test]
fn a_folder_without_a_database_is_not_opened_as_one() {
    let empty = zetel_testkit::folder();
    let target = Target::Sqlite(empty.path().to_owned());
    let error = target.check_exists().unwrap_err().to_string();
    assert!(error.contains("zetel.db"), "{error}");
    Store::open(&target).unwrap();
    target.check_exists().unwrap();
    assert_eq!(tables().count(), 34);
}
