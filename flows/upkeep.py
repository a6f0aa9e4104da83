"""What keeps the memory safe, at the desk: backups, drills, the trail checked, anchored and told, and its key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from db import anchors, audit, data_keys, encryption, keyring, logs, reencrypting
from db.anchors import Anchor
from db.audit import TrailReport
from db.backups import archive
from db.backups.making import Backup, back_up
from db.backups.restoring import Restored
from db.encrypted_file import FileState
from db.encryption import Standing, Verified
from db.log_words import LogEvent
from db.seals import SealingKey
from flows.drills import try_backup
from flows.permissions import Action
from scheduler.errors import NeurolistError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from db.engine import Database
    from db.settings import MemorySettings
    from flows.desk import Desk
    from flows.service import Service

    Said = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailState:
    """How the audit trail stands: what the walk along it found, and how many anchors it was held against."""

    report: TrailReport
    anchors: int
    last: Anchor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionState:
    """How the values of the database are encrypted.

    `identity` is the setting, `complete` that every row follows it with the key in use. `clean` is False where the
    database's files may still hold rows as they were.
    """

    identity: bool
    key: str
    tables: tuple[Standing, ...]
    complete: bool
    verified: Verified | None = None
    clean: bool = True
    file: FileState | None = None  # None on PostgreSQL


def nothing_said(_table: str, _rows: int) -> None:
    """Tell nobody how far it is."""


class Upkeep:
    """Everything that keeps the memory safe, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def back_up(self, into: Path | None = None) -> Backup:
        """Make a backup now, in the folder for backups unless another is named."""
        folder = into or self._settings().backup_folder
        self._tell("back_up", "database")
        return back_up(self.desk.service.database, folder, now=self.desk.service.clock.machine_now())

    def drill(self, path: Path | None = None) -> Restored:
        """Restore a backup to a scratch place and look at everything; the newest unless another is named."""
        self._tell("drill", "database")
        chosen = path or archive.newest_in(self._settings().backup_folder)
        if chosen is None:
            raise NotFoundError("There is no backup to try yet. Make one: neurolist backup")
        return try_backup(self.desk.service, chosen)

    def verify(self) -> TrailState:
        """Walk the whole audit trail, and hold it against every anchor."""
        self._allowed("trail")
        return verify_trail(self.desk.service)

    def anchor(self) -> Anchor:
        """Write where the trail ends to the file outside the database, now."""
        self._tell("anchor_trail", "trail")
        return anchor_trail(self.desk.service)

    def export(self, path: Path) -> int:
        """Write the whole trail as FHIR AuditEvents, one a line; gives how many. That it was taken is on the trail."""
        from flows.exchange.audit_events import write_trail  # FHIR's models take a while to load

        self._tell("export_trail", "trail")
        return write_trail(self.desk.service.database, path)

    def rotate_key(self) -> tuple[SealingKey, SealingKey]:
        """Seal what comes from now on with a new key; gives the old and the new."""
        self._allowed("trail")
        old, new = keyring.rotate(self._settings())
        logs.tell(LogEvent.KEY_ROTATED)
        self._tell("rotate_key", "trail", **{"from": old.id, "to": new.id})
        return old, new

    def encryption(self, *, verified: bool = False) -> EncryptionState:
        """Say which rows are encrypted with which key; `verified` opens each value as well."""
        self._allowed("encryption")
        return encryption_state(self.desk.service.database, verified=verified)

    def encrypt_identity(self, say: Said = nothing_said) -> EncryptionState:
        """Encrypt every name, number, letter and referrer's word that is not yet; goes on where it was cut short.

        Raises NeurolistError where the setting is off, for the next write would be plain again.
        """
        self._allowed("encryption")
        if not self._settings().encrypt_identity:
            raise NeurolistError(
                "Set NEUROLIST_ENCRYPT_IDENTITY=true for every process of the service and start each again, so that "
                "what is written from now on is encrypted. Then repeat: neurolist encrypt on"
            )
        self._tell("encrypt_identity", "encryption")
        return self._brought(say)

    def decrypt_identity(self, say: Said = nothing_said) -> EncryptionState:
        """Keep names, numbers and letters in the clear again; the keys of authenticators stay encrypted."""
        self._allowed("encryption")
        if self._settings().encrypt_identity:
            raise NeurolistError(
                "Set NEUROLIST_ENCRYPT_IDENTITY=false for every process of the service and start each again, so that "
                "what is written from now on is in the clear. Then repeat: neurolist encrypt off"
            )
        self._tell("decrypt_identity", "encryption")
        return self._brought(say)

    def rotate_data_key(self, say: Said = nothing_said) -> EncryptionState:
        """Encrypt everything anew with a new key; one that was cut short is gone on with, under the key it had made."""
        self._allowed("encryption")
        database = self.desk.service.database
        with database.reading() as session:
            used = encryption.keys_in_use(session.connection())
        old = database.cipher.current.id
        if set(used) <= {old}:
            data_keys.replace(self._settings())
            database.cipher.look_again()
            logs.tell(LogEvent.KEY_ROTATED)
        self._tell("rotate_data_key", "encryption", **{"from": sorted({*used, old}), "to": database.cipher.current.id})
        return self._brought(say)

    def write_file_anew(self) -> EncryptionState:
        """Have SQLite's file encrypted as a whole, or in the clear, as the setting says, under the key in use.

        Raises NeurolistError on PostgreSQL, and while the service or another command has the file open.
        """
        self._allowed("encryption")
        database = self.desk.service.database
        before = database.file.state() if database.is_sqlite else None
        after = database.write_file_anew()
        if after != before:
            self._tell("write_file_anew", "encryption", encrypted=after.encrypted, key=after.key)
        return encryption_state(database)

    def _brought(self, say: Said) -> EncryptionState:
        """Bring every row to how it should be, and the files of the database with them; then look at everything."""
        database = self.desk.service.database
        reencrypting.bring_all(database, say=say)
        clean = reencrypting.scrub(database)
        return encryption_state(database, verified=True, clean=clean)

    def _settings(self) -> MemorySettings:
        return self.desk.service.database.settings

    def _allowed(self, ref: str) -> audit.Author:
        return self.desk._permitted(Action.KEEP_SERVICE, "service", ref)

    def _tell(self, action: str, ref: str, **facts: object) -> None:
        author = self._allowed(ref)
        self.desk._write(
            author, lambda session: audit.record(session, action=action, entity="service", ref=ref, facts=facts)
        )


