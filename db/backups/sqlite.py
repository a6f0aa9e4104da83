"""A copy of a SQLite database while others write to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection

from db.encrypted_file import DRIVER_ERRORS, DatabaseFile
from db.errors import MemoryFaultError
from db.sqlite import BUSY_MILLISECONDS

PAYLOAD = "database.sqlite3"


def copy(source: DatabaseFile, to: Path) -> None:
    """Copy the database as it is at one moment into a file that needs no other beside it, encrypted where it is.

    In one step: in several, every write of somebody else would begin the copy again.
    """
    if not source.path.exists():
        raise MemoryFaultError("There is no database to back up yet. Run any command first, such as: neurolist status")
    try:
        with closing(source.connect()) as original, closing(source.twin(to)) as made:
            original.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
            original.backup(made, pages=-1)
            made.execute("PRAGMA journal_mode=DELETE")
    except DRIVER_ERRORS as fault:
        raise MemoryFaultError(f"SQLite could not copy the database: {fault}.") from None
    to.chmod(0o600)


@contextmanager
def looking_at(copied: DatabaseFile) -> Iterator[Connection]:
    """Open a copy to look at; it is not changed."""
    engine = copied.engine(reader=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
