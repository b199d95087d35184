"""nginx with the example's configuration, an MDM server behind it, and devices that enroll through both."""

import contextlib
import datetime
import ipaddress
import os
import shutil
import signal
import ssl
import subprocess
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.graph import unique
from support.server import POLL_SECONDS, Demo, free_port

EXAMPLE = Path(__file__).parents[2] / "examples/nginx-gate"
START_SECONDS = 20
STOP_SECONDS = 20
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


class StandIn(ThreadingHTTPServer):
    """As much of an MDM server as the gate can see: whoever gets here enrolls, and Zetel is told."""

    def __init__(self, demo: Demo, token: str):
        super().__init__(("127.0.0.1", 0), StandInHandler)
        self.zetel = httpx.Client(
            base_url=demo.url, verify=demo.tls, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        self.reached = 0


class StandInHandler(BaseHTTPRequestHandler):
    server: StandIn

    def do_POST(self):
        self.server.reached += 1
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        body = {"user": self.headers.get("X-Enrollment-User"), **asked}
        told = self.server.zetel.put(f"/enrollment/v1/devices/{body.pop('deviceId')}", json=body)
        self.send_response(told.status_code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told.content)))
        self.end_headers()
        self.wfile.write(told.content)

    def log_message(self, *_):
        """Nothing: requests of the tests are no news."""


@dataclass
class Device:
    """A device that somebody holds in their hands."""

    platform: str = "iOS"
    enrollment_type: str = "userEnrollment"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    serial: str = field(default_factory=lambda: unique("SN"))

    @property
    def query(self) -> dict[str, str]:
        return {
            "deviceId": self.id, "serial": self.serial, "platform": self.platform,
            "enrollmentType": self.enrollment_type,
        }


@dataclass(frozen=True)
class Gateway:
    """The way for devices to enroll."""

    folder: Path
    url: str
    stand_in: StandIn
    client: httpx.Client

    def enroll(self, user: str | None, device: Device) -> httpx.Response:
        """A device enrolls for a user whom the sign-in in front has named."""
        headers = {} if user is None else {"X-Enrollment-User": user}
        return self.client.post(f"{self.url}/enroll", params=device.query, headers=headers, content=b"csr")

    def refresh_token(self) -> None:
        """What cron does every half hour."""
        subprocess.run(
            [EXAMPLE / "refresh-token", self.folder, self.folder / "nginx.pid"], check=True, timeout=30,
            env={"PATH": os.environ["PATH"]},
        )

    def take_token(self) -> None:
        """Leaves nginx with a token that nobody accepts."""
        (self.folder / "token.conf").write_text('proxy_set_header Authorization "Bearer nothing";\n', encoding="ascii")
        os.kill(int((self.folder / "nginx.pid").read_text(encoding="ascii")), signal.SIGHUP)


def configuration(folder: Path, demo: Demo, port: int, mdm_port: int) -> str:
    """The example's configuration with other addresses and paths, and nothing else changed."""
    text = (EXAMPLE / "zetel-gate.conf").read_text(encoding="utf-8")
    replacements = {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "server zetel.contoso.com:8443;": f"server {urlsplit(demo.url).netloc};",
        "zetel.contoso.com;": "localhost;",
        "http://127.0.0.1:8080;": f"http://127.0.0.1:{mdm_port};",
        "/etc/zetel-gate/": f"{folder}/",
    }
    for old, new in replacements.items():
        assert old in text, f"the example has no `{old}` any more"
        text = text.replace(old, new)
    temporary = "\n".join(
        f"    {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    return f"""daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 2; {user}
events {{}}
http {{
    access_log off;
{temporary}
{text}
}}
"""


def write_certificate(folder: Path) -> None:
    """The certificate that devices see, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "enroll.contoso.com")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1)).add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "enroll.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "enroll.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))


def write_settings(folder: Path, demo: Demo) -> None:
    """What README.md asks for."""
    lines = {
        "ZETEL_URL": demo.url, "ZETEL_TENANT_ID": demo.tenant, "ZETEL_CLIENT_ID": demo.client_id,
        "ZETEL_CA": folder / "ca.pem",
    }
    (folder / "settings").write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
    (folder / "client-secret").write_text(demo.client_secret + "\n", encoding="ascii")
    shutil.copyfile(demo.ca, folder / "ca.pem")
    write_certificate(folder)


def wait_until_up(process: subprocess.Popen, url: str, client: httpx.Client, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            client.get(f"{url}/enroll")
            return
        time.sleep(POLL_SECONDS)
    raise RuntimeError(f"nginx did not come up:\n{(folder / 'error.log').read_text(encoding='utf-8')}")


@contextlib.contextmanager
def gateway(folder: Path, demo: Demo, token: str):
    """nginx and an MDM server in front of a running Zetel."""
    write_settings(folder, demo)
    port, stand_in = free_port(), StandIn(demo, token)
    threading.Thread(target=stand_in.serve_forever, daemon=True).start()
    file = folder / "nginx.conf"
    file.write_text(configuration(folder, demo, port, stand_in.server_address[1]), encoding="utf-8")
    tls = ssl.create_default_context(cafile=folder / "enroll.pem")
    with httpx.Client(verify=tls, timeout=30) as client:
        running = Gateway(folder, f"https://127.0.0.1:{port}", stand_in, client)
        running.refresh_token()
        process = subprocess.Popen([NGINX, "-e", folder / "error.log", "-p", folder, "-c", file])
        try:
            wait_until_up(process, running.url, client, folder)
            yield running
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(STOP_SECONDS)
            stand_in.shutdown()
            stand_in.zetel.close()
    assert code == 0, "nginx ended as it was told"
