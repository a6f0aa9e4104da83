"""SQLite's file encrypted as a whole: how a file stands, which data key opens it, and bringing it to how it should be.

Names and letters can be encrypted by themselves on both engines; this hides everything else too, such as where a case
stands. The means is SQLCipher: AES-256 by page, with a proof of each, under a part of the data key.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlcipher3 import dbapi2 as sqlcipher

from db import data_keys
from db.cipher import DataKey
from db.disk import ONLY_OURS, settle
from db.errors import MemoryFaultError
from db.settings import MemorySettings
from db.sqlite import OneWriter, sqlite_engine
from scheduler.errors import NeurolistError

BEGINS = b"SQLite format 3\x00"  # of a file that is not encrypted
ELSEWHERE = (
    "NEUROLIST_ENCRYPT_FILE is for SQLite alone. With PostgreSQL, encrypt the disk it lies on and set "
    "NEUROLIST_ENCRYPT_IDENTITY."
)
DRIVER_ERRORS = (sqlite3.Error, sqlcipher.Error)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """How a database's file is: the id of the key that opens it, "" in the clear; and whether it should be so."""

    key: str
    as_it_should_be: bool

    @property
    def encrypted(self) -> bool:
        """Whether the file can be read with a key alone."""
        return bool(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFile:
    """One file, and whether a key is needed to read it, found out before anybody in this process has it open.

    It is not looked into again: whoever closes a file by other means than SQLite's own lets go of every lock that the
    process has on it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """

    path: Path
    settings: MemorySettings
    encrypted: bool

    def engine(self, *, reader: bool) -> Engine:
        """Make an engine for the file, with the driver that can open it."""
        url = URL.create("sqlite", database=str(self.path))
        return sqlite_engine(url, reader=reader, driver=sqlcipher if self.encrypted else sqlite3, connect=self.connect)

    def connect(self) -> Any:
        """Connect with whatever opens the file; a new one is encrypted with the key in use.

        Raises MemoryFaultError, saying what to do, where no data key at hand opens it or somebody has it alone.
        """
        if not self.encrypted:
            return sqlite3.connect(self.path, check_same_thread=False)
        if not _is_there(self.path):
            data_keys.make(self.settings)
            return _unlocked(self.path, data_keys.at_hand(self.settings)[0])
        _, connection = _opened(self.path, self.settings)
        return connection

    def key(self) -> DataKey | None:
        """Find the data key that opens the file; None for one in the clear."""
        if not self.encrypted:
            return None
        key, connection = _opened(self.path, self.settings)
        connection.close()
        return key

    def twin(self, other: Path) -> Any:
        """Connect to another file, a new one, that is encrypted or in the clear just like this one."""
        return _unlocked(other, self.key()) if self.encrypted else sqlite3.connect(other)

    def at(self, other: Path) -> DatabaseFile:
        """Give a copy of this file that lies elsewhere."""
        return replace(self, path=other)

    def state(self) -> FileState:
        """Say how the file is, and whether it is as the settings and the key in use would have it."""
        key, asked = self.key(), self.settings.encrypt_file
        wanted = next(iter(data_keys.at_hand(self.settings)), None) if asked else None
        return FileState(key=key.id if key else "", as_it_should_be=self.encrypted is asked and key == wanted)

    def caution(self) -> str:
        """Say that the file does not follow the setting or the key in use; "" while it does."""
        state = self.state()
        if state.as_it_should_be:
            return ""
        older = state.encrypted and self.settings.encrypt_file
        how = "encrypted with an older key" if older else "encrypted" if state.encrypted else "in the clear"
        setting = str(self.settings.encrypt_file).lower()
        return (
            f"The database's file is {how}, and NEUROLIST_ENCRYPT_FILE is {setting}. Stop the service, run: "
            "neurolist encrypt file"
        )


def file_of(settings: MemorySettings) -> DatabaseFile:
    """Find out how the file of the database of these settings is, or would be if it were made now."""
    path = _path_of(settings)
    return DatabaseFile(path=path, settings=settings, encrypted=_is_encrypted(path, settings))


def _path_of(settings: MemorySettings) -> Path:
    return Path(str(settings.url.database)).absolute()


def _is_encrypted(path: Path, settings: MemorySettings) -> bool:
    try:
        with path.open("rb") as file:
            first = file.read(len(BEGINS))
    except OSError:  # none yet, or one that cannot be opened at all, which the database says best
        first = b""
    return first != BEGINS if first else settings.encrypt_file


def _is_there(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def bring(settings: MemorySettings) -> FileState:
    """Write the file anew as it should be: encrypted with the key in use, or in the clear. The service is stopped.

    Nothing happens where it is so already. Raises NeurolistError while somebody else has the database open. Cut short
    at any moment, the file is whole in its old form or its new one.
    """
    if settings.url.get_backend_name() != "sqlite":
        raise NeurolistError(ELSEWHERE)
    path = _path_of(settings)
    if not path.exists():
        raise MemoryFaultError("There is no database yet. Run any command first, such as: neurolist status")
    if settings.encrypt_file:
        data_keys.make(settings)
    with OneWriter(path)():
        file = file_of(settings)
        state = file.state()
        if state.as_it_should_be:
            return state
        draft = path.with_name(f"{path.name}.draft")
        draft.unlink(missing_ok=True)
        key = data_keys.at_hand(settings)[0] if settings.encrypt_file else None
        try:
            with _alone(file) as connection:
                _write_anew(connection, draft, key)
                _must_be_whole(draft, key)
                draft.chmod(ONLY_OURS)
                with draft.open("rb") as written:
                    os.fsync(written.fileno())
                draft.replace(path)
                settle(path.parent)
        except DRIVER_ERRORS as fault:
            raise MemoryFaultError(
                f"The file is left as it was, for it could not be written anew: {fault}. That takes as much free disk "
                "as the file is large. Make room, and repeat: neurolist encrypt file"
            ) from None
        finally:
            draft.unlink(missing_ok=True)
    return file_of(settings).state()


@contextmanager
def _alone(file: DatabaseFile) -> Iterator[Any]:
    """Open the file so that nobody else has it open: only the last connection can take it out of its log's mode."""
    with closing(_unlocked(file.path, file.key())) as connection:
        try:
            found = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlcipher.OperationalError:
            found = None
        if found != ("delete",):
            raise NeurolistError(
                "Somebody has the database open, so its file is left as it is. Stop the service and every other "
                "command, and repeat: neurolist encrypt file"
            )
        yield connection


def _write_anew(connection: Any, draft: Path, key: DataKey | None) -> None:
    connection.execute("ATTACH DATABASE ? AS anew KEY ?", (str(draft), _spelt(key) if key else ""))
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("SELECT sqlcipher_export('anew')")
    connection.execute("COMMIT")
    connection.execute("DETACH DATABASE anew")


def _must_be_whole(draft: Path, key: DataKey | None) -> None:
    with closing(_unlocked(draft, key)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchall()
    if found != [("ok",)]:
        raise MemoryFaultError(f"What was written is not whole, so the file is left as it is: {found[0][0]}.")


def _opened(path: Path, settings: MemorySettings) -> tuple[DataKey, Any]:
    """Try the keys at hand; gives the one that opens the file, and the connection it opened."""
    for key in data_keys.at_hand(settings):
        connection = _unlocked(path, key)
        try:
            connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        except sqlcipher.DatabaseError as fault:
            connection.close()
            if fault.sqlite_errorcode != sqlcipher.SQLITE_NOTADB:
                raise MemoryFaultError(
                    f"The database's file cannot be read now: {fault}. Is `neurolist encrypt file` at work? Wait until "
                    "it is done, and try again."
                ) from None
        else:
            return key, connection
    raise MemoryFaultError(
        "The database's file is encrypted, or no database at all, and none of the data keys at hand opens it. Put "
        "data.key and data-keys back into the home folder from the copy that was put away, or set NEUROLIST_DATA_KEY."
    )


def _unlocked(path: Path, key: DataKey | None) -> Any:
    """Connect and give the key, which is the very first thing that must be said; None for a file in the clear."""
    connection = sqlcipher.connect(str(path), check_same_thread=False, isolation_level=None)
    if key is not None:
        connection.execute(f'PRAGMA key = "{_spelt(key)}"')
    return connection


def _spelt(key: DataKey) -> str:
    """Give a key as SQLCipher takes one that is not to be stretched like a password."""
    return f"x'{key.filing.hex()}'"
