"""The whole network at a glance: how full lists are, which free minutes can be used, who works how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from db.localtime import local_date
from db.network_pictures import NetworkLoad, RadiologistLoad, SuiteWeek
from db.standing import standing
from db.tables import BookingRow, RadiologistRow, SiteRow, SuiteRow, SuiteSessionRow
from db.tables.booking import HOLDING
from scheduler.free_time import FreeTime, free_time
from scheduler.pathway.booking import BookingState

COUNTED = (*HOLDING, BookingState.CLOSED.value)
ONE_MINUTE = timedelta(minutes=1)
WEEK = timedelta(weeks=1)
WEEKS_OF_A_TARGET = 4  # targets are set for the four weeks that a plan usually covers
NOTHING_FREE = FreeTime(session="", free=0, usable=0)


@dataclass(frozen=True, slots=True)
class _List:
    """One list with its place and what is booked there."""

    row: SuiteSessionRow
    suite: SuiteRow
    site: SiteRow
    booked: Sequence[BookingRow]

    @property
    def radiologist(self) -> str | None:
        return self.row.assigned_radiologist_id or self.row.rostered_radiologist_id

    @property
    def minutes(self) -> int:
        return (self.row.end - self.row.start) // ONE_MINUTE

    @property
    def minutes_booked(self) -> int:
        """The minutes of its cases, with the turnaround between them."""
        turns = max(len(self.booked) - 1, 0) * self.suite.turnaround_minutes
        return sum(case_minutes(each) for each in self.booked) + turns


def case_minutes(booking: BookingRow) -> int:
    """Give the minutes a booked case holds its room for."""
    return (booking.end - booking.start) // ONE_MINUTE


def network_load(session: Session, *, start: date, end: date, now: datetime, site: str | None = None) -> NetworkLoad:
    """Measure the lists of these dates, both included, at every site or at one; closed lists do not count."""
    lists = _lists(session, start, end, site)
    free, waiting = _free(session, max(start, local_date(session, now)), end, now)
    groups: dict[tuple[str, str, date], list[_List]] = defaultdict(list)
    for each in lists:
        groups[each.site.name, each.suite.name, monday_of(each.row.on)].append(each)
    return NetworkLoad(
        start=start,
        end=end,
        weeks=tuple(_suite_week(groups[key], key[2], free) for key in sorted(groups)),
        radiologists=_radiologists(session, lists, start, end, site),
        waiting=waiting,
    )


def monday_of(on: date) -> date:
    """Give the Monday of a date's week."""
    return on - timedelta(days=on.weekday())


def _lists(session: Session, start: date, end: date, site: str | None) -> list[_List]:
    asked = (
        select(SuiteSessionRow, SuiteRow, SiteRow)
        .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
        .join(SiteRow, col(SiteRow.id) == SuiteRow.site_id)
        .where(
            col(SuiteSessionRow.on).between(start, end),
            col(SuiteSessionRow.closed).is_(False),
            SuiteSessionRow.on < func.coalesce(SuiteRow.ended_on, date.max),
            SuiteSessionRow.on < func.coalesce(SiteRow.ended_on, date.max),
        )
    )
    rows = session.exec(asked if site is None else asked.where(SiteRow.id == site)).all()
    inside = select(SuiteSessionRow.id).where(col(SuiteSessionRow.on).between(start, end))
    bookings = select(BookingRow).where(col(BookingRow.session_id).in_(inside), col(BookingRow.status).in_(COUNTED))
    booked: dict[str, list[BookingRow]] = defaultdict(list)
    for booking in session.exec(bookings):
        booked[booking.session_id].append(booking)
    return [_List(row, suite, at, booked.get(row.id, [])) for row, suite, at in rows]


def _free(session: Session, first: date, last: date, now: datetime) -> tuple[Mapping[str, FreeTime], int]:
    """Measure the free minutes of the lists to come, and count who waits without a place."""
    if last < first:
        return {}, 0
    stands = standing(session, start=first, end=last, now=now)
    waiting = len(stands.problem.cases) - len(stands.plan.bookings)
    return free_time(stands.problem, stands.plan), waiting


def _suite_week(lists: Sequence[_List], week: date, free: Mapping[str, FreeTime]) -> SuiteWeek:
    first = lists[0]
    gaps = [free.get(each.row.id, NOTHING_FREE) for each in lists]
    return SuiteWeek(
        site=first.site.id,
        site_name=first.site.name,
        suite=first.suite.id,
        suite_name=first.suite.name,
        week=week,
        lists=len(lists),
        open=sum(each.minutes for each in lists),
        booked=sum(each.minutes_booked for each in lists),
        free=sum(each.free for each in gaps),
        usable=sum(each.usable for each in gaps),
    )


def _radiologists(
    session: Session, lists: Iterable[_List], start: date, end: date, site: str | None
) -> tuple[RadiologistLoad, ...]:
    """Give each radiologist's work at these sites, the fullest first."""
    cases: dict[str, list[int]] = defaultdict(list)
    done: dict[str, int] = defaultdict(int)
    for each in lists:
        if each.radiologist is not None:
            done[each.radiologist] += 1
        for booking in each.booked:
            cases[booking.radiologist_id].append(case_minutes(booking))
    part = ((end - start).days + 1) / (WEEKS_OF_A_TARGET * WEEK.days)
    found = [
        RadiologistLoad(
            id=row.id,
            name=row.name,
            lists=done[row.id],
            cases=len(cases[row.id]),
            minutes=sum(cases[row.id]),
            target=round(row.target_minutes * part) if row.target_minutes and site is None else None,
        )
        for row in session.exec(select(RadiologistRow))
        if (site is None or site in row.sites) and (row.ended_on is None or row.ended_on > start)
    ]
    return tuple(sorted(found, key=lambda one: (-(one.share or 0), -one.minutes, one.name)))
