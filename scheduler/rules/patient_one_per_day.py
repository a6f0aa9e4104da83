"""A patient has at most one booking a date."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ortools.sat.python import cp_model

    from scheduler.diary import Diary, Entry
    from scheduler.rule import PlanningModel

NAME = "patient-one-per-day"


def enforce(model: PlanningModel) -> None:
    """Allow each patient one place a date."""
    places: dict[tuple[str, date], list[cp_model.IntVar]] = defaultdict(list)
    cases: dict[tuple[str, date], set[str]] = defaultdict(set)
    for case in model.problem.cases:
        for facts in model.options(case.id):
            places[case.patient, facts.date].append(model.presence(case.id, facts.id))
            cases[case.patient, facts.date].add(case.id)
    for key, literals in places.items():
        if len(cases[key]) > 1:
            model.cp.add_at_most_one(literals)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find patients booked more than once on a date."""
    days: dict[tuple[str, date], list[Entry]] = defaultdict(list)
    for entry in diary.entries:
        days[entry.case.patient, entry.list.date].append(entry)
    for (patient, day), entries in days.items():
        if len(entries) > 1:
            cases = tuple(entry.case.id for entry in entries)
            says = f"Patient {patient} has {len(entries)} bookings on {show_date(day)}: {', '.join(cases)}."
            yield Breach(rule=NAME, says=says, cases=cases, session=entries[-1].list.id)


RULE = Rule(
    name=NAME,
    says="A patient has at most one booking a date.",
    because="Two procedures with sedation and recovery in one day are too much for one patient.",
    enforce=enforce,
    breaches=breaches,
)
