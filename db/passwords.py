"""Passwords: kept as hashes nobody can read back, long enough, and none that strangers know or try first."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from db.guessable import is_guessed_first
from db.leaked_passwords import is_leaked
from scheduler.errors import BadInputError

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256  # a longer one only costs time to hash
HASHED_AT_ONCE = 4  # each takes 64 MiB: a flood of sign-ins waits its turn instead of taking the machine's memory
_HASHING = BoundedSemaphore(HASHED_AT_ONCE)


def check_password(password: str, *, known: Iterable[str] = (), leaked: Path | None = None) -> None:
    """Refuse, in a sentence, a password that is short, guessed first by strangers, or in the list of leaked ones.

    `known` are names of its owner, which strangers try too.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise BadInputError.of(
            "password", f"A password has at least {SHORTEST_PASSWORD} characters. Choose a longer one."
        )
    if len(password) > LONGEST_PASSWORD:
        raise BadInputError.of(
            "password", f"A password has at most {LONGEST_PASSWORD} characters. Choose a shorter one."
        )
    if is_guessed_first(password, known):
        raise BadInputError.of(
            "password",
            "This password is among the first that a stranger would try. Choose another, such as four plain words.",
        )
    if leaked is not None and is_leaked(leaked, password):
        raise BadInputError.of(
            "password",
            "This password was leaked from some service elsewhere, so strangers know it. Choose another, such as four "
            "plain words.",
        )


def hashed(password: str) -> str:
    """Give the hash to keep."""
    return _hasher().hash(password)


def matches(kept: str, password: str) -> bool:
    """Say whether this is the password that was hashed."""
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        with _HASHING:
            return _hasher().verify(kept, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Say whether a hash was made with other parameters than a new one would be."""
    return _hasher().check_needs_rehash(kept)


@cache
def nobodys_hash() -> str:
    """A hash no password has, so that an unknown name costs the same time as a known one."""
    return hashed(secrets.token_urlsafe(32))


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()
