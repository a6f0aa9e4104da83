"""People put mistakes right at the desk and from a terminal, and a patient whose case has ended comes back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from db import referrals
from db.tables import DueStepRow, TaskRow
from db.words import StepState, TaskState
from scheduler.errors import NotPermittedError, StaleVersionError, TransitionNotAllowedError
from scheduler.pathway.events import Event
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role
from tests.builders.command import runner
from tests.builders.memory import (
    ATTENDED,
    CLERK,
    MORNING,
    TODAY,
    a_case,
    a_clinic,
    a_patient,
    a_proposal,
    a_referral,
    list_for_test,
    read,
    step,
    write,
)
from tests.builders.service import MovingClock, a_desk, a_service

LEAVES = {"requested_by": "Patient", "requested_on": TODAY, "channel": "phone"}
DIED = {"died_on": TODAY, "source": "Family"}


@pytest.fixture
def service(sqlite_database):
    return a_service(sqlite_database)


@pytest.fixture
def neurolist(sqlite_database, monkeypatch, capsys):
    """Run a command in this process on this memory; gives its exit code, output and errors."""
    monkeypatch.setenv("NEUROLIST_HOME", str(sqlite_database.settings.home))
    monkeypatch.setenv("NEUROLIST_NOW", MORNING.isoformat())
    monkeypatch.setenv("NEUROLIST_USER", "Robin Doe")
    monkeypatch.setenv("COLUMNS", "200")
    return runner(monkeypatch, capsys)


def test_only_senior_people_take_a_step_back(service):
    ref = list_for_test(service.database)
    desk = a_desk(service)
    desk.record(ref, Event.DEATH_NOTIFIED, DIED)
    shown = desk.reversal(ref)
    for role in (Role.BOOKINGS, Role.CLINICIAN, Role.MDT_COORDINATOR, Role.VIEWER):
        with pytest.raises(NotPermittedError, match="take a step of a case back"):
            a_desk(service, role).reverse(ref, "Wrong patient", expected_version=shown.version)
    lead = a_desk(service, Role.IR_LEAD)
    with pytest.raises(TransitionNotAllowedError, match="needs a reason"):
        lead.reverse(ref, " ", expected_version=shown.version)
    with pytest.raises(StaleVersionError):
        lead.reverse(ref, "Wrong patient", expected_version=shown.version + 1)
    assert lead.reverse(ref, "Wrong patient", expected_version=shown.version).state is PathwayState.TEST_WAITING


def test_a_repeat_of_the_same_write_changes_nothing(service):
    ref = list_for_test(service.database)
    desk = a_desk(service)
    desk.record(ref, Event.PATIENT_WITHDRAWS, LEAVES)
    seen = desk.reversal(ref).version
    first = desk.reverse(ref, "Another patient rang", expected_version=seen, write_id="w")
    assert desk.reverse(ref, "Another patient rang", expected_version=seen, write_id="w") == first
    returned = desk.record(ref, Event.PATIENT_WITHDRAWS, LEAVES)
    assert returned.state is PathwayState.WITHDRAWN
    again = desk.refer_again(ref, {"reason": "Changed her mind"}, write_id="r")
    assert desk.refer_again(ref, {"reason": "Changed her mind"}, write_id="r").ref == again.ref


def test_a_patient_returns_in_a_new_case_that_knows_the_old_one(service):
    ref = list_for_test(service.database)
    desk = a_desk(service)
    with pytest.raises(TransitionNotAllowedError, match="has not ended"):
        desk.refer_again(ref, {"reason": "Pain again"})
    desk.record(ref, Event.PATIENT_WITHDRAWS, LEAVES)
    made = desk.refer_again(ref, {"reason": "Pain again", "urgency": "2"})
    assert made.ref != ref
    assert made.cautions == (f"The patient was here before: {ref}.",)
    assert (made.target, made.laterality, made.urgency) == (
        desk.case(ref).summary.target,
        desk.case(ref).summary.laterality,
        2,
    )
    (old,) = desk.case(made.ref).facts.other_cases
    assert (old.ref, old.linked, old.state) == (ref, True, PathwayState.WITHDRAWN)
    assert old.mdt is not None
    (new,) = desk.case(ref).facts.other_cases
    assert (new.ref, new.linked) == (made.ref, True)
    assert desk.case(ref).summary.state is PathwayState.WITHDRAWN


def test_documents_that_are_too_old_by_now_are_asked_for_again(sqlite_database):
    clock = MovingClock()
    desk = a_desk(a_service(sqlite_database, source=clock))
    ref = a_case(sqlite_database)
    desk.run_due_now()
    desk.record(ref, Event.PATIENT_WITHDRAWS, LEAVES)
    clock.pass_(timedelta(days=60))
    made = desk.refer_again(ref, {"reason": "Pain again"})
    assert made.state is PathwayState.REFERRAL_INCOMPLETE
    assert made.missing == ("R2",)


@pytest.mark.parametrize(
    ("event", "details", "says"),
    [
        (Event.DEATH_NOTIFIED, DIED, "neurolist reverse"),
        (Event.DUPLICATE_OR_ERROR, {"reason": "Sent twice"}, "entered in error"),
    ],
)
def test_the_dead_and_the_mistaken_do_not_return(service, event, details, says):
    ref = a_case(service.database)
    step(service.database, ref, event, **details)
    with pytest.raises(TransitionNotAllowedError, match=says):
        a_desk(service).refer_again(ref, {"reason": "Pain again"})


def test_a_new_referral_of_a_known_patient_is_linked_and_a_twin_is_pointed_out(sqlite_database):
    first = a_case(sqlite_database)
    same = a_referral(2, patient=a_patient(1))
    twin = write(sqlite_database, lambda session: referrals.store(session, same, actor=CLERK, now=MORNING))
    assert twin.cautions == (f"The patient has another case of the same target under way: {first}.",)
    step(sqlite_database, first, Event.PATIENT_WITHDRAWS, **LEAVES)
    third = a_referral(3, patient=a_patient(1))
    back = write(sqlite_database, lambda session: referrals.store(session, third, actor=CLERK, now=MORNING))
    assert back.cautions == (
        f"The patient was here before: {first}.",
        f"The patient has another case of the same target under way: {twin.case_ref}.",
    )


def test_the_terminal_shows_first_and_then_takes_back(neurolist, sqlite_database):
    ref = list_for_test(sqlite_database)
    step(sqlite_database, ref, Event.DEATH_NOTIFIED, **DIED)
    code, out, _ = neurolist("reverse", ref)
    assert code == 0
    assert "Taken back, the case stands in: Waiting for test block." in out
    _, shown, _ = neurolist("reverse", ref, "--json")
    version = json.loads(shown)["version"]
    code, out, _ = neurolist("reverse", ref, "--version", version, "--reason", "Wrong patient")
    assert (code, "Waiting for test block" in out) == (0, True)
    code, out, _ = neurolist("case", ref)
    assert "Taken back as a mistake" in out


def test_the_terminal_lists_what_may_be_corrected_and_corrects_it(neurolist, sqlite_database):
    ref = list_for_test(sqlite_database)
    code, out, _ = neurolist("correct", ref)
    assert (code, "consent-1.on" in out) == (0, True)
    code, _, errors = neurolist("correct", ref, "consent-1.on", "2026-11-23")
    assert code == 2
    assert "shows the version" in errors
    version = json.loads(neurolist("correct", ref, "--json")[1])["version"]
    change = ("correct", ref, "consent-1.on", "2026-11-23", "--reason", "Signed on Monday", "--version")
    assert neurolist(*change, version)[0] == 0
    assert neurolist(*change, version)[0] == 1
    assert "2026-11-23" in neurolist("correct", ref)[1]


def test_the_terminal_brings_a_patient_back(neurolist, sqlite_database):
    ref = list_for_test(sqlite_database)
    code, _, errors = neurolist("return", ref)
    assert code == 2
    assert "reason missing" in errors
    assert neurolist("return", ref, "--set", "reason=Pain again")[0] == 1
    step(sqlite_database, ref, Event.PATIENT_WITHDRAWS, **LEAVES)
    code, out, _ = neurolist("return", ref, "--set", "reason=Pain again")
    assert code == 0
    assert f"The patient was here before: {ref}." in out
    new = out.split()[0]
    assert f"Linked case {ref}" in neurolist("case", new)[1]
    assert f"Linked case {new}" in neurolist("case", ref)[1]


def test_a_category_is_changed_from_the_terminal_and_the_limit_follows(neurolist, sqlite_database):
    ref = list_for_test(sqlite_database)
    code, out, _ = neurolist("record", ref, "change_category", "--set", "urgency=3", "--set", "reason=Steadier")
    assert code == 0
    assert "2027" in out
    code, out, _ = neurolist("case", ref)
    assert "category 3" in out
    assert "Change urgency category" in out


def test_a_timer_that_a_mistake_brought_back_a_second_time_leaves_no_task(sqlite_database):
    clock = MovingClock()
    desk = a_desk(a_service(sqlite_database, source=clock))
    ref = a_case(sqlite_database)
    desk.run_due_now()
    asks, answers = {"items": "ECG"}, {"items": "R1=2026-12-14,R2=2026-12-14,R3=2026-12-14,ECG=2026-12-14"}

    def tasks():
        return sorted((task.kind, task.says) for task in desk.case(ref).tasks if task.state is TaskState.OPEN)

    def answer_and_take_back():
        desk.record(ref, Event.INFORMATION_RECEIVED, answers)
        assert "response_due" in {kind for kind, _ in tasks()}
        desk.reverse(ref, "Another patient's", expected_version=desk.reversal(ref).version)

    desk.record(ref, Event.REQUEST_INFORMATION, asks)
    clock.pass_(timedelta(days=21))
    before = tasks()
    answer_and_take_back()
    assert tasks() == before
    desk.record(ref, Event.INFORMATION_RECEIVED, answers)
    desk.record(ref, Event.REQUEST_INFORMATION, asks)
    before = tasks()
    answer_and_take_back()
    assert tasks() == before


def test_a_timer_that_was_set_anew_since_the_mistake_goes_with_it(sqlite_database):
    clock = MovingClock()
    desk = a_desk(a_service(sqlite_database, source=clock))
    ref = list_for_test(sqlite_database)
    desk.reverse(ref, "Listed too early", expected_version=desk.reversal(ref).version)
    assert waiting(sqlite_database, "treat_by") == []
    later = TODAY + timedelta(days=14)
    unready = {"readiness": "NRFS_CLINICAL", "review_on": later.isoformat()}
    desk.record(ref, Event.LIST_FOR_TEST, {"seen_on": TODAY, "consent_on": TODAY, **unready})
    clock.pass_(timedelta(days=200))
    desk.run_due_now()
    (known,) = waiting(sqlite_database, "treat_by")
    assert known.date() >= TODAY + timedelta(days=200)  # no day counts while the patient is not ready
    desk.reverse(ref, "Another patient's", expected_version=desk.reversal(ref).version)
    assert waiting(sqlite_database, "treat_by") == []


def test_a_slot_held_for_a_second_listing_made_by_mistake_is_free_again(sqlite_database):
    a_clinic(sqlite_database)
    desk = a_desk(a_service(sqlite_database))
    ref = list_for_test(sqlite_database)
    desk.record(ref, Event.MDT_RECALL, {"change": "A new scan"})
    desk.record(ref, Event.MDT_PROCEED_TEST, {"attended": ATTENDED})
    desk.record(ref, Event.LIST_FOR_TEST, {"seen_on": TODAY, "consent_on": TODAY})
    desk.publish(a_proposal(sqlite_database, {f"{ref}-T": ("S01-3", 0, "R01")}))
    for _ in range(2):  # the booking first, which leaves the slot held, then the listing
        assert desk.board.stands_on(ref) == "S01-3"
        desk.reverse(ref, "Another patient's", expected_version=desk.reversal(ref).version)
    assert desk.board.stands_on(ref) is None


def test_two_steps_taken_back_after_the_slot_is_lost_ask_once_for_a_new_one(sqlite_database):
    clock = MovingClock()
    a_clinic(sqlite_database)
    desk = a_desk(a_service(sqlite_database, source=clock))
    ref = list_for_test(sqlite_database)
    for spot in ("S01-2", "S01-3"):
        desk.publish(a_proposal(sqlite_database, {f"{ref}-T": (spot, 0, "R01")}))
        desk.record(ref, Event.CANCEL_HOSPITAL, {"reason": "list_closed"})
    clock.pass_(timedelta(days=10))  # by now the second slot cannot be had again
    for _ in range(2):  # the cancelling, then the booking
        desk.reverse(ref, "Another patient's", expected_version=desk.reversal(ref).version)
        asked = open_tasks(sqlite_database, {"state", "correction"})
        assert [(kind, says[:20]) for kind, says in asked] == [
            ("correction", "A mistake gave back "),
            ("state", "Book the test block."),
        ]


def open_tasks(database, kinds):
    """What is asked for now, in the rows themselves: a page leaves out what it would say twice."""
    tasks = read(database, lambda session: session.exec(select(TaskRow)).all())
    return sorted((task.kind, task.says) for task in tasks if task.kind in kinds and task.state is TaskState.OPEN)


def waiting(database, name):
    """When the timers of this name that wait fall due."""
    steps = read(database, lambda session: session.exec(select(DueStepRow).where(DueStepRow.name == name)).all())
    return [step.due_at for step in steps if step.state is StepState.WAITING]
