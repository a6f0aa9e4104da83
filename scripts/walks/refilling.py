"""A database of PostgreSQL is filled again as it was when it was made, since making another one costs far more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, LiteralString, cast

import psycopg

from db.tables.base import METADATA

Mark = tuple[Any, ...]


class Refilled:
    """One database, what each of its tables held when it was made, and the marks of the tables as they stood then."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._kept = {table: self._copy_of(table) for table in METADATA.tables}
        self._marks = marks(self._connection.execute, METADATA.tables)

    def again(self) -> None:
        """Put back what every table held; the guards that rows are only ever added are asked nothing meanwhile."""
        now = marks(self._connection.execute, METADATA.tables)
        changed = [table for table in METADATA.tables if now[table] != self._marks[table]]
        with self._connection.transaction():
            self._connection.execute("SET LOCAL session_replication_role = replica")
            for table in changed:
                self._connection.execute(_sql(f'DELETE FROM "{table}"'))  # noqa: S608  names of our own tables
                with self._connection.cursor().copy(_sql(f'COPY "{table}" FROM STDIN')) as into:
                    into.write(self._kept[table])
        self._marks = marks(self._connection.execute, METADATA.tables)

    def _copy_of(self, table: str) -> bytes:
        with self._connection.cursor().copy(_sql(f'COPY "{table}" TO STDOUT')) as found:
            return b"".join(bytes(part) for part in found)


def marks(ask: Callable[[LiteralString], Iterable[Any]], tables: Iterable[str]) -> Mapping[str, Mark]:
    """Give each table a mark that is another one as soon as any of its rows is, without reading them.

    PostgreSQL knows which transaction wrote each row. A walk has one writer at a time, so a row that came or changed
    has a higher number than all before it, and one that went makes them fewer.
    """
    asked = (f"SELECT '{table}', count(*), max(xmin::text::bigint) FROM \"{table}\"" for table in tables)  # noqa: S608
    return {name: tuple(mark) for name, *mark in ask(_sql(" UNION ALL ".join(asked)))}


def _sql(text: str) -> LiteralString:
    return cast("LiteralString", text)
