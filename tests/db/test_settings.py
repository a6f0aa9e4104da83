"""Where the memory is kept is read from the environment and from nowhere else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from db.engine import open_database
from db.errors import MemoryFaultError
from db.settings import MemorySettings

CHECKED = "?sslmode=verify-full&sslrootcert=/etc/ca.pem"


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
    monkeypatch.setenv("NEUROLIST_DATABASE_URL", f"{scheme}://clinic:secret@db.internal:5433/neurolist{CHECKED}")
    url = MemorySettings().url
    assert (url.drivername, url.host, url.port, url.database) == (
        "postgresql+psycopg",
        "db.internal",
        5433,
        "neurolist",
    )


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://db.internal/neurolist",
        "postgresql://db.internal/neurolist?sslmode=require",
        "postgres://localhost.internal/neurolist?sslmode=disable",
        "postgresql://127.0.0.1/neurolist?hostaddr=192.0.2.1",
        "postgresql:///neurolist?host=/run/postgresql,db.internal",
        "postgresql:///neurolist?host=/run/postgresql&host=db.internal",
        "postgresql://clinic:secret@192.0.2.10/neurolist",
    ],
)
@pytest.mark.parametrize("name", ["NEUROLIST_DATABASE_URL", "NEUROLIST_DRILL_URL"])
def test_a_line_to_another_machine_that_anybody_could_listen_to_is_refused(monkeypatch, name, address):
    monkeypatch.setenv(name, address)
    with pytest.raises(ValueError, match=rf"{name} leads to another machine.*Add \?sslmode=verify-full") as refused:
        MemorySettings()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://localhost/neurolist",
        "postgresql://127.0.0.1:5433/neurolist?sslmode=disable",
        "postgresql://[::1]/neurolist",
        "postgresql:///neurolist?host=/run/postgresql",
        "postgresql:///neurolist",
        f"postgresql://db.internal/neurolist{CHECKED}",
        "postgresql://db.internal/neurolist?sslmode=verify-ca",
        "sqlite:////srv/neurolist.sqlite3",
    ],
)
def test_a_database_on_this_machine_or_one_whose_certificate_is_checked_is_taken(monkeypatch, address):
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NEUROLIST_DATABASE_URL", address)
    assert MemorySettings().url


@pytest.mark.parametrize("address", ["nonsense", "", "postgresql://clinic:secret@localhost:port/neurolist", "://"])
def test_what_is_no_address_is_refused_with_what_one_looks_like(monkeypatch, address):
    monkeypatch.setenv("NEUROLIST_DATABASE_URL", address)
    with pytest.raises(ValueError, match="NEUROLIST_DATABASE_URL is no address of a database") as refused:
        MemorySettings()
    assert "secret" not in str(refused.value)


def test_what_the_address_leaves_out_is_read_where_postgresql_reads_it(monkeypatch):
    monkeypatch.setenv("NEUROLIST_DATABASE_URL", "postgresql:///neurolist")
    monkeypatch.setenv("PGHOST", "db.internal")
    with pytest.raises(ValueError, match="another machine"):
        MemorySettings()
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert MemorySettings().url.database == "neurolist"


def test_the_password_is_not_in_what_is_printed(monkeypatch):
    monkeypatch.setenv("NEUROLIST_DATABASE_URL", f"postgresql://clinic:secret@db.internal/neurolist{CHECKED}")
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
