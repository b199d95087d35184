//! Traces over OTLP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use super::served::{Caller, Served};
use super::support::Shell;

/// Accepts one batch of traces: its path and its body.
fn collect_one(listener: &TcpListener) -> (String, Vec<u8>) {
    let (stream, _) = listener.accept().unwrap();
    let mut stream = BufReader::new(stream);
    let mut request = String::new();
    stream.read_line(&mut request).unwrap();
    let mut length = 0;
    let mut line = String::new();
    while stream.read_line(&mut line).unwrap() > 2 {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.get_mut().write_all(answer).unwrap();
    (request, body)
}

#[test]
fn a_request_is_traced() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut shell = Shell::new();
    let collector = format!("http://{}", listener.local_addr().unwrap());
    shell.set("ZETEL_OTLP_ENDPOINT", &collector);
    let served = Served::serve(&mut shell, "--plain-http");
    let caller = Caller::new(&served.url, None);
    let (status, refused) = caller.get("/users", "no-token");
    assert_eq!(status, 401);
    let request_id = refused["error"]["innerError"]["request-id"]
        .as_str()
        .unwrap();
    let collecting = std::thread::spawn(move || collect_one(&listener));
    // What is left is sent at the end at the latest.
    assert_eq!(served.end().code, Some(0));
    let (request, body) = collecting.join().unwrap();
    assert!(request.starts_with("POST /v1/traces "), "{request}");
    let holds = |text: &str| body.windows(text.len()).any(|part| part == text.as_bytes());
    for part in [
        "zetel",
        "GET",
        "/users",
        "http.response.status_code",
        request_id,
    ] {
        assert!(holds(part), "`{part}` is not in the trace");
    }
    assert!(!holds("no-token"));
}

#[test]
fn a_collector_must_have_an_address() {
    let mut shell = Shell::new();
    shell.set("ZETEL_OTLP_ENDPOINT", "collector:4318");
    insta::assert_snapshot!(shell.run("serve --plain-http --listen 127.0.0.1:0"));
}
