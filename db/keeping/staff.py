"""Radiologists: what they are credentialed for, when they are away, and from when they no longer work here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from db import audit, clinic
from db.keeping import lists
from db.keeping.lines import LeaveLine, StaffLine
from db.localtime import start_of_day, timezone_of
from db.tables import LeaveRow, RadiologistRow
from scheduler.errors import BadInputError, NotFoundError
from scheduler.problem import Radiologist
from scheduler.vocabulary import Target, Technique


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a radiologist may do where, and how many lists they take."""

    name: str
    sites: tuple[str, ...]
    targets: tuple[str, ...]
    techniques: tuple[str, ...]
    max_sessions_per_day: int | None = None
    max_sessions_per_week: int | None = None
    target_minutes: int | None = None


def staff_lines(session: Session, *, since: datetime) -> tuple[StaffLine, ...]:
    """List the radiologists by name, each with the leave that ends after this instant."""
    away: dict[str, list[LeaveLine]] = defaultdict(list)
    asked = select(LeaveRow).where(col(LeaveRow.end) > since).order_by(col(LeaveRow.start))
    for row in session.exec(asked):
        away[row.radiologist_id].append(
            LeaveLine(
                id=row.id,
                radiologist=row.radiologist_id,
                start=row.start,
                end=row.end,
                reason=row.reason,
                version=row.version,
            )
        )
    rows = session.exec(select(RadiologistRow).order_by(RadiologistRow.name))
    return tuple(_line(row, tuple(away[row.id])) for row in rows)


def add(session: Session, radiologist_id: str, what: Credentials) -> None:
    """Add a radiologist."""
    if session.get(RadiologistRow, radiologist_id) is not None:
        raise BadInputError.of("id", f"{radiologist_id} is the id of another radiologist. Choose another.")
    clinic.add_radiologist(
        session,
        Radiologist(
            id=radiologist_id,
            name=what.name,
            sites=what.sites,
            targets=tuple(Target(each) for each in what.targets),
            techniques=tuple(Technique(each) for each in what.techniques),
            max_sessions_per_day=what.max_sessions_per_day,
            max_sessions_per_week=what.max_sessions_per_week,
            target_minutes=what.target_minutes,
        ),
    )


def change(
    session: Session, radiologist_id: str, what: Credentials, *, now: datetime, expected_version: int | None = None
) -> tuple[str, ...]:
    """Change what a radiologist may do; gives the lists to come that lose them, at sites no longer theirs."""
    row = found(session, radiologist_id)
    row.expect(expected_version)
    row.name, row.sites, row.targets, row.techniques = (
        what.name,
        list(what.sites),
        list(what.targets),
        list(what.techniques),
    )
    row.max_sessions_per_day, row.max_sessions_per_week = what.max_sessions_per_day, what.max_sessions_per_week
    row.target_minutes = what.target_minutes
    audit.record(session, action="change_radiologist", entity="radiologist", ref=radiologist_id)
    return lists.take_off_lists(
        session,
        radiologist_id,
        start=now,
        end=None,
        now=now,
        reason="No longer credentialed at this site",
        sites_kept=frozenset(what.sites),
    )


def end(
    session: Session, radiologist_id: str, on: date, *, now: datetime, expected_version: int | None = None
) -> tuple[str, ...]:
    """Let a radiologist work until the day before this one; gives the lists that lose them."""
    row = found(session, radiologist_id)
    row.expect(expected_version)
    row.ended_on = on
    audit.record(session, action="end_radiologist", entity="radiologist", ref=radiologist_id)
    start = start_of_day(on, timezone_of(session))
    return lists.take_off_lists(session, radiologist_id, start=start, end=None, now=now, reason="Works here no longer")


def resume(session: Session, radiologist_id: str, *, expected_version: int | None = None) -> None:
    """Let a radiologist work here again."""
    row = found(session, radiologist_id)
    row.expect(expected_version)
    row.ended_on = None
    audit.record(session, action="resume_radiologist", entity="radiologist", ref=radiologist_id)


def add_leave(
    session: Session, radiologist_id: str, *, start: datetime, end: datetime, reason: str, now: datetime
) -> tuple[str, ...]:
    """Keep a radiologist free; gives the lists to come that lose them for it."""
    found(session, radiologist_id)
    off = lists.take_off_lists(session, radiologist_id, start=start, end=end, now=now, reason="On leave")
    clinic.add_leave(session, radiologist_id, start=start, end=end, reason=reason)
    return off


def found(session: Session, radiologist_id: str) -> RadiologistRow:
    """Find a radiologist."""
    row = session.get(RadiologistRow, radiologist_id)
    if row is None:
        raise NotFoundError(f"No radiologist has the id {radiologist_id}.")
    return row


def _line(row: RadiologistRow, leave: tuple[LeaveLine, ...]) -> StaffLine:
    return StaffLine(
        id=row.id,
        name=row.name,
        sites=tuple(row.sites),
        targets=tuple(row.targets),
        techniques=tuple(row.techniques),
        max_sessions_per_day=row.max_sessions_per_day,
        max_sessions_per_week=row.max_sessions_per_week,
        target_minutes=row.target_minutes,
        ended_on=row.ended_on,
        version=row.version,
        leave=leave,
    )
