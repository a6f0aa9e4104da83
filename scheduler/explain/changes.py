"""One case is taken out of a plan or put into it, and the plan's figures are worked out again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scheduler.audit import cost_of, terms_of
from scheduler.diary import Diary
from scheduler.plan import Booking, PlanStatus, SessionUse, UnitPlacement, Unscheduled
from scheduler.problem import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    from scheduler.explain.scopes import Spot
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem

TAKEN_OUT = "It was taken out of the plan to make room."


def take_out(plan: Plan, case: str) -> Plan:
    """Take a case's bookings out; a list left empty loses its radiologist."""
    left = tuple(booking for booking in plan.bookings if booking.case != case)
    emptied = {booking.session for booking in plan.bookings if booking.case == case}
    emptied -= {booking.session for booking in left}
    sessions = tuple(use for use in plan.sessions if use.session not in emptied)
    unscheduled = tuple(waiting for waiting in plan.unscheduled if waiting.case != case)
    waiting = Unscheduled(case=case, reasons=(TAKEN_OUT,))
    return replace(plan, bookings=left, sessions=sessions, unscheduled=(*unscheduled, waiting))


def put_in(problem: SchedulingProblem, without: Plan, spot: Spot) -> Plan:
    """Book a case that is not booked; its list gets who would do it, and the mobile units their sites that date."""
    entry = spot.entry
    instant = datetime.fromtimestamp(entry.start * SECONDS_PER_MINUTE, UTC).astimezone(problem.zone)
    named = {use.session for use in without.sessions}
    added = (SessionUse(session=entry.list.id, radiologist=key) for key in spot.staff if entry.list.id not in named)
    return replace(
        without,
        bookings=(*without.bookings, Booking(case=entry.case.id, session=entry.list.id, start=instant)),
        sessions=(*without.sessions, *added),
        equipment=_with_units(without, spot),
        unscheduled=tuple(waiting for waiting in without.unscheduled if waiting.case != entry.case.id),
    )


def _with_units(without: Plan, spot: Spot) -> tuple[UnitPlacement, ...]:
    """Put the units the case brings where they are said to be; the others stay."""
    if not spot.entry.case.equipment:
        return without.equipment
    day = spot.entry.list.date
    others = (row for row in without.equipment if row.date != day)
    rows = (
        UnitPlacement(unit=unit, date=on, site=site)
        for (unit, on), sites in sorted(spot.placing.items())
        for site in sites
    )
    return (*others, *rows)


def with_figures(problem: SchedulingProblem, plan: Plan, *, bound: int | None = None) -> Plan:
    """State a plan's terms and cost as they are; `bound` is the proven one, if any still holds."""
    terms = terms_of(Diary(problem=problem, plan=plan))
    cost = cost_of(terms, problem.objective)
    proven = min(cost, plan.bound if bound is None else bound)
    return replace(plan, status=PlanStatus.FEASIBLE, terms=terms, cost=cost, bound=proven)
