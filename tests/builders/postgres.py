"""A real PostgreSQL for the tests: found on the machine or installed, started once, gone afterwards."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

WANTED = "NEUROLIST_PG_BIN"
UNPRIVILEGED = ("postgres", "nobody")
START_SECONDS = 30
# The tests' data is thrown away, so nothing need survive a power cut.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# A storm of writers meets in circles on purpose; waiting a second for each to be noticed would only cost time.
SMALL = {"min_wal_size": "2MB", "max_wal_size": "8MB", "log_min_messages": "panic"}
ALWAYS = {"max_connections": "60", "deadlock_timeout": "100ms"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server that belongs to this test run."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str) -> str:
        """Give the address of one of its databases."""
        return f"postgresql://neurolist@127.0.0.1:{self.port}/{database}"

    def make(self, database: str, *, template: str = "template0") -> str:
        """Create a database, as a copy of another where asked, and give its address."""
        self._run(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def crash(self) -> bool:
        """Kill one of the server's own processes: it throws every connection out and recovers, as after a fault.

        Gives False where there was none to kill, such as while it recovers.
        """
        asked = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        try:
            with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
                working = [pid for (pid,) in connection.execute(asked).fetchall()]
            for pid in working[:1]:
                os.kill(pid, signal.SIGKILL)
        except (psycopg.OperationalError, ProcessLookupError):
            return False
        return bool(working)

    def stop(self) -> None:
        """Stop the server and remove its files."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth keeping
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def start(*, durable: bool = False, within: Path | None = None) -> Server:
    """Start a server in a folder of its own on a free port here; it stops with this process at the latest.

    A `durable` one writes through to the disk as a real one does, and is slower. `within` is the folder its own is
    made in, such as one on a small disk; the log of changes is kept small then.
    """
    binaries = find_binaries() or _install()
    folder = Path(tempfile.mkdtemp(prefix="neurolist-pg-", dir=within))
    _give_to_unprivileged(folder)
    data, port = folder / "data", _free_port()
    options = ["-U", "neurolist", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    options += [] if within is None else ["--wal-segsize=1"]
    made = _run_unprivileged([str(binaries / "initdb"), "-D", str(data), *options], cwd=folder)
    if made.returncode != 0:
        raise RuntimeError(f"PostgreSQL could not be set up for the tests: {made.stderr.decode(errors='replace')}")
    server = Server(port, folder, _launch(binaries, data, port, ({} if durable else QUICK) | (SMALL if within else {})))
    atexit.register(server.stop)
    _wait_until_it_answers(server)
    return server


def find_binaries() -> Path | None:
    """Look for PostgreSQL's programs: where the environment says, on the path, and where Debian keeps them."""
    named = os.environ.get(WANTED)
    if named:
        return Path(named) if (Path(named) / "initdb").exists() else None
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return kept[-1].parent if kept else None


def _install() -> Path:
    if os.environ.get(WANTED):
        raise RuntimeError(
            f"{WANTED} names a folder without initdb. Correct it, or remove it to have PostgreSQL found."
        )
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", "postgresql"], check=False, capture_output=True)
    found = find_binaries()
    if found is None:
        raise RuntimeError(
            "The database tests need PostgreSQL 15 or later beside SQLite, and none was found. Install it "
            f"(on Debian: apt-get install postgresql), or set {WANTED} to the folder with initdb and postgres."
        )
    return found


def _launch(binaries: Path, data: Path, port: int, how: Mapping[str, str]) -> subprocess.Popen[bytes]:
    settings = {**ALWAYS, **how, "listen_addresses": "127.0.0.1", "unix_socket_directories": str(data.parent)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (data.parent / "server.log").open("wb") as log:
        return subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), "-p", str(port), *options],
            stdout=log,
            stderr=log,
            cwd=data.parent,
            user=_unprivileged(),
            start_new_session=True,
        )


def _wait_until_it_answers(server: Server) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.process.poll() is not None or time.monotonic() > until:
                log = (server.folder / "server.log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL did not start for the tests:\n{log}") from None
            time.sleep(0.05)
        else:
            return


def _run_unprivileged(command: list[str], *, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd=cwd, user=_unprivileged(), capture_output=True, check=False)


def _unprivileged() -> int | None:
    """PostgreSQL refuses to run as root, so root hands it to a user without rights."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise RuntimeError(f"PostgreSQL must not run as root, and none of these users exists: {', '.join(UNPRIVILEGED)}.")


def _give_to_unprivileged(folder: Path) -> None:
    owner = _unprivileged()
    if owner is not None:
        os.chown(folder, owner, -1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
