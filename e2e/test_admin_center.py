"""The admin center in a real browser: the tests of `browser/`, each file in a run of its own."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "target/e2e-browser/node_modules"
SECONDS = 300


@pytest.mark.parametrize("script", ["users.test.mjs", "groups.test.mjs", "pages.test.mjs"])
def test_admin_center(sqlite_workshop, script):
    demo = sqlite_workshop
    environment = demo.environment(
        BROWSER_MODULES=str(MODULES),
        SCREENSHOTS=str(ROOT / "target/screenshots"),
        ADMIN_NAME=demo.admin,
        ADMIN_PASSWORD=demo.admin_password,
    )
    done = subprocess.run(
        ["node", "--test", Path(__file__).parent / "browser" / script], capture_output=True, text=True,
        timeout=SECONDS, env=environment, stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
