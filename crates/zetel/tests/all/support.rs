//! Runs the program in a folder of its own.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::stub::Stub;

/// A stub server, a folder, and the variables that lead to it.
pub struct Desk {
    pub stub: Stub,
    pub folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Desk {
    pub fn new() -> Self {
        let stub = Stub::start();
        let variables = vec![
            ("ZETEL_URL", stub.url.clone()),
            ("ZETEL_TENANT_ID", "contoso.com".to_owned()),
            (
                "ZETEL_CLIENT_ID",
                "22222222-0000-0000-0000-000000000000".to_owned(),
            ),
            ("ZETEL_CLIENT_SECRET", "right".to_owned()),
        ];
        Self {
            stub,
            folder: tempfile::tempdir().unwrap(),
            variables,
        }
    }

    /// Sets a variable; an empty value counts as not set.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zetel"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        command
    }

    pub fn output(&self, arguments: &[impl AsRef<OsStr>]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command line and shows everything that a person or script sees.
    pub fn run(&self, line: &str) -> String {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let output = self.output(&arguments);
        let text = |bytes: &[u8]| {
            String::from_utf8(bytes.to_vec())
                .unwrap()
                .replace(&self.stub.url, "[url]")
        };
        let place = self.stub.url.trim_start_matches("http://");
        let code = output.status.code().unwrap();
        let (out, err) = (
            text(&output.stdout),
            text(&output.stderr).replace(place, "[host]"),
        );
        format!("$ zetel {line}\nexit {code}\n--- stdout\n{out}--- stderr\n{err}")
    }
}

/// The exit code in what [`Desk::run`] shows.
pub fn exit_code(shown: &str) -> i32 {
    shown
        .lines()
        .nth(1)
        .and_then(|line| line.strip_prefix("exit "))
        .unwrap()
        .parse()
        .unwrap()
}
