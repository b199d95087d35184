"""Azure CLI."""

import json
import subprocess
import sys
from pathlib import Path

from support.relay import Relay
from support.server import Demo

PROGRAM = Path(sys.executable).with_name("az")
AZ_SECONDS = 120


class AzureCli:
    """An Azure CLI with a configuration folder of its own, whose cloud is the demonstration server.

    With a relay in between all goes through it, so that names without their port lead to the server too.
    """

    def __init__(self, demo: Demo, folder: Path, relay: Relay | None = None):
        self.demo = demo
        self.url = relay.url if relay else demo.url
        proxy = {"HTTPS_PROXY": relay.proxy} if relay else {}
        self.environment = demo.environment(
            REQUESTS_CA_BUNDLE=str(relay.ca) if relay else demo.ca,
            **proxy,
            AZURE_CONFIG_DIR=str(folder),
            HOME=str(folder),
            AZURE_CORE_INSTANCE_DISCOVERY="false",
            AZURE_CORE_COLLECT_TELEMETRY="false",
            AZURE_CORE_ENCRYPT_TOKEN_CACHE="false",
            AZURE_CORE_ONLY_SHOW_ERRORS="true",
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [PROGRAM, *arguments], capture_output=True, text=True, timeout=AZ_SECONDS, env=self.environment,
            stdin=subprocess.DEVNULL,
        )

    def __call__(self, *arguments: str):
        """The JSON that a command prints; None if it prints nothing."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"az {' '.join(arguments)}:\n{done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def start(self, *arguments: str) -> subprocess.Popen:
        """A command that waits for something; it says what on its standard error."""
        return subprocess.Popen(
            [PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment | {"AZURE_CORE_ONLY_SHOW_ERRORS": "false"},
        )

    def discover(self) -> None:
        """Makes the cloud from what the server says of itself."""
        self("cloud", "register", "--name", "Zetel", "--endpoint-resource-manager", self.url)
        self("cloud", "set", "--name", "Zetel")

    def register(self) -> None:
        graph = f"{self.url}/"
        self(
            "cloud", "register", "--name", "Zetel", "--skip-endpoint-discovery",
            # Another origin than Graph's: `az rest` chooses the audience of its token by origin.
            "--endpoint-resource-manager", "https://arm.invalid/",
            "--endpoint-active-directory", self.url,
            "--endpoint-active-directory-resource-id", "https://management.core.windows.net/",
            "--endpoint-microsoft-graph-resource-id", graph,
            "--endpoint-active-directory-graph-resource-id", graph,
        )
        self("cloud", "set", "--name", "Zetel")

    def login(self, *credential: str) -> None:
        self(
            "login", "--service-principal", "--username", self.demo.client_id, *credential,
            "--tenant", self.demo.tenant, "--skip-subscription-discovery", "--allow-no-subscriptions",
        )

    def rest(self, method: str, path: str, body: dict | None = None):
        arguments = ["rest", "--method", method, "--url", f"{self.url}/v1.0{path}"]
        if body is not None:
            arguments += ["--headers", "Content-Type=application/json", "--body", json.dumps(body)]
        return self(*arguments)
