"""Which of a scenario's changes of lists and leave the clinic has made already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from db.clinic import sites_of_lists
from db.localtime import start_of_day, timezone_of
from db.tables import LeaveRow, RadiologistRow, SuiteRow, SuiteSessionRow
from scheduler.scenario import AddList, Change, CloseList, Leave

ONE_DAY = timedelta(days=1)


def is_made(session: Session, change: Change) -> bool:
    """Say whether nothing is left to do for this change; new demand and prices ask nothing of the clinic."""
    match change:
        case AddList(id=name):
            return session.get(SuiteSessionRow, name) is not None
        case CloseList(list=name):
            row = session.get(SuiteSessionRow, name)
            return row is None or row.closed
        case Leave():
            start, end = span_of(session, change)
            return any(row.start <= start and row.end >= end for row in _leave_of(session, change.radiologist))
        case _:
            return True


def sites_of(session: Session, changes: Iterable[Change]) -> tuple[str, ...]:
    """List the sites whose lists these changes add, close, or take a radiologist off."""
    suites, lists, people = set(), set(), set()
    for change in changes:
        match change:
            case AddList(suite=suite):
                suites.add(suite)
            case CloseList(list=name):
                lists.add(name)
            case Leave(radiologist=person):
                people.add(person)
            case _:
                pass
    at = session.exec(select(SuiteRow.site_id).where(col(SuiteRow.id).in_(suites))).all()
    worked = session.exec(select(RadiologistRow.sites).where(col(RadiologistRow.id).in_(people))).all()
    return tuple(sorted({*at, *sites_of_lists(session, lists), *(site for sites in worked for site in sites)}))


def span_of(session: Session, leave: Leave) -> tuple[datetime, datetime]:
    """Give the instants from the first midnight of the leave to the one after its last day."""
    zone = timezone_of(session)
    return start_of_day(leave.first, zone), start_of_day(leave.last + ONE_DAY, zone)


def _leave_of(session: Session, radiologist: str) -> list[LeaveRow]:
    return list(session.exec(select(LeaveRow).where(LeaveRow.radiologist_id == radiologist)))


def lists_in(session: Session, leave: Leave, *, now: datetime) -> tuple[str, ...]:
    """List the lists to come in that time that the radiologist is rostered or assigned to."""
    start, end = span_of(session, leave)
    asked = select(SuiteSessionRow.id).where(
        or_(
            SuiteSessionRow.rostered_radiologist_id == leave.radiologist,
            SuiteSessionRow.assigned_radiologist_id == leave.radiologist,
        ),
        col(SuiteSessionRow.start) < end,
        col(SuiteSessionRow.end) > start,
        col(SuiteSessionRow.start) > now,
    )
    return tuple(session.exec(asked.order_by(SuiteSessionRow.id)))
