//! Runs the program in a folder of its own.

use std::ffi::OsStr;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::stub::Stub;

/// A folder, the variables that are set in it, and what is masked in what the program shows.
pub struct Shell {
    folder: TempDir,
    variables: Vec<(String, String)>,
    masks: Vec<(String, String)>,
}

impl Shell {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
            masks: Vec::new(),
        }
    }

    /// Sets a variable; an empty value counts as not set.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The value of a variable that was set.
    pub fn get(&self, name: &str) -> String {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.unwrap().1.clone()
    }

    /// Shows `[name]` in place of a text that differs from run to run.
    pub fn mask(&mut self, text: &str, name: &str) {
        self.masks.push((text.to_owned(), format!("[{name}]")));
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
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn output(&self, arguments: &[impl AsRef<OsStr>]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command line and shows everything that a person or script sees.
    pub fn run(&self, line: &str) -> String {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let output = self.output(&arguments);
        let code = output.status.code().unwrap();
        let [out, err] =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        self.masked(&format!(
            "$ zetel {line}\nexit {code}\n--- stdout\n{out}--- stderr\n{err}"
        ))
    }

    /// A text with its masks on.
    pub fn masked(&self, text: &str) -> String {
        let masks = self.masks.iter();
        masks.fold(text.to_owned(), |text, (hidden, name)| {
            text.replace(hidden, name)
        })
    }

    /// What a command that must succeed prints.
    pub fn ok(&self, line: &str) -> String {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let output = self.output(&arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "zetel {line}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A shell and a stub server to which its variables lead.
pub struct Desk {
    pub stub: Stub,
    shell: Shell,
}

impl Desk {
    pub fn new() -> Self {
        let stub = Stub::start();
        let mut shell = Shell::new();
        shell.mask(&stub.url, "url");
        shell.mask(stub.url.trim_start_matches("http://"), "host");
        shell.set("ZETEL_URL", &stub.url);
        shell.set("ZETEL_TENANT_ID", "contoso.com");
        shell.set("ZETEL_CLIENT_ID", "22222222-0000-0000-0000-000000000000");
        shell.set("ZETEL_CLIENT_SECRET", "right");
        Self { stub, shell }
    }
}

impl Deref for Desk {
    type Target = Shell;

    fn deref(&self) -> &Shell {
        &self.shell
    }
}

impl DerefMut for Desk {
    fn deref_mut(&mut self) -> &mut Shell {
        &mut self.shell
    }
}

/// The exit code in what [`Shell::run`] shows.
pub fn exit_code(shown: &str) -> i32 {
    shown
        .lines()
        .nth(1)
        .and_then(|line| line.strip_prefix("exit "))
        .unwrap()
        .parse()
        .unwrap()
}

/// A text with `[guid]` in place of every object id.
pub fn without_ids(text: &str) -> String {
    let is_id = |word: &[u8]| {
        word.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    let mut shown = String::new();
    let mut rest = text;
    while let Some(place) = rest.as_bytes().windows(36).position(is_id) {
        shown.extend([&rest[..place], "[guid]"]);
        rest = &rest[place + 36..];
    }
    shown + rest
}
