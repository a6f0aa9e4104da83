"""Passwords that were leaked elsewhere, looked up in a published list of their hashes that no memory could hold.

The list is the one that Have I Been Pwned publishes by SHA-1: a line for each password, `HASH:COUNT`, in the order of
the hashes. It has tens of gigabytes, so a hash is found by halving the file, in some forty short readings.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import BinaryIO

from db.errors import MemoryFaultError

PLACES_LOOKED_AT = 200  # spread evenly over the file, when the service starts
LONGEST_LINE = 80  # bytes: a hash, a colon and a count, with room
_LINE = re.compile(rb"([0-9A-F]{40}):\d+\r?\n?")
HOW_TO_GET_IT = "Take the list by SHA-1 that is ordered by hash, with a line HASH:COUNT for each password."


def is_leaked(file: Path, password: str) -> bool:
    """Say whether a password stands in the list; raises MemoryFaultError when that cannot be told."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        with file.open("rb") as lines:
            return _at_or_after(lines, wanted, file.stat().st_size) == wanted
    except (OSError, ValueError):
        raise MemoryFaultError(
            "The list of leaked passwords (NEUROLIST_LEAKED_PASSWORDS) cannot be read, so no password was changed. "
            "Tell whoever runs Neurolist."
        ) from None


def fault_of(file: Path) -> str:
    """Say why a file is no such list, by its lines at places spread over it; nothing when it is one."""
    try:
        with file.open("rb") as lines:
            size = file.stat().st_size
            found = [_first_after(lines, size * place // PLACES_LOOKED_AT) for place in range(PLACES_LOOKED_AT)]
    except OSError:
        return "cannot be read. Check its path, and that the service's own user may read it."
    except ValueError:
        return f"has other lines than leaked passwords. {HOW_TO_GET_IT}"
    hashes = [each for each in found if each is not None]
    if not hashes:
        return f"is empty. {HOW_TO_GET_IT}"
    return "" if hashes == sorted(hashes) else f"is not in the order of its hashes. {HOW_TO_GET_IT}"


def _at_or_after(lines: BinaryIO, wanted: bytes, size: int) -> bytes | None:
    """Give the first hash that is not before the wanted one; None after the last."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        found = _first_after(lines, middle)
        if found is None or found >= wanted:
            high = middle
        else:
            low = middle + 1
    return _first_after(lines, low)


def _first_after(lines: BinaryIO, place: int) -> bytes | None:
    """Give the hash of the first line that begins after this place of the file, or of the first of all at 0."""
    lines.seek(place)
    if place:
        lines.readline(LONGEST_LINE)
    line = lines.readline(LONGEST_LINE)
    if not line:
        return None
    read = _LINE.fullmatch(line)
    if read is None:
        raise ValueError("This line is of another form.")
    return read[1]
