"""Changes of readiness as steps that a person may record beside those of the pathway."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date

from scheduler.pathway.clocks import NO_HOLIDAYS
from scheduler.pathway.events import ReadinessEvent
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.machine import NextStep, Step
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.readiness import (
    BOOKED_FIRST,
    READINESS_FIELDS,
    READINESS_ROLES,
    READINESS_SAYS,
    decide_readiness,
    readiness_events,
)
from scheduler.pathway.states import BOOKED


def readiness_step(
    facts: CaseFacts,
    event: ReadinessEvent,
    details: Mapping[str, object],
    *,
    protocol: Protocol,
    today: date,
    holidays: Set[date] = NO_HOLIDAYS,
) -> Step:
    """Work out one change of readiness as a step that leaves the case where it stands on its pathway."""
    found = decide_readiness(facts, event, details, protocol=protocol, today=today, holidays=holidays)
    return Step(event=event, from_state=facts.state, to_state=facts.state, effects=found.effects)


def possible_readiness(facts: CaseFacts) -> tuple[NextStep, ...]:
    """List the changes of readiness that a person may record for a case on a waiting list."""
    episode = facts.episode
    if episode is None or facts.state.ends:
        return ()
    why_not = BOOKED_FIRST if facts.state in BOOKED else None
    return tuple(
        NextStep(
            event=event,
            label=event.label,
            says=READINESS_SAYS[event],
            fields=READINESS_FIELDS[event],
            roles=READINESS_ROLES[event],
            allowed=why_not is None,
            why_not=why_not,
        )
        for event in readiness_events(episode.readiness)
    )
