//! `zetel serve`: settings, certificates, listeners, protocols and logs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};

use super::served::{Caller, Served};
use super::support::{Shell, exit_code};

#[test]
fn settings_that_cannot_be_are_refused() {
    let mut shell = Shell::new();
    let wide_open = shell.run("serve --plain-http --listen 0.0.0.0:0");
    insta::assert_snapshot!("plain_http_for_others", wide_open);
    shell.write("wrong.toml", "workers = 2\nlistne = \"127.0.0.1:0\"\n");
    let unknown_key = shell.run("serve --config wrong.toml");
    insta::assert_snapshot!("unknown_key", of_every_build(&unknown_key));
    shell.write("wrong.toml", "data = \"postgres://zetel:s3cret@db/zetel\n");
    let unended = shell.run("serve --config wrong.toml");
    assert!(!unended.contains("s3cret"), "{unended}");
    insta::assert_snapshot!("unended_text", unended);
    insta::assert_snapshot!("no_file", shell.run("serve --config nowhere.toml"));
    insta::assert_snapshot!("half_a_certificate", shell.run("serve --tls-key key.pem"));
    insta::assert_snapshot!("no_workers", shell.run("serve --workers 0"));
    insta::assert_snapshot!(
        "no_filter",
        shell.run("serve --listen 127.0.0.1:0 --log a=b=c")
    );
    shell.set("ZETEL_LISTNE", "127.0.0.1:0");
    insta::assert_snapshot!("unknown_variable", of_every_build(&shell.run("serve")));
    shell.set("ZETEL_LISTNE", "");
    shell.set("ZETEL_WORKERS", "many");
    insta::assert_snapshot!("no_number", shell.run("serve"));
}

/// What is shown, without the setting that only some builds have.
fn of_every_build(shown: &str) -> String {
    shown.replace(", `otlp_endpoint`", "")
}

#[test]
fn a_setting_may_stand_in_a_file_a_variable_or_an_option() {
    let mut shell = Shell::new();
    shell.write(
        "zetel.toml",
        "data = \"from-file\"\nplain_http = true\nlog_format = \"json\"\nlog = \"warn\"\n",
    );
    shell.set("ZETEL_CONFIG", "zetel.toml");
    shell.set("ZETEL_LOG", "info");
    shell.set("ZETEL_WORKERS", "1");
    let served = Served::serve(&mut shell, "--data from-option");
    assert!(
        served.url.starts_with("http://127.0.0.1:"),
        "{}",
        served.url
    );
    assert!(shell.path("from-option").is_dir() && !shell.path("from-file").exists());
    let (status, _) = Caller::new(&served.url, None).text("/v1.0/$metadata");
    assert_eq!(status, 200);
    let ended = served.end();
    assert_eq!(ended.code, Some(0));
    let logged: Vec<serde_json::Value> = ended
        .err
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let access = logged.iter().find(|line| line["target"] == "zetel::access");
    assert_eq!(access.unwrap()["status"], 200, "{}", ended.err);
}

/// The PEM of an authority, and of a certificate for 127.0.0.1 that it signed with its key.
fn own_certificate() -> [String; 3] {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    [authority_pem, certificate.pem(), key.serialize_pem()]
}

#[test]
fn a_certificate_of_ones_own_is_shown() {
    let mut shell = Shell::new();
    let [authority, certificate, key] = own_certificate();
    shell.write("ca.pem", authority);
    shell.write("server.pem", certificate);
    shell.write("server.key", key);
    let served = Served::serve(
        &mut shell,
        "--tls-certificate server.pem --tls-key server.key",
    );
    let caller = Caller::new(&served.url, Some(&shell.path("ca.pem")));
    assert_eq!(caller.text("/v1.0/$metadata").0, 200);
    assert!(
        !shell.path("zetel-data/ca.pem").exists(),
        "no authority is needed"
    );
    let refused =
        shell.run("serve --listen 127.0.0.1:0 --tls-certificate ca.pem --tls-key server.key");
    assert_eq!(exit_code(&refused), 2, "{refused}");
}

