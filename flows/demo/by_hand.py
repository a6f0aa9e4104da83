"""Plans as a coordinator makes them by hand: the most pressing case first, in the best place that is still free.

The past of the demonstration is planned so, because a search with a clock gives other plans on other machines. What
single rules forbid is asked of the rules themselves; the audit then checks the whole plan, as it does every other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from scheduler.audit import cost_of, terms_of
from scheduler.diary import Diary
from scheduler.plan import Booking, Plan, SessionUse, UnitPlacement, Unscheduled
from scheduler.problem import (
    MINUTES_PER_STEP,
    SECONDS_PER_MINUTE,
    Case,
    ListFacts,
    Radiologist,
    SchedulingProblem,
    minutes_of,
)
from scheduler.rules import RULEBOOK

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One case on one list with one radiologist, from this minute on."""

    case: Case
    facts: ListFacts
    start: int
    radiologist: Radiologist

    @property
    def span(self) -> Span:
        """The minutes in the room."""
        return self.start, self.start + self.case.duration_minutes

    @property
    def recovery(self) -> Span:
        """The minutes in recovery."""
        return self.span[1], self.span[1] + self.case.recovery_minutes


@dataclass(slots=True, kw_only=True)
class Book:
    """What has been written down so far."""

    problem: SchedulingProblem
    by_list: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    by_site: dict[tuple[str, date], list[Place]] = field(default_factory=lambda: defaultdict(list))
    patients: set[tuple[str, date]] = field(default_factory=set)
    units: dict[tuple[str, date], str] = field(default_factory=dict)

    def write(self, place: Place) -> None:
        """Write a case down in its place."""
        self.by_list[place.facts.id].append(place)
        self.by_site[place.facts.site.id, place.facts.date].append(place)
        self.patients.add((place.case.patient, place.facts.date))
        for kind in place.case.equipment:
            if unit := self._unit_to_bring(kind, place):
                self.units[unit, place.facts.date] = place.facts.site.id

    # Who may do a list

    def team(self, case: Case, facts: ListFacts) -> Iterator[Radiologist]:
        """Give those who may do this case on this list: whoever does the list already, or all who are free for it."""
        begun = self.by_list.get(facts.id)
        people = [begun[0].radiologist] if begun else self.problem.radiologists
        for person in people:
            barred = any(rule.bars_team is not None and rule.bars_team(case, person) for rule in RULEBOOK)
            if not barred and (begun or self._is_free_for(person, facts)):
                yield person

    def _is_free_for(self, person: Radiologist, facts: ListFacts) -> bool:
        if any(rule.bars_staff is not None and rule.bars_staff(self.problem, facts, person) for rule in RULEBOOK):
            return False
        theirs = self._lists_of(person)
        same_day = [other for other in theirs if other.date == facts.date]
        same_week = [other for other in theirs if other.week == facts.week]
        within_day = person.max_sessions_per_day is None or len(same_day) < person.max_sessions_per_day
        within_week = person.max_sessions_per_week is None or len(same_week) < person.max_sessions_per_week
        return within_day and within_week and all(self._can_reach(other, facts) for other in same_day)

    def _lists_of(self, person: Radiologist) -> list[ListFacts]:
        return [places[0].facts for places in self.by_list.values() if places[0].radiologist is person]

    def _can_reach(self, one: ListFacts, other: ListFacts) -> bool:
        first, second = sorted((one, other), key=lambda facts: facts.start)
        return second.start >= first.end + self.problem.minutes_between(first.site.id, second.site.id)

    # When a list has time

    def first_start(self, case: Case, facts: ListFacts) -> int | None:
        """Give the first minute at which this case fits on this list, without overtime; None where it does not."""
        if facts.session.max_cases is not None and len(self.by_list.get(facts.id, ())) >= facts.session.max_cases:
            return None
        latest = facts.end - case.duration_minutes
        if facts.recovery_close is not None:
            latest = min(latest, facts.recovery_close - case.duration_minutes - case.recovery_minutes)
        starts = range(facts.start, latest + 1, MINUTES_PER_STEP)
        return next((start for start in starts if self._fits(case, facts, start)), None)

    def _fits(self, case: Case, facts: ListFacts, start: int) -> bool:
        end, turnaround = start + case.duration_minutes, facts.suite.turnaround_minutes
        others = (other.span for other in self.by_list.get(facts.id, ()))
        alone = all(end + turnaround <= begins or ends + turnaround <= start for begins, ends in others)
        return alone and self._has_bay(case, facts, end) and self._has_units(case, facts, (start, end))

    def _has_bay(self, case: Case, facts: ListFacts, end: int) -> bool:
        if facts.site.recovery_bays is None:
            return True
        stays = [other.recovery for other in self.by_site[facts.site.id, facts.date]]
        return _most_at_once([*stays, (end, end + case.recovery_minutes)]) <= facts.site.recovery_bays

    def _has_units(self, case: Case, facts: ListFacts, span: Span) -> bool:
        return all(self._has_unit(kind, facts, span) for kind in case.equipment)

    def _has_unit(self, kind: str, facts: ListFacts, span: Span) -> bool:
        users = [other.span for other in self.by_site[facts.site.id, facts.date] if kind in other.case.equipment]
        here = sum(unit.kind == kind and self._may_stand(unit.id, facts) for unit in self.problem.equipment)
        return _most_at_once([*users, span]) <= here

    def _may_stand(self, unit: str, facts: ListFacts) -> bool:
        """Whether this unit is at the list's site that day, or may still be brought there."""
        if facts.site.id not in self.problem.unit_by_id[unit].sites:
            return False
        return self.units.get((unit, facts.date), facts.site.id) == facts.site.id

    def _unit_to_bring(self, kind: str, place: Place) -> str | None:
        """Give a mobile unit that has to come to the site for this case, once those already there are all in use."""
        site, day = place.facts.site.id, place.facts.date
        users = [other.span for other in self.by_site[site, day] if kind in other.case.equipment]
        units = [unit for unit in self.problem.equipment if unit.kind == kind and site in unit.sites]
        here = sum(not unit.mobile or self.units.get((unit.id, day)) == site for unit in units)
        if _most_at_once(users) <= here:
            return None
        return next((unit.id for unit in units if unit.mobile and (unit.id, day) not in self.units), None)


