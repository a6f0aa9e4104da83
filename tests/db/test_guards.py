"""Take any one guard away and the memory refuses to be served, naming it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from db import guards
from db.errors import UnguardedMemoryError


def change(database, *statements):
    with database._changing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_with_every_guard_in_place_the_memory_may_be_served(database):
    database.check_guards()


def test_the_self_test_leaves_nothing_behind(database):
    with database.reading() as session:
        for table in ("claim", "case_event", "patient", "neurolysis_case"):
            assert session.connection().execute(text(f"SELECT COUNT(*) FROM {table}")).scalar() == 0


@pytest.mark.parametrize("name", sorted(guards.SQLITE_GUARDS))
def test_on_sqlite_each_guard_is_missed(sqlite_database, name):
    change(sqlite_database, f"DROP TRIGGER {name}")
    with pytest.raises(UnguardedMemoryError, match=f"'{name}' is gone"):
        sqlite_database.check_guards()


@pytest.mark.parametrize("name", ["claim_no_overlap_insert", "claim_no_overlap_update"])
def test_on_sqlite_a_guard_that_does_nothing_is_missed(sqlite_database, name):
    verb = name.rsplit("_", 1)[1].upper()
    sleeping = f"CREATE TRIGGER {name} BEFORE {verb} ON claim BEGIN SELECT 1; END"
    change(sqlite_database, f"DROP TRIGGER {name}", sleeping)
    with pytest.raises(UnguardedMemoryError, match=name):
        sqlite_database.check_guards()


@pytest.mark.parametrize("name", sorted(guards.POSTGRESQL_TRIGGERS))
@pytest.mark.parametrize("how", ["DROP TRIGGER {name} ON {table}", "ALTER TABLE {table} DISABLE TRIGGER {name}"])
def test_on_postgresql_each_trigger_is_missed_gone_or_asleep(postgresql_database, name, how):
    change(postgresql_database, how.format(name=name, table=name.rsplit("_no_", 1)[0].removesuffix("_next")))
    with pytest.raises(UnguardedMemoryError, match=f"'{name}' is gone"):
        postgresql_database.check_guards()


def test_on_postgresql_the_exclusion_is_missed(postgresql_database):
    change(postgresql_database, "ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
    with pytest.raises(UnguardedMemoryError, match="claim_no_overlap"):
        postgresql_database.check_guards()


def test_on_postgresql_a_weaker_exclusion_is_missed(postgresql_database):
    weaker = (
        "ALTER TABLE claim ADD CONSTRAINT claim_no_overlap EXCLUDE USING gist "
        '(kind WITH =, resource_id WITH =, booking_id WITH =, tstzrange(start, "end") WITH &&) WHERE (active)'
    )
    change(postgresql_database, "ALTER TABLE claim DROP CONSTRAINT claim_no_overlap", weaker)
    with pytest.raises(UnguardedMemoryError, match="claim_no_overlap"):
        postgresql_database.check_guards()


@pytest.mark.parametrize(
    ("setting", "asleep"),
    [("recursive_triggers", "0"), ("foreign_keys", "0"), ("synchronous", "1"), ("trusted_schema", "1")],
)
def test_on_sqlite_each_setting_is_missed(fresh, monkeypatch, setting, asleep):
    from db import sqlite
    from db.engine import open_database

    settings = fresh("sqlite")  # made before, for the memory it is copied from is every other test's too
    monkeypatch.setattr(sqlite, "WRITER_SETTINGS", {**sqlite.WRITER_SETTINGS, setting: asleep})
    database = open_database(settings)
    with pytest.raises(UnguardedMemoryError, match=setting):
        database.check_guards()
    database.close()


def test_prepare_puts_a_lost_guard_back(sqlite_database):
    change(sqlite_database, "DROP TRIGGER claim_no_overlap_update")
    sqlite_database.prepare()
    sqlite_database.check_guards()
