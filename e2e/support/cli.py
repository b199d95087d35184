"""`zetel` as a person runs it."""

import json
import subprocess

from support.server import Demo

DONE, USAGE, SOME_FAILED, NOT_AUTHORIZED, NOT_FOUND, REFUSED, NO_CONNECTION = 0, 2, 3, 4, 5, 6, 7
CONFIRMATION_REQUIRED = 9


def run(demo: Demo, *arguments: str, status: int = DONE, stdin: str = "") -> subprocess.CompletedProcess:
    """Runs `zetel ARGUMENTS`, which must end with this status."""
    done = demo.command(*arguments, stdin=stdin)
    assert done.returncode == status, f"zetel {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
    return done


def rows(demo: Demo, *arguments: str) -> list[dict]:
    """What a command lists."""
    return json.loads(run(demo, *arguments, "--output", "json").stdout)
