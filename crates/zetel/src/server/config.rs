//! Settings of the server: a TOML file, `ZETEL_*` variables, and options, the later before the earlier.

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use zetel_store::Target;

use crate::error::CliError;

/// Variables of the same prefix that are the client's, not the server's.
const CLIENT_VARIABLES: &[&str] = &[
    "ZETEL_URL",
    "ZETEL_AUTHORITY",
    "ZETEL_TENANT_ID",
    "ZETEL_CLIENT_ID",
    "ZETEL_CLIENT_SECRET",
    "ZETEL_CLIENT_CERT",
    "ZETEL_CA",
    "ZETEL_DOMAIN",
    "ZETEL_ADMIN_UPN",
    "ZETEL_ADMIN_PASSWORD",
    "ZETEL_TOKEN",
    "ZETEL_CLIENT_SECRET_FILE",
    "ZETEL_NEW_PASSWORD",
    "ZETEL_BIN",
    "ZETEL_TEST_POSTGRES",
    "ZETEL_UPDATE_DOCS",
];

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What may stand in the file, in variables and in options. Each is documented in `docs/reference/configuration.md`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, default)]
pub struct Wishes {
    /// Data folder, or URL of a PostgreSQL database [default: `zetel-data`; `zetel demo`: `zetel-demo`]
    #[arg(long, value_name = "FOLDER|URL")]
    pub data: Option<String>,
    /// Folder of the master key and the certificates [default: the data folder, or `zetel-keys` with PostgreSQL]
    #[arg(long, value_name = "FOLDER")]
    pub keys: Option<PathBuf>,
    /// Address and port for clients [default: 127.0.0.1:8443]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Address and port for health and metrics [default: none]
    #[arg(long, value_name = "ADDRESS")]
    pub ops_listen: Option<SocketAddr>,
    /// URL under which clients know the server, for example `https://zetel.example` [default: what each client used]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Further names of the server, with commas between them, for its certificate and its tokens [default: none]
    #[arg(long, value_name = "NAMES")]
    pub host_names: Option<String>,
    /// Certificate chain of one's own, in PEM [default: one of the server's own authority]
    #[arg(long, value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,
    /// Private key of that certificate, in PEM [default: none]
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Speak HTTP without TLS; only on a loopback address [default: false]
    #[arg(long, num_args = 0, default_missing_value = "true")]
    pub plain_http: Option<bool>,
    /// Threads that serve HTTP [default: one per processor]
    #[arg(long, value_name = "NUMBER")]
    pub workers: Option<usize>,
    /// What to log, for example `zetel_api=debug` [default: info; `zetel demo`: warn]
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
    /// How log lines look [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Address of a collector for traces of requests, over OTLP [default: none]
    #[cfg(feature = "otlp")]
    #[arg(long, value_name = "URL")]
    pub otlp_endpoint: Option<String>,
}

/// Options of commands that run or administer a server.
#[derive(Clone, Debug, clap::Args)]
pub struct ServerArgs {
    /// Settings in a TOML file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Settings that go before the file and the variables.
    #[command(flatten)]
    pub wishes: Wishes,
}

/// Settings that were decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database.
    pub target: Target,
    /// Folder of the master key and the certificates.
    pub keys: PathBuf,
    /// Address for clients.
    pub listen: SocketAddr,
    /// Address for health and metrics.
    pub ops_listen: Option<SocketAddr>,
    /// URL under which clients know the server.
    pub public_url: Option<String>,
    /// Further names of the server.
    pub host_names: Vec<String>,
    /// Certificate and key of one's own.
    pub own_certificate: Option<(PathBuf, PathBuf)>,
    /// No TLS.
    pub plain_http: bool,
    /// Threads that serve HTTP.
    pub workers: Option<usize>,
    /// What to log, if it was said.
    pub log: Option<String>,
    /// How.
    pub log_format: LogFormat,
    /// Where traces go.
    #[cfg(feature = "otlp")]
    pub otlp_endpoint: Option<String>,
}

