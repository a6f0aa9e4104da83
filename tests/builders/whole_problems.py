"""Whole planning problems as Hypothesis makes them: small, with every feature a problem document may have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from scheduler.documents import read_problem, write_problem
from scheduler.engine.places import possible_places
from scheduler.problem import Follows, Horizon, Objective, Pin, Previous, SuiteSession
from scheduler.vocabulary import Commitment, Modality, Stage, Target, Technique, Urgency
from tests.builders.planning import MELBOURNE, a_case, a_problem, a_radiologist, a_site, a_suite, a_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.problem import Case, EquipmentUnit, Radiologist, SchedulingProblem, Site, Suite

    Draw = Callable[[st.SearchStrategy[Any]], Any]

FIRST_DAYS = (
    date(2027, 2, 1),  # a Monday
    date(2027, 2, 6),  # a Saturday: the ISO week changes within the horizon
    date(2026, 10, 3),  # the clocks go forward the day after
    date(2027, 4, 3),  # the clocks go back the day after
)
DAYS = 3
TARGETS = (Target.COELIAC, Target.STELLATE)
TECHNIQUES = (Technique.CHEMICAL, Technique.CRYO)
KINDS = ("rf_generator", "rf_generator", "cryo_console")
NEEDS = (("rf_generator",), ("cryo_console",), ("cryo_console", "rf_generator"))
IMAGING = ((Modality.CT,), (Modality.CT, Modality.FLUOROSCOPY), (Modality.FLUOROSCOPY,))
FUNDINGS = ("private", "public")


def _maybe(draw: Draw, strategy: st.SearchStrategy[Any], *, one_in: int = 2) -> Any:
    """Draw from a strategy, or None more often the larger `one_in` is."""
    return draw(strategy) if draw(st.integers(1, one_in)) == one_in else None


def _seldom(draw: Draw, *, one_in: int) -> bool:
    return draw(st.integers(1, one_in)) == one_in


def _number(draw: Draw, most: int) -> int:
    """Draw how many there are: seldom none, and few no more often than many."""
    return 0 if _seldom(draw, one_in=20) else draw(st.sampled_from(range(1, most + 1)))


def _some(draw: Draw, choices: tuple[Any, ...]) -> tuple[Any, ...]:
    """Draw a few of the choices, at least one, all of them most simply."""
    left_out = draw(st.sets(st.sampled_from(choices), max_size=len(choices) - 1)) if len(choices) > 1 else ()
    return tuple(choice for choice in choices if choice not in left_out)


def _most(draw: Draw, choices: tuple[Any, ...]) -> tuple[Any, ...]:
    return _some(draw, choices) if _seldom(draw, one_in=4) else choices


def _site(draw: Draw, name: str, hour: int) -> Site:
    return a_site(
        name,
        recovery_bays=_maybe(draw, st.sampled_from([1, 2, 1, 2, 1, 0])),
        recovery_close=_maybe(draw, st.sampled_from([time(hour + 1), time(hour, 45), time(hour + 1, 15)]), one_in=3),
        target_minutes=_maybe(draw, st.integers(0, 30), one_in=3),
    )


def _suite(draw: Draw, name: str, sites: tuple[str, ...]) -> Suite:
    return a_suite(
        name,
        site=draw(st.sampled_from(sites)),
        modalities=draw(st.sampled_from(IMAGING)),
        turnaround_minutes=draw(st.sampled_from([0, 5, 10])),
    )


def _radiologist(draw: Draw, name: str, sites: tuple[str, ...], starts: list[datetime]) -> Radiologist:
    away = []
    if starts and _seldom(draw, one_in=3):
        begins = draw(st.sampled_from(starts)) + timedelta(minutes=draw(st.sampled_from([-30, -5, 0, 10, 25])))
        away = [(begins, begins + timedelta(minutes=draw(st.sampled_from([5, 30, 600]))))]
    return a_radiologist(
        name,
        sites=_most(draw, sites),
        targets=_most(draw, TARGETS),
        techniques=_most(draw, TECHNIQUES),
        unavailable=tuple(away),
        max_sessions_per_day=_maybe(draw, st.sampled_from([1, 1, 2, 0]), one_in=3),
        max_sessions_per_week=_maybe(draw, st.sampled_from([1, 2, 3, 0]), one_in=3),
        target_minutes=_maybe(draw, st.integers(0, 30), one_in=3),
    )


def _unit(draw: Draw, name: str, sites: tuple[str, ...]) -> EquipmentUnit:
    return a_unit(name, kind=draw(st.sampled_from(KINDS)), sites=_some(draw, sites))


def _list(draw: Draw, name: str, suites: tuple[str, ...], people: tuple[str, ...], opens: datetime) -> SuiteSession:
    """Draw a list that starts within the first half hour of a day's work, so that lists touch, overlap and follow."""
    starts = opens + timedelta(minutes=1440 * draw(st.integers(0, DAYS - 1)) + 5 * draw(st.integers(0, 6)))
    return SuiteSession(
        id=name,
        suite=draw(st.sampled_from(suites)),
        start=starts,
        end=starts + timedelta(minutes=draw(st.sampled_from([10, 15, 20, 30]))),
        funding=_most(draw, FUNDINGS),
        overtime_minutes=draw(st.sampled_from([0, 0, 5, 10])),
        anaesthetist=not _seldom(draw, one_in=4),
        radiologist=_maybe(draw, st.sampled_from(people), one_in=5) if people else None,
        max_cases=_maybe(draw, st.sampled_from([1, 2, 2, 0]), one_in=4),
        closed=_seldom(draw, one_in=12),
    )


