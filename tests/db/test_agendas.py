"""Meetings and their agendas in the memory: nobody is lost between two meetings, on either engine."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from db import agendas, boards, meetings, reversals
from db import tasks as tasks_of_people
from db.facts import case_row
from db.meetings import Attendee, NewMeeting
from db.tables import DueStepRow, HolidayRow, MdtItemRow, MdtMeetingRow, TaskRow
from db.words import TaskState
from scheduler.errors import BadInputError, NeurolistError, NotFoundError, TransitionNotAllowedError
from scheduler.pathway.events import Event
from scheduler.pathway.meetings.words import MeetingOutcome, MeetingState
from scheduler.vocabulary import Urgency
from tests.builders.memory import CLERK, MORNING, TODAY, a_case, read, step, write

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
FIRST, SECOND = TODAY + 8 * DAY, TODAY + 15 * DAY
ATTENDED = ["interventional_radiology", "palliative_care", "pain_anaesthesia", "treating_oncology"]


def add(database, *days, now=MORNING, **more):
    for on in days:
        write(database, lambda session, on=on: meetings.add_meeting(session, NewMeeting(on=on, **more)), now=now)


def an_accepted_case(database, number=1, **changes):
    ref = a_case(database, number, **changes)
    step(database, ref, Event.START_TRIAGE)
    step(database, ref, Event.ACCEPT)
    return ref


def listed(database, number=1, **changes):
    ref = an_accepted_case(database, number, **changes)
    write(database, lambda session: agendas.put_on_next_agenda(session, ref, TODAY))
    return ref


def at_meeting(database, on, work, *, now=MORNING):
    """Do something with the meeting of a day."""
    return write(database, lambda session: work(session, meetings.the_meeting(session, on)), now=now)


def close(database, on=FIRST):
    at_meeting(database, on, lambda session, row: agendas.close_agenda(session, row, actor=CLERK))


def page(database, ref):
    return read(database, lambda session: boards.case_page(session, ref, now=MORNING))


def tick_off(session, kind):
    [task] = session.exec(select(TaskRow).where(TaskRow.kind == kind, TaskRow.state == TaskState.OPEN)).all()
    tasks_of_people.finish(session, task.id, actor=CLERK, now=MORNING)


def tasks(database, kind):
    rows = read(database, lambda session: session.exec(select(TaskRow).where(TaskRow.kind == kind)).all())
    return [row.says for row in rows if row.state.value == "open"]


def meeting(database, on=FIRST):
    return read(database, lambda session: session.exec(select(MdtMeetingRow).where(MdtMeetingRow.on == on)).one())


def items(database, ref_of=None):
    return read(database, lambda session: session.exec(select(MdtItemRow)).all())


# The calendar


def test_a_meeting_says_only_what_differs_from_the_protocol(database):
    add(database, FIRST)
    row = meeting(database)
    assert (row.start, row.capacity_minutes, row.minutes_per_case, row.state) == ("12:30", 60, 10, MeetingState.PLANNED)


def test_the_agenda_closes_two_days_before_and_somebody_is_asked_the_day_after(database):
    add(database, FIRST, start=time(13))
    steps = read(database, lambda session: session.exec(select(DueStepRow).order_by(DueStepRow.due_at)).all())
    start = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)  # 13:00 in Melbourne, eleven hours ahead
    assert [(one.name, one.due_at) for one in steps] == [
        (meetings.CLOSE_STEP, start - timedelta(hours=48)),
        (meetings.FOLLOW_UP_STEP, datetime(2026, 12, 2, 13, 0, tzinfo=UTC)),
    ]


def test_over_the_night_the_clocks_change_the_agenda_still_closes_48_hours_before(database):
    monday = date(2027, 4, 5)  # daylight saving ends on the Sunday before
    add(database, monday, start=time(12, 30))
    start = datetime(2027, 4, 5, 2, 30, tzinfo=UTC)  # ten hours ahead again
    assert meeting(database, monday).agenda_closes_at == start - timedelta(hours=48)  # 13:30 on the Saturday


def test_a_start_that_daylight_saving_skips_is_refused(database):
    with pytest.raises(BadInputError, match="skipped or repeated"):
        add(database, date(2026, 10, 4), start=time(2, 30))


def test_a_meeting_called_at_short_notice_takes_cases_until_it_starts(database):
    add(database, TODAY, start=time(13))
    assert meeting(database, TODAY).agenda_closes_at == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    listed(database)
    assert page(database, "N10001").agenda_on == TODAY


@pytest.mark.parametrize(("more", "says"), [({"minutes_per_case": 9}, "fewer"), ({"capacity_minutes": 9}, "no room")])
def test_too_little_time_is_refused(database, more, says):
    with pytest.raises(BadInputError, match=says):
        add(database, FIRST, **more)


def test_a_day_has_one_meeting_and_a_cancelled_one_comes_back(database):
    add(database, FIRST)
    with pytest.raises(NeurolistError, match="already"):
        add(database, FIRST)
    at_meeting(database, FIRST, lambda session, row: agendas.cancel(session, row, why="Chair ill", actor=CLERK))
    add(database, FIRST, place="By video")
    assert (meeting(database).state, meeting(database).place, meeting(database).reason) == ("planned", "By video", "")


def test_days_off_and_days_taken_are_named(database):
    add(database, FIRST)
    write(database, lambda session: session.add(HolidayRow(on=SECOND, name="Show Day")) or _told(session))
    off, taken = read(database, lambda session: (meetings.days_off(session), meetings.days_taken(session)))
    assert off == {SECOND: "Show Day"}
    assert set(taken) == {FIRST}


def _told(session):
    from db import audit

    audit.record(session, action="add_holiday", entity="holiday", ref="test")


def test_a_moved_meeting_takes_its_cases_along_and_its_old_steps_no_longer_count(database):
    add(database, FIRST)
    ref = listed(database)
    at_meeting(
        database, FIRST, lambda session, row: meetings.move(session, row, to=SECOND, start=time(14), why="Room taken")
    )
    assert page(database, ref).agenda_on == SECOND
    old, *_, new = read(
        database,
        lambda session: session.exec(select(DueStepRow).where(DueStepRow.name == meetings.CLOSE_STEP)).all(),
    )
    with pytest.raises(TransitionNotAllowedError, match="was moved to 9 December 2026"):
        write(database, lambda session: meetings.meeting_of_step(session, old.payload))
    assert write(database, lambda session: meetings.meeting_of_step(session, new.payload)).on == SECOND


# Carrying


def test_what_the_time_does_not_hold_is_carried_with_the_reason_in_the_history(database):
    add(database, FIRST, SECOND, capacity_minutes=20)
    refs = [listed(database, number, urgency=Urgency.CATEGORY_2) for number in (1, 2, 3)]
    close(database)
    assert [page(database, ref).agenda_on for ref in refs] == [FIRST, FIRST, SECOND]
    line = page(database, refs[2]).history[-1]
    assert line.label == "Carried to another MDT meeting"
    assert line.why.startswith("The meeting of 2 December 2026 has 20 minutes, and 20 of them go to cases")
    assert meeting(database).state is MeetingState.AGENDA_CLOSED
    assert tasks(database, meetings.URGENT_TASK) == []


def test_the_more_urgent_case_stays_however_late_it_came(database):
    add(database, FIRST, SECOND, capacity_minutes=10)
    routine = listed(database, 1, urgency=Urgency.CATEGORY_3)
    urgent = listed(database, 2, urgency=Urgency.CATEGORY_1)
    close(database)
    assert (page(database, urgent).agenda_on, page(database, routine).agenda_on) == (FIRST, SECOND)


def test_a_category_1_case_is_never_carried_in_silence(database):
    add(database, FIRST, SECOND, capacity_minutes=10)
    for number in (1, 2):
        listed(database, number)
    close(database)
    [says] = tasks(database, meetings.URGENT_TASK)
    assert says.startswith("Carried from the MDT meeting of 2 December 2026 to that of 9 December 2026: The meeting")
    step(database, "N10002", Event.MDT_PROCEED_TEST, attended=ATTENDED)
    assert tasks(database, meetings.URGENT_TASK) == []


def test_with_no_meeting_to_carry_to_the_coordinator_gets_a_task_until_one_is_added(database):
    add(database, FIRST, capacity_minutes=10)
    for number in (1, 2):
        listed(database, number)
    close(database)
    assert page(database, "N10002").agenda_on is None
    assert tasks(database, "add_to_mdt_agenda") == [agendas.NO_MEETING]
    with pytest.raises(TransitionNotAllowedError, match="N10002 is on no agenda yet"):
        write(database, lambda session: tick_off(session, "add_to_mdt_agenda"))
    add(database, SECOND)
    assert write(database, agendas.place_waiting) == ("N10002",)
    assert page(database, "N10002").agenda_on == SECOND
    assert tasks(database, "add_to_mdt_agenda") == []


def test_the_cases_of_a_cancelled_meeting_go_on_the_next_with_the_reason(database):
    add(database, FIRST, SECOND)
    ref = listed(database)
    at_meeting(database, FIRST, lambda session, row: agendas.cancel(session, row, why="No quorum", actor=CLERK))
    assert page(database, ref).agenda_on == SECOND
    assert page(database, ref).history[-1].why == "The MDT meeting of 2 December 2026 was cancelled: No quorum"
    with pytest.raises(TransitionNotAllowedError, match="was cancelled, so it decided nothing"):
        step(database, ref, Event.MDT_PROCEED_TEST, now=MORNING + 10 * DAY, attended=ATTENDED, mdt_on=FIRST)


def test_a_case_accepted_after_the_closing_goes_on_the_next_agenda_and_an_urgent_one_is_told(database):
    add(database, FIRST, SECOND)
    close(database)
    routine = listed(database, 1, urgency=Urgency.CATEGORY_2)
    assert tasks(database, meetings.URGENT_TASK) == []
    urgent = listed(database, 2)
    assert [page(database, ref).agenda_on for ref in (routine, urgent)] == [SECOND, SECOND]
    [says] = tasks(database, meetings.URGENT_TASK)
    assert says.startswith("The agenda of the MDT meeting of 2 December 2026 is closed")


def test_only_with_a_reason_is_a_case_added_to_a_closed_agenda(database):
    add(database, FIRST, SECOND)
    close(database)
    ref = listed(database)

    def put(why):
        at_meeting(database, FIRST, lambda session, row: agendas.put(session, row, ref, why=why, minutes=20))

    with pytest.raises(BadInputError, match="give the reason"):
        put("")
    put("Pain crisis")
    assert page(database, ref).agenda_on == FIRST
    assert tasks(database, meetings.URGENT_TASK) == []
    late = next(item for item in items(database) if not item.carried)
    assert (late.late, late.added_why, late.minutes) == (True, "Pain crisis", 20)


def test_missing_papers_become_a_task_when_the_agenda_closes(database):
    add(database, TODAY + 30 * DAY)
    ref = listed(database)
    close(database, TODAY + 30 * DAY)
    [says] = tasks(database, meetings.PAPERS_TASK)
    assert "R2 (blood results" in says
    step(database, ref, Event.MDT_MORE_INFO, items=["R2"], owner="The ward", rediscuss_on=SECOND)
    assert tasks(database, meetings.PAPERS_TASK) == []


def test_a_case_to_be_discussed_again_stays_and_goes_on_that_day_s_agenda(database):
    add(database, FIRST, SECOND, SECOND + WEEK)
    ref = listed(database, urgency=Urgency.CATEGORY_2)
    at_meeting(
        database,
        FIRST,
        lambda session, row: agendas.rediscuss(session, row, ref, on=SECOND + DAY, why="After the scan", actor=CLERK),
    )
    assert page(database, ref).agenda_on == SECOND + WEEK
    assert page(database, ref).summary.state.value == "awaiting_mdt"
    first = next(item for item in items(database) if item.on == FIRST)
    assert (first.outcome, first.recommendation) == (MeetingOutcome.REDISCUSS_ON, None)
    assert page(database, ref).facts.mdt is None


def test_a_case_to_be_discussed_later_is_not_put_on_an_earlier_meeting(database):
    add(database, FIRST)
    ref = listed(database)
    at_meeting(
        database,
        FIRST,
        lambda session, row: agendas.rediscuss(session, row, ref, on=SECOND + DAY, why="After the scan", actor=CLERK),
    )
    add(database, SECOND)
    assert write(database, agendas.place_waiting) == ()
    add(database, SECOND + WEEK)
    assert write(database, agendas.place_waiting) == (ref,)


def test_a_case_has_one_open_item_and_the_database_keeps_it_so(database):
    add(database, FIRST, SECOND)
    listed(database)
    double = MdtItemRow(case_id=items(database)[0].case_id, on=SECOND, version=1)
    statement = MdtItemRow.__table__.insert().values(double.model_dump())
    with pytest.raises(IntegrityError, match=r"uq_mdt_item_open|mdt_item\.case_id"), database._changing() as connection:
        connection.execute(statement)


# The end


def finish(database, now):
    at_meeting(database, FIRST, agendas.finish, now=now)


AFTER = MORNING + 8 * DAY + timedelta(hours=6)


def test_a_meeting_is_finished_once_every_case_has_an_outcome_or_is_carried(database):
    add(database, FIRST, SECOND)
    one, two = listed(database, 1), listed(database, 2)
    people = [Attendee(discipline=name, person=f"Dr {at}") for at, name in enumerate(ATTENDED)]
    at_meeting(database, FIRST, lambda session, row: meetings.attend(session, row, people), now=AFTER)
    with pytest.raises(NeurolistError, match=f"{one}, {two} without an outcome"):
        finish(database, AFTER)
    step(database, one, Event.MDT_PROCEED_TEST, now=AFTER, attended=ATTENDED)
    at_meeting(
        database,
        FIRST,
        lambda session, row: agendas.carry(session, row, two, why="Scan not seen", to=None, actor=CLERK),
        now=AFTER,
    )
    finish(database, AFTER)
    assert meeting(database).state is MeetingState.HELD
    with pytest.raises(NeurolistError, match="is held: nothing can change"):
        finish(database, AFTER)


def test_a_meeting_that_has_not_started_or_that_nobody_attended_is_not_finished(database):
    add(database, FIRST)
    with pytest.raises(NeurolistError, match="has not started: it is at 12:30"):
        finish(database, MORNING)
    with pytest.raises(NeurolistError, match="Nobody is noted"):
        finish(database, AFTER)


def test_a_case_whose_acceptance_is_taken_back_is_on_no_agenda_and_is_put_on_one_anew(database):
    add(database, FIRST, SECOND)
    ref = listed(database)
    write(
        database,
        lambda session: reversals.reverse(
            session,
            ref,
            reason="Another patient",
            actor=CLERK,
            now=MORNING,
            expected_version=case_row(session, ref).version,
        ),
    )
    at_meeting(database, FIRST, lambda session, row: agendas.cancel(session, row, why="No quorum", actor=CLERK))
    assert [item.carried_why for item in items(database)] == ["The case no longer waits for the meeting: In triage."]
    step(database, ref, Event.ACCEPT)
    write(database, lambda session: agendas.put_on_next_agenda(session, ref, TODAY))
    assert [item.on for item in items(database) if not item.carried] == [SECOND]


def test_a_case_that_ended_before_the_meeting_does_not_hold_it_up(database):
    add(database, FIRST)
    ref = listed(database)
    step(database, ref, Event.DEATH_NOTIFIED, died_on=TODAY, source="Hospital")
    people = [Attendee(discipline="radiology", person="Dr A")]
    at_meeting(database, FIRST, lambda session, row: meetings.attend(session, row, people), now=AFTER)
    finish(database, AFTER)
    [item] = items(database)
    assert item.carried_why == "The case no longer waits for the meeting: Deceased."


def test_the_quorum_counts_those_who_vote_and_a_decision_adds_what_it_says(database):
    add(database, FIRST)
    ref = listed(database)
    there = [
        Attendee(discipline="palliative_care", person="Dr P"),
        Attendee(discipline="radiology", person="Dr Observer", voting=False),
    ]
    at_meeting(database, FIRST, lambda session, row: meetings.attend(session, row, there), now=AFTER)
    assert meeting(database).attended == ["palliative_care"]
    step(database, ref, Event.MDT_PROCEED_TEST, now=AFTER, attended=ATTENDED)
    assert meeting(database).attended == sorted(ATTENDED)
    gone = ["Dr P"]
    at_meeting(database, FIRST, lambda session, row: meetings.attend(session, row, (), absent=gone), now=AFTER)
    assert "palliative_care" not in meeting(database).attended
    with pytest.raises(NotFoundError, match="Dr X is not noted"):
        at_meeting(database, FIRST, lambda session, row: meetings.attend(session, row, (), absent=["Dr X"]), now=AFTER)


def test_a_decision_outside_the_calendar_enters_the_meeting_as_held(database):
    ref = an_accepted_case(database)
    step(database, ref, Event.MDT_PROCEED_TEST, attended=ATTENDED)
    row = meeting(database, TODAY)
    assert (row.state, row.attended) == (MeetingState.HELD, sorted(ATTENDED))
    [item] = items(database)
    assert (item.outcome, item.meeting_id) == (MeetingOutcome.PROCEED_TEST, row.id)


def test_an_outcome_taken_back_after_the_meeting_puts_the_case_on_the_next_agenda(database):
    ref = an_accepted_case(database)
    add(database, FIRST)
    done = step(database, ref, Event.MDT_PROCEED_TEST, attended=ATTENDED)  # at a meeting outside the calendar, so held
    write(
        database,
        lambda session: reversals.reverse(
            session, ref, reason="Wrong case", actor=CLERK, now=MORNING, expected_version=done.version
        ),
    )
    assert page(database, ref).agenda_on == FIRST
    assert page(database, ref).facts.mdt is None
    assert (
        page(database, ref).history[-1].why == "What the MDT meeting of 24 November 2026 said was recorded by mistake."
    )


def test_the_trail_still_holds_after_all_this(database):
    add(database, FIRST, SECOND, capacity_minutes=10)
    for number in (1, 2):
        listed(database, number)
    close(database)
    at_meeting(database, FIRST, lambda session, row: agendas.cancel(session, row, why="Strike", actor=CLERK))
    assert database.verify_trail().fault is None
