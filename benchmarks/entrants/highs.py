"""A mixed-integer program solved by HiGHS: lists and people as the rules have them, the time of day left out.

The program holds every rule that speaks of lists, dates, people and minutes in a list; it leaves out the order of
cases, simultaneous use of equipment and recovery bays, overtime by the minute and the first place on a list. So its
bound holds for every plan, and its choice of lists is given times afterwards by CP-SAT, which may leave a case out
that finds no time.
"""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from benchmarks.entrants.attempt import Attempt, priced
from benchmarks.entrants.single_model import solve_whole
from scheduler.engine.answer import plan_of
from scheduler.engine.model import rules_model
from scheduler.engine.places import Places, possible_places
from scheduler.engine.shadow import shadow_of, solve_shadow

if TYPE_CHECKING:
    from benchmarks.entrants.attempt import Terms
    from scheduler.engine.answer import Answer
    from scheduler.problem import SchedulingProblem

SHARE_FOR_LISTS = 0.8  # of the seconds; the rest goes to the time of day
LEAST_SECONDS = 1.0


def attempt(problem: SchedulingProblem, terms: Terms) -> Attempt:
    """Choose lists with HiGHS, then times with CP-SAT."""
    started = monotonic()
    places = possible_places(problem)
    model = rules_model(problem, places, timed=False)
    model.minimise()
    model.finish()
    left = SHARE_FOR_LISTS * terms.seconds - (monotonic() - started)
    found = solve_shadow(shadow_of(model.cp), whole=True, seconds=max(LEAST_SECONDS, left))
    values = found.values
    if values is None:
        return Attempt(plan=None, bound=found.bound, remark="found no choice of lists in time")
    chosen = model.answer(lambda variable: values[variable.index])
    within = replace(terms, tell=lambda _: None)  # what is told now is not yet a better plan, only a timed one
    timed, _ = solve_whole(problem, chosen_places(places, chosen, problem), within, started)
    if timed is None:
        return Attempt(plan=None, bound=found.bound, remark="its choice of lists was given no times in time")
    lost = len(chosen.bookings) - len(timed.bookings)
    remark = f"{lost} of its cases found no time of day" if lost else ""
    return Attempt(plan=priced(problem, plan_of(problem, timed), "HiGHS"), bound=found.bound, remark=remark)


def chosen_places(places: Places, chosen: Answer, problem: SchedulingProblem) -> Places:
    """Narrow the places to the chosen list of each case and the chosen radiologist of each list."""
    lists = {case: problem.lists[session] for case, (session, _) in chosen.bookings.items()}
    return Places(
        options={case: (lists[case],) if case in lists else () for case in places.options},
        staff={key: (chosen.staff[key],) if key in chosen.staff else () for key in places.staff},
        barred=places.barred,
        settled=True,
    )
