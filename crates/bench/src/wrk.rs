//! Load: `wrk` with requests that were written beforehand.

use std::{
    fs::File,
    io::{BufWriter, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    error::BenchError,
    process::{output_of, processor_seconds},
    stats::figure,
};

/// Requests in a file, in the order in which they are sent.
pub struct Requests(PathBuf);

impl Requests {
    /// Writes requests, each a complete HTTP/1.1 request.
    pub fn write(
        path: PathBuf,
        requests: impl IntoIterator<Item = String>,
    ) -> Result<Self, BenchError> {
        let mut file = BufWriter::new(File::create(&path)?);
        for request in requests {
            writeln!(file, "{}", request.len())?;
            file.write_all(request.as_bytes())?;
            writeln!(file)?;
        }
        file.flush()?;
        Ok(Self(path))
    }
}

/// What one run of `wrk` measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Requests that were answered.
    pub requests: u64,
    /// Requests per second.
    pub rate: f64,
    /// Half of the requests took so many seconds at most.
    pub middle: f64,
    /// All but a hundredth took so many seconds at most.
    pub tail: f64,
    /// Seconds of the server's processor time per request.
    pub processor: f64,
}

/// Where load goes.
#[derive(Clone, Copy)]
pub struct Aim {
    /// The server's address.
    pub address: SocketAddr,
    /// The server's process.
    pub process: u32,
}

/// Sends requests over so many connections for so many seconds. An answer that is no success is an error.
pub fn run(
    script: &Path,
    aim: Aim,
    requests: &Requests,
    connections: u32,
    seconds: u32,
) -> Result<Load, BenchError> {
    let before = processor_seconds(aim.process)?;
    let mut command = Command::new("wrk");
    command
        .args([
            "-t1",
            &format!("-c{connections}"),
            &format!("-d{seconds}s"),
            "-s",
        ])
        .arg(script);
    command
        .arg(format!("http://{}/", aim.address))
        .arg("--")
        .arg(&requests.0);
    let output = output_of(&mut command)?;
    let used = processor_seconds(aim.process)? - before;
    parse(&output, used).ok_or_else(|| BenchError::failed("wrk", output))
}

fn parse(output: &str, used: f64) -> Option<Load> {
    let line = output
        .lines()
        .find_map(|line| line.strip_prefix("measured "))?;
    let numbers: Vec<u64> = line
        .split(' ')
        .map_while(|number| number.parse().ok())
        .collect();
    let &[requests, microseconds, refused, failed, middle, tail, _, _] = numbers.as_slice() else {
        return None;
    };
    // Errors are fast; a rate with errors in it would be worth nothing.
    let is_clean = refused == 0 && failed == 0 && requests > 0;
    is_clean.then(|| Load {
        requests,
        rate: figure(requests) * 1e6 / figure(microseconds),
        middle: figure(middle) / 1e6,
        tail: figure(tail) / 1e6,
        processor: used / figure(requests),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_no_result() {
        let load = parse("Running\nmeasured 1000 500000 0 0 150 900 1 1\n", 0.01).unwrap();
        assert!((load.rate - 2_000.0).abs() < 1e-6 && (load.processor - 1e-5).abs() < 1e-12);
        assert_eq!(parse("measured 1000 500000 1 0 150 900 1 1\n", 0.01), None);
        assert_eq!(parse("measured 1000 500000 0 1 150 900 1 1\n", 0.01), None);
        assert_eq!(parse("Running\n", 0.01), None);
    }
}
