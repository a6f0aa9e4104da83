"""Starts that moved for nothing go back to what the patients were told.

A move of less than a quarter of an hour on the same list costs nothing, so a search may leave one behind.
"""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from scheduler.audit import cost_of, rule_breaches, terms_of
from scheduler.diary import Diary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.plan import Booking, Plan
    from scheduler.problem import SchedulingProblem


def steadied(problem: SchedulingProblem, plan: Plan, *, seconds: float) -> Plan:
    """Give cases that stay on their list their earlier start back, where no rule breaks and the cost does not rise.

    All lists are tried at once, then one by one until the seconds are over.
    """
    shifted = {booking.session for booking in plan.bookings if _told(problem, booking) != booking}
    if not shifted:
        return plan
    until, cost = monotonic() + seconds, _cost(problem, plan)
    whole = _with_told(problem, plan, shifted)
    if _holds(problem, whole, cost):
        return whole
    for name in sorted(shifted):
        if monotonic() > until:
            break
        tried = _with_told(problem, plan, [name])
        plan = tried if _holds(problem, tried, cost) else plan
    return plan


def _told(problem: SchedulingProblem, booking: Booking) -> Booking:
    """Give the booking as it was promised, if it is still on the same list."""
    before = problem.case_by_id[booking.case].previous
    if before is None or before.session != booking.session or before.start == booking.start:
        return booking
    return replace(booking, start=before.start.astimezone(problem.zone))


def _with_told(problem: SchedulingProblem, plan: Plan, lists: Iterable[str]) -> Plan:
    chosen = set(lists)
    bookings = (_told(problem, each) if each.session in chosen else each for each in plan.bookings)
    order = problem.lists
    return replace(plan, bookings=tuple(sorted(bookings, key=lambda b: (order[b.session].start, b.session, b.start))))


def _cost(problem: SchedulingProblem, plan: Plan) -> int:
    return cost_of(terms_of(Diary(problem=problem, plan=plan)), problem.objective)


def _holds(problem: SchedulingProblem, plan: Plan, cost: int) -> bool:
    return not rule_breaches(Diary(problem=problem, plan=plan)) and _cost(problem, plan) <= cost
