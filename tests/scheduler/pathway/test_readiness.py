from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.booking import BookingState
from scheduler.pathway.effects import CancelBooking, DueStep, Effect, Task, TaskKind, Timer, UpdateEpisode
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.readiness import (
    READINESS_SAYS,
    READINESS_TRANSITIONS,
    ReadinessEvent,
    ReadinessStep,
    decide_readiness,
    deferred_days,
    next_readiness,
    readiness_events,
)
from scheduler.pathway.states import PathwayState as S
from scheduler.vocabulary import Readiness, Urgency
from tests.builders.pathway import TODAY, a_booking, a_case_facts, a_protocol, an_episode, not_ready

R, E = Readiness, ReadinessEvent
EXPECTED = {
    (None, E.LIST): R.READY,
    (None, E.LIST_STAGED): R.STAGED,
    (R.READY, E.CLINICALLY_UNREADY): R.NOT_READY_CLINICAL,
    (R.READY, E.PERSONAL_DEFERRAL): R.NOT_READY_PERSONAL,
    (R.STAGED, E.READY_AGAIN): R.READY,
    (R.NOT_READY_CLINICAL, E.READY_AGAIN): R.READY,
    (R.NOT_READY_PERSONAL, E.READY_AGAIN): R.READY,
    (R.NOT_READY_PERSONAL, E.LIMIT_REACHED): R.NOT_READY_PERSONAL,
    (R.NOT_READY_CLINICAL, E.REVIEW_DUE): R.NOT_READY_CLINICAL,
}


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def waiting(**changes: object) -> CaseFacts:
    return a_case_facts(S.TEST_WAITING, episodes=(an_episode(**changes),))


def step(facts: CaseFacts, event: E, **details: object) -> ReadinessStep:
    return decide_readiness(facts, event, details, protocol=a_protocol(), today=TODAY)


def kinds(effects: tuple[Effect, ...], kind: type) -> list:
    return [effect for effect in effects if isinstance(effect, kind)]


@pytest.mark.parametrize("before", [None, *Readiness])
@pytest.mark.parametrize("event", ReadinessEvent)
def test_every_event_in_every_readiness_is_allowed_or_refused_as_written(before: R | None, event: E) -> None:
    if (before, event) in EXPECTED:
        assert next_readiness(before, event) is EXPECTED[before, event]
        return
    with pytest.raises(TransitionNotAllowedError, match="cannot happen while"):
        next_readiness(before, event)


def test_nothing_else_is_allowed_and_every_event_has_words() -> None:
    assert READINESS_TRANSITIONS == EXPECTED
    assert set(READINESS_SAYS) == set(E)


def test_timers_are_not_offered_to_people() -> None:
    assert readiness_events(R.NOT_READY_PERSONAL) == (E.READY_AGAIN,)
    assert readiness_events(R.READY) == (E.CLINICALLY_UNREADY, E.PERSONAL_DEFERRAL)


def test_a_patient_found_unfit_has_a_reason_and_a_review() -> None:
    found = step(waiting(), E.CLINICALLY_UNREADY, reason="Infection", review_on=day(10))
    update = kinds(found.effects, UpdateEpisode)[0]
    assert (update.readiness, update.on, update.review_on) == (R.NOT_READY_CLINICAL, TODAY, day(10))
    timer = kinds(found.effects, DueStep)[0]
    assert (timer.name, timer.due_on) == (Timer.REVIEW_READINESS, day(10))
    with pytest.raises(TransitionNotAllowedError, match="'reason' is missing"):
        step(waiting(), E.CLINICALLY_UNREADY, review_on=day(10))


@pytest.mark.parametrize(("urgency", "limit"), [(1, 30), (2, 60), (3, 120)])
def test_personal_deferrals_stay_within_the_limit_or_a_clinician_agrees(urgency: int, limit: int) -> None:
    facts = waiting(urgency=Urgency(urgency))
    assert step(facts, E.PERSONAL_DEFERRAL, until=day(limit)).after is R.NOT_READY_PERSONAL
    with pytest.raises(TransitionNotAllowedError, match=f"{limit} are allowed"):
        step(facts, E.PERSONAL_DEFERRAL, until=day(limit + 1))
    assert step(facts, E.PERSONAL_DEFERRAL, until=day(limit + 1), reviewed_by="Clinician").effects


def test_earlier_deferrals_count_towards_the_limit() -> None:
    earlier = not_ready(day(-7), day(-3), R.NOT_READY_PERSONAL)
    facts = waiting(not_ready=(earlier,))
    step(facts, E.PERSONAL_DEFERRAL, until=day(56))
    with pytest.raises(TransitionNotAllowedError, match="add up to 61 days"):
        step(facts, E.PERSONAL_DEFERRAL, until=day(57))


