from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.effects import (
    CancelDueSteps,
    DueStep,
    RecordComplication,
    RecordReview,
    Task,
    TaskKind,
    Timer,
)
from scheduler.pathway.events import Entry, Event
from scheduler.pathway.facts import NextAfterReview, OtherCase, Review, Scale
from scheduler.pathway.follow_up import next_point, review_points, treatment_outcome
from scheduler.pathway.states import PathwayState as S
from scheduler.vocabulary import Target
from tests.builders.pathway import TODAY, a_case_facts, a_protocol, a_test, a_treatment, enter, scores, step

HELD = {"pain_score": "3", "opioid_dose_mg": "60", "complications": "none", "following": "continue"}


def treated(ago: int, *reviews: Review, **changes: Any):
    """A case in follow-up whose neurolysis was so many days ago."""
    test = a_test(on=TODAY - timedelta(days=ago + 5), readings=scores(8, m15=2))
    done = a_treatment(on=TODAY - timedelta(days=ago), **changes)
    return a_case_facts(S.FOLLOW_UP, procedures=(test, done), reviews=reviews)


def a_review(point: int, ago: int, pain: int = 3) -> Review:
    return Review(
        on=TODAY - timedelta(days=ago),
        point=point,
        pain_score=pain,
        opioid_dose_mg=60,
        following=NextAfterReview.CONTINUE,
    )


def states_of(facts) -> dict[int, str]:
    return {one.point: one.state.value for one in review_points(facts, a_protocol(), TODAY)}


@pytest.mark.parametrize(
    ("ago", "held", "states"),
    [
        (0, (), ("coming", "coming", "coming", "coming")),
        (1, (), ("due", "coming", "coming", "coming")),
        (6, (), ("due", "coming", "coming", "coming")),
        (7, (), ("missed", "due", "coming", "coming")),
        (7, (a_review(1, 6),), ("done", "due", "coming", "coming")),
        (8, (a_review(7, 1),), ("missed", "done", "coming", "coming")),
        (100, (a_review(1, 99), a_review(28, 70)), ("done", "missed", "done", "due")),
        (100, (a_review(84, 10),), ("missed", "missed", "missed", "done")),
    ],
)
def test_a_planned_review_is_coming_due_done_or_missed(ago: int, held: tuple, states: tuple) -> None:
    assert tuple(states_of(treated(ago, *held)).values()) == states


def test_before_any_neurolysis_no_review_is_planned() -> None:
    assert review_points(a_case_facts(S.TEST_WAITING), a_protocol(), TODAY) == ()
    assert treatment_outcome(a_case_facts(S.TEST_WAITING), a_protocol()) is None


def test_reviews_of_an_earlier_treatment_do_not_count_for_a_repeat() -> None:
    facts = treated(1, a_review(1, 50))
    assert states_of(facts)[1] == "due"


def test_a_review_is_kept_and_the_next_one_asked_for() -> None:
    facts = treated(7, a_review(1, 6))
    effects = enter(facts, Entry.RECORD_REVIEW, **HELD).effects
    assert (
        RecordReview(on=TODAY, point=7, pain_score=3, opioid_dose_mg=60, following=NextAfterReview.CONTINUE) in effects
    )
    assert not [one for one in effects if isinstance(one, Task)], "the state's own task stays"
    assert CancelDueSteps(names=(Timer.FOLLOW_UP,)) in effects
    timers = [one.due_on for one in effects if isinstance(one, DueStep)]
    assert timers == [TODAY + timedelta(days=21), TODAY + timedelta(days=77)]


def test_an_earlier_review_may_be_written_down_late_and_a_missed_one_is_said() -> None:
    facts = treated(9)
    step_ = enter(facts, Entry.RECORD_REVIEW, **HELD, point="7", reviewed_on=(TODAY - timedelta(days=2)).isoformat())
    assert step_.cautions == ("Never held: the review of day 1.",)
    assert [one.on for one in step_.effects if isinstance(one, RecordReview)] == [TODAY - timedelta(days=2)]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"point": "9"}, "in days after neurolysis: 1, 7, 28 and 84"),
        ({"point": "1"}, "recorded already"),
        ({"reviewed_on": (TODAY - timedelta(days=8)).isoformat()}, "before the neurolysis"),
    ],
)
def test_a_review_that_does_not_fit_is_refused(answers: dict, says: str) -> None:
    with pytest.raises(TransitionNotAllowedError, match=says):
        enter(treated(7, a_review(1, 6)), Entry.RECORD_REVIEW, **HELD, **answers)


