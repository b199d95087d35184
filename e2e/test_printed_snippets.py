"""The programs that `zetel demo` prints work as printed."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

SNIPPET_SECONDS = 180


def indented_blocks(text: str) -> list[str]:
    """Runs of indented lines, without their indentation: what a person would copy."""
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith((" ", "\t")) or not line.strip():
            blocks[-1].append(line)
        else:
            blocks.append([])
    return [block for lines in blocks if (block := textwrap.dedent("\n".join(lines)).strip())]


def snippet(printed: str, mark: str) -> str:
    found = [block for block in indented_blocks(printed) if mark in block]
    assert len(found) == 1, f"one snippet with {mark!r} in:\n{printed}"
    return found[0] + "\n"


def run(zetel, home: Path, *command: str) -> str:
    """Runs a command in a shell that knows the clients and nothing about the demonstration."""
    programs = Path(sys.executable).parent
    variables = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(home), "AZURE_CONFIG_DIR": str(home / "az")}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SNIPPET_SECONDS, cwd=home, env=variables,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_python(zetel, tmp_path):
    program = tmp_path / "snippet.py"
    program.write_text(snippet(zetel.printed, "from msgraph"), encoding="utf-8")
    printed = run(zetel, tmp_path, "python", str(program))
    assert "EMS" in printed


def test_azure_cli(zetel, tmp_path):
    program = tmp_path / "snippet.sh"
    program.write_text("set -euo pipefail\n" + snippet(zetel.printed, "az cloud register"), encoding="utf-8")
    printed = run(zetel, tmp_path, "bash", str(program))
    assert "EMS" in printed
