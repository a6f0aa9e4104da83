"""How fast one person may act through the pages: what no hand can do is a program's, and waits.

Each web process counts for itself, and forgets what it counted when it ends.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from db import logs
from db.log_words import LogEvent
from scheduler.errors import NeurolistError


class TooFastError(NeurolistError):
    """One person asks for more than a hand can do; some time later they may go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How often one person may do something within a time, and what it is called in the log and in words."""

    reason: str
    most: int
    seconds: int
    says: str


# An act asks for its role once or twice, so this is at least two acts a second for a whole minute.
ACTS = Limit(
    reason="acts",
    most=240,
    seconds=60,
    says="You have asked for more within a minute than a person does by hand. Wait a minute, then do it again.",
)
PATIENTS = 120  # the busiest meeting has some forty
READINGS = Limit(
    reason="readings",
    most=PATIENTS,
    seconds=600,
    says=f"You have opened who {PATIENTS} patients are within ten minutes. Wait ten minutes, then open it again.",
)


@dataclass(slots=True)
class _Counted:
    """What one person did lately, oldest first, and whether the log was told that it was too much."""

    at: deque[float] = field(default_factory=deque)
    told: bool = False


class Pace:
    """Counts what each person does, and says when it is too much."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._counted: defaultdict[tuple[str, str], _Counted] = defaultdict(_Counted)

    def demand(self, person: str, limit: Limit) -> None:
        """Count one more; raises TooFastError, and counts nothing, where it is too much."""
        now = self._seconds()
        with self._lock:
            counted = self._counted[person, limit.reason]
            while counted.at and counted.at[0] <= now - limit.seconds:
                counted.at.popleft()
            if len(counted.at) < limit.most:
                counted.at.append(now)
                counted.told = False
                return
            first, counted.told = not counted.told, True
        if first:
            logs.tell(LogEvent.ACTS_TOO_FAST, account=logs.if_listed("account", person), reason=limit.reason)
        raise TooFastError(limit.says)
