//! A `PostgreSQL` server for the tests of one process.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use postgres::{Client, NoTls};

/// The URL of a server to use instead of starting one.
const VARIABLE: &str = "ZETEL_TEST_POSTGRES";
const MISSING: &str = "these tests need PostgreSQL 15 or later: apt-get install postgresql";

/// A private `PostgreSQL` server. It ends with this process, however that ends.
pub struct Postgres {
    url: String,
    supervisor: Option<Mutex<Supervisor>>,
}

/// What runs the server.
struct Supervisor {
    shell: Child,
    /// The end of this ends the server; the system closes it with this process.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// A database of one test, dropped with this value.
pub struct TestDatabase {
    name: String,
    url: String,
    server_url: String,
}

impl Postgres {
    /// The server of this process: the one that the environment variable `ZETEL_TEST_POSTGRES` names, or a new one.
    ///
    /// # Panics
    /// When `PostgreSQL` is not installed or does not start. The test must fail then: it is never skipped.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| match std::env::var(VARIABLE) {
            Ok(url) if !url.is_empty() => Self {
                url,
                supervisor: None,
            },
            _ => Self::start("off"),
        })
    }

    /// A server of one's own whose commits reach the disk, to be killed and restarted. It ends with this value.
    ///
    /// # Panics
    /// When `PostgreSQL` is not installed or does not start.
    pub fn durable() -> Self {
        Self::start("on")
    }

    /// Ends the server and all its processes without giving them a chance to do anything.
    ///
    /// # Panics
    /// When the server is not one's own.
    pub fn kill(&self) {
        self.order("kill");
    }

    /// Starts the server again after [`Self::kill`]; it has recovered when this returns.
    ///
    /// # Panics
    /// When the server is not one's own.
    pub fn restart(&self) {
        self.order("start");
    }

    fn order(&self, order: &str) {
        let Some(supervisor) = &self.supervisor else {
            panic!("this PostgreSQL belongs to somebody else");
        };
        let mut supervisor = supervisor
            .lock()
            .unwrap_or_else(|_| panic!("another test failed at the server"));
        let mut line = String::new();
        let Supervisor {
            orders, answers, ..
        } = &mut *supervisor;
        let done = orders
            .as_mut()
            .map(|orders| writeln!(orders, "{order}").and_then(|()| orders.flush()))
            .and_then(Result::ok)
            .and_then(|()| answers.read_line(&mut line).ok());
        assert!(
            done.is_some() && line == "done\n",
            "PostgreSQL for tests did not {order}"
        );
    }

    /// A new empty database.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn database(&self) -> TestDatabase {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "test_{}_{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        if let Err(error) = run(&self.url, format!("CREATE DATABASE {name}")) {
            panic!("cannot make a database for this test: {error}");
        }
        let (server, parameters) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
        TestDatabase {
            url: format!("{server}/{name}?{parameters}"),
            server_url: self.url.clone(),
            name,
        }
    }

    fn start(fsync: &str) -> Self {
        let mut command = unprivileged_shell();
        command
            .args(["-c", include_str!("server.sh"), "zetel-test-postgres"])
            .arg(programs())
            .arg(fsync);
        for (variable, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG"))
        {
            command.env_remove(variable);
        }
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut shell = spawned.unwrap_or_else(|error| panic!("{MISSING} ({error})"));
        let (Some(orders), Some(output)) = (shell.stdin.take(), shell.stdout.take()) else {
            panic!("PostgreSQL for tests cannot be talked to");
        };
        let mut answers = BufReader::new(output);
        let mut line = String::new();
        let read = answers.read_line(&mut line);
        read.unwrap_or_else(|error| panic!("PostgreSQL for tests: {error}"));
        let Some(folder) = line.trim_end().strip_prefix("ready ") else {
            panic!("PostgreSQL for tests did not start: {}", line.trim_end());
        };
        Self {
            url: format!("postgres://zetel@/postgres?host={folder}"),
            supervisor: Some(Mutex::new(Supervisor {
                shell,
                orders: Some(orders),
                answers,
            })),
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.orders.take();
        // Its folder is gone when it has ended.
        let _ = self.shell.wait();
    }
}

/// Runs a statement as the server's administrator. On a thread of its own, because the blocking driver must not
/// run on a thread of an async test.
fn run(url: &str, statement: String) -> Result<(), String> {
    let url = url.to_owned();
    let run = move || Client::connect(&url, NoTls)?.batch_execute(&statement);
    let done = std::thread::spawn(run)
        .join()
        .map_err(|_| "the driver panicked".to_owned())?;
    done.map_err(|error: postgres::Error| match error.as_db_error() {
        Some(refused) => refused.to_string(),
        None => error.to_string(),
    })
}

impl TestDatabase {
    /// The URL of the database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs SQL past the program, as somebody with `psql` would.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn run(&self, statement: &str) {
        if let Err(error) = run(&self.url, statement.to_owned()) {
            panic!("{statement}: {error}");
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A database that stays goes with its server; a second panic would hide the test's own.
        let _ = run(
            &self.server_url,
            format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
    }
}

/// The folder with the programs of the newest `PostgreSQL`.
fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
    {
        let folder = entry.path().join("bin");
        if let Some(version) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
            && folder.join("initdb").exists()
        {
            found.push((version, folder));
        }
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    found
        .into_iter()
        .max()
        .map(|(_, folder)| folder)
        .or(on_path)
        .unwrap_or_else(|| panic!("{MISSING}"))
}

/// A shell; as another user when this is root, because `PostgreSQL` refuses to run as root.
fn unprivileged_shell() -> Command {
    if identity(&["-u"]).as_deref() != Some("0") {
        return Command::new("sh");
    }
    let user = ["postgres", "nobody"]
        .into_iter()
        .find(|user| identity(&["-u", user]).is_some())
        .unwrap_or("nobody");
    let group = identity(&["-g", user])
        .unwrap_or_else(|| panic!("there is no user `{user}` to run PostgreSQL as"));
    let mut command = Command::new("setpriv");
    let arguments = ["--reuid", user, "--regid", &group, "--clear-groups", "sh"];
    command.args(arguments.map(OsString::from)).current_dir("/");
    command
}

/// What `id` prints.
fn identity(arguments: &[&str]) -> Option<String> {
    let output = Command::new("id").args(arguments).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