def plan_by_hand(problem: SchedulingProblem) -> Plan:
    """Make a plan that keeps every booking where it is and adds what fits, priced, with reasons for what is left."""
    book = Book(problem=problem)
    for case in problem.cases:
        if case.previous is not None:
            book.write(_kept(problem, case))
    waiting = [case for case in problem.cases if case.previous is None]
    for case in sorted(waiting, key=lambda case: (-case.weight, case.due, case.id)):
        if place := _best_place(book, case):
            book.write(place)
    return _priced(problem, _written_out(book))


def _kept(problem: SchedulingProblem, case: Case) -> Place:
    before = case.previous
    if before is None or before.radiologist is None:
        raise ValueError(f"Case {case.id} has no place to keep.")
    return Place(
        case=case,
        facts=problem.lists[before.session],
        start=minutes_of(before.start),
        radiologist=problem.radiologist_by_id[before.radiologist],
    )


def _best_place(book: Book, case: Case) -> Place | None:
    """Give the cheapest place that is free, the earlier of two that cost the same."""
    free = (
        Place(case=case, facts=facts, start=start, radiologist=person)
        for facts in open_lists(book.problem, case)
        if (case.patient, facts.date) not in book.patients
        for person in book.team(case, facts)
        if (start := book.first_start(case, facts)) is not None
    )
    return min(
        free, key=lambda place: (_cost(book, place), place.start, place.facts.id, place.radiologist.id), default=None
    )


def open_lists(problem: SchedulingProblem, case: Case) -> tuple[ListFacts, ...]:
    """Give the lists that no rule by itself keeps this case off."""
    return tuple(
        facts
        for facts in problem.lists.values()
        if not any(rule.bars_place is not None and rule.bars_place(problem, case, facts) for rule in RULEBOOK)
    )


def _cost(book: Book, place: Place) -> int:
    """Price one place by the goals, as far as one place decides them."""
    case, facts, prices = place.case, place.facts, book.problem.objective
    late, waited = (facts.date - case.due).days, (facts.date - case.ready_from).days
    strange = case.prefer_radiologist not in {None, place.radiologist.id}
    far = case.prefer_site not in {None, facts.site.id}
    return (
        prices.access * case.weight * max(late, 0)
        + prices.waiting * case.weight * waited
        + prices.travel * case.travel_km.get(facts.site.id, 0)
        + prices.opened * (facts.id not in book.by_list)
        + prices.continuity * (strange + far)
    )


def _most_at_once(spans: Iterable[Span]) -> int:
    """Count how many of these half-open spans there are at the busiest moment."""
    known = [span for span in spans if span[0] < span[1]]
    return max((sum(begins <= moment < ends for begins, ends in known) for moment, _ in known), default=0)


def _written_out(book: Book) -> Plan:
    places = sorted(
        (place for places in book.by_list.values() for place in places), key=lambda place: (place.start, place.case.id)
    )
    lists = {place.facts.id: place.radiologist.id for place in places}
    return Plan(
        sessions=tuple(SessionUse(session=name, radiologist=person) for name, person in lists.items()),
        bookings=tuple(
            Booking(case=place.case.id, session=place.facts.id, start=_instant(book.problem, place.start))
            for place in places
        ),
        equipment=tuple(UnitPlacement(unit=unit, date=day, site=site) for (unit, day), site in book.units.items()),
    )


def _instant(problem: SchedulingProblem, minutes: int) -> datetime:
    return datetime.fromtimestamp(minutes * SECONDS_PER_MINUTE, UTC).astimezone(problem.zone)


def _priced(problem: SchedulingProblem, plan: Plan) -> Plan:
    from scheduler.engine.places import possible_places
    from scheduler.engine.reasons import reasons_for  # the engine takes a second to load

    diary = Diary(problem=problem, plan=plan)
    left = [case for case in problem.cases if case.id not in diary.by_case]
    places = possible_places(problem)
    terms = terms_of(diary)
    return replace(
        plan,
        terms=terms,
        cost=cost_of(terms, problem.objective),
        unscheduled=tuple(Unscheduled(case=case.id, reasons=reasons_for(diary, places, case)) for case in left),
    )
