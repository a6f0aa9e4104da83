"""Cases as people see them: in a line, by stage, and on their own page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import TypeVar

from sqlmodel import Session, col, func, select

from db import timetable
from db.amendments import AMENDED
from db.boards.tasks import case_tasks
from db.facts import REVERSAL, case_row, facts_of
from db.light import Light, light_of
from db.meetings import open_agenda_item
from db.pictures import (
    BookingLine,
    CasePage,
    CaseSummary,
    HistoryLine,
    NoteLine,
    NoticeLine,
    StageColumn,
    TellableCase,
)
from db.tables import (
    BookingRow,
    CaseEventRow,
    CaseRow,
    NoteRow,
    NoticeRow,
    RadiologistRow,
    SiteRow,
    SuiteRow,
    SuiteSessionRow,
    TaskRow,
)
from db.tables.base import Row
from db.tables.booking import STANDS
from db.words import TaskState
from scheduler.pathway.alerts import alerts_of
from scheduler.pathway.clocks import Clock
from scheduler.pathway.curve import relief_curve, tests_done
from scheduler.pathway.due import CaseNow
from scheduler.pathway.events import Entry, Event
from scheduler.pathway.follow_up import review_points, treatment_outcome
from scheduler.pathway.items import missing_items
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import LIVE, WAITING, PathwayState
from scheduler.pathway.validity import Standing, standings
from scheduler.vocabulary import Readiness, Stage, Technique

R = TypeVar("R", bound=Row)
PLACEABLE = frozenset({Readiness.READY, Readiness.STAGED})
OTHER_LABELS = {
    "referral_received": "Referral received",
    "booking_moved": "Booking moved",
    REVERSAL: "Taken back as a mistake",
    AMENDED: "Record corrected",
    "mdt_carried": "Carried to another MDT meeting",
    "mdt_rediscuss": "MDT: discuss again later",
}


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around cases: their live booking with its site, and how many tasks are open."""

    bookings: Mapping[str, tuple[datetime, str]]
    tasks: Mapping[str, int]


def case_summaries(
    session: Session,
    *,
    now: datetime,
    states: Collection[PathwayState] | None = None,
    refs: Collection[str] | None = None,
) -> tuple[CaseSummary, ...]:
    """List cases by reference: those in these states, or every case that has not ended."""
    asked = select(CaseRow).order_by(col(CaseRow.received_on), CaseRow.ref)
    if refs is not None:
        asked = asked.where(col(CaseRow.ref).in_(refs))
    else:
        asked = asked.where(col(CaseRow.state).in_(LIVE if states is None else states))
    rows = session.exec(asked).all()
    return summaries_of(session, rows, cases_now(session, rows, light_of(session, now)))


def to_place_mended(
    session: Session,
    before: tuple[CaseSummary, ...],
    ids: Collection[str],
    *,
    now: datetime,
    site: str | None = None,
) -> tuple[CaseSummary, ...]:
    """Give what `to_place` would give now, where only these cases have changed since."""
    changed = set(session.exec(select(CaseRow.ref).where(col(CaseRow.id).in_(ids))))
    kept = [case for case in before if case.ref not in changed]
    fresh = to_place(session, now=now, site=site, only=ids)
    return tuple(sorted([*kept, *fresh], key=lambda case: (case.received_on, case.ref)))


def summaries_of(
    session: Session,
    rows: Sequence[CaseRow],
    cases: Mapping[str, CaseNow],
    ids: Collection[str] | None = None,
) -> tuple[CaseSummary, ...]:
    """Give these cases in a line each, from their facts as they were read; `ids` where they are few."""
    around = _around(session, ids)
    return tuple(_summary(row, cases[row.id], around) for row in rows)


def cases_now(session: Session, rows: Sequence[CaseRow], light: Light) -> dict[str, CaseNow]:
    """Read the facts and clocks of these cases, by case id."""
    facts = facts_of(session, rows)
    return {row.id: light.on(facts[row.id]) for row in rows}


def to_place(
    session: Session, *, now: datetime, site: str | None = None, only: Collection[str] | None = None
) -> tuple[CaseSummary, ...]:
    """List the waiting cases that may be given a place; with a site, those that may be treated there.

    `only` asks for some cases by id.
    """
    asked = select(CaseRow).where(col(CaseRow.state).in_(WAITING)).order_by(col(CaseRow.received_on), CaseRow.ref)
    rows = session.exec(asked if only is None else asked.where(col(CaseRow.id).in_(only))).all()
    found = summaries_of(session, rows, cases_now(session, rows, light_of(session, now)), only)
    elsewhere = _barred(session, site) if site else frozenset[str]()
    return tuple(
        case for case in found if case.readiness in PLACEABLE and case.booked_for is None and case.ref not in elsewhere
    )


