"""A clinic's own facts are taken from a problem file: sites, suites, radiologists, equipment, journeys and lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeVar

from db import clinic
from db.clinic import Known, NewList
from scheduler.errors import BadInputError
from scheduler.problem import SchedulingProblem, SuiteSession

if TYPE_CHECKING:
    from sqlmodel import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpReport:
    """How many of each kind were added; what the clinic already had by that id was left as it is."""

    sites: int
    suites: int
    radiologists: int
    units: int
    lists: int
    already_there: int

    @classmethod
    def from_kept(cls, kept: object) -> SetUpReport:
        """Read a report back as it was kept."""
        counts = kept if isinstance(kept, dict) else {}
        return cls(**{one.name: int(counts[one.name]) for one in fields(cls)})


def set_up(session: Session, problem: SchedulingProblem, *, timezone: str) -> SetUpReport:
    """Add what the clinic does not have yet; raises BadInputError when the file is for another timezone."""
    if problem.timezone != timezone:
        says = f"the file is for {problem.timezone} and this service for {timezone}. Use one for the same zone."
        raise BadInputError.of("/timezone", says)
    had = clinic.known(session)
    sites = _add(problem.sites, had.sites, lambda site: clinic.add_site(session, site))
    suites = _add(problem.suites, had.suites, lambda suite: clinic.add_suite(session, suite))
    people = _add(problem.radiologists, had.radiologists, lambda person: clinic.add_radiologist(session, person))
    units = _add(problem.equipment, had.units, lambda unit: clinic.add_unit(session, unit))
    _add_journeys(session, problem, had)
    lists = _add_lists(session, problem, had)
    added = sites + suites + people + units + lists
    return SetUpReport(
        sites=sites,
        suites=suites,
        radiologists=people,
        units=units,
        lists=lists,
        already_there=_things_in(problem) - added,
    )


def _things_in(problem: SchedulingProblem) -> int:
    kinds = (problem.sites, problem.suites, problem.radiologists, problem.equipment, problem.sessions)
    return sum(len(kind) for kind in kinds)


def _add(things: Iterable[T], had: frozenset[str], put: Callable[[T], None]) -> int:
    new = [thing for thing in things if getattr(thing, "id") not in had]  # noqa: B009  each kind has an id
    for thing in new:
        put(thing)
    return len(new)


def _add_journeys(session: Session, problem: SchedulingProblem, had: Known) -> None:
    for first, second, minutes in problem.travel_minutes:
        if tuple(sorted((first, second))) not in had.journeys:
            clinic.add_travel(session, first, second, minutes)


def _add_lists(session: Session, problem: SchedulingProblem, had: Known) -> int:
    new = [session for session in problem.sessions if session.id not in had.lists]
    clinic.add_lists(session, [_new_list(problem, one) for one in new])
    for one in new:
        if one.closed:
            clinic.close_list(session, one.id, reason="closed in the file it came from")
    return len(new)


def _new_list(problem: SchedulingProblem, one: SuiteSession) -> NewList:
    start, end = one.start.astimezone(problem.zone), one.end.astimezone(problem.zone)
    return NewList(
        id=one.id,
        suite=one.suite,
        on=start.date(),
        start=start.time(),
        end=end.time(),
        funding=one.funding,
        overtime_minutes=one.overtime_minutes,
        anaesthetist=one.anaesthetist,
        radiologist=one.radiologist,
        max_cases=one.max_cases,
    )
