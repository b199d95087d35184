#!/usr/bin/env python3
"""A PostgreSQL server of one's own: no port, no password, gone afterwards.

    with private_postgres() as url: ...          in Python
    scripts/private_postgres.py COMMAND...       runs COMMAND with ZETEL_TEST_POSTGRES set to the URL

It is started by the same script as in the tests of the crates (crates/testkit/src/server.sh), and ends with this
process, however that ends. As root it runs as the user `postgres`, since PostgreSQL refuses root.
"""

import contextlib
import glob
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

SERVER = Path(__file__).resolve().parent.parent / "crates/testkit/src/server.sh"
MISSING = "PostgreSQL 15 or later is not installed\nhint: apt-get install postgresql"
STOP_SECONDS = 60


def programs() -> str:
    """The folder with the programs of the newest PostgreSQL. Debian keeps them out of PATH."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    initdb = found[-1] if found else shutil.which("initdb")
    if initdb is None:
        raise RuntimeError(MISSING)
    return os.path.dirname(initdb)


def server_user() -> dict:
    """Whom to run the server as: nobody else, unless this is root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def private_postgres():
    """Starts a server and yields the URL of its first database, which is empty."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    fsync = "off"
    server = subprocess.Popen(
        ["sh", "-c", SERVER.read_text(encoding="utf-8"), "zetel-test-postgres", programs(), fsync],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/", env=environment, **server_user(),
    )
    try:
        line = server.stdout.readline().strip()
        state, _, folder = line.partition(" ")
        if state != "ready":
            raise RuntimeError(f"PostgreSQL did not start: {line}")
        yield f"postgres://zetel@/postgres?host={folder}"
    finally:
        # The end of its standard input ends the server.
        server.stdin.close()
        server.wait(STOP_SECONDS)
        server.stdout.close()


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    with private_postgres() as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "ZETEL_TEST_POSTGRES": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
