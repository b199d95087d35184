//! The `zetel` program: the server, and the command line that administers any Graph endpoint.

mod bulk;
mod cli;
mod client;
mod commands;
mod demo;
mod error;
mod exit;
mod fingerprint;
mod output;
mod plan;
mod progress;
#[cfg(test)]
mod reference;
mod server;
mod setup;
mod time;

use std::io;
use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

use crate::exit::Exit;

/// Commands are made on one thread and dropped on another; the system's allocator takes a tenth of the time for that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let exit = commands::run(cli::Cli::parse().command).unwrap_or_else(|error| {
        if error.exit != Exit::Done {
            // A closed standard error leaves nobody to tell.
            let _ = error.render(&mut io::stderr().lock(), error::stderr_takes_color());
        }
        error.exit
    });
    exit.into()
}
