"""Whatever a person may record about a case, through one door: steps of the pathway, readiness, and entries."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date

from scheduler.pathway.clocks import NO_HOLIDAYS
from scheduler.pathway.entries import decide_entry, possible_entries
from scheduler.pathway.events import Entry, Happening, ReadinessEvent
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.machine import NextStep, Step, decide, possible
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.readiness_steps import possible_readiness, readiness_step


def work_out(
    facts: CaseFacts,
    happened: Happening,
    details: Mapping[str, object],
    *,
    protocol: Protocol,
    today: date,
    holidays: Set[date] = NO_HOLIDAYS,
) -> Step:
    """Work out what this changes; raises TransitionNotAllowedError with every sentence in the way."""
    if isinstance(happened, ReadinessEvent):
        return readiness_step(facts, happened, details, protocol=protocol, today=today, holidays=holidays)
    if isinstance(happened, Entry):
        return decide_entry(facts, happened, details, protocol=protocol, today=today, holidays=holidays)
    return decide(facts, happened, details, protocol=protocol, today=today, holidays=holidays)


def everything_possible(
    facts: CaseFacts, protocol: Protocol, today: date, holidays: Set[date] = NO_HOLIDAYS
) -> tuple[NextStep, ...]:
    """List all that a person may record about a case where it stands, steps of the pathway first."""
    return (
        *possible(facts, protocol, today, holidays),
        *possible_readiness(facts),
        *possible_entries(facts, protocol, today, holidays),
    )
