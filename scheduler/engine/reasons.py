"""Why a case has no place, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from scheduler.diary import Diary
    from scheduler.engine.places import Places
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import Rule


def reasons_for(diary: Diary, places: Places, case: Case) -> tuple[str, ...]:
    """Say why the plan leaves a case out. Never empty."""
    earlier = case.follows.case if case.follows is not None else None
    if earlier is not None and earlier not in diary.by_case:
        return (f"It follows case {earlier}, which is not booked.",)
    open_to_it = places.options[case.id]
    if open_to_it:
        return (_outbid(diary, open_to_it),)
    return _barred(diary.problem, case)


def _outbid(diary: Diary, lists: tuple[ListFacts, ...]) -> str:
    used = sum(facts.id in diary.by_list for facts in lists)
    first, last = (show_date(day) for day in (min(f.date for f in lists), max(f.date for f in lists)))
    number = "The 1 list" if len(lists) == 1 else f"Each of the {len(lists)} lists"
    return f"{number} that could take it, from {first} to {last}, is full or better used ({used} in use)."


def _barred(problem: SchedulingProblem, case: Case) -> tuple[str, ...]:
    """Name the rules that leave no list, taking them one after another."""
    if not problem.lists:
        return ("There are no lists in this plan.",)
    left = list(problem.lists.values())
    reasons: list[str] = []
    for rule in RULEBOOK:
        kept = [facts for facts in left if not _keeps_off(rule, problem, case, facts)]
        if len(kept) < len(left) and rule.wants is not None:
            reasons.append(_sifted(len(kept), len(left), rule.wants(case), again=bool(reasons)))
        left = kept
        if not left and reasons:
            return tuple(reasons)
    return (*reasons, "No radiologist can both do one of the lists left and treat this case.")


def _sifted(kept: int, of: int, wanted: str, *, again: bool) -> str:
    """Say how many lists a rule leaves; `wanted` completes "a list that …"."""
    if of == 1:
        return f"The only list{' left' if again else ''} is not one that {wanted}."
    lists = f"of the {of} lists{' left' if again else ''}"
    if kept > 1:
        return f"Only {kept} {lists} will do: it needs one that {wanted}."
    return f"{'Only one' if kept else 'None'} {lists} {wanted}."


def _keeps_off(rule: Rule, problem: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether a rule alone keeps a case off a list."""
    if rule.bars_place is not None and rule.bars_place(problem, case, facts):
        return True
    rostered = facts.session.radiologist
    people = problem.radiologists if rostered is None else (problem.radiologist_by_id[rostered],)
    if rule.bars_staff is not None:
        return all(rule.bars_staff(problem, facts, person) for person in people)
    return rule.bars_team is not None and all(rule.bars_team(case, person) for person in people)
