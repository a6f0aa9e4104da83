"""The days that the board shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.shapes.words import monday_of

WORKING_DAYS = 5  # Monday to Friday; a weekend day appears only when it has a list
DAYS_IN_A_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Whole weeks from a Monday; `end` is the first day after them."""

    start: date
    weeks: int

    @property
    def end(self) -> date:
        """The Monday after the last week."""
        return self.start + timedelta(weeks=self.weeks)

    @property
    def last(self) -> date:
        """The last Sunday shown."""
        return self.end - timedelta(days=1)

    def first_to_plan(self, today: date) -> date:
        """The first day a plan of this window may book: its Monday, or tomorrow in a week that has begun."""
        return max(self.start, today + timedelta(days=1))

    def days(self, with_lists: Collection[date] = ()) -> tuple[date, ...]:
        """The days to show: every working day, and a weekend day that has a list."""
        every = (self.start + timedelta(days=ahead) for ahead in range(self.weeks * DAYS_IN_A_WEEK))
        return tuple(day for day in every if day.weekday() < WORKING_DAYS or day in with_lists)


def window_of(on: date, weeks: int) -> Window:
    """The weeks from the Monday of this date's week."""
    return Window(start=monday_of(on), weeks=weeks)
