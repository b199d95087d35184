//! Other processes of a test: this same program, told by its environment to be one of them.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{crash, mass, nodes};

const ROLE: &str = "ZETEL_TEST_ROLE";
const TARGET: &str = "ZETEL_TEST_TARGET";
const NUMBER: &str = "ZETEL_TEST_NUMBER";

/// Not a test of its own: what a child process runs. Without a role there is nothing to do.
#[test]
fn child() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let target = std::env::var(TARGET).unwrap().parse().unwrap();
    let number = std::env::var(NUMBER).unwrap().parse().unwrap();
    match role.as_str() {
        "writer" => crash::write_until_killed(&target, number),
        "node" => nodes::be_node(&target, number),
        "licenser" => mass::license_until_killed(&target, number),
        other => panic!("no role {other}"),
    }
}

/// A line that the parent reads. It is on its way when this returns.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The test harness leaves its own line open.
    writeln!(out, "\n> {line}").unwrap();
    out.flush().unwrap();
}

/// A process with a role; killed when dropped.
pub struct Process {
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub fn start(role: &str, target: &str, number: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child::child", "--nocapture", "--test-threads=1"])
            .env(ROLE, role)
            .env(TARGET, target)
            .env(NUMBER, number.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            input,
            lines,
        }
    }

    /// What the process says next; nothing when it has ended.
    pub fn hear(&mut self) -> Option<String> {
        self.lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("> ").map(str::to_owned))
    }

    pub fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
        self.input.flush().unwrap();
    }

    /// Ends the process without giving it a chance to do anything.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
