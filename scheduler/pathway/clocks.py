"""The clocks of the pathway: how long each wait has run, when it is due, and whether it is overdue.

Counted days follow METEOR 732468 and 732455: listing date to census or removal date, less not-ready days, less days at
a category less urgent than the one held at the end. All dates are local dates; hours never count.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scheduler.pathway.facts import CaseFacts, CategoryFrom, Episode, NotReadyPeriod, TestResult, Visit
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Readiness, Stage, Urgency

ONE_DAY = timedelta(days=1)
SATURDAY = 5  # date.weekday() of the first day of the weekend

NO_HOLIDAYS: frozenset[date] = frozenset()

_RESPONSE = frozenset({PathwayState.REFERRAL_RECEIVED, PathwayState.REFERRAL_INCOMPLETE, PathwayState.TRIAGE})
_MEETING = frozenset({PathwayState.AWAITING_MDT, PathwayState.MDT_MORE_INFO, PathwayState.CONSULTATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock of one case. `days` are those that count; `paused_days` are those that do not.

    `limit` is in the same days as `days`; None means that nobody is late by this clock. `due_on` is the last day that
    is in time if nothing pauses from now on; None while the clock is paused, or without a limit.
    """

    id: str
    label: str
    started: date
    stopped: date | None
    days: int
    paused_days: int
    limit: int | None
    due_on: date | None
    overdue: bool
    says: str
    unit: str = "days"


def is_working_day(day: date, holidays: Set[date]) -> bool:
    """Say whether this is neither a weekend day nor a holiday."""
    return day.weekday() < SATURDAY and day not in holidays


def working_days_between(start: date, end: date, holidays: Set[date] = NO_HOLIDAYS) -> int:
    """Count the working days after `start`, up to and including `end`; 0 when `end` is not later."""
    days = range(1, (end - start).days + 1)
    return sum(is_working_day(start + timedelta(days=ahead), holidays) for ahead in days)


def add_working_days(start: date, count: int, holidays: Set[date] = NO_HOLIDAYS) -> date:
    """Give the day that is `count` working days after `start`; with 0 it is `start` itself."""
    day = start
    while count > 0:
        day += ONE_DAY
        count -= is_working_day(day, holidays)
    return day


def waiting_days(
    listed: date, at: date, categories: Iterable[CategoryFrom], not_ready: Iterable[NotReadyPeriod] = ()
) -> int:
    """Count the waiting days from listing to `at`, as METEOR 732468 and 732455 count them.

    Not-ready periods are half-open and may overlap: a day counts once or not at all. A staged period ends on the day it
    was staged until, whether or not somebody has recorded the patient as ready by then.
    """
    changes, periods = tuple(categories), tuple(not_ready)
    final = category_on(changes, at)
    return sum(
        category_on(changes, day) <= final and not any(_covers(period, day) for period in periods)
        for day in (listed + timedelta(days=ahead) for ahead in range((at - listed).days))
    )


def category_on(categories: Iterable[CategoryFrom], day: date) -> Urgency:
    """The urgency category held on this day: the latest set by then, or the first one before any was set."""
    changes = sorted(categories, key=lambda change: change.on)
    if not changes:
        raise ValueError("An episode has at least one urgency category.")
    held = [change for change in changes if change.on <= day]
    return (held or changes[:1])[-1].urgency


def _covers(period: NotReadyPeriod, day: date) -> bool:
    staged_until = period.review_on if period.readiness is Readiness.STAGED else None
    ends = [end for end in (period.until, staged_until) if end is not None]
    return period.since <= day and (not ends or day < min(ends))


def clocks(facts: CaseFacts, protocol: Protocol, today: date, holidays: Set[date] = NO_HOLIDAYS) -> tuple[Clock, ...]:
    """Read every clock that has started on this case, C1 to C7 in order."""
    found = (
        _response(facts, protocol, today, holidays),
        _meeting(facts, protocol, today),
        _episode(facts, Stage.TEST_BLOCK, protocol, today),
        _episode(facts, Stage.DEFINITIVE, protocol, today),
        _result_entry(facts, protocol, today, holidays),
        _result_validity(facts, protocol, today),
        _follow_up(facts, protocol, today),
        _elapsed(facts, today),
    )
    return tuple(clock for clock in found if clock is not None)


@dataclass(frozen=True, slots=True)
class _Span:
    """The days from one date to another, counted or not."""

    start: date
    end: date
    state: PathwayState


def _latest_run(facts: CaseFacts, states: frozenset[PathwayState], today: date) -> tuple[list[_Span], bool]:
    """The latest unbroken stay in these states, and whether it still lasts."""
    run: list[_Span] = []
    before: PathwayState | None = None
    for visit, end in _stays(facts.history, today):
        if visit.state in states:
            run = [*(run if before in states else []), _Span(visit.entered_on, end, visit.state)]
        before = visit.state
    return run, before in states


