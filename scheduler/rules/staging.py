"""A case that follows another is booked only after it, within the days set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary, Entry
    from scheduler.problem import Follows
    from scheduler.rule import PlanningModel

NAME = "staging"


def _fits(follows: Follows, days: int) -> bool:
    """Tell whether the later case may be this many days after the earlier."""
    return follows.min_days <= days and (follows.max_days is None or days <= follows.max_days)


def enforce(model: PlanningModel) -> None:
    """Open a date to the later case only if the earlier is on a date that suits it."""
    for case in model.problem.cases:
        if case.follows is None:
            continue
        first = case.follows.case
        for day in sorted({facts.date for facts in model.options(case.id)}):
            later = [model.presence(case.id, facts.id) for facts in model.options(case.id) if facts.date == day]
            earlier = [
                model.presence(first, facts.id)
                for facts in model.options(first)
                if _fits(case.follows, (day - facts.date).days)
            ]
            model.cp.add(sum(later) <= sum(earlier))


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases booked without, too soon after or too long after the case they follow."""
    for entry in diary.entries:
        follows = entry.case.follows
        if follows is not None and (says := _fault(diary, entry, follows)):
            yield Breach(rule=NAME, says=says, cases=(entry.case.id, follows.case), session=entry.list.id)


def _fault(diary: Diary, entry: Entry, follows: Follows) -> str:
    earlier = diary.by_case.get(follows.case, ())
    if not earlier:
        return f"Case {entry.case.id} is booked but case {follows.case}, which it follows, is not."
    days = (entry.list.date - earlier[0].list.date).days
    if _fits(follows, days):
        return ""
    most = "any number" if follows.max_days is None else follows.max_days
    return f"Case {entry.case.id} is {days} days after case {follows.case}; {follows.min_days} to {most} are allowed."


RULE = Rule(
    name=NAME,
    says="A case that follows another is booked only if that one is, at least and at most its number of days later.",
    because="The test block's effect must be judged before the definitive procedure, and its result goes stale.",
    enforce=enforce,
    breaches=breaches,
)
