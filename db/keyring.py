"""The keys that seal the audit trail: the one in use, and those given up, whose rows are still checked."""

from __future__ import annotations

from pathlib import Path

from db import audit
from db.audit import KEY_FILE, READ_ONLY, SealingKey, load_key, sealing_key
from db.disk import write_through
from db.settings import MemorySettings
from scheduler.errors import BadInputError, NeurolistError

OLD_KEYS = "audit-keys"


def current(settings: MemorySettings) -> SealingKey:
    """Give the key that seals new rows: the one in the environment, or the one in the home folder."""
    given = settings.audit_key
    return load_key(settings.home.expanduser(), given.get_secret_value() if given else None)


def every(settings: MemorySettings) -> tuple[SealingKey, ...]:
    """Give every key at hand, the one in use first."""
    named = settings.audit_keys_before
    before = [sealing_key(one.encode()) for one in named.get_secret_value().split()] if named else []
    kept = sorted((settings.home.expanduser() / OLD_KEYS).glob("*.key"))
    return (current(settings), *before, *(sealing_key(path.read_bytes()) for path in kept))


def rotate(settings: MemorySettings) -> tuple[SealingKey, SealingKey]:
    """Give the key in use up for a new one; gives the old and the new. The old stays at hand for its rows.

    Every process seals with the new key from its next write on.
    """
    if settings.audit_key is not None:
        raise NeurolistError(
            "The key of the audit trail is in NEUROLIST_AUDIT_KEY, so it is changed there: put the old one into "
            "NEUROLIST_AUDIT_KEYS_BEFORE, a new one into NEUROLIST_AUDIT_KEY, and start every process again."
        )
    home = settings.home.expanduser()
    old = current(settings)
    _keep(home, (home / KEY_FILE).read_bytes())
    draft = home / f"{KEY_FILE}.new"
    draft.unlink(missing_ok=True)
    audit.make_key(draft)
    draft.replace(home / KEY_FILE)
    return old, current(settings)


def bring(path: Path, home: Path) -> None:
    """Put a key from elsewhere into a home that is being restored: the first is the one in use, the others old."""
    try:
        secret = path.read_bytes()
    except OSError:
        raise BadInputError.of("key", f"there is no key file at {path} that can be read.") from None
    if not secret:
        raise BadInputError.of("key", f"the key file {path} is empty.")
    if (home / KEY_FILE).exists():
        _keep(home, secret)
    else:
        write_through(home / KEY_FILE, secret, mode=READ_ONLY, new=True)


def copy_all(home: Path, to: Path) -> None:
    """Copy every key file to another home, for a drill."""
    if (home / KEY_FILE).exists():
        write_through(to / KEY_FILE, (home / KEY_FILE).read_bytes(), mode=READ_ONLY, new=True)
    for path in (home / OLD_KEYS).glob("*.key"):
        _keep(to, path.read_bytes())


def _keep(home: Path, secret: bytes) -> None:
    folder = home / OLD_KEYS
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{sealing_key(secret).id}.key"
    if not path.exists():
        write_through(path, secret, mode=READ_ONLY, new=True)
