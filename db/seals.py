"""What a row of the audit trail is sealed by: its one written form and a secret.

The form is the JSON list of the row's columns in their order, names sorted, without spaces and in ASCII. What a row was
and became is kept in that form too, so that verifying need not read and write it anew, which takes five times as long.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, cast

from sqlalchemy import Connection, Select, literal_column, select, table
from sqlalchemy.exc import OperationalError

FIRST_SEAL = "0" * 64
NOTHING = "{}"
STREAMED = 100  # rows at a time from PostgreSQL
COLUMNS = (
    *("seq", "at", "actor", "role", "action", "outcome", "entity", "ref", "before", "after"),
    *("why", "key_id", "previous", "seal"),
)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)
_TRAIL = table("audit_event")
# How a column is read that is not sealed as it is stored.
_ON_POSTGRESQL = {
    "at": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    "before": 'CAST("before" AS TEXT)',
    "after": 'CAST("after" AS TEXT)',
}
_ON_SQLITE = {
    # Nothing if it is no document: only after a whole one does the next begin in one place. PostgreSQL keeps no other.
    "before": """CASE WHEN "before" = '{}' OR json_valid("before") THEN "before" END""",
    "after": 'CAST("after" AS TEXT)',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKey:
    """The secret that seals the trail, and the short id kept with each row it sealed."""

    id: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """A document in its one written form, to be kept as it is sealed."""

    text: str


def sealing_key(secret: bytes) -> SealingKey:
    """Make a sealing key from its secret."""
    return SealingKey(id=hashlib.sha256(b"neurolist audit key " + secret).hexdigest()[:12], secret=secret)


def written(document: object) -> Written:
    """Write a document in its one form."""
    return Written(NOTHING if document == {} else _CANONICAL.encode(document))


def as_json(document: object) -> str:
    """Write what a column of documents is given; what is written already stays as it is."""
    return document.text if isinstance(document, Written) else json.dumps(document)


def instant(at: datetime) -> str:
    """Write an instant as it is sealed."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def seal_row(row: Sequence[Any], secret: bytes) -> str:
    """Seal a row: its number, its columns as words, and both of its documents in their written form."""
    seq, at, actor, role, action, outcome, entity, ref, before, after, why, key_id, previous = row
    told = (
        f"[{seq},{quoted(at)},{quoted(actor)},{quoted(role)},{quoted(action)},{quoted(outcome)},{quoted(entity)},"
        f"{quoted(ref)},{before},{after},{quoted(why)},{quoted(key_id)},{quoted(previous)}]"
    )
    return hmac.digest(secret, told.encode(), "sha256").hex()


def stored_rows(connection: Connection) -> Select[*tuple[Any, ...]]:
    """Select the rows in the order and form they are sealed in; a `before` that is no document is left out."""
    form = _ON_SQLITE if connection.dialect.name == "sqlite" else _ON_POSTGRESQL
    return (
        select(*(literal_column(form.get(name, name)) for name in COLUMNS))
        .select_from(_TRAIL)
        .order_by(literal_column("seq"))
    )


def stored(connection: Connection) -> Generator[Sequence[Any], None, None]:
    """Give every row as it is stored; PostgreSQL sends the next ones while these are looked at.

    Raises OperationalError when the line breaks; close what this gives when a part of it is enough.
    """
    query, driver = str(stored_rows(connection)), cast("Any", connection.connection.driver_connection)
    try:
        if connection.dialect.name == "sqlite":
            yield from driver.execute(query)
            return
        with driver.cursor() as cursor:
            yield from cursor.stream(query, size=STREAMED)
    except connection.dialect.loaded_dbapi.Error as fault:
        raise OperationalError(None, None, fault) from None


def as_sealed(row: Sequence[Any]) -> list[Any]:
    """Give a stored row in the form it is sealed in, without its seal."""
    seq, at, *words, _seal = row
    return [seq, f"{at[:10]}T{at[11:]}+00:00", *words]


def is_sealed(row: Sequence[Any], secret: bytes) -> bool:
    """Say whether a stored row is the one that was sealed.

    Its documents may be written otherwise than they were sealed, as all were by earlier versions.
    """
    told, seal = as_sealed(row), row[-1]
    if told[8] is None:
        return False
    if hmac.compare_digest(seal, seal_row(told, secret)):
        return True
    try:
        told[8:10] = (written(json.loads(document)).text for document in told[8:10])
    except ValueError:  # one that cannot even be read fits no seal
        return False
    return hmac.compare_digest(seal, seal_row(told, secret))
