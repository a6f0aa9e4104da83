"""Reading who a patient of another site is in an emergency: opened with a reason and for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from db import audit
from db.audit import Author
from db.facts import case_row
from db.tables import EmergencyReadingRow, TaskRow
from scheduler.errors import BadInputError
from scheduler.vocabulary import Role

TASK = "emergency_reading"
SHORTEST_REASON = 10  # characters: enough to say what the emergency was


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyReading:
    """Who opened a patient in an emergency, why, and for how long."""

    name: str
    reason: str
    opened_at: datetime
    until: datetime


def open_for(
    session: Session, ref: str, reason: str, *, reader: Author, now: datetime, lasts: timedelta, look_at_by: date
) -> datetime:
    """Let somebody read who a patient is until the time that is given back; the lead is asked to look at it."""
    said = " ".join(reason.split())
    if len(said) < SHORTEST_REASON:
        raise BadInputError.of("reason", f"Say what the emergency is, in at least {SHORTEST_REASON} characters.")
    case, until = case_row(session, ref), now + lasts
    session.add(
        EmergencyReadingRow(
            case_id=case.id, account_id=reader.id, name=reader.name, reason=said, opened_at=now, until=until
        )
    )
    says = f"Look at why {reader.name} opened who the patient of {ref} is in an emergency"
    session.add(TaskRow(case_id=case.id, kind=TASK, role=Role.IR_LEAD, says=says, due_on=look_at_by, made_at=now))
    audit.record(session, action="open_in_emergency", entity="case", ref=ref)
    return until


def is_open(session: Session, ref: str, reader: str, *, now: datetime) -> bool:
    """Say whether somebody has opened this patient in an emergency and the time is not over."""
    asked = select(EmergencyReadingRow.id).where(
        EmergencyReadingRow.case_id == case_row(session, ref).id,
        EmergencyReadingRow.account_id == reader,
        col(EmergencyReadingRow.until) > now,
    )
    return session.exec(asked.limit(1)).first() is not None


def of_case(session: Session, ref: str) -> tuple[EmergencyReading, ...]:
    """List who opened the patient of a case in an emergency, the latest first."""
    asked = select(EmergencyReadingRow).where(EmergencyReadingRow.case_id == case_row(session, ref).id)
    return tuple(
        EmergencyReading(name=row.name, reason=row.reason, opened_at=row.opened_at, until=row.until)
        for row in session.exec(asked.order_by(col(EmergencyReadingRow.opened_at).desc()))
    )
