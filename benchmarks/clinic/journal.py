"""What each invented member of staff wrote down before and after every act, in a file that survives being killed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Entry = dict[str, Any]
OUTCOMES = frozenset({"ack", "refused", "stale"})


@dataclass(frozen=True, slots=True)
class Journal:
    """One file of lines; each line is written whole, in one call, before anything else happens."""

    path: Path

    def write(self, kind: str, **told: object) -> None:
        """Add one line."""
        line = json.dumps({"kind": kind, "pid": os.getpid(), **told}, default=str) + "\n"
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)

    def entries(self) -> Iterator[Entry]:
        """Read every line."""
        if self.path.exists():
            yield from (json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines())

    def unanswered(self) -> list[Entry]:
        """Give the acts that were begun and never heard of again: whoever asked was killed before the answer."""
        begun: dict[str, Entry] = {}
        for entry in self.entries():
            if entry["kind"] == "begin":
                begun[entry["write"]] = entry
            elif entry["kind"] in OUTCOMES:
                begun.pop(entry["write"], None)
        return list(begun.values())


def everything(folder: Path) -> list[Entry]:
    """Read every journal of a simulation."""
    return [entry for path in sorted(folder.glob("*.jsonl")) for entry in Journal(path).entries()]
