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


def unseen(said: dict, seen: dict) -> list[str]:
    """What the file says that a run did not see, in words; none if all of it was seen."""
    lines = []
    for operation, clients in said.items():
        for client, options in clients.items():
            found = seen.get(operation, {}).get(client)
            if found is None:
                lines.append(f"{operation} by {client}")
            elif missing := set(options) - set(found):
                lines.append(f"{operation} by {client} with {' '.join(sorted(missing))}")
    return lines
