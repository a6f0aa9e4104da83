"""Every stage flow by its name; upkeep has none, for it must go on without Prefect."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping

from flows.definitive_neurolysis import definitive_neurolysis
from flows.escalation import escalation
from flows.follow_up import follow_up
from flows.intake_flow import intake
from flows.mdt_review import mdt_review
from flows.nightly_planning import nightly_planning
from flows.notices import notices
from flows.planning import planning
from flows.publishing import publishing
from flows.studying import studying
from flows.test_block import test_block
from flows.triage import triage
from flows.words import FlowName

StageFlow = Callable[[list[str], str], Coroutine[object, object, list[str]]]

FLOWS: Mapping[FlowName, StageFlow] = {
    FlowName.INTAKE: intake,
    FlowName.TRIAGE: triage,
    FlowName.MDT_REVIEW: mdt_review,
    FlowName.TEST_BLOCK: test_block,
    FlowName.DEFINITIVE_NEUROLYSIS: definitive_neurolysis,
    FlowName.FOLLOW_UP: follow_up,
    FlowName.PLANNING: planning,
    FlowName.PUBLISHING: publishing,
    FlowName.NIGHTLY_PLANNING: nightly_planning,
    FlowName.ESCALATION: escalation,
    FlowName.NOTICES: notices,
    FlowName.STUDIES: studying,
}
