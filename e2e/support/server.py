"""Starts `zetel demo`, and says where it is and how to sign in."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from support.traffic import TRAFFIC

START_SECONDS = 120
STOP_SECONDS = 20
POLL_SECONDS = 0.05
COMMAND_SECONDS = 120

VARIABLES = (
    "ZETEL_URL", "ZETEL_AUTHORITY", "ZETEL_TENANT_ID", "ZETEL_CLIENT_ID", "ZETEL_CLIENT_SECRET",
    "ZETEL_CLIENT_CERT", "ZETEL_CA", "ZETEL_DOMAIN", "ZETEL_ADMIN_UPN", "ZETEL_ADMIN_PASSWORD",
)

# Whatever the machine uses to reach its own network would lead the clients away from our server.
FOREIGN_VARIABLES = (
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy",
)


@dataclass(frozen=True)
class Demo:
    """A demonstration server that is up. The fields are what it wrote with `--env-file`."""

    binary: Path
    folder: Path
    data: str
    """What `--data` was: a folder or a PostgreSQL URL."""
    variables: dict[str, str]

    @property
    def url(self) -> str:
        return self.variables["ZETEL_URL"].rstrip("/")

    @property
    def authority(self) -> str:
        return self.variables["ZETEL_AUTHORITY"].rstrip("/")

    @property
    def tenant(self) -> str:
        return self.variables["ZETEL_TENANT_ID"]

    @property
    def client_id(self) -> str:
        return self.variables["ZETEL_CLIENT_ID"]

    @property
    def client_secret(self) -> str:
        return self.variables["ZETEL_CLIENT_SECRET"]

    @property
    def client_certificate(self) -> Path:
        """PEM: private key and certificate."""
        return Path(self.variables["ZETEL_CLIENT_CERT"])

    @property
    def ca(self) -> str:
        return self.variables["ZETEL_CA"]

    @property
    def domain(self) -> str:
        return self.variables["ZETEL_DOMAIN"]

    @property
    def admin(self) -> str:
        return self.variables["ZETEL_ADMIN_UPN"]

    @property
    def admin_password(self) -> str:
        return self.variables["ZETEL_ADMIN_PASSWORD"]

    @property
    def token_url(self) -> str:
        return f"{self.authority}/{self.tenant}/oauth2/v2.0/token"

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)

    @property
    def printed(self) -> str:
        """What `zetel demo` wrote to its standard output."""
        return (self.folder / "stdout").read_text(encoding="utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a client that runs as a process of its own."""
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
        return {**kept, **self.variables, **more}

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
        """Runs `zetel ARGUMENTS` as somebody with the variables of the demonstration would."""
        return subprocess.run(
            [self.binary, *arguments], input=stdin, capture_output=True, text=True, timeout=COMMAND_SECONDS,
            env=self.environment(NO_COLOR="1"), cwd=self.folder,
        )


def read_variables(file: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    """The variables that a shell sees after it read `file`, less those that were there before."""
    done = subprocess.run(
        ["bash", "-c", 'set -a; . "$1"; env -0', "bash", file],
        capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"], **(more or {})},
    )
    pairs = (line.partition("=") for line in done.stdout.split("\0") if line)
    return {name: value for name, _, value in pairs if name.startswith("ZETEL_")}


def expect_no_secret_in_the_log(demo: Demo) -> None:
    """Neither a password, nor a secret, nor a token (which begins with `eyJ`) is ever logged."""
    log = (demo.folder / "stderr").read_text(encoding="utf-8", errors="replace")
    for secret in (demo.client_secret, demo.admin_password, "eyJ"):
        if secret in log:
            raise RuntimeError("the server logged a secret")


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str, ca: str) -> bool:
    """Whether the server at `url` answers a request at all, whatever it says."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca))
    )
    try:
        opener.open(f"{url}/healthz", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_until_up(process: subprocess.Popen, env_file: Path, folder: Path) -> dict[str, str]:
    """Polls until the server has written its variables and answers; its output is shown if it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        variables = read_variables(env_file) if env_file.exists() else {}
        if all(name in variables for name in VARIABLES) and answers(variables["ZETEL_URL"], variables["ZETEL_CA"]):
            return variables
        time.sleep(POLL_SECONDS)
    output = "".join((folder / name).read_text(encoding="utf-8", errors="replace") for name in ("stdout", "stderr"))
    state = "still running" if process.poll() is None else f"exit status {process.returncode}"
    raise RuntimeError(f"zetel demo did not come up ({state}); its output:\n{output}")


def stop(process: subprocess.Popen) -> None:
    """Ends the server as an operator would; one that does not obey fails the run."""
    if process.poll() is not None:
        raise RuntimeError(f"the server ended by itself with exit status {process.returncode}")
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise RuntimeError("the server did not end within the time given after SIGTERM") from None
    if process.returncode != 0:
        raise RuntimeError(f"after SIGTERM the server ended with exit status {process.returncode}")


@contextlib.contextmanager
def demo(folder: Path, data: str | None = None, users: int = 200):
    """A demonstration server with its state in `data` (default: a folder below `folder`)."""
    binary = Path(os.environ["ZETEL_BIN"])
    data = data or str(folder / "data")
    env_file = folder / "env"
    with open(folder / "stdout", "wb") as stdout, open(folder / "stderr", "wb") as stderr:
        process = subprocess.Popen(
            [
                binary, "demo", "--data", data, "--listen", f"127.0.0.1:{free_port()}",
                "--users", str(users), "--seed", "1", "--env-file", env_file,
                "--log", "warn,zetel::access=info", "--log-format", "json",
            ],
            stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, cwd=folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("ZETEL_")},
        )
    try:
        running = Demo(binary, folder, data, wait_until_up(process, env_file, folder))
        yield running
    except BaseException:
        process.kill()
        process.wait()
        raise
    stop(process)
    expect_no_secret_in_the_log(running)
    TRAFFIC.note(folder / "stderr")
