"""The tables keep the house's promises, whoever adds one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import Date, DateTime, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import UTCDateTime

from db.tables import METADATA
from db.tables.base import Row, VersionedRow
from db.tables.encrypted import EncryptedDay

ROOT = Path(__file__).parents[2]
TABLES = sorted(METADATA.tables)
# Rows that are only ever added, or that are the machinery's own.
UNVERSIONED = {
    "audit_event",
    "audit_head",
    "case_event",
    "case_trace",
    "client_write",
    "counter",
    "data_key",
    "disposal",
    "document",
    "due_step",
    "login_attempt",
    "login_session",
}


def rows_of(base):
    return [one for kind in base.__subclasses__() for one in (kind, *rows_of(kind))]


VERSIONED = [row for row in rows_of(VersionedRow) if hasattr(row, "__table__")]


@pytest.mark.parametrize("name", TABLES)
def test_every_instant_is_stored_in_utc(name):
    wrong = [
        column.name
        for column in METADATA.tables[name].columns
        if isinstance(column.type, DateTime)
        or (hasattr(column.type, "impl") and isinstance(column.type.impl, DateTime))
        if not isinstance(column.type, UTCDateTime)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", TABLES)
def test_every_row_people_edit_has_a_version(name):
    versioned = {row.__table__.name for row in VERSIONED}
    assert (name in versioned) is (name not in UNVERSIONED)


@pytest.mark.parametrize("row", VERSIONED, ids=lambda row: row.__table__.name)
def test_the_mapper_compares_the_version(row):
    assert row.__mapper__.version_id_col is row.__table__.c.version


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_strict_on_sqlite(name):
    assert METADATA.tables[name].dialect_options["sqlite"]["strict"]


@pytest.mark.parametrize("name", TABLES)
def test_every_instant_and_date_is_checked_on_sqlite(name):
    table = METADATA.tables[name]
    checked = {str(one.name).removesuffix("_form") for one in table.constraints if str(one.name).endswith("_form")}
    dated = {column.name for column in table.columns if isinstance(column.type, UTCDateTime | Date | EncryptedDay)}
    assert {f"ck_{name}_{column}" for column in dated} == checked or {*dated} == checked


def test_names_and_numbers_have_their_own_tables_and_no_others():
    identity = {name for name in TABLES if METADATA.tables[name].info.get("identity")}
    assert identity == {"patient_identity", "practitioner_identity", "disposal"}
    telling = {"family_name", "given_names", "birth_date", "ihi", "medicare", "dva", "phone", "email", "address"}
    told = {name for name in TABLES if telling & {c.name for c in METADATA.tables[name].columns}}
    assert told == identity - {"disposal"}  # the register, which the law asks to name the individual


@pytest.mark.parametrize("wrong", ["12", "2026-11-3", "soon", "2026-11-033"])
def test_on_sqlite_a_date_that_is_not_written_as_one_is_refused(sqlite_database, wrong):
    statement = text("INSERT INTO holiday (id, version, \"on\", name, confirmed) VALUES ('x', 1, :wrong, 'n', 1)")
    with sqlite_database._changing() as connection, pytest.raises(IntegrityError, match="on_form"):
        connection.execute(statement, {"wrong": wrong})


def test_a_word_outside_its_set_is_refused_by_the_database(database):
    statement = text(
        "INSERT INTO account_role (id, version, account_id, site, role) VALUES ('r', 1, 'a', '*', 'emperor')"
    )
    with pytest.raises(IntegrityError, match="role_known"), database._changing() as connection:
        connection.execute(statement)


def python_files():
    return sorted(path for folder in ("db", "flows") for path in (ROOT / folder).rglob("*.py"))


def bulk_writes(source):
    """Find calls of update() and delete() that would skip versions: SQL's own, by any name they are imported under."""
    tree = ast.parse(source)
    named = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"sqlalchemy", "sqlmodel"}
        for alias in node.names
        if alias.name in {"update", "delete"}
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    plain = [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id in named]
    on_tables = [
        node.lineno
        for node in calls
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in {"update", "delete"}
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == "__table__"
    ]
    return sorted(plain + on_tables)


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_bulk_statement_skips_a_version(path):
    """The guards may try: they attempt what must be refused, and roll back. The head of the trail has no version.

    A row that is encrypted anew says what it said, so its version stays. Rows that are written together are each held
    against their versions, which rise.
    """
    allowed = path in {ROOT / "db" / name for name in ("guards.py", "audit.py", "encryption.py", "together.py")}
    assert allowed or bulk_writes(path.read_text(encoding="utf-8")) == []


def test_the_search_for_bulk_statements_finds_them():
    assert bulk_writes("from sqlalchemy import update as change\nchange(SiteRow)") == [2]
    assert bulk_writes("SiteRow.__table__.delete()") == [1]
    assert bulk_writes("counter.update([1])\nsession.delete(row)") == []


def test_every_row_has_one_home():
    assert {row.__table__.name for row in rows_of(Row) if hasattr(row, "__table__")} == set(TABLES)
