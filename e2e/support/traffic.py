"""Which operations and query options real clients used, as the servers' access logs tell.

`e2e/exercised.json` keeps it; docs/reference/graph-parity.md is made from that file.
"""

import json
import re
from collections import defaultdict
from pathlib import Path

EXERCISED = Path(__file__).parent.parent / "exercised.json"

# How clients name themselves, in `SdkVersion` or else in `User-Agent`.
CLIENTS = [
    (re.compile(r"kiota-python"), "msgraph-sdk (Python)"),
    (re.compile(r"graph-js/"), "@microsoft/microsoft-graph-client"),
    (re.compile(r"CLIMicrosoft365"), "CLI for Microsoft 365"),
    (re.compile(r"AZURECLI"), "Azure CLI"),
    (re.compile(r"^zetel/"), "zetel"),
]

Exercised = dict[str, dict[str, set[str]]]


def client_of(agent: str) -> str | None:
    """The client with this agent; None for the tests' own requests."""
    return next((client for pattern, client in CLIENTS if pattern.search(agent)), None)


class Traffic:
    """What was seen so far: for each operation and client the query options."""

    def __init__(self):
        self.seen: Exercised = defaultdict(lambda: defaultdict(set))

    def note(self, log: Path) -> None:
        """Adds what a server logged about requests that it fulfilled."""
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if '"zetel::access"' not in line:
                continue
            entry = json.loads(line)
            client = client_of(entry.get("agent", ""))
            if client and entry["route"] != "-" and entry["status"] < 400:
                options = entry["options"].split()
                self.seen[f"{entry['method']} {entry['route']}"][client].update(options)

    def as_json(self) -> dict:
        """The same in a fixed order."""
        return {
            operation: {client: sorted(options) for client, options in sorted(clients.items())}
            for operation, clients in sorted(self.seen.items())
        }


TRAFFIC = Traffic()
"""That of all servers of this run."""


def written() -> dict:
    """What the file says."""
    return json.loads(EXERCISED.read_text(encoding="utf-8")) if EXERCISED.exists() else {}


def write(exercised: dict) -> None:
    """Replaces the file."""
    EXERCISED.write_text(json.dumps(exercised, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def differences(before: dict, after: dict) -> list[str]:
    """In words, for people; none if both say the same."""
    lines = []
    for operation in sorted({*before, *after}):
        old, new = before.get(operation, {}), after.get(operation, {})
        for client in sorted({*old, *new}):
            if old.get(client) != new.get(client):
                lines.append(f"{operation}, {client}: the file says {old.get(client)}, this run {new.get(client)}")
    return lines
