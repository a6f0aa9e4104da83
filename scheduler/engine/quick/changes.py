"""Who moves and why: the differences between the plan that stood and the new one, each in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from scheduler.audit import rule_breaches
from scheduler.diary import Diary, show_date
from scheduler.engine.answer import Answer, plan_of
from scheduler.engine.quick.events import Cancellation, UrgentCase, cause
from scheduler.engine.quick.standing import place_in
from scheduler.problem import MINUTES_PER_STEP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scheduler.audit import Breach
    from scheduler.engine.quick.standing import Standing
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem

MOST_NAMED = 3  # cases named in one sentence


class ChangeKind(StrEnum):
    """What becomes of a case or a list."""

    MOVED = "moved"
    PLACED = "placed"
    LOST = "lost"
    LEFT_OVER = "left_over"
    CANCELLED = "cancelled"
    STAFFED = "staffed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A case's list, start and radiologist."""

    session: str
    start: datetime
    radiologist: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference and its reason; `case` is None where a list changes radiologist and its cases stay."""

    kind: ChangeKind
    says: str
    session: str | None = None
    case: str | None = None
    before: Place | None = None
    after: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The standing plan, seen from the problem it was made for, and the new one."""

    problem: SchedulingProblem
    standing: Standing
    answer: Answer
    plan: Plan

    def changes(self) -> tuple[Change, ...]:
        """List every difference: what is cancelled, lists that change hands, then cases in the problem's order."""
        return (*self._cancelled(), *self._taken_over(), *self._of_cases())

    @property
    def _cause(self) -> str:
        return cause(self.standing.problem, self.standing.event)

    def _cancelled(self) -> Iterator[Change]:
        event = self.standing.event
        if not isinstance(event, Cancellation):
            return
        staff = {use.session: str(use.radiologist) for use in self.standing.plan.sessions}
        for booking in self.standing.plan.bookings:
            if booking.case in self.standing.problem.case_by_id:
                continue
            before = Place(session=booking.session, start=booking.start, radiologist=staff[booking.session])
            frees = f"so {self._at(before)} comes free."
            lead = f"{self._cause}, {frees}"
            if booking.case != event.case:
                lead = f"Case {booking.case} follows case {event.case}, which is cancelled, {frees}"
            yield Change(kind=ChangeKind.CANCELLED, case=booking.case, before=before, says=lead)

    def _taken_over(self) -> Iterator[Change]:
        old, new = self.standing.answer, self.answer
        for session in self.problem.lists:
            if session in old.staff and session in new.staff and old.staff[session] != new.staff[session]:
                stay = [case for case, at in new.bookings.items() if old.bookings.get(case) == at and at[0] == session]
                says = (
                    f"{self._cause}, so list {session} is taken over by {self._person(new.staff[session])}"
                    f"{_staying(stay)}."
                )
                yield Change(kind=ChangeKind.STAFFED, session=session, says=says)

    def _of_cases(self) -> Iterator[Change]:
        for case in self.standing.problem.cases:
            before, after = place_in(self.standing.answer, case.id), place_in(self.answer, case.id)
            if before is None and after is not None:
                yield self._newly_placed(case.id)
            elif before is not None and after is None:
                yield self._lost(case.id)
            elif before is not None and after is not None and before[:2] != after[:2]:
                yield self._moved(case.id)
            elif after is None and case.id in self.standing.hit:
                yield self._left_over(case.id)

    def _newly_placed(self, case: str) -> Change:
        after = self._place(self.answer, case)
        lead = f"{self._cause}: it" if case in self.standing.hit else f"Case {case}, which was waiting,"
        says = f"{lead} gets {self._at(after)} with {self._person(after.radiologist)}."
        return Change(kind=ChangeKind.PLACED, case=case, after=after, says=says)

    def _lost(self, case: str) -> Change:
        before = self._place(self.standing.answer, case)
        reasons = next(waiting.reasons for waiting in self.plan.unscheduled if waiting.case == case)
        says = f"{self._why(case)} loses {self._at(before)} and finds no other place. {' '.join(reasons)}"
        return Change(kind=ChangeKind.LOST, case=case, before=before, says=says)

    def _left_over(self, case: str) -> Change:
        reasons = next(waiting.reasons for waiting in self.plan.unscheduled if waiting.case == case)
        says = f"{self._cause}, and no place is found for it. {' '.join(reasons)}"
        return Change(kind=ChangeKind.LEFT_OVER, case=case, says=says)

    def _moved(self, case: str) -> Change:
        before, after = self._place(self.standing.answer, case), self._place(self.answer, case)
        who = "" if before.radiologist == after.radiologist else f" with {self._person(after.radiologist)}"
        says = f"{self._why(case)} moves from {self._at(before)} to {self._at(after)}{who}."
        return Change(kind=ChangeKind.MOVED, case=case, before=before, after=after, says=says)

    # Why a case does not stay.

    def _why(self, case: str) -> str:
        """Begin the sentence of a case that does not stay, as in `…, so case C3 (category 2)`."""
        known = self.standing.problem.case_by_id[case]
        if case in self.standing.displaced:
            return f"{self._cause}, so case {case} (category {known.urgency.value})"
        named = f"Case {case} ({_standing_of(self.standing, case)})"
        broken = self._broken_by_staying(case)
        in_the_way = tuple(dict.fromkeys(other for breach in broken for other in breach.cases if other != case))
        if not broken:
            return f"{named} gains clearly, so it"
        if not in_the_way:
            return f"{named} cannot stay ({broken[0].says.rstrip('.')}), so it"
        if known.follows is not None and known.follows.case in in_the_way:
            return f"{named} follows case {known.follows.case}, which no longer comes in time before it, so it"
        return f"{named} gives way to {self._named(in_the_way)}, so it"

    def _broken_by_staying(self, case: str) -> tuple[Breach, ...]:
        """List what the new plan would break if this case were put back where it was."""
        old, new = self.standing.answer, self.answer
        session = old.bookings[case][0]
        back = Answer(
            bookings={**new.bookings, case: old.bookings[case]},
            staff={**new.staff, session: new.staff.get(session, old.staff[session])},
            placed=new.placed | old.placed,
        )
        emptied = new.bookings.get(case, ("", 0))[0]
        if emptied not in {at[0] for at in back.bookings.values()}:
            back.staff.pop(emptied, None)
        problem = self.standing.problem
        return rule_breaches(Diary(problem=problem, plan=plan_of(problem, back)))

    def _named(self, cases: tuple[str, ...]) -> str:
        """Name cases, those the event hit alone where there are any."""
        hit = [case for case in cases if case in self.standing.hit]
        chosen = [self._with_urgency(case) for case in (hit or list(cases))]
        more = f" and {len(chosen) - MOST_NAMED} more" if len(chosen) > MOST_NAMED else ""
        return f"{', '.join(chosen[:MOST_NAMED])}{more}"

    def _with_urgency(self, case: str) -> str:
        urgency = self.standing.problem.case_by_id[case].urgency.value
        urgent = isinstance(self.standing.event, UrgentCase) and case in self.standing.hit
        return f"{'urgent ' if urgent else ''}case {case} (category {urgency})"

    # In words.

    def _place(self, answer: Answer, case: str) -> Place:
        session, step = answer.bookings[case]
        minutes = self.standing.problem.lists[session].start + MINUTES_PER_STEP * step
        start = self.standing.problem.local(minutes)
        return Place(session=session, start=start, radiologist=answer.staff[session])

    def _at(self, place: Place) -> str:
        return f"{place.session} at {place.start:%H:%M} on {show_date(place.start.date())}"

    def _person(self, radiologist: str) -> str:
        return self.problem.radiologist_by_id[radiologist].name


def _standing_of(standing: Standing, case: str) -> str:
    known = standing.problem.case_by_id[case]
    status = "" if known.previous is None else f", {known.previous.status.value}"
    return f"category {known.urgency.value}{status}"


def _staying(cases: list[str]) -> str:
    if not cases:
        return ""
    one = len(cases) == 1
    return f"; case {cases[0]} stays" if one else f"; its {len(cases)} cases stay ({', '.join(cases)})"
