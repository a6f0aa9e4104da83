"""The data key at work: values are encrypted and opened, rows proven whole, exact values found without being kept."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from db.errors import MemoryFaultError

MARK = "nl1:"  # how an encrypted value begins; the number is that of its form
NONCE_BYTES = 12  # as NIST SP 800-38D asks of AES-GCM
SUBKEY_BYTES = 32
KEY_ID_LETTERS = 12
BLIND_DIGITS = 32  # 128 bits: two values that meet by chance are out of the question
_CANONICAL = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class DataKey:
    """The secret that values are encrypted under, and the short id that each of them carries."""

    id: str
    secret: bytes

    @cached_property
    def aead(self) -> AESGCM:
        """AES-256-GCM under the part of the key that encrypts."""
        return AESGCM(self._part(b"values"))

    @cached_property
    def proving(self) -> bytes:
        """The part of the key that proves rows."""
        return self._part(b"rows")

    @cached_property
    def blinding(self) -> bytes:
        """The part of the key that finds exact values."""
        return self._part(b"exact values")

    @cached_property
    def filing(self) -> bytes:
        """The part of the key that encrypts SQLite's file as a whole."""
        return self._part(b"file")

    def _part(self, purpose: bytes) -> bytes:
        """Each purpose has a key of its own, by HKDF (RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=SUBKEY_BYTES, salt=None, info=b"neurolist " + purpose).derive(
            self.secret
        )


def data_key(secret: bytes) -> DataKey:
    """Make a data key from its secret."""
    return DataKey(id=hashlib.sha256(b"neurolist data key " + secret).hexdigest()[:KEY_ID_LETTERS], secret=secret)


class Cipher:
    """Encrypts and opens for one memory, with the keys at hand; `identity` says that names and numbers are encrypted.

    The keys are read when first needed, and again when `stamp` says that they are others or a key is not known.
    """

    def __init__(
        self, read: Callable[[], Sequence[DataKey]], *, stamp: Callable[[], object] = lambda: None, identity: bool
    ) -> None:
        self.identity = identity
        self._read, self._stamp = read, stamp
        self._seen: object = None
        self._keys: tuple[DataKey, ...] = ()

    @property
    def keys(self) -> tuple[DataKey, ...]:
        """Every key at hand, the one in use first; none where the key is lost or was never made."""
        if not self._keys:
            self.look_again()
        return self._keys

    @property
    def current(self) -> DataKey:
        """The key in use. Raises MemoryFaultError where there is none."""
        if not self.keys:
            raise MemoryFaultError(
                "The data key is not at hand, and encrypted values can be neither opened nor written. Put data.key "
                "back into the home folder, from the copy that was put away."
            )
        return self.keys[0]

    def key(self, id_: str) -> DataKey | None:
        """Find a key by its id, on the disk too if it is new."""
        found = self._find(id_)
        if found is None:
            self.look_again()
        return found or self._find(id_)

    def refresh(self) -> None:
        """Take the keys anew if the one in use is another by now."""
        if self._stamp() != self._seen:
            self.look_again()

    def look_again(self) -> None:
        """Take the keys anew."""
        self._seen = self._stamp()
        self._keys = tuple(self._read())

    def encrypt(self, where: str, text: str) -> str:
        """Encrypt a text for one table and column; it opens nowhere else. Two texts that are equal look different."""
        key, nonce = self.current, os.urandom(NONCE_BYTES)
        sealed = nonce + key.aead.encrypt(nonce, text.encode(), where.encode())
        return f"{MARK}{key.id}:{urlsafe_b64encode(sealed).decode()}"

    def open(self, where: str, token: str) -> str:
        """Open an encrypted value. Raises MemoryFaultError where its key is gone, or it is not what was kept there."""
        _, id_, packed = _parts(where, token)
        key = self.key(id_)
        if key is None:
            raise MemoryFaultError(
                f"A value of {where} is encrypted with the data key {id_}, which is not at hand. Put it back into the "
                "home folder, from the copy that was put away: data.key, or data-keys for one given up since."
            )
        try:
            sealed = urlsafe_b64decode(packed)
            return key.aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], where.encode()).decode()
        except (InvalidTag, ValueError):
            raise _changed(where) from None

    def prove(self, table: str, row: str, values: Sequence[object], key: DataKey | None = None) -> str:
        """Give the proof that these values, and no others, belong together in this row."""
        key = key or self.current
        told = _CANONICAL.encode([table, row, list(values)]).encode()
        return f"{key.id}:{hmac.digest(key.proving, told, 'sha256').hex()}"

    def check(self, table: str, row: str, values: Sequence[object], proof: str) -> None:
        """Raise MemoryFaultError unless the proof is that of this row with these values."""
        key = self.key(proof.partition(":")[0])
        if key is None or not hmac.compare_digest(self.prove(table, row, values, key), proof):
            raise _changed(f"the row {row} of {table}")

    def blind(self, where: str, text: str, key: DataKey | None = None) -> str:
        """Give what stands for an exact value in an index; it tells nothing to whoever lacks the key."""
        key = key or self.current
        digest = hmac.digest(key.blinding, f"{where}\x1f{text}".encode(), "sha256").hex()
        return f"{key.id}:{digest[:BLIND_DIGITS]}"

    def blinds(self, where: str, text: str) -> tuple[str, ...]:
        """Give what may stand for an exact value in an index, under every key at hand."""
        return tuple(self.blind(where, text, key) for key in self.keys)

    def _find(self, id_: str) -> DataKey | None:
        return next((key for key in self._keys if key.id == id_), None)


def is_encrypted(value: object) -> bool:
    """Say whether a value, as it is stored, is an encrypted one."""
    return isinstance(value, str) and value.startswith(MARK)


def key_of(token: str) -> str:
    """Give the id of the key that a value is encrypted with."""
    return token.split(":", 2)[1]


def _parts(where: str, token: str) -> list[str]:
    parts = token.split(":", 2)
    if len(parts) != 3:
        raise _changed(where)
    return parts


def _changed(where: str) -> MemoryFaultError:
    return MemoryFaultError(
        f"What is kept in {where} was changed or moved behind our back: it is not what was encrypted there. "
        "Do not use it; find out who can write to the database, and restore it from a backup."
    )
