"""PostgreSQL's own programs: a dump of one moment, restored into an empty database."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

from db.errors import MemoryFaultError
from scheduler.errors import NeurolistError

PAYLOAD = "database.pgdump"
PROGRAMS = "NEUROLIST_PG_BIN"
LONGEST_SECONDS = 3600
HAS_TABLES = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = ANY (current_schemas(false)) LIMIT 1"
# Who restores need not be the role that made it, and only a superuser may comment on an extension.
PORTABLE = ("--no-owner", "--no-privileges", "--no-comments")


def dump(url: URL, to: Path, *, snapshot: str) -> None:
    """Write the database as the snapshot sees it to a file."""
    _run("pg_dump", url, "--format=custom", *PORTABLE, f"--snapshot={snapshot}", f"--file={to}")
    to.chmod(0o600)


def restore(dumped: Path, url: URL) -> None:
    """Fill an empty database from a dump, all of it or nothing."""
    _run("pg_restore", url, *PORTABLE, "--exit-on-error", "--single-transaction", str(dumped))


def demand_empty(url: URL) -> None:
    """Refuse a database that holds any table, or that cannot be reached."""
    with _connected(url) as connection:
        if connection.execute(HAS_TABLES).fetchone() is not None:
            raise NeurolistError(
                f"The database {url.database} is not empty, and nothing is restored over what is there. "
                "Create an empty one, and name it in NEUROLIST_DATABASE_URL."
            )


@contextmanager
def scratch(url: URL, name: str) -> Iterator[URL]:
    """Make an empty database for a drill, gone afterwards; one that a crash left is removed first."""
    gone = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode()
    with _connected(url) as connection:
        try:
            connection.execute(gone)
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        except psycopg.errors.InsufficientPrivilege:
            raise NeurolistError(
                "This role of PostgreSQL may not create a database for the drill. Give it CREATEDB, or name another "
                "role or server in NEUROLIST_DRILL_URL."
            ) from None
        try:
            yield url.set(database=name)
        finally:
            connection.execute(gone)


def program(name: str) -> str:
    """Find one of PostgreSQL's programs: where the environment says, on the path, or where Debian keeps them."""
    named = os.environ.get(PROGRAMS)
    found = shutil.which(name, path=named) if named else shutil.which(name) or _newest(name)
    if found is None:
        raise NeurolistError(
            f"PostgreSQL's program {name} is needed and was not found. Install it (on Debian: apt-get install "
            f"postgresql-client), or name its folder in {PROGRAMS}."
        )
    return found


def _newest(name: str) -> str | None:
    """Look where Debian keeps a folder for each version."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: path.parts[-3].zfill(4))
    return str(found[-1]) if found else None


def _run(name: str, url: URL, *options: str) -> None:
    """Run a program on a database; the password goes by the environment, where other users cannot read it."""
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    command = [program(name), f"--dbname={_address(url)}", "--no-password", *options]
    try:
        ended = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MemoryFaultError(f"{name} took longer than {LONGEST_SECONDS // 60} minutes and was stopped.") from None
    if ended.returncode != 0:
        raise MemoryFaultError(f"{name} failed: {_first_error(ended.stderr.decode(errors='replace'))}")


def _first_error(said: str) -> str:
    """Give the first line that tells of a fault, without the values it may quote."""
    lines = [line.strip() for line in said.splitlines() if "error" in line.lower()] or [said.strip()[:200]]
    return re.sub(r"\(.*?\)=\(.*?\)", "(…)", lines[0])


def _address(url: URL) -> str:
    """Give the address as libpq reads it, without the password."""
    return url._replace(drivername="postgresql", password=None).render_as_string(hide_password=False)


@contextmanager
def _connected(url: URL) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True, connect_timeout=10
        )
    except psycopg.OperationalError:
        raise MemoryFaultError(f"PostgreSQL does not answer for the database {url.database}.") from None
    with connection:
        yield connection
