"""One demonstration server for all tests, and one on PostgreSQL for those that ask for it.

Tests make the users that they change, so they do not depend on each other or on their order. Those that buy products,
make groups or change the policy do it on servers of their own, the workshops.
"""

import os

import pytest
from private_postgres import private_postgres

from support.graph import Graph, application_token, open_client, user_token
from support.server import FOREIGN_VARIABLES, Demo, demo
from support.traffic import TRAFFIC, unseen, write, written


def pytest_configure():
    if "ZETEL_BIN" not in os.environ:
        raise pytest.UsageError("ZETEL_BIN names no binary\nhint: run the tests with `make e2e`")
    for name in FOREIGN_VARIABLES:
        os.environ.pop(name, None)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """After a run of everything: clients did what `exercised.json` says, or what they did is written there."""
    if exitstatus != pytest.ExitCode.OK or "E2E_WHOLE" not in os.environ:
        return
    exercised = TRAFFIC.as_json()
    if "E2E_UPDATE" in os.environ:
        write(exercised)
    elif claims := unseen(written(), exercised):
        print("\ne2e/exercised.json says of clients what they did not do in this run:", *claims, sep="\n  ")
        print("hint: E2E_UPDATE=1 make e2e, then make docs")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def sqlite_demo(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("sqlite")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_demo(tmp_path_factory):
    with private_postgres() as url, demo(tmp_path_factory.mktemp("postgres"), data=url) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_workshop(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("sqlite-workshop")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_workshop(tmp_path_factory):
    with private_postgres() as url, demo(tmp_path_factory.mktemp("postgres-workshop"), data=url) as server:
        yield server


@pytest.fixture
def zetel(sqlite_demo) -> Demo:
    return sqlite_demo


@pytest.fixture(params=["sqlite", "postgres"])
def zetel_on_each_engine(request) -> Demo:
    return request.getfixturevalue(f"{request.param}_demo")


@pytest.fixture
def graph(zetel):
    """Graph as the demonstration's application."""
    yield from open_graph(zetel, application_token(zetel))


@pytest.fixture
def graph_as_admin(zetel):
    """Graph as the demonstration's administrator."""
    yield from open_graph(zetel, user_token(zetel, zetel.admin, zetel.admin_password))


@pytest.fixture(params=["sqlite", "postgres"])
def workshop_on_each_engine(request):
    server = request.getfixturevalue(f"{request.param}_workshop")
    yield from open_graph(server, application_token(server))


@pytest.fixture(scope="module")
def workshop(sqlite_workshop):
    """Graph as the application, on a server where tests may buy products, make groups and change the policy."""
    yield from open_graph(sqlite_workshop, application_token(sqlite_workshop))


def open_graph(server: Demo, token: str | None):
    with open_client(server, token) as client:
        yield Graph(server, client)