def stages(session: Session, *, now: datetime, site: str | None = None) -> tuple[StageColumn, ...]:
    """Give every state a case may stand in before the end, in pathway order, with its cases.

    With a site, those booked there, and of the others those that may be treated there.
    """
    standing: dict[PathwayState, list[CaseSummary]] = defaultdict(list)
    elsewhere = _barred(session, site) if site else frozenset[str]()
    for case in case_summaries(session, now=now):
        if site is None or case.site == site or (case.site is None and case.ref not in elsewhere):
            standing[case.state].append(case)
    return tuple(_column(state, standing[state]) for state in LIVE)


def case_summary(session: Session, ref: str, *, now: datetime) -> CaseSummary:
    """Give one case in a line."""
    row = case_row(session, ref)
    return _summary(row, cases_now(session, [row], light_of(session, now))[row.id], _around(session, [row.id]))


def case_page(session: Session, ref: str, *, now: datetime) -> CasePage:
    """Give everything one case's page shows."""
    row, light = case_row(session, ref), light_of(session, now)
    case = cases_now(session, [row], light)[row.id]
    procedure_on, prerequisites = _prerequisites(case)
    return CasePage(
        summary=_summary(row, case, _around(session, [row.id])),
        facts=case.facts,
        history=_lines(session, row.id),
        clocks=case.clocks,
        bookings=_booking_lines(session, row.id),
        tasks=case_tasks(session, row, case),
        notices=tuple(_notice(notice) for notice in _of_case(session, NoticeRow, row.id, "queued_at")),
        notes=tuple(
            NoteLine(event_seq=note.event_seq, about=note.about, text=note.text)
            for note in _of_case(session, NoteRow, row.id, "event_seq")
        ),
        agenda_on=_agenda_day(session, row.id),
        reviews=review_points(case.facts, light.protocol, light.today),
        outcome=treatment_outcome(case.facts, light.protocol),
        timers=timetable.of_case(session, ref),
        prerequisites=prerequisites,
        prerequisites_on=procedure_on,
        curves=tuple(relief_curve(test, light.protocol) for test in tests_done(case.facts)),
    )


def tellable_case(session: Session, ref: str) -> TellableCase:
    """Give what a letter may tell of a case, with the few questions that takes."""
    row = case_row(session, ref)
    return TellableCase(
        facts=facts_of(session, [row])[row.id],
        history=_lines(session, row.id),
        bookings=_booking_lines(session, row.id),
        agenda_on=_agenda_day(session, row.id),
    )


def _lines(session: Session, case_id: str) -> tuple[HistoryLine, ...]:
    return tuple(_history(event) for event in _of_case(session, CaseEventRow, case_id, "seq"))


def _agenda_day(session: Session, case_id: str) -> date | None:
    waiting = open_agenda_item(session, case_id)
    return waiting.on if waiting else None


def _prerequisites(case: CaseNow) -> tuple[date | None, tuple[Standing, ...]]:
    """How the prerequisites of the awaited procedure stand on the booked day, or today while none is booked."""
    booking, episode = case.facts.booking, case.facts.episode
    if episode is None or case.facts.state.ends:
        return None, ()
    on = booking.on if booking is not None and booking.on >= case.today else case.today
    return on, standings(case.facts, episode.stage, on, case.protocol, case.today)


def _around(session: Session, ids: Collection[str] | None = None) -> _Around:
    booked = (
        select(BookingRow.case_id, BookingRow.start, SuiteRow.site_id)
        .join(SuiteSessionRow, col(SuiteSessionRow.id) == BookingRow.session_id)
        .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
        .where(STANDS)
    )
    counted = (
        select(TaskRow.case_id, func.count()).where(TaskRow.state == TaskState.OPEN).group_by(col(TaskRow.case_id))
    )
    if ids is not None:
        booked, counted = booked.where(col(BookingRow.case_id).in_(ids)), counted.where(col(TaskRow.case_id).in_(ids))
    return _Around(
        {case: (start, site) for case, start, site in session.exec(booked)},
        {case: count for case, count in session.exec(counted) if case is not None},
    )


