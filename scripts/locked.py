"""What the hash locks pin: each distribution with its version and its hashes."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "requirements.lock"
DEVELOPMENT = ROOT / "requirements-dev.lock"
ENTRY = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One pinned distribution."""

    name: str
    version: str
    hashes: frozenset[str]


def plain(name: str) -> str:
    """Give a distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> tuple[Locked, ...]:
    """Read a lock, in its order."""
    found: list[Locked] = []
    for entry in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE):
        if pin := ENTRY.match(entry):
            hashes = frozenset(HASH.findall(entry))
            found.append(Locked(name=plain(pin.group(1)), version=pin.group(2), hashes=hashes))
    return tuple(found)


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
