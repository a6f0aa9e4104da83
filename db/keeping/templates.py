"""Lists that come every so many weeks: the pattern is kept once, and the lists of a range of weeks are made from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from db import audit, clinic
from db.clinic import NewList
from db.keeping.lines import ComingList, TemplateLine
from db.localtime import instant, timezone_of
from db.tables import (
    HolidayRow,
    LeaveRow,
    ListTemplateRow,
    MaintenanceRow,
    RadiologistRow,
    SiteRow,
    SuiteRow,
    SuiteSessionRow,
)
from scheduler.errors import BadInputError, NotFoundError

ONE_DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What a template asks for; `first_on` is its first day and gives its weekday."""

    suite: str
    first_on: date
    start: time
    end: time
    funding: tuple[str, ...]
    every_weeks: int = 1
    overtime_minutes: int = 0
    anaesthetist: bool = False
    radiologist: str | None = None
    max_cases: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What keeps a list from being made, or from having its radiologist."""

    holidays: Mapping[tuple[date, str], str]
    taken: Mapping[str, list[Span]]
    out: Mapping[str, list[Span]]
    away: Mapping[str, list[Span]]
    ended: Mapping[str, date | None]
    zone: str


def template_lines(session: Session) -> tuple[TemplateLine, ...]:
    """List the templates by place, weekday and time."""
    asked = (
        select(ListTemplateRow, SuiteRow, SiteRow)
        .join(SuiteRow, col(SuiteRow.id) == ListTemplateRow.suite_id)
        .join(SiteRow, col(SiteRow.id) == SuiteRow.site_id)
        .order_by(SiteRow.name, SuiteRow.name, col(ListTemplateRow.weekday), ListTemplateRow.wall_start)
    )
    return tuple(
        TemplateLine(
            id=row.id,
            suite=suite.id,
            suite_name=suite.name,
            site=site.id,
            site_name=site.name,
            weekday=row.weekday,
            every_weeks=row.every_weeks,
            first_on=row.first_on,
            start=time.fromisoformat(row.wall_start),
            end=time.fromisoformat(row.wall_end),
            overtime_minutes=row.overtime_minutes,
            funding=tuple(row.funding),
            anaesthetist=row.anaesthetist,
            radiologist=row.radiologist_id,
            max_cases=row.max_cases,
            ended_on=row.ended_on,
            version=row.version,
        )
        for row, suite, site in session.exec(asked)
    )


def add(session: Session, pattern: Pattern) -> str:
    """Add a template and give its id; lists are made from it only when asked for."""
    _check(pattern)
    row = ListTemplateRow(
        suite_id=pattern.suite,
        weekday=pattern.first_on.weekday(),
        every_weeks=pattern.every_weeks,
        first_on=pattern.first_on,
        wall_start=f"{pattern.start:%H:%M}",
        wall_end=f"{pattern.end:%H:%M}",
        overtime_minutes=pattern.overtime_minutes,
        funding=list(pattern.funding),
        anaesthetist=pattern.anaesthetist,
        radiologist_id=pattern.radiologist,
        max_cases=pattern.max_cases,
    )
    session.add(row)
    audit.record(session, action="add_template", entity="list_template", ref=row.id)
    return row.id


def end(session: Session, template_id: str, on: date, *, expected_version: int | None = None) -> None:
    """Make no list from a template from this day on; the lists that were made stay."""
    row = session.get(ListTemplateRow, template_id)
    if row is None:
        raise NotFoundError("This template is not there any more.")
    row.expect(expected_version)
    row.ended_on = on
    audit.record(session, action="end_template", entity="list_template", ref=template_id)


def coming(session: Session, first: date, last: date, *, site: str | None = None) -> tuple[ComingList, ...]:
    """Work out the lists of these dates, both included, that the templates ask for, and why some are not made.

    With a site, those of its templates alone.
    """
    around = _around(session, first, last)
    found: list[ComingList] = []
    for line in (each for each in template_lines(session) if site in (None, each.site)):
        for on in days_of(line, first, last):
            made = _coming(line, on, around)
            found.append(made)
            if not made.skipped and line.radiologist and made.radiologist:
                around.away[line.radiologist].append(_span(line, on, around.zone))
            if not made.skipped:
                around.taken[line.suite].append(_span(line, on, around.zone))
    return tuple(sorted(found, key=lambda one: (one.on, one.site_name, one.suite_name, one.start)))


def make(session: Session, first: date, last: date, *, site: str | None = None) -> tuple[ComingList, ...]:
    """Make the lists of these dates that the templates ask for; gives those made, and nothing is made twice."""
    known = {line.id: line for line in template_lines(session)}
    made = tuple(one for one in coming(session, first, last, site=site) if not one.skipped)
    clinic.add_lists(session, [_new_list(one, known[one.template]) for one in made])
    return made


def days_of(line: TemplateLine, first: date, last: date) -> Iterator[date]:
    """Go through the days of a template between two dates, both included."""
    step = timedelta(weeks=line.every_weeks)
    behind = max((first - line.first_on).days, 0)
    on = line.first_on + step * -(-behind // step.days)
    while on <= last and (line.ended_on is None or on < line.ended_on):
        yield on
        on += step


def list_id(suite: str, on: date, start: time) -> str:
    """Name a list by its suite, day and start."""
    return f"{suite}-{on:%Y-%m-%d}-{start:%H%M}"


def _check(pattern: Pattern) -> None:
    if pattern.end <= pattern.start:
        says = f"a list ends after it starts; {pattern.end:%H:%M} is not after {pattern.start:%H:%M}."
        raise BadInputError.of("end", says)
    if not pattern.funding:
        raise BadInputError.of("funding", "choose at least one payer, or nobody could be booked.")


def _coming(line: TemplateLine, on: date, around: _Around) -> ComingList:
    try:
        skipped = _why_not(line, on, around)
    except BadInputError as fault:
        skipped = " ".join(each.says for each in fault.faults)
    who, note = (None, "") if skipped else _radiologist(line, on, around)
    return ComingList(
        template=line.id,
        suite=line.suite,
        suite_name=line.suite_name,
        site_name=line.site_name,
        on=on,
        start=line.start,
        end=line.end,
        radiologist=who,
        skipped=skipped,
        note=note,
    )


def _why_not(line: TemplateLine, on: date, around: _Around) -> str:
    holiday = around.holidays.get((on, line.site))
    if holiday is not None:
        return f"{holiday} is a public holiday there."
    ended = [day for day in (around.ended.get(line.suite), around.ended.get(line.site)) if day and day <= on]
    if ended:
        return f"The room is not used from {min(ended):%-d %B %Y} on."
    span = _span(line, on, around.zone)
    if _meets(span, around.taken.get(line.suite, ())):
        return "The room has a list then already."
    return "The room is out of service then." if _meets(span, around.out.get(line.suite, ())) else ""


def _radiologist(line: TemplateLine, on: date, around: _Around) -> tuple[str | None, str]:
    who = line.radiologist
    if who is None:
        return None, ""
    ended = around.ended.get(who)
    if ended is not None and ended <= on:
        return None, "Made without a radiologist: the usual one no longer works here."
    if _meets(_span(line, on, around.zone), around.away[who]):
        return None, "Made without a radiologist: the usual one is on leave or has another list then."
    return who, ""


def _span(line: TemplateLine, on: date, zone: str) -> Span:
    return instant(on, line.start, zone), instant(on, line.end, zone)


def _meets(span: Span, others: Iterable[Span]) -> bool:
    return any(start < span[1] and end > span[0] for start, end in others)


def _new_list(one: ComingList, line: TemplateLine) -> NewList:
    return NewList(
        id=list_id(one.suite, one.on, one.start),
        suite=one.suite,
        on=one.on,
        start=one.start,
        end=one.end,
        funding=line.funding,
        overtime_minutes=line.overtime_minutes,
        anaesthetist=line.anaesthetist,
        radiologist=one.radiologist,
        max_cases=line.max_cases,
    )


def _around(session: Session, first: date, last: date) -> _Around:
    zone = timezone_of(session)
    start, end = instant(first, time(12), zone) - ONE_DAY, instant(last, time(12), zone) + ONE_DAY
    suites = {row.id: row for row in session.exec(select(SuiteRow))}
    sites = {row.id: row for row in session.exec(select(SiteRow))}
    staff = {row.id: row for row in session.exec(select(RadiologistRow))}
    taken: dict[str, list[Span]] = {name: [] for name in suites}
    away: dict[str, list[Span]] = {name: [] for name in staff}
    out: dict[str, list[Span]] = {name: [] for name in suites}
    for row in session.exec(select(SuiteSessionRow).where(col(SuiteSessionRow.on).between(first, last))):
        taken[row.suite_id].append((row.start, row.end))
        for who in {row.rostered_radiologist_id, row.assigned_radiologist_id} - {None}:
            away[str(who)].append((row.start, row.end))
    for leave in session.exec(select(LeaveRow).where(col(LeaveRow.start) < end, col(LeaveRow.end) > start)):
        away[leave.radiologist_id].append((leave.start, leave.end))
    asked = select(MaintenanceRow).where(col(MaintenanceRow.start) < end, col(MaintenanceRow.end) > start)
    for service in session.exec(asked.where(col(MaintenanceRow.suite_id).is_not(None))):
        out[str(service.suite_id)].append((service.start, service.end))
    return _Around(
        holidays=_holidays(session, first, last, sites),
        taken=taken,
        out=out,
        away=away,
        ended={name: row.ended_on for group in (suites, sites, staff) for name, row in group.items()},
        zone=zone,
    )


def _holidays(session: Session, first: date, last: date, sites: Collection[str]) -> dict[tuple[date, str], str]:
    """Name the holiday of each site and day: one of all sites unless the site works on it, or one of its own."""
    rows = session.exec(select(HolidayRow).where(col(HolidayRow.on).between(first, last))).all()
    found = {(row.on, site): row.name for row in rows if row.site_id is None and row.observed for site in sites}
    for row in rows:
        if row.site_id is not None and row.observed:
            found[row.on, row.site_id] = row.name
        elif row.site_id is not None:
            found.pop((row.on, row.site_id), None)
    return found


def lists_on(session: Session, on: date, site: str | None) -> tuple[str, ...]:
    """Name the lists of a day that are not closed, at every site or at one, leaving out sites that work that day."""
    asked = (
        select(SuiteSessionRow.id, SuiteRow.site_id)
        .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
        .where(SuiteSessionRow.on == on, col(SuiteSessionRow.closed).is_(False))
    )
    works = select(HolidayRow.site_id).where(HolidayRow.on == on, col(HolidayRow.observed).is_(False))
    open_anyway = set(session.exec(works))
    return tuple(
        sorted(name for name, at in session.exec(asked) if (at == site if site is not None else at not in open_anyway))
    )
