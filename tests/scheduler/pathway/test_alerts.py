"""What is pointed out about a case is read from its facts today, with the date and the last day that is good."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.pathway.alerts import AlertKind, alerts
from scheduler.pathway.booking import BookingState
from scheduler.pathway.due import read, state_due, task_due, timers_due
from scheduler.pathway.duties import DONE_BY, DUTIES, enter
from scheduler.pathway.effects import Task, TaskKind, Timer
from scheduler.pathway.facts import ClotRisk, MdtDecision, MdtRecommendation, NotReadyPeriod, Visit
from scheduler.pathway.fields import Details
from scheduler.pathway.preparation import preparation
from scheduler.pathway.situation import Situation
from scheduler.pathway.states import PathwayState as S
from scheduler.pathway.todo import done_by
from scheduler.pathway.transitions import transition
from scheduler.vocabulary import Readiness, Role, Stage, Technique, Urgency
from tests.builders.pathway import (
    STATE_FACTS,
    TODAY,
    a_booking,
    a_case_facts,
    a_consent,
    a_protocol,
    a_test,
    all_items,
    an_episode,
)

LIVE = [state for state in S if not state.ends]


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


FRESH = all_items(day(5))


def booked(ahead: int = 7, stage: Stage = Stage.DEFINITIVE, **changes):
    usual = {
        "episodes": (an_episode(stage),),
        "booking": a_booking(stage, state=BookingState.BOOKED, on=day(ahead)),
        "procedures": (a_test(),) if stage is Stage.DEFINITIVE else (),
        "technique": Technique.CRYO,
    }
    return a_case_facts(S.DEFINITIVE_BOOKED if stage is Stage.DEFINITIVE else S.TEST_BOOKED, **(usual | changes))


def said(facts, today=TODAY, holidays=frozenset()):
    return [(alert.kind, alert.about, alert.on) for alert in alerts(facts, a_protocol(), today, holidays)]


def asked(facts, today=TODAY):
    return [(task.kind, task.role) for task in preparation(read(facts, a_protocol(), today))]


def test_a_case_with_nothing_wrong_has_nothing_pointed_out() -> None:
    assert said(booked()) == []
    assert asked(booked()) == []


@pytest.mark.parametrize("ahead", [0, 1])
def test_overdue_begins_on_the_day_after_the_last_day_in_time(ahead: int) -> None:
    facts = a_case_facts(S.TEST_WAITING, episodes=(an_episode(urgency=Urgency.CATEGORY_1),))
    last = facts.episodes[0].listed_on + timedelta(days=30)
    kind = AlertKind.OVERDUE if ahead else AlertKind.DUE_SOON
    assert (kind, "C3", last) in said(facts, last + timedelta(days=ahead))


def test_what_is_due_is_said_in_days() -> None:
    facts = a_case_facts(S.TRIAGE, received_on=day(-10), history=(Visit(state=S.TRIAGE, entered_on=day(-10)),))
    (alert,) = alerts(facts, a_protocol(), TODAY)
    assert alert.says == "Referral response: due in 2 days (25 November 2026)."
    (late,) = alerts(facts, a_protocol(), day(3))
    assert late.says == "Referral response: overdue by 1 working day; it was due by 25 November 2026."


LAPSES = {
    "consent": ({"consents": (a_consent(Stage.DEFINITIVE, on=day(-176)),)}, "P3", day(4), Role.CLINICIAN),
    "meeting": (
        {"mdt": MdtDecision(on=day(-85), recommendation=MdtRecommendation.PROCEED_TEST)},
        "P4",
        day(5),
        Role.MDT_COORDINATOR,
    ),
    "referral": ({"referral_valid_until": day(6)}, "P6", day(6), Role.BOOKINGS),
    "result": ({"procedures": (a_test(on=day(-36)),)}, "C5v", day(6), Role.CLINICIAN),
}


@pytest.mark.parametrize("what", LAPSES)
def test_what_runs_out_before_the_booked_day_is_pointed_out_with_its_last_day_and_asked_for_once(what: str) -> None:
    changes, about, last, role = LAPSES[what]
    facts = booked(7, **changes)
    assert (AlertKind.RUNS_OUT, about, last) in said(facts)
    (task,) = preparation(read(facts, a_protocol(), TODAY))
    assert (task.role, task.for_day) == (role, day(7))
    assert "good to" in task.says
    assert task.due_on <= day(6)
    in_time = replace(facts, booking=replace(facts.booking, on=last))
    assert [alert for alert in said(in_time) if alert[0] is AlertKind.RUNS_OUT] == []
    assert asked(in_time) == []


def test_bloods_and_imaging_too_old_on_the_day_are_to_be_renewed() -> None:
    facts = booked(7, items=all_items(day(-100)))
    assert [(kind, about) for kind, about, _ in said(facts)] == [(AlertKind.TO_RENEW, "P1"), (AlertKind.TO_RENEW, "P2")]
    assert asked(facts) == [(TaskKind.BLOODS, Role.BOOKINGS), (TaskKind.IMAGING, Role.BOOKINGS)]


def test_a_medicine_that_is_being_stopped_is_no_alarm_as_the_day_comes_nearer() -> None:
    facts = booked(10, items=FRESH, medicines=("Warfarin 3 mg",), clot_risks=())
    (task,) = preparation(read(facts, a_protocol(), TODAY))
    assert (task.kind, task.role, task.due_on) == (TaskKind.HOLD_MEDICINE, Role.CLINICIAN, day(4))
    assert "Agree with the prescriber: Warfarin 3 mg, last dose on 27 November 2026." in task.says
    for today in (TODAY, day(4), day(9)):
        assert [alert for alert in said(facts, today) if alert[1] == "P5"] == []


def test_the_last_dose_follows_the_booked_day() -> None:
    for ahead in (10, 12):
        facts = booked(ahead, items=FRESH, medicines=("Warfarin",))
        (task,) = preparation(read(facts, a_protocol(), TODAY))
        assert (task.due_on, task.for_day, task.about) == (day(ahead - 6), day(ahead), "Warfarin")


def test_a_clot_risk_nobody_has_asked_about_is_asked_about_with_the_hold() -> None:
    unknown = booked(10, items=FRESH, medicines=("Warfarin",))
    known = replace(unknown, clot_risks=())
    says = [preparation(read(facts, a_protocol(), TODAY))[0].says for facts in (unknown, known)]
    assert ["stent" in each for each in says] == [True, False]


def test_a_risk_of_stopping_needs_advice_before_anything_else() -> None:
    risky = booked(10, items=FRESH, medicines=("Warfarin",), clot_risks=(ClotRisk.MECHANICAL_VALVE,))
    assert [kind for kind, _, _ in said(risky)] == [AlertKind.ADVICE]
    assert asked(risky)[-1] == (TaskKind.SPECIALIST_ADVICE, Role.CLINICIAN)
    assert said(replace(risky, specialist_advice_on=TODAY)) == []
    assert said(replace(risky, medicines=())) == []


def test_a_booked_day_that_has_passed_or_is_a_holiday_is_pointed_out() -> None:
    assert said(booked(-1))[0] == (AlertKind.BOOKING_PASSED, "", day(-1))
    assert said(booked(7), holidays=frozenset({day(7)})) == [(AlertKind.ON_HOLIDAY, "", day(7))]


def test_a_case_that_waits_is_told_what_runs_out_soon() -> None:
    facts = a_case_facts(S.TEST_WAITING, episodes=(an_episode(),), referral_valid_until=day(5))
    (alert,) = alerts(facts, a_protocol(), TODAY)
    assert (alert.kind, alert.about, alert.on) == (AlertKind.RUNS_OUT_SOON, "P6", day(5))
    assert alert.says == "Referral: runs out in 5 days (28 November 2026)."


@pytest.mark.parametrize("state", LIVE)
def test_every_state_says_when_its_next_step_is_due_as_its_task_did_when_it_was_made(state: S) -> None:
    facts = a_case_facts(state, **STATE_FACTS.get(state, {}))
    case = Situation(facts=facts, details=Details({}), protocol=a_protocol(), today=TODAY, holidays=frozenset())
    task = next(effect for effect in enter(case, state, opening=True) if isinstance(effect, Task))
    now = read(facts, a_protocol(), TODAY)
    if state is S.FOLLOW_UP:  # the facts' treatment was a while ago, and its task was made then
        assert state_due(now, None) == day(-16)
    elif state is not S.TRIAGE:
        assert state_due(now, task.due_on) == task.due_on


@pytest.mark.parametrize("state", LIVE)
def test_every_task_of_a_state_is_done_by_steps_that_exist(state: S) -> None:
    assert state in DUTIES
    assert DONE_BY[state]
    for event in DONE_BY[state]:
        assert transition(state, event).start is state
    assert done_by(TaskKind.STATE, state) == DONE_BY[state]


def test_a_timer_of_the_waiting_list_follows_category_and_readiness() -> None:
    facts = a_case_facts(S.TEST_WAITING, episodes=(an_episode(urgency=Urgency.CATEGORY_2),))
    key = (Timer.TREAT_BY, "test_block")
    assert timers_due(read(facts, a_protocol(), TODAY))[key] == day(83)
    away = NotReadyPeriod(readiness=Readiness.NOT_READY_CLINICAL, since=day(-2), review_on=day(9))
    paused = replace(facts, episodes=(replace(facts.episodes[0], not_ready=(away,)),))
    assert timers_due(read(paused, a_protocol(), TODAY))[key] is None
    assert state_due(read(paused, a_protocol(), TODAY), None) == day(9)
    assert task_due(read(facts, a_protocol(), TODAY), "treat_by", day(1)) == day(83)
    assert task_due(read(facts, a_protocol(), TODAY), "reoffer_due", day(1)) == day(1)


@given(ahead=st.integers(0, 60), days_off=st.frozensets(st.integers(1, 30), max_size=8))
def test_a_holiday_never_brings_a_day_in_working_days_forward(ahead: int, days_off: frozenset[int]) -> None:
    history = (Visit(state=S.TRIAGE, entered_on=TODAY),)
    facts = a_case_facts(S.TRIAGE, received_on=TODAY, history=history)
    plain = timers_due(read(facts, a_protocol(), day(ahead)))[Timer.RESPONSE_DUE, ""]
    holidays = frozenset(day(off) for off in days_off)
    later = timers_due(read(facts, a_protocol(), day(ahead), holidays))[Timer.RESPONSE_DUE, ""]
    assert plain is not None
    assert later is not None
    assert later >= plain
