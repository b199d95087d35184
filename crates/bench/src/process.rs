//! Processor time and memory of processes, and children that end with their owner.

use std::{
    fs,
    process::{Child, Command},
};

use crate::{error::BenchError, stats::figure};

/// Linux tells processor time in hundredths of a second, whatever its own tick is.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of processor time that a process has used, in user mode and in the kernel.
pub fn processor_seconds(process: u32) -> Result<f64, BenchError> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    parse_processor_seconds(&text)
        .ok_or_else(|| BenchError::failed("processor time", "/proc tells nothing"))
}

fn parse_processor_seconds(stat: &str) -> Option<f64> {
    // The name of the program stands in parentheses and may hold blanks.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some(figure(user + kernel) / TICKS_PER_SECOND)
}

/// Seconds of processor time that the threads of this process have used, more exactly than [`processor_seconds`] tells
/// it. Threads that have ended are not counted.
pub fn own_processor_seconds() -> Result<f64, BenchError> {
    let mut nanoseconds = 0;
    for task in fs::read_dir("/proc/self/task")? {
        let text = fs::read_to_string(task?.path().join("schedstat"))?;
        let running = text
            .split(' ')
            .next()
            .and_then(|number| number.parse::<u64>().ok());
        nanoseconds +=
            running.ok_or_else(|| BenchError::failed("processor time", "/proc tells nothing"))?;
    }
    Ok(figure(nanoseconds) / 1e9)
}

/// Bytes of memory that a process holds now.
pub fn resident_bytes(process: u32) -> Result<u64, BenchError> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let kibibytes = text
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .and_then(|number| number.trim().parse::<u64>().ok());
    kibibytes
        .map(|count| count * 1024)
        .ok_or_else(|| BenchError::failed("resident memory", "/proc tells nothing"))
}

/// A child process that ends with this value.
pub struct Running(Child);

impl Running {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Result<Self, BenchError> {
        let program = command.get_program().to_string_lossy().into_owned();
        command
            .spawn()
            .map(Self)
            .map_err(|error| BenchError::failed(&format!("starting `{program}`"), error))
    }

    /// The child.
    pub const fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a program to its end and returns what it printed.
pub fn output_of(command: &mut Command) -> Result<String, BenchError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| BenchError::failed(&format!("starting `{program}`"), error))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(BenchError::failed(
            &format!("`{program}` failed"),
            reason.trim(),
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_blanks_does_not_shift_the_fields() {
        let stat = "7 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20";
        assert_eq!(parse_processor_seconds(stat), Some(3.0));
        assert_eq!(parse_processor_seconds("nonsense"), None);
    }

    #[test]
    fn this_process_takes_time_and_memory() {
        assert!(own_processor_seconds().unwrap() > 0.0);
        assert!(resident_bytes(std::process::id()).unwrap() > 100_000);
    }
}
