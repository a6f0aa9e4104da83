"""What makes a decided case one for the meeting again: a result, age, a change, harm, or one treatment too many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.pathway.effects import Task, TaskKind
from scheduler.pathway.facts import CaseFacts, Complication, MdtDecision, TestResult
from scheduler.pathway.items import IMAGING
from scheduler.pathway.limits import treated_in_period
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import PathwayState
from scheduler.pathway.validity import PROCEEDING, day, result_expires_on, result_needed
from scheduler.vocabulary import Role

_BEFORE = frozenset(
    {
        PathwayState.REFERRAL_RECEIVED,
        PathwayState.REFERRAL_INCOMPLETE,
        PathwayState.TRIAGE,
        PathwayState.AWAITING_MDT,
        PathwayState.MDT_MORE_INFO,
    }
)
NOT_REOPENED = frozenset({PathwayState.DECEASED, PathwayState.ENTERED_IN_ERROR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason to discuss a case again; `about` tells it from every other, so that it is asked about once.

    `asked` means that the state the case stands in asks a clinician for the decision already.
    """

    about: str
    says: str
    asked: bool = False


def reasons_to_discuss_again(facts: CaseFacts, protocol: Protocol, today: date) -> tuple[str, ...]:
    """Say why a case should come back to the meeting; empty when the last decision still stands, or none is due."""
    return tuple(reason.says for reason in reasons(facts, protocol, today)) if not facts.state.ends else ()


def reasons(facts: CaseFacts, protocol: Protocol, today: date) -> tuple[Reason, ...]:
    """List what has happened since the meeting decided that it should know of; harm also after a case has ended."""
    decided = facts.mdt
    if decided is None or decided.recommendation not in PROCEEDING or facts.state in _BEFORE | NOT_REOPENED:
        return ()
    if facts.state.ends:
        return tuple(_harm(facts, decided, protocol))
    return (
        *_result(facts, decided, protocol, today),
        *_age(facts, decided, protocol, today),
        *_changes(facts, decided),
        *_harm(facts, decided, protocol),
        *_treatments(facts, decided, protocol, today),
    )


def rediscussions(facts: CaseFacts, protocol: Protocol, today: date) -> tuple[Task, ...]:
    """The tasks that ask the MDT coordinator to bring a case back, or a new case where this one has ended."""
    how = (
        f"Refer the patient again, so that the meeting sees it: neurolist return {facts.ref}."
        if facts.state.ends
        else "Bring the case back to the MDT meeting, or tick this off when a clinician finds that it may go on."
    )
    due_on = today + timedelta(days=protocol.days("decide_within"))
    return tuple(
        Task(
            kind=TaskKind.REDISCUSSION,
            role=Role.MDT_COORDINATOR,
            says=f"{reason.says} {how}",
            due_on=due_on,
            about=reason.about,
        )
        for reason in reasons(facts, protocol, today)
        if not reason.asked
    )


def _result(facts: CaseFacts, decided: MdtDecision, protocol: Protocol, today: date) -> Iterator[Reason]:
    test = facts.last_test
    if test is None or test.on < decided.on or not result_needed(facts):
        return
    if test.result in {TestResult.EQUIVOCAL, TestResult.NEGATIVE}:
        says = f"The test block of {day(test.on)} was {test.result}."
        yield Reason(about=f"result {test.on}", says=says, asked=True)
    expires = result_expires_on(facts, protocol)
    if expires is not None and expires < today:
        yield Reason(about=f"expired {expires}", says=f"The positive test result held to {day(expires)}.")


def _age(facts: CaseFacts, decided: MdtDecision, protocol: Protocol, today: date) -> Iterator[Reason]:
    holds_to = decided.on + timedelta(days=protocol.days("mdt_valid"))
    treated = facts.last_definitive
    if holds_to < today and (treated is None or treated.on < decided.on):
        yield Reason(about=f"decision {decided.on}", says=f"The decision of {day(decided.on)} held to {day(holds_to)}.")


def _changes(facts: CaseFacts, decided: MdtDecision) -> Iterator[Reason]:
    planned, was = facts.target, decided.target
    if was is not None and planned is not None and was is not planned:
        says = f"The target is now {planned.label.lower()}, and the meeting decided on {was.label.lower()}."
        yield Reason(about=f"target {planned}", says=says)
    way, agreed = facts.technique, decided.technique
    if agreed is not None and way is not None and agreed is not way:
        says = f"The technique is now {way.label.lower()}, and the meeting decided on {agreed.label.lower()}."
        yield Reason(about=f"technique {way}", says=says)
    imaging = facts.item(IMAGING)
    if imaging is not None and imaging.received and imaging.dated is not None and imaging.dated > decided.on:
        yield Reason(about=f"imaging {imaging.dated}", says=f"There is new imaging, of {day(imaging.dated)}.")
    yield from _performance(facts, decided)


def _performance(facts: CaseFacts, decided: MdtDecision) -> Iterator[Reason]:
    """The performance status has changed since the one the meeting knew; without that, since the first after it."""
    known = sorted(facts.performance, key=lambda one: one.on)
    before = [one for one in known if one.on <= decided.on] or known[:1]
    if known and known[-1].ecog != before[-1].ecog:
        now, then = known[-1], before[-1]
        says = f"ECOG performance status went from {then.ecog} to {now.ecog}, assessed on {day(now.on)}."
        yield Reason(about=f"ecog {now.on} {now.ecog}", says=says)


def _harm(facts: CaseFacts, decided: MdtDecision, protocol: Protocol) -> Iterator[Reason]:
    for one in facts.complications:
        if one.on >= decided.on and is_grave(one, protocol):
            says = f"A complication of {one.scale.label} grade {one.grade}, on {day(one.on)}."
            yield Reason(about=f"complication {one.on} {one.scale} {one.grade}", says=says)


def is_grave(complication: Complication, protocol: Protocol) -> bool:
    """Say whether a complication is of a grade that the meeting discusses."""
    return complication.grade >= protocol.whole(f"complication_rediscussed_from.{complication.scale}")


def _treatments(facts: CaseFacts, decided: MdtDecision, protocol: Protocol, today: date) -> Iterator[Reason]:
    """One treatment too many is a question once another is thought of, not while the last is followed up."""
    period, treated = protocol.days("repeats_counted_over"), facts.last_definitive
    number = treated_in_period(facts, protocol, today) + 1
    thought_of = facts.state is not PathwayState.FOLLOW_UP and treated is not None and treated.on >= decided.on
    if thought_of and number >= protocol.whole("mdt_before_procedure"):
        says = f"The next treatment would be number {number} in {period} days."
        yield Reason(about=f"treatment {number} after {treated.on}" if treated else "", says=says)
