"""Proposals as people see them: what is placed, what moves, what is left over and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session, col, select

from db import proposals
from db.mapping import SUFFIXES, ref_of
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
from scheduler.plan import Booking, Unscheduled
from scheduler.problem import Case, SchedulingProblem


def proposal_summaries(session: Session, *, limit: int = 50) -> tuple[ProposalSummary, ...]:
    """List the latest proposals, newest first."""
    asked = select(ProposalRow).order_by(col(ProposalRow.asked_at).desc(), col(ProposalRow.id)).limit(limit)
    return tuple(_proposal(row) for row in session.exec(asked))


def proposal_page(session: Session, proposal_id: str) -> ProposalPage:
    """Give one proposal in full; one without a plan yet has only its summary."""
    row = proposals.proposal_row(session, proposal_id)
    if row.problem is None or row.plan is None:
        left = _unplannable(session, row)
        return ProposalPage(summary=_proposal(row), placed=(), left_over=left, terms={}, prices={}, run=row.run)
    problem = proposals.problem_of(row)
    plan = proposals.plan_of(row, problem)
    who = {use.session: use.radiologist for use in plan.sessions}
    suites = {suite.id: suite.name for suite in session.exec(select(SuiteRow))}
    placed = tuple(
        _place(problem, booking, who[booking.session], suites)
        for booking in sorted(plan.bookings, key=lambda booking: (booking.start, booking.case))
    )
    waiting = tuple(_left_over(problem.case_by_id[left.case], left) for left in plan.unscheduled)
    return ProposalPage(
        summary=_proposal(row),
        placed=placed,
        left_over=(*waiting, *_unplannable(session, row)),
        terms=plan.terms,
        prices=asdict(problem.objective),
        run=row.run,
    )


def _proposal(row: ProposalRow) -> ProposalSummary:
    plan, problem = row.plan or {}, row.problem or {}
    bookings, cases = _rows(plan, "bookings"), {str(case["id"]): case for case in _rows(problem, "cases")}
    return ProposalSummary(
        id=row.id,
        status=row.status,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        start=row.start,
        end=row.finish,
        placed=len(bookings),
        moved=sum(_moved(booking, cases[str(booking["case"])].get("previous")) for booking in bookings),
        left_over=len(_rows(plan, "unscheduled")) + len(proposals.left_out_of(row)),
        cost=_whole(plan.get("cost")),
        bound=_whole(plan.get("bound")),
        progress=row.progress,
        failure=row.failure,
        published_at=row.published_at,
        published_by=row.published_by,
        version=row.version,
    )


def _rows(document: Mapping[str, object], name: str) -> list[dict[str, object]]:
    found = document.get(name)
    return found if isinstance(found, list) else []


def _moved(booking: Mapping[str, object], before: object) -> bool:
    if not isinstance(before, dict):
        return False
    starts = [datetime.fromisoformat(str(found["start"])) for found in (booking, before)]
    return before["session"] != booking["session"] or starts[0] != starts[1]


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _place(
    problem: SchedulingProblem, booking: Booking, radiologist: str | None, suites: Mapping[str, str]
) -> ProposedPlace:
    case, on = problem.case_by_id[booking.case], problem.lists[booking.session]
    return ProposedPlace(
        ref=ref_of(case.id),
        stage=case.stage,
        target=case.target,
        technique=case.technique,
        urgency=case.urgency.value,
        session=booking.session,
        site_name=on.site.name,
        suite_name=suites.get(on.suite.id, on.suite.id),
        radiologist=problem.radiologist_by_id[radiologist].name if radiologist else None,
        start=booking.start,
        minutes=case.duration_minutes,
        due=case.due,
        before_session=case.previous.session if case.previous else None,
        before_start=case.previous.start if case.previous else None,
    )


def _left_over(case: Case, left: Unscheduled) -> LeftOver:
    return LeftOver(
        ref=ref_of(case.id),
        stage=case.stage,
        target=case.target,
        urgency=case.urgency.value,
        due=case.due,
        before_session=case.previous.session if case.previous else None,
        before_start=case.previous.start if case.previous else None,
        reasons=left.reasons,
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
