"""Proposals as people see them: what is placed, what moves, what is left over and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from db import proposals
from db.freezing import frozen_until, touches
from db.list_names import list_names, radiologist_names
from db.localtime import local_date
from db.mapping import PLANNED, SUFFIXES, ref_of
from db.overtaken import Spot, said_of, spots_now
from db.pictures import (
    LeftOver,
    ProposalPage,
    ProposalSummary,
    ProposedPlace,
)
from db.tables import (
    CaseRow,
    ProposalRow,
    SuiteRow,
)
from db.words import ProposalStatus
from scheduler.plan import Booking, Unscheduled
from scheduler.problem import Case, SchedulingProblem
from scheduler.taking import stands


@dataclass(frozen=True, slots=True, kw_only=True)
class _Was:
    """Where one case stands, if it has a place, and what to know about changing that."""

    session: str | None = None
    start: datetime | None = None
    where: str = ""
    radiologist: str | None = None
    frozen: bool = False
    meanwhile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the lines of one proposal are written with: names, and where each case stands."""

    session: Session
    problem: SchedulingProblem
    suites: Mapping[str, str]
    people: Mapping[str, str]
    lists: Mapping[str, str]
    before: Mapping[str, Spot]
    meanwhile: Mapping[str, str]
    until: date | None

    def was(self, case: Case, after: Spot | None) -> _Was:
        """Give where the case stands, whether the change is frozen, and who has changed it since."""
        ref = ref_of(case.id)
        spot, meanwhile = self.before.get(ref), self.meanwhile.get(ref, "")
        if spot is None:
            return _Was(meanwhile=meanwhile)
        return _Was(
            session=spot[0],
            start=spot[1],
            where=self.lists.get(spot[0], spot[0]),
            radiologist=self.people.get(spot[2]),
            frozen=self.until is not None and touches(self.session, spot, after, self.until),
            meanwhile=meanwhile,
        )


def proposal_summaries(session: Session, *, limit: int = 50) -> tuple[ProposalSummary, ...]:
    """List the latest proposals, newest first."""
    asked = select(ProposalRow).order_by(col(ProposalRow.asked_at).desc(), col(ProposalRow.id)).limit(limit)
    asked = asked.options(*(defer(getattr(ProposalRow, name)) for name in proposals.BULKY))
    return tuple(_proposal(row) for row in session.exec(asked))


def proposal_summary(session: Session, proposal_id: str) -> ProposalSummary:
    """Give one proposal in a line."""
    return _proposal(proposals.proposal_row(session, proposal_id))


def proposal_page(session: Session, proposal_id: str, *, now: datetime) -> ProposalPage:
    """Give one proposal in full; one without a plan yet has only its summary."""
    row = proposals.proposal_row(session, proposal_id)
    if row.problem is None or row.plan is None:
        left = _unplannable(session, row)
        return ProposalPage(summary=_proposal(row), placed=(), left_over=left, terms={}, prices={}, run=row.run)
    problem = proposals.problem_of(row)
    plan = proposals.plan_of(row)
    who = {use.session: use.radiologist for use in plan.sessions}
    places = {booking.case: (booking.session, booking.start, str(who[booking.session])) for booking in plan.bookings}
    shown = _shown(session, row, problem, places, now=now)
    placed = tuple(
        _place(shown, booking, who[booking.session])
        for booking in sorted(plan.bookings, key=lambda booking: (booking.start, booking.case))
    )
    waiting = tuple(_left_over(shown, problem.case_by_id[left.case], left) for left in plan.unscheduled)
    return ProposalPage(
        summary=_proposal(row),
        placed=placed,
        left_over=(*waiting, *_unplannable(session, row)),
        terms=plan.terms,
        prices=asdict(problem.objective),
        run=row.run,
        terms_before=stands(problem).terms,
        frozen_until=shown.until,
    )


