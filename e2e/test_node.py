"""@microsoft/microsoft-graph-client and @azure/msal-node: their own tests, and the traffic that they caused."""

import subprocess
from pathlib import Path

import pytest

from support.node import node_environment
from support.relay import relay
from support.server import Demo

SCRIPTS = Path(__file__).parent / "node"
NODE_SECONDS = 120


def run_tests(demo: Demo, ca: Path, url: str, script: str) -> None:
    """Runs one file of tests, with the server at `url`."""
    environment = node_environment(demo, ca, ZETEL_URL=url, ZETEL_AUTHORITY=url)
    done = subprocess.run(
        ["node", "--test", SCRIPTS / script], capture_output=True, text=True, timeout=NODE_SECONDS, env=environment,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("script", ["sign_in.test.cjs", "licenses.test.cjs", "batch.test.cjs"])
def test_clients_for_node(zetel, tmp_path, script):
    with relay(zetel, tmp_path) as between:
        run_tests(zetel, between.ca, between.url, script)
        assert between.expect_graph_traffic_as_described() > 0
        assert between.seen("GET", "/v2.0/.well-known/openid-configuration"), "msal-node reads the discovery document"