def _case(draw: Draw, name: str, problem: SchedulingProblem) -> Case:
    days = st.integers(-1, DAYS).map(lambda days: problem.horizon.start + timedelta(days=days))
    sites = tuple(site.id for site in problem.sites)
    people = [person.id for person in problem.radiologists]
    earlier = [case.id for case in problem.cases]
    return a_case(
        name,
        patient=f"P{draw(st.integers(1, 6))}",
        stage=draw(st.sampled_from(Stage)),
        target=draw(st.sampled_from(TARGETS)),
        technique=draw(st.sampled_from(TECHNIQUES)),
        duration_minutes=draw(st.sampled_from([5, 10, 15])),
        recovery_minutes=draw(st.sampled_from([0, 5, 15])),
        modalities=draw(st.sampled_from(IMAGING)),
        funding=draw(st.sampled_from(["public", "public", "public", "private"])),
        urgency=draw(st.sampled_from(Urgency)),
        weight=draw(st.sampled_from([3, 1, 10, 3, 1, 0])),
        ready_from=draw(days) if _seldom(draw, one_in=4) else problem.horizon.start,
        due=draw(days),
        latest=_maybe(draw, days, one_in=5),
        unavailable=tuple(sorted(draw(st.sets(days, min_size=1, max_size=2)))) if _seldom(draw, one_in=5) else (),
        anaesthetist=_seldom(draw, one_in=5),
        equipment=draw(st.sampled_from(NEEDS)) if _seldom(draw, one_in=4) else (),
        allowed_sites=_some(draw, sites) if _seldom(draw, one_in=5) else None,
        travel_km={site: draw(st.integers(0, 20)) for site in sites} if draw(st.booleans()) else {},
        prefer_radiologist=_maybe(draw, st.sampled_from(people), one_in=3) if people else None,
        prefer_site=_maybe(draw, st.sampled_from(sites), one_in=3),
        first_on_list=_seldom(draw, one_in=4),
        follows=_follows(draw, earlier) if earlier and _seldom(draw, one_in=4) else None,
        previous=_previous(draw, problem) if problem.sessions and _seldom(draw, one_in=3) else None,
    )


def _follows(draw: Draw, earlier: list[str]) -> Follows:
    least = draw(st.integers(0, 2))
    most = _maybe(draw, st.integers(least, 2))
    return Follows(case=draw(st.sampled_from(earlier)), min_days=least, max_days=most)


