"""What each rule and goal must be shown to judge one more booking; one not named here is shown the whole plan.

A part is enough for a rule when every breach that names the case, or that the case's booking brings about, reads the
same in the part as in the whole. Tests compare the two for every rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from scheduler.diary import Diary, Entry
from scheduler.explain.excerpt import excerpt
from scheduler.goals import GOALS
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scheduler.explain.excerpt import Placing
    from scheduler.explain.surroundings import Surroundings
    from scheduler.goal import Goal
    from scheduler.problem import Case, SchedulingProblem
    from scheduler.rule import Rule

    Scope = Callable[[Surroundings, "Spot"], "Part | None"]  # None: nothing there could matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A booking that might be made: who does the list then, and where the mobile units of that date are."""

    entry: Entry
    staff: tuple[str, ...]
    placing: Placing = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The other bookings and the other lists a rule must see; `staffed` are lists taken as staffed without the case."""

    problem: SchedulingProblem
    others: tuple[Entry, ...] = ()
    lists: tuple[str, ...] = ()
    placing: Placing = field(default_factory=dict)
    staffed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def after(self, around: Surroundings, spot: Spot) -> Diary:
        """Show the part with the booking made."""
        staff = around.without.staff
        shown = {key: staff[key] for key in self.lists if key in staff}
        shown[spot.entry.list.id] = spot.staff
        return excerpt(self.problem, (*self.others, spot.entry), shown, spot.placing)

    def before(self, around: Surroundings, spot: Spot) -> Diary:
        """Show the part without the case."""
        staff = around.without.staff
        lists = (*self.lists, spot.entry.list.id)
        shown = {**{key: staff[key] for key in lists if key in staff}, **self.staffed}
        return excerpt(self.problem, self.others, shown, self.placing)


def alone(around: Surroundings, _: Spot) -> Part:
    """Show the booking itself."""
    return Part(problem=around.alone)


def same_list(around: Surroundings, spot: Spot) -> Part:
    """Show the list's bookings."""
    return Part(problem=around.problem, others=around.without.by_list.get(spot.entry.list.id, ()))


def same_suite(around: Surroundings, spot: Spot) -> Part:
    """Show the bookings of the list, and of the suite's lists that meet it."""
    here = spot.entry.list
    others = around.without.by_list.get(here.id, ())
    last = max(spot.entry.end, *(entry.end for entry in others)) if others else spot.entry.end
    meeting = (
        around.without.by_list[facts.id]
        for facts, ends in around.spans.get(here.suite.id, ())
        if facts.start < last and ends > here.start and facts.id != here.id
    )
    return Part(problem=around.problem, others=(*others, *chain.from_iterable(meeting)))


def same_radiologist(around: Surroundings, spot: Spot) -> Part | None:
    """Show the week's lists of whoever would do this one; nothing if they do it already."""
    here = spot.entry.list
    if around.without.staff.get(here.id, ()) == spot.staff:
        return None
    lists = (key for radiologist in spot.staff for key in around.weeks.get((radiologist, here.week), ()))
    return Part(problem=around.problem, lists=tuple(lists))


def same_patient(around: Surroundings, spot: Spot) -> Part | None:
    """Show the patient's bookings on the date, if any."""
    others = around.by_patient_day.get(spot.entry.list.date, ())
    return Part(problem=around.problem, others=others) if others else None


def staged(around: Surroundings, _: Spot) -> Part | None:
    """Show the bookings of the cases before and after this one, if it has any."""
    if around.case.follows is None and not around.staged:
        return None
    return Part(problem=around.problem, others=around.staged)


def recovering(around: Surroundings, spot: Spot) -> Part:
    """Show the patients in the site's recovery while this one is."""
    entry = spot.entry
    stays = around.stays.get(entry.list.site.id)
    others = stays.during(entry.end, entry.recovered) if stays else ()
    return Part(problem=around.problem, others=others)


def sharing_units(around: Surroundings, spot: Spot) -> Part | None:
    """Show the date's bookings that need the same equipment, at every site, and where the mobile units are."""
    if not spot.entry.case.equipment:
        return None
    day = spot.entry.list.date
    placing = {key: sites for key, sites in around.without.placements.items() if key[1] == day}
    return Part(problem=around.problem, others=around.needing.get(day, ()), placing=placing)


def same_site(around: Surroundings, spot: Spot) -> Part | None:
    """Show the site's other work, as if it were one case; nothing if the site has no target."""
    site = spot.entry.list.site
    if site.target_minutes is None:
        return None
    return Part(problem=around.of_site[site.id], others=_as_one_booking(spot, around.work_at_site.get(site.id)))


def radiologists_work(around: Surroundings, spot: Spot) -> Part | None:
    """Show the other work of whoever would do this list, as if it were one case on it."""
    here = spot.entry.list.id
    if len(spot.staff) != 1 or around.without.staff.get(here, spot.staff) != spot.staff:
        return everything(around, spot)
    (radiologist,) = spot.staff
    if around.problem.radiologist_by_id[radiologist].target_minutes is None:
        return None
    others = _as_one_booking(spot, around.work_of_radiologist.get(radiologist))
    return Part(problem=around.of_radiologist[radiologist], others=others, staffed={here: spot.staff})


def _as_one_booking(spot: Spot, work: Case | None) -> tuple[Entry, ...]:
    return () if work is None else (Entry(case=work, list=spot.entry.list, start=spot.entry.start),)


