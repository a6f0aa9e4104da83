"""The keys that values of the database are encrypted with, which lie outside it: the one in use, and the old ones."""

from __future__ import annotations

from pathlib import Path

from db import audit
from db.cipher import Cipher, DataKey, data_key
from db.key_files import KeyFiles
from db.settings import MemorySettings
from scheduler.errors import BadInputError, NeurolistError

KEY_FILE = "data.key"
OLD_KEYS = "data-keys"
SHORTEST_GIVEN = 32  # letters of a key that is given in the environment
FILES = KeyFiles(name=KEY_FILE, folder=OLD_KEYS, id_of=lambda secret: data_key(secret).id)


def cipher(settings: MemorySettings) -> Cipher:
    """Make what encrypts and opens for the memory of these settings."""
    return Cipher(lambda: at_hand(settings), stamp=lambda: _stamp(settings), identity=settings.encrypt_identity)


def at_hand(settings: MemorySettings) -> tuple[DataKey, ...]:
    """Give every key at hand, the one in use first; none where none was made yet."""
    home, before = settings.home.expanduser(), settings.data_keys_before
    now = FILES.current(home) if settings.data_key is None else _given(settings.data_key.get_secret_value())
    if now is None:  # no old key is ever taken for the one in use
        return ()
    named = [_given(one) for one in before.get_secret_value().split()] if before else []
    return tuple(map(data_key, (now, *named, *FILES.old(home))))


def given(settings: MemorySettings) -> tuple[DataKey, ...]:
    """Give the keys that the environment names."""
    named = [one for one in (settings.data_key, settings.data_keys_before) if one is not None]
    return tuple(data_key(_given(secret)) for one in named for secret in one.get_secret_value().split())


def id_of(path: Path) -> str:
    """Give the id of the key in a file; "" where it cannot be read, which is told when it is brought."""
    return data_key(path.read_bytes()).id if path.is_file() else ""


def make(settings: MemorySettings) -> None:
    """Make the first key, unless there is one."""
    if settings.data_key is None and FILES.current(settings.home.expanduser()) is None:
        audit.make_key(settings.home.expanduser() / KEY_FILE)


def replace(settings: MemorySettings) -> None:
    """Give the key in use up for a new one; the old stays at hand for what is encrypted with it."""
    if settings.data_key is not None:
        raise NeurolistError(
            "The data key is in NEUROLIST_DATA_KEY, so it is changed there: put the old one into "
            "NEUROLIST_DATA_KEYS_BEFORE, a new one into NEUROLIST_DATA_KEY, start every process again, and then "
            "repeat: neurolist encrypt rotate-key"
        )
    FILES.replace(settings.home.expanduser())


def bring(path: Path, home: Path) -> None:
    """Put a key from elsewhere into a home that is being restored: the first is the one in use, the others old."""
    FILES.bring(path, home)


def copy_all(home: Path, to: Path) -> None:
    """Copy every key file to another home, for a drill."""
    FILES.copy_all(home, to)


def _given(secret: str) -> bytes:
    if len(secret) < SHORTEST_GIVEN:
        raise BadInputError.of(
            "NEUROLIST_DATA_KEY",
            f"a data key has {SHORTEST_GIVEN} characters or more, none of them a space. Make one: openssl rand -hex 32",
        )
    return secret.encode()


def _stamp(settings: MemorySettings) -> object:
    """What is another thing once the key in use is another one."""
    try:
        found = (settings.home.expanduser() / KEY_FILE).stat()
    except FileNotFoundError:
        return ""
    return (found.st_ino, found.st_mtime_ns)
