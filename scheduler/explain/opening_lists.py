"""Room is made by one list more: a suite that stands empty, on a working day, at hours it is used to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.explain.judging import cost_at
from scheduler.explain.staffing import spot_with, staff_for
from scheduler.explain.surroundings import surroundings_of
from scheduler.explain.ways import booked_on, verified
from scheduler.problem import SuiteSession, minutes_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scheduler.explain.surroundings import Surroundings
    from scheduler.explain.ways import Way
    from scheduler.problem import SchedulingProblem, Suite

    Hours = tuple[time, time]

TRIES = 12  # lists opened, filled and audited, the cheapest first


def ways_by_opening_a_list(around: Surroundings) -> Iterator[Way]:
    """Give the ways that open one more list for the case, the cheapest of each site."""
    lists = tuple(_empty_hours(around))
    if not lists:
        return
    problem = replace(around.problem, sessions=(*around.problem.sessions, *lists))
    there = surroundings_of(problem, around.plan, around.case.id)
    spots = [spot_with(there, facts, staff_for(there, facts)) for facts in (problem.lists[one.id] for one in lists)]
    seen: set[str] = set()
    for spot in sorted(spots, key=lambda spot: cost_at(there, spot))[:TRIES]:
        way = None if spot.entry.list.site.id in seen else _opened(around, spot.entry.list.session)
        if way is not None:
            seen.add(spot.entry.list.site.id)
            yield way


def _opened(around: Surroundings, session: SuiteSession) -> Way | None:
    opened = replace(around.problem, sessions=(*around.problem.sessions, session))
    plan = booked_on(around, opened, session.id)
    return None if plan is None else verified(around, _says(opened, session), opened, plan)


def _says(problem: SchedulingProblem, session: SuiteSession) -> str:
    facts = problem.lists[session.id]
    hours = f"from {problem.clock(facts.start)} to {problem.clock(facts.end)}"
    imaging = " and ".join(modality.label for modality in facts.suite.modalities)
    return f"Open one more {imaging} list at {facts.site.name} ({facts.suite.id}) on {show_date(facts.date)}, {hours}."


def _empty_hours(around: Surroundings) -> Iterator[SuiteSession]:
    """Go through the hours in which a suite that suits the case stands empty on a date that suits it."""
    problem, case = around.problem, around.case
    days = sorted({facts.date for facts in problem.lists.values()})
    for suite in problem.suites:
        allowed = case.allowed_sites is None or suite.site in case.allowed_sites
        if allowed and not set(case.modalities).isdisjoint(suite.modalities):
            for day in days:
                yield from _on_day(problem, around, suite, day)


def _on_day(problem: SchedulingProblem, around: Surroundings, suite: Suite, day: date) -> Iterator[SuiteSession]:
    case = around.case
    if day < case.ready_from or (case.latest is not None and day > case.latest) or day in case.unavailable:
        return
    for start, end in _usual_hours(problem, suite):
        opens, closes = (datetime.combine(day, wall, tzinfo=problem.zone) for wall in (start, end))
        if not _taken(problem, suite, minutes_of(opens), minutes_of(closes)):
            yield SuiteSession(
                id=f"{suite.id}-extra-{day:%Y-%m-%d}-{start:%H%M}",
                suite=suite.id,
                start=opens,
                end=closes,
                funding=(case.funding,),
                anaesthetist=case.anaesthetist,
            )


def _usual_hours(problem: SchedulingProblem, suite: Suite) -> list[Hours]:
    """List the hours of the suite's lists, as times of day: for each start, the longest."""
    lists = (facts for facts in problem.lists.values() if facts.suite.id == suite.id)
    hours = sorted((problem.local(facts.start).time(), problem.local(facts.end).time()) for facts in lists)
    return list(dict(hours).items())


def _taken(problem: SchedulingProblem, suite: Suite, start: int, end: int) -> bool:
    """Tell whether the suite has a list at that time, closed lists included: their suite may be out of use."""
    lists = (facts for facts in problem.lists.values() if facts.suite.id == suite.id)
    return any(facts.start < end and start < facts.latest_end for facts in lists)
