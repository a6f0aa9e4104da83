"""The anchors: ends of the audit trail written to a file outside the database, so that a cut tail shows."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from db.disk import ONLY_OURS, why
from db.errors import MemoryFaultError


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The last row of the trail at one moment: its number and its seal.

    After `restored`, the trail goes on from this row: what was anchored later was lost with the old database.
    """

    seq: int
    seal: str
    at: datetime
    restored: bool = False


def append(path: Path, anchor: Anchor) -> None:
    """Add an anchor at the end of the file, and return once it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {"seq": anchor.seq, "seal": anchor.seal, "at": anchor.at.astimezone(UTC).isoformat()}
    line = json.dumps(told | ({"restored": True} if anchor.restored else {})) + "\n"
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, ONLY_OURS), "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _ends_in_half_a_line(file.fileno()):
                line = f"\n{line}"
            os.write(file.fileno(), line.encode())
            os.fsync(file.fileno())
    except OSError as fault:
        raise MemoryFaultError(f"The anchor of the audit trail could not be written to {path}: {why(fault)}.") from None


def read(path: Path) -> tuple[Anchor, ...]:
    """Read every anchor, oldest first; a last line that a crash cut in half is passed over."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except OSError as fault:
        raise MemoryFaultError(f"The anchors of the audit trail could not be read from {path}: {why(fault)}.") from None
    return tuple(anchor for line in lines if (anchor := _anchor(line)) is not None)


def still_expected(anchors: Iterable[Anchor]) -> dict[int, str]:
    """Give the seal that each anchored row must still have; a restore took later rows away."""
    expected: dict[int, str] = {}
    for anchor in anchors:
        if anchor.restored:
            expected = {seq: seal for seq, seal in expected.items() if seq < anchor.seq}
        expected.setdefault(anchor.seq, anchor.seal)
    expected.pop(0, None)  # an empty trail has no row to look for
    return expected


def _ends_in_half_a_line(file: int) -> bool:
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"


def _anchor(line: str) -> Anchor | None:
    try:
        told = json.loads(line)
        return Anchor(
            seq=int(told["seq"]),
            seal=str(told["seal"]),
            at=datetime.fromisoformat(told["at"]),
            restored=bool(told.get("restored", False)),
        )
    except (ValueError, KeyError, TypeError):
        return None
