"""The referrer is reminded of the documents that a case still waits for: by letter, and once a day at the most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import audit, notices, outbox, writes
from db import protocol as protocols
from db.facts import case_facts, case_row
from db.localtime import local_date
from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.effects import Audience, NoticeKind
from scheduler.pathway.items import missing_items

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlmodel import Session

CHASE = "chase_documents"


def chase(
    session: Session,
    ref: str,
    *,
    today: date,
    now: datetime,
    expected_version: int | None = None,
    write_id: str | None = None,
) -> tuple[str, ...]:
    """Put the letter that asks the referrer for what is missing in the outbox; gives what it asks for.

    Raises TransitionNotAllowedError when nothing is missing, or when the same letter was asked for today.
    """
    done = writes.earlier(session, write_id, CHASE)
    if done is not None:
        kept = done["missing"]
        return tuple(map(str, kept)) if isinstance(kept, list) else ()
    case = case_row(session, ref, lock=True)
    case.expect(expected_version)
    missing = missing_items(case_facts(session, ref), protocols.protocol(session, today), now_received={})
    if not missing:
        raise TransitionNotAllowedError(f"Nothing is missing for case {ref}, so there is nothing to remind of.")
    if _asked_on(session, ref, today):
        raise TransitionNotAllowedError(
            f"The referrer of case {ref} was already reminded today. Look at the letter, or ring them."
        )
    notices.queue(session, ref, kind=NoticeKind.INFORMATION_NEEDED, audience=Audience.REFERRER, now=now)
    audit.record(session, action=CHASE, entity="case", ref=ref, facts={"missing": list(missing)})
    writes.finish(session, write_id, {"missing": list(missing)})
    return missing


def _asked_on(session: Session, ref: str, day: date) -> bool:
    asked = (one for one in outbox.letters(session, case_ref=ref) if one.kind is NoticeKind.INFORMATION_NEEDED)
    return any(local_date(session, letter.queued_at) == day for letter in asked)
