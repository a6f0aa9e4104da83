"""Tasks at the desk: whose they are at which site, who may do them, and the table of holidays that moves their days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from db import holidays, mapping
from flows.desk import Desk
from flows.handlers import HANDLERS
from flows.keeping_watch import keep_watch
from flows.public_holidays import public_holidays
from flows.words import FlowName
from scheduler.errors import NotFoundError, NotPermittedError, TransitionNotAllowedError
from scheduler.pathway.effects import Notice, NoticeKind, Timer
from scheduler.pathway.events import Event
from scheduler.pathway.facts import ClotRisk
from scheduler.pathway.machine import decide
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role
from tests.builders.memory import TODAY, a_case, a_clinic, list_for_test, read, write
from tests.builders.pathway import a_protocol, ready_for
from tests.builders.service import MovingClock, a_desk, a_service, an_actor
from tests.db.test_watching import OVER_A_WEEKEND, book, silence_it

DAY = timedelta(days=1)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(sqlite_database, clock):
    return a_service(sqlite_database, source=clock)


def only(lines):
    assert len(lines) == 1, lines
    return lines[0]


def test_a_list_of_tasks_is_that_of_the_roles_a_person_holds(service):
    ref = a_case(service.database)
    assert only(a_desk(service, Role.BOOKINGS).tasks(mine=True)).ref == ref
    assert a_desk(service, Role.CLINICIAN).tasks(mine=True) == ()
    assert only(a_desk(service, Role.CLINICIAN).tasks(role=Role.BOOKINGS)).ref == ref


def test_a_booked_case_asks_the_people_of_its_site(service):
    a_clinic(service.database, days=9)
    ref = list_for_test(service.database)
    book(service.database, ref, "S01-5")
    here = Desk(service, an_actor(Role.CLINICIAN, site="S01"))
    there = Desk(service, an_actor(Role.CLINICIAN, site="S02"))
    task = only(here.tasks(mine=True))
    assert (task.ref, task.sites, task.done_by) == (ref, ("S01",), ("start_test",))
    assert there.tasks(mine=True) == ()
    with pytest.raises(NotPermittedError, match="somebody with the role Clinician at S01"):
        there.assign_task(task.id)


def test_a_task_is_taken_and_handed_back(service):
    ref = a_case(service.database)
    one, other = (Desk(service, an_actor(Role.BOOKINGS, name=name)) for name in ("Ann", "Bo"))
    other = Desk(service, type(other.actor)(id="bo", name="Bo", roles=other.actor.roles))
    task = only(one.tasks(mine=True))
    one.assign_task(task.id, write_id="w")
    one.assign_task(task.id, write_id="w")
    assert (only(one.tasks(mine=True)).assignee_name, other.tasks(mine=True)) == ("Ann", ())
    one.hand_back_task(task.id)
    assert only(other.tasks(mine=True)).ref == ref


def test_a_task_is_given_only_to_somebody_who_may_do_it(service):
    a_case(service.database)
    desk = a_desk(service)
    desk.add_account("kim", "Kim Roe", "a long password", {"*": {Role.BOOKINGS}})
    desk.add_account("lee", "Dr Lee", "a long password", {"*": {Role.CLINICIAN}})
    task = only(desk.tasks())
    with pytest.raises(NotFoundError, match="The accounts are: kim, lee"):
        desk.assign_task(task.id, "nobody")
    with pytest.raises(NotPermittedError, match="Dr Lee does not hold the role Bookings"):
        desk.assign_task(task.id, "lee")
    desk.assign_task(task.id, "Kim")
    assert only(desk.tasks()).assignee_name == "Kim Roe"


def test_only_the_role_that_is_asked_or_an_overseer_may_put_a_task_off(service):
    a_case(service.database)
    task = only(a_desk(service).tasks())
    with pytest.raises(NotPermittedError, match="this one is for somebody with the role Bookings"):
        a_desk(service, Role.CLINICIAN).snooze_task(task.id, TODAY + DAY, "Later")
    a_desk(service, Role.BOOKINGS).snooze_task(task.id, TODAY + DAY, "Awaiting a call")
    assert a_desk(service).tasks() == ()
    assert only(a_desk(service).tasks(put_off=True)).snoozed_until == TODAY + DAY


def test_overdue_tasks_are_those_past_the_day_their_clock_says_now(service, clock):
    a_case(service.database)
    desk = a_desk(service)
    clock.pass_(10 * DAY)  # the eighth working day, the last in time
    assert desk.tasks(overdue=True) == ()
    clock.pass_(5 * DAY)
    late = only(desk.tasks(overdue=True))
    desk.add_holiday(TODAY + DAY, "Extra day")
    assert only(desk.tasks(overdue=True)).due_on == late.due_on + OVER_A_WEEKEND


def test_only_an_administrator_changes_the_holidays_and_every_timer_follows_at_once(service):
    a_case(service.database)
    desk = a_desk(service)
    before = {timer.name: timer.due_on for timer in desk.case(only(desk.tasks()).ref).timers}
    with pytest.raises(NotPermittedError, match="may not change the table of public holidays"):
        a_desk(service, Role.BOOKINGS).add_holiday(TODAY + DAY, "Extra day")
    desk.add_holiday(TODAY + DAY, "Extra day")
    after = {timer.name: timer.due_on for timer in desk.case(only(desk.tasks()).ref).timers}
    assert after["response_due"] == before["response_due"] + OVER_A_WEEKEND


def test_victorias_holidays_are_computed_with_the_names_used_here():
    days = public_holidays(2026, 2027)
    assert days[date(2026, 11, 3)] == "Melbourne Cup Day"
    assert "Labour Day" in days.values()
    assert date(2027, 9, 24) in days


def test_the_first_sweep_of_a_day_looks_after_every_case_and_the_next_only_for_silence(service):
    ref = a_case(service.database)
    assert keep_watch(service).looked_after == 1
    assert keep_watch(service).looked_after == 0
    silence_it(service.database, ref)
    assert a_desk(service).status().silent == (ref,)
    assert keep_watch(service).silent == (ref,)
    assert a_desk(service).status().silent == ()
    predicted = [task for task in a_desk(service).tasks() if task.kind == "confirm_holidays"]
    assert only(predicted).role is Role.ADMINISTRATOR


def test_new_bloods_are_recorded_at_the_desk_for_any_live_case_by_those_who_may(service):
    a_clinic(service.database, days=9)
    ref = list_for_test(service.database)
    book(service.database, ref, "S01-9")
    desk = a_desk(service, Role.BOOKINGS)
    shown = desk.case(ref)
    assert [alert.about for alert in shown.summary.alerts if alert.kind.value == "to_renew"] == ["P1"]
    assert shown.prerequisites_on == TODAY + 9 * DAY
    desk.record(ref, "evidence_received", {"items": f"R2={TODAY}", "clot_risks": "recent_stent"})
    with pytest.raises(NotPermittedError):
        a_desk(service, Role.VIEWER).record(ref, "evidence_received", {"items": f"R2={TODAY}"})
    facts = desk.case(ref).facts
    assert (facts.item("R2").dated, facts.clot_risks) == (TODAY, (ClotRisk.RECENT_STENT,))
    assert desk.case(ref).history[-1].label == "Documents and results received"


def test_a_medicine_that_is_dangerous_to_stop_is_not_booked_before_a_specialist_advises(service):
    a_clinic(service.database, days=12)
    ref = list_for_test(service.database, medicines=("Warfarin 3 mg",))
    desk = a_desk(service)
    desk.record(ref, "evidence_received", {"clot_risks": "mechanical_valve"})
    assert [alert.kind.value for alert in desk.case(ref).summary.alerts] == ["advice"]
    (p5,) = [one for one in desk.case(ref).prerequisites if one.prerequisite.value == "P5"]
    assert p5.says.startswith("Because of mechanical valve, a specialist has to advise before Warfarin 3 mg is stopped")

    def planned():
        now = service.clock.now()
        return read(
            service.database,
            lambda session: mapping.planning(session, start=TODAY, end=TODAY + 14 * DAY, now=now),
        )

    assert planned().problem.cases == ()
    assert "a specialist has to advise" in planned().left_out[0].reasons[0]
    desk.record(ref, "evidence_received", {"specialist_advice_on": TODAY.isoformat()})
    assert len(planned().problem.cases) == 1


def test_no_letter_comes_of_a_medicine_to_stop():
    facts, form = ready_for(PathwayState.TEST_WAITING, Event.BOOK_TEST)
    taking = replace(facts, medicines=("Warfarin 3 mg",))
    today = facts.booking.on - 7 * DAY
    plain, held = (
        decide(case, Event.BOOK_TEST, form, protocol=a_protocol(), today=today).effects for case in (facts, taking)
    )
    letters = [[effect for effect in effects if isinstance(effect, Notice)] for effects in (plain, held)]
    assert letters[0] == letters[1]
    assert not [kind for kind in NoticeKind if "hold" in kind or "medicine" in kind or "stop" in kind]


def test_the_step_of_every_timer_looks_again_before_it_raises_its_task(service, clock):
    ref = a_case(service.database)
    desk = a_desk(service)
    due = next(timer.due_on for timer in desk.case(ref).timers if timer.name == "response_due")
    # The table changes behind the desk's back, as when another release wrote it: the timer finds out by itself.
    write(service.database, lambda session: holidays.add(session, TODAY + DAY, "Extra", site=None, observed=True))
    clock.pass_(due - TODAY)
    desk.run_due_now()
    assert [task.kind for task in desk.tasks() if task.kind == "response_due"] == []
    assert [timer.due_on for timer in desk.case(ref).timers if timer.name == "response_due"] == [due + OVER_A_WEEKEND]
    clock.pass_(OVER_A_WEEKEND)
    desk.run_due_now()
    assert [task.kind for task in desk.tasks() if task.kind == "response_due"] == ["response_due"]


def test_every_timer_has_a_handler():
    known = {name for flow in FlowName if flow in HANDLERS for name in HANDLERS[flow]}
    assert {timer.value for timer in Timer} <= known


def test_a_task_that_its_step_ends_says_so_at_the_desk(service):
    a_case(service.database)
    task = only(a_desk(service).tasks())
    with pytest.raises(TransitionNotAllowedError, match="ticks itself off when the step is recorded"):
        a_desk(service, Role.BOOKINGS).finish_task(task.id)
