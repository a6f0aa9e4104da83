"""The memory each figure of trust is taken on: new, on the named engine, with cases that wait for a slot."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from db.engine import Database, open_database
from db.settings import MemorySettings
from tests.builders import postgres
from tests.builders.memory import MORNING

ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One memory, a folder for what is written down beside it, and its server where it has one."""

    database: Database
    folder: Path
    server: postgres.Server | None

    @property
    def settings(self) -> MemorySettings:
        """What another process opens the same memory with."""
        return self.database.settings


@contextmanager
def new_ground(engine: str) -> Iterator[Ground]:
    """Make a new memory; on PostgreSQL on a server of its own that keeps what it acknowledged, as a real one does."""
    server = postgres.start(durable=True) if engine == "postgresql" else None
    try:
        with tempfile.TemporaryDirectory(prefix="neurolist-trust-") as folder:
            home = Path(folder) / "home"
            settings = MemorySettings(home=home, **({"database_url": server.make("trust")} if server else {}))
            database = open_database(settings)
            database.prepare(MORNING)
            yield Ground(database=database, folder=Path(folder), server=server)
            database.close()
    finally:
        if server is not None:
            server.stop()
