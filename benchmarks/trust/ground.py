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
from tests.builders.small_disk import small_disk

MEGABYTES = 110  # of a small disk: a new server takes about eighty
ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One memory, a folder for what is written down beside it, and its server where it has one."""

    database: Database
    folder: Path
    server: postgres.Server | None
    disk: Path | None = None  # the small one its server keeps everything on

    @property
    def settings(self) -> MemorySettings:
        """What another process opens the same memory with."""
        return self.database.settings


@contextmanager
def small_ground() -> Iterator[Ground]:
    """Make a new memory on PostgreSQL, on a disk that can be filled."""
    with small_disk(MEGABYTES) as disk, new_ground("postgresql", disk=disk) as ground:
        yield ground


@contextmanager
def new_ground(engine: str, *, disk: Path | None = None) -> Iterator[Ground]:
    """Make a new memory; on PostgreSQL on a server of its own that keeps what it acknowledged, as a real one does."""
    server = postgres.start(durable=True, within=disk) if engine == "postgresql" else None
    try:
        with tempfile.TemporaryDirectory(prefix="neurolist-trust-") as folder:
            home = Path(folder) / "home"
            settings = MemorySettings(home=home, **({"database_url": server.make("trust")} if server else {}))
            database = open_database(settings)
            database.prepare(MORNING)
            yield Ground(database=database, folder=Path(folder), server=server, disk=disk)
            database.close()
    finally:
        if server is not None:
            server.stop()
