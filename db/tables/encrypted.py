"""Columns whose values are encrypted on their way into the database, and rows that prove they are whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import JSON, Connection, Table, event, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapper, QueryContext, object_session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.sql.operators import is_, is_not
from sqlalchemy.types import TypeDecorator
from sqlmodel import AutoString, Field

from db.cipher import MARK, Cipher, DataKey, is_encrypted
from db.errors import MemoryFaultError
from db.tables.base import METADATA, Row

PROOF = "row_proof"
CIPHER = "neurolist_cipher"  # the attribute of an engine's dialect that holds what encrypts
QUIET: dict[str, Any] = {"info": {"quiet": True}}


class OpenedText(str):
    """A text that was encrypted in the database."""

    __slots__ = ()


class OpenedDay(date):
    """A date that was encrypted in the database."""

    __slots__ = ()


class OpenedDocument(dict[str, Any]):
    """A document that was encrypted in the database."""


OPENED = (OpenedText, OpenedDay, OpenedDocument)


class Encrypted(TypeDecorator[Any]):
    """A column that is encrypted where identity is, or `always`. It is bound to its table and column by name.

    The database cannot compare what it cannot read, so such a column may only be asked whether it is empty.
    """

    impl = AutoString
    cache_ok = True

    def __init__(self, where: str, *, always: bool = False) -> None:
        super().__init__()
        self.where = where
        self.always = always

    class comparator_factory(TypeDecorator.Comparator[Any]):  # noqa: N801  SQLAlchemy's own name
        """Refuses comparisons that would silently find nothing."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            """Let emptiness be asked for, and nothing else."""
            if op in {is_, is_not}:
                return super().operate(op, *other, **options)
            raise TypeError(f"An encrypted column cannot be compared in the database: {self.expr}. See db/exact.py.")

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Encrypt a value on its way in; what looks encrypted already was typed by somebody, and is encrypted too."""
        if value is None:
            return None
        text = self.written(value)
        cipher = cipher_of(dialect)
        if not text or not (self.always or is_encrypted(text) or (cipher is not None and cipher.identity)):
            return self.plain(value)
        return demand(cipher).encrypt(self.where, text)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open a value on its way out."""
        if value.__class__ is str and value[:4] == MARK:
            return self.read(demand(cipher_of(dialect)).open(self.where, value))
        return self.as_kept(value)

    def written(self, value: Any) -> str:
        """Give the text that is encrypted."""
        return str(value)

    def plain(self, value: Any) -> Any:
        """Give what is stored where nothing is encrypted."""
        return value

    def as_kept(self, value: Any) -> Any:
        """Read a value that is stored as it is."""
        return value

    def read(self, text: str) -> Any:
        """Read a text that was opened."""
        return OpenedText(text)


class EncryptedDay(Encrypted):
    """A date, kept as the text of it."""

    cache_ok = True

    def written(self, value: Any) -> str:
        """Give the date as the text that is encrypted."""
        return str(value.isoformat())

    def plain(self, value: Any) -> Any:
        """Store a date as text."""
        return value.isoformat()

    def as_kept(self, value: Any) -> Any:
        """Read a date that is stored as text."""
        return None if value is None else date.fromisoformat(value)

    def read(self, text: str) -> Any:
        """Read a date that was opened."""
        return OpenedDay.fromisoformat(text)


class EncryptedDocument(Encrypted):
    """A JSON document; an encrypted one is stored as one JSON string."""

    impl = JSON  # type: ignore[assignment]
    cache_ok = True

    def written(self, value: Any) -> str:
        """Give the document as the text that is encrypted."""
        return json.dumps(value, separators=(",", ":"), sort_keys=True)

    def read(self, text: str) -> Any:
        """Read a document that was opened."""
        return OpenedDocument(json.loads(text))


@dataclass(frozen=True, slots=True)
class Protected:
    """How one table is protected: its encrypted columns in order, and the index column of each that is looked up."""

    table: Table
    columns: Mapping[str, Encrypted]
    blinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    always: bool = False

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table.name)

    @property
    def key(self) -> str:
        """The name of the column that names a row."""
        return str(self.table.primary_key.columns[0].name)

    def told(self, values: Mapping[str, Any]) -> list[object]:
        """Give what a row's proof is about: its encrypted values as they read, in order."""
        return [None if values[name] is None else kind.written(values[name]) for name, kind in self.columns.items()]

    def exact(self, cipher: Cipher, values: Mapping[str, Any], key: DataKey | None = None) -> dict[str, str | None]:
        """Give what stands for the values that are looked up; None for one that is empty."""
        return {index: self._blind(cipher, names, values, key) for index, names in self.blinds.items()}

    def exact_of(self, cipher: Cipher, index: str, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Give what may stand for these values in an index, under every key at hand."""
        found = (self._blind(cipher, self.blinds[index], values, key) for key in cipher.keys)
        return tuple(one for one in found if one is not None)

    def marks(self, cipher: Cipher | None, row: str, values: Mapping[str, Any]) -> dict[str, str | None]:
        """Give the proof and the indexes that a row has with these values: none where nothing of it is encrypted."""
        looks = (
            values[name] is not None and is_encrypted(kind.written(values[name])) for name, kind in self.columns.items()
        )
        if not (self.always or (cipher is not None and cipher.identity) or any(looks)):
            return dict.fromkeys((PROOF, *self.blinds))
        return {
            PROOF: demand(cipher).prove(self.name, row, self.told(values)),
            **self.exact(demand(cipher), values),
        }

    def check(self, cipher: Cipher | None, row: Mapping[str, Any]) -> None:
        """Raise MemoryFaultError unless a row is what its proof says, with its indexes where they are at hand.

        One without a proof holds nothing encrypted, and nothing that always should be.
        """
        proof = row[PROOF]
        if proof is None:
            if self.always or any(row[name].__class__ in OPENED for name in self.columns):
                raise _unproven(self, row[self.key])
            return
        cipher = demand(cipher)
        cipher.check(self.name, str(row[self.key]), self.told(row), proof)
        exact = self.exact(cipher, row, cipher.key(proof.partition(":")[0]))
        if any(row[index] != one for index, one in exact.items()):
            raise _unproven(self, row[self.key])

    def _blind(
        self, cipher: Cipher, names: tuple[str, ...], values: Mapping[str, Any], key: DataKey | None
    ) -> str | None:
        told = [values[name] for name in names]
        if all(one is None or one == "" for one in told):
            return None
        texts = ["" if one is None else self.columns[name].written(one) for name, one in zip(names, told, strict=True)]
        return cipher.blind(f"{self.name}.{'+'.join(names)}", "\x1f".join(texts), key)


PROTECTED: dict[str, Protected] = {}


def protect(row: type[Row], blinds: Mapping[str, tuple[str, ...]] | None = None) -> None:
    """Have every row of this table prove that it is whole, and keep its indexes of exact values."""
    table = METADATA.tables[str(row.__tablename__)]
    columns = {str(one.name): one.type for one in table.columns if isinstance(one.type, Encrypted)}
    always = any(kind.always for kind in columns.values())
    PROTECTED[str(table.name)] = kept = Protected(table, columns, blinds or {}, always)

    def load(target: Any, context: QueryContext, *_: object) -> None:
        _check(kept, target, context)

    def save(_mapper: Mapper[Any], connection: Connection, target: Any) -> None:
        _prove(kept, connection, target)

    event.listen(row, "load", load)
    event.listen(row, "refresh", load)
    event.listen(row, "before_insert", save)
    event.listen(row, "before_update", save)


def encrypted(where: str, *, kind: type[Encrypted] = Encrypted, always: bool = False, **options: Any) -> Any:
    """Make an encrypted column, named by its table and column; an audit event never says what is in it."""
    return Field(sa_type=kind(where, always=always), sa_column_kwargs={"info": {"private": True}}, **options)


def row_proof() -> Any:
    """Make the column for the proof of a row, empty for one that holds nothing encrypted."""
    return Field(default=None, sa_column_kwargs=QUIET)


def blind(**options: Any) -> Any:
    """Make the index column of an encrypted one that is looked up by its exact value."""
    return Field(default=None, sa_column_kwargs=QUIET, **options)


def cipher_of(dialect: Dialect) -> Cipher | None:
    """Give what encrypts on this engine; None on one that was not opened through the memory."""
    found = getattr(dialect, CIPHER, None)
    return found if isinstance(found, Cipher) else None


def demand(cipher: Cipher | None) -> Cipher:
    """Refuse to go on without what encrypts."""
    if cipher is None:
        raise MemoryFaultError("Encrypted values are read and written through the memory only: db.engine.")
    return cipher


def _check(kept: Protected, target: Any, context: QueryContext) -> None:
    """Hold a row that was read against its proof; a part of a row proves nothing."""
    values = target.__dict__
    if PROOF not in values or any(name not in values for name in kept.columns):
        return
    if values[PROOF] is None:
        kept.check(None, values)
        return
    kept.check(cipher_of(context.session.get_bind().dialect), values)
    for name in kept.columns:
        values[name] = _plain(values[name])


def _unproven(kept: Protected, row: object) -> MemoryFaultError:
    return MemoryFaultError(
        f"The row {row} of {kept.name} lost its proof, so somebody wrote it behind our back. Do not use it; find out "
        "who can write to the database, and restore it from a backup."
    )


def _plain(value: Any) -> Any:
    match value:
        case OpenedText():
            return str(value)
        case OpenedDay():
            return date(value.year, value.month, value.day)
        case OpenedDocument():
            return dict(value)
    return value


def _prove(kept: Protected, connection: Connection, target: Any) -> None:
    """A saved row is encrypted as a whole, or not at all: it never mixes keys, or encrypted with plain values."""
    cipher, state, session = cipher_of(connection.dialect), inspect(target), object_session(target)
    if state.persistent and session is not None and not session.is_modified(target):
        return
    told = {name: getattr(target, name) for name in kept.columns}
    marks = kept.marks(cipher, str(getattr(target, kept.key)), told)
    if marks[PROOF] is None and getattr(target, PROOF) is None:
        return
    if state.persistent:
        for name, value in told.items():
            if value is not None:
                flag_modified(target, name)
    for name, mark in marks.items():
        setattr(target, name, mark)
