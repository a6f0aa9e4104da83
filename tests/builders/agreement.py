"""Every schedule of a tiny clinic, as the solver sees them and as the audit does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from scheduler.audit import cost_of, rule_breaches, terms_of
from scheduler.diary import Diary
from scheduler.engine.model import Model, rules_model
from scheduler.engine.places import every_place
from scheduler.goals import GOALS
from scheduler.plan import Booking, Plan, SessionUse, UnitPlacement
from scheduler.problem import MINUTES_PER_STEP, minutes_of
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from scheduler.goal import Goal
    from scheduler.problem import EquipmentUnit, SchedulingProblem
    from scheduler.rule import Rule


@dataclass(frozen=True)
class Schedule:
    """One whole decision: (case, list, step), (list, radiologist) and (unit, date, site) triples."""

    bookings: frozenset[tuple[str, str, int]]
    staff: frozenset[tuple[str, str]]
    placed: frozenset[tuple[str, date, str]]


def plan_from(problem: SchedulingProblem, schedule: Schedule) -> Plan:
    """Write a schedule as a plan."""
    starts = {key: facts.start for key, facts in problem.lists.items()}
    return Plan(
        bookings=tuple(
            Booking(case=case, session=session, start=_instant(starts[session] + MINUTES_PER_STEP * step))
            for case, session, step in sorted(schedule.bookings)
        ),
        sessions=tuple(SessionUse(session=session, radiologist=person) for session, person in sorted(schedule.staff)),
        equipment=tuple(UnitPlacement(unit=unit, date=day, site=site) for unit, day, site in sorted(schedule.placed)),
    )


def _instant(minutes: int) -> datetime:
    return datetime.fromtimestamp(minutes * 60, UTC)


def every_schedule(problem: SchedulingProblem) -> Iterator[Schedule]:
    """List every schedule: each case nowhere or at any step of any list, any radiologist or none, any placement."""
    lists = problem.lists.values()
    longest = max((facts.latest_end - facts.start for facts in lists), default=0) // MINUTES_PER_STEP
    steps = range(-1, longest + 1)
    places = [[None, *((case.id, facts.id, step) for facts in lists for step in steps)] for case in problem.cases]
    people = [[None, *((facts.id, person.id) for person in problem.radiologists)] for facts in lists]
    units = [
        [None, *((unit.id, day, site) for site in unit.sites)]
        for unit, day in product(_mobile(problem), {facts.date for facts in lists})
    ]
    for choice in product(*places, *people, *units):
        cut = (len(places), len(places) + len(people))
        yield Schedule(
            bookings=frozenset(part for part in choice[: cut[0]] if part),
            staff=frozenset(part for part in choice[cut[0] : cut[1]] if part),
            placed=frozenset(part for part in choice[cut[1] :] if part),
        )


def sound(problem: SchedulingProblem, schedule: Schedule, rules: Sequence[Rule] = RULEBOOK) -> bool:
    """Tell whether a schedule breaks none of the rules."""
    diary = Diary(problem=problem, plan=plan_from(problem, schedule))
    return not any(True for rule in rules for _ in rule.breaches(diary))


def broken(problem: SchedulingProblem, schedule: Schedule) -> set[str]:
    """Name every rule a schedule breaks."""
    return {breach.rule for breach in rule_breaches(Diary(problem=problem, plan=plan_from(problem, schedule)))}


def _mobile(problem: SchedulingProblem) -> list[EquipmentUnit]:
    return [unit for unit in problem.equipment if unit.mobile]


def _placements(problem: SchedulingProblem) -> Iterator[tuple[str, date, str]]:
    """List every unit, date and site a placement may name."""
    for unit, day in product(_mobile(problem), {facts.date for facts in problem.lists.values()}):
        yield from ((unit.id, day, site) for site in unit.sites)


class _Collector(cp_model.CpSolverSolutionCallback):
    def __init__(self, model: Model) -> None:
        super().__init__()
        self._model = model
        self.found: set[Schedule] = set()

    def on_solution_callback(self) -> None:
        self.found.add(schedule_of(self._model, self.value))


def schedule_of(model: Model, value: object) -> Schedule:
    """Read every variable of a model as a schedule, nothing tidied."""
    problem = model.problem
    at = lambda literal: bool(value(literal))  # noqa: E731
    lists = problem.lists.values()
    return Schedule(
        bookings=frozenset(
            (case.id, facts.id, value(model.step(case.id)))
            for case in problem.cases
            for facts in lists
            if at(model.presence(case.id, facts.id))
        ),
        staff=frozenset(
            (facts.id, person.id)
            for facts in lists
            for person in problem.radiologists
            if at(model.staffed(facts.id, person.id))
        ),
        placed=frozenset(row for row in _placements(problem) if at(model.placed(*row))),
    )


def accepted(problem: SchedulingProblem, rules: Iterable[Rule] = RULEBOOK) -> set[Schedule]:
    """List every schedule the solver accepts."""
    model = rules_model(problem, every_place(problem), rules=rules)
    _touch(model)
    model.finish()
    solver, collector = cp_model.CpSolver(), _Collector(model)
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    solver.solve(model.cp, collector)
    return collector.found


def _touch(model: Model) -> None:
    """Ask for every variable, so that each exists before the model is finished."""
    schedule_of(model, lambda _: 0)
    for session in model.problem.lists:
        model.used(session)
    for unit, day in product(_mobile(model.problem), {facts.date for facts in model.problem.lists.values()}):
        model.cp.add_at_most_one(model.placed(unit.id, day, site) for site in unit.sites)


def differences(
    problem: SchedulingProblem, rules: Sequence[Rule] = RULEBOOK, judged_by: Sequence[Rule] = RULEBOOK
) -> list[str]:
    """Find where the solver, held to these rules, and the audit, judging by those, disagree about a schedule."""
    taken = accepted(problem, rules)
    known: set[Schedule] = set()
    wrong = []
    for schedule in every_schedule(problem):
        known.add(schedule)
        fine = sound(problem, schedule, judged_by)
        if fine != (schedule in taken):
            wrong.append(f"{'refused' if fine else 'accepted'} by the solver only: {schedule}")
    wrong += [f"accepted by the solver, but beyond every schedule: {schedule}" for schedule in taken - known]
    return wrong


def takes(
    problem: SchedulingProblem, plan: Plan, rules: Iterable[Rule], *, timed: bool = True, placing: bool = False
) -> bool:
    """Tell whether the solver, held to these rules, takes this plan.

    Without its times of day if not `timed`; with the mobile units where the solver likes if `placing`.
    """
    model = rules_model(problem, every_place(problem), timed=timed, rules=rules)
    schedule = schedule_from(problem, plan)
    _fix(model, schedule, timed=timed)
    for row in () if placing else _placements(problem):
        model.cp.add(model.placed(*row) == (row in schedule.placed))
    model.finish()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    return solver.solve(model.cp) == cp_model.OPTIMAL


def schedule_from(problem: SchedulingProblem, plan: Plan) -> Schedule:
    """Read a plan as a schedule. Raises ValueError for a start off the five-minute grid, which no model has."""
    bookings = set()
    for row in plan.bookings:
        step, rest = divmod(minutes_of(row.start) - problem.lists[row.session].start, MINUTES_PER_STEP)
        if rest:
            raise ValueError(f"Case {row.case} starts off the grid.")
        bookings.add((row.case, row.session, step))
    return Schedule(
        bookings=frozenset(bookings),
        staff=frozenset((use.session, use.radiologist) for use in plan.sessions if use.radiologist),
        placed=frozenset((row.unit, row.date, row.site) for row in plan.equipment),
    )


def prices(
    problem: SchedulingProblem, schedule: Schedule, goals: Sequence[Goal] = GOALS, *, timed: bool = True
) -> dict[str, int]:
    """Price one schedule in the solver's model; without its times of day if not `timed`."""
    model = rules_model(problem, every_place(problem), timed=timed)
    _touch(model)
    model.minimise(goals)
    model.finish()
    _fix(model, schedule, timed=timed)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model.cp) == cp_model.OPTIMAL
    return {name: solver.value(term) for name, term in model.terms.items()}


def _fix(model: Model, schedule: Schedule, *, timed: bool = True) -> None:
    """Hold a model to a schedule's bookings and staff."""
    for case in model.problem.cases:
        for facts in model.problem.lists.values():
            here = [step for key, session, step in schedule.bookings if (key, session) == (case.id, facts.id)]
            model.cp.add(model.presence(case.id, facts.id) == bool(here))
            if here and timed:
                model.cp.add(model.step(case.id) == here[0])
    for facts in model.problem.lists.values():
        for person in model.problem.radiologists:
            model.cp.add(model.staffed(facts.id, person.id) == ((facts.id, person.id) in schedule.staff))


def measures(problem: SchedulingProblem, schedule: Schedule) -> dict[str, int]:
    """Measure one schedule's goals by hand."""
    return terms_of(Diary(problem=problem, plan=plan_from(problem, schedule)))


def cheapest(problem: SchedulingProblem, schedules: Iterable[Schedule]) -> int:
    """Give the lowest cost by hand."""
    return min(cost_of(measures(problem, schedule), problem.objective) for schedule in schedules)