def _stays(history: tuple[Visit, ...], today: date) -> list[tuple[Visit, date]]:
    ends = [visit.entered_on for visit in history[1:]]
    return list(zip(history, [*ends, today], strict=False))


def _response(facts: CaseFacts, protocol: Protocol, today: date, holidays: Set[date]) -> Clock | None:
    """Runs until the letters with the outcome are sent, and stands still once the referrer knows what is missing.

    A referral belongs to no site yet, so the holidays that count are those of the whole State.
    """
    run, stands = _latest_run(facts, _RESPONSE, today)
    if not run:
        return None
    told = None if stands else _everybody_told(facts, run[-1].end, outcome=True)
    if not stands:
        run = [*run, _Span(run[-1].end, told or today, PathwayState.TRIAGE)]
    parts = [_until_it_stands_still(facts, span) for span in run]
    days = sum(working_days_between(counted.start, counted.end, holidays) for counted, _ in parts)
    stopped = sum(working_days_between(still.start, still.end, holidays) for _, still in parts)
    limit = protocol.days("referral_response")
    running = told is None and (not stands or not _stands_still(facts, run[-1]))
    due_on = _working_due(today, limit - days, holidays) if running else None
    return _clock(
        key="C1",
        label="Referral response",
        run=run,
        lasts=told is None,
        days=days,
        paused_days=stopped,
        limit=limit,
        due_on=due_on,
        unit="working days",
    )


def _everybody_told(facts: CaseFacts, on: date, *, outcome: bool) -> date | None:
    """The day by which every reader of this day's letters had theirs sent; None while one has still to go.

    A letter sent again does not count once more. Without any letter that is the day itself.
    """
    sent: dict[str, list[date | None]] = {}
    for letter in facts.responses:
        if letter.outcome is outcome and letter.asked_on == on:
            sent.setdefault(letter.audience, []).append(letter.sent_on)
    first = [min((day for day in days if day is not None), default=None) for days in sent.values()]
    known = [day for day in first if day is not None]
    return max([on, *known]) if len(known) == len(first) else None


def _stands_still(facts: CaseFacts, span: _Span) -> bool:
    """Whether the clock stands still at the end of this stay: the referrer was told in writing what is missing."""
    incomplete = span.state is PathwayState.REFERRAL_INCOMPLETE
    return incomplete and _everybody_told(facts, span.start, outcome=False) is not None


def _until_it_stands_still(facts: CaseFacts, span: _Span) -> tuple[_Span, _Span]:
    """Split a stay into the part that counts and the part in which the clock stands still."""
    told = _everybody_told(facts, span.start, outcome=False) if _stands_still(facts, span) else None
    at = min(told, span.end) if told is not None else span.end
    return replace(span, end=at), replace(span, start=at)


def _working_due(today: date, left: int, holidays: Set[date]) -> date:
    """The working day on which the limit is or was reached, whichever day it is looked at."""
    if left > 0:
        return add_working_days(today, left, holidays)
    day = today
    while left < 0 or not is_working_day(day, holidays):
        left += is_working_day(day, holidays)
        day -= ONE_DAY
    return day


def _meeting(facts: CaseFacts, protocol: Protocol, today: date) -> Clock | None:
    run, lasts = _latest_run(facts, _MEETING, today)
    if not run:
        return None
    paused = PathwayState.MDT_MORE_INFO
    days = sum((span.end - span.start).days for span in run if span.state is not paused)
    stopped = sum((span.end - span.start).days for span in run if span.state is paused)
    limit = protocol.days(f"mdt_within.{facts.urgency or Urgency.CATEGORY_1}")
    running = lasts and run[-1].state is not paused
    due_on = today + timedelta(days=limit - days) if running else None
    return _clock(
        key="C2",
        label="MDT meeting and consultation",
        run=run,
        lasts=lasts,
        days=days,
        paused_days=stopped,
        limit=limit,
        due_on=due_on,
        unit="days",
    )


def _episode(facts: CaseFacts, stage: Stage, protocol: Protocol, today: date) -> Clock | None:
    episode = max(
        (episode for episode in facts.episodes if episode.stage is stage),
        key=lambda episode: (episode.is_open, episode.listed_on),
        default=None,
    )
    return None if episode is None else _waiting(episode, protocol, today)


