"""Room is made on a list by letting the one rule in the way give way: more overtime, an anaesthetist, one case more."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.explain.excerpt import with_lists
from scheduler.explain.judging import cost_at
from scheduler.explain.starts import after_the_last
from scheduler.explain.surroundings import surroundings_of
from scheduler.explain.ways import booked_on
from scheduler.explain.words import count
from scheduler.problem import MINUTES_PER_STEP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scheduler.explain.exclusions import Exclusion
    from scheduler.explain.surroundings import Surroundings
    from scheduler.explain.ways import Offer
    from scheduler.problem import ListFacts, SchedulingProblem

    Change = tuple[str, SchedulingProblem, str]  # what it is called, the problem then, and the list

MOST_OVERTIME = 60  # minutes past its usual limit; more than this is another list, not overtime
TRIES = 5  # lists tried for each rule, the cheapest first


def ways_if_a_rule_gives_way(around: Surroundings, found: Iterable[Exclusion]) -> Iterator[Offer]:
    """Offer, for each rule that may give way, the cheapest lists it alone keeps the case off."""
    nearest = sorted(found, key=lambda exclusion: cost_at(around, exclusion.nearest))
    for rule, change in CHANGES.items():
        alone = (exclusion for exclusion in nearest if exclusion.may_break_only(frozenset({rule})))
        changed = (change(around, exclusion) for exclusion in islice(alone, TRIES))
        offers = (
            booked_on(surroundings_of(problem, around.plan, around.case.id), says, problem, key)
            for says, problem, key in filter(None, changed)
        )
        best = min(filter(None, offers), key=lambda offer: offer.cost_change, default=None)
        if best is not None:
            yield best


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
    return (
        f"Allow {count(minutes, 'minute')} of overtime{now} on {_on(facts)}.",
        with_lists(around.problem, session),
        facts.id,
    )


def _anaesthetist(around: Surroundings, exclusion: Exclusion) -> Change:
    facts = exclusion.facts
    session = replace(facts.session, anaesthetist=True)
    return f"Find an anaesthetist for {_on(facts)}.", with_lists(around.problem, session), facts.id


def _open(around: Surroundings, exclusion: Exclusion) -> Change:
    facts = exclusion.facts
    session = replace(facts.session, closed=False)
    return f"Open {_on(facts)}, which is closed.", with_lists(around.problem, session), facts.id


def _one_case_more(around: Surroundings, exclusion: Exclusion) -> Change:
    facts = exclusion.facts
    most = len(around.without.by_list.get(facts.id, ())) + 1
    session = replace(facts.session, max_cases=most)
    says = f"Allow {count(most, 'case')} instead of {facts.session.max_cases} on {_on(facts)}."
    return says, with_lists(around.problem, session), facts.id


def _funding(around: Surroundings, exclusion: Exclusion) -> Change:
    facts = exclusion.facts
    session = replace(facts.session, funding=(*facts.session.funding, around.case.funding))
    return f"Let {_on(facts)} take {around.case.funding} cases too.", with_lists(around.problem, session), facts.id


def _patient(around: Surroundings, exclusion: Exclusion) -> Change:
    day, case = exclusion.facts.date, around.case
    free = replace(case, unavailable=tuple(other for other in case.unavailable if other != day))
    cases = tuple(free if other.id == case.id else other for other in around.problem.cases)
    says = f"Ask whether the patient can come on {show_date(day)} after all, to {exclusion.facts.id}."
    return says, replace(around.problem, cases=cases), exclusion.facts.id


CHANGES: dict[str, Callable[[Surroundings, Exclusion], Change | None]] = {
    "session-window": _overtime,
    "anaesthetist": _anaesthetist,
    "session-closed": _open,
    "max-cases": _one_case_more,
    "funding": _funding,
    "patient-unavailable": _patient,
}