def _summary(row: CaseRow, case: CaseNow, around: _Around) -> CaseSummary:
    facts, clock = case.facts, _running(case)
    booked_for, site = around.bookings.get(row.id, (None, None))
    stage = facts.episode.stage if facts.episode else facts.booking.stage if facts.booking else None
    return CaseSummary(
        ref=row.ref,
        state=row.state,
        since=row.state_since,
        received_on=row.received_on,
        days=clock.days if clock else (case.today - row.state_since).days,
        limit=clock.limit if clock else None,
        overdue=bool(clock and clock.overdue),
        due_on=clock.due_on if clock else None,
        urgency=row.urgency,
        target=row.target,
        technique=row.technique,
        laterality=row.laterality,
        funding=row.funding,
        cancer=row.cancer,
        stage=stage,
        readiness=facts.episode.readiness if facts.episode else None,
        minutes=_minutes(row, stage, case.protocol),
        booked_for=booked_for,
        site=site,
        missing=missing_items(facts, case.protocol, now_received={}),
        open_tasks=around.tasks.get(row.id, 0),
        version=row.version,
        alerts=alerts_of(case),
    )


def _running(case: CaseNow) -> Clock | None:
    """The clock of the state the case stands in; "C1-paused" is still C1."""
    name = case.facts.state.clock.split("-", maxsplit=1)[0]
    return next((clock for clock in case.clocks if clock.id == name), None)


def _minutes(row: CaseRow, stage: Stage | None, protocol: Protocol) -> int | None:
    technique = Technique.LOCAL_ANAESTHETIC if stage is Stage.TEST_BLOCK else row.technique
    if stage is None or row.target is None or technique is None:
        return None
    needs = protocol.procedures.get((row.target, technique, stage))
    return needs.minutes_for(row.laterality) if needs else None


def _barred(session: Session, site: str) -> frozenset[str]:
    rows = session.exec(select(CaseRow.ref, CaseRow.allowed_sites)).all()
    return frozenset(ref for ref, allowed in rows if allowed is not None and site not in allowed)


def _column(state: PathwayState, cases: Sequence[CaseSummary]) -> StageColumn:
    limits = {case.limit for case in cases}
    return StageColumn(
        state=state,
        median_days=median(case.days for case in cases) if cases else None,
        limit=next(iter(limits)) if len(limits) == 1 else None,
        over=sum(case.overdue for case in cases),
        cases=tuple(sorted(cases, key=lambda case: (-case.days, case.ref))),
    )


def _history(event: CaseEventRow) -> HistoryLine:
    return HistoryLine(
        seq=event.seq,
        at=event.at,
        event=event.event,
        label=_label(event.event),
        from_state=PathwayState(event.from_state) if event.from_state else None,
        to_state=event.to_state,
        by=event.by,
        role=event.role,
        why=event.why,
        details=event.details,
    )


def _label(event: str) -> str:
    known = next((kind(event).label for kind in (Event, Entry) if event in set(kind)), None)
    return known or OTHER_LABELS.get(event) or event.replace("_", " ").capitalize()


def _booking_lines(session: Session, case_id: str) -> tuple[BookingLine, ...]:
    asked = (
        select(BookingRow, SuiteRow, SiteRow, RadiologistRow)
        .join(SuiteSessionRow, col(SuiteSessionRow.id) == BookingRow.session_id)
        .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
        .join(SiteRow, col(SiteRow.id) == SuiteRow.site_id)
        .join(RadiologistRow, col(RadiologistRow.id) == BookingRow.radiologist_id)
        .where(BookingRow.case_id == case_id)
        .order_by(col(BookingRow.start))
    )
    return tuple(
        BookingLine(
            id=row.id,
            stage=row.stage,
            session=row.session_id,
            site=site.id,
            site_name=site.name,
            suite_name=suite.name,
            start=row.start,
            end=row.end,
            recovery_end=row.recovery_end,
            radiologist=radiologist.name,
            status=row.status,
            end_reason=row.end_reason,
            version=row.version,
        )
        for row, suite, site, radiologist in session.exec(asked)
    )


def _notice(notice: NoticeRow) -> NoticeLine:
    return NoticeLine(
        id=notice.id,
        kind=notice.kind,
        audience=notice.audience,
        state=notice.state.value,
        queued_at=notice.queued_at,
    )


def _of_case(session: Session, table: type[R], case_id: str, order: str) -> Sequence[R]:
    asked = select(table).where(getattr(table, "case_id") == case_id)  # noqa: B009  the table is only known to have it
    return session.exec(asked.order_by(getattr(table, order))).all()
