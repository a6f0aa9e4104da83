"""Where a case can go and why it is not booked, asked about a plan and answered for people and programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from db.mapping import ref_of
from db.standing import Standing
from flows.plan_files import read_files
from scheduler.errors import NeurolistError, NotFoundError
from scheduler.explain import Verdict, places_for, why_not
from scheduler.explain.words import REASONS

if TYPE_CHECKING:
    from scheduler.explain import Explanation, Place
    from scheduler.plan import Unscheduled
    from scheduler.problem import SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """One list for the case, in the words of the clinic; `cost_change` is against the plan as it stands."""

    session: str
    start: datetime
    site: str
    suite: str
    radiologist: str | None
    verdict: Verdict
    because: tuple[str, ...]
    cost_change: int
    minutes_left: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Every list for a case, the cheapest possible first; `ruled_out` counts the impossible ones by reason."""

    case: str
    minutes: int
    booked: PlaceLine | None
    places: tuple[PlaceLine, ...]
    ruled_out: Mapping[str, int]

    @property
    def possible(self) -> tuple[PlaceLine, ...]:
        """The lists it can go on."""
        return tuple(place for place in self.places if place.verdict is not Verdict.NO)


@dataclass(frozen=True, slots=True, kw_only=True)
class WayLine:
    """One way to make room: what changes, the change in cost, and whom else it affects."""

    says: str
    cost_change: int
    affects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a case is not booked: see `scheduler.explain.Explanation`; `booked` says that it is after all."""

    case: str
    booked: bool
    says: str
    lists: int = 0
    excluded: Mapping[str, int]
    smallest: tuple[str, ...] = ()
    ways: tuple[WayLine, ...] = ()


def in_files(problem_path: str, plan_path: str) -> Standing:
    """Read a plan and its problem from files; raises BadInputError with every fault of either."""
    problem, plan = read_files(problem_path, plan_path)
    return Standing(problem=problem, plan=plan)


def where_it_can_go(stands: Standing, name: str) -> Where:
    """Answer for every list. Raises NeurolistError, with what to do first, for a case that cannot be planned yet."""
    case = case_of(stands, name)
    problem = stands.problem
    found = tuple(_line(problem, place) for place in places_for(problem, stands.plan, case))
    at = next((booking for booking in stands.plan.bookings if booking.case == case), None)
    return Where(
        case=case,
        minutes=problem.case_by_id[case].duration_minutes,
        booked=next((line for line in found if at and (line.session, line.start) == (at.session, at.start)), None),
        places=found,
        ruled_out=_ruled_out(found),
    )


def why_it_is_not_booked(stands: Standing, name: str) -> Why:
    """Explain one case in full."""
    left = _left_out(stands, name)
    if left is not None:
        return Why(case=left.case, booked=False, says=_not_yet(left), excluded={})
    return _told(stands, case_of(stands, name), with_ways=True)


def why_none_is_booked(stands: Standing) -> Iterator[Why]:
    """Explain every case that is not booked, without the ways to make room."""
    for each in stands.left_out:
        yield Why(case=each.case, booked=False, says=_not_yet(each), excluded={})
    booked = {booking.case for booking in stands.plan.bookings}
    for case in stands.problem.cases:
        if case.id not in booked:
            yield _told(stands, case.id, with_ways=False)


def _told(stands: Standing, case: str, *, with_ways: bool) -> Why:
    problem, plan = stands.problem, stands.plan
    at = next((booking for booking in plan.bookings if booking.case == case), None)
    if at is not None:
        says = f"Case {case} is booked, on {at.session} at {at.start.astimezone(problem.zone):%H:%M on %-d %b %Y}."
        return Why(case=case, booked=True, says=says, excluded={})
    found: Explanation = why_not(problem, plan, case, with_ways=with_ways)
    return Why(
        case=case,
        booked=False,
        says=found.says,
        lists=len(problem.lists),
        excluded=found.excluded,
        smallest=found.smallest,
        ways=tuple(WayLine(says=way.says, cost_change=way.cost_change, affects=way.affects) for way in found.ways),
    )


def case_of(stands: Standing, name: str) -> str:
    """Give the id in the problem of a case; raises NeurolistError with what to do first when it cannot be planned."""
    found = _known_as(name, stands.problem.case_by_id)
    if found is not None:
        return found
    left = _left_out(stands, name)
    if left is not None:
        raise NeurolistError(_not_yet(left))
    raise NotFoundError(f"The plan has no case {name}. Check the reference, and the dates planned.")


def _left_out(stands: Standing, name: str) -> Unscheduled | None:
    left = {each.case: each for each in stands.left_out}
    key = _known_as(name, left)
    return None if key is None else left[key]


def _not_yet(left: Unscheduled) -> str:
    return f"Case {left.case} cannot be planned yet. {' '.join(left.reasons)}"


def _known_as(name: str, known: Iterable[str]) -> str | None:
    """Give the case of this name, or of this reference of the memory's."""
    names = tuple(known)
    return name if name in names else next((key for key in names if ref_of(key) == name), None)


def _line(problem: SchedulingProblem, place: Place) -> PlaceLine:
    facts = problem.lists[place.session]
    person = problem.radiologist_by_id.get(place.radiologist or "")
    return PlaceLine(
        session=place.session,
        start=place.start,
        site=facts.site.name,
        suite=facts.suite.id,
        radiologist=person.name if person else place.radiologist,
        verdict=place.verdict,
        because=place.because,
        cost_change=place.cost_change,
        minutes_left=place.minutes_left,
        rules=place.rules,
    )


def _ruled_out(places: Iterable[PlaceLine]) -> dict[str, int]:
    """Count the lists each reason rules out, most first."""
    counts = Counter(reason for place in places for reason in {REASONS.get(rule, rule) for rule in place.rules})
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
