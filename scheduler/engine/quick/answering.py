"""From an event to an audited plan that differs from the standing one no more than it must."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.audit import audit, cost_of, rule_breaches, terms_of
from scheduler.diary import Diary, show_date
from scheduler.engine.answer import plan_of
from scheduler.engine.places import possible_places
from scheduler.engine.quick.backfilling import Backfill
from scheduler.engine.quick.changes import Change, Comparison
from scheduler.engine.quick.events import Cancellation, PlaceFree
from scheduler.engine.quick.replanning import replanned
from scheduler.engine.quick.standing import Standing
from scheduler.engine.quick.world import after, promised
from scheduler.engine.reasons import reasons_for
from scheduler.engine.run import EngineFaultError, Run
from scheduler.errors import NeurolistError
from scheduler.plan import Plan, PlanStatus, Unscheduled
from scheduler.problem import MINUTES_PER_STEP

if TYPE_CHECKING:
    from scheduler.engine.answer import Answer
    from scheduler.engine.quick.backfilling import Offer
    from scheduler.engine.quick.events import Event
    from scheduler.problem import SchedulingProblem

USUAL_SECONDS = 2.0
SECONDS_TO_FINISH = 0.2  # kept back for reasons, sentences and the audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One case the freed place could go to instead, and by how much the plan's cost would change."""

    case: str
    says: str
    cost_change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickAnswer:
    """The problem after the event, the new plan, what changed and why, and who else the freed place would help."""

    problem: SchedulingProblem
    plan: Plan
    changes: tuple[Change, ...]
    suggestions: tuple[Suggestion, ...] = ()


def quick(problem: SchedulingProblem, plan: Plan, event: Event, *, time_limit: float = USUAL_SECONDS) -> QuickAnswer:
    """Answer one event within `time_limit` seconds, moving only who must move and those who clearly gain by it.

    Raises NotFoundError for a name the problem does not know, and NeurolistError when the standing plan is not sound or
    there is nothing to answer.
    """
    run = Run(problem, time_limit - min(SECONDS_TO_FINISH, time_limit / 10))
    _must_be_sound(problem, plan)
    world = after(promised(problem, plan), plan, event)
    _must_matter(plan, event)
    standing = Standing(problem=world, plan=plan, event=event)
    if isinstance(event, Cancellation | PlaceFree):
        backfill = Backfill(run, standing, _freed(standing))
        answer = backfill.best()
        found = tuple(_suggestion(standing, offer) for offer in backfill.offers())
    else:
        standing, answer = replanned(run, standing)
        found = ()
    made = _finished(run, standing, answer)
    compared = Comparison(problem=problem, standing=standing, answer=answer, plan=made)
    return QuickAnswer(problem=standing.problem, plan=made, changes=compared.changes(), suggestions=found)


def _must_be_sound(problem: SchedulingProblem, plan: Plan) -> None:
    diary = Diary(problem=problem, plan=plan)
    wrong = [*diary.strangers(), *(breach.says for breach in rule_breaches(diary))]
    if wrong:
        says = "The standing plan breaks a rule, so it cannot be kept as it is; make a whole new plan."
        raise NeurolistError(f"{says} {wrong[0]}")


def _must_matter(plan: Plan, event: Event) -> None:
    booked = {booking.case for booking in plan.bookings}
    if isinstance(event, Cancellation) and event.case not in booked:
        raise NeurolistError(f"Case {event.case} has no place in this plan, so none comes free.")


def _freed(standing: Standing) -> frozenset[str]:
    """List the lists that lose a case, or that have lost one."""
    if isinstance(standing.event, PlaceFree):
        return frozenset({standing.event.session})
    known = standing.problem.case_by_id
    return frozenset(booking.session for booking in standing.plan.bookings if booking.case not in known)


def _suggestion(standing: Standing, offer: Offer) -> Suggestion:
    problem = standing.problem
    session, step = offer.answer.bookings[offer.case]
    facts, case = problem.lists[session], problem.case_by_id[offer.case]
    start = problem.clock(facts.start + MINUTES_PER_STEP * step)
    now = standing.answer.bookings.get(offer.case)
    waits = "waiting" if now is None else f"now on {now[0]} on {show_date(problem.lists[now[0]].date)}"
    says = (
        f"Case {offer.case} (category {case.urgency.value}, {waits}) could have {session} at {start} on "
        f"{show_date(facts.date)}; the plan's cost would fall by {-offer.cost_change:,}."
    )
    return Suggestion(case=offer.case, says=says, cost_change=offer.cost_change)


def _finished(run: Run, standing: Standing, answer: Answer) -> Plan:
    """Price the plan, give every case without a place its reasons, and audit the whole."""
    problem = standing.problem
    plan = plan_of(problem, answer)
    diary = Diary(problem=problem, plan=plan)
    terms = terms_of(diary)
    cost = cost_of(terms, problem.objective)
    left = tuple(case for case in problem.cases if case.id not in answer.bookings)
    places = possible_places(replace(problem, cases=left))
    plan = replace(
        plan,
        status=PlanStatus.FEASIBLE if cost else PlanStatus.OPTIMAL,
        cost=cost,
        terms=terms,
        unscheduled=tuple(Unscheduled(case=case.id, reasons=reasons_for(diary, places, case)) for case in left),
        seconds=round(run.seconds, 2),
    )
    wrong = audit(problem, plan).breaches
    if wrong:
        raise EngineFaultError(f"The plan was refused by the audit: {wrong[0]}")
    return plan
