//! A private, durable `PostgreSQL` server on the disk that is measured, and its own limit: one-row inserts.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use postgres::{Client, NoTls};

use crate::{error::BenchError, process::output_of};

const MISSING: &str = "PostgreSQL is not installed (apt-get install postgresql)";
/// The table and the statement of the limit: a key, a reference, a time and a few bytes, as a change has.
const LIMIT_TABLE: &str = "CREATE TABLE inserted (id bigserial PRIMARY KEY, reference bigint NOT NULL, \
     at timestamptz NOT NULL, body bytea NOT NULL)";
const LIMIT_SCRIPT: &str = "\\set reference random(1, 1000000)\n\
     INSERT INTO inserted (reference, at, body) VALUES (:reference, now(), '\\x0123456789abcdef');\n";

/// A server that ends with this process, however that ends.
pub struct Server {
    socket: PathBuf,
    programs: PathBuf,
    supervisor: Child,
}

impl Server {
    /// Starts a server whose data lie below a folder that its user can write to.
    pub fn start(parent: &Path) -> Result<Self, BenchError> {
        let programs = programs()?;
        let mut command = unprivileged_shell()?;
        command
            .args(["-c", include_str!("postgres.sh"), "zetel-bench-postgres"])
            .arg(&programs)
            .arg(parent);
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("PG") {
                command.env_remove(variable);
            }
        }
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut supervisor =
            spawned.map_err(|error| BenchError::failed("starting PostgreSQL", error))?;
        let mut line = String::new();
        if let Some(output) = supervisor.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let socket = line.trim_end().strip_prefix("ready ").map(PathBuf::from);
        let socket =
            socket.ok_or_else(|| BenchError::failed("starting PostgreSQL", line.trim_end()))?;
        let server = Self {
            socket,
            programs,
            supervisor,
        };
        Client::connect(&server.url("postgres"), NoTls)?.batch_execute(LIMIT_TABLE)?;
        Ok(server)
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://zetel@/{database}?host={}",
            self.socket.display()
        )
    }

    /// Makes an empty database and returns its URL.
    pub fn create_database(&self, name: &str) -> Result<String, BenchError> {
        let mut client = Client::connect(&self.url("postgres"), NoTls)?;
        client.batch_execute(&format!("CREATE DATABASE {name}"))?;
        Ok(self.url(name))
    }

    /// Durable one-row inserts per second by one connection.
    pub fn insert_rate(&self, script: &Path, seconds: u32) -> Result<f64, BenchError> {
        fs::write(script, LIMIT_SCRIPT)?;
        let mut command = Command::new(self.programs.join("pgbench"));
        command.env("PGHOST", &self.socket).env("PGUSER", "zetel");
        command.args([
            "-n",
            "-c",
            "1",
            "-j",
            "1",
            "-M",
            "prepared",
            "-T",
            &seconds.to_string(),
            "-f",
        ]);
        let output = output_of(command.arg(script).arg("postgres"))?;
        output
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
            .ok_or_else(|| BenchError::failed("pgbench", output))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its standard input ends the server.
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

/// Bytes that a database takes on disk, after its log was written into its tables.
pub fn disk_bytes(url: &str) -> Result<u64, BenchError> {
    let mut client = Client::connect(url, NoTls)?;
    client.batch_execute("CHECKPOINT")?;
    let row = client.query_one("SELECT pg_database_size(current_database())", &[])?;
    u64::try_from(row.get::<_, i64>(0)).map_err(|error| BenchError::failed("disk size", error))
}

/// The version of the installed programs, for people.
pub fn version() -> Result<String, BenchError> {
    let output = output_of(Command::new(programs()?.join("postgres")).arg("--version"))?;
    Ok(output.trim().to_owned())
}

/// The folder with the programs of the newest `PostgreSQL`. Debian keeps them out of `PATH`.
fn programs() -> Result<PathBuf, BenchError> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
    {
        let folder = entry.path().join("bin");
        let version = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        if let Some(version) = version
            && folder.join("initdb").exists()
        {
            found.push((version, folder));
        }
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = || std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    let newest = found.into_iter().max().map(|(_, folder)| folder);
    newest
        .or_else(on_path)
        .ok_or_else(|| BenchError::Failed(MISSING.to_owned()))
}

/// A shell; as another user when this is root, because `PostgreSQL` refuses to run as root.
fn unprivileged_shell() -> Result<Command, BenchError> {
    if output_of(Command::new("id").arg("-u"))?.trim() != "0" {
        return Ok(Command::new("sh"));
    }
    let group = output_of(Command::new("id").args(["-g", "postgres"]))?;
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid",
        "postgres",
        "--regid",
        group.trim(),
        "--clear-groups",
        "sh",
    ]);
    command.current_dir("/");
    Ok(command)
}
