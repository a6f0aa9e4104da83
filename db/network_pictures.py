"""What the pages about the whole network show: how full lists are, who does the work, how long patients waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scheduler.pathway.waits import WaitSummary
from scheduler.vocabulary import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteWeek:
    """The open lists of one suite in one week (`week` is its Monday), in minutes.

    `free` and `usable` count lists that have not begun: what is not booked there, and what of it a waiting case could
    use.
    """

    site: str
    site_name: str
    suite: str
    suite_name: str
    week: date
    lists: int
    open: int
    booked: int
    free: int
    usable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiologistLoad:
    """One radiologist's booked work in case minutes; `target` is for the same weeks, None where there is none."""

    id: str
    name: str
    lists: int
    cases: int
    minutes: int
    target: int | None

    @property
    def share(self) -> float | None:
        """The minutes as a share of the target."""
        return self.minutes / self.target if self.target else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkLoad:
    """How full the lists of some whole weeks are, by suite and week, and how the work is shared."""

    start: date
    end: date
    weeks: tuple[SuiteWeek, ...]
    radiologists: tuple[RadiologistLoad, ...]
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfWaits:
    """The waits that ended with treatment in one month (`month` is its first day), by category."""

    month: date
    categories: tuple[WaitSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long those treated waited for one stage, or for either: month by month, oldest first, and over all of it."""

    stage: Stage | None
    months: tuple[MonthOfWaits, ...]
    whole: tuple[WaitSummary, ...]
