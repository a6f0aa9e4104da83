"""An outage that a proposal answers is written down with it: lists closed or cut short, leave, service periods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from db import claims, clinic
from db.bookings import staff_holds
from db.tables import SuiteSessionRow
from scheduler.problem import SchedulingProblem, SuiteSession


def reshape_lists(
    session: Session, lists: Mapping[str, SuiteSessionRow], problem: SchedulingProblem, event: Mapping[str, object]
) -> None:
    """Close lists, cut them short or take them off the roster, as in the problem of a proposal with an event."""
    if not event:
        return
    for planned in problem.sessions:
        row = lists[planned.id]
        if planned.closed and not row.closed and row.suite_id == event.get("suite"):
            row.closed, row.closed_reason = True, str(event["says"])
        if planned.radiologist is None and row.rostered_radiologist_id == event.get("radiologist"):
            row.rostered_radiologist_id = None
        if (row.start, row.end) != (planned.start, planned.end):
            _cut_short(session, row, planned, problem.zone)
        row.overtime_minutes = planned.overtime_minutes
    session.flush()


def _cut_short(session: Session, row: SuiteSessionRow, planned: SuiteSession, zone: ZoneInfo) -> None:
    """Give a list its shorter hours; its radiologist is held for those alone."""
    claims.release(session, claims.held_by(session, session_id=row.id))
    row.start, row.end = planned.start, planned.end
    row.wall_start, row.wall_end = (f"{moment.astimezone(zone):%H:%M}" for moment in (planned.start, planned.end))
    session.flush()
    claims.take(session, staff_holds(row))


def keep_outage(session: Session, event: Mapping[str, object]) -> None:
    """Keep the leave or the service period, once everything has moved out of its way."""
    if "start" not in event:
        return
    start, end = (datetime.fromisoformat(str(event[name])) for name in ("start", "end"))
    if event.get("suite"):
        clinic.add_maintenance(session, start=start, end=end, suite=str(event["suite"]), reason="out of use")
    if event.get("radiologist"):
        clinic.add_leave(session, str(event["radiologist"]), start=start, end=end, reason="away")
