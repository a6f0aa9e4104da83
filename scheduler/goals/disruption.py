"""A promised booking stays as it was promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.goal import Goal
from scheduler.problem import MINUTES_PER_STEP, minutes_of
from scheduler.vocabulary import Commitment

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary, Entry
    from scheduler.problem import Case, ListFacts, Previous, SchedulingProblem
    from scheduler.rule import PlanningModel

NOT_BOOKED, OTHER_DATE, OTHER_LIST, OTHER_START, OTHER_RADIOLOGIST = 40, 20, 8, 4, 2
MINUTES_THAT_MATTER = 15  # less than this and the patient need not be told
FACTORS = {Commitment.PROPOSED: 0, Commitment.HELD: 1, Commitment.BOOKED: 3, Commitment.CONFIRMED: 5}


def _moved(problem: SchedulingProblem, previous: Previous, facts: ListFacts) -> int:
    """Price the list alone: another date, another list or the same."""
    if problem.local_date(previous.start) != facts.date:
        return OTHER_DATE
    return OTHER_LIST if previous.session != facts.id else 0


def price(model: PlanningModel) -> cp_model.LinearExprT:
    """Add up what every earlier booking's change costs."""
    return sum(
        FACTORS[case.previous.status] * _change(model, case, case.previous)
        for case in model.problem.cases
        if case.previous is not None and FACTORS[case.previous.status]
    )


def _change(model: PlanningModel, case: Case, previous: Previous) -> cp_model.LinearExprT:
    parts: list[cp_model.LinearExprT] = [NOT_BOOKED]
    for facts in model.options(case.id):
        here = model.presence(case.id, facts.id)
        moved = _moved(model.problem, previous, facts)
        parts.append((moved - NOT_BOOKED) * here)
        if not moved and model.timed:
            parts.append(OTHER_START * (here - _same_start(model, case, facts, previous)))
        if previous.radiologist is not None:
            parts.append(OTHER_RADIOLOGIST * (here - model.together(case.id, facts.id, previous.radiologist)))
    return sum(parts)


def _same_start(model: PlanningModel, case: Case, facts: ListFacts, previous: Previous) -> cp_model.IntVar:
    """Give a literal that may be true only if the case is here and starts about when it did."""
    here, same = model.presence(case.id, facts.id), model.cp.new_bool_var("")
    after = minutes_of(previous.start) - facts.start
    first = (after - MINUTES_THAT_MATTER) // MINUTES_PER_STEP + 1
    last = -((-after - MINUTES_THAT_MATTER) // MINUTES_PER_STEP) - 1
    model.cp.add_implication(same, here)
    model.cp.add_linear_constraint(model.step(case.id), first, last).only_enforce_if(same)
    return same


def measure(diary: Diary) -> int:
    """Add up what every earlier booking's change costs."""
    total = 0
    for case in diary.problem.cases:
        if case.previous is not None:
            entries = diary.by_case.get(case.id, ())
            change = min((_change_by_hand(diary, entry, case.previous) for entry in entries), default=NOT_BOOKED)
            total += FACTORS[case.previous.status] * change
    return total


def _change_by_hand(diary: Diary, entry: Entry, previous: Previous) -> int:
    change = _moved(diary.problem, previous, entry.list)
    if not change and abs(entry.start - minutes_of(previous.start)) >= MINUTES_THAT_MATTER:
        change = OTHER_START
    staff = diary.radiologists_of(entry)
    other = previous.radiologist is not None and previous.radiologist not in staff
    return change + OTHER_RADIOLOGIST * other


GOAL = Goal(
    name="disruption",
    says=(
        "A promised booking stays as it was: not booked any more 40; else another date 20, else another list 8, else a "
        "start moved by 15 minutes or more 4; plus 2 for another radiologist; times 0 if it was proposed, 1 held, 3 "
        "booked, 5 confirmed."
    ),
    unit="points",
    price=price,
    measure=measure,
)
