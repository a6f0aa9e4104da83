"""How long treated patients waited, month by month, from the waiting-list episodes that ended with treatment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from db.facts import episode_of
from db.localtime import local_date
from db.network_pictures import MonthOfWaits, Waits
from db.protocol import protocol
from db.tables import CategoryChangeRow, NotReadyPeriodRow, WaitlistEpisodeRow
from scheduler.pathway.effects import RemovalReason
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.waits import Waited, WaitSummary, summary, waited
from scheduler.vocabulary import Stage, Urgency

MONTHS = 12
R = TypeVar("R", CategoryChangeRow, NotReadyPeriodRow)


def waits(session: Session, *, now: datetime, months: int = MONTHS, stage: Stage | None = None) -> Waits:
    """Sum up the waits of those treated in this month and the months before it.

    Every month is held against the limits of today's protocol, so that months compare with each other.
    """
    today = local_date(session, now)
    first_days = [month_before(today, ago) for ago in reversed(range(months))]
    found = _waited(session, first_days[0], today, stage)
    by_month: dict[date, list[Waited]] = defaultdict(list)
    for wait in found:
        by_month[wait.on.replace(day=1)].append(wait)
    rules = protocol(session, today)
    return Waits(
        stage=stage,
        months=tuple(MonthOfWaits(month=first, categories=_summed(by_month[first], rules)) for first in first_days),
        whole=_summed(found, rules),
    )


def month_before(day: date, ago: int) -> date:
    """Give the first day of the month so many months before a date's own."""
    years, month = divmod(day.year * 12 + day.month - 1 - ago, 12)
    return date(years, month + 1, 1)


def _summed(found: Iterable[Waited], rules: Protocol) -> tuple[WaitSummary, ...]:
    known = tuple(found)
    return tuple(summary(known, urgency, rules.days(f"treat_within.{urgency}")) for urgency in Urgency)


def _waited(session: Session, first: date, last: date, stage: Stage | None) -> list[Waited]:
    ended = select(WaitlistEpisodeRow).where(
        WaitlistEpisodeRow.closed_reason == RemovalReason.TREATED.value,
        col(WaitlistEpisodeRow.closed_on).between(first, last),
        col(WaitlistEpisodeRow.struck_by).is_(None),
    )
    rows = session.exec(ended if stage is None else ended.where(WaitlistEpisodeRow.stage == stage)).all()
    changes, periods = _of_episodes(session, CategoryChangeRow), _of_episodes(session, NotReadyPeriodRow)
    return [
        waited(episode_of(row, changes[row.id], periods[row.id]), row.closed_on)
        for row in rows
        if row.closed_on is not None
    ]


def _of_episodes(session: Session, table: type[R]) -> dict[str, list[R]]:
    """Group what belongs to episodes that ended with treatment; what a correction struck out does not count."""
    treated = select(WaitlistEpisodeRow.id).where(WaitlistEpisodeRow.closed_reason == RemovalReason.TREATED.value)
    asked = select(table).where(col(table.episode_id).in_(treated), col(table.struck_by).is_(None))
    found: dict[str, list[R]] = defaultdict(list)
    for row in session.exec(asked):
        found[row.episode_id].append(row)
    return found
