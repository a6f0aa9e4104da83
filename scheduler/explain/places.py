"""Where one case can go: every list with yes, yes but, or no and why, and what it would cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from scheduler.audit import cost_of, terms_of
from scheduler.diary import Diary, Entry
from scheduler.errors import NotFoundError
from scheduler.explain.excerpt import excerpt
from scheduler.explain.judging import breaches_at, cost_at
from scheduler.explain.scopes import ABOUT_PLACE, ABOUT_STAFF, ABOUT_START, ABOUT_THE_LIST, ABOUT_THE_REST, Spot
from scheduler.explain.staffing import candidates, staff_for
from scheduler.explain.starts import after_the_last, earliest_starts, promised_starts
from scheduler.explain.surroundings import surroundings_of
from scheduler.explain.units import placing_for
from scheduler.explain.words import drawbacks, nobody_can
from scheduler.goals import GOALS
from scheduler.problem import minutes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from scheduler.explain.excerpt import Placing
    from scheduler.explain.surroundings import Surroundings
    from scheduler.plan import Plan
    from scheduler.problem import ListFacts, SchedulingProblem
    from scheduler.rule import Breach

STAFF_RULES = frozenset(rule.name for question in ABOUT_STAFF for rule in question.rules) - {"pinned"}


class Verdict(StrEnum):
    """Whether a case can go on a list."""

    YES = "yes"
    YES_BUT = "yes_but"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One list for one case: the start tried, who does the list then, and what it would cost.

    `because` says why not, or what to know first; `rules` are those broken. `cost_change` is against the plan as it
    stands, 0 where the case cannot go. `minutes_left` are left before the list's end with the case on it; less than 0
    where it would overrun.
    """

    session: str
    verdict: Verdict
    start: datetime
    radiologist: str | None
    because: tuple[str, ...]
    cost_change: int
    minutes_left: int
    rules: tuple[str, ...] = ()


def places_for(problem: SchedulingProblem, plan: Plan, case_id: str) -> tuple[Place, ...]:
    """List every list for a case, the cheapest possible first, then those that cannot be, nearest first.

    The case may be booked (the answer is about moving it) or not; nothing else moves. Raises NotFoundError for an
    unknown case.
    """
    around = surroundings_of(problem, plan, case_id)
    now = standing_cost(around)
    judged = (judge(around, facts) for facts in problem.lists.values())
    return tuple(sorted((_place(around, spot, broken, now) for spot, broken in judged), key=_rank))


def place_at(
    problem: SchedulingProblem,
    plan: Plan,
    case_id: str,
    session: str,
    *,
    start: datetime | None = None,
    radiologist: str | None = None,
) -> tuple[Place, Placing]:
    """Judge one list for a case, at this start and with this radiologist where they are given.

    Gives where the date's mobile units would be, too. Raises NotFoundError for an unknown case, list or radiologist.
    """
    around = surroundings_of(problem, plan, case_id)
    facts = problem.lists.get(session)
    if facts is None:
        raise NotFoundError(f"No list {session} is open on the dates planned. Check the name; `where` shows the lists.")
    if radiologist is not None and radiologist not in problem.radiologist_by_id:
        raise NotFoundError(f"No radiologist is called {radiologist}. Check the name.")
    spot, broken = judge(around, facts, start=start, radiologist=radiologist)
    return _place(around, spot, broken, standing_cost(around)), spot.placing


def best_place(around: Surroundings) -> tuple[Spot, int] | None:
    """Give the first of the places a case can go to, with its price; None if it can go nowhere.

    Lists are judged in the order of what their date and site alone cost. The other goals give back at most what they
    charge for the case as long as it is not booked, so the search ends where even that leaves a list dearer than what
    was found.
    """
    given_back = _charged_for_waiting(around)
    lists = around.problem.lists.values()
    floors = sorted(
        ((floor_at(around, facts), facts) for facts in lists), key=lambda priced: (priced[0], priced[1].start)
    )
    best: tuple[int, int, str] | None = None
    found: Spot | None = None
    for floor, facts in floors:
        if best is not None and floor - given_back > best[0]:
            break
        spot, broken = judge(around, facts)
        if not broken:
            rank = cost_at(around, spot), spot.entry.start, facts.id
            if best is None or rank < best:
                best, found = rank, spot
    return None if found is None or best is None else (found, best[0])


def floor_at(around: Surroundings, facts: ListFacts) -> int:
    """Price what the date and the site of a list cost, whatever else is booked."""
    return cost_at(around, _barely_on(around, facts), ABOUT_PLACE)


