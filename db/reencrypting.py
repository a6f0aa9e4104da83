"""Bringing a whole database to another data key, or to encryption and back, in small steps that may be cut short."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg

from db import encrypted_file, encryption
from db.encryption import Standing, Verified
from db.engine import Database
from db.errors import MemoryFaultError
from db.tables.encrypted import PROTECTED


def standing(database: Database) -> tuple[Standing, ...]:
    """Say how many rows of each protected table are encrypted, with which key, and how many are not."""
    with database.reading() as session:
        return encryption.standing(session.connection(), database.cipher)


def bring_all(database: Database, *, say: Callable[[str, int], None] = lambda _table, _rows: None) -> int:
    """Bring every row to how it should be, a few hundred in a transaction; gives how many it wrote.

    Whatever cuts it short, each row is whole in its old form or its new one, and the next run does what is left.
    `say` is told the table and the rows after each transaction.
    """
    written = 0
    with database._changing() as connection:
        encryption.register(connection, database.cipher)
    for kept in PROTECTED.values():
        after: str | None = ""
        while after is not None:
            with database._changing() as connection:
                batch = encryption.bring_some(connection, database.cipher, kept, after=after)
            written, after = written + batch.rows, batch.last
            say(kept.name, batch.rows)
    with database._changing() as connection:
        encryption.forget_unused(connection, database.cipher)
    return written


def verify(database: Database) -> Verified:
    """Open every encrypted value and hold every row against its proof, at one moment."""
    with database.reading_one_moment() as session:
        return encryption.verify(session.connection(), database.cipher)


def scrub(database: Database) -> bool:
    """Have the database write its pages anew, so that nothing of how rows were is left in its files.

    SQLite's write-ahead log is emptied too; it gives False where a reader kept that from being done. PostgreSQL's own
    log of writes is the server's to let go.
    """
    with database.alone() as connection:
        try:
            return _on_sqlite(connection) if database.is_sqlite else _on_postgresql(connection)
        except (*encrypted_file.DRIVER_ERRORS, psycopg.Error):
            raise MemoryFaultError(
                "Every row is as it should be, but the database could not write its files anew, which takes as much "
                "free disk as they are large, and the role that owns the tables. Make room, and repeat the command."
            ) from None


def _on_sqlite(connection: Any) -> bool:
    connection.execute("VACUUM")
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _on_postgresql(connection: psycopg.Connection) -> bool:
    connection.execute("SET statement_timeout = 0")
    for name in PROTECTED:
        connection.execute(f'VACUUM (FULL, ANALYZE) "{name}"'.encode())
    return True
