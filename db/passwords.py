"""Passwords: kept as hashes nobody can read back, long enough, and none that a guesser tries first."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from scheduler.errors import BadInputError

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256  # a longer one only costs time to hash
FEWEST_DIFFERENT = 5  # characters: "aaaaaaaaaaaa" is long and known
GUESSED_FIRST = Path(__file__).parent / "guessed_first.txt"
HASHED_AT_ONCE = 4  # each takes 64 MiB: a flood of sign-ins waits its turn instead of taking the machine's memory
_HASHING = BoundedSemaphore(HASHED_AT_ONCE)
_LEET = str.maketrans("013457@$!", "oieastasi")


def check_password(password: str, *, known: Iterable[str] = ()) -> None:
    """Refuse, in a sentence, a password that is short, or made of words guessed first or `known` of its owner."""
    if len(password) < SHORTEST_PASSWORD:
        raise BadInputError.of(
            "password", f"A password has at least {SHORTEST_PASSWORD} characters. Choose a longer one."
        )
    if len(password) > LONGEST_PASSWORD:
        raise BadInputError.of(
            "password", f"A password has at most {LONGEST_PASSWORD} characters. Choose a shorter one."
        )
    if len(set(password)) < FEWEST_DIFFERENT or _is_guessed_first(password, known):
        raise BadInputError.of(
            "password",
            "This password is among the first that a stranger would try. Choose another, such as four plain words.",
        )


def _is_guessed_first(password: str, known: Iterable[str]) -> bool:
    """Say whether nothing is left of a password once known words, digits, signs and runs of keys are taken out."""
    own = {part for text in known for part in re.split(r"[^a-z]+", text.casefold()) if len(part) > 2}
    plain = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password.casefold())
    return any(not _left_of(read, own) for read in (plain, plain.translate(_LEET)))


def _left_of(text: str, own: Iterable[str]) -> str:
    letters = re.sub(r"[\W\d_]", "", text)  # letters of every alphabet
    for word in sorted({*guessed_first(), *own}, key=len, reverse=True):
        letters = letters.replace(word, "")
    return letters


@cache
def guessed_first() -> tuple[str, ...]:
    """The words and runs of keys that common passwords are made of, from the packaged list."""
    lines = GUESSED_FIRST.read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


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


@cache
def nobodys_hash() -> str:
    """A hash no password has, so that an unknown name costs the same time as a known one."""
    return hashed(secrets.token_urlsafe(32))


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()
