"""The closed sets of MDT meetings: how a meeting stands, and the six things it may say about a case."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from scheduler.pathway.events import Event
from scheduler.pathway.facts import MdtRecommendation


class MeetingState(StrEnum):
    """How a meeting stands."""

    PLANNED = "planned"
    AGENDA_CLOSED = "agenda_closed"
    HELD = "held"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The words people read."""
        return self.value.replace("_", " ").capitalize()

    @property
    def is_coming(self) -> bool:
        """Whether the meeting has still to do its work."""
        return self in {MeetingState.PLANNED, MeetingState.AGENDA_CLOSED}


class MeetingOutcome(StrEnum):
    """What a meeting says about a case."""

    PROCEED_TEST = "proceed_test"
    PROCEED_DIRECT = "proceed_direct"
    MORE_INFORMATION = "more_information"
    ALTERNATIVE_THERAPY = "alternative_therapy"
    NOT_SUITABLE = "not_suitable"
    REDISCUSS_ON = "rediscuss_on"

    @property
    def label(self) -> str:
        """The words people read."""
        return OUTCOME_LABELS[self]

    @property
    def event(self) -> Event | None:
        """The step of the pathway it takes; None where the case stays and is discussed again."""
        return EVENT_OF.get(self)


OUTCOME_LABELS: Mapping[MeetingOutcome, str] = {
    MeetingOutcome.PROCEED_TEST: "Test block first",
    MeetingOutcome.PROCEED_DIRECT: "Straight to neurolysis",
    MeetingOutcome.MORE_INFORMATION: "More information needed",
    MeetingOutcome.ALTERNATIVE_THERAPY: "Another therapy instead",
    MeetingOutcome.NOT_SUITABLE: "Not suitable",
    MeetingOutcome.REDISCUSS_ON: "Discuss again later",
}

# Another therapy and not suitable end the pathway in the same way; the meeting's own record tells them apart.
EVENT_OF: Mapping[MeetingOutcome, Event] = {
    MeetingOutcome.PROCEED_TEST: Event.MDT_PROCEED_TEST,
    MeetingOutcome.PROCEED_DIRECT: Event.MDT_PROCEED_DIRECT,
    MeetingOutcome.MORE_INFORMATION: Event.MDT_MORE_INFO,
    MeetingOutcome.ALTERNATIVE_THERAPY: Event.MDT_NOT_SUITABLE,
    MeetingOutcome.NOT_SUITABLE: Event.MDT_NOT_SUITABLE,
}
OUTCOME_OF: Mapping[MdtRecommendation, MeetingOutcome] = {one: MeetingOutcome(one.value) for one in MdtRecommendation}
