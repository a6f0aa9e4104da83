"""What the solver decided, and the plan it makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scheduler.plan import Booking, Plan, SessionUse, UnitPlacement
from scheduler.problem import MINUTES_PER_STEP, SECONDS_PER_MINUTE, minutes_of

if TYPE_CHECKING:
    from datetime import date

    from scheduler.problem import SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Each booked case's list and step, each used list's radiologist, each mobile unit's site by date."""

    bookings: dict[str, tuple[str, int]] = field(default_factory=dict)
    staff: dict[str, str] = field(default_factory=dict)
    placed: frozenset[tuple[str, date, str]] = frozenset()


def plan_of(problem: SchedulingProblem, answer: Answer) -> Plan:
    """Write an answer as a plan, in the order of dates, without its price."""
    lists = problem.lists
    bookings = sorted(answer.bookings.items(), key=lambda item: (lists[item[1][0]].start, item[1], item[0]))
    staff = sorted(answer.staff.items(), key=lambda item: (lists[item[0]].start, item[0]))
    placed = sorted(_needed(problem, answer), key=lambda row: (row[1], row[0]))
    return Plan(
        bookings=tuple(
            Booking(case=case, session=session, start=_instant(problem, session, step))
            for case, (session, step) in bookings
        ),
        sessions=tuple(SessionUse(session=session, radiologist=radiologist) for session, radiologist in staff),
        equipment=tuple(UnitPlacement(unit=unit, date=day, site=site) for unit, day, site in placed),
    )


def answer_from(problem: SchedulingProblem, plan: Plan) -> Answer:
    """Read a plan as an answer; what the problem does not know is left out."""
    cases, lists, units = problem.case_by_id, problem.lists, problem.unit_by_id
    bookings = [row for row in plan.bookings if row.case in cases and row.session in lists]
    return Answer(
        bookings={
            row.case: (row.session, (minutes_of(row.start) - lists[row.session].start) // MINUTES_PER_STEP)
            for row in bookings
        },
        staff={
            use.session: use.radiologist
            for use in plan.sessions
            if use.session in lists and use.radiologist is not None
        },
        placed=frozenset((row.unit, row.date, row.site) for row in plan.equipment if row.unit in units),
    )


def _instant(problem: SchedulingProblem, session: str, step: int) -> datetime:
    minutes = problem.lists[session].start + MINUTES_PER_STEP * step
    return datetime.fromtimestamp(minutes * SECONDS_PER_MINUTE, UTC).astimezone(problem.zone)


def _needed(problem: SchedulingProblem, answer: Answer) -> set[tuple[str, date, str]]:
    """Keep the placements some case needs, so that no unit is moved for nothing."""
    needs = {
        (kind, problem.lists[session].date, problem.lists[session].site.id)
        for case, (session, _) in answer.bookings.items()
        for kind in problem.case_by_id[case].equipment
    }
    units = problem.unit_by_id
    return {(unit, day, site) for unit, day, site in answer.placed if (units[unit].kind, day, site) in needs}
