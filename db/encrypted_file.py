"""SQLite's file encrypted as a whole: how a file stands, which data key opens it, and bringing it to how it should be.

Names and letters can be encrypted by themselves on both engines; this hides everything else too, such as where a case
stands. The means is SQLCipher: AES-256 by page, with a proof of each, under a part of the data key.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
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


def path_of(settings: MemorySettings) -> Path:
    """Give the file of the database of these settings."""
    return Path(str(settings.url.database)).absolute()


def is_encrypted(path: Path, settings: MemorySettings) -> bool:
    """Say whether the file is encrypted, or would be if it were made now."""
    try:
        with path.open("rb") as file:
            first = file.read(len(BEGINS))
    except OSError:  # none yet, or one that cannot be opened at all, which the database says best
        first = b""
    return first != BEGINS if first else settings.encrypt_file


def engine(path: Path, settings: MemorySettings, *, reader: bool) -> Engine:
    """Make an engine for a file, with the driver that can open it."""
    driver = sqlcipher if is_encrypted(path, settings) else sqlite3
    url = URL.create("sqlite", database=str(path))
    return sqlite_engine(url, reader=reader, driver=driver, connect=lambda: connect(path, settings))


def connect(path: Path, settings: MemorySettings) -> Any:
    """Connect to a file with whatever opens it; a new one is encrypted with the key in use if the settings say so.

    Raises MemoryFaultError, saying what to do, where no data key at hand opens it.
    """
    if not is_encrypted(path, settings):
        return sqlite3.connect(path, check_same_thread=False)
    if not path.exists() or path.stat().st_size == 0:
        data_keys.make(settings)
        return _unlocked(path, data_keys.at_hand(settings)[0])
    return _unlocked(path, _opens(path, settings))


def twins(path: Path, other: Path, settings: MemorySettings) -> tuple[Any, Any]:
    """Connect to a file and to a new one beside it that is encrypted, or in the clear, just like it."""
    if not is_encrypted(path, settings):
        return sqlite3.connect(path), sqlite3.connect(other)
    key = _opens(path, settings)
    return _unlocked(path, key), _unlocked(other, key)


def state_of(settings: MemorySettings) -> FileState:
    """Say how the file of the database is, and whether it is as the settings and the key in use would have it."""
    path = path_of(settings)
    key = _opens(path, settings) if is_encrypted(path, settings) else None
    wanted = data_keys.at_hand(settings)[0] if settings.encrypt_file else None
    return FileState(key=key.id if key else "", as_it_should_be=key == wanted)


def caution(settings: MemorySettings) -> str:
    """Say that the file does not follow the setting or the key in use; "" while it does."""
    if settings.url.get_backend_name() != "sqlite":
        return ELSEWHERE if settings.encrypt_file else ""
    state = state_of(settings)
    if state.as_it_should_be:
        return ""
    is_so = "encrypted with an older key" if state.encrypted and settings.encrypt_file else ""
    is_so = is_so or ("encrypted" if state.encrypted else "in the clear")
    return (
        f"The database's file is {is_so}, and NEUROLIST_ENCRYPT_FILE is {str(settings.encrypt_file).lower()}. "
        "Stop the service, run: neurolist encrypt file"
    )


def bring(settings: MemorySettings) -> FileState:
    """Write the file anew as it should be: encrypted with the key in use, or in the clear. The service is stopped.

    Nothing happens where it is so already. Raises NeurolistError while somebody else has the database open. Cut short
    at any moment, the file is whole in its old form or its new one.
    """
    if settings.url.get_backend_name() != "sqlite":
        raise NeurolistError(ELSEWHERE)
    path = path_of(settings)
    if not path.exists():
        raise MemoryFaultError("There is no database yet. Run any command first, such as: neurolist status")
    if settings.encrypt_file:
        data_keys.make(settings)
    with OneWriter(path)():
        state = state_of(settings)
        if state.as_it_should_be:
            return state
        draft = path.with_name(f"{path.name}.draft")
        draft.unlink(missing_ok=True)
        key = data_keys.at_hand(settings)[0] if settings.encrypt_file else None
        try:
            with _alone(path, settings) as connection:
                _write_anew(connection, draft, key)
                _must_be_whole(draft, key)
                draft.chmod(ONLY_OURS)
                with draft.open("rb") as written:
                    os.fsync(written.fileno())
                draft.replace(path)
                settle(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    return state_of(settings)


@contextmanager
def _alone(path: Path, settings: MemorySettings) -> Iterator[Any]:
    """Open the file so that nobody else has it open: only the last connection can take it out of its log's mode."""
    key = _opens(path, settings) if is_encrypted(path, settings) else None
    with closing(_unlocked(path, key)) as connection:
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


def _opens(path: Path, settings: MemorySettings) -> DataKey:
    for key in data_keys.at_hand(settings):
        with suppress(sqlcipher.DatabaseError), closing(_unlocked(path, key)) as connection:
            connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            return key
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
