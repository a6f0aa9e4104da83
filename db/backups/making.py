"""Making a backup: one moment of the database in one file, with a manifest of what it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from db import logs
from db.backups import archive, postgresql, sqlite
from db.backups.manifest import Contents, Manifest, contents_of, product_version
from db.engine import Database
from db.log_words import LogEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was made: its file and its manifest."""

    path: Path
    manifest: Manifest


def back_up(database: Database, into: Path, *, now: datetime) -> Backup:
    """Make a backup in this folder while others go on writing; it has its name once all of it is on the disk."""
    with archive.alone_in(into) as work:
        payload = work / (sqlite.PAYLOAD if database.is_sqlite else postgresql.PAYLOAD)
        contents = (_from_sqlite if database.is_sqlite else _from_postgresql)(database, payload)
        manifest = Manifest(
            made_at=now.replace(microsecond=0),
            engine=database.settings.url.get_backend_name(),
            timezone=database.timezone,
            product=product_version(),
            contents=contents,
            payload=payload.name,
            size=payload.stat().st_size,
            sha256=archive.digest_of(payload),
        )
        made = Backup(path=archive.pack(work, payload, manifest, into), manifest=manifest)
    rows = sum(contents.rows.values())
    logs.tell(LogEvent.BACKUP_DONE, engine=manifest.engine, rows=rows, bytes=made.path.stat().st_size)
    return made


def newest(folder: Path) -> Backup | None:
    """Give the newest backup in a folder."""
    path = archive.newest_in(folder)
    return Backup(path=path, manifest=archive.manifest_of(path)) if path else None


def _from_sqlite(database: Database, payload: Path) -> Contents:
    """A file that is encrypted as a whole has its key among those that open the backup."""
    file = database.file
    sqlite.copy(file, payload)
    with sqlite.looking_at(file.at(payload)) as connection:
        contents = contents_of(connection)
    key = file.key()
    return replace(contents, data_keys=sorted({*contents.data_keys, *([key.id] if key else [])}))


def _from_postgresql(database: Database, payload: Path) -> Contents:
    """The rows are counted in the very snapshot that is dumped."""
    with database.reading_one_moment() as session:
        connection = session.connection()
        snapshot = str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
        postgresql.dump(database.settings.url, payload, snapshot=snapshot)
        return contents_of(connection)
