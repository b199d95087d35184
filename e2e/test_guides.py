"""What the guides tell to type works on the demonstration tenant that they speak of."""

import datetime
import itertools
import re
import shlex
from pathlib import Path

import pytest

from support.cli import DONE, REFUSED, SOME_FAILED, rows, run
from support.server import demo

DOCUMENTATION = Path(__file__).parents[1] / "docs"
SHELL_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
OPERATORS = {"&", "&&", ";", "|", ">", "<"}
DATE = re.compile(r"\b20\d\d-\d\d-\d\d(T[0-9:]+Z)?\b")
TRIED = ("demo.md", "groups.md", "devices.md", "undo.md")
"""Guides whose commands are for the demonstration tenant, in the order in which they are read."""
NOT_DONE = {
    "licenses assign nova.nowhere@contoso.example --product EMS": REFUSED,
    "users reprocess wanda.waiting@contoso.example": REFUSED,
    "devices check --user max.many@contoso.example --platform Windows": REFUSED,
    "devices check --user max.many@contoso.example --platform Android --ownership personal": REFUSED,
    "devices check --user otto.off@contoso.example --platform iOS": REFUSED,
    "restore-licenses --at 2026-05-01T12:00:00Z --plan": SOME_FAILED,
}
"""Commands that show how a rule says no; Dean is in the recycle bin, and nobody gives him anything back there."""


def commands(page: Path) -> list[list[str]]:
    """The `zetel` commands in a page's shell blocks, as a shell would split them, up to the first operator."""
    blocks = "".join(SHELL_BLOCK.findall(page.read_text(encoding="utf-8"))).replace("\\\n", " ")
    typed = (shlex.split(line, comments=True) for line in blocks.splitlines() if line.startswith("zetel "))
    return [list(itertools.takewhile(lambda word: word not in OPERATORS, words))[1:] for words in typed]


def pages() -> list[Path]:
    return sorted(page for page in [*DOCUMENTATION.rglob("*.md"), DOCUMENTATION.parent / "README.md"] if commands(page))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_command_exists(sqlite_demo, page):
    """`--help` behind a command is answered once everything before it is understood."""
    for command in commands(page):
        done = sqlite_demo.command(*command, "--help")
        assert done.returncode == DONE, f"zetel {shlex.join(command)}: {done.stderr}"


@pytest.fixture(scope="module")
def contoso(tmp_path_factory):
    """A demonstration that nobody has touched."""
    with demo(tmp_path_factory.mktemp("guides")) as server:
        yield server


@pytest.mark.parametrize("guide", TRIED)
def test_every_command_does_what_is_said(contoso, guide):
    yesterday = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)).strftime("%Y-%m-%d")
    [newest] = rows(contoso, "changes", "--limit", "1")
    examples = {"54": str(newest["id"]), "USER": "vera.visio@contoso.example", "TIME": yesterday}
    for command in commands(DOCUMENTATION / "guides" / guide):
        if command[0] == "demo":
            continue
        words = [examples.get(word, DATE.sub(yesterday, word)) for word in command]
        here = ["--data", contoso.data] if command[0] == "audit" else []
        run(contoso, *words, *here, status=NOT_DONE.get(shlex.join(command), DONE))
