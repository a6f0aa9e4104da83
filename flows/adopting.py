"""A scenario's plan becomes a proposal: fitted to the clinic as it is now, and checked without the solver."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from db import clinic, mapping, proposals, studies
from db.audit import Author
from db.change_words import change_says, names_for
from db.changes_made import is_made, lists_in, span_of
from db.clinic import NewList
from db.mapping import Planning
from scheduler.audit import audit, cost_of, terms_of
from scheduler.diary import Diary
from scheduler.errors import NeurolistError
from scheduler.plan import Plan, PlanStatus, Unscheduled
from scheduler.scenario import AddList, Change, CloseList, Leave

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.studies import Study
    from scheduler.problem import SchedulingProblem

LATER = "The scenario was worked out before this case was waiting, or left it over."


def list_changes(session: Session, study: Study) -> tuple[Change, ...]:
    """Give the changes of lists and leave that the clinic would have to make first; those made already are left out."""
    return tuple(change for change in study.changes if not is_made(session, change))


def says_of(session: Session, changes: tuple[Change, ...]) -> tuple[str, ...]:
    """Say each change in a sentence."""
    names = names_for(session, frozenset(change.list for change in changes if isinstance(change, CloseList)))
    return tuple(change_says(change, names) for change in changes)


def make_changes(session: Session, changes: tuple[Change, ...], *, name: str, now: datetime) -> None:
    """Add and close the lists and keep the leave, as Set-up would; what is booked there is moved by the plan."""
    reason = f"scenario {name}"
    for change in changes:
        match change:
            case AddList():
                clinic.add_lists(session, [_new_list(change)])
            case CloseList(list=closed):
                clinic.close_list(session, closed, reason=reason)
            case Leave():
                _keep_leave(session, change, reason, now)
    session.flush()


def _new_list(change: AddList) -> NewList:
    return NewList(
        id=change.id,
        suite=change.suite,
        on=change.on,
        start=change.start,
        end=change.end,
        funding=change.funding,
        overtime_minutes=change.overtime_minutes,
        anaesthetist=change.anaesthetist,
        radiologist=change.radiologist,
    )


def _keep_leave(session: Session, leave: Leave, reason: str, now: datetime) -> None:
    start, end = span_of(session, leave)
    for name in lists_in(session, leave, now=now):
        clinic.take_off(session, name, reason=reason)
    clinic.add_leave(session, leave.radiologist, start=start, end=end, reason=reason)


def adopt(session: Session, study: Study, *, actor: Author, now: datetime) -> str:
    """Keep a study's plan as a proposal for the clinic as it is now; gives the proposal's id.

    Raises NeurolistError, with the first rule it would break, when the plan no longer fits.
    """
    if study.problem is None or study.plan is None:
        raise NeurolistError("This scenario has not been worked out, so there is no plan to adopt. Compare it first.")
    asked = study.asked
    made = mapping.planning(session, start=asked.start, end=asked.end, now=now)
    priced = replace(made, problem=replace(made.problem, objective=study.problem.objective))
    plan = fitted(study.problem, study.plan, priced.problem)
    breaches = audit(priced.problem, plan).breaches
    if breaches:
        raise NeurolistError(
            f"The scenario's plan no longer fits what is booked now, so nothing was adopted. {breaches[0].says} "
            "Compare the scenarios again, then adopt."
        )
    return _propose(session, priced, plan, study, actor=actor, now=now)


def fitted(before: SchedulingProblem, plan: Plan, now: SchedulingProblem) -> Plan:
    """Keep of a plan what exists now: invented cases go, cases that came since wait; its price is worked out anew."""
    bookings = tuple(one for one in plan.bookings if one.case in now.case_by_id)
    used, booked = {one.session for one in bookings}, {one.case for one in bookings}
    reasons = {one.case: one.reasons for one in plan.unscheduled}
    kept = replace(
        plan,
        bookings=bookings,
        sessions=tuple(use for use in plan.sessions if use.session in used),
        unscheduled=tuple(
            Unscheduled(case=case.id, reasons=reasons.get(case.id, (LATER,)))
            for case in now.cases
            if case.id not in booked
        ),
    )
    terms = terms_of(Diary(problem=now, plan=kept))
    cost = cost_of(terms, now.objective)
    if now == before:
        return replace(kept, terms=terms, cost=cost)
    # The bound was proven for another problem, so all that is known of this one is that nothing costs less than 0.
    return replace(kept, terms=terms, cost=cost, bound=0, status=PlanStatus.FEASIBLE)


def _propose(session: Session, made: Planning, plan: Plan, study: Study, *, actor: Author, now: datetime) -> str:
    asked = study.asked
    proposal = proposals.request(
        session,
        start=asked.start,
        end=asked.end,
        actor=actor,
        now=now,
        options={**asked.options(), "risk": None, "scenario": study.name},
    )
    proposals.begin(session, proposal, made, now=now)
    run = {"time_limit": asked.time_limit, "seed": asked.seed, "status": plan.status.value, "scenario": study.name}
    proposals.finish(session, proposal, plan, now=now, run=run)
    studies.adopted(session, study.id, proposal)
    return proposal
