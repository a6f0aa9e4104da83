"""Every row of a memory as plain SQL gives it, read past the product so that the product cannot hide anything."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from sqlalchemy import JSON, Boolean, Date
from sqlmodel import UTCDateTime

from db.settings import MemorySettings
from db.tables.base import METADATA
from scripts.walks.refilling import marks

Line = Mapping[str, Any]
Table = Mapping[tuple[Any, ...], Line]

# The trail is read from its end on, and the protocol and the names of people never change in a walk.
LEFT_OUT = frozenset(
    name
    for name, table in METADATA.tables.items()
    if name.startswith("protocol")
    or name in {"audit_event", "audit_head", "medication_hold"}
    or table.info.get("identity")
)


@dataclass(frozen=True, slots=True)
class Rows:
    """One moment of the memory: each table's rows by primary key, and the trail's rows that are new since the last."""

    tables: Mapping[str, Table]
    told: tuple[Line, ...]
    sorted_out: dict[tuple[str, str], dict[Any, list[Line]]] = field(default_factory=dict)

    def of(self, table: str, **wanted: object) -> list[Line]:
        """List the rows of a table that have these values; those that a correction struck out no longer count."""
        if not wanted:
            return [line for line in self.tables.get(table, {}).values() if line.get("struck_by") is None]
        first, *others = wanted.items()
        found = self._by(table, first[0]).get(first[1], [])
        return [line for line in found if all(line[name] == value for name, value in others)]

    def _by(self, table: str, column: str) -> dict[Any, list[Line]]:
        """The rows of a table by one column, sorted out once since they are asked for many times at one moment."""
        known = self.sorted_out.get((table, column))
        if known is None:
            known = self.sorted_out[table, column] = defaultdict(list)
            for line in self.tables.get(table, {}).values():
                if line.get("struck_by") is None:
                    known[line[column]].append(line)
        return known

    def one(self, table: str, **wanted: object) -> Line:
        """Give the only row of a table that has these values."""
        [line] = self.of(table, **wanted)
        return line


@dataclass(slots=True)
class _Shape:
    """How one table is asked for and read."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    readers: tuple[Callable[[Any], Any] | None, ...]
    known: dict[tuple[Any, ...], Line] = field(default_factory=dict)

    @property
    def asked(self) -> str:
        """The question in SQL."""
        names = ", ".join(f'"{column}"' for column in self.columns)
        return f'SELECT {names} FROM "{self.name}"'  # noqa: S608  names of our own tables

    def read(self, raw: tuple[Any, ...]) -> Line:
        """Give a row by its columns; a row met before is not read again."""
        try:
            return self.known[raw]
        except KeyError:
            line = self.known[raw] = self._read(raw)
            return line
        except TypeError:  # a document that the driver has read already has no hash
            return self._read(raw)

    def _read(self, raw: tuple[Any, ...]) -> Line:
        values = (
            reader(value) if reader and value is not None else value
            for reader, value in zip(self.readers, raw, strict=True)
        )
        return dict(zip(self.columns, values, strict=True))


class Reader:
    """A connection of its own to one memory."""

    def __init__(self, settings: MemorySettings) -> None:
        url = settings.url
        self.last = 0
        self.rows: dict[str, tuple[Any, Table]] = {}  # by table: the mark that its rows had, and they
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._lite = sqlite3.connect(str(url.database), isolation_level=None)
        else:
            plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._post = psycopg.connect(plain, autocommit=True, row_factory=tuple_row, options="-c timezone=UTC")
        self._shapes = [_shape(name, sqlite=self.is_sqlite) for name in METADATA.tables if name not in LEFT_OUT]
        self._trail = _shape("audit_event", sqlite=self.is_sqlite)

    def now(self) -> Rows:
        """Read everything as it stands."""
        marks = self._marks()
        changed = [shape for shape in self._shapes if self.rows.get(shape.name, (None,))[0] != marks[shape.name]]
        asked = [shape.asked for shape in changed] + [f"{self._trail.asked} WHERE seq > {self.last} ORDER BY seq"]
        *found, new = self._ask(asked)
        for shape, raws in zip(changed, found, strict=True):
            lines = [shape.read(raw) for raw in raws]
            table = {tuple(line[column] for column in shape.key): line for line in lines}
            self.rows[shape.name] = marks[shape.name], table
        tables = {shape.name: self.rows[shape.name][1] for shape in self._shapes}
        told = tuple(self._trail.read(raw) for raw in new)
        self.last = told[-1]["seq"] if told else self.last
        return Rows(tables, told)

    def close(self) -> None:
        """Let the connection go."""
        (self._lite if self.is_sqlite else self._post).close()

    def _marks(self) -> Mapping[str, Any]:
        """Give each table a mark that is another one as soon as any of its rows is; SQLite has one mark for all."""
        names = [shape.name for shape in self._shapes]
        if self.is_sqlite:
            return dict.fromkeys(names, self._lite.execute("PRAGMA data_version").fetchone())
        return marks(self._post.execute, names)

    def _ask(self, asked: list[str]) -> Iterator[list[tuple[Any, ...]]]:
        if self.is_sqlite:
            return (self._lite.execute(question).fetchall() for question in asked)
        with self._post.pipeline():
            cursors = [self._post.execute(question) for question in asked]
        return (cursor.fetchall() for cursor in cursors)


def _shape(name: str, *, sqlite: bool) -> _Shape:
    table = METADATA.tables[name]
    columns = [column for column in table.columns if not column.info.get("bulky")]
    return _Shape(
        name=name,
        columns=tuple(column.name for column in columns),
        key=tuple(column.name for column in table.primary_key),
        readers=tuple(_reader(column.type) if sqlite else None for column in columns),
    )


def _reader(type_: object) -> Callable[[Any], Any] | None:
    if isinstance(type_, UTCDateTime):
        return lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC)
    if isinstance(type_, Date):
        return date.fromisoformat
    if isinstance(type_, JSON):
        return json.loads
    return bool if isinstance(type_, Boolean) else None