def everything(around: Surroundings, spot: Spot) -> Part:
    """Show the whole plan."""
    whole = around.without
    day = spot.entry.list.date
    others = {key: sites for key, sites in whole.placements.items() if key[1] != day}
    return _Whole(
        problem=around.problem,
        others=whole.entries,
        lists=tuple(whole.staff),
        placing=dict(whole.placements),
        elsewhen=others,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole(Part):
    """Everything there is, the other dates' mobile units included."""

    elsewhen: Placing

    def after(self, around: Surroundings, spot: Spot) -> Diary:
        """Show the whole plan with the booking made."""
        staff = {**around.without.staff, spot.entry.list.id: spot.staff}
        picked = (*self.others, spot.entry)
        placing = {**self.elsewhen, **spot.placing}
        return excerpt(self.problem, picked, staff, placing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a rule or a goal is asked: what it is shown, and whether the start or the radiologist can matter to it."""

    scope: Scope
    start: bool = True
    staff: bool = True


RULE_LOOKS = {
    "one-booking": Look(scope=alone, start=False, staff=False),
    "session-window": Look(scope=alone, staff=False),
    "session-closed": Look(scope=alone, start=False, staff=False),
    "suite-no-overlap": Look(scope=same_suite, staff=False),
    "max-cases": Look(scope=same_list, start=False, staff=False),
    "one-radiologist": Look(scope=same_list, start=False),
    "rostered": Look(scope=same_radiologist, start=False),
    "radiologist-credential": Look(scope=same_radiologist, start=False),
    "radiologist-available": Look(scope=same_radiologist, start=False),
    "radiologist-travel": Look(scope=same_radiologist, start=False),
    "radiologist-session-limit": Look(scope=same_radiologist, start=False),
    "target-skill": Look(scope=alone, start=False),
    "technique-skill": Look(scope=alone, start=False),
    "modality": Look(scope=alone, start=False, staff=False),
    "funding": Look(scope=alone, start=False, staff=False),
    "anaesthetist": Look(scope=alone, start=False, staff=False),
    "allowed-sites": Look(scope=alone, start=False, staff=False),
    "equipment": Look(scope=sharing_units, staff=False),
    "recovery": Look(scope=recovering, staff=False),
    "date-window": Look(scope=alone, start=False, staff=False),
    "patient-unavailable": Look(scope=alone, start=False, staff=False),
    "patient-one-per-day": Look(scope=same_patient, start=False, staff=False),
    "staging": Look(scope=staged, start=False, staff=False),
    "pinned": Look(scope=alone),
}

GOAL_LOOKS = {
    "access": Look(scope=alone, start=False, staff=False),
    "waiting": Look(scope=alone, start=False, staff=False),
    "disruption": Look(scope=alone),
    "travel": Look(scope=alone, start=False, staff=False),
    "radiologist_balance": Look(scope=radiologists_work, start=False),
    "site_balance": Look(scope=same_site, start=False, staff=False),
    "overtime": Look(scope=same_list, staff=False),
    "opened": Look(scope=same_list, start=False, staff=False),
    "continuity": Look(scope=alone, start=False),
    "first_on_list": Look(scope=same_list, staff=False),
}

ASKED_WHOLE = Look(scope=everything)
SEES_UNITS = (sharing_units, everything)  # the scopes that show where the mobile units are


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """Rules and goals that are shown the same part."""

    scope: Scope
    rules: tuple[Rule, ...] = ()
    goals: tuple[Goal, ...] = ()


def _questions(rules: Iterable[Rule], goals: Iterable[Goal]) -> tuple[Question, ...]:
    scopes: dict[Scope, tuple[list[Rule], list[Goal]]] = {}
    for rule in rules:
        scopes.setdefault(RULE_LOOKS.get(rule.name, ASKED_WHOLE).scope, ([], []))[0].append(rule)
    for goal in goals:
        scopes.setdefault(GOAL_LOOKS.get(goal.name, ASKED_WHOLE).scope, ([], []))[1].append(goal)
    return tuple(Question(scope=scope, rules=tuple(one), goals=tuple(other)) for scope, (one, other) in scopes.items())


def _about(test: Callable[[Look], bool]) -> list[Rule]:
    return [rule for rule in RULEBOOK if test(RULE_LOOKS.get(rule.name, ASKED_WHOLE))]


def _about_staff(goal: Goal) -> bool:
    return GOAL_LOOKS.get(goal.name, ASKED_WHOLE).staff


def _about_place(goal: Goal) -> bool:
    return _of_the_list_alone(GOAL_LOOKS.get(goal.name, ASKED_WHOLE))


def _of_the_list_alone(look: Look) -> bool:
    return look.scope is alone and not look.start and not look.staff


ABOUT_THE_LIST = _questions(_about(_of_the_list_alone), [])
ABOUT_STAFF = _questions(_about(lambda look: look.staff), filter(_about_staff, GOALS))
ABOUT_START = _questions(_about(lambda look: look.start), [])
ABOUT_THE_REST = _questions(_about(lambda look: not look.start and not _of_the_list_alone(look)), [])
ABOUT_THE_DATE = _questions(_about(lambda look: not look.start and not look.staff), [])
ABOUT_WHO = _questions(_about(lambda look: look.staff and not look.start), [])
ABOUT_COST = _questions([], GOALS)
ABOUT_PLACE = _questions([], filter(_about_place, GOALS))
