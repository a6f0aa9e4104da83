"""What capacity is worth: one more list by site, imaging, funding and week, and one more skill, ranked and in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, zip_longest
from time import monotonic
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.engine.columns.wishes import ListWish, SkillWish
from scheduler.engine.columns.worth import Worth
from scheduler.explain.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from scheduler.engine.columns.asking import Asked
    from scheduler.engine.columns.wishes import Wish
    from scheduler.engine.columns.worth import Gain
    from scheduler.problem import SchedulingProblem
    from scheduler.vocabulary import Modality, Target, Technique

SHARE_FOR_PRICES = 0.8  # of the time; the rest settles the best few anew
USUAL_SECONDS = 60.0


class Staffing(StrEnum):
    """Who is taken to do one more list."""

    FREE = "free"  # the radiologists there are: at least one may do it and is not rostered elsewhere then
    EXTRA = "extra"  # one more radiologist, since nobody there is is free


@dataclass(frozen=True, slots=True, kw_only=True)
class Worthwhile:
    """What one wish is worth, in the plan's cost units.

    `at_most` is its priced value: it saves no more than that, give or take the report's `slack`. `saves`, with the
    cases and weighted patient-days past due that go with it, is known where the wish was settled anew, else None.
    """

    says: str
    at_most: int
    as_patient_days: float | None  # `at_most` as weighted patient-days past due, where those have a cost
    saves: int | None
    cases_gained: float | None
    patient_days_avoided: float | None
    cases: tuple[str, ...]  # those the list would take at these prices, or that the skill would move most


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWorth:
    """One more list at a site, in a kind of room, for some funding and in a week, on its best date."""

    site: str
    site_name: str
    modalities: tuple[Modality, ...]
    funding: tuple[str, ...]
    week: date  # its Monday
    start: datetime
    end: datetime
    overtime_minutes: int
    anaesthetist: bool
    suite: str
    another_room: bool  # no suite of the kind stands empty then, so one more is taken to exist
    staffing: Staffing
    radiologist: str | None  # who would do it at these prices; None for an extra one
    worth: Worthwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillWorth:
    """One radiologist also does one target or technique, or is credentialed at one more site."""

    radiologist: str
    radiologist_name: str
    target: Target | None
    technique: Technique | None
    site: str | None
    site_name: str | None
    worth: Worthwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityWorth:
    """What every wish is worth, the best first: those settled anew, then the others by what they save at most.

    No plan of the problem as it is costs less than `bound`; none with one wish less than that less `at_most`.
    """

    start: date
    end: date
    bound: int
    slack: int
    settled: bool
    lists: tuple[ListWorth, ...]
    skills: tuple[SkillWorth, ...]
    seconds: float


def capacity_worth(
    problem: SchedulingProblem,
    *,
    time_limit: float = USUAL_SECONDS,
    settle: int | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> CapacityWorth:
    """Price one more of everything, then settle the best anew: `settle` of them, or as many as the time allows.

    Raises NoPlanError where the pinned cases allow no plan, and NotSettledError when the time is far too short.
    """
    began = monotonic()
    worth = Worth(
        problem,
        seconds=time_limit * SHARE_FOR_PRICES,
        tell=lambda bound: on_progress(f"No plan costs less than {bound:,}"),
    )
    best = _best_of_each_week(worth)
    gains = _settled(worth, best, settle, began + time_limit, on_progress) if worth.settled else {}
    lists = [_list_worth(worth, wish, gains.get(wish)) for wish in best if isinstance(wish, ListWish)]
    skills = [_skill_worth(worth, wish, gains.get(wish)) for wish in best if isinstance(wish, SkillWish)]
    return CapacityWorth(
        start=problem.horizon.start,
        end=problem.horizon.end,
        bound=worth.bound,
        slack=worth.slack,
        settled=worth.settled,
        lists=tuple(sorted(lists, key=lambda one: _rank(one.worth))),
        skills=tuple(sorted(skills, key=lambda one: _rank(one.worth))),
        seconds=round(monotonic() - began, 2),
    )


def _rank(worth: Worthwhile) -> tuple[bool, int, int]:
    return worth.saves is None, -(worth.saves or 0), -worth.at_most


def _best_of_each_week(worth: Worth) -> list[Wish]:
    """Keep each kind of list on its best date of each week, and every skill; those worth most first."""
    best: dict[object, Wish] = {}
    for wish, asked in worth.priced.items():
        kind = _kind(wish)
        if kind not in best or asked.value > worth.priced[best[kind]].value:
            best[kind] = wish
    return sorted(
        (wish for wish in best.values() if _worth_an_anaesthetist(worth, wish, best)),
        key=lambda wish: -worth.priced[wish].value,
    )


def _kind(wish: Wish, *, anaesthetist: bool | None = None) -> object:
    if isinstance(wish, SkillWish):
        return wish
    with_one = wish.session.anaesthetist if anaesthetist is None else anaesthetist
    return wish.suite.site, tuple(sorted(wish.suite.modalities)), wish.session.funding, wish.week, with_one


def _worth_an_anaesthetist(worth: Worth, wish: Wish, best: Mapping[object, Wish]) -> bool:
    """Tell whether a list with an anaesthetist is worth more than the same without, where there are both."""
    if isinstance(wish, SkillWish) or not wish.session.anaesthetist:
        return True
    plain = best.get(_kind(wish, anaesthetist=False))
    return plain is None or worth.priced[wish].value > worth.priced[plain].value


def _settled(
    worth: Worth, best: Iterable[Wish], most: int | None, deadline: float, on_progress: Callable[[str], None]
) -> dict[Wish, Gain]:
    """Settle the best anew, lists and skills in turn, until so many are done or the time is up."""
    worthwhile = [wish for wish in best if worth.priced[wish].value > 0]
    lists = [wish for wish in worthwhile if isinstance(wish, ListWish)]
    skills = [wish for wish in worthwhile if isinstance(wish, SkillWish)]
    found: dict[Wish, Gain] = {}
    for wish in chain.from_iterable(zip_longest(lists, skills)):
        if len(found) == most or monotonic() >= deadline:
            break
        gain = None if wish is None else worth.gain(wish, deadline - monotonic())
        if wish is not None and gain is not None:
            found[wish] = gain
            on_progress(f"{count(len(found), 'wish', 'wishes')} settled")
    return found


def _list_worth(worth: Worth, wish: ListWish, gain: Gain | None) -> ListWorth:
    problem, asked = worth.imagined.problem, worth.priced[wish]
    session, suite = wish.session, wish.suite
    person = None if asked.person is None or wish.extra else problem.radiologists[asked.person].id
    return ListWorth(
        site=suite.site,
        site_name=problem.site_by_id[suite.site].name,
        modalities=suite.modalities,
        funding=session.funding,
        week=wish.week,
        start=session.start,
        end=session.end,
        overtime_minutes=session.overtime_minutes,
        anaesthetist=session.anaesthetist,
        suite=suite.id,
        another_room=wish.another_room,
        staffing=Staffing.FREE if wish.extra is None else Staffing.EXTRA,
        radiologist=person,
        worth=_worthwhile(worth, asked, gain, _list_says(problem, wish)),
    )


def _skill_worth(worth: Worth, wish: SkillWish, gain: Gain | None) -> SkillWorth:
    problem = worth.imagined.problem
    name = problem.radiologist_by_id[wish.radiologist].name
    return SkillWorth(
        radiologist=wish.radiologist,
        radiologist_name=name,
        target=wish.target,
        technique=wish.technique,
        site=wish.site,
        site_name=None if wish.site is None else problem.site_by_id[wish.site].name,
        worth=_worthwhile(worth, worth.priced[wish], gain, f"{name} {_learns(problem, wish)}"),
    )


def _worthwhile(worth: Worth, asked: Asked, gain: Gain | None, wish: str) -> Worthwhile:
    problem = worth.imagined.problem
    access = problem.objective.access
    days = round(asked.value / access, 1) if access else None
    return Worthwhile(
        says=f"{wish}: {_value_says(asked, gain, days)}",
        at_most=asked.value,
        as_patient_days=days,
        saves=None if gain is None else gain.value,
        cases_gained=None if gain is None else gain.cases,
        patient_days_avoided=None if gain is None else gain.patient_days,
        cases=tuple(problem.cases[number].id for number in asked.cases),
    )


def _value_says(asked: Asked, gain: Gain | None, days: float | None) -> str:
    if gain is not None and gain.value:
        booked = f"about {gain.cases:,.1f} more cases booked" if gain.cases >= 0.05 else "no more cases booked"
        avoided = f"{gain.patient_days:,.0f} weighted patient-days past due avoided"
        return f"saves {gain.value:,}; {booked}, {avoided}."
    if gain is not None or not asked.value:
        return "saves nothing."
    as_days = "" if days is None else f", as much as {days:,.0f} weighted patient-days past due"
    return f"saves at most {asked.value:,}{as_days}."


def _list_says(problem: SchedulingProblem, wish: ListWish) -> str:
    session, site = wish.session, problem.site_by_id[wish.suite.site].name
    imaging = " and ".join(modality.label for modality in wish.suite.modalities)
    hours = f"{session.start.astimezone(problem.zone):%H:%M} to {session.end.astimezone(problem.zone):%H:%M}"
    room = "in one more room of the kind" if wish.another_room else f"in {wish.suite.id}, which stands empty"
    who = "the radiologists there are" if wish.extra is None else "an extra radiologist, since nobody is free"
    funding = _either(session.funding)
    eased = " with an anaesthetist" if session.anaesthetist else ""
    return (
        f"One more {imaging} list at {site}{eased} for {funding} cases in the week of {show_date(wish.week)} "
        f"(best on {show_date(wish.day)}, {hours}, {room}, done by {who})"
    )


def _either(words: Sequence[str]) -> str:
    return " or ".join(word.replace("_", " ") for word in words)


def _learns(problem: SchedulingProblem, wish: SkillWish) -> str:
    if wish.target is not None:
        return f"also treats: {wish.target.label}"
    if wish.technique is not None:
        return f"also does: {wish.technique.label}"
    return f"also works at {problem.site_by_id[wish.site or ''].name}"
