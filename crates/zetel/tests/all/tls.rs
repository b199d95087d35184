//! HTTPS with an authority of one's own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::PrivateKeyDer;

use super::support::{Desk, exit_code};

/// A server with a certificate for 127.0.0.1, and the PEM of the authority that signed it.
fn server() -> (u16, String) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = authority.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(authority, key);
    let server_key = KeyPair::generate().unwrap();
    let names = vec!["127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names)
        .unwrap()
        .signed_by(&server_key, &issuer)
        .unwrap();
    let secret = PrivateKeyDer::try_from(server_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], secret)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            std::thread::spawn(move || serve(config, stream));
        }
    });
    (port, pem)
}

/// Answers requests of one connection with no products, until the client goes.
fn serve(config: Arc<ServerConfig>, stream: TcpStream) -> Option<()> {
    let mut stream = BufReader::new(StreamOwned::new(
        ServerConnection::new(config).ok()?,
        stream,
    ));
    loop {
        let mut length = 0;
        let mut line = String::new();
        while stream.read_line(&mut line).ok()? > 2 {
            let header = line.to_lowercase();
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            line.clear();
        }
        stream.read_exact(&mut vec![0; length]).ok()?;
        let body = r#"{"access_token":"t","value":[]}"#;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
        write!(stream.get_mut(), "{head}: {}\r\n\r\n{body}", body.len()).ok()?;
        stream.get_mut().flush().ok()?;
    }
}

#[test]
fn the_authority_is_checked() {
    let (port, pem) = server();
    let (_, other) = server();
    let mut desk = Desk::new();
    desk.set("ZETEL_URL", &format!("https://127.0.0.1:{port}"));
    desk.write("ca.pem", pem);
    desk.write("other.pem", other);

    assert_eq!(exit_code(&desk.run("licenses list --ca ca.pem")), 0);
    let refused = desk
        .run("licenses list --ca other.pem")
        .replace(&port.to_string(), "[port]");
    insta::assert_snapshot!(refused);

    desk.set("SSL_CERT_FILE", "ca.pem");
    assert_eq!(exit_code(&desk.run("licenses list")), 0);
    desk.set("ZETEL_CA", "other.pem");
    assert_eq!(exit_code(&desk.run("licenses list")), 7);
}
