"""The flows' own closed sets: which flow a step belongs to, and how working a step ended."""

from __future__ import annotations

from enum import StrEnum


class FlowName(StrEnum):
    """One stage of the pathway or one job of the service, each with its own flow."""

    INTAKE = "intake"
    TRIAGE = "triage"
    MDT_REVIEW = "mdt_review"
    TEST_BLOCK = "test_block"
    DEFINITIVE_NEUROLYSIS = "definitive_neurolysis"
    FOLLOW_UP = "follow_up"
    PLANNING = "planning"
    PUBLISHING = "publishing"
    NIGHTLY_PLANNING = "nightly_planning"
    ESCALATION = "escalation"
    NOTICES = "notices"
    STUDIES = "studies"
    UPKEEP = "upkeep"


class StepOutcome(StrEnum):
    """How working one due step ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    PARKED = "parked"
    TAKEN_OVER = "taken_over"
