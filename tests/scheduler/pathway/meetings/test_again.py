"""A decided case comes back to the meeting for a reason that is told, and for no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.pathway.facts import MdtDecision, MdtRecommendation, ReferralItem, TestResult
from scheduler.pathway.meetings.again import reasons_to_discuss_again
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Target
from tests.builders.pathway import TODAY, a_case_facts, a_protocol, a_test, a_treatment

DAY = timedelta(days=1)


def decided(on=TODAY - 5 * DAY, target=Target.COELIAC, recommendation=MdtRecommendation.PROCEED_TEST):
    return MdtDecision(on=on, recommendation=recommendation, target=target)


def reasons(**changes):
    facts = a_case_facts(changes.pop("state", PathwayState.TEST_WAITING), **{"mdt": decided(), "items": (), **changes})
    return reasons_to_discuss_again(facts, a_protocol(), TODAY)


def test_a_fresh_decision_stands():
    assert reasons() == ()


@pytest.mark.parametrize("result", [TestResult.EQUIVOCAL, TestResult.NEGATIVE])
def test_a_test_that_did_not_help_comes_back(result):
    found = reasons(state=PathwayState.TEST_EQUIVOCAL, procedures=(a_test(result=result),))
    assert found == (f"The test block of 22 November 2026 was {result}.",)


def test_a_test_before_the_decision_is_known_to_the_meeting():
    test = a_test(on=TODAY - 6 * DAY, result=TestResult.EQUIVOCAL)
    assert reasons(procedures=(test,)) == ()


def test_a_positive_result_comes_back_the_day_after_it_expires():
    limit = a_protocol().days("test_result_expires_after")
    old = decided(on=TODAY - (limit + 5) * DAY)
    held = a_test(on=TODAY - limit * DAY)
    assert reasons(state=PathwayState.DEFINITIVE_WAITING, mdt=old, procedures=(held,)) == ()
    late = replace(held, on=held.on - DAY)
    [says] = reasons(state=PathwayState.DEFINITIVE_WAITING, mdt=old, procedures=(late,))
    assert says.startswith("The positive test result held to ")


def test_a_decision_comes_back_the_day_after_it_stops_to_hold():
    limit = a_protocol().days("mdt_valid")
    assert reasons(mdt=decided(on=TODAY - limit * DAY)) == ()
    [says] = reasons(mdt=decided(on=TODAY - (limit + 1) * DAY))
    assert "held to" in says


def test_another_target_and_new_imaging_come_back():
    imaging = (ReferralItem(key="R1", received=True, dated=TODAY - DAY),)
    found = reasons(mdt=decided(target=Target.SPLANCHNIC), items=imaging)
    assert found == (
        "The target is now coeliac plexus, and the meeting decided on splanchnic nerves.",
        "There is new imaging, of 22 November 2026.",
    )


def test_the_third_treatment_of_a_year_comes_back_and_the_second_does_not():
    first, second = a_treatment(on=TODAY - 200 * DAY), a_treatment(on=TODAY - 40 * DAY)
    old = decided(on=TODAY - 60 * DAY, recommendation=MdtRecommendation.PROCEED_DIRECT)
    assert reasons(state=PathwayState.REPEAT_REVIEW, mdt=old, procedures=(second,)) == ()
    [says] = reasons(state=PathwayState.REPEAT_REVIEW, mdt=old, procedures=(first, second))
    assert says == "The next treatment would be number 3 in 365 days."


@pytest.mark.parametrize("state", [PathwayState.AWAITING_MDT, PathwayState.DISCHARGED])
def test_a_case_that_waits_for_the_meeting_or_has_ended_is_left_alone(state):
    assert reasons(state=state, mdt=decided(on=TODAY - 300 * DAY)) == ()