impl Settings {
    /// Settings from the options, the variables of the process and the file.
    pub fn load(args: &ServerArgs, default_data: &str) -> Result<Self, CliError> {
        let file = args
            .config
            .clone()
            .or_else(|| env::var_os("ZETEL_CONFIG").map(PathBuf::from));
        let from_file = file
            .as_deref()
            .map_or_else(|| Ok(Wishes::default()), read_file)?;
        let from_variables = read_variables(env::vars())?;
        let wishes = args.wishes.clone().or(from_variables).or(from_file);
        Self::decide(wishes, default_data)
    }

    fn decide(wishes: Wishes, default_data: &str) -> Result<Self, CliError> {
        let data = wishes.data.unwrap_or_else(|| default_data.to_owned());
        let target: Target = data
            .parse()
            .map_err(|error| CliError::usage(format!("`data`: {error}")))?;
        let keys = wishes.keys.unwrap_or_else(|| match &target {
            Target::Sqlite(folder) => folder.clone(),
            Target::Postgres(_) => PathBuf::from("zetel-keys"),
        });
        let listen = wishes
            .listen
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8443)));
        let plain_http = wishes.plain_http.unwrap_or(false);
        if plain_http && !listen.ip().is_loopback() {
            return Err(CliError::usage(format!(
                "`plain_http` sends tokens in clear, and {listen} is reachable by others"
            ))
            .hint("Listen on 127.0.0.1, or leave `plain_http` away"));
        }
        if wishes.workers == Some(0) {
            return Err(CliError::usage("`workers` must be at least 1"));
        }
        let own_certificate = match (wishes.tls_certificate, wishes.tls_key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => {
                return Err(CliError::usage(
                    "`tls_certificate` and `tls_key` go together",
                ));
            }
        };
        Ok(Self {
            target,
            keys,
            listen,
            ops_listen: wishes.ops_listen,
            public_url: wishes.public_url,
            host_names: split_names(wishes.host_names.as_deref().unwrap_or_default())?,
            own_certificate,
            plain_http,
            workers: wishes.workers,
            log: wishes.log,
            log_format: wishes.log_format.unwrap_or_default(),
            #[cfg(feature = "otlp")]
            otlp_endpoint: wishes.otlp_endpoint,
        })
    }

    /// Settings of a server whose data is in a folder, for tests.
    #[cfg(test)]
    pub fn in_folder(folder: &Path) -> Self {
        let data = folder.display().to_string();
        Self::decide(Wishes::default(), &data).unwrap()
    }
}

impl Wishes {
    /// These wishes, and where there is none, those of `other`.
    fn or(self, other: Self) -> Self {
        Self {
            data: self.data.or(other.data),
            keys: self.keys.or(other.keys),
            listen: self.listen.or(other.listen),
            ops_listen: self.ops_listen.or(other.ops_listen),
            public_url: self.public_url.or(other.public_url),
            host_names: self.host_names.or(other.host_names),
            tls_certificate: self.tls_certificate.or(other.tls_certificate),
            tls_key: self.tls_key.or(other.tls_key),
            plain_http: self.plain_http.or(other.plain_http),
            workers: self.workers.or(other.workers),
            log: self.log.or(other.log),
            log_format: self.log_format.or(other.log_format),
            #[cfg(feature = "otlp")]
            otlp_endpoint: self.otlp_endpoint.or(other.otlp_endpoint),
        }
    }
}

/// The names of a list with commas.
fn split_names(text: &str) -> Result<Vec<String>, CliError> {
    let names = text.split(',').map(str::trim);
    let names = names.filter(|name| !name.is_empty());
    let is_name = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte);
        name.len() <= 253 && name.bytes().all(plain)
    };
    names
        .map(|name| {
            if is_name(name) {
                Ok(name.to_ascii_lowercase())
            } else {
                Err(CliError::usage(format!(
                    "`host_names`: `{name}` is not the name of a host"
                ))
                .hint("Write names without scheme and port, for example `login.contoso.example`"))
            }
        })
        .collect()
}

