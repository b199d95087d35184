//! The servers that are measured, as child processes, and a client for looking at single answers.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use serde_json::Value;
use uuid::Uuid;
use zetel_store::Target;

use crate::{
    error::BenchError,
    process::{Running, output_of},
    wrk::Aim,
};

/// What the application may do.
const PERMISSIONS: [&str; 3] = [
    "User.ReadWrite.All",
    "LicenseAssignment.ReadWrite.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
];

/// The bare server of the limit.
pub struct Hello {
    running: Running,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Hello {
    /// Starts it with one worker, as the server has.
    pub fn start() -> Result<Self, BenchError> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut running = Running::start(
            command
                .args(["hello", "--workers", "1"])
                .stdout(Stdio::piped()),
        )?;
        let mut line = String::new();
        if let Some(output) = running.child().stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let address = line
            .trim()
            .parse()
            .map_err(|error| BenchError::failed("starting hello", error))?;
        Ok(Self { running, address })
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.running.id()
    }
}

/// `zetel serve` on a database, with a token of an application of its own.
pub struct ZetelServer {
    running: Running,
    agent: ureq::Agent,
    token: String,
    /// Where it listens.
    pub address: SocketAddr,
}

impl ZetelServer {
    /// Registers an application, starts the server with one worker, and gets a token.
    pub fn start(
        zetel: &Path,
        target: &Target,
        keys: &Path,
        tenant: Uuid,
    ) -> Result<Self, BenchError> {
        let data = match target {
            Target::Sqlite(folder) => folder.display().to_string(),
            Target::Postgres(url) => url.clone(),
        };
        let mut create = Command::new(zetel);
        create
            .args(["app", "create", "--data", &data, "--keys"])
            .arg(keys);
        create.args(["--name", "benchmark"]);
        for permission in PERMISSIONS {
            create.args(["--permission", permission]);
        }
        let said = output_of(&mut create)?;
        let word = |name: &str| {
            let found = said.lines().find_map(|line| line.strip_prefix(name));
            let found = found.map(|rest| rest.trim().to_owned());
            found.ok_or_else(|| BenchError::Failed(format!("`zetel app create` told no {name}")))
        };
        let (client, secret) = (word("client")?, word("secret")?);

        let mut serve = Command::new(zetel);
        serve.args([
            "serve",
            "--plain-http",
            "--workers",
            "1",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "warn",
        ]);
        serve.args(["--data", &data, "--keys"]).arg(keys);
        let mut running = Running::start(serve.stdout(Stdio::null()).stderr(Stdio::piped()))?;
        let address = listening(&mut running)?;
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build();
        let mut server = Self {
            running,
            agent: config.into(),
            token: String::new(),
            address,
        };
        server.token = server.get_token(tenant, &client, &secret)?;
        Ok(server)
    }

    fn get_token(&self, tenant: Uuid, client: &str, secret: &str) -> Result<String, BenchError> {
        let url = format!("http://{}/{tenant}/oauth2/v2.0/token", self.address);
        let answer = self.agent.post(url).send_form([
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_secret", secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ]);
        let text = answer
            .and_then(|mut answer| answer.body_mut().read_to_string())
            .map_err(|error| BenchError::failed("asking for a token", error))?;
        let parsed: Value = serde_json::from_str(&text).unwrap_or_default();
        let token = parsed.get("access_token").and_then(Value::as_str);
        token
            .map(str::to_owned)
            .ok_or_else(|| BenchError::failed("asking for a token", text))
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.running.id()
    }

    /// Where load goes.
    pub fn aim(&self) -> Aim {
        Aim {
            address: self.address,
            process: self.process(),
        }
    }

    /// The text of a request, complete with token.
    pub fn request(&self, method: &str, path: &str, body: &str) -> String {
        let (address, token) = (self.address, &self.token);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n"
        );
        if body.is_empty() {
            return format!("{head}\r\n");
        }
        let length = body.len();
        format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
    }

    /// The text of a query that needs `ConsistencyLevel: eventual`, complete with token.
    pub fn eventual(&self, path: &str) -> String {
        let (address, token) = (self.address, &self.token);
        format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConsistencyLevel: eventual\r\n\r\n"
        )
    }

    /// The answer to a GET, which must succeed.
    pub fn get(&self, path: &str) -> Result<Value, BenchError> {
        self.get_with(path, &[])
    }

    /// The answer to a query that needs `ConsistencyLevel: eventual`, which must succeed.
    pub fn get_eventual(&self, path: &str) -> Result<Value, BenchError> {
        self.get_with(path, &[("ConsistencyLevel", "eventual")])
    }

    fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Result<Value, BenchError> {
        let failed = |error: ureq::Error| BenchError::failed(path, error);
        let url = format!("http://{}{path}", self.address);
        let mut request = self
            .agent
            .get(url)
            .header("Authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(path, request.call().map_err(failed)?)
    }

    /// Seconds until the whole answer to a GET is there, which must succeed.
    pub fn time(&self, path: &str) -> Result<f64, BenchError> {
        let failed = |error: ureq::Error| BenchError::failed(path, error);
        let url = format!("http://{}{path}", self.address);
        let token = format!("Bearer {}", self.token);
        let begun = Instant::now();
        let request = self.agent.get(url).header("Authorization", token);
        let mut answer = request.call().map_err(failed)?;
        let status = answer.status();
        answer.body_mut().read_to_vec().map_err(failed)?;
        let elapsed = begun.elapsed().as_secs_f64();
        if status == 200 {
            Ok(elapsed)
        } else {
            Err(BenchError::Failed(format!("`{path}` answered {status}")))
        }
    }

    /// The answer to a POST, which must succeed.
    pub fn post(&self, path: &str, body: &str) -> Result<Value, BenchError> {
        let failed = |error: ureq::Error| BenchError::failed(path, error);
        let url = format!("http://{}{path}", self.address);
        let request = self
            .agent
            .post(url)
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json");
        read(path, request.send(body).map_err(failed)?)
    }
}

/// What an answer says, which must be one of success.
fn read(path: &str, mut answer: ureq::http::Response<ureq::Body>) -> Result<Value, BenchError> {
    let failed = |error: ureq::Error| BenchError::failed(path, error);
    let text = answer.body_mut().read_to_string().map_err(failed)?;
    if answer.status() != 200 {
        return Err(BenchError::Failed(format!(
            "`{path}` answered {}: {text}",
            answer.status()
        )));
    }
    serde_json::from_str(&text).map_err(|error| BenchError::failed(path, error))
}

/// Waits for the server to say where it listens; what it says later goes to this process's standard error.
pub fn listening(running: &mut Running) -> Result<SocketAddr, BenchError> {
    let Some(errors) = running.child().stderr.take() else {
        return Err(BenchError::Failed(
            "the server's output is not read".to_owned(),
        ));
    };
    let mut lines = BufReader::new(errors).lines();
    let mut said = String::new();
    for line in lines.by_ref() {
        let line = line?;
        let address = line
            .strip_prefix("Serving http://")
            .and_then(|rest| rest.split(' ').next());
        if let Some(address) = address.and_then(|address| address.parse().ok()) {
            std::thread::spawn(move || {
                lines
                    .map_while(Result::ok)
                    .for_each(|line| crate::progress(&line));
            });
            return Ok(address);
        }
        said.push_str(&line);
        said.push('\n');
    }
    Err(BenchError::failed("`zetel serve` ended", said))
}
