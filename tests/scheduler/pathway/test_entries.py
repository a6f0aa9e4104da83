from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.effects import (
    CancelDueSteps,
    CompleteTasks,
    DueStep,
    KeepNote,
    Notice,
    NoticeKind,
    RecordReadings,
    SetPlan,
    Task,
    TaskKind,
    Timer,
    UpdateEpisode,
)
from scheduler.pathway.entries import ENTRIES, EntryForm, decide_entry, entry_roles, possible_entries
from scheduler.pathway.events import Entry, Event, ReadinessEvent
from scheduler.pathway.fields import FieldType
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Readiness, Role, Stage, Target, Urgency
from tests.builders.pathway import (
    TODAY,
    a_booking,
    a_case_facts,
    a_protocol,
    a_test,
    a_treatment,
    an_episode,
    enter,
    not_ready,
    ready_to_write,
    scores,
)

S = PathwayState
EVERY = pytest.mark.parametrize("form", ENTRIES, ids=lambda form: form.entry.value)


def refusal(entry: Entry, facts, **answers) -> str:
    """What stands in the way, or nothing."""
    try:
        enter(facts, entry, **answers)
    except TransitionNotAllowedError as no:
        return str(no)
    return ""


@EVERY
def test_every_entry_has_a_sentence_roles_a_typed_form_and_an_effect(form: EntryForm) -> None:
    assert form.says.endswith(".")
    assert Role.ADMINISTRATOR in form.roles
    assert Role.VIEWER not in form.roles
    assert entry_roles(form.entry) == form.roles
    assert form.fields
    assert all(field.label and isinstance(field.type, FieldType) for field in form.fields)
    facts, answers = ready_to_write(form.entry)
    assert decide_entry(facts, form.entry, answers, protocol=a_protocol(), today=TODAY).effects


@EVERY
def test_an_entry_never_moves_the_case(form: EntryForm) -> None:
    facts, answers = ready_to_write(form.entry)
    step = decide_entry(facts, form.entry, answers, protocol=a_protocol(), today=TODAY)
    assert step.from_state is step.to_state is facts.state


@EVERY
def test_an_entry_is_offered_where_it_makes_sense_and_refused_elsewhere(form: EntryForm) -> None:
    for state in PathwayState:
        facts = a_case_facts(state, procedures=(a_test(), a_treatment()))
        offered = [step.event for step in possible_entries(facts, a_protocol(), TODAY)]
        assert (form.entry in offered) is (state in form.states)
        if state not in form.states:
            assert "cannot be recorded in the state" in refusal(form.entry, facts)


def test_every_entry_has_a_name_that_no_event_has() -> None:
    assert {form.entry for form in ENTRIES} == set(Entry)
    names = [each.value for kind in (Event, ReadinessEvent, Entry) for each in kind]
    assert len(set(names)) == len(names)


def test_a_new_category_starts_today_and_moves_the_limit() -> None:
    listed = TODAY - timedelta(days=20)
    facts = a_case_facts(S.TEST_WAITING, episodes=(an_episode(listed_on=listed),))
    effects = enter(facts, Entry.CHANGE_CATEGORY, urgency="1", reason="Worse").effects
    assert SetPlan(urgency=Urgency.CATEGORY_1) in effects
    assert (
        UpdateEpisode(stage=Stage.TEST_BLOCK, on=TODAY, urgency=Urgency.CATEGORY_1, readiness=Readiness.READY)
        in effects
    )
    # An upgrade counts from the day it is made, so all thirty days are left.
    (treat_by,) = [one for one in effects if isinstance(one, DueStep) and one.name is Timer.TREAT_BY]
    assert treat_by.due_on == TODAY + timedelta(days=30)
    (task,) = [one for one in effects if isinstance(one, Task)]
    assert (task.kind, task.due_on) == (TaskKind.STATE, treat_by.due_on)
    assert CompleteTasks(kinds=(TaskKind.STATE,)) in effects
    assert CancelDueSteps(names=(Timer.TREAT_BY,)) in effects
    assert KeepNote(about="reason", text="Worse") in effects
    assert [one.kind for one in effects if isinstance(one, Notice)] == [NoticeKind.CATEGORY_CHANGED] * 2


def test_a_less_urgent_category_counts_the_days_waited_before() -> None:
    listed = TODAY - timedelta(days=20)
    facts = a_case_facts(S.TEST_WAITING, episodes=(an_episode(listed_on=listed),))
    effects = enter(facts, Entry.CHANGE_CATEGORY, urgency="3", reason="Better").effects
    (treat_by,) = [one for one in effects if isinstance(one, DueStep)]
    assert treat_by.due_on == TODAY + timedelta(days=345)


