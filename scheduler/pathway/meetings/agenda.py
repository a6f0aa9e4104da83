"""The order in which a meeting discusses its cases, and which of them its time holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.pathway.validity import day
from scheduler.vocabulary import Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaCase:
    """One case for a meeting; `due_on` is the last day for its decision, where its clock runs."""

    ref: str
    urgency: Urgency | None
    due_on: date | None
    received_on: date
    minutes: int

    @property
    def urgent(self) -> bool:
        """Whether it is category 1, or could be because nobody has set a category."""
        return self.urgency in {None, Urgency.CATEGORY_1}


@dataclass(frozen=True, slots=True)
class Fit:
    """Which cases the time holds, in order, and which it does not."""

    listed: tuple[AgendaCase, ...]
    over: tuple[AgendaCase, ...]

    @property
    def minutes(self) -> int:
        """The time that the listed cases take."""
        return sum(case.minutes for case in self.listed)


def in_clinical_order(cases: Iterable[AgendaCase]) -> tuple[AgendaCase, ...]:
    """Put cases in order: urgency category, then the day the decision is due, then the longest wait."""
    return tuple(sorted(cases, key=_rank))


def _rank(case: AgendaCase) -> tuple[int, date, date, str]:
    category = case.urgency or Urgency.CATEGORY_1
    return (category, case.due_on or date.max, case.received_on, case.ref)


def why_here(case: AgendaCase, on: date) -> str:
    """Say what gives a case its place on the agenda of this day."""
    category = case.urgency.label if case.urgency else "No category set, so seen as category 1"
    late = " (before the meeting)" if case.due_on and case.due_on < on else ""
    due = f"decision due by {day(case.due_on)}{late}" if case.due_on else "no day due"
    return f"{category}; {due}; {(on - case.received_on).days} days since the referral."


def fitted(cases: Iterable[AgendaCase], capacity: int) -> Fit:
    """Fill the time (minutes) in clinical order; a case that is too long leaves its time to those after it."""
    listed: list[AgendaCase] = []
    over: list[AgendaCase] = []
    left = capacity
    for case in in_clinical_order(cases):
        if case.minutes <= left:
            listed.append(case)
            left -= case.minutes
        else:
            over.append(case)
    return Fit(tuple(listed), tuple(over))


def why_over(case: AgendaCase, listed: Sequence[AgendaCase], capacity: int, on: date) -> str:
    """Say why a case did not fit."""
    used = sum(one.minutes for one in listed)
    return (
        f"The meeting of {day(on)} has {capacity} minutes, and {used} of them go to cases that come before by "
        f"category, due day and wait; this one needs {case.minutes}."
    )
