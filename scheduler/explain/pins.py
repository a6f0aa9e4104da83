"""Where no plan exists at all: the pinned cases that cannot all stay where they are, and the rules they break."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.audit import rule_breaches
from scheduler.diary import Diary, show_date
from scheduler.engine.run import EngineFaultError
from scheduler.explain.conflict import smallest_conflict
from scheduler.explain.resolving import ALWAYS, pins_agree
from scheduler.plan import Booking, Plan, SessionUse
from scheduler.problem import minutes_of
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.problem import Case, SchedulingProblem

MOST_CONFLICTS = 5  # more than these are told once these are gone
GIVEN = ALWAYS | {"pinned"}  # the question itself


@dataclass(frozen=True, slots=True, kw_only=True)
class PinConflict:
    """Pinned cases of which all but any one could stay: what it says, which they are, and the rules in the way."""

    says: str
    cases: tuple[str, ...]
    rules: tuple[str, ...]


def pin_conflicts(problem: SchedulingProblem) -> tuple[PinConflict, ...]:
    """Find the conflicts among the pinned cases, no case in two of them; () when every pin can be kept."""
    found: list[PinConflict] = []
    left = problem
    while len(found) < MOST_CONFLICTS and (conflict := conflicting_pins(left)) is not None:
        found.append(conflict)
        left = _unpinned(left, conflict.cases)
    return tuple(found)


def conflicting_pins(problem: SchedulingProblem) -> PinConflict | None:
    """Find pinned cases that no plan can keep, none of them needlessly and as few as are easily found; None if none.

    One that cannot stay whatever the others do is named alone. Asked again with the solver's presolve off. Raises
    EngineFaultError should the two answers differ.
    """
    pinned = [case.id for case in problem.cases if case.pinned is not None]

    def conflict(cases: Sequence[str]) -> bool:
        return not pins_agree(problem, cases)

    cases = smallest_conflict(pinned, conflict)
    if not cases:
        return None
    if len(cases) > 1:
        cases = next(((case,) for case in pinned if conflict((case,))), cases)
    if pins_agree(problem, cases, presolve=False):
        raise EngineFaultError(f"The solver contradicts itself about the pinned cases {', '.join(cases)}.")
    rules = rules_against(problem, cases)
    return PinConflict(says=_says(problem, cases, rules), cases=cases, rules=rules)


def rules_against(problem: SchedulingProblem, cases: Sequence[str]) -> tuple[str, ...]:
    """Find rules that the pinned cases cannot all keep, none of them needlessly, by asking the solver."""
    names = [rule.name for rule in RULEBOOK if rule.name not in GIVEN]

    def conflict(rules: Sequence[str]) -> bool:
        return not pins_agree(problem, cases, rules=GIVEN.union(rules))

    return smallest_conflict(names, conflict)


def _unpinned(problem: SchedulingProblem, cases: Sequence[str]) -> SchedulingProblem:
    freed = tuple(replace(case, pinned=None) if case.id in cases else case for case in problem.cases)
    return replace(problem, cases=freed)


def _says(problem: SchedulingProblem, cases: tuple[str, ...], rules: tuple[str, ...]) -> str:
    pins = "; ".join(_pin(problem, problem.case_by_id[key]) for key in cases)
    why = _why(problem, cases, rules)
    if len(cases) == 1:
        return f"No plan can keep this pinned case where it is: {pins}. {why} Move it or take its pin away."
    return (
        f"No plan can keep these {len(cases)} pinned cases where they are: {pins}. {why} Move or unpin any one of them."
    )


def _why(problem: SchedulingProblem, cases: tuple[str, ...], rules: tuple[str, ...]) -> str:
    """Tell the breaches the pins come to by themselves; where who does a list is the question, what the rules say."""
    diary = Diary(problem=problem, plan=_as_pinned(problem, cases))
    told = {rule.name: rule.says for rule in RULEBOOK} | {each.rule: each.says for each in rule_breaches(diary)}
    return " ".join(f"{rule}: {told[rule]}" for rule in rules)


def _as_pinned(problem: SchedulingProblem, cases: tuple[str, ...]) -> Plan:
    """Book the pinned cases where they are pinned, each list with whoever must do it, as far as that is settled."""
    pins = [(key, pin) for key in cases if (pin := problem.case_by_id[key].pinned) is not None]
    only = problem.radiologists[0].id if len(problem.radiologists) == 1 else None
    staff = {
        (pin.session, pin.radiologist or problem.lists[pin.session].session.radiologist or only): None
        for _, pin in pins
    }
    return Plan(
        bookings=tuple(Booking(case=key, session=pin.session, start=pin.start) for key, pin in pins),
        sessions=tuple(SessionUse(session=session, radiologist=person) for session, person in staff),
    )


def _pin(problem: SchedulingProblem, case: Case) -> str:
    if case.pinned is None:
        return case.id
    start = problem.local(minutes_of(case.pinned.start))
    who = f" with {case.pinned.radiologist}" if case.pinned.radiologist else ""
    return f"case {case.id} on {case.pinned.session} at {start:%H:%M} on {show_date(start.date())}{who}"
