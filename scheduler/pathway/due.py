"""When each timer and each task of a case falls due, read from its facts as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.pathway.clocks import NO_HOLIDAYS, Clock, clocks
from scheduler.pathway.effects import TaskKind, Timer
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import BOOKED, PathwayState
from scheduler.vocabulary import Stage

_S = PathwayState

# A timer is told apart by its name and, on a waiting list, by the procedure that is waited for.
TimerKey = tuple[Timer, str]

CLOCK_OF: Mapping[TimerKey, str] = {
    (Timer.RESPONSE_DUE, ""): "C1",
    (Timer.MDT_DUE, ""): "C2",
    (Timer.TREAT_BY, Stage.TEST_BLOCK.value): "C3",
    (Timer.TREAT_BY, Stage.DEFINITIVE.value): "C4",
    (Timer.RESULT_DUE, ""): "C5r",
    (Timer.RESULT_EXPIRES, ""): "C5v",
}
CLOCK_OF_STATE: Mapping[PathwayState, str] = {
    _S.REFERRAL_RECEIVED: "C1",
    _S.TRIAGE: "C1",
    _S.AWAITING_MDT: "C2",
    _S.CONSULTATION: "C2",
    _S.TEST_WAITING: "C3",
    _S.DEFINITIVE_WAITING: "C4",
    _S.TEST_AWAITING_RESULT: "C5r",
}
AFTER_ENTRY: Mapping[PathwayState, str] = {
    _S.REFERRAL_INCOMPLETE: "chase_information_every",
    **dict.fromkeys((_S.TEST_POSITIVE, _S.TEST_EQUIVOCAL, _S.TEST_NEGATIVE, _S.REPEAT_REVIEW), "decide_within"),
}
UNDER_WAY = frozenset({_S.TEST_IN_PROGRESS, _S.DEFINITIVE_IN_PROGRESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNow:
    """One case at one moment: its facts, with its clocks read by the protocol on this day."""

    facts: CaseFacts
    protocol: Protocol
    today: date
    holidays: Set[date]
    clocks: tuple[Clock, ...]

    def running(self, key: str) -> Clock | None:
        """The clock of this name, unless it has stopped or never started."""
        return next((clock for clock in self.clocks if clock.id == key and clock.stopped is None), None)


def read(facts: CaseFacts, protocol: Protocol, today: date, holidays: Set[date] = NO_HOLIDAYS) -> CaseNow:
    """Read the clocks of a case once, for everything that asks about them."""
    found = clocks(facts, protocol, today, holidays)
    return CaseNow(facts=facts, protocol=protocol, today=today, holidays=holidays, clocks=found)


def timers_due(case: CaseNow) -> dict[TimerKey, date | None]:
    """Give the day each timer bound to a clock falls due; None while it stands still, absent once it stopped."""
    running = {key: clock for key, name in CLOCK_OF.items() if (clock := case.running(name)) is not None}
    found: dict[TimerKey, date | None] = {key: clock.due_on for key, clock in running.items()}
    test = case.facts.last_test
    if (Timer.RESULT_EXPIRES, "") in found and test is not None:
        found[Timer.RESULT_AGEING, ""] = test.on + timedelta(days=case.protocol.days("test_result_warns_after"))
    return found


def task_due(case: CaseNow, kind: str, kept: date | None) -> date | None:
    """Give the day a task is due by; `kept` is the day it was made with, for a task that no clock moves."""
    if kind == TaskKind.STATE:
        return state_due(case, kept)
    if kind not in set(Timer):
        return kept
    due, stage = timers_due(case), case.facts.episode.stage.value if case.facts.episode else ""
    return due.get((Timer(kind), "")) or due.get((Timer(kind), stage)) or kept


def state_due(case: CaseNow, kept: date | None) -> date | None:
    """Give the day by which the next step is due where the case stands."""
    state = case.facts.state
    entered = case.facts.history[-1].entered_on if case.facts.history else None
    if state in CLOCK_OF_STATE:
        clock = case.running(CLOCK_OF_STATE[state])
        return clock.due_on if clock is not None and clock.due_on is not None else _review_day(case) or kept
    if state in AFTER_ENTRY and entered is not None:
        return entered + timedelta(days=case.protocol.days(AFTER_ENTRY[state]))
    if state in BOOKED and case.facts.booking is not None:
        return case.facts.booking.on
    if state in UNDER_WAY and entered is not None:
        return entered
    return last_review(case) if state is _S.FOLLOW_UP else kept


def last_review(case: CaseNow) -> date | None:
    """Give the day of the final follow-up review."""
    treated = case.facts.last_definitive
    return treated.on + timedelta(days=max(case.protocol.wholes("follow_up_days"))) if treated else None


def _review_day(case: CaseNow) -> date | None:
    """While a patient is not ready there is no last day; the next thing to do is the review."""
    episode = case.facts.episode
    open_periods = [period for period in episode.not_ready if period.until is None] if episode else []
    return next((period.review_on for period in open_periods), None)
