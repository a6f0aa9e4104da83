"""The shape the tables must have: a lost index, constraint, right or migration is found before anything is served."""

from __future__ import annotations

from collections.abc import Iterator

from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, ForeignKeyConstraint, Table, UniqueConstraint, inspect, text
from sqlalchemy.engine import Inspector

from db.errors import UnguardedMemoryError
from db.guards import ONLY_ADDED
from db.migrations import known, newest
from db.tables import METADATA
from db.tables.base import SQLITE_ONLY

Part = tuple[str, str, tuple[str, ...]]
"""One thing a table must have: what it is, its name, and the columns it binds."""


def check(connection: Connection) -> None:
    """Raise UnguardedMemoryError for the first thing that the tables lack, naming it and what to do."""
    _stands_at_the_newest(connection)
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    found = _found(inspector)
    for table in METADATA.sorted_tables:
        if table.name not in there:
            raise UnguardedMemoryError(_gone("table", table.name))
        for part in _wanted(table, connection.dialect.name):
            if part not in found[table.name]:
                raise UnguardedMemoryError(_gone(part[0], part[1], table.name))
    if connection.dialect.name == "postgresql":
        _rights_hold(connection)


def is_the_newest(connection: Connection) -> bool:
    """Say whether the tables stand at the migration that this version works with."""
    return MigrationContext.configure(connection).get_current_heads() == (newest(),)


def _stands_at_the_newest(connection: Connection) -> None:
    if not is_the_newest(connection):
        current = MigrationContext.configure(connection).get_current_heads()
        stands = ", ".join(current) or "none"
        raise UnguardedMemoryError(
            f"The tables stand at migration {stands} and this version of Neurolist needs {newest()}, so nothing "
            "is served. Run `neurolist prepare` as the role that owns the tables; if it refuses, restore a backup or "
            "use the version that fits."
        )


def must_be_known(connection: Connection) -> None:
    """Raise UnguardedMemoryError when a newer version made the tables; those of an older one can be brought up."""
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - known()
    if unknown:
        raise UnguardedMemoryError(
            f"The tables stand at migration {', '.join(sorted(unknown))}, which a newer Neurolist made and this one "
            f"does not know: it needs {newest()}. Nothing was changed. Use the newer version, or restore the backup "
            "that was made before it."
        )


def may_be_changed(connection: Connection) -> bool:
    """Say whether whoever is connected may change the tables: on PostgreSQL their owner, or who may make the first."""
    return connection.dialect.name == "sqlite" or bool(connection.execute(_OWNS).scalar())


_OWNS = text(
    """SELECT COALESCE(
      (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c
        WHERE c.relname = 'alembic_version' AND c.relnamespace = current_schema()::regnamespace),
      has_schema_privilege(current_schema(), 'CREATE'), FALSE)"""
)


def _wanted(table: Table, dialect: str) -> Iterator[Part]:
    yield ("primary key", "", tuple(column.name for column in table.primary_key))
    for index in table.indexes:
        kind = "unique index" if index.unique else "index"
        yield (kind, str(index.name), tuple(column.name for column in index.columns))
    for constraint in table.constraints:
        name = str(constraint.name)
        if isinstance(constraint, UniqueConstraint | ForeignKeyConstraint):
            kind = "unique constraint" if isinstance(constraint, UniqueConstraint) else "foreign key"
            yield (kind, name, tuple(column.name for column in constraint.columns))
        elif isinstance(constraint, CheckConstraint) and (dialect == "sqlite" or not constraint.info.get(SQLITE_ONLY)):
            yield ("check", name, ())


def _found(inspector: Inspector) -> dict[str, set[Part]]:
    parts: dict[str, set[Part]] = {name: set() for name in METADATA.tables}
    for (_, table), key in inspector.get_multi_pk_constraint().items():
        parts.setdefault(table, set()).add(("primary key", "", tuple(key["constrained_columns"])))
    for (_, table), indexes in inspector.get_multi_indexes().items():
        for index in indexes:
            kind, columns = "unique index" if index["unique"] else "index", index["column_names"]
            parts[table].add((kind, str(index["name"]), tuple(str(column) for column in columns)))
    for (_, table), uniques in inspector.get_multi_unique_constraints().items():
        parts[table] |= {("unique constraint", str(one["name"]), tuple(one["column_names"])) for one in uniques}
    for (_, table), keys in inspector.get_multi_foreign_keys().items():
        parts[table] |= {("foreign key", str(one["name"]), tuple(one["constrained_columns"])) for one in keys}
    for (_, table), checks in inspector.get_multi_check_constraints().items():
        parts[table] |= {("check", str(one["name"]), ()) for one in checks}
    return parts


def _gone(kind: str, name: str, table: str = "") -> str:
    what = f"The {kind} '{name}'" if name else f"The {kind}"
    of_table = f" of the table '{table}'" if table else ""
    return (
        f"{what}{of_table} is gone or weaker than it was, so a mistake could be stored. Nothing is served until it is "
        "back: restore a backup, or put it back by hand, and find out what removed it."
    )


_RIGHTS = text(
    """SELECT c.relname, has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT'),
      pg_has_role(c.relowner, 'USAGE'),
      concat_ws(', ', CASE WHEN has_table_privilege(c.oid, 'UPDATE') THEN 'UPDATE' END,
        CASE WHEN has_table_privilege(c.oid, 'DELETE') THEN 'DELETE' END,
        CASE WHEN has_table_privilege(c.oid, 'TRUNCATE') THEN 'TRUNCATE' END)
    FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace"""
)


def _rights_hold(connection: Connection) -> None:
    """Whoever serves must be able to read and add; and histories, unless they are its own tables, only to add."""
    for name, usable, own, rights in connection.execute(_RIGHTS):
        if name not in METADATA.tables:
            continue
        if not usable:
            raise UnguardedMemoryError(
                f"The database role may not read or add to the table '{name}', so nothing is served. Grant SELECT and "
                "INSERT on it, and UPDATE and DELETE where it is no history (docs/operations.md)."
            )
        if rights and not own and name in ONLY_ADDED:
            raise UnguardedMemoryError(
                f"The database role may do {rights} on '{name}', a history that only grows. Nothing is served until "
                f"that is taken back: REVOKE {rights} ON {name} FROM the role that Neurolist uses."
            )
