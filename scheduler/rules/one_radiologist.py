"""A list in use has exactly one radiologist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.rule import PlanningModel

NAME = "one-radiologist"


def enforce(model: PlanningModel) -> None:
    """Give a list one radiologist if it is used, and none if it is not."""
    for facts in model.problem.lists.values():
        staff = [model.staffed(facts.id, radiologist) for radiologist in model.staff_options(facts.id)]
        model.cp.add(sum(staff) == model.used(facts.id))


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find used lists without one radiologist, and unused lists with any."""
    for facts in diary.used:
        staff = diary.staff.get(facts.id, ())
        if len(staff) != 1:
            named = f"{len(staff)} radiologists ({', '.join(staff)})" if staff else "no radiologist"
            cases = tuple(entry.case.id for entry in diary.by_list[facts.id])
            says = f"{facts.id} holds {len(cases)} cases and has {named}; it needs exactly one."
            yield Breach(rule=NAME, says=says, cases=cases, session=facts.id)
    for session, staff in diary.staff.items():
        if session not in diary.by_list:
            yield Breach(rule=NAME, says=f"{session} holds no case but has {', '.join(staff)}.", session=session)


RULE = Rule(
    name=NAME,
    says="A list that holds a case has exactly one radiologist, and a list without cases has none.",
    because="One person is responsible for every case on the list, and nobody is kept for an empty one.",
    enforce=enforce,
    breaches=breaches,
)
