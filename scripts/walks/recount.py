"""Days counted again, one at a time and straight from the rows, without the pathway's own clocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scripts.walks.rows import Line, Rows

ONE_DAY = timedelta(days=1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local date begins."""
    return datetime.combine(day, time(), tzinfo=zone)


def works(day: date, holidays: Set[date]) -> bool:
    """Whether this is a working day."""
    return day.isoweekday() <= 5 and day not in holidays


def after_working_days(day: date, count: int, holidays: Set[date]) -> date:
    """The day that is so many working days later."""
    left = count
    while left > 0:
        day += ONE_DAY
        left -= works(day, holidays)
    return day


def days_from(first: date, last: date) -> Iterable[date]:
    """Every day from the first up to, and not including, the last."""
    return (first + ONE_DAY * ahead for ahead in range(max((last - first).days, 0)))


def waited(rows: Rows, episode: Line, at: date) -> int:
    """The waiting days of an episode: those it was ready, at a category no less urgent than the one held at the end."""
    changes = sorted((line["since"], line["urgency"]) for line in rows.of("category_change", episode_id=episode["id"]))
    periods = rows.of("not_ready_period", episode_id=episode["id"])
    final = _held(changes, at)
    return sum(
        _held(changes, day) <= final and all(_ready(period, day) for period in periods)
        for day in days_from(episode["listed_on"], at)
    )


def _held(changes: list[tuple[date, int]], day: date) -> int:
    before = [urgency for since, urgency in changes if since <= day]
    return before[-1] if before else changes[0][1]


def _ready(period: Line, day: date) -> bool:
    ends = [period["until"]] if period["until"] else []
    if period["readiness"] == "NRFS_STAGED" and period["review_on"]:
        ends.append(period["review_on"])
    return day < period["since"] or (bool(ends) and day >= min(ends))


def category(rows: Rows, episode: Line, at: date) -> int:
    """The category an episode holds on this day."""
    return _held(
        sorted((line["since"], line["urgency"]) for line in rows.of("category_change", episode_id=episode["id"])), at
    )


def taken_back(line: Line) -> int | None:
    """The number of the line that this one takes back."""
    return int(line["details"]["takes_back"]) if line["event"] == "reversal" else None


def standing(lines: Sequence[Line]) -> list[Line]:
    """A history without what was taken back, and without the lines that say so."""
    gone = {taken_back(line) for line in lines}
    return [line for line in lines if line["seq"] not in gone and line["event"] != "reversal"]


def moves(lines: Sequence[Line]) -> list[Line]:
    """The lines that brought a case to where it has stood; one that takes another back counts if it leads elsewhere."""
    came: list[Line] = []
    for line in lines:
        came = [one for one in came if one["seq"] != taken_back(line)]
        if line["to_state"] != (came[-1]["to_state"] if came else None):
            came.append(line)
    return came


def stays(rows: Rows, case: Line) -> list[tuple[str, date, date | None]]:
    """Where a case has stood, from which day and until which; the last one lasts."""
    lines = sorted(rows.of("case_event", case_id=case["id"]), key=lambda line: line["seq"])
    entered = moves(lines)
    leaving: list[Any] = [line["on"] for line in entered[1:]]
    return [(line["to_state"], line["on"], end) for line, end in zip(entered, [*leaving, None], strict=True)]


def untold(rows: Rows, case: Line, *, at: date, zone: ZoneInfo, holidays: Set[date]) -> int:
    """Working days of the latest stay before the outcome in which the referrer had not been told what is missing."""
    days, before = 0, ""
    run = {"referral_received", "triage", "referral_incomplete"}
    for state, since, until in stays(rows, case):
        if state in run and before not in run:
            days = 0
        if state == "referral_incomplete":
            end = until or at
            told = _told(rows, case, since, zone)
            spent = (day + ONE_DAY for day in days_from(since, end if told is None else min(told, end)))
            days += sum(works(day, holidays) for day in spent)
        before = state
    return days


def _told(rows: Rows, case: Line, asked: date, zone: ZoneInfo) -> date | None:
    """The day the letter asked for on this day was sent; the day itself where there was none to send."""
    lines = {line["seq"] for line in rows.of("case_event", case_id=case["id"]) if line["on"] == asked}
    letters = [
        letter
        for letter in rows.of("notice", case_id=case["id"], kind="information_needed")
        if letter["state"] != "cancelled"
        and any(way["event_seq"] in lines for way in rows.of("delivery", notice_id=letter["id"]))
    ]
    sent = [letter["ended_at"].astimezone(zone).date() for letter in letters if letter["state"] == "sent"]
    if not letters:
        return asked
    return max(asked, min(sent)) if sent else None


def days_in(
    rows: Rows, case: Line, counted: Set[str], run: Set[str], *, at: date, holidays: Set[date] | None = None
) -> int:
    """Days of the latest unbroken stay in `run` that were spent in `counted`; working days where holidays are given."""
    days, before = 0, ""
    for state, since, until in stays(rows, case):
        if state in run and before not in run:
            days = 0
        if state in counted:
            spent = (day + ONE_DAY for day in days_from(since, until or at))
            days += sum(holidays is None or works(day, holidays) for day in spent)
        before = state
    return days
