//! Runs the server as people run it, and asks it over HTTP.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::Value;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::support::Shell;

/// The longest that a server may take to start; it is not meant to be reached.
const PATIENCE: Duration = Duration::from_mins(2);
/// The longest that a server with nothing under way may take to end.
const FAREWELL: Duration = Duration::from_secs(20);

/// A running server.
pub struct Served {
    child: Child,
    out: Lines,
    err: Lines,
    /// Where clients reach it.
    pub url: String,
    /// Where health and metrics are.
    pub ops_url: Option<String>,
}

/// How a server ended.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Served {
    /// `zetel demo` on a free port; the shell's variables lead to it.
    pub fn demo(shell: &mut Shell, options: &str) -> Self {
        let line = format!("demo --listen 127.0.0.1:0 --data demo --env-file demo.env {options}");
        let mut served = Self::spawn(shell, &line);
        served.out.wait_for("Contoso is up.");
        served.note_ops(options);
        for line in shell.read("demo.env").lines() {
            let (name, value) = line
                .strip_prefix("export ")
                .and_then(|line| line.split_once('='))
                .unwrap();
            shell.set(name, value.trim_matches('\''));
        }
        served.url = shell.get("ZETEL_URL");
        served
    }

    /// `zetel serve` on a free port.
    pub fn serve(shell: &mut Shell, options: &str) -> Self {
        let mut served = Self::spawn(shell, &format!("serve --listen 127.0.0.1:0 {options}"));
        let place = served.err.wait_for("Serving ");
        place.split(' ').next().unwrap().clone_into(&mut served.url);
        served.note_ops(options);
        shell.set("ZETEL_URL", &served.url);
        served
    }

    fn spawn(shell: &Shell, line: &str) -> Self {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let mut child = shell
            .command(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            out: Lines::of(child.stdout.take().unwrap()),
            err: Lines::of(child.stderr.take().unwrap()),
            child,
            url: String::new(),
            ops_url: None,
        }
    }

    fn note_ops(&mut self, options: &str) {
        if options.contains("--ops-listen") {
            self.ops_url = Some(self.err.wait_for("Health and metrics at "));
        }
    }

    /// Tells the server to end, and waits until it has.
    pub fn end(mut self) -> Ended {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
        // Its pipes close when it ends.
        let (out, err) = (self.out.rest(), self.err.rest());
        let code = self.child.wait().unwrap().code();
        Ended { code, out, err }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a pipe, read as they come so that the other side never waits.
struct Lines {
    news: Receiver<String>,
    reader: Option<JoinHandle<String>>,
    ended: Receiver<()>,
}

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let (tell, news) = channel();
        let (tell_end, ended) = channel();
        let reader = std::thread::spawn(move || {
            let mut all = String::new();
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                all.extend([&line, "\n"]);
                let _ = tell.send(line);
            }
            let _ = tell_end.send(());
            all
        });
        Self {
            news,
            reader: Some(reader),
            ended,
        }
    }

    /// The rest of the first line that begins so.
    fn wait_for(&self, start: &str) -> String {
        let mut seen = String::new();
        while let Ok(line) = self.news.recv_timeout(PATIENCE) {
            if let Some(rest) = line.strip_prefix(start) {
                return rest.to_owned();
            }
            seen.extend([&line, "\n"]);
        }
        panic!("no line began with `{start}`:\n{seen}");
    }

    /// Everything that came, once no more will.
    fn rest(&mut self) -> String {
        assert!(
            self.ended.recv_timeout(FAREWELL).is_ok(),
            "the server did not end"
        );
        self.reader.take().unwrap().join().unwrap()
    }
}

/// An HTTP client that trusts one authority.
pub struct Caller {
    agent: Agent,
    base: String,
}

impl Caller {
    pub fn new(url: &str, authority: Option<&Path>) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None);
        if let Some(path) = authority {
            let der = CertificateDer::from_pem_file(path).unwrap();
            let roots = vec![Certificate::from_der(&der).to_owned()];
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let tls = TlsConfig::builder()
                .root_certs(RootCerts::Specific(Arc::new(roots)))
                .unversioned_rustls_crypto_provider(provider);
            config = config.tls_config(tls.build());
        }
        Self {
            agent: config.build().new_agent(),
            base: url.to_owned(),
        }
    }

    /// Status and text of a page.
    pub fn text(&self, path: &str) -> (u16, String) {
        let mut answer = self
            .agent
            .get(format!("{}{path}", self.base))
            .call()
            .unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), text)
    }

    /// Status and JSON of an answer of Graph; `path` may be a whole address.
    pub fn get(&self, path: &str, token: &str) -> (u16, Value) {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}/v1.0{path}", self.base)
        };
        let request = self
            .agent
            .get(url)
            .header("authorization", format!("Bearer {token}"));
        let mut answer = request.call().unwrap();
        let body = answer.body_mut().read_json().unwrap();
        (answer.status().as_u16(), body)
    }

    /// All items of a list of Graph, page by page.
    pub fn all(&self, path: &str, token: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let (status, mut page) = self.get(&path, token);
            assert_eq!(status, 200, "{page}");
            items.append(page["value"].as_array_mut().unwrap());
            next = page["@odata.nextLink"].as_str().map(str::to_owned);
        }
        items
    }

    /// Sends a form to the token service.
    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let url = format!("{}{path}", self.base);
        let mut answer = self.agent.post(url).send_form(form.to_vec()).unwrap();
        let body = answer.body_mut().read_json().unwrap();
        (answer.status().as_u16(), body)
    }
}
