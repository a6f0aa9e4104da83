"""A plan laid over its problem: every booking in minutes, list by list, so that rules and goals can read it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scheduler.problem import minutes_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from scheduler.plan import Plan
    from scheduler.problem import Case, ListFacts, SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One booking, half-open in minutes since 1970 (UTC)."""

    case: Case
    list: ListFacts
    start: int

    @property
    def end(self) -> int:
        """When the case leaves the room."""
        return self.start + self.case.duration_minutes

    @property
    def recovered(self) -> int:
        """When the patient leaves recovery."""
        return self.end + self.case.recovery_minutes


@dataclass(frozen=True, kw_only=True)
class Diary:
    """The plan's bookings, staff and placements. Names the problem does not know are left out (see `strangers`)."""

    problem: SchedulingProblem
    plan: Plan

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every booking of a known case on a known list."""
        cases, lists = self.problem.case_by_id, self.problem.lists
        return tuple(
            Entry(case=cases[booking.case], list=lists[booking.session], start=minutes_of(booking.start))
            for booking in self.plan.bookings
            if booking.case in cases and booking.session in lists
        )

    @cached_property
    def by_list(self) -> dict[str, tuple[Entry, ...]]:
        """The bookings of each list that has any, earliest first."""
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            groups[entry.list.id].append(entry)
        return {
            key: tuple(sorted(group, key=lambda entry: (entry.start, entry.case.id))) for key, group in groups.items()
        }

    @cached_property
    def by_case(self) -> dict[str, tuple[Entry, ...]]:
        """The bookings of each case that has any."""
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            groups[entry.case.id].append(entry)
        return {key: tuple(group) for key, group in groups.items()}

    @cached_property
    def by_patient(self) -> dict[str, tuple[Entry, ...]]:
        """The bookings of each patient who has any."""
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            groups[entry.case.patient].append(entry)
        return {key: tuple(group) for key, group in groups.items()}

    @cached_property
    def by_site(self) -> dict[str, tuple[Entry, ...]]:
        """The bookings of each site that has any."""
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            groups[entry.list.site.id].append(entry)
        return {key: tuple(group) for key, group in groups.items()}

    @cached_property
    def used(self) -> tuple[ListFacts, ...]:
        """The lists that hold a case, by start."""
        lists = [self.problem.lists[key] for key in self.by_list]
        return tuple(sorted(lists, key=lambda facts: (facts.start, facts.id)))

    @cached_property
    def staff(self) -> dict[str, tuple[str, ...]]:
        """The radiologists named for each list, as often as they are named."""
        groups: dict[str, list[str]] = defaultdict(list)
        for use in self.plan.sessions:
            if use.session in self.problem.lists and use.radiologist in self.problem.radiologist_by_id:
                groups[use.session].append(use.radiologist)
        return {key: tuple(group) for key, group in groups.items()}

    @cached_property
    def lists_of(self) -> dict[str, tuple[ListFacts, ...]]:
        """The lists each radiologist is named for, by start, each once."""
        groups: dict[str, list[ListFacts]] = defaultdict(list)
        for session, radiologists in self.staff.items():
            for radiologist in dict.fromkeys(radiologists):
                groups[radiologist].append(self.problem.lists[session])
        return {key: tuple(sorted(group, key=lambda facts: (facts.start, facts.id))) for key, group in groups.items()}

    @cached_property
    def placements(self) -> dict[tuple[str, date], tuple[str, ...]]:
        """The sites each mobile unit is placed at on each date, each once."""
        groups: dict[tuple[str, date], list[str]] = defaultdict(list)
        for row in self.plan.equipment:
            if row.unit in self.problem.unit_by_id and row.site in self.problem.site_by_id:
                groups[row.unit, row.date].append(row.site)
        return {key: tuple(dict.fromkeys(group)) for key, group in groups.items()}

    def radiologists_of(self, entry: Entry) -> tuple[str, ...]:
        """List the radiologists named for a booking's list, each once."""
        return tuple(dict.fromkeys(self.staff.get(entry.list.id, ())))

    def at(self, entry: Entry) -> str:
        """Show when and where a booking is, as in `S01-CT1-AM at 09:30 on 1 Feb 2027`."""
        return f"{entry.list.id} at {self.problem.clock(entry.start)} on {show_date(entry.list.date)}"

    def strangers(self) -> tuple[str, ...]:
        """List, in sentences, the plan's names that the problem does not know."""
        known = self.problem
        named: list[tuple[str, str, Mapping[str, object]]] = [
            *(("case", row.case, known.case_by_id) for row in self.plan.bookings),
            *(("case", missing.case, known.case_by_id) for missing in self.plan.unscheduled),
            *(("list", row.session, known.lists) for row in self.plan.bookings),
            *(("list", use.session, known.lists) for use in self.plan.sessions),
            *(
                ("radiologist", use.radiologist, known.radiologist_by_id)
                for use in self.plan.sessions
                if use.radiologist
            ),
            *(("equipment unit", place.unit, known.unit_by_id) for place in self.plan.equipment),
            *(("site", place.site, known.site_by_id) for place in self.plan.equipment),
        ]
        return tuple(
            dict.fromkeys(
                f"The problem has no {kind} called {name}." for kind, name, names in named if name not in names
            )
        )


def show_date(day: date) -> str:
    """Show a date as people write it, as in `1 Feb 2027`."""
    return f"{day.day} {day:%b} {day.year}"
