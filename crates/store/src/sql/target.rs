//! Where a database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::DatabaseError;

/// The file in a data folder.
pub(super) const FILE: &str = "zetel.db";

/// Where a database is. Printing it never shows a password.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A data folder; the database is the file `zetel.db` inside. The folder is made when missing.
    Sqlite(PathBuf),
    /// A URL as libpq reads it: `postgres://user:password@host:port/database`,
    /// or with a unix socket `postgres://user@/database?host=/run/postgresql`.
    Postgres(String),
}

impl Target {
    /// Whether a folder has a database in it; without it, opening the folder would make an empty one. Of a server
    /// nothing is asked.
    pub fn check_exists(&self) -> Result<(), DatabaseError> {
        match self {
            Self::Sqlite(folder) if !folder.join(FILE).is_file() => Err(DatabaseError::Open {
                target: self.to_string(),
                reason: format!("there is no `{FILE}` in this folder"),
            }),
            _ => Ok(()),
        }
    }
}

impl FromStr for Target {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        if text.is_empty() || text.contains("://") {
            return Err(DatabaseError::Target(redact(text)));
        }
        Ok(Self::Sqlite(PathBuf::from(text)))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(folder) => write!(formatter, "{}", folder.display()),
            Self::Postgres(url) => formatter.write_str(&redact(url)),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The URL without its password. Where the password's end is not clear, more is hidden rather than less.
fn redact(url: &str) -> String {
    const HIDDEN: &str = "***";
    const PARAMETER: &str = "password=";
    let mut shown = url.to_owned();
    let start = shown.find("://").map_or(0, |scheme| scheme + 3);
    if let Some(end) = shown.rfind('@').filter(|end| *end > start)
        && let Some(colon) = shown[start..end].find(':')
    {
        shown.replace_range(start + colon + 1..end, HIDDEN);
    }
    let mut from = 0;
    while let Some(found) = shown[from..].find(PARAMETER) {
        let value = from + found + PARAMETER.len();
        let end = shown[value..]
            .find('&')
            .map_or(shown.len(), |length| value + length);
        shown.replace_range(value..end, HIDDEN);
        from = value + HIDDEN.len();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        for url in [
            "postgres://zetel:s3cret@db/zetel",
            "postgresql://zetel:s3cret@h@x@db:5432/zetel?sslmode=disable",
            "postgres://zetel@/zetel?host=/run/postgresql&password=s3cret",
            "postgres://zetel@/zetel?password=s3cret&host=/run/postgresql&password=s3cret",
        ] {
            let target = Target::from_str(url).unwrap();
            assert!(
                !format!("{target} {target:?}").contains("s3cret"),
                "{target}"
            );
            assert!(target.to_string().contains("***"));
        }
    }

    #[test]
    fn a_folder_and_a_url_are_told_apart() {
        assert_eq!(
            Target::from_str("data").unwrap(),
            Target::Sqlite(PathBuf::from("data"))
        );
        let url = "postgres://u@/d?host=/tmp";
        assert_eq!(
            Target::from_str(url).unwrap(),
            Target::Postgres(url.to_owned())
        );
        assert_eq!(Target::from_str(url).unwrap().to_string(), url);
        assert!(Target::from_str("").is_err());
        assert!(
            !Target::from_str("mysql://u:s3cret@h/d")
                .unwrap_err()
                .to_string()
                .contains("s3cret")
        );
    }
}
