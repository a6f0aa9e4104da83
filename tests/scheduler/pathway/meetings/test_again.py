"""A decided case comes back to the meeting for a reason that is told, and for no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.pathway.effects import TaskKind
from scheduler.pathway.facts import (
    Complication,
    MdtDecision,
    MdtRecommendation,
    Performance,
    ReferralItem,
    Scale,
    TestResult,
)
from scheduler.pathway.meetings.again import reasons_to_discuss_again, rediscussions
from scheduler.pathway.states import PathwayState
from scheduler.pathway.todo import TO_THE_MEETING
from scheduler.pathway.transitions import TRANSITIONS
from scheduler.vocabulary import Role, Target, Technique
from tests.builders.pathway import TODAY, a_case_facts, a_protocol, a_test, a_treatment

DAY = timedelta(days=1)


def decided(on=TODAY - 5 * DAY, target=Target.COELIAC, recommendation=MdtRecommendation.PROCEED_TEST):
    return MdtDecision(on=on, recommendation=recommendation, target=target)


def facts_in(**changes):
    state = changes.pop("state", PathwayState.TEST_WAITING)
    return a_case_facts(state, **{"mdt": decided(), "items": (), **changes})


def reasons(**changes):
    return reasons_to_discuss_again(facts_in(**changes), a_protocol(), TODAY)


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


def test_harm_of_the_grade_that_the_meeting_discusses_comes_back_also_when_the_case_has_ended():
    def harmed(grade, **changes):
        harm = Complication(on=TODAY - DAY, what="Foot drop", scale=Scale.CIRSE, grade=grade)
        return rediscussions(facts_in(complications=(harm,), **changes), a_protocol(), TODAY)

    assert harmed(2) == ()
    [task] = harmed(3)
    assert (task.kind, task.role) == (TaskKind.REDISCUSSION, Role.MDT_COORDINATOR)
    assert task.says.startswith("A complication of CIRSE grade 3, on 22 November 2026. Bring the case back")
    [after] = harmed(3, state=PathwayState.DISCHARGED)
    assert after.says.endswith("neurolist return N10001.")
    assert harmed(3, state=PathwayState.DECEASED) == ()


@pytest.mark.parametrize(("then", "now", "again"), [(1, 2, True), (2, 1, True), (1, 1, False)])
def test_another_performance_status_than_the_meeting_knew_comes_back(then, now, again):
    known = (Performance(on=TODAY - 6 * DAY, ecog=then), Performance(on=TODAY - DAY, ecog=now))
    assert bool(reasons(performance=known)) is again
    assert reasons(performance=known[1:]) == ()


def test_another_technique_than_the_meeting_chose_comes_back():
    chosen = replace(decided(), technique=Technique.CRYO)
    assert reasons(mdt=chosen) == (
        "The technique is now chemical neurolysis, and the meeting decided on cryoneurolysis.",
    )


def test_what_the_state_asks_for_already_is_not_asked_of_the_coordinator_too():
    unclear = facts_in(state=PathwayState.TEST_EQUIVOCAL, procedures=(a_test(result=TestResult.EQUIVOCAL),))
    assert len(reasons_to_discuss_again(unclear, a_protocol(), TODAY)) == 1
    assert rediscussions(unclear, a_protocol(), TODAY) == ()


def test_every_way_back_to_the_meeting_is_a_step_of_its_state():
    leads = {(one.start, one.event): one.end for one in TRANSITIONS}
    for state, (event,) in TO_THE_MEETING.items():
        assert (state, event) in leads
        on_the_way = leads[state, event]
        assert on_the_way is PathwayState.AWAITING_MDT or on_the_way in TO_THE_MEETING


@pytest.mark.parametrize("state", [PathwayState.AWAITING_MDT, PathwayState.DISCHARGED])
def test_a_case_that_waits_for_the_meeting_or_has_ended_is_left_alone(state):
    assert reasons(state=state, mdt=decided(on=TODAY - 300 * DAY)) == ()
