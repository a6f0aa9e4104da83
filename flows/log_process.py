"""A process of the service, from its first line in the log to its last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db import logs
from db.backups.manifest import product_version
from db.log_words import LogEvent


@contextmanager
def logged(process: str, *, into: Path | None = None) -> Iterator[None]:
    """Write this process's log to standard error or a file, with lines for its start and its end."""
    logs.set_up(process, into=into)
    logs.tell(LogEvent.STARTED, version=product_version())
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        logs.tell(LogEvent.STOPPED)
        raise
    logs.tell(LogEvent.STOPPED)  # whatever else ends the process is told as it ends