fn read_file(path: &Path) -> Result<Wishes, CliError> {
    let name = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| CliError::usage(format!("Could not read `{name}`: {error}")))?;
    toml::from_str(&text).map_err(|error| {
        // The line itself is not shown: it may hold the password of a database.
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.unwrap_or_default().matches('\n').count() + 1;
        let problem = error.message();
        CliError::usage(format!("`{name}`, line {line}: {problem}"))
            .hint("docs/reference/configuration.md has every setting")
    })
}

/// Every `ZETEL_` variable is a setting in capitals; one that is neither a setting nor the client's is a mistake.
fn read_variables(variables: impl Iterator<Item = (String, String)>) -> Result<Wishes, CliError> {
    let mut wishes = Wishes::default();
    for (name, value) in variables {
        let Some(key) = name.strip_prefix("ZETEL_") else {
            continue;
        };
        let is_other = name == "ZETEL_CONFIG" || CLIENT_VARIABLES.contains(&name.as_str());
        // An empty one is as good as not set.
        if is_other || value.is_empty() {
            continue;
        }
        wishes = wishes.or(
            read_variable(&key.to_ascii_lowercase(), value).map_err(|error| {
                CliError::usage(format!("`{name}`: {}", error.message()))
                    .hint("docs/reference/configuration.md has every setting")
            })?,
        );
    }
    Ok(wishes)
}

fn read_variable(key: &str, value: String) -> Result<Wishes, toml::de::Error> {
    let typed = match key {
        "workers" => value.parse().ok().map(toml::Value::Integer),
        "plain_http" => value.parse().ok().map(toml::Value::Boolean),
        _ => None,
    };
    let value = typed.unwrap_or(toml::Value::String(value));
    toml::Table::from_iter([(key.to_owned(), value)]).try_into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Result<Wishes, CliError> {
        read_variables(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn variables_are_settings_in_capitals() {
        let wishes = variables(&[
            ("ZETEL_LISTEN", "127.0.0.1:9000"),
            ("ZETEL_WORKERS", "2"),
            ("ZETEL_PLAIN_HTTP", "true"),
            ("ZETEL_CLIENT_SECRET", "the client's"),
            ("PATH", "/bin"),
        ])
        .unwrap();
        assert_eq!(
            wishes.listen,
            Some(SocketAddr::from(([127, 0, 0, 1], 9000)))
        );
        assert_eq!((wishes.workers, wishes.plain_http), (Some(2), Some(true)));
    }

    #[test]
    fn unknown_names_are_errors() {
        assert!(
            variables(&[("ZETEL_LISTNE", "127.0.0.1:9000")])
                .unwrap_err()
                .message
                .contains("listne")
        );
        assert!(toml::from_str::<Wishes>("listne = 1").is_err());
    }

    #[test]
    fn options_go_before_variables_before_the_file() {
        let wish = |log: &str| Wishes {
            log: Some(log.to_owned()),
            ..Wishes::default()
        };
        let merged = wish("option").or(wish("variable")).or(Wishes {
            workers: Some(3),
            ..wish("file")
        });
        assert_eq!(
            (merged.log.as_deref(), merged.workers),
            (Some("option"), Some(3))
        );
    }

    #[test]
    fn names_are_split_and_checked() {
        let names = split_names(" Login.Example, graph.example,,").unwrap();
        assert_eq!(names, ["login.example", "graph.example"]);
        assert!(split_names("https://login.example").is_err());
    }

    #[test]
    fn http_without_tls_stays_on_the_machine() {
        let wishes = |listen: &str| Wishes {
            listen: listen.parse().ok(),
            plain_http: Some(true),
            ..Wishes::default()
        };
        assert!(Settings::decide(wishes("127.0.0.1:80"), "data").is_ok());
        assert!(Settings::decide(wishes("[::1]:80"), "data").is_ok());
        assert!(Settings::decide(wishes("0.0.0.0:80"), "data").is_err());
    }
}
