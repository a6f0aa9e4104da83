"""Part of a plan is taken: the chosen cases go where the plan puts them, and everybody else stays where they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.audit import audit, cost_of, terms_of
from scheduler.diary import Diary
from scheduler.plan import Booking, Plan, PlanStatus, SessionUse, UnitPlacement, Unscheduled

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from scheduler.problem import SchedulingProblem
    from scheduler.rule import Breach

    Spot = tuple[str, datetime, str | None]

NOT_TAKEN = "What was proposed for it was not taken."
NEW_SINCE = "It came onto the waiting list after the plan was made."


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """A plan in which only the chosen cases change, and every rule it breaks that way."""

    chosen: frozenset[str]
    plan: Plan
    breaches: tuple[Breach, ...]

    @property
    def lawful(self) -> bool:
        """Whether it may be published as it is."""
        return not self.breaches


def changes(problem: SchedulingProblem, standing: Plan, proposed: Plan) -> frozenset[str]:
    """List the cases that a proposed plan gives another list, start or radiologist, a place at last, or none any more.

    A case or list that the problem no longer knows is no change: nothing can be done about it.
    """
    now, then = _spots(standing), _spots(proposed)
    told = then.keys() | {waiting.case for waiting in proposed.unscheduled}
    return frozenset(
        case.id
        for case in problem.cases
        if case.id in told
        and now.get(case.id) != then.get(case.id)
        and (case.id not in then or then[case.id][0] in problem.lists)
    )


def take(problem: SchedulingProblem, standing: Plan, proposed: Plan, chosen: Collection[str]) -> Taking:
    """Make the plan in which the chosen cases follow the proposed plan and all others the standing one."""
    now, then = _spots(standing), _spots(proposed)
    wanted = {case.id: then.get(case.id) if case.id in chosen else now.get(case.id) for case in problem.cases}
    spots = {case: spot for case, spot in wanted.items() if spot is not None and spot[0] in problem.lists}
    plan = Plan(
        bookings=tuple(Booking(case=case, session=spot[0], start=spot[1]) for case, spot in spots.items()),
        sessions=_staffed(spots, chosen),
        equipment=_placed(problem, standing, proposed, [spots[case][0] for case in chosen if case in spots]),
        unscheduled=_left(problem, spots, proposed, chosen),
    )
    priced = _priced(problem, plan)
    return Taking(chosen=frozenset(chosen), plan=priced, breaches=audit(problem, priced).breaches)


def with_companions(problem: SchedulingProblem, standing: Plan, proposed: Plan, chosen: Collection[str]) -> Taking:
    """Take the chosen cases with those that must change along with them; not lawful where no company helps."""
    possible = changes(problem, standing, proposed)
    taken = take(problem, standing, proposed, chosen)
    while not taken.lawful:
        company = {case for breach in taken.breaches for case in breach.cases} & possible - taken.chosen
        if not company:
            break
        taken = take(problem, standing, proposed, taken.chosen | company)
    return taken


def without_clashes(problem: SchedulingProblem, standing: Plan, proposed: Plan, chosen: Collection[str]) -> Taking:
    """Take the chosen cases but for those that break a rule as things stand; not lawful where that does not help."""
    taken = take(problem, standing, proposed, chosen)
    while not taken.lawful:
        clashing = {case for breach in taken.breaches for case in breach.cases} & taken.chosen
        if not clashing:
            break
        taken = take(problem, standing, proposed, taken.chosen - clashing)
    return taken


def stands(problem: SchedulingProblem) -> Plan:
    """Give what stood when a problem was made, priced as the audit prices it, to compare a plan with."""
    before = [(case.id, case.previous) for case in problem.cases if case.previous is not None]
    kept = [(case, place) for case, place in before if place.session in problem.lists]
    staff = {place.session: place.radiologist for _, place in kept}
    plan = Plan(
        bookings=tuple(Booking(case=case, session=place.session, start=place.start) for case, place in kept),
        sessions=tuple(SessionUse(session=name, radiologist=person) for name, person in staff.items()),
    )
    return _priced(problem, plan)


def _spots(plan: Plan) -> dict[str, Spot]:
    who = {use.session: use.radiologist for use in plan.sessions}
    return {booking.case: (booking.session, booking.start, who.get(booking.session)) for booking in plan.bookings}


def _staffed(spots: Mapping[str, Spot], chosen: Collection[str]) -> tuple[SessionUse, ...]:
    """Name who does each list: a case that stays keeps its radiologist, whatever the plan wanted for the list."""
    staff: dict[str, str | None] = {}
    for case, (session, _, person) in spots.items():
        if session not in staff or case not in chosen:
            staff[session] = person
    return tuple(SessionUse(session=session, radiologist=person) for session, person in staff.items())


def _placed(
    problem: SchedulingProblem, standing: Plan, proposed: Plan, changed: Collection[str]
) -> tuple[UnitPlacement, ...]:
    """Leave mobile units where they stand, but for the dates on which somebody is given another place."""
    dates = {problem.lists[session].date for session in changed}
    rows = [*standing.equipment, *(row for row in proposed.equipment if row.date in dates)]
    sites = {(row.unit, row.date): row.site for row in rows if row.unit in problem.unit_by_id}
    return tuple(UnitPlacement(unit=unit, date=on, site=site) for (unit, on), site in sites.items())


def _left(
    problem: SchedulingProblem, spots: Mapping[str, Spot], proposed: Plan, chosen: Collection[str]
) -> tuple[Unscheduled, ...]:
    known = {waiting.case: waiting.reasons for waiting in proposed.unscheduled}
    placed = {booking.case for booking in proposed.bookings}

    def reasons(case: str) -> tuple[str, ...]:
        if case in placed and case not in chosen:
            return (NOT_TAKEN,)
        return known.get(case, (NEW_SINCE,))

    return tuple(Unscheduled(case=case.id, reasons=reasons(case.id)) for case in problem.cases if case.id not in spots)


def _priced(problem: SchedulingProblem, plan: Plan) -> Plan:
    terms = terms_of(Diary(problem=problem, plan=plan))
    cost = cost_of(terms, problem.objective)
    return replace(plan, status=PlanStatus.FEASIBLE, terms=terms, cost=cost, bound=0)
