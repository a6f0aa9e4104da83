"""The keys that seal the audit trail: the one in use, and those given up, whose rows are still checked."""

from __future__ import annotations

from pathlib import Path

from db.audit import KEY_FILE, load_key
from db.key_files import KeyFiles
from db.seals import SealingKey, sealing_key
from db.settings import MemorySettings
from scheduler.errors import NeurolistError

OLD_KEYS = "audit-keys"
FILES = KeyFiles(name=KEY_FILE, folder=OLD_KEYS, id_of=lambda secret: sealing_key(secret).id)


def current(settings: MemorySettings) -> SealingKey:
    """Give the key that seals new rows: the one in the environment, or the one in the home folder."""
    given = settings.audit_key
    return load_key(settings.home.expanduser(), given.get_secret_value() if given else None)


def every(settings: MemorySettings) -> tuple[SealingKey, ...]:
    """Give every key at hand, the one in use first."""
    named = settings.audit_keys_before
    before = [sealing_key(one.encode()) for one in named.get_secret_value().split()] if named else []
    return (current(settings), *before, *map(sealing_key, FILES.old(settings.home.expanduser())))


def rotate(settings: MemorySettings) -> tuple[SealingKey, SealingKey]:
    """Give the key in use up for a new one; gives the old and the new. The old stays at hand for its rows.

    Every process seals with the new key from its next write on.
    """
    if settings.audit_key is not None:
        raise NeurolistError(
            "The key of the audit trail is in NEUROLIST_AUDIT_KEY, so it is changed there: put the old one into "
            "NEUROLIST_AUDIT_KEYS_BEFORE, a new one into NEUROLIST_AUDIT_KEY, and start every process again."
        )
    old = current(settings)
    FILES.replace(settings.home.expanduser())
    return old, current(settings)


def bring(path: Path, home: Path) -> None:
    """Put a key from elsewhere into a home that is being restored: the first is the one in use, the others old."""
    FILES.bring(path, home)


def copy_all(home: Path, to: Path) -> None:
    """Copy every key file to another home, for a drill."""
    FILES.copy_all(home, to)
