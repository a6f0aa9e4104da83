"""Changes of many rows go out as one statement for all; for rows with a version, a mapper sends one for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Table, bindparam, event, inspect, update
from sqlalchemy.orm import UOWTransaction
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from db.audit import WatchedSession
from db.tables.base import METADATA, VersionedRow

ASKED = "rows to be written together"


def flush_together(session: Session, rows: Iterable[VersionedRow]) -> None:
    """Write what changed in these rows, each held against the version it was read at, and whatever else waits.

    Their changes go out before new rows do, so none of them may point to a row that is not there yet. Raises
    StaleDataError, as a plain flush does, when somebody changed one of them meanwhile.
    """
    session.info[ASKED] = list(rows)
    try:
        session.flush()
    finally:
        session.info.pop(ASKED, None)


def _write_asked(session: Session, _context: UOWTransaction, _objects: object) -> None:
    """The trail and the traces have noted the changes by now, and the flush that follows finds none left."""
    alike: dict[tuple[str, tuple[str, ...]], list[VersionedRow]] = defaultdict(list)
    for row in session.info.pop(ASKED, ()):
        names = _changed(row)
        if names:
            alike[str(row.__tablename__), names].append(row)
    for (table, names), rows in alike.items():
        _update(session.connection(), METADATA.tables[table], names, rows)


event.listen(WatchedSession, "before_flush", _write_asked)


def _changed(row: VersionedRow) -> tuple[str, ...]:
    state = inspect(row)
    columns = (column.key for column in state.mapper.local_table.columns if column.key not in state.unmodified)
    return tuple(name for name in columns if state.attrs[name].history.has_changes())


def _update(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[VersionedRow]) -> None:
    keys = [column.key for column in table.primary_key]
    seen = {f"seen_{name}": table.c[name] for name in (*keys, "version")}
    rise = (
        update(table)
        .where(*(column == bindparam(name, type_=column.type) for name, column in seen.items()))
        .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names})
        .values(version=table.c.version + 1)
    )
    values = [
        {
            **{f"new_{name}": getattr(row, name) for name in names},
            **{f"seen_{name}": getattr(row, name) for name in (*keys, "version")},
        }
        for row in rows
    ]
    written = connection.execute(rise, values).rowcount
    if written != len(rows):
        raise StaleDataError(f"{len(rows) - written} rows of {table.name} were changed meanwhile.")
    for row in rows:
        for name, value in (("version", row.version + 1), *((name, getattr(row, name)) for name in names)):
            set_committed_value(row, name, value)
