"""What a visit's new time or place sets off: patient and referrer are written to, once, or a person is asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from db import holds, outbox
from db.cases import raise_task
from db.localtime import local_date
from db.outbox import Wanted
from db.tables import BookingRow, CaseRow, DeliveryRow, NoticeRow, SuiteSessionRow
from db.words import NoticeState, SendState
from scheduler.pathway.booking import AGREED, TENTATIVE
from scheduler.pathway.effects import Audience, NoticeKind, Timer
from scheduler.vocabulary import Role

READERS = (Audience.PATIENT, Audience.REFERRER)
OF_THE_TIME = (NoticeKind.BOOKED.value, NoticeKind.MOVED.value)
Place = tuple[datetime, str]  # when the patient comes, and to which suite
Hearing = tuple[str, str]  # a case's id, and who is written to


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A booking that has moved: where it was, and which line of the case's history says so."""

    case: CaseRow
    booking: BookingRow
    before: Place
    line: int


def place_of(session: Session, booking: BookingRow) -> Place:
    """Give when and where a booking is."""
    return booking.start, session.get_one(SuiteSessionRow, booking.session_id).suite_id


def tell(session: Session, moved: Sequence[Moved], *, now: datetime, by: str) -> None:
    """Write to everybody who was told an old time; a slot that nobody was told of yet is a task for the office.

    Another radiologist at the same time and place is no news.
    """
    heard = will_hear(session, [one.case.id for one in moved])
    letters = []
    for one in moved:
        if place_of(session, one.booking) == one.before:
            continue
        if one.booking.status in TENTATIVE:
            holds.ask_again(session, one.case, one.booking, now=now, by=by)
        elif one.booking.status in AGREED:
            others = [audience for audience in READERS if (one.case.id, audience.value) not in heard]
            letters += [Wanted(case=one.case, kind=NoticeKind.MOVED, audience=to, event_seq=one.line) for to in others]
    if letters:
        outbox.queue_each(session, letters, now=now)


def will_hear(session: Session, cases: Collection[str]) -> frozenset[Hearing]:
    """Say of which cases a letter about the time still waits: it is filled when it leaves, so it tells the new one."""
    asked = (
        select(NoticeRow.case_id, NoticeRow.audience)
        .join(DeliveryRow, col(DeliveryRow.notice_id) == NoticeRow.id)
        .where(
            col(NoticeRow.case_id).in_(cases),
            NoticeRow.state == NoticeState.QUEUED,
            col(NoticeRow.kind).in_(OF_THE_TIME),
            DeliveryRow.state == SendState.WAITING,
            col(DeliveryRow.document_id).is_(None),
        )
    )
    return frozenset(session.exec(asked))


def ask_for_another(session: Session, case: CaseRow, slot: BookingRow, *, offered: bool, now: datetime) -> None:
    """A plan took away a slot that was held or offered: somebody finds another, and tells a patient who knew of it."""
    then = "tell the patient, who was offered it, and find another" if offered else "find the patient another"
    says = f"A new plan took away the slot held on list {slot.session_id}: {then}."
    today = local_date(session, now)
    raise_task(session, case.ref, kind=Timer.HOLD_EXPIRES, role=Role.BOOKINGS, says=says, due_on=today, now=now)
