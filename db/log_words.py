"""What a line of the log may say: the events there are, and the fields beside them with the shape each must have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

LONGEST: Final = 40  # parts of a list, such as the frames of a traceback


class LogEvent(StrEnum):
    """Everything that a line can tell; there are no others."""

    STARTED = "started"
    STOPPED = "stopped"
    CRASHED = "crashed"
    READY = "ready"
    NOT_READY = "not_ready"
    FAULT = "fault"
    CHILD_STARTED = "child_started"
    CHILD_WELL = "child_well"
    CHILD_ENDED = "child_ended"
    CHILD_SILENT = "child_silent"
    CHILD_STOPPED = "child_stopped"
    SIGN_IN_ACCEPTED = "sign_in_accepted"
    SIGN_IN_HALF = "sign_in_half"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_LOCKED = "sign_in_locked"
    SESSION_ENDED = "session_ended"
    PROVIDER_FAILED = "provider_failed"
    REQUEST_REFUSED = "request_refused"
    ACT_REFUSED = "act_refused"
    ACTS_TOO_FAST = "acts_too_fast"
    FILES_REFUSED = "files_refused"
    STEP_DONE = "step_done"
    STEP_REFUSED = "step_refused"
    STEP_FAILED = "step_failed"
    STEP_PARKED = "step_parked"
    STEP_TAKEN_OVER = "step_taken_over"
    TURN_FAILED = "turn_failed"
    PREFECT_LOST = "prefect_lost"
    PREFECT_FOUND = "prefect_found"
    PREFECT_RUN_FAILED = "prefect_run_failed"
    SWEEP_NOT_TAKEN = "sweep_not_taken"
    DATABASE_LOST = "database_lost"
    DATABASE_FOUND = "database_found"
    PREPARED = "prepared"
    BACKUP_DONE = "backup_done"
    DRILL_DONE = "drill_done"
    DRILL_FAILED = "drill_failed"
    RESTORE_DONE = "restore_done"
    RESTORE_FAILED = "restore_failed"
    ANCHOR_DONE = "anchor_done"
    UPKEEP_FAILED = "upkeep_failed"
    KEY_ROTATED = "key_rotated"
    PUBLISH_DONE = "publish_done"
    COMMAND_DONE = "command_done"
    LIBRARY = "library"  # another package said something; where and how grave, and never what
    UNLISTED = "unlisted"  # something of ours that is not in this list
    NOT_WRITTEN = "not_written"


_FRAME = r"[\w./+-]{1,120}:\d{1,6}( [\w<>]{1,80})?"
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_WORD = r"[a-z][a-z0-9_]{0,39}"
_NAMES_OF_CODE = r"[A-Za-z_][\w.]{0,119}"

# No field takes free text: an id looks like an id, a word is one of the code's own, and a number is a number.
SHAPES: Final[Mapping[str, str]] = {
    "account": _UUID,
    "proposal": _UUID,
    "step": _UUID,
    "request": r"(?=.*[a-f])[0-9a-f]{32}",  # a number of digits alone may be a patient's
    "case": r"N\d{1,9}",
    "number": r"[0-9a-f]{6}",  # of a fault, as the person was told it
    "step_name": _WORD,
    "flow": _WORD,
    "reason": _WORD,
    "child": _WORD,
    "checks": _WORD,
    "command": r"[a-z]{1,20}([ -][a-z]{1,20}){0,2}",
    "engine": r"sqlite|postgresql",
    "version": r"\d{1,4}(\.\w{1,12}){0,4}",
    "revision": r"\d{4}|none",
    "error": _NAMES_OF_CODE,
    "cause": _NAMES_OF_CODE,
    "logger": _NAMES_OF_CODE,
    "at": _FRAME,
    "frames": _FRAME,
}
NUMBERS: Final = frozenset(
    {"booked", "moved", "rows", "bytes", "count", "port", "exit_code", "signal", "status", "seconds", "dropped"}
)
_PATTERNS: Final = {name: re.compile(shape, re.ASCII) for name, shape in SHAPES.items()}


def may_stand(name: str, value: object) -> bool:
    """Say whether this field is on the list and its value has the shape that the list gives it."""
    if name in NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool)
    pattern = _PATTERNS.get(name)
    if pattern is None:
        return False
    if isinstance(value, str):
        return pattern.fullmatch(value) is not None
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return len(value) <= LONGEST and all(isinstance(one, str) and pattern.fullmatch(one) for one in value)
    return False
