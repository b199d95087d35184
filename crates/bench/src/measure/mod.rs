//! The measurements, one module a part.

pub mod batch;
pub mod bulk;
pub mod delta;
pub mod devices;
pub mod empty;
pub mod groups;
pub mod http;
pub mod queries;
pub mod single;
pub mod standins;
pub mod start;

use std::{fs, path::PathBuf, time::Duration};

use zetel_store::Target;

use crate::{
    error::BenchError,
    population::{self, Site},
    postgres::Server,
    report::Report,
};

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One file.
    Sqlite,
    /// The private server.
    Postgres,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// One run: what is measured, where, and what came out.
pub struct Run {
    /// A folder on the disk that is measured.
    pub folder: PathBuf,
    /// The `zetel` program.
    pub zetel: PathBuf,
    /// Numbers of users, ascending.
    pub sizes: Vec<u32>,
    /// How often each figure is measured.
    pub rounds: u32,
    /// How long each measurement goes on.
    pub seconds: u32,
    /// The private server.
    pub postgres: Server,
    /// Filled databases.
    pub sites: Vec<(Kind, Site)>,
    /// What came out.
    pub report: Report,
}

impl Run {
    /// How long each measurement goes on.
    pub const fn time(&self) -> Duration {
        Duration::from_secs(self.seconds as u64)
    }

    /// The filled databases of an engine, ascending.
    pub fn sites_of(&self, kind: Kind) -> Vec<Site> {
        let of_kind = self.sites.iter().filter(|(other, _)| *other == kind);
        of_kind.map(|(_, site)| site.clone()).collect()
    }

    /// Makes an empty database for a tenant of a size.
    pub fn place(&self, kind: Kind, users: u32) -> Result<(Target, PathBuf), BenchError> {
        let folder = self
            .folder
            .join(format!("{}-{users}", kind.name()).to_lowercase());
        fs::create_dir_all(&folder)?;
        let target = match kind {
            Kind::Sqlite => Target::Sqlite(folder.clone()),
            Kind::Postgres => {
                Target::Postgres(self.postgres.create_database(&format!("bench_{users}"))?)
            }
        };
        Ok((target, folder))
    }
}

/// Opens the engine on a site.
pub fn open(site: &Site) -> Result<zetel_engine::Engine, BenchError> {
    population::open(&site.target)
}
