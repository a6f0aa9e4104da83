"""SQLite kept safe: its settings on every connection, one writer at a time, and columns that hold their own type."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteTypeCompiler
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from db.errors import MemoryFaultError
from db.seals import as_json

BUSY_MILLISECONDS = 30_000

# These are the guarantee, not tuning: FULL keeps an acknowledged commit through a power cut, recursive triggers stop
# INSERT OR REPLACE from walking through the append-only guards.
WRITER_SETTINGS = {
    "journal_mode": "wal",
    "synchronous": "2",
    "secure_delete": "1",  # what a destroyed record held is overwritten in the file, not only let go
    "foreign_keys": "1",
    "recursive_triggers": "1",
    "trusted_schema": "0",
}
READER_SETTINGS = {"foreign_keys": "1", "trusted_schema": "0", "query_only": "1"}


STRICT_NAMES = {
    **dict.fromkeys(("VARCHAR", "DATE", "DATETIME", "TIMESTAMP", "JSON"), "TEXT"),
    "BOOLEAN": "INTEGER",
    "FLOAT": "REAL",
}


class StrictTypeCompiler(SQLiteTypeCompiler):
    """Names column types as STRICT tables know them: TEXT, INTEGER and REAL."""

    def process(self, type_: TypeEngine[Any], **options: Any) -> str:
        """Give the strict name of a type."""
        usual = super().process(type_, **options)
        return STRICT_NAMES.get(usual.split("(")[0], usual)


def sqlite_engine(url: URL, *, reader: bool, driver: ModuleType, connect: Callable[[], Any]) -> Engine:
    """Make an engine whose transactions are exclusive for writers, or that can only read.

    `connect` gives a connection of this driver that opens the file.
    """
    engine = create_engine(url, hide_parameters=True, json_serializer=as_json, module=driver, creator=connect)
    compiler = StrictTypeCompiler(engine.dialect)
    engine.dialect.type_compiler_instance = engine.dialect.type_compiler = compiler
    settings = READER_SETTINGS if reader else WRITER_SETTINGS

    @event.listens_for(engine, "connect")
    def _set_up(connection: SqliteConnection, _: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        for name, value in settings.items():
            connection.execute(f"PRAGMA {name}={value}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if reader else "BEGIN IMMEDIATE")

    return engine


def writes_alone(session: Session) -> bool:
    """Say whether nobody else can write before this session's transaction ends, so that no row has to be locked."""
    return session.get_bind().dialect.name == "sqlite"


class OneWriter:
    """A file lock that lets writers in one at a time, across processes and threads, in the order they came."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._mine = threading.local()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the lock; a thread that already writes is told so instead of waiting for itself for ever."""
        if getattr(self._mine, "held", False):
            raise MemoryFaultError("A write was begun inside another write. Finish the first one before the next.")
        with self._path.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._mine.held = True
            try:
                yield
            finally:
                self._mine.held = False
