"""A copy of a SQLite database while others write to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from db.errors import MemoryFaultError
from db.sqlite import BUSY_MILLISECONDS, sqlite_engine

PAYLOAD = "database.sqlite3"


def copy(source: Path, to: Path) -> None:
    """Copy the database as it is at one moment into a file that needs no other beside it.

    In one step: in several, every write of somebody else would begin the copy again.
    """
    if not source.exists():
        raise MemoryFaultError("There is no database to back up yet. Run any command first, such as: neurolist status")
    try:
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(to)) as made:
            original.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
            original.backup(made, pages=-1)
            made.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as fault:
        raise MemoryFaultError(f"SQLite could not copy the database: {fault}.") from None
    to.chmod(0o600)


@contextmanager
def looking_at(path: Path) -> Iterator[Connection]:
    """Open a copy to look at; it is not changed."""
    engine = sqlite_engine(URL.create("sqlite", database=str(path)), reader=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
