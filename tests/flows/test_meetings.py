"""A whole MDT meeting at the desk: from the calendar to its minutes, with roles, stale pages and repeats."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from db import boards
from db.meetings import CLOSE_STEP, Attendee, NewMeeting
from flows.desk import Desk
from flows.meetings import Meetings
from flows.permissions import Action, allowed_roles
from flows.steps import run_due_steps
from scheduler.errors import (
    BadInputError,
    NeurolistError,
    NotFoundError,
    NotPermittedError,
    SecondPersonNeededError,
    StaleVersionError,
    TransitionNotAllowedError,
)
from scheduler.pathway.events import Event
from scheduler.pathway.meetings.words import MeetingOutcome, MeetingState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role, Urgency
from tests.builders.memory import TODAY, a_case, read, step
from tests.builders.service import MovingClock, a_desk, a_service, an_actor

DAY = timedelta(days=1)
ON, NEXT = TODAY + 8 * DAY, TODAY + 15 * DAY
QUORUM = (
    Attendee(discipline="interventional_radiology", person="Dr I"),
    Attendee(discipline="palliative_care", person="Dr P"),
    Attendee(discipline="pain_anaesthesia", person="Dr A"),
)
ONCOLOGY = Attendee(discipline="treating_oncology", person="Dr O")


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def desk(sqlite_database, clock):
    return a_desk(a_service(sqlite_database, source=clock), Role.MDT_COORDINATOR)


def accepted(desk: Desk, number: int = 1, **changes) -> str:
    ref = a_case(desk.service.database, number, **changes)
    run_due_steps(desk.service)
    step(desk.service.database, ref, Event.ACCEPT)
    run_due_steps(desk.service)
    return ref


def to_the_meeting(clock) -> None:
    clock.pass_(8 * DAY + timedelta(hours=5))  # 14:00 on the day


def state(desk, ref):
    return desk.case(ref).summary.state


def test_a_whole_meeting_from_the_calendar_to_the_minutes(desk, clock):
    early = accepted(desk, 1)  # before any meeting: the coordinator has a task
    assert "add_to_mdt_agenda" in [task.kind for task in desk.case(early).tasks if task.state == "open"]
    assert desk.mdt.add(NewMeeting(on=ON, place="Room 2", chair="Dr C", capacity_minutes=60)) == (early,)
    desk.mdt.add(NewMeeting(on=NEXT))
    others = [accepted(desk, number, cancer=False, urgency=Urgency.CATEGORY_2) for number in range(2, 8)]

    page = desk.mdt.agenda(ON)
    assert [line.ref for line in page.lines] == [early, *others]
    assert [line.fits for line in page.lines] == [True] * 6 + [False]  # seven cases of ten minutes in an hour
    assert page.must_sit[-1] == "Treating oncology"

    clock.pass_(6 * DAY + timedelta(hours=5))
    assert CLOSE_STEP in [report.name for report in run_due_steps(desk.service)]
    page = desk.mdt.agenda(ON)
    assert page.meeting.state is MeetingState.AGENDA_CLOSED
    assert (page.lines[-1].ref, page.lines[-1].carried_to) == (others[-1], NEXT)

    clock.pass_(2 * DAY)
    desk.mdt.attend(ON, [*QUORUM, Attendee(discipline="mdt_coordinator", person="T", voting=False)])
    with pytest.raises(TransitionNotAllowedError, match="no quorum: Treating oncology did not attend"):
        desk.mdt.outcome(ON, early, "proceed_test", {})
    page = desk.mdt.attend(ON, [ONCOLOGY])
    assert page.absent == ()

    desk.mdt.outcome(ON, early, "proceed_test", {})
    desk.mdt.outcome(ON, others[0], "proceed_direct", {"reason": "Typical pain, short prognosis"})
    info = {"items": ["MRI pelvis"], "owner": "Dr P", "rediscuss_on": NEXT}
    desk.mdt.outcome(ON, others[1], "more_information", info)
    no = {"reason": "No safe path", "alternative": "Intrathecal pump"}
    desk.mdt.outcome(ON, others[2], "alternative_therapy", no)
    with pytest.raises(NeurolistError, match=f"{others[3]}, {others[4]} without an outcome"):
        desk.mdt.finish(ON)
    desk.mdt.outcome(ON, others[3], "rediscuss_on", {"rediscuss_on": NEXT, "reason": "After chemotherapy"})
    desk.mdt.carry(ON, others[4], why="Referrer could not come")
    page = desk.mdt.finish(ON)

    assert page.meeting.state is MeetingState.HELD
    assert [line.outcome for line in page.lines if line.outcome] == [
        MeetingOutcome.PROCEED_TEST,
        MeetingOutcome.PROCEED_DIRECT,
        MeetingOutcome.MORE_INFORMATION,
        MeetingOutcome.ALTERNATIVE_THERAPY,
        MeetingOutcome.REDISCUSS_ON,
    ]
    assert [state(desk, ref) for ref in (early, *others[:4])] == [
        PathwayState.CONSULTATION,
        PathwayState.CONSULTATION,
        PathwayState.MDT_MORE_INFO,
        PathwayState.DECLINED,
        PathwayState.AWAITING_MDT,
    ]
    assert [line.ref for line in desk.mdt.agenda(NEXT).lines] == others[3:]
    assert desk.case(early).history[-1].details["attended"] == sorted(
        one.discipline for one in (*QUORUM, ONCOLOGY)
    )  # filled in, without those who do not vote

    text = desk.mdt.minutes(ON).text
    assert "Chair: Dr C" in text
    assert "Palliative care: Dr P" in text
    assert "MDT coordinator: T (does not vote)" in text
    assert f"{others[2]}  Another therapy instead" in text
    assert "Instead: Intrathecal pump" in text
    assert f"{others[4]}  carried to 9 December 2026: Referrer could not come" in text
    assert desk.service.database.verify_trail().fault is None


def test_a_meeting_nobody_finished_is_the_coordinator_s_task_until_it_is(desk, clock):
    desk.mdt.add(NewMeeting(on=ON))
    clock.pass_(9 * DAY)
    run_due_steps(desk.service)
    kinds = [task.kind for task in desk.tasks()]
    assert kinds == ["mdt_not_finished"]
    desk.mdt.attend(ON, QUORUM)
    desk.mdt.finish(ON)
    assert desk.tasks() == ()


def test_a_decision_recorded_by_itself_shows_in_the_meeting(desk, clock):
    desk.mdt.add(NewMeeting(on=ON))
    ref = accepted(desk)
    to_the_meeting(clock)
    attended = [one.discipline for one in (*QUORUM, ONCOLOGY)]
    desk.record(ref, "mdt_proceed_test", {"attended": attended})
    page = desk.mdt.agenda(ON)
    assert (page.lines[0].outcome, page.undecided, page.absent) == (MeetingOutcome.PROCEED_TEST, (), ())


def test_an_outcome_asks_for_who_sat_for_the_day_and_for_a_place_on_the_agenda(desk, clock):
    desk.mdt.add(NewMeeting(on=ON))
    ref = accepted(desk)
    with pytest.raises(NeurolistError, match="still to come"):
        desk.mdt.outcome(ON, ref, "proceed_test", {})
    to_the_meeting(clock)
    with pytest.raises(NeurolistError, match="Nobody is noted as attending"):
        desk.mdt.outcome(ON, ref, "proceed_test", {})
    with pytest.raises(NotFoundError, match="is not on the agenda of 2 December 2026"):
        desk.mdt.outcome(ON, a_case(desk.service.database, 9), "proceed_test", {})
    with pytest.raises(NotFoundError, match="The outcomes are: proceed_test, proceed_direct"):
        desk.mdt.outcome(ON, ref, "maybe", {})
    with pytest.raises(BadInputError, match="not later than the meeting"):
        desk.mdt.outcome(ON, ref, "rediscuss_on", {"rediscuss_on": ON, "reason": "Later"})


def test_an_outcome_that_is_the_lead_s_is_recorded_by_a_lead(desk, clock):
    desk.mdt.add(NewMeeting(on=ON))
    ref = accepted(desk, cancer=False)
    to_the_meeting(clock)
    desk.mdt.attend(ON, QUORUM)
    plan = {"target": "lumbar_plexus", "laterality": "left", "technique": "chemical", "lead_approval": "Dr C"}
    with pytest.raises(SecondPersonNeededError, match=r"not offered .* An IR lead has to record this outcome\."):
        desk.mdt.outcome(ON, ref, "proceed_test", plan)
    assert state(desk, ref) is PathwayState.AWAITING_MDT
    a_desk(desk.service, Role.IR_LEAD).mdt.outcome(ON, ref, "proceed_test", plan)
    assert state(desk, ref) is PathwayState.CONSULTATION


def test_a_repeat_of_each_write_changes_nothing(desk, clock):
    for _ in range(2):
        desk.mdt.add(NewMeeting(on=ON), write_id="a")
    desk.mdt.add(NewMeeting(on=NEXT))
    one, two = accepted(desk, 1), accepted(desk, 2)
    to_the_meeting(clock)
    later = {"rediscuss_on": NEXT, "reason": "Scan"}
    for _ in range(2):
        desk.mdt.attend(ON, [*QUORUM, ONCOLOGY], write_id="b")
        desk.mdt.outcome(ON, one, "proceed_test", {}, write_id="c")
        desk.mdt.outcome(ON, two, "rediscuss_on", later, write_id="d")
    for _ in range(2):
        desk.mdt.finish(ON, write_id="e")
    assert [line.event for line in desk.case(one).history].count("mdt_proceed_test") == 1
    assert [line.event for line in desk.case(two).history].count("mdt_rediscuss") == 1
    assert desk.mdt.minutes(ON).line.version == 1


def test_a_page_that_is_no_longer_true_is_refused(desk, clock):
    desk.mdt.add(NewMeeting(on=ON))
    ref = accepted(desk)
    to_the_meeting(clock)
    shown = desk.mdt.agenda(ON)
    desk.mdt.attend(ON, [*QUORUM, ONCOLOGY], expected_version=shown.meeting.version)
    with pytest.raises(StaleVersionError, match="Somebody saved this"):
        desk.mdt.attend(ON, QUORUM, expected_version=shown.meeting.version)
    stale = shown.lines[0].case_version
    desk.mdt.outcome(ON, ref, "proceed_test", {}, expected_version=stale)
    with pytest.raises((StaleVersionError, NotFoundError)):
        desk.mdt.outcome(ON, ref, "not_suitable", {"reason": "x", "alternative": "y"}, expected_version=stale)
    assert state(desk, ref) is PathwayState.CONSULTATION


ACTS = {
    Action.PLAN_MEETINGS: lambda mdt: (mdt.add(NewMeeting(on=NEXT)), mdt.cancel(NEXT, why="x")),
    Action.PUT_ON_AGENDA: lambda mdt: mdt.put(ON, "N1"),
    Action.RUN_MEETING: lambda mdt: mdt.attend(ON, QUORUM),
    Action.READ_MINUTES: lambda mdt: mdt.minutes(ON),
    Event.MDT_PROCEED_TEST: lambda mdt: mdt.outcome(TODAY, "N1", "proceed_test", {}),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("asked", ACTS)
def test_every_act_asks_for_its_role(desk, asked, role):
    desk.mdt.add(NewMeeting(on=ON))
    other = Meetings(a_desk(desk.service, role))
    if role in allowed_roles(asked):
        with suppress(NotFoundError):
            ACTS[asked](other)
        return
    with pytest.raises(NotPermittedError):
        ACTS[asked](other)
    status = read(desk.service.database, lambda session: boards.service_status(session, now=desk.service.clock.now()))
    assert status.refusals == 1


def test_only_the_coordinator_adds_to_a_closed_agenda_and_says_why(desk):
    desk.mdt.add(NewMeeting(on=ON))
    desk.mdt.close(ON)
    ref = accepted(desk)
    with pytest.raises(NotPermittedError, match="add a case to an agenda that is closed"):
        desk.acting(an_actor(Role.IR_LEAD)).mdt.put(ON, ref, why="Pain crisis")
    with pytest.raises(BadInputError, match="give the reason"):
        desk.mdt.put(ON, ref)
    page = desk.mdt.put(ON, ref, why="Pain crisis")
    assert (page.lines[0].late, page.lines[0].added_why) == (True, "Pain crisis")


def test_a_case_that_waits_for_nothing_at_a_meeting_is_not_put_on_one(desk):
    desk.mdt.add(NewMeeting(on=ON))
    ref = a_case(desk.service.database, 1)
    with pytest.raises(TransitionNotAllowedError, match="is not waiting for a meeting"):
        desk.mdt.put(ON, ref)


def test_a_series_leaves_out_the_days_it_cannot_have_and_says_so(desk):
    desk.mdt.add(NewMeeting(on=NEXT))
    report = desk.mdt.add_series(NewMeeting(on=ON), every_weeks=1, until=ON + 21 * DAY)
    assert report.series.days == (ON, ON + 14 * DAY, ON + 21 * DAY)
    assert [(one.on, one.why) for one in report.series.skipped] == [(NEXT, "it has a meeting already")]
    assert [line.on for line in desk.mdt.calendar()] == [ON, NEXT, ON + 14 * DAY, ON + 21 * DAY]


def test_what_has_passed_is_not_planned_and_a_reason_is_asked_for(desk):
    with pytest.raises(BadInputError, match="has passed"):
        desk.mdt.add(NewMeeting(on=TODAY - DAY))
    desk.mdt.add(NewMeeting(on=ON))
    with pytest.raises(BadInputError, match="Say why"):
        desk.mdt.cancel(ON, why=" ")
    with pytest.raises(NotFoundError, match="No MDT meeting is in the calendar for 9 December 2026"):
        desk.mdt.agenda(NEXT)


def test_a_decided_case_that_should_come_back_is_shown_beside_the_agenda(desk, clock):
    desk.mdt.add(NewMeeting(on=ON))
    ref = accepted(desk)
    attended = [one.discipline for one in (*QUORUM, ONCOLOGY)]
    step(desk.service.database, ref, Event.MDT_PROCEED_TEST, attended=attended)
    assert desk.mdt.agenda(ON).again == ()
    clock.pass_(91 * DAY)
    desk.mdt.add(NewMeeting(on=TODAY + 95 * DAY))
    [again] = desk.mdt.agenda(TODAY + 95 * DAY).again
    assert (again.ref, again.reasons) == (ref, ("The decision of 24 November 2026 held to 22 February 2027.",))


def test_somebody_who_sits_for_two_disciplines_may_leave_one_of_them(desk):
    desk.mdt.add(NewMeeting(on=TODAY))
    two = [Attendee(discipline=name, person="Dr Wattle") for name in ("palliative_care", "nurse_consultant")]
    desk.mdt.attend(TODAY, two)
    page = desk.mdt.attend(TODAY, two[:1], absent=("Dr Wattle",))
    assert [one.discipline for one in page.present] == ["palliative_care"]


def test_the_meeting_that_each_waiting_case_is_on_is_known_at_once(desk, clock):
    later = TODAY + timedelta(days=7)
    desk.mdt.add(NewMeeting(on=later))
    ref = accepted(desk)
    assert desk.mdt.listed() == {ref: later}
