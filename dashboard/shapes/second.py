"""A request for a second person in words, and who may decide it."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from dashboard.shapes.words import moment
from flows.desk import APPROVING, Action, ApprovalLine


def may_decide(line: ApprovalLine, may: Callable[[Action], bool]) -> bool:
    """Say whether a person's role decides about this; the desk asks again, at its sites."""
    return may(APPROVING[line.kind])


def request_words(line: ApprovalLine, person: str, zone: ZoneInfo) -> str:
    """Who asks, why and until when; or that it has lapsed, or is one's own and waits for somebody else."""
    asks = f"{line.asked_name} asks since {moment(line.asked_at, zone)}: {line.reason}"
    if line.lapsed:
        return f"{asks} ({line.lapsed})"
    own = " You asked, so somebody else must approve it." if line.asked_by == person else ""
    return f"{asks} (open until {moment(line.expires_at, zone)}).{own}"
