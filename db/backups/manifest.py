"""What a backup says of itself: when and from what it was made, how many rows it holds, and how its trail ends."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from sqlalchemy import Connection, text

from db import encryption, migrations
from db.seals import FIRST_SEAL
from scheduler.errors import BadInputError

FORMAT = "neurolist-backup/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a database holds at one moment: the revision of its tables, its rows by table, and the end of its trail.

    `data_keys` are the ids of the keys that open its encrypted values.
    """

    schema: str
    rows: Mapping[str, int]
    seq: int
    seal: str
    data_keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself; it names no patient, case or member of staff."""

    made_at: datetime
    engine: str
    timezone: str
    product: str
    contents: Contents
    payload: str
    size: int
    sha256: str

    def as_json(self) -> str:
        """Give the manifest as the text that is kept in the backup."""
        told = {**asdict(self), "made_at": self.made_at.astimezone(UTC).isoformat(), "format": FORMAT}
        return json.dumps(told, indent=2, sort_keys=True)


def from_json(text_of_manifest: str, where: str) -> Manifest:
    """Read a manifest; raises BadInputError for one that is not ours."""
    try:
        told = json.loads(text_of_manifest)
        known, contents = told.pop("format") == FORMAT, Contents(**told.pop("contents"))
        manifest = Manifest(**{**told, "made_at": datetime.fromisoformat(told["made_at"])}, contents=contents)
    except (ValueError, KeyError, TypeError, AttributeError):
        known = False
    if not known:
        raise BadInputError.of(where, f"this is not a backup of Neurolist, or of another format than {FORMAT}.")
    return manifest


def contents_of(connection: Connection) -> Contents:
    """Count everything in a database, at the one moment this connection sees."""
    names = sorted(connection.dialect.get_table_names(connection))
    rows = {name: int(connection.exec_driver_sql(f'SELECT COUNT(*) FROM "{name}"').scalar_one()) for name in names}  # noqa: S608 - the database's own names
    last = connection.execute(text("SELECT seq, seal FROM audit_head")).first()
    seq, seal = (int(last.seq), str(last.seal)) if last else (0, FIRST_SEAL)
    schema = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    return Contents(schema=schema, rows=rows, seq=seq, seal=seal, data_keys=encryption.keys_in_use(connection))


def demand_known_schema(manifest: Manifest, where: str) -> None:
    """Refuse a backup that a newer Neurolist made: its tables are not known here."""
    if manifest.contents.schema not in migrations.known():
        raise BadInputError.of(
            where, f"its tables are of revision {manifest.contents.schema}, which this version does not know. Update."
        )


def product_version() -> str:
    """Give the version of Neurolist that runs here."""
    return version("neurolist")
