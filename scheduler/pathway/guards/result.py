"""Conditions on what a test block showed, and on what follows from it."""

from __future__ import annotations

from scheduler.pathway import validity
from scheduler.pathway.facts import TestResult
from scheduler.pathway.guards.registry import guard
from scheduler.pathway.meetings.again import reasons_to_discuss_again
from scheduler.pathway.relief import after_words, judge
from scheduler.pathway.situation import Situation


def _result_is(case: Situation, wanted: TestResult) -> str | None:
    judged = judge(case.readings, case.protocol)
    if judged.result is wanted:
        return None
    return f"{judged.says} That is {judged.result.value}: record result_{judged.result.value} instead."


@guard()
def scores_new(case: Situation) -> str | None:
    """No pain score is given for a time that has one already."""
    test = case.facts.last_test
    taken = {(reading.measure, reading.minutes_after) for reading in (test.readings if test else ())}
    given = [(reading.measure, reading.minutes_after) for reading in case.given_readings]
    twice = [
        after for measure, after in given if after and ((measure, after) in taken or given.count((measure, after)) > 1)
    ]
    if not twice:
        return None
    return (
        f"A pain score {after_words(sorted(set(twice)))} after the block is recorded already: correct that one instead."
    )


@guard()
def scores_given(case: Situation) -> str | None:
    """At least one pain score is given."""
    return None if case.given_readings else "Give at least one score in 'readings' or 'readings_movement'."


@guard()
def relief_is_positive(case: Situation) -> str | None:
    """Best in-window relief reaches the positive threshold."""
    return _result_is(case, TestResult.POSITIVE)


@guard()
def relief_is_equivocal(case: Situation) -> str | None:
    """Relief is in the equivocal band, readings are missing, or the relief does not fit the block."""
    return None if case.details.text("pattern_concern") else _result_is(case, TestResult.EQUIVOCAL)


@guard()
def relief_is_negative(case: Situation) -> str | None:
    """Best in-window relief is below the equivocal band."""
    return _result_is(case, TestResult.NEGATIVE)


@guard(answers=False)
def repeats_left(case: Situation) -> str | None:
    """The test block may still be repeated."""
    limit = case.protocol.whole("test_repeats")
    if case.facts.test_repeats < limit:
        return None
    return f"The test block has been repeated {case.facts.test_repeats} of {limit} times: use mdt_recall."


@guard()
def stale_or_changed(case: Situation) -> str | None:
    """The test result has expired, or a change is recorded."""
    expires = validity.result_expires_on(case.facts, case.protocol)
    stale = validity.result_needed(case.facts) and (expires is None or case.today > expires)
    if stale or case.details.text("change"):
        return None
    return "The test result still holds: say in 'change' what has changed."


@guard()
def asked_or_exhausted(case: Situation) -> str | None:
    """A clinician asks for it, or the test block cannot be repeated again."""
    exhausted = case.facts.test_repeats >= case.protocol.whole("test_repeats")
    if exhausted or case.details.text("change"):
        return None
    return "The test block may be repeated: say in 'change' why the meeting should see it now."


@guard()
def something_new(case: Situation) -> str | None:
    """Another target or technique is proposed, or something has happened that the meeting should know of."""
    if reasons_to_discuss_again(case.facts, case.protocol, case.today):
        return None
    return other_plan(case)


@guard()
def other_plan(case: Situation) -> str | None:
    """Another target or technique is proposed."""
    if (case.target, case.technique) != (case.facts.target, case.facts.technique):
        return None
    return "Propose another 'target' or 'technique' than the present plan."
