"""The memory's own closed sets: what a claim holds, what a document is, how steps, proposals, tasks, letters stand."""

from __future__ import annotations

from enum import StrEnum


class ResourceKind(StrEnum):
    """What a claim can hold."""

    SUITE = "suite"
    RADIOLOGIST = "radiologist"
    PATIENT = "patient"
    EQUIPMENT = "equipment"
    RECOVERY_BAY = "recovery_bay"

    @property
    def label(self) -> str:
        """The name people read."""
        return {"equipment": "equipment unit", "recovery_bay": "recovery bay"}.get(self.value, self.value)


class StepState(StrEnum):
    """How a due step stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    REFUSED = "refused"
    PARKED = "parked"
    CANCELLED = "cancelled"


class ProposalStatus(StrEnum):
    """How a proposed plan stands."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class StudyKind(StrEnum):
    """What a study asks: what a scenario comes to, or what one more list or skill is worth."""

    SCENARIO = "scenario"
    WORTH = "worth"


class StudyStatus(StrEnum):
    """How a study stands."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class TaskState(StrEnum):
    """How a task for a person stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class NoticeState(StrEnum):
    """How a letter or message in the outbox stands."""

    QUEUED = "queued"
    SENT = "sent"
    CANCELLED = "cancelled"


class SendState(StrEnum):
    """How far the sending of a letter has come; the last three before `dropped` wait for a person."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    SENT = "sent"
    TO_POST = "to_post"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The words people read."""
        return SEND_LABELS[self]


SEND_LABELS = {
    SendState.WAITING: "waiting to be sent",
    SendState.UNDER_WAY: "being sent",
    SendState.SENT: "sent",
    SendState.TO_POST: "to print and post",
    SendState.FAILED: "could not be sent",
    SendState.UNKNOWN: "sent perhaps, to be checked",
    SendState.DROPPED: "not sent, no longer needed",
}


class DocumentKind(StrEnum):
    """What a document is."""

    LETTER = "letter"
    MINUTES = "minutes"


class ProtocolPart(StrEnum):
    """Which table of the protocol a row stands in."""

    VALUE = "value"
    PROCEDURE = "procedure"
    HOLD = "hold"


class ChangeState(StrEnum):
    """How a proposed change of the protocol stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ApprovalKind(StrEnum):
    """What a second person is asked to approve."""

    PUBLISH = "publish"
    GO_AHEAD = "go_ahead"
    DESTROY = "destroy"

    @property
    def label(self) -> str:
        """The words people read."""
        return {
            "publish": "publishing over the frozen days",
            "go_ahead": "a step in spite of what stops it",
            "destroy": "destroying a record",
        }[self.value]


class ApprovalState(StrEnum):
    """How a request for a second person's approval stands; a void one was overtaken by time or by a change."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class Outcome(StrEnum):
    """Whether the audited act was done or refused."""

    DONE = "done"
    REFUSED = "refused"
