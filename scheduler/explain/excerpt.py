"""A part of a diary, chosen booking by booking, which rules and goals read as they read the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.diary import Diary
from scheduler.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from scheduler.diary import Entry
    from scheduler.problem import Case, SchedulingProblem

    Placing = Mapping[tuple[str, date], tuple[str, ...]]  # the sites of each mobile unit by date

NO_PLAN = Plan()


def excerpt(
    problem: SchedulingProblem, entries: tuple[Entry, ...], staff: Mapping[str, tuple[str, ...]], placing: Placing
) -> Diary:
    """Show these bookings, staff and placements alone; everything else a diary shows is worked out from them."""
    diary = Diary(problem=problem, plan=NO_PLAN)
    # What a diary reads from its plan it reads once, so it is given as already read.
    vars(diary).update(entries=entries, staff=staff, placements=placing)
    return diary


def with_cases(problem: SchedulingProblem, cases: tuple[Case, ...]) -> SchedulingProblem:
    """Narrow a problem to some of its cases, for rules and goals that go through all of them."""
    narrow = replace(problem, cases=cases)
    # What the whole has worked out holds for the part, except what is about its cases.
    known = {name: value for name, value in vars(problem).items() if name not in ("cases", "case_by_id")}
    vars(narrow).update(known)
    return narrow
