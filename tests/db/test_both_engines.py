"""The database suite runs on both engines, always: a machine without PostgreSQL fails, and never skips."""

from __future__ import annotations

import pytest

from tests.builders import postgres

LEAST = 100  # far below what there is; a suite that lost its PostgreSQL leg would be near 0


def test_as_many_tests_run_on_postgresql_as_on_sqlite(request):
    """Counts what was collected with this run; asked for alone, there is nothing to count."""
    names = [item.nodeid for item in request.session.items if "/db/" in item.nodeid]
    legs = {engine: sum(f"[{engine}" in name for name in names) for engine in ("sqlite", "postgresql")}
    if len({name.split("::")[0] for name in names}) > 10:
        assert legs["postgresql"] >= LEAST
    assert abs(legs["postgresql"] - legs["sqlite"]) <= legs["sqlite"] // 10


def test_the_server_is_a_real_postgresql_15_or_later(postgresql_database):
    from sqlalchemy import text

    with postgresql_database.reading() as session:
        version = int(session.connection().execute(text("SHOW server_version_num")).scalar_one())
    assert version >= 150000


def test_without_postgresql_the_tests_fail_with_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv(postgres.WANTED, str(tmp_path))
    with pytest.raises(RuntimeError, match="NEUROLIST_PG_BIN names a folder without initdb"):
        postgres.start()


def test_nothing_found_and_nothing_to_install_with_is_a_sentence_too(monkeypatch):
    monkeypatch.delenv(postgres.WANTED, raising=False)
    monkeypatch.setattr(postgres, "find_binaries", lambda: None)
    monkeypatch.setattr(postgres.shutil, "which", lambda _: None)
    with pytest.raises(RuntimeError, match="Install it"):
        postgres.start()
