"""Writes are attributed, told and whole, or they are not kept."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text, update
from sqlmodel import Session, select

from db import audit
from db.audit import Author
from db.engine import TIME_LIMITS, Database
from db.errors import MemoryFaultError, UnauditedWriteError
from db.tables import AuditEventRow, SiteRow
from scheduler.errors import NotFoundError, StaleVersionError
from tests.builders.memory import CLERK, MORNING, read, write


def add_site(session: Session, ref: str = "S01", name: str = "North") -> None:
    session.add(SiteRow(id=ref, name=name, lat=-37.8, lon=145.0))


def a_site(database: Database, ref: str = "S01") -> None:
    with database.writing(CLERK, MORNING, "set-up") as session:
        add_site(session, ref)
        audit.record(session, action="add_site", entity="site", ref=ref)


def test_a_told_write_is_kept_with_who_when_and_what(database):
    a_site(database)
    with database.reading() as session:
        assert session.get(SiteRow, "S01").version == 1
        event = session.exec(select(AuditEventRow).where(AuditEventRow.ref == "S01")).one()
    assert (event.actor, event.role, event.at, event.why) == ("clerk", "bookings", MORNING, "set-up")
    assert event.after["site:S01"]["name"] == "North"


def test_the_trail_says_what_a_row_was_and_what_it_became(database):
    a_site(database)
    with database.writing(CLERK, MORNING) as session:
        session.get(SiteRow, "S01").name = "South"
        audit.record(session, action="rename_site", entity="site", ref="S01")
    with database.reading() as session:
        event = session.exec(select(AuditEventRow).where(AuditEventRow.action == "rename_site")).one()
    assert (event.before, event.after) == ({"site:S01": {"name": "North"}}, {"site:S01": {"name": "South"}})


def test_a_write_nobody_tells_of_is_not_kept(database):
    with pytest.raises(UnauditedWriteError, match="Rows of site"):
        write(database, add_site)
    with database.reading() as session:
        assert session.get(SiteRow, "S01") is None


def test_a_row_changed_after_its_event_is_not_kept_either(database):
    def work(session):
        add_site(session)
        audit.record(session, action="add_site", entity="site", ref="S01")
        add_site(session, "S02")

    with pytest.raises(UnauditedWriteError):
        write(database, work)


@pytest.mark.parametrize("author", [Author(id="", name="x", role="bookings"), Author(id="x", name="x", role="")])
def test_a_write_without_somebody_to_answer_for_it_fails(database, author):
    with pytest.raises(UnauditedWriteError, match="answer for it"), database.writing(author, MORNING):
        pass


def test_a_bulk_update_is_refused(database):
    a_site(database)
    with pytest.raises(UnauditedWriteError, match="one by one"), database.writing(CLERK, MORNING) as session:
        session.exec(update(SiteRow).values(name="All"))


def test_plain_sql_cannot_write_past_the_trail(database):
    a_site(database)
    with pytest.raises(UnauditedWriteError, match="past the audit trail"), database.writing(CLERK, MORNING) as session:
        session.connection().execute(text("UPDATE site SET name = 'All'"))


def test_a_commit_inside_the_block_is_refused(database):
    def work(session):
        add_site(session)
        session.commit()

    with pytest.raises(UnauditedWriteError, match="before its audit events"):
        write(database, work)


@pytest.mark.parametrize("how", [Database.reading, Database.reading_one_moment])
def test_a_reader_cannot_write(database, how):
    def work():
        with how(database) as session:
            add_site(session)
            session.flush()

    with pytest.raises(MemoryFaultError):
        work()


def test_whoever_reads_one_moment_sees_nothing_that_came_later(database):
    a_site(database)
    asked = select(SiteRow.id).order_by(SiteRow.id)
    with database.reading_one_moment() as session:
        first = session.exec(asked).all()
        a_site(database, "S02")
        assert session.exec(asked).all() == first == ["S01"]
    assert read(database, lambda session: session.exec(asked).all()) == ["S01", "S02"]


def test_a_walk_of_one_moment_may_take_as_long_as_it_takes(postgresql_database):
    with postgresql_database.reading_one_moment() as session:
        limits = [session.exec(text(f"SHOW {name}")).scalar_one() for name in TIME_LIMITS]
    assert limits == ["0", "0"]
    with postgresql_database.reading() as session:
        limits = [session.exec(text(f"SHOW {name}")).scalar_one() for name in TIME_LIMITS]
    assert limits == ["30s", "1min"]


def test_what_is_asked_again_and_again_stays_prepared_also_for_readers(postgresql_database):
    asked = select(SiteRow.name).where(SiteRow.id == "S01")
    for _ in range(5):
        read(postgresql_database, lambda session: session.exec(asked).all())
    known = read(
        postgresql_database,
        lambda session: session.exec(text("SELECT statement FROM pg_prepared_statements")).scalars().all(),
    )
    assert any("site.name" in statement for statement in known)


def test_two_saves_of_one_row_conflict(database):
    a_site(database)
    with database.reading() as session:
        shown = session.get(SiteRow, "S01").version
    for name in ("First", "Second"):
        save = database.writing(CLERK, MORNING)
        if name == "Second":
            with pytest.raises(StaleVersionError, match="version 1 and is now version 2"), save as session:
                session.get(SiteRow, "S01").expect(shown)
            continue
        with save as session:
            row = session.get(SiteRow, "S01")
            row.expect(shown)
            row.name = name
            audit.record(session, action="rename_site", entity="site", ref="S01")


def test_a_refused_row_is_explained_without_its_values(database):
    a_site(database)
    with pytest.raises(MemoryFaultError) as caught:
        write(database, lambda session: add_site(session, name="Secret Name"))
    assert "Secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_instant_without_a_zone_never_reaches_the_database(database):
    from db.tables import LoginAttemptRow

    naive = datetime(2026, 11, 23, 9, 0)  # the trap itself
    with pytest.raises(Exception, match="timezone"):
        write(database, lambda session: session.add(LoginAttemptRow(name_digest="x", at=naive)))


def test_a_write_inside_a_write_is_told_instead_of_waiting_for_ever(sqlite_database):
    with (
        pytest.raises(MemoryFaultError, match="inside another write"),
        sqlite_database.writing(CLERK, MORNING),
        sqlite_database.writing(CLERK, MORNING),
    ):
        pass


def test_writers_in_many_threads_all_get_their_turn(database):
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for at in range(5):
                a_site(database, f"S{number}-{at}")
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert database.verify_trail().fault is None
    with database.reading() as session:
        assert len(session.exec(select(SiteRow)).all()) == 20


def test_prepare_may_be_repeated(database):
    database.prepare(datetime(2026, 11, 24, tzinfo=UTC))
    database.check_guards()


@pytest.mark.parametrize(("version", "warned"), [((3, 51, 2), True), ((3, 51, 3), False), ((3, 52, 0), False)])
def test_an_operator_is_told_of_an_sqlite_with_a_known_fault(sqlite_database, monkeypatch, version, warned):
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    assert bool(sqlite_database.cautions()) is warned


def test_postgresql_needs_no_such_warning(postgresql_database, monkeypatch):
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 40, 1))
    assert postgresql_database.cautions() == ()


def test_a_database_that_is_gone_does_not_answer(database):
    from db.engine import open_database
    from db.settings import MemorySettings

    assert database.answers()
    gone = open_database(MemorySettings(database_url="postgresql://nobody@127.0.0.1:1/nothing"))
    assert not gone.answers()


def test_a_server_that_is_gone_when_a_transaction_is_taken_back_is_said_in_words(postgresql_database, postgres_server):
    lost = pytest.raises(MemoryFaultError, match="nothing was kept")
    with lost, postgresql_database.writing(CLERK, MORNING) as session:
        pid = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))
        raise NotFoundError("What was wanted is not there.")
