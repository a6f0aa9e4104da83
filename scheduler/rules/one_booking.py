"""A case has at most one booking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.rule import PlanningModel

NAME = "one-booking"


def enforce(model: PlanningModel) -> None:
    """Allow each case one of its places."""
    for case in model.problem.cases:
        model.cp.add_at_most_one(model.presence(case.id, facts.id) for facts in model.options(case.id))


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases booked more than once."""
    for case, entries in diary.by_case.items():
        if len(entries) > 1:
            places = " and ".join(diary.at(entry) for entry in entries)
            yield Breach(rule=NAME, says=f"Case {case} is booked {len(entries)} times: {places}.", cases=(case,))


RULE = Rule(
    name=NAME,
    says="A case has at most one booking.",
    because="A patient has the procedure once; a second booking takes a place from somebody else.",
    enforce=enforce,
    breaches=breaches,
)
