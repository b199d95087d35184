"""CLI for Microsoft 365, whose hosts cannot be told: it reaches the demonstration through a relay that is its proxy."""

import json
import subprocess
from pathlib import Path

from support.node import MODULES, node_environment
from support.relay import Relay
from support.server import Demo

COMMAND_SECONDS = 120


class M365:
    """The CLI with a home of its own, where it keeps its tokens. It sends no telemetry and looks for no updates."""

    def __init__(self, demo: Demo, relay: Relay, home: Path):
        settings = home / ".config/configstore/cli-m365-config.json"
        settings.parent.mkdir(parents=True)
        # Before the first start: even the command that switches telemetry off sends some.
        settings.write_text(json.dumps({"disableTelemetry": True}), encoding="ascii")
        self.demo = demo
        self.environment = node_environment(
            demo, relay.ca, HOME=str(home), HTTPS_PROXY=relay.proxy, NO_UPDATE_NOTIFIER="1",
        )

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            ["node", MODULES / ".bin/m365", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=self.environment,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def __call__(self, *arguments: str):
        """The JSON that a command prints; None if it prints nothing."""
        done = self.run(*arguments, "--output", "json")
        assert done.returncode == 0, f"m365 {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def refused(self, *arguments: str) -> str:
        """What a command says that must not succeed."""
        done = self.run(*arguments, "--output", "json")
        assert done.returncode != 0, f"m365 {' '.join(arguments)} succeeded:\n{done.stdout}"
        return done.stdout + done.stderr

    def login(self, how: str, *options: str, app: str | None = None) -> None:
        self(
            "login", "--authType", how, "--appId", app or self.demo.client_id, "--tenant", self.demo.tenant, *options
        )

    def request(self, method: str, path: str, body: dict | None = None):
        """What it has no command for."""
        options = ["--body", json.dumps(body), "--content-type", "application/json"] if body is not None else []
        return self("request", "--method", method, "--url", f"@graph{path}", *options)