def _charged_for_waiting(around: Surroundings) -> int:
    """Price what the case itself costs while it is not booked, but for what its date and site decide."""
    nobody, weights = excerpt(around.alone, (), {}, {}), around.problem.objective
    decided = {goal for question in ABOUT_PLACE for goal in question.goals}
    return sum(getattr(weights, goal.name) * goal.measure(nobody) for goal in GOALS if goal not in decided)


def _barely_on(around: Surroundings, facts: ListFacts) -> Spot:
    return Spot(
        entry=Entry(case=around.case, list=facts, start=facts.start), staff=around.without.staff.get(facts.id, ())
    )


def _rank(place: Place) -> tuple[int, int, datetime, str]:
    return len(place.rules), place.cost_change, place.start, place.session


def judge(
    around: Surroundings, facts: ListFacts, *, start: datetime | None = None, radiologist: str | None = None
) -> tuple[Spot, list[Breach]]:
    """Find the best booking on a list, or the one with this start and radiologist, and what it would break.

    A list that is out of the question whatever the start and whoever does it is asked no further.
    """
    never = _barely_on(around, facts)
    if barred := breaches_at(around, never, ABOUT_THE_LIST):
        return never, barred
    staff = staff_for(around, facts) if radiologist is None else (radiologist,)
    starts = _starts_on(around, facts) if start is None else [minutes_of(start)]
    spot, broken = _start_on(around, facts, staff, starts)
    return spot, [*breaches_at(around, spot, ABOUT_THE_REST), *broken]


def _starts_on(around: Surroundings, facts: ListFacts) -> Iterator[int]:
    return chain(promised_starts(around, facts), earliest_starts(around, facts), [after_the_last(around, facts)])


def _start_on(
    around: Surroundings, facts: ListFacts, staff: tuple[str, ...], starts: Iterable[int]
) -> tuple[Spot, list[Breach]]:
    """Take the promised start if it is possible, else the earliest that is, else the one that breaks least."""
    tried: list[tuple[Spot, list[Breach]]] = []
    for start in starts:
        spot = spot_at(around, facts, start, staff)
        broken = breaches_at(around, spot, ABOUT_START)
        if not broken:
            return spot, broken
        tried.append((spot, broken))
    return min(tried, key=lambda attempt: len(attempt[1]))


def spot_at(around: Surroundings, facts: ListFacts, start: int, staff: tuple[str, ...]) -> Spot:
    """Describe a booking, the date's mobile units moved to it if they can be."""
    entry = Entry(case=around.case, list=facts, start=start)
    return Spot(entry=entry, staff=staff, placing=placing_for(around, entry))


def standing_cost(around: Surroundings) -> int:
    """Price the case's booking as it stands, against the plan without it."""
    if not around.now:
        return 0
    if len(around.now) == 1:
        (entry,) = around.now
        return cost_at(around, Spot(entry=entry, staff=around.staff_now.get(entry.list.id, ())))
    whole = terms_of(Diary(problem=around.problem, plan=around.plan))
    weights = around.problem.objective
    return cost_of(whole, weights) - cost_of(terms_of(around.without), weights)


def _place(around: Surroundings, spot: Spot, broken: list[Breach], now: int) -> Place:
    because = _why_not(around, spot, broken) if broken else drawbacks(around, spot)
    yes = Verdict.YES_BUT if because else Verdict.YES
    return Place(
        session=spot.entry.list.id,
        verdict=Verdict.NO if broken else yes,
        start=around.problem.local(spot.entry.start),
        radiologist=spot.staff[0] if spot.staff else None,
        because=because,
        cost_change=0 if broken else cost_at(around, spot) - now,
        minutes_left=_minutes_left(around, spot.entry),
        rules=tuple(dict.fromkeys(breach.rule for breach in broken)),
    )


def _why_not(around: Surroundings, spot: Spot, broken: list[Breach]) -> tuple[str, ...]:
    said = tuple(dict.fromkeys(breach.says for breach in broken))
    people = candidates(around, spot.entry.list)
    chosen = spot.entry.list.id not in around.without.staff and len(people) > 1
    if chosen and spot.staff and any(breach.rule in STAFF_RULES for breach in broken):
        return (nobody_can(around, spot, len(people)), *said)
    return said


def _minutes_left(around: Surroundings, entry: Entry) -> int:
    """Count the list's minutes without a case, turning over between cases taken off."""
    facts = entry.list
    others = around.without.by_list.get(facts.id, ())
    used = sum(other.case.duration_minutes for other in (*others, entry))
    return facts.end - facts.start - used - len(others) * facts.suite.turnaround_minutes
