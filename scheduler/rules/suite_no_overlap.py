"""A suite holds one case at a time and is turned over between them."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.diary import Diary
    from scheduler.problem import ListFacts
    from scheduler.rule import PlanningModel

NAME = "suite-no-overlap"


def enforce(model: PlanningModel) -> None:
    """Put a list's cases one after another, and each list's end before the next list of its suite."""
    for facts in model.problem.lists.values():
        _post_capacity(model, facts)
        if model.timed:
            turnaround = facts.suite.turnaround_minutes
            cases = model.candidates(facts.id)
            rooms = [model.interval(case, facts, 0, case.duration_minutes + turnaround) for case in cases]
            if len(rooms) > 1:
                model.cp.add_no_overlap(rooms)
    if model.timed:
        for earlier, later in _clashes(model.problem.lists.values()):
            _post_clash(model, earlier, later)


def _post_capacity(model: PlanningModel, facts: ListFacts) -> None:
    """Say in minutes what the order of cases implies, which the solver's bounds need."""
    turnaround = facts.suite.turnaround_minutes
    room = facts.latest_end - facts.start + turnaround
    cases = model.candidates(facts.id)
    if sum(case.duration_minutes + turnaround for case in cases) > room:
        minutes = [(case.duration_minutes + turnaround) * model.presence(case.id, facts.id) for case in cases]
        model.cp.add(sum(minutes) <= room * model.used(facts.id))


def _clashes(lists: Iterable[ListFacts]) -> Iterator[tuple[ListFacts, ListFacts]]:
    """Pair the lists of one suite of which the earlier may run into the later."""
    by_suite: dict[str, list[ListFacts]] = defaultdict(list)
    for facts in sorted(lists, key=lambda facts: (facts.start, facts.id)):
        by_suite[facts.suite.id].append(facts)
    for group in by_suite.values():
        for earlier, later in combinations(group, 2):
            if earlier.latest_end > later.start:
                yield earlier, later


def _post_clash(model: PlanningModel, earlier: ListFacts, later: ListFacts) -> None:
    if not model.candidates(later.id):
        return
    for case in model.candidates(earlier.id):
        both = [model.presence(case.id, earlier.id), model.used(later.id)]
        ends = model.start(case.id, earlier) + case.duration_minutes
        model.cp.add(ends <= later.start).only_enforce_if(both)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases that start before the suite is ready, and lists that run into the next of their suite."""
    yield from _within_lists(diary)
    by_suite: dict[str, list[ListFacts]] = defaultdict(list)
    for facts in diary.used:
        by_suite[facts.suite.id].append(facts)
    for group in by_suite.values():
        for earlier, later in combinations(group, 2):
            yield from _between(diary, earlier, later)


def _within_lists(diary: Diary) -> Iterator[Breach]:
    clock = diary.problem.clock
    for session, entries in diary.by_list.items():
        turnaround = entries[0].list.suite.turnaround_minutes
        for before, after in pairwise(entries):
            if after.start < before.end + turnaround:
                says = (
                    f"Case {after.case.id} starts at {clock(after.start)} on {session}; case {before.case.id} ends at "
                    f"{clock(before.end)} and turning over takes {turnaround} minutes."
                )
                yield Breach(rule=NAME, says=says, cases=(before.case.id, after.case.id), session=session)


def _between(diary: Diary, earlier: ListFacts, later: ListFacts) -> Iterator[Breach]:
    last = max(diary.by_list[earlier.id], key=lambda entry: entry.end)
    if last.end > later.start:
        clock = diary.problem.clock
        says = (
            f"Case {last.case.id} on {earlier.id} ends at {clock(last.end)}; {later.id} starts at {clock(later.start)}."
        )
        yield Breach(rule=NAME, says=says, cases=(last.case.id,), session=earlier.id)


RULE = Rule(
    name=NAME,
    says=(
        "On a list, a case starts once the one before has ended and the suite is turned over; the next list in use in "
        "that suite starts no earlier than the last case of the one before ends."
    ),
    because="A room holds one patient, and cleaning and setting up take their time.",
    enforce=enforce,
    breaches=breaches,
)
