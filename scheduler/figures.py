"""What a plan comes to, in the numbers people compare plans by."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.diary import Diary
from scheduler.problem import minutes_of
from scheduler.vocabulary import Commitment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from scheduler.plan import Plan
    from scheduler.problem import Case, SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFigures:
    """The figures of one plan.

    `moved` counts promised places that change or are lost. `busiest` and `quietest` are the radiologists' case minutes
    in per cent of their target, None where nobody has one. `amounts` are the goals before pricing.
    """

    cases: int
    booked: int
    in_time: int
    moved: int
    overtime_minutes: int
    busiest: int | None
    quietest: int | None
    amounts: Mapping[str, int]
    cost: int
    bound: int

    @property
    def left_over(self) -> int:
        """The cases without a place."""
        return self.cases - self.booked

    @property
    def late(self) -> int:
        """The cases booked past their due date."""
        return self.booked - self.in_time


def figures_of(problem: SchedulingProblem, plan: Plan, *, apart_from: Collection[str] = ()) -> PlanFigures:
    """Work out the figures of a plan, for all cases but these; goals and shares of work count every case."""
    diary = Diary(problem=problem, plan=plan)
    entries = {entry.case.id: entry for entry in diary.entries if entry.case.id not in apart_from}
    shares = tuple(share for share in shares_of_target(diary).values() if share is not None)
    return PlanFigures(
        cases=sum(case.id not in apart_from for case in problem.cases),
        booked=len(entries),
        in_time=sum(entry.list.date <= entry.case.due for entry in entries.values()),
        moved=sum(_moves(diary, case) for case in problem.cases),
        overtime_minutes=plan.terms["overtime"],
        busiest=max(shares, default=None),
        quietest=min(shares, default=None),
        amounts=dict(plan.terms),
        cost=plan.cost,
        bound=plan.bound,
    )


def shares_of_target(diary: Diary) -> dict[str, int | None]:
    """Give each radiologist's case minutes in per cent of their target, rounded; None without a target."""
    minutes: dict[str, int] = defaultdict(int)
    for entry in diary.entries:
        for name in diary.radiologists_of(entry):
            minutes[name] += entry.case.duration_minutes
    return {
        person.id: round(100 * minutes[person.id] / person.target_minutes) if person.target_minutes else None
        for person in diary.problem.radiologists
    }


def _moves(diary: Diary, case: Case) -> bool:
    """Say whether a promised place changes or is lost."""
    before = case.previous
    if before is None or before.status is Commitment.PROPOSED:
        return False
    there = diary.by_case.get(case.id, ())
    return not any((at.list.id, at.start) == (before.session, minutes_of(before.start)) for at in there)