@pytest.mark.parametrize(
    ("following", "says"),
    [("see_again", "See the patient sooner"), ("pain_returned", "pain has returned"), ("finish", "Finish follow-up")],
)
def test_what_the_review_decided_becomes_a_task(following: str, says: str) -> None:
    effects = enter(treated(7), Entry.RECORD_REVIEW, **{**HELD, "following": following}).effects
    (task,) = [one for one in effects if isinstance(one, Task)]
    assert task.kind is TaskKind.AFTER_REVIEW
    assert says in task.says


def test_after_the_last_review_nothing_more_falls_due() -> None:
    effects = enter(treated(84, a_review(28, 56)), Entry.RECORD_REVIEW, **{**HELD, "following": "finish"}).effects
    assert not [one for one in effects if isinstance(one, Task | DueStep)]


def test_a_complication_told_at_a_review_is_kept_with_its_grade() -> None:
    told = {"complications": "Foot drop", "complication_scale": "cirse", "complication_grade": "3"}
    effects = enter(treated(7), Entry.RECORD_REVIEW, **{**HELD, **told}).effects
    assert RecordComplication(on=TODAY, what="Foot drop", scale=Scale.CIRSE, grade=3) in effects


def test_a_late_complication_of_an_ended_case_is_kept() -> None:
    facts = replace(treated(200), state=S.DISCHARGED)
    told = {"what": "Burning skin", "complication_scale": "ctcae", "complication_grade": "3"}
    found = enter(facts, Entry.RECORD_COMPLICATION, **told)
    assert [type(one) for one in found.effects] == [RecordComplication]
    assert "refer the patient again" in found.cautions[0]


def test_a_complication_is_not_older_than_the_procedure() -> None:
    told = {"what": "Bruise", "complication_scale": "cirse", "complication_grade": "1"}
    early = (TODAY - timedelta(days=13)).isoformat()
    with pytest.raises(TransitionNotAllowedError, match="The first procedure was on"):
        enter(treated(7), Entry.RECORD_COMPLICATION, **told, complication_on=early)


@pytest.mark.parametrize(
    ("before", "after", "success", "relief", "drop"),
    [(8, 4, True, 50, 4), (8, 5, False, 37, 3), (4, 2, True, 50, 2), (None, 4, True, 50, 4)],
)
def test_success_is_judged_at_four_weeks(before: int | None, after: int, success: bool, relief: int, drop: int) -> None:
    """Without a score of its own, the baseline of the test block (8) stands for the pain before."""
    facts = treated(30, a_review(28, 2, pain=after), pain_before=before, opioid_before_mg=120)
    found = treatment_outcome(facts, a_protocol())
    assert found is not None
    assert (found.success, found.relief, found.drop) == (success, relief, drop)
    assert (found.opioid_before_mg, found.opioid_after_mg) == (120, 60)


def test_without_the_review_of_four_weeks_success_is_not_known() -> None:
    assert treatment_outcome(treated(90, a_review(84, 6, pain=0), pain_before=8), a_protocol()) is None


def test_the_final_review_may_be_recorded_with_the_end_of_follow_up() -> None:
    given = {"final_review_on": TODAY.isoformat(), "pain_score": "2", "opioid_dose_mg": "0"}
    effects = step(treated(84), Event.COMPLETE_FOLLOW_UP, **given).effects
    assert [one.point for one in effects if isinstance(one, RecordReview)] == [84]
    recorded = treated(84, a_review(84, 0))
    again = step(recorded, Event.COMPLETE_FOLLOW_UP).effects
    assert not [one for one in again if isinstance(one, RecordReview)]
    assert next_point(recorded, a_protocol(), TODAY) is None


def test_a_patient_with_another_live_case_of_the_same_target_is_pointed_out() -> None:
    facts = a_case_facts(
        S.TRIAGE,
        other_cases=(
            OtherCase(ref="N10007", state=S.TEST_WAITING, target=Target.COELIAC, linked=False),
            OtherCase(ref="N10008", state=S.TEST_WAITING, target=Target.STELLATE, linked=False),
            OtherCase(ref="N10009", state=S.DISCHARGED, target=Target.COELIAC, linked=True),
        ),
    )
    (told,) = step(facts, Event.ACCEPT).cautions
    assert told == "The patient has another case of the same target under way: N10007."


def test_a_review_written_down_late_leaves_the_one_that_is_due_asked_for() -> None:
    effects = enter(
        treated(7), Entry.RECORD_REVIEW, **HELD, point="1", reviewed_on=(TODAY - timedelta(days=6)).isoformat()
    )
    asked = {one.key_suffix.split("/")[0]: one.due_on for one in effects.effects if isinstance(one, DueStep)}
    assert asked["7"] == TODAY
    assert set(asked) == {"7", "28", "84"}