def encryption_state(database: Database, *, verified: bool = False, clean: bool = True) -> EncryptionState:
    """Look at how the values of the database are encrypted; nothing is changed."""
    with database.reading() as session:
        complete = not encryption.is_left(session.connection(), database.cipher)
    return EncryptionState(
        identity=database.cipher.identity,
        key=database.cipher.current.id,
        tables=reencrypting.standing(database),
        complete=complete,
        verified=reencrypting.verify(database) if verified else None,
        clean=clean,
        file=database.file.state() if database.is_sqlite else None,
    )


def verify_trail(service: Service) -> TrailState:
    """Walk the whole audit trail, and hold it against every anchor."""
    known = anchors.read(service.database.settings.anchor_file)
    expected = anchors.still_expected(known)
    report = service.database.verify_trail(anchors=expected)
    return TrailState(report=report, anchors=len(expected), last=known[-1] if known else None)


def anchor_trail(service: Service) -> Anchor:
    """Write where the trail ends to the file outside the database, unless the last anchor says so already."""
    path = service.database.settings.anchor_file
    with service.database.reading() as session:
        seq, seal = audit.head(session)
    anchor = Anchor(seq=seq, seal=seal, at=service.clock.machine_now())
    known = anchors.read(path)
    if not known or (known[-1].seq, known[-1].seal) != (seq, seal):
        anchors.append(path, anchor)
        logs.tell(LogEvent.ANCHOR_DONE, rows=seq)
    return anchor
