"""Letters that no step of the pathway asks for, such as reminders."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from db import audit, outbox
from db.facts import case_row
from scheduler.pathway.effects import Audience, NoticeKind


def queue(session: Session, case_ref: str, *, kind: NoticeKind, audience: Audience, now: datetime) -> None:
    """Put one letter about a case in the outbox."""
    case = case_row(session, case_ref)
    outbox.queue(session, case, kind=kind, audience=audience, now=now)
    audit.record(session, action="queue_notice", entity="case", ref=case_ref, facts={"kind": kind})
