"""Timers and preparation follow a case's facts, and no case that has not ended is ever silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from db import boards, cases, due_steps, holidays, publishing, silence, tasks, watching
from db.clinic import holidays as days_off
from db.facts import case_facts, case_row
from db.tables import AuditEventRow, CaseRow, DueStepRow, TaskRow
from db.words import StepState, TaskState
from scheduler.errors import BadInputError, NotFoundError, StaleVersionError, TransitionNotAllowedError
from scheduler.pathway.effects import Task, TaskKind
from scheduler.pathway.entries import decide_entry
from scheduler.pathway.events import Entry, Event, ReadinessEvent
from scheduler.pathway.readiness_steps import readiness_step
from scheduler.vocabulary import Role
from tests.builders.memory import CLERK, MORNING, TODAY, a_case, a_clinic, a_proposal, list_for_test, read, step, write
from tests.builders.pathway import a_protocol

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
OVER_A_WEEKEND = 3 * DAY  # the eighth working day is a Friday, so one more is a Monday
LATE = MORNING + 20 * DAY


def book(database, ref, name, ahead=0):
    made = a_proposal(database, {f"{ref}-T": (name, 0, "R01")}, days=20 + ahead)
    return write(database, lambda session: publishing.publish(session, made, actor=CLERK, now=MORNING))


def evidence(database, ref, now=MORNING, **answers):
    def work(session):
        today = TODAY + (now - MORNING)
        facts = case_facts(session, ref)
        move = decide_entry(facts, Entry.EVIDENCE_RECEIVED, answers, protocol=a_protocol(), today=today)
        return cases.apply_step(session, ref, move, answers, actor=CLERK, now=now)

    return write(database, work, now=now)


def open_of(database, ref, kind):
    def asked(session):
        rows = select(TaskRow).where(TaskRow.case_id == case_row(session, ref).id, TaskRow.kind == kind)
        return [row for row in session.exec(rows) if row.state is TaskState.OPEN]

    return read(database, asked)


def timers(database, ref, name):
    asked = select(DueStepRow).where(DueStepRow.case_ref == ref, DueStepRow.name == name)
    return read(database, lambda session: [r for r in session.exec(asked) if r.state is StepState.WAITING])


def test_new_bloods_tick_off_the_task_that_asks_for_them(database):
    a_clinic(database, days=9)
    ref = list_for_test(database)
    book(database, ref, "S01-9")
    (task,) = open_of(database, ref, "bloods")
    assert task.for_day == TODAY + 9 * DAY
    evidence(database, ref, MORNING + 4 * DAY, items=f"R2={TODAY + 4 * DAY}")
    assert open_of(database, ref, "bloods") == []
    assert open_of(database, ref, "state")


def test_what_will_have_run_out_by_the_booked_day_is_asked_for_once_and_no_longer_once_it_is_put_right(database):
    a_clinic(database, days=9)
    ref = list_for_test(database)
    book(database, ref, "S01-9")

    def ends_early(session):
        row = case_row(session, ref)
        row.referral_valid_until = TODAY + 3 * DAY
        cases.audit.record(session, action="test", entity="case", ref=ref)

    write(database, ends_early)
    for _ in range(2):
        write(database, lambda session: watching.look_after_all(session, now=MORNING))
    (task,) = open_of(database, ref, "referral")
    assert task.says.startswith("Referral good to 27 November 2026 only, and the test block is booked for 3 December")
    evidence(database, ref, referral_valid_until=TODAY + 40 * DAY)
    assert open_of(database, ref, "referral") == []


def test_the_last_dose_moves_with_the_booking_and_stays_with_whoever_took_the_task(database):
    a_clinic(database, days=12)
    ref = list_for_test(database, medicines=("Warfarin 3 mg",))
    book(database, ref, "S01-8")
    (task,) = open_of(database, ref, "hold_medicine")
    assert (task.about, task.due_on) == ("Warfarin 3 mg", TODAY + 2 * DAY)
    write(database, lambda session: tasks.assign(session, task.id, person="a", name="Dr Lee"))
    book(database, ref, "S01-11")
    (moved,) = open_of(database, ref, "hold_medicine")
    assert (moved.id, moved.due_on, moved.for_day) == (task.id, TODAY + 5 * DAY, TODAY + 11 * DAY)
    assert moved.assignee_name == "Dr Lee"
    assert "last dose on 29 November 2026" in moved.says


def test_what_a_person_ticked_off_is_not_asked_again_for_the_same_day(database):
    a_clinic(database, days=12)
    ref = list_for_test(database, medicines=("Warfarin 3 mg",))
    book(database, ref, "S01-8")
    (task,) = open_of(database, ref, "hold_medicine")
    write(database, lambda session: tasks.finish(session, task.id, actor=CLERK, now=MORNING))
    write(database, lambda session: watching.look_after_all(session, now=MORNING))
    assert open_of(database, ref, "hold_medicine") == []
    book(database, ref, "S01-11")
    assert len(open_of(database, ref, "hold_medicine")) == 1


def test_a_timer_in_working_days_follows_a_holiday_that_is_added(database):
    ref = a_case(database)
    (before,) = timers(database, ref, "response_due")

    def add(session):
        holidays.add(session, TODAY + DAY, "Extra day", site=None, observed=True)
        watching.look_after_all(session, now=MORNING)

    write(database, add)
    (after,) = timers(database, ref, "response_due")
    assert (after.id, after.due_at) == (before.id, before.due_at + OVER_A_WEEKEND)


def test_a_timer_that_falls_due_while_its_clock_stands_still_looks_again_tomorrow(database):
    ref = list_for_test(database)
    write(database, lambda session: _not_ready(session, ref))
    (step_row,) = timers(database, ref, "treat_by")
    due = step_row.due_at

    def work(session):
        claimed = due_steps.claim_due(session, owner="w", now=due, lease=DAY, names=["treat_by"])
        return [watching.put_off(session, one, today=TODAY + 30 * DAY) for one in claimed]

    assert write(database, work, now=due) == [True]
    assert [row.due_at for row in timers(database, ref, "treat_by")] == [due + DAY]


def _not_ready(session, ref):
    details = {"reason": "Infection", "review_on": TODAY + 40 * DAY}
    facts = case_facts(session, ref)
    move = readiness_step(facts, ReadinessEvent.CLINICALLY_UNREADY, details, protocol=a_protocol(), today=TODAY)
    cases.apply_step(session, ref, move, details, actor=CLERK, now=MORNING)


def test_the_next_step_of_a_case_cannot_be_ticked_off_by_hand(database):
    ref = a_case(database)
    (task,) = open_of(database, ref, "state")
    with pytest.raises(TransitionNotAllowedError, match=f"start_triage, mark_incomplete. It is the next step of {ref}"):
        write(database, lambda session: tasks.finish(session, task.id, actor=CLERK, now=MORNING))
    assert len(open_of(database, ref, "state")) == 1


def test_the_last_thing_that_keeps_a_case_in_sight_cannot_be_ticked_off(database):
    ref = a_case(database)
    silence_it(database, ref)
    write(
        database,
        lambda session: cases.raise_task(
            session, ref, kind="clinical_review", role=Role.CLINICIAN, says="Look.", due_on=TODAY, now=MORNING
        ),
    )
    (task,) = open_of(database, ref, "clinical_review")
    with pytest.raises(TransitionNotAllowedError, match="the last thing that keeps"):
        write(database, lambda session: tasks.finish(session, task.id, actor=CLERK, now=MORNING))


def silence_it(database, ref):
    """Take away all that a case is waiting for, as no code of the product does."""

    def work(session):
        row = case_row(session, ref)
        for task in session.exec(select(TaskRow).where(TaskRow.case_id == row.id)):
            task.state = TaskState.CANCELLED
        due_steps.cancel(session, refs=[ref], now=MORNING)
        cases.audit.record(session, action="test", entity="case", ref=ref)

    write(database, work)


def silent(database, now=MORNING):
    return read(database, lambda session: silence.silent_cases(session, now=now))


def test_a_silent_case_is_found_asked_about_again_and_told_to_the_trail(database):
    ref, other = a_case(database, 1), a_case(database, 2)
    assert silent(database) == ()
    silence_it(database, ref)
    assert silent(database) == (ref,)
    write(database, lambda session: silence.break_silence(session, ref, now=MORNING))
    assert silent(database) == ()
    (task,) = open_of(database, ref, "state")
    assert (task.role, task.says) == (Role.BOOKINGS, "Check that the referral is complete and start triage.")
    told = read(database, lambda session: [row.action for row in session.exec(select(AuditEventRow))])
    assert told.count("silent_case") == 1
    assert other not in silent(database)


def test_no_step_of_the_way_leaves_a_case_silent_and_an_ended_one_is_none(database):
    ref = list_for_test(database)
    assert silent(database, LATE) == ()
    silence_it(database, ref)
    step(database, ref, Event.DEATH_NOTIFIED, died_on=TODAY, source="Hospital")
    assert silent(database) == ()


def test_a_coming_booking_keeps_a_case_in_sight_until_it_has_passed(database):
    a_clinic(database, days=9)
    ref = list_for_test(database)
    book(database, ref, "S01-5")
    silence_it(database, ref)
    assert silent(database, MORNING) == ()
    assert silent(database, MORNING + 6 * DAY) == (ref,)


def test_a_task_is_put_off_only_with_a_reason_and_within_the_limit(database):
    ref = a_case(database)
    (task,) = open_of(database, ref, "state")

    def snooze(ahead, reason="Waiting for a call", **options):
        write(
            database,
            lambda session: tasks.snooze(
                session, task.id, until=TODAY + ahead * DAY, reason=reason, today=TODAY, **options
            ),
        )

    for ahead, reason in ((0, "x"), (15, "x"), (3, " ")):
        with pytest.raises(BadInputError):
            snooze(ahead, reason)
    snooze(14, write_id="w1")
    snooze(14, write_id="w1")
    with pytest.raises(StaleVersionError):
        snooze(3, expected_version=task.version)
    (line,) = read(database, lambda session: boards.tasks(session, now=MORNING))
    assert (line.snoozed_until, line.due_on) == (TODAY + 14 * DAY, task.due_on)
    (back,) = read(database, lambda session: boards.tasks(session, now=MORNING + 14 * DAY))
    assert back.snoozed_until is None
    assert back.overdue


def test_an_id_may_be_shortened_but_not_guessed(database):
    ref = a_case(database)
    (task,) = open_of(database, ref, "state")
    assert read(database, lambda session: tasks.asked_of(session, task.id[:8])).id == task.id
    for wrong in (task.id[:3], "nothing-like-it"):
        with pytest.raises(NotFoundError, match="No task has this id"):
            read(database, lambda session, wrong=wrong: tasks.asked_of(session, wrong))


def test_due_days_are_read_from_the_clocks_and_not_from_what_was_kept(database):
    ref = a_case(database)
    (before,) = read(database, lambda session: boards.tasks(session, now=MORNING))
    write(database, lambda session: holidays.add(session, TODAY + DAY, "Extra", site=None, observed=True))
    (after,) = read(database, lambda session: boards.tasks(session, now=MORNING))
    assert after.due_on == before.due_on + OVER_A_WEEKEND
    assert (after.done_by, after.by_hand, after.ref) == (("start_triage", "mark_incomplete"), False, ref)


def test_a_holiday_of_one_site_counts_there_and_a_site_may_work_on_one_of_the_others(database):
    a_clinic(database)
    cup, fair = date(2026, 11, 3), date(2026, 11, 10)

    def work(session):
        holidays.add(session, cup, "Melbourne Cup Day", site=None, observed=True)
        holidays.add(session, cup, "Melbourne Cup Day", site="S02", observed=False)
        holidays.add(session, fair, "Show Day", site="S02", observed=True)

    write(database, work)
    found = [read(database, lambda session, at=at: days_off(session, site=at)) for at in (None, "S01", "S02")]
    assert found == [{cup}, {cup}, {fair}]


def test_years_are_filled_in_once_and_what_was_removed_stays_away(database):
    days = {date(2026, 12, 25): "Christmas Day", date(2026, 1, 1): "New Year", date(2027, 9, 24): "Grand Final"}

    def seed(session):
        return holidays.seed(session, days, last_year=2027, today=TODAY)

    assert write(database, seed) == 3
    lines = read(database, lambda session: holidays.holiday_lines(session, date(2026, 1, 1), date(2027, 12, 31)))
    assert [line.confirmed for line in lines] == [True, False, False]
    write(database, lambda session: holidays.remove(session, date(2027, 9, 24), site=None))
    assert write(database, seed) == 0
    with pytest.raises(NotFoundError, match="24 September 2027 is not in the table"):
        write(database, lambda session: holidays.remove(session, date(2027, 9, 24), site=None))
    with pytest.raises(BadInputError, match="is in the table for every site already"):
        write(database, lambda session: holidays.add(session, date(2026, 12, 25), "x", site=None, observed=True))
    with pytest.raises(NotFoundError, match="No site has the id S99"):
        write(database, lambda session: holidays.add(session, date(2026, 12, 24), "x", site="S99", observed=True))


def test_an_administrator_is_asked_once_to_confirm_what_is_only_predicted(database):
    def seed(session):
        days = {date(2026, 12, 25): "Christmas Day", date(2026, 12, 26): "Boxing Day"}
        holidays.seed(session, days, last_year=2026, today=TODAY)

    def remind(session):
        return holidays.ask_to_confirm(session, today=TODAY, until=TODAY + 90 * DAY, now=MORNING)

    write(database, seed)
    assert [write(database, remind) for _ in range(2)] == [True, True]
    (line,) = read(database, lambda session: boards.tasks(session, now=MORNING))
    assert (line.role, line.due_on, line.ref) == (Role.ADMINISTRATOR, date(2026, 12, 25), None)
    assert "25 December 2026, 26 December 2026" in line.says
    assert write(database, lambda session: holidays.confirm_year(session, 2026)) == 2
    assert write(database, remind) is False
    assert read(database, lambda session: boards.tasks(session, now=MORNING)) == ()


def test_a_task_keeps_what_tells_it_apart(database):
    ref = a_case(database)
    asked = Task(
        kind=TaskKind.HOLD_MEDICINE, role=Role.CLINICIAN, says="Ask.", due_on=TODAY, about="Warfarin", for_day=TODAY
    )

    def work(session):
        facts = case_facts(session, ref)
        move = decide_entry(facts, Entry.EVIDENCE_RECEIVED, {"items": "R4"}, protocol=a_protocol(), today=TODAY)
        cases.apply_step(session, ref, replace(move, effects=(asked,)), {}, actor=CLERK, now=MORNING)

    write(database, work)
    # The case is not booked, so what prepares for a procedure day is no longer asked.
    assert open_of(database, ref, "hold_medicine") == []
    row = read(database, lambda session: session.exec(select(TaskRow).where(TaskRow.kind == "hold_medicine")).one())
    assert (row.about, row.for_day, row.ended_by) == ("Warfarin", TODAY, "neurolist")
    assert read(database, lambda session: session.exec(select(CaseRow.clot_risks)).one()) is None
