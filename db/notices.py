"""The outbox: letters and messages that wait to be sent."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from db import audit
from db.facts import case_row
from db.tables import NoticeRow
from scheduler.pathway.effects import Audience, NoticeKind


def queue(session: Session, case_ref: str, *, kind: NoticeKind, audience: Audience, now: datetime) -> None:
    """Put one letter about a case in the outbox."""
    case = case_row(session, case_ref)
    session.add(NoticeRow(case_id=case.id, kind=kind.value, audience=audience.value, queued_at=now))
    audit.record(session, action="queue_notice", entity="case", ref=case_ref, facts={"kind": kind})
