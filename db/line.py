"""Whether the line to the database stands: told to the log once when it is lost, and once when it is found again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy.exc import DBAPIError, OperationalError

from db import logs
from db.log_words import LogEvent

GONE_ON_POSTGRESQL = ("08", "57P")  # connection exceptions; the server stops, crashed or is starting
GONE_ON_SQLITE = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CORRUPT")


def is_lost(fault: DBAPIError) -> bool:
    """Say whether the database could not be reached or used at all, as against a statement it refused."""
    if fault.connection_invalidated:
        return True
    code = str(getattr(fault.orig, "sqlite_errorname", None) or getattr(fault.orig, "sqlstate", None) or "")
    if code:
        return code.startswith((*GONE_ON_POSTGRESQL, *GONE_ON_SQLITE))
    return isinstance(fault, OperationalError)  # a connection that never came to be has no code


class Line:
    """The line of one process to its database."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._lock = Lock()
        self._lost_at: float | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at how what is done here ends; the fault goes on as it is."""
        try:
            yield
        except DBAPIError as fault:
            if is_lost(fault):
                self._lose(fault)
            raise
        self._find()

    def _lose(self, fault: DBAPIError) -> None:
        with self._lock:
            first = self._lost_at is None
            self._lost_at = time.monotonic() if self._lost_at is None else self._lost_at
        if first:
            kind = type(fault.orig).__name__ if fault.orig is not None else type(fault).__name__
            logs.tell(LogEvent.DATABASE_LOST, engine=self._engine, error=kind)

    def _find(self) -> None:
        if self._lost_at is None:
            return
        with self._lock:
            since, self._lost_at = self._lost_at, None
        if since is not None:
            logs.tell(LogEvent.DATABASE_FOUND, engine=self._engine, seconds=round(time.monotonic() - since, 1))
