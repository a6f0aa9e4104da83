"""Why a case has no place, in sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from scheduler.diary import Diary, Entry
    from scheduler.engine.places import Places
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import Rule


def reasons_for(diary: Diary, places: Places, case: Case) -> tuple[str, ...]:
    """Say why the plan leaves a case out. Never empty."""
    earlier = case.follows.case if case.follows is not None else None
    waits = (f"It follows case {earlier}, which is not booked.",) if earlier and earlier not in diary.by_case else ()
    open_to_it = places.options[case.id]
    if not open_to_it:
        return (*waits, *_barred(diary.problem, case))
    return waits or (_outbid(diary, places, case),)


def _outbid(diary: Diary, places: Places, case: Case) -> str:
    """Count the lists that could take the case by what keeps it off each in this plan."""
    lists = places.options[case.id]
    first, last = (show_date(day) for day in (min(f.date for f in lists), max(f.date for f in lists)))
    number = "1 list" if len(lists) == 1 else f"{len(lists)} lists"
    counts = Counter(_kept_off_by(diary, places, case, facts) for facts in lists)
    told = "; ".join(f"{what}: {count}" for what, count in counts.most_common())
    return f"{number} could take it, from {first} to {last}, but not beside what is planned. {told}."


def _kept_off_by(diary: Diary, places: Places, case: Case, facts: ListFacts) -> str:
    entries = diary.by_list.get(facts.id, ())
    if _patient_is_booked(diary, case, facts):
        return "The patient is booked already that day"
    if _wrong_days(diary, case, facts):
        return "Not the right time after the case it follows"
    if not entries:
        return "Empty, where nobody who may do it is free or opening it costs more"
    if set(diary.staff.get(facts.id, ())).isdisjoint(places.team(case.id, facts.id)):
        return "In use by a radiologist who may not do it"
    if _is_full(case, facts, entries):
        return "Full"
    return "With a gap at a time when recovery, equipment or the suite is taken, or that costs more"


def _patient_is_booked(diary: Diary, case: Case, facts: ListFacts) -> bool:
    there = (entry for entry in diary.by_patient.get(case.patient, ()) if entry.case.id != case.id)
    return any(entry.list.date == facts.date for entry in there)


def _wrong_days(diary: Diary, case: Case, facts: ListFacts) -> bool:
    """Tell whether the date is too soon or too late after the case it follows."""
    if case.follows is None:
        return False
    days = (facts.date - diary.by_case[case.follows.case][0].list.date).days
    most = case.follows.max_days
    return days < case.follows.min_days or (most is not None and days > most)


def _is_full(case: Case, facts: ListFacts, entries: tuple[Entry, ...]) -> bool:
    """Tell whether the list's cases leave no gap in which this one would fit, or it may take no more cases."""
    most = facts.session.max_cases
    if most is not None and len(entries) >= most:
        return True
    turnaround = facts.suite.turnaround_minutes
    free = facts.start
    for entry in entries:
        if free + case.duration_minutes + turnaround <= entry.start:
            return False
        free = max(free, entry.end + turnaround)
    return free + case.duration_minutes > facts.latest_end


def _barred(problem: SchedulingProblem, case: Case) -> tuple[str, ...]:
    """Name the rules that leave no list, taking them one after another."""
    if not problem.lists:
        return ("There are no lists in this plan.",)
    left = list(problem.lists.values())
    reasons: list[str] = []
    for rule in RULEBOOK:
        kept = [facts for facts in left if not _keeps_off(rule, problem, case, facts)]
        if len(kept) < len(left) and rule.wants is not None:
            reasons.append(_sifted(len(kept), len(left), rule.wants(case), again=bool(reasons)))
        left = kept
        if not left and reasons:
            return tuple(reasons)
    return (*reasons, "No radiologist can both do one of the lists left and treat this case.")


def _sifted(kept: int, of: int, wanted: str, *, again: bool) -> str:
    """Say how many lists a rule leaves; `wanted` completes "a list that …"."""
    if of == 1:
        return f"The only list{' left' if again else ''} is not one that {wanted}."
    lists = f"of the {of} lists{' left' if again else ''}"
    if kept > 1:
        return f"Only {kept} {lists} will do: it needs one that {wanted}."
    return f"{'Only one' if kept else 'None'} {lists} {wanted}."


def _keeps_off(rule: Rule, problem: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether a rule alone keeps a case off a list."""
    if rule.bars_place is not None and rule.bars_place(problem, case, facts):
        return True
    rostered = facts.session.radiologist
    people = problem.radiologists if rostered is None else (problem.radiologist_by_id[rostered],)
    if rule.bars_staff is not None:
        return all(rule.bars_staff(problem, facts, person) for person in people)
    return rule.bars_team is not None and all(rule.bars_team(case, person) for person in people)
