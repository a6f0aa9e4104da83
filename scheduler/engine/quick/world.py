"""The world after an event, as pure functions from problem to problem."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

from scheduler.engine.quick.events import Cancellation, PlaceFree, RadiologistAway, SuiteDown, UrgentCase
from scheduler.errors import BadInputError, NotFoundError
from scheduler.problem import MINUTES_PER_STEP, Previous, minutes_of
from scheduler.vocabulary import Commitment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from scheduler.engine.quick.events import Event
    from scheduler.plan import Booking, Plan
    from scheduler.problem import Case, SchedulingProblem, SuiteSession

MINUTE = timedelta(minutes=1)


def promised(problem: SchedulingProblem, plan: Plan) -> SchedulingProblem:
    """Hold every booked case to its place in the plan, as firmly as it was promised before, or else as booked."""
    staff = {use.session: use.radiologist for use in plan.sessions}
    booked = {booking.case: booking for booking in plan.bookings}

    def held(case: Case) -> Case:
        if case.id not in booked:
            return case
        at = booked[case.id]
        status = Commitment.BOOKED if case.previous is None else case.previous.status
        before = Previous(session=at.session, start=at.start, radiologist=staff.get(at.session), status=status)
        return replace(case, previous=before)

    return _with_cases(problem, held)


def after(problem: SchedulingProblem, plan: Plan, event: Event) -> SchedulingProblem:
    """Give the problem as the event leaves it; pins that it makes impossible are let go.

    Raises NotFoundError for a name the problem does not know, BadInputError for a case that makes no sense in it.
    """
    match event:
        case SuiteDown():
            return _suite_down(problem, plan, event)
        case RadiologistAway():
            return _radiologist_away(problem, plan, event)
        case UrgentCase():
            return _urgent(problem, event.case)
        case Cancellation():
            return _cancelled(problem, event.case)
        case PlaceFree():
            _must_know(event.session, problem.lists, "list")
            return problem


def followers(problem: SchedulingProblem, cases: Iterable[str]) -> frozenset[str]:
    """List the cases that follow one of these, straight or through others."""
    found = set(cases)
    size = -1
    while size < len(found):
        size = len(found)
        found |= {case.id for case in problem.cases if case.follows is not None and case.follows.case in found}
    return frozenset(found) - frozenset(cases)


# A suite down.


def _suite_down(problem: SchedulingProblem, plan: Plan, event: SuiteDown) -> SchedulingProblem:
    _must_know(event.suite, problem.suite_by_id, "suite")
    sessions = tuple(
        _without(session, event) if session.suite == event.suite else session for session in problem.sessions
    )
    left = replace(problem, sessions=sessions)
    return _unpinned(left, {booking.case for booking in plan.bookings if not in_window(left, booking)})


def _without(session: SuiteSession, event: SuiteDown) -> SuiteSession:
    """Close a list, or keep the longer part of it that the outage leaves, on the five-minute grid."""
    reach = session.end + session.overtime_minutes * MINUTE
    if event.end <= session.start or event.start >= reach:
        return session
    before = (event.start - session.start) // MINUTE
    after_it = -((session.start - event.end) // MINUTE)
    before -= before % MINUTES_PER_STEP
    after_it += -after_it % MINUTES_PER_STEP
    planned = (session.end - session.start) // MINUTE
    if before >= max(MINUTES_PER_STEP, planned - after_it):
        end = session.start + min(before, planned) * MINUTE
        return replace(session, end=end, overtime_minutes=max(0, before - planned))
    if planned - after_it >= MINUTES_PER_STEP:
        return replace(session, start=session.start + after_it * MINUTE)
    return replace(session, closed=True)


def in_window(problem: SchedulingProblem, booking: Booking) -> bool:
    """Tell whether a booking's list is open for the whole of it."""
    facts = problem.lists[booking.session]
    start = minutes_of(booking.start)
    ends = start + problem.case_by_id[booking.case].duration_minutes
    return not facts.session.closed and facts.start <= start and ends <= facts.latest_end


# A radiologist away.


def _radiologist_away(problem: SchedulingProblem, plan: Plan, event: RadiologistAway) -> SchedulingProblem:
    _must_know(event.radiologist, problem.radiologist_by_id, "radiologist")
    people = tuple(
        replace(person, unavailable=(*person.unavailable, (event.start, event.end)))
        if person.id == event.radiologist
        else person
        for person in problem.radiologists
    )
    missed = {session.id for session in problem.sessions if session.start < event.end and event.start < session.end}
    theirs = {use.session for use in plan.sessions if use.radiologist == event.radiologist}
    sessions = tuple(
        replace(session, radiologist=None)
        if session.id in missed and session.radiologist == event.radiologist
        else session
        for session in problem.sessions
    )
    left = replace(problem, radiologists=people, sessions=sessions)
    return _unpinned(left, {booking.case for booking in plan.bookings if booking.session in missed & theirs})


# An urgent case, and a cancellation.


def _urgent(problem: SchedulingProblem, case: Case) -> SchedulingProblem:
    if case.pinned is not None:
        says = f"Case {case.id} is pinned, so there is nothing to choose. Leave `pinned` null."
        raise BadInputError.of("/pinned", says)
    known = problem.case_by_id.get(case.id)
    if known is None:
        return replace(problem, cases=(*problem.cases, case))
    newer = replace(case, previous=known.previous or case.previous)
    return _with_cases(problem, lambda other: newer if other.id == case.id else other)


def _cancelled(problem: SchedulingProblem, case: str) -> SchedulingProblem:
    _must_know(case, problem.case_by_id, "case")
    gone = {case, *followers(problem, [case])}
    return replace(problem, cases=tuple(other for other in problem.cases if other.id not in gone))


# For all of them.


def _unpinned(problem: SchedulingProblem, cases: Collection[str]) -> SchedulingProblem:
    return _with_cases(problem, lambda case: replace(case, pinned=None) if case.id in cases else case)


def _with_cases(problem: SchedulingProblem, change: Callable[[Case], Case]) -> SchedulingProblem:
    return replace(problem, cases=tuple(change(case) for case in problem.cases))


def _must_know(name: str, names: Mapping[str, object], kind: str) -> None:
    if name not in names:
        near = get_close_matches(name, names, n=3)
        also = f" Did you mean {', '.join(near)}?" if near else ""
        raise NotFoundError(f"The problem has no {kind} called {name}.{also}")