#[test]
fn health_and_metrics_have_an_address_of_their_own() {
    let mut shell = Shell::new();
    let served = Served::serve(&mut shell, "--plain-http --ops-listen 127.0.0.1:0");
    let clients = Caller::new(&served.url, None);
    let operators = Caller::new(served.ops_url.as_deref().unwrap(), None);
    assert_eq!(operators.text("/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(operators.text("/readyz"), (200, "ready\n".to_owned()));
    assert_eq!(clients.text("/v1.0/$metadata").0, 200);
    let (status, metrics) = operators.text("/metrics");
    assert_eq!(status, 200);
    let counted = "zetel_requests_total{method=\"GET\",route=\"/$metadata\",status=\"200\"} 1\n";
    assert!(metrics.contains(counted), "{metrics}");
    assert_eq!(operators.text("/v1.0/$metadata").0, 404);
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_ne!(clients.text(path).0, 200, "{path} is not for clients");
    }
}

/// A TLS connection on which one protocol was agreed.
fn connect(shell: &Shell, url: &str, protocol: &[u8]) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(shell.path("zetel-data/ca.pem")).unwrap();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(url.trim_start_matches("https://")).unwrap();
    let mut stream = StreamOwned::new(connection, socket);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).unwrap();
    }
    assert_eq!(stream.conn.alpn_protocol(), Some(protocol));
    stream
}

/// A frame of HTTP/2 (RFC 9113 section 4.1) on a stream below 256.
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    [&[0, 0, length, kind, flags, 0, 0, 0, stream], payload].concat()
}

#[test]
fn both_versions_of_http_are_spoken() {
    const SETTINGS: u8 = 4;
    const HEADERS: u8 = 1;
    const END_OF_STREAM_AND_HEADERS: u8 = 5;
    /// Entries of the static table of RFC 7541: `:method: GET`, `:scheme: https`, `:status: 200`; then names.
    const GET: u8 = 0x82;
    const HTTPS: u8 = 0x87;
    const STATUS_200: u8 = 0x88;
    const AUTHORITY: u8 = 1;
    const PATH: u8 = 4;

    let mut shell = Shell::new();
    let served = Served::serve(&mut shell, "");
    let mut stream = connect(&shell, &served.url, b"http/1.1");
    let request = "GET /v1.0/$metadata HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");

    let text = |name: u8, value: &str| {
        let length = u8::try_from(value.len()).unwrap();
        [&[name, length], value.as_bytes()].concat()
    };
    let fields = [
        vec![GET, HTTPS],
        text(PATH, "/v1.0/$metadata"),
        text(AUTHORITY, "localhost"),
    ];
    let mut stream = connect(&shell, &served.url, b"h2");
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).unwrap();
    let request = frame(HEADERS, END_OF_STREAM_AND_HEADERS, 1, &fields.concat());
    stream.write_all(&request).unwrap();
    let fields = loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut payload).unwrap();
        if head[3] == HEADERS {
            break payload;
        }
    };
    // An encoder may first announce the size of its table, in bytes that begin with 001.
    let first = fields.iter().find(|byte| **byte >> 5 != 1).unwrap();
    assert_eq!(*first, STATUS_200);
}

#[test]
fn no_secret_is_ever_logged() {
    let mut shell = Shell::new();
    shell.set("ZETEL_LOG", "trace");
    let served = Served::demo(&mut shell, "--users 30");
    let new_password = "Pa55-word-of-a-new-user";
    shell.set("ZETEL_NEW_PASSWORD", new_password);
    shell.ok("users create new@contoso.example");
    let token = shell.ok("token").trim().to_owned();
    let caller = Caller::new(&served.url, Some(shell.get("ZETEL_CA").as_ref()));
    let path = format!("/{}/oauth2/v2.0/token", shell.get("ZETEL_TENANT_ID"));
    let password = shell.get("ZETEL_ADMIN_PASSWORD");
    let form = |password: &str, scope: &str| {
        let administrator = shell.get("ZETEL_ADMIN_UPN");
        let azure_cli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
        caller.post(
            &path,
            &[
                ("grant_type", "password"),
                ("client_id", azure_cli),
                ("username", &administrator),
                ("password", password),
                ("scope", scope),
            ],
        )
    };
    let scope = "https://graph.microsoft.com/.default openid offline_access";
    let (status, granted) = form(&password, scope);
    assert_eq!(status, 200, "{granted}");
    let (status, refused) = form("not-the-pa55word", scope);
    assert_eq!(status, 400, "{refused}");
    let (status, _) = caller.get("/me", "a-token.that-nobody.made");
    assert_eq!(status, 401);

    let secret = shell.get("ZETEL_CLIENT_SECRET");
    let ended = served.end();
    let logged = &ended.err;
    assert!(logged.contains("zetel::access"), "nothing was logged");
    let text = |name: &str| granted[name].as_str().unwrap().to_owned();
    for hidden in [
        secret,
        password,
        token,
        new_password.to_owned(),
        "not-the-pa55word".to_owned(),
        "a-token.that-nobody.made".to_owned(),
        text("access_token"),
        text("refresh_token"),
        text("id_token"),
    ] {
        let found = logged.lines().find(|line| line.contains(&hidden));
        assert_eq!(found, None, "a secret was logged");
    }
}
