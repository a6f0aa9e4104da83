"""One thing that somebody does on a walk, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scheduler.vocabulary import Role


class Outcome(StrEnum):
    """How an act ended."""

    DONE = "done"
    REFUSED = "refused"
    REPEATED = "repeated"


ANY = frozenset({Outcome.DONE, Outcome.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is done: its kind, whose case, which event with which form, and by whom.

    `wanted` are the ways it may end; `given` is what else the kind needs, such as days that pass.
    """

    kind: str
    ref: str = ""
    event: str = ""
    form: Mapping[str, object] = field(default_factory=dict)
    role: Role = Role.ADMINISTRATOR
    wanted: frozenset[Outcome] = ANY
    given: Any = None

    def __str__(self) -> str:
        """Say it in a line, as a report of a failure needs."""
        form = " ".join(f"{key}={str(value)[:40]!r}" for key, value in self.form.items())
        parts = (self.kind, self.ref, self.event, f"by {self.role.value}", form, str(self.given or ""))
        return " ".join(part for part in parts if part)
