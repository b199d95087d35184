//! The stand-ins as processes, and how each is asked.

use std::{
    env,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{client::ZetelServer, error::BenchError, process::Running, wrk::Aim};

/// How long a stand-in may take until it listens.
const PATIENCE: Duration = Duration::from_mins(1);
/// moto's name for the directory.
const DIRECTORY: &str = "d-1234567890";

/// A stand-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// A file of JSON over HTTP.
    JsonServer,
    /// Examples of an `OpenAPI` description, after the request was checked against it.
    Prism,
    /// Amazon's services; its users are those of the identity store.
    Moto,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::JsonServer, Self::Prism, Self::Moto];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::JsonServer => "json-server",
            Self::Prism => "Prism",
            Self::Moto => "moto",
        }
    }

    /// The property that a filter asks for: moto finds users by their user name only.
    pub const fn filtered(self) -> &'static str {
        match self {
            Self::JsonServer | Self::Prism => "department",
            Self::Moto => "userPrincipalName",
        }
    }

    /// Where `scripts/bench` installs it.
    const fn path(self) -> &'static str {
        match self {
            Self::JsonServer => "target/bench-node/node_modules/json-server/lib/cli/bin.js",
            Self::Prism => "target/bench-node/node_modules/@stoplight/prism-cli/dist/index.js",
            Self::Moto => "target/bench-venv/bin/moto_server",
        }
    }

    fn command(self, port: u16, data: &Path) -> Command {
        let port = port.to_string();
        let node = || {
            let mut command = Command::new("node");
            command.arg(self.path());
            command
        };
        let mut command = match self {
            Self::JsonServer => {
                let mut command = node();
                command
                    .args(["--quiet", "--host", "127.0.0.1", "--port", &port])
                    .arg(data);
                command
            }
            Self::Prism => {
                let mut command = node();
                command.args(["mock", "--host", "127.0.0.1", "--port", &port]);
                command.args(["--verboseLevel", "fatal", "e2e/graph-openapi-closed.yaml"]);
                command
            }
            Self::Moto => {
                let mut command = Command::new(self.path());
                command.args(["--host", "127.0.0.1", "--port", &port]);
                command
            }
        };
        // What is meant for Zetel, secrets among it, is no business of theirs.
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("ZETEL_") {
                command.env_remove(name);
            }
        }
        command
    }
}

/// A stand-in that runs.
pub struct StandIn {
    program: Program,
    running: Running,
    address: SocketAddr,
}

impl StandIn {
    /// Starts one and waits until it listens.
    pub fn start(program: Program, data: &Path) -> Result<Self, BenchError> {
        if !Path::new(program.path()).exists() {
            return Err(BenchError::failed(program.name(), "it is not installed"));
        }
        // Free a moment ago; nothing else on this machine takes ports meanwhile.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut command = program.command(port, data);
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut stand_in = Self {
            program,
            running: Running::start(command)?,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        };
        let begun = Instant::now();
        while TcpStream::connect(stand_in.address).is_err() {
            let is_over = stand_in.running.child().try_wait()?.is_some();
            if is_over || begun.elapsed() > PATIENCE {
                return Err(BenchError::failed(program.name(), "it did not start"));
            }
            #[expect(
                clippy::disallowed_methods,
                reason = "these programs do not say when they listen"
            )]
            thread::sleep(Duration::from_millis(50));
        }
        Ok(stand_in)
    }

    /// Where load goes.
    pub fn aim(&self) -> Aim {
        Aim {
            address: self.address,
            process: self.running.id(),
        }
    }

    /// Gives it users where it has none by itself; these, with the ids that it knows them by.
    pub fn take(&self, users: &[Value]) -> Result<Vec<Value>, BenchError> {
        if self.program != Program::Moto {
            return Ok(users.to_vec());
        }
        let agent = ureq::Agent::new_with_defaults();
        let create = |user: &Value| {
            let body = json!({
                "IdentityStoreId": DIRECTORY,
                "UserName": user["userPrincipalName"],
                "DisplayName": user["displayName"],
                "Name": {"GivenName": "-", "FamilyName": user["displayName"]},
            });
            let request = agent.post(format!("http://{}/", self.address));
            let [(kind, target), signed] = headers("CreateUser");
            let request = request.header(kind, target).header(signed.0, signed.1);
            let answer = request.header("Content-Type", "application/x-amz-json-1.1");
            let answer = answer
                .send(body.to_string())
                .and_then(|mut answer| answer.body_mut().read_to_string());
            let text = answer.map_err(|error| BenchError::failed("giving moto a user", error))?;
            let made: Value = serde_json::from_str(&text).unwrap_or_default();
            let mut user = user.clone();
            user["id"] = made["UserId"].clone();
            Ok(user)
        };
        users.iter().map(create).collect()
    }

    /// The request for one user.
    pub fn one(&self, id: &str, server: &ZetelServer) -> String {
        match self.program {
            Program::JsonServer => self.get(&format!("/users/{id}")),
            Program::Prism => server.request("GET", &format!("/users/{id}"), ""),
            Program::Moto => self.post(
                "DescribeUser",
                &json!({"IdentityStoreId": DIRECTORY, "UserId": id}),
            ),
        }
    }

    /// The request for one user of a filter.
    pub fn filtered(&self, value: &str, server: &ZetelServer) -> String {
        let text = value.replace(' ', "%20");
        match self.program {
            Program::JsonServer => self.get(&format!("/users?department={text}&_limit=1")),
            Program::Prism => server.eventual(&format!(
                "/users?$filter=department%20eq%20%27{text}%27&$count=true&$top=1"
            )),
            Program::Moto => self.post(
                "ListUsers",
                &json!({
                    "IdentityStoreId": DIRECTORY,
                    "MaxResults": 1,
                    "Filters": [{"AttributePath": "UserName", "AttributeValue": value}],
                }),
            ),
        }
    }

    /// A request is answered with success, by a text that tells what was asked for. `wrk` looks at the status only.
    pub fn check(&self, request: &str, wanted: &str) -> Result<(), BenchError> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let request = request.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let is_success = head.split(' ').nth(1) == Some("200");
        // An example tells nothing of what was asked for.
        let is_told = !wanted.is_empty() && body.contains(wanted);
        if is_success && (self.program == Program::Prism || is_told) {
            return Ok(());
        }
        let step = format!("{} answered wrongly", self.program.name());
        Err(BenchError::failed(&step, answer))
    }

    fn get(&self, path: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address)
    }

    fn post(&self, operation: &str, body: &Value) -> String {
        let body = body.to_string();
        let [(name, target), (signed, signature)] = headers(operation);
        let more = format!("{name}: {target}\r\n{signed}: {signature}\r\n");
        format!(
            "POST / HTTP/1.1\r\nHost: {}\r\n{more}Content-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
    }
}

/// What tells moto which service and operation is meant; it looks at no signature.
fn headers(operation: &str) -> [(&'static str, String); 2] {
    const CREDENTIAL: &str = "AWS4-HMAC-SHA256 Credential=none/20260101/us-east-1/identitystore/aws4_request, SignedHeaders=host, Signature=none";
    [
        ("X-Amz-Target", format!("AWSIdentityStore.{operation}")),
        ("Authorization", CREDENTIAL.to_owned()),
    ]
}
