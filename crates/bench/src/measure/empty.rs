//! A server without a tenant, and the size of the program.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::Run;
use crate::{
    client::listening,
    error::BenchError,
    process::{Running, resident_bytes},
    report::{Figure, Goal, Unit},
    stats::figure,
};

/// How long the first answer may take before something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);
/// A page that needs no token.
const REQUEST: &[u8] = b"GET /v1.0/$metadata HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Time from exec to the first answer, memory after it, and bytes of the program.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    crate::progress("empty server");
    let folder = run.folder.join("empty");
    let mut time = Figure::new(
        "empty server: from exec to the first answer",
        Unit::Seconds,
        "",
        Goal::AtMost(0.1),
    );
    let mut memory = Figure::new(
        "empty server: resident memory",
        Unit::Bytes,
        "",
        Goal::AtMost(30e6),
    );
    let mut size = Figure::new("size of the program", Unit::Bytes, "", Goal::AtMost(25e6));
    // The first start makes keys and tables.
    start(&run.zetel, &folder)?;
    for _ in 0..run.rounds {
        let (seconds, resident) = start(&run.zetel, &folder)?;
        time.push(0, seconds, None);
        memory.push(0, resident, None);
    }
    size.push(0, figure(std::fs::metadata(&run.zetel)?.len()), None);
    run.report.figures.extend([time, memory, size]);
    Ok(())
}

fn start(zetel: &Path, folder: &Path) -> Result<(f64, f64), BenchError> {
    let begun = Instant::now();
    let mut command = Command::new(zetel);
    command
        .args([
            "serve",
            "--plain-http",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "warn",
            "--data",
        ])
        .arg(folder);
    let mut server = Running::start(command.stdout(Stdio::null()).stderr(Stdio::piped()))?;
    let answer = first_line(listening(&mut server)?)?;
    let seconds = begun.elapsed().as_secs_f64();
    if !answer.starts_with("HTTP/1.1 200") {
        return Err(BenchError::failed("the empty server answered", answer));
    }
    Ok((seconds, figure(resident_bytes(server.id())?)))
}

fn first_line(address: SocketAddr) -> Result<String, BenchError> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(REQUEST)?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line)
}
