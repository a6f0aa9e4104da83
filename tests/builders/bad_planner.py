"""The planner's process with a solver that lies or never comes back: python -m tests.builders.bad_planner HOW."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flows import hanging, plan_in_parts, planner
from scheduler.audit import cost_of, terms_of
from scheduler.diary import Diary
from scheduler.engine import solve
from scheduler.plan import Plan
from scheduler.problem import SchedulingProblem

SILENT_SECONDS = 5.0


def breaks_a_rule(problem: SchedulingProblem, **options: Any) -> Plan:
    """Put every case at the same time into the same room, and price that honestly."""
    found = solve(problem, **options)
    first = found.bookings[0]
    wrong = replace(
        found, bookings=tuple(replace(one, session=first.session, start=first.start) for one in found.bookings)
    )
    terms = terms_of(Diary(problem=problem, plan=wrong))
    return replace(wrong, terms=terms, cost=cost_of(terms, problem.objective))


def drops_a_case(problem: SchedulingProblem, **options: Any) -> Plan:
    """Say nothing about a case that was booked."""
    found = solve(problem, **options)
    wrong = replace(found, bookings=found.bookings[1:])
    terms = terms_of(Diary(problem=problem, plan=wrong))
    return replace(wrong, terms=terms, cost=cost_of(terms, problem.objective))


def never_comes_back(problem: SchedulingProblem, **options: Any) -> Plan:
    """Search for ever, and hear nobody."""
    while problem.cases:
        time.sleep(1)
    return solve(problem, **options)


WAYS: dict[str, Callable[..., Plan]] = {
    "breaks a rule": breaks_a_rule,
    "drops a case": drops_a_case,
    "never comes back": never_comes_back,
}

if __name__ == "__main__":
    plan_in_parts.solve = WAYS[sys.argv[1]]
    hanging.SILENT_SECONDS = SILENT_SECONDS  # the service waits longer
    planner.main()
