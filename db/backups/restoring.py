"""Restoring a backup: into a home that holds nothing yet for good, or into a scratch place for a drill."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import URL
from sqlmodel import col, select

from db import anchors, data_keys, keyring, logs
from db.anchors import Anchor
from db.audit import Author, record
from db.backups import archive, postgresql, sqlite
from db.backups.examining import Finding, examine
from db.backups.manifest import Manifest, demand_known_schema
from db.engine import Database, open_database
from db.log_words import LogEvent
from db.settings import MemorySettings
from db.tables import LoginSessionRow
from scheduler.errors import BadInputError, NeurolistError


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A backup that was restored, and what looking at it found."""

    manifest: Manifest
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        """Say whether everything is as it should be."""
        return not self.failed

    @property
    def failed(self) -> list[str]:
        """Name what is not as it should be."""
        return [finding.what for finding in self.findings if not finding.good]


def restore(
    path: Path,
    settings: MemorySettings,
    *,
    author: Author,
    now: datetime,
    keys: Sequence[Path] = (),
    opening: Sequence[Path] = (),
) -> Restored:
    """Restore a backup into the home and the database of these settings, which must hold nothing yet.

    Sign-ins of the old database are ended, so that one that was revoked since the backup does not come back to life.
    Raises NeurolistError when something is there already, BadInputError for a damaged backup.
    """
    manifest = archive.manifest_of(path)
    demand_known_schema(manifest, path.name)
    home = settings.home.expanduser()
    _demand_room(home, settings, manifest, path.name)
    _demand_key(settings, keys)
    _demand_data_key(settings, manifest, opening)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _empty_again_if_it_fails(home):
        for key in keys:
            keyring.bring(key, home)
        for key in opening:
            data_keys.bring(key, home)
        with archive.alone_in(home) as work:
            _fill(path, manifest, work, settings)
    database = open_database(settings)
    try:
        found = examine(database, manifest, anchors.read(settings.anchor_file))
        _begin_anew(database, manifest, author=author, now=now)
    finally:
        database.close()
    restored = Restored(manifest=manifest, findings=found)
    logs.tell(LogEvent.RESTORE_DONE if restored.good else LogEvent.RESTORE_FAILED, checks=restored.failed)
    return restored


def drill(path: Path, settings: MemorySettings) -> Restored:
    """Restore a backup to a scratch place, look at everything, and remove it again."""
    manifest = archive.manifest_of(path)
    with archive.alone_in(settings.backup_folder) as work, _scratch(settings, manifest, work) as place:
        _fill(path, manifest, work, place)
        database = open_database(place)
        try:
            return Restored(
                manifest=manifest,
                findings=examine(database, manifest, anchors.read(settings.anchor_file)),
            )
        finally:
            database.close()


@contextmanager
def _scratch(settings: MemorySettings, manifest: Manifest, work: Path) -> Iterator[MemorySettings]:
    """Give the settings of a scratch place, with the keys of the real one."""
    home = work / "home"
    home.mkdir(mode=0o700)
    keyring.copy_all(settings.home.expanduser(), home)
    data_keys.copy_all(settings.home.expanduser(), home)
    elsewhere = settings.model_copy(update={"home": home, "database_url": None, "backups": None})
    if manifest.engine == "sqlite":
        yield elsewhere
        return
    with postgresql.scratch(settings.scratch_url, _name_for(settings.url)) as url:
        yield elsewhere.model_copy(update={"database_url": _secret(url)})


def _fill(path: Path, manifest: Manifest, work: Path, settings: MemorySettings) -> None:
    if manifest.engine == "sqlite":
        draft = work / sqlite.PAYLOAD
        archive.unpack(path, manifest, draft)
        draft.replace(str(settings.url.database))
        return
    dumped = work / postgresql.PAYLOAD
    archive.unpack(path, manifest, dumped)
    postgresql.restore(dumped, settings.url)


def _demand_room(home: Path, settings: MemorySettings, manifest: Manifest, where: str) -> None:
    engine = settings.url.get_backend_name()
    if manifest.engine != engine:
        says = f"it was made from {manifest.engine}, and NEUROLIST_DATABASE_URL leads to {engine}. Change one of them."
        raise BadInputError.of(where, says)
    # What a command that was tried before said of itself is nothing that could be lost.
    if home.exists() and (not home.is_dir() or any(path.name != "logs" for path in home.iterdir())):
        raise NeurolistError(
            f"{home} is not empty, and nothing is restored over what is there. Name a folder that is empty or new; "
            "move the old one away first if it is broken."
        )
    if engine == "sqlite":
        target = Path(str(settings.url.database))
        if target.exists():
            raise NeurolistError(f"There is a database at {target} already, and nothing is restored over it.")
        return
    postgresql.demand_empty(settings.url)


def _demand_key(settings: MemorySettings, keys: Sequence[Path]) -> None:
    if not keys and settings.audit_key is None:
        raise NeurolistError(
            "The key of the audit trail is not in a backup, and is needed to check it and to go on. Give the copy of "
            "audit.key that was put away: --key FILE (and once more for each key of audit-keys)."
        )


def _demand_data_key(settings: MemorySettings, manifest: Manifest, keys: Sequence[Path]) -> None:
    given = {data_keys.id_of(path) for path in keys} | {key.id for key in data_keys.given(settings)}
    lacking = [id_ for id_ in manifest.contents.data_keys if id_ not in given]
    if lacking:
        raise NeurolistError(
            f"This backup holds values encrypted with the data key {' and '.join(lacking)}, which is not in it. Give "
            "the copy that was put away: --data-key FILE for data.key, and once more for each key of data-keys."
        )


@contextmanager
def _empty_again_if_it_fails(home: Path) -> Iterator[None]:
    """Leave nothing half filled: the home was empty before, so all of it is ours to remove."""
    try:
        yield
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise


def _begin_anew(database: Database, manifest: Manifest, *, author: Author, now: datetime) -> None:
    """End every sign-in, say in the trail that it was restored, and anchor where it goes on."""
    kept = Anchor(seq=manifest.contents.seq, seal=manifest.contents.seal, at=now, restored=True)
    anchors.append(database.settings.anchor_file, kept)
    with database.writing(author, now) as session:
        for sign_in in session.exec(select(LoginSessionRow).where(col(LoginSessionRow.ended_at).is_(None))):
            sign_in.ended_at = now
        facts = {"made_at": manifest.made_at, "row": manifest.contents.seq}
        record(session, action="restore", entity="database", ref="backup", facts=facts)


def _name_for(url: URL) -> str:
    """Name the scratch database after the real one, so that two services on one server do not meet."""
    return f"neurolist_drill_{sha256(str(url.database).encode()).hexdigest()[:12]}"


def _secret(url: URL) -> SecretStr:
    return SecretStr(url.render_as_string(hide_password=False))
