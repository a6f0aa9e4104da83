"""What makes a decided case one for the meeting again: a result, age, a new plan, or one treatment too many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from scheduler.pathway.facts import CaseFacts, MdtDecision, TestResult
from scheduler.pathway.items import IMAGING
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import PathwayState
from scheduler.pathway.validity import PROCEEDING, day, result_expires_on, result_needed
from scheduler.vocabulary import Stage

_BEFORE = frozenset(
    {
        PathwayState.REFERRAL_RECEIVED,
        PathwayState.REFERRAL_INCOMPLETE,
        PathwayState.TRIAGE,
        PathwayState.AWAITING_MDT,
        PathwayState.MDT_MORE_INFO,
    }
)


def reasons_to_discuss_again(facts: CaseFacts, protocol: Protocol, today: date) -> tuple[str, ...]:
    """Say why a case should come back to the meeting; empty when the last decision still stands, or none is due."""
    decided = facts.mdt
    if decided is None or decided.recommendation not in PROCEEDING or facts.state.ends or facts.state in _BEFORE:
        return ()
    return (
        *_result(facts, decided, protocol, today),
        *_age(facts, decided, protocol, today),
        *_changes(facts, decided),
        *_treatments(facts, decided, protocol, today),
    )


def _result(facts: CaseFacts, decided: MdtDecision, protocol: Protocol, today: date) -> Iterator[str]:
    test = facts.last_test
    if test is None or test.on < decided.on or not result_needed(facts):
        return
    if test.result in {TestResult.EQUIVOCAL, TestResult.NEGATIVE}:
        yield f"The test block of {day(test.on)} was {test.result}."
    expires = result_expires_on(facts, protocol)
    if expires is not None and expires < today:
        yield f"The positive test result held to {day(expires)}."


def _age(facts: CaseFacts, decided: MdtDecision, protocol: Protocol, today: date) -> Iterator[str]:
    holds_to = decided.on + timedelta(days=protocol.days("mdt_valid"))
    treated = facts.last_definitive
    if holds_to < today and (treated is None or treated.on < decided.on):
        yield f"The decision of {day(decided.on)} held to {day(holds_to)}."


def _changes(facts: CaseFacts, decided: MdtDecision) -> Iterator[str]:
    planned, was = facts.target, decided.target
    if was is not None and planned is not None and was is not planned:
        yield f"The target is now {planned.label.lower()}, and the meeting decided on {was.label.lower()}."
    imaging = facts.item(IMAGING)
    if imaging is not None and imaging.received and imaging.dated is not None and imaging.dated > decided.on:
        yield f"There is new imaging, of {day(imaging.dated)}."


def _treatments(facts: CaseFacts, decided: MdtDecision, protocol: Protocol, today: date) -> Iterator[str]:
    period = protocol.days("repeats_counted_over")
    since = today - timedelta(days=period)
    done = [
        one.on
        for one in facts.procedures
        if one.stage is Stage.DEFINITIVE and one.completed and one.target is facts.target and one.on > since
    ]
    number = len(done) + 1
    if done and max(done) >= decided.on and number >= protocol.whole("mdt_before_procedure"):
        yield f"The next treatment would be number {number} in {period} days."
