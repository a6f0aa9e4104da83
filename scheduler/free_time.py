"""Free minutes that somebody can use: a gap counts only where a waiting case fits into it.

A gap suits a case when no rule bars the case from the list, one radiologist who may do the list may do the case, and
it is long enough with the turnaround on both sides. What depends on other lists that day (recovery bays, shared
equipment, journeys) is left to the planner, so the figure is what can be used at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.diary import Diary
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from scheduler.diary import Entry
    from scheduler.plan import Plan
    from scheduler.problem import Case, ListFacts, Radiologist, SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTime:
    """The free minutes of one list, and how many of them a waiting case could use."""

    session: str
    free: int
    usable: int


_PLACE = tuple(rule.bars_place for rule in RULEBOOK if rule.bars_place is not None)
_STAFF = tuple(rule.bars_staff for rule in RULEBOOK if rule.bars_staff is not None)
_TEAM = tuple(rule.bars_team for rule in RULEBOOK if rule.bars_team is not None)


def free_time(problem: SchedulingProblem, plan: Plan) -> dict[str, FreeTime]:
    """Measure every list that is open, by session id; the waiting cases are those the plan does not book."""
    diary = Diary(problem=problem, plan=plan)
    waiting = sorted(
        (case for case in problem.cases if case.id not in diary.by_case), key=lambda case: case.duration_minutes
    )
    return {facts.id: _of_list(diary, facts, waiting) for facts in problem.lists.values() if not facts.session.closed}


def _of_list(diary: Diary, facts: ListFacts, waiting: Sequence[Case]) -> FreeTime:
    entries = diary.by_list.get(facts.id, ())
    found = tuple(gaps(facts, entries))
    full = facts.session.max_cases is not None and len(entries) >= facts.session.max_cases
    needed = None if full else _shortest(diary, facts, waiting, longest=max(found, default=0))
    return FreeTime(
        session=facts.id,
        free=sum(found),
        usable=0 if needed is None else sum(gap for gap in found if gap >= needed),
    )


def gaps(facts: ListFacts, entries: Iterable[Entry]) -> Iterator[int]:
    """Give the minutes of each gap on a list that a case could take up, turnaround already taken off."""
    turnaround = facts.suite.turnaround_minutes
    free_from = facts.start
    for entry in entries:
        gap = entry.start - turnaround - free_from
        if gap > 0:
            yield gap
        free_from = max(free_from, entry.end + turnaround)
    if facts.end > free_from:
        yield facts.end - free_from


def _shortest(diary: Diary, facts: ListFacts, waiting: Iterable[Case], *, longest: int) -> int | None:
    """Give the minutes of the shortest waiting case that the list may take; None if none fits the longest gap."""
    staff: tuple[Radiologist, ...] | None = None
    for case in waiting:
        if case.duration_minutes > longest:
            return None
        if any(bars(diary.problem, case, facts) for bars in _PLACE):
            continue
        staff = _staff(diary, facts) if staff is None else staff
        if any(not any(bars(case, person) for bars in _TEAM) for person in staff):
            return case.duration_minutes
    return None


def _staff(diary: Diary, facts: ListFacts) -> tuple[Radiologist, ...]:
    """List who may do the list: the one who does it, else everybody no rule keeps off it."""
    named = diary.staff.get(facts.id)
    people = [diary.problem.radiologist_by_id[name] for name in named] if named else diary.problem.radiologists
    return tuple(person for person in people if not any(bars(diary.problem, facts, person) for bars in _STAFF))
