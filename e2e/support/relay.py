"""Stands between a real client and the demonstration: names of Microsoft's hosts lead here, and all traffic is noted.

One port answers HTTPS for clients that can be told another address, and `CONNECT` for clients that cannot and are
given a proxy instead. Requests go on unchanged, with the `Host` that the client used.
"""

import contextlib
import datetime
import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support.openapi import is_described, validate
from support.server import Demo

LOGIN_HOST = "login.microsoftonline.com"
GRAPH_HOST = "graph.microsoft.com"
MANAGEMENT_HOST = "management.azure.com"
HOSTS = ("localhost", "127.0.0.1", LOGIN_HOST, GRAPH_HOST, MANAGEMENT_HOST)

TLS_HANDSHAKE = b"\x16"
# Headers of one connection, which end at the relay.
HOP_BY_HOP = ("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade")


@dataclass(frozen=True)
class Relay:
    """A relay that is up."""

    address: str
    ca: Path
    exchanges: list[httpx.Response] = field(default_factory=list)
    """All answers with their requests, in order."""
    refused: list[str] = field(default_factory=list)
    """Hosts that a client asked for and that are nobody's here."""

    @property
    def url(self) -> str:
        return f"https://{self.address}"

    @property
    def proxy(self) -> str:
        return f"http://{self.address}"

    def seen(self, method: str, path: str) -> list[httpx.Response]:
        """The answers to requests of a method whose path ends so, in any letter case."""
        return [
            one for one in self.exchanges
            if one.request.method == method and one.request.url.path.lower().endswith(path.lower())
        ]

    def expect_graph_traffic_as_described(self) -> int:
        """Validates every answer of Graph, those in batches too, against its description; how many there were."""
        answers = [answer for exchange in self.exchanges for answer in graph_answers(exchange)]
        for answer in answers:
            validate(answer)
        return len(answers)


def graph_answers(exchange: httpx.Response) -> Iterator[httpx.Response]:
    """What Graph answered: one answer, or those of a batch."""
    path = exchange.request.url.path
    if not path.startswith("/v1.0"):
        return
    if path.lower().endswith("/$batch"):
        requests = {str(one["id"]): one for one in json.loads(exchange.request.content)["requests"]}
        for one in exchange.json()["responses"]:
            asked = requests[str(one["id"])]
            content = json.dumps(one["body"]).encode() if one.get("body") is not None else b""
            yield answered(asked["method"], batched(asked["url"]), b"", one["status"], one.get("headers", {}), content)
    elif is_described(path):
        yield exchange


def batched(url: str) -> str:
    """The path of a request in a batch, which some clients begin with the version and others do not."""
    path = "/" + url.lstrip("/")
    return path if path.startswith("/v1.0/") else f"/v1.0{path}"


def answered(method: str, target: str, body: bytes, status: int, headers, content: bytes) -> httpx.Response:
    request = httpx.Request(method, f"https://{GRAPH_HOST}{target}", content=body)
    return httpx.Response(status, headers=headers, content=content, request=request)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, demo: Demo, tls: ssl.SSLContext):
        super().__init__(("127.0.0.1", 0), Handler)
        self.demo, self.tls = demo, tls
        self.relay: Relay

    def connect(self) -> http.client.HTTPSConnection:
        target = urlsplit(self.demo.url)
        return http.client.HTTPSConnection(target.hostname, target.port, context=self.demo.tls, timeout=120)

    def handle_error(self, *_):
        """Nothing: clients close connections as they like, and tests look at what they got."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    upstream: http.client.HTTPSConnection | None = None

    def setup(self):
        super().setup()
        if self.request.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
            self.speak_tls()

    def speak_tls(self):
        self.connection = self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        super().finish()
        if self.upstream is not None:
            self.upstream.close()

    def do_CONNECT(self):
        host = self.path.rpartition(":")[0]
        if host not in HOSTS:
            self.server.relay.refused.append(host)
            self.send_error(403, "this host is not known here")
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        self.speak_tls()
        self.close_connection = False

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) if not self.is_chunked() else self.chunks()
        self.upstream = self.upstream or self.server.connect()
        self.upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in (*HOP_BY_HOP, "content-length"):
                self.upstream.putheader(name, value)
        self.upstream.putheader("Content-Length", str(len(body)))
        self.upstream.endheaders(body)
        answer = self.upstream.getresponse()
        content = answer.read()
        self.server.relay.exchanges.append(
            answered(self.command, self.path, body, answer.status, answer.getheaders(), content)
        )
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in (*HOP_BY_HOP, "content-length"):
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = forward

    def is_chunked(self) -> bool:
        return "chunked" in self.headers.get("Transfer-Encoding", "").lower()

    def chunks(self) -> bytes:
        """A body that says its length piece by piece."""
        pieces = []
        while length := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(length))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(pieces)

    def log_message(self, *_):
        """Nothing: requests of the tests are no news."""


def certificates(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """An authority of the relay's own, and a certificate of it for all the hosts."""
    now = datetime.datetime.now(datetime.UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("Relay authority", "Relay")]

    def made(place: int) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder().subject_name(names[place]).issuer_name(names[0])
            .public_key(keys[place].public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=place == 0, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(keys[place].public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key()), critical=False
            )
        )

    usage = {
        name: name in ("key_cert_sign", "crl_sign") for name in (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
            "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        )
    }
    authority = made(0).add_extension(x509.KeyUsage(**usage), critical=True).sign(keys[0], hashes.SHA256())
    alternatives = [
        x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host) for host in HOSTS
    ]
    server = made(1).add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    ca, chain = folder / "relay-ca.pem", folder / "relay.pem"
    ca.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    chain.write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + server.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain)
    return ca, tls


@contextlib.contextmanager
def relay(demo: Demo, folder: Path):
    """A relay in front of a demonstration server."""
    ca, tls = certificates(folder)
    server = Server(demo, tls)
    server.relay = Relay(f"localhost:{server.server_port}", ca)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.relay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
