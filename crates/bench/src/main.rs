//! `zetel-bench`: measures Zetel, each figure beside the limit of the machine, and prints a table.

mod client;
mod error;
mod hello;
mod limits;
mod measure;
mod population;
mod postgres;
mod process;
mod profile;
mod report;
mod stats;
mod wrk;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Duration,
};

use clap::Parser;

use crate::{
    error::BenchError,
    limits::MemoryCopy,
    measure::Run,
    report::{Figure, Goal, Report, Unit},
};

/// Measures Zetel beside the limits of the machine.
#[derive(Debug, clap::Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// Measure and print the table
    Run(RunArguments),
    /// Make a tenant for `profile` in an empty folder
    Populate {
        /// The folder
        folder: PathBuf,
        /// How many users
        #[arg(long, default_value_t = 100_000)]
        users: u32,
        /// Give nobody a license
        #[arg(long)]
        unlicensed: bool,
    },
    /// Work in a loop on a populated folder, for a profiler
    Profile {
        /// What to do
        part: profile::Part,
        /// The folder
        folder: PathBuf,
        /// For how long
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// Load a database and tell what that took
    #[command(hide = true)]
    Load {
        /// Folder or URL
        target: String,
    },
    /// Make a tenant with devices in memory and tell what this process holds
    #[command(hide = true)]
    Hold {
        /// People
        users: u32,
        /// Devices of each
        each: u32,
    },
    /// Serve the bare answer
    #[command(hide = true)]
    Hello {
        /// Threads
        #[arg(long)]
        workers: usize,
    },
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// Numbers of users
    #[arg(long, value_delimiter = ',', default_value = "1000,100000,1000000", value_parser = clap::value_parser!(u32).range(100..=5_000_000))]
    sizes: Vec<u32>,
    /// How often each figure is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    rounds: u32,
    /// How long each measurement goes on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=60))]
    seconds: u32,
    /// Measure only this besides filling the tenants; may be repeated
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// The program to measure
    #[arg(long, default_value = "target/release/zetel")]
    zetel: PathBuf,
    /// A folder on the disk to measure, which every user may enter
    #[arg(long, default_value = "/var/tmp")]
    disk: PathBuf,
    /// Also write the table between the markers of this document
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Limits of the machine
    Limits,
    /// Start: processor time and memory
    Start,
    /// One client in process
    Single,
    /// The server over HTTP
    Http,
    /// Delta queries over HTTP
    Delta,
    /// Queries, in process and over HTTP
    Queries,
    /// Batches over HTTP
    Batch,
    /// Other stand-ins for a directory, asked the same
    Standins,
    /// Groups, in process
    Groups,
    /// Devices: the gate, and all of `decisions`
    Devices,
    /// Devices in memory, without a store
    Decisions,
    /// An empty server, and the size of the program
    Empty,
}

