"""Backup files: one file each, whole or not there at all, for the owner's eyes only."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from db.backups.manifest import Manifest, from_json
from db.disk import ONLY_OURS, settle, why
from db.errors import MemoryFaultError
from scheduler.errors import BadInputError, NotFoundError

MANIFEST = "manifest.json"
WORK = ".making"
NAME = re.compile(r"neurolist-(\d{8}T\d{6}Z)-\d+\.zip")
STAMP = "%Y%m%dT%H%M%SZ"
PIECE = 1024 * 1024


@contextmanager
def alone_in(folder: Path) -> Iterator[Path]:
    """Hold the folder for one backup or drill at a time; gives an empty place to work in, gone afterwards.

    Whatever a crash left there is removed first: nobody else can be using it.
    """
    work = folder / WORK
    with _clearly(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, ONLY_OURS)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)
        finally:
            os.close(lock)


def file_name(manifest: Manifest) -> str:
    """Give the name of a backup: when it was made, and how far its trail goes."""
    return f"neurolist-{manifest.made_at.astimezone(UTC):{STAMP}}-{manifest.contents.seq}.zip"


def pack(work: Path, payload: Path, manifest: Manifest, into: Path) -> Path:
    """Put a payload and its manifest into one file, which has its name once all of it is on the disk."""
    draft, path = work / "backup.zip", into / file_name(manifest)
    with open_for_us(draft) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(MANIFEST, manifest.as_json())
            archive.write(payload, manifest.payload)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    settle(into)
    return path


def open_for_us(path: Path) -> BinaryIO:
    """Open a new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, ONLY_OURS), "wb")


def manifest_of(path: Path) -> Manifest:
    """Read what a backup says of itself."""
    where = path.name
    with _opened(path) as archive:
        try:
            return from_json(archive.read(MANIFEST).decode(), where)
        except (KeyError, UnicodeDecodeError, zipfile.BadZipFile):
            raise BadInputError.of(where, "this is not a backup of Neurolist: it has no manifest.") from None


def unpack(path: Path, manifest: Manifest, to: Path) -> None:
    """Write the payload of a backup to a file; raises BadInputError unless it is what was packed, byte for byte."""
    digest = hashlib.sha256()
    try:
        with _opened(path) as archive, archive.open(manifest.payload) as packed, open_for_us(to) as file:
            while piece := packed.read(PIECE):
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError):
        digest.update(b"cut short")
    except OSError as fault:
        raise MemoryFaultError(f"The backup could not be unpacked to {to.parent}: {why(fault)}.") from None
    if digest.hexdigest() != manifest.sha256:
        raise BadInputError.of(path.name, "the backup was damaged or changed after it was made. Take another one.")


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def all_in(folder: Path) -> tuple[Path, ...]:
    """List the backups in a folder, oldest first."""
    found = [path for path in folder.glob("neurolist-*.zip") if NAME.fullmatch(path.name)]
    return tuple(sorted(found, key=lambda path: (made_at(path), path.name)))


def newest_in(folder: Path) -> Path | None:
    """Give the newest backup in a folder."""
    return next(reversed(all_in(folder)), None)


def made_at(path: Path) -> datetime:
    """Say when a backup was made, by its name."""
    found = NAME.fullmatch(path.name)
    if found is None:
        raise NotFoundError(f"{path.name} is not the name of a backup.")
    return datetime.strptime(found.group(1), STAMP).replace(tzinfo=UTC)


def thin_out(folder: Path, *, kept: int, days: int, now: datetime) -> tuple[Path, ...]:
    """Remove old backups: the newest few stay, and the last of each of so many days; gives those removed."""
    found = all_in(folder)
    last_of_day = {made_at(path).date(): path for path in found if made_at(path) > now - timedelta(days=days)}
    staying: set[Path] = {*found[-kept:], *last_of_day.values()}
    return _remove([path for path in found if path not in staying])


def _remove(paths: Sequence[Path]) -> tuple[Path, ...]:
    for path in paths:
        path.unlink(missing_ok=True)
    return tuple(paths)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise NotFoundError(f"There is no backup at {path}.") from None
    except zipfile.BadZipFile:
        raise BadInputError.of(path.name, "this is not a backup of Neurolist, or it was cut short.") from None
    except OSError as fault:
        raise BadInputError.of(path.name, f"the backup could not be read: {why(fault)}.") from None
    with archive:
        yield archive


@contextmanager
def _clearly(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise MemoryFaultError(f"The folder {folder} could not be used for backups: {why(fault)}.") from None