def test_only_personal_days_before_the_day_are_deferred_days() -> None:
    periods = (
        not_ready(day(-7), day(-5), R.NOT_READY_PERSONAL),
        not_ready(day(-5), day(-4)),
        not_ready(day(-2), None, R.NOT_READY_PERSONAL),
    )
    assert deferred_days(an_episode(not_ready=periods), TODAY) == 4
    assert deferred_days(an_episode(not_ready=periods), day(-2)) == 2


def test_a_held_slot_is_given_back_only_when_that_is_confirmed() -> None:
    facts = replace(waiting(), booking=a_booking())
    with pytest.raises(TransitionNotAllowedError, match="'confirm_cancel'"):
        step(facts, E.PERSONAL_DEFERRAL, until=day(10))
    found = step(facts, E.PERSONAL_DEFERRAL, until=day(10), confirm_cancel="yes")
    assert found.effects[0] == CancelBooking(state=BookingState.CANCELLED_NOT_READY, reason="not_ready")


def test_a_booked_patient_is_postponed_before_the_readiness_changes() -> None:
    facts = a_case_facts(S.TEST_BOOKED, episodes=(an_episode(),), booking=a_booking(state=BookingState.BOOKED))
    with pytest.raises(TransitionNotAllowedError, match="record cancel_patient or cancel_hospital first"):
        step(facts, E.PERSONAL_DEFERRAL, until=day(10), confirm_cancel="yes")


def test_a_patient_is_ready_again_once_reviewed() -> None:
    facts = waiting(readiness=R.NOT_READY_CLINICAL, not_ready=(not_ready(day(-2)),))
    update = step(facts, E.READY_AGAIN, reviewed="yes").effects[0]
    assert isinstance(update, UpdateEpisode)
    assert (update.readiness, update.on) == (R.READY, TODAY)
    with pytest.raises(TransitionNotAllowedError, match="Review the patient first"):
        step(facts, E.READY_AGAIN, reviewed="no")


def test_nobody_is_ready_again_before_they_were_unready_or_in_the_future() -> None:
    facts = waiting(readiness=R.NOT_READY_CLINICAL, not_ready=(not_ready(day(-2)),))
    with pytest.raises(TransitionNotAllowedError, match="later 'ready_on'"):
        step(facts, E.READY_AGAIN, reviewed="yes", ready_on=day(-3))
    with pytest.raises(TransitionNotAllowedError, match="still to come"):
        step(facts, E.READY_AGAIN, reviewed="yes", ready_on=day(1))


def test_a_staged_patient_is_ready_from_the_staged_day() -> None:
    def staged(earliest: date) -> CaseFacts:
        return waiting(readiness=R.STAGED, earliest=earliest)

    assert step(staged(TODAY), E.READY_AGAIN, reviewed="yes").after is R.READY
    with pytest.raises(TransitionNotAllowedError, match="staged until"):
        step(staged(day(1)), E.READY_AGAIN, reviewed="yes")
    late = kinds(step(staged(day(-3)), E.READY_AGAIN, reviewed="yes").effects, UpdateEpisode)[0]
    assert late.on == day(-3)


def test_not_ready_periods_do_not_overlap() -> None:
    facts = waiting(not_ready=(not_ready(day(-5), day(-3)),))
    step(facts, E.PERSONAL_DEFERRAL, since=day(-3), until=day(1))
    with pytest.raises(TransitionNotAllowedError, match="later 'since'"):
        step(facts, E.PERSONAL_DEFERRAL, since=day(-4), until=day(1))


def test_reaching_the_limit_asks_a_clinician_and_removes_nobody() -> None:
    def deferred(days: int) -> CaseFacts:
        period = not_ready(day(-days), None, R.NOT_READY_PERSONAL)
        return waiting(listed_on=day(-days), readiness=R.NOT_READY_PERSONAL, not_ready=(period,))

    with pytest.raises(TransitionNotAllowedError, match="the limit is 60"):
        step(deferred(60), E.LIMIT_REACHED)
    found = step(deferred(61), E.LIMIT_REACHED)
    assert found.after is R.NOT_READY_PERSONAL
    assert [effect.kind for effect in kinds(found.effects, Task)] == [TaskKind.CLINICAL_REVIEW]
    assert len(found.effects) == 1


def test_a_review_that_falls_due_is_a_task_and_nothing_more() -> None:
    facts = waiting(readiness=R.NOT_READY_CLINICAL, not_ready=(not_ready(day(-2)),))
    found = step(facts, E.REVIEW_DUE)
    assert (found.before, found.after) == (R.NOT_READY_CLINICAL, R.NOT_READY_CLINICAL)
    assert len(found.effects) == 1


def test_readiness_belongs_to_an_open_listing() -> None:
    with pytest.raises(TransitionNotAllowedError, match="on no waiting list"):
        step(a_case_facts(S.TEST_WAITING), E.READY_AGAIN, reviewed="yes")
