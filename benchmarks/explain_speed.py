"""How long it takes to say where a case can go, and why one is not booked, at about 600 cases.

    python -m benchmarks.explain_speed [PROBLEM.json [PLAN.json]]

Without a problem, four metropolitan clinics' cases share two such clinics: 600 cases, 192 lists. Without a plan, the
one asked about books the cases one by one, each on its cheapest possible list. "By the clock" is what a clerk waits,
and counts whatever else the machine does; "processor" is the work alone. Nothing is kept from one question to the next
but what a problem works out about itself (its lists in minutes, its names).
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from benchmarks.machine import machine_facts
from scheduler.audit import audit
from scheduler.documents import read_plan, read_problem
from scheduler.explain import Verdict, places_for, why_not
from scheduler.explain.changes import put_in, take_out, with_figures
from scheduler.explain.places import judge
from scheduler.explain.surroundings import surroundings_of
from scheduler.plan import Plan, Unscheduled

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.problem import Case, SchedulingProblem

METRO = Path(__file__).parents[1] / "examples" / "problems" / "metro.json"
QUESTIONS = 150
REASONS = 12


def main() -> None:
    problem = read_problem(Path(sys.argv[1]).read_bytes()) if len(sys.argv) > 1 else doubled(METRO)
    print("\n".join(machine_facts()))
    plan = read_plan(Path(sys.argv[2]).read_bytes(), problem) if len(sys.argv) > 2 else booked_one_by_one(problem)
    booked = f"{len(plan.bookings)} of {len(problem.cases)} cases on {len(problem.lists)} lists"
    print(f"{booked}, sound: {audit(problem, plan).sound}")
    places_for(problem, plan, problem.cases[0].id)  # warm
    asked = problem.cases[:: max(1, len(problem.cases) // QUESTIONS)]
    report("where can it go", [timed(lambda case=case: places_for(problem, plan, case.id)) for case in asked])
    left = plan.unscheduled[:: max(1, len(plan.unscheduled) // REASONS)]
    if left:
        report("why is it not booked", [timed(lambda one=one: why_not(problem, plan, one.case)) for one in left])
        brief = [timed(lambda one=one: why_not(problem, plan, one.case, with_ways=False)) for one in left]
        report("the same in one line", brief)


def timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Ask once; give the milliseconds by the clock and by the processor."""
    clock, processor = perf_counter(), process_time()
    ask()
    return (perf_counter() - clock) * 1000, (process_time() - processor) * 1000


def report(what: str, times: list[tuple[float, float]]) -> None:
    for name, values in (("by the clock", [t for t, _ in times]), ("processor", [t for _, t in times])):
        p95 = quantiles(values, n=20)[-1]
        figures = f"median {median(values):7.1f} ms   p95 {p95:7.1f} ms   most {max(values):7.1f} ms"
        print(f"{what:>22}  {name:>12}, {len(values)} asked: {figures}")


def doubled(path: Path) -> SchedulingProblem:
    """Put two clinics side by side, each with its cases twice over."""
    one = read_problem(path.read_bytes())
    sides = ("A", "B")
    return replace(
        one,
        sites=tuple(replace(site, id=side + site.id) for side in sides for site in one.sites),
        travel_minutes=tuple((side + a, side + b, minutes) for side in sides for a, b, minutes in one.travel_minutes),
        suites=tuple(
            replace(suite, id=side + suite.id, site=side + suite.site) for side in sides for suite in one.suites
        ),
        radiologists=tuple(
            replace(person, id=side + person.id, sites=tuple(side + site for site in person.sites))
            for side in sides
            for person in one.radiologists
        ),
        equipment=tuple(
            replace(unit, id=side + unit.id, sites=tuple(side + site for site in unit.sites))
            for side in sides
            for unit in one.equipment
        ),
        sessions=tuple(
            replace(
                session,
                id=side + session.id,
                suite=side + session.suite,
                radiologist=side + session.radiologist if session.radiologist else None,
            )
            for side in sides
            for session in one.sessions
        ),
        cases=tuple(again(case, side, turn) for side in sides for turn in "12" for case in one.cases),
    )


def again(case: Case, side: str, turn: str) -> Case:
    """Give a case once more, on one side, under another name."""
    follows = case.follows
    return replace(
        case,
        id=f"{side}{turn}{case.id}",
        patient=f"{side}{turn}{case.patient}",
        allowed_sites=None if case.allowed_sites is None else tuple(side + site for site in case.allowed_sites),
        travel_km={side + site: km for site, km in case.travel_km.items()},
        prefer_radiologist=side + case.prefer_radiologist if case.prefer_radiologist else None,
        prefer_site=side + case.prefer_site if case.prefer_site else None,
        follows=None if follows is None else replace(follows, case=f"{side}{turn}{follows.case}"),
    )


def booked_one_by_one(problem: SchedulingProblem) -> Plan:
    plan = Plan(unscheduled=tuple(Unscheduled(case=case.id, reasons=("Not planned yet.",)) for case in problem.cases))
    for case in sorted(problem.cases, key=lambda case: (case.follows is not None, case.urgency, case.due)):
        best = places_for(problem, plan, case.id)[0]
        if best.verdict is not Verdict.NO:
            spot, _ = judge(surroundings_of(problem, plan, case.id), problem.lists[best.session])
            plan = put_in(problem, take_out(plan, case.id), spot)
    return with_figures(problem, plan)


if __name__ == "__main__":
    main()