def _perhaps_pinned(draw: Draw, problem: SchedulingProblem, case: Case) -> Case:
    """Pin a case now and then, mostly to a list that could take it."""
    if not problem.sessions or not _seldom(draw, one_in=16):
        return case
    fitting = possible_places(replace(problem, cases=(*problem.cases, case))).options[case.id]
    sessions = [facts.session for facts in fitting]
    return replace(case, pinned=_pin(draw, problem, sessions or list(problem.sessions)))


def _pin(draw: Draw, problem: SchedulingProblem, sessions: list[SuiteSession]) -> Pin:
    session = draw(st.sampled_from(sessions))
    start = session.start + timedelta(minutes=5 * draw(st.integers(0, 3)))
    people = [person.id for person in problem.radiologists]
    return Pin(
        session=session.id,
        start=start,
        radiologist=_maybe(draw, st.sampled_from(people), one_in=3) if people else None,
    )


def _previous(draw: Draw, problem: SchedulingProblem) -> Previous:
    """Draw where a case was: on its list's grid, off it or on what was another date."""
    session = draw(st.sampled_from(problem.sessions))
    moved = draw(st.sampled_from([0, 0, 5, 10, 15, 25, 7, -10, 1440]))
    people = [person.id for person in problem.radiologists]
    return Previous(
        session=session.id,
        start=session.start + timedelta(minutes=moved),
        radiologist=_maybe(draw, st.sampled_from(people)) if people else None,
        status=draw(st.sampled_from(Commitment)),
    )


def _objective(draw: Draw) -> Objective:
    """Draw the usual coefficients, or some at nothing or much more than usual."""
    if draw(st.booleans()):
        return Objective()
    names = st.sampled_from(["access", "waiting", "disruption", "overtime", "opened", "continuity", "first_on_list"])
    return Objective(**draw(st.dictionaries(names, st.sampled_from([0, 1, 1000]), max_size=3)))


@st.composite
def whole_problems(draw: Draw, most_sites: int = 3, most_lists: int = 6, most_cases: int = 8) -> SchedulingProblem:
    """Make a problem that a document could hold: written, read back, and so without a fault."""
    first = draw(st.sampled_from(FIRST_DAYS))
    hour = draw(st.sampled_from([9, 9, 9, 1]))  # from one in the night on, the clocks change within a list's hours
    opens = datetime.combine(first, time(hour, 15), tzinfo=MELBOURNE).astimezone(UTC)
    sites = tuple(f"S{number}" for number in range(1, draw(st.sampled_from(range(1, most_sites + 1))) + 1))
    suites = tuple(f"CT{number}" for number in range(1, draw(st.integers(1, 3)) + 1))
    people = tuple(f"R{number}" for number in range(1, _number(draw, 4) + 1))
    sessions = [_list(draw, f"L{number}", suites, people, opens) for number in range(1, _number(draw, most_lists) + 1)]
    parts: dict[str, Any] = {
        "horizon": Horizon(start=first, end=first + timedelta(days=DAYS - draw(st.sampled_from([1, 1, 1, 2])))),
        "sites": [_site(draw, name, hour) for name in sites],
        "suites": [_suite(draw, name, sites) for name in suites],
        "radiologists": [_radiologist(draw, name, sites, [each.start for each in sessions]) for name in people],
        "equipment": [_unit(draw, f"U{number}", sites) for number in range(_number(draw, 3))],
        "sessions": sessions,
        "travel_minutes": tuple(
            (one, other, draw(st.sampled_from([0, 5, 15]))) for one in sites for other in sites if one < other
        ),
        "objective": _objective(draw),
    }
    cases: list[Case] = []
    for number in range(_number(draw, most_cases)):
        so_far = a_problem(**parts, cases=tuple(cases))
        cases.append(_perhaps_pinned(draw, so_far, _case(draw, f"C{number}", so_far)))
    return read_problem(write_problem(a_problem(**parts, cases=draw(st.permutations(cases)))))
