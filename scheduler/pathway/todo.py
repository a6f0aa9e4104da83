"""How each task is done: the events that do it, or that a person ticks it off by hand."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.pathway.duties import DONE_BY
from scheduler.pathway.effects import TaskKind, Timer
from scheduler.pathway.events import Entry, Event, Happening, ReadinessEvent
from scheduler.pathway.states import PathwayState

_EVIDENCE = (Entry.EVIDENCE_RECEIVED,)
_BACK_TO_THE_MEETING = (Event.CANCEL_HOSPITAL,)

# What a task of this kind is done by, wherever the case stands.
_BY_KIND: Mapping[str, tuple[Happening, ...]] = {
    TaskKind.BLOODS: _EVIDENCE,
    TaskKind.IMAGING: _EVIDENCE,
    TaskKind.CONSENT: _EVIDENCE,
    TaskKind.REFERRAL: _EVIDENCE,
    TaskKind.SPECIALIST_ADVICE: _EVIDENCE,
    TaskKind.MDT_DECISION: _BACK_TO_THE_MEETING,
    TaskKind.TEST_RESULT: _BACK_TO_THE_MEETING,
    TaskKind.AFTER_REVIEW: (Event.PAIN_RETURNS, Event.COMPLETE_FOLLOW_UP),
    Timer.FOLLOW_UP: (Entry.RECORD_REVIEW,),
    Timer.CONSENT_ENDS: _EVIDENCE,
    Timer.REFERRAL_ENDS: _EVIDENCE,
    Timer.REVIEW_READINESS: (ReadinessEvent.READY_AGAIN,),
    Timer.STAGED_UNTIL: (ReadinessEvent.READY_AGAIN,),
}
# These say that what the state asks for is due, so they are done by the same events.
_AS_THE_STATE = frozenset(
    {
        TaskKind.STATE,
        Timer.RESPONSE_DUE,
        Timer.MDT_DUE,
        Timer.REDISCUSS,
        Timer.TREAT_BY,
        Timer.REOFFER_DUE,
        Timer.RESULT_DUE,
        Timer.RESULT_AGEING,
        Timer.RESULT_EXPIRES,
    }
)
# Only the step itself ends these, so that no case can be left without its next step.
NOT_BY_HAND = frozenset({TaskKind.STATE})


# How a case comes back to the meeting from where it stands: at once, or by the step that leads there.
TO_THE_MEETING: Mapping[PathwayState, tuple[Event, ...]] = {
    PathwayState.TEST_WAITING: (Event.MDT_RECALL,),
    PathwayState.TEST_BOOKED: _BACK_TO_THE_MEETING,
    PathwayState.TEST_POSITIVE: (Event.MDT_RECALL,),
    PathwayState.TEST_EQUIVOCAL: (Event.MDT_RECALL,),
    PathwayState.TEST_NEGATIVE: (Event.MDT_RECALL,),
    PathwayState.DEFINITIVE_WAITING: (Event.MDT_RECALL,),
    PathwayState.DEFINITIVE_BOOKED: _BACK_TO_THE_MEETING,
    PathwayState.FOLLOW_UP: (Event.PAIN_RETURNS,),
    PathwayState.REPEAT_REVIEW: (Event.NEW_PLAN,),
}


def done_by(kind: str, state: PathwayState | None) -> tuple[Happening, ...]:
    """List the events that do this task where its case stands; empty when a person ticks it off by hand."""
    if kind == TaskKind.REDISCUSSION:
        return TO_THE_MEETING.get(state, ()) if state else ()
    if kind in _AS_THE_STATE:
        return DONE_BY.get(state, ()) if state else ()
    return _BY_KIND.get(kind, ())
