"""Where the memory is kept is read from the environment and from nowhere else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from db.engine import open_database
from db.errors import MemoryFaultError
from db.settings import MemorySettings


@pytest.fixture(autouse=True)
def _bare(monkeypatch):
    for name in ("HOME", "DATABASE_URL", "TIMEZONE", "AUDIT_KEY"):
        monkeypatch.delenv(f"NEUROLIST_{name}", raising=False)


def test_without_a_word_it_is_sqlite_in_the_home_folder(monkeypatch):
    monkeypatch.setenv("NEUROLIST_HOME", "/srv/neurolist")
    settings = MemorySettings()
    assert str(settings.url) == "sqlite:////srv/neurolist/neurolist.sqlite3"
    assert settings.timezone == "Australia/Melbourne"


def test_the_home_folder_is_in_the_persons_own_unless_named():
    assert MemorySettings().home == Path.home() / ".neurolist"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_any_postgresql_address_is_read(monkeypatch, scheme):
    monkeypatch.setenv("NEUROLIST_DATABASE_URL", f"{scheme}://clinic:secret@db.internal:5433/neurolist")
    url = MemorySettings().url
    assert (url.drivername, url.host, url.port, url.database) == (
        "postgresql+psycopg",
        "db.internal",
        5433,
        "neurolist",
    )


def test_the_password_is_not_in_what_is_printed(monkeypatch):
    monkeypatch.setenv("NEUROLIST_DATABASE_URL", "postgresql://clinic:secret@db.internal/neurolist")
    monkeypatch.setenv("NEUROLIST_AUDIT_KEY", "hush")
    assert "secret" not in repr(MemorySettings())
    assert "hush" not in repr(MemorySettings())


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_a_database_that_cannot_keep_its_promises_is_refused(url):
    with pytest.raises(MemoryFaultError):
        open_database(url)


def test_sign_ins_last_as_long_as_the_site_says(monkeypatch):
    monkeypatch.setenv("NEUROLIST_SESSION_IDLE_MINUTES", "10")
    assert (MemorySettings().session_idle, MemorySettings().session_life) == (
        timedelta(minutes=10),
        timedelta(hours=12),
    )
