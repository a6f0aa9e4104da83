"""Changes of many rows go out as one statement for all; for rows with a version, a mapper sends one for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, Table, bindparam, inspect, update
from sqlalchemy.orm import UOWTransaction
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from db.tables.base import METADATA, VersionedRow
from db.tables.encrypted import PROTECTED

FEWEST = 2  # rows of one table with changes in the same columns; one alone is the mapper's


def write_alike(session: Session, _context: UOWTransaction, _objects: object) -> None:
    """Write the rows that changed alike together, before a flush; it then finds nothing left of them.

    Each row is held against the version it was read at, as the mapper does. The trail and the traces note the changes
    beforehand. Raises StaleDataError, as a flush does, when somebody changed one of the rows meanwhile.
    """
    changed = [row for row in session.dirty if isinstance(row, VersionedRow) and row.__tablename__ not in PROTECTED]
    if len(changed) < FEWEST:
        return
    alike: dict[tuple[str, tuple[str, ...]], list[VersionedRow]] = defaultdict(list)
    for row in sorted(changed, key=_key):  # as the mapper does, so that two writers wait in a line
        alike[str(row.__tablename__), _columns(row)].append(row)
    for (table, columns), rows in alike.items():
        if columns and len(rows) >= FEWEST:
            _update(session.connection(), METADATA.tables[table], columns, rows)


def _key(row: VersionedRow) -> tuple[str, ...]:
    return tuple(map(str, inspect(row).identity or ()))


def _columns(row: VersionedRow) -> tuple[str, ...]:
    """Name the columns that changed."""
    state = inspect(row)
    touched = (column.key for column in state.mapper.local_table.columns if column.key not in state.unmodified)
    return tuple(name for name in touched if state.attrs[name].history.has_changes())


def _update(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[VersionedRow]) -> None:
    seen = [*(column.key for column in table.primary_key), "version"]
    rise = (
        update(table)
        .where(*(table.c[name] == bindparam(f"seen_{name}", type_=table.c[name].type) for name in seen))
        .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns})
        .values(version=table.c.version + 1)
    )
    values = [
        {
            **{f"new_{name}": getattr(row, name) for name in columns},
            **{f"seen_{name}": getattr(row, name) for name in seen},
        }
        for row in rows
    ]
    written = connection.execute(rise, values).rowcount
    if written != len(rows):
        raise StaleDataError(f"{len(rows) - written} rows of {table.name} were changed meanwhile.")
    for row in rows:
        for name, value in (("version", row.version + 1), *((name, getattr(row, name)) for name in columns)):
            set_committed_value(row, name, value)
