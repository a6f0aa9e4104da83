"""A mistake is put right: the case stands where it stood, both lines stay, and what is lost is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from db import amendments, audit, clinic, publishing, reversals
from db.boards import case_page
from db.facts import case_facts, case_row
from db.tables import CaseEventRow, ClaimRow, DueStepRow, NoticeRow, TaskRow, WaitlistEpisodeRow
from db.words import NoticeState, StepState, TaskState
from scheduler.errors import NotFoundError, StaleVersionError, TransitionNotAllowedError
from scheduler.pathway.clocks import clocks
from scheduler.pathway.events import Event
from scheduler.pathway.facts import TestResult
from scheduler.pathway.items import REQUIRED_ITEMS
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Readiness
from tests.builders.memory import CLERK, MORNING, TODAY, a_case, a_clinic, a_proposal, list_for_test, read, step, write
from tests.builders.pathway import a_protocol

DAY = timedelta(days=1)
DIED = {"died_on": TODAY, "source": "Family"}
SIGN_IN = {
    **dict.fromkeys(("identity_checked", "consent_checked", "allergies_checked", "anticoagulants_checked"), True),
    "side": "bilateral",
    "inr": 1.0,
    "platelets": 200,
    "bloods_dated": TODAY,
}


def facts(database, ref):
    return read(database, lambda session: case_facts(session, ref))


def version(database, ref):
    return read(database, lambda session: case_row(session, ref).version)


def take_back(database, ref, *, now=MORNING, **options):
    seen = options.pop("seen", None) or version(database, ref)
    return write(
        database,
        lambda session: reversals.reverse(
            session, ref, reason="Wrong patient", actor=CLERK, now=now, expected_version=seen, **options
        ),
        now=now,
    )


def amend(database, ref, key, value, *, now=MORNING):
    seen = version(database, ref)
    return write(
        database,
        lambda session: amendments.amend(
            session, ref, key, value, reason="Typed wrongly", actor=CLERK, now=now, expected_version=seen
        ),
        now=now,
    )


def open_work(database, ref):
    """The open tasks and waiting timers of a case."""

    def ask(session):
        case = case_row(session, ref)
        tasks = session.exec(select(TaskRow).where(TaskRow.case_id == case.id, TaskRow.state == TaskState.OPEN))
        steps = session.exec(
            select(DueStepRow).where(
                DueStepRow.case_ref == ref,
                DueStepRow.state == StepState.WAITING,
                col(DueStepRow.name).not_in(["send_notice", "send_letter"]),
            )
        )
        return sorted((task.kind, task.says, task.due_on) for task in tasks), sorted(
            (step.name, step.due_at) for step in steps
        )

    return read(database, ask)


def book(database, ref, list_id="S01-1"):
    proposal = a_proposal(database, {f"{ref}-T": (list_id, 0, "R01")})
    write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))


def held_claims(database):
    """Who holds what, and when."""
    held = select(ClaimRow).where(col(ClaimRow.active))
    found = read(database, lambda session: session.exec(held).all())
    return sorted((row.kind, row.resource_id, row.start, row.end, row.booking_id or row.session_id) for row in found)


def a_tested_case(database):
    """A case whose test block was done on the next day; gives its reference and the instant."""
    a_clinic(database, days=3)
    ref = list_for_test(database)
    book(database, ref)
    later = MORNING + DAY
    step(database, ref, Event.START_TEST, now=later, **SIGN_IN)
    step(
        database,
        ref,
        Event.COMPLETE_TEST,
        now=later,
        signed_out=True,
        baseline_rest=8,
        baseline_movement=8,
        readings="15min=3,1h=3,4h=4",
        agent="Ropivacaine",
        volume_ml=10,
    )
    return ref, later


def test_a_mistaken_death_leaves_the_case_as_if_it_had_not_been(database):
    ref = list_for_test(database)
    before, work = facts(database, ref), open_work(database, ref)
    later = MORNING + 5 * DAY
    step(database, ref, Event.DEATH_NOTIFIED, now=later, **DIED)
    assert open_work(database, ref) == ([], [])
    put_right = MORNING + 9 * DAY
    done = take_back(database, ref, now=put_right)
    assert done.state is PathwayState.TEST_WAITING
    after = facts(database, ref)
    assert after == before
    assert open_work(database, ref) == work
    day = TODAY + 9 * DAY
    assert clocks(after, a_protocol(), day) == clocks(before, a_protocol(), day)
    assert read(database, lambda session: case_row(session, ref).state_since) == TODAY
    assert database.verify_trail().fault is None


def test_a_timer_that_the_mistake_had_brought_back_stops_again(database):
    ref = a_case(database)
    step(database, ref, Event.MARK_INCOMPLETE, items="ECG")
    work = open_work(database, ref)
    dated = ",".join(f"{key}={TODAY}" for key in (*REQUIRED_ITEMS, "ECG"))
    step(database, ref, Event.INFORMATION_RECEIVED, items=dated)
    assert "response_due" in {name for name, _ in open_work(database, ref)[1]}
    take_back(database, ref)
    assert open_work(database, ref) == work


def test_both_lines_stay_in_the_history_with_who_and_why(database):
    ref = list_for_test(database)
    step(database, ref, Event.DEATH_NOTIFIED, **DIED)
    take_back(database, ref)
    page = read(database, lambda session: case_page(session, ref, now=MORNING))
    mistake, line = page.history[-2:]
    assert (mistake.event, mistake.to_state) == ("death_notified", PathwayState.DECEASED)
    assert (line.label, line.to_state, line.why) == (
        "Taken back as a mistake",
        PathwayState.TEST_WAITING,
        "Wrong patient",
    )
    assert line.details["takes_back"] == mistake.seq


def test_the_days_in_error_are_not_ready_only_when_a_person_says_so(database):
    ref = list_for_test(database)
    step(database, ref, Event.DEATH_NOTIFIED, now=MORNING + 2 * DAY, **DIED)
    take_back(database, ref, now=MORNING + 6 * DAY, not_ready=True)
    (period,) = facts(database, ref).episode.not_ready
    assert (period.since, period.until) == (TODAY + 2 * DAY, TODAY + 6 * DAY)
    assert facts(database, ref).episode.readiness is Readiness.READY
    tasks, steps = open_work(database, ref)
    assert "treat_by" in [name for name, _ in steps]
    assert len([kind for kind, _, _ in tasks if kind == "state"]) == 1


def test_a_correction_needs_the_version_that_was_shown(database):
    ref = list_for_test(database)
    step(database, ref, Event.DEATH_NOTIFIED, **DIED)
    with pytest.raises(StaleVersionError):
        take_back(database, ref, seen=version(database, ref) - 1)


def test_a_repeated_write_takes_back_once(database):
    ref = list_for_test(database)
    step(database, ref, Event.DEATH_NOTIFIED, **DIED)
    seen = version(database, ref)
    first = take_back(database, ref, write_id="w-1", seen=seen)
    again = take_back(database, ref, write_id="w-1", seen=seen)
    assert (first.seq, again.seq, again.repeated) == (first.seq, first.seq, True)


def test_a_slot_that_was_given_back_and_is_still_free_is_taken_again(database):
    a_clinic(database)
    ref = list_for_test(database)
    book(database, ref)
    before, work, held = facts(database, ref), open_work(database, ref), held_claims(database)
    step(database, ref, Event.DEATH_NOTIFIED, **DIED)
    assert held_claims(database) != held
    shown = read(database, lambda session: reversals.reversal_of(session, ref, now=MORNING))
    assert (shown.to_state, shown.lost) == (PathwayState.TEST_BOOKED, ())
    take_back(database, ref)
    assert facts(database, ref) == before
    assert (open_work(database, ref), held_claims(database)) == (work, held)
    assert "slot of 25 November 2026" in str(read(database, _lines)[-1].details["taken_again"])


@pytest.mark.parametrize("closed", [True, False])
def test_a_slot_is_not_taken_again_once_its_list_is_closed_or_its_time_has_come(database, closed):
    a_clinic(database)
    ref = list_for_test(database)
    book(database, ref)
    step(database, ref, Event.DEATH_NOTIFIED, **DIED)
    if closed:
        write(database, lambda session: clinic.close_list(session, "S01-1", reason="No staff"))
    take_back(database, ref, now=MORNING if closed else MORNING + DAY)
    assert facts(database, ref).state is PathwayState.TEST_WAITING


def test_a_slot_that_somebody_else_has_by_now_is_named_and_becomes_a_task(database):
    a_clinic(database)
    ref, other = list_for_test(database), list_for_test(database, 2)
    book(database, ref)
    step(database, ref, Event.DEATH_NOTIFIED, **DIED)
    book(database, other)
    shown = read(database, lambda session: reversals.reversal_of(session, ref, now=MORNING))
    assert shown.to_state is PathwayState.TEST_WAITING
    assert "on list S01-1" in shown.lost[0]
    take_back(database, ref)
    found = facts(database, ref)
    assert (found.state, found.booking, found.episode.is_open) == (PathwayState.TEST_WAITING, None, True)
    tasks, _ = open_work(database, ref)
    assert [kind for kind, _, _ in tasks] == ["correction", "state"]
    assert "gave back the slot of 25 November 2026" in tasks[0][1]
    assert tasks[1][1] == "Book the test block."
    assert facts(database, other).state is PathwayState.TEST_BOOKED


def test_a_letter_that_went_out_is_followed_by_a_correcting_one_and_one_that_did_not_is_stopped(database):
    ref = list_for_test(database)
    details = {"requested_by": "Patient", "requested_on": TODAY, "channel": "phone"}
    step(database, ref, Event.PATIENT_WITHDRAWS, **details)

    def send(session):
        case = case_row(session, ref)
        for notice in session.exec(select(NoticeRow).where(NoticeRow.case_id == case.id, NoticeRow.kind == "removed")):
            if notice.audience == "gp":
                notice.state, notice.ended_at = NoticeState.SENT, MORNING
        audit.record(session, action="send", entity="case", ref=ref)

    write(database, send)
    assert read(database, lambda session: reversals.reversal_of(session, ref, now=MORNING)).letters == (
        "removed to gp",
    )
    take_back(database, ref)

    def letters(session):
        found = session.exec(select(NoticeRow).where(NoticeRow.case_id == case_row(session, ref).id))
        return {(row.kind, row.audience): row.state for row in found if row.kind in {"removed", "correction"}}

    assert read(database, letters) == {
        ("removed", "gp"): NoticeState.SENT,
        ("removed", "referrer"): NoticeState.CANCELLED,
        ("removed", "patient"): NoticeState.CANCELLED,
        ("correction", "gp"): NoticeState.QUEUED,
    }


def test_a_wrong_result_is_taken_back_with_the_listing_it_opened(database):
    ref, later = a_tested_case(database)
    before, work = facts(database, ref), open_work(database, ref)
    step(database, ref, Event.RESULT_POSITIVE, now=later)
    assert facts(database, ref).episode is not None
    take_back(database, ref, now=later)
    after = facts(database, ref)
    assert after == before
    assert (after.last_test.result, after.episode) == (None, None)
    assert open_work(database, ref) == work
    rows = read(database, lambda session: session.exec(select(WaitlistEpisodeRow)).all())
    assert [row.closed_reason for row in rows if row.struck_by is not None] == ["entered_in_error"]
    step(database, ref, Event.RESULT_POSITIVE, now=later)
    assert facts(database, ref).last_test.result is TestResult.POSITIVE


def _lines(session):
    return session.exec(select(CaseEventRow).order_by(col(CaseEventRow.seq))).all()


def test_a_whole_walk_may_be_taken_back_step_by_step(database):
    a_clinic(database, days=3)
    ref = list_for_test(database)
    standing = facts(database, ref)
    before = read(database, lambda session: [line.event for line in _lines(session)])
    for _ in range(4):
        take_back(database, ref)
    found = facts(database, ref)
    assert found.state is PathwayState.REFERRAL_RECEIVED
    assert (found.episodes, found.consents, found.mdt) == ((), (), None)
    assert [visit.state for visit in found.history] == [PathwayState.REFERRAL_RECEIVED]
    with pytest.raises(TransitionNotAllowedError, match="cannot be taken back"):
        take_back(database, ref)
    after = read(database, lambda session: [line.event for line in _lines(session)])
    assert after[: len(before)] == before, "the mistaken lines stay"
    assert after.count("reversal") == 4
    assert standing.state is PathwayState.TEST_WAITING
    assert database.verify_trail().fault is None


def test_counters_go_back_too(database):
    a_clinic(database)
    ref = list_for_test(database)
    book(database, ref)
    step(database, ref, Event.DID_NOT_ATTEND, attempts="phone")
    assert (facts(database, ref).missed_appointments, len(facts(database, ref).contact_attempts)) == (1, 1)
    take_back(database, ref)
    found = facts(database, ref)
    assert (found.missed_appointments, found.contact_attempts) == (0, ())
    assert found.state is PathwayState.TEST_BOOKED


def test_a_wrongly_entered_score_is_corrected_and_a_result_that_no_longer_fits_is_questioned(database):
    ref, later = a_tested_case(database)
    step(database, ref, Event.RESULT_POSITIVE, now=later)
    values = {one.key: one.value for one in read(database, lambda session: amendments.amendable(session, ref))}
    assert values["procedure-1.inr"] == "1"
    assert values["procedure-1.reading-3.score"] == "3"
    amend(database, ref, "procedure-1.reading-3.score", "5", now=later)
    assert (len([1 for kind, _, _ in open_work(database, ref)[0] if kind == "correction"])) == 0
    amend(database, ref, "procedure-1.reading-4.score", "6", now=later)
    amend(database, ref, "procedure-1.reading-5.score", "6", now=later)
    found = facts(database, ref)
    assert found.last_test.result is TestResult.POSITIVE, "a result never changes by itself"
    (doubt,) = [says for kind, says, _ in open_work(database, ref)[0] if kind == "correction"]
    assert doubt.startswith("The test result is recorded as positive, but the corrected scores are equivocal")
    page = read(database, lambda session: case_page(session, ref, now=later))
    assert page.history[-1].details["old"] == "4"
    assert page.history[-1].details["new"] == "6"
    assert page.history[-1].label == "Record corrected"


def test_a_corrected_date_moves_the_timers_that_hang_on_it(database):
    ref, later = a_tested_case(database)
    step(database, ref, Event.RESULT_POSITIVE, now=later)
    before = dict(open_work(database, ref)[1])
    amend(database, ref, "procedure-1.on", TODAY.isoformat(), now=later)
    after = dict(open_work(database, ref)[1])
    assert before["result_expires"] - after["result_expires"] == DAY


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("procedure-1.reading-1.score", "11", "the most is 10"),
        ("procedure-1.reading-1.score", "8", "nothing to correct"),
        ("procedure-1.on", "2027-01-01", "still to come"),
        ("procedure-1.inr", "high", "should be a number"),
    ],
)
def test_a_value_that_cannot_be_is_refused(database, key, value, says):
    ref, later = a_tested_case(database)
    with pytest.raises(TransitionNotAllowedError, match=says):
        amend(database, ref, key, value, now=later)


def test_a_value_that_is_not_there_is_named_with_those_that_are(database):
    ref = a_case(database)
    with pytest.raises(NotFoundError, match=r"no value 'shoe'.*item-R1\.dated"):
        amend(database, ref, "shoe", "42")


def test_what_was_struck_out_is_not_offered_for_correction(database):
    ref, later = a_tested_case(database)
    take_back(database, ref, now=later)
    take_back(database, ref, now=later)
    keys = [one.key for one in read(database, lambda session: amendments.amendable(session, ref))]
    assert not [key for key in keys if key.startswith("procedure")]
    assert facts(database, ref).procedures == ()
