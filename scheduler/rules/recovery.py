"""Every patient has a recovery bay, until they have recovered."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.problem import MINUTES_PER_STEP
from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary, Entry
    from scheduler.problem import Case, ListFacts, SchedulingProblem, Site
    from scheduler.rule import PlanningModel

    Place = tuple[Case, ListFacts]

NAME = "recovery"


def bars_place(_: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether even the first case of the list would recover past closing, or no bay exists."""
    recovered = facts.start + case.duration_minutes + case.recovery_minutes
    late = facts.recovery_close is not None and recovered > facts.recovery_close
    return late or (facts.site.recovery_bays == 0 and case.recovery_minutes > 0)


def enforce(model: PlanningModel) -> None:
    """End each recovery by closing, and keep each site's recovering patients within its bays."""
    model.bar_places(bars_place)
    by_site: dict[str, list[Place]] = defaultdict(list)
    for case in model.problem.cases:
        for facts in model.options(case.id):
            _post_close(model, case, facts)
            if case.recovery_minutes:
                by_site[facts.site.id].append((case, facts))
    for site in model.problem.sites:
        for places in _clusters(by_site[site.id]):
            _post_bays(model, site, places)


def _post_close(model: PlanningModel, case: Case, facts: ListFacts) -> None:
    if facts.recovery_close is None or not model.timed:
        return
    whole = case.duration_minutes + case.recovery_minutes
    last = (facts.recovery_close - whole - facts.start) // MINUTES_PER_STEP
    # Also where the list ends too soon for it to matter: the explanations ask about some rules without the others.
    model.cp.add(model.step(case.id) <= last).only_enforce_if(model.presence(case.id, facts.id))


def _clusters(places: list[Place]) -> Iterator[list[Place]]:
    """Split a site's places into groups whose recoveries cannot meet, mostly its dates."""
    cluster: list[Place] = []
    reach = 0
    for case, facts in sorted(places, key=lambda place: place[1].start):
        if cluster and facts.start >= reach:
            yield cluster
            cluster = []
        cluster.append((case, facts))
        reach = max(reach, facts.latest_end + case.recovery_minutes)
    if cluster:
        yield cluster


def _post_bays(model: PlanningModel, site: Site, places: list[Place]) -> None:
    bays = site.recovery_bays
    if bays is None or len({case.id for case, _ in places}) <= bays:
        return
    if model.timed:
        stays = [model.interval(case, facts, case.duration_minutes, case.recovery_minutes) for case, facts in places]
        model.cp.add_cumulative(stays, [1] * len(stays), bays)
        return
    first = min(facts.start + case.duration_minutes for case, facts in places)
    last = max(_latest_recovered(case, facts) for case, facts in places)
    minutes = [case.recovery_minutes * model.presence(case.id, facts.id) for case, facts in places]
    model.cp.add(sum(minutes) <= bays * (last - first))


def _latest_recovered(case: Case, facts: ListFacts) -> int:
    latest = facts.latest_end + case.recovery_minutes
    return latest if facts.recovery_close is None else min(latest, facts.recovery_close)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find recoveries past closing, and moments with more patients than bays."""
    for entry in diary.entries:
        close = entry.list.recovery_close
        if close is not None and entry.recovered > close:
            clock = diary.problem.clock
            says = (
                f"Case {entry.case.id} on {entry.list.id} recovers until {clock(entry.recovered)}; recovery at "
                f"{entry.list.site.id} closes at {clock(close)}."
            )
            yield Breach(rule=NAME, says=says, cases=(entry.case.id,), session=entry.list.id)
    for entries in diary.by_site.values():
        yield from _crowds(diary, entries)


def _crowds(diary: Diary, entries: tuple[Entry, ...]) -> Iterator[Breach]:
    """Find each patient who arrives in recovery when every bay is taken."""
    site = entries[0].list.site
    staying = [entry for entry in entries if entry.case.recovery_minutes]
    for entry in staying if site.recovery_bays is not None else ():
        there = [other for other in staying if other.end <= entry.end < other.recovered]
        if len(there) > (site.recovery_bays or 0):
            cases = tuple(dict.fromkeys(other.case.id for other in there))
            says = (
                f"{len(there)} patients recover at {site.id} at {diary.problem.clock(entry.end)} on "
                f"{show_date(entry.list.date)} ({', '.join(cases)}); it has {site.recovery_bays} bays."
            )
            yield Breach(rule=NAME, says=says, cases=cases, session=entry.list.id)


RULE = Rule(
    name=NAME,
    says=(
        "Recovery runs from a case's end; at every moment a site's recovering patients do not outnumber its bays, and "
        "recovery ends by the site's closing time that date."
    ),
    because="A sedated patient is watched by a nurse in a bay, and both are there only until closing.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=lambda case: f"leaves time and a bay for its {case.recovery_minutes} minutes of recovery",
)
