"""The demonstration's clinic, put into the memory through the same functions as a real one."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from db import clinic, holidays, meetings
from db.clinic import NewList
from db.meetings import NewMeeting
from flows.demo import roster, sites
from flows.demo.days import days_between, holidays_around, is_meeting_day
from flows.demo.roster import DemoList

if TYPE_CHECKING:
    from sqlmodel import Session

WEEKS_AHEAD = 8
MEETING_MINUTES = 120
MEETING_PLACE = "Seminar room 2 and by video"
MEETING_CHAIR = "Dr Anneliese Brandvold"


def set_up(session: Session, *, seed: int, first: date, today: date, timezone: str) -> int:
    """Add places, machines, staff, holidays, meetings, and lists to eight weeks ahead; give how many lists."""
    last = today + timedelta(weeks=WEEKS_AHEAD)
    _add_places(session)
    staff = sites.radiologists(seed, first=first, last=last, timezone=timezone)
    for person in staff:
        clinic.add_radiologist(session, person)
    holidays.seed(session, holidays_around(today), last_year=today.year + 1, today=today)
    for day in filter(is_meeting_day, days_between(first, last)):
        meetings.add_meeting(
            session, NewMeeting(on=day, place=MEETING_PLACE, chair=MEETING_CHAIR, capacity_minutes=MEETING_MINUTES)
        )
    lists = roster.lists(seed, staff, first=first, last=last, timezone=timezone)
    clinic.add_lists(session, [_new_list(one) for one in lists])
    for one in lists:
        if one.closed_reason:
            clinic.close_list(session, one.session.id, reason=one.closed_reason)
    return len(lists)


def _add_places(session: Session) -> None:
    for site in sites.SITES:
        clinic.add_site(session, site)
    for suite in sites.SUITES:
        clinic.add_suite(session, suite, name=sites.SUITE_NAMES[suite.id])
    for unit in sites.UNITS:
        clinic.add_unit(session, unit, name=sites.UNIT_NAMES[unit.id])
    for one, other, minutes in sites.travel_minutes():
        clinic.add_travel(session, one, other, minutes)


def _new_list(one: DemoList) -> NewList:
    return NewList(
        id=one.session.id,
        suite=one.session.suite,
        on=one.on,
        start=time.fromisoformat(one.wall_start),
        end=time.fromisoformat(one.wall_end),
        funding=one.session.funding,
        overtime_minutes=one.session.overtime_minutes,
        anaesthetist=one.session.anaesthetist,
        radiologist=one.session.radiologist,
        max_cases=one.session.max_cases,
    )
