"""A database that is lost is told to the log once, and once when it is found again; a refused statement is neither."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from db.engine import open_database
from db.errors import MemoryFaultError
from db.settings import MemorySettings
from flows.home import free_port
from tests.builders.memory import a_case, read


def told(caplog):
    return [record.msg["event"] for record in caplog.records if record.name == "neurolist"]


@pytest.fixture(autouse=True)
def heard(caplog):
    caplog.set_level("INFO", logger="neurolist")


def test_a_file_that_cannot_be_opened_is_lost_until_it_can(sqlite_database, caplog):
    sqlite_database.close()
    path = sqlite_database.settings.home / "neurolist.sqlite3"
    path.rename(path.with_suffix(".aside"))
    path.mkdir()
    for _ in range(3):
        with pytest.raises(MemoryFaultError):
            read(sqlite_database, lambda session: session.connection())
    path.rmdir()
    path.with_suffix(".aside").rename(path)
    a_case(sqlite_database)
    a_case(sqlite_database, 2)
    lines = [record.msg for record in caplog.records if record.name == "neurolist"]
    assert [line["event"] for line in lines] == ["database_lost", "database_found"]
    assert (lines[0]["engine"], lines[0]["error"], lines[1]["seconds"] >= 0) == ("sqlite", "OperationalError", True)


def test_a_server_that_throws_a_line_out_is_lost_and_found(postgresql_database, caplog):
    def ended(session):
        session.connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(MemoryFaultError):
        read(postgresql_database, ended)
    a_case(postgresql_database)
    assert told(caplog) == ["database_lost", "database_found"]


def test_a_server_that_is_not_there_is_lost(tmp_path, caplog):
    url = f"postgresql://neurolist@127.0.0.1:{free_port('127.0.0.1', 0)}/none"
    nobody = open_database(MemorySettings(home=tmp_path, database_url=url))
    assert not nobody.answers()
    with pytest.raises(MemoryFaultError):
        nobody.check_guards()
    assert told(caplog) == ["database_lost"]


def test_a_statement_that_is_refused_loses_no_database(database, caplog):
    with pytest.raises(MemoryFaultError):
        read(database, lambda session: session.connection().execute(text("SELECT nothing FROM nowhere")))
    assert told(caplog) == []