def _waiting(episode: Episode, protocol: Protocol, today: date) -> Clock:
    at = episode.closed_on or today
    days = waiting_days(episode.listed_on, at, episode.categories, episode.not_ready)
    category = category_on(episode.categories, at)
    limit = protocol.days(f"treat_within.{category}")
    running = episode.is_open and not any(_covers(period, at) for period in episode.not_ready)
    due_on = at + timedelta(days=limit - days) if running else None
    elapsed = (at - episode.listed_on).days
    first = episode.stage is Stage.TEST_BLOCK
    span = [_Span(episode.listed_on, at, PathwayState.TEST_WAITING)]
    label = f"Waiting for {'test block' if first else 'neurolysis'}"
    unit = f"days, {category.label.lower()}"
    return _clock(
        key="C3" if first else "C4",
        label=label,
        run=span,
        lasts=episode.is_open,
        days=days,
        paused_days=elapsed - days,
        limit=limit,
        due_on=due_on,
        unit=unit,
    )


def _result_entry(facts: CaseFacts, protocol: Protocol, today: date, holidays: Set[date]) -> Clock | None:
    """Counts the working days of the site where the test block was done."""
    run, lasts = _latest_run(facts, frozenset({PathwayState.TEST_AWAITING_RESULT}), today)
    if not run:
        return None
    limit, holidays = protocol.days("result_entry"), facts.site_days.days_off(holidays)
    days = sum(working_days_between(span.start, span.end, holidays) for span in run)
    due_on = _working_due(today, limit - days, holidays) if lasts else None
    return _clock(
        key="C5r",
        label="Result entry",
        run=run,
        lasts=lasts,
        days=days,
        paused_days=0,
        limit=limit,
        due_on=due_on,
        unit="working days",
    )


def _result_validity(facts: CaseFacts, protocol: Protocol, today: date) -> Clock | None:
    test, treated = facts.last_test, facts.last_definitive
    if test is None or test.result not in {TestResult.POSITIVE, TestResult.EQUIVOCAL}:
        return None
    used = treated is not None and treated.on >= test.on
    end = treated.on if treated is not None and used else today
    limit = protocol.days("test_result_expires_after")
    days = (end - test.on).days
    ageing = days > protocol.days("test_result_warns_after")
    due_on = None if used else test.on + timedelta(days=limit)
    span = [_Span(test.on, end, PathwayState.TEST_POSITIVE)]
    unit = "days, ageing" if ageing and not used else "days"
    return _clock(
        key="C5v",
        label="Test result holds",
        run=span,
        lasts=not used,
        days=days,
        paused_days=0,
        limit=limit,
        due_on=due_on,
        unit=unit,
    )


def _follow_up(facts: CaseFacts, protocol: Protocol, today: date) -> Clock | None:
    treated = facts.last_definitive
    run, lasts = _latest_run(facts, frozenset({PathwayState.FOLLOW_UP, PathwayState.REPEAT_REVIEW}), today)
    if treated is None or not run:
        return None
    points = protocol.wholes("follow_up_days")
    end = run[-1].end
    days = (end - treated.on).days
    coming = next((point for point in points if point >= days), max(points))
    due_on = treated.on + timedelta(days=coming) if lasts else None
    span = [_Span(treated.on, end, PathwayState.FOLLOW_UP)]
    return _clock(
        key="C6",
        label="Follow-up",
        run=span,
        lasts=lasts,
        days=days,
        paused_days=0,
        limit=max(points),
        due_on=due_on,
        unit="days",
    )


def _elapsed(facts: CaseFacts, today: date) -> Clock:
    ended = facts.state.ends and bool(facts.history)
    end = facts.history[-1].entered_on if ended else today
    span = [_Span(facts.received_on, end, PathwayState.REFERRAL_RECEIVED)]
    days = (end - facts.received_on).days
    return _clock(
        key="C7",
        label="Since referral",
        run=span,
        lasts=not ended,
        days=days,
        paused_days=0,
        limit=None,
        due_on=None,
        unit="days",
    )


def _clock(
    *,
    key: str,
    label: str,
    run: list[_Span],
    lasts: bool,
    days: int,
    paused_days: int,
    limit: int | None,
    due_on: date | None,
    unit: str,
) -> Clock:
    over = days - limit if limit is not None and days > limit else 0
    of_limit = str(days) if limit is None else f"{days} of {limit}"
    parts = [
        f"{label}: {of_limit} {unit}",
        f"{over} over" if over else "",
        f"{paused_days} not counted" if paused_days else "",
        f"due by {due_on:%-d %B %Y}" if due_on and not over else "",
    ]
    return Clock(
        id=key,
        label=label,
        started=run[0].start,
        stopped=None if lasts else run[-1].end,
        days=days,
        paused_days=paused_days,
        limit=limit,
        due_on=due_on,
        overdue=over > 0,
        says="; ".join(part for part in parts if part) + ".",
        unit=unit,
    )
