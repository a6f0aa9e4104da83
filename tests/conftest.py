"""Fixtures every suite may use: the memory, empty and prepared, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from db.engine import Database, open_database
from db.settings import MemorySettings
from tests.builders import postgres
from tests.builders.memory import MORNING

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One PostgreSQL server for the whole run; a machine without one fails these tests and never skips them."""
    server = postgres.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared SQLite memory to copy from."""
    home = tmp_path_factory.mktemp("prepared-sqlite")
    database = open_database(MemorySettings(home=home))
    database.prepare(MORNING)
    database.close()
    return home


@pytest.fixture(scope="session")
def prepared_postgresql(postgres_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of a prepared PostgreSQL memory, whose database is a template to copy from."""
    home = tmp_path_factory.mktemp("prepared-postgresql")
    database = open_database(MemorySettings(home=home, database_url=postgres_server.make("prepared")))
    database.prepare(MORNING)
    database.close()
    return home


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], MemorySettings]]:
    """Give the settings of a new prepared memory on the named engine."""
    made: list[str] = []

    def make(engine: str) -> MemorySettings:
        home = tmp_path / f"home-{engine}"
        shutil.copytree(request.getfixturevalue(f"prepared_{engine}"), home)
        if engine == "sqlite":
            return MemorySettings(home=home)
        made.append(f"test-{uuid4().hex}")
        server: postgres.Server = request.getfixturevalue("postgres_server")
        return MemorySettings(home=home, database_url=server.make(made[-1], template="prepared"))

    yield make
    for name in made:
        request.getfixturevalue("postgres_server").drop(name)


@pytest.fixture(params=ENGINES)
def settings(request: pytest.FixtureRequest, fresh: Callable[[str], MemorySettings]) -> MemorySettings:
    """The settings of a new prepared memory, once on each engine."""
    return fresh(request.param)


@pytest.fixture
def database(settings: MemorySettings) -> Iterator[Database]:
    """A new prepared memory, once on each engine."""
    opened = open_database(settings)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(fresh: Callable[[str], MemorySettings]) -> Iterator[Database]:
    """A new prepared memory on SQLite alone, for tests of the layers above."""
    opened = open_database(fresh("sqlite"))
    yield opened
    opened.close()


@pytest.fixture
def postgresql_database(fresh: Callable[[str], MemorySettings]) -> Iterator[Database]:
    """A new prepared memory on PostgreSQL alone, for what SQLite has no counterpart of."""
    opened = open_database(fresh("postgresql"))
    yield opened
    opened.close()
