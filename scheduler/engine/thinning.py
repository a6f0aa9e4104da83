"""Cases come off the lists that overrun too often, those first whose going costs least."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.audit import cost_of, terms_of
from scheduler.diary import Diary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from scheduler.diary import Entry
    from scheduler.engine.spare import Spare
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem


def thinned(problem: SchedulingProblem, plan: Plan, spare: Spare) -> Plan:
    """Take cases off every list that exceeds the risk until it does not; pinned ones stay, whatever that means."""
    diary = Diary(problem=problem, plan=plan)
    for session in diary.by_list:
        while (entries := diary.by_list.get(session, ())) and spare.exceeds(entries):
            going = _least_missed(diary, entries, spare)
            if not going:
                break
            diary = _without(diary, going)
    return diary.plan


def _least_missed(diary: Diary, entries: tuple[Entry, ...], spare: Spare) -> frozenset[str]:
    """Choose what to take off a list: enough if one case is, the last one if not; empty if nothing may go."""
    choices = [going for entry in entries if (going := _with_followers(diary, entry)) is not None]
    enough = [going for going in choices if not _still_exceeds(entries, going, spare)]
    if not enough:
        return choices[-1] if choices else frozenset()
    return min(enough, key=lambda going: (_cost(_without(diary, going)), sorted(going)))


def _still_exceeds(entries: tuple[Entry, ...], going: frozenset[str], spare: Spare) -> bool:
    left = [entry for entry in entries if entry.case.id not in going]
    return bool(left) and spare.exceeds(left)


def _with_followers(diary: Diary, entry: Entry) -> frozenset[str] | None:
    """Give a case and the booked cases that need it before them; None if one of them is pinned."""
    going = {entry.case.id}
    while more := set(_followers(diary, going)):
        going |= more
    pinned = any(diary.problem.case_by_id[case].pinned is not None for case in going)
    return None if pinned else frozenset(going)


def _followers(diary: Diary, going: Collection[str]) -> Iterator[str]:
    for case in diary.by_case:
        follows = diary.problem.case_by_id[case].follows
        if follows is not None and follows.case in going and case not in going:
            yield case


def _without(diary: Diary, going: frozenset[str]) -> Diary:
    bookings = tuple(booking for booking in diary.plan.bookings if booking.case not in going)
    used = {booking.session for booking in bookings}
    sessions = tuple(use for use in diary.plan.sessions if use.session in used)
    return Diary(problem=diary.problem, plan=replace(diary.plan, bookings=bookings, sessions=sessions))


def _cost(diary: Diary) -> int:
    return cost_of(terms_of(diary), diary.problem.objective)
