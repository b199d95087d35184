//! The connection is lost in the middle of a commit: whatever became of it, the change is made once and answered truly.

use std::{
    io::{ErrorKind, Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use uuid::Uuid;
use zetel_domain::{Event, Outcome};
use zetel_engine::Submission;
use zetel_store::{Store, Target};
use zetel_testkit::Postgres;

use crate::support::{TENANT, TestClock, assert_sound, begin, open, snapshot, world};

/// What happens to the next commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accident {
    /// It does not reach the server.
    RequestLost,
    /// It reaches the server, but its answer does not reach the client.
    AnswerLost,
    /// The client is cut off, and the server learns of the commit only later.
    Late,
}

/// How late.
const DELAY: Duration = Duration::from_millis(300);

/// Stands between client and server, and lets accidents happen.
struct Proxy {
    folder: tempfile::TempDir,
    next: Arc<Mutex<Option<Accident>>>,
    happened: Receiver<()>,
}

impl Proxy {
    fn start(server: PathBuf) -> Self {
        let folder = zetel_testkit::folder();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let next = Arc::new(Mutex::new(None));
        let (tell, happened) = channel();
        let accident = Arc::clone(&next);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = UnixStream::connect(&server).unwrap();
                let (accident, tell) = (Arc::clone(&accident), tell.clone());
                let (answers, clients_end) =
                    (server.try_clone().unwrap(), client.try_clone().unwrap());
                thread::spawn(move || forward(answers, clients_end));
                thread::spawn(move || watch(client, server, &accident, &tell));
            }
        });
        Self {
            folder,
            next,
            happened,
        }
    }

    fn url(&self, real: &str) -> String {
        let (start, _) = real.split_once("host=").unwrap();
        format!("{start}host={}", self.folder.path().display())
    }
}

/// Copies until one of the two ends.
fn forward(mut from: UnixStream, mut to: UnixStream) {
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // The other side may be gone already.
    let _ = to.shutdown(Shutdown::Both);
}

/// Copies message by message and waits for a commit.
fn watch(
    mut client: UnixStream,
    mut server: UnixStream,
    next: &Mutex<Option<Accident>>,
    happened: &Sender<()>,
) {
    let mut is_first = true;
    while let Some(message) = read_message(&mut client, is_first) {
        is_first = false;
        let is_commit = message.first() == Some(&b'Q') && message.ends_with(b"COMMIT\0");
        let accident = if is_commit {
            next.lock().unwrap().take()
        } else {
            None
        };
        match accident {
            None => {
                if server.write_all(&message).is_err() {
                    break;
                }
                continue;
            }
            Some(Accident::RequestLost) => {}
            Some(Accident::AnswerLost) => {
                client.shutdown(Shutdown::Write).unwrap();
                server.write_all(&message).unwrap();
            }
            Some(Accident::Late) => {
                client.shutdown(Shutdown::Both).unwrap();
                thread::park_timeout(DELAY);
                server.write_all(&message).unwrap();
                // Until the server has carried it out: it answers, and then ends the session.
                let end = [b'X', 0, 0, 0, 4];
                server.write_all(&end).unwrap();
            }
        }
        happened.send(()).unwrap();
        break;
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Write);
}

/// A message of PostgreSQL's protocol; the first one of a connection has no kind.
fn read_message(from: &mut UnixStream, is_first: bool) -> Option<Vec<u8>> {
    let mut head = vec![0; if is_first { 4 } else { 5 }];
    match from.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return None,
        Err(_) => return None,
    }
    let start = head.len() - 4;
    let length = u32::from_be_bytes(head[start..].try_into().unwrap()) as usize;
    let mut message = head;
    message.resize(start + length, 0);
    from.read_exact(&mut message[start + 4..]).ok()?;
    Some(message)
}

fn socket(url: &str) -> PathBuf {
    let (_, folder) = url.split_once("host=").unwrap();
    Path::new(folder).join(".s.PGSQL.5432")
}

#[test]
fn a_commit_that_is_lost_happens_once() {
    let database = Postgres::shared().database();
    let proxy = Proxy::start(socket(database.url()));
    let direct = Target::Postgres(database.url().to_owned());
    let engine = open(
        &Target::Postgres(proxy.url(database.url())),
        &TestClock::new(),
    );
    begin(&engine);
    let accidents = [Accident::RequestLost, Accident::AnswerLost, Accident::Late];
    for (number, accident) in (0_u8..).zip(accidents.into_iter().cycle().take(9)) {
        let before = Store::open(&direct).unwrap().head(TENANT).unwrap().unwrap();
        *proxy.next.lock().unwrap() = Some(accident);
        // A purchase: made twice it would be two.
        let command = world().command([14, number % 3, 0, 3], &snapshot(&engine));
        let submission = Submission {
            request_id: Uuid::from_u128(number.into()),
            ..Submission::of_system("test", command)
        };
        let applied = engine.submit_blocking(TENANT, submission).unwrap();
        proxy.happened.recv().unwrap();
        let Outcome::Created(id) = applied.outcome else {
            panic!("{:?}", applied.outcome)
        };
        let store = Store::open(&direct).unwrap();
        let changes = store.journal(before.key, before.generation, 10).unwrap();
        assert_eq!(changes.len(), 1, "{accident:?}");
        let is_it = |event: &Event| matches!(event, Event::SubscriptionAdded { subscription } if subscription.id == id);
        assert!(
            changes[0].events.iter().any(is_it),
            "{accident:?}: the answer names what is stored"
        );
        assert_sound(&direct, Some(&snapshot(&engine)));
    }
}
