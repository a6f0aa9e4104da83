"""How long treated patients waited, by urgency category: the median, the 90th percentile and the share in time.

A percentile is the number of days within which so many per cent were treated (nearest rank). Source: the AIHW's
reports of elective surgery waiting times, which give the days within which half and nine tenths were admitted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.pathway.clocks import category_on, waiting_days
from scheduler.pathway.facts import Episode
from scheduler.vocabulary import Stage, Urgency

WHOLE = 100  # per cent
MEDIAN = 50
NINETIETH = 90  # the percentile the AIHW reports beside the median


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """One finished wait: what for, at which category it ended, on which day, and how many days counted."""

    stage: Stage
    urgency: Urgency
    on: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitSummary:
    """The waits of one category, in days; `median` and `ninetieth` are None where nobody was treated."""

    urgency: Urgency
    treated: int
    in_time: int
    limit: int
    median: int | None
    ninetieth: int | None

    @property
    def share_in_time(self) -> float | None:
        """The share treated within the limit, from 0 to 1."""
        return self.in_time / self.treated if self.treated else None


def waited(episode: Episode, treated_on: date) -> Waited:
    """Measure one wait that ended with treatment."""
    return Waited(
        stage=episode.stage,
        urgency=category_on(episode.categories, treated_on),
        on=treated_on,
        days=_days(episode, treated_on),
    )


def _days(episode: Episode, treated_on: date) -> int:
    if len(episode.categories) == 1 and not episode.not_ready:
        return max(0, (treated_on - episode.listed_on).days)  # the same count, without going through every day
    return waiting_days(episode.listed_on, treated_on, episode.categories, episode.not_ready)


def summary(waits: Iterable[Waited], urgency: Urgency, limit: int) -> WaitSummary:
    """Sum up the waits of one category; others among them are passed over."""
    days = sorted(wait.days for wait in waits if wait.urgency is urgency)
    return WaitSummary(
        urgency=urgency,
        treated=len(days),
        in_time=sum(each <= limit for each in days),
        limit=limit,
        median=percentile(days, MEDIAN),
        ninetieth=percentile(days, NINETIETH),
    )


def percentile(days: Sequence[int], percent: int) -> int | None:
    """Give the fewest days within which so many per cent of these sorted waits ended; None for no waits."""
    return days[math.ceil(percent * len(days) / WHOLE) - 1] if days else None
