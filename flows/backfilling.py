"""A place that came free is offered to those who wait: who fits it, the most useful first, each with what to know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from db import freed, standing
from db.localtime import week_of
from db.mapping import ref_of
from scheduler.errors import NeurolistError
from scheduler.explain import Verdict, place_at

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlmodel import Session

    from scheduler.explain import Place
    from scheduler.problem import Case, SchedulingProblem

MOST_OFFERED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """A waiting case that fits a freed place: when it would start, what it saves, and what to know first."""

    ref: str
    urgency: int
    minutes: int
    due: date
    start: datetime
    radiologist: str | None
    because: tuple[str, ...]
    cost_change: int
    minutes_left: int
    km: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreedPlace:
    """The place a cancelled booking left, and who fits it, the one who gains most first; `closed` says why nobody may.

    `others` counts the waiting cases that do not fit.
    """

    ref: str
    list: str
    start: datetime
    minutes: int
    where: str
    standby: tuple[Standby, ...]
    others: int
    closed: str = ""


def freed_place(session: Session, ref: str, *, today: date, now: datetime) -> FreedPlace:
    """Say who fits the place that a case's cancelled booking left; nothing is written.

    Raises NeurolistError for a case that left no place, or one that is past.
    """
    place = freed.place_of(session, ref)
    if place is None:
        raise NeurolistError(f"Case {ref} has no booking that was cancelled, so it left no place.")
    if place.start <= now:
        raise NeurolistError(f"The place of case {ref} is past, so nobody can have it.")
    first, last = week_of(place.on)
    stands = standing.standing(session, start=max(first, today), end=max(last, today), now=now)
    problem = stands.problem
    left = FreedPlace(
        ref=ref, list=place.list, start=place.start, minutes=place.minutes, where=place.where, standby=(), others=0
    )
    facts = problem.lists.get(place.list)
    if facts is None or facts.session.closed:
        return replace(left, closed="The list is closed, so nobody can be put on it.")
    waiting = [case for case in problem.cases if case.previous is None and ref_of(case.id) != ref]
    tried = [(case, place_at(problem, stands.plan, case.id, place.list)[0]) for case in waiting]
    fits = sorted(
        (found for found in tried if found[1].verdict is not Verdict.NO),
        key=lambda found: (found[1].cost_change, found[0].id),
    )
    standby = tuple(_standby(problem, case, at) for case, at in fits[:MOST_OFFERED])
    return replace(left, standby=standby, others=len(waiting) - len(fits))


def _standby(problem: SchedulingProblem, case: Case, at: Place) -> Standby:
    person = problem.radiologist_by_id.get(at.radiologist or "")
    return Standby(
        ref=ref_of(case.id),
        urgency=case.urgency.value,
        minutes=case.duration_minutes,
        due=case.due,
        start=at.start,
        radiologist=person.name if person else None,
        because=at.because,
        cost_change=at.cost_change,
        minutes_left=at.minutes_left,
        km=case.travel_km.get(problem.lists[at.session].site.id),
    )
