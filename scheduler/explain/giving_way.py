"""Room is made on a list by letting the one rule in the way give way: more overtime, an anaesthetist, one case more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.explain.judging import cost_at
from scheduler.explain.starts import after_the_last
from scheduler.explain.ways import booked_on, verified
from scheduler.explain.words import count
from scheduler.problem import MINUTES_PER_STEP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scheduler.explain.exclusions import Exclusion
    from scheduler.explain.surroundings import Surroundings
    from scheduler.explain.ways import Way
    from scheduler.problem import ListFacts, SchedulingProblem, SuiteSession

    Change = tuple[str, SchedulingProblem]  # what it is called, and the problem then

MOST_OVERTIME = 60  # minutes past its usual limit; more than this is another list, not overtime
TRIES = 5  # lists carried out and audited for each rule, the cheapest first


def ways_if_a_rule_gives_way(around: Surroundings, found: Iterable[Exclusion]) -> Iterator[Way]:
    """Give, for each rule that may give way, the cheapest list it alone keeps the case off."""
    by_rule: dict[str, list[Exclusion]] = {rule: [] for rule in CHANGES}
    for exclusion in found:
        for rule, lists in by_rule.items():
            if not exclusion.fits and exclusion.may_break_only(frozenset({rule})):
                lists.append(exclusion)
    for rule, lists in by_rule.items():
        way = _cheapest(around, rule, sorted(lists, key=lambda one: cost_at(around, one.nearest))[:TRIES])
        if way is not None:
            yield way


def _cheapest(around: Surroundings, rule: str, lists: list[Exclusion]) -> Way | None:
    ways = (_carried_out(around, rule, exclusion) for exclusion in lists)
    return min((way for way in ways if way is not None), key=lambda way: way.cost_change, default=None)


def _carried_out(around: Surroundings, rule: str, exclusion: Exclusion) -> Way | None:
    change = CHANGES[rule](around, exclusion)
    if change is None:
        return None
    says, problem = change
    plan = booked_on(around, problem, exclusion.facts.id)
    return None if plan is None else verified(around, says, problem, plan)


def _with_list(problem: SchedulingProblem, session: SuiteSession) -> SchedulingProblem:
    sessions = tuple(session if other.id == session.id else other for other in problem.sessions)
    return replace(problem, sessions=sessions)


def _on(facts: ListFacts) -> str:
    return f"{facts.id} on {show_date(facts.date)}"


def _overtime(around: Surroundings, exclusion: Exclusion) -> Change | None:
    facts = exclusion.facts
    past = after_the_last(around, facts) + around.case.duration_minutes - facts.end
    allowed = facts.session.overtime_minutes
    minutes = past + -past % MINUTES_PER_STEP
    if not allowed < minutes <= allowed + MOST_OVERTIME:
        return None
    session = replace(facts.session, overtime_minutes=minutes)
    now = f" instead of {allowed}" if allowed else ""
    return f"Allow {count(minutes, 'minute')} of overtime{now} on {_on(facts)}.", _with_list(around.problem, session)


def _anaesthetist(around: Surroundings, exclusion: Exclusion) -> Change:
    facts = exclusion.facts
    session = replace(facts.session, anaesthetist=True)
    return f"Find an anaesthetist for {_on(facts)}.", _with_list(around.problem, session)


def _open(around: Surroundings, exclusion: Exclusion) -> Change:
    facts = exclusion.facts
    session = replace(facts.session, closed=False)
    return f"Open {_on(facts)}, which is closed.", _with_list(around.problem, session)


def _one_case_more(around: Surroundings, exclusion: Exclusion) -> Change:
    facts = exclusion.facts
    most = len(around.without.by_list.get(facts.id, ())) + 1
    session = replace(facts.session, max_cases=most)
    says = f"Allow {count(most, 'case')} instead of {facts.session.max_cases} on {_on(facts)}."
    return says, _with_list(around.problem, session)


def _funding(around: Surroundings, exclusion: Exclusion) -> Change:
    facts = exclusion.facts
    session = replace(facts.session, funding=(*facts.session.funding, around.case.funding))
    return f"Let {_on(facts)} take {around.case.funding} cases too.", _with_list(around.problem, session)


def _patient(around: Surroundings, exclusion: Exclusion) -> Change:
    day, case = exclusion.facts.date, around.case
    free = replace(case, unavailable=tuple(other for other in case.unavailable if other != day))
    cases = tuple(free if other.id == case.id else other for other in around.problem.cases)
    says = f"Ask whether the patient can come on {show_date(day)} after all, to {exclusion.facts.id}."
    return says, replace(around.problem, cases=cases)


CHANGES: dict[str, Callable[[Surroundings, Exclusion], Change | None]] = {
    "session-window": _overtime,
    "anaesthetist": _anaesthetist,
    "session-closed": _open,
    "max-cases": _one_case_more,
    "funding": _funding,
    "patient-unavailable": _patient,
}
