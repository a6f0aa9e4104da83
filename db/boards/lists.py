"""Lists as people see them: each with its cases in order and how full it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from db import clinic
from db.facts import items_of
from db.light import Light, light_of
from db.list_names import lists_asked, radiologist_names
from db.pictures import (
    ListCard,
    ListedCase,
    SiteLine,
    SuiteLine,
)
from db.tables import (
    BookingRow,
    CaseRow,
    SiteRow,
    SuiteRow,
    SuiteSessionRow,
)
from db.tables.booking import HOLDING
from scheduler.errors import NotFoundError
from scheduler.pathway.booking import BookingState
from scheduler.pathway.items import missing_of
from scheduler.vocabulary import Stage, Technique

NOON = "12:00"
SHOWN = (*HOLDING, BookingState.CLOSED.value)


def lists(
    session: Session,
    *,
    start: date,
    end: date,
    now: datetime,
    site: str | None = None,
    only: Collection[str] | None = None,
) -> tuple[ListCard, ...]:
    """Give the lists of these dates, both included, with their cases in order of time; `only` some by name."""
    in_order = (col(SuiteSessionRow.on), SiteRow.name, SuiteRow.name, col(SuiteSessionRow.start))
    rows = session.exec(lists_asked(start, end, site=site, only=only).order_by(*in_order)).all()
    booked = _booked_on(session, [row.id for row, _, _ in rows], light_of(session, now))
    names = radiologist_names(session)
    return tuple(_card(row, suite, at, booked.get(row.id, []), names) for row, suite, at in rows)


def lists_mended(
    session: Session,
    before: tuple[ListCard, ...],
    names: Collection[str],
    *,
    start: date,
    end: date,
    now: datetime,
    site: str | None = None,
) -> tuple[ListCard, ...]:
    """Give what `lists` would give now, where only these have changed since."""
    fresh = {card.id: card for card in lists(session, start=start, end=end, now=now, site=site, only=names)}
    if fresh.keys() != {card.id for card in before if card.id in names}:
        return lists(session, start=start, end=end, now=now, site=site)  # one came or went, so the order is asked for
    return tuple(fresh.get(card.id, card) for card in before)


def list_card(session: Session, list_id: str, *, now: datetime) -> ListCard:
    """Give one list."""
    row, suite, site = _one(session, list_id)
    booked = _booked_on(session, [row.id], light_of(session, now))
    return _card(row, suite, site, booked.get(row.id, []), radiologist_names(session))


def list_words(session: Session, list_id: str) -> str:
    """Name one list in a sentence, such as: morning list of Tue 24 Nov, CT 1, Site 1."""
    row, suite, site = _one(session, list_id)
    return f"{_part(row).lower()} list of {row.on:%a} {row.on.day} {row.on:%b}, {suite.name}, {site.name}"


def _one(session: Session, list_id: str) -> tuple[SuiteSessionRow, SuiteRow, SiteRow]:
    row = clinic.list_row(session, list_id)
    suite = session.get_one(SuiteRow, row.suite_id)
    return row, suite, session.get_one(SiteRow, suite.site_id)


def sites(session: Session) -> tuple[SiteLine, ...]:
    """List the sites by name."""
    return tuple(SiteLine(id=row.id, name=row.name) for row in session.exec(select(SiteRow).order_by(SiteRow.name)))


def suites(session: Session) -> tuple[SuiteLine, ...]:
    """List the suites by site and name."""
    asked = select(SuiteRow, SiteRow).join(SiteRow, col(SiteRow.id) == SuiteRow.site_id)
    rows = session.exec(asked.order_by(SiteRow.name, SuiteRow.name)).all()
    return tuple(SuiteLine(id=suite.id, name=suite.name, site=site.id, site_name=site.name) for suite, site in rows)


def _booked_on(session: Session, ids: Sequence[str], light: Light) -> dict[str, list[ListedCase]]:
    asked = (
        select(BookingRow, CaseRow)
        .join(CaseRow, col(CaseRow.id) == BookingRow.case_id)
        .where(col(BookingRow.session_id).in_(ids), col(BookingRow.status).in_(SHOWN))
        .where(col(CaseRow.destroyed_on).is_(None))  # of a record that was destroyed, a list of the past says nothing
        .order_by(col(BookingRow.start))
    )
    rows = session.exec(asked).all()
    items = items_of(session, [case for _, case in rows])
    found: dict[str, list[ListedCase]] = defaultdict(list)
    for booking, case in rows:
        missing = missing_of(items.get(case.id, ()), case.received_on, light.protocol)
        found[booking.session_id].append(_listed(booking, case, len(missing)))
    return found


def _listed(booking: BookingRow, case: CaseRow, missing: int) -> ListedCase:
    test = booking.stage is Stage.TEST_BLOCK
    if case.target is None or (case.technique is None and not test):
        raise NotFoundError(f"Case {case.ref} is booked without a target or technique. Correct its plan.")
    return ListedCase(
        ref=case.ref,
        booking=booking.id,
        urgency=case.urgency,
        target=case.target,
        technique=case.technique if case.technique and not test else Technique.LOCAL_ANAESTHETIC,
        laterality=case.laterality,
        stage=booking.stage,
        minutes=_between(booking.start, booking.end),
        missing=missing,
        status=booking.status,
        start=booking.start,
        end=booking.end,
        recovery_end=booking.recovery_end,
        version=booking.version,
    )


def _card(
    row: SuiteSessionRow, suite: SuiteRow, site: SiteRow, cases: Sequence[ListedCase], names: Mapping[str, str]
) -> ListCard:
    who = row.assigned_radiologist_id or row.rostered_radiologist_id
    turns = max(len(cases) - 1, 0) * suite.turnaround_minutes
    return ListCard(
        id=row.id,
        site=site.id,
        site_name=site.name,
        suite=suite.id,
        suite_name=suite.name,
        date=row.on,
        part=_part(row),
        start=row.start,
        end=row.end,
        overtime_minutes=row.overtime_minutes,
        funding=tuple(row.funding),
        anaesthetist=row.anaesthetist,
        radiologist_id=who,
        radiologist=names.get(who) if who else None,
        minutes_used=sum(case.minutes for case in cases) + turns,
        minutes_available=_between(row.start, row.end),
        max_cases=row.max_cases,
        cases=tuple(cases),
        published=row.published_at is not None,
        closed=row.closed,
        closed_reason=row.closed_reason,
        locked=row.locked,
        version=row.version,
    )


def _part(row: SuiteSessionRow) -> str:
    """Morning or afternoon by when the list starts; all day when it runs well past noon as well."""
    if row.wall_start >= NOON:
        return "Afternoon"
    return "Morning" if row.wall_end <= "14:00" else "All-day"


def _between(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() // 60)