def _shown(
    session: Session,
    row: ProposalRow,
    problem: SchedulingProblem,
    places: Mapping[str, Spot],
    *,
    now: datetime,
) -> _Shown:
    then = {ref_of(case.id): _spot(case) for case in problem.cases}
    before, meanwhile, until = {ref: spot for ref, spot in then.items() if spot is not None}, {}, None
    if row.status is ProposalStatus.READY:
        before = spots_now(session, then.keys())
        goal = {ref_of(case): spot for case, spot in places.items()}
        other = [ref for ref, spot in then.items() if before.get(ref) not in {spot, goal.get(ref)}]
        ended = [ref for ref in _no_longer_open(session, then) if before.get(ref) != goal.get(ref)]
        meanwhile = said_of(session, {*other, *ended})
        until = frozen_until(session, local_date(session, now))
    suites = {suite.id: suite.name for suite in session.exec(select(SuiteRow))}
    return _Shown(
        session=session,
        problem=problem,
        suites=suites,
        people=radiologist_names(session),
        lists=list_names(session, {spot[0] for spot in before.values()}),
        before=before,
        meanwhile=meanwhile,
        until=until,
    )


def _spot(case: Case) -> Spot | None:
    place = case.previous
    return None if place is None else (place.session, place.start, str(place.radiologist))


def _no_longer_open(session: Session, refs: Mapping[str, object]) -> list[str]:
    """List the cases that no longer wait for a place nor hold one."""
    asked = select(CaseRow.ref).where(col(CaseRow.ref).in_(refs), col(CaseRow.state).not_in(PLANNED))
    return list(session.exec(asked).all())


def _proposal(row: ProposalRow) -> ProposalSummary:
    """Sum up a row from its figures alone: problem and plan are large, and lists of proposals are read often."""
    limit, whole = row.options.get("time_limit"), row.options.get(proposals.PART_OF)
    counted = proposals.figures_of(row)
    return ProposalSummary(
        id=row.id,
        status=row.status,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        start=row.start,
        end=row.finish,
        placed=counted.get("placed", 0),
        moved=counted.get("moved", 0),
        left_over=counted.get("left_over", 0),
        cost=counted.get("cost"),
        bound=counted.get("bound"),
        progress=row.progress,
        failure=row.failure,
        published_at=row.published_at,
        published_by=row.published_by,
        version=row.version,
        started_at=row.started_at,
        time_limit=float(limit) if isinstance(limit, int | float) else None,
        part_of=None if whole is None else str(whole),
        nightly="nightly" in row.options,
    )


def _place(shown: _Shown, booking: Booking, radiologist: str | None) -> ProposedPlace:
    case, on = shown.problem.case_by_id[booking.case], shown.problem.lists[booking.session]
    was = shown.was(case, (booking.session, booking.start, str(radiologist)))
    return ProposedPlace(
        ref=ref_of(case.id),
        stage=case.stage,
        target=case.target,
        technique=case.technique,
        urgency=case.urgency.value,
        session=booking.session,
        site_name=on.site.name,
        suite_name=shown.suites.get(on.suite.id, on.suite.id),
        radiologist=shown.people.get(radiologist or ""),
        start=booking.start,
        minutes=case.duration_minutes,
        due=case.due,
        before_session=was.session,
        before_start=was.start,
        before_where=was.where,
        before_radiologist=was.radiologist,
        frozen=was.frozen,
        meanwhile=was.meanwhile,
    )


def _left_over(shown: _Shown, case: Case, left: Unscheduled) -> LeftOver:
    was = shown.was(case, None)
    return LeftOver(
        ref=ref_of(case.id),
        stage=case.stage,
        target=case.target,
        urgency=case.urgency.value,
        due=case.due,
        before_session=was.session,
        before_start=was.start,
        reasons=left.reasons,
        before_where=was.where,
        frozen=was.frozen,
        meanwhile=was.meanwhile,
    )


def _unplannable(session: Session, row: ProposalRow) -> tuple[LeftOver, ...]:
    """Waiting cases that no list could take whatever was free, with what somebody has to do first."""
    left = {one.case: one for one in proposals.left_out_of(row)}
    refs = {ref_of(name) for name in left}
    rows = {case.ref: case for case in session.exec(select(CaseRow).where(col(CaseRow.ref).in_(refs)))}
    stages_by_suffix = {suffix: stage for stage, suffix in SUFFIXES.items()}
    return tuple(
        LeftOver(
            ref=ref_of(name),
            stage=stages_by_suffix[name[-2:]],
            target=rows[ref_of(name)].target,
            urgency=rows[ref_of(name)].urgency,
            due=None,
            before_session=None,
            before_start=None,
            reasons=one.reasons,
        )
        for name, one in left.items()
    )
