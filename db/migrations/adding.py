"""Columns are added to a table that holds rows, without rebuilding it."""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import CheckConstraint, Column, Constraint, MetaData, Table

from db.tables.base import METADATA, add_format_checks


def add_columns(table: str, *columns: Column[Any]) -> None:
    """Add columns that may be empty or have a default of the database's own, each with the check of its form.

    SQLite's batch mode would rebuild the table: that drops its triggers and fails where other rows refer to it.
    """
    if op.get_bind().dialect.name == "sqlite":
        for written in _written(table, columns):
            op.execute(f'ALTER TABLE "{table}" ADD COLUMN {written}')
    else:
        for column in columns:
            op.add_column(table, column)


def drop_columns(table: str, *names: str) -> None:
    """Take these columns out again."""
    for name in names:
        op.execute(f'ALTER TABLE "{table}" DROP COLUMN "{name}"')


def _written(name: str, columns: tuple[Column[Any], ...]) -> list[str]:
    """Write each column as SQLite's CREATE TABLE does, with its check beside it."""
    metadata = MetaData(naming_convention=METADATA.naming_convention)
    table = Table(name, metadata, *columns)
    add_format_checks(metadata)
    dialect = op.get_bind().dialect
    compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # it only writes columns here
    checks = [(_column_of(check, name), compiler.process(check)) for check in table.constraints if check.name]
    return [
        " ".join(
            [compiler.get_column_specification(column), *(says for about, says in checks if about == column.name)]
        ).strip()
        for column in columns
    ]


def _column_of(check: Constraint, table: str) -> str:
    """Say which column a check is about: that of its words, or the one its form's name tells."""
    bound = [column.name for column in check.columns] if isinstance(check, CheckConstraint) else []
    return bound[0] if bound else str(check.name).removeprefix(f"ck_{table}_").removesuffix("_form")
