"""What an event leaves of the standing plan: who stays, and who or which list has lost what they need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scheduler.engine.answer import Answer
from scheduler.engine.quick.events import UrgentCase
from scheduler.engine.quick.world import followers, in_window
from scheduler.problem import MINUTES_PER_STEP, minutes_of

if TYPE_CHECKING:
    from scheduler.engine.quick.events import Event
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem


# Not slotted: it keeps what it works out.
@dataclass(frozen=True, kw_only=True)
class Standing:
    """The plan that stood, seen from the problem after the event."""

    problem: SchedulingProblem
    plan: Plan
    event: Event

    @cached_property
    def answer(self) -> Answer:
        """The plan's bookings of cases that are still there, with their staff and units."""
        lists, known = self.problem.lists, self.problem.case_by_id
        bookings = {
            booking.case: (
                booking.session,
                (minutes_of(booking.start) - lists[booking.session].start) // MINUTES_PER_STEP,
            )
            for booking in self.plan.bookings
            if booking.case in known
        }
        used = {session for session, _ in bookings.values()}
        return Answer(
            bookings=bookings,
            staff={use.session: str(use.radiologist) for use in self.plan.sessions if use.session in used},
            placed=frozenset((row.unit, row.date, row.site) for row in self.plan.equipment),
        )

    @cached_property
    def unstaffed(self) -> frozenset[str]:
        """Lists in use whose radiologist can no longer do them."""
        problem = self.problem
        return frozenset(
            session
            for session, person in self.answer.staff.items()
            if any(
                start < problem.lists[session].end and problem.lists[session].start < end
                for start, end in problem.away[person]
            )
        )

    @cached_property
    def displaced(self) -> frozenset[str]:
        """Cases whose place is gone: their list is closed, cut short or without its radiologist."""
        known = self.problem.case_by_id
        return frozenset(
            booking.case
            for booking in self.plan.bookings
            if booking.case in known and (booking.session in self.unstaffed or not in_window(self.problem, booking))
        )

    @cached_property
    def hit(self) -> frozenset[str]:
        """Cases that need a place: the displaced, and the urgent one."""
        urgent = {self.event.case.id} if isinstance(self.event, UrgentCase) else set()
        return self.displaced | urgent

    @cached_property
    def dependent(self) -> frozenset[str]:
        """Booked cases that follow one that may move, and may have to move with it; not the pinned."""
        known = self.problem.case_by_id
        return frozenset(case for case in self.all_dependent if known[case].pinned is None)

    @cached_property
    def all_dependent(self) -> frozenset[str]:
        """The dependent cases and those that are pinned as well."""
        booked = frozenset(self.answer.bookings)
        return followers(self.problem, self.hit) & booked - self.hit

    @cached_property
    def waiting(self) -> tuple[str, ...]:
        """Cases the standing plan has no place for."""
        return tuple(case.id for case in self.problem.cases if case.id not in self.answer.bookings)

    def at(self, case: str) -> tuple[str, int, str] | None:
        """Give a case's list, step and radiologist in the standing plan; None where it had no place."""
        return place_in(self.answer, case)


def place_in(answer: Answer, case: str) -> tuple[str, int, str] | None:
    """Give a case's list, step and radiologist; None where it has no place."""
    if case not in answer.bookings:
        return None
    session, step = answer.bookings[case]
    return session, step, answer.staff[session]
