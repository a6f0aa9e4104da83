"""Take away a table, an index, a constraint, a right or a migration, and the memory refuses to be served, naming it."""

from __future__ import annotations

import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint

from db import shape
from db.errors import UnguardedMemoryError
from db.tables import METADATA
from db.tables.base import SQLITE_ONLY

ROLE = "neurolist_least"


def refused(database, *statements):
    """Say with what words the memory is refused after these statements, which are then taken back; "" if it is not."""
    with database._changing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        try:
            shape.check(connection)
        except UnguardedMemoryError as refusal:
            return str(refusal)
        finally:
            connection.rollback()
    return ""


def constraints(*kinds):
    return [
        (table.name, str(one.name))
        for table in METADATA.sorted_tables
        for one in table.constraints
        if isinstance(one, kinds) and not one.info.get(SQLITE_ONLY)
    ]


def indexes():
    return [str(index.name) for table in METADATA.sorted_tables for index in table.indexes]


def test_the_tables_as_they_are_made_have_the_shape_they_must_have(database):
    database.check_guards()


def test_every_index_is_missed(database):
    assert len(indexes()) > 20
    for name in indexes():
        assert f"'{name}'" in refused(database, f"DROP INDEX {name}"), name


def test_an_index_that_no_longer_keeps_things_apart_is_missed(database):
    unique = next(index for table in METADATA.sorted_tables for index in table.indexes if index.unique)
    columns = ", ".join(f'"{column.name}"' for column in unique.columns)
    plain = f"CREATE INDEX {unique.name} ON {unique.table.name} ({columns})"
    assert f"The unique index '{unique.name}'" in refused(database, f"DROP INDEX {unique.name}", plain)


def test_on_postgresql_every_constraint_is_missed(postgresql_database):
    there = constraints(UniqueConstraint, CheckConstraint, ForeignKeyConstraint)
    assert len(there) > 100
    for table, name in there:
        says = refused(postgresql_database, f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
        assert f"'{table}' is gone or weaker" in says, name


@pytest.mark.parametrize("name", ["ck_booking_in_order", "ck_claim_start_form", "fk_claim_booking_id"])
def test_on_sqlite_a_constraint_taken_out_of_a_table_is_missed(sqlite_database, name):
    found = sqlite_database._writer
    with found.connect() as connection:
        table = name.split("_")[1]
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).scalar_one()
    without = "\n".join(line for line in made.splitlines() if name not in line)
    assert without != made
    says = refused(
        sqlite_database,
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET sql = '{without.replace(chr(39), chr(39) * 2)}' WHERE name = '{table}'",
        "PRAGMA writable_schema = RESET",
    )
    assert f"'{name}' of the table '{table}' is gone" in says


def test_a_table_that_is_gone_is_missed(database):
    assert "The table 'maintenance' is gone" in refused(
        database, "UPDATE claim SET maintenance_id = NULL", _drop("maintenance", database)
    )


def _drop(table, database):
    return f"DROP TABLE {table}" if database.is_sqlite else f"DROP TABLE {table} CASCADE"


@pytest.mark.parametrize("change", ["DELETE FROM alembic_version", "UPDATE alembic_version SET version_num = '0001'"])
def test_tables_of_another_version_are_not_served(database, change):
    says = refused(database, change)
    assert "this version of Neurolist needs" in says
    assert "neurolist prepare" in says


@pytest.fixture
def least(postgresql_database):
    """A role that owns nothing, with the rights that serving needs."""
    with postgresql_database._changing() as connection:
        connection.exec_driver_sql(f"DROP ROLE IF EXISTS {ROLE}")
        connection.exec_driver_sql(f"CREATE ROLE {ROLE} LOGIN")
        connection.exec_driver_sql(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {ROLE}")
    yield postgresql_database
    with postgresql_database._changing() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {ROLE}")
        connection.exec_driver_sql(f"DROP ROLE {ROLE}")


def as_the_least(database, *granted):
    return refused(database, *granted, f"SET ROLE {ROLE}")


def test_a_role_with_the_least_rights_is_served(least):
    assert as_the_least(least) == ""


@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
@pytest.mark.parametrize("table", ["audit_event", "case_event", "document", "disposal"])
def test_a_role_that_could_change_a_history_is_not_served(least, right, table):
    says = as_the_least(least, f"GRANT {right} ON {table} TO {ROLE}")
    assert f"REVOKE {right} ON {table}" in says


@pytest.mark.parametrize("right", ["SELECT", "INSERT"])
def test_a_role_without_a_right_it_needs_is_told_which(least, right):
    says = as_the_least(least, f"REVOKE {right} ON booking FROM {ROLE}")
    assert "the table 'booking'" in says