def test_a_new_category_leaves_readiness_and_its_review_alone() -> None:
    review = TODAY + timedelta(days=9)
    period = not_ready(TODAY - timedelta(days=3))
    away = an_episode(
        readiness=Readiness.NOT_READY_CLINICAL,
        not_ready=(type(period)(readiness=period.readiness, since=period.since, review_on=review),),
    )
    effects = enter(
        a_case_facts(S.TEST_WAITING, episodes=(away,)), Entry.CHANGE_CATEGORY, urgency="1", reason="x"
    ).effects
    (update,) = [one for one in effects if isinstance(one, UpdateEpisode)]
    assert (update.readiness, update.review_on) == (Readiness.NOT_READY_CLINICAL, review)


def test_the_same_category_is_no_change() -> None:
    facts = a_case_facts(S.TEST_WAITING, episodes=(an_episode(),))
    assert "category 2 already" in refusal(Entry.CHANGE_CATEGORY, facts, urgency="2", reason="x").lower()


def test_before_the_listing_a_new_category_moves_the_meetings_limit() -> None:
    effects = enter(a_case_facts(S.AWAITING_MDT), Entry.CHANGE_CATEGORY, urgency="1", reason="Worse").effects
    (due,) = [one for one in effects if isinstance(one, DueStep)]
    assert (due.name, due.due_on) == (Timer.MDT_DUE, TODAY + timedelta(days=7))


def test_a_side_may_change_while_waiting_and_asks_for_a_new_consent() -> None:
    from dataclasses import replace

    facts = a_case_facts(
        S.TEST_WAITING, target=Target.SPLANCHNIC, episodes=(an_episode(),), laterality=Laterality.BILATERAL
    )
    step = enter(facts, Entry.CHANGE_PLAN, laterality="left", reason="One side only hurts")
    assert [one.laterality for one in step.effects if isinstance(one, SetPlan)] == [Laterality.LEFT]
    assert any("new one before booking" in told for told in step.cautions)
    assert not enter(replace(facts, consents=()), Entry.CHANGE_PLAN, laterality="left", reason="x").cautions


def test_target_and_technique_are_the_meetings_once_it_has_decided() -> None:
    waiting = a_case_facts(S.TEST_WAITING, episodes=(an_episode(),))
    assert "mdt_recall" in refusal(Entry.CHANGE_PLAN, waiting, target="splanchnic", reason="x")
    assert "mdt_recall" in refusal(Entry.CHANGE_PLAN, waiting, technique="cryo", reason="x")
    assert refusal(Entry.CHANGE_PLAN, a_case_facts(S.AWAITING_MDT), technique="cryo", reason="x") == ""


def test_a_plan_is_not_changed_under_a_held_slot() -> None:
    held = a_case_facts(S.TEST_WAITING, target=Target.SPLANCHNIC, episodes=(an_episode(),), booking=a_booking())
    assert "give it back first" in refusal(Entry.CHANGE_PLAN, held, laterality="left", reason="x")


def test_the_side_of_a_positive_test_is_not_changed_behind_it() -> None:
    tested = a_test(target=Target.SPLANCHNIC)
    facts = a_case_facts(
        S.DEFINITIVE_WAITING, target=Target.SPLANCHNIC, episodes=(an_episode(Stage.DEFINITIVE),), procedures=(tested,)
    )
    assert "of the present side" in refusal(Entry.CHANGE_PLAN, facts, laterality="left", reason="x")


def test_diary_scores_are_added_while_the_result_is_awaited() -> None:
    facts = a_case_facts(S.TEST_AWAITING_RESULT, procedures=(a_test(readings=scores(10, m15=8), result=None),))
    step = enter(facts, Entry.ADD_READINGS, readings="1h=8,4h=4")
    (kept,) = [one for one in step.effects if isinstance(one, RecordReadings)]
    assert [reading.minutes_after for reading in kept.readings] == [60, 240]
    assert step.cautions[0].startswith("So far this is positive")
    assert step.cautions[1] == "Pain scores still to come: 24 h after the block."


def test_a_score_is_not_recorded_twice() -> None:
    facts = a_case_facts(S.TEST_AWAITING_RESULT, procedures=(a_test(readings=scores(10, m15=8), result=None),))
    assert "15 min after the block is recorded already" in refusal(Entry.ADD_READINGS, facts, readings="15min=2")
    assert "1 h after the block" in refusal(Entry.ADD_READINGS, facts, readings="1h=2,60min=3")
    assert "Give at least one score" in refusal(Entry.ADD_READINGS, facts)
