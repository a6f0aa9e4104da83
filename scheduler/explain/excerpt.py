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
    from scheduler.problem import Case, SchedulingProblem, SuiteSession

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


def with_cases(problem: SchedulingProblem, *cases: Case) -> SchedulingProblem:
    """Narrow a problem to some of its cases, for rules and goals that go through all of them."""
    return _narrowed(problem, replace(problem, cases=cases), ("cases", "case_by_id"))


def with_radiologist(problem: SchedulingProblem, radiologist: str) -> SchedulingProblem:
    """Narrow a problem to one of its radiologists, for a goal that goes through all of them."""
    people = (problem.radiologist_by_id[radiologist],)
    return _narrowed(problem, replace(problem, radiologists=people), ("radiologists", "radiologist_by_id", "away"))


def with_site(problem: SchedulingProblem, site: str) -> SchedulingProblem:
    """Narrow a problem to one of its sites, for a goal that goes through all of them."""
    return _narrowed(problem, replace(problem, sites=(problem.site_by_id[site],)), ("sites", "site_by_id"))


def with_lists(problem: SchedulingProblem, *lists: SuiteSession) -> SchedulingProblem:
    """Put lists into a problem, each in the place of the one with its id or as one more."""
    changed = {session.id: session for session in lists}
    kept = (changed.pop(session.id, session) for session in problem.sessions)
    whole = _narrowed(problem, replace(problem, sessions=(*kept, *changed.values())), ("sessions", "lists"))
    vars(whole).update(lists={**problem.lists, **replace(problem, sessions=lists).lists})
    return whole


def _narrowed(whole: SchedulingProblem, part: SchedulingProblem, differs: tuple[str, ...]) -> SchedulingProblem:
    """Carry over what the whole has worked out, except what differs: it holds for the part too."""
    vars(part).update({name: value for name, value in vars(whole).items() if name not in differs})
    return part
