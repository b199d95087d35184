"""Clients that run on Node, installed by scripts/prepare."""

from pathlib import Path

from support.server import Demo

MODULES = Path(__file__).parents[2] / "target/e2e-node/node_modules"


def node_environment(demo: Demo, ca: Path, **more: str) -> dict[str, str]:
    """The environment of a program on Node that trusts one more authority."""
    return demo.environment(NODE_PATH=str(MODULES), NODE_EXTRA_CA_CERTS=str(ca), **more)
