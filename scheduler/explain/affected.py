"""Whom a change of plan affects besides the patient it is made for: other patients, and who works longer or more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.diary import Diary
from scheduler.explain.words import PROMISED, count, person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.explain.surroundings import Surroundings
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem


def affected(around: Surroundings, problem: SchedulingProblem, plan: Plan) -> tuple[str, ...]:
    """Name the other patients who are moved or booked, and the radiologists whose lists grow, in sentences."""
    before, after = around.without, Diary(problem=problem, plan=plan)
    return (*_patients(around, before, after), *_radiologists(around, before, after))


def _patients(around: Surroundings, before: Diary, after: Diary) -> Iterator[str]:
    places = [{entry.case.id: (entry.list.id, entry.start) for entry in diary.entries} for diary in (before, after)]
    for key, place in places[1].items():
        if key == around.case.id or places[0].get(key) == place:
            continue
        previous = around.problem.case_by_id[key].previous
        told = f", whose time was {PROMISED[previous.status]}" if previous and previous.status in PROMISED else ""
        yield f"Case {key}{told}, {'is moved' if key in places[0] else 'is booked too'}."


def _radiologists(around: Surroundings, before: Diary, after: Diary) -> Iterator[str]:
    for facts in after.used:
        staff = after.staff.get(facts.id, ())
        ends = after.by_list[facts.id][-1].end
        past = ends - max([facts.end, *(entry.end for entry in before.by_list.get(facts.id, ()))])
        for radiologist in staff:
            if facts.id not in before.by_list:
                yield f"{person(around, radiologist)} does one more list, {facts.id}."
            elif past > 0:
                yield f"{person(around, radiologist)} works {count(past, 'minute')} longer on {facts.id}."