/// A line for people about what is going on.
fn progress(text: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Task::Run(arguments) => run(arguments),
        Task::Populate {
            folder,
            users,
            unlicensed,
        } => profile::populate(&folder, users, !unlicensed).map(|()| true),
        Task::Profile {
            part,
            folder,
            seconds,
        } => profile::run(part, &folder, Duration::from_secs(seconds)).map(|()| true),
        Task::Load { target } => measure::start::load(&target).map(|()| true),
        Task::Hold { users, each } => measure::devices::memory::hold(users, each).map(|()| true),
        Task::Hello { workers } => hello::serve(workers).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            progress(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Carries out a part.
type Measure = fn(&mut Run) -> Result<(), BenchError>;

/// Measures; false if something could not be measured. A missed goal is a result, not a failure.
fn run(arguments: RunArguments) -> Result<bool, BenchError> {
    let folder = tempfile::Builder::new()
        .prefix("zetel-bench.")
        .tempdir_in(&arguments.disk)?;
    let mut sizes = arguments.sizes;
    sizes.sort_unstable();
    sizes.dedup();
    let mut run = Run {
        folder: folder.path().to_owned(),
        zetel: arguments.zetel,
        sizes,
        rounds: arguments.rounds,
        seconds: arguments.seconds,
        postgres: postgres::Server::start(&arguments.disk)?,
        sites: Vec::new(),
        report: Report::default(),
    };
    let wanted = |part: Part| arguments.only.is_empty() || arguments.only.contains(&part);
    let needs_tenants = [
        Part::Start,
        Part::Single,
        Part::Http,
        Part::Delta,
        Part::Queries,
        Part::Batch,
        Part::Standins,
        Part::Groups,
        Part::Devices,
    ]
    .into_iter()
    .any(wanted);
    let machine = machine();
    let parts: [(&str, bool, Measure); 13] = [
        ("limits", wanted(Part::Limits), measure_limits),
        ("bulk", needs_tenants, measure::bulk::measure),
        ("start", wanted(Part::Start), measure::start::measure),
        ("single", wanted(Part::Single), measure::single::measure),
        ("http", wanted(Part::Http), measure::http::measure),
        ("delta", wanted(Part::Delta), measure::delta::measure),
        ("queries", wanted(Part::Queries), measure::queries::measure),
        ("batch", wanted(Part::Batch), measure::batch::measure),
        (
            "standins",
            wanted(Part::Standins),
            measure::standins::measure,
        ),
        ("groups", wanted(Part::Groups), measure::groups::measure),
        (
            "decisions",
            wanted(Part::Devices) || wanted(Part::Decisions),
            measure::devices::measure_in_memory,
        ),
        ("devices", wanted(Part::Devices), measure::devices::measure),
        ("empty", wanted(Part::Empty), measure::empty::measure),
    ];
    for (name, _, measure) in parts.into_iter().filter(|(_, wanted, _)| *wanted) {
        if let Err(error) = measure(&mut run) {
            progress(&format!("error: {name}: {error}"));
            run.report.failures.push(format!("{name}: {error}"));
        }
    }
    let table = format!("{machine}\n\n{}", run.report.to_markdown());
    writeln!(std::io::stdout(), "{table}")?;
    if let Some(document) = arguments.write {
        report::write_into(&document, &table)?;
    }
    Ok(run.report.failures.is_empty())
}

/// The limits by themselves; they are measured again beside each figure.
fn measure_limits(run: &mut Run) -> Result<(), BenchError> {
    progress("limits");
    let mut append = Figure::new(
        "limit: append 200 B + fdatasync",
        Unit::PerSecond,
        "",
        Goal::None,
    );
    let mut insert = Figure::new(
        "limit: pgbench one-row INSERT, 1 connection",
        Unit::PerSecond,
        "",
        Goal::None,
    );
    let mut copy = Figure::new(
        "limit: memcpy 256 MiB",
        Unit::BytesPerSecond,
        "",
        Goal::None,
    );
    let mut memory = MemoryCopy::new();
    for _ in 0..run.rounds {
        append.push(0, limits::append_and_flush(&run.folder, run.time())?, None);
        insert.push(
            0,
            run.postgres
                .insert_rate(&run.folder.join("insert.sql"), run.seconds)?,
            None,
        );
        copy.push(0, memory.rate(), None);
    }
    run.report.figures.extend([append, insert, copy]);
    Ok(())
}

/// What it was measured on.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(Path::new(path)).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, name)| name);
    let count = processors
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    let memory = read("/proc/meminfo");
    let memory = memory
        .lines()
        .next()
        .and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    let kernel = process::output_of(Command::new("uname").arg("-sr")).unwrap_or_default();
    let postgres = postgres::version().unwrap_or_default();
    let gibibytes = memory.unwrap_or_default() >> 20;
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "Measured on {count} × {model}, {gibibytes} GiB, {}, {postgres}. Load before the run: {load}.",
        kernel.trim()
    )
}
