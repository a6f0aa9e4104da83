"""Room is made by one list more: a suite that stands empty, on a working day, at hours it is used to."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.explain.excerpt import with_lists
from scheduler.explain.places import floor_at
from scheduler.explain.surroundings import surroundings_of
from scheduler.explain.ways import booked_on
from scheduler.problem import SuiteSession, minutes_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scheduler.explain.surroundings import Surroundings
    from scheduler.explain.ways import Offer
    from scheduler.problem import Case, ListFacts, SchedulingProblem, Suite

    Hours = tuple[time, time]

TRIES = 24  # lists opened, those first whose date and site cost least


def ways_by_opening_a_list(around: Surroundings) -> Iterator[Offer]:
    """Offer one more list for the case, the cheapest of each site among the likeliest."""
    lists = tuple(_empty_hours(around))
    if not lists:
        return
    there = surroundings_of(with_lists(around.problem, *lists), around.plan, around.case.id)
    likely = sorted((there.problem.lists[one.id] for one in lists), key=lambda facts: floor_at(there, facts))
    offers: dict[str, Offer] = {}
    for facts in likely[:TRIES]:
        offer = _opened(around, there, facts)
        best = offers.get(facts.site.id)
        if offer is not None and (best is None or offer.cost_change < best.cost_change):
            offers[facts.site.id] = offer
    yield from offers.values()


def _opened(around: Surroundings, there: Surroundings, facts: ListFacts) -> Offer | None:
    opened = with_lists(around.problem, facts.session)
    return booked_on(there, _says(opened, around.case, facts), opened, facts.id)


def _says(problem: SchedulingProblem, case: Case, facts: ListFacts) -> str:
    hours = f"from {problem.clock(facts.start)} to {problem.clock(facts.end)}"
    imaging = " or ".join(modality.label for modality in facts.suite.modalities if modality in case.modalities)
    monday = show_date(facts.date - timedelta(days=facts.date.weekday()))
    where = f"{imaging} list at {facts.site.name} ({facts.suite.id}) in the week of {monday}"
    return f"Open one more {where}: on {show_date(facts.date)}, {hours}."


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
