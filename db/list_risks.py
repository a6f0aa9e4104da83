"""The published lists still to come, with their booked cases and how long each may take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from db.list_names import lists_asked, radiologist_names
from db.localtime import local_date
from db.room_times import RoomTime, RoomTimes, Source, room_times
from db.tables import BookingRow, CaseRow, SuiteSessionRow
from db.tables.booking import STANDS
from scheduler.risk import Spread
from scheduler.vocabulary import Stage, Technique


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedCase:
    """One case's place on a list, and how long it may take."""

    ref: str
    start: datetime
    end: datetime
    time: RoomTime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedList:
    """One list with its cases in order of time."""

    id: str
    site_name: str
    suite_name: str
    date: date
    start: datetime
    end: datetime
    turnaround_minutes: int
    radiologist: str | None
    cases: tuple[BookedCase, ...]


def booked_lists(
    session: Session,
    *,
    start: date,
    end: date,
    now: datetime,
    site: str | None = None,
    only: Collection[str] | None = None,
    times: RoomTimes | None = None,
) -> tuple[BookedList, ...]:
    """Give the lists of these dates, both included, that hold cases and have not begun; `only` some by name.

    `times` are the room times as they are known today, where they have been read already.
    """
    asked = lists_asked(start, end, site=site, only=only).where(col(SuiteSessionRow.start) > now)
    rows = session.exec(asked.order_by(col(SuiteSessionRow.start), SuiteSessionRow.id)).all()
    known = times or room_times(session, local_date(session, now))
    cases = _booked_on(session, [row.id for row, _, _ in rows], known)
    names = radiologist_names(session)
    return tuple(
        BookedList(
            id=row.id,
            site_name=at.name,
            suite_name=suite.name,
            date=row.on,
            start=row.start,
            end=row.end,
            turnaround_minutes=suite.turnaround_minutes,
            radiologist=names.get(row.assigned_radiologist_id or ""),
            cases=tuple(cases[row.id]),
        )
        for row, suite, at in rows
        if row.id in cases
    )


def _booked_on(session: Session, lists: Sequence[str], times: RoomTimes) -> dict[str, list[BookedCase]]:
    asked = (
        select(BookingRow, CaseRow)
        .join(CaseRow, col(CaseRow.id) == BookingRow.case_id)
        .where(col(BookingRow.session_id).in_(lists), STANDS)
        .order_by(col(BookingRow.start), CaseRow.ref)
    )
    found: dict[str, list[BookedCase]] = defaultdict(list)
    for booking, case in session.exec(asked):
        time = _time(booking, case, times)
        found[booking.session_id].append(BookedCase(ref=case.ref, start=booking.start, end=booking.end, time=time))
    return found


def _time(booking: BookingRow, case: CaseRow, times: RoomTimes) -> RoomTime:
    """Say how long a booked case may take; exactly as booked where nothing else is known."""
    technique = Technique.LOCAL_ANAESTHETIC if booking.stage is Stage.TEST_BLOCK else case.technique
    if case.target is not None and technique is not None:
        known = times.of(booking.stage, case.target, technique, case.laterality)
        if known is not None:
            return known
    minutes = (booking.end - booking.start).total_seconds() / 60
    return RoomTime(duration=Spread(min=minutes, planned=minutes, max=minutes), source=Source.BOOKED)
