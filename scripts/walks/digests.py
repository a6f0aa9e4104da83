"""Where walks ended, in one line that is the same wherever and whenever they are repeated."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from db.tables.base import METADATA
from scripts.walks.walking import Walk

# Opaque references differ in every run, and so does what is worked out from them.
OPAQUE = frozenset({"id", "seal", "previous", "content_digest", "sha256", "owner"})
REFERENCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{8}\b")
LEFT_OUT = frozenset({"client_write", "proposal", "audit_event", "data_key"})  # the last is another in every memory


def digest(walks: Iterable[Walk]) -> str:
    """Give one digest of every step, outcome and row of these walks; what has no meaning is left out."""
    told = hashlib.sha256()
    for found in walks:
        for act, outcome in zip(found.acts, found.outcomes, strict=False):
            told.update(
                f"{act.kind} {act.ref} {act.event} {sorted(act.form.items())} {outcome.split(' ')[0]}\n".encode()
            )
        told.update(f"{found.check}\n".encode())
        for line in sorted(REFERENCE.sub("*", line) for line in _lines(found)):
            told.update(line.encode())
    return told.hexdigest()


def _lines(found: Walk) -> list[str]:
    tables = found.rows.tables if found.rows else {}
    return [
        f"{name} {sorted((key, _plain(value)) for key, value in row.items() if _tells(name, key))}\n"
        for name, rows in tables.items()
        if name not in LEFT_OUT
        for row in rows.values()
    ]


def _tells(table: str, column: str) -> bool:
    of = METADATA.tables[table].columns[column]
    return column not in OPAQUE and not column.endswith("_id") and not of.foreign_keys


def _plain(value: Any) -> str:
    """Say a value in text; what a document holds by name has no order."""
    if isinstance(value, dict):
        return str(sorted((key, _plain(inner)) for key, inner in value.items()))
    return str(value.astimezone(UTC)) if isinstance(value, datetime) else str(value)
